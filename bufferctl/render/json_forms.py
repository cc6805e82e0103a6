"""The form of every JSON document about a plan, as types: what json.py makes, and what the published schemas say.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from bufferctl.diagnostics import Severity
from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Cause, Reason, Status

_form = with_config(ConfigDict(use_attribute_docstrings=True))


@_form
class PlaceForm(TypedDict):
    """A position in a file."""

    file: str
    """Its path below the root file's folder."""
    line: int
    """From 1; 0 means the file as a whole."""
    column: int
    """From 1, in characters."""


@_form
class AssetForm(TypedDict):
    """An attachment."""

    kind: str
    """image, video, document or link."""
    url: str
    """Where it is. What Buffer holds is a copy on its own storage, so the two sides never agree."""
    alt_text: str
    """What it shows, in words; empty where nobody says."""


@_form
class PartForm(TypedDict):
    """One post of a thread."""

    text: str
    assets: list[AssetForm]


@_form
class ContentForm(TypedDict):
    """What a post or an idea says, the same for both sides of a change."""

    text: str
    title: str | None
    """Of an idea, or where the network has titles."""
    thread: list[PartForm]
    """The whole thread, its first part being the text; empty where there is none."""
    assets: list[AssetForm]
    tags: list[str]
    """By name."""
    services: list[str]
    """Which networks an idea is for."""
    due_at: str | None
    """When it goes out, null where the queue says so."""
    mode: str | None
    """addToQueue, shareNext, shareNow or customScheduled."""
    draft: bool
    status: PostStatus | None
    """Where a post is in its life, on Buffer's side."""
    metadata: dict[str, Any]
    """The other fields of its network, by their names in the files."""


@_form
class DifferenceForm(TypedDict):
    """One field that differs."""

    path: str
    """The field, in the file's words."""
    before: Any
    """What Buffer has, null for nothing."""
    after: Any
    """What the file says, null for nothing."""


@_form
class LengthForm(TypedDict):
    """How long the text is, as its network counts."""

    used: int
    limit: int | None
    """Null where none is published."""


@_form
class PreconditionsForm(TypedDict):
    """The facts about Buffer that a change rests on; `apply PLANFILE` refuses where they no longer hold."""

    id: str | None
    """Of the live object; null: there is none."""
    standing: str | None
    """A digest of its content, its status and its time."""


@_form
class CostForm(TypedDict):
    """What a change takes; a request carries up to 30 mutations."""

    mutations: int


@_form
class ChangeForm(TypedDict):
    """One step of a plan."""

    address: str
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    digest: str | None
    """Over address, action and what becomes public; null where nothing changes. Planning again gives it again."""
    action: Action
    """What becomes of it."""
    cause: Cause
    """Why."""
    reason: Reason | None
    """Why it is held, by code."""
    message: str
    """More about it, for people."""
    hint: str
    """One thing to do, for people."""
    id: str | None
    """Of the live object."""
    organization_id: str
    channel_id: str | None
    """Null for ideas."""
    key: str
    """Its key in the files."""
    service: Service | None
    """Its network; null for ideas, and where the channel is not known."""
    moved_from: str | None
    """Its key until now, where it was renamed."""
    due_at: str | None
    """When it goes out, null where it has no time of its own."""
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
    cost: CostForm


@_form
class DiagnosticForm(TypedDict):
    """A problem with its place."""

    severity: Severity
    code: str
    """The rule's code, empty where the problem is not a rule's."""
    message: str
    hint: str
    place: PlaceForm | None


@_form
class RequestsForm(TypedDict):
    """How many requests applying takes."""

    read: int
    """Before and after."""
    write: int


@_form
class WindowForm(TypedDict):
    """One of Buffer's limits on requests."""

    window_seconds: int
    left: int
    quota: int | None
    resets_at: str


@_form
class ChannelForm(TypedDict):
    """A channel in Buffer."""

    id: str
    organization_id: str
    service: Service
    name: str
    timezone: str


@_form
class PlanForm(TypedDict):
    """What would change, and what was looked at."""

    at: str
    """When the account was read, by Buffer's clock."""
    endpoint: str
    digest: str
    """Over the digests of all changes that write to Buffer, or wait to."""
    offline: bool
    """Made from files and state alone, not checked against Buffer."""
    expires_at: str | None
    """Until when a saved plan may be applied."""
    summary: dict[Action, int]
    """How many changes of each action."""
    not_ours: int
    """Live unsent objects that no file speaks of."""
    requests: RequestsForm
    quota: list[WindowForm]
    """What was left of Buffer's limits then, shortest window first."""
    ready_at: str | None
    """When applying would be done if it began at once, where the quota is told."""
    narrowed: bool
    """Whether it is about a part of the files only."""
    channels: list[ChannelForm]
    changes: list[ChangeForm]
    """In the order in which they would be sent."""
    warnings: list[DiagnosticForm]
    """What planning warns of."""
    problems: list[DiagnosticForm]
    """What is wrong in the files."""


@_form
class OutcomeForm(TypedDict):
    """What became of one change."""

    address: str
    action: Action
    status: Status
    id: str | None
    """Of the live object, where there is one."""
    link: str | None
    """Of the published post."""
    message: str
    hint: str
    at: str | None
    """When; null where nothing was sent."""
    kind: Literal["post", "idea"]
    digest: str | None
    organization_id: str
    channel_id: str | None
    """Null for ideas."""
    key: str
    due_at: str | None


@_form
class PlanDocument(PlanForm):
    """What `bufferctl plan --json`, `bufferctl show PLANFILE --json` and `--report FILE.json` give."""

    format_version: str
    bufferctl_version: str
    kind: Literal["plan"]


@_form
class AppliedDocument(TypedDict):
    """What `bufferctl apply --json` and `bufferctl apply --report FILE.json` give."""

    format_version: str
    bufferctl_version: str
    kind: Literal["apply"]
    plan: PlanForm
    outcomes: list[OutcomeForm]
    left: PlanForm | None
    """The plan after it; null where nobody looked again."""
    stopped: str | None
    """Why it ended early; null where it did not."""


@_form
class ReceiptDocument(TypedDict):
    """What `bufferctl apply --receipt FILE` writes."""

    format_version: str
    bufferctl_version: str
    kind: Literal["receipt"]
    started_at: str
    finished_at: str
    endpoint: str
    digest: str
    """Of the plan that was applied."""
    stopped: str | None
    """Why it ended early; null where it did not."""
    summary: dict[Status, int]
    """How many outcomes of each status."""
    outcomes: list[OutcomeForm]
    details: dict[str, Any]
    """For `bufferctl show`; its form may change."""
