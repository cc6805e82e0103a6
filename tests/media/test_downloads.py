"""Downloads into files: unusable ones are not kept, and none exceeds the size limit."""

from __future__ import annotations

import io
from pathlib import Path

import httpx2
import pytest
from PIL import Image

from bufferctl.media.addresses import DOWNLOADED_WITHIN, LARGEST, MOST_IN_ALL, download
from bufferctl.model.content import AssetKind

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
        return httpx2.Response(200, headers=headers, content=content)

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


def served(**answers: httpx2.Response | Exception) -> httpx2.MockTransport:
    """A server with an answer for each method."""

    def handler(request: httpx2.Request) -> httpx2.Response:
        answer = answers.get(request.method, httpx2.Response(404))
        if isinstance(answer, Exception):
            raise answer
        return answer

    return httpx2.MockTransport(handler)


def test_what_it_is(tmp_path: Path) -> None:
    """The file in the folder, byte for byte, and its type by these bytes, whatever its address says."""
    answer = httpx2.Response(200, headers={"Content-Type": "application/octet-stream"}, content=jpeg())
    found = download([(f"{URL}.png", "image")], tmp_path, transport=served(GET=answer))
    (made,) = found.values()
    assert list(found) == [f"{URL}.png"]
    assert (made.type, made.why) == ("jpg", "")
    assert made.path
    assert (made.path.parent, made.path.read_bytes()) == (tmp_path, jpeg())


def test_each_has_its_own_file(tmp_path: Path) -> None:
    """An address that is wanted twice is downloaded once."""
    one, two = f"{URL}/1", f"{URL}/2"
    answers = served(GET=httpx2.Response(200, content=jpeg()))
    found = download([(one, "image"), (two, "image"), (one, "image")], tmp_path, transport=answers)
    assert len({each.path for each in found.values()}) == len(found) == len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("kind", ["video", "document"])
def test_another_kind(tmp_path: Path, kind: AssetKind) -> None:
    """A picture is no video."""
    answers = served(GET=httpx2.Response(200, content=jpeg()))
    (found,) = download([(URL, kind)], tmp_path, transport=answers).values()
    assert found.path is None
    assert "instead of a" in found.why


def test_what_is_gone(tmp_path: Path) -> None:
    """The server's answer is the reason, and nothing is written."""
    (found,) = download([(URL, "image")], tmp_path, transport=served()).values()
    assert found.why == "returns 404 Not Found"
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_full(tmp_path: Path) -> None:
    """The system's reason; what is there is not overwritten."""
    (tmp_path / "0").write_text("theirs")
    answers = served(GET=httpx2.Response(200, content=jpeg()))
    (found,) = download([(URL, "image")], tmp_path, transport=answers).values()
    assert "File exists" in found.why
    assert (tmp_path / "0").read_text() == "theirs"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (httpx2.ConnectError("refused"), "refused"),
        (httpx2.ReadError(""), "did not answer (ReadError)"),
        (httpx2.InvalidURL(""), "could not be downloaded"),
    ],
)
def test_a_server_that_goes_away(tmp_path: Path, error: Exception, message: str) -> None:
    """It answered that the file is there, and then not again."""
    asked: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.method)
        if len(asked) > 1:
            raise error
        return httpx2.Response(200, content=jpeg())

    (found,) = download([(URL, "image")], tmp_path, transport=httpx2.MockTransport(handler)).values()
    assert (found.path, found.why) == (None, message)


def test_how_much_is_downloaded() -> None:
    """Of one file, of all, and for how long."""
    assert (LARGEST, MOST_IN_ALL, DOWNLOADED_WITHIN) == (500_000_000, 5_000_000_000, 1800)
