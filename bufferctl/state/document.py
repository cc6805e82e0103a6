"""The document that a store keeps: the state and, if it is shared, its lock and open intents.

```json
{"run": "…", "lock": {"user": "…", "host": "…", "pid": 1, "since": "…", "run": "…", "until": "…", "landing": 60},
 "intents": [{"slot": ["…", "…", "…"], "at": "…", "until": "…", "run": "…", "settle": 30, "asked": […],
   "write": {…}, "listed": 0}],
 "listed": [["ID", …]],
 "format_version": "3.1", "endpoint": "https://api.buffer.com", "lineage": "…", "serial": 7, "commit": "…",
 "complete_at": "…", "files": ["posts/launch.yaml", …], "commits": ["…", …],
 "public": ["https://…", …], "spent": {"DIGEST": "…"},
 "organizations": {"ORGANIZATION": {"CHANNEL or ideas": {
   "horizon": "…", "service": "twitter", "handle": "acme", "past": ["KEY", …],
   "let_go": {"ID": "CREATED"}, "let_go_keys": {"ID": "KEY"},
   "suspended": {"KEY": {"since": "…"}},
   "questions": {"KEY": {"rule": "same-text", "candidates": {"ID": "CREATED"}}},
   "prefix": "Acme/twitter:acme/", "objects": {"KEY": {"id": "…", "file": 0, …}}}}}}
```
An object is a line, without the values that most objects share (`_usual`). A document belongs to one endpoint: the
sandbox's is never read for the real account, or vice versa. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields
from datetime import UTC, datetime, time
from hashlib import blake2b
from typing import Any

from pydantic import AwareDatetime, ValidationError
from pydantic_core import from_json, to_json

from bufferctl.errors import StateError
from bufferctl.model import Binding, Home, Intent, LetGo, Origin, PostStatus, Question, Slot, State, Suspended
from bufferctl.model.base import Commit
from bufferctl.model.seen import Seen
from bufferctl.model.serial import adapter, dump_intent, load_intent
from bufferctl.state.lock import Lease
from bufferctl.state.store import at_start
from bufferctl.value import replace, value

FORMAT_MAJOR, FORMAT_MINOR = 3, 1
#: Where the state begins in a document: what stands before it comes and goes with each run.
_RECORD = b'\n"format_version": '
#: How deep a document has an entry a line: down to objects.
_LINES = 5


@value()
class SavedState:
    """A document as read or to be written."""

    endpoint: str  # the API that it is for
    state: State = field(default_factory=State)  # which object each entry became
    commit: str = ""  # of the checkout that was applied last, empty if there was none
    run: str = ""  # the id of the run that last wrote the state
    lease: Lease | None = None  # of the run that holds the lock
    intents: tuple[Intent, ...] = ()  # what is open
    moved_to: str = ""  # the document that has the state now; until that one is written, this one keeps it


@value()
class _StoredHome:
    """A `Home` in the file, with everything recorded for it."""

    horizon: AwareDatetime | None = None  # up to when the state of it is complete
    service: str = ""  # its network, as the channel was named last
    handle: str = ""  # its name there
    only_reminds: bool = False  # Buffer does not publish there by itself
    past: list[str] = field(default_factory=list)  # keys of posts whose time had passed when they were first seen
    former: dict[str, str] = field(default_factory=dict)  # keys that objects had before, with their ids
    let_go: dict[str, AwareDatetime] = field(default_factory=dict)  # when objects without an address were let go, by id
    let_go_keys: dict[str, str] = field(default_factory=dict)  # for which address only, by id
    questions: dict[str, Question] = field(default_factory=dict)  # to a person, by key
    suspended: dict[str, Suspended] = field(default_factory=dict)  # as in `State`, by key
    objects: dict[str, Binding] = field(default_factory=dict)  # its bindings, by key


@value()
class _StoredFile:
    """A whole document, as JSON has it."""

    organizations: dict[str, dict[str, _StoredHome]] = field(default_factory=dict)  # homes, by organization and id
    lineage: str = ""  # as in `State`
    serial: int = 0  # as in `State`
    complete_at: AwareDatetime | None = None  # as in `State`
    public: frozenset[str] = frozenset()  # as in `State`
    spent: dict[str, AwareDatetime] = field(default_factory=dict)  # as in `State`
    commit: Commit = ""  # as in `SavedState`
    run: str = ""  # as in `SavedState`
    lock: Lease | None = None  # as in `SavedState`
    intents: list[dict[str, Any]] = field(default_factory=list)  # what is open; `listed` is an index of the next
    listed: list[frozenset[str]] = field(default_factory=list)  # ids that homes had before intents
    moved_to: str = ""  # as in `SavedState`


def parse(raw: bytes, place: str, endpoint: str | None, *, remedy: str) -> SavedState:
    """The document in `raw`.

    `place` is its name in messages; `remedy` says what to do if it is damaged. `endpoint` is the API's URL that it must
    belong to; None accepts any, for commands that work offline. Raises StateError if it is damaged, newer than this
    bufferctl, another endpoint's, or was moved away.
    """
    document = read(raw, place, endpoint, remedy=remedy)
    refuse_moved(document, place)
    return document


def refuse_moved(document: SavedState, place: str) -> None:
    """Raises StateError if the state was moved away from `place`."""
    if document.moved_to:
        raise StateError(
            f"{at_start(place)} was moved to {document.moved_to}",
            hint="Update your checkout (git pull). To move it back:\nbufferctl state migrate --from PLACE",
        )


def read(raw: bytes, place: str, endpoint: str | None, *, remedy: str) -> SavedState:
    """Like `parse`, but also for a document whose state was moved away."""
    name = at_start(place)
    try:
        data: dict[str, Any] = from_json(raw, cache_strings="keys")  # hardly a value is there twice
    except ValueError as error:
        raise _damaged(name, "it is cut short or is not JSON" if raw.strip() else "it is empty", remedy) from error
    try:
        major = int(data["format_version"].split(".")[0])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _damaged(name, "it does not have the format of a state", remedy) from error
    if major > FORMAT_MAJOR and not data.get("moved_to"):
        raise StateError(
            f"{name} was written by a newer bufferctl (format {data['format_version']})",
            hint="Update bufferctl; nothing was changed.",
        )
    if major < FORMAT_MAJOR:
        raise _damaged(name, f"its format {data['format_version']} is of no release", remedy)
    if endpoint is not None and data.get("endpoint") != endpoint:
        raise StateError(
            f"{name} belongs to {data.get('endpoint')}, but this run uses {endpoint}",
            hint="Set BUFFER_API_URL to that endpoint, or use another file with --state.",
        )
    of = str(data.get("endpoint", ""))
    try:
        return _read(of, adapter(_StoredFile).validate_python(_full(data)))
    except ValidationError as error:
        raise _damaged(name, f"{error.error_count()} of its entries cannot be read", remedy) from error
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise _damaged(name, "part of it is in an unknown format", remedy) from error


def replacing(current: SavedState, new: SavedState) -> SavedState:
    """The document to write when a person replaces the stored one by an older or edited one (design: Applying).

    Its serial is above both; the stored lock, open intents and spent digests stay, and each home counts as complete
    only as far as in both. A home that only one of them lists starts from the older `complete_at`. If the stored
    document has an object that the new one lacks, no home counts as recorded, since an edit of that object would look
    like a new post.
    """
    before, state = current.state, new.state
    homes = {
        name: replace(home, horizon=_older(home.horizon, before.horizon(name, None).since))
        for name, home in state.homes.items()
    }
    serial = max(before.serial, state.serial) + 1
    state = replace(
        state,
        homes=homes,
        complete_at=_older(state.complete_at, before.complete_at),
        serial=serial,
        lineage=state.lineage or before.lineage,
        spent={**state.spent, **before.spent},
    )
    if _ids(before) - _ids(state):
        state = state.unrecorded()
    return replace(new, state=state, lease=current.lease, intents=current.intents)


def _ids(state: State) -> frozenset[str]:
    return frozenset(binding.id for binding in state.bindings.values())


def _older(one: datetime | None, other: datetime | None) -> datetime | None:
    """The older of two horizons; None is the beginning of time."""
    return min(one, other) if one and other else None


def _full(data: dict[str, Any]) -> dict[str, Any]:
    """The document with what was left out of its objects. Raises what a document of another form makes it raise."""
    files, commits = data.get("files", []), data.get("commits", [])
    is_older = data["format_version"] == "3.0"
    for homes in data.get("organizations", {}).values():
        for home in homes.values():
            prefix = home.pop("prefix", "")
            for key, values in home.get("objects", {}).items():
                full = _usual(values.get("applied", ""), prefix, key, is_older=is_older) | values
                for name, names in (("file", files), ("commit", commits)):
                    if isinstance(full.get(name), int):
                        full[name] = names[full[name]]
                home["objects"][key] = full
    return data


def digest(raw: bytes) -> str:
    """A digest that distinguishes states, without the lock and open intents, which change with every run."""
    return blake2b(raw[max(0, raw.find(_RECORD)) :], digest_size=10).hexdigest()


def _damaged(name: str, why: str, remedy: str) -> StateError:
    return StateError(f"{name} is damaged ({why}), so it cannot be used", hint=remedy)


def _read(endpoint: str, stored: _StoredFile) -> SavedState:
    intents = tuple(load_intent(each, 0, stored.listed[each["listed"]]) for each in stored.intents)
    return SavedState(endpoint, _state(stored), stored.commit, stored.run, stored.lock, intents, stored.moved_to)


def _state(document: _StoredFile) -> State:
    homes: dict[str, Home] = {}
    bindings: dict[Slot, Binding] = {}
    questions: dict[Slot, Question] = {}
    let_go: dict[str, LetGo] = {}
    past: set[Slot] = set()
    former: dict[Slot, str] = {}
    suspended: dict[Slot, Suspended] = {}
    for organization, channels in document.organizations.items():
        for channel, stored in channels.items():
            home = Home(
                organization,
                channel,
                horizon=stored.horizon,
                service=stored.service,
                handle=stored.handle,
                only_reminds=stored.only_reminds,
            )
            homes[home.id] = home
            bindings |= {Slot(organization, channel, key): binding for key, binding in stored.objects.items()}
            questions |= {Slot(organization, channel, key): question for key, question in stored.questions.items()}
            keys = stored.let_go_keys
            let_go |= {id_: LetGo(home.id, created, keys.get(id_, "")) for id_, created in stored.let_go.items()}
            past |= {Slot(organization, channel, key) for key in stored.past}
            former |= {Slot(organization, channel, key): id_ for key, id_ in stored.former.items()}
            suspended |= {Slot(organization, channel, key): each for key, each in stored.suspended.items()}
    return State(
        bindings=bindings,
        homes=homes,
        questions=questions,
        let_go=let_go,
        past=frozenset(past),
        complete_at=document.complete_at,
        lineage=document.lineage,
        serial=document.serial,
        public=document.public,
        former=former,
        spent=document.spent,
        suspended=suspended,
    )


def by_day(state: State) -> State:
    """The parts of the state that are worth a write when they change: of a horizon, only its day."""
    homes = {name: replace(home, horizon=_day(home.horizon)) for name, home in state.homes.items()}
    return replace(state, homes=homes, complete_at=_day(state.complete_at), lineage="", serial=0)


def _day(instant: datetime | None) -> datetime | None:
    return instant and datetime.combine(instant.astimezone(UTC), time.min)


def dump(document: SavedState) -> bytes:
    """The document as bytes; equal documents give equal ones.

    A document whose state was moved away has a format that earlier versions refuse, so that no old checkout continues
    with it.
    """
    state = document.state
    listed: dict[frozenset[str], int] = {}
    intents = [
        {**dump_intent(each), "listed": listed.setdefault(each.listed, len(listed))} for each in document.intents
    ]
    of_run = _present(run=document.run, lock=document.lease, intents=intents, listed=[sorted(ids) for ids in listed])
    head = {
        "format_version": f"{FORMAT_MAJOR + 1}.0" if document.moved_to else f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "endpoint": document.endpoint,
        "lineage": state.lineage,
        "serial": state.serial,
    }
    files = sorted({binding.file for binding in state.bindings.values()} - {""})
    commits = sorted({binding.commit for binding in state.bindings.values()} - {""})
    rest = _present(
        moved_to=document.moved_to,
        commit=document.commit,
        complete_at=state.complete_at,
        public=sorted(state.public),
        spent=dict(sorted(state.spent.items())),
        files=files,
        commits=commits,
    )
    homes = _dump_homes(state, {name: number for names in (files, commits) for number, name in enumerate(names)})
    return _lines({**of_run, **head, **rest, "organizations": homes}, _LINES) + b"\n"


def _dump_homes(state: State, numbers: Mapping[str, int]) -> dict[str, dict[str, dict[str, Any]]]:
    homes = dict(state.homes)
    for slot in (*state.bindings, *state.suspended):
        homes.setdefault(slot.home, Home(slot.organization_id, slot.channel_id))
    stored: dict[str, dict[str, dict[str, Any]]] = {}
    of_home: dict[str, dict[str, Any]] = {}
    for home in sorted(homes.values(), key=lambda each: (each.organization_id, each.channel_id)):
        own = _present(horizon=home.horizon, service=home.service, handle=home.handle, only_reminds=home.only_reminds)
        of_home[home.id] = own
        stored.setdefault(home.organization_id, {})[home.channel_id] = own
    for slot in sorted(state.past):
        of_home[slot.home].setdefault("past", []).append(slot.key)
    for slot, id_ in sorted(state.former.items()):
        of_home[slot.home].setdefault("former", {})[slot.key] = id_
    for id_, gone in sorted(state.let_go.items()):
        of_home[gone.home].setdefault("let_go", {})[id_] = gone.created_at
        if gone.key:
            of_home[gone.home].setdefault("let_go_keys", {})[id_] = gone.key
    for name, by_slot in (("questions", state.questions), ("suspended", state.suspended)):
        _dump_by_key(of_home, name, by_slot)
    for slot in sorted(state.bindings):
        home_values, binding = of_home[slot.home], state.bindings[slot]
        if "objects" not in home_values:
            prefix = binding.address.removesuffix(slot.key)
            home_values |= {**_present(prefix=prefix), "objects": {}}
        home_values["objects"][slot.key] = _dump_binding(binding, slot.key, home_values.get("prefix", ""), numbers)
    return stored


def _dump_by_key(of_home: Mapping[str, dict[str, Any]], name: str, by_slot: Mapping[Slot, Any]) -> None:
    for slot, each in sorted(by_slot.items()):
        of_home[slot.home].setdefault(name, {})[slot.key] = each


def _dump_binding(binding: Binding, key: str, prefix: str, numbers: Mapping[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(binding, name) for name in _FIELDS}
    usual = _usual(values["applied"], prefix, key)
    empty = ((), False, None)
    kept = {name: value for name, value in values.items() if value != usual.get(name, "") and value not in empty}
    return kept | {name: numbers[kept[name]] for name in ("file", "commit") if name in kept}


def _usual(applied: str, prefix: str, key: str, *, is_older: bool = False) -> dict[str, str]:
    """What is left out of an object: the fields that most have in common. `applied`: its fingerprint.

    `is_older`: a document of a version that did not look at details.
    """
    content = applied.partition(":")[2].partition(":")[0]
    seen = Seen(content, None if is_older or not content else "")
    return {**_USUAL, "seen": str(seen), "address": prefix + key if prefix else ""}


_USUAL = {"origin": Origin.CREATED.value, "status": PostStatus.SCHEDULED.value}
_FIELDS = tuple(each.name for each in fields(Binding))


def _present(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _lines(value: Any, depth: int) -> bytes:
    """JSON with an entry a line, `depth` levels deep; what is deeper stands on one line."""
    if not depth or not value or not isinstance(value, dict | list):
        return to_json(value)
    if isinstance(value, list):
        return b"[\n" + b",\n".join(to_json(each) for each in value) + b"\n]"
    entries = (to_json(name) + b": " + _lines(each, depth - 1) for name, each in value.items())
    return b"{\n" + b",\n".join(entries) + b"\n}"
