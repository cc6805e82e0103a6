"""The JSON documents about a plan, as types: what json.py makes, and what the published schemas say.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema, with_config
from typing_extensions import TypedDict

from bufferctl.diagnostics import Severity
from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Cause, Reason, Status

FORMAT_VERSION = "2.0"

_Version = Annotated[str, Field(pattern=rf"^{FORMAT_VERSION.partition('.')[0]}\.\d+$", examples=[FORMAT_VERSION])]


form = with_config(ConfigDict(use_attribute_docstrings=True))

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


@form
class PlaceForm(TypedDict):
    """A position in a file."""

    file: str
    """Its path below the root file's folder."""
    line: int
    """From 1; 0 means the file as a whole."""
    column: int
    """From 1, in characters."""


@form
class AssetForm(TypedDict):
    """An attachment."""

    kind: str
    """image, video, document or link."""
    url: str
    """Where it is. What Buffer holds is a copy on its own storage, so the two sides never agree."""
    alt_text: str
    """What it shows, in words; empty where nobody says."""


@form
class PartForm(TypedDict):
    """One post of a thread."""

    text: str
    """Its own text."""
    assets: list[AssetForm]
    """Its own attachments."""


@form
class ContentForm(TypedDict):
    """What a post or an idea says, the same for both sides of a change."""

    text: str
    """As it is sent; where there is a thread, that of its first post."""
    title: str | None
    """Of an idea, or where the network has titles."""
    thread: list[PartForm]
    """The whole thread, its first part being the text; empty where there is none."""
    assets: list[AssetForm]
    """Its attachments, in order."""
    tags: list[str]
    """By name."""
    services: list[str]
    """Which networks an idea is for."""
    due_at: Instant | None
    """When it goes out, null where the queue says so."""
    mode: str | None
    """addToQueue, shareNext, shareNow or customScheduled."""
    draft: bool
    """Whether a person still has to schedule it in Buffer."""
    status: PostStatus | None
    """Where a post is in its life, on Buffer's side."""
    metadata: dict[str, Any]
    """The other fields of its network, by their names in the files."""


@form
class DifferenceForm(TypedDict):
    """One field that differs."""

    path: str
    """The field, in the file's words."""
    before: Any
    """What Buffer has, null for nothing."""
    after: Any
    """What the file says, null for nothing."""


@form
class LengthForm(TypedDict):
    """How long the text is, as its network counts."""

    used: int
    """In the network's own units."""
    limit: int | None
    """Null where none is published."""


@form
class PreconditionsForm(TypedDict):
    """The facts about Buffer that a change rests on; `apply PLANFILE` refuses where they no longer hold."""

    id: str | None
    """Of the live object, also of one that is gone; null: there never was one."""
    standing: str | None
    """A digest of its content, its status and its time."""


@form
class CostForm(TypedDict):
    """What a change takes; a request carries up to 30 mutations."""

    mutations: int
    """How many operations of the API: 1 where Buffer is written to, else 0."""


@form
class ChangeForm(TypedDict):
    """One step of a plan."""

    address: str
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    digest: str | None
    """Over address, action and what becomes public; null where nothing changes. Planning again gives it again."""
    action: Action
    """What becomes of it.

    - `create`, `update`, `delete`: apply writes it to Buffer
    - `adopt`: it is in Buffer already, and is remembered
    - `move`: it is remembered under another key
    - `forget`: it is no longer remembered; nothing changes in Buffer
    - `hold`: nothing is done until a person decides; `reason` is why
    - `waiting`: Buffer's plan has no room for it yet; a later apply sends it
    - `done`: it has been published
    - `past`: its time went by more than a day ago, so it is never sent
    - `no-op`: nothing is to be done
    """
    cause: Cause
    """Why.

    - `new`: the files declare it, and nothing was known of it
    - `edited`: the file says something else than was applied
    - `moved`: it has another key
    - `drift`: Buffer has something else than was applied
    - `expired`: its time is past, or too near
    - `removed`: no file declares it any more
    - `cancelled`: its file says that it is
    - `unchanged`: all is as it was
    """
    reason: Reason | None
    """Why it is held, null where it is not; `message` and `hint` say it to people.

    - `channel-unavailable`: its channel is disconnected or locked
    - `error`: Buffer took it, and publishing failed
    - `sent`: it is published, so the edit cannot reach it
    - `deleted-in-buffer`: somebody deleted it there
    - `lag`: it was made a short while ago, and Buffer does not show it yet
    - `changed-in-buffer`: somebody changed it there, and the file still has the old version
    - `conflict`: it was changed in the file and in Buffer
    - `missed`: its time is past, or too near
    - `ambiguous`: it may be in Buffer already; `candidates` are what it might be
    - `unsettled`: it was sent, and whether it was carried out cannot be told
    - `share-now`: it would be published at once, on a channel of which there is no record
    - `adopted`: a person made it in Buffer, so it is neither edited nor deleted
    - `idea-edited`: the API cannot edit ideas
    - `protected`: it is not to be deleted
    - `unresolved`: what it names (a tag, a board, an idea) was not found
    - `unread`: not enough of the account was read to tell
    - `deletes`: more would be deleted than may be at once, or a file lost all its posts
    - `policy`: the team has agreed otherwise
    - `not-reviewed`: the reviewed plan does not have it

    No holds, but what a person did in Buffer that brings it further: `approved`, `scheduled-by-a-person`,
    `shared-now-by-a-person`; and `already-published`: an edit that changes nothing about what is out.
    """
    message: str
    """More about it, for people."""
    hint: str
    """One thing to do, for people."""
    id: str | None
    """Of the live object."""
    organization_id: str
    """Its organization's id in Buffer."""
    channel_id: str | None
    """Null for ideas."""
    key: str
    """Its key in the files."""
    service: Service | None
    """Its network; null for ideas, and where the channel is not known."""
    moved_from: str | None
    """Its key until now, where it was renamed."""
    due_at: Instant | None
    """When it goes out, null where it is unscheduled."""
    place: PlaceForm | None
    """Where it is declared."""
    desired: dict[str, Any] | None
    """The declared object as it was read, under `post` or `idea`; `after` is easier to read."""
    live_status: PostStatus | None
    """Where the post is in its life."""
    differences: list[DifferenceForm]
    """Each field that differs between Buffer and the file, as far as Buffer reads back."""
    changed_fields: list[str]
    """The names of the fields in which they differ."""
    candidates: list[str]
    """Ids of live objects that it might be."""
    before: ContentForm | None
    """What Buffer has; null where it has nothing, and where nothing changes."""
    after: ContentForm | None
    """What the files say; null where they no longer say anything, and where nothing changes."""
    length: LengthForm | None
    """Null where it was not counted."""
    preconditions: PreconditionsForm
    """What it rests on in Buffer."""
    cost: CostForm
    """What it takes of Buffer's quota."""


@form
class DiagnosticForm(TypedDict):
    """A problem with its place."""

    severity: Severity
    """`error` or `warning`."""
    code: str
    """The rule's code, empty where the problem is not a rule's."""
    message: str
    """What is wrong, for people."""
    hint: str
    """One thing to do, for people; empty where there is none."""
    place: PlaceForm | None
    """Where it is, null where it is not of a file."""


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
