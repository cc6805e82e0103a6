"""The journal: what was about to be sent and what became of it, on disk before and after every batch.

One file an endpoint and organization, in the user's state folder, so that deleting the project's `.bufferctl` loses
nothing. Append-only lines with checksums, synced; a torn last line (the power went) is passed over. The file goes back
to nothing once every intent is settled and state is saved.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from bufferctl.apply.lines import (
    FORMAT,
    decoded,
    encoded,
    head_line,
    held_line,
    intent_line,
    listed_lines,
    read_intent,
    read_settled,
    settled_line,
)
from bufferctl.apply.ports import Intent, Settled
from bufferctl.errors import PartWayError, StateError
from bufferctl.model import IDEAS, Binding, Slot

_T = TypeVar("_T", Intent, Settled)
_PLAIN = re.compile(r"[0-9a-z-]{1,64}")


class FileJournal:
    """The journal of one endpoint, all organizations; `folder` is made when something is first written.

    Other projects may keep theirs in the same files. Until `claim` says which slots are this project's, none is.
    Raises PartWayError where it cannot be written, StateError where it cannot be read.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder / blake2b(endpoint.encode(), digest_size=8).hexdigest()
        self._endpoint = endpoint
        self._mine: Collection[Slot] = ()
        self._intents: dict[int, Intent] = {}
        self._settled: list[Settled] = []
        self._last = 0
        self.held: dict[int, tuple[str, ...]] = {}
        #: By home, each id with the number of the first intent that it was there before; 0: it is another's for sure.
        self._listed: dict[str, dict[str, int]] = {}
        self._unwritten: dict[str, dict[str, int]] = {}
        #: How much of each file is whole lines; what a failed write left behind them is cut off by the next.
        self._whole: dict[str, int] = {}
        self._handles: dict[str, int] = {}
        for path in sorted(self._folder.glob("*.journal")):
            self._read(path)

    def claim(self, slots: Collection[Slot]) -> None:
        """Say which slots are this project's: those that its files declare or its state holds."""
        self._mine = slots

    @property
    def open(self) -> tuple[Intent, ...]:
        """This project's intents whose outcome is not known, in the order they were sent."""
        return tuple(self._intents[n] for n in sorted(self._intents) if self._intents[n].slot in self._mine)

    @property
    def bindings(self) -> Mapping[Slot, Binding | None]:
        """What was found out and state may not hold yet, by slot; None: nothing is there now."""
        return {each.slot: each.binding for each in self._settled if each.done and each.slot in self._mine}

    @property
    def stray(self) -> tuple[str, ...]:
        """Addresses that a cut-off run created, or may have, and that are not this project's (any more)."""
        created = [e.binding.address for e in self._settled if e.binding and e.slot not in self._mine]
        asked = [i.write.item for i in self._intents.values() if i.slot not in self._mine]
        return tuple(dict.fromkeys([*created, *(str(item.address) for item in asked if item)]))

    @property
    def next_number(self) -> int:
        """A number above every intent's so far."""
        return self._last + 1

    def listed(self, home: str, ids: Collection[str]) -> None:
        """Note what a home holds before the next intent; see `Journal`. It travels with that intent."""
        known = self._listed.setdefault(home, {})
        new = dict.fromkeys(set(ids) - known.keys(), self.next_number)
        known.update(new)
        self._unwritten.setdefault(home, {}).update(new)

    def known(self, intent: Intent) -> Collection[str]:
        """Ids that a create cannot be; see `Journal`. What was listed only later may be it."""
        listed = self._listed.get(intent.write.home, {})
        return {each for each, number in listed.items() if number <= intent.number}

    def intend(self, intents: Sequence[Intent]) -> None:
        """Note what is about to be sent; see `Journal`."""
        for name, group in _by_file(intents).items():
            homes = sorted({intent.write.home for intent in group})
            new = [line for h in homes for line in listed_lines(h, self._unwritten.get(h, {}))]
            self._append(name, [*new, *map(intent_line, group)])
            for each in homes:
                self._unwritten.pop(each, None)
        self._intents.update((intent.number, intent) for intent in intents)
        self._last = max((self._last, *(intent.number for intent in intents)))

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note what became of intents; see `Journal`."""
        for name, group in _by_file(settled).items():
            self._append(name, list(map(settled_line, group)))
        for each in settled:
            self._note_settled(each)

    def hold(self, candidates: Mapping[int, tuple[str, ...]]) -> None:
        """Note that a person is asked about creates; see `Journal`."""
        for name, group in _by_file([self._intents[number] for number in candidates]).items():
            self._append(name, [held_line(intent.number, candidates[intent.number]) for intent in group])
        self.held.update(candidates)

    def compact(self, bound: Collection[str] = ()) -> None:
        """Forget what is settled, once state holds it. What is open, and what is another project's, stays.

        `bound`: ids that state holds, under whatever address (keys are renamed).
        What cannot be forgotten now (the disk is full) is read again by the next run, which finds it in state.
        """
        self.close()
        strange = [each for each in self._settled if each.slot not in self._mine]
        self._settled = [each for each in strange if each.binding is None or each.binding.id not in bound]
        open_, settled = _by_file(list(self._intents.values())), _by_file(self._settled)
        kept = {intent.write.home for intent in self._intents.values()}
        self._unwritten = {h: dict(ids) for h, ids in self._listed.items() if h not in kept}
        with suppress(OSError):
            for path in self._folder.glob("*.journal"):
                name = path.stem
                if name in {*open_, *settled}:
                    self._rewrite(name, open_.get(name, []), settled.get(name, []))
                else:
                    self._whole.pop(name, None)
                    path.unlink()
            _sync_folder(self._folder)

    def _rewrite(self, name: str, intents: Sequence[Intent], settled: Sequence[Settled]) -> None:
        homes = sorted({intent.write.home for intent in intents})
        listed = [line for h in homes for line in listed_lines(h, self._listed.get(h, {}))]
        held = [held_line(i.number, self.held[i.number]) for i in intents if i.number in self.held]
        lines = [head_line(self._endpoint), *map(settled_line, settled), *listed, *map(intent_line, intents), *held]
        path, data = self._path(name), encoded(lines)
        temporary = path.with_suffix(".new")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write(handle, data)
        finally:
            os.close(handle)
        temporary.replace(path)
        self._whole[name] = len(data)

    def close(self) -> None:
        """Let the files go."""
        for name in list(self._handles):
            os.close(self._handles.pop(name))

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.journal"

    def _append(self, name: str, lines: Sequence[Mapping[str, Any]]) -> None:
        with self._recording(name):
            handle = self._handles.get(name)
            if handle is None:
                handle = self._handles[name] = self._open(name)
            data = encoded(lines if self._whole.get(name) else [head_line(self._endpoint), *lines])
            _write(handle, data)
            self._whole[name] = self._whole.get(name, 0) + len(data)

    @contextmanager
    def _recording(self, name: str) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            if name in self._handles:  # opened again, the file loses what was written of these lines
                os.close(self._handles.pop(name))
            if not isinstance(error, OSError):
                raise
            raise PartWayError(
                f"What is sent can no longer be recorded ({error.strerror}), so nothing more is sent",
                hint="Make room on the disk, then run apply again: it looks first at what Buffer has.",
            ) from error

    def _open(self, name: str) -> int:
        """The file, ready for the next line: without a torn last one."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(handle, self._whole.get(name, 0))
        _sync_folder(self._folder)
        return handle

    def _read(self, path: Path) -> None:
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise StateError(
                f"The journal {path} cannot be read ({error.strerror}); it tells which posts may exist already",
                hint="Give read permission on it.",
            ) from error
        self._whole[path.stem] = 0
        for number, line in enumerate(lines, 1):
            values = decoded(line)
            if values is None:
                if number < len(lines):
                    raise StateError(
                        f"The journal {path} is damaged in line {number}; it tells which posts may exist already",
                        hint="Look in Buffer what the last run created, then delete that file.",
                    )
                return  # torn: the run died while it wrote, so nothing of that batch was sent
            self._take(path, values)
            self._whole[path.stem] += len(line)

    def _take(self, path: Path, values: Mapping[str, Any]) -> None:
        match values["type"]:
            case "journal":
                if values["format"] > FORMAT:
                    raise StateError(f"The journal {path} was written by a newer bufferctl", hint="Update bufferctl.")
            case "listed":
                listed = self._listed.setdefault(values["home"], {})
                for each in values["ids"]:
                    listed.setdefault(each, values["before"])
            case "intent":
                intent = read_intent(values)
                self._intents[intent.number] = intent
                self._last = max(self._last, intent.number)
            case "held" if "numbers" in values:  # written before candidates were kept
                self.held.update(dict.fromkeys(values["numbers"], ()))
            case "held":
                self.held[values["number"]] = tuple(values["candidates"])
            case "settled":
                self._note_settled(read_settled(values))

    def _note_settled(self, settled: Settled) -> None:
        self._intents.pop(settled.number, None)
        self.held.pop(settled.number, None)
        self._settled.append(settled)
        self._last = max(self._last, settled.number)
        if settled.binding:
            where = settled.slot.organization_id if settled.slot.channel_id == IDEAS else settled.slot.channel_id
            self._listed.setdefault(where, {})[settled.binding.id] = 0


def _by_file(items: Sequence[_T]) -> dict[str, list[_T]]:
    """Each organization's, by the name of its file."""
    groups: dict[str, list[_T]] = {}
    for item in items:
        groups.setdefault(_file_name(item.slot.organization_id), []).append(item)
    return groups


def _file_name(organization: str) -> str:
    """The organization's id, where every file system takes that for a name, and for no other; ids are opaque."""
    plain = _PLAIN.fullmatch(organization)
    return organization if plain else blake2b(organization.encode(), digest_size=16).hexdigest()


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
    os.fsync(handle)


def _sync_folder(folder: Path) -> None:
    """Make new and replaced files themselves durable, where the system lets a folder be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
