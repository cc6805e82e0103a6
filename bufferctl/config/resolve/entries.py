"""The pipeline from entries to posts: entry, occurrences, channels, layers, fields, values, post.

Each step is a module of `expand/` or `parts.py`, with the messages about it. Ideas have no channels, overrides or
variables.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar

from bufferctl.config.format import (
    EXISTING,
    REPEAT_OF,
    IdeaEntry,
    LocalTimes,
    PostEntry,
    SharedIdeaEntry,
    SharedPostEntry,
    carried,
    names_of,
)
from bufferctl.config.read import Reading, Spot
from bufferctl.config.resolve.catalog import DeclaredChannel, DeclaredOrganization, clock_of
from bufferctl.config.resolve.expand.channels import Destinations
from bufferctl.config.resolve.expand.layers import (
    Defaults,
    Layer,
    Repetition,
    Resolved,
    Series,
    fields_of,
    first_layer_with,
    occurrences,
    schedule_of,
)
from bufferctl.config.resolve.expand.mentions import AT
from bufferctl.config.resolve.expand.parameters import Parameters, UtmParameters, utm_of
from bufferctl.config.resolve.expand.variables import Used, Values, Variables, check_values, names_in, values_of
from bufferctl.config.resolve.file_facts import MediaFiles
from bufferctl.config.resolve.parts import check_one_text, check_together, content_of
from bufferctl.diagnostics import Kind, Place
from bufferctl.model import IDEAS, Address, Channel, Expansion, Idea, Post, ShareMode
from bufferctl.model.metadata import default_metadata
from bufferctl.value import replace

T = TypeVar("T")

#: An entry with these alone is one post on each of its channels, as it is written: a post has the same fields.
_AS_WRITTEN = names_of(Post) & SharedPostEntry.model_fields.keys() | {"key", "channels", "organization"}
_AS_WRITTEN -= {"metadata", "cancelled", "was", "existing", "repeat_of"}
#: Stands for a date that is wrong, which is reported where it is given.
_WRONG = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Posts:
    """Turns entries into posts, in file order."""

    destinations: Destinations
    reading: Reading
    files: MediaFiles
    found: list[Resolved[Post]] = field(default_factory=list)

    def add_nested(self, declared: DeclaredChannel, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """The posts that a channel of an organization lists. `defaults`: the root file's."""
        for entry, spot in zip(declared.entry.posts, declared.spot.down("posts").each(), strict=False):
            if entry is None:
                self.reading.is_complete = False
            else:
                self._expand(entry, Layer(entry, spot), [declared], owner, defaults)

    def add_shared(self, entries: Iterable[SharedPostEntry | None], defaults: Defaults) -> None:
        """The posts of a file that go to several channels."""
        self.destinations.check_called_off(defaults)
        for given, spot in defaults.vars:
            check_values(given, spot, (each for each, _ in defaults.vars), self.reading)
        for entry, below in zip(entries, defaults.spot.down("posts").each(), strict=False):
            self.destinations.check_given(below, defaults)
            owner = self.destinations.organization(entry, below, defaults) if entry else None
            if entry is None or owner is None:
                self.reading.is_complete = False
                continue
            named = below if entry.channels else defaults.spot
            channels = self.destinations.channels(entry.channels or defaults.channels, named, owner)
            self._expand(entry, Layer(entry, below), channels, owner, defaults)

    def _expand(
        self, entry: PostEntry, base: Layer, to: list[DeclaredChannel], owner: DeclaredOrganization, defaults: Defaults
    ) -> None:
        """Each occurrence of an entry on each of its channels."""
        place = base.spot.place("key")
        if not defaults.may_expand and base.node.keys() <= _AS_WRITTEN:
            turn = _Turn(self.reading, (base,), entry.key, place, defaults, defaults.clock)
            self.found += [self._post(declared, turn) for declared in to]
            return
        clock = clock_of(entry.timezone, base.spot, defaults.clock, self.reading.problems)
        self.destinations.check_protected(base, to, defaults)
        own = self.destinations.overrides(base, owner, to)
        if entry.repeat:
            self.destinations.check_repeats(base, *own.values())
        check_values(entry.vars, base.spot, [each for each, _ in defaults.vars], self.reading)
        series = Series(self.reading, len(self.reading.problems)) if entry.repeat else None
        for occurrence in occurrences(entry, base.spot, self.reading):
            inside = occurrence.layer if occurrence else None
            layers = (inside, base) if inside else (base,)
            key = occurrence.key(entry.key) if occurrence else entry.key
            number = {"number": str(occurrence.number)} if occurrence else {}
            if inside:
                outer = [entry.vars, *(each for each, _ in defaults.vars)]
                check_values(getattr(inside.fields, "vars", {}), inside.spot, outer, self.reading)
            always = {"key": key, "organization": owner.label, **number}
            values = values_of(layers, defaults, always, owner.mentions, self.reading)
            turn = _Turn(self.reading, layers, key, place, defaults, clock, occurrence, values)
            inside_own = self.destinations.overrides(inside, owner, to) if inside else {}
            for declared in to:
                label, its = declared.channel.label, turn
                if label in inside_own or label in own:
                    all_layers = (inside_own.get(label), inside, own.get(label), base)
                    its = replace(turn, layers=tuple(filter(None, all_layers)))
                self.found.append(self._post(declared, its))
            if series:
                series.close(key, self.found, len(to))

    def _post(self, declared: DeclaredChannel, turn: _Turn) -> Resolved[Post]:
        channel, clock = declared.channel, turn.clock or declared.clock
        mode, due_at = turn.schedule(clock)
        made = turn.fields | {
            "address": Address(channel.organization, channel.label, turn.key),
            "service": channel.service,
            "place": turn.place,
            "mode": mode,
            "due_at": due_at,
            "metadata": default_metadata(channel.service),
        }
        if channel.suspended or "suspended" in turn.fields:
            made |= turn.suspension(channel.suspended)
        if turn.values is not None:
            made |= self._expanded(channel, turn, turn.values, clock, due_at)
        post = Post(**made)
        if not post.cancelled:
            check_together(post, turn.layers, self.reading)
        return Resolved(self.files.of(post, turn.spots), turn.spots)

    def _expanded(
        self, channel: Channel, turn: _Turn, values: Values, clock: LocalTimes | None, due_at: datetime | None
    ) -> dict[str, Any]:
        """The fields of a post that are expanded, or that differ from channel to channel."""
        layers, given, defaults = turn.layers, turn.given, turn.defaults
        starts = defaults.starts or (_WRONG.date() if defaults.spot.has("starts") else None)
        timed = due_at or (None if self.reading.is_intact(*turn.spots) else _WRONG)
        variables = Variables(self.reading, turn.spots[-1], values, channel, starts, timed)
        text, assets, metadata = content_of(layers, given, clock, variables, defaults.starts)
        if parameters := turn.utm.filled_in(variables) if turn.utm else None:
            text, metadata = text and parameters.text(text), metadata and parameters.within(metadata)
        is_named = bool(defaults.cancelled) or "cancelled" in given
        ids = _given_for(channel, turn.fields.get("existing", {}), EXISTING)
        repeated = _given_for(channel, turn.fields.get("repeat_of", {}), REPEAT_OF)
        return {
            "text": text or "",
            "assets": assets,
            "metadata": metadata,
            "cancelled": is_named and self.destinations.calls_off(channel, layers, defaults),
            "existing": ids[0] if ids else None,
            "repeat_of": tuple(key for keys in repeated for key in keys),
            "expansion": turn.expansion(variables.used, parameters),
        }


