"""Which function answers which field of accounts, organizations and channels.

A field without one is read from the document as it is stored.
"""

from __future__ import annotations

from typing import Any

from ariadne import ObjectType, QueryType

from bufferctl.sandbox import metadata_views, reads
from bufferctl.sandbox.clock import parse_time
from bufferctl.sandbox.exchange import Info
from bufferctl.sandbox.ids import stable_id
from bufferctl.sandbox.scheduling import day_counts
from bufferctl.sandbox.store import Doc

_AVATAR = "https://buffer-media.example/avatar.png"
_ACCOUNT: Doc = {
    "id": stable_id("account"), "email": "you@acme.example", "timezone": "UTC", "name": None, "avatar": _AVATAR,
    "createdAt": "2026-01-05T09:00:00.000Z", "connectedApps": [],
}  # fmt: skip

query = QueryType()
account = ObjectType("Account")
organization = ObjectType("Organization")
channel = ObjectType("Channel")
group = ObjectType("IdeaGroup")
tag = ObjectType("Tag")


@query.field("account")
def account_of(_root: Any, info: Info) -> Doc:
    """Return the one account that the key belongs to."""
    return {**_ACCOUNT, **info.context.core.store.account}


@account.field("organizations")
def _organizations(_account: Doc, info: Info, filter: Doc | None = None) -> list[Doc]:
    everything = info.context.core.store.organizations.values()
    return [one for one in everything if filter is None or one["id"] == filter["organizationId"]]


organization.set_field("members", lambda doc, _info: {"totalCount": doc["members"]})
organization.set_field("channelCount", lambda doc, info: len(info.context.core.store.channels_of(doc["id"])))
organization.set_field("shouldEnforce2FASetup", lambda _doc, _info: False)
group.set_field("isLocked", lambda doc, _info: doc.get("isLocked", False))
tag.set_field("isLocked", lambda doc, _info: doc.get("isLocked", False))


@query.field("channel")
def _channel(_root: Any, info: Info, input: Doc) -> Doc:
    doc = info.context.core.store.channels.get(input["id"])
    if doc is None:
        raise reads.not_found("Channel")
    return doc


@query.field("channels")
def _channels(_root: Any, info: Info, input: Doc) -> list[Doc]:
    core = info.context.core
    wanted = input.get("filter") or {}
    found = core.store.channels_of(reads.organization(core, input["organizationId"])["id"])
    if wanted.get("product") not in {None, "publish", "buffer"}:
        return []
    return [one for one in found if wanted.get("isLocked") in {None, one["isLocked"]}]


_CHANNEL_ACTIONS = ["viewChannel", "viewPublish", "readUpdates", "manageUpdates", "managePostingSchedule"]
for _name, _value in {
    "allowedActions": lambda _doc: _CHANNEL_ACTIONS, "avatar": lambda _doc: _AVATAR, "scopes": lambda _doc: [],
    "descriptor": lambda doc: f"{doc['service']} {doc['type']}", "hasActiveMemberDevice": lambda _doc: False,
    "externalLink": lambda doc: f"https://{doc['service'].lower()}.example/{doc['name']}",
    "linkShortening": lambda doc: {"isEnabled": doc["linkShortening"], "config": None},
    "metadata": metadata_views.channel_metadata_view, "products": lambda _doc: ["publish"],
    "serviceId": lambda doc: doc.get("serviceId") or stable_id(doc["id"], "service"),
    "showTrendingTopicSuggestions": lambda _doc: False,
    "updatedAt": lambda doc: doc.get("updatedAt") or doc["createdAt"],
}.items():  # fmt: skip
    channel.set_field(_name, lambda doc, _info, _value=_value: _value(doc))


@query.field("ideaGroups")
def _idea_groups(_root: Any, info: Info, input: Doc) -> list[Doc]:
    return list(reads.organization(info.context.core, input["organizationId"])["ideaGroups"])


@query.field("dailyPostingLimits")
def _daily_limits(_root: Any, info: Info, input: Doc) -> list[Doc]:
    core = info.context.core
    moment = parse_time(input["date"]) if input.get("date") else core.now()
    answers = []
    for doc in (core.store.channels.get(channel_id) for channel_id in input["channelIds"]):
        if doc is None:
            raise reads.not_found("Channel")
        scheduled, sent = day_counts(core, doc, moment)
        limit = doc["dailyPostingLimit"]
        full = limit is not None and scheduled + sent >= limit
        counts = {"limit": limit, "scheduled": scheduled, "sent": sent}
        answers.append({"channelId": doc["id"], "isAtLimit": full, **counts})
    return answers


@query.field("aggregatedPostMetrics")
def _no_metrics(_root: Any, info: Info, input: Doc) -> Doc:
    reads.organization(info.context.core, input["organizationId"])
    return {"metrics": [], "metricsUpdatedAt": None}


@query.field("postTemplates")
def _no_templates(_root: Any, info: Info, input: Doc, **_page: Any) -> Doc:
    reads.organization(info.context.core, input["organizationId"])
    return {"edges": [], "pageInfo": {"hasNextPage": False, "hasPreviousPage": False}, "totalCount": 0}


ACCOUNTS = [query, account, organization, channel, group, tag]
