"""Where output goes and whether it has color: data to stdout, everything else to stderr (design: Contracts)."""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, TextIO

import click

from bufferctl.diagnostics import Diagnostic
from bufferctl.errors import UsageError
from bufferctl.machine import in_job
from bufferctl.model import visible
from bufferctl.render.lines import Paint, capitalized, plain_lines, sentence
from bufferctl.run.listener import Listener
from bufferctl.run.secrets import without_secrets
from bufferctl.said import with_pasted

if TYPE_CHECKING:
    from bufferctl.config.write import FileChanges

#: The width of lines, whatever the terminal.
_NARROWEST, _WIDEST = 40, 120
#: Seconds after which people wonder whether anything happens.
_LONG = 1.0
READING = "Reading what is in Buffer"
WAITING = "Waiting for Buffer's answer"
STORING = "Waiting for the state"


@dataclass
class Console(Listener):
    """Prints output: `out` styles text for stdout, `err` text for stderr."""

    out: Paint
    err: Paint
    _is_busy: bool = field(default=False, init=False)
    _has_said: bool = field(default=False, init=False)

    @classmethod
    def create(cls, *, no_color: bool = False, full: bool = False) -> Console:
        """Color on terminals only; `NO_COLOR` and `--no-color` turn it off, `FORCE_COLOR` on.

        The width is that of the terminal or COLUMNS, within what reads well. `full`: nothing is folded.
        """
        width = min(max(get_terminal_size().columns, _NARROWEST), _WIDEST)
        out, err = (Paint(_colored(stream, no_color), width, full) for stream in (sys.stdout, sys.stderr))
        return cls(out, err)

    def data(self, text: str) -> None:
        """Print the requested data as it is."""
        click.echo(_for_log(text, sys.stdout), nl=not text.endswith("\n"), color=True)

    def say(self, text: str) -> None:
        """Print on stdout what was done or comes next, with commands that can be pasted."""
        self.data(with_pasted(text))

    def note(self, text: str) -> None:
        click.echo(_for_log(with_pasted(text), sys.stderr), err=True, nl=not text.endswith("\n"), color=True)

    def notice(self, text: str) -> None:
        self.note(f"{self.err.change('note:')} {text}")

    def warning(self, text: str) -> None:
        self.note(f"{self.err.bad('warning:')} {text}")

    def error(self, message: str, hint: str = "") -> None:
        """Print an error and a hint; commands in `hint` get their own lines, so that they can be pasted."""
        self.note(f"{self.err.bad('error:')} {visible(sentence(capitalized(message)))}")
        if hint:
            lines = plain_lines(f"hint: {hint}")
            self.note("\n".join("  " + visible(line).replace("\n", "\n    ") for line in lines))

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Print problems with their places, and a blank line after them."""
        if text := _problems(diagnostics, self.err, sys.stderr):
            self.note(f"{text}\n\n")

    def found(self, diagnostics: Iterable[Diagnostic], verdict: str) -> None:
        """Print the problems that were asked for, and what they come to."""
        self.data("\n\n".join(filter(None, (_problems(diagnostics, self.out, sys.stdout), verdict))))

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Like `Listener`: a line once it takes a second."""
        with self._saying(READING):
            yield

    @contextmanager
    def storing(self) -> Iterator[None]:
        """As `Listener`: a line once it takes a second, since a git host or a bucket may be slow."""
        with self._saying(STORING):
            yield

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A line if Buffer takes more than a second to answer a request, unless a broader line is due."""
        with self._saying(WAITING):
            yield

    @contextmanager
    def busy(self) -> Iterator[None]:
        """While this lasts, something else shows progress."""
        was, self._is_busy = self._is_busy, True
        try:
            yield
        finally:
            self._is_busy = was

    @contextmanager
    def _saying(self, what: str) -> Iterator[None]:
        """`what` once this takes a second: on a terminal until it is over, elsewhere as a line, once in a run."""
        if self._is_busy:
            yield
            return
        is_passing = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        said = threading.Event()

        def say() -> None:
            if is_passing or not self._has_said:
                click.echo(f"{what}…", err=True, nl=not is_passing)
            self._has_said = True
            said.set()

        timer = threading.Timer(_LONG, say)
        timer.daemon = True
        timer.start()
        try:
            with self.busy():
                yield
        finally:
            timer.cancel()
            timer.join()
            if said.is_set() and is_passing:
                click.echo("\r\x1b[K", err=True, nl=False, color=True)

    def edits(self, changes: FileChanges, root: Path) -> None:
        """Print the lines that change in each file below `root`, as a diff, before anything is written."""
        from difflib import unified_diff

        for path, both in changes.wanted.items():
            name = path.relative_to(root).as_posix()
            old, new = ((text or b"").decode().removesuffix("\n").split("\n") for text in both)
            for raw in unified_diff(old, new, name, name, n=2, lineterm=""):
                line = raw.rstrip("\r")
                paint = {"+": self.out.good, "-": self.out.bad, "@": self.out.faint}.get(line[:1])
                self.data(paint(visible(line)) if paint else visible(line))

    @property
    def can_ask(self) -> bool:
        """Whether there is somebody to ask."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, option: str, question: str, **prompt: Any) -> Any:
        """The answer to a question; `prompt`: as click.prompt takes it. Raises UsageError if there is nobody to ask.

        `option` gives the answer on the command line.
        """
        if not self.can_ask:
            raise UsageError(
                f"{option} is missing, and bufferctl cannot ask without a terminal, so nothing was written",
                hint=f"Add {option}.",
            )
        return click.prompt(question, err=True, **prompt)

    def confirm(self, question: str, *, nothing_was: str, hint: str) -> bool:
        """Ask whether to continue, as `Listener` describes; without consent, print what was not done."""
        if not self.can_ask:
            return super().confirm(question, nothing_was=nothing_was, hint=hint)
        if not (agreed := click.confirm(question, err=True)):
            self.note(f"Nothing was {nothing_was}.")
        return agreed


def _for_log(text: str, stream: TextIO) -> str:
    """`text` without the API key; where it goes to a job's log, with nothing that its runner would carry out."""
    text = without_secrets(text)
    if not in_job() or _is_file(stream):
        return text
    from bufferctl.render.annotations import inert

    return inert(text)


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # closed, or nothing that the system knows
        return False


def _colored(stream: TextIO, no_color: bool) -> bool:
    if no_color or os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _problems(diagnostics: Iterable[Diagnostic], paint: Paint, stream: TextIO) -> str:
    """Problems as text, folded on a terminal only: other programs read a line each."""
    from bufferctl.render.diagnostics import diagnostics_text

    return diagnostics_text(tuple(diagnostics), paint, paint.width if stream.isatty() else 0)
