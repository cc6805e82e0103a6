"""What is said of each change that no longer stands as it was reviewed, and what a file keeps besides its changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bufferctl import __version__, planfile
from bufferctl.choices import Choices
from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.model import (
    Binding,
    CreatePost,
    DeletePost,
    Desired,
    DraftPost,
    EditPost,
    Freeze,
    LiveChannel,
    Metadata,
    Origin,
    Post,
    PostStatus,
    Service,
    Slot,
    State,
    Suspended,
    Write,
    bind,
)
from bufferctl.plan import Action, Cause, Change, Plan, Reason, Recording
from bufferctl.planfile import Merged, Reviewed, SavedPlan, verify
from bufferctl.planfile.agreement import overtaken
from bufferctl.planfile.saved import dump_plan
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

CHANNEL = LiveChannel("c", "o", Service.TWITTER, "acme", timezone="Europe/Berlin")
ADDRESS = "Acme/twitter:acme/launch"


def now_is(action: Action, item: Post | None = POST, **more: Any) -> Change:
    """The change that the files give now, which sends nothing."""
    live = in_buffer(OLD)
    known = bind(OLD, live, Origin.CREATED)
    return replace(Change(POST.address, action, Cause.EDITED, SLOT, desired=item, live=live, binding=known), **more)


#: It is scheduled in Buffer, as the last apply left it; and a plan that takes it off the schedule.
BOUND = bind(OLD, in_buffer(OLD), Origin.CREATED)
SCHEDULED = State(bindings={SLOT: BOUND})
OFF = now_is(Action.UPDATE, cause=Cause.SUSPENDED)


def forget(status: PostStatus = PostStatus.SENT) -> Change:
    """A removed post that is published, and is no longer tracked."""
    return now_is(Action.FORGET, None, live=None, binding=bind(OLD, in_buffer(OLD, status=status), Origin.CREATED))


def held(reason: Reason) -> Change:
    """A change that needs a person now."""
    return now_is(Action.HOLD, reason=reason, why=prose("Held for this reason"))


def moved(then: Change, *now: Change, channel: LiveChannel = CHANNEL) -> str:
    """What makes a saved plan of one change stale, if anything does."""
    plan = Plan(START, "http://127.0.0.1:1/graphql", now, channels={"c": channel})
    found = verify(saved(then, channels={"c": CHANNEL}), plan, State()).moved
    return "; ".join(found).removeprefix(f"{ADDRESS}: ")


MOVED = "it was changed in Buffer since the plan was made"
STALE: dict[str, tuple[Change, list[Change], str]] = {
    "deleted, and declared again": (delete(), [now_is(Action.NO_OP)], "the files declare it again"),
    "deleted, and canceled now": (delete(), [now_is(Action.NO_OP, replace(POST, cancelled=True))], ""),
    "created, and no longer declared": (create(), [], "the files no longer declare it"),
    "created, and canceled now": (
        create(),
        [now_is(Action.NO_OP, replace(POST, cancelled=True))],
        "the files no longer declare it",
    ),
    "another text and time": (
        create(),
        [create(replace(POST, text="Other", due_at=LATER))],
        "its text and due_at changed in the files",
    ),
    "somebody's edit since": (
        update(),
        [update(text="Somebody's")],
        MOVED,
    ),
    "another post since": (update(), [update(id="p2")], MOVED),
    "changed on both sides": (update(), [held(Reason.CONFLICT)], MOVED),
    "changed in Buffer": (update(), [held(Reason.CHANGED)], MOVED),
    "held for another reason": (update(), [held(Reason.AMBIGUOUS)], "Held for this reason"),
    "a tag by that name that is another one": (
        create(write=CreatePost(POST, "c", ("t1",))),
        [create(write=CreatePost(POST, "c", ("t2",)))],
        "its tags stand for another id than when the plan was made",
    ),
    "gone": (update(), [create()], "it was to be changed, and would now be created"),
    "gone, with a word of what is under way": (
        update(),
        [create(reason=Reason.LAG)],
        "it was to be changed, and would now be created",
    ),
    "held, and gone": (held(Reason.AMBIGUOUS), [], ""),
    "forged to edit another post": (replace(update(), write=EditPost("p9", POST, "c")), [update()], MOVED),
    "forged to edit on another channel": (replace(update(), write=EditPost("p1", POST, "d")), [update()], MOVED),
    "declared no more, and to be deleted elsewhere": (
        create(),
        [replace(delete(), slot=SLOT._replace(channel_id="d"))],
        "the files no longer declare it",
    ),
    "made by another run": (create(), [update()], "it was to be created, and would now be changed"),
    "there by now": (create(), [now_is(Action.NO_OP)], ""),
    "published as it is": (update(), [now_is(Action.DONE, cause=Cause.NEW)], ""),
    "found": (create(), [now_is(Action.ADOPT)], ""),
    "found, and to be edited": (
        update(),
        [now_is(Action.ADOPT)],
        "it was to be changed, and would now be taken for one",
    ),
    "too late": (create(), [now_is(Action.PAST)], ""),
    "sent": (update(), [held(Reason.SENT)], ""),
    "missed": (create(), [held(Reason.MISSED)], ""),
    "not shown yet": (update(), [held(Reason.LAG)], ""),
    "without an outcome yet": (update(), [held(Reason.UNSETTLED)], ""),
    "refused by the network": (update(), [held(Reason.ERROR)], ""),
    "renamed, and edited since": (
        now_is(Action.MOVE),
        [update()],
        "it was to be renamed, and would now be changed",
    ),
    "forgotten, and there again": (forget(), [delete()], "it was to be forgotten, and would now be deleted"),
    "without room now": (
        update(),
        [create(action=Action.WAITING, write=None)],
        "it was to be changed, and would now be left waiting for room",
    ),
    "no longer room for it": (
        create(),
        [create(action=Action.WAITING)],
        "it was to be created, and would now be left waiting for room",
    ),
    "same": (update(), [update()], ""),
    "during a freeze by now": (
        create(),
        [create(exempt=(Freeze(START, LATER, "Mourning"),))],
        "in the plan it does not go out during a freeze (Mourning)",
    ),
}


@pytest.mark.parametrize("case", STALE)
def test_why_a_saved_plan_is_out_of_date(case: str) -> None:
    """What the files say now comes first, then what happened in Buffer; what is done or too late is no reason."""
    then, now, why = STALE[case]
    said = moved(then, *now)
    assert said.startswith(why) if why else said == ""


def test_what_made_a_plan_stale_is_not_left_to_do() -> None:
    """Although it may be over by now."""
    now = Plan(START, "http://127.0.0.1:1/graphql", (held(Reason.SENT),))
    found = verify(saved(create(OLD)), now, State())
    assert (found.plan.changes, found.moved) == ((), (f"{ADDRESS}: its text changed in the files",))


SINCE = "it was suspended after the plan was made"
#: A channel as a whole has no key.
CHANNEL_SLOT = SLOT._replace(key="")


@pytest.mark.parametrize(
    ("then", "now", "slot", "since", "why"),
    [
        (create(), create(), SLOT, LATER, SINCE),
        (create(), create(), CHANNEL_SLOT, LATER, SINCE),
        (update(), update(), SLOT, LATER, SINCE),
        (create(), create(), SLOT, None, ""),
        (delete(), delete(), SLOT, LATER, ""),
        (create(), now_is(Action.NO_OP), SLOT, LATER, ""),
        (update(), replace(OFF, desired=POST), SLOT, LATER, SINCE),
        (OFF, OFF, SLOT, LATER, ""),
    ],
    ids=["create", "channel", "update", "known", "delete", "nothing to do", "taken off now", "taken off then"],
)
def test_a_plan_that_was_made_before_a_suspension(
    then: Change, now: Change, slot: Slot, since: datetime | None, why: str
) -> None:
    """It sends nothing that was suspended since; a plan that knows of the suspension does."""
    known = Recording(suspended={slot: Suspended(since or START)})
    plan = Plan(START, "http://127.0.0.1:1/graphql", (then,), recording=known if since is None else Recording())
    state = State(suspended={slot: Suspended(since or START)})
    found = verify(read_back(plan, replace(FILES, posts=(POST,))), replace(plan, changes=(now,)), state).moved
    assert found == ((f"{ADDRESS}: {why}",) if why else ())


RENAMED = "its channel has another name or time zone than the plan shows"


@pytest.mark.parametrize(
    ("fields", "why"), [({"name": "new"}, RENAMED), ({"timezone": "UTC"}, RENAMED), ({"boards": {"a": "b"}}, "")]
)
def test_the_channel_of_a_saved_plan(fields: dict[str, Any], why: str) -> None:
    """Another name or time zone of the channel makes it stale."""
    assert moved(create(), create(), channel=replace(CHANNEL, **fields)) == why


def test_another_channel_than_that_of_a_saved_plan() -> None:
    """Under the same name: it is stale."""
    elsewhere = create(slot=SLOT._replace(channel_id="d"), write=CreatePost(POST, "d"))
    assert moved(create(), elsewhere) == "its channel is another one in Buffer than when the plan was made"


def test_the_channel_of_what_is_there_already() -> None:
    """Buffer gets nothing, so its name does not matter."""
    found = now_is(Action.ADOPT)
    assert moved(found, found, channel=replace(CHANNEL, name="new")) == ""


@pytest.mark.parametrize("then", [Action.HOLD, Action.NO_OP])
def test_what_needed_a_person_still_counts(then: Action) -> None:
    """A hold of then that is one now stays in the plan; another one of today is none of it."""
    plan = Plan(START, "http://127.0.0.1:1/graphql", (held(Reason.AMBIGUOUS),))
    kept = verify(saved(replace(held(Reason.LAG), action=then)), plan, State()).plan
    expected = ([held(Reason.AMBIGUOUS)], False) if then is Action.HOLD else ([], True)
    assert (list(kept.changes), kept.narrowed) == expected
    now = Plan(START, "http://127.0.0.1:1/graphql", (now_is(Action.NO_OP),))
    assert verify(saved(replace(held(Reason.LAG), action=then)), now, State()).plan.of(Action.HOLD) == ()


def test_a_hold_in_a_saved_plan_keeps_nothing_else_back() -> None:
    """What comes after it in the plan is made."""
    other = replace(POST, address=replace(POST.address, key="z"))
    new = create(other, slot=SLOT._replace(key="z"))
    plan = Plan(START, "http://127.0.0.1:1/graphql", (held(Reason.LAG), new))
    assert verify(saved(held(Reason.LAG), new), plan, State()).plan.changes == (held(Reason.LAG), new)


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        (create(action=Action.WAITING), create(), [create()]),
        (create(action=Action.WAITING), create(action=Action.WAITING), [create(action=Action.WAITING)]),
        (replace(update(), action=Action.WAITING, write=None), update(), [update()]),
        (create(action=Action.WAITING), update(), []),
        (now_is(Action.PAST), held(Reason.LAG), []),
    ],
    ids=["room", "no room yet", "room for an edit", "there by now", "nobody saw it wait"],
)
def test_what_waited_is_sent_once_there_is_room(then: Change, now: Change, expected: list[Change]) -> None:
    """As it was shown. Until then it is listed; what Buffer has by now, or what nobody saw wait, is left alone."""
    found = verify(saved(then), Plan(START, "http://127.0.0.1:1/graphql", (now,)), State())
    assert (list(found.plan.changes), found.moved) == (expected, ())


def test_what_waited_for_room_is_suspended_as_anything_else() -> None:
    """There is room for the edit by now, but its post is taken off the schedule: that is no later edit of it."""
    waited = replace(update(), action=Action.WAITING, write=None)
    found = verify(saved(waited), Plan(START, "http://127.0.0.1:1/graphql", (OFF,)), State())
    assert (found.plan.changes, found.moved) == ((OFF,), ())


def test_what_waited_with_another_text_is_not_sent() -> None:
    """The plan has moved."""
    now = create(replace(POST, text="Newer"))
    found = verify(saved(create(action=Action.WAITING)), Plan(START, "http://127.0.0.1:1/graphql", (now,)), State())
    assert found.moved != ()


NEWER = "the files have a newer version, and so does Buffer"


@pytest.mark.parametrize(
    ("then", "now", "why"),
    [
        (create(), [], "it was removed from the files"),
        (create(), [forget()], "it was removed from the files"),
        (create(), [now_is(Action.FORGET, None)], ""),
        (create(), [now_is(Action.PAST)], "its time is over"),
        *(
            (create(), [now_is(there, replace(POST, text="Newer"))], NEWER)
            for there in (Action.NO_OP, Action.DONE, Action.ADOPT, Action.MOVE)
        ),
        (create(), [now_is(Action.NO_OP)], ""),
        (
            create(),
            [create(slot=SLOT._replace(channel_id="d"), write=CreatePost(POST, "d"))],
            "it now belongs to another channel in Buffer",
        ),
        (delete(), [], ""),
        (delete(), [now_is(Action.NO_OP)], "the files declare it again, so it is not deleted"),
        (delete(), [now_is(Action.NO_OP, replace(POST, cancelled=True))], ""),
        (delete(), [now_is(Action.NO_OP, None)], ""),
        (delete(), [create()], ""),
        (now_is(Action.ADOPT), [], ""),
    ],
)  # fmt: skip
def test_what_is_dropped_without_asking(then: Change, now: list[Change], why: str) -> None:
    """Told with its address: a reviewed change for which the files or the time leave nothing to do."""
    plan = Plan(START, "http://127.0.0.1:1/graphql", tuple(now))
    told = list(Reviewed.by_hand({"plan.json": saved(then)}).undone(plan, NOTHING))
    assert told == ([f"{ADDRESS}: {why}"] if why else [])


def test_each_reviewed_change_is_told_by_itself() -> None:
    """What agrees to nothing says nothing of the others."""
    other = replace(POST, address=replace(POST.address, key="z"))
    then = saved(now_is(Action.ADOPT), create(other, slot=SLOT._replace(key="z")))
    told = list(Reviewed.by_hand({"plan.json": then}).undone(Plan(START, ""), NOTHING))
    assert told == ["Acme/twitter:acme/z: it was removed from the files"]


def test_of_an_offline_plan_the_channel_is_not_known() -> None:
    """So nothing is said of it."""
    bare = saved(create(slot=SLOT._replace(channel_id="Acme/twitter:acme"), write=None), offline=True)
    assert list(Reviewed.by_hand({"plan.json": bare}).undone(Plan(START, "", (create(),)), NOTHING)) == []


WHY_NOT: list[tuple[Change | None, Change, str]] = [
    (None, create(), "plan.json does not have this change, so it is not sent"),
    (replace(create(), action=Action.HOLD, write=None), create(),
     "it needed a person when plan.json was made, and this version has not been reviewed, so it is not sent"),
    (now_is(Action.ADOPT), update(), "in plan.json it has nothing to do, so Buffer's version goes out"),
    (delete(), update(), "in plan.json it would be deleted, and now it would be changed, so Buffer's version goes out"),
    (update(), replace(delete(), why=None, todo=None),
     "in plan.json it would be changed, and now it would be deleted, so it is not deleted and"),
    (replace(create(), action=Action.WAITING), delete(),
     "in plan.json it would be created, and now it would be deleted, so it is not deleted and"),
    (create(OLD), create(), "it differs from plan.json in text, so it is not sent"),
    (create(replace(OLD, due_at=LATER)), create(), "it differs from plan.json in text and due_at, so it is not sent"),
    (create(), create(slot=SLOT._replace(channel_id="d")), "plan.json is for another channel in Buffer"),
    (update(), update(status=PostStatus.DRAFT), "it changed in Buffer after plan.json was made"),
]  # fmt: skip


@pytest.mark.parametrize(("then", "now", "why"), WHY_NOT)
def test_why_it_was_not_reviewed(then: Change | None, now: Change, why: str) -> None:
    """What the plan has of it, and the consequence; the change that is held sends nothing."""
    without = replace(FILES, posts=())
    review = Reviewed.by_hand({"plan.json": saved(then) if then else saved(files=without)})
    after = review.hold(now, START, state=NOTHING, declared=FILES)
    assert after.message.startswith(f"Not reviewed: {why}"), after.message
    assert (after.action, after.write) == (Action.HOLD, None)
    assert after.hint == "To have it reviewed, run `bufferctl plan -o FILE`."
    assert after.differences == () or now.desired
    assert after.todo
    assert [each.command for each in after.todo.answers] == [("bufferctl", "plan", "-o", "FILE")]


@pytest.mark.parametrize(
    ("now", "hint"),
    [
        (create(), "To have it reviewed, change it in a pull or merge request."),
        (
            replace(delete(), why=None, todo=None),
            "The plan of the next pull or merge request shows it, too, and merging that deletes it.",
        ),
    ],
)
def test_what_no_request_agreed_to_is_reviewed_in_another(now: Change, hint: str) -> None:
    """No command: where requests are merged, a plan that somebody saves agrees to nothing."""
    merged = Merged("the plan of #1", saved(files=replace(FILES, posts=())), name="#1")
    after = Reviewed((merged,)).hold(now, START, state=NOTHING, declared=FILES)
    assert (after.hint, after.todo and after.todo.answers) == (hint, ())


def test_what_was_reviewed_is_shown_beside_what_the_files_say() -> None:
    """By field; nothing of a plan that never had the post."""
    after = Reviewed.by_hand({"plan.json": saved(create(replace(OLD, due_at=LATER)))}).hold(
        create(), START, state=NOTHING, declared=FILES
    )
    found = {each.path: (each.before, each.after) for each in after.differences if each.is_reviewed}
    assert found["text"] == (OLD.text, POST.text)
    assert found.keys() == {"text", "due_at"}
    unknown = Reviewed.by_hand({"plan.json": saved(files=replace(FILES, posts=()))})
    assert unknown.hold(create(), START, state=NOTHING, declared=FILES).differences == ()


def test_why_none_of_several_plans_has_it() -> None:
    """They are not named."""
    without = replace(FILES, posts=())
    review = Reviewed.by_hand({"a.json": saved(files=without), "b.json": saved(files=without)})
    after = review.hold(create(), START, state=NOTHING, declared=FILES)
    assert after.message == "Not reviewed: none of the reviewed plans has this change, so it is not sent"


OFFLINE = Reviewed.by_hand({"plan.json": saved(create(write=None), offline=True)})
(ACME,), (ITS_CHANNEL,) = FILES.organizations, FILES.channels


def test_why_an_offline_plan_does_not_agree() -> None:
    """It could not show this."""
    assert "made without Buffer (--offline)" in OFFLINE.hold(create(), START, state=NOTHING, declared=FILES).message


@pytest.mark.parametrize(
    "now",
    [
        replace(FILES, organizations=(replace(ACME, id="o"),)),
        replace(FILES, organizations=(replace(ACME, name="Acme Ltd."),)),
        replace(FILES, channels=(replace(ITS_CHANNEL, service=Service.LINKEDIN),)),
    ],
    ids=["another id", "another name", "another network"],
)
def test_what_is_declared_otherwise_than_in_an_offline_plan(now: Desired) -> None:
    """It does not agree."""
    held = OFFLINE.hold(create(), START, state=RECORDED, declared=now)
    assert "declared otherwise than in plan.json" in held.message


def test_what_others_declare_is_nothing_to_an_offline_plan() -> None:
    """It agrees."""
    others = replace(
        FILES,
        organizations=(ACME, replace(ACME, label="Other", name="Other")),
        channels=(ITS_CHANNEL, replace(ITS_CHANNEL, organization="Other"), replace(ITS_CHANNEL, label="twitter:other")),
    )
    assert OFFLINE.hold(create(), START, state=RECORDED, declared=others) == create()


@pytest.mark.parametrize(
    ("then", "now", "what", "hint"),
    [
        (update(), now_is(Action.DONE), "changed", "To change what people see, edit it on the network itself."),
        (delete(), forget(), "deleted", "Delete it on the network itself."),
        (OFF, now_is(Action.DONE, cause=Cause.UNCHANGED), "suspended", "Delete it on the network itself."),
    ],
    ids=["an edit", "a delete", "a suspension"],
)
def test_publication_overtook_a_review(then: Change, now: Change, what: str, hint: str) -> None:
    """Said with what to do: of an edit, a delete and a suspension of ours that went out."""
    said = overtaken(then, now, SCHEDULED)
    assert said.message == f"It was published before it could be {what} as reviewed, so nothing was sent"
    assert (said.hint, said.reason) == (hint, Reason.OVERTAKEN)
    review = Reviewed.by_hand({"plan.json": saved(then)})
    assert review.hold(now, START, state=SCHEDULED, declared=FILES) == said


@pytest.mark.parametrize(
    ("then", "now"),
    [
        (delete(), now_is(Action.DONE)),
        (update(), forget()),
        (now_is(Action.ADOPT), now_is(Action.DONE)),
        (update(), now_is(Action.DONE, cause=Cause.NEW)),
        (update(), now_is(Action.NO_OP)),
        (OFF, now_is(Action.NO_OP)),
        (OFF, OFF),
        (delete(), forget(PostStatus.SCHEDULED)),
        (delete(), replace(forget(), binding=None)),
        (delete(), replace(forget(), action=Action.NO_OP)),
    ],
)
def test_nothing_else_is_overtaken_by_publication(then: Change, now: Change) -> None:
    """It stays what it is."""
    assert overtaken(then, now, SCHEDULED) == now


@pytest.mark.parametrize(
    "was",
    [None, replace(BOUND, status=PostStatus.SENT), replace(BOUND, taken_from="queue"), replace(BOUND, id="another")],
    ids=["of no state", "published before", "suspended, and scheduled by a person", "another post"],
)
def test_a_suspension_that_nothing_overtook(was: Binding | None) -> None:
    """What was published before the last apply, or after it was suspended, came in time."""
    now = now_is(Action.DONE, cause=Cause.UNCHANGED)
    assert overtaken(OFF, now, State(bindings={SLOT: was} if was else {})) == now


def test_organizations_are_those_of_plans_that_saw_buffer() -> None:
    """By their names in the files."""
    bare = saved(create(slot=SLOT._replace(organization_id="Acme"), write=None), offline=True)
    assert Reviewed.by_hand({"a.json": saved(create()), "b.json": bare}).organizations() == {"Acme": "o"}
    assert Reviewed.by_hand({"b.json": bare}).organizations() == {}
    without = Merged("the plan of #1", None)
    assert Reviewed((without, Merged("the plan of #2", saved(create())))).organizations() == {"Acme": "o"}


def read_back(plan: Plan, files: Desired, choices: Choices = Choices(), **more: Any) -> SavedPlan:  # noqa: B008 - frozen
    """A plan as read from its file."""
    raw = planfile.dump(plan, files, choices, expires_at=plan.at + timedelta(days=7), **more)
    return planfile.load(raw, "plan.json")


def test_what_a_saved_plan_has_besides_its_changes() -> None:
    """The options it was made with, its times, what the files declare, its warnings and channels, who saw Buffer."""
    a, b, c = frozenset({"a"}), frozenset({"b"}), frozenset({"c", "d"})
    choices = Choices(recreate=a, reapply=b, max_deletes=7, confirmed=c, planned_at=START)
    warning = Diagnostic(Severity.WARNING, "It is late", Place("a.yaml", 3, 1))
    plan = Plan(START, "http://127.0.0.1:1/graphql", (create(),), (warning,), {"c": CHANNEL}, unmanaged=3)
    files = replace(FILES, files=("a.yaml",), settings=replace(FILES.settings, max_deletes=9))
    found = read_back(plan, files, choices, offline=True)
    assert (found.choices, found.desired, found.offline) == (choices, files, True)
    assert (found.created_at, found.expires_at) == (START, START + timedelta(days=7))
    assert (found.plan.warnings, dict(found.plan.channels), found.plan.unmanaged) == ((warning,), {"c": CHANNEL}, 3)
    assert not read_back(plan, files).offline
    head = json.loads(planfile.dump(plan, files, choices, expires_at=START))
    assert (head["bufferctl_version"], head["format_version"], head["kind"]) == (__version__, "3.2", "saved-plan")


NEWS = Metadata.model_validate({"pinterest": {"title": "Launch", "board": "News"}}).pinterest
PIN = replace(POST, service=Service.PINTEREST, metadata=NEWS)
SENT_PIN = replace(PIN, metadata=NEWS.model_copy(update={"board_service_id": "42"}) if NEWS else None)


@pytest.mark.parametrize(
    "change",
    [
        create(PIN, write=CreatePost(SENT_PIN, "c")),
        replace(update(PIN), write=EditPost("p1", SENT_PIN, "c")),
    ],
    ids=["create", "update"],
)
def test_the_board_that_planning_found(change: Change) -> None:
    """It is part of what would be sent, and not of what the files declare."""
    plan = Plan(START, "http://127.0.0.1:1/graphql", (change,))
    (read,) = read_back(plan, replace(FILES, posts=(PIN,))).plan.changes
    assert (read.desired, read.write) == (PIN, change.write)


def test_a_board_by_that_name_that_is_another_one() -> None:
    """The saved plan is stale."""
    other = replace(PIN, metadata=NEWS.model_copy(update={"board_service_id": "43"}) if NEWS else None)
    then, now = (create(PIN, write=CreatePost(each, "c")) for each in (SENT_PIN, other))
    assert moved(then, now) == "its board stands for another id than when the plan was made"


def test_a_file_says_what_there_is() -> None:
    """A line for each value, places by the names of their parts, and nothing of what a change does not have."""
    moving = now_is(Action.MOVE, moved_from=SLOT._replace(key="z"))
    raw = planfile.dump(Plan(START, "", (moving, create())), FILES, Choices(), expires_at=START)
    assert raw.decode().splitlines()[1] == ' "format_version": "3.2",'
    move, new = json.loads(raw)["plan"]["changes"]
    assert move["change"]["moved_from"] == {"organization_id": "o", "channel_id": "c", "key": "z"}
    assert set(new["change"]) == {"address", "action", "cause", "slot"}
    assert "board_service_id" not in new["write"]


@pytest.mark.parametrize(
    ("offline", "expected"), [(False, {SLOT: START}), (True, None)], ids=["with Buffer", "offline"]
)
def test_a_plan_records_the_suspensions_that_it_knows_of(offline: bool, expected: object) -> None:
    """By when they began; one that did not see Buffer knows of none."""
    plan = Plan(START, "", (create(),), recording=Recording(suspended={SLOT: Suspended(START)}))
    assert read_back(plan, FILES, offline=offline).suspended == expected


@pytest.mark.parametrize(
    "write",
    [
        DeletePost("p1", "c"),
        DraftPost("p1", replace(OLD, draft=True), "c"),
        EditPost("p1", POST, "c"),
        None,
    ],
)
def test_what_is_sent_is_read_back(write: Write | None) -> None:
    """Of an entry that is declared: with what the files say, or with what is in Buffer."""
    change = replace(update(), write=write)
    (read,) = read_back(Plan(START, "", (change,)), FILES).plan.changes
    assert (read.desired, read.write) == (POST, write)


def test_what_is_in_a_file() -> None:
    """What does nothing only in a whole one; never what only this run is told."""
    plan = Plan(START, "", (create(), now_is(Action.NO_OP), now_is(Action.KEEP)), freed_by={SLOT: (SLOT,)})
    part, whole = (dump_plan(plan, lambda each: {"it": each.action}, is_whole=each) for each in (False, True))
    assert part["changes"] == [{"it": Action.CREATE}]
    assert whole["changes"] == [{"it": each} for each in (Action.CREATE, Action.NO_OP, Action.KEEP)]
    assert {"recording", "freed_by"} & part["plan"].keys() == set()


def test_a_digest_of_what_was_replaced_is_kept_as_long_as_plans_are() -> None:
    """90 days; of a post that was removed since, nothing is noted."""
    review = Reviewed.by_hand({"plan.json": saved(create())})
    spent = State(spent={"old": START})
    assert "old" in review.spend(spent, set(), START + timedelta(days=90, seconds=-1)).spent
    assert review.spend(spent, {POST.address}, START + timedelta(days=90)).spent == {}
