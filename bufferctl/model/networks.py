"""Each network in one place: its names, what it allows (each limit with its source), and how it shows things.

`NETWORKS[service]` is the row of a service; the fields that only one network has are in `metadata.py`.
docs/reference/networks.md is generated from the table (`make schemas`). The sandbox has its own rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from bufferctl.model.content import AssetKind
from bufferctl.value import field, value


class Service(StrEnum):
    """A social network, as Buffer names it."""

    BLUESKY = "bluesky"
    FACEBOOK = "facebook"
    GOOGLEBUSINESS = "googlebusiness"
    INSTAGRAM = "instagram"
    LINKEDIN = "linkedin"
    MASTODON = "mastodon"
    PINTEREST = "pinterest"
    STARTPAGE = "startPage"
    SUBSTACK = "substack"
    THREADS = "threads"
    TIKTOK = "tiktok"
    TWITTER = "twitter"
    WHATSAPP = "whatsapp"
    YOUTUBE = "youtube"


class RuleSource(StrEnum):
    """Who sets a limit, and how we know."""

    BUFFER = "Buffer's list of what each network allows"
    SEEN = "what Buffer has been seen to refuse"
    REFERENCE = "Buffer's API reference"
    NETWORK = "the network itself"


class Limit(NamedTuple):
    """The most that is allowed, and its source."""

    most: int
    source: RuleSource = RuleSource.BUFFER


class Counting(StrEnum):
    """How a text is counted. `UTF16`: an emoji or a "bold" letter is 2, most other letters 1."""

    UTF16 = "UTF-16 units"
    X = "the larger of UTF-16 units and X's own weighing, in which a link is 23"
    BREAKS = "UTF-16 units; a line break is 2"
    LINKS_24 = "UTF-16 units; a link is 24"
    LINKS_23 = "UTF-16 units; a link is 23"
    GRAPHEMES = "characters as a reader sees them (graphemes)"


class Need(NamedTuple):
    """A field of the network's metadata that a post must have.

    `value`: only where `type` is that; `either`: one of these fields is enough.
    """

    path: tuple[str, ...]
    word: str
    source: RuleSource = RuleSource.BUFFER
    value: str = ""
    either: tuple[str, ...] = ()


class Clip(NamedTuple):
    """The accepted videos: seconds, width to height, pixels of the shorter side. `SEEN` limits are refused."""

    least: float = 0
    most: float = 900
    ratio: tuple[float, float] | None = None
    side: int = 0
    source: RuleSource = RuleSource.BUFFER


@value()
class FileLimits:
    """The files that a network accepts."""

    source: str  # the page of its documentation about them
    pictures: tuple[str, ...] = ()  # their types, empty if none is published
    doubtful: tuple[str, ...] = ()  # types of pictures that it takes by its own account and that were seen to fail
    moving: tuple[str, ...] = ("gif",)  # types in which it shows an animation
    most_bytes: int | None = None  # of a picture
    most_pixels: int | None = None  # of a picture, width times height
    least_side: int | None = None  # pixels of the shorter side of a picture
    ratio: tuple[float, float] | None = None  # width to height of an ordinary post's picture, least and most
    videos: tuple[str, ...] = ()  # their types, empty if none is published
    most_video_bytes: int | None = None  # of a video
    most_document_bytes: int | None = None  # of a document
    #: What its videos may be, by the type of the post, "" for any.
    clips: Mapping[str, Clip] = field(default_factory=dict)


#: The crop of a network that shows nearly every picture whole.
ANY_CROP = 0.5, 2.5


@value()
class Network:
    """A network: its names, its limits, and what Buffer does there. None if no limit is known."""

    label: str  # as people write it
    glyph: str  # its sign in pages
    called: str = ""  # other names that people use for it, in lower case
    #: Width divided by height in which its feed shows a single picture whole (its help pages, 2026).
    crop: tuple[float, float] = ANY_CROP
    wire: str = ""  # its key in the API's metadata, if that is not the service's name
    text: Limit | None = None  # the longest, counted as `counting` says
    counting: Counting = Counting.UTF16  # how its texts are counted
    counting_source: RuleSource = RuleSource.BUFFER  # how we know that
    text_with_video: Limit | None = None  # instead of `text` where there is a video
    shown: Limit | None = None  # what it shows of a text
    fold: int = 0  # about how many characters its feed shows before "…see more"; 0 if all, or unknown
    paid: Limit | None = None  # the longest text of a paid account
    text_varies: bool = False  # the account's server says how long a text may be
    bytes: Limit | None = None  # of a text
    first_comment: Limit | None = None  # its characters
    title: Limit | None = None  # its characters
    topic: Limit | None = None  # its characters
    event_title: Limit | None = None  # its characters
    images: Limit | None = None  # images alone
    media: Limit | None = None  # images and videos together
    video_alone: RuleSource | None = None  # one video, and nothing beside it
    kinds: frozenset[AssetKind] = frozenset({"image", "video"})  # what it takes
    needs_media: tuple[AssetKind, ...] = ()  # one of these kinds must be there
    or_link_attachment: bool = False  # with `needs_media`: any asset or a link attachment will do
    types: tuple[str, ...] = ()  # the values of `type` that it takes
    needs: tuple[Need, ...] = ()  # what else a post must have
    covers: RuleSource | None = None  # a frame may be a video's cover
    handles: bool = False  # `@handle` in a text mentions that account
    takes_posts: bool = True  # Buffer's API documents posts for it
    #: The kinds of its channels for which Buffer refuses posts that it is to publish by itself.
    only_remind: tuple[str, ...] = ()
    files: FileLimits | None = None  # None if it publishes nothing of them

    @property
    def takes_text_alone(self) -> bool:
        """Whether a post needs nothing but a text."""
        return self.takes_posts and not self.needs_media and not self.needs


NETWORKS: Mapping[Service, Network] = {
    Service.TWITTER: Network(
        "X",
        "X",
        called="x x.com x/twitter twitter/x tweet",
        crop=(0.75, 16 / 9),
        handles=True,
        text=Limit(280),
        counting=Counting.X,
        counting_source=RuleSource.SEEN,
        paid=Limit(25_000),
        images=Limit(4),
        video_alone=RuleSource.BUFFER,
        files=FileLimits(
            "X API, Media best practices",
            pictures=("jpg", "png", "gif", "webp"),
            most_bytes=5_000_000,
            videos=("mp4", "mov"),
            most_video_bytes=512_000_000,
            clips={"": Clip(0.5, 140, source=RuleSource.SEEN)},
        ),
    ),
    Service.INSTAGRAM: Network(
        "Instagram",
        "Ig",
        called="ig insta",
        crop=(0.75, 1.91),
        fold=125,  # posttruncate.com/en/platform-limits (2026), on a screen
        handles=True,
        text=Limit(2196),
        counting=Counting.BREAKS,
        first_comment=Limit(2200),
        media=Limit(10),
        covers=RuleSource.REFERENCE,
        needs_media=("image", "video"),
        types=("post", "reel", "story"),
        only_remind=("profile",),
        files=FileLimits(
            "Instagram Platform, Content publishing",
            pictures=("jpg",),
            doubtful=("png",),
            moving=(),
            most_bytes=8_000_000,
            least_side=320,
            ratio=(3 / 4, 1.91),
            videos=("mp4", "mov"),
            most_video_bytes=300_000_000,
            clips={"post": Clip(most=60, source=RuleSource.SEEN), "reel": Clip(5, 900, ratio=(9 / 16, 4 / 5))},
        ),
    ),
    Service.FACEBOOK: Network(
        "Facebook",
        "f",
        called="fb meta facebook_page",
        crop=(0.8, 1.91),
        fold=480,  # posttruncate.com/en/platform-limits (2026), on a screen
        text=Limit(5000),
        first_comment=Limit(5000),
        images=Limit(10),
        files=FileLimits(
            "Facebook Graph API, Page photos",
            pictures=("jpg", "png", "gif", "webp"),
            most_bytes=10_000_000,
            videos=("mp4", "mov"),
            most_video_bytes=1_000_000_000,
            clips={"reel": Clip(3, 90, ratio=(9 / 16, 9 / 16))},
        ),
    ),
    Service.LINKEDIN: Network(
        "LinkedIn",
        "in",
        called="li linked_in linkedin_page",
        crop=(0.8, 1.91),
        fold=210,  # posttruncate.com/en/platform-limits (2026), on a screen
        text=Limit(3000),
        counting=Counting.LINKS_24,
        first_comment=Limit(1250),
        images=Limit(20),
        kinds=frozenset({"image", "video", "document"}),
        files=FileLimits(
            "LinkedIn Marketing API, Images, Videos and Documents",
            pictures=("jpg", "png", "gif"),
            most_pixels=36_152_320,
            videos=("mp4",),
            most_video_bytes=500_000_000,
            most_document_bytes=100_000_000,
        ),
    ),
    Service.THREADS: Network(
        "Threads",
        "@",
        handles=True,
        text=Limit(500),
        topic=Limit(50),
        media=Limit(20),
        files=FileLimits(
            "Threads API, Media specifications",
            pictures=("jpg", "png"),
            moving=(),
            most_bytes=8_000_000,
            least_side=320,
            ratio=(1 / 10, 10.0),
            videos=("mp4", "mov"),
            most_video_bytes=1_000_000_000,
        ),
    ),
    Service.BLUESKY: Network(
        "Bluesky",
        "Bs",
        called="bsky blue_sky",
        handles=True,
        text=Limit(300),
        counting=Counting.GRAPHEMES,
        bytes=Limit(3000),
        images=Limit(4),
        video_alone=RuleSource.BUFFER,
        files=FileLimits(
            "Bluesky's lexicon, app.bsky.embed.images and video",
            pictures=("jpg", "png", "gif", "webp"),
            moving=(),
            most_bytes=1_000_000,
            videos=("mp4",),
            most_video_bytes=100_000_000,
        ),
    ),
    Service.MASTODON: Network(
        "Mastodon",
        "M",
        called="masto fediverse",
        handles=True,
        text=Limit(500),
        counting=Counting.LINKS_23,
        text_varies=True,
        media=Limit(4),
        files=FileLimits(
            "Mastodon's documentation, Posting",
            pictures=("jpg", "png", "gif", "webp"),
            most_bytes=16_000_000,
            videos=("mp4", "mov", "webm"),
            most_video_bytes=99_000_000,
        ),
    ),
    Service.PINTEREST: Network(
        "Pinterest",
        "P",
        called="pin",
        crop=(1 / 2.1, 1.91),
        text=Limit(500),
        title=Limit(100),
        images=Limit(1),
        covers=RuleSource.REFERENCE,
        needs_media=("image",),
        needs=(Need(("board",), "a board", either=("board", "board_service_id")),),
        files=FileLimits(
            "Pinterest's help center, Review product specs",
            pictures=("jpg", "gif", "webp"),
            doubtful=("png",),
            most_bytes=20_000_000,
            videos=("mp4", "mov"),
            most_video_bytes=2_000_000_000,
        ),
    ),
    Service.TIKTOK: Network(
        "TikTok",
        "Tt",
        called="tt tik_tok",
        text=Limit(4000),
        text_with_video=Limit(2200),
        images=Limit(35),
        covers=RuleSource.REFERENCE,
        needs_media=("image", "video"),
        files=FileLimits(
            "TikTok for Developers, Media transfer guide",
            pictures=("jpg", "webp"),
            doubtful=("png",),
            moving=(),
            most_bytes=20_000_000,
            videos=("mp4", "mov", "webm"),
            most_video_bytes=1_000_000_000,
            clips={"": Clip(3, 600, side=360)},
        ),
    ),
    Service.YOUTUBE: Network(
        "YouTube",
        "Yt",
        called="yt you_tube",
        text=Limit(5000),
        title=Limit(100),
        needs_media=("video",),
        needs=(Need(("title",), "a title"), Need(("category_id",), "a category")),
        files=FileLimits(
            "Buffer's help center, YouTube",
            videos=("mp4", "mov", "webm"),
            most_video_bytes=10_000_000_000,
            clips={"": Clip(most=180, ratio=(0, 1))},
        ),
    ),
    Service.GOOGLEBUSINESS: Network(
        "Google Business",
        "G",
        called="google gbp gmb google_business google-business google_my_business googlemybusiness",
        crop=(4 / 3, 4 / 3),
        wire="google",
        text=Limit(4000),
        shown=Limit(1500, RuleSource.NETWORK),
        event_title=Limit(58),
        images=Limit(1),
        files=FileLimits(
            "Google Business Profile, Photo guidelines",
            pictures=("jpg", "png"),
            moving=(),
            most_bytes=5_000_000,
            least_side=250,
            videos=("mp4", "mov"),
            most_video_bytes=75_000_000,
        ),
        needs=(
            Need(("type",), "a type (`whats_new`, `offer` or `event`)"),
            Need(("details_whats_new",), "its details", value="whats_new"),
            *(
                Need((f"details_{kind}", field), words, value=kind)
                for kind in ("offer", "event")
                for field, words in (("title", "a title"), ("start_date", "a start"), ("end_date", "an end"))
            ),
        ),
    ),
    Service.SUBSTACK: Network(
        "Substack", "S", called="sub_stack substack_notes", needs_media=("image", "video"), or_link_attachment=True
    ),
    Service.WHATSAPP: Network("WhatsApp", "W", called="wa whats_app", takes_posts=False),
    Service.STARTPAGE: Network("Start Page", "SP", called="startpage start_page start-page", takes_posts=False),
}
