"""The state on a branch: its effects on the project, its history and its remote."""

from __future__ import annotations

import base64
import json
import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bufferctl.errors import OvertakenError, StateError
from bufferctl.model import StateSettings
from bufferctl.state import open_shared
from bufferctl.state.git_store import GitStore
from tests.conftest import long
from tests.stores import git

FIRST, SECOND, THIRD = b'{"serial": 1}\n', b'{"serial": 2}\n', b'{"serial": 3}\n'


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """An empty remote."""
    return git.remote(tmp_path / "remotes" / "acme.git")


@pytest.fixture
def project(tmp_path: Path, bare: Path) -> Path:
    """A clone of it."""
    return git.clone(str(bare), tmp_path / "project")


@pytest.fixture
def server(bare: Path) -> Iterator[git.Server]:
    """The remote, by HTTP."""
    with git.served(bare.parent) as server:
        yield server


@pytest.fixture
def by_http(server: git.Server, tmp_path: Path) -> Path:
    """A clone that reaches the remote by HTTP."""
    return git.clone(f"{server.address}/acme.git", tmp_path / "by-http")


def run(store: GitStore, *documents: bytes, message: str = "apply: 1 created") -> str:
    """A run: the lock, the intents and other swaps, then the end; returns the version."""
    version = store.read().version
    for document in documents[:-1]:
        version = store.swap(document, version, "lock")
    return store.swap(documents[-1], version, message, squash=True)


def hook(bare: Path, name: str, script: str) -> None:
    """Install a hook in the remote."""
    path = bare / "hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def files(folder: Path) -> dict[str, bytes]:
    """Everything in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_leaves_one_commit(project: Path, bare: Path) -> None:
    """However many swaps it made, with the message of the last one."""
    run(git.store(project), FIRST, message="begin")
    store = git.store(project)
    run(store, SECOND, THIRD, b"4", message="apply: 4 created, 1 changed")
    run(store, b"5", b"6", message="apply: 1 deleted")
    assert git.subjects(bare) == ["apply: 1 deleted", "apply: 4 created, 1 changed", "begin"]


def test_the_store_of_another_root_file_is_beside_it(project: Path) -> None:
    """The same branch, another document."""
    store = git.store(project)
    run(store.beside("blog/state.json"), SECOND)
    run(store, FIRST)
    assert store.others() == {"blog/state.json": SECOND}
    assert git.store(project).beside("blog/state.json").read().document == SECOND


def test_a_run_that_changed_nothing_leaves_no_commit(project: Path, bare: Path) -> None:
    """The branch has not moved."""
    run(git.store(project), FIRST, message="begin")
    before = git.git(bare, "rev-parse", "bufferctl-state")
    run(git.store(project), SECOND, FIRST)
    assert git.git(bare, "rev-parse", "bufferctl-state") == before


def test_what_came_in_between_stays_in_the_history(project: Path, bare: Path) -> None:
    """The end of a run replaces only its own commits, not those of another root file."""
    one, other = git.store(project), git.store(project, "blog/state.json")
    version = one.swap(FIRST, one.read().version, "lock")
    run(other, SECOND, message="apply: the blog")
    version = one.swap(SECOND, version, "intents")
    one.swap(THIRD, version, "apply: 1 created", squash=True)
    assert git.subjects(bare) == ["apply: 1 created", "apply: the blog", "lock"]
    assert git.store(project, "blog/state.json").read().document == SECOND


def test_a_version_is_known_to_other_stores(project: Path) -> None:
    """It is the document's, whoever read it: where it is stale, the swap is refused, and else made."""
    version = run(git.store(project), FIRST)
    git.store(project).swap(SECOND, version, "lock")
    with pytest.raises(OvertakenError):
        git.store(project).swap(THIRD, version, "lock")
    assert git.store(project).read().document == SECOND


