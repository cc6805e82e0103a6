"""A project: its files, read and free of errors, and what PATHs narrow a plan to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.config import Loaded, load
from bufferctl.config.discover import ROOT_NAME, find_root
from bufferctl.diagnostics import Diagnostic, FilesError, has_errors
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Desired
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.run.judging import judge_files, judge_lengths, shorten
from bufferctl.run.listener import SILENT, Listener
from bufferctl.run.secrets import without_secrets

if TYPE_CHECKING:
    from bufferctl.model import LiveChannel
    from bufferctl.state import Store


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, without errors, and the folder of the root file, `root_name`.

    `named`: the files that PATHs narrow to, by their names below the root; None if there are none.
    `warnings`: what was found in them and stops nobody. `by_rules`: the content is judged, by the account too.
    """

    root: Path
    desired: Desired
    named: frozenset[str] | None = None
    warnings: tuple[Diagnostic, ...] = ()
    by_rules: bool = True
    root_name: str = ROOT_NAME

    @property
    def root_file(self) -> Path:
        """The root file, by which the journal knows the project."""
        return self.root / self.root_name

    @property
    def remote(self) -> str:
        """The git remote that has the history of the files; never a URL that the files name."""
        state = self.desired.settings.state
        return state.remote if state and ":" not in state.remote else GIT_REMOTE

    def store(self, named: Path | None, listener: Listener) -> Store:
        """Where the state is. `named`: a state file that the user asked for instead. Raises as `open_state`."""
        from bufferctl.run.places import open_state

        return open_state(self.desired.settings.state, self.root_file, listener, named=named)


def load_declared(file: Path | None) -> Loaded:
    """What the files declare, with the facts about the media files that they name.

    Raises ConfigError if there is no root file, or if such a file cannot be read.
    """
    found = load(file, Path.cwd(), today=datetime.now(UTC).date())
    if found.sound is None or not found.names_files:
        return found
    from bufferctl.media.reading import read_files

    sound = read_files(found.sound, found.root)
    return replace(found, sound=sound, desired=sound if found.desired else None)


def open_project(
    root: Path | None = None, paths: Collection[Path] = (), listener: Listener = SILENT, *, by_rules: bool = True
) -> Files:
    """Read and check the files; the listener hears their problems, of many warnings of one rule only the first ones.

    `root`: the root file, the nearest by default. `paths`: files or folders that a plan is narrowed to. `by_rules`:
    judge the content by the rules; not where only what is in Buffer matters. What the account knows better is left to
    when it is asked. Raises FilesError, ConfigError if there is no root file, UsageError for a path that is not read.
    """
    found = load_declared(root)
    named = named_files(paths, found)
    problems = judge_files(found, account_follows=True) if by_rules else found.diagnostics
    listener.diagnostics(
        shorten(each for each in problems if not each.code or is_about(each, named) or has_errors([each]))
    )
    if found.desired is None or has_errors(problems):
        message = "The files have errors, so nothing was done"
        raise FilesError(message, problems, found.root, hint="Fix them, then try again.")
    return Files(found.root, found.desired, named, problems, by_rules, found.files[0])


def find_root_file(file: Path | None) -> Path:
    """The root file, which need not exist yet: the one named, else the nearest, else a new one in this folder."""
    if file is not None:
        return Path.cwd() / file
    try:
        return find_root(None, Path.cwd())
    except ConfigError:
        return Path.cwd() / ROOT_NAME


def read_again(
    root: Path, listener: Listener, channels: Mapping[tuple[str, str], LiveChannel] | None = None
) -> Desired:
    """What the files declare after import or pull wrote them.

    `channels`: those of the account, which limit lengths too. Raises ConfigError; the listener hears the problems.
    """
    found = load_declared(root)
    problems = judge_files(found, account_follows=True)
    if found.desired is not None and channels:
        problems += judge_lengths(found.root, found.desired, channels)
    if found.desired is None or has_errors(problems):
        listener.diagnostics(problems)
        message = "With Buffer's version the files would have these errors, so nothing was written"
        hint = "Fix them, or name the ones to take, then try again."
        raise FilesError(message, problems, found.root, hint=hint)
    for name in found.files:
        text = (found.root / name).read_text(encoding="utf-8")
        if without_secrets(text) != text:
            raise ConfigError(
                f"{name} would contain your API key, so nothing was written",
                hint="Remove it from the post in Buffer. Whoever sees that post has the key, so make a new one.",
            )
    return found.desired


def is_about(problem: Diagnostic, named: frozenset[str] | None) -> bool:
    """Whether a problem concerns the files that PATHs name; without PATHs, every problem does."""
    places = [problem.place, *(each.place for each in problem.related)]
    return named is None or any(place is None or place.file in named for place in places)


def named_files(paths: Collection[Path], loaded: Loaded) -> frozenset[str] | None:
    """The files that PATHs name, None without PATHs. Raises UsageError if one names none that is read."""
    names: set[str] = set()
    for path in paths:
        real = path.resolve()
        found = {name for name in loaded.files if real in ((there := (loaded.root / name).resolve()), *there.parents)}
        if not found and loaded.root_is_sound:
            if not path.exists():
                raise UsageError(f"There is no {path}", hint="Check the spelling of the path.")
            raise UsageError(
                f"The root file includes nothing in {path}",
                hint="`include` in the root file says which files are read.",
            )
        names |= found
    return frozenset(names) if paths else None
