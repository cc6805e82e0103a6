"""A converted post before it has a key, and entries of a file made of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bufferctl.config.convert.destination import Destination
from bufferctl.config.keys import key_for
from bufferctl.config.locate import Located
from bufferctl.config.write.entries import entry
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import Channel


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post for channels of one organization. `fields`: as `entry` takes them, without key and channels.

    `key`: the one that it brings, None where it is to be made of `day` and `words`. `at`: where it
    stands.
    """

    channels: tuple[Channel, ...]
    fields: dict[str, Any]
    words: str
    day: date | None
    at: Located
    key: str | None = None


def entries(posts: Sequence[NewPost], destination: Destination) -> tuple[list[CommentedMap], list[Diagnostic]]:
    """The entries in the order given, each with a key of its own on its channels, and keys that cannot be had.

    Of posts with the same text at the same time on a channel, the later ones get a `repeat_of`.
    """
    problems = list(_take_given(posts, destination))
    found = []
    earlier: dict[tuple[Any, ...], str] = {}
    for post in posts:
        key = post.key or key_for(post.day, post.words, destination.taken(post.channels))
        destination.take(key, post.channels)
        references = tuple(map(destination.reference, post.channels))
        organization = post.channels[0].organization if destination.several else None
        due_at, says = post.fields.get("due_at"), post.fields.get("text") or str(post.fields.get("assets"))
        same = [earlier.setdefault((channel.label, due_at, says), key) for channel in post.channels] if due_at else []
        repeat_of = next((first for first in same if first != key), None)
        fields = {"repeat_of": repeat_of, **post.fields}
        found.append(entry(None, key=key, organization=organization, channels=references, **fields))
    return found, problems


def _take_given(posts: Sequence[NewPost], destination: Destination) -> Iterator[Diagnostic]:
    """Keys that posts bring come first: made ones make way for them."""
    for post in posts:
        if post.key is None:
            continue
        if post.key in destination.taken(post.channels):
            message = f"there is a post `{post.key}` already on {' or '.join(each.label for each in post.channels)}"
            at = post.at
            yield Diagnostic(Severity.ERROR, message, at.place, "give it another key", at.line, at.width)
        destination.take(post.key, post.channels)
