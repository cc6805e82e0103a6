"""The types of the JSON documents about a plan: json.py builds them, and the published schemas are made from them.

Instants are ISO 8601 in UTC. Values that do not apply are null or empty, never left out. A minor version only adds.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, WithJsonSchema, with_config
from typing_extensions import TypedDict, get_original_bases

from bufferctl.diagnostics import Severity
from bufferctl.model import PostStatus, Service
from bufferctl.plan import Action, Cause, Reason, Status

FORMAT_VERSION = "2.0"

_Version = Annotated[str, Field(pattern=rf"^{FORMAT_VERSION.partition('.')[0]}\.\d+$", examples=[FORMAT_VERSION])]


Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]


@with_config(ConfigDict(use_attribute_docstrings=True))
class _Form(TypedDict):
    """The base of all forms: docstrings are the descriptions in the schemas."""


class PlaceForm(_Form):
    """A position in a file."""

    file: str
    """Its path below the root file's folder."""
    line: int
    """From 1; 0 means the file as a whole."""
    column: int
    """From 1, in characters."""


class AssetForm(_Form):
    """An attachment."""

    kind: str
    """image, video, document or link."""
    url: str
    """Its address. Buffer keeps a copy on its own storage, so the two sides never agree."""
    alt_text: str
    """A description for screen-reader users; empty if there is none."""


class PartForm(_Form):
    """One post of a thread."""

    text: str
    """Its own text."""
    assets: list[AssetForm]
    """Its own attachments."""


class ContentForm(_Form):
    """The content of a post or an idea, in the same form for both sides of a change."""

    text: str
    """As it is sent; in a thread, that of its first post."""
    title: str | None
    """Of an idea, or of a post if the network has titles."""
    thread: list[PartForm]
    """The whole thread, the first part being the text; empty if there is none."""
    assets: list[AssetForm]
    """Its attachments, in order."""
    tags: list[str]
    """By name."""
    services: list[str]
    """The networks that an idea is for."""
    due_at: Instant | None
    """When it goes out; null if the queue decides."""
    mode: str | None
    """addToQueue, shareNext, shareNow or customScheduled."""
    draft: bool
    """Whether a person has to schedule it in Buffer."""
    status: PostStatus | None
    """Its status in Buffer; null for the file's side."""
    metadata: dict[str, Any]
    """The network's other fields, by their names in the files."""


class DifferenceForm(_Form):
    """One field that differs."""

    path: str
    """The field, as the files name it."""
    before: Any
    """What Buffer has, null for nothing."""
    after: Any
    """What the file has, null for nothing."""


class LengthForm(_Form):
    """The length of the text, as its network counts."""

    used: int
    """In the network's own units."""
    limit: int | None
    """Null if no limit is known."""


class PreconditionsForm(_Form):
    """What a change assumes about Buffer; `apply PLANFILE` refuses if that is no longer true."""

    id: str | None
    """The id of the live object, even if it is gone; null if there never was one."""
    standing: str | None
    """A digest of its content, status and time."""


class CostForm(_Form):
    """What a change costs; a request carries up to 30 mutations."""

    mutations: int
    """The number of API operations: 1 if it writes to Buffer, else 0."""


