"""Common slips: text that YAML reads as something else, and mistakes that keep a file from being YAML at all.

A hashtag, a line break or a first word that YAML swallows would silently not be posted (design: The files). A `#` after
a space starts a comment unless the text is in quotes or a block. A real comment has a space after its `#`. Where a file
is not YAML, the parser stumbles over a later character than the one that is wrong, and cannot name the mistake.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from bufferctl.config.format import BLOCK_FORM, FIELD_NAMES, FILES, PROSE
from bufferctl.config.read.source import Source, indent_of, name_column
from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity
from bufferctl.model import Service
from bufferctl.model.about import fields_below, is_group

#: What YAML takes for a comment: ` #launch` behind a text.
_BEHIND = re.compile(r"[ \t]+(?P<hashtag>#[^\s#][^\r\n]*)")
#: `  #launch` on a line of its own below a text; real comments, `# Dana will write this`, may come between.
_BELOW = re.compile(r"(?:\s*[\r\n][ \t]*#(?=\s)[^\r\n]*)*\s*[\r\n](?P<indent>[ \t]+)(?P<hashtag>#[^\s#][^\r\n]*)")
#: `| #launch`, where the text is to begin on the next line.
_IN_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(?P<hashtag>#[^\s#][^\r\n]*)")


def lost_hashtag(source: Source, start: int, end: int, name: str, *, block: bool) -> Diagnostic | None:
    """A hashtag that is lost after a text, on a block's first line, or below the text, as if that continued.

    Below it, blank lines and comments may come first, and only a line further in than the field is taken as meant for
    the text. `start` and `end` are the text's, `name` is its field. If quotes of a word processor stand around the
    hashtag, they are the problem that is returned.
    """
    if block:
        return _lost(source, _IN_HEADER.match(source.text, start), name)
    found = _BEHIND.match(source.text, end)
    if found is None and (found := _BELOW.match(source.text, end)):
        found = found if len(found["indent"]) > _field_column(source, start, name) else None
    return _lost(source, found, name)


def _field_column(source: Source, start: int, name: str) -> int:
    """The column, from 0, of the field whose text starts at an offset, or of the dash of that item of a list."""
    before = source.before(start)
    if not before.strip():  # the text is below its name
        before = source.line(source.text.rfind(f"{name}:", 0, start))
    return name_column(before) if re.match(r"[ ]*- +[\w-]+:", before) else indent_of(before)


def literal_break(source: Source, start: int, end: int, name: str) -> Diagnostic:
    """A warning for a text between these offsets that spells a line break as letters, which may be intended."""
    at = source.text.index("\\n", start, end)
    message = "`\\n` is posted as these two characters: only between double quotes it is a line break"
    hint = "begin a new line there"
    if source.text[start] not in {"|", ">"}:
        plain = source.text[start:end].strip("'").replace("''", "'")
        quoted = json.dumps(plain, ensure_ascii=False).replace(chr(92) * 2 + "n", chr(92) + "n")
        hint = f"write `{_sign(source, start, name)} {quoted}`"
    return source.diagnostic(at, message, hint=hint, width=2, severity=Severity.WARNING)


#: Quotes of word processors, with those that end what they begin.
CURLY_QUOTES = {
    "\u201c": "\u201d",
    "\u201d": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u00ab": "\u00bb",
    "\u2018": "\u2019",
}


#: `text: \u201cWe are live, everybody\u201d`: a field whose text is in such quotes; one of them may be straight.
_IN_CURLY = re.compile(
    rf"(?<![\w-])(?P<name>[\w-]+): +(?P<open>[\"{''.join(CURLY_QUOTES)}])"
    r"(?P<inner>[^\"{}\[\]\u201c\u201d\u201e\u00ab\u00bb]*)"
    r"(?P<close>[\"\u2019\u201c\u201d\u00bb])(?=\s*(?:[,}\]]|$))"
)


def curly_quotes(source: Source, start: int, text: str, name: str) -> Diagnostic | None:
    """A warning for an unquoted text, at `start`, in the quotes of a word processor, which may be a quotation."""
    inner = text[1:-1]
    ends = {*CURLY_QUOTES[text[0]], '"'}
    if len(text) < len("''") or text[-1] not in ends or {text[0], text[-1]} & set(inner) - {"\u2019"}:
        return None
    message = f"YAML only knows straight quotes, so `{text[0]}` and `{text[-1]}` are posted, too"
    sign = _sign(source, start, name)
    before = source.before(start)
    as_text = _as_block(source, start, name)
    if re.search(r"[\[{]", before):  # no block may be there
        as_text = f"write `{sign} {json.dumps(text, ensure_ascii=False)}`"
    hint = f"write `{sign} {json.dumps(inner, ensure_ascii=False)}`; if they belong to the text, {as_text}"
    return source.diagnostic(start, message, hint=hint, width=len(text), severity=Severity.WARNING)


def broken_curly_quotes(source: Source, offset: int) -> tuple[Diagnostic, Mend] | None:
    """The problem with a text, around an offset, that these quotes were meant to keep together, and its mend."""
    place, line = source.place(offset), source.line(offset)
    found = next((each for each in _IN_CURLY.finditer(line) if each.start() < place.column <= each.end()), None)
    if found is None or found["open"] == found["close"] or found["name"] not in FIELD_NAMES:
        return None
    written = f"{found['name']}: {json.dumps(found['inner'], ensure_ascii=False)}"
    message = (
        f"YAML only knows straight quotes, so `{found['open']}` and `{found['close']}` do not hold this text together"
    )
    at = source.line_start(offset) + found.start("open")
    width = found.end("close") - found.start("open")
    mend = Mend(place.line, f"{line[: found.start()]}{written}{line[found.end() :]}")
    return source.diagnostic(at, message, hint=f"write `{written}`", width=width), mend


def split_at_commas(source: Source, start: int, name: str, parts: Sequence[str]) -> Diagnostic | None:
    """A warning for texts in brackets of which one seems to continue the one before; short ones may be intended."""
    goes_on = any(after[:1].islower() and before[-1:] not in ".!?\u2026" for before, after in pairwise(parts))
    if not goes_on or not any(" " in part for part in parts):
        return None
    message = f"YAML splits what is in `[…]` at each comma, so this `{name}` has {len(parts)} parts"
    hint = f"write `{name}: {json.dumps(joined_at_commas(parts), ensure_ascii=False)}`"
    return source.diagnostic(start, message, hint=hint, severity=Severity.WARNING)


def joined_at_commas(parts: Sequence[str]) -> list[str]:
    """The texts that were probably meant: a part that begins in lowercase belongs to the one before it."""
    meant = list(parts[:1])
    for part in parts[1:]:
        if part[:1].islower():
            meant[-1] += f", {part}"
        else:
            meant.append(part)
    return meant


def taken_for_anchor(source: Source, start: int, word: str, name: str) -> Diagnostic:
    """A warning for a text that begins with `&`, at `start`, which may be an anchor that nothing refers to."""
    message = f"`&{word}` is not posted: YAML reads it as a name for the text, and nothing uses that name"
    return source.diagnostic(
        start, message, hint=BLOCK_FORM.format(name=name), width=len(word) + 1, severity=Severity.WARNING
    )


#: Fields of a post whose value is a group for each network.
GROUPS = frozenset({"metadata", "overrides"})
#: The lists of entries at the top of a file.
_ENTRIES = ("posts", "ideas")
_ENTRY_BEGINS = "write `- key:`, with the `-` below the `-` of the entries above"
#: Width to which a line of prose is usually filled.
_FULL = 60


def lost_breaks(source: Source, start: int, end: int, name: str, *, folded: bool) -> Diagnostic | None:
    """Line breaks that YAML joins although they look intended: the next word would have fitted on the line.

    `folded`: a `>` block, in which deeper lines keep their breaks; else an unquoted text or one in quotes.
    """
    header, *lines = source.text[start:end].splitlines()
    if folded:
        indent = next((indent_of(line) for line in lines if line.strip()), 0)
        lines = [line[indent:].rstrip() for line in lines]
    else:
        lines = [line.strip() for line in (header, *lines)]
    offset = start + (len(header) + 1 if folded else 0)
    width = max(_FULL, *map(len, lines)) if lines else 0
    for line, following in pairwise(lines):
        if not line or not following or line[0].isspace() or following[0].isspace():
            continue
        if len(line) + 1 + len(following.split(None, 1)[0]) <= width:
            at = source.text.index(line, offset)
            message = "YAML joins the lines of this text, so its line breaks are not posted"
            hint = _as_block(source, start, name)
            return source.diagnostic(at, message, hint=hint, width=len(line), severity=Severity.WARNING)
    return None


def _sign(source: Source, offset: int, name: str) -> str:
    """What a text at `offset`, or the last line of it, follows: its field's name, or the dash of a list."""
    found = re.match(r"[ \t]*(?:- +)?([\w-]+:|-)(?= +[^\s{\[])", source.line(offset))
    return found[1] if found else f"{name}:"


