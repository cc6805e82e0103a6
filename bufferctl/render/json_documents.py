"""The JSON documents, with each key in one place: its name, its type, its source and its meaning.

The published schemas are made from the same forms. Instants are ISO 8601 in UTC. Values that do not apply are null or
empty, never left out. A minor version only adds.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache, cached_property
from operator import attrgetter
from shlex import join, split
from types import SimpleNamespace
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, WithJsonSchema, model_validator
from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, FilesError, Severity
from bufferctl.digests import change_digest, facts
from bufferctl.errors import BufferctlError
from bufferctl.model import (
    Idea,
    LiveAsset,
    LiveIdea,
    LiveMedium,
    LivePost,
    Post,
    PostStatus,
    Service,
    TextLength,
    instant,
    thread_of,
)
from bufferctl.model.about import describe, subclasses, texts_below
from bufferctl.model.comparable import others_of
from bufferctl.model.plain_text import replaced
from bufferctl.model.serial import dump_item
from bufferctl.plan import WRITING, Action, Cause, Change, Outcome, Plan, Reason, Status, ready_at, write_requests
from bufferctl.render import words
from bufferctl.render.cards import Moment, is_in_queue, moment_of
from bufferctl.render.report import Report
from bufferctl.said import Answer, Way, pasted, with_pasted
from bufferctl.value import replace, value

FORMAT_VERSION = "2.0"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
#: What every document begins with.
_HEAD: dict[str, Any] = {
    "format_version": {
        "type": "string",
        "pattern": rf"^{FORMAT_VERSION.partition('.')[0]}\.\d+$",
        "description": "The version of this form; a minor version only adds.",
        "examples": [FORMAT_VERSION],
    },
    "bufferctl_version": {"type": "string", "description": "The version of bufferctl that made it."},
}


@value()
class Of:
    """How a value is read from its form's source, if it is not the attribute of the same name."""

    read: Callable[[Any], Any]


UtcText = Annotated[datetime, PlainSerializer(instant), WithJsonSchema({"type": "string", "format": "date-time"})]

#: One thing to do, whose commands can be pasted as they are printed.
HintText = Annotated[str, AfterValidator(with_pasted)]


class _Form(BaseModel):
    """The base of all forms; the texts below their fields are the schemas' descriptions."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, source: Any) -> Any:
        return source if isinstance(source, dict) else {name: read(source) for name, read in _readers(cls)}


def values_of(form: type[_Form], source: Any) -> dict[str, Any]:
    """The values of a form by key, made of an object or of values by name."""
    return form.model_validate(source).model_dump(mode="json")


@cache
def _readers(form: type[_Form]) -> list[tuple[str, Callable[[Any], Any]]]:
    return [
        (name, next((each.read for each in field.metadata if isinstance(each, Of)), attrgetter(name)))
        for name, field in form.model_fields.items()
    ]


def _of(path: str) -> Of:
    return Of(attrgetter(path))


def _title(item: Post | Idea | LivePost | LiveIdea) -> str | None:
    fields = getattr(item, "metadata", None)
    title = fields.get("title") if isinstance(fields, Mapping) else getattr(fields, "title", None)
    return title or getattr(item, "title", None) or None


def _thread(item: Post | Idea | LivePost | LiveIdea) -> Any:
    if isinstance(item, LivePost):
        return item.thread
    return thread_of(item.metadata) if isinstance(item, Post) else ()


def _other_fields(item: Post | Idea | LivePost | LiveIdea) -> dict[str, Any]:
    """The fields that have no place of their own in the form, most of them a network's."""
    fields = getattr(item, "metadata", None) or {}
    values = fields if isinstance(fields, Mapping) else fields.model_dump(mode="json", exclude_none=True)
    others = others_of(item) if isinstance(item, Post | LivePost) else {}
    return others | {name: value for name, value in values.items() if name not in ContentForm.model_fields}


def _url(asset: Any) -> str:
    if isinstance(asset, LiveAsset | LiveMedium):
        return asset.source if isinstance(asset, LiveAsset) else asset.url
    return str(getattr(asset, "value", asset).address)


