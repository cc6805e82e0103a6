"""Makes user text safe for Markdown, and fits sections into one comment.

Each character shows as itself, and nothing notifies, links or loads. GitHub turns more into links than its Markdown
specification says: `@names`, `#123`, `GH-1`, commit hashes; and words between colons into pictures. It does so after
parsing, when a backslash no longer helps, but a zero-width space between the symbol and the next character does.
GitLab does the same with a few more symbols.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import zip_longest
from urllib.parse import SplitResult, urlsplit
from urllib.parse import quote as percent

from bufferctl.model.plain_text import visible
from bufferctl.render.pieces import Piece

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
_NUMBER = re.compile(r"\d{1,9}(?=[.)])")
_DIFFERS = {"out": "del", "in": "ins"}
#: A link to such a page makes GitHub add "mentioned in" there, so its address is shown without a link.
_LEAVES_A_TRACE = re.compile(r"/(?:issues|pulls?|discussions|commits?|merge_requests|work_items|epics)/", re.IGNORECASE)
_URL_SIGNS = "%/:?#[]@!$&'()*+,;=~"
#: The space between two items, and the room for saying how many items of a section are not shown.
_GAP, _MORE = 2, 160


def plain(text: str) -> str:
    """`text` on one line, without links; it is safe at the start of a line."""
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


def quoted(lines: Iterable[str]) -> Iterator[str]:
    """Lines of Markdown as a quote that keeps its line breaks, even several in a row."""
    kept, before = [_opened(line) for line in lines], ""
    for line, following in zip_longest(kept, kept[1:]):
        if line:
            yield f"> {line}\\" if following else f"> {line}"
        else:
            yield from (">",) if before else ("> &nbsp;", ">")
        before = line


def picture(url: str, alt: str) -> str:
    """A small image at a public https URL without a password; empty if it is not one."""
    parts = _web(url)
    if parts is None or parts.scheme != "https" or parts.username is not None:
        return ""
    return f'<img src="{escape(_percent(url))}" alt="{escape(_one_line(alt))}" width="120">'


def link(url: str, text: str) -> str:
    """`text` linked to an http or https address; the text alone if the address is not one, or leaves a trace.

    Text inside a link is not searched for other links.
    """
    if _web(url) is None or _LEAVES_A_TRACE.search(url):
        return plain(text)
    return f"[{_one_line(text).translate(_ESCAPES)}](<{escape(_percent(url), quote=False)}>)"


def _web(url: str) -> SplitResult | None:
    """The parts of an http or https address; None if it is not one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and parts.hostname else None


def clipped(text: str, length: int) -> str:
    """At most `length` characters of a text, on one line."""
    text = " ".join(text.split())
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def size(text: str) -> int:
    """How long a comment is, in UTF-16 units: never fewer than GitHub counts, and a third of its bytes or more."""
    return len(text.encode("utf-16-le")) // 2


def _painter(piece: Piece) -> Callable[[str], str]:
    if piece.kind == "link":
        return lambda text: link(piece.href, text)
    if tag := _DIFFERS.get(piece.kind):
        return lambda text: f"<{tag}>{_inline(text)}</{tag}>" if text else ""
    return _inline


def _one_line(text: str) -> str:
    return visible(" ".join(text.splitlines()))


def _inline(text: str) -> str:
    text = _SIGNS.sub(lambda match: match[0] + _APART, text)
    text = _HASH.sub(lambda match: _APART.join(_DIGITS.findall(match[0])), text)
    return text.translate(_ESCAPES)


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


@dataclass(frozen=True, slots=True)
class Item:
    """`brief`: one line; `full`: makes the complete version, several lines."""

    brief: str
    full: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Section:
    """`number` items below a title. `more`: describes a number of them, and says where to see them all.

    `must`: they take precedence over the others. Items are made on demand, since only a few of very many fit; there may
    be fewer than `number`. `is_brief`: one line each.
    """

    title: str
    number: int
    items: Iterable[Item]
    more: str
    must: bool = False
    is_folded: bool = False
    is_brief: bool = False


@dataclass(frozen=True, slots=True)
class FittedSection:
    """A section as text. `cut`: how many of its items are left out or cut to one line because of lack of room."""

    section: Section
    text: str
    cut: int


def fitted(sections: Iterable[Section], room: int) -> Iterator[FittedSection]:
    """The sections, each with the items that fit: in full, else on one line, else counted in "and 312 more".

    Sections get room in their order, except that one line is reserved for each item of a `must` section. Together they
    are at most `room` long, with `_GAP` between any two.
    """
    sections = [each for each in sections if each.number]
    room -= sum(_cost(_framed(each, "")) + _MORE for each in sections)
    musts, kept = _kept(sections, room)
    for section in sections:
        shown: list[str] = []
        shortened = 0
        for item in musts.get(section.title, section.items):
            brief = _cost(item.brief)
            kept -= brief if section.must else 0
            free = room - kept
            if brief > free:  # not a `must` section; the room for those is reserved
                break
            full = "" if section.is_brief else item.full()
            fits = _cost(full) <= free
            shortened += not fits
            shown.append(full if full and fits else item.brief)
            room -= _cost(shown[-1])
        if left := section.number - len(shown):
            shown.append(f"- … and {left:,} more {section.more}")
        yield FittedSection(section, _framed(section, "\n\n".join(shown)), left + shortened)


def _kept(sections: Iterable[Section], room: int) -> tuple[dict[str, list[Item]], int]:
    """The items of `must` sections that fit into `room` on one line each, by title, and how much room they take."""
    found: dict[str, list[Item]] = {}
    kept = 0
    for section in sections:
        if section.must:
            items = found[section.title] = []
            for item in section.items:
                if kept + _cost(item.brief) > room:
                    break
                kept += _cost(item.brief)
                items.append(item)
    return found, kept


def _cost(text: str) -> int:
    return size(text) + _GAP


def _framed(section: Section, items: str) -> str:
    if section.is_folded:
        return f"<details><summary>{section.title}</summary>\n\n{items}\n\n</details>"
    return f"#### {section.title}\n\n{items}"
