"""Media addresses are checked by `validate --media`, `doctor` and `drift`, and reported with their places."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import stamina

from tests.cli.conftest import Project
from tests.file_server import FileServer, serving

PNG = b"\x89PNG\r\n\x1a\n" + bytes(3000)
ROOT = """\
version: 1
timezone: UTC
rules: {BC019: off}
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
"""


@pytest.fixture(autouse=True)
def _no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2, cap=True):
        yield


@pytest.fixture
def files() -> Iterator[FileServer]:
    """A host with a picture, a page, and a file that needs a login."""
    with serving({"/a.png": PNG, "/page.html": b"<html>Photos</html>"}) as server:
        server.statuses["/private.png"] = 403
        yield server


def declare(project: Project, *urls: str, due: str = "2030-01-07 12:00") -> None:
    """A post with these images."""
    assets = "".join(f"      - image:\n          url: {url}\n          alt_text: A\n" for url in urls)
    project.write("buffer.yaml", ROOT)
    project.write(
        "posts/p.yaml",
        f"posts:\n  - key: p\n    channels: [twitter, linkedin]\n    due_at: {due}\n    text: Look\n"
        f"    assets:\n{assets}",
    )


def test_validate_reports_each_address_at_its_line(project: Project, files: FileServer) -> None:
    """Once for all channels of an entry, with its verdict; without --media nothing is asked."""
    declare(project, *(f"{files.url}/{name}" for name in ("a.png", "gone.png", "page.html", "private.png")))
    assert project("validate").code == 0
    assert files.requests == []
    ran = project("validate", "--media")
    assert ran.code == 1
    assert "posts/p.yaml:11:16" in ran.out
    assert "this URL returns 404 Not Found, so Buffer cannot fetch the image" in ran.out
    assert "put the file there again, or use another URL" in ran.out
    assert "this URL is a web page instead of an image" in ran.out
    assert "this URL is not public: it returns 403 Forbidden" in ran.out
    assert "3 errors" in ran.out
    assert files.requests.count(("GET", "/a.png")) == 1


def test_validate_leaves_out_what_is_past(project: Project, files: FileServer) -> None:
    """A published post no longer needs its picture."""
    declare(project, f"{files.url}/gone.png", due="2020-01-07 12:00")
    project("validate", "--media")
    assert files.requests == []


def test_an_address_that_does_not_answer_now_is_a_warning(project: Project, files: FileServer) -> None:
    """A busy host does not fail a check: it may answer when the post is created."""
    files.statuses["/a.png"] = 503
    declare(project, f"{files.url}/a.png")
    ran = project("validate", "--media")
    assert ran.code == 0
    assert "returns 503 Service Unavailable, so it is not known whether Buffer can fetch the image" in ran.out


def test_doctor_asks_too(project: Project, files: FileServer) -> None:
    """One line for all, with the first problem and the command for the others."""
    declare(project, f"{files.url}/a.png")
    assert "1 media URL answers." in project("doctor").out.replace("\n         ", " ")
    files.files.clear()
    ran = project("doctor")
    assert ran.code == 1
    assert "Buffer cannot use 1 of 1 media URL." in ran.out.replace("\n         ", " ")
    assert "bufferctl validate --media" in ran.out


def test_drift_reports_media_that_are_gone(project: Project, files: FileServer) -> None:
    """Exit 2 while a post to come has a picture that is gone, once for its channels; 0 once it is back."""
    project.sandbox.core.options.media_roots = (files.url,)
    declare(project, f"{files.url}/a.png")
    project.apply()
    assert project("drift").code == 0
    files.files.clear()
    ran = project("drift")
    assert ran.code == 2
    assert "Media lost: 1 file that Buffer will fetch is gone or changed." in ran.out
    assert "It returns 404 Not Found." in ran.out
    assert "Acme/twitter:acme/p, posts/p.yaml:2:10" in ran.out
    assert "Acme/linkedin:acme-inc/p" in ran.out
    media = json.loads(project("drift", "--json").out)["media"]
    assert [(each["address"], each["verdict"]) for each in media] == [
        ("Acme/twitter:acme/p", "dead"),
        ("Acme/linkedin:acme-inc/p", "dead"),
    ]
    files.files["/a.png"] = PNG
    files.statuses["/a.png"] = 503
    ran = project("drift")
    assert ran.code == 0
    assert "Media whose URL did not answer" in ran.out


def test_drift_leaves_what_is_published(project: Project, files: FileServer) -> None:
    """A published post's picture may be removed."""
    declare(project, f"{files.url}/a.png")
    project.sandbox.core.options.media_roots = (files.url,)
    project.apply()
    project.sandbox.clock.set("2030-01-08T00:00:00Z")
    assert {"sent"} == {each["status"] for each in project.sandbox.posts() if each["text"] == "Look"}
    files.files.clear()
    files.requests.clear()
    assert (project("drift").code, files.requests) == (0, [])
