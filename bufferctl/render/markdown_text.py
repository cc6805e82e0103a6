"""Makes user text safe for Markdown, and fits a comment into its limit.

Each character shows as itself, web addresses are links, and nothing notifies or loads. GitHub turns more into links
than its Markdown specification says: `@names`, `#123`, `GH-1`, commit hashes; and words between colons into pictures.
It does so after parsing, when a backslash no longer helps, but a zero-width space between the symbol and the next
character does. GitLab does the same with a few more symbols. An address has no such space, since people copy it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from html import escape
from itertools import accumulate, zip_longest
from math import inf
from typing import Generic, TypeVar
from urllib.parse import SplitResult, urlsplit
from urllib.parse import quote as percent

from bufferctl.model import visible
from bufferctl.model.plain_text import LINK, trimmed
from bufferctl.render.lines import cells, wrapped
from bufferctl.render.pieces import Piece
from bufferctl.value import value

#: Where `bufferctl ci` puts the link to the page of a plan. User text cannot contain it.
PAGE_MARK = "<!-- bufferctl:page -->"
#: An invisible character that separates a symbol from a name.
_APART = "\u200b"
_SIGNS = re.compile(
    r"@|[#!%~^&](?=\d)|GH-(?=\d)|:(?=[\w+-]+(?::|$))|(?:https?|ftp|mailto|xmpp):|www(?=\.)", re.IGNORECASE | re.ASCII
)
_HASH = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{7,}(?![0-9A-Za-z])")
#: Groups of digits too short to be recognized as a commit.
_DIGITS = re.compile(".{1,6}")
_ESCAPES = str.maketrans(
    {
        **{sign: f"\\{sign}" for sign in "\\`*_[]{}~|"},
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "$": "<span>$</span>",  # GitHub's own way to show that no formula starts here
        _APART: "&#8203;",
    }
)
_SPACES = re.compile(r"[ \t]+")
_CODE = re.compile(r"`([^`]+)`")
_NUMBER = re.compile(r"\d{1,9}(?=[.)])")
_DIFFERS = {"out": "del", "in": "ins"}
#: A link to such a page makes GitHub add "mentioned in" there, so its address is shown without a link.
_LEAVES_A_TRACE = re.compile(r"/(?:issues|pulls?|discussions|commits?|merge_requests|work_items|epics)/", re.IGNORECASE)
_URL_SIGNS = "%/:?#[]@!$&'()*+,;=~"
#: UTF-16 units of a report; GitHub takes 65,536 characters in a comment, and `bufferctl ci` adds a few lines.
LIMIT = 63_500
#: The space between two parts, the room for saying how many are not shown, and that for headings and folded weeks.
_GAP, _MORE, RESERVED = "\n\n", 160, 7_000
#: Two screens of a phone of 380 x 800 pixels; what a paragraph's gap, a line, a heading and a picture take of them, and
#: what is kept for its edges and the last fold.
SCREENS = 1_436
_PARAGRAPH, _LINE, _HEADING, _IMAGE, _EDGES = 16, 21, 58, 90, 105
#: How high a picture within a line is.
_SMALL = 48
FOLD = _LINE + _PARAGRAPH
#: How many columns fit on a line of it, and what is not one of them.
_WIDTH, _UNSEEN = 46, re.compile(r"<[^>]*>|&#?\w+;|\\")
#: The most characters of a log in a comment: they fit GitHub's limit even if each counts as two.
_MAX_LOG = 30_000
T = TypeVar("T")


def plain(text: str) -> str:
    """`text` on one line, its addresses as links; it is safe at the start of a line."""
    line = _inline(_SPACES.sub(" ", _one_line(text)))
    return f" {_started(line[1:])}" if line.startswith(" ") else _started(line)


def marked(found: Iterable[Piece]) -> list[str]:
    """Lines of Markdown: URLs are links, and differences are struck out or underlined."""
    lines = [""]
    for piece in found:
        first, *more = map(_painter(piece), piece.text.split("\n"))
        lines[-1] += first
        lines += more
    return lines if any(lines) else []


def code(text: str) -> str:
    """`text` as code on one line, which neither Markdown nor GitHub interprets; empty stays empty."""
    text = _one_line(text).strip().replace("<!--", f"<{_APART}!--")
    if not text:
        return ""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    pad = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def fenced(text: str) -> str:
    """`text` as a code block that it cannot end, so that nothing in it is a link, an image or a mention."""
    text = re.sub(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", "", text)
    text = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    if len(text) > _MAX_LOG:
        text = f"{text[:_MAX_LOG]}\n… and {len(text) - _MAX_LOG:,} more characters"
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.strip(chr(10))}\n{fence}"


def quoted(lines: Iterable[str]) -> Iterator[str]:
    """Lines of Markdown as a quote that keeps its line breaks, even several in a row."""
    kept, before = [_opened(line) for line in lines], ""
    for line, following in zip_longest(kept, kept[1:]):
        if line:
            yield f"> {line}\\" if following else f"> {line}"
        else:
            yield from (">",) if before else ("> &nbsp;", ">")
        before = line


def prose(text: str) -> str:
    """One of bufferctl's messages on one line; text between backticks is code."""
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(_CODE.split(text)))


