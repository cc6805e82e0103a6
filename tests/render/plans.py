"""Plans of a campaign of 115 posts in several situations, to measure and compare what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bufferctl.checks import worth_a_look
from bufferctl.config import load
from bufferctl.model import (
    CreatePost,
    DeletePost,
    DraftPost,
    EditPost,
    Likeness,
    LivePost,
    Post,
    PostStatus,
    Settings,
    ShareMode,
    State,
    instant,
)
from bufferctl.model.state import QUEUE
from bufferctl.plan import Action, Cause, Change, Difference, GoesOut, Plan, Suspension
from bufferctl.reconcile import holds, offline
from bufferctl.reconcile.matches import Suspect
from bufferctl.render.report import Report
from bufferctl.render.words import is_at_once

#: A root file with three networks.
THREE_NETWORKS = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
      - {service: bluesky, name: acme.bsky.example}
"""

CAMPAIGN = Path(__file__).parent / "files" / "campaign"
NOW = datetime(2029, 12, 20, 8, tzinfo=UTC)


def plan_at(folder: Path, now: datetime = NOW) -> Plan:
    """The plan of files that nobody has applied."""
    loaded = load(None, folder)
    assert loaded.desired is not None, loaded.diagnostics
    return offline(loaded.desired, State(), endpoint="https://api.buffer.com", now=now)


def report_of(plan: Plan) -> Report:
    """The report of a plan, with what is worth a look."""
    return Report(plan, worth_a_look=worth_a_look(plan, Settings()), page="plan.html")


def campaign() -> Report:
    """115 new posts."""
    return report_of(plan_at(CAMPAIGN))


def moved() -> Report:
    """All of them a day later."""
    plan = plan_at(CAMPAIGN)
    return report_of(replace(plan, changes=tuple(_moved(plan.changes))))


def _moved(changes: tuple[Change, ...]) -> Iterator[Change]:
    for change in changes:
        post, due = change.desired, change.due_at
        assert isinstance(post, Post)
        assert due is not None
        before = due - timedelta(days=1)
        live = LivePost(change.slot.key, change.slot.channel_id, PostStatus.SCHEDULED, post.text, NOW, before)
        differences = (Difference("due_at", before.astimezone(UTC).isoformat(), due.isoformat()),)
        write = EditPost(live.id, post, change.slot.channel_id, reschedule=True)
        if not post.is_counted:
            yield replace(change, action=Action.NO_OP, cause=Cause.UNCHANGED, live=live, write=None)
            continue
        yield replace(change, action=Action.UPDATE, cause=Cause.EDITED, live=live, write=write, differences=differences)


def two() -> Report:
    """The first two entries."""
    plan = plan_at(CAMPAIGN)
    return report_of(replace(plan, changes=tuple(c for c in plan.changes if c.address.key in {"teaser", "launch"})))


def held() -> Report:
    """One cause for all of them: the state was lost."""
    plan = plan_at(CAMPAIGN)
    return report_of(replace(plan, changes=tuple(_held(plan.changes))))


def _held(changes: tuple[Change, ...]) -> Iterator[Change]:
    for number, change in enumerate(changes):
        assert isinstance(change.desired, Post)
        text, channel = change.desired.text, change.slot.channel_id
        there = LivePost(f"post-{number}", channel, PostStatus.SCHEDULED, text, NOW, is_custom_scheduled=True)
        yield holds.ambiguous(Likeness.SAME_TEXT, [Suspect.of(there)], None).on(change)


def thousand() -> Report:
    """A year of it: 1,000 new posts."""
    plan = plan_at(CAMPAIGN)
    found: list[Change] = []
    for round_ in range(9):
        for change in plan.changes:
            post = change.desired
            assert isinstance(post, Post)
            assert post.due_at is not None
            later = replace(
                post,
                due_at=post.due_at + timedelta(days=42 * round_),
                address=replace(post.address, key=f"r{round_}-{post.address.key}"),
                place=replace(post.place, file=f"posts/atlas-{round_}.yaml"),
            )
            slot = change.slot._replace(key=later.address.key)
            found.append(replace(change, desired=later, address=later.address, slot=slot))
    return report_of(replace(plan, changes=tuple(found[:1000])))


