"""The pipeline from entries to posts: entry, occurrences, channels, layers, fields, values, post.

Each step is a module of `expand/` or `parts.py`, with the messages about it. Ideas have no channels, overrides or
variables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bufferctl.config.catalog import DeclaredChannel, DeclaredOrganization, clock_of
from bufferctl.config.expand.channels import Targets
from bufferctl.config.expand.layers import (
    Declared,
    Defaults,
    Layer,
    Occurrence,
    Series,
    fields_of,
    first_layer_with,
    occurrences,
    schedule_of,
)
from bufferctl.config.expand.parameters import Parameters, parameters_for
from bufferctl.config.expand.variables import Values, Variables, names_in, values_of
from bufferctl.config.file_facts import MediaFiles
from bufferctl.config.format import EXISTING, IdeaEntry, PostEntry, SharedIdeaEntry, SharedPostEntry, carried, names_of
from bufferctl.config.parts import Content, check_one_text, check_together, content_of
from bufferctl.config.reading import Reading
from bufferctl.config.times import LocalTimes
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Place
from bufferctl.model import IDEAS, Address, Idea, Post
from bufferctl.model.desired import Expansion
from bufferctl.model.metadata import default_metadata

#: An entry with these alone is one post on each of its channels, as it is written: a post has the same fields.
_AS_WRITTEN = names_of(Post) & SharedPostEntry.model_fields.keys() | {"key", "channels", "organization"}
_AS_WRITTEN -= {"metadata", "cancelled", "was", "existing"}
#: Stands for a date that is wrong, which is reported where it is given.
_WRONG = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Posts:
    """Turns entries into posts, in file order."""

    targets: Targets
    reading: Reading
    files: MediaFiles
    found: list[Declared[Post]] = field(default_factory=list)

    def add_nested(self, declared: DeclaredChannel, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """The posts that a channel of an organization lists. `defaults`: the root file's."""
        for entry, spot in zip(declared.entry.posts, declared.spot.down("posts").each(), strict=False):
            if entry is None:
                self.reading.is_complete = False
            else:
                self._expand(entry, Layer(entry, spot), [declared], owner, defaults)

    def add_shared(self, entries: Iterable[SharedPostEntry | None], defaults: Defaults) -> None:
        """The posts of a file that go to several channels."""
        self.targets.check_called_off(defaults)
        for entry, below in zip(entries, defaults.spot.down("posts").each(), strict=False):
            self.targets.check_given(below, defaults)
            if entry is None:
                self.reading.is_complete = False
                continue
            owner = self.targets.organization(entry, below, defaults)
            if owner is not None:
                named = below if entry.channels else defaults.spot
                channels = self.targets.channels(entry.channels or defaults.channels, named, owner)
                self._expand(entry, Layer(entry, below), channels, owner, defaults)

    def _expand(
        self, entry: PostEntry, base: Layer, to: list[DeclaredChannel], owner: DeclaredOrganization, defaults: Defaults
    ) -> None:
        """Each occurrence of an entry on each of its channels."""
        adds = defaults.vars or defaults.utm or defaults.cancelled or defaults.spot.has("starts")
        if not (adds or base.spot.tree.source.may_hold_variables) and base.node.keys() <= _AS_WRITTEN:
            self._as_written(base, to, defaults, entry.key)
            return
        clock = clock_of(entry.timezone, base.spot, defaults.clock, self.reading.problems)
        place = base.spot.place("key")
        self.targets.check_protected(base, to, defaults)
        own = self.targets.overrides(base, owner, to)
        series = Series(self.reading, len(self.reading.problems)) if entry.repeat else None
        for occurrence in occurrences(entry, base.spot, self.reading):
            inside = occurrence.layer if occurrence else None
            key = occurrence.key(entry.key) if occurrence else entry.key
            number = {"number": str(occurrence.number)} if occurrence else {}
            always = {"key": key, "organization": owner.label, **number}
            values = values_of((inside, base) if inside else (base,), defaults, always, self.reading)
            turn = _Turn(key, place, occurrence, clock, defaults, values)
            inside_own = self.targets.overrides(inside, owner, to) if inside else {}
            for declared in to:
                label = declared.channel.label
                layers = tuple(filter(None, (inside_own.get(label), inside, own.get(label), base)))
                self.found.append(self._post(declared, layers, turn))
            if series:
                series.close(key, self.found, len(to))

    def _as_written(self, base: Layer, channels: list[DeclaredChannel], defaults: Defaults, key: str) -> None:
        """An entry with nothing to expand, as most are: the same as `_post` makes of it, in half the time."""
        layers, spots = (base,), (base.spot,)
        fields, place = fields_of(layers, defaults), base.spot.place("key")
        for declared in channels:
            channel, clock = declared.channel, defaults.clock or declared.clock
            mode, due_at = schedule_of(layers, None, clock, self.reading)
            metadata, text = default_metadata(channel.service), fields.get("text")
            check_together(Content(text, fields.get("assets", ()), metadata, base.spot), layers, self.reading)
            made = {"text": text or "", "mode": mode, "due_at": due_at, "metadata": metadata}
            address = Address(channel.organization, channel.label, key)
            post = Post(address, channel.service, place, **(fields | made))
            self.found.append(Declared(self.files.of(post, spots), spots))

    def _post(self, declared: DeclaredChannel, layers: tuple[Layer, ...], turn: _Turn) -> Declared[Post]:
        channel, reading, occurrence, defaults = declared.channel, self.reading, turn.occurrence, turn.defaults
        clock = turn.clock or declared.clock
        fields = fields_of(layers, defaults)
        spots = tuple([layer.spot for layer in layers])
        given = set().union(*[spot.node for spot in spots])  # what no layer has takes no time below
        mode, due_at = schedule_of(layers, occurrence, clock, reading)
        starts = defaults.starts or (_WRONG.date() if defaults.spot.has("starts") else None)
        timed = due_at or (None if reading.is_intact(*spots) else _WRONG)
        variables = Variables(reading, spots[-1], turn.values, channel, starts, timed)
        content = content_of(layers, given, clock, variables, defaults.starts)
        is_named = bool(defaults.cancelled) or "cancelled" in given
        cancelled = is_named and self.targets.calls_off(channel, layers, defaults)
        if not cancelled:
            check_together(content, layers, reading)
        parameters = parameters_for(layers, defaults, variables) if defaults.utm or "utm" in given else None
        if parameters:
            content = content.tagged(parameters)
        ids, named = fields.get("existing"), fields.get("was")
        own = next((i for to, i in ids.items() if to in {EXISTING, *channel.references}), None) if ids else None
        was = occurrence.key(named) if occurrence and named else named
        made = {
            "address": Address(channel.organization, channel.label, turn.key),
            "service": channel.service,
            "place": turn.place,
            "text": content.text or "",
            "mode": mode,
            "due_at": due_at,
            "assets": content.assets,
            "metadata": content.metadata,
            "cancelled": cancelled,
            "was": None if occurrence and was == turn.key else was,
            "existing": own,
            "was_single": named if occurrence and occurrence.number == 1 and named != turn.key else None,
            "expansion": turn.expansion(layers, variables, parameters, threaded="thread" in given),
        }
        post = Post(**(fields | made))
        return Declared(self.files.of(post, spots), spots)


