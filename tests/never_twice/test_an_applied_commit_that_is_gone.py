"""A branch was applied by hand and squash-merged, or its commit was amended: no checkout will ever contain it."""

from __future__ import annotations

import pytest

from tests.cli.test_diverged import ONE, THREE, TWO, Desk, branch, main, services
from tests.conftest import long
from tests.stores import git

__all__ = ["branch", "main", "services"]  # fixtures
FOUR = THREE.replace("three", "four").replace("third", "fourth").replace("22", "23")
OTHER = THREE.replace("third", "other")
RESTORE = "If that commit is gone, restore the entry as it was applied, apply that, then"


@pytest.fixture(params=["squash-merged", *long("amended")])
def gone(main: Desk, branch: Desk, request: pytest.FixtureRequest) -> Desk:
    """The checkout that publishes from now on. Its files are another version of what was applied."""
    desk = branch if request.param == "squash-merged" else main
    desk.commit(ONE, TWO, THREE, FOUR)
    assert desk.applied().code == 0
    if desk is main:
        git.git(main.folder, "commit", "--quiet", "--amend", "--message", "Posts, once more")
    return main


def test_what_it_applied_is_answered_entry_by_entry(gone: Desk) -> None:
    """What is declared as it was applied is the checkout's own from then on, though another entry is still held."""
    gone.commit(ONE, TWO, OTHER)
    ran = gone.applied()
    assert (ran.code, gone.texts()) == (1, ["The first", "The fourth", "The second", "The third"])
    said = " ".join(ran.out.split())
    assert f"{RESTORE} edit it" in said
    assert f"{RESTORE} remove it" in said

    gone.commit(ONE, TWO, THREE)
    assert gone.applied().code == 1  # for the fourth
    gone.commit(ONE, TWO, OTHER)
    ran = gone.applied()
    assert (ran.code, gone.texts()) == (1, ["The first", "The fourth", "The other", "The second"])

    gone.commit(ONE, TWO, OTHER, FOUR)
    assert (gone.applied().code, gone.recorded()) == (0, gone.head())
    gone.commit(ONE, TWO, OTHER)
    assert (gone.applied().code, gone.texts()) == (0, ["The first", "The other", "The second"])


def test_a_part_of_the_files_records_nothing(gone: Desk) -> None:
    """An apply with --target is no proof of what the files as a whole declare."""
    gone.commit(ONE, TWO, THREE)
    assert gone.applied("--target", "*/three").code == 0
    gone.commit(ONE, TWO, OTHER)
    assert gone.applied().code == 1
    assert "The third" in gone.texts()


def test_the_branch_that_wrote_it_goes_on(main: Desk, branch: Desk) -> None:
    """What both checkouts declare alike is the branch's as before, and it may edit it."""
    branch.commit(ONE, TWO, THREE, FOUR)
    assert branch.applied().code == 0
    main.commit(ONE, TWO, THREE)
    assert main.applied().code == 1
    branch.commit(ONE, TWO, OTHER, FOUR)
    assert (branch.applied().code, branch.texts()) == (0, ["The first", "The fourth", "The other", "The second"])
