"""Writing posts: create, edit, delete, move. Each answers a member of its payload union, a dict with `__typename`."""

from __future__ import annotations

import re
from datetime import timedelta

from bufferctl.sandbox import choices, slots
from bufferctl.sandbox.checks import problems
from bufferctl.sandbox.clock import epoch_ms, iso, millis, parse_time
from bufferctl.sandbox.core import Core, answer
from bufferctl.sandbox.details import METADATA_KEYS
from bufferctl.sandbox.fixture import complete_post
from bufferctl.sandbox.ids import new_id, stable_id
from bufferctl.sandbox.scheduling import at_daily_limit, at_scheduled_limit, reschedule, schedule
from bufferctl.sandbox.store import Doc

_DONE = {"sending", "sent"}


def create_post(core: Core, wanted: Doc, via: str = "api") -> Doc:
    """Answer `createPost`; `wanted` is a CreatePostInput after coercion. Nothing makes it idempotent."""
    channel = core.store.channels.get(wanted["channelId"])
    if channel is None:
        return answer("NotFoundError", message="Channel not found")
    if channel["isLocked"]:
        return answer("UnauthorizedError", message="Channel is locked")
    content = _content(wanted, channel)
    found = _problems(core, content, channel)
    found += _time_problems(core, wanted["mode"], wanted.get("dueAt"))
    if found:
        return _invalid(found)
    draft, approval = bool(wanted.get("saveToDraft")), bool(wanted.get("needsApproval"))
    if not (draft or approval) and (refusal := _refusal(core, channel, content, wanted)):
        return refusal
    now = core.now()
    content["text"] = _kept_text(core, channel, content["text"])
    post = complete_post({
        **content, "id": new_id(now), "channelId": channel["id"], "organizationId": channel["organizationId"],
        "ideaId": wanted.get("ideaId"), "schedulingType": wanted["schedulingType"], "createdAt": iso(now),
        "updatedAt": iso(now), "via": "buffer" if draft else via,
    })  # fmt: skip
    with core.store.transaction():
        schedule(core, channel, post, wanted["mode"], wanted.get("dueAt"), draft=draft, approval=approval)
        core.store.add_posts([post])
        if post["status"] == "scheduled" and not post["isCustomScheduled"] and post["dueAt"]:
            core.store.full_until[channel["id"]] = _full_until(core, post)
    return _success(core, post)


def edit_post(core: Core, wanted: Doc) -> Doc:
    """Answer `editPost`: the content is replaced whole unless `edits_keep`, the schedule where it is named."""
    core.settle()
    post = core.store.post(wanted["id"])
    if post is None:
        return answer("NotFoundError", message="Document not found")
    channel = core.store.channels[post["channelId"]]
    if post["status"] in _DONE:
        return _invalid(["Sent posts cannot be edited."])
    content = _content(wanted, channel)
    if core.options.edits_keep:
        content = {name: post[name] if wanted.get(name) is None else value for name, value in content.items()}
    found = _problems(core, content, channel)
    mode = wanted.get("mode") or post["shareMode"]
    found += _time_problems(core, mode, wanted.get("dueAt", post["dueAt"]))
    if found:
        return _invalid(found)
    was_scheduled = post["status"] == "scheduled"
    content["text"] = _kept_text(core, channel, content["text"])
    post.update(content, updatedAt=iso(core.now()))
    post.update({name: wanted[name] for name in ("ideaId", "schedulingType") if wanted.get(name)})
    with core.store.transaction():
        if not was_scheduled and wanted.get("saveToDraft") is False and at_scheduled_limit(core, channel):
            return answer("LimitReachedError", message="Scheduled posts limit reached.")
        reschedule(core, channel, post, wanted)
        core.store.put_post(post)
    return _success(core, post)


def delete_post(core: Core, post_id: str) -> Doc:
    """Answer `deletePost`."""
    core.settle()
    post = core.store.post(post_id)
    if post is None:
        return answer("VoidMutationError", message="Document not found")
    if post["status"] in _DONE:
        return answer("VoidMutationError", message="Sent posts cannot be deleted")
    core.store.delete_post(post_id)
    return answer("DeletePostSuccess", id=post_id)


def move_post(core: Core, post_id: str, position: str) -> Doc:
    """Answer `movePostInQueue`: `position` is top or bottom."""
    core.settle()
    post = core.store.post(post_id)
    if post is None:
        return answer("VoidMutationError", message="Document not found")
    if post["status"] != "scheduled" or post["isCustomScheduled"] or post["sharedNow"]:
        return answer("VoidMutationError", message="Post is not in the queue")
    with core.store.transaction():
        slots.move(core.store, core.store.channels[post["channelId"]], post, top=position == "top")
        core.store.put_post(post)
    return _success(core, post)


def _content(wanted: Doc, channel: Doc) -> Doc:
    key = METADATA_KEYS.get(channel["service"], "")
    return {
        "text": wanted.get("text") or "",
        "assets": wanted.get("assets") or [],
        "metadata": (wanted.get("metadata") or {}).get(key) or None,
        "tagIds": list(dict.fromkeys(wanted.get("tagIds") or [])),
    }


def _kept_text(core: Core, channel: Doc, text: str) -> str:
    """Return the text as it is kept: as sent, unless links are to be shortened where the channel says so."""
    if not (core.options.shorten_links and channel["linkShortening"]):
        return text
    return re.sub(r"https?://(?!buff\.ly/)\S+", lambda link: f"https://buff.ly/{stable_id(link[0])[:7]}", text)


def _problems(core: Core, content: Doc, channel: Doc) -> list[str]:
    return problems(content, channel, core.store.organizations[channel["organizationId"]])


def _time_problems(core: Core, mode: str, due_at: str | None) -> list[str]:
    if mode != "customScheduled":
        return []
    if not due_at:
        return ["Custom scheduled posts require dueAt."]
    return ["The scheduled time is in the past."] * (core.options.refuse_past and parse_time(due_at) < core.now())


def _invalid(found: list[str]) -> Doc:
    return answer("InvalidInputError", message="Invalid post: " + ", ".join(found))


def _refusal(core: Core, channel: Doc, content: Doc, wanted: Doc) -> Doc | None:
    core.settle()
    if wanted["mode"] != "shareNow" and at_scheduled_limit(core, channel):
        return answer("LimitReachedError", message="Scheduled posts limit reached.")
    if at_daily_limit(core, channel, wanted):
        return answer("LimitReachedError", message="Daily posting limit reached.")
    if core.options.refuse_duplicates and content["text"]:
        return _duplicate(core, channel, content["text"])
    return None


def _duplicate(core: Core, channel: Doc, text: str) -> Doc | None:
    since = epoch_ms(core.now() - timedelta(seconds=choices.DUPLICATE_WINDOW_SECONDS))
    where = "channel = ? AND (status = 'scheduled' OR (status = 'sent' AND sent >= ?))"
    for post in core.store.posts(where, (channel["id"], since)):
        if post["text"] == text:
            seen = "already got this one scheduled" if post["status"] == "scheduled" else "posted that one recently"
            return _invalid([f"It looks like you've {seen}."])
    return None


def _full_until(core: Core, post: Doc) -> int:
    """Return up to where the queue is known to be full: addToQueue took the first free slot, all before are taken."""
    known = core.store.full_until.get(post["channelId"], 0)
    return max(known, millis(post["dueAt"]) or 0) if post["shareMode"] == "addToQueue" else known


def _success(core: Core, post: Doc) -> Doc:
    core.settle()
    return answer("PostActionSuccess", post=core.store.post(post["id"]))
