"""Rules of the team's own: what stands under `policy:` in the root file (docs/policy.md).

How late a post may be new (`minimum_lead`) is a rule here too, but judged by plan: only plan knows what is new.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bufferctl.checks.finding import Finding, Related, Rule
from bufferctl.checks.forbidden import Forbidden
from bufferctl.checks.said import Link, links, normal_host, said, split, within
from bufferctl.diagnostics import Severity
from bufferctl.model import Channel, Desired, Post
from bufferctl.model.policy import MINIMUM_LEAD, Freeze, Policy, Utm

_SOURCE = "your own `policy`"

FREEZE = Rule(
    "BC201",
    "policy-freeze",
    Severity.ERROR,
    "a post is due in a time that `freeze` names",
    "it would go out when your team has agreed to be silent",
    "give it another time, or change `freeze` under `policy`",
    _SOURCE,
)
LINK_DOMAIN = Rule(
    "BC202",
    "policy-link-domain",
    Severity.ERROR,
    "a link leads to a site that `link_domains` does not name",
    "readers would be led to where your team has agreed not to lead them",
    "link to another site, or add this one to `link_domains` under `policy`",
    _SOURCE,
)
UTM = Rule(
    "BC203",
    "policy-utm",
    Severity.ERROR,
    "a link to a site of `utm` lacks a parameter",
    "visits that come from the post cannot be told from others",
    "add the parameter to the link",
    _SOURCE,
)
FORBIDDEN = Rule(
    "BC204",
    "policy-forbidden-word",
    Severity.ERROR,
    "a text has one of the `forbidden_words`",
    "your team has agreed not to say it",
    "say it in other words",
    _SOURCE,
)
PER_DAY = Rule(
    "BC205",
    "policy-posts-per-day",
    Severity.ERROR,
    "a channel has more posts on a day than `posts_per_day` allows",
    "readers get more than your team has agreed on",
    "give one of them another day",
    _SOURCE,
)
LEAD = Rule(
    MINIMUM_LEAD,
    "policy-minimum-lead",
    Severity.ERROR,
    "a post is new or changed less than `minimum_lead` before its time; plan finds it, and holds the post",
    "nobody has had the time to look at it that your team has agreed on",
    "give it a later time",
    _SOURCE,
)
TAG = Rule(
    "BC207",
    "policy-tag-missing",
    Severity.ERROR,
    "a post lacks one of the `required_tags`",
    "it is missing where your team looks for posts by their tags",
    "add the tag to `tags`",
    _SOURCE,
)

RULES = (FREEZE, LINK_DOMAIN, UTM, FORBIDDEN, PER_DAY, LEAD, TAG)


def policy_findings(desired: Desired, now: datetime | None) -> Iterator[Finding]:
    """Where posts do not keep to the policy. What is out by `now` is not judged: nothing can be done about it."""
    policy = desired.settings.policy
    if policy == Policy():
        return
    posts = [post for post in desired.posts if not post.cancelled]
    ahead = [post for post in posts if now is None or post.due_at is None or post.due_at > now]
    zones = {(channel.organization, channel.label): channel.timezone for channel in desired.channels}
    yield from _of_each(ahead, policy)
    if policy.per_day is not None or policy.posts_per_day:
        judged = {id(post) for post in ahead}
        yield from (each for each in _per_day(posts, policy, zones) if id(each.item) in judged)


def _of_each(posts: Iterable[Post], policy: Policy) -> Iterator[Finding]:
    allowed = tuple(map(normal_host, policy.link_domains))
    utm = [(tuple(map(normal_host, each.domains)), each.parameters) for each in policy.utm]
    forbidden = Forbidden.of(policy.forbidden_words) if policy.forbidden_words else None
    for post in posts:
        if post.due_at and not post.draft and (freeze := policy.frozen(post.due_at, post.address.channel)):
            yield Finding(FREEZE, post, ("due_at",), _frozen(freeze))
        for link in links(post) if allowed or utm else ():
            yield from _of_link(post, link, allowed, utm)
        for each in said(post) if forbidden else ():
            yield from _words(post, each, forbidden)
        for tag in policy.required_tags:
            if tag not in post.tags:
                yield Finding(TAG, post, ("tags",), f"this has no tag `{tag}`, which every post must have")
