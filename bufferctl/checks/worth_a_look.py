"""Mistakes that a reviewer of a plan could overlook. Each is a line in what people read, never a hold or an error.

Each sub-name of the rule is about changes in Buffer, and names the entry once with the numbers of its occurrences.
Changes are compared with everything that the files declare, and each post is looked at once, so no pairs of all posts
are compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from bufferctl.checks import look_at_networks as networks
from bufferctl.checks import look_at_texts as texts
from bufferctl.checks import look_at_times as times
from bufferctl.checks.sights import WORTH_A_LOOK, Declared, Groups, Sight, SightedPost
from bufferctl.diagnostics import Diagnostic, Kind, Severity
from bufferctl.model import Post, Settings
from bufferctl.model.entries import Occurrence, named, occurrence_of

if TYPE_CHECKING:
    from bufferctl.plan import Plan


def worth_a_look(plan: Plan, settings: Settings) -> tuple[Diagnostic, ...]:
    """The lines for a plan, the likeliest mistakes first, with the addresses that each is about."""
    groups = _groups(plan)
    if not groups or settings.level_of(WORTH_A_LOOK) is None:
        return ()
    declared = _declared(plan)
    several = {occurrence: versions for occurrence, versions in groups.items() if len(versions) > 1}
    zones = {id_: channel.zone for id_, channel in plan.channels.items() if channel.timezone}
    hosts = [*networks.almost_hosts(groups)]
    found = chain(
        texts.placeholders(groups),
        hosts,
        times.wrong_days(groups, declared),
        networks.differing_links(several, frozenset(each.kind for each in hosts)),
        networks.differing_pictures(several),
        networks.missing_pictures(groups, declared),
        times.night_hours(groups, declared, zones),
        texts.other_networks(groups),
        texts.swapped_hashtags(groups, declared),
        texts.nearly_same(groups, declared),
        texts.watched(groups, settings.policy.watch),
        times.other_weekdays(groups),
        times.close_to_others(groups, plan.beside),
        networks.lost_comments(groups),
    )
    lines: dict[tuple[str, Occurrence | None, str], list[Sight]] = {}
    for sight in (each for each in found if settings.level_of(each.rule.code)):
        entry = None if sight.is_for_all else sight.occurrence._replace(number=0)
        lines.setdefault((sight.rule.code, entry, sight.kind), []).append(sight)
    return tuple(_line(sights, groups) for sights in lines.values())


def _groups(plan: Plan) -> Groups:
    from bufferctl.plan import Action  # checking files needs the rules, but no plan

    groups: dict[Occurrence, list[SightedPost]] = {}
    for change in plan.of(Action.CREATE, Action.UPDATE, Action.WAITING):
        if isinstance(post := change.desired, Post):
            paths = frozenset(each.path.partition(".")[0] for each in change.differences)
            before = next((each.before for each in change.differences if each.path == "due_at"), None)
            was_due = datetime.fromisoformat(before).astimezone(post.due_at.tzinfo) if before and post.due_at else None
            version = SightedPost(change, post, was_due, paths if change.action is Action.UPDATE else None)
            groups.setdefault(occurrence_of(change.address, post), []).append(version)
    return groups


def _declared(plan: Plan) -> Declared:
    found: dict[str, list[tuple[Occurrence, Post]]] = {}
    for change in plan.changes:
        post = change.desired
        if isinstance(post, Post) and not post.cancelled:
            found.setdefault(change.slot.channel_id, []).append((occurrence_of(change.address, post), post))
    return found


def _line(sights: Sequence[Sight], groups: Groups) -> Diagnostic:
    first = sights[0]
    name = named(sight.occurrence for sight in sights)
    detail = first.detail
    if len({sight.detail for sight in sights}) > 1:
        detail = first.kind if first.is_for_all else f"{detail} ({first.occurrence.name})"
    about = dict.fromkeys(str(each.change.address) for sight in sights for each in groups[sight.occurrence])
    place = first.occurrence.place
    return Diagnostic(
        Severity.WARNING,
        f"`{name}`: {detail}",
        place,
        code=first.rule.code,
        kind=Kind.WORTH_A_LOOK,
        addresses=tuple(about),
    )
