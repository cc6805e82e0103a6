"""A checkout that has diverged from the commit applied last: what it lacks or reverses is held, the rest is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.stores import git

HEAD = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
state: git
max_deletes: 50
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
posts:
"""
ONE = "  - {key: one, due_at: 2029-12-20 09:00, channels: [twitter], text: The first}\n"
TWO = "  - {key: two, due_at: 2029-12-21 09:00, channels: [twitter], text: The second}\n"
THREE = "  - {key: three, due_at: 2029-12-22 09:00, channels: [twitter], text: The third}\n"
FIX = ONE.replace("first", "best")


class Desk(Project):
    """Somebody's clone."""

    def commit(self, *posts: str) -> None:
        """Commit a root file with these posts."""
        self.write("buffer.yaml", HEAD + "".join(posts))
        git.git(self.folder, "add", "buffer.yaml")
        git.git(self.folder, "commit", "--quiet", "--allow-empty", "--message", "Posts")

    def applied(self, *more: str) -> Any:
        """Apply without asking."""
        return self("apply", "--auto-approve", "--settle", "0", *more)

    def texts(self) -> list[str]:
        """The texts in the account, sorted."""
        return sorted(post["text"] for post in self.sandbox.posts())

    def push(self) -> None:
        """Push main."""
        git.git(self.folder, "push", "--quiet", "origin", "HEAD:main")

    def recorded(self) -> str:
        """The commit that the shared state names as applied."""
        return str(json.loads(self("state", "pull").out).get("commit", ""))

    def head(self) -> str:
        """The checked-out commit."""
        return git.git(self.folder, "rev-parse", "HEAD")


@pytest.fixture
def services() -> list[str]:
    """One channel."""
    return ["twitter"]


@pytest.fixture
def main(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The clone in which main is applied: with two posts, so far."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    bare = git.remote(tmp_path / "remote.git")
    desk = Desk(project.folder, project.sandbox)
    git.git(desk.folder, "init", "--quiet")
    git.git(desk.folder, "remote", "add", "origin", str(bare))
    desk.commit(ONE, TWO)
    desk.push()
    assert desk.applied().code == 0
    return desk


@pytest.fixture
def branch(main: Desk, tmp_path: Path) -> Desk:
    """A colleague's clone, on a branch that starts at what main has so far."""
    git.git(tmp_path, "clone", "--quiet", "--branch", "main", str(tmp_path / "remote.git"), str(tmp_path / "branch"))
    return Desk(tmp_path / "branch", main.sandbox)


def test_a_suspension_makes_no_entry_its_own(main: Desk, branch: Desk) -> None:
    """What a branch added becomes a draft with everything else, and stays the branch's: no later run deletes it."""
    branch.commit(ONE, TWO, THREE)
    git.git(branch.folder, "push", "--quiet", "origin", "HEAD:branch")
    assert branch.applied().code == 0
    main.commit(ONE, TWO)
    main("suspend", "Quake")
    for _ in range(2):
        main.applied()
        assert main.texts() == ["The first", "The second", "The third"]
    main("resume")
    assert main.applied().code == 1
    assert main.texts() == ["The first", "The second", "The third"]


def test_what_replaces_a_post_that_it_does_not_delete(main: Desk, branch: Desk) -> None:
    """It is asked about beside the version that the other commit wrote, which stays."""
    git.git(branch.folder, "checkout", "--quiet", "-b", "branch")
    branch.commit(ONE.replace("The first", "The very first of our new posts"), TWO)
    git.git(branch.folder, "push", "--quiet", "origin", "branch")
    assert branch.applied().code == 0
    other = ONE.replace("key: one", "key: another").replace("The first", "The very best of our new posts")
    main.commit(other, TWO)
    assert "Its text is like that of a post (`one`)" in " ".join(main.applied().out.split())
    assert main.texts() == ["The second", "The very first of our new posts"]


def test_what_it_lacks_is_not_deleted(main: Desk, branch: Desk) -> None:
    """Exit 1: a post that main added since; what the checkout knows and removed is deleted."""
    main.commit(ONE, TWO, THREE)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE)
    ran = branch.applied()
    assert (ran.code, ran.outcomes, branch.texts()) == (1, ["two deleted"], ["The first", "The third"])
    assert "--confirm-removed Acme/twitter:acme/three" in " ".join(ran.out.split())
    assert branch.recorded() == main.head()
    assert branch.applied("--max-deletes", "9").code == 1
    assert branch.applied("--confirm-removed", "Acme/twitter:acme/three").code == 0
    assert (branch.texts(), branch.recorded()) == (["The first"], branch.head())


