"""The objects of bufferctl's domain, frozen and without I/O. Import them from here."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bufferctl.model.address import IDEAS, Address
    from bufferctl.model.content import Asset
    from bufferctl.model.desired import Channel, Desired, Idea, Item, Organization, Post, Settings, StateSettings, Tag
    from bufferctl.model.enums import PostStatus, SchedulingType, ShareMode
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
        Wanted,
    )
    from bufferctl.model.media_file import MediaFile, MediaSettings
    from bufferctl.model.metadata import Metadata, NetworkMetadata
    from bufferctl.model.networks import Service
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
    "content": ("Asset",),
    "desired": ("Channel", "Desired", "Idea", "Item", "Organization", "Post", "Settings", "StateSettings", "Tag"),
    "enums": ("PostStatus", "SchedulingType", "ShareMode"),
    "live": (
        "Account",
        "Live",
        "LiveAsset",
        "LiveChannel",
        "LiveIdea",
        "LiveItem",
        "LiveMedium",
        "LiveOrganization",
        "LivePost",
        "LiveThreadItem",
        "Wanted",
    ),
    "media_file": ("MediaFile", "MediaSettings"),
    "metadata": ("Metadata", "NetworkMetadata"),
    "networks": ("Service",),
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
