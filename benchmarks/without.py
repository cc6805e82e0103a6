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
from bufferctl.cli import session
from bufferctl.cli.applying import Applying
from bufferctl.cli.console import Console
from bufferctl.cli.files import load_files
from bufferctl.cli.outputs import report_of, show_plan
from bufferctl.machine import state_folder
from bufferctl.model import Intent, Settled
from bufferctl.reconcile import Options
from bufferctl.state import StoredRecord


class Forgetful(FileJournal):
    """A journal that writes nothing to disk."""

    def listed(self, home: str, ids: Collection[str]) -> None:
        """Write nothing."""

    def intend(self, intents: Sequence[Intent]) -> None:
        """Write nothing."""

    def settle(self, settled: Sequence[Settled]) -> None:
        """Write nothing."""

    def compact(self, recorded: Collection[int] = (), revision: Revision | None = None) -> None:
        """Write nothing."""


def main(folder: Path) -> None:
    """Plan, show the plan, and apply it."""
    gc.disable()  # as the command line does
    console = Console.create()
    files = load_files(folder / "buffer.yaml", (), console)
    with connect(os.environ["BUFFER_API_URL"], os.environ["BUFFER_API_KEY"]) as buffer:
        store = StoredRecord(files.store(None), buffer.endpoint)
        journal = Forgetful(state_folder(), buffer.endpoint, files.root_file)
        run = session.Session(files, buffer, store, journal, console, store.load())
        applying = Applying(run, Options(), settle=0, max_wait=0, quiet=False)
        plan = applying.plan()
        show_plan(report_of(plan, files.desired), console, as_json=False)
        if (error := applying.run(plan)) is not None:
            raise error
    gc.freeze()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
