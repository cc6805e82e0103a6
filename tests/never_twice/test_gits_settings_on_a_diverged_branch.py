"""A checkout that has diverged, on a machine where git shows YAML by a program of its user's, and in colors."""

from __future__ import annotations

from tests.cli.test_diverged import ONE, THREE, TWO, Desk, branch, main, services
from tests.stores import git

__all__ = ["branch", "main", "services"]  # fixtures


def test_what_was_removed_is_not_sent_again_however_git_shows_files(main: Desk, branch: Desk) -> None:
    """Exit 1 for the post that main removed, which the branch still has; only its new one is sent."""
    main.commit(TWO)
    main.push()
    assert main.applied().code == 0
    (branch.folder / ".gitattributes").write_text("*.yaml diff=posts\n", encoding="utf-8")
    git.git(branch.folder, "config", "diff.posts.textconv", "wc -c")
    git.git(branch.folder, "config", "color.diff", "always")
    branch.commit(ONE, TWO, THREE)
    ran = branch.applied()
    assert (ran.code, branch.texts()) == (1, ["The second", "The third"])
