"""The comparable part of an object: declared and live content in one normal form, its digests, and how two differ.

Left out of every comparison (design: Actions): queue times, asset URLs, scraped link data, `updatedAt`. Fields
that the API does not return (mainly asset URLs) have their own fingerprint, so editing them still counts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from json import JSONEncoder
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bufferctl.model.about import fields_with
from bufferctl.model.attached import sources_of
from bufferctl.model.base import Model
from bufferctl.model.content import Asset
from bufferctl.model.desired import RETURNED, Idea, Item, Post
from bufferctl.model.live import LiveAsset, LiveIdea, LiveItem, LivePost
from bufferctl.model.media_file import IDENTITY
from bufferctl.model.metadata import FILLED_IN, LOSABLE, UNREAD, USUAL, NetworkMetadata, PinterestMetadata, thread_of
from bufferctl.model.plain_text import LINK
from bufferctl.model.state import Binding, Origin
from bufferctl.value import replace

#: Changes when the inputs of fingerprints change; older ones are then compared by content instead.
FINGERPRINT_VERSION = "3"

#: LinkedIn shortens links itself, also on channels where Buffer does not (notes: Writing).
LINKEDIN_SHORTENER = "lnkd.in"
#: Domains that links are commonly shortened to. `link_shorteners` of the root file adds a team's own.
SHORTENERS = frozenset(
    {LINKEDIN_SHORTENER, "bit.ly", "buff.ly", "t.co", "ow.ly", "tinyurl.com", "j.mp", "is.gd", "goo.gl", "dlvr.it"}
    | {"rebrand.ly", "cutt.ly", "rb.gy", "t.ly", "short.io", "shorturl.at", "tiny.cc", "bl.ink", "hubs.ly", "hubs.li"}
    | {"trib.al", "fb.me", "amzn.to", "soo.gd", "s.id", "switchy.io", "sprou.tt", "lnk.to", "smarturl.it", "v.gd"}
)


#: Fields that Buffer returns as they are: by what has them, and what they are where nothing is given.
_RETURNED = RETURNED | {LivePost: RETURNED[Post], LiveIdea: RETURNED[Idea]}
_DEFAULTS = RETURNED[Post] | RETURNED[Idea]


class AssetContent(NamedTuple):
    """The parts of an attachment that the API returns."""

    kind: str
    alt_text: str


class Content(NamedTuple):
    """The comparable content of a post or an idea, field names as in the files."""

    text: str = ""  # normalized
    others: Mapping[str, Any] = MappingProxyType({})  # what Buffer returns as it is, where it is not the default
    thread: tuple[tuple[str, tuple[AssetContent, ...]], ...] = ()  # text and assets of each part
    assets: tuple[AssetContent, ...] = ()  # what the API returns of them
    tags: tuple[str, ...] = ()  # names
    metadata: Mapping[str, Any] | None = None  # the network's fields

    @property
    def title(self) -> str:
        """Of an idea."""
        return str(self.others.get("title", ""))


class Losable(str):
    """A declared text that Buffer may not keep, so that its absence there is no difference (notes: Writing)."""

    __slots__ = ()


def normal_text(text: str | None) -> str:
    """The text as it is compared: one kind of line ending, no leading or trailing white space, NFC."""
    if not text:
        return ""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip()
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def without_links(text: str) -> str:
    """The text with every link replaced by the same mark, for channels whose links Buffer shortens."""
    return LINK.sub("\N{LINK SYMBOL}", text)


def linkless(content: Content) -> str:
    """A digest without the links: equal for contents that differ only in links."""
    thread = tuple((without_links(text), assets) for text, assets in content.thread)
    return digest(content._replace(text=without_links(content.text), thread=thread))


def instant(moment: datetime | None) -> str:
    """The instant in UTC to the second, empty for None (Buffer schedules by the minute)."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()[:19] + "Z"