def test_what_it_reverses_is_not_changed_back(main: Desk, branch: Desk) -> None:
    """Exit 1 for a post that main corrected, in a file that both changed; another edit of it is the branch's own."""
    main.commit(FIX, TWO)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE, TWO, THREE)
    ran = branch.applied()
    assert (ran.code, ran.outcomes, branch.texts()) == (1, ["three created"], ["The best", "The second", "The third"])
    assert branch.recorded() == main.head()
    branch.commit(ONE.replace("first", "own"), TWO, THREE)
    assert branch.applied().code == 0
    assert branch.texts() == ["The own", "The second", "The third"]


@pytest.mark.long
def test_a_commit_that_main_dropped(main: Desk) -> None:
    """Its tip is older then, and no option helps; with a commit of its own, as the hints say, it is answered."""
    main.commit(FIX, TWO)
    main.push()
    assert main.applied().code == 0
    git.git(main.folder, "reset", "--quiet", "--hard", "HEAD~1")
    address = "Acme/twitter:acme/one"
    asked = main("plan").out
    assert f"commit it and run with --confirm-removed {address}" in " ".join(asked.split())
    refused = main.applied("--confirm-removed", address)
    assert (refused.code, "add a commit of your own" in refused.err) == (1, True)
    git.git(main.folder, "commit", "--quiet", "--allow-empty", "--message", "As it was")
    assert main.applied("--confirm-removed", address).code == 0
    assert (main.texts(), main.recorded()) == (["The first", "The second"], main.head())


@pytest.mark.parametrize("how", ["cancelled", *long("removed")])
def test_what_was_canceled_is_not_sent_again(main: Desk, branch: Desk, how: str) -> None:
    """Exit 1 for a post that main canceled or removed, though both changed its file; a new one is sent."""
    main.commit(*([ONE.replace("}", ", cancelled: true}")] if how == "cancelled" else []), TWO)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE, TWO, THREE)
    ran = branch.applied()
    assert (ran.code, ran.outcomes, branch.texts()) == (1, ["three created"], ["The second", "The third"])
    assert "--confirm-removed Acme/twitter:acme/one" in " ".join(ran.out.split())
    assert branch.recorded() == main.head()
    assert branch.applied("--confirm-removed", "Acme/twitter:acme/one").code == 0
    assert branch.texts() == ["The first", "The second", "The third"]


@pytest.mark.long
def test_what_main_took_up_again_is_not_deleted(main: Desk, branch: Desk) -> None:
    """Exit 1, and it stays: canceled in the branch's files since before, and declared again by main."""
    cancelled = ONE.replace("}", ", cancelled: true}")
    main.commit(cancelled, TWO)
    main.push()
    assert main.applied().code == 0
    git.git(branch.folder, "pull", "--quiet", "origin", "main")
    main.commit(FIX, TWO)
    main.push()
    assert main.applied().code == 0
    branch.commit(cancelled, TWO, THREE)
    assert branch.applied("--max-deletes", "9").code == 1
    assert branch.texts() == ["The best", "The second", "The third"]


RENAMED = ONE.replace("key: one,", "key: uno,")
CANCELED = [ONE.replace("}", ", cancelled: true}"), TWO]


