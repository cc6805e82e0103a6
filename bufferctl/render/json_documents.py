"""The JSON documents about a plan, as types: what json.py makes, and what the published schemas say.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Status
from bufferctl.render.json_forms import ChangeForm, DiagnosticForm, Instant, PlaceForm, form

FORMAT_VERSION = "2.0"

_Version = Annotated[str, Field(pattern=rf"^{FORMAT_VERSION.partition('.')[0]}\.\d+$", examples=[FORMAT_VERSION])]


@form
class RequestsForm(TypedDict):
    """How many requests applying takes."""

    read: int
    """Before and after."""
    write: int
    """For the changes."""


@form
class WindowForm(TypedDict):
    """One of Buffer's limits on requests."""

    window_seconds: int
    """How long the window is."""
    left: int
    """How many requests were left in it."""
    quota: int | None
    """How many it has, null where Buffer does not tell."""
    resets_at: Instant
    """When all of them are there again."""


@form
class ChannelForm(TypedDict):
    """A channel in Buffer."""

    id: str
    """Its id in Buffer."""
    organization_id: str
    """Its organization's id in Buffer."""
    service: Service
    """Its network."""
    name: str
    """Its handle, or what else Buffer calls it."""
    timezone: str
    """By its name in the tz database; that of its queue, and of times shown to people."""


@form
class PlanForm(TypedDict):
    """What would change, and what was looked at."""

    at: Instant
    """When the account was read, by Buffer's clock."""
    endpoint: str
    """The address of the API."""
    digest: str
    """Over the digests of all changes that write to Buffer, or wait to."""
    offline: bool
    """Made from files and state alone, not checked against Buffer."""
    expires_at: Instant | None
    """Until when a saved plan may be applied."""
    summary: dict[Action, int]
    """How many changes of each action."""
    unmanaged: int
    """How many live unsent objects are in no file and no state."""
    requests: RequestsForm
    """How many requests of the quota applying takes."""
    quota: list[WindowForm]
    """What was left of Buffer's limits then, shortest window first."""
    ready_at: Instant | None
    """When applying would be done if it began at once, where the quota is told."""
    narrowed: bool
    """Whether it is about a part of the files only."""
    channels: list[ChannelForm]
    """Those of the organizations that the files name."""
    changes: list[ChangeForm]
    """In the order in which they would be sent."""
    warnings: list[DiagnosticForm]
    """What planning warns of."""
    problems: list[DiagnosticForm]
    """What is wrong in the files."""


@form
class OutcomeForm(TypedDict):
    """What became of one change."""

    address: str
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    action: Action
    """What was to become of it, as in the plan."""
    status: Status
    """What became of it.

    - `done`: it is as planned
    - `differs`: Buffer took it, and what came back is different
    - `refused`: Buffer refused it, and wrote nothing
    - `held`: nothing was done; a person has to decide
    - `waiting`: Buffer's plan had no room for it
    - `not-sent`: the apply ended before its turn
    """
    id: str | None
    """Of the live object, where there is one."""
    link: str | None
    """Of the published post."""
    message: str
    """More about it, for people; of what was refused, Buffer's words."""
    hint: str
    """One thing to do, for people."""
    at: Instant | None
    """When; null where nothing was sent."""
    kind: Literal["post", "idea"]
    """Whether it is a post or an idea."""
    digest: str | None
    """Of the change, as in the plan."""
    organization_id: str
    """Its organization's id in Buffer."""
    channel_id: str | None
    """Null for ideas."""
    key: str
    """Its key in the files."""
    due_at: Instant | None
    """When it goes out, null where it is unscheduled."""


@form
class PlanDocument(PlanForm):
    """What `bufferctl plan --json`, `bufferctl show PLANFILE --json` and `--report FILE.json` give."""

    format_version: _Version
    """Of this form: a minor version only adds."""
    bufferctl_version: str
    """Which bufferctl made it."""
    kind: Literal["plan"]
    """What this is."""


@form
class AppliedDocument(TypedDict):
    """What `bufferctl apply --json` and `bufferctl apply --report FILE.json` give."""

    format_version: _Version
    """Of this form: a minor version only adds."""
    bufferctl_version: str
    """Which bufferctl made it."""
    kind: Literal["apply"]
    """What this is."""
    plan: PlanForm
    """What was to be done."""
    outcomes: list[OutcomeForm]
    """What became of each change, in the order in which that was known."""
    left: PlanForm | None
    """The plan after it; null where Buffer was not read again."""
    stopped: str | None
    """Why it ended early; null where it did not."""


