"""Watching an apply: progress on a terminal, outcomes as they come, and a stop on Ctrl-C and SIGTERM."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import Any

from bufferctl.cli.console import READING, Console
from bufferctl.machine import hearing
from bufferctl.model.entries import occurrence_of
from bufferctl.plan import WRITING, Action, Outcome, Plan, Status
from bufferctl.render.lines import capitalized, count, sentence
from bufferctl.render.report import Report
from bufferctl.render.text import outcomes_text
from bufferctl.run.listener import Stop

_APPLYING = "Applying"
#: Seconds that a runner leaves a job that it cancels. GitHub's interrupts it, and terminates it 7.5 s later.
_GRACE = 10.0
#: Seconds of waiting after which Windows hears a signal; elsewhere it is heard at once.
_UNHEARD = 1.0


#: Seconds of waiting that are told in minutes, with what else to do.
_LONG = 120


class Stopping(Stop):
    """Whether somebody asked to stop: the first time, the request in flight is finished; the second time, it is not."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._is_asked = threading.Event()

    def asked(self) -> bool:
        """Whether somebody asked to stop."""
        return self._is_asked.is_set()

    def ask(self) -> None:
        """Ask to stop after the request in flight."""
        self._is_asked.set()

    def patient(self) -> AbstractContextManager[None]:
        """Turn SIGINT and SIGTERM into a request to stop while this lasts; before and after, they interrupt at once."""
        return hearing(self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if self.asked():
            raise KeyboardInterrupt
        self.ask()
        self._console.note("Stopping after the request in flight; once more stops at once.")

    def wait(self, seconds: float) -> None:
        """Let time pass; returns early once somebody asks to stop."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0 and not self._is_asked.wait(min(left, _UNHEARD)):
            pass

    @contextmanager
    def undisturbed(self) -> Iterator[list[int]]:
        """A context for taking or releasing a lock: SIGINT and SIGTERM do not interrupt it for 10 s."""
        until, heard = time.monotonic() + _GRACE, list[int]()

        def hear(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signal module's signature
            if time.monotonic() >= until:
                raise KeyboardInterrupt
            heard.append(number)

        with hearing(hear):
            yield heard


class Watching(Console):
    """The console of an apply: a bar with a countdown on a terminal, lines anywhere else.

    Outcomes go to stdout as they come, those of an item together. `quiet`: the caller prints everything as JSON at the
    end.
    """

    def __init__(self, console: Console, *, quiet: bool) -> None:
        super().__init__(console.out, console.err)
        self._below = console
        self.stopping = Stopping(console)
        self._quiet = quiet
        self._has_printed = False
        self._outcomes = list[Outcome]()  # of one item, not printed yet
        self._update: Callable[..., None] | None = None  # changes the bar that there is

    @contextmanager
    def progress(self, total: int) -> Iterator[None]:
        """Like `Listener`: a bar, if stderr is a terminal."""
        self._has_printed = False
        is_shown = not self._quiet and sys.stderr.isatty()
        with (
            self._below.busy() if is_shown else nullcontext(),
            self.busy() if is_shown else nullcontext(),
            _bar(total, self.stopping) if is_shown else nullcontext() as update,
        ):
            self._update = update
            try:
                yield
            finally:
                self._print()
                self._update = None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Like `Listener`: shown in the bar, if there is one."""
        if self._update:
            self._update(description=READING, until=0.0, visible=True)
            yield
            return
        with super().reading():
            yield

    def outcome(self, outcome: Outcome) -> None:
        """Print an outcome once all outcomes of its item are there.

        Holds were shown with the plan, unless they are new.
        """
        if self._update and outcome.change.action in WRITING and outcome.status is not Status.NOT_SENT:
            self._update(advance=1, description=_APPLYING, until=0.0)
        shown_before = outcome.status is Status.HELD and outcome.change.action is Action.HOLD
        if self._quiet or shown_before:
            return
        items = {occurrence_of(each.change.address, each.change.desired) for each in (*self._outcomes[:1], outcome)}
        if len(items) > 1:
            self._print()
        self._outcomes.append(outcome)

    def _print(self) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if not outcomes or self._quiet:
            return
        report = Report(Plan(datetime.now(UTC), endpoint=""), outcomes=tuple(outcomes))
        try:
            # the first stands apart from the plan above it
            self.data(("" if self._has_printed else "\n") + outcomes_text(report, self.out))
            self._has_printed = True
        except BrokenPipeError:  # whoever read along is gone; what is under way is recorded all the same
            self._quiet = True
            self.stopping.ask()

    def waiting(self, seconds: float, why: str) -> None:
        """Say that nothing will happen for a while."""
        self._print()
        if self._update:
            self._update(description=why, until=time.monotonic() + seconds, visible=True)
        else:
            self.note(f"{sentence(capitalized(why))}{_and_waits(seconds)}")


def _and_waits(seconds: float) -> str:
    """How long a run waits, and from two minutes on what else somebody can do; empty for no time worth a word."""
    if seconds < 1:
        return ""
    if seconds < _LONG:
        return f" Waiting {count(round(seconds), 'second')}."
    return f" Waiting {round(seconds / 60)} minutes. To stop, press Ctrl-C; the next apply goes on from there."


@contextmanager
def _bar(total: int, stopping: Stopping) -> Iterator[Callable[..., None]]:
    """The current step, a bar, and how many of how many are done; while waiting, the time left.

    Yields the object that updates it. The bar disappears once it is full, and stays if somebody asked to stop.
    """
    from rich.console import Console as Terminal
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeElapsedColumn,
    )
    from rich.text import Text

    class Countdown(ProgressColumn):
        """The time left while waiting."""

        def render(self, task: Task) -> Text:
            left = round(task.fields["until"] - time.monotonic())
            return Text(f"{left // 60}:{left % 60:02d} to wait" if left > 0 else "")

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), Countdown())
    # Where stdout is the same terminal, its lines go above the bar; where it is a file or a pipe, they stay its own.
    own: dict[str, Any] = {"console": Terminal(stderr=True), "transient": True, "redirect_stdout": sys.stdout.isatty()}
    with Progress(*columns, **own) as progress:
        yield partial(progress.update, progress.add_task(_APPLYING, total=total, until=0.0, visible=total > 0))
        progress.live.transient = not stopping.asked()
