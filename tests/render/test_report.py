"""A report of a pull request: what it changes, and what is only sent with it."""

from __future__ import annotations

import pytest

from bufferctl.model import Address
from bufferctl.plan import Action, Cause
from bufferctl.render.report import Report
from bufferctl.value import replace
from tests.render.rich import PLAN, change, live, post

CHANGES = (
    change(post("ch-x", "mine", 1), Action.CREATE, Cause.NEW),
    change(post("ch-x", "theirs", 2), Action.CREATE, Cause.NEW),
    change(post("ch-x", "quiet", 3), Action.NO_OP, Cause.UNCHANGED, live("ch-x", 3, "A")),
)


@pytest.mark.parametrize(
    ("changed", "own", "waiting"),
    [
        (None, ["mine", "theirs", "quiet"], []),
        (frozenset({Address("Acme", "twitter:acme", "mine")}), ["mine", "quiet"], ["theirs"]),
        (frozenset[Address](), ["quiet"], ["mine", "theirs"]),
    ],
)
def test_what_waits_on_the_branch(changed: frozenset[Address] | None, own: list[str], waiting: list[str]) -> None:
    """What is sent although the request does not change it; nothing if it is not known what that changes."""
    report = Report(replace(PLAN, changes=CHANGES, warnings=()), changed=changed)
    assert [each.address.key for each in report.own.plan.changes] == own
    assert [each.address.key for each in report.waiting.plan.changes] == waiting
