"""Reads the rows of a table: CSV and TSV as spreadsheets, databases and boards export them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from bufferctl.config.read import Source
from bufferctl.config.write.convert.columns import Role, roles_of
from bufferctl.diagnostics import Diagnostic, Place
from bufferctl.value import value

_SEPARATORS = (",", ";", "\t")
_LINE_ENDS = re.compile(r"\r\n?")
_SEP_LINE = re.compile(r"\"?sep=(.)\"?[ \t]*(?:\r\n?|\n)", re.IGNORECASE)
_HINT = "name them in the first line, such as `Date,Time,Channels,Text,Image,Alt,Status`"
#: The column that says why a row was left out.
PROBLEM = "Problem"


@value()
class CalendarRow:
    """A row. `cells`: as written; `values`: by role, stripped; `start` and `end` are its offsets in the file."""

    cells: tuple[str, ...]
    values: dict[Role, str]
    start: int
    end: int

    def __getitem__(self, role: Role) -> str:
        return self.values.get(role, "")


@dataclass
class CalendarTable:
    """A table. `columns`: their names as written; `roles`: what each is, None for one that is not read.

    `problems`: why some of it cannot be read at all.
    """

    source: Source
    separator: str = ","
    columns: tuple[str, ...] = ()
    roles: tuple[Role | None, ...] = ()
    rows: list[CalendarRow] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    @property
    def unread(self) -> tuple[str, ...]:
        """The names of the columns that have values and are not read."""
        filled = {
            name
            for name, role in zip(self.columns, self.roles, strict=True)
            for row in self.rows
            if role is None and dict(zip(self.columns, row.cells, strict=False)).get(name, "").strip()
        }
        return tuple(name for name in self.columns if name in filled and name != PROBLEM)

    def name_of(self, role: Role) -> str:
        """The column with that role as the table calls it; a usual name if there is none."""
        return next((name for name, its in zip(self.columns, self.roles, strict=True) if its is role), role.value)

    def left(self, rows: Sequence[tuple[CalendarRow, str]]) -> str:
        """A table of these rows alone, each with its problem in a last column."""
        kept = [index for index, name in enumerate(self.columns) if name != PROBLEM]
        written = io.StringIO(newline="")
        writer = csv.writer(written, delimiter=self.separator, lineterminator="\r\n")
        writer.writerow([*(self.columns[index] for index in kept), PROBLEM])
        for row, problem in rows:
            cells = [row.cells[index] if index < len(row.cells) else "" for index in kept]
            writer.writerow([*cells, problem])
        return written.getvalue()


def read_table(source: Source) -> CalendarTable:
    """The table in a file: its rows that are not empty, as far as they can be read."""
    sep = _SEP_LINE.match(source.text)
    start = sep.end() if sep else 0
    text = source.text[start:]
    table = CalendarTable(source, sep[1] if sep else _separator(text))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=table.separator, strict=True)
    began = start
    try:
        for cells in reader:
            end = source.offset(Place("", 1 + bool(sep) + reader.line_num, 1)) or len(source.text)
            if any(map(str.strip, cells)) and not table.columns:
                _name_columns(table, cells, began)
                if not any(table.roles):
                    break
            elif any(map(str.strip, cells)):
                values = (_LINE_ENDS.sub("\n", cell.strip()) for cell in cells)  # empty ones at the end may be missing
                by_role = {role: each for role, each in zip(table.roles, values, strict=False) if role is not None}
                row = CalendarRow(tuple(cells), by_role, began, end)
                table.rows.append(row)
                table.problems += _beside(table, row)
            began = end
    except csv.Error as error:
        table.problems.append(_broken(source, began, str(error)))
    if not table.columns and not table.problems:
        table.problems.append(source.diagnostic(0, "the file is empty", hint="export it again"))
    return table


def _separator(text: str) -> str:
    """The separator that gives the first line the most columns of known names, then the most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = {separator: next(csv.reader([first], delimiter=separator), []) for separator in _SEPARATORS}
    known = {separator: len([role for role in roles_of(names) if role]) for separator, names in cells.items()}
    return max(_SEPARATORS, key=lambda separator: (known[separator], len(cells[separator])))


def _name_columns(table: CalendarTable, names: Sequence[str], start: int) -> None:
    table.columns = tuple(name.strip() for name in names)
    table.roles = roles_of(table.columns)
    source = table.source
    if Role.TEXT not in table.roles and Role.IMAGE not in table.roles:
        message = "no column of the first line holds the texts of posts"
        if not any(table.roles):
            message = "the first line does not name the columns, so the columns cannot be told apart"
        table.problems.append(source.diagnostic(start, message, hint=_HINT))
    for name in sorted({name for name in table.columns if name and table.columns.count(name) > 1}):
        message = f"there are two columns `{name}`"
        table.problems.append(source.diagnostic(start, message, hint="remove one of them"))


def _beside(table: CalendarTable, row: CalendarRow) -> Iterator[Diagnostic]:
    """A value in a column without a name: usually a text that contains the separator and is not in quotes."""
    beside = [cell for name, cell in zip_longest(table.columns, row.cells, fillvalue="") if cell.strip() and not name]
    if beside:
        message = f"this row has more values than there are columns, from `{beside[0].strip()[:40]}` on"
        hint = 'put a text that holds the separator in quotes: "one, two"'
        yield table.source.diagnostic(row.start, message, hint=hint)


def _broken(source: Source, start: int, reason: str) -> Diagnostic:
    if "end of data" in reason:
        message = "a quote is opened in this row and never closed, so the following rows cannot be read"
        return source.diagnostic(start, message, hint='close it with `"`; a `"` inside a text is written `""`')
    if "expected after" in reason:
        message = "there is text after the closing quote"
        return source.diagnostic(start, message, hint='a `"` inside a text in quotes is written `""`')
    return source.diagnostic(start, f"this row cannot be read ({reason})", hint="save the file as CSV again")
