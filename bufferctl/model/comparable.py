"""The comparable part of an object: declared and live content in one normal form, its digests, and how two differ.

Left out of every comparison (design: Actions): queue times, asset URLs, scraped link data, `updatedAt`; what else is
left out is named in `model/details.py`. Fields that the API does not return (mainly asset URLs) have their own
fingerprint, so editing them still counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import product
from json import JSONEncoder
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bufferctl.model.about import fields_with
from bufferctl.model.base import Model
from bufferctl.model.content import Asset
from bufferctl.model.desired import RETURNED, Idea, Item, Post
from bufferctl.model.details import (
    NO_DETAILS,
    Details,
    are_equal,
    cards_of_desired,
    cards_of_live,
    details_of_desired,
    details_of_live,
    may_be_added,
)
from bufferctl.model.enums import SchedulingType, ShareMode
from bufferctl.model.live import LiveAsset, LiveIdea, LiveItem, LivePost
from bufferctl.model.media_file import IDENTITY
from bufferctl.model.metadata import (
    FILLED_IN,
    LOSABLE,
    UNREAD,
    UNSAID,
    USUAL,
    NetworkMetadata,
    PinterestMetadata,
    thread_of,
)
from bufferctl.model.plain_text import LINK, normal_text
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


#: A part of a thread with fewer characters, such as "1/3", does not tell one thread from another.
TELLING = 20


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
    details: Details = NO_DETAILS  # what else Buffer returns, by path
    cards: Details = NO_DETAILS  # what is said of its cards, by path: scraped where the files say nothing

    @property
    def title(self) -> str:
        """The title of an idea."""
        return str(self.others.get("title", ""))

    @property
    def plain(self) -> Content:
        """The content without details: a detail alone makes no object another one (design: Matching)."""
        return self._replace(details=NO_DETAILS, cards=NO_DETAILS)


class Losable(str):
    """A declared text that Buffer may not keep, so that its absence there is no difference (notes: Writing)."""

    __slots__ = ()


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
            assets=tuple(AssetContent(each.type.value, normal_text(each.alt)) for each in item.media),
            tags=tuple(sorted(item.tags)),
            details=details_of_desired(item) if item.media or item.ai_assisted else NO_DETAILS,
        )
    parts = tuple((each.text or "", _declared_assets(each.assets)) for each in thread_of(item.metadata))
    thread = _thread(item.text, parts) if parts else ()
    assets = _declared_assets(item.assets) if item.assets else ()
    tags = tuple(sorted(item.tags)) if item.tags else ()
    metadata = _declared_fields(item.metadata) if item.metadata else {}
    is_plain = not (assets or item.metadata)
    more = (NO_DETAILS, NO_DETAILS) if is_plain else (details_of_desired(item), cards_of_desired(item))
    return Content(normal_text(item.text), others_of(item), thread, assets, tags, metadata, *more)


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
            assets=tuple(AssetContent(each.kind, normal_text(each.alt_text)) for each in item.media),
            tags=tuple(sorted(each.name for each in item.tags)),
            details=details_of_live(item) if item.media or item.ai_assisted else NO_DETAILS,
        )
    parts = tuple((each.text, _live_assets(each.assets)) for each in item.thread)
    thread = _thread(item.text, parts) if parts else ()
    assets = _live_assets(item.assets) if item.assets else ()
    tags = tuple(sorted([each.name for each in item.tags])) if item.tags else ()
    metadata = _plain(item.metadata) if item.metadata else {}
    is_plain = not (assets or item.thread or item.metadata)
    more = (NO_DETAILS, NO_DETAILS) if is_plain else (details_of_live(item), cards_of_live(item))
    return Content(normal_text(item.text), others_of(item), thread, assets, tags, metadata, *more)


def others_of(item: Item | LiveItem) -> dict[str, Any]:
    """The fields that Buffer returns as declared, if they differ from the default; the order in lists is ignored."""
    found = {}
    for name, default in _RETURNED[type(item)].items():
        value = _plain(getattr(item, name))
        if value not in (None, "", default):
            found[name] = tuple(sorted(value)) if isinstance(value, tuple) else value
    return found


def _declared_assets(assets: tuple[Asset, ...]) -> tuple[AssetContent, ...]:
    return tuple(AssetContent(each.kind, normal_text(getattr(each.value, "alt_text", ""))) for each in assets)


def _live_assets(assets: tuple[LiveAsset, ...]) -> tuple[AssetContent, ...]:
    return tuple(AssetContent(each.kind, normal_text(each.alt_text)) for each in assets)


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
        value = dict(value)
        if link := value.get("link_attachment"):
            value["link_attachment"] = {"url": link.get("url")}  # Buffer scrapes the rest from the page
        if value.get("type") == "carousel":
            value["type"] = "post"  # Buffer's word for several images
        plain = {key: _plain(each) for key, each in value.items() if key not in UNREAD}
        return {key: each for key, each in plain.items() if each not in (None, "", (), {}, [])}
    if isinstance(value, list | tuple):
        return tuple(_plain(each) for each in value)
    return value


#: Details and cards have digests of their own (`model/seen.py`).
_DIGESTED = tuple(name for name in Content._fields if name not in {"details", "cards"})


def digest(content: Content) -> str:
    """A short digest of `content` without details and cards; equal content has equal digests on every platform.

    Absent fields are left out, so that a field that a later version adds changes no stored digest.
    """
    parts: dict[str, Any] = {name: value for name, value in zip(_DIGESTED, content, strict=False) if value}
    others = parts.pop("others", {})
    return hash_of(parts | others)


def text_digest(content: Content) -> str:
    """A digest of title and text alone, empty if there is neither."""
    return hash_of([content.title, content.text]) if content.title or content.text else ""


def part_digests(content: Content) -> tuple[str, ...]:
    """The digests of the parts of its thread that tell something, each as of a post with that text."""
    return tuple(text_digest(Content(text)) for text, _ in content.thread if len(text) >= TELLING)


_JSON = JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"), default=str)


def hash_of(value: Any) -> str:
    """A short digest of plain values, the same on every platform."""
    return blake2b(_JSON.encode(value).encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


#: The hash of the hidden part of most posts, computed once: everything they have is returned by the API.
_NOTHING_HIDDEN = hash_of({})
#: The hash of a part of what was applied that nobody knows, since the answer to an edit of it was lost.
UNKNOWN = "?"
#: The fields of a post and of an idea that the API does not return, or not as they were sent, with their defaults.
_NOT_RETURNED = {kind: fields_with(kind, lambda about: about.unread) for kind in (Post, Idea)}


class Fingerprint(NamedTuple):
    """A digest of an applied object in three parts: content that the API returns, hidden fields, and the schedule."""

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
    return Fingerprint(FINGERPRINT_VERSION, digest(content), _hidden(item), hash_of(schedule))


def publisher_of(schedule: str, times: Iterable[str]) -> SchedulingType | None:
    """Who publishes a post with this digest of a schedule, if its instant is one of `times`; None if it is not."""
    for kind, mode, at, is_draft, asks in product(SchedulingType, ShareMode, times, (False, True), (False, True)):
        if hash_of([mode, at, is_draft, asks, kind]) == schedule:
            return kind
    return None


def mentioning(item: Item, content: Content) -> str:
    """A digest of an item without the handles that it mentions; empty if it mentions nobody.

    It stays the same when a handle changes in the files, since that does not change what a published post means.
    """
    variables = item.expansion.variables if item.expansion else ()
    mentions = {each.value: each.name for each in variables if each.name.startswith("@")}
    if not mentions:
        return ""
    written = _JSON.encode([content, _not_returned(item)])
    for said in sorted(mentions, key=len, reverse=True):
        written = written.replace(said, f"$({mentions[said]})")
    return hash_of(written)


def _hidden(item: Item) -> str:
    """A digest of the fields that Buffer does not return; of those that are set, so that a new one changes no other."""
    given = _not_returned(item)
    return hash_of(given) if given else _NOTHING_HIDDEN


def _not_returned(item: Item) -> dict[str, Any]:
    """The fields that Buffer does not return, as far as they are set."""
    unset = _NOT_RETURNED[type(item)]
    given = [name for name, default in unset.items() if getattr(item, name) != default]
    return {name: _dumped(getattr(item, name)) for name in given}


def _dumped(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_dumped(each) for each in value]
    if not isinstance(value, Model):
        return value
    returned = {"board", "board_service_id"}  # of a pin
    return value.model_dump(mode="json", exclude_none=True, exclude=returned, context=IDENTITY)


def contents_match(
    desired: Content,
    live: Content,
    *,
    links_may_differ: bool = False,
    shorteners: Iterable[str] | None = None,
    unsaid: bool = False,
) -> bool:
    """Whether `live` matches `desired`.

    A network field that the files leave out must be empty in Buffer, unless Buffer fills it in itself. With `unsaid`,
    it must then have the value that Buffer fills in, so that nothing that a person set is missed. `links_may_differ`: a
    link in a text may have been rewritten (design: Matching); its host is then different from that of every declared
    link. `shorteners`: the domains that it may have then, None for any.
    """
    found = list_differences(desired, live, links_may_differ=links_may_differ, shorteners=shorteners, unsaid=unsaid)
    return next(found, None) is None


def lost(desired: Content, live: Content) -> tuple[str, ...]:
    """The declared fields that Buffer did not keep."""
    there = live.metadata or {}
    return tuple(
        key for key, each in (desired.metadata or {}).items() if isinstance(each, Losable) and key not in there
    )


def with_board_of(item: Item, live: LiveItem) -> LiveItem:
    """The live pin with the file's name for its board, which may be renamed; if it was sent, only with an equal id."""
    metadata = item.metadata if isinstance(item, Post) else None
    if not isinstance(metadata, PinterestMetadata) or not metadata.board or not isinstance(live, LivePost):
        return live
    there = live.metadata.get("board_service_id")
    if metadata.board_service_id not in {None, there} or live.metadata.get("board") in {None, metadata.board}:
        return live
    return replace(live, metadata={**live.metadata, "board": metadata.board})


