"""A post is gone from Buffer and may have been published; its entry leaves the files, and comes back after an apply."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.lives.account import PERSON
from tests.lives.endpoint import Server
from tests.lives.scene import queued, scene, timed
from tests.never_twice.campaign import serving
from tests.never_twice.files import apply, declare, texts

__all__ = ["serving"]  # a fixture, used here by name

TEXT = "Meet us at the summer fair"
OTHER = "key: other, due_at: 2029-12-24 09:00, text: Something else altogether"
TIMED, QUEUED = f"key: fair, due_at: 2029-12-10 09:00, text: {TEXT}", f"key: fair, text: {TEXT}"
LATER = f"key: fair, due_at: 2029-12-20 09:00, text: {TEXT}"


def delete(project: Project, entry: str, at: str) -> None:
    """Apply the entry; a person deletes its post then."""
    declare(project, entry, OTHER)
    project.apply()
    project.sandbox.clock.set(at)
    (there,) = (each for each in project.sandbox.posts() if each["text"] == TEXT)
    project.sandbox.person.delete_post(there["id"])


def said(project: Project, *arguments: str) -> str:
    return " ".join(project("apply", "--auto-approve", "--settle", "0", *arguments).out.split())


@pytest.mark.parametrize(
    ("entry", "meanwhile", "again"),
    [
        pytest.param(TIMED, (OTHER,), LATER, id="removed"),
        *long((TIMED, (f"{TIMED}, cancelled: true", OTHER), LATER), (QUEUED, (OTHER,), QUEUED)),
        *long((TIMED, (OTHER,), LATER.replace("fair,", "fair-berlin,"))),
    ],
)
def test_it_was_due_before_it_was_deleted(project: Project, entry: str, meanwhile: tuple[str, ...], again: str) -> None:
    """It may be public, so it is asked about until somebody says to send it."""
    delete(project, entry, "2029-12-11T09:00:00Z")
    declare(project, *meanwhile)
    for _ in range(3):
        assert apply(project) == 0
        project.sandbox.clock.advance(hours=1)
    declare(project, again, OTHER)
    assert apply(project) == apply(project) == 1
    assert texts(project)[TEXT] == 0
    if again.startswith("key: fair,"):
        assert "--recreate Acme/twitter:acme/fair" in said(project)
        project.apply("--recreate", "Acme/twitter:acme/fair")
        assert texts(project)[TEXT] == 1


def test_it_was_deleted_before_it_was_due(project: Project) -> None:
    """Removed from the files as well, it is nowhere; so an entry that comes back is sent."""
    delete(project, TIMED, "2029-12-04T09:00:00Z")
    declare(project, OTHER)
    assert apply(project) == 0
    declare(project, TIMED, OTHER)
    project.apply()
    assert texts(project)[TEXT] == 1


def test_its_channel_was_connected_again(server: Server) -> None:
    """Nobody can read whether it was published before that: it is asked about, whatever was applied in between."""
    other, entries = timed("other", "Something else", 30), [timed("a", "The first of them"), queued("b", "Another one")]
    with scene(server) as s:
        s.pass_time(hours=1)
        s.declare(other, *entries)
        assert s.apply().code == 0
        s.pass_time(days=4)
        for post in [each for each in s.account.posts.values() if each.content["text"] != other.text]:
            s.account.delete(PERSON, post.id)
        s.account.connect_again("twitter", "c9" * 12)
        assert s.apply().code == 1
        s.declare(other)
        s.apply()
        s.pass_time(hours=1)
        s.declare(other, timed("a", "The first of them", 9), entries[1])
        s.apply()
        assert {key: s.actions()[key] for key in ("a", "b")} == dict.fromkeys("ab", "hold: deleted-in-buffer")
        made = Counter(w.after.content["text"] for w in s.account.writes if w.kind == "create" and w.after)
        assert set(made.values()) == {1}
