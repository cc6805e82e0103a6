"""`utm`: parameters that links to a team's own sites get, so that visits can be attributed (design: Campaigns).

The rule `policy.utm` is different: it only checks that links carry parameters, whoever wrote them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar
from urllib.parse import quote, unquote

from bufferctl.config.format import UtmFields
from bufferctl.config.read import Reading, Spot
from bufferctl.config.resolve.expand.layers import Defaults, Layer
from bufferctl.config.resolve.expand.variables import Variables
from bufferctl.diagnostics import Kind
from bufferctl.model import NetworkMetadata, ThreadItem
from bufferctl.model.plain_text import LINK, host_of, normal_host, trimmed, within

M = TypeVar("M", NetworkMetadata, ThreadItem)

#: What ends a sentence after a link. An underscore may be the link's last character.
_AFTER = ".,;:!?…'\u2019*"
_NAMES = tuple(name for name in UtmFields.model_fields if name != "domains")


@dataclass
class Parameters:
    """The parameters that links of a post get. `domains`: as `normal_host` writes them.

    `added`: those that some link lacked; `untagged`: each text that changed, with the text before.
    """

    domains: tuple[str, ...]
    values: tuple[tuple[str, str], ...]
    added: dict[str, None] = field(default_factory=dict)
    untagged: list[tuple[str, str]] = field(default_factory=list)

    def text(self, text: str) -> str:
        """The text, with the missing parameters added to its links."""
        if "://" not in text:
            return text
        found = LINK.sub(self._link, text)
        if found != text:
            self.untagged.append((found, text))
        return found

    def within(self, given: M) -> M:
        """Metadata or a part of a thread, with the parameters added to its texts, link attachment and thread."""
        there, changed = vars(given), dict[str, object]()
        for name in ("first_comment", "text"):
            if text := there.get(name):
                changed[name] = self.text(text)
        if attachment := there.get("link_attachment"):
            changed["link_attachment"] = attachment.model_copy(update={"url": self._tagged(attachment.url)})
        if thread := there.get("thread"):
            changed["thread"] = tuple(map(self.within, thread))
        return given.model_copy(update=changed) if changed else given

    def _link(self, found: re.Match[str]) -> str:
        link = trimmed(found[0], after=_AFTER)
        return self._tagged(link) + found[0][len(link) :]

    def _tagged(self, link: str) -> str:
        """The link with the parameters that it lacks, before its fragment."""
        host = host_of(link)
        if not any(within(host, domain) for domain in self.domains):
            return link
        address, hash_, fragment = link.partition("#")
        _, mark, query = address.partition("?")
        there = {unquote(each.partition("=")[0]).casefold() for each in re.split("[&;]", query)} if query else ()
        lacking = [f"{name}={quote(value, safe='')}" for name, value in self.values if name not in there]
        if not lacking:
            return link
        self.added |= dict.fromkeys(lacking)
        joint = "&" if mark else "?"
        if mark and (not query or query.endswith("&")):
            joint = ""
        return f"{address}{joint}{'&'.join(lacking)}{hash_}{fragment}"


class UtmParameters(NamedTuple):
    """The parameters as the files write them. `values` has each one's value and place, with variables."""

    domains: tuple[str, ...]
    values: dict[str, tuple[str, Spot]]

    def filled_in(self, variables: Variables) -> Parameters:
        """The parameters of one post."""
        values = [(f"utm_{name}", variables.text(text, spot, name)) for name, (text, spot) in self.values.items()]
        return Parameters(self.domains, tuple(values))


def utm_of(layers: tuple[Layer, ...], defaults: Defaults, reading: Reading) -> UtmParameters | None:
    """The parameters, each from the most specific `utm` that has it; None if there are none."""
    given = [(getattr(layer.fields, "utm", None), layer.spot) for layer in layers]
    found: list[tuple[UtmFields, Spot]] = []
    for utm, spot in (*given, *defaults.utm):
        if utm is None:
            continue
        if not utm.model_fields_set:  # an empty one ends what applies
            break
        found.append((utm, spot.down("utm")))
    values: dict[str, tuple[str, Spot]] = {}
    for name in _NAMES:
        having = [(getattr(utm, name), spot) for utm, spot in found if getattr(utm, name)]
        if having:
            values[name] = having[0]
    domains = next((utm.domains for utm, _ in found if utm.domains), ())
    if not domains and values and reading.is_intact(*(spot for _, spot in found)):
        message = "this `utm` names no `domains`, so no link would get its parameters"
        spot = found[-1][1]
        name = next(each for each in _NAMES if spot.has(each))
        hint = "add `domains: [acme.example]`, with your own sites"
        reading.problems.append(spot.at_key(name, message, hint=hint, kind=Kind.MISSING_FIELD))
    return UtmParameters(tuple(map(normal_host, domains)), values) if domains and values else None
