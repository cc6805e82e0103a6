"""Imports of commands: `--help` and `--version` load only click, `validate` nothing needed only for Buffer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bufferctl.cli import COMMANDS

#: Modules that take about a tenth of a second each to load.
NETWORK = {"gql", "graphql", "httpx2", "stamina", "asyncio", "ssl"}
HEAVY = NETWORK | {
    "pydantic",
    "yaml",
    "ruamel",
    "deepdiff",
    "rich",
    "jinja2",
    "filelock",
    "platformdirs",
}

_LOADED = """
import json, sys
from bufferctl.cli import run
for arguments in json.loads(sys.argv[1]):
    print("loaded", json.dumps([run(arguments), sorted(sys.modules)]), file=sys.stderr)
"""
HELP = [("--help",), ("--version",), *((name, "--help") for name in COMMANDS), ("ci", "plan", "--help")]


@cache
def loaded(*runs: tuple[str, ...]) -> list[tuple[int, set[str]]]:
    """The exit code of each run in an interpreter of their own, and the modules that were loaded after it."""
    command = [sys.executable, "-c", _LOADED, json.dumps(runs)]
    nobody = os.environ | {"BUFFER_API_URL": "http://127.0.0.1:1/", "BUFFER_API_KEY": "key"}
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=nobody)
    told = [line.removeprefix("loaded ") for line in ran.stderr.splitlines() if line.startswith("loaded ")]
    return [(code, set(modules)) for code, modules in map(json.loads, told)]


@pytest.mark.parametrize("number", range(len(HELP)), ids=map(" ".join, HELP))
def test_help_and_version_load_click_alone(number: int) -> None:
    """Nothing heavy: who asks what there is wants to know at once."""
    code, modules = loaded(*HELP)[number]
    before = loaded(*HELP)[number - 1][1] if number else set()
    assert (code, (modules - before) & HEAVY) == (0, set())
    assert "click" in modules


def written(folder: Path) -> Path:
    """A root file with a post."""
    root = folder / "buffer.yaml"
    root.write_text(
        "version: 1\norganizations:\n  - name: Acme\n    channels:\n      - service: twitter\n        name: acme\n"
        "        posts:\n          - key: hello\n            text: Hello\n",
        encoding="utf-8",
    )
    return root


Loaded = dict[tuple[str, ...], tuple[int, set[str]]]
VALIDATE, PLAN_OFFLINE, PLAN = ("validate",), ("plan", "--offline"), ("plan",)


@pytest.fixture(scope="module")
def in_turn(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Of these commands, one after the other in one interpreter: what was loaded for one is there in the next."""
    root = str(written(tmp_path_factory.mktemp("project")))
    commands = (VALIDATE, PLAN_OFFLINE, PLAN)
    return dict(zip(commands, loaded(*((*each, "-f", root) for each in commands)), strict=True))


def test_validate_loads_nothing_of_the_network(in_turn: Loaded) -> None:
    """Neither the GraphQL client nor HTTP, nor what compares, shows progress or keeps others out."""
    code, modules = in_turn[VALIDATE]
    assert (code, modules & (HEAVY - {"pydantic", "yaml"})) == (0, set())
    assert modules >= {"pydantic", "yaml"}


def test_a_plan_as_text_loads_no_json_documents(in_turn: Loaded) -> None:
    """Their models take as long to load as all of reconcile."""
    code, modules = in_turn[PLAN_OFFLINE]
    assert (code, "bufferctl.render.json_documents" in modules) == (0, False)


def test_a_plan_loads_no_locks(in_turn: Loaded) -> None:
    """It writes nothing. Here nobody answers."""
    code, modules = in_turn[PLAN]
    assert (code, "filelock" in modules, "gql" in modules) == (1, False, True)
