"""Files that a user asks for by name: checked before any work, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bufferctl.cli.secrets import without_secrets
from bufferctl.errors import BufferctlError, UsageError


def check_writable(option: str, *files: Path | None) -> None:
    """Before any work. Raises UsageError where a file that `option` names could not be written; None is passed over."""
    for path in filter(None, files):
        folder = path.resolve().parent
        if path.is_dir():
            problem = "is a folder"
        elif not folder.is_dir():
            problem = "would be in a folder that is not there"
        elif not os.access(folder, os.W_OK):
            problem = "would be in a folder that cannot be written to"
        else:
            continue
        raise UsageError(f"{path} {problem}, so nothing was done", hint=f"Name another file with {option}.")


def check_apart(*files: Path | None) -> None:
    """Before any work. Raises UsageError where two outputs would be the same file; None is passed over."""
    paths = [path for path in files if path]
    for path, real in zip(paths, resolved := [path.resolve() for path in paths], strict=True):
        if resolved.count(real) > 1:
            raise UsageError(
                f"{path} is named for two things, of which one would be lost; nothing was done",
                hint="Give each a name of its own.",
            )


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the file's place, all of it or nothing, for its owner alone: it holds what is not public yet.

    Where a link leads is written, and a device or a pipe as it is. Raises BufferctlError where that cannot be. The API
    key is taken out.
    """
    data = without_secrets(data.decode()).encode()
    try:
        if path.exists() and not path.is_file():  # /dev/stdout leads to a pipe that has no name
            path.write_bytes(data)
            return
        path = path.resolve()
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BufferctlError(f"{path} cannot be written: {error.strerror}", hint="Name another file.") from error
