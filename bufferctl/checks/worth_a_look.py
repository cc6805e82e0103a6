"""What a reviewer of a plan could overlook: a line in what people read, never a hold and never a problem of a file.

Each rule is about what changes in Buffer; it names the entry with its numbers, once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from bufferctl.checks.finding import Rule
from bufferctl.checks.neighbours import TOO_CLOSE
from bufferctl.diagnostics import Diagnostic, Severity, all_of
from bufferctl.model import Post
from bufferctl.model.entries import Occurrence, named, occurrence_of
from bufferctl.model.metadata import thread_of
from bufferctl.model.networks import NETWORKS
from bufferctl.model.plain_text import LINK, host_of, trimmed, without_parameters

if TYPE_CHECKING:
    from bufferctl.plan import Beside, Change, Plan

#: How many lines people get.
MOST = 6
#: Posts of a channel that are closer than this are worth a look.
CLOSE = timedelta(minutes=10)

_SOURCE = "mistakes that reviews missed"


def _rule(code: str, name: str, summary: str, why: str, hint: str) -> Rule:
    return Rule(code, name, Severity.WARNING, summary, why, hint, _SOURCE)


LINKS_DIFFER = _rule(
    "BC401",
    "links-differ",
    "the networks of an entry link to different pages",
    "usually one of the links was forgotten when the other was changed",
    "use one link, or a variable, in all texts of the entry",
)
PICTURES_DIFFER = _rule(
    "BC402",
    "pictures-differ",
    "an entry has a picture on some networks and none, or another one, on others",
    "`assets` under `overrides` replace those of the entry, so a picture is easily lost",
    "add the picture under `overrides`, too",
)
ALMOST_A_HOST = _rule(
    "BC403",
    "almost-a-host",
    "a link leads to a host that differs by a letter or two from the one of the other posts",
    "it is probably a typing mistake, and readers end up elsewhere",
    "correct the host",
)
WRONG_DAY = _rule(
    "BC404",
    "wrong-day",
    "a text names a day that does not fit the date beside it, or the time at which the post goes out",
    "readers would come on the wrong day",
    "correct the day in the text, or `due_at`",
)
OTHER_WEEKDAY = _rule(
    "BC405",
    "other-weekday",
    "a move puts a post on another day of the week",
    "a text or a habit of readers may depend on the day, and fewer people read on weekends",
    "move it by whole weeks",
)


#: Kinds that are one line for all entries, since a campaign moves as one; and the first day of the weekend.
_MOVES = "move to another day of the week", "move to the weekend"
_SATURDAY = 5


SOMEBODY_CLOSE = _rule(
    "BC406",
    "close-to-somebody-else",
    f"somebody else's post on the channel goes out within {CLOSE.seconds // 60} minutes",
    "they compete for readers",
    "move one of them",
)


class _Sight(NamedTuple):
    """One line about one occurrence; those of an entry with the same `kind` are one line. `detail`: of the first."""

    rule: Rule
    occurrence: Occurrence
    kind: str
    detail: str


def worth_a_look(plan: Plan, levels: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The lines for a plan, at most `MOST`, the likeliest mistakes first. `levels`: by code, as the files set them."""
    from bufferctl.plan import Action  # checking files needs the rules, but no plan

    groups: dict[Occurrence, list[Change]] = {}
    for change in plan.of(Action.CREATE, Action.UPDATE, Action.WAITING):
        if isinstance(change.desired, Post):
            groups.setdefault(occurrence_of(change.address, change.desired), []).append(change)
    rules: tuple[Callable[[Mapping[Occurrence, list[Change]]], Iterator[_Sight]], ...] = (
        _almost_hosts,
        _wrong_days,
        _links,
        _pictures,
        _weekdays,
        _close,
        partial(_close_to_others, beside=plan.beside),
    )
    found = [sight for rule in rules for sight in rule(groups) if levels.get(sight.rule.code) != "off"]
    lines: dict[tuple[str, Occurrence | None, str], list[_Sight]] = {}
    for sight in found:
        entry = None if sight.kind in _MOVES else sight.occurrence._replace(number=0)
        lines.setdefault((sight.rule.code, entry, sight.kind), []).append(sight)
    return tuple(map(_line, lines.values()))[:MOST]


