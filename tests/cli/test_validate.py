"""`bufferctl validate`: its problems are its output."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest

from bufferctl.cli.console import Console
from bufferctl.diagnostics import Diagnostic, Severity
from tests.cli.conftest import Project
from tests.render.documents import checked

ROOT = """\
version: 1
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {key: a, due_at: "2030-01-07T09:00:00Z", text: %s}
"""


def warned(project: Project) -> Any:
    """A project with a warning and no error."""
    image = "assets: [{image: {url: 'https://acme.example/a.png'}}]"
    project.write("buffer.yaml", ROOT.replace("text: %s}", f"text: A, {image}}}"))
    return project


def test_problems_are_data(project: Project) -> None:
    """On stdout, with the verdict after them; nothing on stderr."""
    project.write("buffer.yaml", ROOT % '""')
    ran = project("validate")
    assert (ran.code, ran.err) == (1, "")
    assert "buffer.yaml:8" in ran.out
    assert ran.out.splitlines()[-1] == "1 error in 1 file"


def test_a_slip_has_its_line_mended_as_data(project: Project) -> None:
    """In --json, as the answer to it: the line as it should be."""
    project.write("buffer.yaml", ROOT % "A" + "ideas:\n  -key: b\n    text: B\n")
    problems = json.loads(project("validate", "--json").out)["problems"]
    found = [(each["code"], answer["way"], answer["content"]) for each in problems for answer in each["answers"]]
    assert found == [("syntax", "edit", "  - key: b")]


def test_strict_fails_on_warnings(project: Project) -> None:
    """0 without, and its files are valid; 1 with --strict, which does not call them so."""
    usual, strict = warned(project)("validate"), project("validate", "--strict")
    assert (usual.code, "warning" in usual.out, "Valid: " in usual.out) == (0, True, True)
    assert (strict.code, strict.out.splitlines()[-1]) == (1, "1 warning in 1 file")


def test_a_file_without_posts(project: Project) -> None:
    """It is not said that the project has none."""
    warned(project)
    project.write("posts/a.yaml", "posts:\n  - {key: b, channels: [twitter], due_at: 2030-01-08T09:00:00Z, text: B}\n")
    project.write("posts/b.yaml", "ideas: []\n")
    assert "no posts in the selected files" in project("validate", "posts/b.yaml").out


@pytest.mark.parametrize(("is_terminal", "widest"), [(True, 60), (False, 305)])
def test_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, is_terminal: bool, widest: int) -> None:
    """Problems are folded at 60 columns on a terminal of 60; a program that reads them gets a line for each."""
    screen = StringIO()
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(screen, "isatty", lambda: is_terminal)
    monkeypatch.setattr("sys.stdout", screen)
    Console.create().found([Diagnostic(Severity.ERROR, "abcde " * 49 + "end.")], "1 error")
    first, *_, last = lines = screen.getvalue().splitlines()
    assert first.startswith("error: abcde")
    assert last == "1 error"
    assert max(map(len, lines)) <= widest
    assert is_terminal or len(first) == widest


def test_json(project: Project) -> None:
    """One document of the published schema, each problem at its place; the exit code as without."""
    ran = warned(project)("validate", "--json")
    document = checked(ran.out)
    assert (ran.code, ran.err, document["kind"], document["valid"]) == (0, "", "validate", True)
    (problem,) = document["problems"]
    assert (problem["severity"], problem["place"]["file"], problem["place"]["line"]) == ("warning", "buffer.yaml", 8)
    assert json.loads(project("validate", "--json", "--strict").out)["valid"] is False


def test_a_file_that_is_not_there_is_a_usage_error(project: Project) -> None:
    """As PATH and with -f, and in every command alike: 64."""
    warned(project)
    for command in (("plan", "nofile"), ("plan", "-f", "nofile"), ("validate", "-f", "nofile"), ("apply", "nofile")):
        assert project(*command).code == 64, command


def test_without_a_root_file(project: Project) -> None:
    """1, with where it was looked for and how to get one."""
    project.write("posts/w49.yaml", "posts:\n  - {key: a, channels: [twitter], text: A}\n")
    ran = project("validate")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"error: There is no buffer.yaml in {project.folder} or above it.\n"
        "  hint: `bufferctl init` writes one; `-f FILE` names another file.\n"
    )
