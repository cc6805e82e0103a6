"""Turns organizations, channels, posts and ideas from the API into the model's live objects.

Null counts as absent, whatever the schema promises. An unknown status becomes `error` with a text that
names it: such a post is held for a person, never changed and never created again (design: Actions). An object without
its id, status or dates, or of another form, raises FormError.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import time
from functools import cache
from typing import Any

from pydantic.alias_generators import to_snake

from bufferctl.api.shapes import (
    AssetJson,
    ChannelMetadataJson,
    FileJson,
    ImageJson,
    MediumJson,
    MetadataJson,
    OrganizationJson,
    ScheduleJson,
    TagJson,
    ThreadItemJson,
    checked_channel,
    checked_idea,
    checked_post,
)
from bufferctl.model import (
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveMedium,
    LiveOrganization,
    LivePost,
    LiveTag,
    LiveThreadItem,
    PostStatus,
    Service,
)
from bufferctl.model.live import Limits
from bufferctl.model.networks import NETWORKS

#: The character limits on X of paying and free accounts (notes: What each network takes).
PAID_X_CHARACTERS, FREE_X_CHARACTERS = 25_000, 280
#: X subscriptions in lowercase: those that include longer texts, and free ones. Others are not documented.
_PAID_X = frozenset({"premium", "premiumplus"})
_FREE_X = frozenset({"", "none", "free"})

#: Days of the week in Python's order.
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SERVICES = {service.value: service for service in Service}
_STATUSES = {status.value: status for status in PostStatus}
_GOOGLE_DETAILS = {
    "GoogleBusinessEventMetaData": "details_event",
    "GoogleBusinessOfferMetaData": "details_offer",
    "GoogleBusinessWhatsNewMetaData": "details_whats_new",
}


def live_organization(raw: OrganizationJson) -> LiveOrganization:
    """An organization (operations/account.graphql), checked; without its channels."""
    limits = raw.get("limits") or {}
    return LiveOrganization(
        raw["id"],
        raw.get("name") or "",
        limits=Limits(
            limits.get("scheduledPosts"),
            limits.get("scheduledThreadsPerChannel"),
            limits.get("scheduledStoriesPerChannel"),
            limits.get("ideas"),
        ),
    )


def live_channel(raw: Any, organization_id: str) -> LiveChannel | None:
    """A channel (operations/channels.graphql), None if its service is unknown to bufferctl: no file can name it.

    Raises FormError.
    """
    channel = checked_channel(raw)
    service = _SERVICES.get(channel["service"])
    if service is None:
        return None
    metadata: ChannelMetadataJson = channel.get("metadata") or {}
    return LiveChannel(
        id=channel["id"],
        organization_id=organization_id,
        service=service,
        name=channel.get("name") or "",
        display_name=channel.get("displayName"),
        timezone=channel.get("timezone") or "UTC",
        is_disconnected=bool(channel.get("isDisconnected")),
        is_locked=bool(channel.get("isLocked")),
        is_queue_paused=bool(channel.get("isQueuePaused")),
        link_shortening=bool((channel.get("linkShortening") or {}).get("isEnabled")),
        posting_times=tuple(_posting_times(channel.get("postingSchedule") or ())),
        boards={board["name"]: board["serviceId"] for board in metadata.get("boards") or ()},
        max_characters=metadata.get("maxCharacters") or _characters_of_x(metadata),
        only_reminds=channel.get("type") in NETWORKS[service].only_remind,
        reminds_by_default=bool(metadata.get("defaultToReminders")),
    )


def _posting_times(schedule: Iterable[ScheduleJson]) -> Iterator[tuple[int, time]]:
    """The weekly slots; unreadable days and times are skipped: slots only show about when a queued post goes out."""
    for each in schedule:
        if each.get("paused") or each.get("day") not in _DAYS:
            continue
        for text in each.get("times") or ():
            with suppress(ValueError):
                yield _DAYS.index(str(each.get("day"))), time.fromisoformat(text).replace(tzinfo=None)


def _characters_of_x(metadata: ChannelMetadataJson) -> int | None:
    """The character limit of an X account, by its subscription; None if the subscription is missing or unknown."""
    if "subscriptionType" not in metadata:
        return None
    kind = (metadata.get("subscriptionType") or "").lower()
    return PAID_X_CHARACTERS if kind in _PAID_X else FREE_X_CHARACTERS if kind in _FREE_X else None


def live_post(raw: Any) -> LivePost:
    """A post (operations/post_fields.graphql). Raises FormError."""
    post = checked_post(raw)
    metadata: MetadataJson = post.get("metadata") or {}
    status = _STATUSES.get(post["status"])
    error = (post.get("error") or {}).get("message") or ""
    if status is None:
        status = PostStatus.ERROR
        error = f"its status in Buffer is `{post['status']}`, which this version of bufferctl does not know"
    return LivePost(
        id=post["id"],
        channel_id=post["channelId"],
        status=status,
        text=post.get("text") or "",
        created_at=post["createdAt"],
        updated_at=post.get("updatedAt") or post["createdAt"],
        due_at=post.get("dueAt"),
        sent_at=post.get("sentAt"),
        share_mode=post.get("shareMode") or "",
        scheduling_type=post.get("schedulingType"),
        is_custom_scheduled=bool(post.get("isCustomScheduled")),
        shared_now=bool(post.get("sharedNow")),
        via=post.get("via") or "",
        idea_id=post.get("ideaId"),
        tags=_tags(post.get("tags") or ()),
        assets=tuple(map(_asset, post.get("assets") or ())),
        thread=_thread(metadata.get("thread") or ()),
        metadata=live_metadata(metadata) if metadata else {},
        error=error,
        external_link=post.get("externalLink"),
        allowed_actions=tuple(post.get("allowedActions") or ()),
    )


def live_idea(raw: Any) -> LiveIdea:
    """An idea (operations/idea_fields.graphql). Its `createdAt` is epoch seconds (notes: Reading). Raises FormError."""
    idea = checked_idea(raw)
    content = idea.get("content") or {}
    return LiveIdea(
        id=idea["id"],
        organization_id=idea["organizationId"],
        created_at=idea["createdAt"],
        title=content.get("title") or "",
        text=content.get("text") or "",
        services=tuple(content.get("services") or ()),
        tags=_tags(content.get("tags") or ()),
        date=content.get("date"),
        media=tuple(_medium(medium) for medium in content.get("media") or ()),
        group_id=idea.get("groupId"),
        ai_assisted=bool(content.get("aiAssisted")),
    )


def _medium(raw: MediumJson) -> LiveMedium:
    source = raw.get("source") or {}
    return LiveMedium(
        kind=raw.get("type") or "",
        alt_text=raw.get("alt") or "",
        url=raw.get("url") or "",
        thumbnail=raw.get("thumbnailUrl") or "",
        size=raw.get("size"),
        source={_snake(name): value for name, value in source.items() if value},
    )


def _tags(raw: Iterable[TagJson]) -> tuple[LiveTag, ...]:
    return tuple(LiveTag(tag["id"], tag.get("name") or "", tag.get("color") or "") for tag in raw)


def _thread(raw: Iterable[ThreadItemJson]) -> tuple[LiveThreadItem, ...]:
    return tuple(LiveThreadItem(item.get("text") or "", tuple(map(_asset, item.get("assets") or ()))) for item in raw)


def _asset(raw: AssetJson) -> LiveAsset:
    image: ImageJson = raw.get("image") or {}
    of_kind: FileJson = raw.get("video") or raw.get("document") or {}
    details: dict[str, Any] = {}
    if tagged := image.get("userTags"):
        details["user_tags"] = tuple((tag["handle"], tag["x"], tag["y"]) for tag in tagged)
    if image.get("animatedThumbnail"):
        details["animated_thumbnail"] = image["animatedThumbnail"]
    if of_kind.get("title"):
        details["title"] = of_kind["title"]
    if of_kind.get("thumbnailOffset") is not None:
        details["thumbnail_offset"] = of_kind["thumbnailOffset"]
    return LiveAsset(
        kind=raw.get("type") or "",
        alt_text=image.get("altText") or "",
        source=raw.get("source") or "",
        thumbnail=raw.get("thumbnail") or "",
        details=details,
    )


def live_metadata(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata checked by `shapes`, with snake_case names and plain values."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if value in (None, []) or name == "thread":
            continue
        match name:
            case "board":
                found["board_service_id"] = value["serviceId"]
                if value.get("name"):
                    found["board"] = value["name"]
            case "category":
                found["category_id"] = value["categoryId"]
            case "details":
                if kind := _GOOGLE_DETAILS.get(value["__typename"]):
                    found[kind] = live_metadata({each: value[each] for each in value if each != "__typename"})
            case _ if isinstance(value, dict):
                if inner := live_metadata(value):
                    found[_snake(name)] = inner
            case _:
                found[_snake(name)] = value
    return found


_snake = cache(to_snake)