def _given_for(channel: Channel, given: Mapping[str, T], every: str) -> list[T]:
    """What a field gives by channel for this one. `every`: the name of what it gives for all of them."""
    if not given:
        return []
    names = {every, *channel.references}
    return [each for name, each in given.items() if name in names]


@dataclass
class _Turn:
    """What the posts of one occurrence, or of an entry without repeats, share: they differ only in their channel."""

    reading: Reading  # for problems
    layers: tuple[Layer, ...]  # of their fields, most specific first
    key: str  # with the number of the occurrence
    place: Place  # of the entry's key
    defaults: Defaults  # those of its file
    clock: LocalTimes | None  # of its times without an offset, None for the channel's
    occurrence: Repetition | None = None  # None for the entry itself
    values: Values | None = None  # of its variables; None if there is nothing to expand
    spots: tuple[Spot, ...] = field(init=False)  # the places of the layers
    fields: dict[str, Any] = field(init=False)  # what the layers and the file give
    schedules: dict[int, tuple[ShareMode, datetime | None]] = field(init=False)  # by the id of the clock

    def __post_init__(self) -> None:
        self.spots = tuple([layer.spot for layer in self.layers])
        self.fields, self.schedules = fields_of(self.layers, self.defaults), {}
        if self.occurrence and (named := self.fields.get("was")):
            was = self.occurrence.key(named)
            self.fields["was"] = was if was != self.key else None
            self.fields["was_single"] = named if self.occurrence.number == 1 and named != self.key else None

    @cached_property
    def given(self) -> set[str]:
        """The fields that any layer gives."""
        return set().union(*[spot.node for spot in self.spots])

    @cached_property
    def utm(self) -> UtmParameters | None:
        """The parameters of its links, with variables."""
        return utm_of(self.layers, self.defaults, self.reading) if self.defaults.utm or "utm" in self.given else None

    def suspension(self, outer: str) -> dict[str, Any]:
        """Whether it goes out. `outer`: why nothing does on its channel, empty if it does."""
        reason = self.fields.get("suspended", outer)
        around = (outer, self.defaults.given.get("suspended"), *(layer.fields.suspended for layer in self.layers))
        return {"suspended": reason, "let_out": not reason and any(around)}

    def schedule(self, clock: LocalTimes | None) -> tuple[ShareMode, datetime | None]:
        """Mode and instant on channels with that clock."""
        if id(clock) not in self.schedules:
            self.schedules[id(clock)] = schedule_of(self.layers, self.occurrence, clock, self.reading)
        return self.schedules[id(clock)]

    def expansion(self, used: Used, parameters: Parameters | None) -> Expansion | None:
        """How a post was made; None if it says just what its entry says."""
        timed = first_layer_with(self.layers, "due_at") if self.defaults.starts else None
        relative = timed is not None and str(timed.spot.get("due_at")).startswith("start")
        added, untagged = (tuple(parameters.added), tuple(parameters.untagged)) if parameters else ((), ())
        threaded = "thread" in self.given
        if not (self.occurrence or used or added or timed or threaded):
            return None
        return Expansion(
            number=self.occurrence.number if self.occurrence else 0,
            times=self.occurrence.repeat.times if self.occurrence else 0,
            every=self.occurrence.every if self.occurrence else "",
            starts=self.defaults.starts if relative else None,
            fixed=timed is not None and not relative,
            variables=tuple([used[name] for name in sorted(used)]),
            parameters=added,
            untagged=untagged,
            thread=threaded,
        )


