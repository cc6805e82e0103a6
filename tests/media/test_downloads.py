"""Downloads into files: unusable ones are not kept, and none exceeds the size limit."""

from __future__ import annotations

import io
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from bufferctl.media.downloads import download

URL = "https://media.example/a"


def jpeg() -> bytes:
    """A picture."""
    made = io.BytesIO()
    Image.new("RGB", (60, 40)).save(made, "JPEG")
    return made.getvalue()


def why(folder: Path, content: bytes, length: int | None = None) -> str:
    """Why this server's file was not kept; empty if it was."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        headers = {"Content-Type": "image/jpeg", "Content-Length": str(length or len(content))}
        return httpx2.Response(200, headers=headers, content=b"" if request.method == "HEAD" else content)

    (found,) = download([(URL, "image")], folder, transport=httpx2.MockTransport(handler)).values()
    assert bool(found.why) is (found.path is None)
    return found.why


@pytest.mark.parametrize(
    ("content", "length", "message"),
    [
        (jpeg(), None, ""),
        (jpeg(), 600_000_000, "has 600 MB, and at most 500 MB are allowed"),
        (jpeg(), 5000, "was cut short"),
        (jpeg()[:-20], None, "is cut short"),
        (b"some text", None, "is not a usable image"),
    ],
)
def test_what_is_kept(tmp_path: Path, content: bytes, length: int | None, message: str) -> None:
    """A complete picture within the size limit; otherwise the reason, and no path."""
    assert why(tmp_path, content, length) == message


def test_nothing_wanted_nothing_asked(tmp_path: Path) -> None:
    """Without addresses there is no request."""
    assert download([], tmp_path) == {}
