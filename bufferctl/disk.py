"""Replaces files so that even after a power failure they hold either their old content or all of the new.

A run's own temporary files are in the user's state folder, where the next run removes those of a killed one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bufferctl.machine import state_folder


def replace_file(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Replace a file by `data` atomically. `mode`: its permissions, by default readable only by its owner.

    Raises OSError; the file then stays as it was. `sync_folder` makes the replacement itself durable.
    """
    import tempfile  # slow to import, and most commands write nothing

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make new and replaced files in a folder durable, if the system can sync a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def work_folders() -> Path:
    """The folder of the work folders of all runs. Raises BufferctlError."""
    return state_folder() / "runs"


@contextmanager
def work_folder() -> Iterator[Path]:
    """An empty folder for this run. Where the state folder cannot be written it is a temporary one."""
    import shutil
    import tempfile

    from filelock import FileLock, Timeout

    parent = work_folders()
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(parent / "lock", timeout=10):
            for left in filter(Path.is_dir, parent.iterdir()):
                with suppress(Timeout):
                    with FileLock(left / "in-use", timeout=0):
                        pass  # it is nobody's; released, because Windows removes no open file
                    shutil.rmtree(left, ignore_errors=True)
            folder = Path(tempfile.mkdtemp(dir=parent))
            in_use = FileLock(folder / "in-use")
            in_use.acquire()
    except OSError:
        with tempfile.TemporaryDirectory(prefix="bufferctl-") as name:
            yield Path(name)
        return
    try:
        yield folder
    finally:
        in_use.release()
        shutil.rmtree(folder, ignore_errors=True)