def _as_block(source: Source, offset: int, name: str) -> str:
    return BLOCK_FORM.format(name=name).replace(f"{name}:", _sign(source, offset, name))


def _lost(source: Source, found: re.Match[str] | None, name: str) -> Diagnostic | None:
    if found is None:
        return None
    comment = found["hashtag"]
    offset = found.start("hashtag")
    if curly := broken_curly_quotes(source, offset):
        problem, _ = curly
        return problem
    word = comment.split()[0]
    lost = "posted" if name in PROSE else "read"
    quoted = f'leave out the `#`, or put it in quotes: `"{word}"`'
    message = f"`{word}` would not be {lost}: YAML reads ` #` here as the start of a comment"
    return source.diagnostic(
        offset,
        message,
        hint=_as_block(source, found.start(), name) if name in PROSE else quoted,
        width=len(comment.rstrip()),
    )


#: Spaces from word processors and web pages, and characters without width.
_ODD = "\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
_DASHES = "\u2013\u2014\u2022\u2023\u00b7*"
_START = r"[ \t]*(?:- +)?"

#: A pattern for the line (`at` is the part to point at), what is wrong, what to do, and what `at` becomes so that the
#: reading can go on (None: the value in quotes).
_SLIPS: tuple[tuple[str, str, str, str | None], ...] = (
    # `text:` and then a space that a word processor does not break a line at
    (rf"^{_START}(?:-|\w+:)? *(?P<at>[{_ODD}]+)",
     "this is not an ordinary space (often from copied text), and YAML cannot read the line because of it",
     "delete it and type {spaces}", " "),
    (r"(?P<at>[\u2028\u2029])",
     "this is an invisible line separator (often from copied text), and YAML ends the line here",
     "delete it, and begin a new line there", " "),
    # `**text:** We are live`
    (rf"^{_START}(?P<at>\*\*(?P<name>\w+)(?::\*\*|\*\*:))", "`**` is Markdown for bold text", "write `{name}:`",
     "{name}:"),
    # `text: **We are live** today`
    (rf"^{_START}(?P<name>\w+): +(?P<at>\*\*(?P<bold>[^*:#\"]+)\*\*(?P<rest>[^*:#\"]*))$",
     "`**` is Markdown for bold text, and networks show its signs", "write `{name}: {bold}{rest}`", "{bold}{rest}"),
    # `image: ![A console](https://acme.example/a.png)`
    (rf"^{_START}(?P<name>image): +(?P<at>!\[(?P<alt>[^\]]*)\]\((?P<url>[^\s)]+)\))", "this is an image in Markdown",
     "write `image: {url}`, and `alt: {alt}` below", "{url}"),
    # `* key: launch`, `1. key: launch`
    (rf"^[ \t]*(?P<at>[{_DASHES}]|\d+[.)])\s*(?P<name>\w+) *:(?:\s|$)", "an entry begins with `- `, not `{at}`",
     "write `- `", "- "),
    # `-key: launch`
    (r"^[ \t]*(?P<at>-)(?P<name>\w+) *:(?:\s|$)", "a space is missing after `-`", "write `- {name}:`", "- "),
    # `key:launch`
    (rf"^{_START}(?P<name>\w+)(?P<at>:)[^\s:/]", "a space is missing after `{name}:`", "write `{name}: `", ": "),
    # `key = launch`
    (rf"^{_START}(?P<name>\w+) *(?P<at>[=\uff1a])", "a name and its value are separated by `: `", "write `{name}: `",
     ": "),
    # `tags: [launch, #console]`
    (rf"^{_START}(?P<name>\w+): +[\[{{](?:[^\]}}]*[\s,])?(?P<at>#[^\s,\]}}]+)",
     "YAML reads `{at}` and the rest of the line as a comment",
     'leave out the `#`, or put it in quotes: `"{at}"`', '"{at}"'),
    # `text: [New] We are live`
    (rf"^{_START}(?P<name>\w+): +[\[{{][^\]}}]*[\]}}]\s*(?P<at>[^\s,\]}}#].*)",
     "there is text after the closing bracket",
     f"if it is text that begins with a bracket, {BLOCK_FORM.format(name='text')}", None),
    # `// for Dana`, `<!-- for Dana -->`
    (r"^[ \t]*(?P<at>//(?=\s)|<!--).*", "a comment in YAML begins with `#`", "write `#`", "#"),
    # `- key launch`
    (r"^ {0,2}- (?P<at>key +(?P<value>\S+))$", "a colon is missing after `key`", "write `key: {value}`",
     "key: {value}"),
    # `posts`
    (r"^[ \t]*(?P<name>\w+)(?<=(?P<at>\w)) *$", "a colon is missing after `{name}`", "write `{name}:`", "{at}:"),
    (r"^[ \t]*(?P<at>```.*)", "a line of backticks is not YAML", "delete it", ""),
)  # fmt: skip
#: git's lines around the two sides of a conflict.
_CONFLICT = re.compile(r"^<{7} .*$", re.MULTILINE)