def _alt_text(asset: Any) -> str:
    value = getattr(asset, "value", asset)
    return getattr(value, "alt_text", "") or getattr(value, "alt", "") or ""


@cache
def _service(channel: str) -> Service | None:
    return next((each for each in Service if each == channel.partition(":")[0]), None)


def _statuses(report: Report) -> dict[Status, int]:
    return {**dict.fromkeys(Status, 0), **Counter(outcome.status for outcome in report.outcomes or ())}


def _measured(report: Report) -> list[Measured]:
    made = zip(report.plan.changes, report.digests, strict=True)
    return [Measured(change, report.lengths(change.address), digest) for change, digest in made]


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

    kind: Annotated[str, Of(lambda asset: getattr(asset, "kind", "") or asset.type)]
    """image, video, document or link."""
    url: Annotated[str, Of(_url)]
    """Its address. Buffer keeps a copy on its own storage, so the two sides never agree."""
    alt_text: Annotated[str, Of(_alt_text)]
    """A description for screen-reader users; empty if there is none."""


class PartForm(_Form):
    """One post of a thread."""

    text: Annotated[str, Of(lambda part: part.text or "")]
    """Its own text."""
    assets: list[AssetForm]
    """Its own attachments."""


class ContentForm(_Form):
    """The content of a post or an idea, in the same form for both sides of a change."""

    text: Annotated[str, Of(lambda item: item.text or "")]
    """As it is sent; in a thread, that of its first post."""
    title: Annotated[str | None, Of(_title)]
    """Of an idea, or of a post if the network has titles."""
    thread: Annotated[list[PartForm], Of(_thread)]
    """The whole thread, the first part being the text; empty if there is none."""
    assets: Annotated[list[AssetForm], Of(lambda item: item.media if hasattr(item, "media") else item.assets)]
    """Its attachments, in order."""
    tags: Annotated[list[str], Of(lambda item: [getattr(tag, "name", tag) for tag in item.tags])]
    """By name."""
    services: Annotated[list[str], Of(lambda item: getattr(item, "services", ()))]
    """The networks that an idea is for."""
    due_at: Annotated[UtcText | None, Of(lambda item: item.date if hasattr(item, "date") else item.due_at)]
    """When it goes out; null if the queue decides."""
    mode: Annotated[str | None, Of(lambda item: getattr(item, "mode", "") or getattr(item, "share_mode", "") or None)]
    """addToQueue, shareNext, shareNow or customScheduled."""
    draft: Annotated[bool, Of(lambda item: getattr(item, "draft", getattr(item, "status", "") == PostStatus.DRAFT))]
    """Whether a person has to schedule it in Buffer."""
    status: Annotated[PostStatus | None, Of(lambda item: getattr(item, "status", None))]
    """Its status in Buffer; null for the file's side."""
    metadata: Annotated[dict[str, Any], Of(_other_fields)]
    """Its other fields, by their names in the files."""


class DifferenceForm(_Form):
    """One field that differs."""

    path: str
    """The field, as the files name it."""
    before: Any
    """What Buffer has, null for nothing."""
    after: Any
    """What the file has, null for nothing."""
    then: str | None
    """Where the file has nothing: `default` (an edit sends `after`, Buffer's default), `cleared`, or `open` (nothing is
    sent, and Buffer may keep it); null elsewhere."""
    is_recorded: bool
    """Whether Buffer does not show the field, so that `before` is what was last applied."""
    is_reviewed: bool
    """Whether `before` is what was reviewed (a change that is held as not reviewed)."""


def answers_of(of: Change | Outcome) -> tuple[Answer, ...]:
    """The ways to decide that the sentences of a change or an outcome name."""
    return tuple(answer for said in (of.why, of.todo) if said for answer in said.answers)


class LengthForm(_Form):
    """The length of the text, as its network counts."""

    used: int
    """In the network's own units."""
    limit: int | None
    """Null if no limit is known."""


class PreconditionsForm(_Form):
    """What a change assumes about Buffer; `apply PLANFILE` refuses if that is no longer true."""

    id: Annotated[str | None, _of("change.live_id")]
    """The id of the live object, even if it is gone; null if there never was one."""
    standing: Annotated[str | None, Of(lambda of: facts(of.change)["standing"] if of.is_loud else None)]
    """A digest of its content, status and time."""


