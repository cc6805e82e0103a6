"""What each network takes besides text and assets: one model a network (schema: PostInputMetaData).

Keyed by service in files (`metadata: {googlebusiness: …}`); the API says `google`, which is api's business.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bufferctl.model.base import Model
from bufferctl.model.content import LinkAttachment, ThreadItem
from bufferctl.model.enums import (
    FacebookPostType,
    GoogleBusinessButton,
    GoogleBusinessPostType,
    PostType,
    Service,
    YoutubeLicense,
    YoutubePrivacy,
)
from bufferctl.model.scalars import Flag, Url, When, Whole


class NetworkMetadata(Model):
    """What all eleven have in common: nothing but the service they belong to."""

    service: ClassVar[Service]


class Retweet(Model):
    """A post of somebody else to share."""

    id: str
    comment: str | None = None


class TwitterMetadata(NetworkMetadata):
    """X / Twitter."""

    service = Service.TWITTER
    is_ai_generated: Flag | None = None
    retweet: Retweet | None = None
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class BlueskyMetadata(NetworkMetadata):
    """Bluesky."""

    service = Service.BLUESKY
    link_attachment: LinkAttachment | None = None
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class MastodonMetadata(NetworkMetadata):
    """Mastodon."""

    service = Service.MASTODON
    spoiler_text: str | None = None
    """The content warning that hides the text until it is opened."""
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class ThreadsMetadata(NetworkMetadata):
    """Threads."""

    service = Service.THREADS
    type: PostType | None = None
    link_attachment: LinkAttachment | None = None
    location_id: str | None = None
    location_name: str | None = None
    topic: str | None = None
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class InstagramGeolocation(Model):
    """Where a picture was taken."""

    id: str | None = None
    text: str | None = None


class InstagramStickerFields(Model):
    """What a person who is reminded adds by hand (stories)."""

    music: str | None = None
    other: str | None = None
    products: str | None = None
    text: str | None = None
    topics: str | None = None


class InstagramMetadata(NetworkMetadata):
    """Instagram."""

    service = Service.INSTAGRAM
    type: PostType = PostType.POST
    """`post`, `reel` or `story`; `post` unless said."""
    should_share_to_feed: Flag = True
    """Whether a reel also shows in the feed; true unless said."""
    first_comment: str | None = None
    geolocation: InstagramGeolocation | None = None
    is_ai_generated: Flag | None = None
    link: Url | None = None
    sticker_fields: InstagramStickerFields | None = None


class FacebookAnnotation(Model):
    """A mention in the text of a Facebook post."""

    content: str
    indices: tuple[Whole, ...]
    text: str
    url: Url


class FacebookMetadata(NetworkMetadata):
    """Facebook."""

    service = Service.FACEBOOK
    type: FacebookPostType = FacebookPostType.POST
    """`post`, `reel` or `story`; `post` unless said."""
    annotations: tuple[FacebookAnnotation, ...] = ()
    first_comment: str | None = None
    link_attachment: LinkAttachment | None = None


class LinkedinAnnotation(Model):
    """A mention in the text of a LinkedIn post."""

    id: str
    entity: str
    length: Whole
    link: str
    localized_name: str
    start: Whole
    vanity_name: str


class LinkedinMetadata(NetworkMetadata):
    """LinkedIn."""

    service = Service.LINKEDIN
    annotations: tuple[LinkedinAnnotation, ...] = ()
    first_comment: str | None = None
    link_attachment: LinkAttachment | None = None


class PinterestMetadata(NetworkMetadata):
    """Pinterest."""

    service = Service.PINTEREST
    board: str | None = Field(default=None, min_length=1)
    """The board by the name it has on Pinterest; plan looks its id up."""
    board_service_id: str | None = None
    """The board by its id, where the name is not enough."""
    title: str | None = None
    url: Url | None = None
    """Where a click on the pin leads."""


class TiktokMetadata(NetworkMetadata):
    """TikTok."""

    service = Service.TIKTOK
    is_ai_generated: Flag | None = None
    title: str | None = None


class YoutubeMetadata(NetworkMetadata):
    """YouTube."""

    service = Service.YOUTUBE
    title: str | None = None
    category_id: str | None = None
    """YouTube's number of the category, for instance "22" for People & Blogs."""
    embeddable: Flag | None = None
    is_ai_generated: Flag | None = None
    license: YoutubeLicense | None = None
    made_for_kids: Flag | None = None
    notify_subscribers: Flag | None = None
    privacy: YoutubePrivacy | None = None


class GoogleBusinessEvent(Model):
    """An event."""

    title: str | None = None
    start_date: When | None = None
    end_date: When | None = None
    is_full_day_event: Flag
    button: GoogleBusinessButton | None = None
    link: Url | None = None


class GoogleBusinessOffer(Model):
    """An offer."""

    title: str | None = None
    start_date: When | None = None
    end_date: When | None = None
    code: str | None = None
    terms: str | None = None
    link: Url | None = None


class GoogleBusinessWhatsNew(Model):
    """News."""

    button: GoogleBusinessButton | None = None
    link: Url | None = None


class GoogleBusinessMetadata(NetworkMetadata):
    """Google Business Profile."""

    service = Service.GOOGLEBUSINESS
    type: GoogleBusinessPostType
    """`whats_new`, `offer` or `event`."""
    title: str | None = None
    details_event: GoogleBusinessEvent | None = None
    details_offer: GoogleBusinessOffer | None = None
    details_whats_new: GoogleBusinessWhatsNew | None = None


class Metadata(Model):
    """What a network takes besides text and assets, by service."""

    bluesky: BlueskyMetadata | None = None
    facebook: FacebookMetadata | None = None
    googlebusiness: GoogleBusinessMetadata | None = None
    instagram: InstagramMetadata | None = None
    linkedin: LinkedinMetadata | None = None
    mastodon: MastodonMetadata | None = None
    pinterest: PinterestMetadata | None = None
    threads: ThreadsMetadata | None = None
    tiktok: TiktokMetadata | None = None
    twitter: TwitterMetadata | None = None
    youtube: YoutubeMetadata | None = None
