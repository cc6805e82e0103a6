"""Plans, outcomes and receipts as JSON: covered by the published schemas, with both sides of each change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl import planfile
from bufferctl.model import LiveIdea, LivePost, Metadata, Service
from bufferctl.plan import WRITING, Action, Cause, Reason, Status
from bufferctl.render.json_documents import (
    DOCUMENTS,
    ContentForm,
    document_schema,
    receipt_json,
    report_json,
    values_of,
)
from tests.conftest import Expect
from tests.model.samples import ideas, posts
from tests.render.documents import SCHEMAS, checked
from tests.render.rich import APPLIED, NOW, PLAN, REPORT, live, post

CASES = Path(__file__).parents[1] / "cases" / "render"


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_published_schema_is_what_the_types_say(kind: str, expect: Expect) -> None:
    """The committed file matches the types, so `make schemas` was run."""
    expect(SCHEMAS / f"{kind}.schema.json", document_schema(kind))


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_every_field_is_described(kind: str) -> None:
    """Every field of every form has a description, including forms that the document extends."""
    schema = json.loads(document_schema(kind))
    forms = {kind: schema, **schema.get("$defs", {})}
    silent = [
        f"{name}.{field}"
        for name, described in forms.items()
        for field, told in described.get("properties", {}).items()
        if not told.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("form", "field", "values"),
    [
        ("ChangeForm", "action", Action),
        ("ChangeForm", "cause", Cause),
        ("ChangeForm", "reason", Reason),
        ("OutcomeForm", "status", Status),
    ],
)
def test_every_word_is_explained(form: str, field: str, values: type[StrEnum]) -> None:
    """The description of a field explains each of its values, so a program's author need not guess."""
    said = json.loads(document_schema("apply"))["$defs"][form]["properties"][field]["description"]
    assert [value for value in values if f"`{value}`" not in said] == []


def test_rich_plan(expect: Expect) -> None:
    """The whole document of a plan with every feature."""
    text = report_json(REPORT)
    checked(text)
    expect(CASES / "plan.json", text)


def test_what_waits_on_the_branch_already() -> None:
    """The addresses of what is sent although the request does not change it; none where nobody knows."""
    mine, *others = (str(each.address) for each in PLAN.changes if each.action in WRITING)
    changed = frozenset(each.address for each in PLAN.changes if str(each.address) == mine)
    assert checked(report_json(replace(REPORT, changed=changed)))["already_waiting"] == others
    assert checked(report_json(REPORT))["already_waiting"] == []


def test_rich_apply() -> None:
    """The result: each outcome with its status, id, link and time; the reason for stopping; no remaining changes."""
    document = checked(report_json(APPLIED))
    assert document["stopped"].startswith("Buffer is not carrying out changes")
    assert document["left"] is None
    assert {each["status"] for each in document["outcomes"]} == {
        "done",
        "differs",
        "refused",
        "held",
        "waiting",
        "not-sent",
    }
    (now,) = [each for each in document["outcomes"] if each["key"] == "now"]
    assert (now["status"], now["link"], now["at"]) == (
        "done",
        "https://x.example/acme/status/1",
        "2029-12-03T09:00:07Z",
    )


def test_rich_receipt(expect: Expect) -> None:
    """The stored part of an apply, except for the part that only `show` reads."""
    whole = checked(
        receipt_json(APPLIED, NOW + timedelta(minutes=2), planfile.receipt_details(PLAN, APPLIED.outcomes or (), None))
    )
    whole["details"] = {}
    expect(CASES / "receipt.json", json.dumps(whole, indent=2, ensure_ascii=False) + "\n")


def test_receipt_reads_back() -> None:
    """A receipt contains everything that any of its forms shows."""
    raw = receipt_json(
        replace(APPLIED, left=PLAN), NOW.astimezone(UTC), planfile.receipt_details(PLAN, APPLIED.outcomes or (), PLAN)
    ).encode()
    read = planfile.load_receipt(raw, "receipt.json")
    told = tuple(change for change in PLAN.changes if change.action != "no-op")
    assert (
        [replace(each, change=APPLIED.outcomes[0].change) for each in read.outcomes]
        == [replace(each, change=APPLIED.outcomes[0].change) for each in APPLIED.outcomes or ()]
        if APPLIED.outcomes
        else False
    )
    assert (read.plan.changes, read.plan.channels, read.plan.quota) == (told, PLAN.channels, PLAN.quota)
    assert read.left is not None
    assert read.left.changes == told
    assert (read.stopped, read.finished_at) == (APPLIED.stopped, NOW)


def test_both_sides_of_an_edit() -> None:
    """The edited fields by name, and both sides in the same form."""
    changes = {each["key"]: each for each in checked(report_json(REPORT))["changes"]}
    release = changes["release"]
    assert release["changed_fields"] == ["text", "tags", "due_at"]
    assert "autumn" in release["before"]["text"]
    assert "winter" in release["after"]["text"]
    assert (release["before"]["due_at"], release["after"]["due_at"]) == ("2029-12-10T08:00:00Z", "2029-12-12T16:30:00Z")
    assert (release["cost"], release["length"]) == ({"mutations": 1}, {"used": 138, "limit": 280})
    assert release["preconditions"]["id"] == release["id"] == "post-11"
    assert (changes["launch"]["before"], changes["discount"]["after"]) == (None, None)
    assert (changes["kept-1"]["before"], changes["kept-1"]["after"], changes["kept-1"]["digest"]) == (None, None, None)


@given(st.one_of(posts, ideas))
def test_content_of_whatever_is_declared(item: object) -> None:
    """Any declared object has a form, with its text and tags unchanged."""
    form = values_of(ContentForm, item)
    assert form["text"] == (getattr(item, "text", None) or "")
    assert form["tags"] == list(getattr(item, "tags", ()))


def test_content_of_what_is_there() -> None:
    """Live objects use the same names, including the network's own words for a service."""
    there = next(each.live for each in PLAN.changes if isinstance(each.live, LivePost) and each.live.assets)
    idea = LiveIdea("idea-1", "org", NOW, title="A title", text="Words", services=("myspace",))
    assert values_of(ContentForm, there)["assets"][0]["kind"] == "image"
    assert values_of(ContentForm, idea)["services"] == ["myspace"]


def test_a_title_is_in_one_place() -> None:
    """That of an idea, and that which a network's post has, declared or in Buffer; none is null."""
    declared = post("ch-ig", "a", 1)
    titled = replace(
        declared, service=Service.YOUTUBE, metadata=Metadata.model_validate({"youtube": {"title": "T"}}).youtube
    )
    found = [
        LiveIdea("idea-1", "org", NOW, title="T"),
        live("ch-x", 1, "", metadata={"title": "T"}),
        titled,
        declared,
    ]
    assert [values_of(ContentForm, each)["title"] for each in found] == ["T", "T", "T", None]
