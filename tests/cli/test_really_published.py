"""What Buffer will really publish, as it does and not as the files wish: plan, apply and the plan after it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from tests.cli.conftest import Project

HEAD = """version: 1
timezone: Europe/Berlin
managed_since: 2029-01-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {service: instagram, name: acme.example}
      - {service: pinterest, name: acme}
      - {service: tiktok, name: acme}
      - {service: twitter, name: acme}
posts:
"""
PHOTO = "assets: [{image: {url: 'https://acme.example/a.jpg', alt_text: A}}]"


@pytest.fixture
def services() -> Collection[str]:
    """The networks that the tests name."""
    return ("instagram", "pinterest", "tiktok", "twitter")


def declare(project: Project, *posts: str) -> None:
    """Write the files, each post in flow style."""
    project.write("buffer.yaml", HEAD + "".join(f"  - {{{each}}}\n" for each in posts))


def test_a_personal_instagram_only_reminds(project: Any) -> None:
    """An automatic post is held before anything is sent, also offline; a reminder is created, and said so."""
    project.sandbox.person.set_channel(project.sandbox.channel("instagram")["id"], type="profile")
    entry = f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [instagram], {PHOTO}"
    declare(project, entry)
    held = project("apply", "--auto-approve")
    assert (held.code, held.planned) == (1, ["! pic"]), held.out + held.err
    assert "is a personal profile, and Buffer refuses" in held.out
    assert not any(each.writes for each in project.sandbox.requests)

    declare(project, f"{entry}, scheduling_type: notification")
    ran = project.apply()
    assert "will schedule as a reminder" in ran.out
    assert "1 new post only reminds a person, who publishes it." in ran.out
    assert "will be published" not in ran.out
    (post,) = project.sandbox.posts()
    assert post["schedulingType"] == "notification"

    declare(project, f"{entry}, scheduling_type: notification", entry.replace("pic", "other").replace("-10", "-11"))
    offline = project("plan", "--offline")
    assert "! other" in offline.planned


def test_a_channel_that_defaults_to_reminders(project: Any) -> None:
    """Plan warns; apply reports that only a reminder was made (exit 1); the file can say that this is meant."""
    channel = project.sandbox.channel("tiktok")
    project.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    entry = f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [tiktok], {PHOTO}"
    declare(project, entry)
    ran = project.apply()
    assert "is set to reminders in Buffer" in ran.err
    assert ran.code == 1
    assert "its scheduling_type came back different" in ran.out
    again = project("plan")
    assert again.planned == ["! pic"]
    assert "Buffer changed it when it was sent" in again.out

    declare(project, f"{entry}, scheduling_type: notification")
    assert project.apply().code == 0
    assert "No changes" in project("plan").out


def test_where_automatic_wins_over_the_default_nothing_is_reported(project: Any) -> None:
    """Created, and plan warns of nothing any more."""
    project.sandbox.core.options.reminders_win = False
    channel = project.sandbox.channel("tiktok")
    project.sandbox.person.set_channel(channel["id"], metadata={"defaultToReminders": True})
    declare(project, f"key: pic, due_at: 2029-12-10 09:00, text: Hi, channels: [tiktok], {PHOTO}")
    assert project.apply().code == 0
    again = project("plan")
    assert ("No changes" in again.out, "reminders" in again.err) == (True, False)


def test_a_person_who_turns_a_post_into_a_reminder(project: Any) -> None:
    """Held as changed in Buffer, and in `drift`; --reapply sends the file's version again."""
    declare(project, "key: one, due_at: 2029-12-10 09:00, text: Hi, channels: [twitter]")
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], schedulingType="notification")
    held = project("plan")
    assert held.planned == ["! one"]
    assert "scheduling_type" in held.out
    assert project("drift", "--exit-code").code != 0
    assert project.apply("--reapply", "Acme/twitter:acme/one").code == 0
    assert project.sandbox.posts()[0]["schedulingType"] == "automatic"


def test_a_second_thread_waits_for_room(project: Any) -> None:
    """One thread is created, the other waits (exit 0), and is sent once the first is published."""
    organization = project.sandbox.organization()["id"]
    project.sandbox.person.set_limit(organization, scheduledThreadsPerChannel=1)
    entries = [
        f"key: {key}, due_at: 2029-12-{day} 09:00, text: {key}, channels: [twitter], thread: [more of {key}]"
        for key, day in (("one", 10), ("two", 11))
    ]
    declare(project, *entries)
    ran = project.apply()
    assert (ran.code, ran.planned) == (0, ["+ one", "… two"])
    assert "no room for more scheduled threads" in ran.out
    project.sandbox.clock.set("2029-12-10T10:00:00Z")
    assert project.apply().planned == ["+ two"]
