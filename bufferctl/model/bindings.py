"""What bufferctl remembers of each declared object: which live object it became, and what was last applied and seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bufferctl.model.address import IDEAS


class Origin(StrEnum):
    """How a binding came about; only created and imported objects are ours to change (design: Matching)."""

    CREATED = "created"
    ADOPTED = "adopted"
    IMPORTED = "imported"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """Where a binding is kept: by ids, so that a renamed organization or handle loses nothing.

    `channel_id` is `ideas` for ideas.
    """

    organization_id: str
    channel_id: str
    key: str

    @property
    def home(self) -> str:
        """Where its object lives: its channel's id, or the organization's for ideas."""
        return self.organization_id if self.channel_id == IDEAS else self.channel_id


@dataclass(frozen=True, slots=True)
class Binding:
    """One declared object and its live one.

    `applied`: fingerprint of the desired object when last applied. `seen`: digest of the live content when it was last
    as applied (empty: it never was). `due_at`: the instant last seen of a timed post, ISO 8601 in UTC, else empty.
    `status`: the status last seen. `created_at`: when Buffer says that it came to be, ISO 8601 in UTC, empty where not
    known. `address`, `file` and `protect`: as last declared; the files may no longer say.
    """

    id: str
    origin: Origin
    applied: str = ""
    seen: str = ""
    due_at: str = ""
    status: str = ""
    created_at: str = ""
    address: str = ""
    file: str = ""
    protect: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """All bindings of one API endpoint. An id has at most one slot."""

    bindings: Mapping[Slot, Binding] = field(default_factory=dict)
