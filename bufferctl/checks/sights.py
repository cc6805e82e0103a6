"""Mistakes that a reviewer of a plan could overlook, as data: the rule `worth-a-look` and its sub-names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from bufferctl.checks.finding import Rule, advice
from bufferctl.model import Post, thread_of
from bufferctl.model.entries import Occurrence

if TYPE_CHECKING:
    from bufferctl.plan import Change

#: The one rule: a line for each mistake that is likely. `rules: {worth-a-look: off}` turns off all of its sub-names.
WORTH_A_LOOK = "worth-a-look"


def look_rule(name: str, summary: str, why: str, hint: str, source: str = "mistakes that reviews missed") -> Rule:
    """A sub-name of the rule; the code has both, with a slash, as SARIF writes rules below rules."""
    return advice(f"{WORTH_A_LOOK}/{name}", name, summary, why, hint, source)


class SightedPost(NamedTuple):
    """An occurrence on one channel. `was_due`: the time that an edit replaces, in the zone of the new one.

    `changed`: the fields that an update changes; None for a new post.
    """

    change: Change
    post: Post
    was_due: datetime | None
    changed: frozenset[str] | None

    @property
    def is_only_moved(self) -> bool:
        return self.changed is not None and self.changed <= {"due_at"}


#: What a plan changes, by occurrence.
Groups = Mapping[Occurrence, Sequence[SightedPost]]
#: Every post of the files that is not cancelled, by channel, with its occurrence; those that a plan changes, too.
Declared = Mapping[str, Sequence[tuple[Occurrence, Post]]]


class Sight(NamedTuple):
    """One line about one occurrence.

    Sights of an entry with the same `kind` share a line, with the first one's `detail`. With `is_for_all`, sights of
    all entries with the same `kind` share a line, since a campaign moves as one.
    """

    rule: Rule
    occurrence: Occurrence
    kind: str
    detail: str
    is_for_all: bool = False


def texts_of(post: Post) -> list[str]:
    """The post's text and those of its thread."""
    return [post.text, *[part.text or "" for part in thread_of(post.metadata)]]
