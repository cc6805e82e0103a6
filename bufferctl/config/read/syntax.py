"""Explains a text that is not YAML, in words for people who do not know YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from yaml import YAMLError

from bufferctl.config.format import BLOCK_FORM, FIELD_NAMES, PROSE
from bufferctl.config.read.misplaced import misplaced_entry, out_of_line
from bufferctl.config.read.slips import GROUPS, Mend, in_quotes, slip
from bufferctl.config.read.source import Source, indent_of, name_column
from bufferctl.diagnostics import Diagnostic, Place

_BLOCK = BLOCK_FORM.format(name="text")
_QUOTE_IT = f"put it in quotes, or {_BLOCK}"
_OPEN_QUOTE, _CLOSE_QUOTE = "the quote that opens here is not closed", f"close it, or {_BLOCK}"
_CANNOT_BEGIN = "an unquoted text cannot begin with"
_ANOTHER_FIELD = "`: ` inside an unquoted text reads as the start of another field"
_HIDES = "; a ` #` inside starts a comment and hides the rest of its line"
_INDENT = "line it up with the lines that it belongs to, with spaces"
#: A line that begins a field or an entry: `text: We are live`, `- key: launch`.
_FIELD = re.compile(r"[ ]*(?:- +)?[\w-]+:(?:\s|$)")

#: What lets the reading go on after a problem at an offset: the line after following the hint, if that is certain.
_Mending = Callable[[Source, int], Mend | None]


def _nothing(_source: Source, _offset: int) -> None:
    """A person must decide."""


def _quoted(source: Source, offset: int) -> Mend | None:
    return in_quotes(source, source.place(offset).line)


#: How many columns a tab probably stood for, where several columns are possible.
_TAB = 4


def _tab(source: Source, offset: int) -> tuple[Diagnostic, Mend]:
    """The problem with a tab that indents a line: with how many spaces the line belongs to those above."""
    line, place = source.line(offset), source.place(offset)
    rest, column = line.lstrip(" \t"), _column_above(source, place, line)
    hint = "use spaces" if column is None else f"use {column} spaces"
    if column is None:
        column = len(line[: -len(rest)].replace("\t", "  "))
    problem = source.diagnostic(offset, "a tab cannot indent a line in YAML", hint=hint)
    return problem, Mend(place.line, " " * column + rest)


def _column_above(source: Source, place: Place, line: str) -> int | None:
    """The column where a line with a tab probably belongs; None if the lines above do not show it."""
    rest = line.lstrip(" \t")
    above = [each for _, each, _ in _above(source, place)]
    if not above or not _FIELD.match(rest):
        return None
    nearest, is_item = above[0], rest.startswith("- ")
    opened = re.fullmatch(r"(?P<before>[ ]*(?:- +)?)(?P<name>[\w-]+):\s*", nearest)
    if opened and (is_item or opened["name"] in GROUPS):
        return len(opened["before"]) + len("- ")
    if is_item:
        same = (each for each in above if each.lstrip(" ").startswith("- key:" if rest.startswith("- key:") else "- "))
        return next((indent_of(each) for each in same), None)
    columns = dict.fromkeys(name_column(each) for each in above if _FIELD.match(each))
    written = len(line[: -len(rest)].expandtabs(_TAB))
    return min((each for each in columns if each), key=lambda each: abs(each - written), default=None)


def _deleted(source: Source, offset: int) -> Mend:
    return Mend(source.place(offset).line, "")


def _closed_quote(source: Source, offset: int) -> Mend:
    return Mend(source.place(offset).line, f"{source.line(offset)}{source.text[offset]}")


def _closed(bracket: str) -> _Mending:
    """Where the next line begins a field or an entry."""

    def mend(source: Source, offset: int) -> Mend | None:
        row = source.place(offset).line
        following = "".join(source.text.splitlines()[row : row + 1])
        return Mend(row, f"{source.line(offset)}{bracket}") if _FIELD.match(following) else None

    return mend


#: A pattern for the parser's message, our message, a hint, whether to point at where the construct began, and the mend.
_SAYINGS: tuple[tuple[str, str, str, bool, _Mending], ...] = (
    (
        r"directive|YAML document|version",
        "a line that begins with `%` is an instruction to YAML",
        "delete it",
        True,
        _deleted,
    ),
    (r"mapping values are not allowed", _ANOTHER_FIELD, _BLOCK, False, _quoted),
    (
        r"could not find expected ':'",
        "this line is neither a field (`name: value`) nor part of the text above",
        "if it belongs to a text, put it below `text: |`, two spaces further in, as every line of the text",
        True,
        _nothing,
    ),
    (r"end of stream|end of the stream|document indicator", _OPEN_QUOTE, _CLOSE_QUOTE, True, _closed_quote),
    (
        r"expected ',' or '\]'",
        "the list that `[` opens here is not closed",
        f"close it with `]`{_HIDES}",
        True,
        _closed("]"),
    ),
    (
        r"expected ',' or '\}'",
        "the fields that `{` opens here are not closed",
        f"close them with `}}`{_HIDES}",
        True,
        _closed("}"),
    ),
    (
        r"expected key|expected <block end>|<block end>",
        "this line does not fit those above",
        f"{_INDENT}; a text in quotes must end with its quote",
        False,
        _quoted,
    ),
    (r"'-' indicator", "this line does not fit the list above", _INDENT, False, _nothing),
    (r"sequence entries|mapping keys", f"{_CANNOT_BEGIN} `- ` or `? `", _QUOTE_IT, False, _quoted),
    (
        r"unknown escape|hexdecimal|hexadecimal",
        "a `\\` in double quotes starts an escape sequence, and this is not a valid one",
        f"write `\\\\`, or {_BLOCK}",
        False,
        _quoted,
    ),
    (r"expected alphabetic or numeric|alphabetic", f"{_CANNOT_BEGIN} `*` or `&`", _QUOTE_IT, True, _quoted),
    (
        r"block scalars?|chomping|indentation indicator",
        "nothing may follow `|` or `>` on its line",
        _BLOCK,
        False,
        _quoted,
    ),
    (r"node content|node start", "a value cannot begin with this", _QUOTE_IT, False, _quoted),
    (r"\btag\b|URI|handle", f"{_CANNOT_BEGIN} `!`", _QUOTE_IT, True, _quoted),
)


#: A problem, and what lets the reading go on.
Mended = tuple[Diagnostic, Mend | None]


def syntax_problem(source: Source, error: YAMLError) -> Mended:
    """The parser's complaint as a diagnostic, and the mend of a known slip."""
    problem = str(getattr(error, "problem", None) or error).split("\n", maxsplit=1)[0]
    offset = _offset(source, getattr(error, "problem_mark", None))
    began = _offset(source, getattr(error, "context_mark", None))
    if found := slip(source, began, offset):
        return found
    misplaced = re.search(r"mapping values|expected key|'-' indicator|<block end>", problem)
    if offset is not None and misplaced and (moved := misplaced_entry(source, offset) or out_of_line(source, offset)):
        return moved
    if "cannot start any token" in problem:
        offset = offset or 0
        character = source.text[offset : offset + 1]
        if character == "\t":
            return _tab(source, offset)
        return source.diagnostic(offset, f"{_CANNOT_BEGIN} `{character}`", hint=_QUOTE_IT), _quoted(source, offset)
    unended = re.search(r"node content|<stream end>", problem)
    if offset is not None and unended and not source.text[offset + 1 :].strip():
        return source.diagnostic(
            began or offset, "the file ends before this is closed", hint="close it with `]` or `}`"
        ), None
    if of_text := _of_the_text(source, began, offset):
        return of_text
    on_a_line = began is not None and offset is not None and source.place(began).line == source.place(offset).line
    if offset is not None and on_a_line and "expected ','" in problem and re.match(r":\s", source.text[offset:]):
        return source.diagnostic(offset, _ANOTHER_FIELD, hint="put the text in quotes"), None
    return _as_said(source, f"{getattr(error, 'context', None) or ''}; {problem}", began, offset)