def html(text: str) -> str:
    """`text` on one line inside of a tag, where Markdown is not read and GitHub looks for mentions all the same.

    Addresses are code, since a tap on a link would not open the fold whose line it is on.
    """
    parts = _split_at_links(_one_line(text))
    return "".join(f"<code>{escape(part, quote=False)}</code>" if is_link else _in_tag(part) for is_link, part in parts)


def _in_tag(text: str) -> str:
    return escape(_apart(text), quote=False).replace("$", "<span>$</span>").replace(_APART, "&#8203;")


def picture(url: str, alt: str) -> str:
    """A small image at a public https URL without a password; empty if it is not one."""
    image = _image(url, alt, 'width="120"')
    return f"<p>{image}</p>" if image else ""


def thumbnail(url: str, alt: str) -> str:
    """A small image within a line."""
    return _image(url, alt, f'height="{_SMALL}"')


def _image(url: str, alt: str, size: str) -> str:
    parts = _web(url)
    if parts is None or parts.scheme != "https" or parts.username is not None:
        return ""
    return f'<img src="{escape(_percent(url))}" alt="{escape(_one_line(alt))}" {size}>'


def link(url: str, text: str) -> str:
    """`text` linked to an http or https address; the text alone if the address is not one, or leaves a trace.

    An address that leaves a trace, and is itself the text, is code. Text inside a link is not searched for other links.
    """
    if _web(url) is None:
        return _started(_escaped(_one_line(text)))
    if _LEAVES_A_TRACE.search(url):
        return code(text) if text == url else plain(text)
    return f"[{_one_line(text).translate(_ESCAPES)}](<{escape(_percent(url), quote=False)}>)"


