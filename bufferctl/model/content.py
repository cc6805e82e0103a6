"""The parts of a post besides its text: assets, threads, link previews (schema: AssetInput and its fields).

The API nests an asset's alt text and title in a `metadata` object; people write them beside the URL. api/wire_forms.py
translates.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import ConfigDict, model_validator
from pydantic.config import JsonDict

from bufferctl.model.about import About
from bufferctl.model.base import Decimal, Filled, Model, Prose, Url, Whole
from bufferctl.model.media_file import File

_UNSEEN = About(unseen=True)
AssetKind = Literal["image", "video", "document"]
#: A file of each kind, in a sentence.
A_FILE: Mapping[str, str] = {"image": "an image", "video": "a video", "document": "a document"}

#: Exactly one of the two must be given: a file in the repository or an address.
_FILE_OR_URL: JsonDict = {"oneOf": [{"required": ["file"]}, {"required": ["url"]}]}
_THUMBNAIL_FILE_OR_URL: JsonDict = {"oneOf": [{"required": ["thumbnail_file"]}, {"required": ["thumbnail_url"]}]}


def _check_one_of(**values: object) -> None:
    """Check that exactly one of two fields is given. Raises ValueError."""
    given = [name for name, value in values.items() if value is not None]
    if len(given) == 1:
        return
    names = " and ".join(f"`{name}`" for name in values)
    if given:
        raise ValueError(f"{names} are both given; keep one of them")
    raise ValueError(f"{names} are both missing; name a file beside the posts, or a public https address")


class Sourced(Model):
    """A file of the repository, or something at a public https URL."""

    model_config = ConfigDict(json_schema_extra=_FILE_OR_URL)

    url: Url | None = None
    """Its URL: public, direct, https; it must work until the post is published."""
    file: Annotated[File | None, _UNSEEN] = None
    """A file beside the posts: relative to this file, or from the root folder with a slash in front."""

    @property
    def address(self) -> str:
        """Its public address; empty for a file that has none yet."""
        return self.url or (self.file.url if self.file else "")

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        _check_one_of(file=self.file, url=self.url)
        return self


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


class Image(Sourced):
    """An image: a file of the repository, or a public https URL."""

    model_config = ConfigDict(
        json_schema_extra={
            **_FILE_OR_URL,
            "dependentRequired": {each: ["alt_text"] for each in ("animated_thumbnail", "dimensions", "user_tags")},
        }
    )

    url: Annotated[Url | None, About("src source link href uri path file")] = None
    thumbnail_url: Annotated[Url | None, _UNSEEN] = None
    """A smaller image to show in Buffer."""
    alt_text: Annotated[Prose | None, About("alt description caption")] = None
    """A description of the image for screen-reader users."""
    animated_thumbnail: Annotated[Url | None, _UNSEEN] = None
    """A moving preview (GIF)."""
    dimensions: Dimensions | None = None
    """Its size in pixels."""
    user_tags: Annotated[tuple[UserTag, ...], _UNSEEN] = ()
    """People to tag in the image (Instagram)."""

    @model_validator(mode="after")
    def _details_need_alt_text(self) -> Self:
        if self.alt_text is None and (self.animated_thumbnail or self.dimensions or self.user_tags):
            raise ValueError("`alt_text` is missing; Buffer accepts user tags and dimensions only together with it")
        return self


class Video(Sourced):
    """A video: a file of the repository, or a public https URL."""

    thumbnail_offset: Whole | None = None
    """Which frame is the cover, in milliseconds from the start (Instagram, TikTok, Pinterest)."""
    title: Prose | None = None
    """The video's title, where the network shows one."""


class Document(Sourced):
    """A PDF or slides (LinkedIn): a file of the repository, or a public https URL."""

    model_config = ConfigDict(json_schema_extra={"allOf": [_FILE_OR_URL, _THUMBNAIL_FILE_OR_URL]})

    title: Annotated[Filled, About(prose=True, takes_variables=True)]
    """The title shown above the pages."""
    thumbnail_url: Annotated[Url | None, _UNSEEN] = None
    """An image of the first page."""
    thumbnail_file: Annotated[File | None, _UNSEEN] = None
    """An image of the first page, as a file beside the posts."""

    @property
    def thumbnail(self) -> str:
        """The public address of the image of its first page; empty for a file that has none yet."""
        return self.thumbnail_url or (self.thumbnail_file.url if self.thumbnail_file else "")

    @model_validator(mode="after")
    def _has_one_thumbnail(self) -> Self:
        _check_one_of(thumbnail_file=self.thumbnail_file, thumbnail_url=self.thumbnail_url)
        return self


class Asset(Model):
    """One attachment: exactly one of `image`, `video` and `document`."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    image: Annotated[Image | None, About("photo picture img gif")] = None
    """An image."""
    video: Video | None = None
    """A video."""
    document: Annotated[Document | None, About("pdf file slides")] = None
    """A PDF or slides, shown page by page (LinkedIn)."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if len([each for each in (self.image, self.video, self.document) if each is not None]) != 1:
            raise ValueError("an asset must have exactly one of image, video and document")
        return self

    @property
    def kind(self) -> AssetKind:
        if self.image:
            return "image"
        return "video" if self.video else "document"

    @property
    def value(self) -> Image | Video | Document:
        """The value of the field that is set."""
        return self.image or self.video or self.document  # type: ignore[return-value]  # its validator excludes None


class LinkAttachmentThumbnail(Model):
    """The image of a link preview."""

    url: Url
    """The image's URL."""


class LinkAttachment(Model):
    """A link preview below a post; not together with assets."""

    url: Url
    """The URL of the link."""
    title: Prose | None = None
    """The headline of the preview."""
    description: Prose | None = None
    """The text below the headline."""
    thumbnail: Annotated[LinkAttachmentThumbnail | None, _UNSEEN] = None
    """The image of the preview."""


class Part(Model):
    """One part of a thread below a post's own text, the same on every network that has threads."""

    text: Prose | None = None
    """Its text."""
    assets: tuple[Asset, ...] = ()
    """Images and videos of this part."""


class ThreadItem(Part):
    """One post of a thread. The first repeats the post's own text."""

    link_attachment: LinkAttachment | None = None
    """A link preview below this part (Bluesky, Threads); not together with assets."""


class TextLength(NamedTuple):
    """How long a text is, and each of its `thread`, as its network counts; `limit` is None if none is published."""

    used: int
    limit: int | None
    thread: tuple[int, ...] = ()
