"""The functions that resolve the fields of the schema.

A field without a resolver is read from the stored document. For objects that the sandbox does not store (content items,
notes), it answers like an account that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from ariadne import ObjectType, QueryType
from graphql import GraphQLError, GraphQLResolveInfo, GraphQLUnionType, get_named_type

from bufferctl.sandbox import organization, posts, reads, views
from bufferctl.sandbox.clock import epoch_ms, parse_time
from bufferctl.sandbox.core import Core, allowed_actions, error_of
from bufferctl.sandbox.faults import RequestFaults
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.schedule import day_counts
from bufferctl.sandbox.store import Doc, stable_id

_AVATAR = "https://buffer-media.example/avatar.png"
_ACCOUNT: Doc = {
    "id": stable_id("account"), "email": "you@acme.example", "timezone": "UTC", "name": None, "avatar": _AVATAR,
    "createdAt": "2026-01-05T09:00:00.000Z", "connectedApps": [],
}  # fmt: skip
_CHANNEL_ACTIONS = ["viewChannel", "viewPublish", "readUpdates", "manageUpdates", "managePostingSchedule"]
_SHORTENER = {"domain": "buff.ly", "name": "Buffer"}


@dataclass
class Exchange:
    """The context of every resolver. `hidden_since` (ms): newer rows are not in lists yet; None hides nothing."""

    core: Core
    faults: RequestFaults
    hidden_since: int | None = None


Info: TypeAlias = GraphQLResolveInfo[Exchange]
"""The argument that every resolver gets in addition to its parent."""

query = QueryType()
account_type = ObjectType("Account")
organization_type = ObjectType("Organization")
channel_type = ObjectType("Channel")
group_type = ObjectType("IdeaGroup")
tag_type = ObjectType("Tag")
post_type = ObjectType("Post")
idea_type = ObjectType("Idea")
idea_media_type = ObjectType("IdeaMedia")


# Accounts, organizations, channels


@query.field("account")
def _account(_root: Any, info: Info) -> Doc:
    return {**_ACCOUNT, **info.context.core.store.account}


@account_type.field("organizations")
def _organizations(_account_doc: Doc, info: Info, filter: Doc | None = None) -> list[Doc]:
    everything = info.context.core.store.organizations.values()
    return [one for one in everything if filter is None or one["id"] == filter["organizationId"]]


organization_type.set_field("members", lambda doc, _info: {"totalCount": doc["members"]})
organization_type.set_field("channelCount", lambda doc, info: len(info.context.core.store.channels_of(doc["id"])))
organization_type.set_field("shouldEnforce2FASetup", lambda _doc, _info: False)
group_type.set_field("isLocked", lambda doc, _info: doc.get("isLocked", False))
tag_type.set_field("isLocked", lambda doc, _info: doc.get("isLocked", False))


def _channels(core: Core, wanted: Doc) -> list[Doc]:
    filters = wanted.get("filter") or {}
    found = core.store.channels_of(reads.organization(core, wanted["organizationId"])["id"])
    if filters.get("product") not in {None, "publish", "buffer"}:
        return []
    return [one for one in found if filters.get("isLocked") in {None, one["isLocked"]}]


def _link_shortening(doc: Doc) -> Doc:
    return {"isEnabled": doc["linkShortening"], "config": _SHORTENER if doc["linkShortening"] else None}


for _name, _value in {
    "allowedActions": lambda _doc: _CHANNEL_ACTIONS, "avatar": lambda _doc: _AVATAR, "scopes": lambda _doc: [],
    "descriptor": lambda doc: f"{doc['service']} {doc['type']}", "hasActiveMemberDevice": lambda _doc: False,
    "externalLink": lambda doc: f"https://{doc['service'].lower()}.example/{doc['name']}",
    "linkShortening": _link_shortening, "metadata": views.channel_metadata_view, "products": lambda _doc: ["publish"],
    "serviceId": lambda doc: doc.get("serviceId") or stable_id(doc["id"], "service"),
    "showTrendingTopicSuggestions": lambda _doc: False,
    "updatedAt": lambda doc: doc.get("updatedAt") or doc["createdAt"],
}.items():  # fmt: skip
    channel_type.set_field(_name, lambda doc, _info, _value=_value: _value(doc))


def _configuration(core: Core, wanted: Doc) -> Doc:
    channels = core.store.channels_of(reads.organization(core, wanted["organizationId"])["id"])
    return {"services": [], "channels": [_channel_configuration(channel) for channel in channels]}


def _channel_configuration(channel: Doc) -> Doc:
    network = NETWORKS[channel["service"]]
    rules: list[Doc] = []
    if network.text is not None:
        rules.append({"__typename": "LengthRule", "property": "text", "maxLength": network.text})
    if network.images is not None:
        rules.append({"__typename": "CountRule", "property": "image", "min": None, "max": network.images})
    content = {
        "configurationContentTypes": ["post"], "rules": rules,
        "supportedProperties": [
            "text", "image", *["linkAttachment"] * network.links, *["document"] * network.documents,
        ],
    }  # fmt: skip
    return {
        "channelId": channel["id"], "channelType": channel["type"], "service": channel["service"],
        "content": [content] if network.takes_posts else [],
    }  # fmt: skip


def _daily_limits(core: Core, wanted: Doc) -> list[Doc]:
    moment = parse_time(wanted["date"]) if wanted.get("date") else core.now()
    answers = []
    for channel_id in wanted["channelIds"]:
        doc = _found(core.store.channels.get(channel_id), "Channel")
        scheduled, sent = day_counts(core, doc, moment)
        limit = doc["dailyPostingLimit"]
        full = limit is not None and scheduled + sent >= limit
        counts = {"limit": limit, "scheduled": scheduled, "sent": sent}
        answers.append({"channelId": doc["id"], "isAtLimit": full, **counts})
    return answers


# Posts


@query.field("posts")
def _posts(_root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None) -> Doc:
    return reads.post_page(info.context.core, input, first, after, info.context.hidden_since)


def _channel_of(doc: Doc, info: Info) -> Doc:
    return info.context.core.store.channels[doc["channelId"]]


def _tags_of(doc: Doc, info: Info) -> list[Doc]:
    known = {one["id"]: one for one in info.context.core.store.organizations[doc["organizationId"]]["tags"]}
    return [known[tag_id] for tag_id in doc["tagIds"] if tag_id in known]


def _scheduling_type(doc: Doc, info: Info) -> str | None:
    kind: str = doc["schedulingType"]
    return None if kind == "automatic" and info.context.core.options.automatic_reads_null else kind


for _name, _resolve in {
    "allowedActions": lambda doc, info: allowed_actions(doc, _channel_of(doc, info)),
    "assets": lambda doc, _info: views.asset_views(doc["assets"]),
    "author": lambda _doc, info: {**_account(None, info), "isDeleted": False},
    "channel": _channel_of,
    "channelService": lambda doc, info: _channel_of(doc, info)["service"],
    "metadata": lambda doc, info: views.metadata_view(doc, _channel_of(doc, info)),
    "notes": lambda _doc, _info: [],
    "schedulingType": _scheduling_type,
    "tags": _tags_of,
}.items():
    post_type.set_field(_name, _resolve)


# Ideas, whose dates are epoch seconds, unlike those of posts (notes: Reading); tags


for _name in ("createdAt", "updatedAt"):
    idea_type.set_field(_name, lambda doc, _info, _name=_name: epoch_ms(parse_time(doc[_name])) // 1000)
idea_media_type.set_field("id", lambda doc, _info: stable_id(doc["url"]))
idea_media_type.set_field("url", lambda doc, _info: views.stored_url(doc["url"]))


@query.field("ideas")
def _ideas(_root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None) -> Doc:
    return reads.idea_page(info.context.core, input, first, after, info.context.hidden_since)


@query.field("tagsV2")
def _tags(_root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None) -> Doc:
    tags = reads.organization(info.context.core, input["organizationId"])["tags"]
    return reads.listed(sorted(tags, key=lambda one: str(one["name"])), first, after)


# Content items, notes and post templates, which are always empty


@query.field("contentItems")
@query.field("postTemplates")
def _content_items(_root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None) -> Doc:
    reads.organization(info.context.core, input["organizationId"])
    return reads.listed([], first, after)


@query.field("collaborationNotes")
def _notes(_root: Any, info: Info, input: Doc, first: int | None = None, after: str | None = None) -> Doc:
    post_id = input["subject"].get("postId")
    _found(info.context.core.store.post(post_id) if post_id else None, "Post" if post_id else "Content item")
    return reads.listed([], first, after)


def _found(doc: Doc | None, what: str) -> Doc:
    """Return the requested object; if it is missing, the error nulls non-null fields (notes: Reading)."""
    if doc is None:
        raise GraphQLError(f"{what} not found", extensions={"code": "NOT_FOUND"})
    return doc


_READS: dict[str, Callable[[Core, Doc], Any]] = {
    "aggregatedPostMetrics": lambda _core, _wanted: {"metrics": []},
    "channel": lambda core, wanted: _found(core.store.channels.get(wanted["id"]), "Channel"),
    "channels": _channels,
    "configuration": _configuration,
    "contentItem": lambda _core, _wanted: _found(None, "Content item"),
    "dailyPostingLimits": _daily_limits,
    "ideaGroups": lambda core, wanted: reads.organization(core, wanted["organizationId"])["ideaGroups"],
    "post": lambda core, wanted: _found(core.store.post(wanted["id"]), "Post"),
    "postTemplate": lambda _core, _wanted: None,
    "tag": lambda core, wanted: _found(organization.find_tag(core, wanted["id"])[1], "Tag"),
}

for _name, _read in _READS.items():
    query.set_field(_name, lambda _root, info, _read=_read, **given: _read(info.context.core, given["input"]))


# Mutations


_WRITES: dict[str, Callable[[Core, Doc], Doc]] = {
    "createPost": posts.create_post,
    "editPost": posts.edit_post,
    "deletePost": lambda core, wanted: posts.delete_post(core, wanted["id"]),
    "movePostInQueue": lambda core, wanted: posts.move_post(core, wanted["id"], wanted["position"]),
    "createIdea": organization.create_idea,
    "createTag": organization.create_tag,
    "updateTag": organization.update_tag,
    "deleteTag": organization.delete_tag,
}


def resolve_mutation(_root: Any, info: Info, **arguments: Any) -> Doc:
    """Do the write of a mutation; faults can hit right before and right after it."""
    context, name = info.context, info.field_name
    payload = [one.name for one in cast("GraphQLUnionType", get_named_type(info.return_type)).types]

    def write() -> Doc:
        if name in _WRITES:
            return _WRITES[name](context.core, arguments["input"])
        # The sandbox does not keep the object: content items, notes and post templates.
        return error_of(payload, "Document not found", "VoidMutationError", "InvalidInputError")

    return context.faults.around(name, str(info.path.key), payload, write)


RESOLVERS = [
    query, account_type, organization_type, channel_type, group_type, tag_type, post_type, idea_type, idea_media_type,
]  # fmt: skip
