"""The life of a post: what time makes of it, and what may still be done with it.

Nothing runs in the background: whoever looks first asks `settle` to bring everything up to the present.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bufferctl.sandbox.clock import epoch_ms, iso, parse_time
from bufferctl.sandbox.store import Doc, Store

_SEEN = ["viewPost", "duplicatePost"]
_OPEN = ["updatePost", "updatePostTags", "deletePost", "publishPostNow", "addPostNote"]
_ACTIONS = {
    "draft": [*_SEEN, *_OPEN, "addPostToQueue", "publishPostNext", "updatePostSchedule", "requestPostApproval"],
    "needs_approval": [*_SEEN, *_OPEN, "approvePost", "rejectPost", "revertPostApprovalRequest", "updatePostSchedule"],
    "scheduled": [*_SEEN, *_OPEN, "movePostToDraft", "publishPostNext", "updatePostSchedule"],
    "sending": ["viewPost"],
    "sent": [*_SEEN, "copyPostLink", "sharePostLink", "addPostNote"],
    "error": [*_SEEN, *_OPEN, "addPostToQueue", "movePostToDraft", "updatePostSchedule"],
}


def allowed_actions(post: Doc) -> list[str]:
    """Return the PostAction values that fit the post's status."""
    return _ACTIONS[post["status"]]


def settle(store: Store, now: datetime, sending_seconds: float = 0) -> None:
    """Publish what has fallen due by `now`; a post is `sending` for `sending_seconds` before it is `sent`."""
    present = epoch_ms(now)
    due = store.posts("status IN ('scheduled', 'sending') AND due <= ?", (present,), "due, seq")
    if not due:
        return
    with store.transaction():
        for post in due:
            channel = store.channels[post["channelId"]]
            if post["status"] == "scheduled" and channel["isQueuePaused"] and not post["sharedNow"]:
                continue
            starts = max(parse_time(text) for text in (post["dueAt"], post["createdAt"], channel["resumedAt"]) if text)
            _take_turn(store, channel, post, starts + timedelta(seconds=sending_seconds), now)


def _take_turn(store: Store, channel: Doc, post: Doc, ends: datetime, now: datetime) -> None:
    before = post["status"]
    if channel["isDisconnected"]:
        fail(post, f"Your {channel['service']} channel is disconnected. Please reconnect it.", now)
    elif ends > now:
        post["status"] = "sending"
    else:
        publish(channel, post, ends)
    if post["status"] != before:
        store.put_post(post)


def publish(channel: Doc, post: Doc, at: datetime) -> None:
    """Make a post sent at `at`: on the network, or for a notification on the person's phone."""
    post.update(status="sent", sentAt=iso(at), updatedAt=iso(at), error=None)
    if post["schedulingType"] == "notification":
        post["notificationStatus"] = "notified"
    else:
        post["externalLink"] = f"https://{channel['service'].lower()}.example/{channel['name']}/{post['id']}"


def fail(post: Doc, message: str, at: datetime) -> None:
    """Make a post one that the network refused (NOTES: created is not published)."""
    error = {"message": message, "rawError": None, "supportUrl": None}
    post.update(status="error", error=error, updatedAt=iso(at), externalLink=None)
