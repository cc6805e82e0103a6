"""Turns a live post or idea into the declared object that would produce exactly it.

Values that Buffer fills in are left out (defaults, scraped link data, the time of a queue slot). Assets get the URL of
Buffer's own copy, the only one that the API returns (notes: Reading).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_type_hints

from pydantic import ValidationError, create_model

from bufferctl.diagnostics import Place
from bufferctl.model.address import Address
from bufferctl.model.base import Model
from bufferctl.model.comparable import others_of
from bufferctl.model.content import Asset
from bufferctl.model.desired import RETURNED, Idea, IdeaGroup, IdeaMedia, Post
from bufferctl.model.enums import PostStatus, SchedulingType, ShareMode
from bufferctl.model.live import LiveAsset, LiveChannel, LiveIdea, LiveMedium, LivePost, LiveThreadItem
from bufferctl.model.metadata import ON, Metadata, NetworkMetadata, default_metadata, thread_of
from bufferctl.model.networks import NETWORKS, Service

M = TypeVar("M", bound=Model)

_NOWHERE = Place("")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class NotExpressibleError(ValueError):
    """A live object cannot be expressed in files. The text completes a sentence that starts with the object."""


def post_from_live(live: LivePost, channel: LiveChannel, address: Address, *, idea: str | None = None) -> Post:
    """`live` as a declared post. Raises NotExpressibleError.

    `idea`: the key of its idea, if that is declared. A published post gets its publishing time as `due_at`.
    """
    due_at = _due_at(live)
    metadata = _metadata(live, channel)
    thread = thread_of(metadata)
    tags = tuple(dict.fromkeys(_text(tag.name) for tag in live.tags))
    if "" in tags:
        raise NotExpressibleError("it has a tag without a name")
    return Post(
        address=address,
        service=channel.service,
        place=_NOWHERE,
        text=(thread[0].text or "") if thread else _text(live.text),
        mode=ShareMode.CUSTOM_SCHEDULED if due_at else ShareMode.ADD_TO_QUEUE,
        due_at=due_at,
        scheduling_type=SchedulingType.NOTIFICATION if live.reminds else SchedulingType.AUTOMATIC,
        draft=live.status is PostStatus.DRAFT,
        needs_approval=live.status is PostStatus.NEEDS_APPROVAL,
        assets=_assets(live.assets, channel.service),
        metadata=metadata,
        tags=tags,
        idea=idea,
        **vars(_checked(_others(), others_of(live))),
    )


def idea_from_live(live: LiveIdea, address: Address) -> Idea:
    """`live` as a declared idea. Raises NotExpressibleError."""
    unknown = sorted(set(live.services) - {service.value for service in Service})
    if unknown:
        raise NotExpressibleError(f"it is for {unknown[0]}, which this version of bufferctl does not support")
    return Idea(
        address=address,
        place=_NOWHERE,
        title=_text(live.title) or None,
        text=_text(live.text) or None,
        services=tuple(map(Service, live.services)),
        tags=tuple(dict.fromkeys(_text(tag.name) for tag in live.tags)),
        date=live.date.replace(microsecond=0) if live.date else None,
        media=tuple(map(_medium, live.media)),
        group=IdeaGroup(group_id=live.group_id) if live.group_id else None,
        ai_assisted=live.ai_assisted or None,
    )


@cache
def _others() -> type[Model]:
    """The fields that Buffer returns as they are declared."""
    types = get_type_hints(Post)
    fields: dict[str, Any] = {name: (types[name], default) for name, default in RETURNED[Post].items()}
    return create_model("_Others", __base__=Model, **fields)


def _due_at(live: LivePost) -> datetime | None:
    """The time to the second, the precision of comparisons; None for a post in the queue."""
    moment = live.due_at if live.is_custom_scheduled else None
    if live.is_out:  # with its own time, it can never be sent again, not even from the queue
        moment = live.due_at or live.sent_at or live.created_at
    return moment.replace(microsecond=0) if moment else None


def _text(text: str) -> str:
    """The text as compared, but not NFC-normalized. Raises NotExpressibleError for invisible control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if found := _CONTROL.search(text):
        raise NotExpressibleError(f"it contains an invisible control character (U+{ord(found[0]):04X})")
    return text


