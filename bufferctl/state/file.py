"""The state file: JSON beside the root file, mode 0600, replaced atomically, with a backup of the previous one.

```json
{"format_version": "2.0", "endpoint": "https://api.buffer.com", "lineage": "…", "serial": 7, "complete_at": "…",
 "public": ["https://…", …],
 "organizations": {"ORGANIZATION": {"CHANNEL or ideas": {
   "horizon": "…", "service": "twitter", "handle": "acme", "past": ["KEY", …], "let_go": {"ID": "CREATED"},
   "questions": {"KEY": {"rule": "same-text", "candidates": {"ID": "CREATED"}}},
   "objects": {"KEY": {"id": "…", "origin": "created", …}}}}}}
```
Format 1 had only objects; the youngest creation in a home becomes its horizon.
A file belongs to one endpoint: the sandbox's is never read for the real account, or vice versa.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import AwareDatetime, TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bufferctl.errors import StateError
from bufferctl.model import Binding, Home, LetGo, Origin, Question, Rule, Slot, State

FORMAT_MAJOR, FORMAT_MINOR = 2, 0


def state_path_of(root: Path) -> Path:
    """The path of the state of a root file; each root file in a folder has its own.

    A project of an earlier version whose root file is not buffer.yaml keeps its existing file.
    """
    folder = root.parent / ".bufferctl"
    shared, own = folder / "state.json", folder / f"{root.stem}.state.json"
    if root.name == "buffer.yaml" or (
        not own.exists() and shared.exists() and not root.with_name("buffer.yaml").exists()
    ):
        return shared
    return own


@dataclass(frozen=True)
class _StoredQuestion:
    """A `Question` as the file holds it."""

    rule: Rule
    candidates: dict[str, AwareDatetime]
    may_be_ours: bool = True
    content: str = ""


@dataclass(frozen=True)
class _StoredHome:
    """A `Home` as the file holds it, with everything recorded for it."""

    horizon: AwareDatetime | None = None
    service: str = ""
    handle: str = ""
    past_before: AwareDatetime | None = None
    past: list[str] = field(default_factory=list)
    let_go: dict[str, AwareDatetime] = field(default_factory=dict)
    questions: dict[str, _StoredQuestion] = field(default_factory=dict)
    objects: dict[str, Binding] = field(default_factory=dict)


@dataclass(frozen=True)
class _StoredFile:
    """The whole file."""

    organizations: dict[str, dict[str, _StoredHome]] = field(default_factory=dict)
    lineage: str = ""
    serial: int = 0
    complete_at: AwareDatetime | None = None
    public: frozenset[str] = frozenset()


_Objects = dict[str, dict[str, dict[str, Binding]]]


@cache
def _document() -> TypeAdapter[_StoredFile]:
    return TypeAdapter(_StoredFile)


class StateFile:
    """The store that keeps state in a file.

    `endpoint` is the API's URL that the state is of; None uses the one in the file, for commands that work offline.
    """

    def __init__(self, path: Path, endpoint: str | None) -> None:
        self.path = path
        self.endpoint = endpoint or ""
        self._any_endpoint = endpoint is None
        self._saved: State | None = None
        #: The digest of the file's bytes as last read or written; empty without a file.
        self.digest = ""

    def load(self) -> State:
        """Read the state; an empty one if there is no file yet.

        Raises StateError if the file is damaged, newer than this bufferctl, or another endpoint's.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return State()
        except OSError as error:
            raise StateError(
                f"The state file {self.path} cannot be read: {error.strerror}",
                hint="Give read permission, or use another file with --state.",
            ) from error
        state = self._parse(raw)
        self._saved = state
        self.digest = _digest(raw)
        return state

    def save(self, state: State) -> None:
        """Replace the file by `state` under the next serial, keeping the previous one as `….backup`.

        Nothing is written if only the time of day of a horizon changed. Raises StateError if it cannot be
        written; the file then stays as it was.
        """
        if self._saved is not None and _by_day(state) == _by_day(self._saved):
            return
        before = self._saved or State()
        lineage = state.lineage or before.lineage or uuid.uuid4().hex
        state = replace(state, lineage=lineage, serial=max(state.serial, before.serial) + 1)
        data = _dump(state, self.endpoint)
        try:
            self._replace(data)
        except OSError as error:
            raise self._unwritable(error) from error
        self._saved = state
        self.digest = _digest(data)

    @property
    def saved(self) -> State:
        """The state in the file, as last read or written."""
        return self._saved or State()

    def check_writable(self) -> None:
        """Check, before anything is sent, that the state can be recorded. Raises StateError."""
        try:
            self._folder()
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
            if self.path.exists() and not os.access(self.path, os.W_OK):
                raise PermissionError(13, os.strerror(13))
        except OSError as error:
            raise self._unwritable(error) from error

    def _folder(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _replace(self, data: bytes) -> None:
        self._folder()
        if self.path.exists():  # copied, since not every file system has links
            _write_whole(self.path.with_name(self.path.name + ".backup"), self.path.read_bytes())
        _write_whole(self.path, data)
        _sync_folder(self.path.parent)

    def _unwritable(self, error: OSError) -> StateError:
        return StateError(
            f"The state file {self.path} cannot be written: {error.strerror}",
            hint="Free disk space or give write permission, or use another file with --state.",
        )

    def _parse(self, raw: bytes) -> State:
        try:
            data: dict[str, Any] = from_json(raw)
            major = int(data["format_version"].split(".")[0])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(str(error)) from error
        if major > FORMAT_MAJOR:
            raise StateError(
                f"The state file {self.path} was written by a newer bufferctl (format {data['format_version']})",
                hint="Update bufferctl; nothing was changed.",
            )
        if self._any_endpoint:
            self.endpoint = str(data.get("endpoint", ""))
        if data.get("endpoint") != self.endpoint:
            raise StateError(
                f"The state file {self.path} belongs to {data.get('endpoint')}, but this run uses {self.endpoint}",
                hint="Set BUFFER_API_URL to the former, or use another file with --state.",
            )
        try:
            return _first_format(data) if major == 1 else _read(_document().validate_python(data))
        except ValidationError as error:
            raise self._damaged(f"{error.error_count()} of its entries cannot be read") from error

    def _damaged(self, why: str) -> StateError:
        return StateError(
            f"The state file {self.path} is damaged ({why}), so it cannot be used",
            hint=f"Replace it with {self.path.name}.backup; or move it away, and plan matches posts by their content.",
        )


def _read(document: _StoredFile) -> State:
    homes: dict[str, Home] = {}
    bindings: dict[Slot, Binding] = {}
    questions: dict[Slot, Question] = {}
    let_go: dict[str, LetGo] = {}
    past: set[Slot] = set()
    for organization, channels in document.organizations.items():
        for channel, stored in channels.items():
            home = Home(
                organization, channel, stored.horizon, stored.service, stored.handle, past_before=stored.past_before
            )
            homes[home.id] = home
            bindings |= {Slot(organization, channel, key): binding for key, binding in stored.objects.items()}
            questions |= {
                Slot(organization, channel, key): Question(q.rule, q.candidates, q.may_be_ours, q.content)
                for key, q in stored.questions.items()
            }
            let_go |= {id_: LetGo(home.id, created) for id_, created in stored.let_go.items()}
            past |= {Slot(organization, channel, key) for key in stored.past}
    return State(
        bindings,
        homes,
        questions,
        let_go,
        frozenset(past),
        document.complete_at,
        document.lineage,
        document.serial,
        document.public,
    )


def _first_format(data: Mapping[str, Any]) -> State:
    """Format 1: each home is recorded up to its youngest creation, and not at all where nothing was created there.

    New posts due before that were ignored silently, and still are.
    """
    objects = TypeAdapter(_Objects).validate_python(data.get("organizations", {}))
    bindings: dict[Slot, Binding] = {}
    homes: dict[str, Home] = {}
    for organization, channels in objects.items():
        for channel, of_home in channels.items():
            bindings |= {Slot(organization, channel, key): binding for key, binding in of_home.items()}
            created = [b.created_at for b in of_home.values() if b.origin is Origin.CREATED and b.created_at]
            horizon = max(map(datetime.fromisoformat, created), default=None)
            home = Home(organization, channel, horizon, past_before=horizon)
            homes[home.id] = home
    return State(bindings, homes)


def _by_day(state: State) -> State:
    """The parts of the state that are worth a write when they change: of a horizon, only its day."""
    homes = {name: replace(home, horizon=_day(home.horizon)) for name, home in state.homes.items()}
    return replace(state, homes=homes, complete_at=_day(state.complete_at), lineage="", serial=0)


def _day(instant: datetime | None) -> datetime | None:
    return instant and instant.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _dump(state: State, endpoint: str) -> bytes:
    homes = dict(state.homes)
    for slot in state.bindings:
        homes.setdefault(slot.home, Home(slot.organization_id, slot.channel_id))
    stored: dict[str, dict[str, dict[str, Any]]] = {}
    of_home: dict[str, dict[str, Any]] = {}
    for home in sorted(homes.values(), key=lambda each: (each.organization_id, each.channel_id)):
        values: dict[str, Any] = _present(
            {
                "horizon": home.horizon,
                "service": home.service,
                "handle": home.handle,
                "past_before": home.past_before,
            }
        )
        of_home[home.id] = values
        stored.setdefault(home.organization_id, {})[home.channel_id] = values
    for slot in sorted(state.past):
        of_home[slot.home].setdefault("past", []).append(slot.key)
    for id_, gone in sorted(state.let_go.items()):
        of_home[gone.home].setdefault("let_go", {})[id_] = gone.created_at
    for slot, question in sorted(state.questions.items()):
        of_home[slot.home].setdefault("questions", {})[slot.key] = asdict(question)
    for slot in sorted(state.bindings):
        of_home[slot.home].setdefault("objects", {})[slot.key] = _present(asdict(state.bindings[slot]))
    head = {
        "format_version": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "endpoint": endpoint,
        "lineage": state.lineage,
        "serial": state.serial,
    }
    rest = {"complete_at": state.complete_at, "public": sorted(state.public)}
    return to_json({**head, **_present(rest), "organizations": stored}, indent=1) + b"\n"


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=10).hexdigest()


def _write_whole(path: Path, data: bytes) -> None:
    """Replace the file by `data` atomically, readable only by its owner."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    """Make the replacement itself durable, if the system can sync a folder."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        return
    finally:
        os.close(handle)
