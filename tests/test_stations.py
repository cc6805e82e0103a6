"""Each field of what passes from room to room arrives at every station, or stands here with what takes its place.

A station that forgets a field is silent otherwise: a comment lacks it, a document of the state loses it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic_core import from_json

from bufferctl.choices import Choices
from bufferctl.ci import report_file
from bufferctl.diagnostics import Diagnostic, RuleHelp, Severity
from bufferctl.model import Desired, Home, State
from bufferctl.model.live import Window
from bufferctl.plan import Action, Change, Difference, GoesOut, Outcome, Plan, Reason, Suspension
from bufferctl.planfile import saved
from bufferctl.render import json_documents as json
from bufferctl.render.report import Report
from bufferctl.said import Answer
from bufferctl.state import document
from bufferctl.value import replace
from tests.render.rich import REPORT
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
    (Answer, "JSON: AnswerForm", json.AnswerForm.model_fields, {"addresses": "command"}),
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


def test_a_report_is_read_back_for_a_comment(tmp_path: Path) -> None:
    """Each of its fields that a comment is made from, none of them at its default."""
    plan = REPORT.plan
    queued = [change.slot for change in plan.changes if change.action is Action.CREATE]
    report = replace(
        REPORT,
        plan=replace(plan, queue_times=dict.fromkeys(queued, NOW)),
        selection="--target 'Acme/*'",
        expires_at=NOW,
        is_offline=True,
        folder="social/",
        rules=(
            RuleHelp(
                "BC001", "text-too-long", Severity.ERROR, "the text is too long", "Buffer refuses it", "shorten it"
            ),
        ),
        page="plan.html",
        public=frozenset({"https://media.acme.example/a.png"}),
        worth_a_look=REPORT.diagnostics,
        earlier="5f" * 20,
        is_planned=False,
        changed=frozenset({plan.changes[0].address}),
        held_before=frozenset({(plan.changes[0].address, Reason.MISSED, "digest")}),
    )
    file = tmp_path / "report.json"
    file.write_bytes(report_file.dump_report(report))
    back = report_file.load_report(file)
    assert [name for name in at_default(report) if name in report_file._Values.model_fields] == []
    plain = [
        name for name in report_file._Values.model_fields.keys() & set(names(Report)) if name not in {"plan", "lengths"}
    ]
    assert {name: getattr(back, name) for name in plain} == {name: getattr(report, name) for name in plain}
    assert (back.plan.changes, back.plan.queue_times) == (report.plan.changes, report.plan.queue_times)
    addresses = [change.address for change in plan.changes]
    assert list(map(back.lengths, addresses)) == list(map(report.lengths, addresses))
