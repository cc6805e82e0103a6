"""Every row of the action table as a folder under tests/cases/plan, with state and without.

A folder holds `buffer.yaml`, and what led up to it: `before.yaml`, with the files below `before/`, was applied earlier
(and `earlier.json` happened in Buffer before that), `acts.json` happened in Buffer since then: lists of
`{"do": …, "address": …}`, see `perform`. A file that it lacks stayed as it was applied. `options.txt` holds options
that plan and apply are called with, one a line. What several cases begin with is in the folder above them: see
`tests.case_folders`.

`expected.txt` is what plan finds, what apply does and what is left to do; then, if something was applied earlier, what
an apply plans where the state file was lost. It states facts, a change a line, and no wording: see `facts`.
For a new case it is empty at first, and `pytest tests/cli/test_plan_cases.py --update` fills it: look at it.

In every case: what people made in Buffer comes out untouched, an apply converges, each hold says one thing to do, and
JSON is what the published schemas say. A plan writes nothing, and its other forms say the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import Clock, Sandbox
from tests.case_folders import cases_of, files_of
from tests.cli.conftest import Begin, Project, parameter, services_in
from tests.conftest import Expect, long
from tests.render.documents import checked

CASES = cases_of("plan")
#: What begins the part of `expected.txt` that is about a lost state.
LOST = "plan without the state"
#: Each outcome that a lost state has in these cases is in one of them; the others are for `make test-all`.
LOST_IN = [
    "cancelled",
    "channel-reconnected",
    "channel-renamed-not-in-the-file",
    "edited-too-late",
    "free-plan-tenth-post",
    "occurrences-with-the-same-text",
    "policy-freeze-of-the-queue",
    "published-text-of-a-campaign-edited",
    "renamed-beside-a-cancelled-one",
    "starts-moved",
]


@pytest.fixture
def services(request: pytest.FixtureRequest) -> Collection[str]:
    """The networks that the files of a case name."""
    name = parameter(request, "name")
    files = [path for path in files_of(CASES[name]).values() if path.suffix in {".yaml", ".json"}] if name else []
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return services_in(text)


@dataclass(frozen=True)
class Applied:
    """Applies these files: their names and texts."""

    files: tuple[tuple[str, str], ...] = ()

    def __call__(self, project: Project) -> None:
        """Two hours ago."""
        for name, text in self.files:
            project.write(name, text)
        if self.files:
            ran = project("apply", "--auto-approve", "--settle", "0")
            assert ran.code == 0, ran.err
            project.sandbox.clock.advance(hours=2)


def prepare(begin: Begin, case: Path) -> tuple[Project, dict[str, str]]:
    """Prepare the case: earlier events, the earlier apply, later events, the current files.

    Returns the project and the objects that people made: ids, and when each was last changed.
    """
    written = {name.as_posix(): path.read_text(encoding="utf-8") for name, path in files_of(case).items()}
    files = {name: text for name, text in written.items() if name.endswith(".yaml")}
    before = {name: files.pop(name) for name in list(files) if name.startswith("before")}
    names = {name: "buffer.yaml" if name == "before.yaml" else name.removeprefix("before/") for name in before}
    applied = Applied(tuple((names[name], text) for name, text in before.items()))
    earlier = written.get("earlier.json", "[]")
    if earlier == "[]":
        project, made = begin(applied), []
    else:
        project = begin(Applied())
        made = acted(project, earlier)
        applied(project)
    made += acted(project, written.get("acts.json", "[]"))
    for name, text in files.items():
        project.write(name, text)
    return project, {each: touched for each, touched in everything(project).items() if each in made}


def was_applied(case: Path) -> bool:
    """Whether something was applied before."""
    return Path("before.yaml") in files_of(case)


def acted(project: Project, written: str) -> list[str]:
    """Do what people did in Buffer, as JSON; returns the ids of the objects they made."""
    acts = json.loads(written)
    done = [(act["do"], perform(project, dict(act))) for act in acts]
    return [made["id"] for what, made in done if what in {"create_post", "create_idea"}]


def everything(project: Project) -> dict[str, str]:
    """Every post and idea in Buffer: ids, and when each was last changed."""
    organizations = project.sandbox.dump()["organizations"]
    return {each["id"]: each["updatedAt"] for o in organizations for each in (*o["posts"], *o["ideas"])}


def perform(project: Project, act: dict[str, Any]) -> Any:
    """Do what somebody did in Buffer. `address` names what was applied, `channel` a service of Acme."""
    what, sandbox = act.pop("do"), project.sandbox
    if what == "advance":
        return sandbox.clock.advance(**act)
    if "address" in act:
        wanted, objects = act.pop("address"), json.loads(project("state", "list", "--json").out)["objects"]
        kind = "idea_id" if what.endswith("idea") else "post_id"
        (act[kind],) = [each["id"] for each in objects if each["address"] == wanted]
    if what in {"set_limit", "create_idea", "add_channel"}:
        act["organization_id"] = sandbox.organization()["id"]
    if "channel" in act:
        act["channel_id"] = sandbox.channel(act.pop("channel"))["id"]
    return getattr(sandbox.person, what)(**act)


def options(case: Path) -> list[str]:
    """The options of the case."""
    file = files_of(case).get(Path("options.txt"))
    return file.read_text(encoding="utf-8").splitlines() if file else []


def facts(plan: dict[str, Any]) -> list[str]:
    """A line for each change of a JSON plan: address, action, cause, reason and place of a hold, fields that differ."""
    lines = [_change(each) for each in plan["changes"]]
    lines += [f"{plan['unmanaged']} unmanaged"] if plan["unmanaged"] else []
    found = ((each, each["code"] if each["code"] != "plan" else "") for each in (*plan["warnings"], *plan["problems"]))
    lines += [f"warning {code} {_place(each)}".rstrip() for each, code in found]
    return [f"  {line}" for line in lines] or ["  nothing"]


def _change(change: dict[str, Any]) -> str:
    said = [change["action"], change["cause"], change["reason"] or "", _place(change) if change["reason"] else ""]
    fields = f" ({', '.join(change['changed_fields'])})" if change["changed_fields"] else ""
    return f"{change['address']}  {' '.join(filter(None, said))}{fields}"


def _place(found: dict[str, Any]) -> str:
    place = found["place"]
    return f"{place['file']}:{place['line']}:{place['column']}" if place else ""


def planned(project: Project, *options: str) -> dict[str, Any] | None:
    """The plan as JSON; None if it was refused, with a message."""
    ran = project("plan", "--json", *options)
    plan = checked(ran.out)
    if plan["kind"] == "error":
        assert ran.code
        assert "error:" in ran.err
        return None
    assert_each_hold_says_what_to_do(plan)
    return plan


def assert_each_hold_says_what_to_do(plan: dict[str, Any]) -> None:
    """Both what is held and the one thing to do, in words and as data."""
    held = [each for each in plan["changes"] if each["action"] == "hold"]
    assert [each["reason"] for each in held if not (each["message"] and each["hint"] and each["answers"])] == []


def refused(error: str) -> str:
    """The places of the errors that stopped a plan."""
    return " ".join(["refused", *re.findall(r"^(\S+:\d+:\d+): error:", error, re.MULTILINE)])


def digests(plan: dict[str, Any]) -> list[str | None]:
    """That of the plan, and of each change."""
    return [plan["digest"], *(change["digest"] for change in plan["changes"])]


@pytest.mark.parametrize("name", CASES)
def test_case(begin: Begin, name: str, expect: Expect) -> None:
    """With the state, the output is as in the folder."""
    case = CASES[name]
    project, theirs = prepare(begin, case)
    found = with_state(project, case)
    assert theirs.items() <= everything(project).items()
    _, of_a_lost_state = parts(case)
    expect(case / "expected.txt", "\n".join([*found, ""]) + of_a_lost_state)


@pytest.mark.parametrize(
    "name", [*LOST_IN, *long(*(name for name in CASES if was_applied(CASES[name]) and name not in LOST_IN))]
)
def test_lost_state(begin: Begin, name: str, expect: Expect) -> None:
    """Without the state, the output is as in the folder."""
    case = CASES[name]
    project, theirs = prepare(begin, case)
    found = without_state(project)
    assert theirs.items() <= everything(project).items()
    of_the_state, _ = parts(case)
    expect(case / "expected.txt", of_the_state + "\n".join([*found, ""]))


def parts(case: Path) -> tuple[str, str]:
    """What is expected with the state, and without."""
    written = (case / "expected.txt").read_text(encoding="utf-8")
    before, found, after = written.partition(f"{LOST}\n")
    return before, found + after


def with_state(project: Project, case: Path) -> list[str]:
    """The plan; what apply does; what is left. That `plan` says the same: `test_every_form`."""
    project.sandbox.clock.advance(minutes=1)
    there = project.sandbox.dump()
    ran = project("apply", "--auto-approve", "--settle", "0", "--json", *options(case))
    document = checked(ran.out)
    if document["kind"] == "error":
        assert (ran.code, project.sandbox.dump()) == (1, there)
        return [refused(ran.err)]
    project.assert_converged(ran)
    plan = document["plan"]
    assert_each_hold_says_what_to_do(plan)
    assert ran.code == int(any(change["action"] == "hold" for change in plan["changes"]))
    done = [f"  {each['address']}  {each['action']} {each['status']}" for each in document["outcomes"]] or ["  nothing"]
    pending = [
        each for each in (document["left"] or plan)["changes"] if each["action"] not in {"no-op", "done", "past"}
    ]
    left = ["left", *(f"  {_change(each)}" for each in pending)] if document["left"] and pending else []
    return ["plan", *facts(plan), "apply", *done, *left]


def without_state(project: Project) -> list[str]:
    """The plan: without the state file no existing post is created again; and an apply converges."""
    there = everything(project)
    project.state.unlink()
    ran = project("apply", "--auto-approve", "--settle", "0", "--json")
    document = json.loads(ran.out)
    plan = None if document["kind"] == "error" else document["plan"]
    if plan:
        assert ran.code == int(any(each["action"] == "hold" for each in plan["changes"]))
        assert_each_hold_says_what_to_do(plan)
        assert project("plan", "--detailed-exitcode").code == 0, "did not converge"
    assert there.items() <= everything(project).items(), "without a state, all that is there is somebody's"
    return [LOST, *(facts(plan) if plan else ["refused"])]


@pytest.mark.parametrize("name", ["conflict", "repeat-shortened", *long(*CASES)])
def test_every_form(begin: Begin, name: str) -> None:
    """A plan writes nothing, and is the same as text and saved; receipt and report say what apply prints."""
    case = CASES[name]
    project, _ = prepare(begin, case)
    before = (project.state.read_bytes() if project.state.exists() else None, project.sandbox.dump())
    plan, text = planned(project, *options(case)), project("plan", "--full", "-o", "plan.json", *options(case))
    after = (project.state.read_bytes() if project.state.exists() else None, project.sandbox.dump())
    assert after == before, "plan wrote"
    is_refused = plan is not None and any(change["reason"] == "into-freeze" for change in plan["changes"])
    assert text.code == int(plan is None or is_refused)
    if plan is None:
        return
    assert all(change["action"] != "hold" or change["address"] in text.out for change in plan["changes"])
    assert json.loads(project("show", "plan.json", "--json").out)["digest"] == plan["digest"]
    files = ("--receipt", "receipt.json", "--report", "report.json")
    project.sandbox.clock.advance(minutes=1)
    ran = project.apply("--json", *files, *options(case))
    assert digests(json.loads(ran.out)["plan"]) == digests(plan), "the same plan a minute later"
    assert (project.folder / "report.json").read_text(encoding="utf-8") == ran.out
    outcomes = json.loads(ran.out)["outcomes"]
    assert checked((project.folder / "receipt.json").read_text(encoding="utf-8"))["outcomes"] == outcomes
    assert json.loads(project("show", "receipt.json", "--json").out)["outcomes"] == outcomes


def test_the_clock_is_the_servers(project: Project) -> None:
    """The sandbox's date, not ours, decides what is past: plan uses the server's clock."""
    assert isinstance(project.sandbox, Sandbox)
    assert isinstance(project.sandbox.clock, Clock)
    project.write(
        "buffer.yaml",
        "version: 1\ntimezone: UTC\norganizations:\n  - name: Acme\n    channels:\n      - service: twitter\n"
        "        name: acme\n        posts:\n          - {key: old, due_at: 2029-12-01 09:00, text: Old}\n",
    )
    assert "1 past" in project("plan").out
