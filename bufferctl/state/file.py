"""The state file: JSON beside the root file, mode 0600, replaced whole or not at all, the previous one kept.

```json
{"format_version": "1.0", "endpoint": "https://api.buffer.com",
 "organizations": {"ORGANIZATION": {"CHANNEL or ideas": {"KEY": {"id": "…", "origin": "created", …}}}}}
```
One file is of one endpoint: the sandbox's is never read for the real account, nor the other way round.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bufferctl.errors import StateError
from bufferctl.model import Binding, Slot, State

FORMAT_MAJOR, FORMAT_MINOR = 1, 0
_OBJECTS: TypeAdapter[dict[str, dict[str, dict[str, Binding]]]] = TypeAdapter(dict[str, dict[str, dict[str, Binding]]])


class StateFile:
    """The store that keeps state in a file.

    `endpoint` is the API's URL that the state is of; None takes the one in the file, for commands that ask nobody.
    """

    def __init__(self, path: Path, endpoint: str | None) -> None:
        self.path = path
        self.endpoint = endpoint or ""
        self._any_endpoint = endpoint is None
        self._saved: State | None = None

    def load(self) -> State:
        """Read the state; an empty one where there is no file yet.

        Raises StateError where the file is damaged, newer than this bufferctl, or another endpoint's.
        """
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return State()
        except OSError as error:
            raise StateError(
                f"The state file {self.path} cannot be read: {error.strerror}",
                hint="Give read permission, or name another file with --state.",
            ) from error
        state = self._parse(raw)
        self._saved = state
        return state

    def save(self, state: State) -> None:
        """Replace the file by `state`, keeping the previous one as `….backup`; nothing is written where they are equal.

        Raises StateError where it cannot be written; the file then still holds what it held.
        """
        if state == self._saved:
            return
        try:
            self._replace(_dump(state, self.endpoint))
        except OSError as error:
            raise self._unwritable(error) from error
        self._saved = state

    def check_writable(self) -> None:
        """Find out before anything is sent that the state could not be recorded. Raises StateError."""
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
            hint="Make room or give write permission, or name another file with --state.",
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
                f"The state file {self.path} belongs to {data.get('endpoint')}, and this run talks to {self.endpoint}",
                hint="Point BUFFER_API_URL at the former, or name another file with --state.",
            )
        try:
            organizations = _OBJECTS.validate_python(data.get("organizations", {}))
        except ValidationError as error:
            raise self._damaged(f"{error.error_count()} of its entries cannot be read") from error
        return State(
            {
                Slot(organization, channel, key): binding
                for organization, channels in organizations.items()
                for channel, keys in channels.items()
                for key, binding in keys.items()
            }
        )

    def _damaged(self, why: str) -> StateError:
        return StateError(
            f"The state file {self.path} is damaged ({why}), so it is not used",
            hint=f"Put {self.path.name}.backup in its place; or move it away, and apply finds everything by content.",
        )


def _dump(state: State, endpoint: str) -> bytes:
    organizations: dict[str, dict[str, dict[str, Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(dict))
    for slot in sorted(state.bindings):
        values = asdict(state.bindings[slot])
        organizations[slot.organization_id][slot.channel_id][slot.key] = {k: v for k, v in values.items() if v}
    version = f"{FORMAT_MAJOR}.{FORMAT_MINOR}"
    return to_json({"format_version": version, "endpoint": endpoint, "organizations": organizations}, indent=1) + b"\n"


def _write_whole(path: Path, data: bytes) -> None:
    """Put `data` in the file's place, all of it or nothing, for its owner alone."""
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
    """Make the replacement itself durable, where the system lets a folder be synced."""
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
