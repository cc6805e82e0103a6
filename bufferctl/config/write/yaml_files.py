"""A YAML file as it is on disk, with its line endings and its BOM, and new YAML."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from bufferctl import disk
from bufferctl.config.read import UnreadableError, read_source
from bufferctl.errors import ConfigError
from bufferctl.value import value

#: Nothing is wrapped: a long text stays on its line.
_WIDTH = 1 << 20
#: Columns of a level.
STEP = 2


@value()
class Text:
    """A file as it is on disk. `text` has no BOM and keeps its line endings; `newline` is the first one."""

    path: Path
    data: bytes
    text: str

    @classmethod
    def read(cls, path: Path) -> Text:
        """Read a file. Raises ConfigError if it is not UTF-8 text."""
        try:
            source = read_source(path, path.name)
            return cls(path, path.read_bytes(), source.text)
        except (UnreadableError, OSError) as error:
            raise ConfigError(f"{path} cannot be read: {error}") from error

    @property
    def newline(self) -> str:
        end = self.text.find("\n")
        return "\r\n" if end > 0 and self.text[end - 1] == "\r" else "\n"

    def with_text(self, text: str) -> bytes:
        return (BOM_UTF8 if self.data.startswith(BOM_UTF8) else b"") + text.encode()


class _Representer(RoundTripRepresenter):
    """Writes an instant as the documentation does: `2029-12-03T08:59:30Z`."""

    def instant(self, when: datetime) -> ScalarNode:
        written = when.astimezone(UTC).isoformat().replace("+00:00", "Z")
        node: ScalarNode = self.represent_scalar("tag:yaml.org,2002:timestamp", written)
        return node


_Representer.add_representer(datetime, _Representer.instant)


def yaml_text(data: Any) -> str:
    """New data as YAML text, laid out as `fmt` does; texts that look like something else get quotes."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.indent(mapping=STEP, sequence=2 * STEP, offset=STEP)
    yaml.width = _WIDTH
    stream = StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file by `data` atomically, keeping its permissions. Raises ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = path.resolve()  # the file behind a link, not the link
        mode = target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask()
        disk.replace_file(target, data, mode=mode)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="Grant write permission there."
        ) from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@dataclass
class FileChanges:
    """The new content of files, by path: their content when they were read (None: no such file), and the new one."""

    wanted: dict[Path, tuple[bytes | None, bytes]] = field(default_factory=dict)

    def put(self, path: Path, before: bytes | None, after: bytes) -> None:
        if before != after:
            self.wanted[path] = before, after

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Write them; if what follows fails, they are as they were.

        Raises ConfigError, with nothing changed, if a file has changed or cannot be written.
        """
        for path, (before, _) in self.wanted.items():
            if _content(path) != before:
                raise ConfigError(
                    f"{path} changed since it was read, so nothing was written", hint="Run the same command again."
                )
        made: list[Path] = []
        try:
            for path, (_, after) in self.wanted.items():
                made.append(path)
                replace_file(path, after)
            yield
        except BaseException:
            for path in made:
                before = self.wanted[path][0]
                with suppress(OSError, ConfigError):
                    path.unlink() if before is None else replace_file(path, before)
            raise


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="Grant read permission.") from error
