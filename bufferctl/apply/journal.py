"""The journal: what was about to be sent and what became of it, on disk before and after every batch.

One file an endpoint and organization, in the user's state folder, so that deleting the project's `.bufferctl` loses
nothing. Append-only lines, each `CHECKSUM JSON`, synced; a torn last line (the power went) is passed over. The file
goes back to nothing once every intent is settled and state is saved.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar
from zlib import crc32

from pydantic import TypeAdapter

from bufferctl.apply.ports import Intent, Settled
from bufferctl.apply.settling import home, item_of
from bufferctl.errors import StateError
from bufferctl.model import Binding, Slot
from bufferctl.model.serial import dump_write, load_write

FORMAT = 1
_BINDING = TypeAdapter(Binding)
_T = TypeVar("_T", Intent, Settled)


class FileJournal:
    """The journal of one endpoint, all organizations; `folder` is made when something is first written.

    Other projects may keep theirs in the same files. Until `claim` says which slots are this project's, none is.
    """

    def __init__(self, folder: Path, endpoint: str) -> None:
        self._folder = folder / blake2b(endpoint.encode(), digest_size=8).hexdigest()
        self._endpoint = endpoint
        self._handles: dict[str, int] = {}
        self.intents: dict[int, Intent] = {}
        self.settled: list[Settled] = []
        self.before: dict[str, set[str]] = {}
        self._unwritten: dict[str, set[str]] = {}
        self._whole: dict[str, int] = {}
        self._mine: Collection[Slot] = ()
        for path in sorted(self._folder.glob("*.journal")):
            self._read(path)

    def claim(self, slots: Collection[Slot]) -> None:
        """Say which slots are this project's: those that its files declare or its state holds."""
        self._mine = slots

    @property
    def open(self) -> tuple[Intent, ...]:
        """This project's intents whose outcome is not known, in the order they were sent."""
        return tuple(self.intents[n] for n in sorted(self.intents) if self.intents[n].slot in self._mine)

    @property
    def bindings(self) -> Mapping[Slot, Binding | None]:
        """What a run that was killed before it saved its state had found out, by slot; None: nothing is there now."""
        return {each.slot: each.binding for each in self.settled if each.done and each.slot in self._mine}

    @property
    def stray(self) -> tuple[str, ...]:
        """Addresses that a cut-off run created, or may have, and that are not this project's (any more)."""
        created = [e.binding.address for e in self.settled if e.binding and e.slot not in self._mine]
        asked = [item_of(i.write) for i in self.intents.values() if i.slot not in self._mine]
        return tuple(dict.fromkeys([*created, *(str(item.address) for item in asked if item)]))

    @property
    def next_number(self) -> int:
        """A number above every intent's so far."""
        return max((*self.intents, *(s.number for s in self.settled)), default=0) + 1

    def listed(self, home: str, ids: Collection[str]) -> None:
        """Note what a home held before; see `Journal`. It travels with the next intent."""
        before = self.before.setdefault(home, set())
        self._unwritten.setdefault(home, set()).update(set(ids) - before)
        before.update(ids)

    def intend(self, intents: Sequence[Intent]) -> None:
        """Note what is about to be sent; see `Journal`."""
        for organization, group in _by_organization(intents).items():
            homes = sorted({home(intent.write) for intent in group})
            new = [_listed_line(h, ids) for h in homes if (ids := self._unwritten.pop(h, None))]
            self._append(organization, [*new, *map(_intent_line, group)])
        self.intents.update((intent.number, intent) for intent in intents)

    def settle(self, settled: Sequence[Settled]) -> None:
        """Note what became of intents; see `Journal`."""
        for organization, group in _by_organization(settled).items():
            self._append(organization, [_settled_line(each) for each in group])
        for each in settled:
            self.intents.pop(each.number, None)
            if each.binding:
                self.before.setdefault(_home_of(each.slot), set()).add(each.binding.id)
        self.settled.extend(settled)

    def compact(self) -> None:
        """Forget what is settled, once state holds it. What is open, and what is another project's, stays."""
        self.close()
        self.settled = [each for each in self.settled if each.slot not in self._mine]
        open_, strange = _by_organization(list(self.intents.values())), _by_organization(self.settled)
        for path in self._folder.glob("*.journal"):
            if path.stem not in {*open_, *strange}:
                path.unlink()
                self._whole.pop(path.stem, None)
        for organization in {*open_, *strange}:
            self._rewrite(organization, open_.get(organization, []), strange.get(organization, []))

    def _rewrite(self, organization: str, intents: Sequence[Intent], settled: Sequence[Settled]) -> None:
        temporary = self._path(organization).with_suffix(".new")
        temporary.unlink(missing_ok=True)
        self._whole.pop(organization, None)
        self._handles[organization] = self._open(organization, temporary)
        homes = sorted({home(intent.write) for intent in intents})
        listed = [_listed_line(h, self.before.get(h, ())) for h in homes]
        self._append(organization, [*map(_settled_line, settled), *listed, *map(_intent_line, intents)])
        temporary.replace(self._path(organization))

    def close(self) -> None:
        """Let the files go."""
        for handle in self._handles.values():
            os.close(handle)
        self._handles.clear()

    def _path(self, organization: str) -> Path:
        return self._folder / f"{organization}.journal"

    def _open(self, organization: str, path: Path) -> int:
        """The file, ready for the next line: without a torn last one, and with its head where it is new."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.ftruncate(handle, self._whole.get(organization, 0))
        if organization not in self._whole:
            _write(handle, [{"type": "journal", "format": FORMAT, "endpoint": self._endpoint}])
        return handle

    def _append(self, organization: str, lines: Sequence[Mapping[str, Any]]) -> None:
        if organization not in self._handles:
            self._handles[organization] = self._open(organization, self._path(organization))
        handle = self._handles[organization]
        _write(handle, lines)
        os.fsync(handle)

    def _read(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        self._whole[path.stem] = 0
        for number, line in enumerate(lines, 1):
            values = _values(line)
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
                self.before.setdefault(values["home"], set()).update(values["ids"])
            case "intent":
                intent = _intent(values)
                self.intents[intent.number] = intent
            case "settled":
                self.intents.pop(values["number"], None)
                binding = _BINDING.validate_python(values["binding"]) if values["binding"] else None
                self.settled.append(Settled(values["number"], Slot(*values["slot"]), values["done"], binding))
                if binding:
                    self.before.setdefault(_home_of(self.settled[-1].slot), set()).add(binding.id)


def _home_of(slot: Slot) -> str:
    return slot.organization_id if slot.channel_id == "ideas" else slot.channel_id


def _by_organization(items: Sequence[_T]) -> dict[str, list[_T]]:
    groups: dict[str, list[_T]] = {}
    for item in items:
        groups.setdefault(item.slot.organization_id, []).append(item)
    return groups


def _write(handle: int, lines: Sequence[Mapping[str, Any]]) -> None:
    data = b"".join(map(_line, lines))
    while data:
        data = data[os.write(handle, data) :]


def _listed_line(home: str, ids: Collection[str]) -> dict[str, Any]:
    return {"type": "listed", "home": home, "ids": sorted(ids)}


def _line(values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (crc32(text), text)


def _values(line: bytes) -> dict[str, Any] | None:
    """What a line says, None where it is not whole."""
    checksum, _, text = line.removesuffix(b"\n").partition(b" ")
    if checksum != b"%08x" % crc32(text) or not line.endswith(b"\n"):
        return None
    values: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return values


def _slot(slot: Slot) -> list[str]:
    return [slot.organization_id, slot.channel_id, slot.key]


def _intent_line(intent: Intent) -> dict[str, Any]:
    return {
        "type": "intent",
        "number": intent.number,
        "slot": _slot(intent.slot),
        "at": intent.at.isoformat(),
        "before": intent.before,
        "write": dump_write(intent.write),
    }


def _intent(values: Mapping[str, Any]) -> Intent:
    at = datetime.fromisoformat(values["at"])
    return Intent(values["number"], Slot(*values["slot"]), load_write(values["write"]), at, values["before"])


def _settled_line(settled: Settled) -> dict[str, Any]:
    binding = {k: v for k, v in asdict(settled.binding).items() if v} if settled.binding else None
    slot = _slot(settled.slot)
    return {"type": "settled", "number": settled.number, "slot": slot, "done": settled.done, "binding": binding}
