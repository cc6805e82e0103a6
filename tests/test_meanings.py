"""What each action, reason, status and refusal means to every room, in one table each; and to programs."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import get_args

import pytest

from bufferctl import digests, plan
from bufferctl.api import answers
from bufferctl.apply import outcomes
from bufferctl.checks import attachments, file_limits
from bufferctl.ci import apply
from bufferctl.config.read import explaining
from bufferctl.intake import importing, pulling
from bufferctl.media import addresses
from bufferctl.model import Likeness, PostStatus, Refusal, enums, live, writing
from bufferctl.model.content import A_FILE, AssetKind
from bufferctl.plan import Action, Cause, Reason, Status, Trouble
from bufferctl.planfile import agreement, reviewed, saved, verified
from bufferctl.reconcile import facts, freezes, holds, likeness, repeats, sending, suspending, table
from bufferctl.render import agenda, cards, drift, sarif, summary, words
from bufferctl.render.json_documents import document_schema
from tests.sources import files, parsed

#: Where it is decided, by what it means: the codes of which it is true.
Meanings = Mapping[str, Collection[StrEnum | None]]
ACTIONS: Meanings = {
    "shown": words.ACTIONS,  # to people: its symbol, and words for what happens
    "writes": plan.WRITING,  # to Buffer
    "state": plan.STATE_ONLY,  # it changes the state and nothing else
    "agreed": digests.REVIEWED,  # a reviewer approves it
    "named": agreement.DONE,  # in words, where a saved plan has another one
    "there": reviewed._IN_PLACE,  # in Buffer, and nothing to change
    "quiet": verified._NOTHING_TO_DO_NOW,  # nothing to be done now
    "kept": verified._SHOWN,  # a saved plan shows it, and does not carry it out
    "leaves": plan._LEAVES,  # another version of the post in Buffer, which goes out until then
    "resting": suspending._NOTHING_TO_SEND,  # a suspension stops nothing of it
    "public": freezes._SENDING,  # it may be published by it
    "still": freezes._LEAVES_AS_IT_IS,  # its post stays in Buffer as it is
    "later": sending._AFTER_CREATES,  # sent after what is new
    "unsaved": saved._LEFT_OUT,  # a saved plan leaves it out, as it changes nothing
    "declared": importing._AS_DECLARED,  # Buffer has it as the files say, so import leaves it alone
}
CAUSES: Meanings = {
    "worded": words._CAUSES,
    "removed": repeats._REMOVED,  # its text becomes free
}
REASONS: Meanings = {
    "drift": plan._DRIFT,  # the hourly run reports it
    "progress": plan._PROGRESS,  # it does not
    "compared": table._COMPARED,  # the plan shows how file and Buffer differ
    "moot": suspending._MOOT_WHILE_SUSPENDED,  # nobody is asked while the entry is suspended
    "overtaken": verified._OVERTAKEN,  # a saved plan goes on without the change
    "passing": apply._PASSING,  # a later run in CI tries again
    "lost": apply._LOST,  # in CI, what was merged cannot be sent any more
    "pulled": pulling._CHANGED,  # `pull` takes Buffer's version over
    "happened": words._DRIFTS,  # in Buffer, so the change is called by it; else by its cause
    "headed": drift._HEADINGS,  # a part of the report of drift
    "told": drift._PROGRESS,  # a line of it
    "frozen": freezes._ABOUT_FREEZES,  # it goes out, or would, during a freeze
}
STATUSES: Meanings = {
    "shown": words.OUTCOMES,
    "failed": cards.FAILED,  # a card of a failure, whose code people see
    "counted": summary._TROUBLE,  # beside what is done
    "unmade": summary._NOT_MADE,  # what was planned is not in Buffer
    "linted": [each for each in Status if each in sarif._OTHERS],  # code scanning gets it, besides what is held
}
POST_STATUSES: Meanings = {
    "shown": enums.STATUS_WORDS,  # to people, in words
    "ordered": [PostStatus(each) for each in facts._ORDER],  # a later one is progress
    "declared": likeness._STAGES,  # a file can ask for it
    "certain": agenda._CERTAIN,  # in the calendar, its time is no guess
    "out": live._OUT,  # nothing can be changed
    "waiting": writing._WAITING,  # for a person
    "may-go-out": live._MAY_GO_OUT,  # what a suspension and a freeze are about
}
REFUSALS: Meanings = {
    "hinted": outcomes._HINTS,  # what people are told to do
    "typed": answers._REFUSALS.values(),  # Buffer has a type for it; others are told by their message
}
LIKENESSES: Meanings = {"worded": holds._MAY_BE_THERE}
#: A new code has to be decided in each of these places.
EXPECTED: list[tuple[type[StrEnum], Meanings, Mapping[StrEnum, str]]] = [
    (
        Action,
        ACTIONS,
        {
            Action.CREATE: "shown writes agreed named public",
            Action.UPDATE: "shown writes agreed named public later leaves",
            Action.DELETE: "shown writes agreed named later leaves",
            Action.ADOPT: "shown state named there resting still",
            Action.MOVE: "shown state named there resting still",
            Action.FORGET: "shown state named",
            Action.HOLD: "shown kept leaves",
            Action.WAITING: "shown agreed named quiet kept",
            Action.DONE: "shown there quiet resting declared",
            Action.PAST: "shown quiet resting",
            Action.KEEP: "shown there quiet resting unsaved",
            Action.NO_OP: "shown there quiet resting still unsaved declared",
        },
    ),
    (
        Cause,
        CAUSES,
        {
            Cause.NEW: "",
            Cause.EDITED: "worded",
            Cause.MOVED: "worded",
            Cause.DRIFT: "worded",
            Cause.EXPIRED: "worded",
            Cause.REMOVED: "worded removed",
            Cause.CANCELLED: "worded removed",
            Cause.UNCHANGED: "",
            Cause.SUSPENDED: "worded",
            Cause.RESUMED: "",
            Cause.EXEMPTED: "",
        },
    ),
    (
        Reason,
        REASONS,
        {
            Reason.CHANNEL: "drift moot passing headed",
            Reason.ERROR: "drift overtaken happened headed",
            Reason.SENT: "compared overtaken lost",
            Reason.GONE: "drift pulled happened headed",
            Reason.LAG: "overtaken passing happened",
            Reason.CHANGED: "drift compared pulled headed",
            Reason.CONFLICT: "drift compared pulled headed",
            Reason.MISSED: "compared moot overtaken lost",
            Reason.AMBIGUOUS: "",
            Reason.UNSETTLED: "compared overtaken passing happened",
            Reason.ADOPTED: "compared",
            Reason.IDEA: "compared",
            Reason.PROTECTED: "",
            Reason.UNRESOLVED: "moot",
            Reason.UNREAD: "passing",
            Reason.DELETES: "",
            Reason.DIVERGED: "",
            Reason.POLICY: "moot passing",
            Reason.FREEZE: "moot frozen",
            Reason.INTO_FREEZE: "moot passing frozen",
            Reason.LEGAL: "compared moot",
            Reason.NOT_REVIEWED: "moot lost",
            Reason.SUSPENDED: "",
            Reason.APPROVED: "progress told",
            Reason.SCHEDULED: "progress told",
            Reason.SHARED: "progress told",
            Reason.OVERTAKEN: "",
        },
    ),
    (
        Status,
        STATUSES,
        {
            Status.DONE: "shown",
            Status.DIFFERS: "shown failed counted linted",
            Status.REFUSED: "shown failed counted unmade linted",
            Status.HELD: "shown counted unmade",
            Status.WAITING: "shown counted",
            Status.NOT_SENT: "shown counted unmade",
        },
    ),
    (
        PostStatus,
        POST_STATUSES,
        {
            PostStatus.DRAFT: "shown ordered declared waiting",
            PostStatus.NEEDS_APPROVAL: "shown ordered declared waiting may-go-out",
            PostStatus.SCHEDULED: "shown ordered declared certain may-go-out",
            PostStatus.SENDING: "shown ordered certain out",
            PostStatus.SENT: "shown ordered certain out",
            PostStatus.ERROR: "shown",
        },
    ),
    (
        Refusal,
        REFUSALS,
        {
            Refusal.INVALID: "hinted typed",
            Refusal.NOT_FOUND: "hinted typed",
            Refusal.UNAUTHORIZED: "hinted typed",
            Refusal.LIMIT: "hinted typed",
            Refusal.PAST: "hinted",
            Refusal.SENT: "hinted",
            Refusal.REPEAT: "hinted",
            Refusal.KEPT: "hinted",
        },
    ),
    (Likeness, LIKENESSES, dict.fromkeys(Likeness, "worded")),
]


@pytest.mark.parametrize(("codes", "meanings", "expected"), EXPECTED, ids=lambda each: getattr(each, "__name__", None))
def test_each_code_is_decided_in_every_place(
    codes: type[StrEnum], meanings: Meanings, expected: Mapping[StrEnum, str]
) -> None:
    """A code that a place forgets is silently none of these: no drift, never tried again, without a word for people."""
    found = {code: {name for name, having in meanings.items() if code in having} for code in codes}
    assert found == {code: set(words.split()) for code, words in expected.items()}


def test_every_table_of_codes_is_here() -> None:
    """A table at the top of a module that has several of these codes is one of the places above, as `module.NAME`."""
    here = Path(__file__).read_text(encoding="utf-8")
    tables = [f"{path.stem}.{name}" for path in files("bufferctl") for name in tables_in(path)]
    assert len(tables) > 30
    assert [table for table in tables if table not in here] == []


def tables_in(path: Path) -> Iterator[str]:
    """The names of the tables of codes in a module."""
    kinds = {codes.__name__ for codes, _, _ in EXPECTED}
    for node in parsed(path).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            inside = [each for each in ast.walk(node.value) if isinstance(each, ast.Attribute)]
            named = Counter(ast.unparse(each.value) for each in inside)
            if any(named[kind] > 1 for kind in kinds):
                yield ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)


@pytest.mark.parametrize(
    ("form", "field", "codes"),
    [
        ("ChangeForm", "action", Action),
        ("ChangeForm", "cause", Cause),
        ("ChangeForm", "reason", Reason),
        ("OutcomeForm", "status", Status),
        ("OutcomeForm", "code", Refusal),
        ("OutcomeForm", "code", Trouble),
    ],
)
def test_each_code_is_explained_to_programs(form: str, field: str, codes: type[StrEnum]) -> None:
    """In the schema of an apply, which has that of a plan in it, and from which the reference of JSON is made."""
    said = json.loads(document_schema("apply"))["$defs"][form]["properties"][field]["description"]
    assert [code.value for code in codes if f"`{code.value}`" not in said] == []


@pytest.mark.parametrize(
    "having",
    [
        A_FILE,
        attachments.A_KIND,
        addresses.TYPES,
        addresses.MOST_BYTES,
        file_limits._TAKEN,
        explaining._ENDINGS.values(),
    ],
)
def test_each_kind_of_media_is_decided_in_every_place(having: Collection[str]) -> None:
    """How people call it, which types it may have, how large it may be, which suffixes mean it."""
    assert set(get_args(AssetKind)) - set(having) == set()
