"""Runs action.yml much as GitHub does: its own steps in bash, conditions, inputs, outputs, artifacts."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests import forks

ROOT = Path(__file__).parents[2]
ACTION = YAML(typ="safe").load((ROOT / "action.yml").read_text(encoding="utf-8"))
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass
class Run:
    """The result of a run: its log, whether it failed, the outputs of each step, and its uploaded artifacts.

    `meanwhile` is called with the process of each step when it starts.
    """

    log: str = ""
    failed: bool = False
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)
    uploads: list[tuple[str, Path]] = field(default_factory=list)
    meanwhile: Callable[[subprocess.Popen[str]], None] | None = None


def run_action(
    folder: Path,
    temporary: Path,
    inputs: dict[str, str],
    environment: dict[str, str],
    event: dict[str, Any],
    meanwhile: Callable[[subprocess.Popen[str]], None] | None = None,
    *,
    whole: bool = False,
) -> Run:
    """Run the action in a checkout. `temporary`: the runner's own folder, new for every run."""
    temporary.mkdir(parents=True)
    provide_python(temporary / "bufferctl" / "bin", whole=whole)
    (temporary / "event.json").write_text(json.dumps(event), encoding="utf-8")
    given = {name: str(each.get("default", "")) for name, each in ACTION["inputs"].items()} | inputs
    context = {
        **{f"inputs.{name}": value for name, value in given.items()},
        "github.token": environment["GITHUB_TOKEN"],
        "github.event.repository.default_branch": "main",
    }
    context |= {name: _filled(value, context) for name, value in context.items()}
    run = Run(meanwhile=meanwhile)
    for number, step in enumerate(ACTION["runs"]["steps"]):
        values = {**context, **{f"steps.{s}.outputs.{n}": v for s, out in run.outputs.items() for n, v in out.items()}}
        if not _is_due(step.get("if", ""), values, failed=run.failed):
            continue
        if step.get("id") in {
            "python",
            "packages",
            "cache",
            "install",
        }:  # tested separately: Python is already installed here
            continue
        if "uses" in step:
            assert step["uses"].startswith("actions/upload-artifact@")
            path = Path(_filled(step["with"]["path"], values))
            if step["with"].get("archive") is False:
                assert path.is_file()
                run.outputs[step["id"]] = {"artifact-url": f"https://github.example/artifacts/{path.name}"}
            else:
                run.uploads.append((_filled(step["with"]["name"], values), path))
            continue
        _run_step(step, number, folder, temporary, values, _public(environment, temporary), run)
    return run


def _run_step(
    step: dict[str, Any],
    number: int,
    folder: Path,
    temporary: Path,
    values: dict[str, str],
    given: dict[str, str],
    run: Run,
) -> None:
    output = temporary / f"output-{number}"
    output.touch()
    script = temporary / f"step-{number}.sh"
    assert "${{" not in step["run"], "values go in by the environment, so that none is ever run"
    script.write_text(step["run"], encoding="utf-8")
    environment = {
        **given,
        **{n: _filled(v, values) for n, v in step.get("env", {}).items()},
        "GITHUB_OUTPUT": str(output),
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        if run.meanwhile:
            run.meanwhile(process)
        run.log += process.communicate()[0]
    run.failed = run.failed or process.returncode != 0
    lines = output.read_text(encoding="utf-8").splitlines()
    run.outputs[step.get("id", str(number))] = dict(line.split("=", 1) for line in lines)


def _public(environment: dict[str, str], temporary: Path) -> dict[str, str]:
    """Environment variables that every step gets; the token only goes to steps that ask for it."""
    return {
        **{name: value for name, value in environment.items() if name != "GITHUB_TOKEN"},
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(temporary / "event.json"),
        "GITHUB_STEP_SUMMARY": str(temporary / "summary"),
        "RUNNER_TEMP": str(temporary),
        "PATH": os.environ["PATH"],
        "HOME": str(temporary),
    }


def provide_python(folder: Path, *, whole: bool = False) -> None:
    """Put a Python with bufferctl there. `whole`: one that loads it, which takes half a second (see `forks`)."""
    folder.mkdir(parents=True)
    python = folder / "python"
    command = [sys.executable] if whole else forks.python(shim=python)
    python.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n', encoding="utf-8")
    python.chmod(0o755)


def _filled(text: str, values: dict[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: values.get(match[1], ""), str(text))


def _is_due(condition: str, values: dict[str, str], *, failed: bool) -> bool:
    parts = [part.strip() for part in condition.split("&&")] if condition else []
    if failed and "always()" not in parts:
        return False
    return all(_holds(part, values) for part in parts)


def _holds(part: str, values: dict[str, str]) -> bool:
    if part == "always()":
        return True
    name, _, wanted = map(str.strip, part.partition("=="))
    return values.get(name, "") == wanted.strip("'") if wanted else bool(values.get(name))
