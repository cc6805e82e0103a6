"""`import --media-dir` and `pull`: media from Buffer as files, all of it in git, and the next plan is empty."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from PIL import Image

from tests.cli.conftest import Project
from tests.file_server import FileServer, serving

ROOT = """\
version: 1
timezone: UTC
rules: {BC019: off}
managed_since: 2029-11-01T00:00:00Z
media: {public_url: "https://media.acme.example"}
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


def picture(colour: str, kind: str = "JPEG") -> bytes:
    """A small picture."""
    made = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(made, kind)
    return made.getvalue()


@pytest.fixture
def files() -> Iterator[FileServer]:
    """Buffer's storage: two pictures, one with the wrong suffix, and a page."""
    content = {"/1": picture("red"), "/2.png": picture("blue"), "/same.jpg": picture("red"), "/page.jpg": b"<html>"}
    with serving(content) as server, stamina.set_testing(True, attempts=2, cap=True):
        yield server


def seed(project: Project, service: str, text: str, *urls: str) -> None:
    """A scheduled post that a person made in Buffer."""
    channel = project.sandbox.channel(service)
    assets = [{"image": {"url": url, "metadata": {"altText": "A"}}} for url in urls]
    project.sandbox.seed(
        [
            {
                "channelId": channel["id"], "text": text, "assets": assets, "status": "scheduled", "via": "buffer",
                "dueAt": "2030-01-07T09:00:00Z", "isCustomScheduled": True, "createdAt": "2029-12-01T00:00:00Z",
            }
        ]
    )  # fmt: skip


def named(project: Project) -> list[str]:
    """The downloaded files."""
    return sorted(path.relative_to(project.folder).as_posix() for path in (project.folder / "media").glob("*"))


def test_an_account_is_whole_in_git(project: Project, files: FileServer) -> None:
    """Each picture once, under a readable name with the right suffix; the next plan changes nothing."""
    project.write("buffer.yaml", ROOT)
    seed(project, "twitter", "We are live", f"{files.url}/1", f"{files.url}/2.png")
    seed(project, "linkedin", "We are live on LinkedIn", f"{files.url}/same.jpg")
    ran = project("import", "--media-dir", "media")
    assert ran.code == 0, ran.err
    assert "Downloaded 2 media files into media; commit them too." in ran.out
    first, second = named(project)
    assert (first, second) == ("media/2030-01-07-we-are-live-2.jpg", "media/2030-01-07-we-are-live.jpg")
    texts = "".join(path.read_text(encoding="utf-8") for path in (project.folder / "posts").glob("*.yaml"))
    assert texts.count(f"/{first}") == 1
    assert texts.count(f"/{second}") == 2
    assert files.url not in texts
    assert project("plan", "--detailed-exitcode").code == 0
    assert "No changes" in project("plan").out


def test_what_cannot_be_downloaded_keeps_its_address(project: Project, files: FileServer) -> None:
    """Exit 1, with the address and the reason; the other pictures of the post are files."""
    project.write("buffer.yaml", ROOT)
    seed(project, "twitter", "Two", f"{files.url}/1", f"{files.url}/gone.jpg")
    seed(project, "linkedin", "One", f"{files.url}/page.jpg")
    ran = project("import", "--media-dir", "media")
    assert ran.code == 1
    assert f"Acme/twitter:acme/2030-01-07-two keeps its URL {files.url}/gone.jpg: it returns 404 Not Found" in ran.err
    assert f"{files.url}/page.jpg: it is a web page instead of an image" in ran.err
    assert named(project) == ["media/2030-01-07-two.jpg"]
    assert project("plan", "--detailed-exitcode").code == 0


