"""Files that bufferctl uploads itself: to moto's S3, Microsoft's Azurite, and a stub of Google's XML API.

None of this is Google's or Amazon's own service; docs/write/media.md says so.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import httpx2
import pytest

from bufferctl.media.publisher import Publisher
from bufferctl.media.reading import read_file
from bufferctl.model import MediaFile, MediaSettings
from tests.cli.conftest import Project
from tests.conftest import long
from tests.media.conftest import ROOT, account, picture, post, posts, put, sources
from tests.stores import buckets

_NUMBERS = count()


@dataclass(frozen=True)
class Place:
    """A public bucket, and the address of its objects."""

    store: str
    endpoint: str
    public_url: str

    @property
    def setting(self) -> str:
        """The value of `media:` in the file."""
        return f"{{store: {self.store}, endpoint: '{self.endpoint}', public_url: {self.public_url}}}"

    @property
    def settings(self) -> MediaSettings:
        """The parsed setting."""
        return MediaSettings(self.public_url, self.store, self.endpoint)


Make = Callable[..., Place]


@pytest.fixture(scope="module")
def place_of() -> Iterator[Make]:
    """A function that makes a fresh place, by kind of store; a service starts when its first place is made."""
    with ExitStack() as running:

        @cache
        def address(kind: str) -> str:
            if kind == "gs":
                return running.enter_context(buckets.google()).address
            return running.enter_context({"s3": buckets.s3, "az": buckets.azure}[kind]())

        def place(kind: str, *, public: bool = True) -> Place:
            at = address(kind)
            name = f"media-{next(_NUMBERS)}"
            if kind == "s3":
                store = buckets.s3_bucket(at, name, public=public)
            elif kind == "az":
                store = buckets.azure_container(at, name, public=public)
            else:
                store, name = f"gs://acme-state/{name}", f"acme-state/{name}"
            return Place(f"{store}/social", at, f"{at}/{name}/social")

        yield place


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with only the test servers' credentials."""
    for name, value in buckets.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=["s3", *long("az", "gs")])
def place(request: pytest.FixtureRequest, place_of: Make, cloud: None) -> Place:
    """A place in each kind of store."""
    return place_of(request.param)


