"""Prints the size in bytes of a state with 10,000 entries, and the seconds that reading it from its file takes."""

from __future__ import annotations

import gc
import sys
import time
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

from bufferctl.model import Binding, Home, Origin, Slot, State
from bufferctl.state import LocalStore, SavedState, StateFile
from bufferctl.state.document import dump

_ENDPOINT = "https://api.buffer.com"
_COUNT, _CHANNELS = 10_000, 4
_BEGAN = datetime(2029, 12, 3, 9, 0, tzinfo=UTC)


def main(folder: Path) -> None:
    """Write the state, and read it several times; the fastest counts."""
    path = folder / "state.json"
    path.write_bytes(dump(SavedState(_ENDPOINT, _state(), commit="0" * 40)))
    gc.disable()  # as the command line does
    took = []
    for _ in range(7):
        began = time.process_time()
        state = StateFile(LocalStore(path), _ENDPOINT).load()
        took.append(time.process_time() - began)
        if len(state.bindings) != _COUNT:
            raise SystemExit("the state was not read whole")
    print(path.stat().st_size, min(took))


def _state() -> State:
    organization = _id("organization")
    homes = [Home(organization, _id(f"channel {n}"), _BEGAN, "twitter", f"acme-{n}") for n in range(_CHANNELS)]
    bindings = {}
    for number in range(_COUNT):
        home, due = homes[number % _CHANNELS], _BEGAN + timedelta(hours=number)
        key = f"week-{number // 50}-{number}"
        bindings[Slot(organization, home.channel_id, key)] = Binding(
            _id(key),
            Origin.CREATED,
            applied="1:" + ":".join(_id(f"{key} {part}")[:16] for part in range(3)),
            text=_id(f"{key} text")[:20],
            seen=_id(f"{key} seen")[:20],
            due_at=due.isoformat(),
            status="scheduled",
            created_at=_BEGAN.isoformat(),
            address=f"Acme/twitter:{home.handle}/{key}",
            file="posts/2029-w49.yaml",
        )
    return State(bindings, {home.id: home for home in homes}, complete_at=_BEGAN, lineage=_id("lineage"), serial=99)


def _id(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