def content_of_desired(item: Item) -> Content:
    if isinstance(item, Idea):
        return Content(
            text=normal_text(item.text),
            others=others_of(item),
            assets=tuple(AssetContent(m.type.value, normal_text(m.alt)) for m in item.media),
            tags=tuple(sorted(item.tags)),
        )
    parts = thread_of(item.metadata)
    thread = _thread(item.text, tuple((t.text or "", _declared_assets(t.assets)) for t in parts)) if parts else ()
    assets = _declared_assets(item.assets) if item.assets else ()
    tags = tuple(sorted(item.tags)) if item.tags else ()
    metadata = _declared_fields(item.metadata) if item.metadata else {}
    return Content(normal_text(item.text), others_of(item), thread, assets, tags, metadata)


def _declared_fields(metadata: NetworkMetadata) -> Any:
    # The type of a thread is returned as `thread`, and plan adds the id of a board that is named only to send it.
    left_out = {"type"} if thread_of(metadata) else set()
    if isinstance(metadata, PinterestMetadata) and metadata.board:
        left_out.add("board_service_id")
    plain = _plain(metadata.model_dump(exclude_none=True, exclude=left_out))
    return plain | {name: Losable(plain[name]) for name in LOSABLE[type(metadata)] if name in plain}


def content_of_live(item: LiveItem) -> Content:
    if isinstance(item, LiveIdea):
        return Content(
            text=normal_text(item.text),
            others=others_of(item),
            assets=tuple(AssetContent(m.kind, normal_text(m.alt_text)) for m in item.media),
            tags=tuple(sorted(t.name for t in item.tags)),
        )
    thread = _thread(item.text, tuple((t.text, _live_assets(t.assets)) for t in item.thread)) if item.thread else ()
    assets = _live_assets(item.assets) if item.assets else ()
    tags = tuple(sorted([t.name for t in item.tags])) if item.tags else ()
    metadata = _plain(item.metadata) if item.metadata else {}
    return Content(normal_text(item.text), others_of(item), thread, assets, tags, metadata)


def others_of(item: Item | LiveItem) -> dict[str, Any]:
    """The fields that Buffer returns as they are declared, where they are not the default; lists in any order."""
    return {
        name: tuple(sorted(value)) if isinstance(value, tuple) else value
        for name, default in _RETURNED[type(item)].items()
        if (value := _plain(getattr(item, name))) not in (None, "", default)
    }


def _declared_assets(assets: tuple[Asset, ...]) -> tuple[AssetContent, ...]:
    return tuple(AssetContent(a.kind, normal_text(getattr(a.value, "alt_text", ""))) for a in assets)


def _live_assets(assets: tuple[LiveAsset, ...]) -> tuple[AssetContent, ...]:
    return tuple(AssetContent(a.kind, normal_text(a.alt_text)) for a in assets)


def _thread(
    text: str, items: tuple[tuple[str, tuple[AssetContent, ...]], ...]
) -> tuple[tuple[str, tuple[AssetContent, ...]], ...]:
    """A single item that repeats the text is not a thread."""
    if len(items) == 1 and normal_text(items[0][0]) == normal_text(text):
        return ()
    return tuple((normal_text(item), assets) for item, assets in items)


def _plain(value: Any) -> Any:
    """The value in a form that both sides share: normal text, instants in UTC, no empty values or scraped data."""
    if isinstance(value, str):
        return normal_text(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Mapping):
        # Only the URL of a link preview is kept: Buffer scrapes the rest from the page.
        links = {k: {"url": v["url"]} for k, v in value.items() if k == "link_attachment" and v}
        kind = {"type": "post"} if value.get("type") == "carousel" else {}  # Buffer's word for several images
        plain = {k: _plain(v) for k, v in {**value, **links, **kind}.items() if k not in UNREAD}
        return {k: v for k, v in plain.items() if v not in (None, "", (), {}, [])}
    if isinstance(value, list | tuple):
        return tuple(_plain(v) for v in value)
    return value


def digest(content: Content) -> str:
    """A short digest of everything that `content` has; equal content has an equal digest on every platform.

    What it does not have is left out, so that a field that a later version adds changes no digest that is stored.
    """
    parts: dict[str, Any] = {name: value for name, value in zip(Content._fields, content, strict=True) if value}
    others = parts.pop("others", {})
    return _hash(parts | others)


def text_digest(content: Content) -> str:
    """A digest of title and text alone, empty if there is neither."""
    return _hash([content.title, content.text]) if content.title or content.text else ""


