"""Organizations and channels as the API writes them, turned into the model's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bufferctl.api.reading import identifier
from bufferctl.model import LiveChannel, LiveOrganization, Service

#: On X, how many characters an account takes that pays, and one that does not (notes: What each network takes).
PAID_X_CHARACTERS, FREE_X_CHARACTERS = 25_000, 280
#: Kinds of subscription, in small letters, that pay for longer texts, and those that are none. Others: nobody knows.
_PAID_X = frozenset({"premium", "premiumplus"})
_FREE_X = frozenset({"", "none", "free"})

_SERVICES = {service.value: service for service in Service}


def live_organization(raw: Mapping[str, Any], channels: tuple[LiveChannel, ...] = ()) -> LiveOrganization:
    """An organization (operations/account.graphql)."""
    limits: Mapping[str, Any] = raw.get("limits") or {}
    return LiveOrganization(
        id=identifier(raw["id"]),
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
        id=identifier(raw["id"]),
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
        max_characters=metadata.get("maxCharacters") or _characters_of_x(metadata),
    )


def _characters_of_x(metadata: Mapping[str, Any]) -> int | None:
    """How many characters an X account takes, by its subscription; None where Buffer does not tell what it means."""
    if "subscriptionType" not in metadata:
        return None
    kind = (metadata["subscriptionType"] or "").lower()
    return PAID_X_CHARACTERS if kind in _PAID_X else FREE_X_CHARACTERS if kind in _FREE_X else None
