"""Plain text: which of its characters are invisible and how to show them, and where its links lead and end.

A character counts as invisible if Unicode lists it as Default_Ignorable_Code_Point (spaces without width, joiners,
fillers, tags, variation selectors, bidirectional controls), or if it is a control character except tab and newline,
another line end, the blank Braille pattern, or half of a surrogate pair. Characters with a visible effect do not count:
variation selectors, joiners and tags inside an emoji, and joiners after a letter of a script that needs them (Arabic,
the scripts of India, Mongolian).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

#: The class of the characters that may be invisible.
HIDDEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\u2800\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: Characters with an emoji form, its presentation selector, its skin tone (UTS #51).
_EMOJI = (
    "[\xa9\xae\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf\u2934\u2935"
    "\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff][\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?"
)
_JOINED_SCRIPTS = "[\u0600-\u061b\u061d-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u180a\u1820-\u18af]"
#: Sequences with a visible effect: the flag of a region (few tags), a keycap, joined emoji, a letter with its joiner.
_IN_SIGHT = (
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f"
    "|[#*0-9]\ufe0f\u20e3"
    f"|{_EMOJI}(?:\u200d{_EMOJI})*"
    f"|{_JOINED_SCRIPTS}[\u200c\u200d]"
)
_ANY = re.compile(HIDDEN)
#: Printable ASCII, tab and newline.
_ORDINARY = b"\t\n" + bytes(range(0x20, 0x7F))
_FOUND = re.compile(f"{_IN_SIGHT}|(?P<hidden>{HIDDEN})")
#: A link in a text; `trimmed` takes off the punctuation of the sentence around it. Whoever means something else by an
#: address has a pattern of its own, and says what.
LINK = re.compile(r"https?://[^\s<>\"“”„«»]+", re.IGNORECASE)
_SCHEME = re.compile(r"(?:https?:)?/*", re.IGNORECASE)
#: Characters that more likely end a sentence than a link.
_AFTER = ".,;:!?…'\u2019*_~"
_PARAMETER = r"utm_\w+=[\w%~+-]*(?:\.[\w%~+-]+)*"
_PARAMETERS = re.compile(rf"([?&])(?:{_PARAMETER}(&?))+")
_ONE_PARAMETER = re.compile(rf"(?<=[?&]){_PARAMETER}")
_CLOSING = {")": "(", "]": "[", "}": "{"}


def normal_text(text: str | None) -> str:
    """The text as it is compared: one kind of line ending, no leading or trailing white space, NFC."""
    if not text:
        return ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip()
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def unusual(text: str, ordinary: bytes = _ORDINARY) -> str:
    """A text without its ordinary characters, which are nearly all of it, so that a search is much faster."""
    left = text.encode("utf-8", "surrogatepass").translate(None, ordinary)
    return left.decode("utf-8", "surrogatepass") if left else ""


def has_invisible(text: str) -> bool:
    """Whether a text has an invisible character."""
    return _ANY.search(unusual(text)) is not None


def invisible(text: str) -> Iterator[tuple[int, str]]:
    """Each invisible character with its position, in order."""
    if has_invisible(text):
        yield from ((match.start(), match[0]) for match in _FOUND.finditer(text) if match["hidden"])


def visible(text: str) -> str:
    """`text` with each invisible character as `⟨U+200B⟩`, so that it cannot control a terminal or hide anything."""
    return replaced(text, lambda character: f"⟨{code_point(character)}⟩")


def without_invisible(text: str) -> str:
    """`text` as a reader perceives it."""
    return replaced(text, lambda _: "")


def code_point(character: str) -> str:
    """`U+200B`."""
    return f"U+{ord(character):04X}"


def replaced(text: str, by: Callable[[str], str]) -> str:
    """`text` with each invisible character replaced by `by(character)`."""
    if (text.isascii() and text.isprintable()) or not has_invisible(text):
        return text
    return _FOUND.sub(lambda match: by(match[0]) if match["hidden"] else match[0], text)


def trimmed(link: str, *, after: str = _AFTER) -> str:
    """The link without punctuation of the sentence around it. `after`: characters that end a sentence, not a link."""
    if link[-1:].isalnum():  # as most end
        return link
    opened = {closing: link.count(opening) for closing, opening in _CLOSING.items()}
    closed = {closing: link.count(closing) for closing in _CLOSING}
    end = len(link)
    while end:
        last = link[end - 1]
        if last in _CLOSING and closed[last] > opened[last]:
            closed[last] -= 1
        elif last not in after:
            break
        end -= 1
    return link[:end]


def without_parameters(text: str, only: Collection[str] | None = None) -> str:
    """The text, its links without `utm` parameters, which differ by network and which nobody reads.

    `only`: those to take off, as `utm_campaign=spring`; None for all.
    """
    if "utm_" not in text:
        return text

    def left(found: re.Match[str]) -> str:
        mark, follows, parameters = found[1], found[2], found[0][1:].rstrip("&").split("&")
        kept = [] if only is None else [each for each in parameters if each not in only]
        if kept:
            return mark + "&".join(kept) + follows
        return mark if follows else ""

    return _PARAMETERS.sub(left, text)


def parameters_in(text: str) -> list[str]:
    """The `utm` parameters of the links in a text, as `utm_campaign=spring`, each once."""
    return list(dict.fromkeys(_ONE_PARAMETER.findall(text)))


@lru_cache(maxsize=256)  # many posts link to one page, and each is asked for on every channel
def host_of(url: str) -> str:
    """The domain that a link leads to, as `normal_host` writes it; empty if there is none."""
    parts = split(url)
    return normal_host(parts.hostname or "") if parts else ""


def split(url: str) -> SplitResult | None:
    """The parts of a link, parsed as browsers do; None if it is not a link."""
    url = url.replace("\\", "/")
    try:
        return urlsplit(_SCHEME.sub("https://", url, count=1))
    except ValueError:
        return None


def normal_host(host: str) -> str:
    """A domain in normal form, the same for all its spellings: lower case, in ASCII (IDNA)."""
    host = unicodedata.normalize("NFKC", host).casefold().replace("。", ".").strip(".")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def within(host: str, domain: str) -> bool:
    """Whether a host is the domain or one of its subdomains; both as `normal_host` writes them."""
    return host == domain or host.endswith(f".{domain}")
