"""The fields of each network besides text and assets: one model per network (schema: PostInputMetaData).

Keyed by service in files (`metadata: {googlebusiness: …}`); api/wire_forms.py translates to the API's `google`.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticUndefined

from bufferctl.model.about import About, fields_below, kinds_in, named
from bufferctl.model.base import LATER, Filled, Flag, Model, Prose, Url, When, Whole, Words
from bufferctl.model.content import LinkAttachment, ThreadItem
from bufferctl.model.networks import Service

#: A link preview; Buffer also makes one of the first link in a text.
Preview = Annotated[
    LinkAttachment | None,
    About("link preview link_preview", filled_in=True),
    Field(description="A link preview below the post; not together with assets."),
]
#: A thread is compared by itself.
Thread = Annotated[
    tuple[ThreadItem, ...],
    About(unread=True),
    Field(description="The whole thread; its first item repeats the post's text."),
]
Labeled = Annotated[Flag | None, Field(description="Whether to label it as created with AI.")]
_UNSEEN = About(unseen=True)
#: One of several values of Buffer's, which it may choose itself.
_CHOICE = About(filled_in=True, unseen=True)
#: The kind of a post on networks that have kinds.
PostType = Literal["carousel", "event", "ghost_post", "offer", "post", "reel", "short", "story", "thread", "whats_new"]
#: The button under a Google Business post.
GoogleBusinessButton = Literal["book", "call", "learn_more", "none", "order", "shop", "signup"]


class Retweet(Model):
    """Another person's post to share."""

    id: Annotated[Filled, _UNSEEN]
    """The id of that post, the last part of its URL."""
    comment: Annotated[Words | None, About(unread=True)] = None
    """The comment to add."""


class InstagramGeolocation(Model):
    """The place where an image was taken."""

    id: Annotated[str | None, _UNSEEN] = None
    """The id of the place."""
    text: str | None = None
    """The name of the place."""


class InstagramStickerFields(Model):
    """What the reminded person adds by hand (stories)."""

    music: Words | None = None
    """The music to add."""
    other: Words | None = None
    """Anything else."""
    products: Words | None = None
    """The products to tag."""
    text: str | None = None
    """The text to write on it."""
    topics: Words | None = None
    """The topics to choose."""


class FacebookAnnotation(Model):
    """A mention in the text of a Facebook post."""

    content: Words
    """The name of the mentioned page."""
    indices: Annotated[tuple[Whole, ...], About(one_line=True)]
    """Where the mention starts and ends in the text, counted from 0."""
    text: str
    """The words of the text that become the mention."""
    url: Url
    """The URL of the mentioned page."""


class LinkedinAnnotation(Model):
    """A mention in the text of a LinkedIn post."""

    id: str
    """The id of the mentioned person or company."""
    entity: str
    """The URN of the mentioned person or company, `urn:li:organization:…`."""
    length: Whole
    """How many characters of the text the mention covers."""
    link: str
    """The URL of the mentioned page."""
    localized_name: Words
    """The name as written in the text."""
    start: Whole
    """Where the mention starts in the text, counted from 0."""
    vanity_name: str
    """The name in the page's URL."""


class GoogleBusinessEvent(Model):
    """An event."""

    title: Prose | None = None
    """The name of the event."""
    start_date: When | None = None
    """When it starts, 2026-12-01 09:00; without an offset in the channel's timezone."""
    end_date: When | None = None
    """When it ends, 2026-12-01 18:00; without an offset in the channel's timezone."""
    is_full_day_event: Flag
    """Whether it lasts whole days, without times."""
    button: Annotated[GoogleBusinessButton | None, _CHOICE, About(otherwise="none")] = None
    """The button below the post."""
    link: Url | None = None
    """The URL that the button opens."""


class GoogleBusinessOffer(Model):
    """An offer."""

    title: Prose | None = None
    """The name of the offer."""
    start_date: When | None = None
    """When it starts, 2026-12-01 09:00; without an offset in the channel's timezone."""
    end_date: When | None = None
    """When it ends, 2026-12-01 18:00; without an offset in the channel's timezone."""
    code: Annotated[str | None, About("coupon coupon_code voucher voucher_code promo_code")] = None
    """The code to show or enter."""
    terms: Words | None = None
    """The conditions."""
    link: Url | None = None
    """The URL of the offer."""


class GoogleBusinessWhatsNew(Model):
    """News."""

    button: Annotated[GoogleBusinessButton | None, _CHOICE, About(otherwise="none")] = None
    """The button below the post."""
    link: Url | None = None
    """The URL that the button opens."""


class NetworkMetadata(Model):
    """The base of every network's metadata."""

    service: ClassVar[Service]


def thread_of(metadata: NetworkMetadata | None) -> tuple[ThreadItem, ...]:
    """The thread of a post, on networks that have threads."""
    # Asking a model for a field that it lacks takes ten times as long.
    found: tuple[ThreadItem, ...] = vars(metadata).get("thread", ()) if metadata is not None else ()
    return found


