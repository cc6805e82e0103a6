"""An entry or a field that begins in the wrong column: one problem, with all lines that have to be moved.

YAML reads such a line as part of something else, or stumbles over it or a later one, and then over each line that
belongs with it.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bufferctl.config.format import FIELD_NAMES
from bufferctl.config.read.slips import Mend
from bufferctl.config.read.source import LINE_END, Source, indent_of, name_column
from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.model.desired import ENTRY_IN_TEXT
from bufferctl.value import replace

#: `posts:`, also as the first field of an entry of another list: `- posts:`.
_LIST = re.compile(r"(?P<indent>[ ]*(?:- +)?)(?P<name>posts|ideas):\s*(?:#.*)?")
#: `  - key: launch`, or `key: launch` without a dash.
_ENTRY = re.compile(r"(?P<indent>[ ]*)(?P<dash>- +)?key:\s+(?P<key>\S+).*")
#: `- due_at: 2026-12-01`, and any line with a field, `due_at: 2026-12-01`.
_FIRST_FIELD = re.compile(r"[ ]*- +[\w-]+:(?:\s.*)?")
_FIELD = re.compile(r"[ ]*(?P<name>[\w-]+):(?:\s.*)?")
#: `posts:` or `text: |`, whose value is on the lines below, and `text: |` alone, whose text is.
_OPENS_VALUE = re.compile(r".*:(?: +[|>][-+0-9]*)?\s*(?:#.*)?")
_OPENS_TEXT = re.compile(r".*: +[|>][-+0-9]*\s*(?:#.*)?")
#: `posts:` at the beginning of a line, whatever follows.
_NAMED = re.compile(r"[ ]*(?:- )?(?P<name>\w+):(?:\s|$)")
#: How many lines above are looked at for where it could belong.
_ABOVE = 200
_UNCLEAR = "cannot tell what it belongs to"


class _Entry(NamedTuple):
    """An entry by the number, from 0, of its first line, and the columns of its dash, if it has one, and its fields."""

    number: int
    dash_column: int | None
    name_column: int
    is_in_text: bool


def misplaced_entry(source: Source, offset: int, effect: str = _UNCLEAR) -> tuple[Diagnostic, Mend | None] | None:
    """The problem with the entry at an offset or with the one before it; None if both are where they should be.

    `effect`: what YAML does because of it.
    """
    lines, row = LINE_END.split(source.text), source.place(offset).line
    top = _list_above(lines, row)
    if top is None:
        return _without_list(source, lines[row - 1], row - 1)
    entries = list(_entries(lines, top))
    dash = _dash_column(entries, name_column(lines[top]))
    begun = [entry for entry in entries if entry.number < row and not entry.is_in_text]
    entry = next((each for each in begun[-2:] if each.dash_column != dash), None)
    if entry is None:
        return None
    others = any(each.dash_column == dash for each in entries)
    where = "the other entries" if others else f"`{lines[top].strip(' -').partition(':')[0]}` in line {top + 1}"
    message = f"this entry does not line up with {where}, so YAML {effect}"
    if entry.dash_column is None:
        message = f"a `- ` is missing before this `key`, so YAML {effect}"
    following = (each.number for each in entries if each.number > entry.number and each.dash_column == dash)
    hint, mend = _in_place(lines[: next(following, len(lines))], entry, dash)
    return _problem(source, entry, message, hint), mend


def swallowed_entry(source: Source, start: int, end: int) -> Diagnostic | None:
    """An entry, or a field of one, in the block of text between two offsets: a rule's finding.

    A warning until the rule's level is known, since what imports a text may not stop at it.
    """
    first, last = source.place(start).line, source.place(end - 1).line
    top = max(1, first - _ABOVE)
    lines = [source.line(source.offset(Place(source.name, row, 1))) for row in range(top, last + 1)]
    text = first - top + 1
    above = (_ENTRY.fullmatch(line) for line in reversed(lines[:text]))
    own = next((found for found in above if found and found["dash"]), None)
    index = next((index for index in range(text, len(lines)) if _is_of_an_entry(lines[index : index + 2])), None)
    if own is None or index is None:
        return None
    line, below = lines[index], "".join(lines[index + 1 : index + 2])
    found = _ENTRY.fullmatch(line)
    dash = indent_of(line) if found and found["dash"] else None
    entry = _Entry(top + index - 1, dash, name_column(line), is_in_text=True)
    what, hint = _out_of_text(line, below, own)
    message = f"{what} is so far in that it is part of the text of `{own['key']}`, and would be posted with it"
    hint += f"; if it belongs to the text, set `{ENTRY_IN_TEXT}: off` under `rules`"
    return replace(_problem(source, entry, message, hint, Severity.WARNING), code=ENTRY_IN_TEXT)


def has_entry(text: str) -> bool:
    """Whether a text, written as a block, would be taken for one that swallowed an entry."""
    lines = text.splitlines()
    return any(_is_of_an_entry(lines[index : index + 2]) for index in range(len(lines)))


def _out_of_text(line: str, below: str, own: re.Match[str]) -> tuple[str, str]:
    """What a line in the text of the entry `own` is, and how to move it, and the lines below it, out of there."""
    dash, fields = len(own["indent"]), len(own["indent"] + own["dash"])
    found = _ENTRY.fullmatch(line)
    if found is None:
        name = line.partition(":")[0].strip()
        what, others, by = f"this `{name}`", "the lines below it", fields - indent_of(line)
        hint = f"write {_spaces(fields)} before it"
    elif found["dash"]:
        what, others, by = "this entry", "its other lines", fields - indent_of(below)
        hint = f"write {_spaces(dash)} before its `-`"
    else:
        what, others, by = "this entry", "its other lines", fields - indent_of(below)
        hint = f"write `- key:`, with {_spaces(dash)} before the `-`"
    if by and _FIELD.fullmatch(below):
        hint += f", and {_move(others, by)}"
    return what, hint


#: A field that is in no text by chance: `due_at: 2026-12-01` or `channels: [linkedin]`.
_ONLY_A_FIELD = re.compile(r"[ ]*(?:due_at: +(?:\d{4}-|start\b)|channels: *\[).*")


def _is_of_an_entry(lines: Sequence[str]) -> bool:
    """Whether the first of two lines is a field of an entry: its key, with another field below it, or its time."""
    following = _FIELD.fullmatch("".join(lines[1:]))
    is_entry = _ENTRY.fullmatch(lines[0]) and following and following["name"] in FIELD_NAMES
    return bool(is_entry or _ONLY_A_FIELD.fullmatch(lines[0]))


def _of_a_part(source: Source, offset: int, name: str, above: Sequence[str]) -> tuple[Diagnostic, Mend] | None:
    """A field that belongs to the item of a list above it: to a text alone, or to fields that are further in.

    `above`: the lines above it, the nearest first.
    """
    place, line = source.place(offset), source.line(offset)
    indent = indent_of(line)
    found = next((number for number, each in enumerate(above, 1) if re.match(rf"[ ]{{0,{indent}}}- ", each)), None)
    if found is None or name not in _OF_PARTS:
        return None
    number, item = found, above[found - 1]
    dash = item.find("- ")
    if indent - dash not in {0, len("- ")}:
        return None
    row = place.line - number
    at = source.line_start(offset) + indent
    text = item[dash + len("- ") :].strip()
    if indent > dash and not re.match(r"[\w-]+:(?:\s|$)|[|>\[{&*!'\"]", text):
        needs_quotes = re.search(r": | #", text)
        written = f"- text: {json.dumps(text, ensure_ascii=False) if needs_quotes else text}"
        hint = f"write `{written}` in line {row}"
        message = f"`{name}` belongs to the text in line {row}, which is a part without fields"
        mend = Mend(row, item[:dash] + written)
        return source.diagnostic(at, message, hint=hint, width=len(name)), mend
    if indent == dash and re.match(r"text:(?:\s|$)", text):
        message = f"`{name}` is not as far in as `text` in line {row}, to which it belongs"
        mend = Mend(place.line, f"  {line}")
        return source.diagnostic(at, message, hint="indent it by 2 spaces, like `text`", width=len(name)), mend
    return None


#: The fields of a thread's part beside its text.
_OF_PARTS = frozenset({"image", "alt", "assets"})


def out_of_line(source: Source, offset: int) -> tuple[Diagnostic, Mend] | None:
    """A field, at its name or its colon, that does not line up with the one above."""
    place, line = source.place(offset), source.line(offset)
    found = _NAMED.match(line)
    if not found or found["name"] not in FIELD_NAMES or place.column - 1 > found.end("name"):
        return None
    start = source.line_start(offset)
    above = source.text[:start].splitlines()[: -_ABOVE - 1 : -1]
    dash = line.find("- ", 0, found.start("name"))
    entries = [each.index("-") for each in above if re.match(r"[ ]*- \w+:(?:\s|$)", each)]
    if dash >= 0 and entries and dash < min(entries):
        message = "this entry does not line up with the entries above, so YAML cannot tell what it belongs to"
        mend = Mend(place.line, " " * (entries[0] - dash) + line)
        return source.diagnostic(
            start + dash, message, hint=f"write {_spaces(entries[0])} before its `-`, like them"
        ), mend
    if part := _of_a_part(source, offset, found["name"], above):
        return part
    columns = [len(each) - len(re.sub(r"^[ ]*(?:- )?", "", each)) for each in above if each.strip()]
    further = bool(columns) and found.start("name") > columns[0]
    how = "is further in than the line above" if further else "does not line up with the fields above"
    message = f"`{found['name']}` {how}, so YAML cannot tell what it belongs to"
    hint = "line it up with the fields that it belongs to, with spaces"
    near = columns[0] if further else min(columns, key=lambda each: abs(each - found.start("name")), default=0)
    by = near - found.start("name")
    lines = [" " * (by + indent_of(line)) + line.lstrip(" ")]
    if by and dash < 0:
        lines = _moved(LINE_END.split(source.text), place.line - 1, by)
    if lines[1:]:
        hint = f"write {_spaces(near)} before it, and {_move('the lines below it', by)}"
    mend = Mend(place.line, "\n".join(lines))
    return source.diagnostic(start + found.start("name"), message, hint=hint, width=len(found["name"])), mend


def _moved(lines: Sequence[str], index: int, by: int) -> list[str]:
    """A field's line and those that have to be moved with it, by so many columns to the right."""
    column, is_open, found = indent_of(lines[index]), False, list[str]()
    for line in lines[index:]:
        indent = indent_of(line)
        is_item, is_comment = line.startswith("-", indent), line.startswith("#", indent)
        is_field = indent == column and not is_item
        if not line.strip() or (is_comment and indent < column):
            found.append(line)
            continue
        if indent < column or not (is_field or is_open or is_comment):
            break
        if indent == column and (_LIST.fullmatch(line) or (is_item and _ENTRY.fullmatch(line))):
            break
        if is_field:
            is_open = bool(_OPENS_VALUE.fullmatch(line))
        found.append(line[-by:] if by < 0 else " " * by + line)
    while found and (not found[-1].strip() or found[-1].lstrip().startswith("#")):
        found.pop()
    return found


