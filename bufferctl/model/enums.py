"""Buffer's enumerations, spelled as its API does (schema: ShareMode, SchedulingType, …); services: networks.py."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ShareMode(StrEnum):
    """When a post is published."""

    ADD_TO_QUEUE = "addToQueue"
    SHARE_NEXT = "shareNext"
    SHARE_NOW = "shareNow"
    CUSTOM_SCHEDULED = "customScheduled"


class SchedulingType(StrEnum):
    """Who publishes: Buffer, or a person after a reminder from Buffer."""

    AUTOMATIC = "automatic"
    NOTIFICATION = "notification"


class PostStatus(StrEnum):
    """The status of a live post."""

    DRAFT = "draft"
    NEEDS_APPROVAL = "needs_approval"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    ERROR = "error"


#: Each in plain words.
STATUS_WORDS: Mapping[PostStatus, str] = {
    PostStatus.DRAFT: "draft",
    PostStatus.NEEDS_APPROVAL: "awaiting approval",
    PostStatus.SCHEDULED: "scheduled",
    PostStatus.SENDING: "being published",
    PostStatus.SENT: "published",
    PostStatus.ERROR: "not published",
}


class MediaType(StrEnum):
    """The kind of an idea's image, video, link or document."""

    IMAGE = "image"
    GIF = "gif"
    VIDEO = "video"
    LINK = "link"
    DOCUMENT = "document"
    UNSUPPORTED = "unsupported"
