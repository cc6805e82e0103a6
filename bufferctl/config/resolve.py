"""From entries to posts and ideas: each channel gets its own post, with overrides applied and defaults filled in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

from bufferctl.config.catalog import Catalog, DeclaredChannel, DeclaredOrganization, UnknownNameError, channel_of
from bufferctl.config.content import (
    Layer,
    check_thread,
    check_together,
    foreign_metadata,
    layer_of,
    metadata_of,
    text_of,
    thread_of,
    with_link_attachment,
    with_link_attachments_in_thread,
)
from bufferctl.config.files import Files
from bufferctl.config.format import IdeaEntry, Override, PostEntry, SharedPostEntry
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Related
from bufferctl.model import IDEAS, Address, Idea, Post, ShareMode


@dataclass
class DeclaredPost:
    """A post and where its fields stand, for the checks that look across posts."""

    post: Post
    layers: tuple[Layer, ...]

    def spot(self, name: str) -> Spot:
        """Where a field of it stands."""
        return (layer_of(self.layers, name) or self.layers[-1]).spot


@dataclass
class Posts:
    """Turns entries into posts, in file order."""

    catalog: Catalog
    reading: Reading
    files: Files
    found: list[DeclaredPost] = field(default_factory=list)

    def nested(self, declared: DeclaredChannel) -> None:
        """The posts that stand under a channel."""
        entries = declared.spot.down("posts")
        for index, entry in enumerate(declared.entry.posts):
            if entry is None:
                self.reading.whole = False
                continue
            spot = entries.down(index)
            layers = (Layer(entry, spot),)
            if entry.metadata is not None:
                foreign_metadata(layers[0], [declared.channel.service], self.reading)
            self._add(declared, entry, layers)

    def shared(self, entries: tuple[SharedPostEntry | None, ...], spot: Spot, organization: str | None) -> None:
        """The posts of a file that go to several channels. `organization`: the file's."""
        posts = spot.down("posts")
        for index, entry in enumerate(entries):
            if entry is None:
                self.reading.whole = False
                continue
            below = posts.down(index)
            named = below if entry.organization else spot
            owner = self._organization(entry.organization or organization, named, below)
            if owner is None:
                self.reading.whole = False
            else:
                self._spread(entry, below, owner)

    def _organization(self, name: str | None, named: Spot, entry: Spot) -> DeclaredOrganization | None:
        try:
            return self.catalog.organization(name)
        except UnknownNameError as error:
            if self.catalog.whole and not self.reading.full:
                at = named.at("organization", error.message, hint=error.hint)
                self.reading.problems.append(at if name else entry.at_key("key", error.message, hint=error.hint))
            return None

    def _spread(self, entry: SharedPostEntry, spot: Spot, owner: DeclaredOrganization) -> None:
        channels = list(self._channels(entry, spot, owner))
        overrides = dict(self._overrides(entry, spot, owner, [each for each, _ in channels]))
        base = Layer(entry, spot)
        if entry.metadata is not None and self.reading.sound(spot) and channels:
            foreign_metadata(base, [each.channel.service for each, _ in channels], self.reading)
        for declared, _ in channels:
            own = overrides.get(declared.channel.label)
            if own is not None and own.fields.metadata is not None:
                foreign_metadata(own, [declared.channel.service], self.reading)
            self._add(declared, entry, (own, base) if own else (base,))

    def _channels(
        self, entry: SharedPostEntry, spot: Spot, owner: DeclaredOrganization
    ) -> Iterator[tuple[DeclaredChannel, int]]:
        references = spot.down("channels")
        seen: dict[str, int] = {}
        for index, reference in enumerate(entry.channels):
            try:
                declared = channel_of(owner, reference)
            except UnknownNameError as error:
                self.reading.whole = False
                if self.catalog.whole and not self.reading.full:
                    self.reading.problems.append(references.at(index, error.message, hint=error.hint))
                continue
            first = seen.setdefault(declared.channel.label, index)
            if first == index:
                yield declared, index
                continue
            place = spot.tree.source.place(references.value(first))
            message = f"`{reference}` is the same channel as one above; the post would go there twice"
            self.reading.problems.append(
                references.at(index, message, hint="delete it", related=(Related(place, "first named here"),))
            )

    def _overrides(
        self, entry: SharedPostEntry, spot: Spot, owner: DeclaredOrganization, channels: list[DeclaredChannel]
    ) -> Iterator[tuple[str, Layer]]:
        below = spot.down("overrides")
        labels = {each.channel.label for each in channels}
        seen: set[str] = set()
        for reference, override in entry.overrides.items():
            try:
                label = channel_of(owner, reference).channel.label
            except UnknownNameError as error:
                if self.catalog.whole and not self.reading.full:
                    self.reading.problems.append(below.at_key(reference, error.message, hint=error.hint))
                continue
            if label not in labels:
                if self.reading.sound(spot):
                    message = f"this post does not go to `{reference}`, so this would change nothing"
                    self.reading.problems.append(below.at_key(reference, message, hint="add it to `channels`"))
            elif label in seen:
                message = f"there is an override for {label} above"
                self.reading.problems.append(below.at_key(reference, message, hint="put both into one"))
            else:
                seen.add(label)
                yield label, Layer(override, below.down(reference))

    def _add(self, declared: DeclaredChannel, entry: PostEntry, layers: tuple[Layer, ...]) -> None:
        channel, reading = declared.channel, self.reading
        metadata, metadata_spot = metadata_of(layers, channel.service, declared.clock, reading)
        text = text_of(layers, reading)
        if thread := thread_of(metadata):
            text = check_thread(text, thread, metadata_spot, reading)
        metadata = with_link_attachments_in_thread(metadata, metadata_spot, reading)
        top = layers[0].fields if len(layers) == 1 else entry.model_copy(update=_given(layers[0]))
        mode, due_at = self._schedule(declared, layers)
        holder = (layer_of(layers, "assets") or layers[-1]).spot
        assets, metadata = with_link_attachment(top.assets, metadata, channel.service, holder, reading)
        if not top.cancelled:
            check_together(text, layers, assets, metadata, metadata_spot, reading)
        post = Post(
            address=Address(channel.organization, channel.label, entry.key),
            service=channel.service,
            place=layers[-1].spot.place("key"),
            text=text or "",
            mode=mode,
            due_at=due_at,
            scheduling_type=top.scheduling_type,
            draft=top.draft,
            needs_approval=top.needs_approval,
            assets=assets,
            metadata=metadata,
            tags=top.tags,
            idea=top.idea,
            ai_assisted=top.ai_assisted,
            source=top.source,
            draft_id=top.draft_id,
            was=top.was,
            repeat_of=top.repeat_of,
            cancelled=top.cancelled,
            protect=top.protect,
            entry=_as_written(layers, text),
        )
        self.found.append(DeclaredPost(self.files.of_post(post, layers), layers))

    def _schedule(self, declared: DeclaredChannel, layers: tuple[Layer, ...]) -> tuple[ShareMode, datetime | None]:
        """Mode and instant. What an override says of either replaces what the entry says of both."""
        layer = layer_of(layers, "mode", "due_at") or layers[-1]
        mode = layer.fields.mode
        timed = layer_of(layers, "due_at") if mode in {None, ShareMode.CUSTOM_SCHEDULED} else layer
        when = timed.fields.due_at if timed else None
        if mode is None:
            mode = ShareMode.CUSTOM_SCHEDULED if when else ShareMode.ADD_TO_QUEUE
        elif mode is ShareMode.CUSTOM_SCHEDULED and when is None:
            if self.reading.sound(*(each.spot for each in layers)):
                hint = "write `due_at: 2026-12-01 09:00`"
                self.reading.problems.append(layer.spot.at("mode", "`customScheduled` needs a `due_at`", hint=hint))
        elif mode is not ShareMode.CUSTOM_SCHEDULED and when is not None:
            message = f"Buffer ignores `due_at` with `mode: {mode}`, so the post would go out at another time"
            hint = "delete `mode` to publish at that time, or delete `due_at`"
            self.reading.problems.append(layer.spot.at_key("due_at", message, hint=hint))
        spot = timed.spot if timed else layer.spot
        return mode, self.reading.when(when, declared.clock, spot, "due_at")


