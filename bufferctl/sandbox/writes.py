"""What mutations write: posts, ideas and tags (notes: Writing, Experimental).

Each answers with a member of its payload union, a dict with `__typename`. Tags are in the organization's own document;
ideas have their own rows, and nothing edits or deletes one.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bufferctl.sandbox import schedule
from bufferctl.sandbox.checks import METADATA_KEYS, kind_of, media_problem, problems
from bufferctl.sandbox.clock import epoch_ms, iso, millis, parse_time
from bufferctl.sandbox.core import Core, answer
from bufferctl.sandbox.fixture import complete_ideas, complete_post
from bufferctl.sandbox.store import Doc, in_queue, new_id, stable_id

_DUPLICATE_WINDOW = timedelta(hours=1)  # with `refuse_duplicates`: how long a text counts as posted recently
_KEPT_METADATA = {
    "youtube": ("title", "categoryId"),
    "pinterest": ("boardServiceId",),
    "googlebusiness": ("detailsWhatsNew", "detailsOffer", "detailsEvent"),
}  # kept when an edit of the metadata omits them (notes: Writing)
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_TAG_NAME_MOST = 100


def create_post(core: Core, wanted: Doc, via: str = "api") -> Doc:
    """Answer `createPost`; `wanted` is a CreatePostInput after coercion. It is not idempotent."""
    channel = core.store.channels.get(wanted["channelId"])
    if channel is None:
        return answer("NotFoundError", message="Channel not found")
    if channel["isLocked"]:
        return answer("UnauthorizedError", message="Channel is locked")
    if _is_past(core, wanted, wanted["mode"]):
        return _PAST
    content = _content(wanted, channel)
    draft, approval = bool(wanted.get("saveToDraft")), bool(wanted.get("needsApproval"))
    found = _problems(core, wanted, content, channel, wanted["mode"], wanted.get("dueAt"))
    found += _approval_problems(wanted, channel) if approval else []
    found += _reminder_problems(channel, wanted["schedulingType"])
    if found:
        return _invalid(found)
    if not (draft or approval) and (refusal := _refusal(core, channel, content, wanted)):
        return refusal
    approval = approval or bool(channel.get("makesApprovals") and not draft)  # a policy that the API does not show
    # Whether the channel's default wins over `automatic` is open (`Options`).
    reminds = core.options.reminders_win and (channel["metadata"] or {}).get("defaultToReminders")
    now = core.now()
    _keep(core, channel, content)
    post = complete_post({
        **content, "id": new_id(now), "channelId": channel["id"], "organizationId": channel["organizationId"],
        "ideaId": wanted.get("ideaId"), "schedulingType": "notification" if reminds else wanted["schedulingType"],
        "createdAt": iso(now + core.created_skew), "updatedAt": iso(now),
        "via": "buffer" if draft and core.options.drafts_via_buffer else via,
    })  # fmt: skip
    with core.store.transaction():
        schedule.schedule(core, channel, post, wanted["mode"], wanted.get("dueAt"), draft=draft, approval=approval)
        core.store.add("posts", [post])
        if wanted["mode"] == "addToQueue" and (slot := schedule.queue_slot(post)):  # so all slots before are taken
            until = core.store.full_until
            until[channel["id"]] = max(until.get(channel["id"], 0), millis(slot) or 0)
    return _success(core, post)


def edit_post(core: Core, wanted: Doc) -> Doc:
    """Answer `editPost`: omitted fields stay (with `edits_replace`, the whole content is replaced)."""
    core.settle()
    post = core.store.post(wanted["id"])
    if post is None:
        return answer("NotFoundError", message="Document not found")
    channel = core.store.channels[post["channelId"]]
    if post["status"] in {"sending", "sent"}:
        return _invalid(["Sent posts cannot be edited."])
    content = (
        _content(wanted, channel)
        if core.options.edits_replace
        else _edited(post, wanted, channel, keeps_fields=core.options.edits_keep_fields)
    )
    mode, due_at = wanted.get("mode") or post["shareMode"], wanted.get("dueAt", post["dueAt"])
    if _is_past(core, wanted, mode):
        return _PAST
    found = _problems(core, wanted, content, channel, mode, due_at)
    found += _approval_problems(wanted, channel, post["status"]) if wanted.get("approvalChange") else []
    found += _reminder_problems(channel, wanted.get("schedulingType") or post["schedulingType"])
    if found:
        return _invalid(found)
    slot, was_scheduled = schedule.queue_slot(post), post["status"] == "scheduled"
    schedules = not was_scheduled and wanted.get("saveToDraft") is False
    if schedules and (full := schedule.over_limit(core, channel, content["metadata"])):
        return answer("LimitReachedError", message=full)
    _keep(core, channel, content)
    post.update(content, updatedAt=iso(core.now()))
    post.update({name: wanted[name] for name in ("ideaId", "schedulingType") if wanted.get(name)})
    with core.store.transaction():
        schedule.reschedule(core, channel, post, wanted)
        schedule.save(core.store, post, slot)
    return _success(core, post)


def delete_post(core: Core, post_id: str) -> Doc:
    core.settle()
    post = core.store.post(post_id)
    if post is None:
        return answer("VoidMutationError", message="Document not found")
    if post["status"] == "sending" or (post["status"] == "sent" and not core.options.delete_sent):
        return answer("VoidMutationError", message="Sent posts cannot be deleted")
    with core.store.transaction():
        schedule.delete(core.store, post)
    return answer("DeletePostSuccess", id=post_id)


def move_post(core: Core, post_id: str, position: str) -> Doc:
    """Answer `movePostInQueue`: `position` is top or bottom."""
    core.settle()
    post = core.store.post(post_id)
    if post is None:
        return answer("VoidMutationError", message="Document not found")
    if not in_queue(post):
        return answer("VoidMutationError", message="Post is not in the queue")
    with core.store.transaction():
        schedule.move_in_queue(core.store, post, top=position == "top")
        core.store.put("posts", post)
    return _success(core, post)


def _content(wanted: Doc, channel: Doc) -> Doc:
    return {
        "text": wanted.get("text") or "",
        "assets": wanted.get("assets") or [],
        "metadata": (wanted.get("metadata") or {}).get(METADATA_KEYS.get(channel["service"], "")) or None,
        "tagIds": list(dict.fromkeys(wanted.get("tagIds") or [])),
    }


def _edited(post: Doc, wanted: Doc, channel: Doc, *, keeps_fields: bool) -> Doc:
    """Return the content after an edit: given fields are replaced, the text even if null, and the rest stays."""
    content = _content(wanted, channel)
    key = METADATA_KEYS.get(channel["service"], "")
    named = {name for name in ("assets", "tagIds") if wanted.get(name) is not None}
    named |= {"text"} & wanted.keys()
    if (wanted.get("metadata") or {}).get(key) is not None:
        named.add("metadata")
        before, after = post["metadata"] or {}, content["metadata"] or {}
        same_kind = before.get("type") == after.get("type", before.get("type"))
        names = _KEPT_METADATA.get(channel["service"], ()) if same_kind else ()
        kept = {name: before[name] for name in names if before.get(name)}
        content["metadata"] = (_merged(before, after) if keeps_fields and same_kind else {**kept, **after}) or None
    return {name: content[name] if name in named else post[name] for name in content}


def _merged(before: Doc, after: Doc) -> Doc:
    """Return the fields after an edit that keeps what it omits; null clears, and lists are replaced whole."""
    found = {**before, **after}
    for name, value in after.items():
        if isinstance(value, dict) and isinstance(before.get(name), dict):
            found[name] = _merged(before[name], value)
    return {name: value for name, value in found.items() if value is not None}


def _keep(core: Core, channel: Doc, content: Doc) -> None:
    """Change content into what is stored: links that are shortened, and a first comment that is lost (`Options`)."""
    if core.options.shorten_links and channel["linkShortening"]:
        content["text"] = re.sub(r"https?://(?!buff\.ly/)\S+", _shortened, content["text"])
    if core.options.comments_lost and channel["service"] == "instagram" and content["metadata"]:
        content["metadata"] = {key: value for key, value in content["metadata"].items() if key != "firstComment"}


def _shortened(link: re.Match[str]) -> str:
    return f"https://buff.ly/{stable_id(link[0])[:7]}"


def _problems(core: Core, wanted: Doc, content: Doc, channel: Doc, mode: str, due_at: str | None) -> list[str]:
    organization = core.store.organizations[channel["organizationId"]]
    found = [*problems(content, channel, organization, core.options.media_roots), *_link_problems(core, wanted)]
    if mode == "customScheduled" and not due_at:
        found.append("Custom scheduled posts require dueAt.")
    return found


def _link_problems(core: Core, wanted: Doc) -> list[str]:
    if core.now() < parse_time(core.options.link_assets_end):
        return []
    networks = (wanted.get("metadata") or {}).values()
    items = [item for network in networks if network for item in network.get("thread") or []]
    assets = [asset for one in (wanted, *items) for asset in one.get("assets") or []]
    found = any(kind_of(asset)[0] == "link" for asset in assets)
    return ["Link assets are no longer supported. Use the linkAttachment of the network's metadata."] * found


def _approval_problems(wanted: Doc, channel: Doc, status: str = "draft") -> list[str]:
    found = []
    if not channel.get("requiresApproval"):
        found.append("Posts to this channel do not require approval.")
    if wanted.get("saveToDraft") is False:
        found.append("A post that needs approval is a draft, so saveToDraft cannot be false.")
    if wanted.get("approvalChange") == "revert" and status != "needs_approval":
        found.append("This post does not wait for approval.")
    if wanted.get("approvalChange") == "request" and status == "scheduled" and not wanted.get("saveToDraft"):
        found.append("Approval can only be requested for drafts.")
    return found


def _reminder_problems(channel: Doc, kind: str) -> list[str]:
    if channel["service"] != "instagram" or channel["type"] != "profile" or kind == "notification":
        return []
    return ["Instagram personal profile channels require notification scheduling. Use notification scheduling instead."]


def _is_past(core: Core, wanted: Doc, mode: str) -> bool:
    due_at = wanted.get("dueAt")
    return mode == "customScheduled" and due_at is not None and parse_time(due_at) < core.now()


_PAST = answer("InvalidInputError", message="Invalid post input: dueAt must be in the future")


def _invalid(found: list[str]) -> Doc:
    return answer("InvalidInputError", message="Invalid post: " + ", ".join(found))


def _refusal(core: Core, channel: Doc, content: Doc, wanted: Doc) -> Doc | None:
    core.settle()
    if wanted["mode"] != "shareNow" and (full := schedule.over_limit(core, channel, content["metadata"])):
        return answer("LimitReachedError", message=full)
    if schedule.at_daily_limit(core, channel, wanted):
        return answer("LimitReachedError", message="Daily posting limit reached.")
    return _duplicate(core, channel, content["text"]) if content["text"] else None


def _duplicate(core: Core, channel: Doc, text: str) -> Doc | None:
    """Refuse a text that is scheduled or was sent within the last hour, if the options say so."""
    options, channels = core.options, [channel["id"]] * core.options.refuse_duplicates
    if options.refuse_x_repeats and channel["service"] == "twitter":
        others = core.store.channels_of(channel["organizationId"])
        channels += [one["id"] for one in others if one["service"] == "twitter" and one is not channel]
    since = epoch_ms(core.now() - _DUPLICATE_WINDOW)
    where = "channel = ? AND (status = 'scheduled' OR (status = 'sent' AND sent >= ?))"
    for post in (post for one in channels for post in core.store.rows("posts", where, (one, since))):
        if post["text"] == text:
            seen = "already got this one scheduled" if post["status"] == "scheduled" else "posted that one recently"
            return _invalid([f"It looks like you've {seen}."])
    return None


def _success(core: Core, post: Doc) -> Doc:
    core.settle()
    return answer("PostActionSuccess", post=core.store.post(post["id"]))


def create_idea(core: Core, wanted: Doc) -> Doc:
    """Answer `createIdea`; `wanted` is a CreateIdeaInput after coercion."""
    organization = core.store.organizations.get(wanted["organizationId"])
    if organization is None:
        return answer("UnauthorizedError", message="Organization not found")
    content, group = wanted["content"], (wanted.get("group") or {}).get("groupId")
    if found := _idea_problems(core, content, group, organization):
        return answer("InvalidInputError", message="Invalid idea: " + ", ".join(found))
    taken = core.store.count("ideas", "organization = ?", (organization["id"],))
    if full := schedule.limit_reached("Ideas", taken, organization["limits"]["ideas"]):
        return answer("LimitReachedError", message=full)
    now = core.now()
    given = {
        "id": new_id(now), "organizationId": organization["id"], "groupId": group,
        "createdAt": iso(now + core.created_skew), "updatedAt": iso(now),
        "content": {name: value for name, value in content.items() if value is not None},
    }  # fmt: skip
    (idea,) = complete_ideas(core.store, [given], now)
    core.store.add("ideas", [idea])
    if core.options.idea_response:
        return answer("IdeaResponse", idea=idea, refreshIdeas=False)
    return answer("Idea", **idea)


def create_tag(core: Core, wanted: Doc) -> Doc:
    organization = core.store.organizations.get(wanted["organizationId"])
    if organization is None:
        return answer("UnauthorizedError", message="Organization not found")
    if refused := _tag_refusal(wanted["tag"], organization["tags"]):
        return refused
    if full := schedule.limit_reached("Tags", len(organization["tags"]), organization["limits"]["tags"]):
        return answer("LimitReachedError", message=full)
    tag = {"id": new_id(core.now()), **wanted["tag"], "colorName": None}
    core.store.put_organization({**organization, "tags": [*organization["tags"], tag]})
    return answer("TagActionSuccess", tag=tag)


def update_tag(core: Core, wanted: Doc) -> Doc:
    """Answer `updateTag`: name and color are replaced."""
    organization, tag = find_tag(core, wanted["id"])
    if organization is None or tag is None:
        return answer("NotFoundError", message="Tag not found")
    others = [one for one in organization["tags"] if one["id"] != tag["id"]]
    if refused := _tag_refusal(wanted["tag"], others):
        return refused
    same = wanted["tag"]["color"] == tag["color"]
    tag = {**tag, **wanted["tag"], "colorName": tag.get("colorName") if same else None}
    tags = [tag if one["id"] == tag["id"] else one for one in organization["tags"]]
    core.store.put_organization({**organization, "tags": tags})
    return answer("TagActionSuccess", tag=tag)


def delete_tag(core: Core, wanted: Doc) -> Doc:
    """Answer `deleteTag`: posts lose the tag."""
    organization, tag = find_tag(core, wanted["id"])
    if organization is None or tag is None:
        return answer("NotFoundError", message="Tag not found")
    tags = [one for one in organization["tags"] if one is not tag]
    core.store.put_organization({**organization, "tags": tags})
    return answer("DeleteTagActionSuccess", id=tag["id"])


def find_tag(core: Core, wanted_id: str) -> tuple[Doc | None, Doc | None]:
    """Return a tag's organization and the tag, or None and None if there is none with this id."""
    tags = ((owner, tag) for owner in core.store.organizations.values() for tag in owner["tags"])
    return next(((owner, tag) for owner, tag in tags if tag["id"] == wanted_id), (None, None))