def test_a_branch_that_was_deleted_begins_anew(project: Path, bare: Path) -> None:
    """With this root file's document; those of others went with it."""
    run(git.store(project, "blog/state.json"), SECOND)
    store = git.store(project)
    version = store.read().version
    git.git(bare, "branch", "-D", "bufferctl-state")
    store.swap(FIRST, version, "lock")
    assert git.git(bare, "ls-tree", "-r", "--name-only", "bufferctl-state") == "state.json"


def test_other_root_files_do_not_make_a_version_old(project: Path) -> None:
    """If another root file pushed first, the push is repeated on top of it."""
    one, other = git.store(project), git.store(project, "blog/state.json")
    version, others = one.read().version, other.read().version
    other.swap(SECOND, others, "lock")
    one.swap(FIRST, version, "lock")
    assert git.store(project).read().document == FIRST
    assert git.store(project, "blog/state.json").read().document == SECOND


def test_documents_of_other_root_files_are_listed(project: Path) -> None:
    """All on the branch except its own, as of the last read."""
    one, other = git.store(project), git.store(project, "blog/news.state.json")
    assert one.others() == {}
    one.read()
    assert one.others() == {}
    one.swap(FIRST, one.read().version, "lock")
    other.swap(SECOND, other.read().version, "lock")
    assert other.others() == {"state.json": FIRST}
    assert one.others() == {}
    one.read()
    assert one.others() == {"blog/news.state.json": SECOND}


def test_where_history_is_protected_commits_stay(project: Path, bare: Path) -> None:
    """A remote that allows no force push gets one more commit."""
    git.git(bare, "config", "receive.denyNonFastForwards", "true")
    run(git.store(project), FIRST, SECOND, THIRD)
    assert git.subjects(bare) == ["apply: 1 created", "lock", "lock"]
    run(git.store(project), SECOND, THIRD)
    assert git.store(project).read().document == THIRD


def test_the_project_is_not_touched(project: Path) -> None:
    """None of its files change, nor the index, refs or objects."""
    before = files(project)
    run(git.store(project), FIRST, SECOND)
    git.store(project).log()
    assert files(project) == before