def standing(live: LiveItem) -> str:
    """A short text that changes when a write changes the live object, as far as the API returns the change.

    The time of a queued post does not count, since it moves when other posts do.
    """
    if isinstance(live, LiveIdea):
        return digest(content_of_live(live))
    due = instant(live.due_at) if live.is_custom_scheduled else ""
    return f"{digest(content_of_live(live))} {live.status.value} {due}{' reminds' if live.reminds else ''}"


_JSON = JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=str)


def _hash(value: Any) -> str:
    return blake2b(_JSON.encode(value).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


#: The hash of the hidden part of most posts, computed once: everything they have is returned by the API.
_NOTHING_HIDDEN = _hash({})
#: The fields of a post and of an idea that the API does not return, or not as they were sent, with their defaults.
_NOT_RETURNED = {kind: fields_with(kind, lambda about: about.unread) for kind in (Post, Idea)}


class Fingerprint(NamedTuple):
    """What was applied, in three parts: content that the API returns, hidden fields that it does not, the schedule."""

    version: str
    content: str
    hidden: str
    schedule: str

    def __str__(self) -> str:
        return ":".join(self)

    @classmethod
    def read(cls, text: str) -> Fingerprint | None:
        """Parse a fingerprint; None if it has another version."""
        parts = text.split(":")
        return cls(*parts) if len(parts) == len(cls._fields) and parts[0] == FINGERPRINT_VERSION else None


def fingerprint(item: Item, content: Content) -> Fingerprint:
    """The fingerprint of a declared object whose comparable content is `content`."""
    schedule: list[Any] = []
    if isinstance(item, Post):
        schedule = [item.mode, instant(item.due_at), item.draft, item.needs_approval, item.scheduling_type]
    return Fingerprint(FINGERPRINT_VERSION, digest(content), _hidden(item), _hash(schedule))


def _hidden(item: Item) -> str:
    """A digest of the fields that Buffer does not return; of those that are set, so that a new one changes no other."""
    unset = _NOT_RETURNED[type(item)]
    given = {name: value for name, default in unset.items() if (value := getattr(item, name)) != default}
    return _hash({name: _dumped(value) for name, value in given.items()}) if given else _NOTHING_HIDDEN


def _dumped(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_dumped(each) for each in value]
    if not isinstance(value, Model):
        return value
    returned = {"board", "board_service_id"}  # of a pin
    return value.model_dump(mode="json", exclude_none=True, exclude=returned, context=IDENTITY)


def contents_match(
    desired: Content, live: Content, *, links_may_differ: bool = False, shorteners: Iterable[str] | None = None
) -> bool:
    """Whether `live` matches `desired`.

    A network field that the files leave out must be empty in Buffer, unless Buffer fills it in itself.
    `links_may_differ`: a link in a text may have been rewritten (design: Matching); its host is then different from
    that of every declared link. `shorteners`: the domains that it may have then, None for any.
    """
    found = list_differences(desired, live, links_may_differ=links_may_differ, shorteners=shorteners)
    return next(found, None) is None


def lost(desired: Content, live: Content) -> tuple[str, ...]:
    """The declared fields that Buffer did not keep."""
    there = live.metadata or {}
    return tuple(k for k, v in (desired.metadata or {}).items() if isinstance(v, Losable) and k not in there)


def with_board_of(item: Item, live: LiveItem) -> LiveItem:
    """The live pin with the file's name for its board, which may be renamed; if it was sent, only with an equal id."""
    metadata = item.metadata if isinstance(item, Post) else None
    if not isinstance(metadata, PinterestMetadata) or not metadata.board or not isinstance(live, LivePost):
        return live
    there = live.metadata.get("board_service_id")
    if metadata.board_service_id not in {None, there} or live.metadata.get("board") in {None, metadata.board}:
        return live
    return replace(live, metadata={**live.metadata, "board": metadata.board})


def has_renamed_board(item: Item, live: LiveItem, seen: str) -> bool:
    """Whether nothing but the name of its board has changed since the live object had the digest `seen`."""
    named = with_board_of(item, live)
    return named is not live and digest(content_of_live(named)) == seen


def list_differences(
    desired: Content, live: Content, *, links_may_differ: bool = False, shorteners: Iterable[str] | None = None
) -> Iterator[tuple[str, Any, Any]]:
    """Each differing field: its name, the value in Buffer, the declared value. Links as for `contents_match`."""
    for name in Content._fields:
        before, after = getattr(live, name), getattr(desired, name)
        if before == after:
            continue
        if name == "metadata":
            after = after or {}
            before = _comparable_fields(before or {}, after)
            left_out = lost(desired, live)
            after = {k: v for k, v in after.items() if k in before or (USUAL.get(k) != v and k not in left_out)}
            if before == after:
                continue
        if name == "others":
            both = ((each, *(side.get(each, _DEFAULTS[each]) for side in (before, after))) for each in before | after)
            yield from (each for each in both if each[1] != each[2])
            continue
        if name == "tags" and sorted(map(str.casefold, before)) == sorted(map(str.casefold, after)):
            continue  # the file may have `launch` and Buffer `Launch`
        is_text = links_may_differ and name in {"text", "thread"}
        if is_text and _are_rewritten(_texts(before), _texts(after), shorteners):
            continue
        yield name, before, after


def _texts(value: Any) -> tuple[str, Any]:
    """All the text of a `text` or `thread` field, and the assets next to it."""
    return (value, None) if isinstance(value, str) else ("\n".join(t for t, _ in value), [rest for _, rest in value])


def _are_rewritten(live: tuple[str, Any], declared: tuple[str, Any], shorteners: Iterable[str] | None) -> bool:
    """Whether they are equal except for links whose host in Buffer is not that of any declared link."""
    if live[1] != declared[1] or without_links(live[0]) != without_links(declared[0]):
        return False
    wanted = LINK.findall(declared[0])
    hosts = {_host(url) for url in wanted}
    others = {_host(there) for url, there in zip(wanted, LINK.findall(live[0]), strict=True) if url != there}
    shorten = shorteners is None or all(any(f".{host}".endswith(f".{each}") for each in shorteners) for host in others)
    return shorten and hosts.isdisjoint(others)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # brackets without an IP address in them
        return url


def _comparable_fields(live: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    """`live` without the fields that Buffer fills in when the files leave them out: switches and a few others."""
    kept = {k: v for k, v in live.items() if k in desired or not (k in FILLED_IN or isinstance(v, bool))}
    return {
        k: _comparable_fields(v, desired[k]) if isinstance(v, dict) and isinstance(desired.get(k), dict) else v
        for k, v in kept.items()
    }


def due_seen(item: Item, live: LiveItem) -> str:
    """The instant to store in state: the time of a timed post, or a time that a person set in Buffer; else empty.

    The time of a queued post is not stored, since it moves when other posts do.
    """
    if not isinstance(item, Post) or not isinstance(live, LivePost):
        return ""
    return instant(live.due_at) if item.due_at or live.has_own_time else ""


def is_untouched(binding: Binding, live: LiveItem) -> bool:
    """Whether a live object stands as last seen: nobody has changed it since, or moved it on."""
    if digest(content_of_live(live)) != binding.seen:
        return False
    if isinstance(live, LiveIdea):
        return True
    on_time = instant(live.due_at) == binding.due_at if binding.due_at else not live.has_own_time
    return on_time and live.status == binding.status


def bind(item: Item, live: LiveItem, origin: Origin, *, as_declared: bool = True) -> Binding:
    """The binding of a declared object to `live`.

    Without `as_declared` the live object differs from the declared one, so its content cannot serve as a baseline.
    """
    wanted = content_of_desired(item)
    return Binding(
        id=live.id,
        origin=origin,
        applied=str(fingerprint(item, wanted)),
        text=text_digest(wanted),
        seen=digest(content_of_live(live)) if as_declared else "",
        due_at=due_seen(item, live),
        status=live.status.value if isinstance(live, LivePost) else "",
        created_at=live.created_at.astimezone(UTC).isoformat(timespec="milliseconds"),
        address=str(item.address),
        file=item.place.file,
        protect=item.protect,
        media=sources_of(item),
    )