class ChangeForm(_Form):
    """One step of a plan."""

    address: str
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    digest: str | None
    """Over address, action and what becomes public; null if nothing changes. The same change has the same digest."""
    action: Action
    """What happens to it.

    - `create`, `update`, `delete`: apply writes it to Buffer
    - `adopt`: it is already in Buffer, and is added to the state
    - `move`: its key changed; its entry in the state follows
    - `forget`: it is removed from the state; nothing changes in Buffer
    - `hold`: nothing is done until a person decides; `reason` is why
    - `waiting`: the Buffer plan has no room for it yet; a later apply sends it
    - `done`: it has been published
    - `past`: its time was before bufferctl began here, so it is never sent
    - `no-op`: there is nothing to do
    """
    cause: Cause
    """Why.

    - `new`: the files declare it, and the state has no entry for it
    - `edited`: the file differs from what was applied
    - `moved`: it has another key
    - `drift`: Buffer differs from what was applied
    - `expired`: its time is past or too close
    - `removed`: it was removed from the files
    - `cancelled`: it is cancelled in its file
    - `unchanged`: nothing changed
    """
    reason: Reason | None
    """Why it is held, null if it is not; `message` and `hint` explain it.

    - `channel-unavailable`: its channel is disconnected or locked
    - `error`: Buffer accepted it, but publishing failed
    - `sent`: it is published or being published, and the edit would be lost
    - `deleted-in-buffer`: somebody deleted it there
    - `lag`: it was created a short while ago, and Buffer does not show it yet
    - `changed-in-buffer`: somebody changed it there, and the file still has the old version
    - `conflict`: it was changed in the file and in Buffer
    - `missed`: its time is past or too close
    - `ambiguous`: it may already be in Buffer, as one of `candidates`
    - `unsettled`: it was sent, and it is unknown whether Buffer carried it out
    - `adopted`: a person created it in Buffer, so it is not edited or deleted
    - `idea-edited`: the API cannot edit ideas
    - `protected`: it must not be deleted
    - `unresolved`: a tag, a board or an idea that it names was not found
    - `unread`: too little of the account was read to decide
    - `deletes`: more posts would be deleted than `max_deletes` allows, or a file lost all its posts
    - `diverged`: the checkout may lack the commit that was applied last, so this could undo what that commit did
    - `policy`: it breaks the team's policy
    - `not-reviewed`: it is not in the reviewed plan

    These are not holds. Progress that a person made in Buffer: `approved`, `scheduled-by-a-person`,
    `shared-now-by-a-person`. A reviewed change whose post was published first: `overtaken`.
    """
    message: str
    """More about it, for people."""
    hint: str
    """One thing to do, for people."""
    id: str | None
    """The id of the live object."""
    organization_id: str
    """Its organization's id in Buffer."""
    channel_id: str | None
    """Null for ideas."""
    key: str
    """Its key in the files."""
    service: Service | None
    """Its network; null for ideas, and if the channel is unknown."""
    moved_from: str | None
    """Its previous key, if it was renamed."""
    due_at: Instant | None
    """When it goes out; null if it is unscheduled."""
    place: PlaceForm | None
    """Where it is declared."""
    desired: dict[str, Any] | None
    """The declared object as it was read, under `post` or `idea`; `after` is easier to read."""
    live_status: PostStatus | None
    """The post's status in Buffer."""
    differences: list[DifferenceForm]
    """The fields that differ between Buffer and the file, as far as they can be read from Buffer."""
    changed_fields: list[str]
    """The names of those fields."""
    candidates: list[str]
    """The ids of live objects that it may be."""
    before: ContentForm | None
    """What Buffer has; null if it has nothing, or if nothing changes."""
    after: ContentForm | None
    """What the files have; null if they have nothing, or if nothing changes."""
    length: LengthForm | None
    """Null if it was not counted."""
    preconditions: PreconditionsForm
    """What it assumes about Buffer."""
    cost: CostForm
    """What it costs of Buffer's quota."""


class DiagnosticForm(_Form):
    """A problem with its place."""

    severity: Severity
    """`error` or `warning`."""
    code: str
    """The rule's code; empty if no rule found it."""
    message: str
    """What is wrong, for people."""
    hint: str
    """One thing to do, for people; may be empty."""
    place: PlaceForm | None
    """Its position; null if it is not in a file."""


class RequestsForm(_Form):
    """How many requests an apply uses."""

    read: int
    """To read before and after."""
    write: int
    """To send the changes."""


class UploadsForm(_Form):
    """Files that are to be uploaded."""

    count: int
    """How many."""
    bytes: int
    """Their size together."""


class WindowForm(_Form):
    """One of Buffer's limits on requests."""

    window_seconds: int
    """The length of the window."""
    left: int
    """How many requests were left."""
    quota: int | None
    """How many it has in all; null if Buffer does not tell."""
    resets_at: Instant
    """When all of them are available again."""


class ChannelForm(_Form):
    """A channel in Buffer."""

    id: str
    """Its id in Buffer."""
    organization_id: str
    """Its organization's id in Buffer."""
    service: Service
    """Its network."""
    name: str
    """Its handle or display name."""
    timezone: str
    """Its time zone by tz database name; times are shown in it."""


class BesideForm(_Form):
    """An unmanaged post in Buffer."""

    id: str
    """Buffer's id of the post."""
    channel_id: str
    """The id of its channel, as in `channels`."""
    due_at: Instant
    """When it goes out, or went out."""
    text: str
    """What it says."""