def conflict(source: Source) -> Diagnostic | None:
    found = _CONFLICT.search(source.text) if b"<<<<<<< " in source.data else None
    if found is None or source.text.find("\n>>>>>>> ", found.end()) < 0:
        return None
    message = "this is an unresolved merge conflict"
    hint = "keep the right lines, and delete those that begin with `<<<<<<<`, `=======` and `>>>>>>>`"
    return source.diagnostic(found.start(), message, hint=hint, width=len(found[0]))


def no_value(source: Source, name: str, start: int, end: int) -> Diagnostic:
    """A field that has no value; `start` and `end` are its name's."""
    if hashtag := _lost(source, _BEHIND.match(source.text, end + 1), name):
        return hashtag
    if curly := broken_curly_quotes(source, start):
        problem, _ = curly
        return problem
    hint = "add a value or delete the line"
    if _holds_fields(name):
        hint = "write what belongs to it on the lines below, two spaces further in"
    elif re.match(r": +[&!]", source.text[end:]):
        hint = f"if it is text that begins with `{source.text[end:].split()[1][0]}`, {BLOCK_FORM.format(name=name)}"
    elif ":" in name:
        hint = f"write a space after `{name.partition(':')[0]}:`"
    elif source.text[end : end + 1] in {",", "}"}:
        hint = "put a text in quotes if it holds `,` or `{`"
    return source.diagnostic(start, f"`{name}` has no value", hint=hint, width=len(name), kind=Kind.MISSING_FIELD)


