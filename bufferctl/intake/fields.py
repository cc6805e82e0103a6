"""The fields of a declared object that pull rewrites: those in which Buffer differs; the rest stays as written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from typing import Any

from bufferctl.config.times import zone_of
from bufferctl.config.write.entries import ORDER
from bufferctl.model import Asset, Idea, LiveChannel, LiveIdea, LivePost, Post, SchedulingType, ShareMode
from bufferctl.model.comparable import normal_text, of_desired, of_live, without_links
from bufferctl.model.content import ThreadItem
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.from_live import idea_from_live, post_from_live
from bufferctl.plan import Change, Difference, Reason
from bufferctl.reconcile import differences, handling_differences, schedule_differences

_IN_QUEUE = frozenset({ShareMode.ADD_TO_QUEUE, ShareMode.SHARE_NEXT})
_BOARD = (("board",), ("board_service_id",))


def fields_to_take(change: Change, channel: LiveChannel | None) -> dict[str, Any]:
    """The fields that are to change, in reading order, as `Revision` takes them. Raises NotExpressibleError."""
    item, live = change.desired, change.live
    if change.reason is Reason.GONE:
        return {"cancelled": True}
    heads = {path for each in _differences(change) for path in _paths(each)}
    if isinstance(item, Idea) and isinstance(live, LiveIdea):
        found = _of_idea(item, live, {head[0] for head in heads})
    elif isinstance(item, Post) and isinstance(live, LivePost) and channel:
        found = _of_post(item, live, channel, heads)
    else:
        return {}
    return {name: found[name] for name in ORDER if name in found}


def zone_for(item: Post | Idea, timezone: str | None) -> tzinfo | None:
    """The zone in which times are written: none, so that they carry an offset, where the old one did.

    `timezone`: the name of the zone of times without an offset where the item stands.
    """
    zone = zone_of(timezone) if timezone else None
    old = item.due_at if isinstance(item, Post) else item.date
    return zone if old is None or old.tzinfo == zone else None


def _differences(change: Change) -> Iterable[Difference]:
    """As plan holds them against it; all there are where it has none to say."""
    item, live = change.desired, change.live
    if change.differences or item is None or live is None:
        return change.differences
    found = differences(of_desired(item), of_live(live))
    return (*found, *schedule_differences(item, live), *handling_differences(item, live))


def _paths(difference: Difference) -> Iterator[tuple[str, ...]]:
    """Where it is; where all of the network's fields differ, each of them."""
    path = tuple(difference.path.split("."))
    if path != ("metadata",):
        yield path
        return
    for fields in (difference.before, difference.after):
        yield from ((*path, name) for name in fields or ())


def _of_idea(item: Idea, live: LiveIdea, heads: set[str]) -> dict[str, Any]:
    theirs = idea_from_live(live, item.address)
    found: dict[str, Any] = {name: getattr(theirs, name) for name in heads & {"title", "text"}}
    if "services" in heads:
        found["services"] = _in_order(item.services, theirs.services)
    if "tags" in heads:
        found["tags"] = _in_order(item.tags, theirs.tags)
    if "date" in heads:
        found["date"] = _as_before(theirs.date, item.date)
    if "assets" in heads:
        found["media"] = _kept_media(item.media, theirs.media)
    return {name: new or None for name, new in found.items()}


def _of_post(item: Post, live: LivePost, channel: LiveChannel, paths: set[tuple[str, ...]]) -> dict[str, Any]:
    theirs = post_from_live(live, channel, item.address, idea=item.idea)
    heads = {path[0] for path in paths}
    found: dict[str, Any] = {name: getattr(theirs, name) for name in heads & {"draft", "needs_approval"}}
    if "scheduling_type" in heads:
        reminds = theirs.scheduling_type is SchedulingType.NOTIFICATION
        found["scheduling_type"] = theirs.scheduling_type if reminds else None
    if "due_at" in heads:
        found["due_at"] = _as_before(theirs.due_at, item.due_at)
    elif "mode" in heads and live.share_mode in _IN_QUEUE:
        found["mode"] = ShareMode(live.share_mode)
    if "tags" in heads:
        found["tags"] = _in_order(item.tags, theirs.tags)
    if "text" in heads and not (channel.link_shortening and _same_but_links(theirs.text, item.text)):
        found["text"] = theirs.text
    if "assets" in heads and (assets := _kept_assets(item.assets, theirs.assets)) != item.assets:
        found["assets"] = assets  # else only an address was edited in the file, and Buffer's own differs anyway
    if metadata := _metadata(item, theirs, paths):
        found["metadata"] = metadata
        if metadata.get(("thread",), ...) is None:  # what the thread said alone until now
            found["text"] = theirs.text
    return {name: new or None for name, new in found.items()}


def _metadata(item: Post, theirs: Post, paths: set[tuple[str, ...]]) -> dict[tuple[str, ...], Any]:
    """The network's fields by path, each no deeper than Buffer's own has it."""
    given = theirs.metadata.model_dump(exclude_defaults=True, exclude={"thread"}) if theirs.metadata else {}
    wanted = {path[1:] for path in paths if path[0] == "metadata"}
    if wanted & set(_BOARD):
        wanted |= set(_BOARD)
    found: dict[tuple[str, ...], Any] = {}
    for path in wanted:
        value: Any = given
        for depth, step in enumerate(path):
            value = value.get(step)
            if not isinstance(value, dict):
                found[path[: depth + 1]] = value
                break
        else:
            found[path] = value
    if any(path[0] == "thread" for path in paths):
        found["thread",] = _kept_thread(getattr(item.metadata, "thread", ()), getattr(theirs.metadata, "thread", ()))
    return found


def _kept_thread(ours: tuple[ThreadItem, ...], theirs: tuple[ThreadItem, ...]) -> tuple[ThreadItem, ...] | None:
    assets = tuple(asset for item in ours for asset in item.assets)
    items = tuple(item.model_copy(update={"assets": _kept_assets(assets, item.assets)}) for item in theirs)
    return items or None


def _kept_assets(ours: tuple[Asset, ...], theirs: tuple[Asset, ...]) -> tuple[Asset, ...]:
    """Buffer's assets; those that the file has too, as far as can be told, as the file has them."""
    left = list(ours)
    found = []
    for asset in theirs:
        same = next((each for each in left if _looks(each) == _looks(asset)), None)
        if same is not None:
            left.remove(same)
        found.append(same or asset)
    return tuple(found)


def _looks(asset: Asset) -> tuple[str, str]:
    return asset.kind, normal_text(getattr(asset.value, "alt_text", ""))


def _kept_media(ours: tuple[IdeaMedia, ...], theirs: tuple[IdeaMedia, ...]) -> tuple[IdeaMedia, ...]:
    left = {(each.type, normal_text(each.alt)): each for each in ours}
    return tuple(left.get((each.type, normal_text(each.alt)), each) for each in theirs)


def _in_order(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    """What Buffer has, in the file's order; what is new comes last."""
    return (*(each for each in ours if each in theirs), *(each for each in theirs if each not in ours))


def _as_before(moment: datetime | None, old: datetime | None) -> datetime | None:
    return moment.astimezone(old.tzinfo) if moment and old else moment


def _same_but_links(text: str, other: str) -> bool:
    return without_links(normal_text(text)) == without_links(normal_text(other))