def test_a_file_that_the_rules_refuse_is_not_named(project: Project, files: FileServer) -> None:
    """A picture that LinkedIn accepts from Buffer but the rules refuse stays an address: the import goes on."""
    project.write("buffer.yaml", ROOT)
    files.files["/a.webp"] = picture("green", "WEBP")
    seed(project, "linkedin", "WebP", f"{files.url}/a.webp")
    ran = project("import", "--media-dir", "media")
    assert ran.code == 1
    assert "gives a file that cannot be used: this is a WebP" in ran.err
    assert not (project.folder / "media").exists() or named(project) == []


@pytest.mark.parametrize("folder", ["..", "/tmp", ".git", "media/.hidden"])  # noqa: S108 - nothing is written there
def test_no_files_outside_the_root(project: Project, folder: str) -> None:
    """A folder that no post could name is refused before any request."""
    project.write("buffer.yaml", ROOT)
    ran = project("import", "--media-dir", folder)
    assert ran.code == 64
    assert "is hidden or not below the folder of the root file" in ran.err


def test_files_need_an_address(project: Project, files: FileServer) -> None:
    """Without the `media` setting, files could not be applied later, so nothing is downloaded."""
    project.write("buffer.yaml", ROOT.replace('media: {public_url: "https://media.acme.example"}\n', ""))
    seed(project, "twitter", "Hello", f"{files.url}/1")
    ran = project("import", "--media-dir", "media")
    assert ran.code == 64
    assert "has no `media`" in ran.err
    assert not Path(project.folder, "media").exists()