def _move(lines: str, by: int) -> str:
    """How to move lines, which `lines` names."""
    return f"move {lines} {_spaces(abs(by))} to the {'left' if by < 0 else 'right'}"


def _list_above(lines: Sequence[str], row: int) -> int | None:
    """The index of the nearest `posts:` or `ideas:` above a row."""
    return next((index for index in range(row - 1, -1, -1) if _LIST.fullmatch(lines[index])), None)


def _entries(lines: Sequence[str], top: int) -> Iterator[_Entry]:
    """The entries below a list's name, wherever they begin."""
    column = name_column(lines[top])
    text: int | None = None  # the column of the field whose text the lines are
    items: list[_Entry] = []  # whose fields the lines are, those that do not begin with a key
    for index in range(top + 1, len(lines)):
        line = lines[index]
        if not line.strip(" "):
            continue
        indent, found = indent_of(line), _ENTRY.fullmatch(line)
        text = None if text is None or indent <= text else text
        while items and indent < items[-1].name_column:
            items.pop()
        if found and items and indent == items[-1].name_column:
            yield items[-1]
        elif found and (found["dash"] or not items):
            yield _Entry(index, indent if found["dash"] else None, name_column(line), text is not None)
        elif text is None and (_LIST.fullmatch(line) or (indent < column and line[indent] != "#")):
            return
        elif text is None and _FIRST_FIELD.fullmatch(line):
            items.append(_Entry(index, indent, name_column(line), is_in_text=False))
        if text is None and _OPENS_TEXT.fullmatch(line):
            text = name_column(line)