def _web(url: str) -> SplitResult | None:
    """The parts of an http or https address; None if it is not one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def clipped(text: str, length: int) -> str:
    """At most `length` characters of a text, on one line; an address is whole, or left out."""
    text = " ".join(text.split())
    if len(text) <= length:
        return text
    words = len(text[:length].rpartition(" ")[0])
    first, last = outside_links(text, words if words > length // 2 else length - 1)
    start = text[:first].rstrip() or text[:last]
    return text if start == text else f"{start} …"


def outside_links(text: str, at: int) -> tuple[int, int]:
    """Where to cut a text instead of at a position: before and after a link there, since half of one leads nowhere."""
    found = next((each for each in LINK.finditer(text) if each.start() < at < each.end()), None)
    return found.span() if found else (at, at)


def size(text: str) -> int:
    """How long a comment is, in UTF-16 units: never fewer than GitHub counts, and a third of its bytes or more."""
    return len(text.encode("utf-16-le")) // 2


def height(text: str) -> int:
    """About how many pixels some Markdown takes on a phone, rather too many than too few."""
    lines = (_UNSEEN.sub("", line) for line in text.split("\n") if line)
    rows = sum(max(len(wrapped(line, _WIDTH)), -(-cells(line) // _WIDTH)) for line in lines)
    pictures = text.count("<p><img") * _IMAGE + ("<img" in text.replace("<p><img", "")) * _SMALL
    return pictures + (text.count(_GAP) + 1) * _PARAGRAPH + rows * _LINE


def _painter(piece: Piece) -> Callable[[str], str]:
    if piece.kind == "link":
        return lambda text: link(piece.href, text)
    if tag := _DIFFERS.get(piece.kind):
        return lambda text: f"<{tag}>{_inline(text)}</{tag}>" if text else ""
    return _inline


def _one_line(text: str) -> str:
    return visible(" ".join(text.splitlines()))


def _inline(text: str) -> str:
    return "".join(link(part, part) if is_link else _escaped(part) for is_link, part in _split_at_links(text))


def _escaped(text: str) -> str:
    return _apart(text).translate(_ESCAPES)


def _split_at_links(text: str) -> Iterator[tuple[bool, str]]:
    """The text in parts, and whether each is an address."""
    at = 0
    for found in LINK.finditer(text):
        address = trimmed(found[0])
        yield False, text[at : found.start()]
        yield _web(address) is not None, address
        at = found.start() + len(address)
    yield False, text[at:]


def _apart(text: str) -> str:
    """The text with nothing that becomes a link, a mention or a picture."""
    text = _SIGNS.sub(lambda match: match[0] + _APART, text)
    return _HASH.sub(lambda match: _APART.join(_DIGITS.findall(match[0])), text)


def _opened(line: str) -> str:
    """A line of a quote with its spaces preserved."""
    line = line.rstrip().replace("\t", "    ")
    bare = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(bare)) + _started(bare).replace("  ", " &nbsp;")


def _started(line: str) -> str:
    """A line that starts with text, never with a list, heading, table, or a command to a bot (`/close`)."""
    if number := _NUMBER.match(line):
        return f"{number[0]}\\{line[number.end() :]}"
    return f"\\{line}" if line.startswith(("-", "+", "#", "=", ":", "/")) else line


def _percent(url: str) -> str:
    return percent(url, safe=_URL_SIGNS, errors="replace")


@value()
class Section(Generic[T]):
    """Items under a heading: at least `least` and at most `most` of them open.

    `keeps`: how many there is always room for. `closed`: the title of a fold with all of them.
    """

    title: str
    items: Sequence[T]
    form: Callable[[T], str]
    closed: str = ""
    least: int = 0
    most: int = 5
    keeps: int = 0
    gap: str = _GAP

    @cached_property
    def heights(self) -> list[int]:
        """The heights of the items that may be open."""
        return [height(self.form(item)) - (self.gap != _GAP) * _PARAGRAPH for item in self.items[: self.most]]

    @property
    def kept(self) -> int:
        """The least height of the section."""
        opened = max(self.least, self.keeps)
        folded = FOLD if len(self.items) > opened else 0
        return sum(self.heights[:opened]) + (_HEADING if opened and self.items else 0) + folded


class Sheet:
    """A comment, filled from the top: what no longer fits is counted. `mark`: its first lines, `foot`: its last.

    `everything`: where what does not fit is shown, such as "`bufferctl plan` shows all". `screen`: how many pixels it
    may take while its folds are closed; without it all that may be open is.
    """

    def __init__(self, mark: str, everything: str, foot: str = "", screen: float = inf) -> None:
        self._parts, self._everything, self._foot, self._screen = [mark], everything, foot, screen
        self._kept = _EDGES + height(foot)
        self._room = LIMIT - size(mark) - size(foot) - 2 * len(_GAP)

    @property
    def text(self) -> str:
        """The whole comment, ending in a newline."""
        return _GAP.join(filter(None, [*self._parts, self._foot])) + "\n"

    def put(self, text: str, *, is_folded: bool = False) -> None:
        """Add text of ours, for which there is always room. `is_folded`: only its first line is seen."""
        self._parts.append(text)
        self._room -= size(text) + len(_GAP)
        seen = height(text.partition("\n")[0] if is_folded else text)
        self._screen -= _HEADING if text[0] == "#" else seen

    def keep(self, pixels: int) -> None:
        """Leave room for sections, until they are filled in, and for folds."""
        self._kept += pixels

    def shows(self, pixels: int) -> bool:
        """Whether something this high may be open."""
        return pixels + self._kept <= self._screen

    @contextmanager
    def folded(self, title: str, *, is_open: bool = False) -> Iterator[None]:
        """Puts what is added meanwhile below a line that opens it, unless it `is_open` anyway."""
        if is_open:
            yield
            return
        self.put(f"<details><summary>{title}</summary>", is_folded=True)
        screen, self._screen = self._screen, inf
        yield
        self.put("</details>")
        self._screen = screen

    def fill(self, section: Section[T]) -> None:
        """Add a section, unless it has no items: as many of them open as the screen has room for; then a fold."""
        items, self._kept = section.items, self._kept - section.kept
        if items:
            seen = max(section.least, sum(map(self.shows, accumulate(section.heights, initial=_HEADING))) - 1)
            if seen:
                self.put(f"#### {section.title}")
                self.items(items[:seen], section.form, section.gap)
            closed = section.closed or f"{len(items):,} {section.title.lower()}"
            title = f"{len(items) - seen:,} more" if seen else closed
            self.fold(title, items[seen:], section.form, reserved=RESERVED, gap=section.gap)

    def items(self, items: Sequence[T], form: Callable[[T], str], gap: str = _GAP) -> None:
        """Add as many items as fit."""
        self.put(gap.join(self._fitting(items, form, RESERVED)))

    def fold(
        self,
        title: str,
        items: Sequence[T],
        form: Callable[[T], str],
        *,
        reserved: int = 0,
        gap: str = _GAP,
    ) -> None:
        """Add items below a line that opens them, unless there are none."""
        if items:
            head, end = f"<details><summary>{title}</summary>", "</details>"
            room = reserved + size(head) + size(end) + 3 * len(_GAP)
            body = gap.join(self._fitting(items, form, room))
            self.put(_GAP.join([head, body, end]), is_folded=True)

    def _fitting(self, items: Sequence[T], form: Callable[[T], str], reserved: int) -> list[str]:
        """The items that fit, and how many do not. Items are made one by one, since only a few of very many fit."""
        room, found = self._room - reserved - _MORE, list[str]()
        for item in items:
            text = form(item)
            room -= size(text) + len(_GAP)
            if room < 0:
                left = len(items) - len(found)
                return [*found, f"\n… and {left:,} more; {self._everything}"]  # no part of a list
            found.append(text)
        return found
