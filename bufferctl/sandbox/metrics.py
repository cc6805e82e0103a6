"""Metrics of posts, made up and the same in every run: a post's own, and their sums (NOTES: Reading)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from bufferctl.sandbox import reads
from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.core import Core
from bufferctl.sandbox.store import Doc

_LONGEST = timedelta(days=365)
_ALWAYS = ("reactions", "comments")
_MORE = {
    "twitter": ("impressions", "reposts", "clicks"),
    "instagram": ("views", "reach", "shares", "saves"),
    "facebook": ("views", "reach", "clicks", "shares"),
    "linkedin": ("impressions", "clicks", "reposts"),
    "threads": ("views", "reposts", "quotes"),
    "bluesky": ("reposts", "quotes"),
    "mastodon": ("reposts",),
    "pinterest": ("impressions", "clicks", "saves"),
    "tiktok": ("views", "shares"),
    "youtube": ("views",),
    "googlebusiness": ("views", "clicks"),
    "substack": ("views", "freeSubscriptions", "paidSubscriptions"),
}


def post_metrics(post: Doc, channel: Doc, now: datetime) -> list[Doc] | None:
    """Return a post's metrics; None until the first daily refresh after it was sent: unknown is not 0."""
    if metrics_updated(post, now) is None:
        return None
    return [_metric(kind, _count(post["id"], kind)) for kind in _types([channel])]


def metrics_updated(post: Doc, now: datetime) -> str | None:
    """Return when the metrics of a post were last refreshed: at midnight in UTC; None for never."""
    if post["status"] != "sent" or not post["sentAt"]:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return iso(midnight) if midnight > parse_time(post["sentAt"]) else None


def aggregated(core: Core, wanted: Doc) -> Doc:
    """Answer `aggregatedPostMetrics`: sums over what was sent in a range of at most 365 days.

    `postCount`, `reactions` and `comments` are always there, others only where every channel has them.
    """
    organization = reads.organization(core, wanted["organizationId"])
    start, end = parse_time(wanted["startDateTime"]), parse_time(wanted["endDateTime"])
    if not timedelta() <= end - start <= _LONGEST:
        raise reads.bad_input(f"The range must start before its end and span at most {_LONGEST.days} days")
    ids = wanted.get("channelIds")
    channels = [one for one in core.store.channels_of(organization["id"]) if ids is None or one["id"] in ids]
    where = reads.Where()
    where.add("organization = ? AND status = 'sent'", organization["id"])
    where.any_of("channel", ids)
    where.between("sent", wanted["startDateTime"], wanted["endDateTime"])
    where.tagged(wanted.get("tags"))
    posts = core.store.posts(" AND ".join(where.terms), where.values)
    measured = [post for post in posts if metrics_updated(post, core.now())]
    sums = {kind: sum(_count(post["id"], kind) for post in measured) for kind in _types(channels)}
    refreshed = [metrics_updated(post, core.now()) for post in measured]
    return {
        "metrics": [_metric("postCount", len(posts)), *(_metric(kind, total) for kind, total in sums.items())],
        "metricsUpdatedAt": max(filter(None, refreshed), default=None),
    }


def _types(channels: Iterable[Doc]) -> list[str]:
    sets = [set(_MORE.get(channel["service"], ())) for channel in channels]
    return [*_ALWAYS, *sorted(set.intersection(*sets) if sets else ())]


def _count(post_id: str, kind: str) -> int:
    return hashlib.sha256(f"{post_id}/{kind}".encode()).digest()[0]


def _metric(kind: str, value: float) -> Doc:
    name = "posts" if kind == "postCount" else kind
    return {
        "type": kind, "name": name.capitalize(), "description": f"Number of {name}", "unit": "count",
        "value": float(value),
    }  # fmt: skip
