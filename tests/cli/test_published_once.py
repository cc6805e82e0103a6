"""A published post that is removed, canceled or renamed, and then declared again, is not published twice."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project
from tests.conftest import long

ROOT = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-02T00:00:00Z
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}]
"""
QUEUED = "posts:\n  - {key: tip, channels: [twitter], text: A tip}\n"
TIPS = """\
starts: 2029-12-04
posts:
  - key: tip
    channels: [twitter]
    due_at: start+0d 09:00
    repeat: {every: 1 week, times: 3, each: {2: {text: Two}, 3: {text: Three}}}
    text: One
"""


def published(project: Project, posts: str, *, days: int = 3) -> None:
    """Apply these posts, let days pass until some are published, and apply again, so that the horizon is later."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", posts)
    project.write(
        "posts/b.yaml", "posts:\n  - {key: other, channels: [twitter], due_at: 2030-06-01 09:00, text: Other}\n"
    )
    project.apply()
    project.sandbox.clock.advance(days=days)
    project.apply()


def texts(project: Project) -> list[str]:
    """The texts in the account, except that of `other`."""
    return sorted(post["text"] for post in project.sandbox.posts() if post["text"] != "Other")


@pytest.mark.parametrize("gone", ["posts: []\n", *long(QUEUED.replace("text:", "cancelled: true, text:"))])
def test_a_post_that_was_dropped_and_is_declared_again(project: Project, gone: str) -> None:
    """Exit 0 and nothing to do, however often: the state keeps published posts."""
    published(project, QUEUED)
    for posts in (gone, QUEUED, gone, QUEUED):
        project.write("posts/a.yaml", posts)
        ran = project.apply()
        assert ran.code == 0, ran.out + ran.err
        project.sandbox.clock.advance(hours=2)
    assert texts(project) == ["A tip"]


def test_a_dropped_post_is_named_once(project: Project) -> None:
    """Only the first plan says that it is no longer tracked."""
    published(project, QUEUED)
    project.write("posts/a.yaml", "posts: []\n")
    assert "no longer tracked" in project("plan").out
    project.apply()
    assert "tip" not in project("plan").out


def test_a_dropped_post_under_another_key(project: Project) -> None:
    """Held until `repeat_of` confirms it."""
    published(project, QUEUED)
    project.write("posts/a.yaml", "posts: []\n")
    project.apply()
    again = QUEUED.replace("key: tip", "key: hint")
    project.write("posts/a.yaml", again)
    assert project("plan").planned == ["! hint"]
    hint = re.search(r"add\s+`repeat_of:\s+\{twitter:\s+(\w+)\}`", project("plan").out)
    assert hint is not None
    project.write("posts/a.yaml", again.replace("text:", f"repeat_of: {hint[1]}, text:"))
    project.apply()
    assert texts(project) == ["A tip", "A tip"]


SHORTER = TIPS.replace("times: 3, each: {2: {text: Two}, 3: {text: Three}}", "times: 1")


@pytest.mark.parametrize("gone", [f"cancelled: true\n{TIPS}", *long(SHORTER)])
def test_a_campaign_that_is_called_off_and_brought_back(project: Project, gone: str) -> None:
    """Published posts stay as they were; only the rest is sent on the new dates."""
    published(project, TIPS, days=10)
    project.write("posts/a.yaml", gone)
    project.apply("--max-deletes", "9")
    project.write("posts/a.yaml", TIPS.replace("2029-12-04", "2030-02-04"))
    project.apply()
    assert texts(project) == ["One", "Three", "Two"]


SOON = "posts:\n  - {key: webinar, channels: [twitter], due_at: 2029-12-05 10:00, text: Join our webinar}\n"


@pytest.mark.parametrize("posts", [QUEUED, SOON])
def test_a_rename_with_an_edit_that_is_reverted(project: Project, posts: str) -> None:
    """Not published again: the state knows the post under both keys. With a time to come it is held, else reported."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", posts)
    project.apply()
    key = "tip" if posts is QUEUED else "webinar"
    renamed = posts.replace(f"key: {key}", f"key: new, was: {key}").replace("text:", "text: Come!")
    renamed = renamed.replace("12-05", "12-04")
    project.write("posts/a.yaml", renamed)
    project.apply()
    project.sandbox.clock.advance(days=3)
    project.apply()
    project.write("posts/a.yaml", posts.replace("12-05", "12-20"))
    ran = project("plan")
    assert (ran.planned, "already published" in ran.out + ran.err) == (["! webinar"] if posts is SOON else [], True)
    project.apply()
    project.apply()
    assert len(texts(project)) == 1


