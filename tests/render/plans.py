"""Plans of a campaign of 115 posts in several situations, to measure and compare what people read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bufferctl.checks import worth_a_look
from bufferctl.config import load
from bufferctl.model import EditPost, LivePost, Post, PostStatus
from bufferctl.model.state import State
from bufferctl.plan import Action, Cause, Change, Difference, Plan, Reason
from bufferctl.reconcile.offline import offline
from bufferctl.render.report import Report

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
    return Report(plan, worth_a_look=worth_a_look(plan, {}), page="plan.html")


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
        live = LivePost(change.slot.key, change.slot.channel_id, PostStatus.SCHEDULED, post.text, NOW, NOW, before)
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
        yield replace(
            change,
            action=Action.HOLD,
            write=None,
            reason=Reason.AMBIGUOUS,
            message=f"Buffer already has one with this text ('{change.desired.text[:20]}', scheduled), so it may be "
            "there already",
            hint=f"If it is the same, run `bufferctl import {change.address} post-{number}`. If both are meant, write "
            f"`repeat_of: post-{number}`.",
        )


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


PLANS: dict[str, Callable[[], Report]] = {
    "campaign": campaign,
    "moved": moved,
    "two": two,
    "held": held,
    "thousand": thousand,
}
