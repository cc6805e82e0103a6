"""From the root file to `Desired`: find the files, parse, read as models, resolve, check across."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bufferctl.config.format import AnyFile, Faults, IncludedFile, RootFile, carried, nearest_field, read_model
from bufferctl.config.read import Reading, Source, Spot, Tree, UnreadableError, explain, parse, read_source
from bufferctl.config.resolve.catalog import Catalog, catalog_of, clock_of
from bufferctl.config.resolve.crosschecks import crosschecks
from bufferctl.config.resolve.discover import astray, find_root, included, not_utf8
from bufferctl.config.resolve.entries import Ideas, Posts
from bufferctl.config.resolve.expand.channels import Destinations
from bufferctl.config.resolve.expand.layers import Resolved, defaults_of
from bufferctl.config.resolve.file_facts import MediaFiles, media_settings
from bufferctl.config.resolve.policy import policy_of
from bufferctl.config.resolve.suspending import readable, suspended_homes, suspended_lines
from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity, has_errors
from bufferctl.git import in_git, leaves_folder
from bufferctl.limits import MOST_PROBLEMS
from bufferctl.model import Desired, Idea, Post, Settings, StateSettings
from bufferctl.model.attached import AnyItem
from bufferctl.model.base import day_of
from bufferctl.value import replace, value

F = TypeVar("F", bound=AnyFile)

#: How many files are read at once, parsed, then validated. File by file all of it takes half as long again, since the
#: processor's caches do not hold every step.
_TOGETHER = 200


@value()
class Loaded:
    """Files as read."""

    desired: Desired | None  # None if they have errors
    diagnostics: tuple[Diagnostic, ...]  # in order of file and place
    root: Path  # the root file's folder; places are relative to it
    files: tuple[str, ...]  # all that were read or should have been, the root file first
    root_is_sound: bool  # it could be read, so the other files were checked against it
    sound: Desired | None  # the posts and ideas without errors of their own
    names_files: bool  # a post or an idea names a file beside it
    beside: frozenset[str]  # the text files and media that they name, as far as they were read
    trees: Mapping[str, Spot]  # each file as it was read
    #: What suspending goes by, whatever errors there are: what is sound, or at least the lines; None: nothing is
    #: suspended.
    suspending: Desired | None = None
    patterns: tuple[str, ...] = ()  # those of `include`, or what counts without it

    @property
    def read(self) -> frozenset[str]:
        """The names of all files that were read, or should have been."""
        return self.beside.union(self.files)

    def name_of(self, path: Path) -> str | None:
        """What the files call a file; None if they do not read it."""
        return next((name for name in self.files if (self.root / name).resolve() == path.resolve()), None)


def load(file: Path | None, start: Path, *, today: date | None = None) -> Loaded:
    """Read everything that the root file (`file`, else the nearest buffer.yaml at or above `start`) declares.

    Problems in the files become diagnostics, in order of file and position. `today` is used to propose a year for a
    time without one. Raises ConfigError only if there is no root file.
    """
    root_file = find_root(file, start)
    reading = Reading(root_file.parent)
    loading = _Loading(reading, root_file, MediaFiles(reading), today)
    desired = sound = loading.desired()
    root_is_sound = desired is not None
    problems = in_order(reading.problems, loading.files)
    if has_errors(problems):
        posts, ideas = loading.sound(loading.found_posts), loading.sound(loading.found_ideas)
        desired, sound = None, replace(desired, posts=posts, ideas=ideas) if desired else None
    suspending = sound or loading.least()
    files, beside, names_files = tuple(loading.files), frozenset(reading.beside), loading.media_files.first is not None
    return Loaded(
        desired,
        problems,
        reading.root,
        files,
        root_is_sound,
        sound,
        names_files,
        beside,
        loading.trees,
        suspending if suspending.suspends else None,
        loading.patterns,
    )


def _starts(data: dict[str, Any]) -> date | str | None:
    """The `starts` of a file, from which relative times are counted; as text if it is no day, or has another name."""
    given = data.get("starts")
    if given is None:
        unknown = data.keys() - IncludedFile.model_fields.keys()
        return next((str(data[name]) for name in unknown if nearest_field(name, ("starts",))), None)
    try:
        return day_of(given)
    except ValueError:
        return str(given)


@dataclass
class _Loading:
    reading: Reading  # for problems
    root_file: Path  # whether or not it is there
    media_files: MediaFiles  # those that posts name
    today: date | None  # for hints about a time without its year
    catalog: Catalog = field(default_factory=Catalog)  # empty until the root file is read
    files: list[str] = field(default_factory=list)  # what was read or should have been
    trees: dict[str, Spot] = field(default_factory=dict)  # each file as it was read
    suspended: dict[tuple[str, str], str] = field(default_factory=dict)  # as for `Desired`
    found_posts: list[Resolved[Post]] = field(default_factory=list)  # in file order
    found_ideas: list[Resolved[Idea]] = field(default_factory=list)  # likewise
    patterns: tuple[str, ...] = ()  # as for `Loaded`

    def sound(self, found: list[Resolved[AnyItem]]) -> tuple[AnyItem, ...]:
        """Only those without errors, each address once: what others lack may only be unreadable."""
        intact = (each.item for each in reversed(found) if self.reading.is_intact(*each.spots))
        return tuple(reversed({item.address: item for item in intact}.values()))

    def least(self) -> Desired:
        """What a root file with errors says of what is suspended, and of where the state is."""
        name = self.root_file.name
        spot = self.trees.get(name)
        root = readable(spot) if spot else None
        if len(self.files) == 1:  # the others were not read, and their lines count all the same
            for source in map(self._source, included(self.root_file, _patterns_in(root)).files):
                if source is not None:
                    self._parsed(source)
        reason = self.suspended.get((name, ""), "")
        organizations, channels = suspended_homes(root, reason) if root else ((), ())
        settings = Settings(suspended=reason, state=_state_in(root.node) if root else None)
        return Desired(settings, organizations, channels, files=tuple(self.files), suspended=self.suspended)

    def desired(self) -> Desired | None:
        read = next(self._read([self.root_file.name], RootFile), None)
        if read is None:
            return None
        root, spot = read
        catalog = self.catalog = catalog_of(root, spot, self.reading.problems)
        self.reading.is_complete = self.reading.is_complete and catalog.is_complete
        policy = policy_of(root, spot, catalog, self.reading)
        media = media_settings(root, spot, self.reading.problems)
        destinations = Destinations(catalog, self.reading)
        posts = Posts(destinations, self.reading, self.media_files, self.found_posts)
        ideas = Ideas(destinations, self.reading, self.media_files, self.found_ideas)
        at_root = defaults_of(root, spot, None, None)
        for organization in catalog.organizations:
            ideas.add_nested(organization, at_root)
            for channel in organization.channels:
                posts.add_nested(channel, organization, at_root)
        posts.add_shared(root.posts, at_root)
        ideas.add_shared(root.ideas, at_root)
        for content, below in self._included(root, spot):
            if content.cancelled and content.protect:
                message = "`cancelled` cancels posts that `protect` keeps from being deleted"
                self.reading.problems.append(below.at_key("protect", message, hint="delete one of the two"))
            clock = clock_of(content.timezone, below, None, self.reading.problems)
            defaults = defaults_of(content, below, clock, read)
            posts.add_shared(content.posts, defaults)
            ideas.add_shared(content.ideas, defaults)
        if media is None and not spot.has("media"):  # one that cannot be read is reported already
            self.media_files.check_setting()
        self.reading.problems += islice(crosschecks(posts.found, ideas.found, self.reading), MOST_PROBLEMS + 1)
        made = {"policy": policy, "state": _state(root), "media": media, "handles": catalog.handles}
        return Desired(
            Settings(**(carried(Settings, root) | made)),
            tuple(each.organization for each in catalog.organizations),
            tuple(each.channel for organization in catalog.organizations for each in organization.channels),
            tuple(each.item for each in posts.found),
            tuple(each.item for each in ideas.found),
            tuple(self.files),
            self.suspended,
        )

    def _read(self, names: Sequence[str], model: type[F]) -> Iterator[tuple[F, Spot]]:
        """As much of each file as possible; nothing, and problems, for one of which nothing can be read."""
        for at in range(0, len(names), _TOGETHER):
            sources = [self._source(name) for name in names[at : at + _TOGETHER]]
            spots = [self._parsed(source) for source in sources if source is not None]
            yield from filter(None, [self._validated(spot, model) for spot in spots])

    def _source(self, name: str) -> Source | None:
        """The text of a file; None, and a problem, if it cannot be read."""
        odd = not_utf8(name)
        self.files.append(odd or name)
        if odd:
            self._unreadable(odd, UnreadableError("its name is not UTF-8", "rename it, or the folder that it is in"))
            return None
        path, outside = self.reading.root / name, "it is a symbolic link out of the root file's folder"
        try:
            self.reading.check_inside(path, outside, "replace the link with the file itself")
            return read_source(path, name)
        except UnreadableError as error:
            self._unreadable(name, error)
            return None

    def _parsed(self, source: Source) -> Spot:
        """The data of a file as far as it can be read, and problems."""
        tree, problems = parse(source)
        tree.source.pack()
        self.reading.problems += problems
        self.reading.is_complete &= not has_errors(problems)
        self.trees[source.name] = spot = Spot(tree, tree.data)
        self.suspended |= suspended_lines(source, spot, is_yaml=not has_errors(problems))
        return spot

    def _validated(self, spot: Spot, model: type[F]) -> tuple[F, Spot] | None:
        """The model of a file; None, and problems, if nothing of it is valid."""
        tree, data = spot
        if isinstance(data, dict):
            tree.channels = self.catalog.names_for(data.get("organization"))
            tell = partial(self._explain, tree)
            faults = Faults(broken=self.reading.broken, tell=tell, starts=_starts(data), today=self.today)
            if (found := read_model(model, data, faults)) is not None:
                if reason := self.suspended.get((tree.source.name, "")):  # one that cannot be read suspends as well
                    found = found.model_copy(update={"suspended": reason})
                return found, spot
        elif data is not None:
            message = "a file is a group of fields (`name: value`), and this is not one"
            hint = "write the line `posts:` above it" if isinstance(data, list) else "begin with `posts:`"
            self.reading.problems.append(tree.source.diagnostic(0, message, hint=hint))
        self.reading.is_complete = False
        return None

    def _explain(self, tree: Tree, faults: Faults) -> None:
        """Report what was not reported yet; of each file a few more than are shown."""
        problems = list(islice(explain(tree, faults), faults.room))
        faults.room -= len(problems)
        self.reading.problems += problems

    def _unreadable(self, name: str, error: UnreadableError) -> None:
        self.reading.is_complete = False
        self.reading.problems.append(error.of(name))

    def _included(self, root: RootFile, spot: Spot) -> Iterator[tuple[IncludedFile, Spot]]:
        patterns = [each for each in root.include if not leaves_folder(each) and not in_git(each)]
        self.patterns = tuple(patterns)
        for index, pattern in enumerate(root.include):
            if leaves_folder(pattern):
                message = f"`{pattern}` leads out of the folder of the root file"
                self._pattern(spot, index, message, "name files below that folder")
            elif in_git(pattern):
                self._pattern(spot, index, f"`{pattern}` names git's own files", "name files outside `.git`")
        found = included(self.root_file, patterns)
        for pattern in found.unmatched if "include" in root.model_fields_set else ():
            self._unmatched(spot, root.include.index(pattern), pattern)
        found.skipped = astray(self.root_file, patterns, found.files) | found.skipped
        for name, (reason, hint) in found.skipped.items():
            message = f"this file is not read, so none of its posts is published: {reason}"
            unread = Diagnostic(Severity.WARNING, message, Place(name), hint=hint, kind=Kind.UNUSABLE_FILE)
            self.reading.problems.append(unread)
        for name, reason in found.unreadable.items():
            self._unreadable(name, UnreadableError(reason))
        yield from self._read(found.files, IncludedFile)

    def _unmatched(self, spot: Spot, index: int, pattern: str) -> None:
        """A name is an error; a pattern may match nothing, since removing its last file is how its posts go."""
        if "*" in pattern or "?" in pattern:
            hint = "if its last file is not gone on purpose, correct the pattern"
            message = f"`{pattern}` matches no file, so it declares nothing"
            self._pattern(spot, index, message, hint, Severity.WARNING)
            return
        is_folder = (self.reading.root / pattern).is_dir()
        hint = f"write `{pattern.rstrip('/')}/**/*.yaml`" if is_folder else "correct the name, or delete it"
        self._pattern(spot, index, f"`{pattern}` matches no file", hint)

    def _pattern(self, spot: Spot, index: int, message: str, hint: str, severity: Severity = Severity.ERROR) -> None:
        below = spot.down("include")
        at_list = isinstance(below.node, list)
        found = below.at(index, message, hint=hint) if at_list else spot.at("include", message, hint=hint)
        self.reading.problems.append(replace(found, severity=severity))


def in_order(problems: Iterable[Diagnostic], files: Sequence[str]) -> tuple[Diagnostic, ...]:
    """Each problem once, in order of file and position: the first `MOST_PROBLEMS` of a file, all findings of rules."""
    order = {name: index for index, name in enumerate(files)}

    def position(problem: Diagnostic) -> tuple[int, str, int, int]:
        place = problem.place or Place("")
        return order.get(place.file, len(order)), place.file, place.line, place.column

    counts: Counter[str] = Counter()
    kept: list[Diagnostic] = []
    for problem in sorted(dict.fromkeys(problems), key=position):
        if problem.place and not problem.code:
            counts[problem.place.file] += 1
            if counts[problem.place.file] == MOST_PROBLEMS + 1:
                message = f"there are more problems in this file; the first {MOST_PROBLEMS} are shown"
                place = Place(problem.place.file)
                hint = "fix these, then run it again"
                kept.append(Diagnostic(Severity.ERROR, message, place, hint=hint, kind=Kind.MORE))
            if counts[problem.place.file] > MOST_PROBLEMS:
                continue
        kept.append(problem)
    return tuple(sorted(kept, key=position))


def _patterns_in(root: Spot | None) -> list[str]:
    """Which files a root file includes that is no valid one, as far as it says."""
    given = root.node.get("include") if root and isinstance(root.node, dict) else None
    named = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
    patterns = named or RootFile.model_fields["include"].default
    return [each for each in patterns if not leaves_folder(each) and not in_git(each)]


def _state_in(data: Any) -> StateSettings | None:
    """Where a root file that is no valid one says that the state is."""
    if not isinstance(data, dict) or "state" not in data:
        return None
    try:
        return _state(RootFile.model_validate({"version": "1", "organizations": [], "state": data["state"]}))
    except ValidationError:
        return None


def _state(root: RootFile) -> StateSettings | None:
    if (entry := root.state) is None:
        return None
    if entry.git is not None:
        return StateSettings(remote=entry.git.remote, branch=entry.git.branch)
    return StateSettings(entry.store or "", (entry.endpoint or "").rstrip("/"))
