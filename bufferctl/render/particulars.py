"""What is set of a post or an idea beside what it says, by the files' names for it."""

from __future__ import annotations

from typing import NamedTuple

from bufferctl.model import Idea, Post, SchedulingType
from bufferctl.model.invisible import visible

#: Values of network fields that say nothing about a post: what nearly every one has.
USUAL = {"type": "post", "should_share_to_feed": True}


class Fact(NamedTuple):
    """Something that is set, by the file's name for it."""

    name: str
    value: str


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
