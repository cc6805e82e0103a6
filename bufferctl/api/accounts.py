"""Organizations and channels as the API writes them, turned into the model's."""

from __future__ import annotations

from typing import Any

from bufferctl.api.shapes import ChannelMetadataJson, OrganizationJson, checked_channel
from bufferctl.model import LiveChannel, LiveOrganization, Service

#: On X, how many characters an account takes that pays, and one that does not (notes: What each network takes).
PAID_X_CHARACTERS, FREE_X_CHARACTERS = 25_000, 280
#: Kinds of subscription, in small letters, that pay for longer texts, and those that are none. Others: nobody knows.
_PAID_X = frozenset({"premium", "premiumplus"})
_FREE_X = frozenset({"", "none", "free"})

_SERVICES = {service.value: service for service in Service}


def live_organization(raw: OrganizationJson, channels: tuple[LiveChannel, ...] = ()) -> LiveOrganization:
    """An organization (operations/account.graphql), checked."""
    limits = raw.get("limits") or {}
    return LiveOrganization(
        id=raw["id"],
        name=raw.get("name") or "",
        channels=channels,
        scheduled_posts_limit=limits.get("scheduledPosts"),
    )


def live_channel(raw: Any, organization_id: str) -> LiveChannel | None:
    """A channel (operations/channels.graphql), None where bufferctl does not know its service: no file can name it.

    Raises FormError.
    """
    channel = checked_channel(raw)
    service = _SERVICES.get(channel["service"])
    if service is None:
        return None
    metadata: ChannelMetadataJson = channel.get("metadata") or {}
    return LiveChannel(
        id=channel["id"],
        organization_id=organization_id,
        service=service,
        name=channel.get("name") or "",
        display_name=channel.get("displayName"),
        timezone=channel.get("timezone") or "UTC",
        is_disconnected=bool(channel.get("isDisconnected")),
        is_locked=bool(channel.get("isLocked")),
        is_queue_paused=bool(channel.get("isQueuePaused")),
        link_shortening=bool((channel.get("linkShortening") or {}).get("isEnabled")),
        boards={board["name"]: board["serviceId"] for board in metadata.get("boards") or ()},
        max_characters=metadata.get("maxCharacters") or _characters_of_x(metadata),
    )


def _characters_of_x(metadata: ChannelMetadataJson) -> int | None:
    """How many characters an X account takes, by its subscription; None where Buffer does not tell what it means."""
    if "subscriptionType" not in metadata:
        return None
    kind = (metadata.get("subscriptionType") or "").lower()
    return PAID_X_CHARACTERS if kind in _PAID_X else FREE_X_CHARACTERS if kind in _FREE_X else None