def _line(sights: Sequence[_Sight]) -> Diagnostic:
    first = sights[0]
    name = named(sight.occurrence for sight in sights)
    detail = first.detail
    if len({sight.detail for sight in sights}) > 1:
        detail = first.kind if first.kind in _MOVES else f"{detail} ({first.occurrence.name})"
    return Diagnostic(Severity.WARNING, f"`{name}`: {detail}", first.occurrence.place, code=first.rule.code)


def _posts(changes: Iterable[Change]) -> list[Post]:
    return [change.desired for change in changes if isinstance(change.desired, Post)]


def _is_update(change: Change) -> bool:
    from bufferctl.plan import Action

    return change.action is Action.UPDATE


def _is_only_moved(change: Change) -> bool:
    return _is_update(change) and all(each.path == "due_at" for each in change.differences)


def _texts(post: Post) -> list[str]:
    return [post.text, *(part.text or "" for part in thread_of(post.metadata))]


def _links_of(post: Post) -> frozenset[str]:
    """Where the links of a post lead, without the parameters that differ by network."""
    texts = [*_texts(post), str(getattr(post.metadata, "first_comment", None) or "")]
    found = [trimmed(link) for text in texts for link in LINK.findall(without_parameters(text))]
    attachment = getattr(post.metadata, "link_attachment", None)
    return frozenset([*found, *([without_parameters(str(attachment.url))] if attachment else [])])


def _networks(posts: Iterable[Post]) -> str:
    return all_of(NETWORKS[post.service].label for post in posts)


def _links(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    """Networks without a link are passed over. Where each network has its own, that is meant."""
    for occurrence, changes in groups.items():
        posts = [post for post in _posts(c for c in changes if not _is_only_moved(c)) if _links_of(post)]
        by_links: dict[frozenset[str], list[Post]] = {}
        for post in posts:
            links = _links_of(post)
            key = next((each for each in by_links if each & links), links)
            by_links.setdefault(key, []).append(post)
        if len(by_links) < 2 or len(by_links) == len(posts) > 2:  # noqa: PLR2004 - one of two may be forgotten
            continue
        most, *others = sorted(by_links.items(), key=lambda each: -len(each[1]))
        for links, theirs in others:
            hosts = {host_of(link) for link in links} & {host_of(link) for link in most[0]}
            shown = (min(links), min(most[0])) if hosts else (host_of(min(links)), host_of(min(most[0])))
            detail = f"{_networks(theirs)} links to {shown[0]}, {_networks(most[1])} to {shown[1]}"
            yield _Sight(LINKS_DIFFER, occurrence, _networks(theirs), detail)


def _pictures(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    """A picture with the same description is another crop. Where each network has its own, that is meant."""
    for occurrence, changes in groups.items():
        posts = _posts(change for change in changes if not _is_only_moved(change))
        bare, shown = [post for post in posts if not post.assets], [post for post in posts if post.assets]
        if bare and shown and not any(map(_shows_elsewhere, bare)):
            detail = f"no picture on {_networks(bare)}, only on {_networks(shown)}"
            yield _Sight(PICTURES_DIFFER, occurrence, "none", detail)
        else:
            yield from _other_pictures(occurrence, shown)


def _shows_elsewhere(post: Post) -> bool:
    """Whether its pictures are in its thread, or its link brings one."""
    return any(part.assets for part in thread_of(post.metadata)) or bool(
        getattr(post.metadata, "link_attachment", None)
    )


def _other_pictures(occurrence: Occurrence, posts: Sequence[Post]) -> Iterator[_Sight]:
    def shows(post: Post) -> tuple[str, ...]:
        return tuple(getattr(asset.value, "alt_text", None) or asset.value.address for asset in post.assets)

    by_picture: dict[tuple[str, ...], list[Post]] = {}
    for post in posts:
        by_picture.setdefault(shows(post), []).append(post)
    if len(by_picture) < 2 or len(by_picture) == len(posts) > 2:  # noqa: PLR2004 - as for links
        return
    most, *others = sorted(by_picture.values(), key=lambda each: -len(each))
    for theirs in others:
        detail = f"another picture on {_networks(theirs)} than on {_networks(most)}"
        yield _Sight(PICTURES_DIFFER, occurrence, _networks(theirs), detail)


def _almost_hosts(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    """A host of one occurrence that is nearly one of at least three others, in a file."""
    hosts: dict[str, dict[str, set[Occurrence]]] = {}
    for occurrence, changes in groups.items():
        for link in (link for post in _posts(changes) for link in _links_of(post)):
            file = occurrence.place.file if occurrence.place else ""
            hosts.setdefault(file, {}).setdefault(host_of(link), set()).add(occurrence)
    for by_host in hosts.values():
        often = [host for host, those in by_host.items() if len(those) > 2]  # noqa: PLR2004 - that is often
        for host, those in by_host.items():
            near = next((each for each in often if _is_near(host, each)), None) if len(those) == 1 else None
            if near:
                yield _Sight(ALMOST_A_HOST, min(those), host, f"links to {host}, everything else to {near}")


def _is_near(one: str, other: str) -> bool:
    """Whether they differ by one or two letters: added, left out, replaced or swapped."""
    if one == other or abs(len(one) - len(other)) > 2:  # noqa: PLR2004 - letters
        return False
    before_that: list[int]
    before: list[int] = []
    row: list[int] = [*range(len(other) + 1)]
    for i, a in enumerate(one, 1):
        before_that = before
        before, row = row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before_that[j - 2] + 1)
            row.append(cost)
    return row[-1] <= 2  # noqa: PLR2004 - letters


_DAYS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
)
_MONTHS = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
)
_WEEKDAY = {
    **{name: n for days in _DAYS for n, name in enumerate(days.split())},
    **{name[:3]: n for n, name in enumerate(_DAYS[0].split())},
    "tues": 1, "thur": 3, "thurs": 3, "sonnabend": 5,
}  # fmt: skip
_MONTH = {
    **{name: n for months in _MONTHS for n, name in enumerate(months.split(), 1)},
    **{name[:3]: n for n, name in enumerate(_MONTHS[0].split(), 1)},
    "sept": 9, "mär": 3, "okt": 10, "dez": 12,
}  # fmt: skip
_AWAY = {"today": 0, "tonight": 0, "tomorrow": 1, "heute": 0, "morgen": 1}


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_DATE = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{_any(_MONTH)})"
    rf"|(?P<m2>{_any(_MONTH)})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?![:.,]\d)(?:,?\s+(?P<y>20\d\d))?"
)
_NAMED = re.compile(
    rf"\b(?P<weekday>{_any(_WEEKDAY)})\b|\b(?P<away>{_any(_AWAY)})\b|(?<![\d:.])\b{_DATE}", re.IGNORECASE
)
_MAY_NAME_A_DAY = re.compile(rf"\b(?:{_any(name.title() for name in _WEEKDAY)})\b")
#: Between the names of one day: `Friday, 13 March`, `tomorrow (Friday)`, `Friday, the 13th of March`.
_BETWEEN = re.compile(r"[\s,(\u2013\u2014-]*(?:the|den|dem|am|on|is|,)?[\s,(]*", re.IGNORECASE)


