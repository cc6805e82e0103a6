"""Files in a folder that another system publishes: the address is the path, the bytes decide."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Project
from tests.file_server import FileServer
from tests.media.conftest import picture, post, posts, put, sources


def test_plan_apply_and_nothing_left(published: Project, host: FileServer) -> None:
    """Buffer gets the address of the folder's copy; plan checks no address, and nothing is uploaded."""
    put(published, "media/a.jpg", picture("red"))
    posts(published, post("one"))
    assert published("plan").code == 0
    assert host.requests == []
    host.files["/social/media/a.jpg"] = picture("red")
    assert published.apply().code == 0
    assert sources(published) == [f"{host.url}/social/media/a.jpg"]
    assert {method for method, _ in host.requests} == {"GET"}


def test_dead_address_holds_its_post_alone(published: Project, host: FileServer) -> None:
    """A file that is not published holds its post with the reason, exit code 1; the others are sent."""
    put(published, "media/a.jpg", picture("red"))
    put(published, "media/b.jpg", picture("blue"))
    host.files["/social/media/b.jpg"] = picture("blue")
    posts(published, post("one"), post("two", "../media/b.jpg"))
    ran = published("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    assert ran.code == 1
    assert f"media/a.jpg is not public: {host.url}/social/media/a.jpg returns 404 Not Found" in " ".join(
        ran.out.split()
    )
    assert "Read again after applying: nothing more to send; 1 still needs you." in ran.out
    assert sources(published) == [f"{host.url}/social/media/b.jpg"]
    host.files["/social/media/a.jpg"] = picture("red")
    assert published.apply().code == 0
    assert len(sources(published)) == 2


def test_other_bytes_at_the_address_hold(published: Project, host: FileServer) -> None:
    """A site with the old picture does not pass for the new one, even of the same length."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("blue")
    posts(published, post("one"))
    ran = published("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    assert (ran.code, sources(published)) == (1, [])


def test_waits_until_the_site_is_built(published: Project, host: FileServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that answers within `--max-wait` is waited for."""
    put(published, "media/a.jpg", picture("red"))
    posts(published, post("one"))

    class Later(dict[str, bytes]):
        """Available from the second request on."""

        asked = 0

        def get(self, key: str, default: object = None) -> object:  # type: ignore[override]  # http.server requires this form
            self.asked += 1
            return super().get(key, default) if self.asked > 1 else None

    host.files = Later({"/social/media/a.jpg": picture("red")})
    ran = published("apply", "--auto-approve", "--settle", "0", "--max-wait", "1")
    assert ran.code == 0
    assert "so it is asked for again" in ran.err
    assert len(sources(published)) == 1


def test_moved_file_is_the_same_picture(published: Project, host: FileServer) -> None:
    """Moving or renaming the file changes nothing."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    assert published.apply().code == 0
    (published.folder / "media/a.jpg").rename(published.folder / "media/renamed.jpg")
    posts(published, post("one", "/media/renamed.jpg"))
    assert "No changes." in published("plan").out


def test_swapped_picture_is_an_edit(published: Project, host: FileServer) -> None:
    """New bytes under the same name are a change, shown with both sizes; after the apply, nothing is left."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    assert published.apply().code == 0
    swapped = picture("blue", width=300, height=200)
    put(published, "media/a.jpg", swapped)
    host.files["/social/media/a.jpg"] = swapped
    ran = published("plan", "--json")
    (change,) = [each for each in json.loads(ran.out)["changes"] if each["action"] == "update"]
    (difference,) = change["differences"]
    assert difference["path"] == "assets.0.image.file"
    assert difference["before"].startswith("120 \N{MULTIPLICATION SIGN} 80")
    assert difference["after"].startswith("a.jpg (300 \N{MULTIPLICATION SIGN} 200")
    assert "image 1: 120 \N{MULTIPLICATION SIGN} 80" in published("plan").out  # two values, no diff of characters
    assert published.apply().code == 0


def test_address_that_becomes_a_file_is_done_on_a_sent_post(published: Project, host: FileServer) -> None:
    """`url` became `file` after publication: said once, then quiet, and so is a picture that is swapped after it."""
    host.files["/social/media/a.jpg"] = picture("red")
    put(published, "media/a.jpg", picture("red"))
    with_url = post("one").replace("file: ../media/a.jpg", f"url: {host.url}/social/media/a.jpg")
    posts(published, with_url)
    published.write("buffer.yaml", (published.folder / "buffer.yaml").read_text() + "rules: {BC019: off}\n")
    assert published.apply().code == 0
    published.sandbox.person.share_now(published.sandbox.posts()[0]["id"])
    posts(published, post("one"))
    ran = published("plan", "--detailed-exitcode")
    assert ran.code == 0
    assert "this edit (assets) changes nothing there" in ran.err
    assert published.apply().code == 0
    assert "changes nothing there" not in published("plan").err
    put(published, "media/a.jpg", picture("blue"))
    ran = published("plan")
    assert ran.out.startswith("No changes.")
    assert "this edit (assets) changes nothing there" in ran.err


def test_reviewed_picture_is_what_goes_out(published: Project, host: FileServer) -> None:
    """`apply --reviewed` holds a picture whose bytes differ from the reviewed one; a saved plan refuses it."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    assert published("plan", "-o", "plan.json").code == 0
    put(published, "media/a.jpg", picture("blue"))
    host.files["/social/media/a.jpg"] = picture("blue")
    ran = published("apply", "--reviewed", "plan.json", "--settle", "0")
    assert (ran.code, sources(published)) == (1, [])
    ran = published("apply", "plan.json", "--settle", "0", "--max-wait", "0")
    assert (ran.code, sources(published)) in [(1, []), (3, [])]
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    ran = published("apply", "--reviewed", "plan.json", "--settle", "0")
    assert (ran.code, len(sources(published))) == (0, 1)


def test_saved_plan_cannot_name_another_address_or_file(published: Project, host: FileServer) -> None:
    """A saved plan with an edited address or path, and matching digests, sends nothing: the bytes decide."""
    put(published, "media/a.jpg", picture("red"))
    host.files |= {"/social/media/a.jpg": picture("red"), "/social/media/b.jpg": picture("blue")}
    posts(published, post("one"))
    assert published("plan", "-o", "plan.json").code == 0
    plan = published.folder / "plan.json"
    plan.write_text(plan.read_text().replace("/social/media/a.jpg", "/social/media/b.jpg"))
    ran = published("apply", "plan.json", "--settle", "0", "--max-wait", "0")
    assert ran.code != 0
    assert sources(published) == []


def test_lost_record_is_taken_over_uncompared(published: Project, host: FileServer) -> None:
    """Without a state the picture is not compared, and plan says how many were skipped."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    assert published.apply().code == 0
    published.state.unlink()
    for journal in (published.folder.parent / "state-home").rglob("*.jsonl"):
        journal.unlink()
    ran = published("plan")
    assert "cannot be compared with the files" in ran.err
    assert published.apply().code == 0
    put(published, "media/a.jpg", picture("blue"))
    assert "image 1: " in published("plan").out


def test_public_url_on_this_machine_is_refused_for_buffer(published: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address on this machine is an error before any request to a Buffer elsewhere."""
    put(published, "media/a.jpg", picture("red"))
    posts(published, post("one"))
    monkeypatch.setenv("BUFFER_API_URL", "https://api.buffer.example")
    ran = published("plan")
    assert ran.code == 1
    assert "which only this machine can reach" in ran.err


def test_pull_keeps_the_file_beside_a_picture_that_somebody_added(published: Project, host: FileServer) -> None:
    """What was added becomes a file, the file that was there stays as it was named, and the next plan is empty."""
    put(published, "media/a.jpg", picture("red"))
    host.files["/social/media/a.jpg"] = picture("red")
    posts(published, post("one"))
    published.apply()
    ((live,), (there,)) = published.sandbox.posts(), sources(published)
    host.files["/added"] = host.files["/social/media/one.jpg"] = picture("blue")
    pictures = (there, "A colour"), (f"{host.url}/added", "Another colour")
    assets = [{"image": {"url": url, "metadata": {"altText": alt}}} for url, alt in pictures]
    published.sandbox.person.edit_post(live["id"], assets=assets)
    ran = published("pull")
    assert ran.code == 0, ran.err
    text = (published.folder / "posts" / "w50.yaml").read_text(encoding="utf-8")
    assert "/media/one.jpg" in text
    assert "media/a.jpg" in text
    assert published("plan", "--detailed-exitcode").code == 0
