"""With --json: every command prints one document that its published schema describes, errors too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no type hints

from bufferctl.cli import COMMANDS, load_command
from bufferctl.cli.files import KINDS
from bufferctl.render.json_documents import DOCUMENTS
from tests.cli.conftest import Project
from tests.render.documents import SCHEMAS, checked

FILES = """\
version: 1
timezone: UTC
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
posts:
  - {key: a, due_at: 2029-12-20 09:00, channels: [twitter], text: One}
"""


@pytest.fixture
def services() -> tuple[str, ...]:
    """One channel is enough."""
    return ("twitter",)


def with_json() -> Iterator[tuple[str, ...]]:
    """Every command that has --json."""
    for name in COMMANDS:
        command = load_command(name)
        below = command.commands if isinstance(command, click.Group) else {"": command}
        yield from ((name, *filter(None, [n])) for n, c in below.items() if any("--json" in p.opts for p in c.params))


COMMANDS_WITH_JSON = sorted(with_json())


def test_which_commands_have_it() -> None:
    """Those that show something."""
    names = {" ".join(name) for name in COMMANDS_WITH_JSON}
    assert names == {"apply", "doctor", "drift", "list", "plan", "show", "state list", "state log", "validate"}


@pytest.mark.parametrize("command", COMMANDS_WITH_JSON, ids=" ".join)
def test_a_wrong_option(command: tuple[str, ...], project: Project) -> None:
    """One error with the code `usage` on stdout; stderr and the exit code are as without --json."""
    ran, plain = (project(*command, *more, "--nonsense") for more in (["--json"], []))
    document = checked(ran.out)
    assert (document["kind"], document["exit_code"]) == ("error", 64)
    assert [(each["code"], each["message"]) for each in document["errors"]] == [
        ("usage", "There is no option --nonsense.")
    ]
    assert (ran.code, ran.err) == (plain.code, plain.err)
    assert plain.out == ""


@pytest.mark.parametrize("command", [each for each in COMMANDS_WITH_JSON if each not in {("show",), ("doctor",)}])
def test_without_files(command: tuple[str, ...], project: Project) -> None:
    """`config`, with what to do; `doctor` reports it as a check instead."""
    (project.folder / "buffer.yaml").unlink(missing_ok=True)
    (error,) = checked(project(*command, "--json").out)["errors"]
    assert (error["code"], error["place"]) == ("config", None)
    assert "bufferctl init" in error["fix"]


@pytest.mark.parametrize("command", [("plan",), ("apply", "--auto-approve"), ("list",), ("drift",)], ids=" ".join)
def test_problems_of_files(command: tuple[str, ...], project: Project) -> None:
    """Each error with its place and its code; no warning among them."""
    text = FILES.replace("09:00, ch", "09:00, txet: x, ch").replace("text: One", "text: One   ")
    project.write("buffer.yaml", text)
    ran = project(*command, "--json")
    (error,) = checked(ran.out)["errors"]
    assert (ran.code, error["code"], error["message"]) == (1, "unknown-field", "there is no field `txet` here")
    assert (error["place"]["file"], error["place"]["line"]) == ("buffer.yaml", 6)
    assert error["fix"] == "did you mean `text`?"


def test_a_rule_has_its_code(project: Project) -> None:
    """BC002 for a text that is too long."""
    project.write("buffer.yaml", FILES.replace("text: One", f"text: {'x' * 300}"))
    assert [each["code"] for each in checked(project("plan", "--json").out)["errors"]] == ["BC002"]


def test_what_is_worth_a_look(project: Project) -> None:
    """Beside the problems, with the posts that it is about: a program can lead to them."""
    project.write("buffer.yaml", FILES.replace("One}", "'Price TBD'}"))
    (look,) = checked(project("plan", "--offline", "--json").out)["worth_a_look"]
    assert (look["code"], look["addresses"]) == ("worth-a-look/placeholder", ["Acme/twitter:acme/a"])


def test_a_refused_key(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`key-refused` and exit code 4."""
    project.write("buffer.yaml", FILES)
    monkeypatch.setenv("BUFFER_API_KEY", "expired")
    document = checked(project("plan", "--json").out)
    assert (document["exit_code"], document["errors"][0]["code"]) == (4, "key-refused")


def test_what_is_printed_has_a_schema(project: Project, tmp_path: Path) -> None:
    """Every kind of output of a project without problems."""
    project.write("buffer.yaml", FILES)
    receipt = str(tmp_path / "receipt.json")
    documents = [project("validate", "--json"), project("plan", "--json")]
    documents.append(project("apply", "--auto-approve", "--settle", "0", "--json", "--receipt", receipt))
    documents += [project(*command, "--json") for command in (["list"], ["drift"], ["doctor"], ["show", receipt])]
    kinds = [checked(ran.out)["kind"] for ran in documents]
    assert kinds == ["validate", "plan", "apply", "list", "drift", "doctor", "apply"]
    for kind, command in {"state": ["list", "--json"], "object": ["show", "Acme/twitter:acme/a"]}.items():
        document = json.loads(project("state", *command).out)  # its entries have fields that may change
        Draft202012Validator(json.loads((SCHEMAS / f"{kind}.schema.json").read_text("utf-8"))).validate(document)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_schema_prints_a_schema(project: Project, kind: str) -> None:
    """The published one."""
    assert project("schema", kind).out == (SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8")


def test_schema_names_all_schemas(project: Project) -> None:
    """In its help, and nothing else."""
    assert ("files", *DOCUMENTS) == KINDS
    text = project("schema", "--help").out
    assert [kind for kind in DOCUMENTS if not re.search(rf"\b{kind}\b", text)] == []
