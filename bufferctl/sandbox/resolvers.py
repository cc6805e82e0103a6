"""The functions that resolve the fields of the schema.

A field without a resolver is read from the stored document. For objects that the sandbox does not store (content items,
notes), it answers like an account that has none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from graphql import GraphQLError, GraphQLResolveInfo, GraphQLUnionType, get_named_type

from bufferctl.sandbox import reads, views, writes
from bufferctl.sandbox.clock import epoch_ms, parse_time
from bufferctl.sandbox.core import Core, allowed_actions, error_of
from bufferctl.sandbox.faults import Exchange
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


Info: TypeAlias = GraphQLResolveInfo[Exchange]
"""The argument that every resolver gets in addition to its parent."""


def _account(core: Core) -> Doc:
    return {**_ACCOUNT, **core.store.account}


def _organizations(_account_doc: Doc, info: Info, filter: Doc | None = None) -> list[Doc]:
    everything = info.context.core.store.organizations.values()
    return [one for one in everything if filter is None or one["id"] == filter["organizationId"]]


def _channels(core: Core, wanted: Doc) -> list[Doc]:
    filters = wanted.get("filter") or {}
    found = _own_channels(core, wanted)
    if filters.get("product") not in {None, "publish", "buffer"}:
        return []
    return [one for one in found if filters.get("isLocked") in {None, one["isLocked"]}]


def _own_channels(core: Core, wanted: Doc) -> list[Doc]:
    return core.store.channels_of(reads.organization(core, wanted["organizationId"])["id"])


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


def _notes(core: Core, wanted: Doc, **page: Any) -> Doc:
    post_id = wanted["subject"].get("postId")
    _found(core.store.post(post_id) if post_id else None, "Post" if post_id else "Content item")
    return reads.listed([], **page)


def _nothing(core: Core, wanted: Doc, **page: Any) -> Doc:
    reads.organization(core, wanted["organizationId"])
    return reads.listed([], **page)


def _tags(core: Core, wanted: Doc, **page: Any) -> Doc:
    tags = reads.organization(core, wanted["organizationId"])["tags"]
    return reads.listed(sorted(tags, key=lambda one: str(one["name"])), **page)


def _found(doc: Doc | None, what: str) -> Doc:
    """Return the requested object; if it is missing, the error nulls non-null fields (notes: Reading)."""
    if doc is None:
        raise GraphQLError(f"{what} not found", extensions={"code": "NOT_FOUND"})
    return doc


#: By the name of a query: its answer, from its input and, if it has pages, `first` and `after`.
_READS: dict[str, Callable[..., Any]] = {
    "aggregatedPostMetrics": lambda _core, _wanted: {"metrics": []},
    "channel": lambda core, wanted: _found(core.store.channels.get(wanted["id"]), "Channel"),
    "channels": _channels,
    "collaborationNotes": _notes,
    "configuration": lambda core, wanted: {
        "services": [], "channels": list(map(_channel_configuration, _own_channels(core, wanted))),
    },
    "contentItem": lambda _core, _wanted: _found(None, "Content item"),
    "contentItems": _nothing,
    "dailyPostingLimits": _daily_limits,
    "ideaGroups": lambda core, wanted: reads.organization(core, wanted["organizationId"])["ideaGroups"],
    "post": lambda core, wanted: _found(core.store.post(wanted["id"]), "Post"),
    "postTemplate": lambda _core, _wanted: None,
    "postTemplates": _nothing,
    "tag": lambda core, wanted: _found(writes.find_tag(core, wanted["id"])[1], "Tag"),
    "tagsV2": _tags,
}  # fmt: skip


def _resolve_query(_root: Any, info: Info, input: Doc, **page: Any) -> Any:
    """Answer a query; in lists of posts and ideas, new rows may be hidden."""
    context, name = info.context, info.field_name
    if lists := {"posts": reads.post_page, "ideas": reads.idea_page}.get(name):
        return lists(context.core, input, hidden_since=context.hidden_since, **page)
    return _READS[name](context.core, input, **page)


def _channel_of(doc: Doc, info: Info) -> Doc:
    return info.context.core.store.channels[doc["channelId"]]


def _tags_of(doc: Doc, info: Info) -> list[Doc]:
    known = {one["id"]: one for one in info.context.core.store.organizations[doc["organizationId"]]["tags"]}
    return [known[tag_id] for tag_id in doc["tagIds"] if tag_id in known]


def _scheduling_type(doc: Doc, info: Info) -> str | None:
    kind: str = doc["schedulingType"]
    return None if kind == "automatic" and info.context.core.options.automatic_reads_null else kind


def _seconds(doc: Doc, info: Info) -> int:
    """Return a date of an idea, in epoch seconds, unlike those of posts (notes: Reading)."""
    return epoch_ms(parse_time(doc[info.field_name])) // 1000


def _link_shortening(doc: Doc, _info: Info) -> Doc:
    return {"isEnabled": doc["linkShortening"], "config": _SHORTENER if doc["linkShortening"] else None}


_WRITES: dict[str, Callable[[Core, Doc], Doc]] = {
    "createPost": writes.create_post,
    "editPost": writes.edit_post,
    "deletePost": lambda core, wanted: writes.delete_post(core, wanted["id"]),
    "movePostInQueue": lambda core, wanted: writes.move_post(core, wanted["id"], wanted["position"]),
    "createIdea": writes.create_idea,
    "createTag": writes.create_tag,
    "updateTag": writes.update_tag,
    "deleteTag": writes.delete_tag,
}


def resolve_mutation(_root: Any, info: Info, input: Doc) -> Doc:
    """Do the write of a mutation; faults can hit right before and right after it."""
    context, name = info.context, info.field_name
    payload = [one.name for one in cast("GraphQLUnionType", get_named_type(info.return_type)).types]

    def write() -> Doc:
        if name in _WRITES:
            return _WRITES[name](context.core, input)
        # The sandbox does not keep the object: content items, notes and post templates.
        return error_of(payload, "Document not found", "VoidMutationError", "InvalidInputError")

    return context.around(name, str(info.path.key), payload, write)


#: By type and field; mutations have `resolve_mutation`. Each gets the stored document, the info, and arguments.
FIELDS: dict[str, dict[str, Callable[..., Any]]] = {
    "Query": {
        **dict.fromkeys((*_READS, "posts", "ideas"), _resolve_query),
        "account": lambda _root, info: _account(info.context.core),
    },
    "Account": {"organizations": _organizations},
    "Organization": {
        "members": lambda doc, _info: {"totalCount": doc["members"]},
        "channelCount": lambda doc, info: len(info.context.core.store.channels_of(doc["id"])),
        "shouldEnforce2FASetup": lambda _doc, _info: False,
    },
    "Channel": {
        "allowedActions": lambda _doc, _info: _CHANNEL_ACTIONS,
        "avatar": lambda _doc, _info: _AVATAR,
        "descriptor": lambda doc, _info: f"{doc['service']} {doc['type']}",
        "externalLink": lambda doc, _info: f"https://{doc['service'].lower()}.example/{doc['name']}",
        "hasActiveMemberDevice": lambda _doc, _info: False,
        "linkShortening": _link_shortening,
        "metadata": lambda doc, _info: views.channel_metadata_view(doc),
        "products": lambda _doc, _info: ["publish"],
        "scopes": lambda _doc, _info: [],
        "serviceId": lambda doc, _info: doc.get("serviceId") or stable_id(doc["id"], "service"),
        "showTrendingTopicSuggestions": lambda _doc, _info: False,
        "updatedAt": lambda doc, _info: doc.get("updatedAt") or doc["createdAt"],
    },
    "IdeaGroup": {"isLocked": lambda doc, _info: doc.get("isLocked", False)},
    "Tag": {"isLocked": lambda doc, _info: doc.get("isLocked", False)},
    "Post": {
        "allowedActions": lambda doc, info: allowed_actions(doc, _channel_of(doc, info)),
        "assets": lambda doc, _info: views.asset_views(doc["assets"]),
        "author": lambda _doc, info: {**_account(info.context.core), "isDeleted": False},
        "channel": _channel_of,
        "channelService": lambda doc, info: _channel_of(doc, info)["service"],
        "metadata": lambda doc, info: views.metadata_view(doc, _channel_of(doc, info)),
        "notes": lambda _doc, _info: [],
        "schedulingType": _scheduling_type,
        "tags": _tags_of,
    },
    "Idea": {"createdAt": _seconds, "updatedAt": _seconds},
    "IdeaMedia": {
        "id": lambda doc, _info: stable_id(doc["url"]),
        "url": lambda doc, _info: views.stored_url(doc["url"]),
    },
}
