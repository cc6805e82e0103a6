"""Any life of a project: nothing goes out twice, nothing happens that was not reviewed, nobody's own is touched."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import Ran
from tests.cli.life import THEIR_DAY, THEIRS, Act, Apply, Edit, Life, acts, applies, edits, life

often = settings(max_examples=60, suppress_health_check=list(HealthCheck))
_ALONE = ("protect: true", "cancelled: true")

rounds = st.tuples(
    st.lists(acts, max_size=2),
    st.sampled_from(["", "", "", "an hour", "five hours", "a day", "the state is lost", "an older state"]),
    st.lists(edits, max_size=3),
    st.booleans(),
    applies,
)


@often
@given(st.lists(st.lists(edits, min_size=1, max_size=4), min_size=1, max_size=6))
def test_the_files_alone(rounds: list[list[Edit]]) -> None:
    """Where nobody else does anything, one apply after any edits asks nobody and leaves Buffer as the files say."""
    with life() as project:
        for each in rounds:
            for edit in each:
                project.declare(edit.of(project.files))
            ran = project.project("apply", "--auto-approve", "--settle", "0", "--max-deletes", "99")
            there = sorted((project.channel(post), post["text"]) for post in project.posts().values())
            left = {at for at, entry in project.files.items() if entry.kind == "protect: true"}
            if not left and "protected" not in ran.out:
                assert (ran.code, there) == (0, project.wanted()), ran.out + ran.err


@often
@given(st.lists(rounds, min_size=2, max_size=6))
def test_any_life(rounds: list[tuple[list[Act], str, list[Edit], bool, Apply]]) -> None:
    """People act, something happens, files change, a plan is made or not; after each apply all of that holds."""
    with life() as project:
        for acted, happens, edited, planned, how in rounds:
            for act in acted:
                project.act(act)
            happen(project, happens)
            for edit in edited:
                project.declare(edit.of(project.files))
            if planned:
                project.plan()
            before = project.posts()
            if done := project.apply(how):
                hold(project, how, before, *done)


def happen(project: Life, what: str) -> None:
    """Time passes, or the record goes."""
    if "state" in what:
        project.forget(1 if "older" in what else None)
    elif what:
        project.project.sandbox.clock.advance(hours={"an hour": 1, "five hours": 5, "a day": 24}[what])


def hold(project: Life, how: Apply, before: dict[str, dict[str, Any]], plan: str, ran: Ran) -> None:
    """Hold what an apply did against the promises."""
    after, said = project.posts(), f"{how}\n{ran.out}{ran.err}"
    assert ran.code in {0, 1, 3}, said
    written = [id_ for id_ in after if id_ not in before or _public(after[id_]) != _public(before[id_])]
    gone = before.keys() - after.keys()
    _nobodys_own(project, before, after, said)
    for id_ in written:
        if how.option != "--recreate":  # that is a person's word
            _said_once(project, id_, before, after, said)
        assert id_ not in before or not _is_theirs(before[id_]) or how.option == "--reapply", said
    if plan:
        _as_planned(project.changes(plan), [after[each] for each in written], before, gone, said)
    if how.how == "files" and how.option != "--target":
        again = project.project("plan", "--detailed-exitcode", *([how.option] if "=" in how.option else ()))
        assert again.code == 0, said + again.out
        if ran.code == 0 and not ran.err and not project.lost:
            ours = [p for p in after.values() if p["id"] not in project.theirs | project.touched]
            goes_out = {(project.channel(post), post["text"]) for post in ours if post["status"] == "scheduled"}
            assert goes_out <= set(project.wanted()), said


def _public(post: dict[str, Any]) -> tuple[Any, ...]:
    """What an edit would change; a post goes out, and a queue moves, by themselves."""
    return post["text"], post["status"] == "draft", post["dueAt"] if post["isCustomScheduled"] else None


def _said_once(
    project: Life, id_: str, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], said: str
) -> None:
    """No other post of the channel has the words that this one got; an edit is not held against what people wrote."""
    says = after[id_]["channelId"], after[id_]["text"]
    if id_ in before and before[id_]["text"] == says[1]:
        return
    others = [each["id"] for each in after.values() if (each["channelId"], each["text"]) == says and each["id"] != id_]
    assert not [each for each in others if each not in project.theirs or id_ not in before], said


def _is_theirs(post: dict[str, Any]) -> bool:
    """Whether somebody has changed its words or its time in Buffer."""
    return post["text"].startswith(THEIRS) or str(post["dueAt"]).startswith(THEIR_DAY)


def _nobodys_own(project: Life, before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], said: str) -> None:
    for id_ in project.theirs & before.keys():
        assert id_ in after, said
        assert after[id_]["updatedAt"] == before[id_]["updatedAt"] or after[id_]["status"] != before[id_]["status"], (
            said
        )


def _as_planned(
    changes: list[dict[str, Any]],
    written: list[dict[str, Any]],
    before: dict[str, dict[str, Any]],
    gone: set[str],
    said: str,
) -> None:
    """Each post that was written, and each that is gone, is of a change of the plan."""
    for post in written:
        actions = {"update"} if post["id"] in before else {"create", "waiting"}
        agreed = [each for each in changes if each["action"] in actions and each["after"]["text"] == post["text"]]
        agreed = [each for each in agreed if each["channel_id"] == post["channelId"]]
        agreed = [each for each in agreed if each["id"] == post["id"] or post["id"] not in before]
        at = [each["after"]["due_at"] for each in agreed]
        assert agreed, said
        assert not post["isCustomScheduled"] or post["dueAt"].replace(".000", "") in at, said
    deleted = {each["id"] for each in changes if each["action"] == "delete"}
    assert gone <= deleted, said
