"""From entries to posts and ideas: each channel gets its own post, with overrides applied and defaults filled in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from bufferctl.config.catalog import (
    Catalog,
    DeclaredChannel,
    DeclaredOrganization,
    UnknownNameError,
    channel_of,
    clock_of,
)
from bufferctl.config.expand.layers import Defaults, Layer, Occurrence, fields_of, first_layer_with, occurrences
from bufferctl.config.expand.parameters import Parameters, parameters_for
from bufferctl.config.expand.threads import check_parts, check_thread, with_parts
from bufferctl.config.expand.variables import Values, Variables, names_in, values_of
from bufferctl.config.file_facts import MediaFiles
from bufferctl.config.format import (
    EXISTING,
    IdeaEntry,
    OccurrenceEntry,
    Override,
    PostEntry,
    PostFields,
    SharedPostEntry,
    carried,
)
from bufferctl.config.names import nearest_field
from bufferctl.config.parts import (
    assets_of,
    check_previews_in_thread,
    check_together,
    foreign_metadata,
    metadata_of,
    parts_of,
    text_of,
)
from bufferctl.config.reading import Reading
from bufferctl.config.times import LocalTimes
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Place, Related
from bufferctl.model import IDEAS, Address, Asset, Idea, NetworkMetadata, Post, ShareMode
from bufferctl.model.base import LAST_YEAR
from bufferctl.model.desired import Expansion, means
from bufferctl.model.metadata import thread_of


@dataclass(slots=True)
class DeclaredPost:
    """A post and the layers that its fields come from, for the checks across posts."""

    post: Post
    layers: tuple[Layer, ...]

    def spot(self, name: str) -> Spot:
        """The container that gives a field of it."""
        return (first_layer_with(self.layers, name) or self.layers[-1]).spot


@dataclass
class Posts:
    """Turns entries into posts, in file order."""

    catalog: Catalog
    reading: Reading
    files: MediaFiles
    found: list[DeclaredPost] = field(default_factory=list)

    def add_nested(self, declared: DeclaredChannel, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """The posts that a channel of an organization lists. `defaults`: the root file's."""
        entries = declared.spot.down("posts")
        for index, entry in enumerate(declared.entry.posts):
            if entry is None:
                self.reading.is_complete = False
                continue
            spot = entries.down(index)
            base = Layer(entry, spot)
            if entry.metadata is not None:
                foreign_metadata(base, [declared.channel.service], self.reading)
            self._repeat(entry, base, [declared], {}, owner, defaults)

    def add_shared(self, entries: tuple[SharedPostEntry | None, ...], defaults: Defaults) -> None:
        """The posts of a file that go to several channels."""
        posts = defaults.spot.down("posts")
        for index, entry in enumerate(entries):
            below = posts.down(index)
            self._check_channels(below, defaults)
            if entry is None:
                self.reading.is_complete = False
                continue
            named = below if entry.organization else defaults.spot
            owner = self._organization(entry.organization or defaults.organization, named)
            if owner is None:
                self.reading.is_complete = False
            else:
                self._spread(entry, below, owner, defaults)

    def _check_channels(self, entry: Spot, defaults: Defaults) -> None:
        """Report an entry without channels, even if it cannot be read for another reason."""
        if entry.has("channels") or defaults.channels or not isinstance(entry.node, dict):
            return
        if any(nearest_field(name, ("channels",)) for name in entry.node):
            return  # it is there by another name, which is reported
        if not entry.tree.empty.get(id(entry.node), set()) & {"channels", "<<"}:
            hint = "add `channels: [twitter, linkedin]` here, or at the top of the file for all of its posts"
            at = entry.tree.source.diagnostic(entry.offset, "`channels` is missing", hint=hint)
            self.reading.problems.append(at)

    def _organization(self, name: str | None, named: Spot) -> DeclaredOrganization | None:
        try:
            return self.catalog.organization(name)
        except UnknownNameError as error:
            if self.catalog.is_complete and not self.reading.full:
                self.reading.problems.append(named.at("organization", error.message, hint=error.hint))
            return None

    def _spread(self, entry: SharedPostEntry, spot: Spot, owner: DeclaredOrganization, defaults: Defaults) -> None:
        named = spot if entry.channels else defaults.spot
        channels = list(self._channels(entry.channels or defaults.channels, named, owner))
        base = Layer(entry, spot)
        if entry.metadata is not None and self.reading.is_intact(spot) and channels:
            foreign_metadata(base, [each.channel.service for each in channels], self.reading)
        own = self._overrides(entry.overrides, base, owner, channels)
        self._repeat(entry, base, channels, own, owner, defaults)

    def _repeat(
        self,
        entry: PostEntry,
        base: Layer,
        channels: list[DeclaredChannel],
        own: dict[str, Layer],
        owner: DeclaredOrganization,
        defaults: Defaults,
    ) -> None:
        """Each occurrence of an entry on each of its channels. `own`: the override of a channel, by its label."""
        clock = clock_of(entry.timezone, base.spot, defaults.clock, self.reading.problems)
        place = base.spot.place("key")
        self._check_fate(entry, base.spot, defaults)
        self._check_existing(base, channels)
        turns = occurrences(entry, base.spot, self.reading)
        series = _Series(self.reading) if entry.repeat else None
        for occurrence in turns:
            inside = occurrence.layer if occurrence else None
            key = occurrence.key(entry.key) if occurrence else entry.key
            always = {"key": key, "organization": owner.label}
            if occurrence:
                always["number"] = str(occurrence.number)
            values = values_of((inside, base) if inside else (base,), defaults, always, self.reading)
            turn = _Turn(key, place, occurrence, clock, defaults, values)
            inside_own = {}
            if inside is not None:
                self._check_existing(inside, channels)
            if inside is not None and isinstance(inside.fields, OccurrenceEntry):
                if inside.fields.metadata is not None:
                    foreign_metadata(inside, [each.channel.service for each in channels], self.reading)
                inside_own = self._overrides(inside.fields.overrides, inside, owner, channels)
            for declared in channels:
                label = declared.channel.label
                layers = tuple(filter(None, (inside_own.get(label), inside, own.get(label), base)))
                self._add(declared, layers, turn)
            if series:
                series.close(key, self.found, len(channels))

    def _check_fate(self, entry: PostEntry, spot: Spot, defaults: Defaults) -> None:
        """Report a protected post in a file that cancels all of its posts."""
        if entry.protect and defaults.given.get("cancelled") and "cancelled" not in entry.model_fields_set:
            message = "this post is protected, and the file cancels all of its posts"
            hint = "delete `protect`, or add `cancelled: false` here"
            self.reading.problems.append(spot.at_key("protect", message, hint=hint))

    def _check_existing(self, layer: Layer, channels: list[DeclaredChannel]) -> None:
        """Report ids for channels that the post does not go to."""
        for reference in layer.fields.existing.keys() - {EXISTING}:
            if self.reading.is_intact(layer.spot) and not any(
                means(reference, each.channel.label) for each in channels
            ):
                message = f"this post does not go to `{reference}`, so this would change nothing"
                below = layer.spot.down("existing")
                self.reading.problems.append(below.at_key(reference, message, hint="name one of its `channels`"))

    def _channels(self, names: tuple[str, ...], spot: Spot, owner: DeclaredOrganization) -> Iterator[DeclaredChannel]:
        """The channels that `channels` names. `spot`: the entry or the file that has it."""
        seen: dict[str, int] = {}
        for index, reference in enumerate(names):
            try:
                declared = channel_of(owner, reference)
            except UnknownNameError as error:
                self.reading.is_complete = False
                if self.catalog.is_complete and not self.reading.full:
                    self.reading.problems.append(spot.down("channels").at(index, error.message, hint=error.hint))
                continue
            first = seen.setdefault(declared.channel.label, index)
            if first == index:
                yield declared
                continue
            references = spot.down("channels")
            place = spot.tree.source.place(references.value(first))
            message = f"`{reference}` is the same channel as one above; the post would go there twice"
            self.reading.problems.append(
                references.at(index, message, hint="delete it", related=(Related(place, "first named here"),))
            )

    def _overrides(
        self, overrides: dict[str, Override], outer: Layer, owner: DeclaredOrganization, channels: list[DeclaredChannel]
    ) -> dict[str, Layer]:
        """The override of each channel, by its label. `outer`: the entry, or the occurrence that has them."""
        if not overrides:
            return {}
        below = outer.spot.down("overrides")
        labels = {each.channel.label for each in channels}
        found: dict[str, Layer] = {}
        for reference, override in overrides.items():
            try:
                declared = channel_of(owner, reference).channel
            except UnknownNameError as error:
                if self.catalog.is_complete and not self.reading.full:
                    self.reading.problems.append(below.at_key(reference, error.message, hint=error.hint))
                continue
            label = declared.label
            if label not in labels:
                if self.reading.is_intact(outer.spot):
                    message = f"this post does not go to `{reference}`, so this would change nothing"
                    self.reading.problems.append(below.at_key(reference, message, hint="add it to `channels`"))
            elif label in found:
                message = f"there is an override for {label} above"
                self.reading.problems.append(below.at_key(reference, message, hint="put both into one"))
            else:
                found[label] = Layer(override, below.down(reference), outer.of_occurrence)
                if override.metadata is not None:
                    foreign_metadata(found[label], [declared.service], self.reading)
        return found

    def _add(self, declared: DeclaredChannel, layers: tuple[Layer, ...], turn: _Turn) -> None:
        channel, reading, occurrence, defaults = declared.channel, self.reading, turn.occurrence, turn.defaults
        clock = turn.clock or declared.clock
        variables = Variables(reading, layers[-1].spot, turn.values, channel)
        fields = fields_of(layers, defaults)
        mode, due_at = self._schedule(layers, occurrence, clock)
        content = self._content(layers, fields, clock, variables, turn)
        if not fields.cancelled:
            check_together(content.text, layers, content.assets, content.metadata, content.spot, reading)
        parameters = parameters_for(layers, defaults, variables)
        if parameters:
            content = content.tagged(parameters)
        made = {
            "address": Address(channel.organization, channel.label, turn.key),
            "service": channel.service,
            "place": turn.place,
            "text": content.text or "",
            "mode": mode,
            "due_at": due_at,
            "assets": content.assets,
            "metadata": content.metadata,
            "was": _renamed(fields.was, turn.key, occurrence),
            "existing": _existing(fields, channel.label),
            "was_single": fields.was if occurrence and occurrence.number == 1 and fields.was != turn.key else None,
            "expansion": turn.expansion(layers, variables, parameters),
        }
        post = Post(**(carried(Post, fields) | made))
        self.found.append(DeclaredPost(self.files.of_post(post, layers), layers))

    def _content(
        self, layers: tuple[Layer, ...], fields: PostFields, clock: LocalTimes | None, variables: Variables, turn: _Turn
    ) -> _Content:
        """What is published, without the parameters of its links."""
        service, reading, given = variables.to.service, self.reading, fields.model_fields_set
        metadata, spot = metadata_of(layers, clock, variables, turn.defaults.starts)
        text = text_of(layers, variables)
        if thread := thread_of(metadata):
            text = check_thread(text, thread, spot, reading)
        assets = assets_of(layers, fields.assets, variables)
        holder, above = spot, 0
        if "thread" in given and (layer := first_layer_with(layers, "thread")):
            check_parts(layers, text, metadata, service, reading)
            parts = parts_of(layers, variables)
            if parts and not thread:
                metadata = with_parts(metadata, parts, text, assets, service)
                holder, above = layer.spot, 1
        check_previews_in_thread(metadata, holder, reading, above=above)
        return _Content(text, assets, metadata, spot)

    def _schedule(
        self, layers: tuple[Layer, ...], occurrence: Occurrence | None, clock: LocalTimes | None
    ) -> tuple[ShareMode, datetime | None]:
        """Mode and instant. An override that sets one of them replaces both of the entry."""
        layer = first_layer_with(layers, "mode", "due_at") or layers[-1]
        mode = layer.fields.mode
        timed = first_layer_with(layers, "due_at") if mode is None or mode is ShareMode.CUSTOM_SCHEDULED else layer
        when = timed.fields.due_at if timed else None
        spot = timed.spot if timed else layer.spot
        if mode is None:
            mode = ShareMode.CUSTOM_SCHEDULED if when else ShareMode.ADD_TO_QUEUE
        elif mode is ShareMode.CUSTOM_SCHEDULED and when is None:
            if self.reading.is_intact(*(each.spot for each in layers)):
                hint = "write `due_at: 2026-12-01 09:00`"
                self.reading.problems.append(layer.spot.at("mode", "`customScheduled` needs a `due_at`", hint=hint))
        elif mode is not ShareMode.CUSTOM_SCHEDULED and when is not None:
            message = f"Buffer ignores `due_at` with `mode: {mode}`, so the post would go out at another time"
            hint = "delete `mode` to publish at that time, or delete `due_at`"
            self.reading.problems.append(layer.spot.at_key("due_at", message, hint=hint))
        if occurrence and when is None and self.reading.is_intact(*(each.spot for each in layers)):
            message = "a post with `repeat` needs a `due_at`, the time of its first occurrence"
            self.reading.problems.append(layers[-1].spot.at_key("repeat", message, hint="add `due_at`"))
        if occurrence and when and timed and not timed.of_occurrence:
            when = self._moved(when, occurrence, layers[-1].spot)
        where = f", under `each: {{{occurrence.number}: {{due_at: …}}}}`" if occurrence else ""
        return mode, self.reading.when(when, clock, spot, "due_at", where=where)

    def _moved(self, when: datetime, occurrence: Occurrence, spot: Spot) -> datetime | None:
        moved = when + occurrence.later
        if moved.year <= LAST_YEAR:
            return moved
        message = f"the last occurrences would be after the year {LAST_YEAR}"
        self.reading.problems.append(spot.down("repeat").at_key("times", message, hint="lower `times`"))
        return None


