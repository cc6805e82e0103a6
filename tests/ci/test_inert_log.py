"""Nothing that `bufferctl ci` prints is a command for the runner, whoever wrote it."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.ci import log
from bufferctl.ci.child import bufferctl as run_bufferctl
from bufferctl.ci.forge import PlannedFor
from tests.ci.conftest import Team, post
from tests.sources import mentioning, nodes

#: What a runner would carry out: at the start of a line, after white space of any kind, or anywhere in it.
HOSTILE = (
    "::stop-commands::x", " \t::add-mask::a", "a\n::set-env name=A::b", "a\r::stop-commands::x", "a\x85::add-mask::a",
    "a\u2028::stop-commands::x", "a ##[add-mask]b", "##[group]", "\x1b[2J\x1b[0Ksection_start:1:a\r",
    "::error::a ##[add-mask]b", "{\n::stop-commands::x", "::error::a\n::stop-commands::x", "\u00a0::add-mask::a",
    "::warning file=a\r::stop-commands::x",
)  # fmt: skip


def commands(printed: str) -> list[str]:
    """The lines of a log that a runner carries out, but for our own annotations; and control characters."""
    found = []
    for line in printed.splitlines():
        told = line.lstrip()
        is_annotation = line.startswith(("::error", "::warning", "::notice"))
        if (
            (told.startswith("::") and not is_annotation)
            or "##[" in line
            or any(ord(c) < 32 and c != "\t" for c in line)
        ):
            found.append(line)
    return found


PRINTS: dict[str, Callable[[str], None]] = {
    "say": log.say,
    "pass_on": log.pass_on,
    "annotate": lambda text: log.annotate("error", text, {"GITHUB_ACTIONS": "true"}),
    "annotate elsewhere": lambda text: log.annotate("error", text, {}),
}


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", PRINTS)
def test_each_way_to_print(name: str, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The text stays to be read, and is no command."""
    PRINTS[name](text)
    printed = capsys.readouterr().out
    assert printed.strip()
    assert commands(printed) == []


@given(st.text(alphabet=st.sampled_from("::##[] a\n\r\t\x1b\x85\u2028\u00a0{")).map(lambda text: f"a{text}"))
@pytest.mark.parametrize("name", PRINTS)
def test_any_text(name: str, text: str) -> None:
    """However it is put together."""
    printed = StringIO()
    with redirect_stdout(printed):
        PRINTS[name](text)
    assert commands(printed.getvalue()) == []


def test_ci_prints_nowhere_else() -> None:
    """One module writes to the log."""
    found = {
        path.name
        for path in mentioning("bufferctl/ci", "print", "echo", "stdout", "stderr")
        for node in nodes(path)
        if (isinstance(node, ast.Name) and node.id in {"print", "echo"})
        or (
            isinstance(node, ast.Attribute)
            and node.attr in {"stdout", "stderr"}
            and ast.unparse(node).startswith("sys.")
        )
    }
    assert found == {"log.py"}


@pytest.mark.parametrize("text", HOSTILE)
def test_bufferctl_as_a_child_process(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its annotations pass, and nothing else does, not even a text that it failed to escape."""

    def program(_folder: object, _arguments: object, _environment: object, take: Callable[[str], None]) -> int:
        for line in (f"{text}\n", "::warning file=a.yaml,line=1::Late\n"):
            take(line)
        return 1

    ran = run_bufferctl(tmp_path, ["plan"], {}, program=program)
    printed = capsys.readouterr().out
    assert commands(printed) == []
    assert "::warning file=a.yaml,line=1::Late\n" in printed
    assert "Late" not in ran.printed


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["number", "head", "branch", "base"])
def test_what_an_artifact_says_of_its_request(name: str, text: str) -> None:
    """Only values of the form that bufferctl writes are read at all."""
    values = {"number": 1, "head": "5" * 40, "branch": "main", "base": "6" * 40}
    assert not isinstance(PlannedFor.read(json.dumps(values).encode()), str)
    assert PlannedFor.read(json.dumps({**values, name: text}).encode()) == "its request.json cannot be read"


@pytest.mark.parametrize("number", [True, 1.0, "1", None, [1], {"a": 1}])
def test_the_number_is_a_number(number: object) -> None:
    """As JSON has it."""
    values = {"number": number, "head": "5" * 40, "branch": "main"}
    assert PlannedFor.read(json.dumps(values).encode()) == "its request.json cannot be read"


def test_the_whole_of_a_job(team: Team) -> None:
    """Hostile names of workflows, folders, persons, branches, posts, and answers of the forge, in every command."""
    hostile = "::stop-commands::x ##[add-mask]y"
    number = team.open("launch", launch=post("launch", hostile, channel="twitter"))
    planned = team.plan(number)
    printed = [planned.log]
    for artifact in team.github.artifacts:
        artifact.workflow, artifact.event = f"{hostile}\n{hostile}", hostile
    team.merge(number)
    printed.append(team.apply().log)
    assert "##" in printed[-1]
    for artifact in team.github.artifacts:
        artifact.workflow = ".github/workflows/plan.yml"
    printed.append(team.apply_as("workflow_dispatch", decision="reapply '::stop-commands::x ##[a]'").log)
    team.github.comments = {}
    printed.append(team.job("plan", team.try_merge(number), team.event(number), directory="posts/##[group]").log)
    team.github.read_only = True

    def refuse(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(403, json={"message": hostile})

    team.github.api = refuse  # type: ignore[assignment]  # a handler like the other
    printed += [team.apply().log, team.apply_as("schedule").log, team.plan_branch(number).log]
    for each in printed:
        assert commands(each) == [], each