def _as_said(source: Source, words: str, began: int | None, offset: int | None) -> Mended:
    """The problem by the parser's own words."""
    if re.search(r"tab character|'\\t'", words):
        return _tab(source, offset or 0)
    for pattern, message, hint, at_start, mend in _SAYINGS:
        if re.search(pattern, words):
            at = began if at_start and began is not None else offset or 0
            return source.diagnostic(at, message, hint=hint), mend(source, at)
    problem = words.partition("; ")[2]
    return source.diagnostic(offset or began or 0, f"this is not YAML ({problem})", hint=_INDENT), None


def for_field(line: str, column: int, hint: str) -> str:
    """The hint for the field on a line: its own name instead of `text`, and only quotes where no block is taken."""
    found = re.match(r"[ ]*(?:- +)?(?P<name>\w+):", line)
    if not found or found.end() >= column:
        return hint  # the line goes on with a text from above
    if found["name"] in PROSE or found["name"] not in FIELD_NAMES:
        return hint.replace("`text: |`", f"`{found['name']}: |`")
    return hint.replace(f", or {_BLOCK}", "").replace(_BLOCK, "put it in quotes")


_AFTER_QUOTE = "there is text after the closing quote"
#: `- "Second part"`: a part of a thread that begins with a quote and ends with it, so that nothing may follow.
_QUOTED_PART = re.compile(r"""[ ]*- +(?:".*"|'.*')\s*$""")
#: `- Second part`, in quotes or not, but not `- text: Second part`.
_PART = re.compile(r"[ ]*- +(?![\w-]+:(?:\s|$))[^\s|>]")
_PART_BELOW = "`- |`, and all of the part on the lines below, two spaces further in"


