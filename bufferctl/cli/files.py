"""The files as a command sees them: read, free of errors, and what PATH arguments narrow a plan to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli.annotating import tell_problems
from bufferctl.cli.api_key import without_secrets
from bufferctl.cli.console import Console
from bufferctl.config import Loaded, load
from bufferctl.config.discover import ROOT_NAME, find_root
from bufferctl.diagnostics import Diagnostic, has_errors
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Desired
from bufferctl.model.desired import GIT_REMOTE

if TYPE_CHECKING:
    from bufferctl.model import LiveChannel
    from bufferctl.state import Store


@dataclass(frozen=True, slots=True)
class Files:
    """What the files say, without errors, and the folder of the root file, `root_name`.

    `named`: the files that PATH arguments narrow to, by their names below the root; None if there are none.
    `warnings`: what was found in them and stops nobody. `by_rules`: the content is judged, by the account too.
    """

    root: Path
    desired: Desired
    named: frozenset[str] | None = None
    warnings: tuple[Diagnostic, ...] = ()
    by_rules: bool = True
    root_name: str = "buffer.yaml"

    @property
    def root_file(self) -> Path:
        """The root file, by which the journal knows the project."""
        return self.root / self.root_name

    @property
    def remote(self) -> str:
        """The git remote that has the history of the files; never a URL that the files name."""
        state = self.desired.settings.state
        return state.remote if state and ":" not in state.remote else GIT_REMOTE

    def store(self, named: Path | None) -> Store:
        """Where the record is. `named`: a state file that the user asked for instead. Raises StateError."""
        from bufferctl.cli.state_place import open_state

        return open_state(self.desired.settings.state, self.root_file, named=named)


def load_declared(file: Path | None) -> Loaded:
    """What the files declare, with the facts about the media files that they name.

    Raises ConfigError if there is no root file, or if such a file cannot be read.
    """
    found = load(file, Path.cwd())
    if found.sound is None or not found.names_files:
        return found
    from bufferctl.media.reading import read_files

    sound = read_files(found.sound, found.root)
    return replace(found, sound=sound, desired=sound if found.desired else None)


def load_files(
    file: Path | None, paths: Sequence[Path], console: Console, *, by_rules: bool = True, as_json: bool = False
) -> Files:
    """Read and check the files, and print their problems; of many warnings of one rule, only the first ones.

    Raises ConfigError if there are errors among them. What the account knows better is left to when it is asked.
    `by_rules`: judge the content by the rules; not where only what is in Buffer matters. `as_json`: with errors, print
    what `validate --json` does.
    """
    from bufferctl.cli.judging import abridged, judged

    found = load_declared(file)
    named = named_files(paths, found)
    problems = judged(found, account_follows=True) if by_rules else found.diagnostics
    console.diagnostics(
        abridged(each for each in problems if not each.code or concerns(each, named) or has_errors([each]))
    )
    if found.desired is None or has_errors(problems):
        tell_problems(problems, found.root, console)
        if as_json:
            from bufferctl.render.json import problems_json

            console.data(problems_json(problems, valid=False))
        raise ConfigError("The files have errors, so nothing was done", hint="Fix them, then try again.")
    return Files(found.root, found.desired, named, problems, by_rules, found.files[0])


def root_file(file: Path | None) -> Path:
    """The root file, which need not exist yet: the one named, else the nearest, else a new one in this folder."""
    if file is not None:
        return Path.cwd() / file
    try:
        return find_root(None, Path.cwd())
    except ConfigError:
        return Path.cwd() / ROOT_NAME


def reread(root: Path, console: Console, channels: Mapping[tuple[str, str], LiveChannel] | None = None) -> Desired:
    """What the files declare after import or pull wrote them.

    `channels`: those of the account, which limit lengths too. Raises ConfigError, with the problems printed.
    """
    from bufferctl.cli.judging import judged, judged_by_account

    found = load_declared(root)
    problems = judged(found, account_follows=True)
    if found.desired is not None and channels:
        problems += judged_by_account(found.root, found.desired, channels)
    if found.desired is None or has_errors(problems):
        console.diagnostics(problems)
        raise ConfigError(
            "With Buffer's version the files would have these errors, so nothing was written",
            hint="Fix them, or name the ones to take, then try again.",
        )
    for name in found.files:
        text = (found.root / name).read_text(encoding="utf-8")
        if without_secrets(text) != text:
            raise ConfigError(
                f"{name} would contain your API key, so nothing was written",
                hint="Remove it from the post in Buffer. Whoever sees that post has the key, so make a new one.",
            )
    return found.desired


def concerns(problem: Diagnostic, named: frozenset[str] | None) -> bool:
    """Whether a problem concerns the files that PATHs name; without PATHs, every problem does."""
    places = [problem.place, *(each.place for each in problem.related)]
    return named is None or any(place is None or place.file in named for place in places)


def named_files(paths: Sequence[Path], loaded: Loaded) -> frozenset[str] | None:
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
