"""What a reviewer of a plan could overlook: a line in what people read, never a hold and never a problem of a file.

Each rule is about what changes in Buffer; it names the entry with its numbers, once for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from functools import partial
from itertools import chain, pairwise
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bufferctl.checks.finding import Rule, advice
from bufferctl.checks.neighbours import TOO_CLOSE
from bufferctl.diagnostics import Diagnostic, Severity, all_of
from bufferctl.model import Post
from bufferctl.model.day_names import MONTHS, WEEKDAYS, any_of
from bufferctl.model.entries import Occurrence, named, occurrence_of
from bufferctl.model.metadata import InstagramMetadata, thread_of
from bufferctl.model.networks import NETWORKS
from bufferctl.model.plain_text import LINK, host_of, trimmed, without_parameters

if TYPE_CHECKING:
    from bufferctl.plan import Beside, Change, Plan

K = TypeVar("K")

#: How many lines people get.
MOST = 6
#: Posts of a channel that are closer than this are worth a look.
CLOSE = timedelta(minutes=10)

_rule = partial(advice, source="mistakes that reviews missed")


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
_MOVES = "moved to another day of the week", "moved to the weekend"
_LOST = "Buffer was seen to drop first comments on Instagram; apply reports a lost one"
_OF_ALL = frozenset({*_MOVES, _LOST})
_SATURDAY = 5


SOMEBODY_CLOSE = _rule(
    "BC406",
    "close-to-somebody-else",
    f"somebody else's post on the channel goes out within {CLOSE.seconds // 60} minutes",
    "they compete for readers",
    "move one of them",
)


COMMENT_LOST = _rule(
    "BC407",
    "first-comment-may-be-lost",
    "a new post on Instagram has a first comment, which Buffer was seen to drop",
    "the post would be published without it",
    "after `apply`, which reports a lost comment, add it in Buffer",
    source="Buffer's roadmap, August 2026",
)


class _Version(NamedTuple):
    """An occurrence on one channel. `was_due`: the time that an edit replaces, in the zone of the new one.

    `changed`: the fields that an update changes; None for a new post.
    """

    change: Change
    post: Post
    was_due: datetime | None
    changed: frozenset[str] | None

    @property
    def is_only_moved(self) -> bool:
        return self.changed is not None and self.changed <= {"due_at"}


_Groups = Mapping[Occurrence, Sequence[_Version]]


class _Sight(NamedTuple):
    """One line about one occurrence; those of an entry with the same `kind` are one line. `detail`: of the first."""

    rule: Rule
    occurrence: Occurrence
    kind: str
    detail: str


def worth_a_look(plan: Plan, levels: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """The lines for a plan, at most `MOST`, the likeliest mistakes first. `levels`: by code, as the files set them."""
    groups = _groups(plan)
    several = {occurrence: versions for occurrence, versions in groups.items() if len(versions) > 1}
    across = chain(_links(several), _pictures(several))
    times = chain(_weekdays(groups), _close(groups), _close_to_others(groups, plan.beside))
    found = chain(_almost_hosts(groups), _wrong_days(groups), across, times, _comments(groups))
    lines: dict[tuple[str, Occurrence | None, str], list[_Sight]] = {}
    for sight in (each for each in found if levels.get(each.rule.code) != "off"):
        entry = None if sight.kind in _OF_ALL else sight.occurrence._replace(number=0)
        lines.setdefault((sight.rule.code, entry, sight.kind), []).append(sight)
    return tuple(map(_line, lines.values()))[:MOST]


def _groups(plan: Plan) -> _Groups:
    from bufferctl.plan import Action  # checking files needs the rules, but no plan

    groups: dict[Occurrence, list[_Version]] = {}
    for change in plan.of(Action.CREATE, Action.UPDATE, Action.WAITING):
        if isinstance(post := change.desired, Post):
            paths = frozenset(each.path.partition(".")[0] for each in change.differences)
            before = next((each.before for each in change.differences if each.path == "due_at"), None)
            was_due = datetime.fromisoformat(before).astimezone(post.due_at.tzinfo) if before and post.due_at else None
            version = _Version(change, post, was_due, paths if change.action is Action.UPDATE else None)
            groups.setdefault(occurrence_of(change.address, post), []).append(version)
    return groups


def _line(sights: Sequence[_Sight]) -> Diagnostic:
    first = sights[0]
    name = named(sight.occurrence for sight in sights)
    detail = first.detail
    if len({sight.detail for sight in sights}) > 1:
        detail = first.kind if first.kind in _OF_ALL else f"{detail} ({first.occurrence.name})"
    return Diagnostic(Severity.WARNING, f"`{name}`: {detail}", first.occurrence.place, code=first.rule.code)


def texts_of(post: Post) -> list[str]:
    """Its text, and those of its thread."""
    return [post.text, *[part.text or "" for part in thread_of(post.metadata)]]


def _links_of(post: Post) -> frozenset[str]:
    """Where the links of a post lead, without the parameters that differ by network."""
    texts = [*texts_of(post), str(getattr(post.metadata, "first_comment", None) or "")]
    found = [trimmed(link) for text in texts for link in LINK.findall(without_parameters(text))]
    attachment = getattr(post.metadata, "link_attachment", None)
    return frozenset([*found, *([without_parameters(str(attachment.url))] if attachment else [])])


def _networks(posts: Iterable[Post]) -> str:
    return all_of(NETWORKS[post.service].label for post in posts)


def _odd_ones(alike: Mapping[K, list[Post]]) -> list[tuple[K, list[Post]]]:
    """What most networks have, and what the others have instead; nothing where each has its own, as that is meant."""
    if len(alike) < 2 or len(alike) == sum(map(len, alike.values())) > 2:  # noqa: PLR2004 - one of two may be forgotten
        return []
    return sorted(alike.items(), key=lambda each: -len(each[1]))


def _links(groups: _Groups) -> Iterator[_Sight]:
    """Networks without a link are passed over."""
    for occurrence, versions in groups.items():
        by_links: dict[frozenset[str], list[Post]] = {}
        for post in (each.post for each in versions if not each.is_only_moved):
            if links := _links_of(post):
                key = next((each for each in by_links if each & links), links)
                by_links.setdefault(key, []).append(post)
        most, *others = _odd_ones(by_links) or [(frozenset(), [])]
        for links, theirs in others:
            hosts = {host_of(link) for link in links} & {host_of(link) for link in most[0]}
            shown = (min(links), min(most[0])) if hosts else (host_of(min(links)), host_of(min(most[0])))
            detail = f"{_networks(theirs)} links to {shown[0]}, {_networks(most[1])} to {shown[1]}"
            yield _Sight(LINKS_DIFFER, occurrence, _networks(theirs), detail)


def _pictures(groups: _Groups) -> Iterator[_Sight]:
    """A picture with the same description is another crop."""
    for occurrence, versions in groups.items():
        posts = [each.post for each in versions if not each.is_only_moved]
        bare, shown = [post for post in posts if not post.assets], [post for post in posts if post.assets]
        if bare and shown and not any(map(_shows_elsewhere, bare)):
            detail = f"no picture on {_networks(bare)}, only on {_networks(shown)}"
            yield _Sight(PICTURES_DIFFER, occurrence, "none", detail)
            continue
        by_picture: dict[tuple[str, ...], list[Post]] = {}
        for post in shown:
            pictures = (getattr(asset.value, "alt_text", None) or asset.value.address for asset in post.assets)
            by_picture.setdefault(tuple(pictures), []).append(post)
        most, *others = _odd_ones(by_picture) or [((), [])]
        for _, theirs in others:
            detail = f"another picture on {_networks(theirs)} than on {_networks(most[1])}"
            yield _Sight(PICTURES_DIFFER, occurrence, _networks(theirs), detail)


def _shows_elsewhere(post: Post) -> bool:
    """Whether its pictures are in its thread, or its link brings one."""
    in_thread = any(part.assets for part in thread_of(post.metadata))
    return in_thread or bool(getattr(post.metadata, "link_attachment", None))


def _almost_hosts(groups: _Groups) -> Iterator[_Sight]:
    """A host of one occurrence that is nearly one of at least three others, in a file."""
    hosts: dict[str, dict[str, set[Occurrence]]] = {}
    for occurrence, versions in groups.items():
        for link in (link for each in versions for link in _links_of(each.post)):
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
    edits = SequenceMatcher(None, one, other, autojunk=False).get_opcodes()
    return sum(max(i2 - i1, j2 - j1) for kind, i1, i2, j1, j2 in edits if kind != "equal") <= 2  # noqa: PLR2004 - letters


_AWAY = {"today": 0, "tonight": 0, "tomorrow": 1, "heute": 0, "morgen": 1}


_DATE = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?(?P<m1>{any_of(MONTHS)})"
    rf"|(?P<m2>{any_of(MONTHS)})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?![:.,]\d)(?:,?\s+(?P<y>20\d\d))?"
)
_NAMED = re.compile(
    rf"\b(?P<weekday>{any_of(WEEKDAYS)})\b|\b(?P<away>{any_of(_AWAY)})\b|(?<![\d:.])\b{_DATE}", re.IGNORECASE
)
#: A text without one of these words names no day; to look for them takes a tenth of the time that `_NAMED` takes.
_NAMES = frozenset({*WEEKDAYS, *_AWAY, *MONTHS})
_WORD = re.compile(r"\w+")
#: Between the names of one day: `Friday, 13 March`, `tomorrow (Friday)`, `Friday, the 13th of March`.
_BETWEEN = re.compile(r"[\s,(\u2013\u2014-]*(?:the|den|dem|am|on|is|,)?[\s,(]*", re.IGNORECASE)


def _wrong_days(groups: _Groups) -> Iterator[_Sight]:
    for occurrence, versions in groups.items():
        if wrong := next(filter(None, map(_wrong_day, versions)), ""):
            yield _Sight(WRONG_DAY, occurrence, "", wrong)


def _wrong_day(version: _Version) -> str:
    """What is wrong with the days that a text names, empty if nothing is."""
    due, before, texts = version.post.due_at, version.was_due, texts_of(version.post)
    for day in (day for text in texts for day in days_in(text, due)):
        if wrong := _contradiction(day, due):
            return f"its text says “{day.words}”, and {wrong}"
    if not due or not before or before.date() == due.date() or (version.changed or set()) & {"text", "thread"}:
        return ""
    made = version.post.expansion.variables if version.post.expansion else ()
    right = {each.value for each in made if "|" in each.name}  # dates in texts, which move with the post
    names = (match[0] for text in texts for match in _names_in(text) if not any(match[0] in each for each in right))
    name = next(names, "")
    return f"its text names “{name}”, and only its time was moved" if name else ""


class Day(NamedTuple):
    """A day as names next to each other say it. `weekday`: from Monday, 0; `away`: 1 for tomorrow."""

    words: str
    date: date | None
    weekday: int | None
    away: int | None


def days_in(text: str, due: datetime | None) -> Iterator[Day]:
    """The days for which a text has two names. A date without a year is in the one nearest to `due`."""
    for pair in pairwise(_names_in(text)):
        one, other = pair
        if _BETWEEN.fullmatch(text[one.end() : other.start()]):
            weekday = next((WEEKDAYS[each["weekday"].lower()] for each in pair if each["weekday"]), None)
            away = next((_AWAY[each["away"].lower()] for each in pair if each["away"]), None)
            found = next(filter(None, (_date_of(each, due) for each in pair)), None)
            words = text[one.start() : other.end()]
            yield Day(words + ")" * ("(" in words), found, weekday, away)


def _names_in(text: str) -> list[re.Match[str]]:
    """The names of days in a text; `Sun` and `May 1` only with a capital letter."""
    found = () if _NAMES.isdisjoint(_WORD.findall(text.casefold())) else _NAMED.finditer(text)
    return [day for day in found if day["away"] or (day["weekday"] or day["m1"] or day["m2"])[:1].isupper()]


def _contradiction(day: Day, due: datetime | None) -> str:
    """What is wrong with names of one day that do not fit together or to the time of the post."""
    if due and day.away is not None:
        meant = due.date() + timedelta(days=day.away)
        if (day.date or meant) != meant or day.weekday not in {None, meant.weekday()}:
            return f"it goes out on {due:%A} {due.day} {due:%B}"
    if day.date and day.weekday not in {None, day.date.weekday()}:
        return f"{day.date.day} {day.date:%B %Y} is a {day.date:%A}"
    return ""


def _date_of(match: re.Match[str], due: datetime | None) -> date | None:
    """The date, in the year that is nearest to the post's time if it names none; None if it is not a date."""
    if not (match["d1"] or match["d2"]):
        return None
    day, month = int(match["d1"] or match["d2"]), MONTHS[(match["m1"] or match["m2"]).lower()]
    found = []
    for year in [int(match["y"])] if match["y"] else [due.year - 1, due.year, due.year + 1] if due else []:
        with suppress(ValueError):
            found.append(date(year, month, day))
    return min(found, key=lambda each: abs(each - due.date()) if due else timedelta(), default=None)


