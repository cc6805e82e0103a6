"""10,000 creates against 100 requests in 15 minutes, on a clock that advances only while waiting.

Applies the project in FOLDER and prints the seconds that passed on that clock, the number of requests, and how many
were refused.
"""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from pathlib import Path

from buffer import account

from bufferctl.api import connect
from bufferctl.run.applying import Applying
from bufferctl.run.files import open_files
from bufferctl.run.listener import Stop
from bufferctl.run.session import open_to_change
from bufferctl.run.sources import PlanSource
from bufferctl.sandbox import Clock, Sandbox

START = "2029-12-03T09:00:00Z"
TOO_MANY = 429


@dataclass(frozen=True)
class Moved(Stop):
    """The sandbox's clock, which is also bufferctl's: waiting advances it."""

    clock: Clock

    def now(self) -> float:
        """Seconds that only increase."""
        return self.clock.now().timestamp()

    def wait(self, seconds: float) -> None:
        """Advance the clock."""
        self.clock.advance(seconds)

    sleep = wait


def main(folder: Path) -> None:
    """Apply the project from its first request to its verification."""
    gc.disable()  # as the command line does
    files = open_files(folder / "buffer.yaml")
    clock = Clock.at(START)
    with Sandbox(account(), clock=clock, rate_limit="team") as sandbox:
        began = clock.now()
        with (
            connect(sandbox.url, sandbox.key, now=clock.now) as buffer,
            open_to_change(files, buffer, settle=0, stop=Moved(clock)) as session,
        ):
            applying = Applying(session, PlanSource(files))
            plan = applying.plan()
            if (error := applying.send(plan)) is not None:
                raise error
            if not applying.verify().is_empty:
                raise RuntimeError("Buffer does not match the files after the apply")
        seconds = (clock.now() - began).total_seconds()
        refused = sum(seen.status == TOO_MANY for seen in sandbox.requests)
        print(f"{seconds:.0f} {len(sandbox.requests)} {refused}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
