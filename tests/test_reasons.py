"""What each reason of a hold means to every room, in one table; and to programs."""

from __future__ import annotations

import json
from enum import StrEnum

import pytest

from bufferctl import plan
from bufferctl.ci import apply
from bufferctl.intake import pulling
from bufferctl.plan import Action, Cause, Reason
from bufferctl.planfile import agreed
from bufferctl.reconcile import suspending, table
from bufferctl.render.json_documents import document_schema

#: Where it is decided, by what it means: the reasons of which it is true.
MEANINGS = {
    "drift": plan._DRIFT,  # the hourly run reports it
    "progress": plan._PROGRESS,  # it does not
    "compared": table._COMPARED,  # the plan shows how file and Buffer differ
    "moot": suspending._MOOT_WHILE_SUSPENDED,  # nobody is asked while the entry is suspended
    "overtaken": agreed._OVERTAKEN,  # a saved plan goes on without the change
    "passing": apply._PASSING,  # a later run in CI tries again
    "lost": apply._LOST,  # in CI, what was merged cannot be sent any more
    "pulled": pulling._CHANGED,  # `pull` takes Buffer's version over
}
#: A new reason has to be decided in each of these places.
EXPECTED = {
    Reason.CHANNEL: "drift moot passing",
    Reason.ERROR: "drift overtaken",
    Reason.SENT: "compared overtaken lost",
    Reason.GONE: "drift pulled",
    Reason.LAG: "overtaken passing",
    Reason.CHANGED: "drift compared pulled",
    Reason.CONFLICT: "drift compared pulled",
    Reason.MISSED: "compared moot overtaken lost",
    Reason.AMBIGUOUS: "",
    Reason.UNSETTLED: "overtaken passing",
    Reason.ADOPTED: "compared",
    Reason.IDEA: "compared",
    Reason.PROTECTED: "",
    Reason.UNRESOLVED: "moot",
    Reason.UNREAD: "passing",
    Reason.DELETES: "",
    Reason.DIVERGED: "",
    Reason.POLICY: "moot passing",
    Reason.FREEZE: "moot",
    Reason.INTO_FREEZE: "moot passing",
    Reason.LEGAL: "compared moot",
    Reason.NOT_REVIEWED: "moot lost",
    Reason.SUSPENDED: "",
    Reason.APPROVED: "progress",
    Reason.SCHEDULED: "progress",
    Reason.SHARED: "progress",
    Reason.OVERTAKEN: "",
}


def test_each_reason_is_decided_in_every_place() -> None:
    """A reason that a place forgets is silently none of these: no drift, never tried again, asked while suspended."""
    found = {reason: {name for name, reasons in MEANINGS.items() if reason in reasons} for reason in Reason}
    assert found == {reason: set(meanings.split()) for reason, meanings in EXPECTED.items()}


@pytest.mark.parametrize(("field", "codes"), [("action", Action), ("cause", Cause), ("reason", Reason)])
def test_each_code_is_explained_to_programs(field: str, codes: type[StrEnum]) -> None:
    """In the schema of a plan, from which the reference of JSON is made."""
    said = json.loads(document_schema("plan"))["$defs"]["ChangeForm"]["properties"][field]["description"]
    assert [code.value for code in codes if f"`{code.value}`" not in said] == []
