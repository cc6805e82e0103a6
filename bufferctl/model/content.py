"""What a post is made of besides its text: assets, threads, link previews (schema: AssetInput and what it holds).

The API nests an asset's alt text and title in a `metadata` object; people write them beside the URL. The wire form is
api's business.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from bufferctl.model.base import Model
from bufferctl.model.scalars import Decimal, Url, Whole

AssetKind = Literal["image", "video", "document", "link"]


class UserTag(Model):
    """A person tagged in an image."""

    handle: str = Field(min_length=1)
    """The person's handle on the network."""
    x: Decimal
    """How far from the left edge, from 0 to 1."""
    y: Decimal
    """How far from the top edge, from 0 to 1."""


class Dimensions(Model):
    """The size of an image in pixels."""

    height: Whole
    width: Whole


class Image(Model):
    """A picture at a public https address."""

    url: Url
    """Where the picture is: public, direct, https; it must stay there until the post is out."""
    thumbnail_url: Url | None = None
    alt_text: str | None = None
    """What the picture shows, for people who cannot see it."""
    animated_thumbnail: Url | None = None
    dimensions: Dimensions | None = None
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
    thumbnail_url: Url | None = None
    thumbnail_offset: Whole | None = None
    """Which frame is the cover, in milliseconds from the start."""
    title: str | None = None


class Document(Model):
    """A PDF or slides (LinkedIn)."""

    url: Url
    title: str = Field(min_length=1)
    thumbnail_url: Url
    """A picture of the first page."""


class Link(Model):
    """A link shown with a preview."""

    url: Url
    title: str | None = None
    description: str | None = None
    thumbnail_url: Url | None = None


class Asset(Model):
    """One attachment: exactly one of `image`, `video`, `document` and `link`."""

    image: Image | None = None
    video: Video | None = None
    document: Document | None = None
    link: Link | None = None

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


class LinkAttachment(Model):
    """A link preview below a post; excludes assets (notes: Writing)."""

    url: Url
    title: str | None = None
    description: str | None = None
    thumbnail: LinkAttachmentThumbnail | None = None


class ThreadItem(Model):
    """One post of a thread. The first repeats the outer text (notes: Writing)."""

    text: str | None = None
    assets: tuple[Asset, ...] = ()