def _of_the_text(source: Source, began: int | None, offset: int | None) -> Mended | None:
    """The problem with the quotes or the indentation of a text on this line, or of one that continues from above."""
    if offset is None:
        return None
    group = _group_on_a_line(source, offset)
    if group:
        return group
    line, place = source.line(offset), source.place(offset)
    if _QUOTED_PART.match(source.before(offset)) and line[place.column - 1 : place.column] not in {"", ":"}:
        return source.diagnostic(offset, _AFTER_QUOTE, hint=f"write {_PART_BELOW}"), in_quotes(source, place.line)
    is_in_list = began is None or _PART.match(source.line(began))
    text = _of_a_continued_text(source, offset if began is None or is_in_list else began)
    if text:
        return text
    if (opened := _unclosed_quote(source, offset)) is not None:
        return source.diagnostic(opened, _OPEN_QUOTE, hint=_CLOSE_QUOTE), _closed_quote(source, opened)
    quoted = re.search(r""":\s+(".*"|'.*')\s*$""", source.before(offset))
    if quoted and line[place.column - 1 : place.column] not in {"", ":"}:
        hint = _inner_quotes(line) or f"quote the whole value, or {_BLOCK}"
        mend = in_quotes(source, place.line)
        return source.diagnostic(offset, _AFTER_QUOTE, hint=hint), mend
    return (_of_a_block(source, began) if began is not None else None) or _of_a_block(source, offset)


def _of_a_block(source: Source, offset: int) -> Mended | None:
    """A line that is meant to belong to the block above it, but is not indented like the block's first line."""
    place, line = source.place(offset), source.line(offset)
    indent = indent_of(line)
    at, first, first_indent = source.offset(Place(source.name, place.line, indent + 1)), "", 0
    for start, above, depth in _above(source, place):
        if header := re.match(r"([ ]*(?:- +)?)([\w-]+: +[|>][-+]?)\s*$", above):
            break
        if depth <= indent:
            return None
        first, first_indent, row = above, depth, source.place(start).line
    else:
        return None
    if first and depth < indent:
        message = f"this line is indented less than line {row}, the first of its text, so YAML ends the text above it"
        mend = Mend(row, " " * indent + first.lstrip())
        return source.diagnostic(at, message, hint=f"indent line {row} like this one"), mend
    needed = first_indent or len(header[1]) + 2
    if needed <= indent or _FIELD.match(line):
        return None
    message = f"the lines of `{header[2]}` must be indented by at least {needed} spaces"
    hint = f"indent it by {needed - indent} more spaces, as every line of the text"
    if line[indent] == "\t":
        hint = f"indent it by {needed} spaces instead of tabs, as every line of the text"
    return source.diagnostic(at, message, hint=hint), Mend(place.line, " " * needed + line.lstrip(" \t"))


#: `metadata: instagram: first_comment: Photo`: names one after the other, and the value of the last.
_NAMES_IN_A_ROW = re.compile(r"(?P<start>[ ]*(?:- +)?)(?P<names>[\w-]+:(?: +[\w-]+:)+) +(?P<value>[^\s{\[|>&*!].*)")