@pytest.fixture
def stored(place: Place, environment: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project that stores its files there, and a Buffer that fetches from there."""
    with account(place.public_url) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        project = Project(environment, sandbox)
        project.write("buffer.yaml", ROOT.format(media=place.setting))
        put(project, "media/a.jpg", picture("red"))
        posts(project, post("one"))
        yield project


def there(url: str) -> bytes | None:
    """The public content of an address; None if there is none."""
    answer = httpx2.get(url)
    return answer.content if answer.status_code == 200 else None


def of(project: Project, place: Place, path: str = "media/a.jpg") -> MediaFile:
    """The details of a file of the project."""
    return read_file(project.folder, path, place.settings)


def test_plan_upload_apply_and_nothing_left(stored: Project, place: Place) -> None:
    """Plan counts and sends nothing; apply uploads under a name that reveals nothing, with type and cache header."""
    file = of(stored, place)
    assert file.url == f"{place.public_url}/{file.digest}.jpg"
    assert "1 file to upload" in stored("plan").out
    assert there(file.url) is None
    ran = stored.apply()
    assert (ran.code, sources(stored)) == (0, [file.url])
    answer = httpx2.get(file.url)
    assert answer.content == picture("red")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "to upload" not in stored("plan").out


def test_cancelled_post_uploads_nothing(stored: Project) -> None:
    """Nothing to upload: the post is deleted, whatever its picture is now."""
    assert stored.apply().code == 0
    put(stored, "media/a.jpg", picture("blue"))
    posts(stored, post("one") + "    cancelled: true\n")
    planned = stored("plan").out
    assert "Apply deletes 1." in planned
    assert "to upload" not in planned


def test_second_post_uploads_nothing(stored: Project, place: Place) -> None:
    """State knows the uploaded picture: another post with it needs no upload."""
    assert stored.apply().code == 0
    posts(stored, post("one"), post("two", text="Again"))
    assert "to upload" not in stored("plan").out
    ran = stored.apply()
    assert "Uploading" not in ran.err
    assert sources(stored) == [of(stored, place).url] * 2


def test_swapped_picture(stored: Project, place: Place) -> None:
    """The new bytes get a new address; the old ones stay, for posts already sent."""
    assert stored.apply().code == 0
    old = of(stored, place)
    put(stored, "media/a.jpg", picture("blue"))
    new = of(stored, place)
    assert stored.apply().code == 0
    assert sources(stored) == [new.url]
    assert (there(old.url), there(new.url)) == (picture("red"), picture("blue"))


def test_killed_between_upload_and_post(stored: Project, place: Place) -> None:
    """A picture uploaded by a killed apply is found there: neither uploaded again nor overwritten."""
    file = of(stored, place)
    publisher = Publisher(stored.folder, place.settings, loopback=True)
    assert publisher.upload([file]) == {}
    put(stored, "media/a.jpg", picture("red"))
    assert stored.apply().code == 0
    assert sources(stored) == [file.url]


def test_state_lost(stored: Project, place: Place) -> None:
    """Without a state the post is recognized by its content, and the picture is found in the store."""
    assert stored.apply().code == 0
    stored.state.unlink()
    for journal in (stored.folder.parent / "state-home").rglob("*.jsonl"):
        journal.unlink()
    assert stored.apply().code == 0
    posts(stored, post("one", text="Another text"))
    assert stored.apply().code == 0
    assert len(sources(stored)) == 1


def test_two_at_once(place: Place, tmp_path: Path) -> None:
    """Two runs that upload the same file at the same time both find it there; it is written once."""
    (tmp_path / "a.jpg").write_bytes(picture("red"))
    file = read_file(tmp_path, "a.jpg", place.settings)
    together = threading.Barrier(4)
    found: list[object] = []

    def upload() -> None:
        publisher = Publisher(tmp_path, place.settings, loopback=True)
        together.wait()
        found.append(publisher.upload([file]))

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [{}] * 4
    assert there(file.url) == picture("red")


def test_written_once(place: Place, tmp_path: Path) -> None:
    """An object stored under a digest is never overwritten."""
    from bufferctl.buckets import open_bucket

    (tmp_path / "a.jpg").write_bytes(picture("red"))
    file = read_file(tmp_path, "a.jpg", place.settings)
    open_bucket(place.store, place.endpoint).put(f"{file.digest}.jpg", b"something else")
    publisher = Publisher(tmp_path, place.settings, loopback=True)
    assert publisher.upload([file]) == {}
    assert there(file.url) == b"something else"
    assert "is not public" in publisher.ask([file])[file.url].message


def test_changed_since_planned(place: Place, tmp_path: Path) -> None:
    """Bytes that differ from the plan's are not uploaded."""
    (tmp_path / "a.jpg").write_bytes(picture("red"))
    file = read_file(tmp_path, "a.jpg", place.settings)
    (tmp_path / "a.jpg").write_bytes(picture("blue"))
    publisher = Publisher(tmp_path, place.settings, loopback=True)
    assert publisher.upload([file])[file.url].message == "was changed since the plan was made"
    assert there(file.url) is None


def test_bucket_that_everybody_can_list(place_of: Make, cloud: None, tmp_path: Path) -> None:
    """A bucket that lists its objects is reported, another is not."""
    s3, google = place_of("s3"), place_of("gs")
    listed = Publisher(tmp_path, s3.settings, loopback=True).listed()
    assert listed.startswith(s3.endpoint)
    assert Publisher(tmp_path, google.settings, loopback=True).listed() == ""


def test_no_such_bucket(place_of: Make, cloud: None, tmp_path: Path) -> None:
    """A missing bucket is named."""
    place = place_of("s3")
    (tmp_path / "a.jpg").write_bytes(picture("red"))
    settings = MediaSettings(place.public_url, "s3://no-such-bucket/social", place.endpoint)
    file = read_file(tmp_path, "a.jpg", settings)
    (obstacle,) = Publisher(tmp_path, settings, loopback=True).upload([file]).values()
    assert obstacle.message == "cannot be uploaded: there is no bucket s3://no-such-bucket/social"


def test_bucket_that_is_not_public(
    place_of: Make, cloud: None, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Objects that only their owner can read hold the post at once, and the hint names Block Public Access."""
    place = place_of("s3", public=False)
    with account(place.public_url) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        project = Project(environment, sandbox)
        project.write("buffer.yaml", ROOT.format(media=place.setting))
        put(project, "media/a.jpg", picture("red"))
        posts(project, post("one"))
        ran = project("apply", "--auto-approve", "--settle", "0", "--max-wait", "60")
        assert (ran.code, sources(project)) == (1, [])
        assert "is not public" in ran.out
        assert "Block Public Access" in ran.out


@pytest.mark.parametrize("path", ["../secret.jpg", "/etc/passwd", ".git/config", "link.jpg", "linked/secret.jpg"])
def test_nothing_outside_is_uploaded(place_of: Make, cloud: None, tmp_path: Path, path: str) -> None:
    """Not even for a plan with an edited path: neither outside the root folder, nor `.git`, nor through a link."""
    place = place_of("s3")
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / ".git" / "config").write_bytes(picture("red"))
    (tmp_path / "secret.jpg").write_bytes(picture("red"))
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    (root / "linked").symlink_to(tmp_path)
    real = read_file(tmp_path, "secret.jpg", place.settings)
    file = real.model_copy(update={"path": path})
    assert list(Publisher(root, place.settings, loopback=True).upload([file])) == [file.url]
    assert there(file.url) is None


@pytest.mark.long
def test_kill_after_the_upload(
    cloud: None, environment: Path, whole_program: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kill -9 after the upload: the next apply uploads nothing, and the post is created once."""
    with buckets.google() as google:
        place = Place("gs://acme-state/social", google.address, f"{google.address}/acme-state/social")
        with account(place.public_url) as sandbox:
            monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
            project = Project(environment, sandbox)
            project.write("buffer.yaml", ROOT.format(media=place.setting))
            put(project, "media/a.jpg", picture("red"))
            posts(project, post("one"))
            killed = subprocess.Popen(
                [*whole_program, "apply", "--auto-approve", "--settle", "0"],
                cwd=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            assert google.stored.wait(300)
            killed.kill()
            killed.wait()
            assert project.apply().code == 0
            assert google.asked.count("PUT") == 1
            assert sources(project) == [of(project, place).url]
