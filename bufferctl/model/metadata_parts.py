"""What the networks' metadata is made of: mentions, places, events, offers (schema: PostInputMetaData and below)."""

from __future__ import annotations

from bufferctl.model.base import Model
from bufferctl.model.enums import GoogleBusinessButton
from bufferctl.model.scalars import Filled, Flag, Url, When, Whole


class Retweet(Model):
    """A post of somebody else to share."""

    id: Filled
    """The number of that post, the last part of its address."""
    comment: str | None = None
    """What to say about it."""


class InstagramGeolocation(Model):
    """Where a picture was taken."""

    id: str | None = None
    """The id of the place."""
    text: str | None = None
    """The name of the place."""


class InstagramStickerFields(Model):
    """What a person who is reminded adds by hand (stories)."""

    music: str | None = None
    """Which music to add."""
    other: str | None = None
    """Anything else."""
    products: str | None = None
    """Which products to tag."""
    text: str | None = None
    """What to write on it."""
    topics: str | None = None
    """Which topics to choose."""


class FacebookAnnotation(Model):
    """A mention in the text of a Facebook post."""

    content: str
    """Who is mentioned, by name."""
    indices: tuple[Whole, ...]
    """Where the mention starts and ends in the text, counted from 0."""
    text: str
    """The words of the post that become the mention."""
    url: Url
    """The page of who is mentioned."""


class LinkedinAnnotation(Model):
    """A mention in the text of a LinkedIn post."""

    id: str
    """The id of who is mentioned."""
    entity: str
    """The URN of who is mentioned, `urn:li:organization:…`."""
    length: Whole
    """How many characters of the text the mention covers."""
    link: str
    """The page of who is mentioned."""
    localized_name: str
    """The name as it stands in the text."""
    start: Whole
    """Where the mention starts in the text, counted from 0."""
    vanity_name: str
    """The name in the page's address."""


class GoogleBusinessEvent(Model):
    """An event."""

    title: str | None = None
    """What the event is called."""
    start_date: When | None = None
    """When it starts, 2026-12-01 09:00; without an offset in the channel's timezone."""
    end_date: When | None = None
    """When it ends, 2026-12-01 18:00; without an offset in the channel's timezone."""
    is_full_day_event: Flag
    """Whether it lasts whole days, so that no times are shown."""
    button: GoogleBusinessButton | None = None
    """The button below the post."""
    link: Url | None = None
    """Where the button leads."""


class GoogleBusinessOffer(Model):
    """An offer."""

    title: str | None = None
    """What the offer is called."""
    start_date: When | None = None
    """When it starts, 2026-12-01 09:00; without an offset in the channel's timezone."""
    end_date: When | None = None
    """When it ends, 2026-12-01 18:00; without an offset in the channel's timezone."""
    code: str | None = None
    """The code to show or type in."""
    terms: str | None = None
    """The conditions."""
    link: Url | None = None
    """Where it can be had."""


class GoogleBusinessWhatsNew(Model):
    """News."""

    button: GoogleBusinessButton | None = None
    """The button below the post."""
    link: Url | None = None
    """Where the button leads."""
