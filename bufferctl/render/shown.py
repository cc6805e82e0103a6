"""The content of a post or an idea as its network would show it, from the files or from Buffer.

Each form shows this and nothing else: parts with their media, title, warning, first comment, tags, and other fields.
Pictures stored with the posts are passed in as data, since nothing here reads files: pages contain thumbnails. A
comment cannot contain any, so it shows public pictures only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bufferctl.model import (
    Asset,
    Document,
    Idea,
    Image,
    LiveAsset,
    LiveIdea,
    LiveMedium,
    LivePost,
    MediaFile,
    Post,
    Video,
    dates,
    thread_of,
    visible,
)
from bufferctl.model.attached import files_of
from bufferctl.model.comparable import others_of
from bufferctl.model.content import LinkAttachment
from bufferctl.model.desired import AS_IS, IdeaMedia
from bufferctl.model.media_file import size_words
from bufferctl.model.metadata import USUAL
from bufferctl.plan import WRITING, Action, Plan
from bufferctl.render import words
from bufferctl.render.pieces import Piece, pieces, shown_text, web
from bufferctl.value import value

#: What can be attached to a post or an idea, declared or live.
Attached = Asset | LinkAttachment | IdeaMedia | LiveAsset | LiveMedium


@value()
class Pictures:
    """Which pictures of files a form can show.

    `public`: as in `Report`. `thumbnails`: as `Report.pictures`, None to show the files at their public addresses.
    """

    public: frozenset[str] = frozenset()
    thumbnails: Mapping[str, str] | None = None

    def of(self, file: MediaFile) -> tuple[str, str]:
        """The address that shows a file, http(s) or a thumbnail, and the one to link to; both may be empty."""
        href = web(file.url) if file.summary in self.public else ""
        return (href if self.thumbnails is None else self.thumbnails.get(file.digest, "")), href


NO_PICTURES = Pictures()


def pictures_of(plan: Plan) -> Mapping[str, MediaFile]:
    """The picture files of what is sent, or waits for a person, by digest; the others are as reviewed before."""
    items = (change.desired for change in plan.changes if change.action in WRITING | {Action.HOLD})
    found = (each for item in items if item is not None and not item.cancelled for each in files_of(item))
    return {each.file.digest: each.file for each in found if each.file and each.file_kind == "image"}


class Fact(NamedTuple):
    """A field that is set, with its name in the files."""

    name: str
    value: str

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The value with its links."""
        return pieces(self.value)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Media(NamedTuple):
    """An image, or the placeholder for a video, a document or a link."""

    kind: str  # image, video, document or link
    src: str  # of the image: http(s), a thumbnail (`data:`), or empty
    href: str  # http(s) or empty
    alt: str  # its description
    title: str = ""  # of a video, a document or a link
    text: str = ""  # what else is said of it
    address: str = ""  # as written in the files, a URL or a path; empty for live media
    about: str = ""  # pixels and size of a file stored with the posts
    ratio: float = 0  # its width divided by its height, 0 if unknown
    more: tuple[Fact, ...] = ()  # every other field that it has
    file: str = ""  # the path below the root folder of the picture that shows it, if that is stored with the posts

    @property
    def words(self) -> list[str]:
        """The words about it, apart from `more`."""
        return [each for each in (self.about, self.alt, self.title, self.text) if each]

    @property
    def said(self) -> list[str]:
        """All words about it."""
        return [*self.words, *map(str, self.more)]


