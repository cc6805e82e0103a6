"""What each network takes besides text and assets: one model a network (schema: PostInputMetaData).

Keyed by service in files (`metadata: {googlebusiness: …}`); the API says `google`, which is api's business.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import ConfigDict

from bufferctl.model.base import Model
from bufferctl.model.content import LinkAttachment, ThreadItem
from bufferctl.model.enums import (
    FacebookPostType,
    GoogleBusinessPostType,
    PostType,
    Service,
    YoutubeLicense,
    YoutubePrivacy,
)
from bufferctl.model.metadata_parts import (
    FacebookAnnotation,
    GoogleBusinessEvent,
    GoogleBusinessOffer,
    GoogleBusinessWhatsNew,
    InstagramGeolocation,
    InstagramStickerFields,
    LinkedinAnnotation,
    Retweet,
)
from bufferctl.model.scalars import Filled, Flag, Url


class NetworkMetadata(Model):
    """What all eleven have in common: nothing but the service they belong to."""

    service: ClassVar[Service]


class TwitterMetadata(NetworkMetadata):
    """X / Twitter."""

    service = Service.TWITTER
    is_ai_generated: Flag | None = None
    """Whether to label it as made with AI."""
    retweet: Retweet | None = None
    """Share a post of somebody else instead of writing one."""
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class BlueskyMetadata(NetworkMetadata):
    """Bluesky."""

    service = Service.BLUESKY
    link_attachment: LinkAttachment | None = None
    """A link preview below the post; not together with assets."""
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
    """The kind of post."""
    link_attachment: LinkAttachment | None = None
    """A link preview below the post; not together with assets."""
    location_id: str | None = None
    """The id of the place it is about."""
    location_name: str | None = None
    """The name of that place."""
    topic: str | None = None
    """The topic it is filed under, without `#`."""
    thread: tuple[ThreadItem, ...] = ()
    """The whole thread; its first item repeats the post's text."""


class InstagramMetadata(NetworkMetadata):
    """Instagram."""

    service = Service.INSTAGRAM
    type: PostType = PostType.POST
    """`post`, `reel` or `story`; `post` unless said."""
    should_share_to_feed: Flag = True
    """Whether a reel also shows in the feed; true unless said."""
    first_comment: str | None = None
    """A comment to post right below it (needs a paid plan of Buffer)."""
    geolocation: InstagramGeolocation | None = None
    """Where it was taken."""
    is_ai_generated: Flag | None = None
    """Whether to label it as made with AI."""
    link: Url | None = None
    """Where a click in the shop grid leads."""
    sticker_fields: InstagramStickerFields | None = None
    """What the person who is reminded adds by hand."""


class FacebookMetadata(NetworkMetadata):
    """Facebook."""

    service = Service.FACEBOOK
    type: FacebookPostType = FacebookPostType.POST
    """`post`, `reel` or `story`; `post` unless said."""
    annotations: tuple[FacebookAnnotation, ...] = ()
    """Mentions of pages in the text."""
    first_comment: str | None = None
    """A comment to post right below it (needs a paid plan of Buffer)."""
    link_attachment: LinkAttachment | None = None
    """A link preview below the post; not together with assets."""


class LinkedinMetadata(NetworkMetadata):
    """LinkedIn."""

    service = Service.LINKEDIN
    annotations: tuple[LinkedinAnnotation, ...] = ()
    """Mentions of people and companies in the text."""
    first_comment: str | None = None
    """A comment to post right below it (needs a paid plan of Buffer)."""
    link_attachment: LinkAttachment | None = None
    """A link preview below the post; not together with assets."""


class PinterestMetadata(NetworkMetadata):
    """Pinterest."""

    service = Service.PINTEREST
    model_config = ConfigDict(json_schema_extra={"not": {"required": ["board", "board_service_id"]}})

    board: Filled | None = None
    """The board by the name it has on Pinterest; plan looks its id up."""
    board_service_id: str | None = None
    """The board by its id, where the name is not enough."""
    title: str | None = None
    """The title of the pin."""
    url: Url | None = None
    """Where a click on the pin leads."""


class TiktokMetadata(NetworkMetadata):
    """TikTok."""

    service = Service.TIKTOK
    is_ai_generated: Flag | None = None
    """Whether to label it as made with AI."""
    title: str | None = None
    """The title, where TikTok shows one (photos)."""


class YoutubeMetadata(NetworkMetadata):
    """YouTube."""

    service = Service.YOUTUBE
    title: str | None = None
    """The title of the video; YouTube requires one."""
    category_id: str | None = None
    """YouTube's number of the category, for instance "22" for People & Blogs."""
    embeddable: Flag | None = None
    """Whether other sites may show the video."""
    is_ai_generated: Flag | None = None
    """Whether to label it as made with AI."""
    license: YoutubeLicense | None = None
    """Under which licence it is published."""
    made_for_kids: Flag | None = None
    """Whether it is made for children."""
    notify_subscribers: Flag | None = None
    """Whether subscribers are told."""
    privacy: YoutubePrivacy | None = None
    """Who may see it."""


class GoogleBusinessMetadata(NetworkMetadata):
    """Google Business Profile."""

    service = Service.GOOGLEBUSINESS
    type: GoogleBusinessPostType
    """`whats_new`, `offer` or `event`."""
    title: str | None = None
    """The title of the post."""
    details_event: GoogleBusinessEvent | None = None
    """The event, for `type: event`."""
    details_offer: GoogleBusinessOffer | None = None
    """The offer, for `type: offer`."""
    details_whats_new: GoogleBusinessWhatsNew | None = None
    """Button and link, for `type: whats_new`."""


class Metadata(Model):
    """What a network takes besides text and assets, by service."""

    bluesky: BlueskyMetadata | None = None
    """For Bluesky."""
    facebook: FacebookMetadata | None = None
    """For Facebook."""
    googlebusiness: GoogleBusinessMetadata | None = None
    """For Google Business Profile."""
    instagram: InstagramMetadata | None = None
    """For Instagram."""
    linkedin: LinkedinMetadata | None = None
    """For LinkedIn."""
    mastodon: MastodonMetadata | None = None
    """For Mastodon."""
    pinterest: PinterestMetadata | None = None
    """For Pinterest."""
    threads: ThreadsMetadata | None = None
    """For Threads."""
    tiktok: TiktokMetadata | None = None
    """For TikTok."""
    twitter: TwitterMetadata | None = None
    """For X / Twitter."""
    youtube: YoutubeMetadata | None = None
    """For YouTube."""
