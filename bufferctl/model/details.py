"""The details of a post that Buffer returns besides its text, kinds of assets and network fields, by path in a file.

These are user tags, titles of videos and documents, cover frames, where the cards of thread parts lead, and mentions;
for an idea, whether AI helped, and the sources of its media. The following are left out because Buffer changes their
form or makes them itself (notes: Reading, Writing):

- URLs of media, thumbnails and animated previews: they lead to copies on Buffer's own storage;
- dimensions, and the size of an idea's media: Buffer measures them;
- title, text and picture of a card: Buffer scrapes them from the page. What the file gives and
  Buffer kept is noticed when it changes (`model/seen.py`); nothing else of them is compared;
- of a mention all but its place and its words: LinkedIn's come back without entity, Facebook's perhaps with another id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

from bufferctl.model.content import Asset, Document, Image, LinkAttachment, Video
from bufferctl.model.desired import Idea, Item, Post
from bufferctl.model.live import LiveAsset, LiveIdea, LiveItem, LivePost
from bufferctl.model.metadata import FacebookAnnotation, LinkedinAnnotation, thread_of
from bufferctl.model.plain_text import normal_text

T = TypeVar("T")

Details = Mapping[str, Any]
NO_DETAILS: Details = MappingProxyType({})

#: Beyond these decimals, two places in an image are the same.
_PLACES = 3
#: What Buffer may add by itself where a file has none: the card of a part's first link, a cover frame, an origin.
_ADDED = ("link_attachment.url", "thumbnail_offset", "source")


class Tagged(NamedTuple):
    """A person tagged in an image, and where: from 0 to 1, from its left and its top edge."""

    handle: str
    x: float
    y: float


class Mention(NamedTuple):
    """Words of a text that mention somebody, and where they are."""

    words: str
    start: int
    end: int


def details_of_desired(item: Item) -> Details:
    """The details of a declared object."""
    found = _of_declared_idea(item) if isinstance(item, Idea) else _of_declared_post(item)
    return _present(found) or NO_DETAILS


def details_of_live(item: LiveItem) -> Details:
    """The details that Buffer returns."""
    found = _of_live_idea(item) if isinstance(item, LiveIdea) else _of_live_post(item)
    return _present(found) or NO_DETAILS


def cards_of_desired(item: Post) -> Details:
    """The fields of a declared post's cards besides where they lead."""
    links: dict[str, LinkAttachment | None] = {"metadata": getattr(item.metadata, "link_attachment", None)}
    links |= {f"thread.{index}": part.link_attachment for index, part in enumerate(_thread(thread_of(item.metadata)))}
    facts = {
        f"{at}.link_attachment.{name}": value
        for at, link in links.items()
        if link
        for name, value in (
            ("title", link.title),
            ("description", link.description),
            ("thumbnail.url", link.thumbnail and link.thumbnail.url),
        )
    }
    return _present(facts.items()) or NO_DETAILS


def cards_of_live(item: LivePost) -> Details:
    """The fields that Buffer returns of a post's cards, declared or scraped, under the same paths."""
    links = {"metadata": item.metadata.get("link_attachment")}
    links |= {f"thread.{index}": part.link_attachment for index, part in enumerate(_thread(item.thread))}
    facts = {
        f"{at}.link_attachment.{name}": link.get(field)
        for at, link in links.items()
        if link
        for name, field in (("title", "title"), ("description", "text"), ("thumbnail.url", "thumbnail"))
    }
    return _present(facts.items()) or NO_DETAILS


def may_be_added(path: str, *, unsaid: bool) -> bool:
    """Whether Buffer may have added a detail that a file lacks; with `unsaid`, only one that Buffer makes by itself."""
    return path.endswith(_ADDED) if unsaid else not path.endswith("user_tags")


def are_equal(one: Any, other: Any, *, places: bool) -> bool:
    """Whether two values of a detail are the same. Without `places`, of mentions only the words count.

    In which unit Buffer counts the characters of a text is open (notes: Open), so places count in plain ASCII alone.
    """
    mentions = isinstance(one, tuple) and isinstance(other, tuple) and isinstance(one[0], Mention)
    if mentions and not places:
        return [each.words for each in one] == [each.words for each in other]
    return bool(one == other)


