"""`repeat_of`, as the plan prints it, speaks for one occurrence on one channel, and leads to no other question."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, lose_state, texts

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}, {service: linkedin, name: acme-inc}]
"""
TIPS = """\
starts: {starts}
channels: [twitter]
posts:
  - key: tip
    due_at: start+0d 09:00
    text: Tip $(number) of three
    {more}
    repeat: {{every: 1 week, times: 3, each: {{{each}}}}}
"""


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("twitter", "linkedin")


def tips(project: Project, starts: str, *, more: str = "", each: str = "") -> None:
    """Declare the three tips, with more of the entry and of its occurrences."""
    project.write("posts/tips.yaml", TIPS.format(starts=starts, more=more, each=each))


def held(project: Project) -> dict[str, dict[str, Any]]:
    """What a plan holds, by address."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["address"].removeprefix("Acme/"): each for each in changes if each["action"] == "hold"}


@pytest.fixture
def published(project: Project) -> Project:
    """Three tips were published, their dates have moved, and the state is lost."""
    project.write("buffer.yaml", ROOT)
    tips(project, "2029-12-04")
    project.apply()
    project.sandbox.core.clock.set("2030-01-02T09:00:00Z")
    lose_state(project)
    tips(project, "2030-02-05")
    assert apply(project) == 1
    return project


def test_the_id_of_a_post_is_printed_for_its_occurrence(published: Project) -> None:
    """Each occurrence has a line under `each`; given for the first, it answers nothing for its siblings."""
    ids = {post["text"]: post["id"] for post in published.sandbox.posts()}
    for number in (1, 2, 3):
        hint = held(published)[f"twitter:acme/tip-{number}"]["hint"]
        own = ids[f"Tip {number} of three"]
        assert f"`repeat_of: {{twitter: {own}}}` under `each` (occurrence {number})" in hint
    tips(published, "2030-02-05", each=f"1: {{repeat_of: {{twitter: {ids['Tip 1 of three']}}}}}")
    assert apply(published) == 1
    assert texts(published) == {"Tip 1 of three": 2, "Tip 2 of three": 1, "Tip 3 of three": 1}


@pytest.mark.parametrize(
    "where", ["repeat_of: ID", "repeat_of: {twitter: ID}", "overrides: {twitter: {repeat_of: ID}}"]
)
def test_the_id_of_a_post_says_nothing_about_a_series(published: Project, where: str) -> None:
    """An error at its line, and nothing is sent."""
    first = next(post["id"] for post in published.sandbox.posts() if post["text"] == "Tip 1 of three")
    tips(published, "2030-02-05", more=where.replace("ID", first))
    ran = published("apply", "--auto-approve")
    assert ran.code == 1
    assert f"`{first}` is one post" in " ".join(ran.err.split())
    assert f"`each: {{2: {{repeat_of: {first}}}}}`" in " ".join(ran.err.split())
    assert sum(texts(published).values()) == 3


def test_a_sibling_that_may_be_the_post_is_asked_first(published: Project) -> None:
    """Of two occurrences with one text, neither is sent while the other one may be that post."""
    ids = {post["text"]: post["id"] for post in published.sandbox.posts()}
    first, second = ids["Tip 1 of three"], ids["Tip 2 of three"]
    meant = f"2: {{text: Tip 1 of three, repeat_of: [{first}, {second}]}}"
    tips(published, "2030-02-05", each=meant)
    assert apply(published) == 1
    assert held(published)["twitter:acme/tip-2"]["hint"] == "Answer `tip-1` first, which has that text."
    tips(published, "2030-02-05", each=f"1: {{existing: {first}}}, {meant}")
    assert apply(published) == 1
    assert texts(published)["Tip 1 of three"] == 2


def test_an_earlier_occurrence_is_named_under_each(project: Project) -> None:
    """What an edit would repeat is printed as `validate` takes it, and answers it."""
    project.write("buffer.yaml", ROOT)
    tips(project, "2029-12-04")
    project.apply()
    project.sandbox.core.clock.set("2029-12-06T09:00:00Z")
    tips(project, "2029-12-04", each="1: {text: Edited later}, 3: {text: Tip 1 of three}")
    assert apply(project) == 1
    hint = held(project)["twitter:acme/tip-3"]["hint"]
    assert "`repeat_of: tip-1` under `each` (occurrence 3)" in hint
    tips(project, "2029-12-04", each="1: {text: Edited later}, 3: {text: Tip 1 of three, repeat_of: tip-1}")
    project.apply()
    assert texts(project)["Tip 1 of three"] == 2


def test_two_channels_have_a_line_together(project: Project) -> None:
    """Each channel by its name, and it answers both."""
    entry = "posts: [{key: launch, channels: [twitter, linkedin], due_at: %s, text: We are live%s}]"
    project.write("buffer.yaml", ROOT)
    project.write("posts/launch.yaml", entry % ("2029-12-04 09:00", ""))
    project.apply()
    project.sandbox.core.clock.set("2029-12-06T09:00:00Z")
    lose_state(project)
    project.write("posts/launch.yaml", entry % ("2029-12-20 09:00", ""))
    assert apply(project) == 1
    service = {each["id"]: each["service"] for each in project.sandbox.core.store.channels.values()}
    by_service = {service[post["channelId"]]: post["id"] for post in project.sandbox.posts()}
    hints = [each["hint"] for each in held(project).values()]
    for network, id_ in by_service.items():
        assert any(f"`repeat_of: {{{network}: {id_}}}`" in hint for hint in hints)
    line = f"repeat_of: {{twitter: {by_service['twitter']}, linkedin: {by_service['linkedin']}}}"
    project.write("posts/launch.yaml", entry % ("2029-12-20 09:00", f", {line}"))
    project.apply()
    assert texts(project) == {"We are live": 4}


def test_several_posts_are_confirmed_one_after_the_other(project: Project) -> None:
    """Each answer keeps the earlier ones, and the last one is enough."""
    declare(project, "key: a, due_at: 2029-12-20 09:00, text: Often said")
    channel = project.sandbox.person.create_post
    twitter = next(each["id"] for each in project.sandbox.core.store.channels.values() if each["service"] == "twitter")
    made = [channel(twitter, text="Often said", via="api", dueAt=f"2029-12-1{n}T09:00:00Z")["id"] for n in (1, 2)]
    given = ""
    for _ in made:
        declare(project, f"key: a, due_at: 2029-12-20 09:00, text: Often said{given}")
        assert apply(project) == 1
        hint = held(project)["twitter:acme/a"]["hint"]
        given = ", " + hint.partition("both are intended, add `")[2].partition("`")[0]
    assert all(id_ in given for id_ in made)
    declare(project, f"key: a, due_at: 2029-12-20 09:00, text: Often said{given}")
    project.apply()
    assert texts(project) == {"Often said": 3}