class ShownPart(NamedTuple):
    """One post of a thread; most posts have one part."""

    text: str
    media: tuple[Media, ...] = ()

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The text with its links, hashtags and mentions."""
        return pieces(self.text)


@value()
class Shown:
    """Everything to show. `warning` hides the text until it is opened, on networks that support this."""

    parts: tuple[ShownPart, ...]
    title: str = ""
    warning: str = ""
    comment: tuple[Piece, ...] = ()
    facts: tuple[Fact, ...] = ()
    tags: tuple[str, ...] = ()


def shown(item: Post | Idea | LivePost | LiveIdea | None, pictures: Pictures = NO_PICTURES, zone: str = "") -> Shown:
    """Everything to show of a declared or a live object; empty for None. `pictures`: of files stored with the posts.

    `zone`: of its channel, for the dates that it has.
    """
    if item is None:
        return Shown(())
    parts = (
        ShownPart(shown_text(text or ""), tuple(_media(each, pictures) for each in media))
        for text, media in _parts(item)
    )
    left = {name: value for name, value in _network_fields(item).items() if name not in {"thread", "link_attachment"}}
    title, warning, comment = (str(left.pop(name, None) or "") for name in ("title", "spoiler_text", "first_comment"))
    mentions = "; ".join(map(_mention, left.pop("annotations", None) or ()))
    repost = left.pop("retweet", None) or {}
    # the network's fields that have no place of their own in a post are listed by name
    facts = (*_reposted(repost), *_own_fields(item), ("mentions", mentions), *_flat(left, zone))
    return Shown(
        tuple(parts),
        visible(title or getattr(item, "title", None) or ""),
        visible(warning),
        pieces(comment),
        tuple(Fact(name, visible(value)) for name, value in facts if value),
        tuple(visible(str(getattr(tag, "name", tag))) for tag in item.tags),
    )


def _parts(item: Post | Idea | LivePost | LiveIdea) -> Iterator[tuple[str | None, Iterable[Attached]]]:
    """The text and the media of each part of a thread."""
    match item:
        case Post(metadata=metadata):
            thread, card = thread_of(metadata), getattr(metadata, "link_attachment", None)
            yield item.text, _with_card(item.assets, card)
            repeats = thread and (thread[0].text or "") == item.text and thread[0].assets in ((), item.assets)
            for each in thread[1 if repeats else 0 :]:
                yield each.text, _with_card(each.assets, each.link_attachment)
        case LivePost():
            yield item.text, _with_card(item.assets, item.metadata.get("link_attachment"))
            for part in item.thread[1:]:
                yield part.text, _with_card(part.assets, part.link_attachment)
        case _:
            yield item.text, item.media


def _with_card(assets: Iterable[Attached], card: LinkAttachment | Mapping[str, Any] | None) -> tuple[Attached, ...]:
    """What is attached, and the link preview: of a live post as Buffer has it, which may be scraped."""
    if not card:
        return tuple(assets)
    return (*assets, card if isinstance(card, LinkAttachment) else _live_card(card))


def _live_card(card: Mapping[str, Any]) -> LiveMedium:
    picture = card.get("thumbnail")
    address = picture.get("url") if isinstance(picture, Mapping) else picture
    names = {name: str(card[name]) for name in ("title", "description") if card.get(name)}
    return LiveMedium("link", url=str(card.get("url") or ""), thumbnail=str(address or ""), source=names)


def _network_fields(item: Post | Idea | LivePost | LiveIdea) -> Mapping[str, Any]:
    match item:
        case Post(metadata=metadata) if metadata:
            return metadata.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
        case LivePost(metadata=values):  # without switches that are off, and values that nearly every post has
            return {name: value for name, value in values.items() if value is not False and USUAL.get(name) != value}
    return {}


def _reposted(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Whose post is shared, at its address, and the words beside it; Buffer may not return which post it is."""
    if values:
        number = values.get("id")
        yield "repost of", f"https://x.com/i/status/{number}" if number else "another post"
        yield "its comment", str(values.get("comment") or values.get("text") or "")


def _mention(values: Mapping[str, Any]) -> str:
    """Who is mentioned, the link of the mention, and where it is in the text; the text alone shows none of it."""
    name, link = values.get("localized_name") or values.get("text"), values.get("link") or values.get("url")
    start, length = values.get("start"), values.get("length")
    first, last = (
        (start, start + length) if start is not None and length is not None else values.get("indices", ("", ""))
    )
    where = f"characters {first} to {last}"
    rest = [
        f"{each.replace('_', ' ')} {values[each]}"
        for each in ("content", "id", "entity", "vanity_name")
        if values.get(each)
    ]
    about = ", ".join([str(link), *rest]) if link else ", ".join(rest)
    return f"{name} ({about}), {where}" if about else f"{name}, {where}"


