"""`$(@name)` in the texts of a post: a mention, by the handle that each network has (design: Campaigns)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from bufferctl.config.format import MentionEntry, OrganizationEntry, RootFile
from bufferctl.config.read import Spot
from bufferctl.diagnostics import Place
from bufferctl.model import Service
from bufferctl.value import value

#: What such a name begins with in a text.
AT = "@"


@value()
class Mentionable:
    """Somebody whom texts may mention. `entry`: None if it has errors; `place`: where the files declare it."""

    key: str
    entry: MentionEntry | None
    place: Place

    @property
    def name(self) -> str:
        return self.entry.name if self.entry else self.key

    @property
    def handles(self) -> list[str]:
        """The handle on each network that has one."""
        given = vars(self.entry) if self.entry else {}
        return [handle for name, handle in given.items() if name in set(Service) and handle]

    def on(self, service: Service) -> str:
        """The words for a text on that network: the handle, or the name if there is none."""
        handle = vars(self.entry).get(service.value) if self.entry else None
        return f"{AT}{handle}" if handle else self.name


def mentions_of(entry: RootFile | OrganizationEntry, spot: Spot) -> Mapping[str, Mentionable]:
    """The mentions that the root file or an organization declares, by key. `spot` is that of its fields."""
    below = spot.down("mentions")
    if not isinstance(below.node, dict):
        return {}
    return {key: Mentionable(key, entry.mentions.get(key), below.place(key)) for key in below.node}


def unknown_mention(words: str, declared: Iterable[str]) -> tuple[str, str]:
    """The message and hint for a mention of somebody who is not declared."""
    key = words.removeprefix(f"$({AT}").removesuffix(")")
    if not words.endswith(")"):
        return f"`{words}` has no closing bracket", f"write `{words})`, or `${words}` if this is text"
    near = get_close_matches(key, [*declared], n=1)
    if near:
        return f"nobody is declared as `{key}`", f"did you mean `$({AT}{near[0]})`?"
    hint = f"declare them in the root file, `mentions: {{{key}: {{name: …, twitter: …}}}}`, or write `${words}`"
    return f"nobody is declared as `{key}`", f"{hint} if this is text"
