"""One file as text: the line and column of an offset, and the part that a diagnostic shows.

Offsets and columns count code points, as editors do; a byte order mark does not belong to the text.
"""

from __future__ import annotations

import os
import re
import stat
from array import array
from bisect import bisect_right
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from functools import cached_property
from io import BytesIO, TextIOWrapper
from pathlib import Path
from sys import maxsize

from bufferctl.diagnostics import Diagnostic, Kind, Place, Related, Severity
from bufferctl.limits import MOST_PROBLEMS

#: No file of posts is larger. A larger one is a mistake, and would not fit into memory.
MAX_BYTES = 64 * 1024 * 1024

#: The first bytes of files that people use by mistake instead of a text file.
_OTHER_KINDS = {
    b"PK\x03\x04": "a Word, Excel or zip file",
    b"\xd0\xcf\x11\xe0": "an old Word or Excel file",
    b"{\\rtf": "an RTF document",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
}
#: How many characters a block has.
_BLOCK = 16_384
_LFS = b"version https://git-lfs.github.com/spec/"
_LFS_HINT = "run `git lfs pull`; in CI check out with `lfs: true`"
LINE_END = re.compile(r"\r\n?|\n")
_NEWLINE = re.compile(r"\n")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
#: The bytes of UTF-8 with which none of these begins.
_ORDINARY = b"\t\n\r" + bytes({*range(0x20, 0x100)} - {0x7F, 0xC2, 0xEF})


