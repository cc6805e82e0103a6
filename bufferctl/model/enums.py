"""Buffer's own enumerations, spelled as the API spells them (schema: ShareMode, SchedulingType, Service, …)."""

from __future__ import annotations

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


class MediaType(StrEnum):
    """The kind of an idea's image, video, link or document."""

    IMAGE = "image"
    GIF = "gif"
    VIDEO = "video"
    LINK = "link"
    DOCUMENT = "document"
    UNSUPPORTED = "unsupported"


class PostType(StrEnum):
    """The kind of a post on networks that have kinds."""

    CAROUSEL = "carousel"
    EVENT = "event"
    GHOST_POST = "ghost_post"
    OFFER = "offer"
    POST = "post"
    REEL = "reel"
    SHORT = "short"
    STORY = "story"
    THREAD = "thread"
    WHATS_NEW = "whats_new"


class FacebookPostType(StrEnum):
    """The kinds of Facebook posts."""

    POST = "post"
    REEL = "reel"
    STORY = "story"


class GoogleBusinessPostType(StrEnum):
    """The kinds of Google Business posts."""

    EVENT = "event"
    OFFER = "offer"
    WHATS_NEW = "whats_new"


class GoogleBusinessButton(StrEnum):
    """The button under a Google Business post."""

    BOOK = "book"
    CALL = "call"
    LEARN_MORE = "learn_more"
    NONE = "none"
    ORDER = "order"
    SHOP = "shop"
    SIGNUP = "signup"


class YoutubeLicense(StrEnum):
    """The license of a video."""

    CREATIVE_COMMON = "creativeCommon"
    YOUTUBE = "youtube"


class YoutubePrivacy(StrEnum):
    """Who can see a video."""

    PRIVATE = "private"
    PUBLIC = "public"
    UNLISTED = "unlisted"