def test_pull_takes_a_picture_that_somebody_added(project: Project, files: FileServer) -> None:
    """It becomes a file, named in the post; with --dry-run nothing is downloaded, and the next plan is empty."""
    post = "posts:\n  - {key: launch, channels: [twitter], due_at: 2030-01-07 09:00, text: We are live}\n"
    project.write("buffer.yaml", ROOT + post)
    project.apply()
    (live,) = project.sandbox.posts()
    assets = [{"image": {"url": f"{files.url}/1", "metadata": {"altText": "A"}}}]
    project.sandbox.person.edit_post(live["id"], assets=assets)
    assert project("pull", "--dry-run").code == 0
    assert files.requests == []
    ran = project("pull")
    assert ran.code == 0, ran.err
    assert "Downloaded 1 media file into media; commit them too." in ran.out
    assert named(project) == ["media/launch.jpg"]
    assert "file: /media/launch.jpg" in (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    assert project("plan", "--detailed-exitcode").code == 0


def test_pull_takes_the_pictures_of_several_posts(project: Project, files: FileServer) -> None:
    """Each has its own file, and the next plan is empty."""
    post = "  - {{key: {0}, channels: [twitter], due_at: 2030-01-0{1} 09:00, text: Post {0}}}\n"
    project.write("buffer.yaml", f"{ROOT}posts:\n{post.format('one', 7)}{post.format('two', 8)}")
    project.apply()
    for live, name in zip(project.sandbox.posts(), ("/1", "/2.png"), strict=True):
        assets = [{"image": {"url": files.url + name, "metadata": {"altText": "A"}}}]
        project.sandbox.person.edit_post(live["id"], assets=assets)
    ran = project("pull")
    assert ran.code == 0, ran.err
    assert [Path(name).stem for name in named(project)] == ["one", "two"]
    assert project("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("now", [["/2.png", "/1"], ["/1", "/2.png"]], ids=["before", "after"])
def test_pull_takes_a_picture_beside_one_that_looks_the_same(
    project: Project, files: FileServer, now: list[str]
) -> None:
    """Their descriptions do not tell them apart, so each file has what Buffer has in its place."""
    image = "assets: [{image: {url: https://acme.example/a.jpg, alt_text: A}}]"
    post = f"  - {{key: launch, channels: [twitter], due_at: 2030-01-07 09:00, text: We are live, {image}}}\n"
    project.write("buffer.yaml", f"{ROOT}posts:\n{post}")
    project.apply()
    (live,) = project.sandbox.posts()
    assets = [{"image": {"url": files.url + name, "metadata": {"altText": "A"}}} for name in now]
    project.sandbox.person.edit_post(live["id"], assets=assets)
    assert project("pull").code == 0
    found = re.findall(r"file: /([^,]+),", (project.folder / "buffer.yaml").read_text(encoding="utf-8"))
    assert [(project.folder / name).read_bytes() for name in found] == [files.files[name] for name in now]
    assert project("plan", "--detailed-exitcode").code == 0


def test_pull_leaves_the_address_where_the_download_fails(project: Project, files: FileServer) -> None:
    """Exit 1 with the reason; the file still gets Buffer's version."""
    post = "posts:\n  - {key: launch, channels: [twitter], due_at: 2030-01-07 09:00, text: We are live}\n"
    project.write("buffer.yaml", ROOT + post)
    project.apply()
    (live,) = project.sandbox.posts()
    assets = [{"image": {"url": f"{files.url}/gone.jpg", "metadata": {"altText": "A"}}}]
    project.sandbox.person.edit_post(live["id"], assets=assets)
    ran = project("pull")
    assert ran.code == 1
    assert "not downloaded: Acme/twitter:acme/launch keeps its URL" in ran.err
    assert f"url: {files.url}/gone.jpg" in (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    assert project("plan", "--detailed-exitcode").code == 0


ORDERED = """\
posts:
  - key: launch
    due_at: 2030-01-07 09:00
    channels: [twitter]
    text: We are live
    image:
      - https://acme.example/2.png
      - https://acme.example/1.png
    alt: [A, A]
"""
NOT_COMPARED = "The 2 media files of the post that was found in Buffer cannot be compared with the files"


@pytest.mark.parametrize("is_named", [False, True], ids=["all", "by its id"])
def test_the_order_of_images_that_the_files_had_already(project: Project, is_named: bool) -> None:
    """A warning: Buffer has copies under URLs of its own, so nothing shows which of its two images is first."""
    project.write("buffer.yaml", ROOT)
    seed(project, "twitter", "We are live", "https://acme.example/1.png", "https://acme.example/2.png")
    project.write("posts/launch.yaml", ORDERED)
    named = ["Acme/twitter:acme/launch", project.sandbox.posts()[0]["id"]] if is_named else []
    ran = project("import", *named)
    assert (ran.code, NOT_COMPARED in " ".join(ran.err.split())) == (0, True), ran.err
    assert NOT_COMPARED not in project("plan").err
    project.write("posts/launch.yaml", ORDERED.replace("2.png", "3.png").replace("1.png", "2.png"))
    assert project("plan").planned == ["~ launch"]


def test_an_import_of_another_text_sends_the_images_too(project: Project) -> None:
    """No warning: the next apply sends the whole post."""
    project.write("buffer.yaml", ROOT)
    seed(project, "twitter", "We were live", "https://acme.example/1.png", "https://acme.example/2.png")
    project.write("posts/launch.yaml", ORDERED)
    ran = project("import", "Acme/twitter:acme/launch", project.sandbox.posts()[0]["id"])
    assert (ran.code, ran.err) == (0, "")
    assert project("plan").planned == ["~ launch"]


@pytest.mark.parametrize("downloaded", [False, True], ids=["URLs", "files"])
def test_images_that_change_places_after_an_import(project: Project, files: FileServer, downloaded: bool) -> None:
    """An edit, although their alt texts are equal: the state has each image that import wrote, in its place."""
    project.write("buffer.yaml", ROOT)
    seed(project, "twitter", "We are live", f"{files.url}/1", f"{files.url}/2.png")
    assert project("import", *(["--media-dir", "media"] if downloaded else [])).code == 0
    (path,) = (project.folder / "posts").glob("*.yaml")
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines.index("    image:") + 1
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = project("plan")
    assert plan.planned == ["~ 2030-01-07-we-are-live"]
    assert ("image 1: " in plan.out, "image 2: " in plan.out) == (True, True)
