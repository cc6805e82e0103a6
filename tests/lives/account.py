"""A Buffer account in memory, written only from the notes on the API: who made what, when, and every write.

It shares no code with bufferctl or its sandbox. Instants are aware and in UTC; the clock moves only by `advance`
and by a second per request. `maker` is the author of a post: a project's name for bufferctl, else `PERSON` or `TOOL`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

PERSON, TOOL = "a person", "another tool"
ORGANIZATION = "0a" * 12
START = datetime(2029, 12, 3, 9, tzinfo=UTC)
#: Hours of the day (UTC) with a queue slot.
SLOTS = (7, 11, 15, 19)
TAGS = {"launch": "1a" * 12, "tips": "1b" * 12}
_LINK = re.compile(r"https?://[^\s/]+(?:/\S*)?")
#: Statuses of posts that are not published yet.
UNSENT = ("draft", "needs_approval", "scheduled", "error")


@dataclass(frozen=True)
class Channel:
    """A channel. `shortens`: its setting is to shorten links in texts; `rewrites`: whether they really are."""

    id: str
    service: str
    name: str
    shortens: bool = False
    rewrites: bool = True


@dataclass
class Post:
    """A post. `content` is the request (its text as written), `text` as it reads back; `number` gives the order."""

    id: str
    number: int
    channel: Channel
    maker: str
    via: str
    created: datetime
    content: dict[str, Any]
    text: str = ""
    status: str = "scheduled"
    mode: str = "addToQueue"
    due: datetime | None = None
    sent: datetime | None = None
    updated: datetime = START
    shown_from: datetime = START
    touched_by: list[str] = field(default_factory=list)

    @property
    def timed(self) -> bool:
        """Whether it has a time of its own."""
        return self.mode == "customScheduled"

    @property
    def says(self) -> str:
        """The requested text and image URLs, which identify a declared object."""
        images = [str(asset["image"]["url"]) for asset in self.content.get("assets") or () if "image" in asset]
        return " ".join([self.content.get("text") or "", *images])


@dataclass
class Idea:
    """An idea; `content` as requested."""

    id: str
    number: int
    maker: str
    created: datetime
    content: dict[str, Any]
    shown_from: datetime = START

    @property
    def says(self) -> str:
        """The requested title and text."""
        return f"{self.content.get('title')} {self.content.get('text')}"


@dataclass(frozen=True)
class Write:
    """A write that was carried out: its run and author; the object before (None: created) and after (None: deleted)."""

    run: int
    maker: str
    kind: str
    at: datetime
    before: Post | Idea | None
    after: Post | Idea | None


class Refusal(Exception):  # noqa: N818 - an answer, not an error
    """A typed error of a mutation's union."""

    def __init__(self, typename: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"__typename": typename, "message": message}


