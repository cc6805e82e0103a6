"""Runs a document: writes its files, makes its edits, runs its commands, and compares their output.

- A `yaml` block that begins with `# NAME.yaml` is a file.
- A `diff` block that begins with `# NAME.yaml` is an edit of one: removed and unchanged lines must be found once.
- A `console` block has commands after `$` and their output; `…` alone on a line stands for any number of lines.
- `<!-- event: NAME -->` is an event without a command, done by a function of that name.

Ids, digests and ports differ in each run. The page keeps its own for each, and one that is passed to a command is
replaced by the real one.

What comes out is the page's text with as little changed as makes it correct: its `…`, ids and ports stay.
"""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path

from bufferctl.cli import run
from tests.docs.align import aligned
from tests.waiting import without_waiting

_BLOCK = re.compile(r"^```(yaml|diff|console)\n(.*?)^```$|^<!-- event: ([\w-]+) -->$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_ID = re.compile(r"\b(?:[0-9a-f]{24}|[0-9a-f]{8}|(?<=127\.0\.0\.1:)\d+)\b")


@dataclass
class Document:
    """A part of a document that runs in `folder`; `happens` are its events by name."""

    folder: Path
    happens: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    code: int = 0
    #: What the page has for each id of this run.
    _ids: dict[str, str] = field(default_factory=dict)

    def run(self, text: str) -> str:
        """Run all of it in order; returns the correct text. Raises AssertionError if an edit does not fit."""
        return _BLOCK.sub(self._block, text)

    def _block(self, match: re.Match[str]) -> str:
        kind, body, event = match.groups()
        if event:
            self.happens[event]()
        elif kind == "console":
            return f"```console\n{_COMMAND.sub(self._command, body)}```"
        elif named := re.match(r"# (\S+\.ya?ml)[^\n]*\n", body):
            self._write(named[1], body if kind == "yaml" else self._edited(named[1], body[named.end() :]))
        return match[0]

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _edited(self, name: str, diff: str) -> str:
        before, after = (
            "".join(f"{line[1:]}\n" for line in diff.splitlines() if line[:1] in {sign, " "}) for sign in "-+"
        )
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{name} has not once:\n{before}"
        return text.replace(before, after)

    def _command(self, match: re.Match[str]) -> str:
        command, written = match.groups()
        real = {page: real for real, page in self._ids.items()}
        printed = self._printed(_ID.sub(lambda each: real.get(each[0], each[0]), command))
        pairs = aligned(written.splitlines(), printed.splitlines(), alike=lambda line: _ID.sub("<id>", line))
        return "".join((f"$ {command}\n", *(f"{self._line(*pair)}\n" for pair in pairs)))

    def _line(self, written: str | None, printed: str) -> str:
        """A printed line as the page has it, with the page's ids."""
        theirs, ours = _ID.findall(printed), _ID.findall(written or "")
        for real, page in zip(theirs, ours if len(theirs) == len(ours) else theirs, strict=True):
            if page not in self._ids.values():
                self._ids.setdefault(real, page)
        return _ID.sub(lambda each: self._ids.get(each[0], each[0]), printed)

    def _printed(self, command: str) -> str:
        if command == "echo $?":
            return f"{self.code}\n"
        if not command.startswith("bufferctl "):
            ran = subprocess.run(  # noqa: S602 - our own document, as a reader would type it
                command,
                shell=True,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=True,
            )
            return ran.stdout
        out = io.StringIO()
        with chdir(self.folder), redirect_stdout(out), redirect_stderr(out):
            self.code = run(command.split()[1:])
        return re.sub(r"^\n|\n(?=\n\Z)", "", without_waiting(out.getvalue()))