def _wrong_days(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    for occurrence, changes in groups.items():
        found = (_wrong_day(change, post) for change in changes if isinstance(post := change.desired, Post))
        if wrong := next(filter(None, found), ""):
            yield _Sight(WRONG_DAY, occurrence, "", wrong)


def _wrong_day(change: Change, post: Post) -> str:
    """What is wrong with the days that a text names, empty if nothing is."""
    texts = _texts(post)
    for text in texts:
        if wrong := _contradiction(text, post.due_at):
            return wrong
    paths = {each.path.partition(".")[0] for each in change.differences}
    before = _before(change, post.due_at) if post.due_at and not paths & {"text", "thread"} else None
    if before and post.due_at and before.date() != post.due_at.date():
        name = next((day[0] for text in texts for day in _days_in(text)), "")
        return f"its text names “{name}”, and only its time was moved" if name else ""
    return ""


def _days_in(text: str) -> list[re.Match[str]]:
    """The days that a text names; `Sun` and `May 1` only with a capital letter."""
    found = _NAMED.finditer(text)
    return [day for day in found if day["away"] or (day["weekday"] or day["m1"] or day["m2"])[:1].isupper()]


def _contradiction(text: str, due: datetime | None) -> str:
    """What is wrong with names of one day, next to each other, that do not fit together or to the time of the post."""
    for one, other in pairwise(_days_in(text)):
        if not _BETWEEN.fullmatch(text[one.end() : other.start()]):
            continue
        both = f"its text says “{text[one.start() : other.end()]}”"
        weekday = next((_WEEKDAY[each["weekday"].lower()] for each in (one, other) if each["weekday"]), None)
        named_on = next(filter(None, (_date_of(each, due) for each in (one, other))), None)
        away = next((_AWAY[each["away"].lower()] for each in (one, other) if each["away"]), None)
        if due and away is not None:
            meant = due.date() + timedelta(days=away)
            if (named_on or meant) != meant or meant.weekday() != (meant.weekday() if weekday is None else weekday):
                return f"{both}, and it goes out on {due:%A} {due.day} {due:%B}"
        if named_on and weekday is not None and named_on.weekday() != weekday:
            return f"{both}, and {named_on.day} {named_on:%B %Y} is a {named_on:%A}"
    return ""


def weekdays_with_dates(text: str, due: datetime) -> Iterator[tuple[date, int]]:
    """The dates that a text names next to a weekday, in the year nearest to `due`, and that weekday from Monday, 0."""
    for one, other in pairwise(_days_in(text)) if _MAY_NAME_A_DAY.search(text) else ():
        weekday = next((_WEEKDAY[each["weekday"].lower()] for each in (one, other) if each["weekday"]), None)
        named_on = next(filter(None, (_date_of(each, due) for each in (one, other))), None)
        if named_on and weekday is not None and _BETWEEN.fullmatch(text[one.end() : other.start()]):
            yield named_on, weekday


def _date_of(match: re.Match[str], due: datetime | None) -> date | None:
    """The date, in the year that is nearest to the post's time if it names none; None if it is not a date."""
    if not (match["d1"] or match["d2"]):
        return None
    day, month = int(match["d1"] or match["d2"]), _MONTH[(match["m1"] or match["m2"]).lower()]
    found = []
    for year in [int(match["y"])] if match["y"] else [due.year - 1, due.year, due.year + 1] if due else []:
        with suppress(ValueError):
            found.append(date(year, month, day))
    return min(found, key=lambda each: abs(each - due.date()) if due else timedelta(), default=None)


def _before(change: Change, due: datetime) -> datetime | None:
    """When the post was to go out before the change, in the zone of `due`."""
    value = next((each.before for each in change.differences if each.path == "due_at"), None)
    return datetime.fromisoformat(value).astimezone(due.tzinfo) if value else None


def _weekdays(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    for occurrence, changes in groups.items():
        for change in changes:
            due = change.desired.due_at if isinstance(change.desired, Post) else None
            before = _before(change, due) if due and _is_update(change) else None
            if due and before and before.weekday() != due.weekday():
                is_weekend = due.weekday() >= _SATURDAY > before.weekday()
                if not is_weekend and not _moves_with_others(change):
                    continue  # its own date was edited
                yield _Sight(OTHER_WEEKDAY, occurrence, _MOVES[is_weekend], f"moves from {before:%A} to {due:%A}")
                break


def _moves_with_others(change: Change) -> bool:
    post = change.desired
    return isinstance(post, Post) and (post.is_counted or post.number > 0)


def _close(groups: Mapping[Occurrence, list[Change]]) -> Iterator[_Sight]:
    """Two items of one channel; the checks of the files have the rule, with its own distance."""
    channels: dict[str, list[tuple[datetime, Occurrence]]] = {}
    for occurrence, changes in groups.items():
        for change in changes:
            if isinstance(change.desired, Post) and change.due_at and not change.desired.draft:
                channels.setdefault(change.slot.channel_id, []).append((change.due_at, occurrence))
    seen = set()
    for timed in channels.values():
        for (one_at, one), (other_at, other) in pairwise(sorted(timed)):
            if other_at - one_at < CLOSE and one != other and (one, other) not in seen:
                seen.add((one, other))
                minutes = (other_at - one_at).seconds // 60
                apart = f"{minutes} minute{'s' * (minutes != 1)} after" if minutes else "at the same time as"
                yield _Sight(TOO_CLOSE, other, one.key, f"goes out {apart} `{one.name}` on the same channel")


def _close_to_others(groups: Mapping[Occurrence, list[Change]], beside: Iterable[Beside]) -> Iterator[_Sight]:
    """Somebody else's posts: their time and channel only, since not everybody who reads this may read their text."""
    others: dict[str, list[datetime]] = {}
    for each in beside:
        others.setdefault(each.channel_id, []).append(each.due_at)
    for occurrence, changes in groups.items():
        for change in changes:
            due = change.due_at
            near = [at for at in others.get(change.slot.channel_id, ()) if due and abs(at - due) < CLOSE]
            if due and near:
                when = f"{near[0].astimezone(due.tzinfo):%H:%M}"
                detail = f"somebody else's post goes out at {when} on {change.address.channel}"
                yield _Sight(SOMEBODY_CLOSE, occurrence, change.address.channel, detail)
