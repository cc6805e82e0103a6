"""What a post or an idea says, from the files or from Buffer: title, texts, attachments, and what else is set."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bufferctl.model import Asset, Idea, LiveAsset, LiveIdea, LiveMedium, LivePost, Post, SchedulingType
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.invisible import visible
from bufferctl.render import words

#: Values of network fields that say nothing about a post: what nearly every one has.
USUAL = {"type": "post", "should_share_to_feed": True}


class Fact(NamedTuple):
    """Something that is set, by the file's name for it."""

    name: str
    value: str


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
            kind, url = str(asset.kind), asset.value.address
            told = getattr(asset.value, "alt_text", None) or getattr(asset.value, "title", None)
        case IdeaMedia():
            kind, url, told = asset.type.value, asset.address, asset.alt
        case LiveAsset() | LiveMedium():
            kind, url, told = asset.kind, "", asset.alt_text
    return " ".join(filter(None, [f"with {kind}", url, f"({told})" if told else ""]))


def extras_of(item: Post | Idea | LivePost | LiveIdea | None) -> Iterator[tuple[str, str]]:
    """What else is set, by the file's names."""
    if isinstance(item, Post) and item.metadata is not None:
        values = item.metadata.model_dump(mode="json", exclude_none=True, exclude={"thread", "title"})
        for name, value in values.items():
            if USUAL.get(name) != value and (said := words.value(value, name=name)):
                yield name, said
    if isinstance(item, Post | Idea):
        yield from particulars_of(item)
        if item.tags:
            yield "tags", ", ".join(item.tags)


def particulars_of(item: Post | Idea) -> tuple[Fact, ...]:
    """What is set, network fields and tags apart."""
    found = _of_post(item) if isinstance(item, Post) else _of_idea(item)
    return tuple(Fact(name, visible(value)) for name, value in found if value)


def _of_post(post: Post) -> list[tuple[str, str]]:
    return [
        ("scheduling_type", "a person is reminded" if post.scheduling_type is SchedulingType.NOTIFICATION else ""),
        ("needs_approval", "yes" if post.needs_approval else ""),
        ("idea", post.idea or ""),
        ("ai_assisted", "yes" if post.ai_assisted else ""),
        ("repeat_of", post.repeat_of or ""),
        ("was", post.was or ""),
    ]


def _of_idea(idea: Idea) -> list[tuple[str, str]]:
    return [
        ("services", ", ".join(idea.services)),
        ("date", f"{idea.date:%Y-%m-%d %H:%M %z}" if idea.date else ""),
        ("group", idea.group.group_id if idea.group else ""),
        ("cta", idea.cta or ""),
        ("template_id", idea.template_id or ""),
    ]
