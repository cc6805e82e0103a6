"""Every row of the action table as a folder under tests/cases/plan, with state and without.

A folder holds `buffer.yaml`, and what led up to it: `before.yaml` was applied earlier (and `earlier.json` happened in
Buffer before that), `acts.json` happened in Buffer since then: lists of `{"do": …, "address": …}`, see `perform`.
`plan.txt` is what plan prints, `apply.txt` what apply then prints, `without-state.txt` what plan prints where the state
file was lost before. `options.txt` holds options that both are called with, one a line.

Whatever the case: what people made in Buffer comes out of it untouched, and a plan writes nothing.
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


def prepare(project: Any, case: Path) -> dict[str, str]:
    """Lead up to the case: what happened first, what was applied, what happened since, what the files say now.

    Gives what people made: ids, and when each was touched last.
    """
    made = acted(project, case / "earlier.json")
    if (case / "before.yaml").exists():
        project.write("buffer.yaml", (case / "before.yaml").read_text(encoding="utf-8"))
        ran = project.apply()
        assert ran.code == 0, ran.err
        project.sandbox.clock.advance(hours=2)
    made += acted(project, case / "acts.json")
    for path in sorted(case.rglob("*.yaml")):
        if path.name != "before.yaml":
            project.write(str(path.relative_to(case)), path.read_text(encoding="utf-8"))
    return {each: touched for each, touched in everything(project).items() if each in made}


def acted(project: Any, file: Path) -> list[str]:
    """Do what a file says that people did in Buffer; the ids of what they made."""
    acts = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    done = [(act["do"], perform(project, dict(act))) for act in acts]
    return [made["id"] for what, made in done if what in {"create_post", "create_idea"}]


def everything(project: Any) -> dict[str, str]:
    """Every post and idea in Buffer: ids, and when each was touched last."""
    organizations = project.sandbox.dump()["organizations"]
    return {each["id"]: each["updatedAt"] for o in organizations for each in (*o["posts"], *o["ideas"])}


def perform(project: Any, act: dict[str, Any]) -> Any:
    """Do what somebody did in Buffer. `address` names what was applied, `channel` a service of Acme."""
    what, sandbox = act.pop("do"), project.sandbox
    if what == "advance":
        return sandbox.clock.advance(**act)
    if "address" in act:
        state = json.loads(project.state.read_text(encoding="utf-8"))
        wanted = act.pop("address")
        objects = [b for o in state["organizations"].values() for c in o.values() for b in c["objects"].values()]
        kind = "idea_id" if what.endswith("idea") else "post_id"
        (act[kind],) = [each["id"] for each in objects if each["address"] == wanted]
    if what in {"set_limit", "create_idea", "add_channel"}:
        act["organization_id"] = sandbox.organization()["id"]
    if "channel" in act:
        act["channel_id"] = sandbox.channel(act.pop("channel"))["id"]
    return getattr(sandbox.person, what)(**act)


def check(expected: Path, printed: str, *, update: bool) -> None:
    """Hold output against a file, or write the file."""
    if update:
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")


def options(case: Path) -> list[str]:
    """The options that the case is about."""
    file = case / "options.txt"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def applied(project: Any, planned: Any, *options: str) -> Any:
    """What apply then does: it converges; or, where plan could not be made, it does not begin."""
    if planned.code == 0:
        return project.apply(*options)
    before = project.sandbox.dump()
    ran = project("apply", "--auto-approve", *options)
    assert (ran.code, project.sandbox.dump()) == (planned.code, before)
    return ran


@pytest.mark.parametrize("name", names())
def test_with_state(project: Any, name: str, update: bool) -> None:
    """plan.txt, then apply.txt; and after that nothing is left to write, and what people made is as they left it."""
    case = CASES / name
    theirs = prepare(project, case)
    before = project.state.read_bytes() if project.state.exists() else None
    posts = project.sandbox.dump()
    planned = project("plan", *options(case))
    assert (project.state.read_bytes() if project.state.exists() else None) == before, "plan wrote the state"
    assert project.sandbox.dump() == posts, "plan wrote to Buffer"
    check(case / "plan.txt", planned.snapshot(), update=update)
    check(case / "apply.txt", applied(project, planned, *options(case)).snapshot(), update=update)
    assert theirs.items() <= everything(project).items()


@pytest.mark.parametrize("name", [name for name in names() if (CASES / name / "before.yaml").exists()])
def test_without_state(project: Any, name: str, update: bool) -> None:
    """without-state.txt: with the state file gone nothing is created that is there; and an apply converges."""
    case = CASES / name
    theirs = prepare(project, case)
    there = everything(project)
    project.state.unlink()
    planned = project("plan")
    check(case / "without-state.txt", planned.snapshot(), update=update)
    applied(project, planned)
    assert theirs.items() <= everything(project).items()
    assert there.items() <= everything(project).items(), "without a record, all that is there is somebody's"


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
