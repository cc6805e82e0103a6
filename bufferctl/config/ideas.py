"""From idea entries to ideas."""

from __future__ import annotations

from dataclasses import dataclass, field

from bufferctl.config.catalog import DeclaredOrganization
from bufferctl.config.format import IdeaEntry
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.model import IDEAS, Address, Idea


@dataclass
class Ideas:
    """Turns entries into ideas, in file order, each with the place of its entry."""

    reading: Reading
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
        self.found.append((idea, spot))

    def _text(self, entry: IdeaEntry, spot: Spot) -> str | None:
        if entry.text is not None and entry.text_file is not None:
            message = "`text` and `text_file` are both given"
            self.reading.problems.append(spot.at_key("text_file", message, hint="keep one of them"))
        if entry.text is None and entry.text_file is not None:
            return self.reading.text_file(entry.text_file, spot)
        return entry.text
