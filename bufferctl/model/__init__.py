"""The objects of bufferctl's domain, frozen and without I/O. Import them from here."""

from __future__ import annotations

from bufferctl.model.address import IDEAS, Address
from bufferctl.model.content import Asset
from bufferctl.model.desired import Channel, Desired, Idea, Organization, Post, Settings, Tag
from bufferctl.model.enums import PostStatus, SchedulingType, Service, ShareMode
from bufferctl.model.intent import Intent, OpenIntent, Settled
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
from bufferctl.model.media import MediaFile, MediaSettings
from bufferctl.model.metadata import Metadata, NetworkMetadata
from bufferctl.model.state import Binding, Home, Horizon, LetGo, Origin, Question, Rule, Slot, State
from bufferctl.model.writing import (
    Create,
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    EditPost,
    Fate,
    Fit,
    Modify,
    ModifyPost,
    Refusal,
    Refused,
    Result,
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
    "Tag",
    "Unknown",
    "Write",
]