def _dash_column(entries: Sequence[_Entry], column: int) -> int:
    """Where most entries of a list begin, or else two columns to the right of its name, which is at `column`."""
    usual = column + len("- ")
    numbers = Counter(entry.dash_column for entry in entries if entry.dash_column is not None)
    return max(numbers, key=lambda dash: (numbers[dash], dash == usual), default=usual)


def _first_field(lines: Sequence[str], index: int) -> int | None:
    """The index of the first line below that of a key, if it is a field."""
    below = range(index + 1, len(lines))
    following = next((each for each in below if lines[each].strip(" ") and lines[each].lstrip()[0] != "#"), None)
    if following is None or _LIST.fullmatch(lines[following]):
        return None
    found = _FIELD.fullmatch(lines[following])
    return following if found and found["name"] in FIELD_NAMES else None


def _in_place(lines: Sequence[str], entry: _Entry, dash: int) -> tuple[str, Mend]:
    """What to write so that an entry's dash is in a column, and the lines that this gives."""
    line = lines[entry.number]
    sign = "- " if entry.dash_column is None else line[entry.dash_column : entry.name_column]
    written = [f"{' ' * dash}{sign}{line[entry.name_column :]}"]
    hint = f"write {_spaces(dash)} before its `-`"
    if entry.dash_column is None:
        hint = f"write `- key:`, with {_spaces(dash)} before the `-`"
    first = _first_field(lines, entry.number)
    by = 0 if first is None else dash + len(sign) - indent_of(lines[first])
    if first is not None and by:
        written += [*lines[entry.number + 1 : first], *_moved(lines, first, by)]
        hint += f", and {_move('its other lines', by)}"
    return hint, Mend(entry.number + 1, "\n".join(written))


def _without_list(source: Source, line: str, number: int) -> tuple[Diagnostic, None] | None:
    """An entry, on a line of a file, that has no list of entries above it."""
    found = _ENTRY.fullmatch(line)
    if found is None or not found["dash"]:
        return None
    entry = _Entry(number, len(found["indent"]), name_column(line), is_in_text=False)
    message = f"there is no `posts:` above this entry, so YAML {_UNCLEAR}"
    return _problem(source, entry, message, "write `posts:` on a line of its own above the entries"), None


def _problem(source: Source, entry: _Entry, message: str, hint: str, severity: Severity = Severity.ERROR) -> Diagnostic:
    column, width = (entry.name_column, len("key")) if entry.dash_column is None else (entry.dash_column, 1)
    at = source.offset(Place(source.name, entry.number + 1, column + 1))
    return source.diagnostic(at, message, hint=hint, width=width, severity=severity)


def _spaces(number: int) -> str:
    return {0: "no spaces", 1: "1 space"}.get(number, f"{number} spaces")
