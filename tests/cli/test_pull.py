"""`bufferctl pull`: what people changed in Buffer goes into the files, and nothing else does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

NESTED = """\
# Our posts
version: 1
timezone: Europe/Berlin   # where we are
organizations:
  - name: Acme
    tags: {launch: 66a0000000000000000001a1, event: 66a0000000000000000001a3}
    channels:
      - service: twitter
        name: acme
        posts:
          # The launch
          - key: launch   # do not rename
            due_at:   2029-12-20 09:00
            tags: [launch]  # for the report
            text: "We are live"

          - key: teaser
            text: |
              Something new
              is coming #soon
            # queued on purpose
      - {service: linkedin, name: acme-inc}
      - {service: instagram, name: acme.example}
      - {service: youtube, name: acme}
      - {service: googlebusiness, name: Acme Berlin}
    ideas:
      - {key: hiring, title: How we hire}
"""
SHARED = """\
posts:
  - key: campaign
    due_at: 2029-12-21 10:00
    channels: [twitter, linkedin]   # both
    text: |
      One text for both
"""


@pytest.fixture(name="applied")
def applying(project: Any) -> Any:
    """The files above, applied."""
    project.write("buffer.yaml", NESTED)
    project.write("posts/w51.yaml", SHARED)
    project.apply()
    project.sandbox.clock.advance(hours=2)
    return project


def live(project: Any, text: str, service: str = "twitter") -> str:
    """The id of the post with that text on a channel."""
    channel = project.sandbox.channel(service)["id"]
    return str(
        next(p["id"] for p in project.sandbox.posts() if p["text"].startswith(text) and p["channelId"] == channel)
    )


def read(project: Any, name: str = "buffer.yaml") -> str:
    """A file of the project."""
    return Path(project.folder, name).read_text(encoding="utf-8")


def at_rest(project: Any) -> None:
    """Neither file nor Buffer is to change, and nobody is needed."""
    again = project("plan", "--strict", "--detailed-exitcode")
    assert (again.code, "No changes." in again.out) == (0, True), again.out + again.err
    assert "Nothing to take" in project("pull").out


def pull(project: Any, *arguments: str) -> Any:
    """Pull; then a plan is empty, and what is in Buffer is as it was."""
    before = project.sandbox.posts()
    ran = project("pull", *arguments)
    assert ran.code == 0, ran.out + ran.err
    assert project.sandbox.posts() == before
    at_rest(project)
    return ran


def test_nothing(applied: Any, prints: Any) -> None:
    """Where nobody changed anything, nothing is written."""
    files = {name: read(applied, name) for name in ("buffer.yaml", "posts/w51.yaml")}
    prints("pull/nothing", applied("pull"))
    assert files == {name: read(applied, name) for name in files}


def test_text_and_time(applied: Any, prints: Any) -> None:
    """A changed text and time are put where the old ones stand; every other line stays."""
    applied.sandbox.person.edit_post(live(applied, "We are"), text="We're live: #now", dueAt="2029-12-20T10:30:00Z")
    prints("pull/text-and-time", pull(applied))
    assert read(applied) == NESTED.replace('"We are live"', '"We\'re live: #now"').replace(
        "2029-12-20 09:00", "2029-12-20 11:30"
    )


def test_block(applied: Any) -> None:
    """A block stays a block, and the comment behind it stays."""
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else\n\nis coming: # soon\n")
    pull(applied)
    assert read(applied) == NESTED.replace(
        "Something new\n              is coming #soon", "Something else\n\n              is coming: # soon"
    )


def test_dry_run(applied: Any, prints: Any) -> None:
    """Shown and not written."""
    applied.sandbox.person.edit_post(live(applied, "Something"), text="Something else")
    prints("pull/dry-run", applied("pull", "--dry-run"))
    assert read(applied) == NESTED
    assert applied("plan", "--strict").code == 1


def test_out_of_the_queue_and_into_it(applied: Any) -> None:
    """A time that a person gave, and one that a person took."""
    person = applied.sandbox.person
    person.edit_post(live(applied, "Something"), dueAt="2029-12-22T08:00:00Z")
    person.edit_post(live(applied, "We are"), dueAt="2029-12-21T16:00:00Z")
    person.edit_post(live(applied, "We are"), isCustomScheduled=False, shareMode="addToQueue")
    pull(applied)
    assert read(applied) == NESTED.replace("            due_at:   2029-12-20 09:00\n", "").replace(
        "- key: teaser\n", "- key: teaser\n            due_at: 2029-12-22 09:00\n"
    )


def test_tags(applied: Any) -> None:
    """Tags that stay keep their place; new ones come last."""
    applied.sandbox.person.edit_post(
        live(applied, "We are"), tagIds=["66a0000000000000000001a3", "66a0000000000000000001a1"]
    )
    pull(applied)
    assert read(applied) == NESTED.replace("tags: [launch]  #", "tags: [launch, event]  #")
    applied.sandbox.person.edit_post(live(applied, "We are"), tagIds=[])
    pull(applied)
    assert read(applied) == NESTED.replace("            tags: [launch]  # for the report\n", "")


def test_pictures(applied: Any) -> None:
    """Pictures that a person added, with the address that Buffer keeps them at."""
    image = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "The console"}}}
    applied.sandbox.person.edit_post(live(applied, "We are"), assets=[image])
    pull(applied)
    added = read(applied).split('text: "We are live"\n')[1].split("\n\n")[0]
    lines = added.splitlines()
    assert (lines[0], lines[1]) == ("            assets:", "              - image:")
    assert lines[2].startswith("                  url: https://buffer-media.example/")
    assert lines[3] == "                  alt_text: The console"
    applied.sandbox.person.edit_post(live(applied, "We are"), assets=[])
    pull(applied)
    assert read(applied) == NESTED


def test_draft(applied: Any) -> None:
    """What a person put back into the drafts is a draft."""
    applied.sandbox.person.edit_post(live(applied, "We are"), status="draft")
    pull(applied)
    assert read(applied) == NESTED.replace("09:00\n", "09:00\n            draft: true\n", 1)


def test_deleted(applied: Any, prints: Any) -> None:
    """What a person deleted is cancelled; its entry stays as a record."""
    applied.sandbox.person.delete_post(live(applied, "We are"))
    prints("pull/deleted", pull(applied))
    assert read(applied) == NESTED.replace('"We are live"\n', '"We are live"\n            cancelled: true\n')


def test_one_of_two_channels(applied: Any, prints: Any) -> None:
    """What is different on one channel goes into an override of it."""
    applied.sandbox.person.edit_post(live(applied, "One text", "linkedin"), text="Another\n\nfor LinkedIn")
    prints("pull/one-of-two-channels", pull(applied))
    added = "    overrides:\n      linkedin:\n        text: |\n          Another\n\n          for LinkedIn\n"
    assert read(applied, "posts/w51.yaml") == SHARED + added
    applied.sandbox.person.edit_post(live(applied, "Another", "linkedin"), text="Once more", dueAt="2029-12-22T08:00Z")
    pull(applied)
    added = "    overrides:\n      linkedin:\n        due_at: 2029-12-22 09:00\n        text: |\n          Once more\n"
    assert sorted(read(applied, "posts/w51.yaml").splitlines()) == sorted((SHARED + added).splitlines())


def test_both_channels_alike(applied: Any) -> None:
    """What is the same on all of its channels goes into the entry itself."""
    for service in ("twitter", "linkedin"):
        applied.sandbox.person.edit_post(live(applied, "One text", service), text="Another for both")
    pull(applied)
    assert read(applied, "posts/w51.yaml") == SHARED.replace("One text for both", "Another for both")


def test_both_channels_each_in_its_way(applied: Any) -> None:
    """Each its own override; the time that both have goes into the entry."""
    for service in ("twitter", "linkedin"):
        post = live(applied, "One text", service)
        applied.sandbox.person.edit_post(post, text=f"For {service}", dueAt="2029-12-23T09:00:00Z")
    pull(applied)
    assert read(applied, "posts/w51.yaml") == SHARED.replace("2029-12-21", "2029-12-23") + (
        "    overrides:\n"
        "      twitter:\n        text: |\n          For twitter\n"
        "      linkedin:\n        text: |\n          For linkedin\n"
    )


def test_one_of_two_deleted(applied: Any) -> None:
    """Cancelled on that channel; on both, the entry is."""
    applied.sandbox.person.delete_post(live(applied, "One text", "twitter"))
    pull(applied)
    assert read(applied, "posts/w51.yaml") == f"{SHARED}    overrides:\n      twitter:\n        cancelled: true\n"
    applied.sandbox.person.delete_post(live(applied, "One text", "linkedin"))
    pull(applied)
    assert "    cancelled: true\n" in read(applied, "posts/w51.yaml")
