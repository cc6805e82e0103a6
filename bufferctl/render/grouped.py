"""A plan as people read it: by item, with each text once. Every form for people is made from this.

A *post* is sent to Buffer; an *item* is one occurrence of an entry with its networks, a date in the calendar. Reviewers
agree to posts, so an item has the cards of its posts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from bufferctl.diagnostics import Diagnostic, Place, Severity, all_of, some_of
from bufferctl.digests import REVIEWED
from bufferctl.model import Post, dates, visible
from bufferctl.model.entries import Occurrence, named, occurrence_of
from bufferctl.model.plain_text import parameters_in, without_parameters
from bufferctl.plan import Action, Change
from bufferctl.render import words
from bufferctl.render.cards import FAILED, Aspect, Card, Changed, Moment, by_time, cards_of, moment_of
from bufferctl.render.lines import count, sentence
from bufferctl.render.pieces import compared, own_words
from bufferctl.render.report import Report
from bufferctl.render.shown import Media, Shown
from bufferctl.said import Said, common, is_the_same
from bufferctl.value import replace, value

#: Items of one file that move by the same span are one move from this number on.
TOGETHER = 2
#: How many fixed items are named beside them.
_FIXED = 3


def networks_of(cards: Iterable[Card]) -> str:
    """`X, LinkedIn`; with the names of channels, `X acme`, if the plan has several of a network."""
    return ", ".join(dict.fromkeys(card.channel.label for card in cards))


@value()
class Version:
    """An item's cards on the networks where it is the same.

    `shown` and `changed`: of the first card; their links lack the parameters that `utm` added, which differ by network.
    `differs`: the fields in which it differs from the item's main version, empty for that one.
    """

    cards: tuple[Card, ...]
    changed: tuple[Changed, ...]
    differs: tuple[Changed, ...] = ()

    @cached_property
    def shown(self) -> Shown:
        return _bare_content(self.cards[0])

    @property
    def networks(self) -> str:
        return networks_of(self.cards)

    @property
    def text(self) -> str:
        """The text, or the title if it has no text."""
        return (self.shown.parts[0].text if self.shown.parts else "") or self.shown.title

    @property
    def media(self) -> tuple[Media, ...]:
        return tuple(media for part in self.shown.parts for media in part.media)


@value()
class PlanItem:
    """One occurrence of an entry on its networks: posts with the same kind of change, `cards` as planned.

    `main`: the version that most of them share.
    """

    occurrence: Occurrence
    cards: tuple[Card, ...]
    main: Version
    others: tuple[Version, ...] = ()
    is_waiting: bool = False  # sent with a request that does not change it

    @property
    def versions(self) -> tuple[Version, ...]:
        return self.main, *self.others

    @property
    def name(self) -> str:
        """`launch`, `tip 3`; `unmanaged` if no file has it."""
        return "unmanaged" if words.is_unmanaged(self.cards[0].change) else self.occurrence.name

    @cached_property
    def kind(self) -> str:
        return self.main.cards[0].kind

    @property
    def is_idea(self) -> bool:
        return self.cards[0].change.address.is_idea

    @property
    def takes_off(self) -> bool:
        """Whether a suspension makes its posts drafts."""
        return any(card.change.takes_off for card in self.cards)

    @property
    def puts_back(self) -> bool:
        """Whether its posts go back on the schedule after one."""
        return any(card.change.puts_back for card in self.cards)

    @cached_property
    def kept_back(self) -> str:
        """`draft` or `to approve`, as its first post is, if none of its posts goes out by itself; else empty."""
        kept = [words.kept_back(card.change) for card in self.cards]
        return kept[0] if all(kept) else ""

    @property
    def is_let_out(self) -> bool:
        """Whether its file says that posts of it go out even in a freeze."""
        return any(isinstance(post, Post) and not post.freeze for post in (card.change.desired for card in self.cards))

    @property
    def message(self) -> str:
        """What there is to know; of posts that are sent, each with its networks if it is not the same for all."""
        found: dict[str, list[Card]] = {}
        for card in self.cards:
            found.setdefault(card.message, []).append(card)
        if len(found) > 1 and self.digests:
            return " ".join(f"{networks_of(cards)}: {message}" for message, cards in found.items() if message)
        return next(filter(None, found), "")

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints for its posts: only one, if one answer is enough for all of them."""
        hint, is_for_all = _answer_for(self.cards, of_one_entry=True)
        hints = [hint] if is_for_all else [card.hint for card in self.cards]
        return tuple(filter(None, dict.fromkeys(hints)))

    @property
    def what(self) -> str:
        return self.main.cards[0].what

    @cached_property
    def when(self) -> Moment | None:
        """When its first post goes out, None if it has no time."""
        return min((card.when for card in self.cards if card.when), key=lambda each: each.due, default=None)

    @property
    def networks(self) -> str:
        return networks_of(self.cards)

    @property
    def changes(self) -> tuple[tuple[str, tuple[Changed, ...]], ...]:
        """The changed fields with their networks; without networks if a change is the same on all of them."""
        if all(version.changed == self.main.changed for version in self.others):
            return (("", self.main.changed),) if self.main.changed else ()
        return tuple((version.networks, version.changed) for version in self.versions if version.changed)

    @property
    def has_both_sides(self) -> bool:
        """Whether it is held, and its changes compare Buffer's version with the file's."""
        return self.kind in {"hold", "bad"} and any(
            not each.is_reviewed for _, changes in self.changes for each in changes
        )

    @property
    def own(self) -> Mapping[str, tuple[str, ...]]:
        """The differences on some networks (`own text`, `no media`), with these networks."""
        found: dict[str, tuple[str, ...]] = {}
        for version in self.others:
            for what in dict.fromkeys(each.in_words for each in version.differs):
                found[what] = (*found.get(what, ()), version.networks)
        return found

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of its posts that a reviewer agrees to."""
        return tuple(card.digest for card in self.cards if card.change.action in REVIEWED)


@value()
class NeedsYou:
    """Why items are held, or failed: one sentence, and one thing to do for all of them.

    `own_hints`: each post has its own answer, and `hint` is their common part.
    """

    code: str
    message: str
    hint: str
    items: tuple[PlanItem, ...]
    own_hints: bool = False

    @property
    def name(self) -> str:
        """`tip 2 to 9`."""
        return named(item.occurrence for item in self.items)


@value()
class Move:
    """Items of one file in which only the time changes, all by the same span of local time; in order of time.

    `fixed`: the names of items of the file that stay, because they have dates of their own. All have the same message.
    """

    file: str
    span: timedelta
    items: tuple[PlanItem, ...]
    fixed: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """`37 posts move by 1 day (fixed: press-day)`."""
        way = "back by" if self.span < timedelta() else "by"
        stay = f" (fixed: {some_of(self.fixed, _FIXED)})" if self.fixed else ""
        return f"{count(len(self.items), 'post')} move {way} {duration(abs(self.span))}{stay}"

    @property
    def message(self) -> str:
        """What there is to know about each of them."""
        said = self.items[0].message
        return f"Each of them: {said}" if said else ""

    @property
    def weekdays(self) -> Mapping[str, int]:
        """`Wed to Thu` and how many items move so, if the day of the week changes."""
        found = Counter[str]()
        for item in self.items:
            if item.when and (before := item.when.due - self.span).weekday() != item.when.due.weekday():
                found[f"{dates.weekday(before)} to {dates.weekday(item.when.due)}"] += 1
        return found


@value()
class Week:
    """The items of a week, or of a month, by day; days without items are left out. `monday`: its first day."""

    monday: date
    days: tuple[tuple[date, tuple[PlanItem, ...]], ...]

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """Its items in order of time."""
        return tuple(item for _, items in self.days for item in items)

    @property
    def counts(self) -> tuple[int, ...]:
        """How many items go out by themselves on each day of the week, Monday first."""
        numbers = Counter(day.weekday() for day, items in self.days for item in items if not item.kept_back)
        return tuple(numbers[day] for day in range(7))


@value()
class Grouped:
    """A plan, a receipt or a preview by item, in order of time; items that are published at once come first."""

    report: Report
    items: tuple[PlanItem, ...]

    def of(self, *kinds: str) -> tuple[PlanItem, ...]:
        """The items with one of these kinds."""
        return tuple(item for item in self.items if item.kind in kinds)

    @cached_property
    def own(self) -> Grouped:
        """The report without the items of `waiting`."""
        return Grouped(self.report.own, tuple(item for item in self.items if not item.is_waiting))

    @cached_property
    def waiting(self) -> Grouped:
        """Items that are on the branch already and not in Buffer, so that they are sent with the request."""
        return Grouped(self.report.waiting, tuple(item for item in self.items if item.is_waiting))

    @cached_property
    def causes(self) -> tuple[NeedsYou, ...]:
        """Why items need a person, the cause of the first one first."""
        return causes_of(self.of("hold", "bad"))

    @cached_property
    def at_once(self) -> tuple[PlanItem, ...]:
        """The items that are published as soon as they are sent."""
        return tuple(item for item in self.of("create", "update") if item.main.cards[0].at_once)

    @cached_property
    def new(self) -> tuple[PlanItem, ...]:
        """The new items, without those that are published at once."""
        return tuple(item for item in self.of("create") if not item.main.cards[0].at_once)

    @cached_property
    def new_waiting(self) -> tuple[PlanItem, ...]:
        """The items that the request adds and that Buffer has no room for yet; none if nobody knows what it changes."""
        mine = self.report.changed or frozenset()
        changes = ((item, item.main.cards[0].change) for item in self.of("note"))
        return tuple(
            item for item, each in changes if each.waits_for_room and each.live is None and each.address in mine
        )

    @cached_property
    def changed(self) -> tuple[PlanItem, ...]:
        """The items that change, without moves and those that are published at once."""
        moved = {id(item) for move in self.moves for item in move.items}
        return tuple(each for each in self.of("update") if not each.main.cards[0].at_once and id(each) not in moved)

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """The moves of a campaign, in order of their first items."""
        groups: dict[tuple[str, timedelta, str], list[PlanItem]] = {}
        for item in self.of("update"):
            spans = {_moved_by(card.change) for card in item.cards}
            if len(spans) == 1 and (span := spans.pop()) and item.occurrence.place:
                groups.setdefault((item.occurrence.place.file, span, item.message), []).append(item)
        fixed: dict[str, dict[str, None]] = {}
        unchanged = (each for each in self.report.plan.changes if each.action is Action.NO_OP) if groups else ()
        for change in sorted(unchanged, key=lambda each: by_time(each, moment_of(each, self.report.plan))):
            post = change.desired
            if isinstance(post, Post) and post.is_fixed:
                fixed.setdefault(post.place.file, {})[occurrence_of(change.address, post).name] = None
        moves = (Move(file, by, tuple(items), tuple(fixed.get(file, ()))) for (file, by, _), items in groups.items())
        return tuple(move for move in moves if len(move.items) >= TOGETHER)

    @cached_property
    def weeks(self) -> tuple[Week, ...]:
        """The new items that have a time, by week and day."""
        by_day = groupby(self.new, key=lambda item: item.when and item.when.due.date())
        days = [(day, tuple(items)) for day, items in by_day if day]
        weeks = groupby(days, key=lambda each: monday_of(each[0]))
        return tuple(Week(monday, tuple(found)) for monday, found in weeks)

    @cached_property
    def changing(self) -> tuple[PlanItem, ...]:
        """The items with something to send to Buffer."""
        return self.of("create", "update", "delete")

    @cached_property
    def parameters(self) -> Mapping[str, tuple[str, ...]]:
        """The parameters that links get, which are not shown, by name: each with its values, in order of first use."""
        posts = (card.change.desired for item in self.items for card in item.cards)
        made = (post.expansion.parameters for post in posts if post and post.expansion)
        found: dict[str, dict[str, None]] = {}
        for each in (each for parameters in made for each in parameters):
            name, _, value = visible(each).partition("=")
            found.setdefault(name, {})[value] = None
        return {name: tuple(values) for name, values in found.items()}

    def parameters_with_values(self, most: int | None = None) -> list[str]:
        """The same, each as `utm_source=twitter or linkedin`, with at most so many values."""
        found = []
        for name, values in self.parameters.items():
            shown = [*values[:most]]
            if len(shown) < len(values):
                shown.append("others")
            found.append(f"{name}={' or '.join(shown)}")
        return found

    @cached_property
    def mentions(self) -> tuple[str, ...]:
        """Who is mentioned where, a phrase each: `acme-robotics (@acme on X, Acme Robotics on LinkedIn)`."""
        found: dict[str, dict[str, list[str]]] = {}
        for card in (card for item in self.changing for card in item.cards if _goes_out(card.change)):
            post = card.change.desired
            if not (post and post.expansion):
                continue
            for each in post.expansion.variables:
                if each.name.startswith("@"):
                    networks = found.setdefault(each.name[1:], {}).setdefault(visible(each.value), [])
                    networks += [card.channel.network] if card.channel.network not in networks else []
        return tuple(
            f"{name} ({', '.join(f'{said} on {all_of(networks)}' for said, networks in by_words.items())})"
            for name, by_words in found.items()
        )

    @cached_property
    def has_several_zones(self) -> bool:
        """Whether its posts are on channels in different time zones, so that a time needs its zone."""
        moments = (card.when for item in self.items for card in item.cards)
        return len({moment.zone for moment in moments if moment and moment.zone}) > 1

    @cached_property
    def organizations(self) -> int:
        """How many organizations the plan is for."""
        return len({change.address.organization for change in self.report.plan.changes})

    @cached_property
    def networks(self) -> Mapping[str, int]:
        """How many posts each network gets, changes or loses, in order of first mention."""
        cards = (card for item in self.changing for card in item.cards)
        return Counter(card.channel.network for card in cards if not card.change.address.is_idea)


def grouped(
    report: Report,
    *,
    is_preview: bool = False,
    with_thumbnails: bool = False,
    with_quiet: bool = True,
    among: Iterable[Change] = (),
) -> Grouped:
    """The report by item. `is_preview`: it shows only the files. `with_thumbnails`: images as on a page.

    `among`: changes of which the report is a part, whose channels are told apart.
    """
    groups: dict[tuple[Occurrence, Hashable, bool], list[Card]] = {}
    cards = cards_of(report, is_preview=is_preview, with_thumbnails=with_thumbnails, with_quiet=with_quiet, among=among)
    for card in sorted(cards, key=lambda card: by_time(card.change, card.when)):
        groups.setdefault((*_of_item(card), report.is_waiting(card.change)), []).append(card)
    items = (_item(occurrence, tuple(cards), waits) for (occurrence, _, waits), cards in groups.items())
    return Grouped(report, tuple(items))


def problems_of(report: Report) -> Iterator[Diagnostic]:
    """The problems in files and plan; items that need a person, a cause once for each line; and what is worth a look.

    An item that needs a person is a warning before an apply and an error after it, like the exit code; its code is the
    reason of a hold, or the status of a change that failed.
    """
    yield from (*report.diagnostics, *report.plan.warnings)
    severity = Severity.WARNING if report.outcomes is None else Severity.ERROR
    for cause in grouped(report, with_quiet=False).causes:
        by_place: dict[Hashable, list[PlanItem]] = {}
        for item in cause.items:  # those with answers of their own stay apart
            by_place.setdefault(id(item) if cause.own_hints else _place_of(item), []).append(item)
        for items in by_place.values():
            same, on = _caused(tuple(items)), networks_of(card for item in items for card in item.cards)
            said = [f"{same.name} ({on})", *([items[0].what] if same.code in FAILED else []), same.message]
            yield Diagnostic(severity, ": ".join(said), _place_of(items[0]), same.hint, code=same.code)
    yield from report.worth_a_look


def _goes_out(change: Change) -> bool:
    """Whether it leaves something in Buffer that is published, if only once a person has approved it."""
    return change.action is not Action.DELETE and not change.takes_off


def _place_of(item: PlanItem) -> Place | None:
    """Where it is in the files; of what they no longer have, in which file it was."""
    change = item.cards[0].change
    file = change.binding.file if change.binding else ""
    return change.place or (Place(file) if file else None)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _moved_by(change: Change) -> timedelta | None:
    """By how much an edit moves a post of a campaign in local time; None if something else changes too."""
    post = change.desired
    if not isinstance(post, Post) or post.due_at is None or not (post.is_counted or post.number):
        return None
    if [each.path for each in change.differences] != ["due_at"] or not change.differences[0].before:
        return None
    before = datetime.fromisoformat(change.differences[0].before).astimezone(post.due_at.tzinfo)
    return post.due_at.replace(tzinfo=None) - before.replace(tzinfo=None)


def duration(span: timedelta) -> str:
    """`1 day`, `1 day, 2 hours`."""
    minutes = span.days * 24 * 60 + span.seconds // 60
    parts = ((minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute"))
    return ", ".join(count(number, unit) for number, unit in parts if number)


def months_of(weeks: Iterable[Week]) -> tuple[Week, ...]:
    """The items by month: each begins with its first day, and has only days with items."""
    days = [day for week in weeks for day in week.days]
    months = groupby(days, key=lambda each: each[0].replace(day=1))
    return tuple(Week(first, tuple(found)) for first, found in months)


def _of_item(card: Card) -> tuple[Occurrence, Hashable]:
    """What the cards of an item share: the occurrence; the day, what happens, and the cause if it is held.

    What is new on several networks is one item even if it is a draft on one of them, since it is reviewed as one text.
    """
    change = card.change
    due = change.due_at
    cause = (card.code, _cause_of(card.said), _cause_of(card.todo)) if card.kind in {"hold", "bad"} else None
    what = card.what if change.action is not Action.CREATE else None
    day = due.date() if due else None
    return occurrence_of(change.address, change.desired), (day, card.kind, card.at_once, cause, what)


def _item(occurrence: Occurrence, cards: tuple[Card, ...], is_waiting: bool) -> PlanItem:
    """The item of these cards; the version that most of them share comes first."""
    of_cards = [
        Version((card,), tuple(found for each in card.changed for found in _without_parameters(each, _added(card))))
        for card in cards
    ]
    main, *others = _most_first(of_cards) if len(cards) > 1 else of_cards
    with_differences = (replace(each, differs=tuple(_differing(main, each))) for each in others)
    return PlanItem(occurrence, cards, main, tuple(with_differences), is_waiting)


def _most_first(of_cards: Iterable[Version]) -> Iterator[Version]:
    """Each version once, with all cards that share it."""
    groups: dict[Hashable, list[Version]] = {}
    for own in of_cards:
        groups.setdefault((*_fields(own.cards[0], own.shown).items(), *own.changed), []).append(own)
    for group in sorted(groups.values(), key=len, reverse=True):
        yield replace(group[0], cards=tuple(each.cards[0] for each in group))


class _Field(NamedTuple):
    """What a post has, as people write it; `part` of its thread, if it is a text of one."""

    value: str
    aspect: Aspect = Aspect.SETTING
    part: int | None = None


def _fields(card: Card, shown: Shown) -> dict[str, _Field]:
    """What one post of an item can have differently from another, by name."""
    texts = [part.text for part in shown.parts] or [""]
    fields = {"text": _Field(texts[0], Aspect.TEXT, 0), "title": _Field(shown.title, Aspect.TEXT)}
    for number, text in enumerate(texts[1:], 1):
        fields[f"thread, part {number + 1}"] = _Field(text, Aspect.TEXT, number)
    fields["media"] = _Field(", ".join(_named(media) for part in shown.parts for media in part.media))
    fields["first comment"] = _Field("".join(piece.text for piece in shown.comment), Aspect.COMMENT)
    fields |= {"content warning": _Field(shown.warning), "tags": _Field(", ".join(shown.tags))}
    part_of_what = {"scheduling_type", "needs_approval"}
    fields |= {name: _Field(value) for name, value in shown.facts if name not in part_of_what}
    fields["time"] = _Field(card.when.at if card.when and not card.when.is_slot else "", Aspect.TIME)
    fields["what happens"] = _Field(card.what, Aspect.ACTION)
    return fields


def _named(media: Media) -> str:
    about = ", ".join([*filter(None, [media.alt or media.title, media.text]), *map(str, media.more)])
    return f"{media.kind} {media.address or media.href}{f' ({about})' if about else ''}"


def _differing(main: Version, other: Version) -> Iterator[Changed]:
    """The fields in which a version differs from the main one; a time is shown in the zone of its channel."""
    both = main.cards[0], other.cards[0]
    in_main, in_other = _fields(both[0], main.shown), _fields(both[1], other.shown)
    for name, field in {**in_main, **in_other}.items():
        before, after = (fields[name].value if name in fields else "" for fields in (in_main, in_other))
        if before == after:
            continue
        if field.aspect is Aspect.TIME:
            before, after = (card.when.local if card.when else "" for card in both)
        is_text = field.aspect in {Aspect.TEXT, Aspect.COMMENT}
        words = own_words(before, after) if is_text and before and after else ()
        yield Changed(name, field.aspect, before, after, words, part=field.part)


def _added(card: Card) -> tuple[str, ...] | None:
    """The parameters that `utm` added to the links of a card's post; None for all, where no entry says which."""
    post = card.change.desired
    if post is None or card.change.action is Action.DELETE:
        return None
    return post.expansion.parameters if post.expansion else ()