def mixed() -> Report:
    """A busy push: four causes, one post at once, three deletes, five changes, the rest new."""
    late = holds.missed(timedelta(minutes=2), edited=False, counted=True)
    return _with(
        {
            "teaser": _at_once,
            "launch": _conflict,
            "story": _perhaps_there,
            "tip-1": late.on,
            "tip-2": late.on,
            "question-1": holds.DELETED_IN_BUFFER.on,
            **dict.fromkeys(["portrait-1", "portrait-2", "portrait-3"], _deleted),
            **dict.fromkeys([f"question-{number}" for number in range(2, 7)], _edited),
        }
    )


def reworked() -> Report:
    """Two causes, each on one entry, and two or three of everything else; nothing beside them."""
    return _with(
        {
            "teaser": lambda change: change,
            "launch": _conflict,
            "story": _perhaps_there,
            **dict.fromkeys(["portrait-1", "portrait-2"], _deleted),
            **dict.fromkeys(["question-2", "question-3", "tip-2"], _edited),
            **dict.fromkeys(["question-4", "tip-4"], lambda change: change),
        },
        with_rest=False,
    )


def cleared() -> Report:
    """No cause: six deletes, seven changes, two at once and the rest new."""
    return _with(
        {
            **dict.fromkeys(["teaser", "story"], _at_once),
            **dict.fromkeys([f"portrait-{number}" for number in range(1, 7)], _deleted),
            **dict.fromkeys([f"tip-{number}" for number in range(1, 8)], _edited),
        }
    )


def crowded() -> Report:
    """More causes, deletes and changes than are open, and as much that is worth a look as there can be."""
    late = holds.missed(timedelta(minutes=2), edited=False, counted=True)
    found = _with(
        {
            "teaser": _at_once,
            "launch": _conflict,
            "story": _perhaps_there,
            "question-1": holds.DELETED_IN_BUFFER.on,
            "tip-1": late.on,
            "tip-2": holds.NOT_READ.on,
            "tip-3": holds.DISCONNECTED.on,
            **dict.fromkeys([f"portrait-{number}" for number in range(1, 8)], _deleted),
            **dict.fromkeys([f"question-{number}" for number in range(2, 9)], _edited),
        }
    )
    return replace(found, worth_a_look=thousand().worth_a_look)


def extreme() -> Report:
    """The same, and everything else moves."""
    found = crowded()
    those = [c for c in found.plan.changes if c.action is Action.CREATE and not is_at_once(c)]
    moved = dict(zip(map(id, those), _moved(tuple(those)), strict=True))
    changes = tuple(moved.get(id(each), each) for each in found.plan.changes)
    return replace(found, plan=replace(found.plan, changes=changes))


def suspended() -> Report:
    """All of them become drafts, and nine posts of others still go out, one of them once it is approved."""
    plan = plan_at(CAMPAIGN)
    channels = list(plan.channels)
    others = tuple(
        GoesOut(f"p{n}", channels[n % 3], NOW + timedelta(hours=5 * n), f"A person's own post about the week, {n}")
        for n in range(8)
    )
    waits = GoesOut("p9", channels[0], NOW + timedelta(days=3), "A partner's post", awaits_approval=True)
    reason = "Earthquake in Portugal; ask Dana before posting"
    suspension = Suspension((reason,), (), (*others, waits), ("Acme/threads:acme",))
    changes = tuple(map(_taken_off, plan.changes))
    return report_of(replace(plan, changes=changes, suspension=suspension))


