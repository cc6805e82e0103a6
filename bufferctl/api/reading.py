"""Posts and ideas as the API writes them in JSON, turned into the model's live objects.

Null is as absent, whatever the schema promises. A status that this bufferctl does not know reads as `error` with a text
that names it: such a post is held for a person, never changed and never created again (design: Actions). What lacks its
id, its status or its dates, or has another form, raises FormError.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bufferctl.api.live_metadata import live_metadata
from bufferctl.api.shapes import (
    AssetJson,
    FileJson,
    ImageJson,
    MediumJson,
    MetadataJson,
    TagJson,
    ThreadItemJson,
    checked_idea,
    checked_post,
)
from bufferctl.model import LiveAsset, LiveIdea, LiveMedium, LivePost, LiveTag, LiveThreadItem, PostStatus

_MEDIUM_SOURCE = {"name": "name", "id": "id", "author": "author", "authorUrl": "author_url"}
_STATUSES = {status.value: status for status in PostStatus}


def live_post(raw: Any) -> LivePost:
    """A post (operations/post_fields.graphql). Raises FormError."""
    post = checked_post(raw)
    metadata: MetadataJson = post.get("metadata") or {}
    status = _STATUSES.get(post["status"])
    error = (post.get("error") or {}).get("message") or ""
    if status is None:
        status = PostStatus.ERROR
        error = f"Buffer calls its status `{post['status']}`, which this version of bufferctl does not know"
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
        assets=_assets(post.get("assets") or ()),
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
        source={_MEDIUM_SOURCE[name]: str(value) for name, value in source.items() if value},
    )


def _tags(raw: Iterable[TagJson]) -> tuple[LiveTag, ...]:
    return tuple(LiveTag(tag["id"], tag.get("name") or "", tag.get("color") or "") for tag in raw)


def _thread(raw: Iterable[ThreadItemJson]) -> tuple[LiveThreadItem, ...]:
    return tuple(LiveThreadItem(item.get("text") or "", _assets(item.get("assets") or ())) for item in raw)


def _assets(raw: Iterable[AssetJson]) -> tuple[LiveAsset, ...]:
    return tuple(_asset(asset) for asset in raw)


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
