"""Receipts: what an apply did is read back as it was, and anything else is refused with what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from hypothesis import given

from bufferctl import planfile
from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.errors import UsageError
from bufferctl.model import Idea, LiveChannel, Post, Service
from bufferctl.plan import Action, Outcome, Plan, Reason, Status
from bufferctl.said import Answer, Said, Way, prose
from tests.apply.fake import START
from tests.planfile.test_planfile import plans
from tests.planfile.test_words import held

AT = START + timedelta(minutes=3)
TODO = Said(
    "Add {same}.",
    own={"same": Answer(Way.ADD, "existing", {"twitter": "p1"}, id="p1")},
    beside=(Answer(Way.IN_BUFFER),),
)


def outcome_of(plan: Plan) -> list[Outcome]:
    """Every change that is not a no-op was done, with everything that an outcome can have."""
    return [
        Outcome(change, Status.DONE, "id", "code", prose("message"), TODO, "https://acme.example/1", AT)
        for change in plan.changes
        if change.action is not Action.NO_OP
    ]


def written(plan: Plan, left: Plan | None, **more: Any) -> bytes:
    """A receipt of `plan` as a file."""
    outcomes = []
    for each in outcome_of(plan):
        slot = each.change.slot
        channel = None if slot.channel_id == "ideas" else slot.channel_id  # as in the JSON of an idea
        names = {"organization_id": slot.organization_id, "channel_id": channel, "key": slot.key}
        result = {"status": each.status.value, "id": each.id, "code": each.code, "message": each.message}
        outcomes.append({**names, **result, "hint": each.hint, "link": each.link, "at": AT.isoformat()})
    values = {
        "kind": "receipt",
        "format_version": "2.0",
        "stopped": None,
        "finished_at": AT.isoformat(),
        "outcomes": outcomes,
        "details": planfile.receipt_details(plan, outcome_of(plan), left),
    }
    return json.dumps(values | more).encode()


@given(plans())
def test_what_was_done_is_read_back(drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """Outcomes with their changes, the plan without no-ops, the time; what was left, or that nobody planned again."""
    plan, _ = drawn
    shown = [change for change in plan.changes if change.action is not Action.NO_OP]
    read = planfile.load_receipt(written(plan, None), "receipt.json")
    assert list(read.outcomes) == outcome_of(plan)
    assert (list(read.plan.changes), read.left, read.stopped, read.finished_at) == (shown, None, "", AT)
    left = planfile.load_receipt(written(plan, plan, stopped="It was interrupted"), "receipt.json")
    assert (left.left and list(left.left.changes), left.stopped) == (shown, "It was interrupted")


EMPTY = Plan(START, "http://127.0.0.1:1/graphql")


def test_channels_and_warnings_are_read_back() -> None:
    """From plain JSON, whatever writes it."""
    channel = LiveChannel("c", "o", Service.TWITTER, "acme", posting_times=((0, time(9, 30)),))
    warning = Diagnostic(Severity.WARNING, "It is late", Place("a.yaml", 3, 1))
    plan = replace(EMPTY, warnings=(warning,), channels={"c": channel})
    assert planfile.load_receipt(written(plan, None), "receipt.json").plan == plan


@pytest.mark.parametrize(
    ("more", "says", "hint"),
    [
        ({"kind": "saved-plan"}, "no receipt in r.json", "apply --receipt FILE"),
        ({"kind": 7}, "no receipt in r.json", "apply --receipt FILE"),
        ({"format_version": "3.0"}, "by a newer bufferctl", "Update bufferctl"),
        ({"format_version": "1.9"}, "by an older bufferctl", "with that version"),
        ({"finished_at": "yesterday"}, "r.json is damaged", "that `apply --receipt` wrote"),
        ({"details": {}}, "r.json is damaged", "that `apply --receipt` wrote"),
        ({"outcomes": [{"status": "done"}]}, "r.json is damaged", "that `apply --receipt` wrote"),
        ({"outcomes": 7}, "r.json is damaged", "that `apply --receipt` wrote"),
    ],
)
def test_what_is_no_receipt_is_refused(more: dict[str, Any], says: str, hint: str) -> None:
    """With the name of the file and what to do, whatever is wrong with it."""
    with pytest.raises(UsageError) as raised:
        planfile.load_receipt(written(EMPTY, None, **more), "r.json")
    assert (says in raised.value.message, hint in raised.value.hint) == (True, True), raised.value


def test_a_minor_version_only_adds() -> None:
    """A later minor version of the format is read."""
    assert (
        planfile.load_receipt(written(EMPTY, None, format_version="2.7", more=1), "r.json").plan.endpoint
        == EMPTY.endpoint
    )


@given(plans())
def test_only_addresses_of_its_own_files_are_named(drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """Of the public files that the state knows, a receipt has those of the posts in its plan: here none."""
    plan = replace(drawn[0], public=frozenset({"https://media.acme.example/secret.png"}))
    assert b"secret" not in written(plan, None)


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a change without its address": lambda v: v["changes"][0]["change"].pop("address"),
    "a live object of no kind": lambda v: v["changes"][0].update(live={}),
    "a declared object of no kind": lambda v: v["changes"][0].update(desired={"poem": {}}),
    "a write of no kind": lambda v: v["changes"][0].update(write={"kind": "burn"}),
    "a change that is none": lambda v: v["changes"].insert(0, 7),
    "a change without values": lambda v: v["changes"][0].update(change=7),
    "no channels": lambda v: v.pop("channels"),
}


@pytest.mark.parametrize("what", DAMAGES)
@given(drawn=plans().filter(lambda drawn: bool(drawn[0].writes)))
def test_any_damage_is_found(what: str, drawn: tuple[Plan, tuple[Post | Idea, ...]]) -> None:
    """Never a traceback: each part of the plan in it is read through a model."""
    values = json.loads(written(drawn[0], None))
    DAMAGES[what](values["details"]["plan"])
    with pytest.raises(UsageError, match="is damaged"):
        planfile.load_receipt(json.dumps(values).encode(), "r.json")


BLANK = Said("It is {blank}")
NO_PART = Said("Add {blank.options}", {"blank": "words"})


@pytest.mark.parametrize("damaged", [BLANK, NO_PART], ids=["nothing", "not that part"])
@pytest.mark.parametrize("where", ["plan", "left", "outcomes"])
def test_a_sentence_without_what_it_is_about_is_damage(where: str, damaged: Said) -> None:
    """Wherever it is: found when the file is read, and not when the sentence is shown."""
    plans = {
        each: replace(EMPTY, changes=(replace(held(Reason.LAG), why=damaged if where == each else prose("So")),))
        for each in ("plan", "left")
    }
    values = json.loads(written(plans["plan"], plans["left"]))
    if where == "outcomes":
        values["details"]["said"] = [{"why": {"template": damaged.template, "facts": dict(damaged.facts)}}]
    with pytest.raises(UsageError, match="is damaged"):
        planfile.load_receipt(json.dumps(values).encode(), "r.json")


def test_sentences_of_an_earlier_version() -> None:
    """They are text, of changes and of outcomes."""
    values = json.loads(written(replace(EMPTY, changes=(held(Reason.LAG),)), None))
    change = values["details"]["plan"]["changes"][0]["change"]
    del change["why"]
    change |= {"message": "It is so", "hint": "Do that."}
    values["details"]["said"] = None
    found = planfile.load_receipt(json.dumps(values).encode(), "r.json")
    (change,), (outcome,) = found.plan.changes, found.outcomes
    assert (change.message, change.hint) == ("It is so", "Do that.")
    assert (outcome.message, outcome.hint) == ("message", str(TODO))