def test_a_rename_that_is_reverted_before_it_is_published(project: Project) -> None:
    """Changed back to its old key and text, and not created a second time."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", SOON)
    project.apply()
    project.write("posts/a.yaml", SOON.replace("webinar,", "new, was: webinar,").replace("Join", "Come to"))
    project.apply()
    project.write("posts/a.yaml", SOON)
    assert project("plan").planned == ["~ webinar"]
    project.apply()
    assert texts(project) == ["Join our webinar"]


def test_a_key_of_a_dropped_post_that_another_one_takes(project: Project) -> None:
    """Held, with and without `was`: another post had the key, and that post is not deleted."""
    published(project, QUEUED + "  - {key: b, channels: [twitter], due_at: 2029-12-20 09:00, text: B}\n")
    b = "posts:\n  - {key: b, channels: [twitter], due_at: 2029-12-20 09:00, text: B}\n"
    project.write("posts/a.yaml", b)
    project.apply()
    for renamed in (b.replace("key: b", "key: tip, was: b"), b.replace("key: b", "key: tip")):
        project.write("posts/a.yaml", renamed)
        ran = project.apply()
        assert (ran.code, texts(project)) == (1, ["A tip", "B"])
        assert "Another post had the key `tip`" in " ".join(ran.out.split())
    project.write("posts/a.yaml", b.replace("key: b", "key: c, was: b"))
    assert project.apply().code == 0


def test_a_persons_post_that_was_declared_and_dropped(project: Project) -> None:
    """Not published again, at another time or under another key, once Buffer has published it."""
    project.write("buffer.yaml", ROOT)
    project.write(
        "posts/b.yaml", "posts:\n  - {key: other, channels: [twitter], due_at: 2030-06-01 09:00, text: Other}\n"
    )
    project.apply()
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, text="Join our webinar", dueAt="2029-12-05T09:00:00.000Z")
    project.write("posts/a.yaml", SOON)
    assert "1 already there" in project.apply().out
    project.write("posts/a.yaml", "posts: []\n")
    project.apply()
    project.sandbox.clock.advance(days=3)
    project.apply()
    for again in (SOON.replace("12-05", "12-20"), SOON.replace("12-05", "12-20").replace("key: webinar", "key: w2")):
        project.write("posts/a.yaml", again)
        project.apply()
        assert texts(project) == ["Join our webinar"]


def test_an_idea_that_was_dropped_and_is_declared_again_with_an_edit(project: Project) -> None:
    """Held, like an edit of any idea; no second idea is created."""
    idea = "ideas:\n  - {key: i, organization: Acme, title: Podcast, text: About the office dog}\n"
    project.write("buffer.yaml", ROOT)
    project.write("posts/i.yaml", idea)
    project.apply()
    number = len(project.sandbox.ideas())
    project.write("posts/i.yaml", "ideas: []\n")
    project.apply()
    project.write("posts/i.yaml", idea.replace("dog", "cat"))
    assert project.apply().code == 1
    assert len(project.sandbox.ideas()) == number


TWO = """\
posts:
  - {key: one, channels: [twitter], due_at: 2029-12-04 09:00, text: Hello world}
  - {key: two, channels: [twitter], due_at: 2029-12-12 09:00, text: Something else}
"""


def test_an_edit_to_the_text_of_a_dropped_post(project: Project) -> None:
    """Held each time, not only in the run that drops the published one."""
    published(project, TWO)
    project.write(
        "posts/a.yaml", "posts:\n  - {key: two, channels: [twitter], due_at: 2029-12-13 09:00, text: Hello world}\n"
    )
    for _ in range(3):
        assert "so it would be published twice" in " ".join(project.apply().out.split())
    assert texts(project) == ["Hello world", "Something else"]


def test_an_imported_entry_that_is_renamed_and_edited_before_any_apply(project: Project) -> None:
    """Held, since its post is already in Buffer; with `was` it is edited there."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, text="Join our webinar", dueAt="2029-12-20T09:00:00.000Z")
    project("import", "--channel", "twitter", "--organization", "Acme")
    path = next((project.folder / "posts").glob("*.yaml"))
    text = path.read_text(encoding="utf-8")
    key = re.search(r"key: (\S+)", text)
    assert key is not None
    renamed = text.replace(key[0], "key: webinar").replace("Join our", "Come to our")
    path.write_text(renamed, encoding="utf-8")
    ran = project.apply()
    asked = "and this may be one of them" in " ".join(ran.out.split())
    assert (ran.code, asked) == (1, True), ran.out
    path.write_text(renamed.replace("key: webinar", f"key: webinar\n    was: {key[1]}"), encoding="utf-8")
    assert project.apply().code == 0
    assert [post["text"].strip() for post in project.sandbox.posts()] == ["Come to our webinar"]


def test_a_rename_by_way_of_a_key_that_was_never_applied(project: Project) -> None:
    """Held after two renames without an apply between them: the state does not have the key in `was`."""
    published(project, QUEUED)
    project.write("posts/a.yaml", QUEUED.replace("key: tip", "key: c, was: b").replace("A tip", "A better tip"))
    ran = project.apply()
    assert (ran.code, texts(project)) == (1, ["A tip"])
    assert "(the state has no `b`, which this was)" in " ".join(ran.out.split())


def test_a_pull_that_is_merged_after_publication(project: Project) -> None:
    """Nothing to do: the file matches the published post."""
    published(project, TWO)
    two = next(post["id"] for post in project.sandbox.posts() if post["text"] == "Something else")
    project.sandbox.person.edit_post(two, text="Something better")
    main = (project.folder / "posts/a.yaml").read_text(encoding="utf-8")
    assert project("pull").code == 0
    pulled = (project.folder / "posts/a.yaml").read_text(encoding="utf-8")
    project.write("posts/a.yaml", main)
    project.sandbox.clock.advance(days=9)
    project.apply()
    project.sandbox.clock.advance(days=2)
    project.apply()
    project.write("posts/a.yaml", pulled)
    assert project.apply().code == 0
