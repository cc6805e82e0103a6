"""The parts of a post besides its text: assets, threads, link previews (schema: AssetInput and its fields).

The API nests an asset's alt text and title in a `metadata` object; people write them beside the URL. api/wire_forms.py
translates.
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
    """An image at a public https URL."""

    model_config = ConfigDict(
        json_schema_extra={
            "dependentRequired": {k: ["alt_text"] for k in ("animated_thumbnail", "dimensions", "user_tags")}
        }
    )

    url: Url
    """The image's URL: public, direct, https; it must work until the post is published."""
    thumbnail_url: Url | None = None
    """A smaller image to show in Buffer."""
    alt_text: str | None = None
    """A description of the image for screen-reader users."""
    animated_thumbnail: Url | None = None
    """A moving preview (GIF)."""
    dimensions: Dimensions | None = None
    """Its size in pixels."""
    user_tags: tuple[UserTag, ...] = ()
    """People to tag in the image (Instagram)."""

    @model_validator(mode="after")
    def _details_need_alt_text(self) -> Image:
        if self.alt_text is None and (self.animated_thumbnail or self.dimensions or self.user_tags):
            raise ValueError("`alt_text` is missing; Buffer accepts user tags and dimensions only together with it")
        return self


class Video(Model):
    """A video at a public https URL."""

    url: Url
    """The video's URL: public, direct, https; it must work until the post is published."""
    thumbnail_offset: Whole | None = None
    """Which frame is the cover, in milliseconds from the start (Instagram, TikTok, Pinterest)."""
    title: str | None = None
    """The video's title, where the network shows one."""


class Document(Model):
    """A PDF or slides (LinkedIn)."""

    url: Url
    """The document's URL: public, direct, https; it must work until the post is published."""
    title: Filled
    """The title shown above the pages."""
    thumbnail_url: Url
    """An image of the first page."""


class Link(Model):
    """A link with a preview, as Buffer accepted it until 2026-12-15; sent as the network's `link_attachment`."""

    url: Url
    """The URL of the link."""
    title: str | None = None
    """The headline of the preview."""
    description: str | None = None
    """The text below the headline."""
    thumbnail_url: Url | None = None
    """The image of the preview."""


class Asset(Model):
    """One attachment: exactly one of `image`, `video`, `document` and `link`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    image: Image | None = None
    """An image."""
    video: Video | None = None
    """A video."""
    document: Document | None = None
    """A PDF or slides, shown page by page (LinkedIn)."""
    link: Link | None = None
    """A link with a preview; sent as the network's `link_attachment`, so no other asset may stand beside it."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Asset:
        if len([v for v in (self.image, self.video, self.document, self.link) if v is not None]) != 1:
            raise ValueError("an asset must have exactly one of image, video, document and link")
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
        """The one that is set."""
        found = self.image or self.video or self.document or self.link
        if found is None:  # the validator excludes this
            raise AssertionError
        return found


class LinkAttachmentThumbnail(Model):
    """The image of a link preview."""

    url: Url
    """The image's URL."""


class LinkAttachment(Model):
    """A link preview below a post; not together with assets."""

    url: Url
    """The URL of the link."""
    title: str | None = None
    """The headline of the preview."""
    description: str | None = None
    """The text below the headline."""
    thumbnail: LinkAttachmentThumbnail | None = None
    """The image of the preview."""

    @classmethod
    def of(cls, link: Link) -> LinkAttachment:
        """The link attachment for a link among the assets."""
        thumbnail = LinkAttachmentThumbnail(url=link.thumbnail_url) if link.thumbnail_url else None
        return cls(url=link.url, title=link.title, description=link.description, thumbnail=thumbnail)


class ThreadItem(Model):
    """One post of a thread. The first repeats the post's own text."""

    text: str | None = None
    """Its text."""
    assets: tuple[Asset, ...] = ()
    """Images and videos of this part of the thread."""
    link_attachment: LinkAttachment | None = None
    """A link preview below this part (Bluesky, Threads); not together with assets."""


class TextLength(NamedTuple):
    """How long a text is: `used` of `limit`, as its network counts; `limit` is None where none is published."""

    used: int
    limit: int | None
