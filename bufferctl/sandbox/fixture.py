"""The fixture file: an account to start from, as JSON. `dump` returns the current account in the same form.

docs/reference/sandbox.md shows the form. Everything has a default except `name` of an organization, `service` and
`name` of a channel, and `channelId` of a post. Posts and ideas are listed oldest first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.store import Doc, Store, stable_id

_DAILY = {"facebook": 35, "instagram": 50, "tiktok": 25}  # posts per channel and day (notes: Limits)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_TYPES = ("account", "business", "channel", "group", "page", "profile")  # schema: ChannelType
_STATUSES = {"draft", "error", "needs_approval", "scheduled", "sending", "sent"}
LIMITS = {
    "channels": 50, "generateContent": 1000, "ideaGroups": 100, "ideas": 1_000_000, "members": 50, "postTemplates": 100,
    "savedReplies": 100, "scheduledPosts": 1_000_000, "scheduledStoriesPerChannel": 2000,
    "scheduledThreadsPerChannel": 2000, "tags": 250,
}  # fmt: skip
"""Default limits of an organization: too high for a test to reach by accident."""
_FREE = {"ideas": 100, "scheduledPosts": 10, "scheduledThreadsPerChannel": 1, "tags": 3}  # what the Free plan lowers


class FixtureError(ValueError):
    """An invalid fixture; the text says which part and why."""


def default_fixture() -> Doc:
    """Return the account that the sandbox starts with: organizations Acme and Globex (fixture.json in this package)."""
    text = resources.files("bufferctl.sandbox").joinpath("fixture.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def read_fixture(path: str | Path) -> Doc:
    """Read a fixture file; FixtureError if it is unreadable or not a JSON object."""
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise FixtureError(f"cannot read {path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise FixtureError(f"{path} is not JSON: {error}") from None
    if not isinstance(data, dict):
        raise FixtureError(f"{path}: the top level must be an object with `organizations`")
    return data


def load(store: Store, fixture: Doc, now: datetime) -> None:
    """Fill an empty store; FixtureError names an invalid entry."""
    store.put_account(fixture.get("account") or {})
    path = "fixture"
    try:
        with store.transaction():
            for position, organization in enumerate(fixture["organizations"]):
                path = f"organizations[{position}]"
                _load_organization(store, organization, now)
    except FixtureError as error:
        raise FixtureError(f"{path}: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise FixtureError(f"{path}: {what}") from None


def dump(store: Store) -> Doc:
    organizations = []
    for doc in store.organizations.values():
        own = (doc["id"],)
        organizations.append({
            **doc,
            "channels": [_without(channel, "organizationId") for channel in store.channels_of(doc["id"])],
            "posts": [_without(post, "organizationId") for post in store.rows("posts", "organization = ?", own)],
            "ideas": [_without(idea, "organizationId") for idea in store.rows("ideas", "organization = ?", own)],
        })  # fmt: skip
    return {"account": store.account, "organizations": organizations}


def _load_organization(store: Store, given: Doc, now: datetime) -> None:
    organization_id = given.get("id") or stable_id(given["name"])
    tags = [{"id": stable_id(organization_id, tag["name"]), "color": "#808080", **tag} for tag in given.get("tags", [])]
    groups = [{"id": stable_id(organization_id, group["name"]), **group} for group in given.get("ideaGroups", [])]
    store.put_organization({
        "ownerEmail": "owner@acme.example", "plan": "team", "members": 1,
        **_without(given, "channels", "posts", "ideas"),
        "id": organization_id, "tags": tags, "ideaGroups": groups,
        "limits": LIMITS | (_FREE if given.get("plan") == "free" else {}) | given.get("limits", {}),
    })  # fmt: skip
    for channel in given.get("channels", []):
        store.put_channel(complete_channel({**channel, "organizationId": organization_id}))
    ideas = [{**idea, "organizationId": organization_id} for idea in given.get("ideas", [])]
    _add(store, store.channels_of(organization_id), given.get("posts", []), ideas, now)


def complete_channel(given: Doc) -> Doc:
    """Fill in a channel's defaults: two slots each weekday, connected, not paused."""
    if given["service"] not in NETWORKS:
        raise FixtureError(f"service {given['service']!r} is none of {', '.join(NETWORKS)}")
    if given.get("type", _TYPES[0]) not in _TYPES:
        raise FixtureError(f"type {given['type']!r} is none of {', '.join(_TYPES)}")
    organization, service, name = given["organizationId"], given["service"], given["name"]
    return {
        "id": stable_id(organization, service, name), "displayName": name, "timezone": "UTC",
        "type": "business" if service == "instagram" else "profile",
        "metadata": None, "isDisconnected": False, "isLocked": False, "isQueuePaused": False, "isNew": False,
        "linkShortening": False, "dailyPostingLimit": _DAILY.get(service), "requiresApproval": False,
        "resumedAt": None, "createdAt": "2026-01-05T09:00:00.000Z",
        "postingSchedule": [{"day": day, "paused": False, "times": ["09:00", "17:00"]} for day in _WEEKDAYS], **given,
    }  # fmt: skip


