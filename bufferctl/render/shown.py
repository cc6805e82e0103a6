"""The content of a post or an idea as its network would show it, from the files or from Buffer.

Each form shows this and nothing else: parts with their media, title, warning, first comment, tags, and other fields.
Pictures stored with the posts are passed in as data, since nothing here reads files: pages contain thumbnails. A
comment cannot contain any, so it shows public pictures only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bufferctl.model import (
    Asset,
    Idea,
    LiveAsset,
    LiveIdea,
    LiveMedium,
    LivePost,
    MediaFile,
    Post,
)
from bufferctl.model.attached import files_of
from bufferctl.model.content import Document, Image, LinkAttachment, Video
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.media_file import size_words
from bufferctl.model.metadata import USUAL, thread_of
from bufferctl.model.plain_text import visible
from bufferctl.plan import WRITING, Action, Plan
from bufferctl.render import words
from bufferctl.render.pieces import Piece, pieces, shown_text, web

#: The beginning of a thumbnail's address.
_THUMBNAIL = "data:image/jpeg;base64,"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Which pictures of files a form can show.

    `public`: as in `Report`. `thumbnails`: as `Report.pictures`, None to show the files at their public addresses.
    """

    public: frozenset[str] = frozenset()
    thumbnails: Mapping[str, str] | None = None

    def of(self, file: MediaFile) -> tuple[str, str]:
        """The address that shows a file, and the one to link to; both may be empty."""
        href = file.url if file.summary in self.public else ""
        return (href if self.thumbnails is None else self.thumbnails.get(file.digest, "")), href


def pictures_of(plan: Plan) -> Mapping[str, MediaFile]:
    """The picture files of what is sent, or waits for a person, by digest; the others are as reviewed before."""
    items = (change.desired for change in plan.changes if change.action in WRITING | {Action.HOLD})
    found = (each for item in items if item is not None and not item.cancelled for each in files_of(item))
    return {each.file.digest: each.file for each in found if each.file and each.kind not in {"video", "document"}}


class Fact(NamedTuple):
    """A field that is set, with its name in the files."""

    name: str
    value: str


class Media(NamedTuple):
    """An image, or the placeholder for a video, a document or a link.

    `src` and `href` are http(s) or empty, `src` may be a thumbnail (`data:`); `address`: as written in the files, an
    address or a path, empty for live media. `about`, `ratio`: pixels and size of a file stored with the posts, and its
    width divided by its height; else empty.
    """

    kind: str
    src: str
    href: str
    alt: str
    title: str = ""
    text: str = ""
    address: str = ""
    about: str = ""
    ratio: float = 0