class CostForm(_Form):
    """What a change costs; a request carries up to 30 mutations."""

    mutations: Annotated[int, Of(lambda change: int(change.action in WRITING))]
    """The number of API operations: 1 if it writes to Buffer, else 0."""


class AnswerForm(_Form):
    """One way to decide what a change or a problem asks."""

    way: Way
    """How it is given.

    - `add`: a field is added to the entry
    - `edit`: a field of the entry or of the root file is changed, or removed
    - `run`: a command is run
    - `in-buffer`: a person does it in Buffer
    """
    field: str
    """The field, as the files name it; empty if it is about none."""
    content: Any
    """What to write there; null if a person decides that. For a slip in the YAML, the line as it should be."""
    occurrence: Annotated[int | None, Of(lambda answer: answer.occurrence or None)]
    """Of a repeated entry, the number under `each` below which it stands; null if it stands in the entry."""
    is_open: bool
    """Whether `content` has `ID` in place of an id that a person has to find, so that it cannot be taken as it is."""
    command: Annotated[list[str], Of(lambda answer: split(pasted(join(answer.words))))]
    """The words of the command; empty if there is none."""
    id: Annotated[str | None, Of(lambda answer: answer.id or None)]
    """The live object that it is about."""
    later: bool
    """Whether it takes a later `due_at`, too: the time is past."""
    suspended: bool
    """Whether it sends nothing while its entry is suspended, as it is now."""


class _OfChange(_Form):
    """The fields that identify a change."""

    address: Annotated[str, Of(lambda of: str(of.change.address))]
    """The name of the declared object, `Acme/twitter:acme/launch`."""
    digest: Annotated[str | None, Of(lambda of: getattr(of, "digest", "") or change_digest(of.change) or None)]
    """Over address, action and what becomes public; null if nothing changes. The same change has the same digest."""
    action: Annotated[Action, _of("change.action")]
    """What happens to it.

    - `create`, `update`, `delete`: apply writes it to Buffer
    - `adopt`: it is already in Buffer, and is added to the state
    - `move`: its key changed; its entry in the state follows
    - `forget`: it is removed from the state; nothing changes in Buffer
    - `hold`: nothing is done until a person decides; `reason` is why
    - `waiting`: the Buffer plan has no room for it yet; a later apply sends it
    - `done`: it has been published
    - `past`: its time was before bufferctl began here, so it is never sent
    - `keep`: it stays in Buffer although no file declares it, as `prune` is off, a question is open about it, another
      root file declares it, or it was imported into files that are not merged
    - `no-op`: there is nothing to do
    """
    organization_id: Annotated[str, _of("change.slot.organization_id")]
    """Its organization's id in Buffer."""
    channel_id: Annotated[str | None, Of(lambda of: None if of.change.address.is_idea else of.change.slot.channel_id)]
    """Null for ideas."""
    key: Annotated[str, _of("change.slot.key")]
    """Its key in the files."""
    due_at: Annotated[UtcText | None, _of("change.due_at")]
    """When it goes out; null if it is unscheduled."""


class Measured(NamedTuple):
    """A change, the length of its text, and its digest if that has been made already."""

    change: Change
    length: TextLength | None = None
    digest: str = ""

    @property
    def is_loud(self) -> bool:
        """Whether both versions are included; for an unchanged object, neither is."""
        return words.ACTIONS[self.change.action].kind != "quiet"

    @property
    def changed_fields(self) -> list[str]:
        return list(dict.fromkeys(each.path.partition(".")[0] for each in self.change.differences))

    @property
    def desired(self) -> dict[str, Any] | None:
        """The declared object, unless nothing happens to it."""
        item = None if self.change.action is Action.NO_OP else self.change.desired
        return dump_item(item) if item else None


