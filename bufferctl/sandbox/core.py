"""The account behind the endpoint: its rows, its clock, and what happens to posts over time.

Nothing runs in the background: every reader first calls `Core.settle`, which brings everything up to date.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bufferctl.sandbox.checks import gone
from bufferctl.sandbox.clock import Clock, epoch_ms, iso, parse_time
from bufferctl.sandbox.store import Doc, Store

_VIEW = ["viewPost", "duplicatePost"]
_CHANGE = ["updatePost", "updatePostTags", "deletePost", "publishPostNow", "addPostNote"]
_ACTIONS = {
    "draft": [*_VIEW, *_CHANGE, "addPostToQueue", "publishPostNext", "updatePostSchedule"],
    "needs_approval": [
        *_VIEW, *_CHANGE, "approvePost", "rejectPost", "revertPostApprovalRequest", "updatePostSchedule",
    ],
    "scheduled": [*_VIEW, *_CHANGE, "movePostToDraft", "publishPostNext", "updatePostSchedule"],
    "sending": ["viewPost"],
    "sent": [*_VIEW, "copyPostLink", "sharePostLink", "addPostNote"],
    "error": [*_VIEW, *_CHANGE, "addPostToQueue", "movePostToDraft", "updatePostSchedule"],
}  # fmt: skip


@dataclass
class Options:
    """What Buffer leaves open, chosen for a run; docs/reference/sandbox.md explains it, and what has no option.

    A default is what is hardest on a careless client; change one only when a report from the live service settles it.
    """

    key_code: str = "UNAUTHENTICATED"  # the error code in the 401
    page_max: int = 100  # the most nodes in a page
    automatic_reads_null: bool = True  # of `schedulingType`
    reminders_win: bool = True  # a channel's default, over an explicit `automatic`
    idea_response: bool = True  # createIdea returns IdeaResponse, else Idea
    drafts_via_buffer: bool = True  # drafts made over the API
    refuse_duplicates: bool = False  # equal posts on a channel
    refuse_x_repeats: bool = False  # one text on a second X channel
    shorten_links: bool = False  # on channels with linkShortening
    edits_replace: bool = False  # content that an edit omits is lost
    edits_keep_fields: bool = False  # network fields that an edit omits stay
    comments_lost: bool = True  # Instagram's first comments
    delete_sent: bool = False  # published posts can be deleted
    link_assets_end: str = "2026-12-15T00:00:00Z"  # when `assets[].link` starts to be refused
    limit_per_channel: bool = True  # of scheduled posts, else per organization
    sending_seconds: float = 0  # how long a due post is `sending`
    sends_date: bool = True  # answers have a Date
    media_roots: tuple[str, ...] = ()  # media below these URLs is fetched


@dataclass
class Core:
    """State shared by the parts of the sandbox."""

    store: Store  # the account
    clock: Clock = field(default_factory=Clock)  # moved by tests
    options: Options = field(default_factory=Options)  # what Buffer leaves open
    skew: timedelta = timedelta()  # how far `now` is from the clock's time
    created_skew: timedelta = timedelta()  # how far the creation times of new posts and ideas are from `now`
    later: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)  # what is to happen, and when
    _pinned: datetime | None = None  # the time that `at` set

    def now(self) -> datetime:
        return self._pinned or self.clock.now() + self.skew

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Pin the time inside the block: a whole request happens at one instant, and late writes have their own."""
        before, self._pinned = self._pinned, moment
        try:
            yield
        finally:
            self._pinned = before

    def settle(self) -> None:
        """Do everything that is due by now: late writes, each at its own time, and publishing."""
        now = self.now()
        self.later.sort(key=lambda entry: entry[0])
        while self.later and self.later[0][0] <= now:
            moment, happen = self.later.pop(0)
            with self.at(moment):
                happen()
        self._publish_due(now)

    def _publish_due(self, now: datetime) -> None:
        """Publish posts that are due; a post is `sending` for `sending_seconds` before it is `sent`."""
        due = self.store.rows("posts", "status IN ('scheduled', 'sending') AND due <= ?", (epoch_ms(now),), "due, seq")
        if not due:
            return
        with self.store.transaction():
            for post in due:
                channel = self.store.channels[post["channelId"]]
                if post["status"] == "scheduled" and channel["isQueuePaused"] and not post["sharedNow"]:
                    continue
                moments = (post["dueAt"], post["createdAt"], channel["resumedAt"])
                starts = max(parse_time(text) for text in moments if text)
                self._send(channel, post, starts + timedelta(seconds=self.options.sending_seconds), now)

    def _send(self, channel: Doc, post: Doc, ends: datetime, now: datetime) -> None:
        before = post["status"]
        if channel["isDisconnected"]:
            fail(post, f"Your {channel['service']} channel is disconnected. Please reconnect it.", now)
        elif problem := gone(post, self.options.media_roots):
            fail(post, problem, now)
        elif ends > now:
            post["status"] = "sending"
        else:
            publish(channel, post, ends)
        if post["status"] != before:
            self.store.put("posts", post)


def answer(typename: str, **fields: object) -> Doc:
    """Build a member of a payload union from its type and fields, such as an error's message."""
    return {"__typename": typename, **fields}


def error_of(payload: Sequence[str], message: str, *preferred: str) -> Doc:
    """Answer with the first of the preferred types that a payload has, else with its failure."""
    if typename := next((one for one in preferred if one in payload), None):
        return answer(typename, message=message)
    failure = next(one for one in payload if one.endswith("Failure"))
    return answer(failure, message=message, errors=[])


def allowed_actions(post: Doc, channel: Doc) -> list[str]:
    """Return the PostAction values that fit the post's status and the channel's policy."""
    asks = post["status"] == "draft" and channel.get("requiresApproval")
    return [*_ACTIONS[post["status"]], *["requestPostApproval"] * bool(asks)]


def publish(channel: Doc, post: Doc, at: datetime) -> None:
    """Mark a post as sent at `at`: on the network, or as a notification on the person's phone."""
    post.update(status="sent", sentAt=iso(at), updatedAt=iso(at), error=None)
    if post["schedulingType"] == "notification":
        post["notificationStatus"] = "notified"
    else:
        post["externalLink"] = f"https://{channel['service'].lower()}.example/{channel['name']}/{post['id']}"


def fail(post: Doc, message: str, at: datetime) -> None:
    """Mark a post as refused by the network (notes: created is not published)."""
    error = {"message": message, "rawError": None, "supportUrl": None}
    post.update(status="error", error=error, updatedAt=iso(at), externalLink=None)
