"""What left a file, what Buffer has besides, and what it does not show: in a plan, in what is sent, in the state."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import lose_state

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels: [{service: youtube, name: acme}, {service: twitter, name: acme}]
"""
VIDEO = """\
posts:
  - key: film
    due_at: 2029-12-20 09:00
    channels: [youtube]
    text: TEXT
    assets: [{video: {url: https://media.acme.example/a.mp4, title: The film}}]
    metadata: {youtube: {title: The film, category_id: "22"MORE}}
"""
ADDRESS = "Acme/youtube:acme/film"


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("youtube", "twitter")


def declare(project: Project, more: str = "", text: str = "Look") -> None:
    """The film with these fields of its network."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/film.yaml", VIDEO.replace("MORE", more).replace("TEXT", text))


def planned(project: Project, *arguments: str) -> dict[str, Any]:
    """The change of the only post."""
    (change,) = json.loads(project("plan", "--json", *arguments).out)["changes"]
    found: dict[str, Any] = change
    return found


def sent(project: Project) -> dict[str, Any]:
    """The network's fields of the last write."""
    writes = [each for each in project.sandbox.requests if each.kind == "mutation"]
    found: dict[str, Any] = writes[-1].variables["input0"]["metadata"]["youtube"]
    return found


def there(project: Project) -> dict[str, Any]:
    """The network's fields in Buffer."""
    (post,) = project.sandbox.posts()
    return dict(post["metadata"])


def seen_so_far(project: Project) -> dict[str, Any]:
    """What the state keeps of the post."""
    organizations = json.loads(project.state.read_text(encoding="utf-8"))["organizations"]
    (binding,) = (each for o in organizations.values() for c in o.values() for each in c.get("objects", {}).values())
    found: dict[str, Any] = binding
    return found


@pytest.mark.parametrize("keeps", [False, *long(True)])
def test_a_privacy_that_left_the_file(project: Project, keeps: bool) -> None:
    """A difference, sent as Buffer's default: the video is public whether or not an edit keeps what it omits."""
    project.sandbox.core.options.edits_keep_fields = keeps
    declare(project, ", privacy: private")
    project.apply()
    declare(project)
    assert planned(project)["differences"] == [
        {
            "path": "metadata.privacy",
            "before": "private",
            "after": "public",
            "then": "default",
            "is_recorded": False,
            "is_reviewed": False,
        }
    ]
    assert "privacy: private → Buffer's default (public)" in project("plan").out
    project.apply()
    assert sent(project)["privacy"] == "public"


@pytest.mark.parametrize(("answer", "left"), [("true", True), ("false", False)])
def test_a_statement_by_law_is_held(project: Project, answer: str, left: bool) -> None:
    """Each answer is a line: one keeps what Buffer has, the other states the opposite."""
    declare(project, ", made_for_kids: true")
    project.apply()
    declare(project, text="Look again")
    change = planned(project)
    assert (change["action"], change["reason"]) == ("hold", "legal-statement")
    assert "`made_for_kids: true`" in change["hint"]
    assert "`made_for_kids: false`" in change["hint"]
    assert project("apply", "--auto-approve", "--settle", "0").code == 1
    assert there(project)["madeForKids"] is True
    declare(project, f", made_for_kids: {answer}", text="Look again")
    project.apply()
    assert there(project)["madeForKids"] is left


def test_what_nobody_knows_the_origin_of_is_named_and_never_sent(project: Project) -> None:
    """A private video that the file never called so: on each edit."""
    declare(project)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], metadata={**post["metadata"], "privacy": "private"})
    lose_state(project)
    change = planned(project)
    assert (change["action"], change["reason"]) == ("hold", "ambiguous")
    declare(project, text=f"Look\n    existing: {post['id']}")
    change = planned(project)
    assert change["action"] == "adopt"
    assert "`privacy: private`" in change["message"]
    project.apply()
    declare(project, text=f"Look again\n    existing: {post['id']}")
    change = planned(project)
    assert [each["path"] for each in change["differences"]] == ["text"]
    assert "`privacy: private`" in change["message"]
    project.apply()
    assert "privacy" not in sent(project)


def test_what_people_changed_is_not_overwritten_unseen(project: Project) -> None:
    """A title in Buffer, and the text in the file: a conflict that shows both; nothing is sent."""
    declare(project)
    project.apply()
    (post,) = project.sandbox.posts()
    (asset,) = post["assets"]
    theirs = {"video": {**asset["video"], "metadata": {"title": "Theirs"}}}
    project.sandbox.person.edit_post(post["id"], assets=[theirs])
    assert project("drift").code == 2
    declare(project, text="Look again")
    change = planned(project)
    assert change["reason"] == "conflict"
    assert {each["path"] for each in change["differences"]} == {"text", "assets.0.video.title"}