class ChangeForm(_OfChange):
    """One step of a plan."""

    cause: Annotated[Cause, _of("change.cause")]
    """Why.

    - `new`: the files declare it, and the state has no entry for it
    - `edited`: the file differs from what was applied
    - `moved`: it has another key
    - `drift`: Buffer differs from what was applied
    - `expired`: its time is past or too close
    - `removed`: it was removed from the files
    - `cancelled`: it is cancelled in its file
    - `unchanged`: nothing changed
    - `suspended`: its post becomes a draft while it is suspended
    - `resumed`: its post goes back on the schedule
    - `exempted`: its post is scheduled and goes out during a freeze, as `freeze: false` says; nothing is sent
    """
    reason: Annotated[Reason | None, _of("change.reason")]
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
    - `adopted`: it was in Buffer before the state had it, so it is not edited or deleted
    - `idea-edited`: the API cannot edit ideas
    - `protected`: it must not be deleted
    - `unresolved`: a tag, a board or an idea that it names was not found
    - `unread`: too little of the account was read to decide
    - `deletes`: more posts would be deleted than `max_deletes` allows, or a file lost all its posts
    - `diverged`: the checkout may lack the commit that was applied last, so this could undo what that commit did
    - `policy`: it breaks the team's policy
    - `freeze`: it is in Buffer for a time during a freeze of the policy
    - `into-freeze`: it would be sent for a time during a freeze of the policy; that is an error
    - `legal-statement`: an edit would leave out what the post states by law
    - `not-reviewed`: it is not in the reviewed plan
    - `suspended`: it is suspended; a change that is not held waits until that ends

    These are not holds. Progress that a person made in Buffer: `approved`, `scheduled-by-a-person`,
    `shared-now-by-a-person`. A reviewed change whose post was published first: `overtaken`.
    """
    message: Annotated[str, _of("change.message")]
    """More about it, for people."""
    hint: Annotated[HintText, _of("change.hint")]
    """One thing to do, for people."""
    answers: Annotated[list[AnswerForm], Of(lambda of: answers_of(of.change))]
    """The ways to decide that `hint` has, as data."""
    id: Annotated[str | None, _of("change.live_id")]
    """The id of the live object."""
    service: Annotated[Service | None, Of(lambda of: _service(of.change.address.channel))]
    """Its network; null for ideas, and if the channel is unknown."""
    moved_from: Annotated[str | None, Of(lambda of: of.change.moved_from and of.change.moved_from.key)]
    """Its previous key, if it was renamed."""
    place: Annotated[PlaceForm | None, _of("change.place")]
    """Where it is declared."""
    desired: Annotated[dict[str, Any] | None, Of(lambda of: of.desired)]
    """The declared object as it was read, under `post` or `idea`; `after` is easier to read."""
    live_status: Annotated[PostStatus | None, Of(lambda of: getattr(of.change.live, "status", None))]
    """The post's status in Buffer."""
    differences: Annotated[list[DifferenceForm], _of("change.differences")]
    """The fields that differ between Buffer and the file, as far as they can be read from Buffer."""
    changed_fields: Annotated[list[str], _of("changed_fields")]
    """The names of those fields."""
    candidates: Annotated[list[str], _of("change.candidates")]
    """The ids of live objects that it may be."""
    before: Annotated[ContentForm | None, Of(lambda of: of.change.live if of.is_loud else None)]
    """What Buffer has; null if it has nothing, or if nothing changes."""
    after: Annotated[ContentForm | None, Of(lambda of: of.change.desired if of.is_loud else None)]
    """What the files have; null if they have nothing, or if nothing changes."""
    length: LengthForm | None
    """Null if it was not counted."""
    preconditions: Annotated[PreconditionsForm, Of(lambda of: of)]
    """What it assumes about Buffer."""
    cost: Annotated[CostForm, _of("change")]
    """What it costs of Buffer's quota."""


def code_of(problem: Diagnostic) -> str:
    """The code by which a program recognizes a problem: its rule's, or the kind of problem."""
    return problem.code or problem.kind.value


class DiagnosticForm(_Form):
    """A problem with its place."""

    severity: Severity
    """`error` or `warning`."""
    code: Annotated[str, Of(code_of)]
    """The rule's code, such as BC002 or worth-a-look/wrong-day, or the kind of problem: syntax, duplicate and so on."""
    message: str
    """What is wrong, for people."""
    hint: HintText
    """One thing to do, for people; may be empty."""
    answers: list[AnswerForm]
    """The ways to mend it that `hint` has, as far as they are data."""
    addresses: Annotated[list[str], Of(lambda problem: [*problem.addresses])]
    """The posts of a plan that it is about; empty if it is about none of them, or about a file."""
    place: PlaceForm | None
    """Its position; null if it is not in a file."""


