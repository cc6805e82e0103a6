"""Files stored with the posts: their properties, how they become public, and at which address (design: Media).

A file is always identified by the digest of its bytes, never by its path or address: moving a file changes nothing,
replacing its content is an edit.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import quote

from pydantic import (
    BeforeValidator,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    model_serializer,
)

from bufferctl.model.about import About
from bufferctl.model.base import Filled, Model, UnfitError
from bufferctl.value import value

#: The context in which a dump has only the digest of each file, which identifies it.
IDENTITY: Mapping[str, bool] = {"identity": True}


_KILO, _MEGA = 1000, 1_000_000
#: Content types by file type. Anything else is stored as plain bytes.
CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "pdf": "application/pdf",
}


def size_words(number: int) -> str:
    """A number of bytes in readable form: `31.2 MB`, `5 MB`, `840 kB`, `12 bytes`."""
    if number >= _MEGA:
        return f"{number / _MEGA:,.1f}".removesuffix(".0") + " MB"
    return f"{number / _KILO:,.0f} kB" if number >= _KILO else f"{number} bytes"


class MediaFile(Model):
    """A file of the repository that belongs to a post or an idea.

    As written in the files only `path` is set. config makes it the path from the root folder, media fills in the rest.
    """

    path: Filled
    """The path as written; later from the root folder, with `/` between the names and none in front."""
    digest: str = ""
    """The first 32 hexadecimal digits of the SHA-256 of its bytes; empty until it was read."""
    size: int = 0
    """In bytes."""
    type: str = ""
    """The real type of its bytes, as the usual suffix: jpg, png, gif, webp, heic, svg, mp4, mov, pdf; empty if unknown.
    """
    width: int = 0
    """The width of an image or a video, in pixels as it is shown; 0 if the header does not have it."""
    height: int = 0
    """The height, in the same way."""
    animated: bool = False
    """Whether it is an image of several frames."""
    cut_short: bool = False
    """Whether the end is missing."""
    located: bool = False
    """Whether it is a photo that contains where it was taken (GPS in its EXIF data)."""
    seconds: float = 0.0
    """The length of a video in seconds; 0 if its header does not have it."""
    stored: bool = False
    """Whether bufferctl uploads it. Otherwise something else publishes it, a site's build for instance."""
    url: str = ""
    """Its public address, whether or not anything answers there yet; empty without the setting `media`."""

    @property
    def pixels(self) -> str:
        """Width and height for people; empty if they are not known."""
        return f"{self.width:,} \N{MULTIPLICATION SIGN} {self.height:,}" if self.width and self.height else ""

    @property
    def summary(self) -> str:
        """The form in which state keeps it: digest and type, bytes, pixels; `read_summary` restores these."""
        return f"{self.digest}.{self.type} {self.size} {self.width}x{self.height}"

    @classmethod
    def read_summary(cls, text: str) -> Self | None:
        """The file with that `summary`, without path and address; None if the text is something else (an address)."""
        name, _, rest = text.partition(" ")
        size, _, pixels = rest.partition(" ")
        width, _, height = pixels.partition("x")
        digest, _, type_ = name.partition(".")
        if not (size.isdecimal() and width.isdecimal() and height.isdecimal()):
            return None
        return cls(path=name, digest=digest, type=type_, size=int(size), width=int(width), height=int(height))

    @model_serializer(mode="wrap")
    def _dump(self, handler: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        if info.context == IDENTITY:
            return {"digest": self.digest}
        return {name: value for name, value in handler(self).items() if value}


def _file(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        return {"path": value}
    if info.context is not None:  # only user files are read with a context
        raise UnfitError("must be the path of a file")
    return value


#: A file, written as its path: relative to the file that names it, or with `/` in front from the root folder.
File = Annotated[
    MediaFile, BeforeValidator(_file), WithJsonSchema({"type": "string", "minLength": 1}), About(takes_variables=True)
]


@value()
class MediaSettings:
    """How files become public.

    With a `store` (`s3://bucket/prefix`, `gs://`, `az://`; `endpoint` if it is not the cloud's own) bufferctl uploads
    them, each to `public_url/DIGEST.TYPE`. Otherwise, something else publishes the root folder at `public_url`.
    """

    public_url: str
    store: str = ""
    endpoint: str = ""


@value()
class Obstacle:
    """Why a file is not public.

    `message`: a predicate, such as `returns 404 Not Found`; `hint`: one thing to do. `may_pass`: waiting may help.
    """

    message: str
    hint: str = ""
    may_pass: bool = False


def object_name(file: MediaFile) -> str:
    """The name of a file in a store. It reveals nothing, since it is public weeks before the post is."""
    return f"{file.digest}.{file.type}" if file.type else file.digest


def address_of(file: MediaFile, settings: MediaSettings) -> str:
    """The address of a file: by its bytes in a store, or by its path if something else publishes the folder."""
    name = object_name(file) if settings.store else quote(file.path)
    return f"{settings.public_url}/{name}"