def not_a_duplicate(source: Source, offset: int, name: str, above: Sequence[str]) -> tuple[Diagnostic, Mend] | None:
    """The probable intention of a field that is given twice: it begins a new entry, or continues the entries above.

    `offset`: where its name is. `above`: the field before it, if there is one.
    """
    place, line = source.place(offset), source.line(offset)
    before = source.before(offset)
    if name == "key" and not before.strip() and len(before) >= len("- "):
        mend = Mend(place.line, f"{before[:-2]}- {line[len(before) :]}")
        message = "a `- ` is missing before this `key`, so YAML reads this entry as part of the one above"
        return source.diagnostic(offset, message, hint=_ENTRY_BEGINS, width=len(name)), mend
    if name in _ENTRIES and list(above) == [name] and not before and not line[len(name) + 1 :].strip():
        message = f"`{name}` is given twice, and YAML would read only one of them"
        hint = "delete this line: the entries below it belong to the list above"
        return source.diagnostic(offset, message, hint=hint, width=len(name)), Mend(place.line, "")
    return None


def _holds_fields(name: str) -> bool:
    """Whether the value of such a field is always a group of fields, as of a network in `overrides` and `metadata`."""
    fields = [field for each, field, _ in fields_below(*FILES) if each == name]
    return bool(fields and all(map(is_group, fields))) or name.partition(":")[0] in set(Service)


class Mend(NamedTuple):
    """The line to read instead of one with a slip, so that reading can continue; nothing is written.

    It may be several lines, for as many from that row on.
    """

    row: int
    line: str


def in_quotes(source: Source, row: int) -> Mend | None:
    """The line with its value in quotes; None if it has none."""
    line = source.line(source.offset(Place(source.name, row, 1)))
    found = re.match(r"(?P<start>[ ]*(?:- +)?(?:[\w-]+: +|(?<=- )))(?P<value>\S.*?)[ \t]*$", line)
    if found is None:
        return None
    value = found["value"]
    inner = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return Mend(row, found["start"] + json.dumps(inner, ensure_ascii=False))


def _row_above(source: Source, row: int) -> int:
    """The nearest row above that is not blank, 1 without any."""
    while row > 1:
        row -= 1
        if source.line(source.offset(Place(source.name, row, 1))).strip():
            return row
    return 1


def slip(source: Source, *offsets: int | None) -> tuple[Diagnostic, Mend | None] | None:
    """The slip on one of the lines where the parser stopped, or on the line with text above."""
    places = [offset for offset in offsets if offset is not None]
    for offset in places:
        if curly := broken_curly_quotes(source, offset):
            return curly
    rows = {source.place(offset).line for offset in places}
    for row in sorted(rows | {_row_above(source, row) for row in rows if row > 1}):
        start = source.offset(Place(source.name, row, 1))
        line = source.line(start)
        for pattern, message, hint, becomes in _SLIPS:
            found = re.search(pattern, line)
            if found is None or ("name" in found.groupdict() and found["name"].casefold() not in FIELD_NAMES):
                continue
            first, last = found.span("at")
            width = last - first
            parts = {**found.groupdict(), "spaces": f"{width} spaces" if width > 1 else "a space"}
            mend = in_quotes(source, row)
            if becomes is not None:
                there, rest = becomes.format(**parts), line[last:]
                if there == " ":
                    there = " " * width
                elif " " in there:
                    rest = rest.lstrip()
                mend = Mend(row, f"{line[:first]}{there}{rest}")
            words, do = message.format(**parts), hint.format(**parts)
            return source.diagnostic(start + first, words, hint=do, width=width), mend
    return None