def _flat(values: Mapping[str, Any], zone: str, above: str = "") -> Iterator[tuple[str, str]]:
    """Every nested value with its path, as people write it."""
    for name, found in values.items():
        if isinstance(found, Mapping):
            yield from _flat(found, zone, f"{above}{name}.")
        elif text := words.value(found, zone, name):
            yield f"{above}{name}", text


def with_address(value: Any, path: str, item: Post | Idea | LivePost | LiveIdea | None) -> Any:
    """A value of a difference at `path`, each attachment in it with its address in this object."""
    if isinstance(value, Mapping):
        return {name: with_address(each, f"{path}.{name}", item) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [with_address(each, f"{path}.{number}", item) for number, each in enumerate(value)]
    steps = path.split(".")
    if not isinstance(value, str) or steps[-2:-1] not in (["assets"], ["media"]):
        return value
    return f"{value} {_address_at(steps, item)}".rstrip()


def _address_at(steps: Sequence[str], item: Post | Idea | LivePost | LiveIdea | None) -> str:
    """What is attached at a path such as `thread.1.assets.0`: the URL or path that the files give, else Buffer's URL.

    Empty if it has none.
    """
    parts: Sequence[Any] = ()
    if isinstance(item, Post):
        parts = thread_of(item.metadata)
    elif isinstance(item, LivePost):
        parts = item.thread
    number = int(steps[-1])
    # a path of a thread is of an item that has this part, or of no item, to which nothing is attached
    holder = parts[int(steps[1])] if steps[0] == "thread" and int(steps[1]) < len(parts) else item
    found = getattr(holder, steps[-2], ())
    medium = _media(found[number], NO_PICTURES) if number < len(found) else None
    return (medium.address or medium.href) if medium else ""


def _own_fields(item: Post | Idea | LivePost | LiveIdea) -> Iterator[tuple[str, str]]:
    match item:
        case Post():
            yield "scheduling_type", "reminds a person, publishes nothing by itself" if item.reminds else ""
            for name in ("needs_approval", "idea", *AS_IS[Post], "draft_id", "repeat_of", "was"):
                if value := getattr(item, name):
                    yield name, words.value(value)
        case Idea():
            yield "services", ", ".join(item.services)
            yield "date", dates.local(item.date, "") if item.date else ""
            yield "group", item.group.group_id if item.group else ""
            yield "group.place_after_id", (item.group and item.group.place_after_id) or ""
            yield "ai_assisted", words.value(item.ai_assisted)
            yield "cta", item.cta or ""
            yield "template_id", item.template_id or ""
        case LiveIdea():
            yield "services", ", ".join(item.services)
            yield "date", dates.local(item.date, "") if item.date else ""
            yield "group", item.group_id or ""
            yield "ai_assisted", "yes" if item.ai_assisted else ""
        case LivePost():
            yield "error", item.error
            yield from ((name, words.value(value)) for name, value in others_of(item).items())


def _media(attached: Attached, pictures: Pictures) -> Media:
    match attached:
        case Asset():
            return _asset(attached, pictures)
        case LinkAttachment() as link:
            picture = link.thumbnail.url if link.thumbnail else ""
            title, text = visible(link.title or ""), visible(link.description or "")
            more = _facts(("picture", picture))
            return Media("link", web(picture), web(link.url), "", title, text, visible(link.url), more=more)
        case IdeaMedia() as media:
            return _idea_media(media, pictures)
        case LiveMedium() as live:
            return _live_medium(live)
    return _live_asset(attached)


def _facts(*given: tuple[str, Any]) -> tuple[Fact, ...]:
    """The fields of these that are set."""
    made = ((name, words.value(value, name=name.rpartition(".")[2])) for name, value in given)
    return tuple(Fact(name, visible(value)) for name, value in made if value)


def _idea_media(media: IdeaMedia, pictures: Pictures) -> Media:
    kind, address = "image" if media.type in {"image", "gif"} else str(media.type), visible(media.address)
    cover = media.thumbnail_url or (address if kind == "image" else None)
    source = media.source.model_dump(exclude_none=True) if media.source else {}
    more = _facts(
        ("type", "gif" if media.type == "gif" else ""),
        ("thumbnail_url", media.thumbnail_url),
        ("size", media.size and f"{media.size:,} bytes"),
        *((f"source.{name}", value) for name, value in source.items()),
    )
    found = Media(kind, web(cover), web(address), visible(media.alt or ""), address=address, more=more)
    return _of_file(found, media.file, pictures) if media.file else found


def _live_medium(live: LiveMedium) -> Media:
    """Of an idea, or the link preview of a post, whose `source` are its title and description."""
    cover = live.thumbnail or (live.url if live.kind == "image" else "")
    if live.kind == "link":
        title, text = visible(live.source.get("title", "")), visible(live.source.get("description", ""))
        return Media("link", web(cover), web(live.url), "", title, text, more=_facts(("picture", live.thumbnail)))
    more = _facts(
        ("size", live.size and f"{live.size:,} bytes"),
        *((f"source.{name}", value) for name, value in live.source.items()),
    )
    return Media(live.kind, web(cover), web(live.url), visible(live.alt_text), more=more)


def _live_asset(live: LiveAsset) -> Media:
    cover = live.thumbnail or (live.source if live.kind == "image" else "")
    details = dict(live.details)
    title = visible(str(details.pop("title", "") or ""))
    tags = tuple(details.pop("user_tags", None) or ())
    tagged = visible(", ".join(_tagged(*each) for each in tags))
    more = _facts(*details.items())
    return Media(live.kind, web(cover), web(live.source), visible(live.alt_text), title, tagged, more=more)


def _tagged(handle: str, x: object, y: object) -> str:
    """Who is tagged in an image, and where: from its left and its top edge, from 0 to 1."""
    return f"@{handle.removeprefix('@')} at {x}, {y}"


def _asset(asset: Asset, pictures: Pictures) -> Media:
    media = _declared(asset)
    file: MediaFile | None = getattr(asset.value, "file", None)
    cover: MediaFile | None = getattr(asset.value, "thumbnail_file", None)
    if file:
        media = _of_file(media, file, pictures)
    if cover is None:
        return media
    return media._replace(src=pictures.of(cover)[0], ratio=_ratio(cover), file=visible(cover.path))


def _ratio(file: MediaFile) -> float:
    return file.width / file.height if file.height else 0


def _of_file(media: Media, file: MediaFile, pictures: Pictures) -> Media:
    """The same for a file stored with the posts: it has a path and a size, but may get a public address only later."""
    src, href = pictures.of(file)
    src = src if media.kind == "image" else media.src
    about = ", ".join(filter(None, [file.pixels, size_words(file.size)]))
    path = visible(file.path)
    shown_by = path if media.kind == "image" else ""
    return media._replace(src=src, href=href, address=path, about=about, ratio=_ratio(file), file=shown_by)


def _declared(asset: Asset) -> Media:
    address = visible(asset.value.address)
    match asset.value:
        case Image() as image:
            tagged = visible(", ".join(_tagged(each.handle, each.x, each.y) for each in image.user_tags))
            size = image.dimensions
            more = _facts(
                ("thumbnail_url", image.thumbnail_url),
                ("animated_thumbnail", image.animated_thumbnail),
                ("dimensions", size and f"{size.width} by {size.height} pixels"),
            )
            alt = visible(image.alt_text or "")
            return Media("image", web(address), web(address), alt, "", tagged, address, more=more)
        case Video() as video:
            cover = "" if video.thumbnail_offset is None else f"its cover is at {video.thumbnail_offset:,} ms"
            return Media("video", "", web(address), "", visible(video.title or ""), cover, address)
        case Document() as document:
            title, more = visible(document.title), _facts(("thumbnail_url", document.thumbnail_url))
            return Media("document", web(document.thumbnail), web(address), "", title, "", address, more=more)
