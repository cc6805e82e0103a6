"""Why git failed, by what it and the large forges print: what to do about it depends on that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bufferctl.errors import StateError
from bufferctl.state.git_store import Failure, GitStore, failure_of
from tests.stores import git

PRINTED = {
    "a protected branch on GitHub": (
        (
            "remote: error: GH006: Protected branch update failed for refs/heads/bufferctl-state.\n"
            "remote: error: Cannot force-push to this branch.\n"
            "To https://github.com/acme/posts\n"
            "!\tabc:refs/heads/bufferctl-state\t[remote rejected] (protected branch hook declined)\nDone\n"
            "error: failed to push some refs to 'https://github.com/acme/posts'\n"
        ),
        Failure("refused", "GH006: Protected branch update failed for refs/heads/bufferctl-state"),
    ),
    "a branch that allows no force push": (
        (
            "remote: error: denying non-fast-forward refs/heads/bufferctl-state (you should pull first)\n"
            "!\ta:refs/heads/bufferctl-state\t[remote rejected] (non-fast-forward)\n"
        ),
        Failure("refused", "denying non-fast-forward refs/heads/bufferctl-state (you should pull first)"),
    ),
    "a hook": (
        "remote: -----\nremote: Commits need a ticket of Max.\n!\ta:x\t[remote rejected] (pre-receive hook declined)\n",
        Failure("refused", "Commits need a ticket of Max"),
    ),
    "a token without the right on GitHub": (
        (
            "remote: Permission to acme/posts.git denied to github-actions[bot].\n"
            "fatal: unable to access 'https://github.com/acme/posts/': The requested URL returned error: 403\n"
        ),
        Failure("denied", "Permission to acme/posts.git denied to github-actions[bot]"),
    ),
    "a token without the right on GitLab": (
        (
            "remote: \nremote: ==========\nremote: \nremote: You are not allowed to push code to this project.\n"
            "remote: \nremote: ==========\nfatal: unable to access 'https://gitlab.com/a/b.git/': ...\n"
        ),
        Failure("denied", "You are not allowed to push code to this project"),
    ),
    "a wrong password": (
        "remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://gitlab.com/a/b.git/'\n",
        Failure("denied", "HTTP Basic: Access denied"),
    ),
    "nobody to ask": (
        "fatal: could not read Username for 'https://github.com': terminal prompts disabled\n",
        Failure("denied", "could not read Username for 'https://github.com': terminal prompts disabled"),
    ),
    "a wrong key": (
        (
            "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n\n"
            "Please make sure you have the correct access rights\nand the repository exists.\n"
        ),
        Failure("denied", "Could not read from remote repository"),
    ),
    "an unknown host": (
        "Host key verification failed.\r\nfatal: Could not read from remote repository.\n",
        Failure("denied", "Could not read from remote repository"),
    ),
    "no such repository on GitHub": (
        "remote: Repository not found.\nfatal: repository 'https://github.com/acme/post/' not found\n",
        Failure("missing", "Repository not found"),
    ),
    "no such project on GitLab": (
        "remote: The project you were looking for could not be found or you don't have permission to view it.\n",
        Failure(
            "missing", "The project you were looking for could not be found or you don't have permission to view it"
        ),
    ),
    "no such folder": (
        (
            "fatal: '/srv/posts.git' does not appear to be a git repository\n"
            "fatal: Could not read from remote repository.\n"
        ),
        Failure("missing", "'/srv/posts.git' does not appear to be a git repository"),
    ),
    "another push came first": (
        (
            "To https://github.com/acme/posts\n!\ta:refs/heads/x\t[rejected] (stale info)\nDone\n"
            "error: failed to push some refs to 'https://github.com/acme/posts'\n"
        ),
        Failure("raced", "! a:refs/heads/x [rejected] (stale info)"),
    ),
    "another push came first, by a lock of the server": (
        "error: cannot lock ref 'refs/heads/x': is at abc but expected def\n",
        Failure("raced", "cannot lock ref 'refs/heads/x': is at abc but expected def"),
    ),
    "no network": (
        "fatal: unable to access 'https://github.com/acme/posts/': Could not resolve host: github.com\n",
        Failure("unknown", "unable to access 'https://github.com/acme/posts/': Could not resolve host: github.com"),
    ),
    "words of another kind": ("\nwarning: one\n  the  last box. \n\n", Failure("unknown", "the last box")),
    "nothing": ("\n", Failure("unknown", "git gave no reason")),
}


@pytest.mark.parametrize("what", PRINTED)
def test_why_git_failed(what: str) -> None:
    """What kind it is, and the words that say most: the forge's, else git's first error, else the last line."""
    printed, failure = PRINTED[what]
    assert failure_of(printed) == failure


@pytest.mark.parametrize(
    ("failure", "is_definite", "hint"),
    [
        (Failure("denied", ""), True, "write access"),
        (Failure("missing", ""), True, "git remote -v"),
        (Failure("refused", ""), True, "Do not protect this branch"),
        (Failure("busy", ""), False, "Run it again."),
        (Failure("unknown", ""), False, "Check the network"),
        (Failure("raced", ""), False, ""),
    ],
    ids=lambda each: each.kind if isinstance(each, Failure) else "",
)
def test_what_to_do_about_it(failure: Failure, is_definite: bool, hint: str) -> None:
    """Trying again is useless where nobody may write there; else it may help."""
    assert (failure.is_definite, failure.hint.startswith(hint) or hint in failure.hint) == (is_definite, True)
    assert bool(failure.hint) is bool(hint)


@pytest.mark.parametrize("remote", ["--upload-pack=touch x", "ext::sh -c x", "/srv/posts.git", "", "a b"])
def test_what_is_no_remote_is_refused(tmp_path: Path, remote: str) -> None:
    """A setting that anybody may propose names a remote or a URL, neither an option nor a program."""
    with pytest.raises(StateError, match="neither the name of a remote nor a URL") as raised:
        GitStore(tmp_path, "state.json", remote=remote)
    assert "git remote -v" in raised.value.hint


def test_a_remote_that_does_not_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is tried three times, then said."""
    project = git.clone(str(git.remote(tmp_path / "remote.git")), tmp_path / "project")
    store = git.store(project)
    store.read()
    tried: list[object] = []

    def hang(*_: object) -> None:
        tried.append(_)
        raise subprocess.TimeoutExpired("git", 120)

    monkeypatch.setattr(subprocess.Popen, "communicate", hang)
    with pytest.raises(StateError, match="cannot be read: no answer within 120 seconds") as raised:
        store.read()
    assert (len(tried), "Check the network" in raised.value.hint) == (3, True)
