"""A weekly text under several keys, one of which is renamed or added: told apart, or asked about."""

from __future__ import annotations

import json
import os
import shutil

import pytest

from tests.cli.conftest import Project
from tests.conftest import long

ROOT = """version: 1
timezone: UTC
managed_since: 2029-12-03T08:00:00Z
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
"""
W2 = "{{key: w2, due_at: 2029-12-13 09:00, text: Same text, repeat_of: {first}}}"
ENTRIES = [
    "{key: w1, due_at: 2029-12-05 09:00, text: Same text}",
    W2.format(first="w1"),
    "{key: w3, due_at: 2029-12-19 09:00, text: Same text, repeat_of: w1}",
]
SERIES = [
    "{key: tip, due_at: 2029-12-05 09:00, text: Same text, repeat: {every: 1 week, times: 3}}",
    W2.format(first="tip-1"),
]
BEFORE, AFTER = "2029-12-03T10:00:00Z", "2029-12-14T10:00:00Z"  # of the renamed post's time


def write(project: Project, entries: list[str]) -> None:
    """The files."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", "channels: [twitter]\nposts:\n" + "".join(f"  - {each}\n" for each in entries))


def begun(project: Project, entries: list[str], now: str, *, is_lost: bool) -> int:
    """These entries applied, seen once more at that time, and then perhaps the state lost; how many posts there are."""
    write(project, entries)
    project.apply()
    project.sandbox.clock.set(now)
    assert project("apply", "--auto-approve", "--settle", "0").code == 0
    if is_lost:
        shutil.rmtree(project.folder / ".bufferctl")
        shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)
    return len(project.sandbox.posts())


def held(project: Project) -> dict[str, str]:
    """The reason of each change that is held, by its key."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["address"].rpartition("/")[2]: each["reason"] for each in changes if each["action"] == "hold"}


every_state = pytest.mark.parametrize("is_lost", [False, True], ids=["whole", "lost"])
#: Each time and each state once; all four are in `make test-all`.
each_state = pytest.mark.parametrize(
    ("now", "is_lost"),
    [(AFTER, False), (BEFORE, True), *long((BEFORE, False), (AFTER, True))],
    ids=["published-whole", "scheduled-lost", "scheduled-whole", "published-lost"],
)
#: Where the other key is that of a series, the same is decided by the same texts: in `make test-all`.
each_kind = pytest.mark.parametrize("entries", [ENTRIES, *long(SERIES)], ids=["entries", "series"])


@each_state
@each_kind
@pytest.mark.parametrize("was", ["", *long(", was: w2")], ids=["", "was"])
def test_renamed(project: Project, entries: list[str], now: str, was: str, *, is_lost: bool) -> None:
    """Its post is found, also if it is published; nothing is sent."""
    number = begun(project, entries, now, is_lost=is_lost)
    write(project, [each.replace("key: w2", f"key: new{was}") for each in entries])
    assert project("apply", "--auto-approve", "--settle", "0").code == 0
    assert len(project.sandbox.posts()) == number
    assert held(project) == {}


@every_state
@each_kind
@pytest.mark.parametrize("now", [BEFORE, AFTER], ids=["scheduled", "published"])
def test_renamed_and_moved(project: Project, entries: list[str], now: str, *, is_lost: bool) -> None:
    """Unless the state proves that it can still move, a person says which post it is; it is never sent twice."""
    number = begun(project, entries, now, is_lost=is_lost)
    (there,) = [each for each in project.sandbox.posts() if each["dueAt"].startswith("2029-12-13")]
    moved = [each.replace("key: w2, due_at: 2029-12-13", "key: new, due_at: 2030-01-09") for each in entries]
    write(project, moved)
    project("apply", "--auto-approve", "--settle", "0")
    assert len(project.sandbox.posts()) == number
    assert held(project) == ({"new": "ambiguous"} if is_lost or now == AFTER else {})
    answer = f"existing: {{twitter: {there['id']}}}" if is_lost else "was: w2"
    write(project, [each.replace("key: new", f"key: new, {answer}") for each in moved])
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert len(project.sandbox.posts()) == number
    assert held(project) == ({"new": "sent"} if now == AFTER and not is_lost else {})
    assert ("`new` is already published on X" in ran.err) is (now == AFTER and is_lost)


@each_state
@each_kind
def test_added(project: Project, entries: list[str], now: str, *, is_lost: bool) -> None:
    """Sent once and without a question: every equal post belongs to an entry that is still there."""
    number = begun(project, entries, now, is_lost=is_lost)
    first = "tip-1" if entries is SERIES else "w1"
    write(project, [*entries, f"{{key: new, due_at: 2030-01-09 09:00, text: Same text, repeat_of: [{first}]}}"])
    project.apply()
    assert len(project.sandbox.posts()) == number + 1


@pytest.mark.parametrize("managed_since", [True, False])
def test_what_was_deleted_before_the_state_was_lost(project: Project, *, managed_since: bool) -> None:
    """Nothing but the state has a trace of that: it is created again, and the plan says that beforehand."""
    words = ("tea", "coffee", "milk")
    write(project, [f"{{key: {each}, due_at: 2029-12-1{n} 09:00, text: About {each}}}" for n, each in enumerate(words)])
    root = project.folder / "buffer.yaml"
    if not managed_since:
        root.write_text(ROOT.replace("managed_since: 2029-12-03T08:00:00Z\n", ""))
    project.apply()
    (gone,) = [each for each in project.sandbox.posts() if each["text"] == "About milk"]
    project.sandbox.person.delete_post(gone["id"])
    shutil.rmtree(project.folder / ".bufferctl")
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)
    said = " ".join(project("plan").err.split())
    assert "So if somebody deleted Acme/twitter:acme/milk in Buffer since, it is created again" in said
    project("apply", "--auto-approve", "--settle", "0")
    assert "created again" not in project("plan").err
