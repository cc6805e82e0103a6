"""Several root files in one repository: each has its job, and a run by hand starts all of these jobs."""

from __future__ import annotations

import pytest

from tests.ci.conftest import FILES, post
from tests.ci.sides import Side, on_gitlab, side
from tests.conftest import long

__all__ = ["on_gitlab", "side"]  # fixtures
on_each = pytest.mark.parametrize("side", [*long("github"), "gitlab"], indirect=True)
#: The root file `globex/buffer.yaml` beside the one at the top.
GLOBEX = FILES + "posts: [{key: news, due_at: 2029-12-20 09:00, channels: [linkedin], text: From Globex}]\n"


def both_published(side: Side) -> None:
    """The posts of both root files are in Buffer."""
    unplanned(side)
    for name in ("buffer.yaml", "globex/buffer.yaml"):
        assert not side.decide(f"everything {name}", directory=name.removesuffix("buffer.yaml") or ".").failed


def news(side: Side) -> int:
    """A request that changes the post of `globex/buffer.yaml`."""
    side.ada.branch("news")
    path = side.ada.folder / "globex" / "buffer.yaml"
    path.write_text(GLOBEX.replace("From Globex", "News from Globex"), encoding="utf-8")
    side.ada.push()
    return side.request("news")


def unplanned(side: Side) -> int:
    """A request that was merged without a plan, and adds a root file and a post of the other one."""
    side.ada.branch("globex")
    (side.ada.folder / "globex").mkdir()
    (side.ada.folder / "globex" / "buffer.yaml").write_text(GLOBEX, encoding="utf-8")
    side.ada.write(launch=post("launch", "We are live"))
    side.ada.push()
    number = side.request("globex")
    side.land(number)
    return number


@on_each
def test_a_decision_is_for_the_root_file_of_its_receipt(side: Side) -> None:
    """The receipt's line publishes the posts that it is about, and in the other root file's job nothing."""
    number = unplanned(side)
    assert side.apply().failed
    assert side.apply(directory="globex").failed
    top, globex = side.comments(number)
    assert "`everything buffer.yaml`" in top
    assert "`everything globex/buffer.yaml`" in globex
    assert not side.decide("everything globex/buffer.yaml", directory="globex").failed
    side.decide("everything globex/buffer.yaml")
    assert side.texts() == ["From Globex"]


@on_each
@pytest.mark.parametrize("decision", ["everything", *long("max-deletes 3")])
def test_a_decision_for_no_root_file_is_refused(side: Side, decision: str) -> None:
    """Each root file's job stops before it does anything, and says what to write instead."""
    unplanned(side)
    for directory in (".", "globex"):
        ran = side.decide(decision, directory=directory)
        assert ran.failed
        assert f"The decision {decision} does not say for which of 2 root files it is" in ran.log
        assert f"`{decision} buffer.yaml`" in ran.log
        assert f"`{decision} globex/buffer.yaml`" in ran.log
    assert side.sandbox.requests == []


@on_each
def test_a_number_of_deletes_is_for_one_root_file(side: Side) -> None:
    """The line in the comment deletes the posts of that root file, and none of the other one."""
    both_published(side)
    side.ada.branch("empty")
    side.ada.write(launch="posts: []\n")
    (side.ada.folder / "globex" / "buffer.yaml").write_text(FILES, encoding="utf-8")
    side.ada.push()
    number = side.request("empty")
    assert side.plan(number, directory="globex").failed
    assert "\nmax-deletes 1 globex/buffer.yaml\n" in side.comments(number)[0]
    side.land(number)
    side.decide("max-deletes 1 globex/buffer.yaml", directory="globex")
    side.decide("max-deletes 1 globex/buffer.yaml")
    assert side.texts() == ["We are live"]


@on_each
def test_a_request_is_for_the_root_file_that_reads_its_files(side: Side) -> None:
    """The other root file's job contacts Buffer neither before nor after the merge, and leaves no comment."""
    both_published(side)
    assert not side.apply().failed
    number = news(side)
    asked = len(side.sandbox.requests)
    before = side.plan(number)
    side.land(number)
    after = side.apply()
    assert ("None of the files of buffer.yaml changed" in before.log, before.failed) == (True, False)
    assert ("None of the files of buffer.yaml changed" in after.log, after.failed) == (True, False)
    assert (side.comments(number), len(side.sandbox.requests)) == ([], asked)


@on_each
def test_a_run_that_fails_leaves_requests_of_another_root_file_alone(side: Side) -> None:
    """No receipt: what fails is about other posts, and to publish those is no answer for the request."""
    both_published(side)
    assert not side.apply().failed
    side.straight_to_main(more=post("more", "Nobody saw this", due="2029-12-21 09:00"))
    assert side.apply().failed
    number = news(side)
    side.land(number)
    assert side.apply().failed
    assert side.comments(number) == []
