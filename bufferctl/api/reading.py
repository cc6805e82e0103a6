"""Posts and ideas as the API writes them in JSON, turned into the model's live objects.

Fields that may be null are taken as absent, whatever the schema promises. A status that this bufferctl does not know
reads as `error` with a text that says so: such a post is held for a person, never changed and never created again
(design: Actions). What lacks its id, its status or its dates, or has another form, raises one of `UNREADABLE`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bufferctl.api.live_metadata import instant, live_metadata
from bufferctl.model import LiveAsset, LiveIdea, LiveMedium, LivePost, LiveTag, LiveThreadItem, PostStatus

Json = Mapping[str, Any]

#: What reading raises where the API's JSON is not of the published form.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)

_MEDIUM_SOURCE = {"name": "name", "id": "id", "author": "author", "authorUrl": "author_url"}
_STATUSES = {status.value: status for status in PostStatus}


def live_post(raw: Json) -> LivePost:
    """A post (operations/post_fields.graphql)."""
    metadata: Json = raw.get("metadata") or {}
    status = _STATUSES.get(raw["status"])
    error: Json = raw.get("error") or {}
    if status is None:
        status = PostStatus.ERROR
        error = {"message": f"Buffer calls its status `{raw['status']}`, which this version of bufferctl does not know"}
    due_at, sent_at, assets, tags = raw.get("dueAt"), raw.get("sentAt"), raw.get("assets"), raw.get("tags")
    thread = metadata.get("thread")
    return LivePost(
        id=identifier(raw["id"]),
        channel_id=identifier(raw["channelId"]),
        status=status,
        text=raw.get("text") or "",
        created_at=instant(raw["createdAt"]),
        updated_at=instant(raw.get("updatedAt") or raw["createdAt"]),
        due_at=instant(due_at) if due_at else None,
        sent_at=instant(sent_at) if sent_at else None,
        share_mode=raw.get("shareMode") or "",
        scheduling_type=raw.get("schedulingType"),
        is_custom_scheduled=bool(raw.get("isCustomScheduled")),
        shared_now=bool(raw.get("sharedNow")),
        via=raw.get("via") or "",
        idea_id=raw.get("ideaId"),
        tags=_tags(tags) if tags else (),
        assets=_assets(assets) if assets else (),
        thread=_thread(thread) if thread else (),
        metadata=live_metadata(metadata) if metadata else {},
        error=error.get("message") or "",
        external_link=raw.get("externalLink"),
        allowed_actions=tuple(raw.get("allowedActions") or ()),
    )


def live_idea(raw: Json) -> LiveIdea:
    """An idea (operations/idea_fields.graphql). Its `createdAt` is epoch seconds (notes: Reading)."""
    content: Json = raw.get("content") or {}
    date = content.get("date")
    return LiveIdea(
        id=identifier(raw["id"]),
        organization_id=identifier(raw["organizationId"]),
        created_at=datetime.fromtimestamp(raw["createdAt"], UTC),
        title=content.get("title") or "",
        text=content.get("text") or "",
        services=tuple(content.get("services") or ()),
        tags=_tags(content.get("tags") or ()),
        date=instant(date) if date else None,
        media=tuple(_medium(medium) for medium in content.get("media") or ()),
        group_id=raw.get("groupId"),
        ai_assisted=bool(content.get("aiAssisted")),
    )


def identifier(value: object) -> str:
    """An id as it came; TypeError for what could be none, since state is kept by it."""
    if not isinstance(value, str) or not value:
        raise TypeError(f"{value!r} is no id")
    return value


def _medium(raw: Json) -> LiveMedium:
    source: Json = raw.get("source") or {}
    return LiveMedium(
        kind=raw.get("type") or "",
        alt_text=raw.get("alt") or "",
        url=raw.get("url") or "",
        thumbnail=raw.get("thumbnailUrl") or "",
        size=raw.get("size"),
        source={name: source[key] for key, name in _MEDIUM_SOURCE.items() if source.get(key)},
    )


def _tags(raw: list[Json] | tuple[()]) -> tuple[LiveTag, ...]:
    return tuple(LiveTag(tag["id"], tag.get("name") or "", tag.get("color") or "") for tag in raw)


def _thread(raw: list[Json]) -> tuple[LiveThreadItem, ...]:
    return tuple(LiveThreadItem(item.get("text") or "", _assets(item.get("assets") or [])) for item in raw)


def _assets(raw: list[Json]) -> tuple[LiveAsset, ...]:
    return tuple(_asset(asset) for asset in raw)


def _asset(raw: Json) -> LiveAsset:
    image: Json = raw.get("image") or {}
    of_kind: Json = raw.get("video") or raw.get("document") or {}
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
