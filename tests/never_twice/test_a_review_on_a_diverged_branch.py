"""A reviewed plan of a branch that lacks a colleague's post, and the unrelated pull request after it."""

from __future__ import annotations

from tests.cli.test_diverged import ONE, THREE, TWO, Desk, branch, main, services

__all__ = ["branch", "main", "services"]  # fixtures
FOUR = THREE.replace("three", "four").replace("third", "fourth").replace("22", "23")


def test_reviewed_lifts_no_guard_on_what_a_checkout_lacks(main: Desk, branch: Desk) -> None:
    """The colleague's post stays, in the run with the reviewed plan and in that of the next branch, until a merge."""
    main.commit(ONE, TWO, THREE)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE, TWO, FOUR)
    assert branch("plan", "-o", "plan.json", "--max-deletes", "9").code == 0
    ran = branch("apply", "--reviewed", "plan.json", "--settle", "0")
    assert (ran.code, branch.texts()) == (1, ["The first", "The fourth", "The second", "The third"])
    assert branch.recorded() == main.head()
    branch.commit(ONE, TWO.replace("second", "other"), FOUR)
    assert branch("plan", "-o", "plan.json").code == 0
    assert branch("apply", "--reviewed", "plan.json", "--settle", "0").code == 1
    assert branch.texts() == ["The first", "The fourth", "The other", "The third"]
