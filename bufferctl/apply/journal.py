"""The journal: what is about to be sent and its outcome, on disk before and after every batch.

It is in the user's state folder, outside the project, so that deleting `.bufferctl` loses nothing. It has a folder for
each endpoint and a file for each project; each entry names its organization. A *project* is a root file by its path, or
a state of the same lineage. No project uses another's entries, not even for the same channel and key. Entries that a
state on disk contains are dropped; the last serial and digest of the state are kept (design: The state).

With a shared state, an entry counts only while the state lists its intent as open, because another machine may have
settled it. Intents that other machines left open are here too, but never on disk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

from bufferctl.apply.line_file import LineFile
from bufferctl.apply.ports import Revision
from bufferctl.errors import StateError
from bufferctl.model import Intent, Settled, Slot
from bufferctl.model.serial import adapter, dump_intent, load_intent
from bufferctl.value import replace

_FORMAT = 3
#: How many runs that may hold the lock of a shared state are kept; each begins by taking it over from the last.
_RUNS = 8


@dataclass(eq=False)
class _Entries:
    """The entries of one file."""

    file: LineFile  # where they are written
    endpoint: str  # the API that they are for
    project: str = ""  # the resolved path of its root file
    lineage: str = ""  # of the project's state; empty before the first
    intents: dict[int, Intent] = field(default_factory=dict)  # what was about to be sent, by number
    results: dict[int, Settled] = field(default_factory=dict)  # what came of them, by number
    revisions: dict[str, Revision] = field(default_factory=dict)  # the state that was saved last, by lineage
    #: By home, the ids that it had before the last intent.
    present: dict[str, frozenset[str]] = field(default_factory=lambda: defaultdict(frozenset))
    #: By home, the ids that other entries took, so that no intent made them.
    taken: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    runs: list[str] = field(default_factory=list)  # those that may hold the lock of a shared state
    #: Intents that another machine left open there; they are not in the file.
    foreign: set[int] = field(default_factory=set)
    last: int = 0  # the highest number so far

    @classmethod
    def read(cls, path: Path, endpoint: str) -> _Entries:
        entries = cls(LineFile(path), endpoint)
        for values in entries.file.read():
            entries.take(values)
        return entries

    @property
    def lineages(self) -> set[str]:
        """Lineages of the states that this project saved or began with."""
        return {lineage for lineage in (self.lineage, *self.revisions) if lineage}

    def take(self, values: Mapping[str, Any]) -> None:
        match values["type"]:
            case "journal":
                if values["format"] != _FORMAT:
                    path = self.file.path
                    message = f"The journal {path} was written by another version of bufferctl"
                    raise StateError(message, hint="Use that version.")
                self.project, self.lineage = values["project"], values["lineage"]
            case "revision":
                revision = adapter(Revision).validate_python(values)
                self.revisions[revision.lineage] = revision
            case "run":
                self.runs.append(values["run"])
            case "listed":  # what its home had before the intents that follow, beyond earlier lines
                self.present[values["home"]] |= frozenset(values["ids"])
            case "taken":  # what other entries made, so that no intent did, wherever its line is
                self.taken[values["home"]].update(values["ids"])
            case "intent":
                intent = load_intent(values, values["number"], ())
                self.intents[intent.number] = replace(intent, listed=self.present[intent.write.home])
                self.last = max(self.last, intent.number)
            case "asked":
                self.ask({values["number"]: tuple(values["candidates"])})
            case "settled":
                self.settle(adapter(Settled).validate_python(values))

    def ask(self, candidates: Mapping[int, tuple[str, ...]]) -> None:
        """A person is asked about these intents, by number."""
        self.intents.update((number, replace(self.intents[number], asked=ids)) for number, ids in candidates.items())

    def settle(self, settled: Settled) -> None:
        self.intents.pop(settled.number, None)
        self.last = max(self.last, settled.number)
        if settled.done:
            self.results[settled.number] = settled
        if settled.binding:
            self.taken[settled.slot.home].add(settled.binding.id)

    def keep_listed(self, keys: Collection[tuple[str, Slot]]) -> None:
        """Forget intents and results of runs of a shared state, except for those (by run and slot) in `keys`."""
        self.intents = {
            number: intent for number, intent in self.intents.items() if not intent.run or intent.key in keys
        }
        self.results = {
            number: result
            for number, result in self.results.items()
            if not result.run or (result.run, result.slot) in keys
        }

    def intend(self, intents: Iterable[Intent]) -> None:
        """Add intents to the file, durably, each after the ids that its home had and the file lacks."""
        present = self.present.copy()
        self.append(list(_intent_lines(intents, present)))
        self.present = present

    def append(self, lines: Sequence[Mapping[str, Any]]) -> None:
        """Add lines to the file, durably. Without lines, no file is created."""
        if lines:
            self.file.append(lines if self.file.whole else [self._head, *lines])

    def rewrite(self) -> None:
        """Write what is left to the file, or remove the file if nothing is. Raises OSError."""
        own = [intent for number, intent in self.intents.items() if number not in self.foreign]
        homes = {intent.write.home for intent in own}
        present: dict[str, frozenset[str]] = defaultdict(frozenset)
        lines = [
            *({"type": "revision", **asdict(revision)} for revision in self.revisions.values()),
            *({"type": "run", "run": run} for run in self.runs[-_RUNS:]),
            *map(_settled_line, self.results.values()),
            *(_taken_line(home, self.taken[home]) for home in sorted(homes) if self.taken.get(home)),
            *_intent_lines(own, present),
        ]
        self.file.replace([self._head, *lines] if lines else [])
        self.present = present

    @property
    def _head(self) -> dict[str, Any]:
        names = {"endpoint": self.endpoint, "project": self.project, "lineage": self.lineage}
        return {"type": "journal", "format": _FORMAT, **names}


def _intent_lines(intents: Iterable[Intent], present: dict[str, frozenset[str]]) -> Iterator[dict[str, Any]]:
    """Lines of intents. `present`: by home, the ids that earlier lines have; updated."""
    for intent in intents:
        home = intent.write.home
        if new := intent.listed - present[home]:
            present[home] |= new
            yield {"type": "listed", "home": home, "ids": sorted(new)}
        yield {"type": "intent", "number": intent.number, **dump_intent(intent)}


def _settled_line(settled: Settled) -> dict[str, Any]:
    return {"type": "settled", **adapter(Settled).dump_python(settled, mode="json", exclude_defaults=True)}


def _taken_line(home: str, ids: Iterable[str]) -> dict[str, Any]:
    return {"type": "taken", "home": home, "ids": sorted(ids)}


class FileJournal:
    """The journal of one project at one endpoint; its folder is created when something is first written.

    `project` is the root file. `lineage` is that of the project's state, or empty if there is no state yet. Nothing is
    open until `limit_to_homes` names the homes that the account has. Raises PartWayError if it cannot be written, which
    stops the run, since a write that is not recorded is not sent; StateError where it cannot be read.
    """

    def __init__(self, folder: Path, endpoint: str, project: Path, lineage: str = "") -> None:
        self._folder = folder / blake2b(endpoint.encode(), digest_size=8).hexdigest()
        root = str(project.resolve())
        own = self._folder / f"project-{blake2b(root.encode(), digest_size=16).hexdigest()}.journal"
        paths = sorted({own, *self._folder.glob("*.journal")})
        self._files = {path: _Entries.read(path, endpoint) for path in paths}
        self._own = self._files[own]
        self._own.project, self._own.lineage = root, lineage or self._own.lineage
        self._lineage = lineage
        self._homes: Collection[str] | None = ()
        self._successors: Mapping[int, Slot] = {}
        #: By home, the ids that it has before the next intent.
        self._present: dict[str, frozenset[str]] = defaultdict(frozenset)
        for entries in self._mine:
            for home, ids in entries.present.items():
                self._present[home] |= ids
        self._absorbed: set[int] = set()

    def begin(self, run: str) -> None:
        """Note durably that this run may hold the lock of a shared state from now on."""
        self._own.append([{"type": "run", "run": run}])
        self._own.runs.append(run)

    def end(self, run: str) -> None:
        """The run released the lock."""
        if run in self._own.runs:
            self._own.runs.remove(run)

    @property
    def runs(self) -> frozenset[str]:
        """Runs on this machine that may hold the lock of this project's shared state."""
        return frozenset(run for entries in self._mine for run in entries.runs)

    def follow_document(self, intents: Sequence[Intent]) -> None:
        """Follow the shared state: of its runs, only these intents count, including those of other machines.

        A write that a run on this machine listed and never noted here was not sent.
        """
        listed = {each.key: each for each in intents}
        for entries in self._mine:
            entries.keep_listed(listed.keys())
        here = {(result.run, result.slot) for entries in self._mine for result in entries.results.values()}
        for entries in self._mine:
            for number, intent in entries.intents.items():
                here.add(intent.key)
                there = listed.get(intent.key)
                if there:
                    asked = there.asked if intent.asked is None else intent.asked
                    entries.intents[number] = replace(intent, listed=intent.listed | there.listed, asked=asked)
        for each in intents:
            if each.key not in here and each.run not in self.runs:
                self._own.last = self.next_number
                self._own.intents[self._own.last] = replace(each, number=self._own.last)
                self._own.foreign.add(self._own.last)

    @property
    def unsettled(self) -> tuple[Intent, ...]:
        """The intents without an outcome that the shared state lists as open, even in homes out of reach."""
        intents = [intent for entries in self._mine for intent in entries.intents.values()]
        return tuple(replace(each, number=0, listed=each.listed | self._taken(each.write.home)) for each in intents)

    def leave_to_end(self, numbers: Collection[int]) -> None:
        """Keep these results on disk until the run stores the state that contains them, at its end."""
        self._absorbed.update(numbers)

    def limit_to_homes(self, homes: Collection[str] | None = None) -> None:
        """Set which homes (ids of channels, and of organizations for their ideas) the account has; None: all count."""
        self._homes = homes

    @property
    def organizations(self) -> frozenset[str]:
        """Ids of the organizations of this project's open intents."""
        return frozenset(intent.slot.organization_id for entries in self._mine for intent in entries.intents.values())

    @property
    def open(self) -> tuple[Intent, ...]:
        """This project's intents whose outcome is unknown, in the order they were sent.

        Intents in homes that the account does not have wait for a run with the right key.
        """
        intents = {number: intent for entries in self._mine for number, intent in entries.intents.items()}
        return tuple(
            intent for _, intent in sorted(intents.items()) if self._homes is None or intent.write.home in self._homes
        )

    @property
    def out_of_reach(self) -> tuple[Intent, ...]:
        """This project's intents in homes that the account does not have, in the order they were sent."""
        intents = {number: intent for entries in self._mine for number, intent in entries.intents.items()}
        homes = self._homes
        return tuple(
            intent for _, intent in sorted(intents.items()) if homes is not None and intent.write.home not in homes
        )

    def follow(self, successors: Mapping[int, Slot]) -> None:
        """Set the slots in which intents out of reach, by number, count now that another channel has replaced theirs.

        Their posts are gone with the old channel, so no list can settle them. The entries on disk stay as they were
        sent.
        """
        self._successors = successors

    @property
    def stranded(self) -> tuple[Intent, ...]:
        """The intents whose channel was replaced, each with the slot in which it counts now."""
        return tuple(
            replace(each, slot=self._successors[each.number])
            for each in self.out_of_reach
            if each.number in self._successors
        )

    @property
    def results(self) -> tuple[Settled, ...]:
        """The writes that were carried out for this project and that its state may not contain yet, in order."""
        results = {
            number: result
            for entries in self._mine
            for number, result in entries.results.items()
            if number not in self._absorbed
        }
        return tuple(result for _, result in sorted(results.items()))

    @property
    def asked(self) -> Mapping[int, tuple[str, ...]]:
        """Intents that a person was asked about, with the ids of the objects that they may have created."""
        intents = [intent for entries in self._mine for intent in entries.intents.values()]
        return {intent.number: intent.asked for intent in intents if intent.asked is not None}

    @property
    def next_number(self) -> int:
        """A number that no intent of any project has used."""
        return 1 + max(entries.last for entries in self._files.values())

    def last(self, lineage: str) -> Revision | None:
        """The latest state of a lineage that was saved on this machine."""
        return max(self._revisions(lineage), key=lambda revision: revision.serial, default=None)

    def is_older(self, revision: Revision) -> bool:
        """Whether a state is certainly older than the last one, or from another branch.

        Such a state has a lower serial, another digest, or another lineage than the one that this project saved last.
        """
        last = next(reversed(self._own.revisions), "")
        if last and revision.lineage and last != revision.lineage:
            return True
        return any(
            revision.serial < each.serial or (revision.serial == each.serial and revision.digest != each.digest)
            for each in self._revisions(revision.lineage)
        )

    def note_present(self, home: str, ids: Collection[str]) -> None:
        """Note which ids a home has before the next intent. They are written with that intent."""
        self._present[home] |= frozenset(ids)

    def ruled_out(self, intent: Intent) -> frozenset[str]:
        """Ids that a create cannot have made: they were there before it was sent, or belong to another entry.

        An id that was first listed after that may be the created post.
        """
        bound = (
            result.binding.id
            for entries in self._files.values()
            for result in entries.results.values()
            if result.binding
        )
        return intent.listed.union(self._taken(intent.write.home), bound)

    def intend(self, intents: Sequence[Intent]) -> list[Intent]:
        """Note durably what is about to be sent. Returns the intents, each with the ids that its home had before."""
        homes = {intent.write.home for intent in intents}
        there = {home: self._present[home] | self._taken(home) for home in homes}
        intents = [replace(intent, listed=there[intent.write.home]) for intent in intents]
        self._own.intend(intents)
        self._own.intents.update((intent.number, intent) for intent in intents)
        self._own.last = intents[-1].number
        return intents

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note durably what happened to intents. In other projects, created ids are ruled out for open creates."""
        runs = {number: intent.run for entries in self._mine for number, intent in entries.intents.items()}
        settled = [replace(each, run=runs.get(each.number, "")) for each in settled]
        for entries, group in self._by_file(settled):
            entries.append(list(map(_settled_line, group)))
            for each in group:
                entries.settle(each)
        for entries in self._files.values():
            if entries not in self._mine:
                self._rule_out(entries, settled)

    def ask(self, candidates: Mapping[int, tuple[str, ...]]) -> None:
        """Note durably that a person is asked about creates, by number, and which objects these may have created."""
        for entries in self._mine:
            if group := {number: ids for number, ids in candidates.items() if number in entries.intents}:
                own = {number: ids for number, ids in group.items() if number not in entries.foreign}
                entries.append([{"type": "asked", "number": number, "candidates": ids} for number, ids in own.items()])
                entries.ask(group)

    def compact(self, recorded: Collection[int] = (), revision: Revision | None = None) -> None:
        """Forget results, by number, that the state on disk contains, and note which `revision` of it that is.

        If that fails (the disk is full), the next run reads them again and finds them in the state.
        """
        if revision and revision.lineage:
            self._lineage = self._own.lineage = revision.lineage
            self._own.revisions.pop(revision.lineage, None)  # the latest stands last
            self._own.revisions[revision.lineage] = revision
        for entries in self._mine:
            done = entries.results.keys() & {*recorded, *self._absorbed}
            for number in done:
                del entries.results[number]
            if done or entries is self._own:
                with suppress(OSError):
                    entries.rewrite()

    def close(self) -> None:
        for entries in self._files.values():
            entries.file.close()

    @property
    def _mine(self) -> list[_Entries]:
        """The files that may contain entries of this project: its own, and those of its lineage."""
        return [
            entries for entries in self._files.values() if entries is self._own or self._lineage in entries.lineages
        ]

    def _taken(self, home: str) -> frozenset[str]:
        """The ids in a home that entries have already."""
        return frozenset().union(*(entries.taken.get(home, ()) for entries in self._mine))

    def _by_file(self, settled: Sequence[Settled]) -> Iterator[tuple[_Entries, list[Settled]]]:
        """The outcomes by the file that contains the intent."""
        groups: dict[Path, list[Settled]] = defaultdict(list)
        for each in settled:
            entries = next((entries for entries in self._mine if each.number in entries.intents), self._own)
            groups[entries.file.path].append(each)
        return ((self._files[path], group) for path, group in groups.items())

    def _rule_out(self, entries: _Entries, settled: Iterable[Settled]) -> None:
        """Note in another project's file that its open creates did not make the objects that are bound here."""
        waiting = {intent.write.home for intent in entries.intents.values()}
        taken: dict[str, set[str]] = defaultdict(set)
        for each in settled:
            if each.binding and each.slot.home in waiting:
                taken[each.slot.home].add(each.binding.id)
        entries.append([_taken_line(home, ids) for home, ids in taken.items()])

    def _revisions(self, lineage: str) -> list[Revision]:
        return [each.revisions[lineage] for each in self._files.values() if lineage in each.revisions]
