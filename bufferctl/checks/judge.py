"""Applies every rule to everything that is declared, at the levels that the files set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from bufferctl.checks import (
    attachments,
    fields,
    file_limits,
    look_at_networks,
    look_at_texts,
    look_at_times,
    mentions,
    neighbours,
    phrasing,
    team_rules,
    texts,
    wrong_year,
)
from bufferctl.checks.finding import Finding, Rule
from bufferctl.model import NETWORKS, Address, Desired, Post, Settings
from bufferctl.value import replace

_MODULES = (
    texts,
    attachments,
    fields,
    phrasing,
    mentions,
    neighbours,
    team_rules,
    file_limits,
    look_at_networks,
    look_at_texts,
    look_at_times,
    wrong_year,
)
_FOUND = {rule for module in _MODULES for rule in vars(module).values() if isinstance(rule, Rule)}
#: Every rule, by code. A network's own numbers are in `NETWORKS`.
RULES: tuple[Rule, ...] = tuple(sorted(_FOUND, key=lambda rule: rule.code))

#: Rules whose findings depend on the account: on its limits, and on what is in Buffer already.
LEFT_TO_PLAN = texts.ACCOUNT_KNOWS | {team_rules.FROZEN}

#: How long after its time a post is past: it went out or never will, so a finding would not help.
PAST = timedelta(days=1)


def check(desired: Desired, *, now: datetime | None = None) -> tuple[Finding, ...]:
    """The findings of all rules, in file order of the posts, rule by rule.

    `now`: posts that were due more than a day before are not judged; None judges all. Cancelled posts are never judged.
    """
    timed = [(post, post.due_at.timestamp() if post.due_at else None) for post in desired.posts if not post.cancelled]
    since = (now - PAST).timestamp() if now else None
    ahead = [post for post, at in timed if since is None or at is None or at >= since]
    accounts = texts.accounts_of(ahead, desired.channels)
    takes_files = desired.settings.media is not None
    found = [finding for post in ahead for finding in of_post(post, accounts, takes_files=takes_files)]
    for idea in [each for each in desired.ideas if not each.cancelled]:
        found += (*attachments.address_findings(idea, takes_files=takes_files), *file_limits.file_findings(idea))
    found += mentions.mention_findings(ahead, desired.settings.handles)
    found += neighbours.neighbour_findings(timed, now, since, desired.settings.policy.spacing)
    found += wrong_year.wrong_year_findings(timed, now, desired.settings.managed_since)
    found += team_rules.policy_findings(desired, now)
    return tuple(at_levels(found, desired.settings))


def of_post(post: Post, accounts: texts.Accounts, *, takes_files: bool) -> list[Finding]:
    """The findings in one post, by its network's own limits, in the order of the modules of rules."""
    if not NETWORKS[post.service].takes_posts:
        return [*fields.field_findings(post)]
    return [
        *texts.text_findings(post, accounts),
        *attachments.media_findings(post),
        *attachments.address_findings(post, takes_files=takes_files),
        *(finding for findings in _OF_POST for finding in findings(post)),
    ]


#: What else is checked of each post by itself, in the order of the findings.
_OF_POST: tuple[Callable[[Post], Iterable[Finding]], ...] = (
    phrasing.alt_text_findings,
    file_limits.file_findings,
    phrasing.plain_findings,
    fields.field_findings,
)


def check_lengths(desired: Desired, max_characters: Mapping[Address, int], now: datetime) -> tuple[Finding, ...]:
    """The findings about lengths of texts, for posts whose account may know a better limit than the table.

    What was due before `now` is history.
    """
    varying = {service for service, row in NETWORKS.items() if row.paid or row.text_varies}
    accounts = texts.accounts_of(desired.posts, desired.channels)
    found: list[Finding] = []
    for post in desired.posts:
        is_history = post.due_at is not None and post.due_at < now - PAST
        if post.service not in varying or post.cancelled or is_history:
            continue
        is_known = post.address in max_characters
        of_post = texts.text_findings(post, accounts, max_characters.get(post.address))
        found += [finding for finding in of_post if is_known or finding.rule in texts.ACCOUNT_KNOWS]
    return tuple(at_levels(found, desired.settings))


def at_levels(found: Iterable[Finding], settings: Settings) -> Iterator[Finding]:
    """The findings at the levels that the files set (`off`, `warning`, `error`), without those that are off."""
    for finding in found:
        level = settings.level_of(finding.rule.code, finding.severity)
        if level:
            yield finding if level == finding.severity else replace(finding, level=level)
