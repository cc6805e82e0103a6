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
    GoogleBusinessButton,
    GoogleBusinessPostType,
    PostType,
    Service,
    YoutubeLicense,
    YoutubePrivacy,
)
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


class NetworkMetadata(Model):
    """The base of every network's metadata."""

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


class SubstackMetadata(NetworkMetadata):
    """Substack."""

    service = Service.SUBSTACK
    link_attachment: LinkAttachment | None = None
    """A link preview below the note; not together with assets."""


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
    substack: SubstackMetadata | None = None
    """For Substack."""
    threads: ThreadsMetadata | None = None
    """For Threads."""
    tiktok: TiktokMetadata | None = None
    """For TikTok."""
    twitter: TwitterMetadata | None = None
    """For X / Twitter."""
    youtube: YoutubeMetadata | None = None
    """For YouTube."""