def list_differences(
    desired: Content,
    live: Content,
    *,
    links_may_differ: bool = False,
    shorteners: Iterable[str] | None = None,
    unsaid: bool = False,
) -> Iterator[tuple[str, Any, Any]]:
    """Each differing field: its name, the value in Buffer, the declared value. Parameters as for `contents_match`.

    Details have their path in place of a name. Cards differ only if they lead elsewhere; the rest may be scraped.
    """
    for name in _DIGESTED:
        before, after = getattr(live, name), getattr(desired, name)
        if before == after:
            continue
        if name == "metadata":
            after = after or {}
            before = _comparable_fields(before or {}, after, unsaid=unsaid)
            left_out = lost(desired, live)
            after = {
                key: each
                for key, each in after.items()
                if key in before or (USUAL.get(key) != each and key not in left_out)
            }
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
    if desired.details or live.details:
        yield from _list_details(desired, live, unsaid=unsaid)


def _list_details(desired: Content, live: Content, *, unsaid: bool) -> Iterator[tuple[str, Any, Any]]:
    places = desired.text == live.text and desired.text.isascii()
    for path in sorted(desired.details.keys() | live.details.keys()):
        before, after = live.details.get(path), desired.details.get(path)
        if after is None and may_be_added(path, unsaid=unsaid):
            continue
        if not are_equal(before, after, places=places):
            yield path, before, after


