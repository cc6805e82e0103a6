"""What the publisher says of an address that does not return the file: why, what to do, whether waiting helps."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest

from bufferctl.media.publisher import Publisher
from bufferctl.model import MediaFile, MediaSettings
from bufferctl.model.media_file import Obstacle
from tests.file_server import FileServer
from tests.media.conftest import picture
from tests.stores import buckets

RED = picture("red")


def file(host: FileServer, name: str = "/a.jpg", data: bytes = RED, *, stored: bool = True) -> MediaFile:
    """A file whose address is on the host."""
    digest = sha256(data).hexdigest()[:32]
    return MediaFile(path=f"media{name}", digest=digest, size=len(data), type="jpg", stored=stored, url=host.url + name)


@dataclass
class Asked:
    """A publisher of files at the host."""

    host: FileServer
    whole: bool = False
    settings: MediaSettings = field(default_factory=lambda: MediaSettings("https://m.example"))

    def __call__(self, asked: MediaFile) -> Obstacle | None:
        publisher = Publisher(Path(), self.settings, loopback=True, whole=self.whole)
        return publisher.ask([asked]).get(asked.url)


@pytest.mark.parametrize("stored", [True, False])
def test_an_address_that_returns_the_file(host: FileServer, stored: bool) -> None:
    """Nothing is wrong; what is stored under its digest is not compared, so its end is not read."""
    host.files["/a.jpg"] = RED
    assert Asked(host)(file(host, stored=stored)) is None
    assert host.requests == [("GET", "/a.jpg")]


@pytest.mark.parametrize(
    ("stored", "whole", "notices"), [(True, False, False), (True, True, True), (False, False, True)]
)
def test_other_bytes_of_the_same_size(host: FileServer, stored: bool, whole: bool, notices: bool) -> None:
    """They are noticed where something else published them, or where the plan may have been changed."""
    host.files["/a.jpg"] = RED[:-1] + b"\0"
    found = Asked(host, whole)(file(host, stored=stored))
    assert bool(found) is notices
    assert found is None or found.message == f"is not public: {host.url}/a.jpg differs from the file"


@pytest.mark.parametrize(
    ("status", "stored", "message", "hint", "may_pass"),
    [
        (404, True, "returns 404 Not Found", "Check that `public_url`", True),
        (404, False, "returns 404 Not Found", "Publish the folder", True),
        (403, True, "is not public: it returns 403 Forbidden", "Block Public Access", False),
        (403, False, "is not public: it returns 403 Forbidden", "Publish the folder", True),
    ],
)
def test_what_to_do(host: FileServer, status: int, stored: bool, message: str, hint: str, may_pass: bool) -> None:
    """Where bufferctl stored it, the bucket is set up wrongly; elsewhere the site may still be being built."""
    host.statuses["/a.jpg"] = status
    found = Asked(host)(file(host, stored=stored))
    assert found
    assert (found.message, found.may_pass) == (f"is not public: {host.url}/a.jpg {message}", may_pass)
    assert hint in found.hint
    assert found.hint.endswith("docs/write/media.md")


@pytest.mark.parametrize(("stored", "may_pass"), [(True, False), (False, True)])
def test_a_page_in_its_place(host: FileServer, stored: bool, may_pass: bool) -> None:
    """A site's own "not found", until it is built; of a bucket it stays."""
    host.files["/a.html"] = b"<!doctype html><title>Soon</title>"
    found = Asked(host)(file(host, "/a.html", stored=stored))
    assert found
    assert "is a web page" in found.message
    assert found.may_pass is may_pass


@pytest.mark.parametrize(("data", "changed"), [(RED[:-1], True), (RED + b"\0", True)])
def test_another_size(host: FileServer, data: bytes, changed: bool) -> None:
    """Shorter or longer is another file, also where it is not compared."""
    host.files["/a.jpg"] = data
    found = Asked(host)(file(host))
    assert bool(found) is changed


def test_only_what_is_wrong_is_named(host: FileServer) -> None:
    """By its address."""
    host.files["/a.jpg"] = RED
    good, bad = file(host), file(host, "/b.jpg")
    assert set(Publisher(Path(), MediaSettings("https://m.example"), loopback=True).ask([good, bad])) == {bad.url}


def test_this_machine_is_not_public(host: FileServer) -> None:
    """Buffer cannot fetch from here, and nothing is asked."""
    host.files["/a.jpg"] = RED
    asked = file(host)
    assert asked.url in Publisher(Path(), MediaSettings("https://m.example")).ask([asked])
    assert host.requests == []


def test_where_a_list_of_the_store_would_be(host: FileServer) -> None:
    """Its own root, its bucket, or its container, and not the folder in it."""
    publisher = Publisher(Path(), MediaSettings(f"{host.url}/bucket/social"), loopback=True)
    assert publisher.listed() == ""
    assert {path for _, path in host.requests} == {"/", "/bucket/", "/bucket"}


def test_a_bucket_whose_settings_are_incomplete(host: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Azure needs the name of an account: each file is held, with the store, the reason and the page about it."""
    for name in [each for each in os.environ if each.startswith("AZURE_")]:
        monkeypatch.delenv(name)
    settings = MediaSettings("https://m.example", store="az://media")
    wanted = file(host)
    (found,) = Publisher(Path(), settings).upload([wanted]).values()
    assert found.message.startswith("cannot be uploaded: az://media (")
    assert (found.hint.endswith("the bucket needs."), host.requests) == (True, [])


def test_a_long_file_is_compared_to_its_end(host: FileServer) -> None:
    """Three hundred kilobytes: fine as they are, and other ones only in the last byte."""
    data = RED + b"\0" * 300_000
    host.files["/a.jpg"] = data
    assert Asked(host)(file(host, data=data, stored=False)) is None
    found = Asked(host)(file(host, data=data[:-1] + b"1", stored=False))
    assert found
    assert found.message.endswith("differs from the file")


def test_without_the_package_for_buckets(host: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is held, with what to install."""
    monkeypatch.setitem(sys.modules, "obstore.exceptions", None)
    (found,) = Publisher(Path(), MediaSettings("https://m.example", store="gs://media")).upload([file(host)]).values()
    assert (found.message, found.hint) == (
        "cannot be uploaded: obstore is not installed",
        "pip install 'bufferctl[remote]'",
    )


@pytest.mark.parametrize(
    ("refusal", "message", "reason", "hint"),
    [
        ((403, "AccessDenied"), "these credentials may not write to gs://acme-state", "", "Allow them"),
        ((400, "Odd"), "gs://acme-state does not accept it (", "400 Bad Request", "Run apply again"),
    ],
)
def test_a_bucket_that_takes_no_files(
    host: FileServer, tmp_path: Path, refusal: tuple[int, str], message: str, reason: str, hint: str
) -> None:
    """Why, and what to do; the other files are not tried."""
    (tmp_path / "media").mkdir()
    files = [file(host, name) for name in ("/a.jpg", "/b.jpg")]
    for each in files:
        (tmp_path / each.path).write_bytes(RED)
    with buckets.google() as server:
        server.refusal = refusal
        found = Publisher(tmp_path, MediaSettings("https://m.example", "gs://acme-state", server.address)).upload(files)
    assert [each.message.startswith(f"cannot be uploaded: {message}") for each in found.values()] == [True, True]
    assert all(reason in each.message for each in found.values())
    assert all(each.hint.startswith(hint) for each in found.values())
