"""`without.py FOLDER`: apply without journal and verification, to measure what they cost.

Everything else is the same code.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

from bufferctl.api import connect
from bufferctl.apply import FileJournal, Revision
from bufferctl.cli.console import Console
from bufferctl.cli.outputs import report_of, show_plan
from bufferctl.cli.watching import Watching
from bufferctl.machine import state_folder
from bufferctl.model import Intent, Settled
from bufferctl.run.applying import Applying
from bufferctl.run.files import open_files
from bufferctl.run.session import Session
from bufferctl.run.sources import PlanSource
from bufferctl.state import StateFile


class Forgetful(FileJournal):
    """A journal that writes nothing to disk."""

    def note_present(self, home: str, ids: Collection[str]) -> None:
        """Write nothing."""

    def intend(self, intents: Sequence[Intent]) -> list[Intent]:
        """Write nothing."""
        return list(intents)

    def settle(self, settled: Sequence[Settled]) -> None:
        """Write nothing."""

    def compact(self, recorded: Collection[int] = (), revision: Revision | None = None) -> None:
        """Write nothing."""


def main(folder: Path) -> None:
    """Plan, show the plan, and apply it."""
    gc.disable()  # as the command line does
    console = Console.create()
    watching = Watching(console, quiet=False)
    files = open_files(folder / "buffer.yaml", listener=console)
    with connect(os.environ["BUFFER_API_URL"], os.environ["BUFFER_API_KEY"]) as buffer:
        store = StateFile(files.store(None, console), buffer.endpoint)
        store.load()
        journal = Forgetful(state_folder(), buffer.endpoint, files.root_file)
        session = Session(files, buffer, store, journal, watching, watching.stopping, 0)
        applying = Applying(session, PlanSource(files), max_wait=0)
        plan = applying.plan()
        show_plan(report_of(plan, files.desired), console, as_json=False)
        if (error := applying.send(plan)) is not None:
            raise error
    gc.freeze()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