class PlanForm(_Form):
    """What would change, and what was read to find out."""

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
    """How many unsent objects in Buffer are in no file and no state."""
    beside: list[BesideForm]
    """Unmanaged posts on the channels and days on which the plan sends something, by time."""
    uploads: UploadsForm
    """The media files that apply uploads first, according to the state."""
    requests: RequestsForm
    """The number of requests, of those that `quota` limits."""
    quota: list[WindowForm]
    """Buffer's limits when the account was read, shortest window first."""
    ready_at: Instant | None
    """When an apply would finish if it started at once; null if the quota is unknown."""
    narrowed: bool
    """Whether it covers only a part of the files."""
    channels: list[ChannelForm]
    """Those of the organizations that the files name."""
    changes: list[ChangeForm]
    """In the order in which they are sent."""
    warnings: list[DiagnosticForm]
    """Warnings of the plan."""
    problems: list[DiagnosticForm]
    """Problems in the files."""


class OutcomeForm(_Form):
    """The result of one change."""

    address: str
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    action: Action
    """The action in the plan."""
    status: Status
    """The result.

    - `done`: as planned
    - `differs`: Buffer accepted it but returned something different
    - `refused`: Buffer refused it and changed nothing
    - `held`: nothing was done; a person has to decide
    - `waiting`: the Buffer plan had no room for it
    - `not-sent`: the apply ended before its turn
    """
    id: str | None
    """The id of the live object, if there is one."""
    link: str | None
    """The address of the published post."""
    message: str
    """More about it, for people; if it was refused, Buffer's message."""
    hint: str
    """One thing to do, for people."""
    at: Instant | None
    """When it was sent; null if it was not."""
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
    """When it goes out; null if it is unscheduled."""


class DocumentForm(_Form):
    """What every document begins with."""

    format_version: _Version
    """The version of this form; a minor version only adds."""
    bufferctl_version: str
    """The version of bufferctl that made it."""


class PlanDocument(PlanForm, DocumentForm):
    """What `bufferctl plan --json`, `bufferctl show PLANFILE --json` and `--report FILE.json` print or write."""

    kind: Literal["plan"]
    """What this is."""


class AppliedDocument(DocumentForm):
    """What `bufferctl apply --json` and `bufferctl apply --report FILE.json` print or write."""

    kind: Literal["apply"]
    """What this is."""
    plan: PlanForm
    """The plan that was applied."""
    outcomes: list[OutcomeForm]
    """The result of each change, in the order in which they came."""
    left: PlanForm | None
    """The plan afterwards; null if Buffer was not read again."""
    stopped: str | None
    """Why it ended early; null if it did not."""


class ReceiptDocument(DocumentForm):
    """What `bufferctl apply --receipt FILE` writes."""

    kind: Literal["receipt"]
    """What this is."""
    started_at: Instant
    """When the account was read, by Buffer's clock."""
    finished_at: Instant
    """When the receipt was written, by Buffer's clock."""
    endpoint: str
    """The address of the API."""
    digest: str
    """The digest of the plan that was applied."""
    stopped: str | None
    """Why it ended early; null if it did not."""
    summary: dict[Status, int]
    """How many outcomes of each status."""
    outcomes: list[OutcomeForm]
    """The result of each change, in the order in which they came."""
    details: dict[str, Any]
    """Data for `bufferctl show`; its form may change."""


class ListedForm(_Form):
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
    """Its status in Buffer or, without --live, in the state; null if it is in neither."""
    due_at: Instant | None
    """When it goes out, or went out; null if that is unknown."""
    local: str | None
    """The same in the channel's zone, with the offset."""
    timezone: str
    """The channel's zone, by its name in the tz database."""
    in_queue: bool
    """Whether the queue decides when it goes out."""
    fixed: bool
    """Whether it keeps its date when the `starts` of its file moves."""
    draft: bool
    """Whether a person has to schedule it in Buffer."""
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


class ListDocument(DocumentForm):
    """What `bufferctl list --json` gives."""

    kind: Literal["list"]
    """What this is."""
    at: Instant
    """When it was made; with --live by Buffer's clock."""
    live: bool
    """Whether Buffer was read; if not, this comes from the files and the state."""
    posts: list[ListedForm]
    """By time, those that are published at once first; those without a time last."""


