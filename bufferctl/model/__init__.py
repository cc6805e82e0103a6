"""The objects of bufferctl's domain, frozen and without I/O, and what many rooms ask of them. Import both from here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bufferctl.model.address import IDEAS, Address
    from bufferctl.model.comparable import content_of_desired, content_of_live, fingerprint, instant
    from bufferctl.model.content import Asset, Document, Image, TextLength, ThreadItem, Video
    from bufferctl.model.desired import (
        Channel,
        Desired,
        Expansion,
        Freeze,
        Idea,
        Item,
        Organization,
        Policy,
        Post,
        Settings,
        StateSettings,
        Tag,
    )
    from bufferctl.model.enums import PostStatus, SchedulingType, ShareMode
    from bufferctl.model.live import (
        Account,
        Limits,
        Live,
        LiveAsset,
        LiveChannel,
        LiveIdea,
        LiveItem,
        LiveMedium,
        LiveOrganization,
        LivePost,
        LiveThreadItem,
        Quota,
        Wanted,
        Window,
    )
    from bufferctl.model.media_file import MediaFile, MediaSettings
    from bufferctl.model.metadata import Metadata, NetworkMetadata, thread_of
    from bufferctl.model.networks import NETWORKS, Service
    from bufferctl.model.plain_text import visible
    from bufferctl.model.seen import bind, standing
    from bufferctl.model.state import (
        Binding,
        Claim,
        Home,
        Horizon,
        LetGo,
        Likeness,
        Origin,
        Question,
        Slot,
        State,
        Suspended,
    )
    from bufferctl.model.writing import (
        Create,
        CreateIdea,
        CreatePost,
        DeletePost,
        Done,
        Doubtful,
        DraftPost,
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


#: The names of each module, as they are imported above for mypy.
_NAMES: Mapping[str, tuple[str, ...]] = {
    "address": ("IDEAS", "Address"),
    "comparable": ("content_of_desired", "content_of_live", "fingerprint", "instant"),
    "content": ("Asset", "Document", "Image", "TextLength", "ThreadItem", "Video"),
    "desired": (
        "Channel",
        "Desired",
        "Expansion",
        "Freeze",
        "Idea",
        "Item",
        "Organization",
        "Policy",
        "Post",
        "Settings",
        "StateSettings",
        "Tag",
    ),
    "enums": ("PostStatus", "SchedulingType", "ShareMode"),
    "live": (
        "Account",
        "Limits",
        "Live",
        "LiveAsset",
        "LiveChannel",
        "LiveIdea",
        "LiveItem",
        "LiveMedium",
        "LiveOrganization",
        "LivePost",
        "LiveThreadItem",
        "Quota",
        "Wanted",
        "Window",
    ),
    "media_file": ("MediaFile", "MediaSettings"),
    "metadata": ("Metadata", "NetworkMetadata", "thread_of"),
    "networks": ("NETWORKS", "Service"),
    "plain_text": ("visible",),
    "seen": ("bind", "standing"),
    "state": (
        "Binding",
        "Claim",
        "Home",
        "Horizon",
        "LetGo",
        "Likeness",
        "Origin",
        "Question",
        "Slot",
        "State",
        "Suspended",
    ),
    "writing": (
        "Create",
        "CreateIdea",
        "CreatePost",
        "DeletePost",
        "Done",
        "Doubtful",
        "DraftPost",
        "EditPost",
        "Fate",
        "Fit",
        "Intent",
        "Modify",
        "Refusal",
        "Refused",
        "Result",
        "Settled",
        "Unknown",
        "Write",
    ),
}
_MODULES = {name: module for module, names in _NAMES.items() for name in names}


if not TYPE_CHECKING:  # mypy would take any name for one of these

    def __getattr__(name: str) -> Any:
        """Import a name on first use, so that a command only loads the modules that it needs."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"bufferctl.model.{_MODULES[name]}"), name)
        globals()[name] = value
        return value