def _given(override: Layer) -> dict[str, object]:
    """What an override says."""
    fields = override.fields
    if not isinstance(fields, Override):
        raise TypeError(type(fields))
    return {name: getattr(fields, name) for name in fields.model_fields_set}


#: Fields of an entry that say nothing about the post on one channel.
_SPREAD = frozenset({"channels", "overrides"})


def _as_written(layers: tuple[Layer, ...], text: str | None) -> str:
    """A digest of an entry as it stands in the file, in whatever order, and of the file that its text comes from."""
    written = [{k: v for k, v in layer.spot.node.items() if k not in _SPREAD} for layer in layers]
    from_file = text if any("text_file" in fields for fields in written) else None
    return blake2b(json.dumps([written, from_file], sort_keys=True).encode(), digest_size=10).hexdigest()


@dataclass
class Ideas:
    """Turns entries into ideas, in file order, each with the place of its entry."""

    reading: Reading
    files: Files
    found: list[tuple[Idea, Spot]] = field(default_factory=list)

    def add(self, entry: IdeaEntry, spot: Spot, owner: DeclaredOrganization) -> None:
        """One idea of an organization."""
        text = self._text(entry, spot)
        says_something = entry.title or text or entry.media
        if not says_something and not entry.cancelled and self.reading.sound(spot):
            message = "this idea has neither title nor text nor media"
            self.reading.problems.append(spot.at_key("key", message, hint="write a `title`"))
        idea = Idea(
            address=Address(owner.label, IDEAS, entry.key),
            place=spot.place("key"),
            title=entry.title,
            text=text,
            services=entry.services,
            tags=entry.tags,
            date=self.reading.when(entry.date, owner.clock, spot, "date"),
            media=entry.media,
            group=entry.group,
            ai_assisted=entry.ai_assisted,
            cta=entry.cta,
            template_id=entry.template_id,
            was=entry.was,
            repeat_of=entry.repeat_of,
            cancelled=entry.cancelled,
            protect=entry.protect,
        )
        self.found.append((self.files.of_idea(idea, spot), spot))

    def _text(self, entry: IdeaEntry, spot: Spot) -> str | None:
        if entry.text is not None and entry.text_file is not None:
            message = "`text` and `text_file` are both given"
            self.reading.problems.append(spot.at_key("text_file", message, hint="keep one of them"))
        if entry.text is None and entry.text_file is not None:
            return self.reading.text_file(entry.text_file, spot)
        return entry.text
