"""How long texts are, as their network counts them (notes: What each network takes), and the rules on it.

Most texts are far below their limit: `longest` shows that without counting, `length` counts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache

from bufferctl.checks.finding import Finding, Path, advice, refusal
from bufferctl.diagnostics import Place
from bufferctl.model import NETWORKS, Address, Channel, Desired, Post, Service, TextLength, thread_of
from bufferctl.model.networks import Counting, Network, RuleSource

#: What a link counts on a network that does not count its letters.
LINK_ON_X = 23
_LINKS = {Counting.LINKS_24: 24, Counting.LINKS_23: 23}
#: A link as most networks count it: without whatever punctuation follows, which is counted apart.
_URL = re.compile(r"https?://(?:[^\s<>\"]*[^\s<>\".,;:!?)\]}'\u2019\u201d\xbb]|\S+)", re.IGNORECASE)
#: A channel that a key in braces names without quotes.
_PLAIN_NAME = re.compile(r"[\w:.-]+")
_OWN_TEXT = 'text: "…"'
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def utf16(text: str) -> int:
    """How many UTF-16 code units a text has: 2 for an emoji, for a "bold" letter, for any character above U+FFFF."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def graphemes(text: str) -> int:
    """How many characters a reader sees: marks, joined emoji, skin tones and flags count with their base."""
    if text.isascii():
        return len(text) - text.count("\r\n")
    import regex

    # Two regional indicators are one flag, paired from the start of a run; at each of them regex would search back.
    return len(regex.findall(r"\X", _FLAG.sub("F", text)))


def utf8(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=128)
def length(text: str, counting: Counting) -> int:
    match counting:
        case Counting.UTF16:
            return utf16(text)
        case Counting.GRAPHEMES:
            return graphemes(text)
        case Counting.BREAKS:
            return utf16(text) + text.count("\n")
        case Counting.X:
            from bufferctl.checks.weighted import weighted_length

            # Buffer may see a link where X sees none, such as one to a top-level domain that X does not know.
            return max(utf16(text), weighted_length(text), _with_links(text, LINK_ON_X))
        case Counting.LINKS_24 | Counting.LINKS_23:
            return _with_links(text, _LINKS[counting])


def _with_links(text: str, weight: int) -> int:
    links = _URL.findall(text) if "://" in text else []
    return utf16(text) + sum(weight - utf16(link) for link in links)


def longest(text: str, counting: Counting) -> int:
    """An upper bound of the length, found quickly: a text has at least as many bytes as UTF-16 units."""
    if counting is Counting.X:
        most = len(text) * (1 if text.isascii() else 6)  # it is normalized first, which may make three of a character
        return most + LINK_ON_X * (text.count(".") + text.count("://"))
    between = text.count("\n") if counting is Counting.BREAKS else _LINKS.get(counting, 0) * text.count("://")
    return utf8(text) + between


def limit_of(post: Post, network: Network, most: int | None) -> int | None:
    """How long the post's text may be, or None if no limit is known. `most` is the limit that its channel states."""
    if most is not None:
        return most
    with_video = network.text_with_video
    if with_video and any(asset.video for asset in post.assets):
        return with_video.most
    return network.text.most if network.text else None


def text_length(post: Post, *, max_characters: int | None = None) -> TextLength:
    """How long the post's text is, and how long it may be.

    `max_characters` is its channel's own limit (Mastodon, paid X).
    """
    network = NETWORKS[post.service]
    thread = tuple(length(each.text or "", network.counting) for each in thread_of(post.metadata))
    return TextLength(length(post.text, network.counting), limit_of(post, network, max_characters), thread)


def text_lengths(desired: Desired, max_characters: Mapping[Address, int]) -> Callable[[Address], TextLength | None]:
    """The length of each post's text by its address, counted on request only, since few are shown."""
    posts = {post.address: post for post in desired.posts}

    def length_of(address: Address) -> TextLength | None:
        post = posts.get(address)
        return text_length(post, max_characters=max_characters.get(address)) if post else None

    return length_of


TOO_LONG = refusal(
    "BC001",
    "text-too-long",
    "a text is longer than its network allows",
    "shorten it, or give this network a text of its own under `overrides`",
)
NEEDS_PAID_X = refusal(
    "BC002",
    "text-needs-paid-x",
    "a text for X has more than 280 characters, which X allows only for paying accounts",
    "shorten it; if the account pays for X, set `rules: {BC002: off}` in the root file",
    RuleSource.SEEN,
    "Buffer refuses the post unless the account pays; `plan` and `apply` look that up",
)
DEPENDS_ON_SERVER = advice(
    "BC003",
    "text-depends-on-server",
    "a text for Mastodon has more than 500 characters, which only some servers allow",
    "`plan` and `apply` ask the server for its limit, and stop if the text is too long",
    "shorten it, unless you know that the server allows it",
    RuleSource.BUFFER,
)
TOO_MANY_BYTES = refusal(
    "BC004",
    "text-too-many-bytes",
    "a text is short enough but has more bytes than its network allows",
    "remove some of the combined emoji",
)
CUT_SHORT = advice(
    "BC009",
    "text-cut-short",
    "a text is longer than its network shows",
    "Buffer accepts it, but readers do not see the end",
    "shorten it, or put the important part first",
    RuleSource.NETWORK,
)

