"""A post or an idea as its network would show it, from the files or from Buffer: parts, pictures, extras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bufferctl.model import Asset, Idea, LiveAsset, LiveIdea, LivePost, Post
from bufferctl.model.content import Document, Image, Link, LinkAttachment, ThreadItem, Video
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.invisible import visible
from bufferctl.render import words
from bufferctl.render.content import USUAL, Fact, particulars_of
from bufferctl.render.pieces import Piece, pieces, web

#: Network fields that have a place of their own in a post; what is left is listed by name.
_PLACED = frozenset({"thread", "title", "first_comment", "link_attachment", "spoiler_text", "annotations"})


class Media(NamedTuple):
    """A picture, or what stands for a video, a document or a link. `src` and `href` are http(s) or empty."""

    kind: str
    src: str
    href: str
    alt: str
    title: str = ""
    text: str = ""


class Part(NamedTuple):
    """One post of a thread; most posts have one part."""

    text: tuple[Piece, ...]
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to show. `warning` hides the text until it is opened, on networks that have that."""

    parts: tuple[Part, ...]
    title: str = ""
    warning: str = ""
    comment: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    tags: tuple[str, ...] = ()


def shown(item: Post | Idea | LivePost | LiveIdea | None) -> Shown:
    """What there is to show of a declared or a live object; nothing of none."""
    match item:
        case Post():
            return _of_post(item)
        case LivePost():
            return _of_live(item)
        case Idea():
            media = tuple(_idea_media(each) for each in item.media)
            return Shown(
                (Part(pieces(item.text), media),),
                visible(item.title or ""),
                facts=particulars_of(item),
                tags=tuple(map(visible, item.tags)),
            )
        case LiveIdea():
            return Shown(
                (Part(pieces(item.text)),), visible(item.title), tags=tuple(visible(tag.name) for tag in item.tags)
            )
        case None:
            return Shown(())


def _of_post(post: Post) -> Shown:
    values = post.metadata.model_dump(mode="json", exclude_none=True, exclude_defaults=True) if post.metadata else {}
    thread: tuple[ThreadItem, ...] = getattr(post.metadata, "thread", ())
    preview = getattr(post.metadata, "link_attachment", None)
    media = [_asset(asset) for asset in post.assets] + ([_preview(preview)] if preview else [])
    first = Part(pieces(post.text), tuple(media))
    repeats = bool(thread) and (thread[0].text or "") == post.text and thread[0].assets in ((), post.assets)
    rest = [Part(pieces(each.text), tuple(map(_asset, each.assets))) for each in thread[1 if repeats else 0 :]]
    return _with_metadata((first, *rest), values, post.tags, particulars_of(post))


def _of_live(post: LivePost) -> Shown:
    first = Part(pieces(post.text), tuple(map(_live_asset, post.assets)))
    rest = (Part(pieces(each.text), tuple(map(_live_asset, each.assets))) for each in post.thread[1:])
    facts = (Fact("error", visible(post.error)),) if post.error else ()
    # neither what is off nor what nearly every post has says anything
    told = {name: value for name, value in post.metadata.items() if value is not False and USUAL.get(name) != value}
    return _with_metadata((first, *rest), told, tuple(tag.name for tag in post.tags), facts)


def _with_metadata(
    parts: tuple[Part, ...], values: Mapping[str, Any], tags: tuple[str, ...], facts: tuple[Fact, ...]
) -> Shown:
    def text(name: str) -> str:
        return str(values.get(name) or "")

    mentions = [_mention(each) for each in values.get("annotations") or ()]
    named = (Fact("mentions", visible(", ".join(mentions))),) if mentions else ()
    others = (Fact(name, value) for name, value in _flat(values) if name.partition(".")[0] not in _PLACED)
    return Shown(
        parts,
        visible(text("title")),
        visible(text("spoiler_text")),
        pieces(text("first_comment")),
        (*facts, *named, *others),
        tuple(map(visible, tags)),
    )


def _mention(values: Mapping[str, Any]) -> str:
    """Who is mentioned, and where that leads: the words alone do not tell."""
    name, link = values.get("localized_name") or values.get("content"), values.get("link") or values.get("url")
    return " ".join(filter(None, [name, f"({link})" if link else ""]))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every value inside with its path, in plain words."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif said := words.value(value, name=name):
            yield f"{above}{name}", said


def _asset(asset: Asset) -> Media:
    match asset.value:
        case Image() as image:
            tagged = ", ".join(f"@{each.handle.removeprefix('@')}" for each in image.user_tags)
            url = web(image.address)
            return Media("image", url, url, visible(image.alt_text or ""), text=visible(tagged))
        case Video() as video:
            cover = "" if video.thumbnail_offset is None else f"its cover is at {video.thumbnail_offset:,} ms"
            return Media("video", "", web(video.address), "", visible(video.title or ""), cover)
        case Document() as document:
            return Media("document", web(document.thumbnail), web(document.address), "", visible(document.title))
        case Link() as link:
            return _link(link.url, link.thumbnail_url, link.title, link.description)


def _preview(preview: LinkAttachment) -> Media:
    return _link(preview.url, preview.thumbnail.url if preview.thumbnail else None, preview.title, preview.description)


def _link(url: str, picture: str | None, title: str | None, text: str | None) -> Media:
    return Media("link", web(picture), web(url), "", visible(title or url), visible(text or ""))


def _live_asset(asset: LiveAsset) -> Media:
    source = asset.thumbnail or (asset.source if asset.kind == "image" else "")
    return Media(
        asset.kind,
        web(source),
        web(asset.source),
        visible(asset.alt_text),
        visible(str(asset.details.get("title") or "")),
    )


def _idea_media(media: IdeaMedia) -> Media:
    kind = "image" if media.type in {"image", "gif"} else str(media.type)
    url, alt = media.address, visible(media.alt or "")
    picture = media.thumbnail_url or (url if kind == "image" else None)
    return Media(kind, web(picture), web(url), alt, "" if kind == "image" else visible(url))
