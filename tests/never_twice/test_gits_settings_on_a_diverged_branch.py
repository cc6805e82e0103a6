"""A checkout that has diverged, where git shows or keeps files in another way than usual, or runs bufferctl itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.test_diverged import ONE, THREE, TWO, Desk, branch, main, services
from tests.conftest import long
from tests.stores import git

__all__ = ["branch", "main", "services"]  # fixtures


@pytest.fixture(autouse=True)
def _two_was_removed(main: Desk, branch: Desk) -> None:
    """By main, where the branch still has the first post of two, which main deleted."""
    main.commit(TWO)
    main.push()
    assert main.applied().code == 0


@pytest.mark.parametrize(
    ("attribute", "settings"),
    [
        ("diff=posts", ("diff.posts.textconv=wc -c", "color.diff=always")),
        *long(("binary", ("core.bigFileThreshold=1",)), ("-diff", ("diff.orderFile=nowhere",))),
    ],
)
def test_what_was_removed_is_not_sent_again_however_git_shows_files(
    branch: Desk, attribute: str, settings: tuple[str, ...]
) -> None:
    """Exit 1 for the post that main removed, which the branch still has; only its new one is sent."""
    (branch.folder / ".gitattributes").write_text(f"*.yaml {attribute}\n", encoding="utf-8")
    branch.commit(ONE, TWO, THREE)
    for setting in settings:
        git.git(branch.folder, "config", *setting.split("="))
    ran = branch.applied()
    assert (ran.code, branch.texts()) == (1, ["The second", "The third"])


@pytest.mark.parametrize("option", ["--filter=blob:none", *long("--filter=tree:0", "--depth=1")])
def test_nor_from_a_clone_that_lacks_what_was_there(main: Desk, tmp_path: Path, option: str) -> None:
    """The same in a partial or shallow clone whose own commit was not pushed: what it lacks is fetched."""
    git.git(tmp_path / "remote.git", "config", "uploadpack.allowFilter", "true")
    git.git(main.folder, "push", "--quiet", "origin", "HEAD~1:refs/heads/before")
    address = f"file://{tmp_path}/remote.git"
    git.git(tmp_path, "clone", "--quiet", "--branch", "before", option, address, "partial")
    desk = Desk(tmp_path / "partial", main.sandbox)
    desk.commit(ONE, TWO, THREE)
    ran = desk.applied()
    assert (ran.code, desk.texts()) == (1, ["The second", "The third"])


def test_nor_from_a_hook_of_another_repository(branch: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same where git names that repository in the environment."""
    branch.commit(ONE, TWO, THREE)
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "remote.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    ran = branch.applied()
    assert (ran.code, branch.texts()) == (1, ["The second", "The third"])


def test_nor_where_git_cannot_show_what_was_there(branch: Desk) -> None:
    """Exit 1 and nothing is sent: without it nobody knows what main removed."""
    blob = git.git(branch.folder, "rev-parse", "HEAD:buffer.yaml")
    (branch.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    branch.commit(ONE, TWO, THREE)
    ran = branch.applied()
    assert (ran.code, branch.texts()) == (1, ["The second"])
    assert "posts that it removed could be sent again" in " ".join(ran.err.split())
