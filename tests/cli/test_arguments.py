"""No text of a file, a state or a plan becomes an option of a program that bufferctl starts.

Every text is replaced by one that looks like an option, wherever the format takes that; what the format refuses is
guarded by it. Then commands run, and every argument of every child process is looked at.
"""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from ruamel.yaml import YAML

from bufferctl.config import load
from bufferctl.errors import StateError
from bufferctl.state.document import read
from tests.cli.conftest import Project
from tests.cli.test_proposed_files import COMMANDS, forge
from tests.cli.test_proposed_files import CONFIG as PLAIN
from tests.sources import mentioning, nodes
from tests.stores import git

POISON = "--output=poison"
GUARDS = {"--", "--end-of-options"}
EVERYTHING = Path(__file__).parents[1] / "cases" / "validate" / "valid-everything"


@contextmanager
def children() -> Iterator[list[list[str]]]:
    """The arguments of every process that is started meanwhile."""
    started: list[list[str]] = []
    start = subprocess.Popen.__init__

    def noting(self: subprocess.Popen[Any], args: list[Any], *more: Any, **named: Any) -> None:
        started.append([str(each) for each in args])
        start(self, args, *more, **named)

    with patch.object(subprocess.Popen, "__init__", noting):
        yield started


def unguarded(arguments: list[str]) -> list[str]:
    """The arguments that begin with the poison and could be read as options."""
    end = next((at for at, each in enumerate(arguments) if each in GUARDS), len(arguments))
    return [each for each in arguments[:end] if each.startswith(POISON)]


def leaves(node: dict[str, Any] | list[Any]) -> Iterator[tuple[Any, Any]]:
    """Where each text of a document is: its container, and its key there."""
    pairs: list[tuple[Any, Any]] = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
    for key, value in pairs:
        if isinstance(value, str):
            yield node, key
        elif isinstance(value, dict | list):
            yield from leaves(value)


def poisoned(document: dict[str, Any], accepts: Callable[[], bool]) -> int:
    """Poison every text with which `accepts` still agrees; how many those are."""
    count = 0
    for node, key in leaves(document):
        before = node[key]
        node[key] = POISON
        if accepts():
            count += 1
        else:
            node[key] = before
    return count


@pytest.fixture
def project(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A clone whose state is on a branch of its origin."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(git.remote(tmp_path / "remote.git")))
    project.write("buffer.yaml", PLAIN.replace("REMOTE", "origin"))
    git.git(project.folder, "add", "--all")
    git.git(project.folder, "commit", "--quiet", "--message", "Begin")
    return project


def test_an_unguarded_text_is_found(tmp_path: Path) -> None:
    """What the other tests rest on: git without a guard, and with one."""
    from bufferctl.git import git as run

    with children() as started:
        run(tmp_path, "rev-parse", POISON)
        run(tmp_path, "rev-parse", operands=[POISON])
    assert [unguarded(each) for each in started] == [[POISON], []]


@pytest.mark.long
def test_texts_of_the_files(project: Project) -> None:
    """Every field of the format, in a file that has them all."""
    shutil.rmtree(project.folder / "posts", ignore_errors=True)
    shutil.copytree(EVERYTHING, project.folder, dirs_exist_ok=True)
    yaml, root = YAML(), project.folder / "buffer.yaml"
    counts = 0
    for file in sorted(project.folder.rglob("*.yaml")):
        document = yaml.load(file)

        def accepts(file: Path = file, document: object = document) -> bool:
            with file.open("w", encoding="utf-8") as stream:
                yaml.dump(document, stream)
            return load(root, project.folder).desired is not None

        assert accepts()
        counts += poisoned(document, accepts)
        assert accepts()
    assert counts > 50
    with children() as started:
        for command in COMMANDS:
            project(*command)
    assert started
    assert [found for each in started for found in unguarded(each)] == []


@pytest.mark.long
def test_texts_of_the_state(project: Project) -> None:
    """Every text of the document, on its branch."""
    project.apply()
    document = json.loads(project("state", "pull").out)
    endpoint = document["endpoint"]

    def accepts() -> bool:
        try:
            read(json.dumps(document).encode(), "it", endpoint, remedy="")
        except StateError:
            return False
        return True

    assert poisoned(document, accepts) > 3
    forge(project, json.dumps(document))
    with children() as started:
        for command in COMMANDS:
            project(*command)
    assert started
    assert [found for each in started for found in unguarded(each)] == []


def test_texts_of_a_plan_file(project: Project) -> None:
    """Every text of it, one at a time, since its digests no longer fit."""
    project("plan", "-o", "plan.json")
    document = json.loads((project.folder / "plan.json").read_text(encoding="utf-8"))
    with children() as started:
        for node, key in leaves(document):
            before, node[key] = node[key], POISON
            (project.folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
            project("show", "plan.json")
            node[key] = before
        poisoned(document, lambda: True)
        (project.folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
        project("apply", "plan.json", "--auto-approve")
    assert [found for each in started for found in unguarded(each)] == []


def test_options_of_git_are_written_in_the_code() -> None:
    """In every room, `ci` too: what is no operand is a constant, or begins with the name of its option."""
    loose = []
    callers = {"git", "git_bytes", "_git", "_reach", "_output", "_told", "_project"}
    for file in mentioning("bufferctl", *(f"{each}(" for each in callers)):
        for call in (node for node in nodes(file) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in callers:
                continue
            options = call.args if name in {"_git", "_reach", "_project"} else call.args[1:]
            loose += [f"{file.name}:{call.lineno}" for each in options if not is_written(each)]
    assert loose == []


#: Names of options, or of several, that are put together from constants and values of our own, or are constants.
NAMES = {
    "DIFF",
    "DIFF_OF_COMMITS",
    "_DELETED",
    "_ORGANIZATIONS",
    "options",
    "arguments",
    "only",
    "query",
    "hashes",
    "parents",
    "form",
    "depth",
    "lease",
}


def is_written(option: ast.expr) -> bool:
    """Whether an argument is a constant, or begins with one, or is one of `NAMES`."""
    if isinstance(option, ast.JoinedStr):
        return isinstance(option.values[0], ast.Constant)
    value = option.value if isinstance(option, ast.Starred) else option
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id in NAMES)
