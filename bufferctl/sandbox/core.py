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
from bufferctl.sandbox.options import Options
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
