"""Files of applied posts: drift checks their public addresses again, and comments show them from there."""

from __future__ import annotations

import io
import json

import pytest
from PIL import Image

from tests.cli.conftest import Project
from tests.file_server import FileServer
from tests.media.conftest import picture, post, posts, put

#: A picture in the styles of a page.
THUMBNAIL = 'background-image:url("data:image/jpeg;base64,'


@pytest.fixture
def applied(published: Project, host: FileServer) -> Project:
    """One post with a picture that is public."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    assert published.apply().code == 0
    return published


def verdicts(project: Project) -> list[str]:
    """The media verdicts of drift."""
    return [each["verdict"] for each in json.loads(project("drift", "--json").out)["media"]]


def test_gone_and_changed(applied: Project, host: FileServer) -> None:
    """Exit 2 while the address is empty or has different bytes, even of the same length; 0 once they are back."""
    assert (applied("drift").code, verdicts(applied)) == (0, [])
    del host.files["/social/media/a.jpg"]
    assert (applied("drift").code, verdicts(applied)) == (2, ["dead"])
    host.files["/social/media/a.jpg"] = picture("blue")
    assert (applied("drift").code, verdicts(applied)) == (2, ["changed"])
    host.files["/social/media/a.jpg"] = picture("red")
    assert (applied("drift").code, verdicts(applied)) == (0, [])


def test_a_swapped_picture_is_no_loss(applied: Project, host: FileServer) -> None:
    """An unapplied edit of the file is a matter for plan."""
    put(applied, "media/a.jpg", picture("blue"))
    host.files["/social/media/a.jpg"] = picture("blue")
    host.requests.clear()
    assert (applied("drift").code, verdicts(applied), host.requests) == (0, [], [])


def test_pages_and_comments_show_it(applied: Project) -> None:
    """The page has a thumbnail of what changes; the comment names the pictures that are not public yet."""
    put(applied, "media/b.jpg", picture("blue"))
    posts(applied, post("one"), post("two", "../media/b.jpg"))
    assert applied("plan", "--report", "plan.html", "--report", "plan.md").code == 0
    page = (applied.folder / "plan.html").read_text(encoding="utf-8")
    assert page.count(THUMBNAIL) == 1
    assert "image: media/b.jpg" in (applied.folder / "plan.md").read_text(encoding="utf-8")


def test_a_picture_of_many_posts_is_in_a_page_once(applied: Project) -> None:
    """A page stays small: each picture is in it once, however many posts show it."""
    noise = io.BytesIO()
    Image.effect_noise((900, 600), 100).convert("RGB").save(noise, "JPEG")
    put(applied, "media/noise.jpg", noise.getvalue())
    posts(applied, post("one"), *(post(f"p{number}", "../media/noise.jpg") for number in range(300)))
    assert applied("preview").code == 0
    page = (applied.folder / "preview.html").read_text(encoding="utf-8")
    assert page.count(THUMBNAIL) == 2
    assert len(page) < 1_000_000
