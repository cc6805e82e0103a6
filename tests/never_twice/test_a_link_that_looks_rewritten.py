"""A person schedules an equal text with another link at the same minute, on a channel that shortens links."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts

ENTRY = "key: launch, due_at: 2029-12-20 09:00, text: 'Read https://acme.example/launch'"


def theirs(project: Project, link: str) -> None:
    """The channel shortens links, and a person's post is there."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.set_channel(channel, linkShortening=True)
    declare(project)
    project.apply()  # the state begins
    project.sandbox.core.clock.advance(minutes=5)
    project.sandbox.person.create_post(channel, f"Read {link}", dueAt="2029-12-20T09:00:00Z")
    declare(project, ENTRY)


def test_a_persons_post_with_another_link_is_not_ours(project: Project) -> None:
    """A question, not already there: otherwise the declared post would never go out. Answered, both are there."""
    theirs(project, "https://else.example/sale")
    assert apply(project) == 1
    (post,) = project.sandbox.posts()
    declare(project, f"{ENTRY}, repeat_of: {post['id']}")
    project.apply()
    assert texts(project) == {"Read https://else.example/sale": 1, "Read https://acme.example/launch": 1}


def test_a_known_shortener_still_counts(project: Project) -> None:
    """Already there."""
    theirs(project, "https://buff.ly/abc")
    assert project("plan").planned == ["= launch"]
    project.apply()
    assert texts(project) == {"Read https://buff.ly/abc": 1}


def test_a_lost_state_over_a_queue_with_a_shortener_of_ones_own(project: Project) -> None:
    """Four questions, no creates: what Buffer rewrote may have any host."""
    tips = [f"key: tip-{n}, text: 'Tip {n}: https://acme.example/blog/2029/12/a-long-way-to-a-tip'" for n in range(4)]
    channel = project.sandbox.channel("twitter")["id"]
    for n in range(4):
        project.sandbox.person.create_post(channel, f"Tip {n}: https://go.example/{n}", via="api")
    declare(project, *tips)
    assert project("plan").planned == [f"! tip-{n}" for n in range(4)]
    assert apply(project) == 1
    assert sum(texts(project).values()) == 4