@dataclass
class _Turn:
    """One occurrence of an entry, or the entry itself: what its posts have in common."""

    key: str  # with the number of the occurrence
    place: Place  # of the entry's key
    occurrence: Occurrence | None  # None for the entry itself
    clock: LocalTimes | None  # of its times without an offset, None for the channel's
    defaults: Defaults  # those of its file
    values: Values  # of its variables
    expansions: dict[tuple[object, ...], Expansion] = field(default_factory=dict)  # made already, by what they say

    def expansion(
        self, layers: tuple[Layer, ...], variables: Variables, parameters: Parameters | None, *, threaded: bool
    ) -> Expansion | None:
        """How a post was made; None if it says just what its entry says. Posts made alike share one object."""
        timed = first_layer_with(layers, "due_at") if self.defaults.starts else None
        relative = timed is not None and str(timed.spot.get("due_at")).startswith("start")
        used = variables.used
        added, untagged = (tuple(parameters.added), tuple(parameters.untagged)) if parameters else ((), ())
        fixed = timed is not None and not relative
        if not (self.occurrence or used or added or timed or threaded):
            return None
        key = (relative, fixed, threaded, added, untagged, *((name, each.value) for name, each in used.items()))
        if key not in self.expansions:
            self.expansions[key] = Expansion(
                number=self.occurrence.number if self.occurrence else 0,
                times=self.occurrence.repeat.times if self.occurrence else 0,
                every=self.occurrence.every if self.occurrence else "",
                starts=self.defaults.starts if relative else None,
                fixed=fixed,
                variables=tuple(used[name] for name in sorted(used)),
                parameters=added,
                untagged=untagged,
                thread=threaded,
            )
        return self.expansions[key]


@dataclass
class Ideas:
    """Turns entries into ideas, in file order, each with the place of its entry."""

    targets: Targets
    reading: Reading
    files: MediaFiles
    found: list[Declared[Idea]] = field(default_factory=list)

    def add_nested(self, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """The ideas that an organization lists. `defaults`: the root file's."""
        for index, entry in enumerate(owner.entry.ideas):
            if entry is not None:
                self._add(entry, owner.spot.down("ideas", index), owner, defaults)

    def add_shared(self, entries: Iterable[SharedIdeaEntry | None], defaults: Defaults) -> None:
        for index, entry in enumerate(entries):
            spot = defaults.spot.down("ideas", index)
            owner = self.targets.organization(entry, spot, defaults) if entry else None
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
            self.reading.problems.append(spot.at_key("key", message, hint="write a `title`"))
        made = {
            "address": Address(owner.label, IDEAS, entry.key),
            "place": spot.place("key"),
            "text": text,
            "date": self.reading.when(entry.date, defaults.clock or owner.clock, spot, "date"),
            "existing": entry.existing.get(EXISTING),
        }
        idea = Idea(**(carried(Idea, entry) | made))
        self.found.append(Declared(self.files.of(idea, (spot,)), (spot,)))

    def _check_variables(self, entry: IdeaEntry, spot: Spot, defaults: Defaults) -> None:
        """Report variables, which ideas do not support (design: Campaigns): Buffer would show their names."""
        known = {name for given, _ in defaults.vars for name in given}
        for field_name, text in (("title", entry.title), ("text", entry.text)):
            for name in sorted(name for name in names_in(text or "") if name in known or "|" in name):
                message = f"ideas take no variables, so Buffer would show `$({name})`"
                self.reading.problems.append(spot.at_quote(field_name, f"$({name})", message, hint="write its value"))
