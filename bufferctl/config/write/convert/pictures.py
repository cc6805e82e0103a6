"""The images and videos that a calendar or a document names: URLs, and files that are there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from pydantic import TypeAdapter, ValidationError

from bufferctl.errors import BufferctlError
from bufferctl.model.base import Url
from bufferctl.model.plain_text import LINK

_URL: TypeAdapter[str] = TypeAdapter(Url)
#: Between two URLs or files in one cell.
_BETWEEN = re.compile(rf"[\s,;|]+(?={LINK.pattern})|[,;|\n]\s*", re.IGNORECASE)
#: A file as a database exports it: its name, and where it was.
_NAME_AND_URL = re.compile(r"(?P<name>[^()]+?) \((?P<url>https?://[^\s()]+)\)(?:,\s*|$)")
_FILM = re.compile(r"\.(mp4|m4v|mov|webm)(?:[?#]|$)", re.IGNORECASE)
_MEDIA = "media"


class PictureError(BufferctlError):
    """A file that is not there, or a name that is none."""


@dataclass
class PictureFinder:
    """Finds files. `folder`: that of the calendar or document; `root`: the root file's."""

    folder: Path
    root: Path

    def of(self, given: str, alt: str) -> dict[str, Any]:
        """The fields `image` and `alt`, or `assets`, for what a cell names. Raises PictureError."""
        exported = [*_NAME_AND_URL.finditer(given)]
        names = [found["name"] for found in exported] or [each for each in _BETWEEN.split(given) if each.strip()]
        sources = [self._source(name.strip(), is_exported=bool(exported)) for name in names]
        if any(_FILM.search(source) for source in sources):
            assets = [_asset(source, alt) for source in sources]
            return {"assets": assets}
        alts = [alt] if len(sources) == 1 else [line.strip() for line in alt.split("\n") if line.strip()]
        if alt and len(alts) != len(sources):
            hint = "write the alt of each image on a line of its own"
            texts = f"{len(alts)} alt text{'s' * (len(alts) != 1)}"
            raise PictureError(f"there are {len(sources)} images and {texts}", hint=hint)
        fields: dict[str, Any] = {"image": sources[0] if len(sources) == 1 else tuple(sources)}
        if alt:
            fields["alt"] = alts[0] if len(alts) == 1 else tuple(alts)
        return fields

    def _source(self, name: str, *, is_exported: bool) -> str:
        """A URL, or a file as an entry names it."""
        if LINK.match(name):
            return self._url(name)
        plain = unquote(name).replace("\\", "/").removeprefix("./")
        base = PurePosixPath(plain).name
        try:
            if (self.root / _MEDIA / base).is_file():
                return base
            beside = (self.folder / plain).resolve()
            if beside.is_file() and beside.is_relative_to(self.root.resolve()):
                return f"/{beside.relative_to(self.root.resolve()).as_posix()}"
        except (OSError, ValueError):
            pass
        if is_exported:
            hint = f"download it from there, and save it as {_MEDIA}/{base}; the export's own link expires"
            raise PictureError(f"there is no file `{base[:60]}` in {_MEDIA}/", hint=hint)
        if not re.search(r"[./\\]", name):
            hint = 'give the whole URL; if it belongs to the text, put all of the text in quotes: "one, two"'
            raise PictureError(f"`{name[:60]}` is neither a URL nor a file", hint=hint)
        hint = f"save it as {_MEDIA}/{base}, or write the URL where it is"
        raise PictureError(f"there is no file `{plain[:60]}` here or in {_MEDIA}/", hint=hint)

    def _url(self, url: str) -> str:
        try:
            return _URL.validate_python(url)
        except ValidationError:
            raise PictureError(f"`{url[:60]}` is not a URL", hint="write the whole URL, https://…") from None


def _asset(source: str, alt: str) -> dict[str, Any]:
    """A video, or an image beside it, in the long form."""
    where = {"url": source} if LINK.match(source) else {"file": source}
    if _FILM.search(source):
        return {"video": where}
    return {"image": {**where, "alt_text": alt} if alt else where}