class TwitterMetadata(NetworkMetadata):
    """X / Twitter."""

    service = Service.TWITTER
    is_ai_generated: Labeled = None
    retweet: Retweet | None = None
    """Another person's post to share instead of writing one."""
    thread: Thread = ()


class BlueskyMetadata(NetworkMetadata):
    """Bluesky."""

    service = Service.BLUESKY
    link_attachment: Preview = None
    thread: Thread = ()


class MastodonMetadata(NetworkMetadata):
    """Mastodon."""

    service = Service.MASTODON
    spoiler_text: Annotated[Words | None, About("cw content_warning warning spoiler")] = None
    """The content warning that hides the text until it is opened."""
    thread: Thread = ()


class ThreadsMetadata(NetworkMetadata):
    """Threads."""

    service = Service.THREADS
    type: Annotated[PostType | None, _CHOICE, About(otherwise="post")] = None
    """The kind of post."""
    link_attachment: Preview = None
    location_id: Annotated[str | None, _UNSEEN] = None
    """The id of its place."""
    location_name: Annotated[Words | None, About(filled_in=True)] = None
    """The name of that place."""
    topic: Words | None = None
    """Its topic, without `#`."""
    thread: Thread = ()


class InstagramMetadata(NetworkMetadata):
    """Instagram."""

    service = Service.INSTAGRAM
    type: Annotated[PostType, _CHOICE] = "post"
    """`post`, `reel` or `story`; default `post`."""
    should_share_to_feed: Annotated[Flag, About("share_to_feed feed")] = True
    """Whether a reel also appears in the feed; default true."""
    first_comment: Annotated[Prose | None, About("comment firstcomment", may_be_lost=True)] = None
    """A comment to post right below it (needs a paid Buffer plan)."""
    geolocation: Annotated[InstagramGeolocation | None, About("location place venue")] = None
    """The place where it was taken."""
    is_ai_generated: Labeled = None
    link: Url | None = None
    """The URL that a click in the shop grid opens."""
    sticker_fields: InstagramStickerFields | None = None
    """What the reminded person adds by hand."""


class FacebookMetadata(NetworkMetadata):
    """Facebook."""

    service = Service.FACEBOOK
    type: Annotated[Literal["post", "reel", "story"], _CHOICE] = "post"
    """`post`, `reel` or `story`; default `post`."""
    annotations: Annotated[tuple[FacebookAnnotation, ...], About(unread=True, unseen=True)] = ()
    """Mentions of pages in the text."""
    first_comment: Prose | None = None
    """A comment to post right below it (needs a paid Buffer plan)."""
    link_attachment: Preview = None


class LinkedinMetadata(NetworkMetadata):
    """LinkedIn."""

    service = Service.LINKEDIN
    annotations: Annotated[tuple[LinkedinAnnotation, ...], About(unread=True, unseen=True)] = ()
    """Mentions of people and companies in the text."""
    first_comment: Prose | None = None
    """A comment to post right below it (needs a paid Buffer plan)."""
    link_attachment: Preview = None


class SubstackMetadata(NetworkMetadata):
    """Substack."""

    service = Service.SUBSTACK
    link_attachment: Preview = None


class PinterestMetadata(NetworkMetadata):
    """Pinterest."""

    service = Service.PINTEREST
    model_config = ConfigDict(json_schema_extra={"not": {"required": ["board", "board_service_id"]}})

    board: Annotated[Filled | None, About("board_name board_id", filled_in=True, unseen=True)] = None
    """The name of the board on Pinterest; plan looks up its id."""
    board_service_id: Annotated[str | None, About(filled_in=True, unseen=True)] = None
    """The id of the board, if its name is not unique."""
    title: Prose | None = None
    """The title of the pin."""
    url: Url | None = None
    """The URL that a click on the pin opens."""


class TiktokMetadata(NetworkMetadata):
    """TikTok."""

    service = Service.TIKTOK
    is_ai_generated: Labeled = None
    title: Prose | None = None
    """The title, where TikTok shows one (photos)."""


#: The categories that YouTube lets people choose, by their ids (YouTube's Data API: videoCategories, `assignable`).
CATEGORIES: Mapping[str, str] = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
}
_CATEGORY_IDS = {re.sub(r"\W+", "", name.casefold()): number for number, name in CATEGORIES.items()}


def _category(given: str | None) -> str | None:
    """The id of a category that is named; anything else as it is, for the rules to judge."""
    plain = re.sub(r"\W+|\band\b", "", (given or "").casefold())
    return _CATEGORY_IDS.get(plain, given)


