"""The journal's lines: `CHECKSUM JSON`, so that a line that was cut off is told from a whole one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from bufferctl.apply.ports import Intent, Settled
from bufferctl.model import Binding, Slot
from bufferctl.model.serial import adapter, dump_write, load_write

FORMAT = 1
#: When sending surely ended, for intents that an earlier version wrote.
UNTIL = timedelta(minutes=10)


def encoded(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """Lines as the file holds them."""
    return b"".join(map(_line, lines))


def _line(values: Mapping[str, Any]) -> bytes:
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return b"%08x %s\n" % (crc32(text), text)


def decoded(line: bytes) -> dict[str, Any] | None:
    """What a line says, None where it is not whole."""
    checksum, _, text = line.removesuffix(b"\n").partition(b" ")
    if checksum != b"%08x" % crc32(text) or not line.endswith(b"\n"):
        return None
    values: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return values


def head_line(endpoint: str) -> dict[str, Any]:
    """The first line of a file."""
    return {"type": "journal", "format": FORMAT, "endpoint": endpoint}


def listed_lines(home: str, ids: Mapping[str, int]) -> list[dict[str, Any]]:
    """What a home held: ids, each with the number of the first intent that it was there before."""
    by_number: dict[int, list[str]] = {}
    for each, number in sorted(ids.items()):
        by_number.setdefault(number, []).append(each)
    return [{"type": "listed", "home": home, "before": number, "ids": each} for number, each in by_number.items()]


def held_line(number: int, candidates: Collection[str]) -> dict[str, Any]:
    """An intent that a person was asked about, and which objects it might be."""
    return {"type": "held", "number": number, "candidates": list(candidates)}


def intent_line(intent: Intent) -> dict[str, Any]:
    """An intent; `read_intent` reads it."""
    return {
        "type": "intent",
        "number": intent.number,
        "slot": _slot(intent.slot),
        "at": intent.at.isoformat(),
        "until": intent.until.isoformat(),
        "before": intent.before,
        "write": dump_write(intent.write),
    }


def read_intent(values: Mapping[str, Any]) -> Intent:
    """Read what `intent_line` gave."""
    at = datetime.fromisoformat(values["at"])
    until = datetime.fromisoformat(values["until"]) if "until" in values else at + UNTIL
    return Intent(values["number"], Slot(*values["slot"]), load_write(values["write"]), at, until, values["before"])


def settled_line(settled: Settled) -> dict[str, Any]:
    """What became of an intent; `read_settled` reads it."""
    binding = {k: v for k, v in asdict(settled.binding).items() if v} if settled.binding else None
    slot = _slot(settled.slot)
    return {"type": "settled", "number": settled.number, "slot": slot, "done": settled.done, "binding": binding}


def read_settled(values: Mapping[str, Any]) -> Settled:
    """Read what `settled_line` gave."""
    binding = adapter(Binding).validate_python(values["binding"]) if values["binding"] else None
    return Settled(values["number"], Slot(*values["slot"]), values["done"], binding)


def _slot(slot: Slot) -> list[str]:
    return [slot.organization_id, slot.channel_id, slot.key]
