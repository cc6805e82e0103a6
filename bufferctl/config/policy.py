"""The policy of a team as models: what may stand under `policy:` in the root file (docs/policy.md)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from bufferctl.model.base import Model
from bufferctl.model.scalars import Filled, Moment, Whole

_LEAD_PATTERN = r"[1-9][0-9]{0,3} ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)"
_LEAD = re.compile(_LEAD_PATTERN)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DOMAIN_PATTERN = r"[^\s/:?#@*.]+(\.[^\s/:?#@*.]+)+"
_PARAMETER_PATTERN = r"[A-Za-z0-9_.-]+"


def _lead(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = _LEAD.fullmatch(value)
    if not found:
        raise ValueError("must be a number with its unit, such as 30m, 2h or 1d")
    return timedelta(**{_UNITS[found[1][0]]: int(value.removesuffix(found[1]))})


def _domain(value: str) -> str:
    if not re.fullmatch(_DOMAIN_PATTERN, value):
        raise ValueError("must be a domain such as acme.example, without https://; its subdomains are included")
    return value


def _parameter(value: str) -> str:
    if not re.fullmatch(_PARAMETER_PATTERN, value):
        raise ValueError("must be the name of a parameter, such as utm_source")
    return value


def _word(value: str) -> str:
    if not value.strip():
        raise ValueError("must be a word")
    return value


#: The key under which a bare number of `posts_per_day` is kept: the field's own, so that its faults are told of it.
EVERYWHERE = "posts_per_day"


def _per_channel(value: Any) -> Any:
    return {EVERYWHERE: value} if isinstance(value, str | int) else value


Domain = Annotated[str, AfterValidator(_domain), WithJsonSchema({"type": "string", "pattern": f"^{_DOMAIN_PATTERN}$"})]
Parameter = Annotated[
    str, AfterValidator(_parameter), WithJsonSchema({"type": "string", "pattern": f"^{_PARAMETER_PATTERN}$"})
]
Lead = Annotated[timedelta, BeforeValidator(_lead), WithJsonSchema({"type": "string", "pattern": f"^{_LEAD_PATTERN}$"})]
Word = Annotated[str, AfterValidator(_word), WithJsonSchema({"type": ["string", "number"], "pattern": r"\S"})]
Number = Annotated[Whole, Field(ge=1)]


class FreezeEntry(Model):
    """A time in which nothing is published."""

    # `from` is a word of Python, so its field cannot be written like the others.
    __annotations__["from"] = Annotated[
        Moment, Field(description="When it begins: a day, 2026-12-24, or a day and a time, 2026-12-24 09:00.")
    ]
    to: Moment
    """When it ends: a day, which is part of it, or a day and a time."""
    reason: Filled | None = None
    """Why, for those whose post is refused."""
    channels: tuple[Filled, ...] = ()
    """Where: services (`twitter`) or channels (`twitter:acme`); everywhere unless said."""


class UtmEntry(Model):
    """What links to your own sites must carry, so that visits can be told apart."""

    domains: Annotated[tuple[Domain, ...], Field(min_length=1)]
    """The sites, such as acme.example; subdomains are included."""
    parameters: Annotated[tuple[Parameter, ...], Field(min_length=1)]
    """What must be in the address, such as utm_source, utm_medium and utm_campaign."""


class PolicyEntry(Model):
    """What every post must keep to; a post that does not is an error."""

    freeze: tuple[FreezeEntry, ...] = ()
    """Times in which no post may be due."""
    link_domains: tuple[Domain, ...] = ()
    """The only sites that posts may link to, subdomains included."""
    utm: tuple[UtmEntry, ...] = ()
    """The parameters that links to some sites must carry."""
    forbidden_words: tuple[Word, ...] = ()
    """Words that may not be in a post: whole words, in any case."""
    posts_per_day: Annotated[
        dict[str, Number], BeforeValidator(_per_channel, json_schema_input_type=Number | dict[str, Number])
    ] = Field(default_factory=dict)
    """How many timed posts a channel may have on one day: a number, or one for each service or channel."""
    minimum_lead: Lead | None = None
    """How long before its time a post has to be new or changed at the latest: 30m, 2h, 1d."""
    required_tags: tuple[Filled, ...] = ()
    """Tags that every post must have."""