#: Rules for which the account may know a better limit, so a command that reads the account lets it decide.
ACCOUNT_KNOWS = frozenset({NEEDS_PAID_X, DEPENDS_ON_SERVER})

_ASIDE = {
    Counting.X: "as X weighs it",
    Counting.BREAKS: "a line break counts 2",
    Counting.LINKS_23: "a link counts 23",
    Counting.LINKS_24: "a link counts 24",
}


#: How `overrides` names what posts with one text go to, of an entry for several channels of one network.
Accounts = Mapping[tuple[Place, Service, str], tuple[str, ...]]


def accounts_of(posts: Iterable[Post], channels: Iterable[Channel]) -> Accounts:
    """The labels of the channels of those networks of which an organization has several."""
    services = Counter((each.organization, each.service) for each in channels)
    found: dict[tuple[Place, Service, str], dict[str, None]] = {}
    for post in posts if any(count > 1 for count in services.values()) else ():
        if services[post.address.organization, post.service] > 1:
            found.setdefault((post.place, post.service, post.text), {})[post.address.channel] = None
    return {entry: tuple(labels) for entry, labels in found.items()}


def text_findings(post: Post, accounts: Accounts, most: int | None = None) -> Iterator[Finding]:
    """The findings about the lengths of a post's texts. `most` is the limit that its channel states, if any.

    A network without a limit of characters has no other limit either.
    """
    network = NETWORKS[post.service]
    if (limit := limit_of(post, network, most)) is None:
        return
    for path, text in _texts(post):
        if longest(text, network.counting) > limit:
            named = accounts.get((post.place, post.service, post.text), (post.service.value,))
            yield from _too_long(post, network, path, text, limit, named, from_account=most is not None)
        if network.bytes and (size := utf8(text)) > network.bytes.most:
            allowed = f"{network.label} allows {network.bytes.most:,} bytes"
            message = f"{allowed} and this text has {size:,}, so Buffer refuses it"
            yield Finding(TOO_MANY_BYTES, post, path, message)
        if network.shown and (size := utf16(text)) > network.shown.most:
            shown = f"{network.label} shows {network.shown.most:,} characters"
            message = f"{shown} and this text has {size:,}, so readers do not see its end"
            yield Finding(CUT_SHORT, post, path, message)


def because_of_parameters(post: Post, text: str, counting: Counting, limit: int) -> str:
    """A note for a text that is too long only because of the parameters that `utm` adds to its links; else empty."""
    before = dict(post.expansion.untagged).get(text) if post.expansion else None
    if before is None or (used := length(before, counting)) > limit:
        return ""
    return f"; `utm` makes it too long: without its parameters it has {used:,}"


def _texts(post: Post) -> Iterator[tuple[Path, str]]:
    """The text, and the texts of a thread; the first of those is the text again, and left out."""
    if post.text:
        yield ("text",), post.text
    for index, item in enumerate(thread_of(post.metadata)):
        if index and item.text:
            yield ("metadata", post.service.value, "thread", index, "text"), item.text


def _too_long(
    post: Post, network: Network, path: Path, text: str, limit: int, named: tuple[str, ...], *, from_account: bool
) -> Iterator[Finding]:
    """`named`: what `overrides` calls the channels that the text goes to."""
    used = length(text, network.counting)
    if used <= limit:
        return
    counts = (
        f"{network.label} allows {limit:,} characters and this text has {used:,}{_aside(network.counting, text, used)}"
    )
    over = f"shorten it by {used - limit:,}"
    if because := because_of_parameters(post, text, network.counting, limit):
        counts += because
        over += f", or leave the parameters out with `{_overrides(named, 'utm: {}')}`"
    own = f", or give this network a text of its own: `{_overrides(named, _OWN_TEXT)}`"
    own = "" if len(path) > 1 else own
    if network.paid and limit < network.paid.most and used <= network.paid.most:
        more = "if the account pays for X, set `rules: {BC002: off}` in the root file"
        more = "according to Buffer, this account does not pay for X" if from_account else more
        yield Finding(NEEDS_PAID_X, post, path, f"{counts}, so Buffer refuses it", hint=f"{over}{own}; {more}")
    elif network.text_varies and not from_account:
        message = f"{counts}, unless the server allows more; `plan` asks it"
        yield Finding(DEPENDS_ON_SERVER, post, path, message)
    else:
        yield Finding(TOO_LONG, post, path, f"{counts}, so Buffer refuses it", hint=over + own)


def _overrides(named: Iterable[str], field: str) -> str:
    """The line that gives each of these channels a field of its own."""
    names = (each if _PLAIN_NAME.fullmatch(each) else json.dumps(each, ensure_ascii=False) for each in named)
    return f"overrides: {{{', '.join(f'{name}: {{{field}}}' for name in names)}}}"


def _aside(counting: Counting, text: str, used: int) -> str:
    """A note about what a person who counts letters would overlook."""
    plain = utf16(text)
    aside = ""
    if counting is Counting.X and used == plain and "://" in text:
        aside = "a link counts in full"
    elif used > plain:
        aside = _ASIDE.get(counting, "")
    elif used > len(text):
        aside = "an emoji or a special letter counts 2"
    return f" ({aside})" if aside else ""
