"""How long a text is, as its network counts it (notes: What each network takes).

Most texts are far below their limit; `longest` says so without counting, `length` counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from bufferctl.checks.networks import NETWORKS, Counting, Network
from bufferctl.model import Address, Desired, Post
from bufferctl.model.content import TextLength

#: What a link weighs where it does not weigh what it says.
LINK_ON_X = 23
_LINKS = {Counting.LINKS_24: 24, Counting.LINKS_23: 23}
#: A link as most networks see it; what closes the sentence after it is not of it.
_URL = re.compile(r"https?://(?:[^\s<>\"]*[^\s<>\".,;:!?)\]}'\u2019\u201d\xbb]|\S+)", re.IGNORECASE)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
#: No character of a text counts more than this, links apart; X counts the up to three that it may be made of.
_WIDEST, _WIDEST_ON_X = 2, 6


def utf16(text: str) -> int:
    """How many UTF-16 code units a text has: 2 for an emoji, for a "bold" letter, for what is above U+FFFF at all."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """How many characters a reader sees: marks, joined emoji, skin tones and flags count with their base."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex

    # Two regional indicators are one flag, counted from the start of a run; regex would look back at each of them.
    return len(regex.findall(r"\X", _FLAG.sub("F", text)))


def utf8(text: str) -> int:
    """How many bytes a text has as UTF-8."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=128)
def length(text: str, counting: Counting) -> int:
    """How long a text is, counted in that way."""
    match counting:
        case Counting.UTF16:
            return utf16(text)
        case Counting.GRAPHEMES:
            return graphemes(text)
        case Counting.BREAKS:
            return utf16(text) + text.count("\n")
        case Counting.X:
            from bufferctl.checks.weighted import weighted_length

            # Buffer may take for a link what X does not, such as one to a top-level domain that X does not know.
            return max(utf16(text), weighted_length(text), _with_links(text, LINK_ON_X))
        case Counting.LINKS_24 | Counting.LINKS_23:
            return _with_links(text, _LINKS[counting])


def _with_links(text: str, weight: int) -> int:
    links = _URL.findall(text) if "://" in text else []
    return utf16(text) + sum(weight - utf16(link) for link in links)


def longest(text: str, counting: Counting) -> int:
    """A number that the length does not exceed, found without counting."""
    most = len(text) * (1 if text.isascii() and counting is not Counting.BREAKS else _WIDEST)
    if counting is Counting.X:
        most = most if text.isascii() else _WIDEST_ON_X * len(text)
        return most + LINK_ON_X * (text.count(".") + text.count("://"))
    return most + _LINKS[counting] * text.count("://") if counting in _LINKS else most


def limit_of(post: Post, network: Network, most: int | None) -> int | None:
    """How long the post's text may be; `most` is what its channel says itself. None where no limit is known."""
    if most is not None:
        return most
    with_video = network.text_with_video
    if with_video and any(asset.video for asset in post.assets):
        return with_video.most
    return network.text.most if network.text else None


def text_length(post: Post, *, max_characters: int | None = None) -> TextLength:
    """How long the post's text is, and may be. `max_characters`: what its channel says itself (Mastodon, paid X)."""
    network = NETWORKS[post.service]
    return TextLength(length(post.text, network.counting), limit_of(post, network, max_characters))


def text_lengths(desired: Desired, max_characters: Mapping[Address, int] | None = None) -> dict[Address, TextLength]:
    """The same of every post. `max_characters`: what the channel of a post says, by the post's address."""
    known = max_characters or {}
    return {post.address: text_length(post, max_characters=known.get(post.address)) for post in desired.posts}
