"""The interfaces with which a caller follows a run, answers its questions and stops it; the defaults do nothing."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from bufferctl.errors import UsageError

if TYPE_CHECKING:
    from bufferctl.diagnostics import Diagnostic
    from bufferctl.plan import Outcome


class Listener:
    """Follows a run. This one does nothing; override the methods of interest."""

    def diagnostics(self, problems: Iterable[Diagnostic]) -> None:
        """Problems of the files or of a plan, with their places."""

    def note(self, text: str) -> None:
        """A sentence about the progress of the run."""

    def notice(self, text: str) -> None:
        """Something worth knowing."""

    def warning(self, text: str) -> None:
        """Something that may need somebody."""

    def error(self, message: str, hint: str = "") -> None:
        """An error that does not end the run."""

    def outcome(self, outcome: Outcome) -> None:
        """A change has its final outcome in this run."""

    def waiting(self, seconds: float, why: str) -> None:
        """Nothing will happen for a while."""

    def reading(self) -> AbstractContextManager[None]:
        """While this lasts, the account is read."""
        return nullcontext()

    def storing(self) -> AbstractContextManager[None]:
        """While this lasts, the state is read from where it is, or written there."""
        return nullcontext()

    def progress(self, total: int) -> AbstractContextManager[None]:  # noqa: ARG002 - for those who show it
        """While this lasts, `total` outcomes of writes and any number of waits may follow."""
        return nullcontext()

    def confirm(self, question: str, *, nothing_was: str, hint: str) -> bool:  # noqa: ARG002 - there is nobody to ask
        """Whether to continue; without consent, nothing was `nothing_was` (sent, written).

        Raises UsageError with `hint` if there is nobody to ask.
        """
        raise UsageError(f"Cannot ask for confirmation without a terminal, so nothing was {nothing_was}", hint=hint)


class Stop:
    """Time that passes, and whether somebody asked to stop. Nobody asks this one."""

    def asked(self) -> bool:
        """Whether somebody asked to stop after the request in flight."""
        return False

    def now(self) -> float:
        """Seconds that only increase."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Wait; return early if somebody asks to stop."""
        time.sleep(seconds)

    def sleep(self, seconds: float) -> None:
        """Wait for the whole time, even if somebody asks to stop."""
        time.sleep(seconds)

    def patient(self) -> AbstractContextManager[None]:
        """While this lasts, a wish to stop waits until the request in flight is answered."""
        return nullcontext()

    def undisturbed(self) -> AbstractContextManager[list[int]]:
        """A context for taking or releasing a lock, which a wish to stop does not interrupt.

        Yields the received signals.
        """
        return nullcontext([])


SILENT, NEVER = Listener(), Stop()
