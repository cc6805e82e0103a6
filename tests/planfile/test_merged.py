"""What several merged requests agree to, sentence by sentence: each agrees to the entries that it changes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bufferctl.digests import change_digest
from bufferctl.errors import UsageError
from bufferctl.model import Address, Freeze, Origin, PostStatus, ShareMode, Slot, State, Suspended, bind
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.planfile import Merged, MergedFile, Reviewed, SavedPlan, dump_merged, load_merged
from bufferctl.said import prose
from tests.apply.fake import START
from tests.planfile.test_agreement import (
    FILES,
    LATER,
    NOTHING,
    OLD,
    POST,
    RECORDED,
    SLOT,
    create,
    delete,
    in_buffer,
    saved,
    update,
)
from tests.planfile.test_words import now_is

LAUNCH = POST.address
MORE = replace(LAUNCH, key="more")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
#: What a request that is about another entry shows: `launch` as it is, or nothing of it.
BESIDE = saved()
WITHOUT = saved(files=replace(FILES, posts=()))
EARLIER = replace(POST, text="We will be live soon")
QUEUED = replace(POST, due_at=None, mode=ShareMode.ADD_TO_QUEUE)


def request(
    number: int,
    plan: SavedPlan | None,
    *changed: Address,
    beside: Collection[Address] = (),
    unknown: bool = False,
    made_at: datetime | None = None,
    merged_at: datetime | None = None,
) -> Merged:
    """A merged request. Each is planned an hour before its merge, and merged two hours after the one before."""
    at = merged_at or START + 2 * number * HOUR
    known = None if unknown else frozenset(changed)
    made_at = made_at or at - HOUR
    return Merged(
        f"the plan of #{number}",
        plan,
        changed=known,
        beside=frozenset(beside),
        made_at=made_at,
        merged_at=at,
        name=f"#{number}",
    )


def held(
    change: Change, *merged: Merged, state: State = NOTHING, now: datetime = START + DAY, endpoint: str = ""
) -> str:
    """Why the change is held, empty if it is sent."""
    after = Reviewed(merged).hold(change, now, state=state, declared=FILES, endpoint=endpoint)
    assert after == change or (after.action, after.reason) == (Action.HOLD, Reason.NOT_REVIEWED)
    return "" if after == change else after.message.partition(", so ")[0].removeprefix("Not reviewed: ")


@pytest.mark.parametrize(
    "beside", [BESIDE, WITHOUT, saved(create(OLD)), saved(delete()), saved(create(action=Action.HOLD))]
)
@pytest.mark.parametrize("change", [create(), update(), delete()], ids=["create", "update", "delete"])
def test_what_a_plan_says_of_an_entry_that_its_request_does_not_change(change: Change, beside: SavedPlan) -> None:
    """It takes nothing back, whatever it says, and in whichever order the two were merged."""
    mine, other = request(1, saved(change), LAUNCH), request(2, beside, MORE)
    assert held(change, mine, other) == ""
    assert held(change, replace(other, merged_at=START), mine) == ""


@pytest.mark.parametrize("plan", [saved(create(OLD)), saved(delete()), BESIDE, WITHOUT, None])
def test_a_request_replaces_what_was_said_of_its_entries(plan: SavedPlan | None) -> None:
    """Whether or not it has a plan that counts; of other entries it replaces nothing."""
    mine = request(1, saved(create()), LAUNCH)
    assert held(create(), mine, request(2, plan, LAUNCH))
    assert held(create(), mine, request(2, plan, MORE)) == ""


def test_a_revert_is_not_undone() -> None:
    """The post comes back by a request without a plan that counts: what was agreed to before the revert is past."""
    first, revert = request(1, saved(create()), LAUNCH), request(2, WITHOUT, LAUNCH)
    assert (
        held(create(), first, revert, request(3, None, LAUNCH))
        == "#1, #2 and #3 changed it, and the last of them has no plan that counts"
    )
    assert held(create(), first, revert, request(3, saved(create()), LAUNCH)) == ""


CANCELLED = saved(files=replace(FILES, posts=(replace(POST, cancelled=True),)))
#: What was sent, its revert, and the plan of that, made before: the entry is gone, cancelled, or as it was.
REVERTS = pytest.mark.parametrize(
    ("sent", "change", "plan"),
    [(create(), delete(), WITHOUT), (create(), delete(), CANCELLED), (update(OLD), update(), BESIDE)],
    ids=["gone", "cancelled", "as it was"],
)


def reverting(sent: Change, plan: SavedPlan | None) -> tuple[Merged, Merged]:
    """A request and its revert, which was planned before that was sent."""
    return request(1, saved(sent), LAUNCH), request(2, plan, LAUNCH)


@REVERTS
def test_a_revert_whose_plan_had_nothing_to_do(sent: Change, change: Change, plan: SavedPlan) -> None:
    """Planned before what it reverts was sent: agreed, as the last word."""
    first, revert = reverting(sent, plan)
    assert held(change, first, revert) == ""
    assert Reviewed([first, revert]).still_agreed(revert) == {LAUNCH}


@REVERTS
def test_such_a_revert_of_what_is_not_as_it_was_sent(sent: Change, change: Change, plan: SavedPlan) -> None:
    """Somebody edited our post, or it was imported."""
    assert change.live
    assert change.binding
    by_somebody = replace(change, live=replace(change.live, text="Somebody's words"))
    imported = replace(change, binding=replace(change.binding, origin=Origin.IMPORTED))
    nothing = "#1 and #2 changed it, and in the plan of #2 it has nothing to do"
    assert [held(each, *reverting(sent, plan)) for each in (by_somebody, imported)] == [nothing, nothing]


@REVERTS
def test_such_a_revert_without_a_plan_that_says_so(sent: Change, change: Change, plan: SavedPlan) -> None:
    """Nobody saw what it does, it was offline or of a part, or another request did it."""
    first, revert = reverting(sent, plan)
    others = [
        replace(revert, plan=None),
        replace(revert, plan=replace(plan, offline=True)),
        replace(revert, plan=replace(plan, plan=replace(plan.plan, narrowed=True))),
        request(2, plan, MORE),
        request(2, plan, unknown=True),
    ]
    assert all(held(change, first, each) for each in others)


@REVERTS
def test_such_a_revert_is_not_the_last_word(sent: Change, change: Change, plan: SavedPlan) -> None:
    """Another request came after it, the run talks to another account, or something else is to be done."""
    first, revert = reverting(sent, plan)
    assert held(change, first, revert, request(3, None, LAUNCH))
    assert "and this run talks to" in held(change, first, revert, endpoint="https://elsewhere.example")
    assert held(create(), first, revert)
    anew = replace(create(), live=in_buffer(OLD), binding=bind(OLD, in_buffer(OLD), Origin.CREATED))
    assert "it has nothing to do" in held(anew, first, revert)


def test_a_delete_that_the_files_of_the_plan_do_not_say() -> None:
    """The entry is there, or posts whose entries are gone stay."""
    stays = saved(files=replace(FILES, posts=(), settings=replace(FILES.settings, prune=False)))
    assert held(delete(), request(2, BESIDE, LAUNCH))
    assert held(delete(), request(2, stays, LAUNCH))


def test_an_edit_that_the_files_of_the_plan_say() -> None:
    """For seven days after the merge; one that they do not say is named."""
    queued = request(2, saved(files=replace(FILES, posts=(QUEUED,))), LAUNCH, merged_at=START)
    assert held(update(QUEUED), queued, now=START + 7 * DAY) == ""
    assert "more than 7 days ago" in held(update(QUEUED), queued, now=START + 8 * DAY)
    assert held(update(QUEUED), request(2, BESIDE, LAUNCH)) == "it differs from the plan of #2 in due_at"


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (None, "#1 and #2 changed it, and the last of them has no plan that counts"),
        (BESIDE, "in the plan of #2 it has nothing to do"),
        (WITHOUT, ""),
    ],
    ids=["no plan", "shown", "not shown"],
)
def test_nobody_knows_what_a_request_changed(plan: SavedPlan | None, expected: str) -> None:
    """Without a plan, nothing said before counts; an older plan counts for all that it shows, as it always did."""
    mine = request(1, saved(create()), LAUNCH)
    assert held(create(), mine, request(2, plan, unknown=True)) == expected


def test_nobody_knows_what_a_request_changed_before() -> None:
    """Nothing said later is taken back."""
    mine = request(1, saved(create()), LAUNCH, merged_at=START + 9 * HOUR)
    assert held(create(), request(1, None, unknown=True), mine) == ""


WAITS = request(2, saved(create()), MORE, beside={LAUNCH})


@pytest.mark.parametrize(
    ("change", "merged", "expected"),
    [
        (create(), [WAITS], ""),
        (create(), [request(1, None, LAUNCH), WAITS], ""),
        (create(), [WAITS, request(3, None, LAUNCH)], "#3 has no plan that counts"),
        (create(), [request(1, None, LAUNCH), replace(WAITS, beside=frozenset())], "#1 has no plan that counts"),
        (create(OLD), [WAITS], "it differs from the plan of #2 in text"),
    ],
    ids=["alone", "of a merge before", "changed by a merge after", "not shown", "of another text"],
)
def test_what_waits_on_main_already(change: Change, merged: list[Merged], expected: str) -> None:
    """The plan of another request shows it, and knew of the last merge that changed it: merging publishes that too."""
    assert held(change, *merged) == expected


def test_two_requests_that_change_one_entry() -> None:
    """Held only if neither plan shows what the files say now, and then both are named."""
    both = replace(POST, due_at=LATER)
    text, time = saved(create(POST)), saved(create(replace(OLD, due_at=LATER)))
    merged = (request(1, text, LAUNCH), request(2, time, LAUNCH))
    assert held(create(both), *merged) == "#1 and #2 changed it, and it differs from the plan of #2 in text"
    assert held(create(both), merged[0], request(2, saved(create(both)), LAUNCH)) == ""


def test_agreed_is_the_row_and_not_its_digest_alone() -> None:
    """The same content at another object, of another standing, or of a post that a person moved on: held."""
    for then, now in (
        (delete(), delete(id="p2")),
        (update(), update(id="p2")),
        (update(), update(status=PostStatus.DRAFT)),
        (create(), update(origin=Origin.ADOPTED)),
    ):
        assert change_digest(then) == change_digest(now)
        assert held(now, request(1, saved(then), LAUNCH)), now


MODES = pytest.mark.parametrize("mode", [ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT, ShareMode.SHARE_NOW])


@MODES
@pytest.mark.parametrize(
    ("after", "why"),
    [
        (7 * DAY, ""),
        (7 * DAY + timedelta(seconds=1), "it has no time of its own, and #1 was merged more than 7 days ago"),
    ],
    ids=["seven days", "longer"],
)
def test_a_post_without_a_time_of_its_own(mode: ShareMode, after: timedelta, why: str) -> None:
    """Agreed for seven days after its merge."""
    post = replace(QUEUED, mode=mode)
    mine = request(1, saved(create(post)), LAUNCH, merged_at=START)
    assert held(create(post), mine, now=START + after) == why


@pytest.mark.parametrize("change", [create(), delete()], ids=["with a time", "a delete"])
def test_what_is_agreed_as_long_as_its_plan_is_kept(change: Change) -> None:
    """It does not go out at once."""
    assert held(change, request(1, saved(change), LAUNCH, merged_at=START), now=START + 29 * DAY) == ""


@MODES
def test_a_post_without_a_time_that_a_later_plan_shows(mode: ShareMode) -> None:
    """Agreed once more."""
    post = replace(QUEUED, mode=mode)
    mine = request(1, saved(create(post)), LAUNCH, merged_at=START)
    again = request(2, saved(create(post)), MORE, beside={LAUNCH}, merged_at=START + 8 * DAY)
    assert held(create(post), mine, again, now=START + 9 * DAY) == ""


def test_what_was_sent_is_spent_by_the_time_of_the_forge() -> None:
    """What the file says of its own time counts for nothing."""
    spent = State(spent={change_digest(create()): START + HOUR})
    late = saved(create(), at=START + DAY)
    assert held(create(), request(1, late, LAUNCH, made_at=START), state=spent)
    assert held(create(), request(1, late, LAUNCH, made_at=START + 2 * HOUR), state=spent) == ""


def test_a_plan_of_another_endpoint() -> None:
    """Agrees to nothing here, and stops no other plan."""
    other = "https://api.example/graphql"
    assert held(create(), request(1, saved(create()), LAUNCH), endpoint="http://127.0.0.1:1/graphql") == ""
    assert held(create(), request(1, saved(create()), LAUNCH), endpoint=other).startswith(
        "the plan of #1 is for http://127"
    )
    offline = saved(create(write=None), offline=True)
    assert "is for http://127" in held(create(), request(1, offline, LAUNCH), state=RECORDED, endpoint=other)
    nowhere = replace(offline, plan=replace(offline.plan, endpoint=""))
    assert held(create(), request(1, nowhere, LAUNCH), state=RECORDED, endpoint=other) == ""


BOTH = request(1, saved(create()), LAUNCH, MORE)


@pytest.mark.parametrize(
    ("later", "expected"),
    [([], {LAUNCH, MORE}), ([request(2, WITHOUT, MORE)], {LAUNCH}), ([request(2, None, LAUNCH, MORE)], set())],
    ids=["alone", "one changed again", "both changed again"],
)
def test_which_entries_a_request_still_agrees_to(later: list[Merged], expected: set[Address]) -> None:
    """Those that it changes, as long as no later one changes them."""
    assert Reviewed([BOTH, *later]).still_agreed(BOTH) == expected


#: It was found in Buffer, which nobody has to agree to.
ADOPTED = now_is(Action.ADOPT, replace(POST, address=MORE), address=MORE, slot=SLOT._replace(key="more"))


def test_a_request_of_which_nobody_knows_what_it_changes_agrees_to_its_plan() -> None:
    """For what that agrees to, and not for what it has nothing to do about."""
    unknown = request(1, saved(create(), ADOPTED), unknown=True)
    assert Reviewed([unknown]).still_agreed(unknown) == {LAUNCH}
    assert Reviewed([unknown, request(2, None, LAUNCH)]).still_agreed(unknown) == set()


def test_what_a_plan_agrees_to() -> None:
    """What it sends; nothing without a plan."""
    assert request(1, saved(create(), ADOPTED), LAUNCH, MORE).agreed() == {LAUNCH}
    assert request(1, None, LAUNCH, MORE).agreed() == set()


def test_how_many_deletes_a_person_allows() -> None:
    """It answers what the plan held for that: the plan shows the delete. Nothing else is answered by it."""
    shown = replace(delete(), action=Action.HOLD, reason=Reason.DELETES, write=None)
    for plan, may_delete, is_sent in (
        (saved(shown), True, True),
        (saved(shown), False, False),
        (saved(replace(shown, reason=Reason.LAG)), True, False),
        (saved(), True, False),
    ):
        review = Reviewed([request(1, plan, LAUNCH)])
        after = review.hold(delete(), START, state=NOTHING, declared=FILES, may_delete=may_delete)
        assert (after.action is Action.DELETE) is is_sent
    answered = Reviewed([request(1, saved(replace(shown, todo=prose("Say how many."))), LAUNCH)])
    after = answered.hold(delete(), START, state=NOTHING, declared=FILES)
    assert (after.action, after.hint) == (Action.HOLD, "Say how many.")


def test_a_request_does_not_agree_to_what_is_beside_it() -> None:
    """It only shows that."""
    beside = request(2, saved(create()), MORE, beside={LAUNCH})
    assert Reviewed([BOTH, beside]).still_agreed(beside) == {MORE}


def test_when_a_plan_was_made(tmp_path: Path) -> None:
    """By address, for the policy: that of the plan that agrees to it, not of the newest one of all."""
    mine, other = request(1, saved(create()), LAUNCH), request(2, WITHOUT, MORE)
    assert Reviewed([mine, other]).agreed_at() == {LAUNCH: mine.made_at}
    assert Reviewed.by_hand({"plan.json": saved(create())}).agreed_at() == {}


FREEZE = Freeze(START, START + 7 * DAY, "Nobody is here")
OTHER = replace(FREEZE, reason="Mourning")


def test_an_exemption_that_a_request_ended() -> None:
    """It stays ended until the plan of a later request lets the post out of a freeze."""
    gone = replace(request(1, BESIDE, LAUNCH), ended=frozenset({LAUNCH}))
    assert Reviewed([gone]).ended == Reviewed([gone, request(2, BESIDE, LAUNCH)]).ended == {LAUNCH}
    let_out = saved(create(exempt=(FREEZE,)))
    assert Reviewed([gone, request(2, let_out, LAUNCH)]).ended == frozenset()
    assert Reviewed([request(1, let_out, LAUNCH), replace(gone, name="#2")]).ended == {LAUNCH}


@pytest.mark.parametrize(
    ("agreed", "now", "why"),
    [
        ((FREEZE,), (FREEZE,), ""),
        ((FREEZE,), (replace(FREEZE, end=FREEZE.end + DAY),), ""),
        ((FREEZE, OTHER), (OTHER,), ""),
        ((FREEZE,), (), ""),
        ((), (FREEZE,), "in the plan of #1 it does not go out during a freeze (Nobody is here)"),
        ((FREEZE,), (FREEZE, OTHER), "in the plan of #1 it does not go out during a freeze (Mourning)"),
        ((FREEZE,), (FREEZE, FREEZE), "in the plan of #1 it does not go out during a freeze (Nobody is here)"),
    ],
)
def test_a_plan_agrees_to_the_freezes_that_it_shows(
    agreed: tuple[Freeze, ...], now: tuple[Freeze, ...], why: str
) -> None:
    """Also where one of them is over or has other days, and to no other one."""
    plan = saved(create(exempt=agreed))
    assert held(create(exempt=now), request(1, plan, LAUNCH)) == why


@pytest.mark.parametrize(
    ("change", "known", "since", "is_held"),
    [
        (create(), {}, START, True),
        (create(), {SLOT: START}, START, False),
        (create(), None, START, False),
        (create(), None, START + 2 * HOUR, True),
        (delete(), {}, START, False),
    ],
    ids=["not known", "known", "older than the plan", "newer than the plan", "a delete"],
)
def test_a_plan_that_does_not_know_of_a_suspension(
    change: Change, known: dict[Slot, datetime] | None, since: datetime, is_held: bool
) -> None:
    """Agrees to nothing that is sent; where it records none, its time decides."""
    plan = replace(saved(change), suspended=known)
    why = held(change, request(1, plan, LAUNCH), state=State(suspended={SLOT: Suspended(since)}))
    assert why.startswith("the plan of #1 was made before it was suspended") is is_held


def test_what_was_sent_already_is_not_dropped() -> None:
    """Nothing is told of it, although its entry is gone."""
    review = Reviewed([request(1, saved(create()), LAUNCH)])
    sent = State(spent={change_digest(create()): START + 2 * HOUR})
    assert list(review.undone(Plan(START, ""), sent)) == []
    assert list(review.undone(Plan(START, ""), NOTHING))


def test_the_file_of_merged_requests_says_what_it_is() -> None:
    """By its kind and its version."""
    found = json.loads(dump_merged([]))
    assert (found["kind"], found["format_version"]) == ("merged-requests", "1.0")


def test_the_file_of_merged_requests() -> None:
    """What CI writes is what bufferctl reads."""
    plan = saved(create())
    files = [
        MergedFile(
            name="#1",
            plan=Path("1.json"),
            changed=(str(LAUNCH),),
            beside=(str(MORE),),
            ended=(str(LAUNCH),),
            made_at=START,
            merged_at=LATER,
        ),
        MergedFile(name="#2"),
    ]
    first, second = load_merged(dump_merged(files), "merged.json", lambda _: plan)
    assert first == Merged(
        "the plan of #1", plan, frozenset({LAUNCH}), frozenset({MORE}), START, LATER, "#1", frozenset({LAUNCH})
    )
    assert second == Merged("the plan of #2", None, name="#2")


@pytest.mark.parametrize(
    "raw", [b"", b"{}", b"[]", b'{"kind": "saved-plan", "format_version": "1.0", "requests": []}',
            b'{"kind": "merged-requests", "format_version": "2.0", "requests": []}',
            b'{"kind": "merged-requests", "format_version": "1.0", "requests": [{"name": "#1", "changed": ["x"]}]}'],
)  # fmt: skip
def test_another_file_in_its_place(raw: bytes) -> None:
    """Refused with its name."""
    with pytest.raises(UsageError, match=r"merged\.json does not list merged requests"):
        load_merged(raw, "merged.json", lambda _: saved())
