"""Where a merge is not applied, what Buffer publishes meanwhile is told first: nothing goes out quietly."""

from __future__ import annotations

import pytest

from tests.ci.conftest import post
from tests.ci.sides import Side, on_gitlab, side
from tests.conftest import long

__all__ = ["on_gitlab", "side"]  # fixtures
on_each = pytest.mark.parametrize("side", ["github", *long("gitlab")], indirect=True)
KEEP = post("keep", "Keep", due="2029-12-22 09:00")
BESIDE = KEEP.removeprefix("posts:\n")
LAUNCH = post("launch", "We are live")
REMOVED, CANCELLED = KEEP, f"{LAUNCH}    cancelled: true\n{BESIDE}"
LATER, REWORDED = post("launch", "We are live", due="2029-12-28 09:00") + BESIDE, post("launch", "We were") + BESIDE


def published(side: Side) -> None:
    """Two posts are in Buffer."""
    number = side.planned("launch", launch=LAUNCH + BESIDE)
    side.land(number)
    ran = side.apply()
    assert not ran.failed, ran.log


@on_each
@pytest.mark.parametrize(
    ("now", "why"),
    [
        (REMOVED, "removed from the files"),
        *long((LATER, "edited in the file"), (CANCELLED, "cancelled in the file"), (REWORDED, "edited in the file")),
    ],
)
def test_a_request_without_a_plan(side: Side, now: str, why: str) -> None:
    """Its receipt begins with the post that goes out, when it does; the issue lists it as going out."""
    published(side)
    number = side.open("after", launch=now)
    side.land(number)
    assert side.apply().failed
    (receipt,) = side.comments(number)
    line = f"- [Thu 20 Dec 09:00 CET, twitter:&#8203;acme](https://publish.buffer.com): launch, {why}: We are live"
    assert "<b>1 post still goes out, although the files no longer have it like this:</b>" in receipt
    assert line in receipt
    assert "keep" not in receipt
    side.hour()
    text = side.issue()[1]
    assert line in text
    assert "Not in Buffer yet" not in text or why == "edited in the file"
    assert f"**Not applied** an hour after the merge: {side.name(number)}" in text
    assert "To apply everything in the files" in text


@on_each
def test_a_removal_without_a_plan_that_a_hold_would_stop_too(side: Side) -> None:
    """More posts than `max_deletes`: they go out, so the run fails, and no receipt says that all is well."""
    begin = "".join(post(f"p{day}", f"Post {day}", due=f"2029-12-{day} 09:00") for day in range(10, 18))
    number = side.planned("many", many="posts:\n" + begin.replace("posts:\n", ""))
    side.land(number)
    assert not side.apply().failed
    number = side.open("after", many="posts: []\n")
    side.land(number)
    assert side.apply().failed
    (receipt,) = side.comments(number)
    assert "<b>8 posts still go out, although the files no longer have them like this:</b>" in receipt
    assert "matches the files" not in receipt


@on_each
@pytest.mark.parametrize("was_first", [True, *long(False)])
def test_a_reviewed_post_whose_time_passes_before_the_first_apply(side: Side, *, was_first: bool) -> None:
    """It needs somebody, as it would later: what was to come in a reviewed plan is no history of a new project."""
    if not was_first:
        published(side)
    number = side.planned("soon", soon=post("soon", "Soon", due="2029-12-03 12:00"))
    side.later(hours=5)
    side.land(number)
    assert side.apply().failed
    (_, receipt) = side.comments(number)
    assert "Its time is past" in receipt
    side.hour()
    assert "Its time is past" in side.issue()[1]


@pytest.mark.parametrize("side", ["github"], indirect=True)
def test_history_in_the_files_of_a_first_request(side: Side) -> None:
    """A post whose time was past when its plan was made is history: nobody is asked about it."""
    number = side.planned("old", old=post("old", "Old", due="2029-11-03 12:00") + BESIDE)
    side.land(number)
    ran = side.apply()
    assert not ran.failed, ran.log
    assert side.texts() == ["Keep"]


@pytest.mark.long
@on_each
def test_a_state_that_lost_its_last_push(side: Side) -> None:
    """A request removes an entry that the older state does not have: its comment begins with the post that goes out.

    The answer in its hint deletes that post.
    """
    number = side.planned("keep", keep=KEEP)
    side.land(number)
    assert not side.apply().failed
    older = side.repository.head("bufferctl-state")
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    assert not side.apply().failed
    side.repository.git("update-ref", "refs/heads/bufferctl-state", older)
    number = side.planned("after", launch="posts: []\n")
    (comment,) = side.comments(number)
    assert "launch was removed from the files, but an equal post that the state does not have stays in" in comment
    assert "### Nothing to send" in comment
    assert "No changes" not in comment
    assert "matches your files" not in comment
    side.land(number)
    assert not side.apply().failed
    assert "We are live" in side.texts()
    (live,) = [each["id"] for each in side.sandbox.posts() if each["text"] == "We are live"]
    number = side.planned("answer", launch=f"{LAUNCH}    cancelled: [twitter]\n    existing: {{twitter: {live}}}\n")
    side.land(number)
    assert not side.apply().failed
    assert side.texts() == ["Keep"]


@on_each
def test_a_removal_after_a_lost_state(side: Side) -> None:
    """Nobody knows any more whose post it is, so it stays: the receipt and the issue name it."""
    published(side)
    (side.repository.path / "refs" / "heads" / "bufferctl-state").unlink()
    side.later(minutes=5)
    number = side.planned("after", launch=REMOVED)
    side.land(number)
    assert not side.apply().failed
    said = "Buffer has 1 unsent post created through the API that no file declares: 'We are live'"
    assert said in side.comments(number)[-1]
    side.hour()
    assert said in side.issue()[1]
    for each in side.sandbox.posts():
        if each["text"] == "We are live":
            side.sandbox.person.delete_post(each["id"])
    side.hour()
    assert side.issues() == ["closed"]