def _bare_media(media: Media, added: Collection[str] | None) -> Media:
    href = without_parameters(media.href, added) if media.kind == "link" else media.href
    return media._replace(href=href, address=without_parameters(media.address, added))


def _bare_content(card: Card) -> Shown:
    """A card's content, links without the parameters that `utm` added. What the author wrote stays."""
    shown, added = card.shown, _added(card)
    if added == ():  # nearly always
        return shown
    parts = tuple(
        part._replace(
            text=without_parameters(part.text, added), media=tuple(_bare_media(media, added) for media in part.media)
        )
        for part in shown.parts
    )
    comment = tuple(each._replace(text=without_parameters(each.text, added)) for each in shown.comment)
    return replace(shown, parts=parts, comment=comment)


def _without_parameters(changed: Changed, added: Collection[str] | None) -> Iterator[Changed]:
    """A change of a text without parameters of its links, and how these change, once for all its links.

    The text as it will be lacks those that `utm` `added`; the text as it was lacks all others than the new one shows,
    since nothing says which of them had been added.
    """
    if not changed.is_text or "utm_" not in changed.before + changed.after:
        yield changed
        return
    old, new = parameters_in(changed.before), parameters_in(changed.after)
    if without_parameters(changed.before) != without_parameters(changed.after) or not changed.after:
        after = without_parameters(changed.after, added)
        written = parameters_in(after)
        before = without_parameters(changed.before, [each for each in old if each not in written])
        yield replace(changed, before=before, after=after, words=compared(before, after))
    left, gained = ([each for each in these if each not in those] for these, those in ((old, new), (new, old)))
    if (left or gained) and changed.before and changed.after:
        yield Changed("link parameters", Aspect.LINKS, ", ".join(left), ", ".join(gained), path=changed.path)


