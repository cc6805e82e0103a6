"""Every row of the action table as a folder under tests/cases/plan, with state and without.

A folder holds `buffer.yaml`, and what led up to it: `before.yaml` was applied earlier (and `earlier.json` happened in
Buffer before that), `acts.json` happened in Buffer since then: lists of `{"do": …, "address": …}`, see `perform`.
`plan.txt` is what plan prints, `apply.txt` what apply then prints, `without-state.txt` what plan prints where the state
file was lost before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import Clock, Sandbox

CASES = Path(__file__).parent.parent / "cases" / "plan"


def names() -> list[str]:
    """The folders."""
    return sorted(path.parent.name for path in CASES.glob("*/buffer.yaml"))


def prepare(project: Any, case: Path) -> None:
    """Lead up to the case: what happened first, what was applied, what happened since, what the files say now."""
    if (case / "earlier.json").exists():
        for act in json.loads((case / "earlier.json").read_text(encoding="utf-8")):
            perform(project, dict(act))
    if (case / "before.yaml").exists():
        project.write("buffer.yaml", (case / "before.yaml").read_text(encoding="utf-8"))
        ran = project.apply()
        assert ran.code == 0, ran.err
        project.sandbox.clock.advance(hours=2)
    if (case / "acts.json").exists():
        for act in json.loads((case / "acts.json").read_text(encoding="utf-8")):
            perform(project, dict(act))
    for path in sorted(case.rglob("*.yaml")):
        if path.name != "before.yaml":
            project.write(str(path.relative_to(case)), path.read_text(encoding="utf-8"))


def perform(project: Any, act: dict[str, Any]) -> None:
    """Do what somebody did in Buffer. `address` names a post that was applied, `channel` a service of Acme."""
    what, sandbox = act.pop("do"), project.sandbox
    if what == "advance":
        sandbox.clock.advance(**act)
        return
    if "address" in act:
        state = json.loads(project.state.read_text(encoding="utf-8"))
        wanted = act.pop("address")
        objects = [b for o in state["organizations"].values() for c in o.values() for b in c.values()]
        (act["post_id"],) = [each["id"] for each in objects if each["address"] == wanted]
    if what == "set_limit":
        act["organization_id"] = sandbox.organization()["id"]
    if "channel" in act:
        act["channel_id"] = sandbox.channel(act.pop("channel"))["id"]
    getattr(sandbox.person, what)(**act)


def check(expected: Path, printed: str, *, update: bool) -> None:
    """Hold output against a file, or write the file."""
    if update:
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", names())
def test_with_state(project: Any, name: str, update: bool) -> None:
    """plan.txt, then apply.txt; and after that nothing is left to write."""
    case = CASES / name
    prepare(project, case)
    before = project.state.read_bytes() if project.state.exists() else None
    posts = project.sandbox.dump()
    planned = project("plan")
    assert (project.state.read_bytes() if project.state.exists() else None) == before, "plan wrote the state"
    assert project.sandbox.dump() == posts, "plan wrote to Buffer"
    check(case / "plan.txt", planned.snapshot(), update=update)
    check(case / "apply.txt", project.apply().snapshot(), update=update)


@pytest.mark.parametrize("name", [name for name in names() if (CASES / name / "before.yaml").exists()])
def test_without_state(project: Any, name: str, update: bool) -> None:
    """without-state.txt: with the state file gone nothing is created that is there; and an apply converges."""
    case = CASES / name
    prepare(project, case)
    project.state.unlink()
    check(case / "without-state.txt", project("plan").snapshot(), update=update)
    project.apply()


def test_the_clock_is_the_servers(project: Any) -> None:
    """The day of the sandbox, not ours, decides what is past: plan reads the server's clock."""
    assert isinstance(project.sandbox, Sandbox)
    assert isinstance(project.sandbox.clock, Clock)
    project.write(
        "buffer.yaml",
        "version: 1\ntimezone: UTC\norganizations:\n  - name: Acme\n    channels:\n      - service: twitter\n"
        "        name: acme\n        posts:\n          - {key: old, due_at: 2029-12-01 09:00, text: Old}\n",
    )
    assert "1 past" in project("plan").out
