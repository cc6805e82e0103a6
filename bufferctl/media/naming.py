"""The public address of a file, and the names under which files are stored."""

from __future__ import annotations

from urllib.parse import quote

from bufferctl.model import MediaFile, MediaSettings

#: Content types by the type of a file. Anything else is stored as bytes without a meaning.
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


def object_name(file: MediaFile) -> str:
    """The name of a file in a store. It tells nothing, since it is public weeks before the post is."""
    return f"{file.digest}.{file.type}" if file.type else file.digest


def address_of(file: MediaFile, settings: MediaSettings) -> str:
    """The address of a file: by its bytes in a store, by its path where something else publishes the folder."""
    name = object_name(file) if settings.store else quote(file.path)
    return f"{settings.public_url}/{name}"
