"""From entries to ideas, which have no channels, overrides or variables."""

from __future__ import annotations

from dataclasses import dataclass, field

from bufferctl.config.catalog import DeclaredOrganization
from bufferctl.config.expand.channels import Targets
from bufferctl.config.expand.layers import Declared, Defaults
from bufferctl.config.expand.variables import names_in
from bufferctl.config.file_facts import MediaFiles
from bufferctl.config.format import EXISTING, IdeaEntry, SharedIdeaEntry, carried
from bufferctl.config.parts import check_one_text
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.model import IDEAS, Address, Idea


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

    def add_shared(self, entries: tuple[SharedIdeaEntry | None, ...], defaults: Defaults) -> None:
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
