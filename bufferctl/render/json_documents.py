"""The JSON documents about a plan, as types: what json.py makes, and what the published schemas say.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from bufferctl.model import Service
from bufferctl.plan import Action, Status
from bufferctl.render.json_forms import ChangeForm, DiagnosticForm, form


@form
class RequestsForm(TypedDict):
    """How many requests applying takes."""

    read: int
    """Before and after."""
    write: int


@form
class WindowForm(TypedDict):
    """One of Buffer's limits on requests."""

    window_seconds: int
    left: int
    quota: int | None
    resets_at: str


@form
class ChannelForm(TypedDict):
    """A channel in Buffer."""

    id: str
    organization_id: str
    service: Service
    name: str
    timezone: str


@form
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


@form
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


@form
class PlanDocument(PlanForm):
    """What `bufferctl plan --json`, `bufferctl show PLANFILE --json` and `--report FILE.json` give."""

    format_version: str
    bufferctl_version: str
    kind: Literal["plan"]


@form
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


@form
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