class RequestsForm(_Form):
    """How many requests an apply uses."""

    read: Annotated[int, Of(lambda plan: plan.read_requests)]
    """To read before and after."""
    write: Annotated[int, Of(write_requests)]
    """To send the changes."""


class UploadsForm(_Form):
    """Files that are to be uploaded."""

    count: Annotated[int, Of(len)]
    """How many."""
    bytes: Annotated[int, Of(lambda files: sum(file.size for file in files))]
    """Their size together."""


class WindowForm(_Form):
    """One of Buffer's limits on requests."""

    window_seconds: int
    """The length of the window."""
    left: int
    """How many requests were left."""
    quota: int | None
    """How many it has in all; null if Buffer does not tell."""
    resets_at: UtcText
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
    due_at: UtcText
    """When it goes out, or went out."""
    text: str
    """What it says."""


class GoesOutForm(_Form):
    """A post that goes out although its entry, channel or organization is suspended."""

    id: str
    """Buffer's id of the post."""
    channel_id: str
    """The id of its channel, as in `channels`."""
    due_at: UtcText | None
    """When it goes out; null if its queue has no free slot for it."""
    text: str
    """What it says."""
    address: str
    """The address of its entry; empty if bufferctl did not make the post."""
    awaits_approval: bool
    """Whether it goes out only once somebody approves it in Buffer."""
    perhaps: str
    """The address of the entry that it may be, which the plan asks about; empty if there is none."""


class TakenOverForm(_Form):
    """A post that another root file suspended, and whose entry is in these files now."""

    address: Annotated[str, Of(lambda of: str(of.address))]
    """Its address."""
    root_file: str
    """The path of the other root file, from this one."""


class SuspensionForm(_Form):
    """What is suspended, and which posts go out all the same."""

    reasons: list[str]
    """Each reason once, in the order of the files."""
    let_out: Annotated[list[str], Of(lambda of: [str(each) for each in of.let_out])]
    """The addresses that `suspended: false` lets out and that are not published yet."""
    going_out: list[GoesOutForm]
    """Posts that still go out: first those of bufferctl that could not be stopped, then those of others; by time."""
    unread: list[str]
    """Channels of suspended organizations that no file names, so that they were not read."""
    taken_over: list[TakenOverForm]
    """Posts that another root file suspended, and that this plan puts back on the schedule."""


class PlanForm(_Form):
    """What would change, and what was read to find out."""

    at: Annotated[UtcText, _of("plan.at")]
    """When the account was read, by Buffer's clock."""
    endpoint: Annotated[str, _of("plan.endpoint")]
    """The address of the API."""
    digest: str
    """Over the digests of all changes that write to Buffer, or wait to."""
    offline: Annotated[bool, _of("is_offline")]
    """Made from files and state alone, not checked against Buffer."""
    expires_at: UtcText | None
    """Until when a saved plan may be applied."""
    summary: Annotated[dict[Action, int], Of(lambda report: {**dict.fromkeys(Action, 0), **report.plan.count()})]
    """How many changes of each action."""
    unmanaged: Annotated[int, _of("plan.unmanaged")]
    """How many unsent objects in Buffer are in no file and no state."""
    beside: Annotated[list[BesideForm], _of("plan.beside")]
    """Unmanaged posts on the channels and days on which the plan sends something, by time."""
    suspension: Annotated[SuspensionForm | None, _of("plan.suspension")]
    """What is suspended; null if nothing is. The changes with the cause `suspended` make its posts drafts."""
    uploads: Annotated[UploadsForm, _of("plan.uploads")]
    """The media files that apply uploads first, according to the state."""
    requests: Annotated[RequestsForm, _of("plan")]
    """The number of requests, of those that `quota` limits."""
    quota: Annotated[list[WindowForm], _of("plan.quota.windows")]
    """Buffer's limits when the account was read, shortest window first."""
    ready_at: Annotated[UtcText | None, Of(lambda report: ready_at(report.plan))]
    """When an apply would finish if it started at once; null if the quota is unknown."""
    narrowed: Annotated[bool, _of("plan.narrowed")]
    """Whether it covers only a part of the files."""
    channels: Annotated[list[ChannelForm], Of(lambda report: [*report.plan.channels.values()])]
    """Those of the organizations that the files name."""
    changes: Annotated[list[ChangeForm], Of(_measured)]
    """In the order in which they are sent."""
    already_waiting: Annotated[
        list[str], Of(lambda report: [str(each.address) for each in report.waiting.plan.changes])
    ]
    """The addresses of those that are sent with a request although it does not change them: what its base has (plan
    --base) and Buffer does not."""
    warnings: Annotated[list[DiagnosticForm], _of("plan.warnings")]
    """Warnings of the plan."""
    problems: Annotated[list[DiagnosticForm], _of("diagnostics")]
    """Problems in the files."""
    worth_a_look: list[DiagnosticForm]
    """What a reviewer could overlook in what changes, a line for each likely mistake; none of them holds anything."""