@dataclass
class Ideas:
    """Turns entries into ideas, in file order, each with the place of its entry."""

    destinations: Destinations
    reading: Reading
    files: MediaFiles
    found: list[Resolved[Idea]] = field(default_factory=list)

    def add_nested(self, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """The ideas that an organization lists. `defaults`: the root file's."""
        for index, entry in enumerate(owner.entry.ideas):
            if entry is not None:
                self._add(entry, owner.spot.down("ideas", index), owner, defaults)

    def add_shared(self, entries: Iterable[SharedIdeaEntry | None], defaults: Defaults) -> None:
        for index, entry in enumerate(entries):
            spot = defaults.spot.down("ideas", index)
            owner = self.destinations.organization(entry, spot, defaults) if entry else None
            if entry is None or owner is None:
                self.reading.is_complete = False
            else:
                self._add(entry, spot, owner, defaults)

    def _add(self, entry: IdeaEntry, spot: Spot, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """One idea of an organization. `defaults`: its file's, whose `timezone` applies to its date."""
        check_one_text(entry, spot, self.reading)
        is_in_file = entry.text is None and entry.text_file is not None
        text = self.reading.text_file(entry.text_file or "", spot) if is_in_file else entry.text
        self._check_variables(entry, spot, defaults)
        has_content = entry.title or text or entry.media
        if not has_content and not entry.cancelled and self.reading.is_intact(spot):
            message = "this idea has neither title nor text nor media"
            self.reading.problems.append(spot.at_key("key", message, hint="write a `title`", kind=Kind.MISSING_FIELD))
        made = {
            "address": Address(owner.label, IDEAS, entry.key),
            "place": spot.place("key"),
            "text": text,
            "date": self.reading.when(entry.date, defaults.clock or owner.clock, spot, "date"),
            "existing": entry.existing.get(EXISTING),
            "repeat_of": entry.repeat_of.get(REPEAT_OF, ()),
        }
        idea = Idea(**(carried(Idea, entry) | made))
        self.found.append(Resolved(self.files.of(idea, (spot,)), (spot,)))

    def _check_variables(self, entry: IdeaEntry, spot: Spot, defaults: Defaults) -> None:
        """Report variables, which ideas do not support (design: Campaigns): Buffer would show their names."""
        known = {name for given, _ in defaults.vars for name in given}
        for field_name, text in (("title", entry.title), ("text", entry.text)):
            for name in sorted(name for name in names_in(text or "") if name in known or "|" in name or AT in name):
                message = f"ideas take no variables, so Buffer would show `$({name})`"
                self.reading.problems.append(spot.at_quote(field_name, f"$({name})", message, hint="write its value"))
