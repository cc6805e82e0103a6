"""The objects of bufferctl's domain, frozen and without I/O. Import them from here."""

from __future__ import annotations

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


#: Where the names are; what only commands with an account need comes last.
_MODULES = ("address", "content", "desired", "enums", "media_file", "metadata", "networks", "live", "state", "writing")


def __getattr__(name: str) -> Any:
    """Import the names on first use, so that what needs none of them (`plain_text`) loads nothing else."""
    for module in _MODULES:
        names = vars(import_module(f"bufferctl.model.{module}"))
        if name in names:
            return globals().setdefault(name, names[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