def _thread(parts: tuple[T, ...]) -> tuple[T, ...]:
    """A single part is not a thread."""
    return parts if len(parts) > 1 else ()


def _of_declared_post(post: Post) -> Iterator[tuple[str, Any]]:
    yield from _of_assets("assets", post.assets)
    for index, part in enumerate(_thread(thread_of(post.metadata))):
        yield from _of_assets(f"thread.{index}.assets", part.assets)
        yield f"thread.{index}.link_attachment.url", part.link_attachment and part.link_attachment.url
    annotations = getattr(post.metadata, "annotations", ())
    yield "metadata.annotations", _mentions(map(_declared_mention, annotations))


def _of_assets(at: str, assets: Iterable[Asset]) -> Iterator[tuple[str, Any]]:
    for index, asset in enumerate(assets):
        given = asset.value
        path = f"{at}.{index}.{asset.kind}"
        if isinstance(given, Image):
            yield f"{path}.user_tags", _tags((each.handle, each.x, each.y) for each in given.user_tags)
        if isinstance(given, Video | Document):
            yield f"{path}.title", given.title
        if isinstance(given, Video):
            yield f"{path}.thumbnail_offset", given.thumbnail_offset


def _of_live_post(post: LivePost) -> Iterator[tuple[str, Any]]:
    yield from _of_live_assets("assets", post.assets)
    for index, part in enumerate(_thread(post.thread)):
        yield from _of_live_assets(f"thread.{index}.assets", part.assets)
        yield f"thread.{index}.link_attachment.url", part.link_attachment.get("url")
    annotations = post.metadata.get("annotations") or ()
    yield "metadata.annotations", _mentions((each["text"], *_span(each["indices"])) for each in annotations)


def _of_live_assets(at: str, assets: Iterable[LiveAsset]) -> Iterator[tuple[str, Any]]:
    for index, asset in enumerate(assets):
        path, given = f"{at}.{index}.{asset.kind}", asset.details
        if asset.kind == "image":
            yield f"{path}.user_tags", _tags(given.get("user_tags", ()))
        if asset.kind in {"video", "document"}:
            yield f"{path}.title", given.get("title")
        if asset.kind == "video":
            yield f"{path}.thumbnail_offset", given.get("thumbnail_offset")


_SOURCE = ("id", "name", "author", "author_url")


def _of_declared_idea(idea: Idea) -> Iterator[tuple[str, Any]]:
    yield "ai_assisted", idea.ai_assisted
    for index, medium in enumerate(idea.media):
        if medium.source:
            yield f"assets.{index}.source", _present((name, getattr(medium.source, name)) for name in _SOURCE)


def _of_live_idea(idea: LiveIdea) -> Iterator[tuple[str, Any]]:
    yield "ai_assisted", idea.ai_assisted
    for index, medium in enumerate(idea.media):
        yield f"assets.{index}.source", _present((name, medium.source.get(name)) for name in _SOURCE)


def _tags(given: Iterable[tuple[str, float, float]]) -> tuple[Tagged, ...]:
    return tuple(
        sorted(Tagged(handle.removeprefix("@"), round(x, _PLACES), round(y, _PLACES)) for handle, x, y in given)
    )


def _declared_mention(given: FacebookAnnotation | LinkedinAnnotation) -> tuple[str, int, int]:
    if isinstance(given, LinkedinAnnotation):
        return given.localized_name, given.start, given.start + given.length
    return given.text, *_span(given.indices)


def _span(indices: Sequence[int]) -> tuple[int, int]:
    start, end = (*indices, 0, 0)[:2]
    return start, end


def _mentions(given: Iterable[tuple[str, int, int]]) -> tuple[Mention, ...]:
    """In the order of the text."""
    found = (Mention(normal_text(words), start, end) for words, start, end in given)
    return tuple(sorted(found, key=lambda mention: (mention.start, mention.end, mention.words)))


def _present(given: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Those that have a value, texts normalized."""
    plain = ((path, normal_text(value) if isinstance(value, str) else value) for path, value in given)
    return {path: value for path, value in plain if value not in (None, "", (), {}, 0)}
