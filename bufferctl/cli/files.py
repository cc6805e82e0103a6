"""The files as a command sees them: read, free of errors, and what PATH arguments narrow a plan to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from bufferctl.cli.console import Console
from bufferctl.diagnostics import has_errors
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Desired
from bufferctl.plan import Change


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, without errors, and the folder of the root file. `paths`: what PATH arguments narrow to."""

    root: Path
    desired: Desired
    paths: tuple[Path, ...] = ()

    def state_path(self, named: Path | None) -> Path:
        """Where the state file is."""
        return named or self.root / ".bufferctl" / "state.json"

    def narrows(self, targets: Sequence[str]) -> bool:
        """Whether a plan is to be narrowed at all."""
        return bool(self.paths or targets)

    def keeps(self, targets: Sequence[str]) -> Callable[[Change], bool]:
        """Whether a change is declared in one of the files named, and its address matches one of `targets`."""

        def keep(change: Change) -> bool:
            if targets and not any(fnmatchcase(str(change.address), target) for target in targets):
                return False
            return not self.paths or (change.place is not None and self._is_named(change.place.file))

        return keep

    def _is_named(self, file: str) -> bool:
        path = (self.root / file).resolve()
        return any(path == named or named in path.parents for named in self.paths)


def load_files(file: Path | None, paths: Sequence[Path], console: Console) -> Files:
    """Read the files; their problems are printed. Raises ConfigError where there are errors among them."""
    from bufferctl.config import load

    named = tuple(path.resolve() for path in paths)
    for given, path in zip(paths, named, strict=True):
        if not path.exists():
            raise UsageError(f"There is no {given}", hint="Name files or folders that are there.")
    loaded = load(file, Path.cwd())
    console.diagnostics(loaded.diagnostics)
    if loaded.desired is None or has_errors(loaded.diagnostics):
        raise ConfigError("The files have errors, so nothing was asked of Buffer", hint="Mend them, then try again.")
    return Files(loaded.root, loaded.desired, named)


def of_saved(file: Path | None, desired: Desired) -> Files:
    """What a saved plan was made from, with the root folder of this checkout for the state."""
    from bufferctl.config import find_root

    return Files(find_root(file, Path.cwd()).parent, desired)
