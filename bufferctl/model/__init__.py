"""The objects of bufferctl's domain, frozen and without I/O. Import them from here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bufferctl.model.address import IDEAS, Address
from bufferctl.model.content import Asset
from bufferctl.model.desired import Channel, Desired, Idea, Organization, Post, Settings, StateSettings, Tag
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
        LiveMedium,
        LiveOrganization,
        LivePost,
        LiveTag,
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
        ModifyPost,
        OpenIntent,
        Refusal,
        Refused,
        Result,
        Settled,
        Unknown,
        Write,
    )

__all__ = [
    "IDEAS",
    "Account",
    "Address",
    "Asset",
    "Binding",
    "Channel",
    "Claim",
    "Create",
    "CreateIdea",
    "CreatePost",
    "DeletePost",
    "Desired",
    "Done",
    "EditPost",
    "Fate",
    "Fit",
    "Home",
    "Horizon",
    "Idea",
    "Intent",
    "LetGo",
    "Live",
    "LiveAsset",
    "LiveChannel",
    "LiveIdea",
    "LiveMedium",
    "LiveOrganization",
    "LivePost",
    "LiveTag",
    "LiveThreadItem",
    "MediaFile",
    "MediaSettings",
    "Metadata",
    "Modify",
    "ModifyPost",
    "NetworkMetadata",
    "OpenIntent",
    "Organization",
    "Origin",
    "Post",
    "PostStatus",
    "Question",
    "Refusal",
    "Refused",
    "Result",
    "Rule",
    "SchedulingType",
    "Service",
    "Settings",
    "Settled",
    "ShareMode",
    "Slot",
    "State",
    "StateSettings",
    "Tag",
    "Unknown",
    "Write",
]


def __getattr__(name: str) -> Any:
    """Import the names that only commands with an account need, each on first use."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from bufferctl.model import live, state, writing

    return next(getattr(module, name) for module in (live, state, writing) if hasattr(module, name))