def _plain(value: Any) -> Any:
    """The value with all nested texts normalized, and without absent and empty values."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        found = {name: _plain(each) for name, each in value.items()}
        return {name: each for name, each in found.items() if each not in (None, "", {}, ())}
    return tuple(map(_plain, value)) if isinstance(value, list | tuple) else value


def _metadata(live: LivePost, channel: LiveChannel) -> NetworkMetadata | None:
    service = channel.service
    switches = {name for name, value in live.metadata.items() if value is (name in ON)}
    fields = _plain({name: value for name, value in live.metadata.items() if name not in switches})
    if fields.get("annotations") and service is Service.LINKEDIN:
        raise NotExpressibleError("it mentions people or companies, which the API does not return in full for LinkedIn")
    link = fields.pop("link_attachment", None)
    if link and link.get("url") and not live.assets:  # Buffer accepts one or the other
        fields["link_attachment"] = {"url": link["url"]}
    if "board" in fields:
        named = channel.boards.get(fields["board"]) == fields.get("board_service_id")
        fields.pop("board_service_id" if named else "board", None)
    details = fields.get("details_event") or fields.get("details_whats_new") or {}
    if details.get("button") == "none" and len(details) > 1:  # alone, it stays: Buffer requires at least one field
        del details["button"]
    if len(live.thread) > 1 or any(_text(item.text) != _text(live.text) for item in live.thread):
        fields["thread"] = [_part(item, service) for item in live.thread]
    if fields.get("type") in {"post", "thread", "carousel"} and service is not Service.GOOGLEBUSINESS:
        del fields["type"]
    if not fields and not default_metadata(service):
        return None
    found: NetworkMetadata = getattr(_checked(Metadata, {service.value: fields}), service.value)
    return found


def _part(item: LiveThreadItem, service: Service) -> dict[str, Any]:
    part: dict[str, Any] = {"text": _text(item.text) or None, "assets": _assets(item.assets, service)}
    if item.link_attachment.get("url") and not item.assets:  # Buffer accepts one or the other
        part["link_attachment"] = {"url": item.link_attachment["url"]}
    return part


def _assets(assets: tuple[LiveAsset, ...], service: Service) -> tuple[Asset, ...]:
    return tuple(_checked(Asset, {asset.kind: _asset(asset, service)}) for asset in assets)


def _asset(asset: LiveAsset, service: Service) -> dict[str, Any]:
    if asset.kind not in {"image", "video", "document"}:
        raise NotExpressibleError(
            f"it has a {asset.kind or 'file'} attached, which this version of bufferctl does not support"
        )
    if not asset.source:
        raise NotExpressibleError(f"Buffer does not return the URL of its {asset.kind}")
    found: dict[str, Any] = {"url": asset.source, **_plain({"alt_text": asset.alt_text, **asset.details})}
    if NETWORKS[service].covers is None:
        found.pop("thumbnail_offset", None)
    if asset.kind != "video" and asset.thumbnail and asset.thumbnail != asset.source:  # not allowed for videos (notes)
        found["thumbnail_url"] = asset.thumbnail
    if tagged := found.get("user_tags"):
        found["user_tags"] = tuple({"handle": handle, "x": x, "y": y} for handle, x, y in tagged)
    if tagged or "animated_thumbnail" in found:
        found.setdefault("alt_text", "")
    return found


def _medium(medium: LiveMedium) -> IdeaMedia:
    fields = {"type": medium.kind, "url": medium.url, "alt": medium.alt_text, "thumbnail_url": medium.thumbnail}
    return _checked(IdeaMedia, {**_plain({**fields, "source": medium.source}), "size": medium.size})


def _checked(model: type[M], fields: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(map(str, first["loc"])) or "url"
        raise NotExpressibleError(f"files cannot hold its `{path}`: {first['msg'].lower()}") from error
