"""The team's own rules: `policy:` in the root file (docs/run/policy.md).

`minimum_lead` is a rule here too, but plan judges it, because only plan knows which posts are new.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from bufferctl.checks.finding import Finding, RelatedItem, Rule, few
from bufferctl.checks.visible import Link, link_spans, links, visible_texts, without
from bufferctl.diagnostics import Severity, some_of
from bufferctl.model import Channel, Desired, Policy, Post, dates
from bufferctl.model.desired import FREEZE, MINIMUM_LEAD
from bufferctl.model.plain_text import normal_host, split, within, without_invisible

if TYPE_CHECKING:
    import regex


#: Apostrophes that mean the same.
_PLAIN = str.maketrans({"\u2019": "'", "\u02bc": "'"})


@lru_cache(maxsize=128)
def forbidden_in(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The forbidden words of a text as they are written there, each once, except in links and account names."""
    if not _pattern(words).search(_plain(text)):  # most texts have none
        return ()
    text = without(text, link_spans(text))
    return tuple(dict.fromkeys(match[0] for match in _pattern(words).finditer(_plain(text))))


def _plain(text: str) -> str:
    """The text without invisible characters, with bold, full-width and decomposed letters as plain ones."""
    return unicodedata.normalize("NFKC", without_invisible(text)).translate(_PLAIN)


@cache
def _pattern(words: tuple[str, ...]) -> regex.Pattern[str]:
    """The words, longest first. A word ends where Unicode ends it, which also works for languages without spaces."""
    import regex

    spaced = (r"\s+".join(map(regex.escape, _plain(word).split())) for word in sorted(words, key=len, reverse=True))
    flags = regex.IGNORECASE | regex.FULLCASE | regex.WORD | regex.VERSION1
    return regex.compile(rf"(?<!@)\b(?:{'|'.join(spaced)})\b", flags)


def _agreed(code: str, name: str, summary: str, why: str, hint: str) -> Rule:
    return Rule(code, name, Severity.ERROR, summary, why, hint, "your own `policy`")


FROZEN = _agreed(
    FREEZE,
    "policy-freeze",
    "a post is due during a freeze; if it is already in Buffer, plan asks what to do with it",
    "it would go out when your team has agreed not to post",
    "give it another time. If it is meant to go out all the same, add `freeze: false`",
)
LINK_DOMAIN = _agreed(
    "BC202",
    "policy-link-domain",
    "a link leads to a site that `link_domains` does not name",
    "your team has agreed not to link there",
    "link to another site, or add this one to `link_domains` under `policy`",
)
UTM = _agreed(
    "BC203",
    "policy-utm",
    "a link to a site of `utm` lacks a parameter",
    "visits from the post cannot be attributed to it",
    "add the parameter to the link",
)
FORBIDDEN = _agreed(
    "BC204",
    "policy-forbidden-word",
    "a text has one of the `forbidden_words`",
    "your team has agreed not to use it",
    "use other words",
)
PER_DAY = _agreed(
    "BC205",
    "policy-posts-per-day",
    "a channel has more posts on a day than `posts_per_day` allows",
    "readers get more posts than your team has agreed on",
    "give one of them another day",
)
LEAD = _agreed(
    MINIMUM_LEAD,
    "policy-minimum-lead",
    "a post is new or changed less than `minimum_lead` before its time; `plan` holds the post",
    "reviewers would have less time than your team has agreed on",
    "give it a later time",
)
SPACING = _agreed(
    "BC208",
    "policy-spacing",
    "two posts on one channel are closer than `spacing`",
    "the posts compete for readers; your team has agreed on a larger distance",
    "move one of them",
)
TAG = _agreed(
    "BC207",
    "policy-tag-missing",
    "a post lacks one of the `required_tags`",
    "your team cannot find it by its tags",
    "add the tag to `tags`",
)


def policy_findings(desired: Desired, now: datetime | None) -> Iterator[Finding]:
    """The findings about policy. Posts published by `now` are not judged, since nothing can be done about them."""
    policy = desired.settings.policy
    if policy == Policy():
        return
    posts = [post for post in desired.posts if not post.cancelled]
    ahead = [post for post in posts if now is None or post.due_at is None or post.due_at > now]
    allowed = {normal_host(domain) for domain in policy.link_domains}
    utm = [(tuple(map(normal_host, each.domains)), each.parameters) for each in policy.utm]
    for post in ahead:
        yield from _of_post(post, policy)
        if allowed or utm:
            yield from few(_of_links(post, allowed, utm, some_of(policy.link_domains, 5)))
    if policy.per_day is not None or policy.posts_per_day:
        judged = {id(post) for post in ahead}
        yield from (each for each in _too_many(posts, policy, desired.channels) if id(each.item) in judged)