@pytest.mark.parametrize(
    ("theirs", "ours", "left"),
    [
        (CANCELED, [RENAMED, TWO], ["The second"]),
        *long(
            ([ONE, TWO, THREE], [ONE, TWO, THREE.replace("third", "other")], ["The first", "The second", "The third"]),
            (CANCELED, [RENAMED.replace("uno,", "uno, was: one,"), TWO], ["The second"]),
            ([FIX, TWO], [RENAMED, TWO], ["The best", "The second"]),
        ),
    ],
)
def test_a_key_does_not_hide_what_main_did(
    main: Desk, branch: Desk, theirs: list[str], ours: list[str], left: list[str]
) -> None:
    """Exit 1, nothing sent: neither the canceled post, nor the old version beside the new, nor over a colleague's."""
    main.commit(*theirs)
    main.push()
    assert main.applied().code == 0
    branch.commit(*ours)
    ran = branch.applied()
    assert (ran.code, ran.outcomes, branch.texts()) == (1, [], left)


@pytest.mark.long
def test_two_steps_back(main: Desk, branch: Desk) -> None:
    """Held, too: main has corrected it twice since."""
    main.commit(FIX, TWO)
    assert main.applied().code == 0
    main.commit(ONE.replace("first", "very best"), TWO)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE, TWO, THREE)
    assert (branch.applied().code, branch.texts()) == (1, ["The second", "The third", "The very best"])


@pytest.mark.long
def test_once_merged_it_is_applied_in_full(main: Desk, branch: Desk) -> None:
    """Exit 0, and the merge counts as applied."""
    main.commit(ONE, TWO, THREE)
    main.push()
    assert main.applied().code == 0
    branch.commit(ONE, TWO)
    assert branch.applied().code == 1
    git.git(branch.folder, "fetch", "--quiet", "origin", "main")
    git.git(branch.folder, "merge", "--quiet", "--no-edit", "FETCH_HEAD")
    assert branch.applied().code == 0
    assert (branch.texts(), branch.recorded()) == (["The first", "The second", "The third"], branch.head())


def test_a_run_without_changes_counts(main: Desk) -> None:
    """The commit of a complete run is that of the checkout; that of a narrowed run is not."""
    before = main.head()
    main.commit(ONE, TWO, THREE)
    assert main.applied("--target", "*/one").code == 0
    assert main.recorded() == before
    assert main.applied().code == 0
    main.commit(ONE, TWO, THREE)
    assert main.recorded() != main.head()
    assert main.applied().code == 0
    assert main.recorded() == main.head()


@pytest.mark.long
def test_a_commit_that_cannot_be_had(main: Desk, branch: Desk) -> None:
    """Exit 1: main was applied and never pushed. What that commit wrote is held, and plan says so."""
    main.commit(FIX, TWO, THREE)
    assert main.applied().code == 0
    four = THREE.replace("three", "four").replace("third", "fourth").replace("22", "23")
    branch.commit(ONE.replace("first", "own"), TWO.replace("second", "other"), four)
    planned = branch("plan")
    assert "so this checkout may be older" in planned.err
    assert planned.planned == ["~ two", "+ four", "! one", "! three"]
    ran = branch.applied()
    assert (ran.code, branch.texts()) == (1, ["The best", "The fourth", "The other", "The third"])
    assert branch.recorded() == main.head()


def test_where_git_names_no_commit_the_checkout_may_be_older(main: Desk) -> None:
    """Exit 1 for an edit of what a commit applied, as on a branch without a commit, and a warning that says so."""
    main.commit(FIX, TWO)
    assert main.applied().code == 0
    git.git(main.folder, "checkout", "--quiet", "--orphan", "afresh")
    main.write("buffer.yaml", HEAD + ONE + TWO)
    ran = main.applied()
    assert (ran.code, main.texts()) == (1, ["The best", "The second"])
    assert "git does not say which commit is checked out" in " ".join(ran.err.split())