def test_shallow_and_detached_checkouts_will_do(project: Path, bare: Path, tmp_path: Path) -> None:
    """As CI makes them; and their depth stays the same."""
    git.git(project, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    shallow = tmp_path / "shallow"
    git.git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", f"file://{bare}", str(shallow))
    git.git(shallow, "checkout", "--quiet", "--detach")
    run(git.store(shallow), FIRST, SECOND)
    assert git.store(project).read().document == SECOND
    assert git.git(shallow, "rev-list", "--count", "--all") == "1"


def test_the_history_can_be_listed_and_read(project: Path) -> None:
    """Newest first, and only this root file's."""
    store = git.store(project)
    run(store, FIRST, message="begin")
    run(git.store(project, "blog/state.json"), b"blog")
    run(git.store(project), SECOND, message="apply: 1 created")
    newest, oldest = git.store(project).log()
    assert (newest.message, oldest.message) == ("apply: 1 created (bufferctl)", "begin (bufferctl)")
    begun = git.store(project)
    begun.read()
    assert [each.message for each in begun.log()] == [newest.message, oldest.message], (
        "though it had read the end alone"
    )
    assert store.read_at(oldest.id[:10]) == git.store(project).read_at(oldest.id[:10]) == FIRST
    for unknown in ("1234567", "--help"):
        with pytest.raises(StateError, match=f"has no state of this project at {unknown}"):
            store.read_at(unknown)


def test_a_branch_without_history_has_an_empty_log(project: Path) -> None:
    """If nothing has been applied yet."""
    assert git.store(project).log() == ()
    with pytest.raises(StateError, match="has no state of this project at 1234567"):
        git.store(project).read_at("1234567")


def test_a_worktree_may_have_a_remote_of_its_own(project: Path, bare: Path) -> None:
    """Git reads it there, too."""
    git.git(project, "config", "extensions.worktreeConfig", "true")
    git.git(project, "config", "--worktree", "remote.team.url", str(bare))
    git.git(project, "remote", "remove", "origin")
    run(GitStore(project, "state.json", remote="team"), FIRST, message="begin")
    assert git.subjects(bare) == ["begin"]


def test_commits_are_the_users(project: Path, bare: Path) -> None:
    """With the name in git's configuration, including the project's own."""
    git.git(project, "config", "user.email", "jane@acme.example")
    git.git(project, "config", "user.name", "Jane")
    run(git.store(project), FIRST)
    assert git.git(bare, "log", "-1", "--format=%an <%ae>", "bufferctl-state") == "Jane <jane@acme.example>"


def test_commits_are_those_of_whom_the_environment_names(project: Path, bare: Path) -> None:
    """As for every other commit there; the environment may be another one than that of this process."""
    run(GitStore(project, "state.json", environment={**os.environ, **git.ANN}), FIRST)
    assert git.git(bare, "log", "-1", "--format=%an <%ae> %cn", "bufferctl-state") == "Ann <ann@acme.example> Ann"


def test_other_settings_of_the_project_are_not_for_the_state(project: Path) -> None:
    """How its own commits are pushed: signed, and all branches at once, which this remote would refuse."""
    git.git(project, "config", "push.gpgSign", "true")
    git.git(project, "config", "remote.origin.mirror", "true")
    run(git.store(project), FIRST)
    assert git.store(project).read().document == FIRST


def test_other_settings_of_the_user_are_not_for_the_state(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed pushes and what they ask of a forge, which this remote would refuse, and messages that are no UTF-8."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    settings = ("push.gpgSign=true", "push.pushOption=merge_request.create", "i18n.commitEncoding=UTF-16")
    for setting in (*settings, "i18n.logOutputEncoding=UTF-16"):
        git.git(project, "config", "--file", str(tmp_path / "global"), *setting.split("="))
    run(git.store(project), FIRST, message="begin")
    assert [each.message for each in git.store(project).log()] == ["begin (bufferctl)"]


def test_settings_of_the_user_for_some_folders_count(
    project: Path, bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who commits and how the remote is reached, where `includeIf` names the project's folder, and no other one's."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    git.git(project, "remote", "set-url", "origin", "work:acme/posts")
    for who, folder, place in (("Jane", f"{tmp_path}/", str(bare)), ("Nobody", f"{tmp_path}/other/", "nowhere")):
        included = str(tmp_path / who)
        for key, setting in (("user.name", who), ("user.email", "jane@acme.example")):
            git.git(project, "config", "--file", included, key, setting)
        git.git(project, "config", "--file", included, f"url.{place}.insteadOf", "work:acme/posts")
        git.git(project, "config", "--file", str(tmp_path / "global"), f"includeIf.gitdir:{folder}.path", included)
    run(git.store(project), FIRST)
    assert git.git(bare, "log", "-1", "--format=%an <%ae>", "bufferctl-state") == "Jane <jane@acme.example>"


def test_settings_in_the_environment_win(project: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As CI hands them to every git: over the project's own, and both of them."""
    git.git(project, "config", "user.email", "jane@acme.example")
    git.git(project, "config", "user.name", "Jane")
    given = {"COUNT": "2", "KEY_0": "user.name", "VALUE_0": "CI", "KEY_1": "user.email", "VALUE_1": "ci@acme.example"}
    for name, value in given.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    run(git.store(project), FIRST)
    assert git.git(bare, "log", "-1", "--format=%an <%ae>", "bufferctl-state") == "CI <ci@acme.example>"


def test_a_lost_answer_is_read_back(by_http: Path, server: git.Server, bare: Path) -> None:
    """The write counts, though it was not confirmed."""
    server.lost = 1
    store = git.store(by_http)
    version = store.swap(FIRST, store.read().version, "lock")
    store.swap(SECOND, version, "apply: 1 created", squash=True)
    assert git.store(by_http).read().document == SECOND
    assert git.subjects(bare) == ["apply: 1 created"]


def test_after_a_lost_answer_somebody_else_may_have_been_faster(by_http: Path, project: Path, bare: Path) -> None:
    """Then it is an ordinary lost race: nothing of ours is stored."""
    store = git.store(by_http)
    version = store.read().version
    run(git.store(project), SECOND)
    with pytest.raises(OvertakenError):
        store.swap(FIRST, version, "lock")
    assert git.subjects(bare) == ["apply: 1 created"]


def test_a_run_asks_the_remote_as_little_as_it_can(by_http: Path, server: git.Server) -> None:
    """One fetch, and one push per swap."""
    run(git.store(by_http), FIRST)
    server.asked.clear()
    run(git.store(by_http), SECOND, THIRD, b"4")
    assert server.asked.count("git-receive-pack") == 3
    assert server.asked.count("git-upload-pack") <= 3  # protocol 2: refs and objects are two requests of one fetch


def test_a_run_starts_few_processes(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to know the remote, two for a reading, three for a swap: on Windows, each takes as long as a request."""
    run(git.store(project), FIRST)
    traced = tmp_path / "traced"
    monkeypatch.setenv("GIT_TRACE2_EVENT", str(traced))
    run(git.store(project), SECOND, THIRD)
    events = [json.loads(line) for line in traced.read_text(encoding="utf-8").splitlines()]
    names = [each["name"] for each in events if each["event"] == "cmd_name" and "/" not in each["sid"]]
    assert names == ["config", "fetch", "cat-file", *(2 * ["fast-import", "commit-tree", "push"])]


def test_a_checkouts_credentials_are_used(by_http: Path, server: git.Server) -> None:
    """The ones that actions/checkout leaves in the project's configuration, in an included file."""
    server.password = base64.b64encode(b"x-access-token:secret").decode()
    included = by_http.parent / "credentials"
    key = f"http.{server.address}/.extraheader"
    git.git(by_http, "config", "--file", str(included), key, f"AUTHORIZATION: basic {server.password}")
    header = included.read_text(encoding="utf-8").replace("AUTHORIZATION: basic", "AUTHORIZATION: Basic")
    included.write_text(header, encoding="utf-8")
    git.git(by_http, "config", f"includeIf.gitdir:{by_http}/.git.path", str(included))
    run(git.store(by_http), FIRST, SECOND)
    assert git.store(by_http).read().document == SECOND


def test_credentials_in_the_environment_are_given_once(
    by_http: Path, server: git.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As CI hands them to every git: forges refuse a request that has them twice."""
    server.password = base64.b64encode(b"x-access-token:secret").decode()
    settings = {"KEY_0": "http.extraheader", "VALUE_0": f"Authorization: Basic {server.password}", "COUNT": "1"}
    for name, value in settings.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    run(git.store(by_http), FIRST)
    assert server.refused == []


def test_a_credential_helper_is_asked(by_http: Path, server: git.Server) -> None:
    """As on laptops, and it gets no API key."""
    server.password = base64.b64encode(b"jane:secret").decode()
    seen = by_http.parent / "seen"
    script = f"!f() {{ echo username=jane; echo password=secret; env > '{seen}'; }}; f"
    git.git(by_http, "config", "credential.helper", script)
    os.environ["BUFFER_API_KEY"] = "k-123"
    try:
        run(git.store(by_http), FIRST)
    finally:
        del os.environ["BUFFER_API_KEY"]
    assert "PATH=" in seen.read_text(encoding="utf-8")
    assert "k-123" not in seen.read_text(encoding="utf-8")


def test_without_permission_nothing_is_tried_again(by_http: Path, server: git.Server) -> None:
    """Neither without a password nor with a wrong one."""
    server.password = "secret"
    with pytest.raises(StateError, match="bufferctl-state of origin cannot be read") as none:
        git.store(by_http).read()
    assert "write access" in none.value.hint
    assert server.refused == [401]
    git.git(by_http, "config", f"http.{server.address}/.extraheader", "Authorization: Basic wrong")
    with pytest.raises(StateError, match="403") as wrong:
        git.store(by_http).read()
    assert "write access" in wrong.value.hint
    assert (server.refused, server.asked) == ([401, 403], [])


def test_a_protected_branch_is_named_as_such(project: Path, bare: Path) -> None:
    """In the forge's own words; nothing is written."""
    words = "GH006: Protected branch update failed for refs/heads/bufferctl-state."
    tried = bare / "tried"
    hook(bare, "pre-receive", f'echo >>{shlex.quote(str(tried))}; echo "error: {words}" >&2; exit 1')
    with pytest.raises(StateError, match="cannot be written: GH006: Protected branch update failed") as refused:
        run(git.store(project), FIRST)
    assert "Do not protect this branch" in refused.value.hint
    assert git.git(bare, "branch") == ""
    assert tried.read_text(encoding="utf-8") == "\n", "once"


def test_a_branch_that_is_protected_while_a_run_writes(project: Path, bare: Path) -> None:
    """Its first commit is there; the next one is refused, in the same words."""
    store = git.store(project)
    version = store.swap(FIRST, store.read().version, "lock")
    hook(bare, "pre-receive", 'echo "error: GH006: Protected branch update failed." >&2; exit 1')
    with pytest.raises(StateError, match="cannot be written: GH006: Protected branch update failed"):
        store.swap(SECOND, version, "about to send: 1")
    assert git.subjects(bare) == ["lock"]


@pytest.mark.parametrize(("down", "written"), [*long((2, True)), (3, False)])
def test_a_remote_that_takes_no_pushes_for_a_while(
    by_http: Path, server: git.Server, monkeypatch: pytest.MonkeyPatch, down: int, written: bool
) -> None:
    """It is tried twice more, each time after a while; then its own words are the error, and nothing was written."""
    waited: list[tuple[float, ...]] = []

    def not_at_all(*least_and_most: float) -> float:
        waited.append(least_and_most)
        return 0.0

    monkeypatch.setattr("random.uniform", not_at_all)
    store = git.store(by_http)
    version = store.swap(FIRST, store.read().version, "lock")
    server.down = down
    if written:
        store.swap(SECOND, version, "lock")
    else:
        with pytest.raises(StateError, match=r"cannot be written: .*503"):
            store.swap(SECOND, version, "lock")
    assert git.store(by_http).read().document == (SECOND if written else FIRST)
    assert waited == [(0.05, 0.5)] * down


def test_a_run_ends_as_one_although_the_remote_took_nothing_for_a_while(
    by_http: Path, server: git.Server, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it was unreachable says nothing against replacing the run's own commits."""
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)
    store = git.store(by_http)
    version = store.swap(FIRST, store.read().version, "lock")
    server.down = 1
    store.swap(SECOND, version, "apply: 1 created", squash=True)
    assert git.subjects(bare) == ["apply: 1 created"]


def test_a_folder_that_git_does_not_trust(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container where another user checked it out: what to do, and not that there is no repository."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(StateError, match="since another user owns it") as raised:
        git.store(project).read()
    assert raised.value.hint.endswith(f"git config --global --add safe.directory {project}")


def test_a_folder_whose_name_is_no_text(project: Path) -> None:
    """As an old disk may have it: its document is one like any other."""
    odd = os.fsdecode(b"caf\xe9/state.json")
    run(git.store(project, odd), FIRST)
    assert git.store(project, odd).read().document == FIRST
    store = git.store(project)
    store.read()
    assert store.others() == {odd: FIRST}


def test_words_that_are_no_text(project: Path, tmp_path: Path) -> None:
    """Of git or a remote, in whatever encoding: the rest can be read."""
    nowhere = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.git")
    git.git(project, "remote", "set-url", "origin", nowhere)
    with pytest.raises(StateError, match=r"cannot be read: .*caf\ufffd"):
        git.store(project).read()


def test_a_repository_that_is_not_there(project: Path, tmp_path: Path) -> None:
    """The message says only that."""
    git.git(project, "remote", "set-url", "origin", str(tmp_path / "nowhere.git"))
    with pytest.raises(StateError, match=r"cannot be read: .*nowhere") as missing:
        git.store(project).read()
    assert "git remote -v" in missing.value.hint


def test_a_project_without_a_remote(project: Path) -> None:
    """The message shows how to add one."""
    git.git(project, "remote", "remove", "origin")
    with pytest.raises(StateError, match="has no remote origin") as none:
        git.store(project).read()
    assert "git remote add origin" in none.value.hint


def test_a_folder_that_is_in_no_repository(tmp_path: Path) -> None:
    """Files that were downloaded instead of cloned."""
    with pytest.raises(StateError, match="is not in a git repository"):
        git.store(tmp_path).read()


@pytest.mark.parametrize(
    ("name", "place"), [("state", "buffer.yaml"), ("applied", "buffer.yaml"), ("state", "posts/buffer.yaml")]
)
def test_a_branch_with_files_of_the_project(project: Path, name: str, place: str) -> None:
    """Refused before anything is read or written: with `branch: main`, each run would put a commit there."""
    if place != "buffer.yaml":
        (project / place).parent.mkdir()
        git.git(project, "mv", "buffer.yaml", place)
        git.git(project, "commit", "--quiet", "-m", "move")
    git.git(project, "push", "--quiet", "origin", "HEAD:refs/heads/main")
    settings, before = StateSettings(branch="main"), git.git(project, "ls-remote", "origin")
    store = open_shared(settings, project / place, name=name)
    with pytest.raises(StateError, match=rf"main of origin has files of this project \({place}\)") as refused:
        store.read()
    assert "`state: git`" in refused.value.hint
    with pytest.raises(StateError, match="has files of this project"):
        store.swap(b"{}", "", "begin")
    assert git.git(project, "ls-remote", "origin") == before
    open_shared(settings, project / "other.yaml", name=name).read()


def test_a_machine_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names git, not a missing file."""
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(StateError, match="git cannot be run") as missing:
        git.store(project).read()
    assert missing.value.hint == "Install git."


def test_a_remote_may_be_of_another_repository(project: Path, tmp_path: Path) -> None:
    """By its name; git may reach it by whatever protocol its own URL uses, a path too."""
    apart = git.remote(tmp_path / "apart.git")
    git.git(project, "remote", "add", "team/record", str(apart))
    store = GitStore(project, "state.json", remote="team/record", branch="record")
    run(store, FIRST)
    assert git.subjects(apart, "record") == ["apply: 1 created"]


def test_a_url_is_used_as_the_user_rewrites_it(project: Path, tmp_path: Path) -> None:
    """`insteadOf` is the user's own configuration, so the protocol that it leads to is allowed."""
    apart = git.remote(tmp_path / "apart.git")
    git.git(project, "config", f"url.{apart}.insteadOf", "https://git.acme.example/social.git")
    store = GitStore(project, "state.json", remote="https://git.acme.example/social.git", branch="record")
    run(store, FIRST)
    assert git.subjects(apart, "record") == ["apply: 1 created"]


def test_nothing_is_left_behind(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The repository of a run is removed with the store, and nothing was ever in the temporary folder."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("XDG_STATE_HOME", str(home))
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr("tempfile.tempdir", None)
    store = git.store(project)
    store.read()
    assert (len(list(home.glob("bufferctl/runs/*/state.git"))), list(temporary.iterdir())) == (1, [])
    del store
    assert list(home.glob("bufferctl/runs/*/")) == []


def test_a_run_whose_repository_is_taken_away(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As by somebody who clears the home folder: which command failed, and git's own words."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    run(git.store(project), FIRST)
    store = git.store(project)
    store.read()
    shutil.rmtree(tmp_path / "home")
    with pytest.raises(StateError, match=r"^`git ls-tree` failed for the branch .* of origin: fatal: not a git repo"):
        store.others()