class OutcomeForm(_OfChange):
    """The result of one change."""

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
    hint: HintText
    """One thing to do, for people."""
    code: str
    """Why it was not simply done; empty if it was.

    The `reason` of a hold, or why Buffer refused it: `invalid`, `not-found`, `unauthorized`, `limit`, `past`, `sent`,
    `repeat`, `kept`, `too-large`, `given-up`. Or `media-not-public`, `created-by-a-person`, `not-kept`,
    `came-back-different`.
    """
    answers: Annotated[list[AnswerForm], Of(answers_of)]
    """The ways to decide that `hint` has, as data."""
    at: UtcText | None
    """When it was sent; null if it was not."""
    kind: Annotated[Literal["post", "idea"], Of(lambda of: "idea" if of.change.address.is_idea else "post")]
    """Whether it is a post or an idea."""


class PlanDocument(PlanForm):
    """What `bufferctl plan --json`, `bufferctl show PLANFILE --json` and `--report FILE.json` print or write."""


class AppliedDocument(_Form):
    """What `bufferctl apply --json` and `bufferctl apply --report FILE.json` print or write."""

    plan: Annotated[PlanForm, Of(lambda report: report)]
    """The plan that was applied."""
    outcomes: list[OutcomeForm]
    """The result of each change, in the order in which they came."""
    left: Annotated[PlanForm | None, Of(lambda report: report.left and Report(report.left))]
    """The plan afterwards; null if Buffer was not read again."""
    stopped: Annotated[str | None, Of(lambda report: report.stopped or None)]
    """Why it ended early; null if it did not."""


class ReceiptDocument(_Form):
    """What `bufferctl apply --receipt FILE` writes."""

    started_at: Annotated[UtcText, _of("report.plan.at")]
    """When the account was read, by Buffer's clock."""
    finished_at: UtcText
    """When the receipt was written, by Buffer's clock."""
    endpoint: Annotated[str, _of("report.plan.endpoint")]
    """The address of the API."""
    digest: Annotated[str, _of("report.digest")]
    """The digest of the plan that was applied."""
    stopped: Annotated[str | None, Of(lambda of: of.report.stopped or None)]
    """Why it ended early; null if it did not."""
    summary: Annotated[dict[Status, int], Of(lambda of: _statuses(of.report))]
    """How many outcomes of each status."""
    outcomes: Annotated[list[OutcomeForm], Of(lambda of: of.report.outcomes or ())]
    """The result of each change, in the order in which they came."""
    details: dict[str, Any]
    """Data for `bufferctl show`; its form may change."""


@value()
class Listed:
    """A post of a list, with the plan that it belongs to."""

    change: Change
    plan: Plan

    @property
    def is_unmanaged(self) -> bool:
        return words.is_unmanaged(self.change)

    @cached_property
    def moment(self) -> Moment | None:
        return moment_of(self.change, self.plan)

    @cached_property
    def content(self) -> dict[str, Any]:
        """The file's, or Buffer's."""
        return values_of(ContentForm, self.change.desired or self.change.live)