def _taken_off(change: Change) -> Change:
    post = change.desired
    assert isinstance(post, Post)
    live = _live(change, post.text)
    taken_from = instant(change.due_at) or QUEUE
    write = DraftPost(live.id, post, change.slot.channel_id, taken_from=taken_from)
    return replace(change, action=Action.UPDATE, cause=Cause.SUSPENDED, live=live, write=write)


def errors() -> Report:
    """Files with eight errors, so that there is no plan."""
    found = load(None, Path(__file__).parent / "files" / "mistaken").diagnostics
    return Report(Plan(NOW, endpoint=""), found, is_planned=False)


def _with(by_key: dict[str, Callable[[Change], Change]], *, with_rest: bool = True) -> Report:
    """The campaign, of which the posts with these keys are changed in these ways."""
    plan = plan_at(CAMPAIGN)
    found = (by_key.get(c.address.key, (lambda change: change) if with_rest else None) for c in plan.changes)
    changes = tuple(way(change) for way, change in zip(found, plan.changes, strict=True) if way)
    return report_of(replace(plan, changes=changes))


def _live(change: Change, text: str) -> LivePost:
    post = change.desired
    assert isinstance(post, Post)
    status, due = PostStatus.SCHEDULED, change.due_at
    return LivePost(change.slot.key, change.slot.channel_id, status, text, NOW, due)


def _edited(change: Change) -> Change:
    """Two words of its text change."""
    post = change.desired
    assert isinstance(post, Post)
    before = f"Almost: {post.text}!"
    live = _live(change, before)
    write = EditPost(live.id, post, change.slot.channel_id, reschedule=False)
    differences = (Difference("text", before, post.text),)
    return replace(change, action=Action.UPDATE, cause=Cause.EDITED, live=live, write=write, differences=differences)


def _conflict(change: Change) -> Change:
    edited = _edited(change)
    assert edited.desired is not None
    return holds.changed(edited.desired, edited.differences, holds.conflict(None), can_send=True).on(edited)


def _deleted(change: Change) -> Change:
    post = change.desired
    assert isinstance(post, Post)
    live = _live(change, post.text)
    write = DeletePost(live.id, change.slot.channel_id)
    return replace(change, action=Action.DELETE, cause=Cause.REMOVED, desired=None, live=live, write=write)


def _at_once(change: Change) -> Change:
    assert isinstance(change.desired, Post)
    post = replace(change.desired, mode=ShareMode.SHARE_NOW)
    return replace(change, desired=post, write=CreatePost(post, change.slot.channel_id))


def _perhaps_there(change: Change) -> Change:
    return next(_held((change,)))


PLANS: dict[str, Callable[[], Report]] = {
    "campaign": campaign,
    "moved": moved,
    "two": two,
    "held": held,
    "thousand": thousand,
    "mixed": mixed,
    "reworked": reworked,
    "cleared": cleared,
    "crowded": crowded,
    "extreme": extreme,
    "suspended": suspended,
}


def many(folder: Path, number: int) -> Report:
    """New posts of an entry each, on one channel, with texts of a usual length."""
    sentences = (
        "Every post of this week was reviewed in a pull request before it went anywhere near the queue.",
        "The console shows requests a minute, and now also which of them you paid for: https://acme.example/console",
        "It took three people, two rewrites and one very long train ride to get here.",
    )
    start = datetime(2030, 1, 1, 9, tzinfo=UTC)
    posts = "".join(
        f"  - key: p{each:05}\n    channels: [linkedin]\n    due_at: {start + timedelta(hours=each):%Y-%m-%d %H:%M}\n"
        f"    text: |\n      Number {each}: {sentences[each % 3]}\n      {sentences[(each + 1) % 3]}\n"
        f"      {sentences[(each + 2) % 3]}\n"
        for each in range(number)
    )
    channel = "organizations: [{name: Acme, channels: [{service: linkedin, name: acme-inc}]}]"
    (folder / "buffer.yaml").write_text(f"version: 1\ntimezone: UTC\n{channel}\nposts:\n{posts}", encoding="utf-8")
    return Report(plan_at(folder))