def seed(core: Core, posts: list[Doc] | None = None, ideas: list[Doc] | None = None) -> list[str]:
    """Add posts and ideas to a running account, unchecked, in one transaction; return their ids in order.

    They have the form of the fixture file; `channelId` may be `service:name`, and an idea needs an `organizationId`.
    FixtureError names an invalid entry.
    """
    try:
        return _add(core.store, reversed(core.store.channels.values()), posts or [], ideas or [], core.now())
    except KeyError as error:
        raise FixtureError(f"{error} is missing or unknown") from None


def _add(store: Store, channels: Iterable[Doc], posts: list[Doc], ideas: list[Doc], now: datetime) -> list[str]:
    """Complete and add posts and ideas, and return their ids; `channelId` may be the `service:name` of a channel."""
    ids = {f"{one['service']}:{one['name']}": one["id"] for one in channels}
    posts = [{**post, "channelId": ids.get(post["channelId"], post["channelId"])} for post in posts]
    posts, ideas = complete_posts(store, posts, now), complete_ideas(store, ideas, now)
    with store.transaction():
        store.add("posts", posts)
        store.add("ideas", ideas)
    return [one["id"] for one in (*posts, *ideas)]


def complete_post(given: Doc) -> Doc:
    """Fill a post's defaults: automatic, custom scheduled if it has a time, created in Buffer's own app."""
    custom = given.get("dueAt") is not None
    return {
        "status": "scheduled", "text": "", "assets": [], "metadata": None, "tagIds": [], "ideaId": None,
        "shareMode": "customScheduled" if custom else "addToQueue", "isCustomScheduled": custom, "sharedNow": False,
        "schedulingType": "automatic", "dueAt": None, "sentAt": None, "notificationStatus": None, "error": None,
        "externalLink": None, "via": "buffer", **given,
    }  # fmt: skip


def complete_posts(store: Store, given: list[Doc], now: datetime) -> list[Doc]:
    """Fill in posts of a fixture: their organization, dates (one second apart, the last one now) and ids."""
    posts = []
    already = str(store.last_row("posts"))
    for position, post in enumerate(given):
        channel = store.channels.get(post["channelId"])
        if channel is None:
            raise FixtureError(f"posts[{position}]: there is no channel {post['channelId']!r}")
        if post.get("status", "draft") not in _STATUSES:
            raise FixtureError(
                f"posts[{position}]: status {post['status']!r} is none of {', '.join(sorted(_STATUSES))}"
            )
        created = post.get("createdAt") or iso(now - timedelta(seconds=len(given) - 1 - position))
        sent = post.get("sentAt") or (post.get("dueAt") or created if post.get("status") == "sent" else None)
        given_dates = {"dueAt": post.get("dueAt"), "sentAt": sent, "updatedAt": post.get("updatedAt")}
        dates = {key: iso(parse_time(text)) for key, text in given_dates.items() if text}
        post_id = stable_id(channel["id"], created, str(position), already)
        created = iso(parse_time(created))
        defaults: Doc = {"id": post_id, "organizationId": channel["organizationId"], "updatedAt": created}
        posts.append(complete_post({**defaults, **post, **dates, "createdAt": created}))
    return posts


def complete_ideas(store: Store, given: list[Doc], now: datetime) -> list[Doc]:
    """Fill in ideas of a fixture in the same way; tags may be given by id only."""
    ideas = []
    already = str(store.last_row("ideas"))
    for position, idea in enumerate(given):
        tags = {tag["id"]: tag for tag in store.organizations[idea["organizationId"]]["tags"]}
        created = iso(parse_time(idea.get("createdAt") or iso(now - timedelta(seconds=len(given) - 1 - position))))
        content: dict[str, Any] = {
            "aiAssisted": False, "date": None, "media": [], "services": [], "text": None, "title": None,
            **idea["content"],
        }  # fmt: skip
        content["tags"] = [tags.get(tag["id"], tag) for tag in content.get("tags", [])]
        idea_id = stable_id(idea["organizationId"], created, str(position), already)
        ideas.append({
            "id": idea_id, "groupId": None, "position": None, "updatedAt": created, **idea,
            "createdAt": created, "content": content,
        })  # fmt: skip
    return ideas


def _without(doc: Doc, *keys: str) -> Doc:
    return {key: value for key, value in doc.items() if key not in keys}