def _group_on_a_line(source: Source, offset: int) -> Mended | None:
    """Groups of fields that are written on one line without braces: `metadata: instagram: first_comment: Photo`."""
    line, place = source.line(offset), source.place(offset)
    found = _NAMES_IN_A_ROW.fullmatch(line.rstrip())
    if found is None:
        return None
    first, *inner = found["names"].replace(":", "").split()
    if first not in GROUPS:
        return None
    value = found["value"] if found["value"][0] in "'\"" else json.dumps(found["value"], ensure_ascii=False)
    if first == "overrides" and len(inner) == 1:
        inner.append("text")
    for name in reversed(inner):
        value = f"{{{name}: {value}}}"
    written = f"{first}: {value}"
    message = "one line holds several fields here, and without braces YAML cannot tell which belongs to which"
    at = source.line_start(offset) + len(found["start"])
    mend = Mend(place.line, f"{found['start']}{written}")
    return source.diagnostic(at, message, hint=f"write `{written}`", width=len(line) - len(found["start"])), mend


def _of_a_continued_text(source: Source, offset: int) -> Mended | None:
    """A line that goes on with the text of a field above, which has no `|`. `offset`: where it goes on."""
    line, place = source.line(offset), source.place(offset)
    if _FIELD.match(line):
        return None
    part_row = 0  # of the nearest item of a list, which may be the part of a thread that the line goes on with
    for start, above, _ in _above(source, place):
        if not part_row and _PART.match(above):
            part_row = source.place(start).line
        found = re.fullmatch(r"(?P<start>[ ]*(?:- +)?)(?P<name>[\w-]+): *(?P<text>[^\s'\"|>\[{].*)?", above.rstrip())
        if found is None:
            if _FIELD.match(above):
                return None
            continue
        if found["name"] not in PROSE:
            return None
        row, name = source.place(start).line, found["name"]
        width = len(line) - place.column + 1
        if name == "thread":
            if not part_row:
                return None
            message = f"this line continues the part of line {part_row}, but YAML reads that as a single line"
            hint = f"in line {part_row}, write {_PART_BELOW}"
            return source.diagnostic(offset, message, hint=hint, width=width), None
        message = f"this line continues the `{name}` of line {row}, but YAML reads that as a single line"
        hint = f"write `{name}: |` in line {row}, and all of the text below it, two spaces further in"
        return source.diagnostic(offset, message, hint=hint, width=width), None
    return None


#: How many lines to look upward for the beginning of a text.
_ABOVE = 200


def _above(source: Source, place: Place) -> Iterator[tuple[int, str, int]]:
    """The lines above a place that are not empty, the nearest first: where each starts, its text, its indentation."""
    for row in range(place.line - 1, max(0, place.line - _ABOVE), -1):
        start = source.offset(Place(source.name, row, 1))
        line = source.line(start)
        if line.strip():
            yield start, line, indent_of(line)


def _unclosed_quote(source: Source, offset: int) -> int | None:
    """The quote on a line above that is closed by the one that should open a text on this line."""
    place = source.place(offset)
    before = source.before(offset).rstrip()
    if not re.search(r"(?:[:-] +|^\s*)[\"']$", before):
        return None
    quote = before[-1]
    for start, line, _ in _above(source, place):
        found = re.match(rf"[ \t]*(?:- +)?(?:[\w-]+: +)?({quote})", line)
        if found:
            closed = quote in line[found.end() :].replace("\\" + quote, "")
            return None if closed else start + found.start(1)
    return None


def _inner_quotes(line: str) -> str:
    """How to write a quoted text that contains quotes; empty if the line is not such a text."""
    if not (found := re.search(r":\s+((['\"]).*\2)\s*$", line)):
        return ""
    inner, quote = found[1][1:-1], found[2]
    escaped = inner.replace("'", "''") if quote == "'" else re.sub(r'(?<!\\)"', r'\\"', inner)
    return f"write `{quote}{escaped}{quote}`"


def _offset(source: Source, mark: Any) -> int | None:
    """The offset of a mark, at most that of the last character that is not blank."""
    if mark is None:
        return None
    return max(0, min(int(mark.index), len(source.text.rstrip()) - 1))
