"""Several files changed together: each is still as it was read, and if anything goes wrong all are again."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bufferctl.config.write.document import replace_file
from bufferctl.errors import ConfigError


@dataclass
class FileChanges:
    """What files are to hold. `made` are those written so far, with what they held before (None: nothing)."""

    wanted: dict[Path, tuple[bytes | None, bytes]] = field(default_factory=dict)
    made: dict[Path, bytes | None] = field(default_factory=dict)

    def put(self, path: Path, before: bytes | None, after: bytes) -> None:
        """Let `path` hold `after`. `before`: what it was when it was read, None where there was no such file."""
        if before != after:
            self.wanted[path] = before, after

    def make(self) -> None:
        """Write them. Raises ConfigError, with nothing changed, where a file is not as it was or cannot be written."""
        for path, (before, _) in self.wanted.items():
            if _content(path) != before:
                raise ConfigError(
                    f"{path} changed while Buffer was asked, so nothing was written",
                    hint="Run the same command again.",
                )
        try:
            for path, (before, after) in self.wanted.items():
                self.made[path] = before
                replace_file(path, after)
        except BaseException:
            self.undo()
            raise

    def undo(self) -> None:
        """Put back what the files held; those that were not there are taken away."""
        for path, before in self.made.items():
            with suppress(OSError, ConfigError):
                if before is None:
                    path.unlink()
                else:
                    replace_file(path, before)
        self.made.clear()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}", hint="Give read permission.") from error
