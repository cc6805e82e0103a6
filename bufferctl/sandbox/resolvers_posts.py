"""Which function answers which field of posts and ideas.

A field without one is read from the document as it is stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ariadne import MutationType, ObjectType, QueryType

from bufferctl.sandbox import ideas, life, media, metadata_views, posts, reads
from bufferctl.sandbox.core import Core, answer
from bufferctl.sandbox.exchange import Info
from bufferctl.sandbox.resolvers import account_of
from bufferctl.sandbox.store import Doc

_NO_TEMPLATES = "The sandbox keeps no post templates"

query = QueryType()
mutation = MutationType()
post = ObjectType("Post")


def _writes(name: str) -> Callable[[Callable[[Core, Doc], Doc]], None]:
    """Bind a mutation so that faults can be put right before and right after its write."""

    def bind(write: Callable[[Core, Doc], Doc]) -> None:
        def resolve(_root: Any, info: Info, **arguments: Any) -> Doc:
            context = info.context
            return context.faults.around(name, str(info.path.key), lambda: write(context.core, arguments["input"]))

        mutation.set_field(name, resolve)

    return bind


_writes("createPost")(posts.create_post)
_writes("editPost")(posts.edit_post)
_writes("deletePost")(lambda core, wanted: posts.delete_post(core, wanted["id"]))
_writes("movePostInQueue")(lambda core, wanted: posts.move_post(core, wanted["id"], wanted["position"]))
_writes("createIdea")(ideas.create_idea)
_writes("createPostTemplate")(lambda _core, _wanted: answer("VoidMutationError", message=_NO_TEMPLATES))
_writes("updatePostTemplate")(lambda _core, _wanted: answer("VoidMutationError", message="Document not found"))
_writes("deletePostTemplate")(lambda _core, _wanted: answer("VoidMutationError", message="Document not found"))


@query.field("post")
def _post(_root: Any, info: Info, input: Doc) -> Doc:
    doc = info.context.core.store.post(input["id"])
    if doc is None:
        raise reads.not_found("Post")
    return doc


@query.field("posts")
def _posts(
    _root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None
) -> Doc:  # fmt: skip
    return reads.post_page(info.context.core, input, first, after, info.context.hidden_since)


@query.field("ideas")
def _ideas(
    _root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None
) -> Doc:  # fmt: skip
    return reads.idea_page(info.context.core, input, (first, after), ideas.idea_view, info.context.hidden_since)


def _tags(doc: Doc, info: Info) -> list[Doc]:
    known = {one["id"]: one for one in info.context.core.store.organizations[doc["organizationId"]]["tags"]}
    return [known[tag_id] for tag_id in doc["tagIds"] if tag_id in known]


def _author(_post: Doc, info: Info) -> Doc:
    return {**account_of(None, info), "isDeleted": False}


def _scheduling_type(doc: Doc, info: Info) -> str | None:
    kind: str = doc["schedulingType"]
    return None if kind == "automatic" and info.context.core.options.automatic_reads_null else kind


def _channel_of(doc: Doc, info: Info) -> Doc:
    return info.context.core.store.channels[doc["channelId"]]


post.set_field("allowedActions", lambda doc, _info: life.allowed_actions(doc))
post.set_field("assets", lambda doc, _info: media.asset_views(doc["assets"]))
post.set_field("author", _author)
post.set_field("channel", _channel_of)
post.set_field("channelService", lambda doc, info: _channel_of(doc, info)["service"])
post.set_field("metadata", lambda doc, info: metadata_views.metadata_view(doc, _channel_of(doc, info)))
post.set_field("notes", lambda _doc, _info: [])
post.set_field("schedulingType", _scheduling_type)
post.set_field("tags", _tags)

POSTS = [query, mutation, post]