@pytest.mark.parametrize("edit", ["text", "delete"])
def test_what_was_reviewed_before_a_person_changed_a_detail_is_not_sent(project: Project, edit: str) -> None:
    """A saved edit, or a delete, of a version that is no longer there."""
    declare(project)
    project.apply()
    if edit == "text":
        declare(project, text="Look again")
    else:
        project.write("posts/film.yaml", "posts: []\n")
    assert project("plan", "-o", "reviewed.json", "--max-deletes", "1").code == 0
    retitle(project, "Theirs")
    ran = project("apply", "reviewed.json", "--settle", "0")
    assert ran.code not in {0, 5}, ran.out
    (post,) = project.sandbox.posts()
    assert (post["text"], post["assets"][0]["video"]["metadata"]["title"]) == ("Look", "Theirs")


@pytest.mark.parametrize(
    ("more", "theirs"),
    [(", privacy: private", "public"), *long(("", "unlisted"))],
    ids=["to the default", "away from it"],
)
def test_a_privacy_that_a_person_changed_is_drift(project: Project, more: str, theirs: str) -> None:
    """Of a declared one, and where the file says nothing; pull takes it."""
    declare(project, more)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], metadata={**post["metadata"], "privacy": theirs})
    assert project("drift").code == 2
    assert project("pull").code == 0
    assert f"privacy: {theirs}" in (project.folder / "posts/film.yaml").read_text(encoding="utf-8")
    project.apply()


def test_an_upgrade_asks_nothing(project: Project) -> None:
    """A state of an older version: what it did not compare counts from the next apply on."""
    declare(project)
    project.apply()
    text = project.state.read_text(encoding="utf-8")
    older = json.loads(text) | {"format_version": "3.0"}
    for homes in older["organizations"].values():
        for home in homes.values():
            for binding in home.get("objects", {}).values():
                binding["seen"] = binding.get("seen", "2:" + binding["applied"].split(":")[1] + "::").split(":")[1]
                binding.pop("given", None)
    project.state.write_text(json.dumps(older), encoding="utf-8")
    retitle(project, "Before")
    assert project("plan", "--detailed-exitcode").code == 0
    project.apply()
    assert project("drift").code == 0
    retitle(project, "After")
    assert project("drift").code == 2


def retitle(project: Project, title: str) -> None:
    """A person gives the video another title."""
    (post,) = project.sandbox.posts()
    (asset,) = post["assets"]
    project.sandbox.person.edit_post(post["id"], assets=[{"video": {**asset["video"], "metadata": {"title": title}}}])


def test_an_old_value_that_buffer_does_not_show(project: Project) -> None:
    """Shown from the state, said by its name, sent as null where it left the file, and gone once the post is out."""
    posts = "posts:\n  - {key: news, due_at: 2029-12-20 09:00, channels: [twitter], text: Newsmore}\n"
    project.write("buffer.yaml", ROOT)
    project.write("posts/news.yaml", posts.replace("more", ", source: " + 600 * "x"))
    assert "files, except `source`, which Buffer does not show." in " ".join(project.apply().out.split())
    assert len(seen_so_far(project)["given"]["source"]) == 500
    project.write("posts/news.yaml", posts.replace("more", ", source: press"))
    (difference,) = planned(project)["differences"]
    assert (difference["path"], difference["after"], difference["is_recorded"]) == ("source", "press", True)
    assert "source (which Buffer does not show)" in project("plan").out
    project.apply()
    project.write("posts/news.yaml", posts.replace("more", ""))
    assert [(each["before"], each["after"]) for each in planned(project)["differences"]] == [("press", None)]
    project.apply()
    writes = [each for each in project.sandbox.requests if each.kind == "mutation"]
    assert writes[-1].variables["input0"]["source"] is None
    project.write("posts/news.yaml", posts.replace("more", ", source: press"))
    project.apply()
    project.sandbox.clock.set("2029-12-21T09:00:00Z")
    project.apply()
    assert "given" not in seen_so_far(project)


LIVE = "We are live with the new console, and it is faster than ever before for everybody"


def test_two_entries_like_one_post_that_stays(project: Project) -> None:
    """Where both answers are followed, the error says which to delete, and after that neither is a question."""

    def entries(**of: str) -> str:
        lines = (
            f"  - {{key: {key}, {was}due_at: 2029-12-20 {hour:02}:00, text: '{LIVE} at {hour}'}}\n"
            for hour, (key, was) in enumerate(of.items(), 9 if "tip" in of else 10)
        )
        return "channels: [twitter]\nposts:\n" + "".join(lines)

    project.write("buffer.yaml", f"{ROOT}prune: false\n")
    project.write("posts/a.yaml", entries(tip=""))
    project.apply()
    project.write("posts/a.yaml", entries(first="", second=""))
    plan = project("plan")
    assert plan.planned == ["! first", "! second"]
    assert "add `was: tip`" in " ".join(plan.out.split())
    project.write("posts/a.yaml", entries(first="was: tip, ", second="was: tip, "))
    hint = "delete `was` from the one that is not it, which is then a post of its own"
    assert hint in project("validate").out
    project.write("posts/a.yaml", entries(first="was: tip, ", second=""))
    assert project("plan").planned == ["~ first", "+ second"]