@dataclass
class _Turn:
    """One occurrence of an entry, or the entry itself: what its posts have in common.

    `clock`: of its times without an offset, None for the channel's.
    """

    key: str
    place: Place
    occurrence: Occurrence | None
    clock: LocalTimes | None
    defaults: Defaults
    values: Values
    expansions: dict[tuple[object, ...], Expansion] = field(default_factory=dict)

    def expansion(
        self, layers: tuple[Layer, ...], variables: Variables, parameters: Parameters | None
    ) -> Expansion | None:
        """How a post was made; None if it says just what its entry says. Posts made alike share one object."""
        timed = first_layer_with(layers, "due_at") if self.defaults.starts else None
        relative = timed is not None and str(timed.spot.child("due_at")).startswith("start")
        used, threaded = variables.used, first_layer_with(layers, "thread") is not None
        added, untagged = (tuple(parameters.added), tuple(parameters.untagged)) if parameters else ((), ())
        if not (self.occurrence or used or added or relative or threaded):
            return None
        key = (relative, threaded, added, untagged, *((name, each.value) for name, each in used.items()))
        if key not in self.expansions:
            self.expansions[key] = Expansion(
                number=self.occurrence.number if self.occurrence else 0,
                times=self.occurrence.repeat.times if self.occurrence else 0,
                every=self.occurrence.every if self.occurrence else "",
                starts=self.defaults.starts if relative else None,
                variables=tuple(used[name] for name in sorted(used)),
                parameters=added,
                untagged=untagged,
                thread=threaded,
            )
        return self.expansions[key]