def card_differences(desired: Content, live: Content) -> Iterator[tuple[str, Any, Any]]:
    """Fields of cards that differ from Buffer's, scraped or edited by a person; in the form of `list_differences`."""
    for path, after in desired.cards.items():
        if (before := live.cards.get(path)) != after:
            yield path, before, after


def has_rewritten_links(desired: Content, live: Content) -> bool:
    """Whether the texts are the same except for links that look rewritten, whatever else differs."""
    return _are_rewritten((live.text, None), (desired.text, None), None)


def _texts(value: Any) -> tuple[str, Any]:
    """All the text of a `text` or `thread` field, and the assets next to it."""
    if isinstance(value, str):
        return value, None
    return "\n".join(text for text, _ in value), [rest for _, rest in value]


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


def _comparable_fields(live: Mapping[str, Any], desired: Mapping[str, Any], *, unsaid: bool) -> dict[str, Any]:
    """`live` without the fields that Buffer fills in when the files leave them out: switches and a few others.

    With `unsaid` only without those that have the value that Buffer gives them then, where that is known.
    """
    kept = {
        key: each
        for key, each in live.items()
        if key in desired or not is_filled_in(key, each) or (unsaid and is_set(key, each))
    }
    return {
        key: _comparable_fields(each, desired[key], unsaid=unsaid)
        if isinstance(each, dict) and isinstance(desired.get(key), dict)
        else each
        for key, each in kept.items()
    }


def is_set(name: str, value: Any) -> bool:
    """Whether somebody set such a field to this value, as far as is known: Buffer's own value is another one."""
    return name in UNSAID and value not in {UNSAID[name], "thread"}  # the type of what has a thread


def is_filled_in(name: str, value: Any) -> bool:
    """Whether Buffer may fill in this value if the files have none: in a switch, or one of a few other fields."""
    return name in FILLED_IN or isinstance(value, bool)
