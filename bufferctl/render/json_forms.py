"""The JSON forms of a change and of what it is made of, as types; json_documents.py has the whole documents.

Instants are ISO 8601 in UTC. What does not apply is null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, WithJsonSchema, with_config
from typing_extensions import TypedDict

from bufferctl.diagnostics import Severity
from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Cause, Reason

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
