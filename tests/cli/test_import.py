"""`bufferctl import ADDRESS ID`: let the files manage an existing post or idea."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Prints, Project

ADDRESS = "Acme/twitter:acme/launch"


def declare(project: Project, text: str = "We are live") -> None:
    """One post and one idea."""
    project.write(
        "buffer.yaml",
        f"""\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {{key: launch, due_at: 2029-12-20 09:00, text: {text}}}
      - {{service: linkedin, name: acme-inc}}
    ideas:
      - {{key: hiring, title: How we hire}}
""",
    )


def made(project: Project, text: str = "We are LIVE", service: str = "twitter") -> str:
    """A post that a person made; its id."""
    channel = project.sandbox.channel(service)["id"]
    return str(project.sandbox.person.create_post(channel, text, dueAt="2029-12-20T09:00:00Z")["id"])


def writes(project: Project) -> int:
    """The number of write requests so far."""
    return sum(seen.kind == "mutation" for seen in project.sandbox.requests)


def test_another_text(project: Project, prints: Prints) -> None:
    """Only the state changes; the next plan shows the differences, and apply sends the file's version."""
    declare(project)
    post = made(project)
    before = project("plan")
    assert before.planned == ["+ hiring", "! launch"]  # it may be the post at that time
    ran = project("import", ADDRESS, post)
    prints("import/post", ran)
    assert writes(project) == 0
    after = project("plan")
    assert after.planned == ["~ launch", "+ hiring"]
    assert "We are [-LIVE-]{+live+}" in after.out
    project.apply()
    (live,) = project.sandbox.posts()
    assert (live["id"], live["text"]) == (post, "We are live")


def test_the_same(project: Project) -> None:
    """Nothing differs: a plan has nothing to do, and the post is managed from now on."""
    declare(project)
    post = made(project, "We are live")
    assert project("import", ADDRESS, post).code == 0
    assert "No changes." in project("plan", "--target", ADDRESS).out
    declare(project, "We are live at last")
    project.apply()
    assert [live["text"] for live in project.sandbox.posts()] == ["We are live at last"]


def test_adopted_before(project: Project) -> None:
    """An adopted post is never changed; importing it claims it."""
    declare(project)
    post = made(project, "We are live")
    project.apply()
    declare(project, "We are live at last")
    assert project("plan", "--strict").code == 1
    assert project("import", ADDRESS, post).code == 0
    project.apply()
    assert [live["text"] for live in project.sandbox.posts()] == ["We are live at last"]


def test_idea(project: Project, prints: Prints) -> None:
    """An idea by its id."""
    declare(project)
    idea = project.sandbox.person.create_idea(project.sandbox.organization()["id"], title="How we hire people")["id"]
    prints("import/idea", project("import", "Acme/ideas/hiring", idea))
    listed = {each["address"]: each for each in json.loads(project("state", "list", "--json").out)["objects"]}
    assert (listed["Acme/ideas/hiring"]["id"], listed["Acme/ideas/hiring"]["origin"]) == (idea, "imported")


@pytest.mark.parametrize(
    ("name", "address", "code"),
    [
        ("wrong-channel", ADDRESS, 1),
        ("unknown-id", ADDRESS, 1),
        ("unknown-idea", "Acme/ideas/hiring", 1),
        ("unknown-address", "Acme/twitter:acme/lunch", 64),
        ("not-an-address", "launch", 64),
    ],
)
def test_refused(project: Project, prints: Prints, name: str, address: str, code: int) -> None:
    """The problem and the fix, and nothing changes."""
    declare(project)
    elsewhere = made(project, service="linkedin")
    ran = project("import", address, elsewhere if name == "wrong-channel" else "66a000000000000000000999")
    prints(f"import/{name}", ran)
    assert (ran.code, project.state.exists()) == (code, False)


def test_id_that_is_taken(project: Project, prints: Prints) -> None:
    """An id has one address: the message names the other one."""
    declare(project)
    post = made(project)
    project("import", ADDRESS, post)
    project.write(
        "posts/more.yaml", "posts:\n  - {key: again, due_at: 2029-12-21 09:00, channels: [twitter], text: Again}\n"
    )
    prints("import/taken-id", project("import", "Acme/twitter:acme/again", post))


def test_address_that_is_taken(project: Project, prints: Prints) -> None:
    """An address has one id; importing it again changes nothing."""
    declare(project)
    post, other = made(project), made(project, "Another")
    project("import", ADDRESS, post)
    assert project("import", ADDRESS, post).code == 0
    prints("import/taken-address", project("import", ADDRESS, other))
