"""What `bufferctl ci` prints: the only place that writes to the log of a job.

A runner carries out commands that it finds in the log, and a job with the key that can write prints other people's
text: names of branches, answers of the forge, artifacts. So every line is made inert, whoever wrote it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from bufferctl.model import visible
from bufferctl.render.annotations import inert

#: The commands that bufferctl gives itself: annotations. Their text and properties contain no line break.
_ANNOTATION = re.compile(r"::(?:error|warning|notice)(?: [^:\x00-\x1f\x7f-\x9f\u2028\u2029]*)?::")

#: What bufferctl never prints, and a program that fails in it might.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def say(text: str) -> None:
    """Print lines, without anything that a runner or a terminal would carry out."""
    for line in text.splitlines():
        print(inert(visible(line)), flush=True)


def pass_on(line: str) -> None:
    """Print a line of bufferctl's own output, with its line break; an annotation at its start stays a command."""
    found = _ANNOTATION.match(line)
    start = found[0] if found else ""
    for each in line.removeprefix(start).splitlines():
        print(f"{start}{inert(_CONTROL.sub('', each))}", flush=True)
        start = ""


def add_to_summary(text: str, environment: Mapping[str, str]) -> None:
    """Add a paragraph of Markdown to the summary of a step of GitHub Actions."""
    if path := environment.get("GITHUB_STEP_SUMMARY"):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n\n")


def annotate(level: str, message: str, environment: Mapping[str, str] = os.environ) -> None:
    """Print an `error` or a `warning`, as a workflow command in GitHub Actions."""
    line = inert(visible(" ".join(message.split())))
    in_github = environment.get("GITHUB_ACTIONS")
    print(f"::{level}::{line.replace('%', '%25')}" if in_github else f"{level}: {line}", flush=True)
