"""Every case of the action table as JSON: the published schemas say all of it, and time changes no digest."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.test_plan_cases import CASES, names, options, prepare
from tests.render.documents import checked


@pytest.mark.parametrize("name", names())
def test_case(project: Any, name: str) -> None:
    """Plan, plan again a minute later, apply, its receipt and the report; and the receipt is shown."""
    case = CASES / name
    prepare(project, case)
    planned = project("plan", "--json", *options(case))
    if planned.code:
        assert planned.out == ""
        return
    plan = checked(planned.out)
    project.sandbox.clock.advance(minutes=1)
    again = checked(project("plan", "--json", *options(case)).out)
    assert digests(again) == digests(plan)
    files = ("--receipt", "receipt.json", "--report", "report.json")
    applied = project("apply", "--auto-approve", "--settle", "0", "--json", *files, *options(case))
    document = checked(applied.out)
    assert digests(document["plan"]) == digests(plan)
    assert (project.folder / "report.json").read_text(encoding="utf-8") == applied.out
    receipt = checked((project.folder / "receipt.json").read_text(encoding="utf-8"))
    assert receipt["outcomes"] == document["outcomes"]
    assert checked(project("show", "receipt.json", "--json").out)["outcomes"] == document["outcomes"]


def digests(plan: dict[str, Any]) -> list[str | None]:
    """That of the plan, and of each change."""
    return [plan["digest"], *(change["digest"] for change in plan["changes"])]
