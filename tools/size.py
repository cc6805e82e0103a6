"""Prints what each room of bufferctl costs a reader (`make size`): its tokens, statements, functions and classes.

Lines are free. Ideas cost, so the last lines count what is to be known from outside: commands, options, kinds of holds.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import click

from bufferctl.cli import GROUPS, load_command
from bufferctl.reconcile import holds

PACKAGE = Path(__file__).parents[1] / "bufferctl"
COUNTED = ("tokens", "statements", "functions", "classes")
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
    tokenize.INDENT,
    tokenize.NEWLINE,
    tokenize.NL,
}
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def size(text: str) -> Counter[str]:
    """How much there is of each of `COUNTED` in a module. A docstring is one token, comments and layout are none."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    nodes = list(ast.walk(ast.parse(text)))
    return Counter(
        tokens=sum(each.type not in _LAYOUT for each in tokens),
        statements=sum(isinstance(each, ast.stmt) for each in nodes),
        functions=sum(isinstance(each, _FUNCTIONS) for each in nodes),
        classes=sum(isinstance(each, ast.ClassDef) for each in nodes),
    )


def rooms(package: Path = PACKAGE) -> dict[str, Counter[str]]:
    """The size of each room; `bufferctl` has the modules that are in none."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(package.rglob("*.py")):
        room = path.relative_to(package).parts[0] if path.parent != package else package.name
        found.setdefault(room, Counter()).update(size(path.read_text(encoding="utf-8")))
    return found


def _commands(command: click.Command) -> Iterator[click.Command]:
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _commands(below)
    else:
        yield command


def _ideas() -> Mapping[str, int]:
    commands = [each for group in GROUPS.values() for name in group for each in _commands(load_command(name))]
    names = {name for command in commands for parameter in command.params for name in parameter.opts}
    return {
        "commands": len(commands),
        "options": sum(name.startswith("--") for name in names),
        "kinds of holds": sum(isinstance(each, holds.Hold) for each in vars(holds).values()),
    }


def table(sizes: Mapping[str, Counter[str]]) -> Iterator[str]:
    """A line for each room, the largest first, and one for all of them."""
    rows: Iterable[tuple[str, Counter[str]]] = sorted(sizes.items(), key=lambda each: -each[1]["tokens"])
    total = sum(sizes.values(), Counter[str]())
    yield f"{'':12}" + "".join(f"{each:>12}" for each in COUNTED)
    for room, counted in (*rows, ("all", total)):
        yield f"{room:12}" + "".join(f"{counted[each]:12,}" for each in COUNTED)


if __name__ == "__main__":
    lines = [*table(rooms()), "", *(f"{number} {name}" for name, number in _ideas().items())]
    sys.stdout.write("\n".join(lines) + "\n")
