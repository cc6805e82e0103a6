"""Finds the organization, channels and overrides that an entry names, and reports wrong names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bufferctl.config.format import (
    EVERY,
    EXISTING,
    REPEAT_OF,
    Override,
    SharedIdeaEntry,
    SharedPostEntry,
    nearest_field,
    services_in,
)
from bufferctl.config.read import Reading, Spot, one_of_each
from bufferctl.config.resolve.catalog import Catalog, DeclaredChannel, DeclaredOrganization, UnknownNameError
from bufferctl.config.resolve.expand.layers import Defaults, Layer, is_called_off
from bufferctl.config.resolve.parts import foreign_metadata
from bufferctl.diagnostics import Kind, Related, Severity
from bufferctl.model import Channel
from bufferctl.model.address import is_id
from bufferctl.value import field, replace, value


@value()
class Destinations:
    """Finds what entries name in the catalog; an unknown name is a problem."""

    catalog: Catalog
    reading: Reading
    found: dict[tuple[str, tuple[str, ...]], list[DeclaredChannel]] = field(default_factory=dict)
    """The channels that each list of names without a problem means in an organization."""

    def organization(
        self, entry: SharedPostEntry | SharedIdeaEntry | None, spot: Spot, defaults: Defaults
    ) -> DeclaredOrganization | None:
        """The organization that an entry names, or its file. `spot`: the entry's."""
        own = entry.organization if entry else None
        try:
            return self.catalog.organization(own or defaults.organization)
        except UnknownNameError as error:
            self.reading.is_complete = False
            if self.catalog.is_complete and not self.reading.full:
                named = spot if own else defaults.spot
                self.reading.problems.append(
                    named.at("organization", error.message, hint=error.hint, kind=Kind.UNKNOWN_NAME)
                )
            return None

    def check_given(self, entry: Spot, defaults: Defaults) -> None:
        """Report an entry without channels, even if it cannot be read for another reason."""
        if entry.has("channels") or defaults.channels or not isinstance(entry.node, dict):
            return
        if any(nearest_field(name, ("channels",)) for name in entry.node):
            return  # it is there by another name, which is reported
        if not entry.tree.empty.get(id(entry.node), set()) & {"channels", "<<"}:
            names = self.catalog.names_for(entry.get("organization") or defaults.organization)
            hint = f"add `channels: {one_of_each(names)}` here, or at the top of the file for all of its posts"
            message = "`channels` is missing"
            found = entry.tree.source.diagnostic(entry.offset, message, hint=hint, kind=Kind.MISSING_FIELD)
            self.reading.problems.append(found)

    def channels(self, names: tuple[str, ...], spot: Spot, owner: DeclaredOrganization) -> list[DeclaredChannel]:
        """The channels that `channels` names. `spot`: the entry or the file that has it."""
        if (found := self.found.get((owner.label, names))) is None:
            found = list(self._channels(names, spot, owner))
            if len(found) == len(names):
                self.found[owner.label, names] = found
        return found

    def _channels(self, names: tuple[str, ...], spot: Spot, owner: DeclaredOrganization) -> Iterator[DeclaredChannel]:
        seen: dict[str, int] = {}
        for index, reference in enumerate(names):
            if (declared := self._channel(owner, reference, spot.down("channels"), index)) is None:
                self.reading.is_complete = False
                continue
            first = seen.setdefault(declared.channel.label, index)
            if first == index:
                yield declared
                continue
            references = spot.down("channels")
            place = spot.tree.source.place(references.value(first))
            message = f"`{reference}` is the same channel as one above; the post would go there twice"
            related = (Related(place, "first named here"),)
            found = references.at(index, message, hint="delete it", related=related, kind=Kind.DUPLICATE)
            self.reading.problems.append(found)

    def _channel(self, owner: DeclaredOrganization, name: str, spot: Spot, part: str | int) -> DeclaredChannel | None:
        """The channel of that name; None, and a problem at the field or the item `part`, if there is none."""
        try:
            return owner.channel(name)
        except UnknownNameError as error:
            if self.catalog.is_complete and not self.reading.full:
                message, hint, unknown = error.message, error.hint, Kind.UNKNOWN_NAME
                several = services_in(name) if isinstance(part, str) else []
                if several[1:]:
                    hint = f"write it once for each: {' and '.join(f'`{each}:`' for each in several)}"
                at = spot.at_key(part, message, hint=hint, kind=unknown) if isinstance(part, str) else None
                self.reading.problems.append(at or spot.at(part, message, hint=hint, kind=unknown))
            return None

    def overrides(self, outer: Layer, owner: DeclaredOrganization, channels: list[DeclaredChannel]) -> dict[str, Layer]:
        """The override of each channel, by its label; the entry or the occurrence that has them is checked, too."""
        if outer.fields.existing or outer.fields.cancelled or outer.fields.repeat_of:
            self.check_named(outer, channels)
        if (
            outer.fields.metadata
            and channels
            and (self.reading.is_intact(outer.spot) or not outer.spot.has("channels"))
        ):
            foreign_metadata(outer, [each.channel.service for each in channels], self.reading)
        overrides: dict[str, Override] = vars(outer.fields).get("overrides", {})
        if not overrides:
            return {}
        below = outer.spot.down("overrides")
        labels = {each.channel.label for each in channels}
        found: dict[str, Layer] = {}
        for reference, override in overrides.items():
            if (declared := self._channel(owner, reference, below, reference)) is None:
                continue
            label = declared.channel.label
            if label not in labels:
                self._warn_of_no_effect(reference, outer, channels)
            elif label in found:
                message = f"there is an override for {label} above"
                self.reading.problems.append(
                    below.at_key(reference, message, hint="put both into one", kind=Kind.DUPLICATE)
                )
            else:
                found[label] = Layer(override, below.down(reference), outer.of_occurrence)
                foreign_metadata(found[label], [declared.channel.service], self.reading)
                self.check_named(found[label], [declared])
        return found

    def _warn_of_no_effect(self, reference: str, outer: Layer, channels: list[DeclaredChannel]) -> None:
        """Warn that an override is for a channel that the post does not go to; `channels` are those that it goes to."""
        if not self.reading.is_intact(outer.spot):
            return
        written = outer.spot.get("channels")
        to = written if isinstance(written, list) else [each.channel.label for each in channels]
        message = f"this post does not go to `{reference}`, so this changes nothing"
        hint = f"write `channels: [{', '.join([*to, reference])}]` to send it there, too, or delete it"
        problem = outer.spot.down("overrides").at_key(reference, message, hint=hint)
        self.reading.problems.append(replace(problem, severity=Severity.WARNING))

    def check_named(self, layer: Layer, channels: Iterable[DeclaredChannel]) -> None:
        """Report ids, repeats and cancellations for channels that the post does not go to."""
        for name_of in ("existing", "repeat_of", "cancelled"):
            names: Iterable[str] = getattr(layer.fields, name_of)
            for part, name in enumerate(names):
                is_its_own = name in {EXISTING, REPEAT_OF, EVERY} or any(
                    name in each.channel.references for each in channels
                )
                if is_its_own or not self.reading.is_intact(layer.spot):
                    continue
                message = f"this post does not go to `{name}`, so this would change nothing"
                hint = "name one of its `channels`, or delete it"
                at = part if name_of == "cancelled" else name
                self.reading.problems.append(layer.spot.down(name_of).at(at, message, hint=hint, kind=Kind.CONFLICT))

    def check_repeats(self, *of_series: Layer) -> None:
        """Report ids of single posts as a repeat of a whole series: each would answer for all of its occurrences."""
        for layer in of_series:
            named: dict[str, tuple[str, ...]] = layer.fields.repeat_of
            ids = [each for names in named.values() for each in names if is_id(each)]
            if ids and self.reading.is_intact(layer.spot):
                message = f"`{ids[0]}` is one post, and this would confirm a repeat of it by every occurrence"
                hint = f"write it where it repeats: `each: {{2: {{repeat_of: {ids[0]}}}}}`"
                self.reading.problems.append(layer.spot.at("repeat_of", message, hint=hint))

    def check_called_off(self, defaults: Defaults) -> None:
        """Report a file that cancels posts on channels that do not exist."""
        owner = self.organization(None, defaults.spot, defaults) if defaults.cancelled else None
        for index, name in enumerate(defaults.cancelled if owner else ()):
            if owner and name != EVERY and not any(name in each.channel.references for each in owner.channels):
                self._channel(owner, name, defaults.spot.down("cancelled"), index)

    def check_protected(self, entry: Layer, channels: Iterable[DeclaredChannel], defaults: Defaults) -> None:
        """Report a protected post in a file that cancels it."""
        if entry.fields.protect and any(is_called_off(defaults.cancelled, each.channel) for each in channels):
            message = "this post is protected, and the file cancels it"
            hint = "delete `protect`, or `cancelled` at the top"
            self.reading.problems.append(entry.spot.at_key("protect", message, hint=hint))

    def calls_off(self, channel: Channel, layers: tuple[Layer, ...], defaults: Defaults) -> bool:
        """Whether anything calls a post off; a `cancelled: false` below that does not bring it back."""
        names = [name for layer in layers for name in layer.fields.cancelled]
        if not is_called_off((*defaults.cancelled, *names), channel):
            return False
        for layer in layers:
            if "cancelled" in layer.fields.model_fields_set and not layer.fields.cancelled:
                message = "this does not bring the post back: it is called off further up"
                hint = "delete it, and `cancelled` further up"
                problem = layer.spot.at("cancelled", message, hint=hint, kind=Kind.CONFLICT)
                self.reading.problems.append(replace(problem, severity=Severity.WARNING))
        return True
