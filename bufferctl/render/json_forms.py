"""The JSON forms of a change and of what it is made of, as types; json_documents.py has the whole documents.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from bufferctl.diagnostics import Severity
from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Cause, Reason

form = with_config(ConfigDict(use_attribute_docstrings=True))


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
    assets: list[AssetForm]


@form
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


@form
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


@form
class DiagnosticForm(TypedDict):
    """A problem with its place."""

    severity: Severity
    code: str
    """The rule's code, empty where the problem is not a rule's."""
    message: str
    hint: str
    place: PlaceForm | None
