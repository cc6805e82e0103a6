"""What a post is made of besides its text: assets, threads, link previews (schema: AssetInput and what it holds).

The API nests an asset's alt text and title in a `metadata` object; people write them beside the URL. The wire form is
api's business.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import ConfigDict, model_validator

from bufferctl.model.base import Model
from bufferctl.model.scalars import Decimal, Filled, Url, Whole

AssetKind = Literal["image", "video", "document", "link"]


class UserTag(Model):
    """A person tagged in an image."""

    handle: Filled
    """The person's handle on the network."""
    x: Decimal
    """How far from the left edge, from 0 to 1."""
    y: Decimal
    """How far from the top edge, from 0 to 1."""


class Dimensions(Model):
    """The size of an image in pixels."""

    height: Whole
    """In pixels."""
    width: Whole
    """In pixels."""


class Image(Model):
    """A picture at a public https address."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {k: ["alt_text"] for k in ("animated_thumbnail", "dimensions", "user_tags")}
        }
    )

    url: Url
    """Where the picture is: public, direct, https; it must stay there until the post is out."""
    thumbnail_url: Url | None = None
    """A smaller picture to show in Buffer."""
    alt_text: str | None = None
    """What the picture shows, for people who cannot see it."""
    animated_thumbnail: Url | None = None
    """A moving preview (GIF)."""
    dimensions: Dimensions | None = None
    """Its size in pixels."""
    user_tags: tuple[UserTag, ...] = ()
    """People to tag in the picture (Instagram)."""

    @model_validator(mode="after")
    def _details_need_alt_text(self) -> Image:
        if self.alt_text is None and (self.animated_thumbnail or self.dimensions or self.user_tags):
            raise ValueError("`alt_text` is missing; Buffer takes user tags and dimensions only together with it")
        return self


class Video(Model):
    """A video at a public https address."""

    url: Url
    """Where the video is: public, direct, https; it must stay there until the post is out."""
    thumbnail_offset: Whole | None = None
    """Which frame is the cover, in milliseconds from the start (Instagram, TikTok, Pinterest)."""
    title: str | None = None
    """The video's title, where the network shows one."""


class Document(Model):
    """A PDF or slides (LinkedIn)."""

    url: Url
    """Where the document is: public, direct, https; it must stay there until the post is out."""
    title: Filled
    """The title shown above the pages."""
    thumbnail_url: Url
    """A picture of the first page."""


class Link(Model):
    """A link shown with a preview, as Buffer took it until 2026-12-15. config makes it a `LinkAttachment`."""

    url: Url
    """Where the link leads."""
    title: str | None = None
    """The headline of the preview."""
    description: str | None = None
    """The text below the headline."""
    thumbnail_url: Url | None = None
    """The picture of the preview."""


class Asset(Model):
    """One attachment: exactly one of `image`, `video`, `document` and `link`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    image: Image | None = None
    """A picture."""
    video: Video | None = None
    """A video."""
    document: Document | None = None
    """A PDF or slides, shown page by page (LinkedIn)."""
    link: Link | None = None
    """A link, shown with a preview of where it leads; sent as the network's `link_attachment`, alone."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Asset:
        if len([v for v in (self.image, self.video, self.document, self.link) if v is not None]) != 1:
            raise ValueError("each asset is exactly one of image, video, document and link")
        return self

    @property
    def kind(self) -> AssetKind:
        """Which of the four it is."""
        if self.image:
            return "image"
        if self.video:
            return "video"
        return "document" if self.document else "link"

    @property
    def value(self) -> Image | Video | Document | Link:
        """The one that is there."""
        found = self.image or self.video or self.document or self.link
        if found is None:  # the validator saw to it
            raise AssertionError
        return found


class LinkAttachmentThumbnail(Model):
    """The picture of a link preview."""

    url: Url
    """Where the picture is."""


class LinkAttachment(Model):
    """A link preview below a post; it cannot stand beside assets."""

    url: Url
    """Where the link leads."""
    title: str | None = None
    """The headline of the preview."""
    description: str | None = None
    """The text below the headline."""
    thumbnail: LinkAttachmentThumbnail | None = None
    """The picture of the preview."""

    @classmethod
    def of(cls, link: Link) -> LinkAttachment:
        """What a link among the assets has become."""
        thumbnail = LinkAttachmentThumbnail(url=link.thumbnail_url) if link.thumbnail_url else None
        return cls(url=link.url, title=link.title, description=link.description, thumbnail=thumbnail)


class ThreadItem(Model):
    """One post of a thread. The first repeats the post's own text."""

    text: str | None = None
    """What it says."""
    assets: tuple[Asset, ...] = ()
    """Pictures and videos of this part of the thread."""
    link_attachment: LinkAttachment | None = None
    """A link preview below this part (Bluesky, Threads); not together with assets."""


class TextLength(NamedTuple):
    """How long a text is: `used` of `limit`, as its network counts; `limit` is None where none is published."""

    used: int
    limit: int | None
