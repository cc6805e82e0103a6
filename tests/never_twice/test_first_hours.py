"""What does not have to be asked when a team begins: history in the files, and people who go on posting in Buffer."""

from __future__ import annotations

import pytest

from tests.cli.conftest import WEEK, Project
from tests.conftest import long
from tests.never_twice.files import declare


def at(day: int, hour: int, minute: int = 0) -> str:
    """A time in November 2029."""
    return f"2029-11-{day:02}T{hour:02}:{minute:02}:00Z"


NOW, EVER = "managed_since: 2029-12-03T08:00:00Z", ""


@pytest.mark.parametrize(("settings", "edited"), [(NOW, False), (EVER, True), *long((NOW, True), (EVER, False))])
def test_three_hundred_past_entries_of_people(project: Project, settings: str, edited: bool) -> None:
    """Quiet, equal or every third one edited: past or already there, no question, exit 0; so is the next hour."""
    channel = project.sandbox.channel("twitter")["id"]
    times = [(day, hour, minute) for day in range(1, 31) for hour in (9, 17) for minute in range(0, 50, 10)]
    project.sandbox.seed(
        [
            {"channelId": channel, "text": f"Story {n}", "dueAt": at(*time), "createdAt": "2029-10-31T09:00:00Z"}
            | {"status": "sent", "sentAt": at(*time), "via": "buffer"}
            | {"isCustomScheduled": True, "shareMode": "customScheduled"}
            for n, time in enumerate(times)
        ]
    )
    entries = [
        f"key: story-{n}, due_at: '{at(*time)}', text: Story {n}{' again' if edited and not n % 3 else ''}"
        for n, time in enumerate(times)
    ]
    declare(project, *entries, settings=settings)
    for _ in range(2):
        plan = project("plan")
        assert (plan.code, {each[0] for each in plan.planned} <= {"="}) == (0, True)
        assert project("apply", "--auto-approve", "--settle", "0").code == 0
        project.sandbox.core.clock.advance(hours=1)
    assert len(project.sandbox.posts()) == len(times)


def test_a_busy_teams_first_day(project: Project) -> None:
    """No question: 60 posts of people, most in the slots of the queue, and 20 new ones, some at the time of a slot."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.set_channel(channel, postingSchedule=WEEK)
    queued = [project.sandbox.person.create_post(channel, f"From the queue {n}") for n in range(40)]
    for n in range(20):
        project.sandbox.person.create_post(channel, f"By hand {n}", dueAt=f"2029-12-{5 + n:02}T11:30:00Z")
    new = [f"key: new-{n}, due_at: '{queued[n]['dueAt']}', text: Something new {n}" for n in range(10)]
    new += [f"key: new-{n}, due_at: 2029-12-{5 + n:02} 11:45, text: Something new {n}" for n in range(10, 18)]
    new += [f"key: new-{n}, text: Whenever there is room for number {n}" for n in (18, 19)]
    declare(project, *new, settings="managed_since: 2029-12-03T08:00:00Z")
    assert project("plan").planned == [f"+ new-{n}" for n in range(20)]
    project.apply()
    assert len(project.sandbox.posts()) == 80
