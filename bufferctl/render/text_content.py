"""What a post or an idea says, in words for a terminal, whether the files say it or Buffer has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bufferctl.model import Asset, Idea, LiveAsset, LiveIdea, LiveMedium, LivePost, Post
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.invisible import visible
from bufferctl.render import words
from bufferctl.render.particulars import USUAL, particulars_of

#: The fields that hold an instant: a text may look like one.
_INSTANTS = frozenset({"due_at", "date", "start_date", "end_date"})
_NOTHING: tuple[Any, ...] = (None, "", (), [], {})


def title_of(item: Post | Idea | LivePost | LiveIdea | None) -> str:
    """Its title, empty where it has none."""
    if isinstance(item, LivePost):
        return str(item.metadata.get("title") or "")
    return str(getattr(item, "title", None) or getattr(getattr(item, "metadata", None), "title", None) or "")


def texts_of(item: Post | Idea | LivePost | LiveIdea | None) -> list[tuple[str, tuple[Any, ...]]]:
    """Each part of it, most have one: its text and what is attached."""
    if item is None:
        return []
    thread = item.thread if isinstance(item, LivePost) else getattr(getattr(item, "metadata", None), "thread", ())
    assets = item.media if isinstance(item, Idea | LiveIdea) else item.assets
    return [(item.text or "", assets), *((part.text or "", part.assets) for part in thread[1:])]


def asset_line(asset: Asset | LiveAsset | IdeaMedia | LiveMedium) -> str:
    """What is attached, where the files say it is, and what it shows or is called."""
    match asset:
        case Asset():
            kind, url = str(asset.kind), asset.value.url
            told = getattr(asset.value, "alt_text", None) or getattr(asset.value, "title", None)
        case IdeaMedia():
            kind, url, told = asset.type.value, asset.url, asset.alt
        case LiveAsset() | LiveMedium():
            kind, url, told = asset.kind, "", asset.alt_text
    return " ".join(filter(None, [f"with {kind}", url, f"({told})" if told else ""]))


def extras_of(item: Post | Idea | LivePost | LiveIdea | None) -> Iterator[tuple[str, str]]:
    """What else is set, by the file's names."""
    if isinstance(item, Post) and item.metadata is not None:
        values = item.metadata.model_dump(mode="json", exclude_none=True, exclude={"thread", "title"})
        for name, value in values.items():
            if USUAL.get(name) != value and (said := shown(value, "", name)):
                yield name, said
    if isinstance(item, Post | Idea):
        yield from particulars_of(item)
        if item.tags:
            yield "tags", ", ".join(item.tags)


def shown(value: Any, zone: str, name: str) -> str:
    """The value of a field as people write it, safe for a terminal; empty for nothing."""
    if value in _NOTHING:
        return ""
    if isinstance(value, bool):
        return words.yes_no(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{visible(str(name))}: {shown(each, zone, name)}" for name, each in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(filter(None, (shown(each, zone, name) for each in value)))
    if is_instant(name) and isinstance(value, str):
        return words.local(datetime.fromisoformat(value), zone)
    return visible(str(value))


def is_instant(name: str) -> bool:
    """Whether the field holds an instant, as `model.comparable.instant` writes it."""
    return name in _INSTANTS
