"""Each field of what passes from room to room arrives at every station, or stands here with what takes its place.

A station that forgets a field is silent otherwise: a comment lacks it, a document of the state loses it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from bufferctl.apply import outcomes
from bufferctl.choices import Choices
from bufferctl.ci import report_file
from bufferctl.config.format import SharedPostEntry
from bufferctl.config.resolve import entries
from bufferctl.diagnostics import Diagnostic, Kind, Place, RuleHelp, Severity
from bufferctl.intake import pulling
from bufferctl.model import Desired, Home, Idea, Post, Quota, State, TextLength, Window, unsaid
from bufferctl.plan import Beside, Change, Difference, GoesOut, Outcome, Plan, Reason, Recording, Suspension
from bufferctl.planfile import saved
from bufferctl.reconcile import sides, warnings
from bufferctl.render import json_documents as json
from bufferctl.render import markdown_posts, words
from bufferctl.render.html import report_html
from bufferctl.render.json_documents import report_json
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text
from bufferctl.said import Answer
from bufferctl.state import document
from bufferctl.value import replace
from tests.render.rich import APPLIED, REPORT
from tests.whole import at_default

NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
#: Where it arrives; the fields there; and what takes the place of those that do not arrive, by their names.
STATIONS: list[tuple[type, str, Collection[str], Mapping[str, str]]] = [
    (
        Report,
        "the file from which a comment is made: _Values in ci/report_file.py",
        report_file._Values.model_fields,
        {
            "outcomes": "a receipt has them",
            "left": "a receipt has it",
            "stopped": "a receipt has it",
            "line_url": "Context has it",
            "diff_url": "Context has it",
            "pictures": "a comment shows none",
        },
    ),
    (
        Report,
        "JSON: PlanForm or AppliedDocument",
        {*json.PlanForm.model_fields, *json.AppliedDocument.model_fields},
        {
            "diagnostics": "problems",
            "lengths": "length of each change",
            "is_offline": "offline",
            "changed": "already_waiting",
            "selection": "for people",
            "folder": "in the places",
            "rules": "for people",
            "line_url": "for people",
            "diff_url": "for people",
            "page": "for people",
            "pictures": "for people",
            "public": "for people",
            "earlier": "for people",
            "is_planned": "a document of errors",
            "held_before": "for people",
        },
    ),
    (
        Plan,
        "JSON: PlanForm",
        json.PlanForm.model_fields,
        {
            "read_requests": "requests",
            "public": "uploads",
            "queue_times": "guesses, for people",
            "recording": "an apply's alone",
            "freed_by": "an apply's alone",
        },
    ),
    (
        Change,
        "JSON: ChangeForm",
        json.ChangeForm.model_fields,
        {
            "slot": "organization_id, channel_id, key",
            "live": "before",
            "write": "after",
            "binding": "the state's alone",
            "why": "message",
            "todo": "hint, answers",
            "exempt": "message",
        },
    ),
    (
        Outcome,
        "JSON: OutcomeForm",
        json.OutcomeForm.model_fields,
        {"change": "address, action, key", "why": "message", "todo": "hint, answers"},
    ),
    (
        Outcome,
        "what `show` reads of a receipt: _RESULT in planfile/saved.py",
        saved._RESULT,
        {"change": "by its slot", "why": "_dump_said", "todo": "_dump_said"},
    ),
    (Difference, "JSON: DifferenceForm", json.DifferenceForm.model_fields, {}),
    (Suspension, "JSON: SuspensionForm", json.SuspensionForm.model_fields, {}),
    (GoesOut, "JSON: GoesOutForm", json.GoesOutForm.model_fields, {}),
    (Window, "JSON: WindowForm", json.WindowForm.model_fields, {"reset_seconds": "resets_at", "at": "resets_at"}),
    (
        Answer,
        "JSON: AnswerForm",
        json.AnswerForm.model_fields,
        dict.fromkeys(("overrules", "number", "addresses"), "command"),
    ),
    (
        Diagnostic,
        "JSON: DiagnosticForm",
        json.DiagnosticForm.model_fields,
        {
            "kind": "code",
            "source": "for people",
            "width": "for people",
            "related": "for people",
            "number": "for people",
        },
    ),
    (
        Choices,
        "a saved plan: `choices` in dump of planfile/saved.py",
        from_json(saved.dump(Plan(NOW, ""), Desired(), Choices(), expires_at=NOW))["inputs"]["choices"],
        {"targets": "its changes", "excludes": "its changes", "planned_at": "created_at"},
    ),
    (
        State,
        "the document: _StoredFile or _StoredHome in state/document.py",
        {*document._StoredFile.__dataclass_fields__, *document._StoredHome.__dataclass_fields__},
        {"bindings": "objects", "homes": "organizations"},
    ),
    (
        Home,
        "the document: _StoredHome in state/document.py",
        document._StoredHome.__dataclass_fields__,
        {"organization_id": "the key around it", "channel_id": "its key"},
    ),
]


def names(kind: type) -> list[str]:
    """The fields of a class of values or a named tuple."""
    found = getattr(kind, "_fields", None)
    return list(found) if found is not None else [each.name for each in fields(kind)]


@pytest.mark.parametrize(
    ("kind", "where", "there", "instead"), STATIONS, ids=lambda each: str(getattr(each, "__name__", ""))
)
def test_each_field_arrives(kind: type, where: str, there: Collection[str], instead: Mapping[str, str]) -> None:
    """A field that does not arrive is named, with what is there instead; nothing is named that is gone or arrives."""
    missing = [name for name in names(kind) if name not in there]
    assert missing == [name for name in names(kind) if name in instead], f"{kind.__name__} in {where}"
    assert set(instead) <= set(names(kind))


CHANGES = REPORT.plan.changes
#: A value of each field of a report that is not its default; in `OF_PLAN`, of the plan in it.
OF_REPORT: dict[str, Any] = {
    "diagnostics": (Diagnostic(Severity.WARNING, "It may be wrong", Place("posts/2029-w49.yaml", 7, 3)),),
    "lengths": lambda _: TextLength(3, 10),
    "outcomes": APPLIED.outcomes,
    "left": replace(REPORT.plan, changes=CHANGES[:1]),
    "stopped": "Buffer is closed",
    "selection": "--target 'Acme/*'",
    "expires_at": NOW,
    "is_offline": True,
    "folder": "social/",
    "rules": (RuleHelp("BC001", "too-long", Severity.ERROR, "it is too long", "Buffer refuses it", "shorten it"),),
    "line_url": "https://forge.example/{path}#{line}",
    "diff_url": "https://forge.example/{sha256}",
    "page": "plan.html",
    "pictures": {"digest": "data:image/png;base64,"},
    "public": frozenset({"https://media.acme.example/a.png"}),
    "worth_a_look": (Diagnostic(Severity.WARNING, "It may be wrong", kind=Kind.WORTH_A_LOOK),),
    "earlier": "5f" * 20,
    "is_planned": False,
    "changed": frozenset({CHANGES[0].address}),
    "held_before": frozenset({(CHANGES[0].address, Reason.MISSED, "digest")}),
}
_SLOT = next(change.slot for change in CHANGES if change.slot.channel_id in REPORT.plan.channels)
OF_PLAN: dict[str, Any] = {
    "warnings": (Diagnostic(Severity.WARNING, "It may be late"),),
    "unmanaged": 77,
    "beside": (Beside("p9", _SLOT.channel_id, NOW, "Theirs"),),
    "suspension": Suspension(("Earthquake",)),
    "read_requests": 99,
    "quota": Quota((Window(900, 1, 100, NOW, 100),)),
    "narrowed": True,
    "public": frozenset({"https://media.acme.example/a.png"}),
    "recording": Recording(unanswered={"c0": NOW}),
    "queue_times": {change.slot: NOW for change in CHANGES},
    "freed_by": {_SLOT: (_SLOT,)},
}
FORMS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: plan_text(report, Paint(width=4000, full=True)),
    "comment": report_markdown,
    "page": report_html,
    "json": report_json,
}
#: The forms of a plan that show a field. What has none there: pictures and rules of what is found, results of an apply,
#: and what only a run, a comment after another one, or SARIF needs.
SHOWN = {
    "diagnostics": "comment page json",
    "lengths": "text page json",
    "outcomes": "text comment page json",
    "left": "",
    "stopped": "page",
    "selection": "text",
    "expires_at": "comment page json",
    "is_offline": "text comment page json",
    "folder": "comment",
    "rules": "",
    "line_url": "page",
    "diff_url": "page",
    "page": "comment",
    "pictures": "",
    "public": "",
    "worth_a_look": "text comment page json",
    "earlier": "",
    "is_planned": "comment page",
    "changed": "comment page json",
    "held_before": "",
    "plan.warnings": "comment page json",
    "plan.unmanaged": "text comment page json",
    "plan.beside": "page json",
    "plan.suspension": "text comment page json",
    "plan.read_requests": "text page json",
    "plan.quota": "text json",
    "plan.narrowed": "comment page json",
    "plan.public": "",
    "plan.recording": "",
    "plan.queue_times": "text comment page",
    "plan.freed_by": "",
}


def test_a_form_is_chosen_for_each_fact() -> None:
    """A new fact of a report or a plan is in the forms for people and programs that are named here."""
    assert set(OF_REPORT) == set(names(Report)) - {"plan"}
    assert set(OF_PLAN) == set(names(Plan)) - {"at", "endpoint", "changes", "channels"}
    others = {name: replace(REPORT, **{name: each}) for name, each in OF_REPORT.items()}
    others |= {
        f"plan.{name}": replace(REPORT, plan=replace(REPORT.plan, **{name: each})) for name, each in OF_PLAN.items()
    }
    usual = {form: made(REPORT) for form, made in FORMS.items()}
    found = {
        name: [form for form, made in FORMS.items() if made(other) != usual[form]] for name, other in others.items()
    }
    assert {name: " ".join(forms) for name, forms in found.items()} == SHOWN


def test_a_report_is_read_back_for_a_comment(tmp_path: Path) -> None:
    """Each of its fields that a comment is made from, none of them at its default."""
    there = [name for name in names(Report) if name in report_file._Values.model_fields and name != "plan"]
    report = replace(
        REPORT, **{name: OF_REPORT[name] for name in there}, plan=replace(REPORT.plan, queue_times={_SLOT: NOW})
    )
    file = tmp_path / "report.json"
    file.write_bytes(report_file.dump_report(report))
    back = report_file.load_report(file)
    assert [name for name in at_default(report) if name in there] == []
    there.remove("lengths")
    assert {name: getattr(back, name) for name in there} == {name: getattr(report, name) for name in there}
    assert (back.plan.changes, back.plan.queue_times) == (CHANGES, {_SLOT: NOW})
    assert [back.lengths(change.address) for change in CHANGES] == [TextLength(3, 10)] * len(CHANGES)


_EXPANDED = SharedPostEntry.model_fields.keys() - entries._AS_WRITTEN
#: Tables that name fields of posts and ideas, by what they decide.
PLACES: Mapping[str, Collection[str]] = {
    "expanded": _EXPANDED,  # a post has it in another form than its entry
    "schedule": sides.SCHEDULE,  # when and how it goes out, so a person's change of it is no edit
    "hidden": (*unsaid._HIDDEN, *unsaid._HIDDEN_IN_IDEAS),  # Buffer does not return it
    "pulled": {*pulling._BY_NAME[Post], *pulling._BY_NAME[Idea]},  # by its name
    "refusable": outcomes._NAMED,  # Buffer's refusals are known to be about it
    "unseen": warnings._UNSEEN,  # readers of a published post do not see it
    "instant": words._INSTANTS,  # shown in a zone
    "aside": markdown_posts._ASIDE,  # a comment does not have it on a post's line
}
FIELDS = {
    "address": "",
    "ai_assisted": "hidden pulled aside",
    "assets": "refusable",
    "cancelled": "expanded",
    "cta": "hidden",
    "date": "pulled instant",
    "draft": "schedule pulled unseen",
    "draft_id": "hidden aside",
    "due_at": "schedule pulled unseen instant",
    "existing": "expanded",
    "expansion": "",
    "freeze": "",
    "group": "",
    "idea": "aside",
    "let_out": "",
    "media": "",
    "metadata": "expanded",
    "mode": "schedule",
    "needs_approval": "schedule pulled aside",
    "place": "",
    "protect": "",
    "repeat_of": "expanded",
    "scheduling_type": "schedule pulled refusable aside",
    "service": "",
    "services": "pulled",
    "source": "hidden aside",
    "suspended": "",
    "tags": "pulled refusable unseen",
    "template_id": "hidden aside",
    "text": "pulled refusable",
    "title": "pulled refusable",
    "was": "expanded aside",
    "was_single": "",
}


def test_each_field_is_decided_in_every_table() -> None:
    """A field that a table forgets is silently none of these."""
    every = {each.name for kind in (Post, Idea) for each in fields(kind)}
    found = {name: " ".join(what for what, having in PLACES.items() if name in having) for name in sorted(every)}
    assert found == FIELDS