@dataclass
class _Series:
    """What the occurrences of one entry have in common: equal texts, and problems that are reported only once.

    `reported`: how many problems were found before this occurrence. `first_keys`: the key of the first occurrence, by
    channel and content.
    """

    reading: Reading
    reported: int = field(init=False)
    seen: set[tuple[str, Place | None]] = field(default_factory=set)
    first_keys: dict[tuple[str, object], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.reported = len(self.reading.problems)

    def close(self, key: str, found: list[DeclaredPost], channels: int) -> None:
        """Name the occurrence in its problems, and set which earlier one its posts repeat.

        `channels`: how many of the last of `found` are of the occurrence with that `key`.
        """
        problems = self.reading.problems
        for problem in problems[self.reported :]:
            problems.remove(problem)
            if (problem.message, problem.place) not in self.seen:
                problems.append(replace(problem, message=f"{problem.message} (in `{key}`)"))
            self.seen.add((problem.message, problem.place))
        self.reported = len(problems)
        for declared in found[len(found) - channels :]:
            post = declared.post
            content = post.text.strip() or post.assets
            if post.cancelled or not content or post.expansion is None:
                continue
            first = self.first_keys.setdefault((post.address.channel, content), key)
            if first != key and post.repeat_of is None:
                expansion = replace(post.expansion, repeats=first)
                declared.post = replace(post, repeat_of=first, expansion=expansion)


class _Content(NamedTuple):
    """What is published. `spot`: the place of its metadata."""

    text: str | None
    assets: tuple[Asset, ...]
    metadata: NetworkMetadata | None
    spot: Spot

    def tagged(self, parameters: Parameters) -> _Content:
        """The same with the parameters that its links lack."""
        text = parameters.text(self.text) if self.text else self.text
        metadata = parameters.metadata(self.metadata) if self.metadata else self.metadata
        return self._replace(text=text, metadata=metadata)


def _existing(fields: PostFields, channel: str) -> str | None:
    """The id of the live post on the channel with that label."""
    return next((id_ for to, id_ in fields.existing.items() if to == EXISTING or means(to, channel)), None)


def _renamed(was: str | None, key: str, occurrence: Occurrence | None) -> str | None:
    """The previous key of a post; that of an occurrence has the same number."""
    if was is None or occurrence is None:
        return was
    numbered = occurrence.key(was)
    return numbered if numbered != key else None


@dataclass
class Ideas:
    """Turns entries into ideas, in file order, each with the place of its entry."""

    reading: Reading
    files: MediaFiles
    found: list[tuple[Idea, Spot]] = field(default_factory=list)

    def add(self, entry: IdeaEntry, spot: Spot, owner: DeclaredOrganization, defaults: Defaults) -> None:
        """One idea of an organization. `defaults`: its file's, whose `timezone` applies to its date."""
        text = self._text(entry, spot)
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
        self.found.append((self.files.of_idea(idea, spot), spot))

    def _check_variables(self, entry: IdeaEntry, spot: Spot, defaults: Defaults) -> None:
        """Report variables, which ideas do not support (design: Campaigns): Buffer would show their names."""
        names = {name for given, _ in defaults.vars for name in given}
        for field_name, text in (("title", entry.title), ("text", entry.text)):
            for name in sorted(names & names_in(text or "")) if names else ():
                message = f"ideas take no variables, so Buffer would show `$({name})`"
                self.reading.problems.append(spot.at_quote(field_name, f"$({name})", message, hint="write its value"))

    def _text(self, entry: IdeaEntry, spot: Spot) -> str | None:
        if entry.text is not None and entry.text_file is not None:
            message = "`text` and `text_file` are both given"
            self.reading.problems.append(spot.at_key("text_file", message, hint="keep one of them"))
        if entry.text is None and entry.text_file is not None:
            return self.reading.text_file(entry.text_file, spot)
        return entry.text