def _of_post(post: Post, policy: Policy) -> Iterator[Finding]:
    is_free = post.draft or post.suspended or not post.freeze
    if post.due_at and not is_free and (freeze := policy.frozen(post.due_at, post.address.channel)):
        message = f"this is due during a freeze{freeze.aside}: {_span(freeze.start, freeze.end)}"
        yield Finding(FROZEN, post, ("due_at",), message)
    for tag in policy.required_tags:
        if tag not in post.tags:
            message = f"this has no tag `{tag}`, which every post must have"
            yield Finding(TAG, post, ("tags",), message, f"add `{tag}` to `tags`")
    if not policy.forbidden_words:
        return
    for each in visible_texts(post):
        if each.is_link:
            continue
        for word in forbidden_in(each.text, policy.forbidden_words):
            quote = word if word in each.text else ""
            message = f"`{word}` is one of the words that your team has agreed not to use"
            yield Finding(FORBIDDEN, post, each.path, message, quote=quote)


def _span(start: datetime, end: datetime) -> str:
    """`24 Dec 2026 to 1 Jan 2027` where both are whole days, else with times."""
    first = dates.day(start, weekday=False)
    if start.date() == end.date():
        return f"{first} {dates.clock(start)} to {dates.clock(end)}"
    if start.time() == end.time() == time():
        last = dates.day(end - timedelta(days=1), weekday=False)
        return first if first == last else f"{first} to {last}"
    return f"{first} {dates.clock(start)} to {dates.day(end, weekday=False)} {dates.clock(end)}"


def _of_links(post: Post, allowed: Collection[str], utm: Iterable[_Utm], sites: str) -> Iterator[Finding]:
    """`allowed`, `utm`: hosts as `normal_host` writes them; `sites`: those that are allowed, for people."""
    for link in links(post):
        if allowed and not any(within(link.host, domain) for domain in allowed):
            message = f"the link leads to {link.host or 'nowhere'}, and posts may link to {sites} only"
            yield Finding(LINK_DOMAIN, post, link.path, message, quote=link.url)
        if missing := _missing(link, utm):
            names = " and no ".join(f"`{name}`" for name in missing)
            message = f"the link has no {names}, so visits that come through it cannot be attributed"
            yield Finding(UTM, post, link.path, message, f"write {_with(link.url, missing)}", link.url)


def _missing(link: Link, utm: Iterable[_Utm]) -> list[str]:
    wanted = [name for domains, names in utm if any(within(link.host, each) for each in domains) for name in names]
    parts = split(link.url) if wanted else None
    given = {name for name, value in parse_qsl(parts.query) if value} if parts else set()
    return [name for name in dict.fromkeys(wanted) if name not in given]


#: Domains, and the parameters that a link to one of them must have.
_Utm = tuple[tuple[str, ...], tuple[str, ...]]


def _with(url: str, parameters: list[str]) -> str:
    """The link with parameters added, their values left open; the same for parameters without a value."""
    base, mark, fragment = url.partition("#")
    base, _, query = base.partition("?")
    kept = [part for part in query.split("&") if part and part.removesuffix("=") not in parameters]
    return f"{base}?{'&'.join([*kept, *(f'{name}=…' for name in parameters)])}{mark}{fragment}"


def _too_many(posts: Iterable[Post], policy: Policy, channels: Iterable[Channel]) -> Iterator[Finding]:
    """The posts of each channel and day beyond what is allowed, the later ones, by the channel's clock."""
    named = {(each.organization, each.label): each.timezone for each in channels if each.timezone}
    zones = {home: ZoneInfo("UTC" if zone == "Z" else zone) for home, zone in named.items()}
    days: dict[tuple[str, str, date], list[tuple[datetime, Post]]] = defaultdict(list)
    for post in posts:
        if post.due_at is not None and not post.draft:
            home = post.address.organization, post.address.channel
            local = post.due_at.astimezone(zones.get(home) or post.due_at.tzinfo)
            days[*home, local.date()].append((local, post))
    for (_, channel, _), there in days.items():
        most = policy.most_per_day(channel)
        if most is None or len(there) <= most:
            continue
        there.sort(key=lambda each: each[0])
        for number, (local, post) in enumerate(there[most:], start=most + 1):
            message = f"this is post {number} of {dates.day(local)} on {channel}, and at most {most} a day may go out"
            related = (RelatedItem(there[most - 1][1], "the last that fits"),)
            yield Finding(PER_DAY, post, ("due_at",), message, related=related)