@form
class ReceiptDocument(TypedDict):
    """What `bufferctl apply --receipt FILE` writes."""

    format_version: _Version
    """Of this form: a minor version only adds."""
    bufferctl_version: str
    """Which bufferctl made it."""
    kind: Literal["receipt"]
    """What this is."""
    started_at: Instant
    """When the account was read, by Buffer's clock."""
    finished_at: Instant
    """When the receipt was written, by Buffer's clock."""
    endpoint: str
    """The address of the API."""
    digest: str
    """Of the plan that was applied."""
    stopped: str | None
    """Why it ended early; null where it did not."""
    summary: dict[Status, int]
    """How many outcomes of each status."""
    outcomes: list[OutcomeForm]
    """What became of each change, in the order in which that was known."""
    details: dict[str, Any]
    """For `bufferctl show`; its form may change."""


@form
class ListedForm(TypedDict):
    """One post on one channel."""

    address: str | None
    """The name of the declared post, `Acme/twitter:acme/launch`; null if no file declares it."""
    organization: str
    """Its organization, by name or id."""
    channel: str
    """Its channel, such as `twitter:acme`."""
    service: str
    """Its network."""
    standing: str
    """What it is in Buffer, or what apply will do, in plain words."""
    action: Action | None
    """What apply will do, as in the plan; null if no file declares it."""
    status: PostStatus | None
    """Its status in Buffer, or, without --live, in the record; null if it is in neither."""
    due_at: Instant | None
    """When it goes out, or went out; null if that is unknown."""
    local: str | None
    """The same in the channel's zone, with the offset."""
    timezone: str
    """The channel's zone, by its name in the tz database."""
    in_queue: bool
    """Whether the queue decides when it goes out."""
    draft: bool
    """Whether a person still has to schedule it in Buffer."""
    text: str
    """Its text; empty if only Buffer has it and Buffer was not asked."""
    tags: list[str]
    """Buffer's tags, by name."""
    id: str | None
    """Its id in Buffer."""
    link: str | None
    """The published post on its network."""
    message: str
    """What needs a person, if something does."""
    hint: str
    """One thing to do about it."""
    place: PlaceForm | None
    """Where it is declared."""


@form
class ListDocument(TypedDict):
    """What `bufferctl list --json` gives."""

    format_version: _Version
    """Of this form: a minor version only adds."""
    bufferctl_version: str
    """Which bufferctl made it."""
    kind: Literal["list"]
    """What this is."""
    at: Instant
    """When it was made; with --live by Buffer's clock."""
    live: bool
    """Whether Buffer was asked; otherwise it is from the files and the record."""
    posts: list[ListedForm]
    """By time; those without one last."""


@form
class ValidateDocument(TypedDict):
    """What `bufferctl validate --json` gives."""

    format_version: _Version
    """Of this form: a minor version only adds."""
    bufferctl_version: str
    """Which bufferctl made it."""
    kind: Literal["validate"]
    """What this is."""
    valid: bool
    """Whether there is no error; with --strict, no warning either."""
    problems: list[DiagnosticForm]
    """By file and position."""


#: By the `kind` that a document says of itself.
DOCUMENTS: dict[str, Any] = {
    "plan": PlanDocument,
    "apply": AppliedDocument,
    "receipt": ReceiptDocument,
    "list": ListDocument,
    "validate": ValidateDocument,
}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(kind: str) -> str:
    """The schema of one kind of document, ending in a newline. Later minor versions may have more than it says."""
    schema = _bare(TypeAdapter(DOCUMENTS[kind]).json_schema())
    if kind == "plan":  # pydantic sees no words below the fields that a form has from another
        inherited = _bare(TypeAdapter(PlanForm).json_schema())["properties"]
        schema["properties"] |= inherited
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _bare(value: Any) -> Any:
    """Without the titles that pydantic gives everything: they say the names again."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name != "title" or not isinstance(each, str)}
    return [_bare(each) for each in value] if isinstance(value, list) else value
