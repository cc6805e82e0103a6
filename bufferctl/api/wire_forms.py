"""Writes as the API's input objects: camelCase, nested asset details, the network's own key (schema: inputs).

A create leaves out absent values. An edit sends the whole content, including empty values, since Buffer may keep or
drop fields that an edit omits (notes: Writing).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from enum import Enum
from typing import Any, assert_never

from pydantic.alias_generators import to_camel

from bufferctl.model import (
    NETWORKS,
    Asset,
    CreateIdea,
    CreatePost,
    DeletePost,
    DraftPost,
    EditPost,
    Idea,
    Item,
    MediaFile,
    Post,
    Service,
    ShareMode,
    ThreadItem,
    Write,
    thread_of,
)
from bufferctl.model.base import Model
from bufferctl.model.desired import AS_IS, RETURNED
from bufferctl.model.metadata import ALWAYS, MODELS, PinterestMetadata
from bufferctl.model.state import back_at
from bufferctl.value import replace


def operation_and_input(write: Write) -> tuple[str, dict[str, Any]]:
    """The operation for a write (the name of its `.graphql` file), and the operation's `input`."""
    match write:
        case CreatePost():
            return "create_post", create_post(write)
        case EditPost():
            return "edit_post", edit_post(write)
        case DraftPost():
            draft = replace(write.item, draft=True)
            return "edit_post", edit_post(EditPost(write.id, draft, write.channel_id, write.tag_ids, write.idea_id))
        case DeletePost():
            return "delete_post", {"id": write.id}
        case CreateIdea():
            return "create_idea", create_idea(write)
        case _:
            assert_never(write)


def create_post(write: CreatePost) -> dict[str, Any]:
    """CreatePostInput."""
    post = write.item
    return {
        "channelId": write.channel_id,
        "text": post.text,
        "assets": form(post.assets),
        **_schedule(post),
        **_present(
            metadata=_metadata(post),
            tagIds=list(write.tag_ids),
            saveToDraft=post.draft,
            needsApproval=post.needs_approval,
            ideaId=write.idea_id,
        ),
        **_by_name(post, *AS_IS[Post], "draft_id"),
    }


def edit_post(write: EditPost) -> dict[str, Any]:
    """EditPostInput.

    A draft is always sent as a draft, and a post that needs approval always requests it, so that an edit neither
    schedules the draft nor bypasses the approval. Only drafts can be approved (notes: Writing), so a scheduled post
    also becomes a draft. A post that a suspension took off the schedule goes back to where it was.
    """
    post = write.item
    found = {
        "id": write.id,
        "text": post.text,
        "assets": form(post.assets),
        "tagIds": list(write.tag_ids),
        **_present(
            metadata=_metadata(post) or ({post.service.value: {}} if post.service in MODELS.keys() - ALWAYS else None),
            ideaId=write.idea_id,
        ),
        **{to_camel(name): None for name in RETURNED[Post]},
        **_by_name(post, *AS_IS[Post]),
    }
    for path, value in write.restores.items():
        _restore(found, path, value, NETWORKS[post.service].wire or post.service.value)
    if write.back_to:
        at = back_at(write.back_to)
        mode = ShareMode.CUSTOM_SCHEDULED if at else ShareMode.ADD_TO_QUEUE
        return found | _schedule(replace(post, mode=mode, due_at=at)) | {"saveToDraft": False}
    if write.reschedule:
        found |= _schedule(post)
    if post.needs_approval and not post.draft:
        found |= {"approvalChange": "request", **({"saveToDraft": True} if write.was_scheduled else {})}
    elif write.reschedule or (post.draft and not write.was_scheduled):
        found["saveToDraft"] = post.draft
    return found


def _restore(form: dict[str, Any], path: str, value: Any, network: str) -> None:
    """Set a field that left the file, unless an object around it is not sent either."""
    first, *steps = path.split(".")
    if first != "metadata":
        form[to_camel(path)] = value
        return
    form.setdefault("metadata", {}).setdefault(network, {})
    inner = form["metadata"][network]
    *above, last = map(to_camel, steps)
    for step in above:
        inner = inner.get(step)
        if not isinstance(inner, dict):
            return
    inner.setdefault(last, value)


def create_idea(write: CreateIdea) -> dict[str, Any]:
    """CreateIdeaInput."""
    idea = write.item
    content = _by_name(idea, *AS_IS[Idea], "text", "media")
    return {
        "organizationId": write.organization_id,
        "content": content | _present(tags=[asdict(tag) for tag in write.tags]),
        **_by_name(idea, "group", "cta", "template_id"),
    }


def moment(when: datetime) -> str:
    """An instant in the API's format: UTC, milliseconds, Z."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


#: Details of assets that the API nests in `metadata`.
_NESTED = {
    "image": {"alt_text", "animated_thumbnail", "dimensions", "user_tags"},
    "video": {"thumbnail_offset", "title"},
}


def asset_form(asset: Asset) -> dict[str, Any]:
    """AssetInput: exactly one of its fields, with the details nested in `metadata`."""
    value, names = asset.value, _NESTED.get(asset.kind, set())
    nested = _fields(value, without=type(value).model_fields.keys() - names)
    return {asset.kind: _fields(value, without=names) | _present(metadata=nested)}


def form(value: Any) -> Any:
    """Any value of the model as JSON, without absent fields and empty lists."""
    if isinstance(value, Asset):
        return asset_form(value)
    if isinstance(value, Model):
        return _fields(value)
    if isinstance(value, tuple):
        return [form(item) for item in value]
    if isinstance(value, datetime):
        return moment(value)
    return value.value if isinstance(value, Enum) else value


def _fields(model: Model, without: Collection[str] = ()) -> dict[str, Any]:
    found = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in without or value is None or value == ():
            continue
        if isinstance(value, MediaFile):  # sent as its URL
            found[to_camel(name.replace("file", "url"))] = value.url
        else:
            found[to_camel(name)] = form(value)
    return found


def _metadata(post: Post) -> dict[str, Any] | None:
    """PostInputMetaData. A Pinterest board's name is not sent: the plan has added its id."""
    if post.metadata is None:
        return None
    without = ("board",) if isinstance(post.metadata, PinterestMetadata) else ()
    found = _fields(post.metadata, without)
    if thread := thread_of(post.metadata):
        found["thread"] = [_thread_item(item, post.service) for item in thread]
    return {NETWORKS[post.service].wire or post.service.value: found}


def _thread_item(item: ThreadItem, service: Service) -> dict[str, Any]:
    """ThreadedPostInput: a link preview has its own metadata."""
    found = _fields(item, without=("link_attachment",))
    if item.link_attachment:
        found["metadata"] = {service.value: {"linkAttachment": form(item.link_attachment)}}
    return found


def _schedule(post: Post) -> dict[str, Any]:
    """Only customScheduled takes a time; other modes ignore it or fail (notes: Writing)."""
    form = {"mode": post.mode.value, "schedulingType": post.scheduling_type.value}
    if post.mode is ShareMode.CUSTOM_SCHEDULED and post.due_at:
        form["dueAt"] = moment(post.due_at)
    return form


def _by_name(item: Item, *names: str) -> dict[str, Any]:
    """Fields under their own names, without those that are absent or empty."""
    found = {to_camel(name): form(getattr(item, name)) for name in names}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _present(**values: Any) -> dict[str, Any]:
    """The values that are neither None, nor empty, nor false."""
    return {name: value for name, value in values.items() if value}
