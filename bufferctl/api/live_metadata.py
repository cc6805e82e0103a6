"""The networks' own fields of a post as the API reads them back, under the names that the files use for them.

What reads back otherwise than it is written becomes what is written: a board its `board` (the name) and
`board_service_id`, a category its `category_id`, Google's one `details` the field of its kind; of a link preview only
the URL is kept, the rest is scraped (design: Actions, excluded from comparison). Absent and null fields are left out,
and so is `thread`, which has its own place in the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic.alias_generators import to_snake

_GOOGLE_DETAILS = {
    "GoogleBusinessEventMetaData": "details_event",
    "GoogleBusinessOfferMetaData": "details_offer",
    "GoogleBusinessWhatsNewMetaData": "details_whats_new",
}


def live_metadata(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Snake_case names and plain values, of what `shapes` has checked."""
    found: dict[str, Any] = {}
    for name, value in raw.items():
        if value is None or name == "thread":
            continue
        if read := _READ.get(name):
            found.update(read(value))
        elif isinstance(value, dict):
            if inner := live_metadata(value):
                found[_snake(name)] = inner
        else:
            found[_snake(name)] = value
    return found


def _link_attachment(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"link_attachment": {"url": value["url"]}}


def _annotations(value: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = ("content", "indices", "text", "url")
    return {"annotations": [{name: each[name] for name in names} for each in value]} if value else {}


def _board(value: Mapping[str, Any]) -> dict[str, Any]:
    name = value.get("name")
    return {"board_service_id": value["serviceId"], **({"board": name} if name else {})}


def _category(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"category_id": value["categoryId"]}


def _details(value: Mapping[str, Any]) -> dict[str, Any]:
    kind = _GOOGLE_DETAILS.get(value["__typename"])
    rest = {name: inner for name, inner in value.items() if name != "__typename"}
    return {kind: live_metadata(rest)} if kind else {}


_READ: dict[str, Callable[[Any], dict[str, Any]]] = {
    "annotations": _annotations,
    "linkAttachment": _link_attachment,
    "board": _board,
    "category": _category,
    "details": _details,
}


_snake = cache(to_snake)