def causes_of(items: Iterable[PlanItem]) -> tuple[NeedsYou, ...]:
    """Why these items are held, or wait: the cause of the first one first."""
    groups: dict[Hashable, list[PlanItem]] = {}
    for item in items:
        card = item.main.cards[0]
        groups.setdefault((card.code, _cause_of(card.said), _cause_of(card.todo)), []).append(item)
    return tuple(_caused(tuple(each)) for each in groups.values())


def _cause_of(said: Said | None) -> Hashable:
    """A key that is equal for cards with the same message and the same reason."""
    return said.cause if said else None


def _caused(items: tuple[PlanItem, ...]) -> NeedsYou:
    """The cause of these items.

    Its message and hint are complete if all posts share them; otherwise the parts that differ are left out.
    """
    cards = [card for item in items for card in item.cards]
    said = [card.said for card in cards if card.said]
    message = visible(sentence(str(common(said)))) if said else ""
    hint, is_for_all = _answer_for(cards, of_one_entry=len({item.occurrence for item in items}) == 1)
    return NeedsYou(cards[0].code, message, hint, items, own_hints=not is_for_all)


def _answer_for(cards: Sequence[Card], *, of_one_entry: bool) -> tuple[str, bool]:
    """What to do about all of these cards, and whether that leaves out nothing that one of them has."""
    todo = [card.todo for card in cards if card.todo]
    if not todo:
        return "", True
    hint = visible(str(common(todo, of_one_entry=of_one_entry)))
    return hint, is_the_same(todo, of_one_entry=of_one_entry)
