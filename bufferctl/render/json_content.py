"""What a post or an idea says, in one JSON form for both sides of a change."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bufferctl.model import Asset, Idea, LiveAsset, LiveIdea, LivePost, Post, PostStatus
from bufferctl.model.comparable import instant
from bufferctl.render.json_forms import AssetForm, ContentForm

#: Network fields that have a place of their own.
_PLACED = frozenset({"thread", "title"})


def content_form(item: Post | Idea | LivePost | LiveIdea) -> ContentForm:
    """The content of a declared or a live object."""
    match item:
        case Post():
            return _of_post(item)
        case LivePost():
            return _of_live_post(item)
        case Idea():
            media: list[AssetForm] = [{"kind": m.type, "url": m.url, "alt_text": m.alt or ""} for m in item.media]
            return _of_idea(item.text or "", item.title, media, item.tags, item.services, item.date)
        case LiveIdea():
            media = [{"kind": m.kind, "url": m.url, "alt_text": m.alt_text} for m in item.media]
            tags = [tag.name for tag in item.tags]
            return _of_idea(item.text, item.title or None, media, tags, item.services, item.date)


def _of_idea(
    text: str,
    title: str | None,
    media: list[AssetForm],
    tags: Iterable[str],
    services: Iterable[str],
    date: datetime | None,
) -> ContentForm:
    return {
        "text": text,
        "title": title,
        "thread": [],
        "assets": media,
        "tags": list(tags),
        "services": list(services),
        "due_at": instant(date) or None,
        "mode": None,
        "draft": False,
        "status": None,
        "metadata": {},
    }


def _of_post(post: Post) -> ContentForm:
    thread = getattr(post.metadata, "thread", ())
    metadata = post.metadata
    return {
        "text": post.text,
        "title": getattr(metadata, "title", None),
        "thread": [{"text": part.text or "", "assets": list(map(_asset, part.assets))} for part in thread],
        "assets": list(map(_asset, post.assets)),
        "tags": list(post.tags),
        "services": [],
        "due_at": instant(post.due_at) or None,
        "mode": post.mode,
        "draft": post.draft,
        "status": None,
        "metadata": metadata.model_dump(mode="json", exclude_none=True, exclude=set(_PLACED)) if metadata else {},
    }


def _of_live_post(post: LivePost) -> ContentForm:
    return {
        "text": post.text,
        "title": post.metadata.get("title"),
        "thread": [{"text": part.text, "assets": list(map(_live_asset, part.assets))} for part in post.thread],
        "assets": list(map(_live_asset, post.assets)),
        "tags": [tag.name for tag in post.tags],
        "services": [],
        "due_at": instant(post.due_at) or None,
        "mode": post.share_mode or None,
        "draft": post.status is PostStatus.DRAFT,
        "status": post.status,
        "metadata": {name: value for name, value in post.metadata.items() if name not in _PLACED},
    }


def _asset(asset: Asset) -> AssetForm:
    return {"kind": asset.kind, "url": asset.value.url, "alt_text": getattr(asset.value, "alt_text", None) or ""}


def _live_asset(asset: LiveAsset) -> AssetForm:
    return {"kind": asset.kind, "url": asset.source, "alt_text": asset.alt_text}
