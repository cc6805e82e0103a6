"""Small versions of images for pages that show a plan, never larger than 30 kB.

Files come from pull requests, so images over 24 megapixels are not decoded, and only image decoders are used.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from bufferctl.media.reading import FRAMES, jpeg_segments, open_below, read_file
from bufferctl.model import MediaFile

if TYPE_CHECKING:
    from PIL.Image import Image

#: The most bytes of a thumbnail, and the most pixels of an image to decode.
MOST_BYTES, MOST_PIXELS = 30_000, 24_000_000
#: An image with a side of at least twice this many pixels is reduced before it is turned upright.
_WORKED_ON = 2000
#: Formats to open: Pillow supports many more, some of which start other programs.
_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "AVIF")
#: Width and JPEG quality, from the best to one that always fits.
_TRIES = ((720, 82), (640, 76), (560, 70), (480, 62), (400, 52), (320, 42), (240, 32))


def thumbnail(root: Path, file: MediaFile, most_bytes: int = MOST_BYTES) -> bytes | None:
    """A JPEG of the image below `root`; None if it cannot be shown.

    Also None if the file's bytes have changed since the plan: the thumbnail must show what was planned.
    """
    try:
        if read_file(root, file.path, None).digest != file.digest:  # which opens nothing outside the root folder
            return None
        with open_below(root, file.path) as source, warnings.catch_warnings():
            warnings.simplefilter("error")  # images that Pillow considers decompression bombs
            small = _made(source)
            return next((each for each in _versions(small) if len(each) <= most_bytes), None) if small else None
    except Exception:  # noqa: BLE001 - a damaged image can fail in any way; it is just not shown
        return None


def _made(source: BinaryIO) -> Image | None:
    import PIL.Image
    from PIL import ImageOps

    with PIL.Image.open(source, formats=_FORMATS) as image:
        if "progressive" not in image.info and not _has_scans(source):  # else all coefficients are in memory
            # JPEG only: decoded at 1/2, 1/4 or 1/8, still twice as large as the first try.
            factor = max(image.width / 2, image.height / 4) / _TRIES[0][0]
            image.draft("RGB", (int(image.width / factor), int(image.height / factor)))
        if image.width * image.height > MOST_PIXELS:
            return None
        picture: Image = image.convert("RGBA") if image.mode == "P" else image
        if (parts := max(picture.size) // _WORKED_ON) > 1:  # keeps the following copies small
            picture = picture.reduce(parts)
        return _opaque(ImageOps.exif_transpose(picture))


def _has_scans(source: BinaryIO) -> bool:
    """Whether a JPEG's first scan lacks a component of its frame, so that others follow (ITU T.81, B.2.2 and B.2.3)."""
    at, components, in_scan = source.tell(), 0, 0
    source.seek(0)
    if source.read(2) == b"\xff\xd8":
        for marker, _ in jpeg_segments(source):
            in_scan, *_, last = source.read(6)
            components = last if marker in FRAMES else components
    source.seek(at)
    return in_scan < components


def _opaque(image: Image) -> Image:
    """The image on white, as networks show transparency."""
    from PIL import Image

    if image.mode in {"RGB", "L"} and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    ground = Image.new("RGB", layered.size, "white")
    ground.paste(layered, mask=layered.getchannel("A"))
    return ground


def _versions(image: Image) -> Iterator[bytes]:
    for width, quality in _TRIES:
        smaller = image.copy()
        smaller.thumbnail((width, 2 * width))
        target = io.BytesIO()
        smaller.save(target, "JPEG", quality=quality, optimize=True)
        yield target.getvalue()
