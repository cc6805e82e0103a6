"""Problems as GitHub's workflow commands, which show them at their lines: `::error file=a.yaml,line=3::message`.

GitHub shows ten errors, ten warnings and ten notices per step and silently drops the rest, so the tenth says how many
more there are. Problems that need a person and problems in changed files come first.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

from bufferctl.diagnostics import Diagnostic, Related
from bufferctl.model import visible
from bufferctl.plan import Reason
from bufferctl.render.lines import plain_lines, sentence
from bufferctl.value import replace

#: How many annotations of each kind GitHub shows per step (docs: usage limits of check runs).
SHOWN = 10
_NAME = "bufferctl"
#: The levels of problems, loudest first, as GitHub calls them.
_LEVELS = {"error": "error", "warning": "warning", "note": "notice"}
_HELD = frozenset(map(str, Reason))
#: Text that a runner treats as a command: `::` at the start of a line, or `##[` anywhere in it.
_COMMAND = re.compile(r"^(\s*:)(?=:)|(##)(?=\[)", re.MULTILINE)


def annotations_text(problems: Iterable[Diagnostic], *, changed: Collection[str] = (), folder: str = "") -> str:
    """One command per line, errors first, then in the order described above; empty without problems.

    `changed`: paths as in places. `folder`: the folder that these are relative to, below the repository's root.
    """
    found = [_shown_at(each, changed) for each in problems]
    lines: list[str] = []
    for level in _LEVELS:
        of_kind = [each for each in found if each.level == level]
        of_kind.sort(key=lambda each: (each.code not in _HELD, not each.place or each.place.file not in changed))
        lines += _first(level, [_command(each, folder) for each in of_kind])
    return "".join(f"{line}\n" for line in lines)


def inert(text: str) -> str:
    """`text` for the log of a job, without anything that a runner would execute.

    A zero-width space separates the characters of a command; in JSON, where they occur only in strings, an escape does.
    """
    if text.startswith("{"):
        return text.replace("##[", "##\\u005b")
    return _COMMAND.sub(lambda match: f"{match[0]}\u200b", text)


def _first(level: str, commands: list[str]) -> Iterator[str]:
    if len(commands) <= SHOWN:
        yield from commands
        return
    yield from commands[: SHOWN - 1]
    left = len(commands) - SHOWN + 1
    yield f"::{_LEVELS[level]} title={_NAME}::and {left:,} more {_LEVELS[level]}s; what this step printed has them all"


def _shown_at(problem: Diagnostic, changed: Collection[str]) -> Diagnostic:
    """The problem at that of its places which is in a changed file, where GitHub shows it beside the change."""
    place = problem.place
    at = next((each.place for each in problem.related if each.place.file in changed), None)
    if at is None or place is None or place.file in changed:
        return problem
    others = (Related(place, "the other place"), *(each for each in problem.related if each.place != at))
    return replace(problem, place=at, related=others)


def _command(problem: Diagnostic, folder: str) -> str:
    values: dict[str, object] = {}
    if problem.place:
        place = problem.place.below(folder)
        values = {"file": place.file, **({"line": place.line, "col": place.column} if place.line else {})}
    values["title"] = f"{_NAME} {problem.code}" if problem.code else _NAME
    properties = ",".join(
        f"{name}={_data(str(value)).replace(':', '%3A').replace(',', '%2C')}" for name, value in values.items()
    )
    related = [f"{each.place.below(folder)}: {each.note}" for each in problem.related]
    hint = plain_lines(f"→ {problem.hint}" if problem.hint else "")
    said = "\n".join([sentence(problem.message), *hint, *related])
    return f"::{_LEVELS[problem.level]} {properties}::{_data(said)}"


def _data(text: str) -> str:
    return visible(text.replace("\r\n", "\n")).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