class UnreadableError(Exception):
    """A file that is not readable text.

    `reason` ends a sentence. `line` and `column`: where it stops being text. `is_not_utf8`: it is to be saved so.
    """

    def __init__(
        self, reason: str, hint: str = "", *, line: int = 0, column: int = 0, is_not_utf8: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.line = line
        self.column = column
        self.is_not_utf8 = is_not_utf8

    def of(self, name: str) -> Diagnostic:
        place = Place(name, self.line, self.column)
        return Diagnostic(
            Severity.ERROR, f"the file cannot be read: {self.reason}", place, self.hint, kind=Kind.UNUSABLE_FILE
        )


def indent_of(line: str) -> int:
    """The number of spaces before a line's text."""
    return len(line) - len(line.lstrip(" "))


def name_column(line: str) -> int:
    """Where a field's name begins, behind its dash if it has one."""
    return len(re.findall(r"^[ ]*(?:- +)?", line)[0])


class Source:
    """The text of a file. `name` is its path from the root folder, `folder` the one it is in.

    `original`: the text as it is, if lines of this one were mended (`mends`: their numbers) so that the rest can be
    read; places are its places. `data`: the text in UTF-8, if that is known.
    """

    def __init__(
        self,
        name: str,
        text: str,
        folder: Path,
        original: Source | None = None,
        mends: tuple[int, ...] = (),
        data: bytes = b"",
    ) -> None:
        self.name, self.folder, self.original, self.mends = name, folder, original, mends
        self.data = data or text.encode()
        self.may_hold_variables = b"$(" in self.data or b"\\" in self.data
        """Whether a value may contain `$(`, as it is or spelled with an escape."""
        self._text: str | None = text
        ends = LINE_END if "\r" in text else _NEWLINE  # most files have only these, which are found faster
        self._starts = array("I", [0, *[found.end() for found in ends.finditer(text)]])
        self._lines: dict[int, str] = {}
        self._blocks: list[bytes] = []
        """UTF-8 by so many characters that any of them are found quickly, as far as it was asked for."""

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = self.data.decode()
        return self._text

    def pack(self) -> None:
        """Keep only UTF-8 until all of the text is needed: one emoji makes each of its characters take four bytes."""
        self._text = None

    @cached_property
    def _unread(self) -> TextIOWrapper:
        """The text behind the last of the blocks."""
        return TextIOWrapper(BytesIO(self.data), "utf-8", newline="")

    def part(self, start: int, end: int) -> str:
        """The text between two offsets."""
        if self._text is not None:
            return self._text[start:end]
        first, last = start // _BLOCK, end // _BLOCK
        while len(self._blocks) <= last and (block := self._unread.read(_BLOCK)):
            self._blocks.append(block.encode())
        near = b"".join(self._blocks[first : last + 1]).decode()
        return near[start - first * _BLOCK : end - first * _BLOCK]

    def place(self, offset: int) -> Place:
        row = bisect_right(self._starts, offset)
        place = Place(self.name, row, offset - self._starts[row - 1] + 1)
        return place if self.original is None else self.as_written(place)

    def as_written(self, place: Place) -> Place:
        """The place in the original of a place in this text."""
        if self.original is None:
            return place
        start = Place(self.name, place.line, 1)
        mine, theirs = self.line(self.offset(start)), self.original.line(self.original.offset(start))
        if mine[: place.column] == theirs[: place.column]:
            return place
        return Place(self.name, place.line, max(1, min(len(theirs), place.column - len(mine) + len(theirs))))

    def mended(self, row: int, lines: str) -> Source:
        """The text with one line or several replaced from a row on, to continue reading."""
        text, rest, written = "", 0, lines.split("\n")
        for index, line in enumerate(written, row - 1):
            start = self._starts[index]
            text += f"{self.text[rest:start]}{line}"
            rest = start + len(self.line(start))
        rows = range(row, row + len(written))
        return Source(self.name, f"{text}{self.text[rest:]}", self.folder, self.original or self, (*self.mends, *rows))

    def offset(self, place: Place) -> int:
        """The offset of a line and column; the start if the file no longer has that line."""
        return self._starts[place.line - 1] + place.column - 1 if 0 < place.line <= len(self._starts) else 0

    def line(self, offset: int) -> str:
        """The whole line at an offset, without its line end; the same object each time, since lines can be long."""
        row = bisect_right(self._starts, offset) - 1
        if row not in self._lines:
            end = self._starts[row + 1] if row + 1 < len(self._starts) else maxsize
            self._lines[row] = self.part(self._starts[row], end).rstrip("\r\n")
        return self._lines[row]

    def line_start(self, offset: int) -> int:
        """The offset of the start of the line at an offset."""
        return self._starts[bisect_right(self._starts, offset) - 1]

    def before(self, offset: int) -> str:
        """What stands before an offset on its line."""
        return self.part(self.line_start(offset), offset)

    def diagnostic(
        self,
        offset: int,
        message: str,
        *,
        hint: str = "",
        width: int = 1,
        related: tuple[Related, ...] = (),
        severity: Severity = Severity.ERROR,
        kind: Kind = Kind.SYNTAX,
    ) -> Diagnostic:
        """A problem at an offset; `width` is cut at the end of the line."""
        place, line = self.place(offset), self.line(offset)
        line = self.original.line(self.original.offset(place)) if self.original else line
        width = max(1, min(width, len(line) - place.column + 1))
        return Diagnostic(severity, message, place, hint, line, width, related=related, kind=kind)

    def controls(self) -> list[Diagnostic]:
        """The first control character of each line that has one, except tabs and line ends."""
        lines: dict[int, Diagnostic] = {}
        for found in _CONTROL.finditer(self.text) if self.data.translate(None, _ORDINARY) else ():
            if len(lines) > MOST_PROBLEMS:
                break
            line = self.place(found.start()).line
            if line not in lines:
                lines[line] = self.diagnostic(found.start(), control_message(found[0]), hint="delete it")
        return list(lines.values())

    def harmless(self) -> Source:
        """The same text with control characters replaced one for one, so that the search for problems can go on."""
        return Source(self.name, _CONTROL.sub("\ufffd", self.text), self.folder)


def control_message(character: str) -> str:
    return f"a control character (U+{ord(character):04X}), which is invisible; networks refuse or garble it"


def read_source(path: Path, name: str) -> Source:
    """Read a file. Raises UnreadableError for anything but a regular file of UTF-8 text."""
    data = _read(path)
    if data.startswith(tuple(_OTHER_KINDS)):
        kind = next(kind for beginning, kind in _OTHER_KINDS.items() if data.startswith(beginning))
        hint = "save its content as plain text in UTF-8"
        raise UnreadableError(f"it is {kind} and not plain text", hint, is_not_utf8=True)
    if data.startswith(_LFS):
        raise UnreadableError("it is a pointer of Git LFS and not the file itself", _LFS_HINT)
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0\0" in {data[0:3:2], data[1:4:2]}:
        raise UnreadableError("it is UTF-16", "save it as UTF-8", is_not_utf8=True)
    data = data.removeprefix(BOM_UTF8)
    try:
        return Source(name, data.decode("utf-8"), path.parent, data=data)
    except UnicodeDecodeError as error:
        before = Source(name, data[: error.start].decode("utf-8"), path.parent)
        place = before.place(len(before.text))
        raise UnreadableError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            "save it as UTF-8",
            line=place.line,
            column=place.column,
            is_not_utf8=True,
        ) from None


def _read(path: Path) -> bytes:
    try:
        kind = path.stat()
        check_regular(kind)
        if kind.st_size > MAX_BYTES:
            raise UnreadableError(f"it is larger than {MAX_BYTES >> 20} MiB", "split it")
        with path.open("rb", buffering=0) as file:
            return file.readall()
    except OSError as error:
        raise UnreadableError((os.strerror(error.errno) if error.errno else str(error)).lower()) from None
    except ValueError:  # a NUL in the name
        raise UnreadableError("its name is not valid for a file") from None


def check_regular(kind: os.stat_result) -> None:
    """Raise UnreadableError for anything but a regular file."""
    if stat.S_ISDIR(kind.st_mode):
        raise UnreadableError("it is a folder", "name a file")
    if not stat.S_ISREG(kind.st_mode):
        raise UnreadableError("it is not a regular file", "name a file")
