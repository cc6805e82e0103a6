"""`bufferctl import` writes what a person would have written: an account of 139 posts and 20 ideas.

Threads that are equal on three networks, posts on X and LinkedIn whose link one of the two shortens, texts that come
again weeks later, posts on one network alone, and ideas.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.cli.test_import_account import files, imported, made
from tests.conftest import Expect
from tests.fuzzing import examples

CASES = Path(__file__).parents[1] / "cases/cli"
START = datetime(2029, 12, 4, 9)  # noqa: DTZ001 - written with the offset below
#: The lines that the files of this account took before threads and twins were written once.
BEFORE = 969


def day(number: int, hour: int = 9) -> str:
    """A time in UTC, so many days after the first."""
    return f"{START + timedelta(days=number, hours=hour - 9):%Y-%m-%dT%H:%M:00Z}"


def threads(project: Project, number_of: int = 15) -> None:
    """15 threads of three parts, each on three networks: 45 posts."""
    for number in range(number_of):
        texts = [
            f"Story {number}: how we built it",
            f"First, part {number} was drawn",
            f"Then {number} people tried it",
        ]
        for service in ("twitter", "bluesky", "mastodon"):
            thread = {"thread": [{"text": text} for text in texts]}
            made(project, texts[0], service, dueAt=day(2 * number), metadata={service: thread})


def twins(project: Project, number_of: int = 20) -> None:
    """20 posts on X, each with a twin on LinkedIn, whose link is shortened: 40 posts."""
    for number in range(number_of):
        text = f"Release {number} is out, with all that you asked for: "
        made(project, f"{text}https://acme.example/releases/{number}", dueAt=day(number, 11))
        made(project, f"{text}https://buff.ly/3xY{number}", "linkedin", dueAt=day(number, 11))


def again(project: Project, number_of: int = 8) -> None:
    """8 texts on LinkedIn, each three times, two weeks apart: 24 posts."""
    for number in range(number_of):
        for time in range(3):
            made(project, f"Office hours {number}: ask us anything", "linkedin", dueAt=day(number + 14 * time, 14))


def alone(project: Project) -> None:
    """30 posts on one network, each of its own."""
    services = ("twitter", "linkedin", "mastodon")
    for number in range(30):
        made(project, f"Tip {number}: press {number} to jump there", services[number % 3], dueAt=day(number, 16))


def fill(project: Project) -> None:
    """The account."""
    linkedin = project.sandbox.channel("linkedin")["id"]
    project.sandbox.person.set_channel(linkedin, linkShortening=True)
    threads(project)
    twins(project)
    again(project)
    alone(project)
    for number in range(20):
        project.sandbox.person.create_idea(project.sandbox.organization()["id"], title=f"Idea {number}")
    assert len(project.sandbox.posts()) == 139


@pytest.mark.long
@pytest.mark.parametrize("services", [["twitter", "linkedin", "bluesky", "mastodon"]])
def test_an_account_of_139_posts(project: Project, services: list[str]) -> None:
    """At most two thirds of the lines, an empty plan, no warnings, and two weeks without a question."""
    fill(project)
    imported(project)
    assert sum(text.count("\n") for text in files(project).values()) <= BEFORE * 2 // 3
    validated = project("validate")
    counted = "89 posts on 4 networks (139 counting each channel), 20 ideas"
    assert (validated.code, validated.out) == (0, f"Valid: {counted}.\n")
    looks = examples(14, 3)
    for _ in range(looks):
        project.sandbox.clock.advance(days=14 / looks)
        plan = project("plan", "--strict", "--detailed-exitcode")
        assert (plan.code, plan.err) == (0, ""), plan.out


@pytest.mark.parametrize("services", [["twitter", "linkedin", "bluesky", "mastodon"]])
def test_the_two_files_of_a_thread_and_a_twin(project: Project, services: list[str], expect: Expect) -> None:
    """One entry each: the thread once, and the link as it was before LinkedIn shortened it."""
    project.sandbox.person.set_channel(project.sandbox.channel("linkedin")["id"], linkShortening=True)
    threads(project, 1)
    twins(project, 1)
    again(project, 1)
    imported(project)
    expect(CASES / "import/as-written.txt", "".join(f"# {name}\n{text}" for name, text in files(project).items()))


@pytest.mark.parametrize("services", [["twitter", "linkedin", "bluesky", "mastodon"]])
def test_another_link_is_no_twin(project: Project, services: list[str]) -> None:
    """A link to another page, or a short one where nothing shortens links, is written as it is."""
    made(project, "Out: https://acme.example/a", dueAt=day(1))
    made(project, "Out: https://acme.example/b", "linkedin", dueAt=day(1))
    made(project, "Out: https://buff.ly/3xY", "mastodon", dueAt=day(1))
    imported(project)
    assert sum(text.count("- key:") for name, text in files(project).items() if name != "buffer.yaml") == 3


@pytest.mark.parametrize("services", [["linkedin", "threads"]])
def test_a_twin_keeps_its_short_link_where_the_whole_one_would_be_too_long(
    project: Project, services: list[str]
) -> None:
    """The post on LinkedIn has the long link, and the override for Threads what Buffer has; nothing is left out."""
    project.sandbox.person.set_channel(project.sandbox.channel("threads")["id"], linkShortening=True)
    words = "word " * 90  # of 500 characters on Threads
    long = f"https://acme.example/{'releases/' * 9}"
    made(project, f"{words}{long}", "linkedin", dueAt=day(1))
    made(project, f"{words}https://buff.ly/3xY", "threads", dueAt=day(1))
    assert imported(project).err == ""
    written = "".join(files(project).values())
    assert (written.count(long), written.count("https://buff.ly/3xY")) == (1, 1)


@pytest.mark.parametrize("services", [["twitter", "linkedin", "bluesky", "mastodon"]])
def test_dry_run(project: Project, services: list[str]) -> None:
    """It shows the files, and writes neither them nor the state."""
    threads(project, 1)
    ran = project("import", "--dry-run")
    assert (ran.code, "Would write 3 posts into 2 files." in ran.out) == (0, True)
    assert "+      - First, part 0 was drawn" in ran.out
    assert (files(project), project.state.exists()) == ({}, False)


def test_dry_run_where_nothing_is_new(project: Project) -> None:
    """It says what the import would say: of an account without posts, and after the import."""
    assert "Would write the channels; there are no posts to import." in project("import", "--dry-run").out
    imported(project)
    assert "The files already declare everything." in project("import", "--dry-run").out
