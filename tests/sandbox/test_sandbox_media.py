"""Media on hosts that the sandbox may fetch from: fetched as Buffer does, on creation and on publication."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.file_server import FileServer, serving
from tests.sandbox.asking import Asker
from tests.sandbox.conftest import Make

PNG = b"\x89PNG\r\n\x1a\n"
TIMED = {"mode": "customScheduled", "dueAt": "2026-11-02T12:00:00Z"}


@pytest.fixture
def files() -> Iterator[FileServer]:
    """A host with one picture, one page, and nothing else."""
    with serving({"/a.png": PNG, "/page.html": b"<html>"}) as server:
        yield server


@pytest.fixture
def looking(make: Make, files: FileServer) -> Asker:
    """A client for a sandbox that fetches from this host."""
    return make(media_roots=(files.url,))


def test_dead_addresses_are_refused_in_buffers_words(looking: Asker, files: FileServer) -> None:
    """An existing file is accepted, also over http on this machine; a missing one or another type is refused."""
    assert (
        looking.create(assets=[{"image": {"url": f"{files.url}/a.png"}}], **TIMED)["__typename"] == "PostActionSuccess"
    )
    for asset, message in (
        ({"image": {"url": f"{files.url}/b.png"}}, "Failed to fetch image dimensions: Not Found"),
        ({"image": {"url": f"{files.url}/page.html"}}, "Image could not be read from its URL."),
        ({"video": {"url": f"{files.url}/v.mp4"}}, "Video could not be read from its URL."),
    ):
        assert looking.create(assets=[asset], **TIMED) == {
            "__typename": "InvalidInputError",
            "message": f"Invalid post: {message}",
        }


def test_other_hosts_are_not_asked(looking: Asker, files: FileServer) -> None:
    """Addresses that are not below a root are judged by their form, as usual."""
    assert (
        looking.create(assets=[{"image": {"url": "https://acme.example/a.png"}}], **TIMED)["__typename"]
        == "PostActionSuccess"
    )
    assert (
        looking.create(assets=[{"image": {"url": "http://127.0.0.1:1/a.png"}}], **TIMED)["__typename"]
        == "InvalidInputError"
    )
    assert files.requests == []


def test_media_are_fetched_again_when_a_post_goes_out(looking: Asker, files: FileServer) -> None:
    """If a picture is gone by then, the post fails with the reason."""
    looking.create(assets=[{"image": {"url": f"{files.url}/a.png"}}], **TIMED)
    files.files.clear()
    looking.sandbox.clock.set("2026-11-02T12:00:01Z")
    post = looking.sandbox.posts()[-1]
    assert (post["status"], post["error"]["message"]) == ("error", "Failed to fetch image dimensions: Not Found")
