"""What was merged and then taken back, so that the files are again as they were applied last: Buffer may have it.

The run between the two was cut off, or somebody applied the files by hand.
"""

from __future__ import annotations

import os

import pytest

from tests.ci.conftest import post
from tests.ci.in_process import in_process
from tests.ci.sides import Side, on_gitlab, side
from tests.conftest import long

__all__ = ["on_gitlab", "side"]  # fixtures
on_each = pytest.mark.parametrize("side", ["github", *long("gitlab")], indirect=True)
LAUNCH = post("launch", "We are live")
#: Buffer creates the post, and nothing more is heard of it.
CUT_OFF = "cut-after@createPost,rate-limit@posts#2+:2h"


def merged(side: Side, branch: str, **files: str) -> int:
    """A request that was planned and merged."""
    number = side.planned(branch, **files)
    side.land(number)
    return number


def apply_by_hand(side: Side) -> None:
    """Dana applies the files of main on her laptop."""
    given = {"BUFFER_API_URL": side.sandbox.url, "BUFFER_API_KEY": "sandbox", "PATH": os.environ["PATH"]}
    own = {name: os.environ[name] for name in ("HOME", "XDG_STATE_HOME") if name in os.environ}
    side.ada.branch("main")
    assert in_process(side.ada.folder, ["apply", "--auto-approve"], given | own, print) == 0


@on_each
def test_a_run_without_an_answer(side: Side) -> None:
    """The post that it sent is found, and deleted as reviewed; both receipts say so."""
    assert not side.apply().failed
    begin = merged(side, "launch", launch=LAUNCH)
    side.sandbox.set_faults(CUT_OFF)
    assert side.apply().failed
    side.sandbox.set_faults()
    assert side.texts() == ["We are live"]
    side.later(hours=2)
    number = merged(side, "undo", launch="")
    ran = side.apply()
    assert (side.texts(), ran.failed) == ([], False), ran.log
    assert all("1 deleted" in side.comments(each)[-1] for each in (begin, number))


@on_each
def test_an_apply_by_hand(side: Side) -> None:
    """What somebody applied on a laptop is deleted as reviewed."""
    assert not side.apply().failed
    merged(side, "launch", launch=LAUNCH)
    apply_by_hand(side)
    assert side.texts() == ["We are live"]
    number = merged(side, "undo", launch="")
    ran = side.apply()
    assert (side.texts(), ran.failed) == ([], False), ran.log
    assert "1 deleted" in side.comments(number)[-1]


@pytest.mark.long
@on_each
def test_an_edit_by_hand(side: Side) -> None:
    """The same of an edit: Buffer gets the earlier text back."""
    side.launched()
    merged(side, "edit", launch=post("launch", "We are alive"))
    apply_by_hand(side)
    assert side.texts() == ["We are alive"]
    side.later(minutes=5)
    merged(side, "undo", launch=LAUNCH)
    ran = side.apply()
    assert (side.texts(), ran.failed) == (["We are live"], False), ran.log


@on_each
def test_other_files_after_an_apply_by_hand(side: Side) -> None:
    """A merge that changes none of the files is done at once: nobody asks Buffer."""
    side.launched()
    side.straight_to_main(launch=post("launch", "We are alive"))
    apply_by_hand(side)
    side.straight_to_main(launch=LAUNCH)
    side.ada.branch("readme")
    (side.ada.folder / "README.md").write_text("Hello\n", encoding="utf-8")
    side.ada.push()
    side.land(side.request("readme"))
    before = len(side.sandbox.requests)
    ran = side.apply()
    assert (len(side.sandbox.requests) - before, ran.failed) == (0, False), ran.log


@on_each
def test_a_decision_without_an_answer(side: Side) -> None:
    """The commit is applied already; the hourly run finds what the decision's run sent, and nothing is sent twice."""
    side.launched()
    side.sandbox.person.delete_post(side.live())
    side.sandbox.set_faults(CUT_OFF)
    assert side.decide("recreate Acme/twitter:acme/launch").failed
    side.sandbox.set_faults()
    side.later(hours=2)
    ran = side.hour()
    assert "Its unanswered writes: 1 carried out" in ran.log
    assert (side.texts(), side.issues()) == (["We are live"], [])