class Account:
    """One organization. `late`: how long lists do not show new objects; `refused`: texts that it refuses.

    `apart`: how far creation times are from the clock; `jitter`: seconds by which either may be off at any time.
    """

    def __init__(self, channels: Sequence[Channel], seed: int = 0, *, page: int = 100, limit: int = 5000) -> None:
        self.now = START
        self.page = page
        self.limit = limit
        self.channels = {channel.id: channel for channel in channels}
        self.posts: dict[str, Post] = {}
        self.ideas: dict[str, Idea] = {}
        self.writes: list[Write] = []
        self.run = 0
        self.late = timedelta()
        self.apart = timedelta()
        self.jitter = 0.0
        self.refused: set[str] = set()
        self._random = random.Random(seed)  # noqa: S311 - ids, not secrets
        self._shaky = random.Random(seed)  # noqa: S311 - clocks
        self._number = 0
        self._unsent: set[str] = set()
        self._queues: dict[str, list[str]] = {channel.id: [] for channel in channels}

    # The clock

    def advance(self, **by: float) -> None:
        """Let time pass; due posts are published at their time."""
        until = self.now + timedelta(**by)
        while due := min(self._due(until), default=None):
            moment, _, post = due
            self.now = max(self.now, moment)
            self._publish(post, moment)
        self.now = until

    def _due(self, until: datetime) -> Iterator[tuple[datetime, int, Post]]:
        for post in map(self.posts.__getitem__, self._unsent):
            if post.status == "scheduled" and post.due and post.due <= until:
                yield post.due, post.number, post

    def _publish(self, post: Post, moment: datetime) -> None:
        post.status, post.sent, post.due = "sent", moment, moment
        self._unsent.discard(post.id)
        self._leave_queue(post)

    # Writes by a person, another tool or bufferctl (`maker`)

    def create(self, maker: str, via: str, given: Mapping[str, Any]) -> Post:
        """CreatePost. Raises Refusal."""
        channel = self.channels.get(given["channelId"])
        if channel is None:
            raise Refusal("InvalidInputError", "Channel not found")
        if given["mode"] == "customScheduled" and not given.get("dueAt"):
            raise Refusal("InvalidInputError", "Invalid post: dueAt is required.")
        if not given.get("text") and not given.get("assets"):
            raise Refusal("InvalidInputError", "Invalid post: Post must have either text or media.")
        if given.get("text") in self.refused:
            raise Refusal("InvalidInputError", "Invalid post: This text is not taken.")
        scheduled = [p for p in map(self.posts.__getitem__, self._unsent) if p.status == "scheduled"]
        if not given.get("saveToDraft") and given["mode"] != "shareNow" and len(scheduled) >= self.limit:
            raise Refusal("LimitReachedError", "Scheduled posts limit reached.")
        post = Post(self._id(), self._number, channel, maker, via, self._moment(), {}, shown_from=self.now + self.late)
        post.updated = post.created
        self._write(post, given)
        self._schedule(post, given["mode"], given.get("dueAt"), draft=bool(given.get("saveToDraft")))
        self.posts[post.id] = post
        self._log("create", None, post, maker)
        return post

    def edit(self, maker: str, post_id: str, given: Mapping[str, Any]) -> Post:
        """editPost: omitted fields stay, except metadata next to new assets. Raises Refusal."""
        post = self.posts.get(post_id)
        if post is None:
            raise Refusal("NotFoundError", "Post not found")
        if post.status in {"sent", "sending"}:
            raise Refusal("InvalidInputError", "Invalid post: A post that is sent cannot be edited.")
        before = deepcopy(post)
        self._write(post, given)
        mode, draft = given.get("mode"), given.get("saveToDraft")
        if mode or draft is not None:
            due = given.get("dueAt") or (stamp(post.due) if post.due else None)
            self._schedule(post, mode or post.mode, due, draft=bool(draft))
        post.updated = self.now
        self._log("edit", before, post, maker)
        return post

    def delete(self, maker: str, post_id: str) -> None:
        """deletePost; the API cannot delete a published post. Raises Refusal."""
        post = self.posts.get(post_id)
        if post is None:
            raise Refusal("VoidMutationError", "Document not found")
        if post.status == "sent" and maker != PERSON:
            raise Refusal("VoidMutationError", "This post cannot be deleted.")
        self._log("delete", post, None, maker)
        del self.posts[post_id]
        self._unsent.discard(post_id)
        self._leave_queue(post)

    def create_idea(self, maker: str, given: Mapping[str, Any]) -> Idea:
        """CreateIdea."""
        idea = Idea(self._id(), self._number, maker, self._moment(), dict(given["content"]), self.now + self.late)
        self.ideas[idea.id] = idea
        self._log("create", None, idea, maker)
        return idea

    def share_now(self, post_id: str) -> None:
        """A person publishes a post at once."""
        post = self.posts[post_id]
        self._schedule(post, "shareNow", None, draft=False)
        post.touched_by.append(PERSON)

    # What a post says, and when

    def _write(self, post: Post, given: Mapping[str, Any]) -> None:
        if given.get("assets") and "metadata" not in given:
            post.content.pop("metadata", None)
        post.content |= {name: given[name] for name in ("text", "assets", "metadata", "tagIds") if name in given}
        text = post.content.get("text") or ""
        post.text = _LINK.sub(self._shortened, text) if post.channel.shortens and post.channel.rewrites else text

    def _shortened(self, link: re.Match[str]) -> str:
        return f"https://buff.example/{random.Random(link[0]).getrandbits(32):08x}"  # noqa: S311 - a name

    def _schedule(self, post: Post, mode: str, due: str | None, *, draft: bool) -> None:
        self._leave_queue(post)
        self._unsent.add(post.id)
        self.posts.setdefault(post.id, post)
        post.mode, post.status = mode, "draft" if draft else "scheduled"
        post.due = datetime.fromisoformat(due) if due and mode == "customScheduled" else None
        if not draft and (mode == "shareNow" or (post.due and post.due <= self.now)):
            self._publish(post, self.now)
        elif not draft and mode in {"addToQueue", "shareNext"}:
            queue = self._queues[post.channel.id]
            queue.insert(0 if mode == "shareNext" else len(queue), post.id)
            self._close_ranks(post.channel.id)

    def _leave_queue(self, post: Post) -> None:
        queue = self._queues[post.channel.id]
        if post.id in queue:
            queue.remove(post.id)
            self._close_ranks(post.channel.id)

    def _close_ranks(self, channel_id: str) -> None:
        moment = self.now.replace(minute=0, second=0, microsecond=0)
        for post_id in self._queues[channel_id]:
            moment += timedelta(hours=1)
            while moment.hour not in SLOTS:
                moment += timedelta(hours=1)
            self.posts[post_id].due = moment

    def _log(self, kind: str, before: Post | Idea | None, after: Post | Idea | None, maker: str) -> None:
        if isinstance(after, Post):
            after.touched_by.append(maker)
        run = 0 if maker in {PERSON, TOOL} else self.run
        self.writes.append(Write(run, maker, kind, self.now, before, deepcopy(after)))

    def _id(self) -> str:
        self._number += 1
        return f"{self._random.getrandbits(96):024x}"

    def _moment(self) -> datetime:
        """The current time, a millisecond later for each object, so that all objects of a request differ."""
        return self.now + self.apart + self._off() + timedelta(milliseconds=self._number % 900)

    @property
    def date(self) -> datetime:
        """The clock as the header of an answer shows it."""
        return self.now + self._off()

    def _off(self) -> timedelta:
        return timedelta(seconds=self._shaky.uniform(-self.jitter, self.jitter) if self.jitter else 0)

    def pass_on(self, service: str, new_id: str) -> None:
        """The handle of a channel passes to another account, which is connected as well; the old one is renamed."""
        old = next(each for each in self.channels.values() if each.service == service)
        self.channels[old.id] = replace(old, name=f"{old.name}-old")
        self.channels[new_id] = replace(old, id=new_id)
        self._queues[new_id] = []
        self._rename()

    def pass_back(self, service: str, new_id: str) -> None:
        """Undo that."""
        del self.channels[new_id]
        old = next(each for each in self.channels.values() if each.service == service)
        self.channels[old.id] = replace(old, name=old.name.removesuffix("-old"))
        self._rename()

    def connect_again(self, service: str, new_id: str) -> None:
        """A channel is disconnected, whose unpublished posts are gone with it, and connected again under another id."""
        old = next(each for each in self.channels.values() if each.service == service)
        for post in [each for each in self.posts.values() if each.channel.id == old.id and each.status in UNSENT]:
            self.delete(PERSON, post.id)
        del self.channels[old.id]
        self.channels[new_id] = replace(old, id=new_id)
        self._queues[new_id] = []

    def _rename(self) -> None:
        for post in self.posts.values():
            post.channel = self.channels[post.channel.id]

    # Reading

    def listed(self, given: Mapping[str, Any]) -> list[Post]:
        """Every post that matches a PostsInput, in its order: newest first by default."""
        asked = dict(given.get("filter") or {})
        found = [post for post in self.posts.values() if post.shown_from <= self.now]
        if (channels := asked.pop("channelIds", None)) is not None:
            found = [post for post in found if post.channel.id in channels]
        if status := asked.pop("status", None):
            found = [post for post in found if post.status in status]
        if tags := asked.pop("tagIds", None):
            found = [post for post in found if set(tags) & set(post.content.get("tagIds") or ())]
        for name, what in (("createdAt", "created"), ("dueAt", "due")):
            if within := asked.pop(name, None):
                found = [post for post in found if _between(getattr(post, what), within)]
        if presence := asked.pop("dueAtPresence", None):
            found = [post for post in found if (post.due is not None) == (presence == "present")]
        if left := {name for name, value in asked.items() if value is not None}:
            raise NotImplementedError(f"no filter by {left}")
        sort = (given.get("sort") or [{"field": "createdAt", "direction": "desc"}])[0]
        what = {"createdAt": "created", "dueAt": "due"}[sort["field"]]
        none = datetime.max.replace(tzinfo=UTC)
        found.sort(key=lambda post: (getattr(post, what) or none, post.number), reverse=sort["direction"] == "desc")
        return found

    def shown(self, post_id: str) -> Post | None:
        """A post by id, unless lists do not show it yet."""
        post = self.posts.get(post_id)
        return post if post and post.shown_from <= self.now else None


def _between(moment: datetime | None, within: Mapping[str, str | None]) -> bool:
    start, end = within.get("start"), within.get("end")
    if moment is None:
        return False
    return (not start or moment >= datetime.fromisoformat(start)) and (not end or moment <= datetime.fromisoformat(end))


def stamp(moment: datetime) -> str:
    """An instant as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
