"""A journal file: synced lines `CHECKSUM JSON`, so that a line that was cut off is recognized and skipped."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zlib import crc32

from bufferctl.disk import replace_file, sync_folder
from bufferctl.errors import PartWayError, StateError

#: Without it, Windows would write other line ends than the checksums and lengths are of.
_BINARY = getattr(os, "O_BINARY", 0)


class LineFile:
    """One file, created when something is first written to it.

    Raises PartWayError if it cannot be written, StateError if it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        #: How many bytes are whole lines; the next write cuts off what a failed one left behind them.
        self.whole = 0
        self._handle: int | None = None

    def read(self) -> Iterator[dict[str, Any]]:
        """The lines, without a torn last one: the run died while writing it, so nothing of its batch was sent."""
        try:
            lines = self.path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise StateError(
                f"The journal {self.path} cannot be read ({error.strerror}); it lists posts that Buffer may have",
                hint="Grant read permission on it.",
            ) from error
        for number, line in enumerate(lines, 1):
            values = _decoded(line)
            if values is None and number < len(lines):
                raise StateError(
                    f"The journal {self.path} is damaged in line {number}; it lists posts that Buffer may have",
                    hint="Check in Buffer what the last run created, then delete that file.",
                )
            if values is not None:
                self.whole += len(line)
                yield values

    def append(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Add lines, durably."""
        data = _encoded(lines)
        with self._recording():
            if self._handle is None:
                self._handle = self._open()
            _write(self._handle, data)
            self.whole += len(data)

    def replace(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Replace the content with `lines`, or remove the file if there are none. Raises OSError."""
        self.close()
        data = _encoded(lines)
        if not data:
            self.path.unlink(missing_ok=True)
        else:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            replace_file(self.path, data)
        self.whole = len(data)
        sync_folder(self.path.parent)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        """The file, ready for the next line: without a torn last one."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
        os.ftruncate(handle, self.whole)
        sync_folder(self.path.parent)
        return handle

    @contextmanager
    def _recording(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            self.close()  # opened again, the file loses what was written of these lines
            if not isinstance(error, OSError):
                raise
            raise PartWayError(
                f"The journal can no longer be written ({error.strerror}), so nothing more is sent",
                hint="Make room on the disk, then run apply again: it checks first what Buffer has.",
            ) from error


def _encoded(lines: Iterable[Mapping[str, Any]]) -> bytes:
    return b"".join(map(_line, lines))


def _line(values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (crc32(text), text)


def _decoded(line: bytes) -> dict[str, Any] | None:
    """The content of a line; None if it is incomplete."""
    checksum, _, text = line.removesuffix(b"\n").partition(b" ")
    if checksum != b"%08x" % crc32(text) or not line.endswith(b"\n"):
        return None
    values: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return values


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
    os.fsync(handle)
