"""The objects of bufferctl's domain, frozen and without I/O. Import them from here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bufferctl.model.address import IDEAS, Address
from bufferctl.model.content import Asset
from bufferctl.model.desired import Channel, Desired, Idea, Item, Organization, Post, Settings, StateSettings, Tag
from bufferctl.model.enums import PostStatus, SchedulingType, ShareMode
from bufferctl.model.media_file import MediaFile, MediaSettings
from bufferctl.model.metadata import Metadata, NetworkMetadata
from bufferctl.model.networks import Service

if TYPE_CHECKING:
    from bufferctl.model.live import (
        Account,
        Live,
        LiveAsset,
        LiveChannel,
        LiveIdea,
        LiveItem,
        LiveMedium,
        LiveOrganization,
        LivePost,
        LiveThreadItem,
    )
    from bufferctl.model.state import Binding, Claim, Home, Horizon, LetGo, Origin, Question, Rule, Slot, State
    from bufferctl.model.writing import (
        Create,
        CreateIdea,
        CreatePost,
        DeletePost,
        Done,
        EditPost,
        Fate,
        Fit,
        Intent,
        Modify,
        Refusal,
        Refused,
        Result,
        Settled,
        Unknown,
        Write,
    )


def __getattr__(name: str) -> Any:
    """Import the names that only commands with an account need, each on first use."""
    for module in ("live", "state", "writing"):
        names = vars(import_module(f"bufferctl.model.{module}"))
        if name in names:
            return names[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
