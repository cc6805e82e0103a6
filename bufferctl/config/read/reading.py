"""Data that is shared while loading: the problems found so far, the unusable fields, and the text files."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bufferctl.config.format import LocalTimeError, LocalTimes
from bufferctl.config.read.slips import conflict
from bufferctl.config.read.source import Source, UnreadableError, read_source
from bufferctl.config.read.tree import Spot, quoted
from bufferctl.diagnostics import Diagnostic, Kind
from bufferctl.git import in_git
from bufferctl.limits import MOST_PROBLEMS


@dataclass
class Reading:
    """The files while they are read."""

    root: Path  # the root file's folder
    problems: list[Diagnostic] = field(default_factory=list)  # found so far
    broken: dict[int, set[str]] = field(default_factory=dict)  # unusable fields, by the id of their container
    is_complete: bool = True
    """Whether every file could be read, so that a name that was not found does not exist."""
    beside: set[str] = field(default_factory=set)
    """The text files and media that entries name, from the root folder."""
    _texts: dict[Path, Source | UnreadableError] = field(default_factory=dict)  # the text files
    _folders: dict[str, str | None] = field(default_factory=dict)
    """Where each folder is below the root folder, with links resolved; None if it is outside."""

    @property
    def full(self) -> bool:
        """Whether there are more problems than will be shown, so that the search can end."""
        return len(self.problems) > MOST_PROBLEMS

    def is_intact(self, *spots: Spot) -> bool:
        """Whether every field of these containers could be read, so that a missing one was really left out."""
        return not any(id(spot.node) in self.broken or id(spot.node) in spot.tree.empty for spot in spots)

    def spoil(self, spot: Spot, name: str) -> None:
        self.broken.setdefault(id(spot.node), set()).add(name)

    def when(
        self, when: datetime | None, clock: LocalTimes | None, spot: Spot, name: str, *, where: str = ""
    ) -> datetime | None:
        """The instant of a time field; None, and a problem, if it is unclear. `where` is the place for another time."""
        if when is None or when.tzinfo is not None:
            return when
        if clock is None:
            there = when.replace(tzinfo=ZoneInfo("Europe/Berlin")).isoformat(timespec="minutes")
            hint = f"write `timezone: Europe/Berlin` in the root file, or `{there}` here"
            self.problems.append(spot.at(name, f"`{name}` has no time zone", hint=hint, kind=Kind.UNCLEAR_TIME))
            return None
        try:
            return clock.instant(when)
        except LocalTimeError as error:
            hint = f"{error.hint}{where}"
            self.problems.append(spot.at(name, error.message, hint=hint, kind=Kind.UNCLEAR_TIME))
            return None

    def text_file(self, name: str, spot: Spot) -> str | None:
        """The text of the file that an entry names, without its final newline; None, and a problem, if unusable."""
        path = spot.tree.source.folder / name
        if (found := self._texts.get(path)) is None:
            found = self._texts[path] = self._read(path)
            self.beside.add(os.path.relpath(path, self.root))
        if isinstance(found, UnreadableError):
            where = f", line {found.line}" if found.line else ""
            message = f"the text file `{name}` cannot be used: {found.reason}{where}"
            hint = found.hint or "paths are relative to this file's folder"
            self.spoil(spot, "text_file")
            self.problems.append(spot.at("text_file", message, hint=hint, kind=Kind.UNUSABLE_FILE))
            return None
        return found.text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")

    def in_text_file(self, name: str, spot: Spot, quote: str, message: str, *, hint: str) -> Diagnostic:
        """A problem with some words of a text file that `text_file` has read, placed in that file."""
        found = self._texts.get(spot.tree.source.folder / name)
        if not isinstance(found, Source):
            return spot.at("text_file", message, hint=hint)
        at = quoted(found, 0, found.text, quote)
        return found.diagnostic(at or 0, message, hint=hint, width=len(quote), kind=Kind.INVALID_VALUE)

    def check_inside(self, path: Path, reason: str, hint: str) -> None:
        """Raise UnreadableError if a path, with links resolved, is outside the root folder or in `.git`.

        `reason` and `hint` are for the first case. A path that does not exist is left to whoever reads it.
        """
        try:
            is_final = path.name != ".." and not path.is_symlink()
            folder, name = os.path.split(path if is_final else path.resolve())
            if folder not in self._folders:
                real, root = Path(folder).resolve(), self.root.resolve()
                self._folders[folder] = real.relative_to(root).as_posix() if real.is_relative_to(root) else None
        except (OSError, ValueError, RuntimeError):
            return
        if (below := self._folders[folder]) is None:
            raise UnreadableError(reason, hint)
        if in_git(f"{below}/{name}"):
            raise UnreadableError("it is one of git's own files", "name a file outside `.git`")

    def _read(self, path: Path) -> Source | UnreadableError:
        try:
            self.check_inside(path, "it is outside the folder of the root file", "move it below that folder")
            source = read_source(path, Path(os.path.relpath(path, self.root)).as_posix())
        except UnreadableError as error:
            return error
        for problem in source.controls():
            line = problem.place.line if problem.place else 0
            return UnreadableError(f"it holds {problem.message}", "delete it", line=line)
        if unresolved := conflict(source):
            line = unresolved.place.line if unresolved.place else 0
            return UnreadableError(unresolved.message, unresolved.hint, line=line)
        return source