class ListedForm(_Form):
    """One post on one channel."""

    address: Annotated[str | None, Of(lambda of: None if of.is_unmanaged else str(of.change.address))]
    """The name of the declared post, `Acme/twitter:acme/launch`; null if no file declares it."""
    organization: Annotated[str, _of("change.address.organization")]
    """Its organization, by name or id."""
    channel: Annotated[str, _of("change.address.channel")]
    """Its channel, such as `twitter:acme`."""
    service: Annotated[str, Of(lambda of: of.change.address.channel.partition(":")[0])]
    """Its network."""
    standing: Annotated[str, Of(lambda of: words.describe_action(of.change))]
    """What it is in Buffer, or what apply will do, in plain words."""
    action: Annotated[Action | None, Of(lambda of: None if of.is_unmanaged else of.change.action)]
    """What apply will do, as in the plan; null if no file declares it."""
    status: Annotated[PostStatus | None, Of(lambda of: words.status_of(of.change))]
    """Its status in Buffer or, without --live, in the state; null if it is in neither."""
    due_at: Annotated[UtcText | None, Of(lambda of: of.moment and of.moment.due)]
    """When it goes out, or went out; null if that is unknown."""
    local: Annotated[str | None, Of(lambda of: of.moment and of.moment.due.isoformat(timespec="seconds"))]
    """The same in the channel's zone, with the offset."""
    timezone: Annotated[str, Of(lambda of: getattr(of.plan.channels.get(of.change.slot.channel_id), "timezone", "UTC"))]
    """The channel's zone, by its name in the tz database."""
    in_queue: Annotated[bool, Of(lambda of: is_in_queue(of.change))]
    """Whether the queue decides when it goes out."""
    fixed: Annotated[bool, Of(lambda of: getattr(of.change.desired, "is_fixed", False))]
    """Whether it keeps its date when the `starts` of its file moves."""
    draft: Annotated[bool, Of(lambda of: of.content["draft"])]
    """Whether a person has to schedule it in Buffer."""
    text: Annotated[str, Of(lambda of: of.content["text"] or of.content["title"] or "")]
    """Its text; empty if only Buffer has it and Buffer was not asked."""
    tags: Annotated[list[str], Of(lambda of: of.content["tags"])]
    """Buffer's tags, by name."""
    id: Annotated[str | None, _of("change.live_id")]
    """Its id in Buffer."""
    link: Annotated[str | None, Of(lambda of: getattr(of.change.live, "external_link", None))]
    """The published post on its network."""
    message: Annotated[str, _of("change.message")]
    """What needs a person, if something does."""
    hint: Annotated[HintText, _of("change.hint")]
    """One thing to do about it."""
    place: Annotated[PlaceForm | None, _of("change.place")]
    """Where it is declared."""


class ListDocument(_Form):
    """What `bufferctl list --json` gives."""

    at: UtcText
    """When it was made; with --live by Buffer's clock."""
    live: bool
    """Whether Buffer was read; if not, this comes from the files and the state."""
    posts: list[ListedForm]
    """By time, those that are published at once first; those without a time last."""


class ValidateDocument(_Form):
    """What `bufferctl validate --json` gives."""

    valid: bool
    """Whether there is no error; with --strict, no warning either."""
    problems: list[DiagnosticForm]
    """By file and position."""


class DriftDocument(_Form):
    """What `bufferctl drift --json` gives. In changes, `before` is Buffer's version and `after` the file's."""

    at: Annotated[UtcText, _of("plan.at")]
    """When the account was read, by Buffer's clock."""
    endpoint: Annotated[str, _of("plan.endpoint")]
    """The address of the API."""
    narrowed: Annotated[bool, _of("plan.narrowed")]
    """Whether it is limited to some of the posts."""
    warnings: Annotated[list[DiagnosticForm], _of("plan.warnings")]
    """What was found about the account."""
    recorded: int
    """How many entries the state has."""
    summary: Annotated[dict[Reason, int], _of("numbers")]
    """How many changes of each reason."""
    drift: Annotated[list[ChangeForm], Of(lambda of: [*map(Measured, of.plan.drift)])]
    """What differs from what was last applied."""
    progress: Annotated[list[ChangeForm], Of(lambda of: [*map(Measured, of.plan.progress)])]
    """What people approved, scheduled or published."""
    media: Annotated[list[dict[str, Any]], Of(lambda of: [each._asdict() for each in of.lost])]
    """URLs that Buffer can no longer fetch."""