class ValidateDocument(DocumentForm):
    """What `bufferctl validate --json` gives."""

    kind: Literal["validate"]
    """What this is."""
    valid: bool
    """Whether there is no error; with --strict, no warning either."""
    problems: list[DiagnosticForm]
    """By file and position."""


class DriftDocument(DocumentForm):
    """What `bufferctl drift --json` gives. In changes, `before` is Buffer's version and `after` the file's."""

    kind: Literal["drift"]
    """What this is."""
    at: Instant
    """When the account was read, by Buffer's clock."""
    endpoint: str
    """The address of the API."""
    narrowed: bool
    """Whether it is limited to some of the posts."""
    warnings: list[DiagnosticForm]
    """What was found about the account."""
    recorded: int
    """How many entries the state has."""
    summary: dict[Reason, int]
    """How many changes of each reason."""
    drift: list[ChangeForm]
    """What differs from what was last applied."""
    progress: list[ChangeForm]
    """What people approved, scheduled or published."""
    media: list[dict[str, Any]]
    """URLs that Buffer can no longer fetch."""


class CheckForm(_Form):
    """One thing that was checked."""

    about: str
    """What it is about."""
    verdict: Literal["ok", "warning", "problem"]
    """How it is."""
    message: str
    """What was found, for people."""
    hint: str
    """One thing to do, for people; may be empty."""


class DoctorDocument(DocumentForm):
    """What `bufferctl doctor --json` gives."""

    kind: Literal["doctor"]
    """What this is."""
    checks: list[CheckForm]
    """In the order in which they were made."""


class EntryForm(_Form):
    """An entry of the state; its other fields may change."""

    organization_id: str
    """Buffer's id of the organization."""
    channel_id: str
    """Buffer's id of the channel, or `ideas`."""
    key: str
    """The key in the files."""
    address: str
    """The address as last declared; empty if it is unknown."""
    id: str
    """The id in Buffer."""
    origin: str
    """How it came into the state: created, recovered, adopted or imported."""


class StateDocument(DocumentForm):
    """What `bufferctl state list --json` gives."""

    kind: Literal["state"]
    """What this is."""
    objects: list[EntryForm]
    """By organization, channel and key."""


class ObjectDocument(DocumentForm, EntryForm):
    """What `bufferctl state show` gives."""

    kind: Literal["object"]
    """What this is."""


class RevisionForm(_Form):
    """An earlier version of the state."""

    revision: str
    """Its name, for `bufferctl state restore`."""
    at: Instant
    """When it was stored."""
    message: str
    """The command that stored it."""


class StateLogDocument(DocumentForm):
    """What `bufferctl state log --json` gives."""

    kind: Literal["state-log"]
    """What this is."""
    revisions: list[RevisionForm]
    """The newest first."""


class ErrorForm(_Form):
    """One reason why a command failed."""

    code: str
    """The rule's code, or the kind of error: usage, config, files, state, key-refused, rate-limited and so on."""
    message: str
    """What is wrong, for people."""
    place: PlaceForm | None
    """Its position; null if it is not in a file."""
    fix: str
    """One thing to do, for people; may be empty."""


class ErrorDocument(DocumentForm):
    """What any command prints with --json in place of its output if it fails."""

    kind: Literal["error"]
    """What this is."""
    exit_code: int
    """The exit code of the command."""
    errors: list[ErrorForm]
    """At least one."""


#: The documents by their `kind`.
DOCUMENTS: dict[str, Any] = {
    "plan": PlanDocument,
    "apply": AppliedDocument,
    "receipt": ReceiptDocument,
    "list": ListDocument,
    "validate": ValidateDocument,
    "drift": DriftDocument,
    "doctor": DoctorDocument,
    "state": StateDocument,
    "object": ObjectDocument,
    "state-log": StateLogDocument,
    "error": ErrorDocument,
}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(kind: str) -> str:
    """The schema of one kind of document, ending in a newline. Later minor versions may have more fields."""
    document = DOCUMENTS[kind]
    schema = _bare(TypeAdapter(document).json_schema())
    for base in get_original_bases(document):  # pydantic does not see the docstrings of inherited fields
        schema["properties"] |= _bare(TypeAdapter(base).json_schema())["properties"]
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _bare(value: Any) -> Any:
    """The schema without the titles that pydantic adds, since they only repeat the names."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name != "title" or not isinstance(each, str)}
    return [_bare(each) for each in value] if isinstance(value, list) else value
