"""Starts new files: one post, or a campaign whose times count from a day.

Both are valid as written, unless their time is in a freeze. A campaign begins as drafts, so its first texts are never
published by accident.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from bufferctl.config.format import LocalTimeError, key_for, zone_of
from bufferctl.config.write.as_yaml import escape_variables, text_value
from bufferctl.config.write.convert.conversion import named_channels
from bufferctl.config.write.convert.destination import Destination, NewPost, entries
from bufferctl.config.write.yaml_files import yaml_text
from bufferctl.errors import UsageError
from bufferctl.model import NETWORKS, Channel, Desired
from bufferctl.value import value

_HEADING = re.compile(r"^#{1,2} +(?P<words>.+?) *#*$", re.MULTILINE)
_TOP = """\
# A campaign. `start+7d 09:00` is seven days after `starts`: another day there moves every post.
# `draft: true` keeps all of it from being published; delete the line when the texts are ready.
"""
#: The first posts of a campaign: the end of the key, the time, and the text.
_SKELETON = (
    ("teaser", "start-3d 09:00", "Coming soon: $(title)."),
    ("launch", "start+0d 09:00", "It is here: $(title)."),
    ("reminder", "start+7d 09:00", "In case you missed it: $(title)."),
)
#: After so many days that are all frozen, the time to fill in is the writer's to find.
_DAYS_TRIED = 92


@value()
class Started:
    """The text of a new file, its posts as entries, and its key, which also names the file."""

    key: str
    text: str
    entries: tuple[CommentedMap, ...] = ()


def usual_channels(desired: Desired) -> list[Channel]:
    """The channels of the first organization that accept a post without media."""
    first = desired.organizations[0].label if desired.organizations else ""
    return [each for each in desired.channels if each.organization == first and NETWORKS[each.service].takes_text_alone]


def open_channels(desired: Desired) -> list[Channel]:
    """The channels of the first organization that take posts."""
    first = desired.organizations[0].label if desired.organizations else ""
    return [each for each in desired.channels if each.organization == first and NETWORKS[each.service].takes_posts]


def need_an_image(desired: Desired, names: Sequence[str]) -> list[Channel]:
    """Those of the named channels that take no post without an image or a video. Raises UsageError."""
    channels = named_channels(Destination(desired), names)
    return [each for each in channels if "image" in NETWORKS[each.service].needs_media]


def new_post(
    desired: Desired, names: Sequence[str], text: str, due_at: datetime | None, key: str | None, **picture: str | None
) -> Started:
    """A file with one post. `names`: of channels; `due_at` is local where it has no offset, None is the queue.

    `picture`: `image` and `alt`. Raises UsageError.
    """
    destination = Destination(desired)
    channels = named_channels(destination, names)
    text = text.strip()
    try:
        when = destination.moment(due_at, channels) if due_at else None
    except LocalTimeError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if key and destination.take(key, channels):
        raise UsageError(f"There is already a post {key} on one of these channels", hint="Give another --key.")
    fields = {"text": text, "due_at": when, **picture}
    written = entries([NewPost(channels, fields, text, due_at and due_at.date(), key)], destination)
    return Started(written[0]["key"], yaml_text({"posts": written}), tuple(written))


def to_fill_in(desired: Desired, today: date) -> Started | None:
    """A file with one post to fill in, a week from now, or on the first day after that without a freeze.

    A rule reports its text until somebody writes another. None if no channel takes a text alone, or has a time zone.
    """
    channels = [each for each in usual_channels(desired) if each.timezone]
    zone = zone_of(channels[0].timezone or "") if channels else None
    if zone is None:
        return None
    days = [datetime.combine(today + timedelta(days=number), time(9)) for number in range(7, 7 + _DAYS_TRIED)]
    policy, label = desired.settings.policy, channels[0].label
    due_at = next((day for day in days if not policy.freezes(day.replace(tzinfo=zone), label)), days[0])
    name = f"{channels[0].organization}/{channels[0].label}"
    key = key_for(due_at.date(), "post", Destination(desired).taken(channels[:1]))
    return new_post(desired, [name], "[your text]", due_at, key)


def new_campaign(desired: Desired, names: Sequence[str], title: str, starts: date, markdown: str | None) -> Started:
    """A file with a campaign: of the sections of `markdown`, a week apart, or a skeleton of three posts.

    Raises UsageError.
    """
    destination = Destination(desired)
    channels = named_channels(destination, names)
    taken = destination.taken(channels)
    name = key_for(None, title, (), fallback="campaign")
    skeleton = [
        CommentedMap(key=key_for(None, f"{name} {end}", taken), due_at=when, text=text_value("text", text))
        for end, when, text in _SKELETON
    ]
    posts = _sections(markdown, name, taken) if markdown else skeleton
    references = CommentedSeq(map(destination.reference, channels))
    references.fa.set_flow_style()
    fields = {
        "organization": channels[0].organization if destination.several else None,
        "channels": references,
        "starts": starts,
        "draft": True,
        "vars": None if markdown else CommentedMap(title=text_value("", title.strip())),
        "posts": posts,
    }
    given = {field: value for field, value in fields.items() if value is not None}
    return Started(name, _TOP + yaml_text(CommentedMap(given)))


def _sections(markdown: str, name: str, taken: set[str]) -> list[CommentedMap]:
    """A post for each section with text below its heading; one post for a text without headings."""
    found = _HEADING.split(markdown.strip())  # the text above the first heading, then headings and texts in turn
    used = set(taken)
    posts: list[CommentedMap] = []
    for words, text in zip(["", *found[1::2]], found[::2], strict=True):
        if not text.strip():
            continue
        key = key_for(None, f"{name} {words}", used)
        used.add(key)
        entry = escape_variables(CommentedMap(text=text_value("text", text.strip())))
        posts.append(CommentedMap(key=key, due_at=f"start+{7 * len(posts)}d 09:00", text=entry["text"]))
    if not posts:
        raise UsageError("There is no text in that file, so there is nothing to publish", hint="Write some first.")
    return posts