class CheckForm(_Form):
    """One thing that was checked."""

    about: str
    """What it is about."""
    verdict: Literal["ok", "warning", "problem"]
    """How it is."""
    message: str
    """What was found, for people."""
    hint: HintText
    """One thing to do, for people; may be empty."""


class DoctorDocument(_Form):
    """What `bufferctl doctor --json` gives."""

    checks: list[CheckForm]
    """In the order in which they were made."""


class EntryForm(_Form):
    """An entry of the state; its other fields may change."""

    model_config = ConfigDict(extra="allow")

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


class StateDocument(_Form):
    """What `bufferctl state list --json` gives."""

    objects: list[EntryForm]
    """By organization, channel and key."""


class ObjectDocument(EntryForm):
    """What `bufferctl state show` gives."""


class RevisionForm(_Form):
    """An earlier version of the state."""

    revision: Annotated[str, _of("id")]
    """Its name, for `bufferctl state restore`."""
    at: UtcText
    """When it was stored."""
    message: str
    """The command that stored it."""


class StateLogDocument(_Form):
    """What `bufferctl state log --json` gives."""

    revisions: list[RevisionForm]
    """The newest first."""


class ErrorForm(_Form):
    """One reason why a command failed."""

    code: str
    """The code of a problem in the files, or the kind of error: usage, config, state, key-refused and so on."""
    message: str
    """What is wrong, for people."""
    place: PlaceForm | None
    """Its position; null if it is not in a file."""
    fix: Annotated[HintText, _of("hint")]
    """One thing to do, for people; may be empty."""


class ErrorDocument(_Form):
    """What a command prints with --json if it fails, in place of its output."""

    exit_code: int
    """The exit code of the command."""
    errors: list[ErrorForm]
    """At least one."""


#: The documents by their `kind`.
DOCUMENTS: dict[str, type[_Form]] = {
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


def document(kind: str, source: Any) -> str:
    """The document of a kind, ending in a newline. `source`: what its form is made of."""
    head = {"format_version": FORMAT_VERSION, "bufferctl_version": __version__, "kind": kind}
    text = to_json(head | values_of(DOCUMENTS[kind], source), indent=2)
    return replaced(text.decode(), lambda character: json.dumps(character)[1:-1]) + "\n"


def document_schema(kind: str) -> str:
    """The schema of one kind of document, ending in a newline. Later minor versions may have more fields."""
    schema = _bare(DOCUMENTS[kind].model_json_schema(mode="serialization"))
    describe(schema, texts_below(DOCUMENTS[kind]))
    for form in subclasses(_Form):
        describe(schema.get("$defs", {}).get(form.__name__, {}), texts_below(form))
    head = {**_HEAD, "kind": {"const": kind, "type": "string", "description": "What this is."}}
    schema |= {"properties": {**head, **schema["properties"]}, "required": [*head, *schema["required"]]}
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _bare(value: Any) -> Any:
    """The schema without the titles that pydantic adds, since they only repeat the names."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name != "title" or not isinstance(each, str)}
    return [_bare(each) for each in value] if isinstance(value, list) else value


def report_json(report: Report) -> str:
    """A report as one JSON document, ending in a newline: a plan, or after an apply, its results."""
    return document("plan" if report.outcomes is None else "apply", report)


def receipt_json(report: Report, finished_at: datetime, details: Mapping[str, Any]) -> str:
    """The result of an apply, for later. `details`: the data needed to read it back."""
    return document("receipt", SimpleNamespace(report=report, finished_at=finished_at, details=details))


def error_json(error: BufferctlError) -> str:
    """What a command prints with --json in place of its output if it fails: each problem of the files, or the error."""
    problems = error.problems if isinstance(error, FilesError) else ()
    own = Diagnostic(Severity.ERROR, error.message, hint=error.hint)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    found = [replace(each, code=code_of(each)) for each in problems if each.severity is Severity.ERROR]
    errors = found or [replace(own, code=name)]
    return document("error", {"exit_code": error.exit_code, "errors": errors})