class YoutubeMetadata(NetworkMetadata):
    """YouTube."""

    service = Service.YOUTUBE
    title: Prose | None = None
    """The title of the video; YouTube requires one."""
    category_id: Annotated[str | None, AfterValidator(_category), About("category", filled_in=True, unseen=True)] = None
    """YouTube's category, by name or number: `People & Blogs` is the same as `"22"`."""
    embeddable: Annotated[Flag | None, About(on=True, documented=True)] = None
    """Whether other sites may show the video."""
    is_ai_generated: Labeled = None
    license: Annotated[Literal["creativeCommon", "youtube"] | None, _CHOICE, About(otherwise="youtube")] = None
    """Its license."""
    made_for_kids: Annotated[Flag | None, About(documented=True, legal=True)] = None
    """Whether it is made for children."""
    notify_subscribers: Annotated[Flag | None, About(on=True, documented=True)] = None
    """Whether to notify subscribers."""
    privacy: Annotated[
        Literal["private", "public", "unlisted"] | None, _CHOICE, About(otherwise="public", documented=True)
    ] = None
    """Who can see it."""


class GoogleBusinessMetadata(NetworkMetadata):
    """Google Business Profile."""

    service = Service.GOOGLEBUSINESS
    type: Annotated[Literal["event", "offer", "whats_new"], _CHOICE]
    """`whats_new`, `offer` or `event`."""
    title: Prose | None = None
    """The title of the post."""
    details_event: Annotated[GoogleBusinessEvent | None, About("event")] = None
    """The event, for `type: event`."""
    details_offer: Annotated[GoogleBusinessOffer | None, About("offer")] = None
    """The offer, for `type: offer`."""
    details_whats_new: Annotated[GoogleBusinessWhatsNew | None, About("whats_new")] = None
    """Button and link, for `type: whats_new`."""


class Metadata(Model):
    """The fields of each network besides text and assets, by service."""

    bluesky: Annotated[BlueskyMetadata | None, LATER] = None
    facebook: Annotated[FacebookMetadata | None, LATER] = None
    googlebusiness: Annotated[GoogleBusinessMetadata | None, LATER] = None
    instagram: Annotated[InstagramMetadata | None, LATER] = None
    linkedin: Annotated[LinkedinMetadata | None, LATER] = None
    mastodon: Annotated[MastodonMetadata | None, LATER] = None
    pinterest: Annotated[PinterestMetadata | None, LATER] = None
    substack: Annotated[SubstackMetadata | None, LATER] = None
    threads: Annotated[ThreadsMetadata | None, LATER] = None
    tiktok: Annotated[TiktokMetadata | None, LATER] = None
    twitter: Annotated[TwitterMetadata | None, LATER] = None
    youtube: Annotated[YoutubeMetadata | None, LATER] = None


#: The fields of each network that takes posts.
MODELS: Mapping[Service, type[NetworkMetadata]] = {each.service: each for each in NetworkMetadata.__subclasses__()}
#: Networks of which every post has some of the fields (schema: FacebookPostMetadataInput and others).
ALWAYS = frozenset(
    service
    for service, model in MODELS.items()
    if any(field.get_default() not in (None, ()) for field in model.model_fields.values())
)
#: Networks whose posts can have a thread, and those that take a link preview.
THREADED = frozenset(service for service, model in MODELS.items() if "thread" in model.model_fields)
ATTACHING = frozenset(service for service, model in MODELS.items() if "link_attachment" in model.model_fields)


@cache
def default_metadata(service: Service) -> NetworkMetadata | None:
    """The fields of a post for which the files give none, on networks that need them even then."""
    model = MODELS[service] if service in ALWAYS else None
    if model is None or any(field.is_required() for field in model.model_fields.values()):
        return None
    return model()


#: Values that fields have in nearly every post, which Buffer may leave out.
USUAL = {
    name: field.default
    for model in MODELS.values()
    for name, field in model.model_fields.items()
    if field.default not in (None, (), PydanticUndefined)
}
#: Fields that Buffer does not return, or not in the form in which they were sent, and those that it fills in.
UNREAD = named(MODELS.values(), lambda about: about.unread)
FILLED_IN = named(MODELS.values(), lambda about: about.filled_in)
#: Switches that are on by default; all others are off.
ON = named(MODELS.values(), lambda about: about.on) | {name for name, value in USUAL.items() if value is True}
#: What Buffer gives fields that it fills in, as far as that is known; switches included.
UNSAID = {
    name: stated.otherwise
    for name, _, all_stated in fields_below(*MODELS.values())
    for stated in all_stated
    if stated.otherwise is not None
} | {name: name in ON for name, field, _ in fields_below(*MODELS.values()) if bool in kinds_in(field.annotation)}
#: Those of them of which that is documented, and statements by law, which no default may take the place of.
DOCUMENTED = named(MODELS.values(), lambda about: about.documented)
LEGAL = named(MODELS.values(), lambda about: about.legal)
#: Texts that Buffer was seen not to keep, by network.
LOSABLE = {model: named([model], lambda about: about.may_be_lost) for model in MODELS.values()}
#: Dates with a time.
INSTANTS = named(MODELS.values(), lambda about: about.instant)