def _tag_refusal(tag: Doc, others: list[Doc]) -> Doc | None:
    if not 1 <= len(tag["name"]) <= _TAG_NAME_MOST:
        return answer("InvalidInputError", message=f"Tag names have 1 to {_TAG_NAME_MOST} characters.")
    if not _COLOR.fullmatch(tag["color"]):
        return answer("InvalidInputError", message="Tag colors have the form #RRGGBB.")
    if any(one["name"] == tag["name"] for one in others):
        return answer("DuplicateError", message="A tag with this name already exists.")
    return None


def _idea_problems(core: Core, content: Doc, group: str | None, organization: Doc) -> list[str]:
    found = []
    if not any(content.get(part) for part in ("title", "text", "media")):
        found.append("Idea must have a title, text or media.")
    known = {tag["id"] for tag in organization["tags"]}
    found += [f"Tag {tag['id']} not found." for tag in content.get("tags") or [] if tag["id"] not in known]
    for media in content.get("media") or []:
        if media["type"] == "video":
            found.append("Videos are not supported in ideas.")
        elif problem := media_problem(media["url"], media["type"], core.options.media_roots):
            found.append(problem)
    if group and group not in {one["id"] for one in organization["ideaGroups"]}:
        found.append("Idea group not found.")
    return list(dict.fromkeys(found))