def _weekdays(groups: _Groups) -> Iterator[_Sight]:
    """On a weekday only where it moves with others; else its own date was edited."""
    for occurrence, versions in groups.items():
        for _, post, before, _ in versions:
            if post.due_at and before and before.weekday() != post.due_at.weekday():
                is_weekend = post.due_at.weekday() >= _SATURDAY > before.weekday()
                if is_weekend or post.is_counted or post.number:
                    detail = f"moved from {before:%A} to {post.due_at:%A}"
                    yield _Sight(OTHER_WEEKDAY, occurrence, _MOVES[is_weekend], detail)
                    break


def _close(groups: _Groups) -> Iterator[_Sight]:
    """Two items of one channel; the checks of the files have the rule, with its own distance."""
    channels: dict[str, list[tuple[datetime, Occurrence]]] = {}
    for occurrence, versions in groups.items():
        for change, post, *_ in versions:
            if change.due_at and not post.draft:
                channels.setdefault(change.slot.channel_id, []).append((change.due_at, occurrence))
    seen = set()
    for timed in channels.values():
        for (one_at, one), (other_at, other) in pairwise(sorted(timed)):
            if other_at - one_at < CLOSE and one != other and (one, other) not in seen:
                seen.add((one, other))
                minutes = (other_at - one_at).seconds // 60
                apart = f"{minutes} minute{'s' * (minutes != 1)} after" if minutes else "at the same time as"
                yield _Sight(TOO_CLOSE, other, one.key, f"goes out {apart} `{one.name}` on the same channel")


def _close_to_others(groups: _Groups, beside: Iterable[Beside]) -> Iterator[_Sight]:
    """Somebody else's posts: their time and channel only, since not everybody who reads this may read their text."""
    others: dict[str, list[datetime]] = {}
    for each in beside:
        others.setdefault(each.channel_id, []).append(each.due_at)
    for occurrence, versions in groups.items():
        for change, *_ in versions:
            due = change.due_at
            near = [at for at in others.get(change.slot.channel_id, ()) if due and abs(at - due) < CLOSE]
            if due and near:
                when = f"{near[0].astimezone(due.tzinfo):%H:%M}"
                detail = f"somebody else's post goes out at {when} on {change.address.channel}"
                yield _Sight(SOMEBODY_CLOSE, occurrence, change.address.channel, detail)


def _comments(groups: _Groups) -> Iterator[_Sight]:
    """First comments that are sent with a new post, which is when they were seen to get lost."""
    for occurrence, versions in groups.items():
        for _, post, _, changed in versions:
            if isinstance(post.metadata, InstagramMetadata) and post.metadata.first_comment and changed is None:
                yield _Sight(COMMENT_LOST, occurrence, _LOST, _LOST)
                break
