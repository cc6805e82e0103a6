"""Organizations and channels as the API writes them, turned into the model's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bufferctl.model import LiveChannel, LiveOrganization, Service

#: On X, an account that pays takes this many characters (notes: What each network takes).
PAID_X_CHARACTERS = 25_000
#: Kinds of subscription, in small letters, that are known to; another kind counts as one that does not pay.
_PAID_X = frozenset({"premium", "premiumplus"})

_SERVICES = {service.value: service for service in Service}


def live_organization(raw: Mapping[str, Any], channels: tuple[LiveChannel, ...] = ()) -> LiveOrganization:
    """An organization (operations/account.graphql)."""
    limits: Mapping[str, Any] = raw.get("limits") or {}
    return LiveOrganization(
        id=raw["id"],
        name=raw.get("name") or "",
        channels=channels,
        scheduled_posts_limit=limits.get("scheduledPosts"),
    )


def live_channel(raw: Mapping[str, Any], organization_id: str) -> LiveChannel | None:
    """A channel (operations/channels.graphql), None where bufferctl does not know its service: no file can name it."""
    service = _SERVICES.get(raw["service"])
    if service is None:
        return None
    shortening: Mapping[str, Any] = raw.get("linkShortening") or {}
    metadata: Mapping[str, Any] = raw.get("metadata") or {}
    return LiveChannel(
        id=raw["id"],
        organization_id=organization_id,
        service=service,
        name=raw.get("name") or "",
        display_name=raw.get("displayName"),
        timezone=raw.get("timezone") or "UTC",
        is_disconnected=bool(raw.get("isDisconnected")),
        is_locked=bool(raw.get("isLocked")),
        is_queue_paused=bool(raw.get("isQueuePaused")),
        link_shortening=bool(shortening.get("isEnabled")),
        boards={board["name"]: board["serviceId"] for board in metadata.get("boards") or ()},
        max_characters=metadata.get("maxCharacters") or _paid_characters(metadata),
    )


def _paid_characters(metadata: Mapping[str, Any]) -> int | None:
    """How many characters an X account that pays may write; None for all others, of which Buffer says nothing."""
    return PAID_X_CHARACTERS if str(metadata.get("subscriptionType")).lower() in _PAID_X else None
