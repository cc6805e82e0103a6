"""The state as a file beside the root file: mode 0600, replaced atomically, with a backup of the previous version."""

from __future__ import annotations

import os
import tempfile
from contextlib import AbstractContextManager, suppress
from hashlib import blake2b
from pathlib import Path

from bufferctl.disk import replace_file, sync_folder
from bufferctl.errors import OvertakenError, StateError
from bufferctl.state.lock import soft_lock
from bufferctl.state.store import Store, Stored

#: Seconds that a swap waits for another one to finish, which takes milliseconds.
_PATIENCE = 10
#: The folder beside a root file that has its state.
STATE_FOLDER = ".bufferctl"


class LocalStore(Store):
    """A `Store` that is a file. `path` need not exist, nor its folder."""

    is_shared = False

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def backup(self) -> Path:
        """The file with the version before the last swap; it need not exist."""
        return self.path.with_name(self.path.name + ".backup")

    @property
    def place(self) -> str:
        return f"the state file {self.path}"

    def read(self) -> Stored:
        """Read the file; a missing folder is not created.

        A link is refused, since replacing it would leave its target behind.
        """
        if self.path.is_symlink():
            raise StateError(
                f"The state file {self.path} is a symbolic link to {self.path.readlink()}",
                hint="Move that file here in place of the link, or name it with --state.",
            )
        try:
            document = self.path.read_bytes()
        except FileNotFoundError:
            return Stored(None, "")
        except OSError as error:
            raise StateError(
                f"The state file {self.path} cannot be read: {error.strerror}",
                hint="Grant read permission, or use another file with --state.",
            ) from error
        return Stored(document, _digest(document))

    def swap(self, document: bytes, version: str, message: str, *, squash: bool = False) -> str:  # noqa: ARG002 - it keeps no history
        """Replace the file; the previous one stays as `….backup`."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._locked():
                before = self.read()
                if before.version != version:
                    raise OvertakenError(
                        f"Another run changed the state file {self.path}, so it was not replaced",
                        hint="Run the command again.",
                    )
                if before.document is not None:  # copied, since not every file system has links
                    replace_file(self.backup, before.document)
                replace_file(self.path, document)
                sync_folder(self.path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        return _digest(document)

    def others(self) -> dict[str, bytes]:
        """The documents in this folder, and of projects above, below and beside this one; in a repository, all of them.

        Folders more than three levels deep are not searched.
        """
        project = self.path.parent.parent
        folders = {self.path.parent, *project.glob(f"*/{STATE_FOLDER}"), *project.parent.glob(f"*/{STATE_FOLDER}")}
        folders.add(project.parent / STATE_FOLDER)
        if repository := repository_of(project / "buffer.yaml"):
            for depth in range(4):
                folders.update(repository.glob("*/" * depth + STATE_FOLDER))
        paths = sorted(path for folder in folders for path in folder.glob("*state.json"))
        found = {}
        for path in paths:
            if path != self.path:
                with suppress(OSError):
                    found[str(path)] = path.read_bytes()
        return found

    def beside(self, path: str) -> LocalStore:
        return LocalStore(Path(path))

    def check_writable(self) -> None:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
            if self.path.exists() and not os.access(self.path, os.W_OK):
                raise PermissionError(13, os.strerror(13))
        except OSError as error:
            raise self._unwritable(error) from error

    def _locked(self) -> AbstractContextManager[object]:
        """Hold the lock file that keeps two swaps apart. filelock takes it over from a process that died."""
        from filelock import Timeout

        lock = soft_lock(self.path.with_name(f".{self.path.name}.lock"), _PATIENCE)
        try:
            return lock.acquire()
        except Timeout as error:
            raise StateError(
                f"The state file {self.path} cannot be written: another process holds {lock.lock_file}",
                hint="If no bufferctl is running, on any machine that shares this folder, delete that file.",
            ) from error

    def _unwritable(self, error: OSError) -> StateError:
        return StateError(
            f"The state file {self.path} cannot be written: {error.strerror}",
            hint="Free disk space or grant write permission, or use another file with --state.",
        )


def repository_of(root_file: Path) -> Path | None:
    """The top folder of the git repository that the root file is in, None if it is in none."""
    folder = root_file.absolute().resolve().parent
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), None)


def state_path_of(root_file: Path) -> Path:
    """The path of the state of a root file; each root file in a folder has its own."""
    return root_file.parent / STATE_FOLDER / document_name(root_file)


def document_name(root_file: Path, name: str = "state") -> str:
    """The file name of a root file's document: `state.json` of buffer.yaml, `blog.state.json` of blog.yaml."""
    return f"{name}.json" if root_file.name == "buffer.yaml" else f"{root_file.stem}.{name}.json"


def _digest(document: bytes) -> str:
    return blake2b(document, digest_size=10).hexdigest()