class Part(NamedTuple):
    """One post of a thread; most posts have one part."""

    text: str
    media: tuple[Media, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The text with its links, hashtags and mentions."""
        return pieces(self.text)


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything to show. `warning`: hides the text until it is opened, on networks that support it."""

    parts: tuple[Part, ...]
    title: str = ""
    warning: str = ""
    comment: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    tags: tuple[str, ...] = ()


def shown(item: Post | Idea | LivePost | LiveIdea | None, pictures: Pictures | None = None) -> Shown:
    """Everything to show of a declared or a live object; empty for None. `pictures`: of files stored with the posts."""
    pictures = pictures or Pictures()
    match item:
        case Post():
            return _of_post(item, pictures)
        case LivePost():
            return _of_live(item)
        case Idea():
            media = (_idea_media(each, pictures) for each in item.media)
            return _of_idea(item.text, item.title, media, item.tags, _facts(_idea_facts(item)))
        case LiveIdea():
            tags = tuple(tag.name for tag in item.tags)
            return _of_idea(item.text, item.title, map(_live_media, item.media), tags, ())
        case None:
            return Shown(())


def _of_post(post: Post, pictures: Pictures) -> Shown:
    def asset(each: Asset) -> Media:
        return _asset(each, pictures)

    values = post.metadata.model_dump(mode="json", exclude_none=True, exclude_defaults=True) if post.metadata else {}
    thread = thread_of(post.metadata)
    preview = getattr(post.metadata, "link_attachment", None)
    media = [asset(each) for each in post.assets] + ([_link(preview)] if preview else [])
    first = Part(shown_text(post.text), tuple(media))
    repeats = bool(thread) and (thread[0].text or "") == post.text and thread[0].assets in ((), post.assets)
    rest = [Part(shown_text(each.text or ""), tuple(map(asset, each.assets))) for each in thread[1 if repeats else 0 :]]
    return _with_metadata((first, *rest), values, post.tags, _facts(_post_facts(post)))


def _of_live(post: LivePost) -> Shown:
    first = Part(shown_text(post.text), tuple(map(_live_media, post.assets)))
    rest = (Part(shown_text(each.text), tuple(map(_live_media, each.assets))) for each in post.thread[1:])
    facts = (Fact("error", visible(post.error)),) if post.error else ()
    # switches that are off and values that nearly every post has are not worth a line
    values = {name: value for name, value in post.metadata.items() if value is not False and USUAL.get(name) != value}
    return _with_metadata((first, *rest), values, tuple(tag.name for tag in post.tags), facts)


def _of_idea(
    text: str | None, title: str | None, media: Iterable[Media], tags: tuple[str, ...], facts: tuple[Fact, ...]
) -> Shown:
    parts = (Part(shown_text(text or ""), tuple(media)),)
    return Shown(parts, visible(title or ""), facts=facts, tags=tuple(map(visible, tags)))


def _with_metadata(
    parts: tuple[Part, ...], values: Mapping[str, Any], tags: tuple[str, ...], facts: tuple[Fact, ...]
) -> Shown:
    """`values`: the network's fields; those that have no place of their own in a post are listed by name."""
    left = {name: value for name, value in values.items() if name not in {"thread", "link_attachment"}}
    title, warning, comment = (str(left.pop(name, None) or "") for name in ("title", "spoiler_text", "first_comment"))
    mentions = [_mention(each) for each in left.pop("annotations", None) or ()]
    named = (Fact("mentions", visible(", ".join(mentions))),) if mentions else ()
    others = (Fact(name, value) for name, value in _flat(left))
    labels = tuple(map(visible, tags))
    return Shown(parts, visible(title), visible(warning), pieces(comment), (*facts, *named, *others), labels)


def _mention(values: Mapping[str, Any]) -> str:
    """Who is mentioned and the link of the mention, which the text alone does not show."""
    name, link = values.get("localized_name") or values.get("content"), values.get("link") or values.get("url")
    return " ".join(filter(None, [name, f"({link})" if link else ""]))


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Every nested value with its path, as people write it."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        elif text := words.value(value, name=name):
            yield f"{above}{name}", text


def _post_facts(post: Post) -> Iterator[tuple[str, str]]:
    yield "scheduling_type", "reminds a person, publishes nothing by itself" if post.reminds else ""
    yield "needs_approval", words.value(post.needs_approval or None)
    yield "idea", post.idea or ""
    yield "ai_assisted", words.value(post.ai_assisted or None)
    yield "repeat_of", post.repeat_of or ""
    yield "was", post.was or ""


def _idea_facts(idea: Idea) -> Iterator[tuple[str, str]]:
    yield "services", ", ".join(idea.services)
    yield "date", f"{idea.date:%Y-%m-%d %H:%M %z}" if idea.date else ""
    yield "group", idea.group.group_id if idea.group else ""
    yield "cta", idea.cta or ""
    yield "template_id", idea.template_id or ""


def _facts(values: Iterable[tuple[str, str]]) -> tuple[Fact, ...]:
    return tuple(Fact(name, visible(value)) for name, value in values if value)


def _asset(asset: Asset, pictures: Pictures) -> Media:
    media = _declared(asset)
    file: MediaFile | None = getattr(asset.value, "file", None)
    cover: MediaFile | None = getattr(asset.value, "thumbnail_file", None)
    if file:
        media = _of_file(media, file, pictures)
    return media._replace(src=_source(pictures.of(cover)[0]), ratio=_ratio(cover)) if cover else media


def _ratio(file: MediaFile) -> float:
    return file.width / file.height if file.height else 0


def _of_file(media: Media, file: MediaFile, pictures: Pictures) -> Media:
    """The same for a file stored with the posts: it has a path and a size, but may get a public address only later."""
    src, href = pictures.of(file)
    src = _source(src) if media.kind == "image" else media.src
    about = ", ".join(filter(None, [file.pixels, size_words(file.size)]))
    return media._replace(src=src, href=web(href), address=visible(file.path), about=about, ratio=_ratio(file))


def _source(address: str) -> str:
    """The address of a picture: http(s), or one of our thumbnails."""
    return address if address.startswith(_THUMBNAIL) else web(address)


def _declared(asset: Asset) -> Media:
    address = visible(asset.value.address)
    match asset.value:
        case Image() as image:
            tagged = visible(", ".join(f"@{each.handle.removeprefix('@')}" for each in image.user_tags))
            return Media("image", web(address), web(address), visible(image.alt_text or ""), "", tagged, address)
        case Video() as video:
            cover = "" if video.thumbnail_offset is None else f"its cover is at {video.thumbnail_offset:,} ms"
            return Media("video", "", web(address), "", visible(video.title or ""), cover, address)
        case Document() as document:
            return Media("document", web(document.thumbnail), web(address), "", visible(document.title), "", address)


def _link(link: LinkAttachment) -> Media:
    picture = web(link.thumbnail.url) if link.thumbnail else ""
    title, text = visible(link.title or ""), visible(link.description or "")
    return Media("link", picture, web(link.url), "", title, text, visible(link.url))


def _idea_media(media: IdeaMedia, pictures: Pictures) -> Media:
    kind, address = "image" if media.type in {"image", "gif"} else str(media.type), visible(media.address)
    picture = media.thumbnail_url or (address if kind == "image" else None)
    found = Media(kind, web(picture), web(address), visible(media.alt or ""), address=address)
    return _of_file(found, media.file, pictures) if media.file else found


def _live_media(media: LiveAsset | LiveMedium) -> Media:
    url, title = (media.source, media.details.get("title")) if isinstance(media, LiveAsset) else (media.url, "")
    picture = media.thumbnail or (url if media.kind == "image" else "")
    return Media(media.kind, web(picture), web(url), visible(media.alt_text), visible(str(title or "")))
