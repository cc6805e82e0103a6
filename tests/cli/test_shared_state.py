"""A shared state: two clones of a project with `state: git`, and the commands that read, move and repair the state."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bufferctl.machine import state_folder
from bufferctl.model import StateSettings
from bufferctl.state import Lease, LocalStore, Lock, StateFile, open_store
from tests.cli.conftest import Project
from tests.stores import buckets, git

CONFIG = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
state: git
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {key: launch, due_at: 2029-12-20 09:00, text: We are live}
          - {key: teaser, text: Soon}
"""
LAUNCH = "Acme/twitter:acme/launch"


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The remote repository."""
    return git.remote(tmp_path / "remote.git")


@pytest.fixture
def project(project: Project, bare: Path) -> Project:
    """A repository with that remote and a root file."""
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(bare))
    project.write("buffer.yaml", CONFIG)
    return project


@pytest.fixture
def other(project: Project, bare: Path, tmp_path: Path) -> Project:
    """Another clone, with the same files."""
    folder = git.clone(str(bare), tmp_path / "other")
    (folder / "buffer.yaml").write_text(CONFIG, encoding="utf-8")
    return Project(folder, project.sandbox)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Returns a function that makes this another machine, without any data of the first."""
    return lambda name: monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / name))


def document(project: Project) -> dict[str, Any]:
    """The stored state."""
    found: dict[str, Any] = json.loads(project("state", "pull").out)
    return found


def locked(project: Project) -> None:
    """Let another machine's run hold the lock."""
    from dataclasses import replace
    from datetime import UTC, datetime, timedelta

    record = StateFile(open_store(StateSettings(), project.folder / "buffer.yaml"), None)
    record.load()
    now = datetime.now(UTC)
    lease = Lease("ann", "laptop", 7, now, run="r1", until=now + timedelta(minutes=15), landing=60.0)
    record.replace(replace(record.document, lease=lease), "lock")


def test_init_proposes_a_branch(project: Project, bare: Path) -> None:
    """`state: git` if the repository has a remote, where init creates the state that the first apply then uses."""
    (project.folder / "buffer.yaml").unlink()
    ran = project("init")
    assert (ran.code, "Posts are tracked in the branch bufferctl-state of origin.\nCommit it" in ran.out) == (0, True)
    assert "\nstate: git " in (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    assert git.subjects(bare) == ["init"]
    lineage = document(project)["lineage"]
    project.apply()
    assert document(project)["lineage"] == lineage


def test_init_where_the_remote_cannot_be_reached(project: Project, bare: Path) -> None:
    """The file is written anyway, and the first apply creates the state."""
    (project.folder / "buffer.yaml").unlink()
    bare.rename(bare.with_name("elsewhere"))
    ran = project("init")
    assert (ran.code, "the first apply will start the state" in ran.err) == (0, True)
    bare.with_name("elsewhere").rename(bare)
    assert "1 created" in project.apply().out


def test_a_process_leaves_no_work_folder(project: Project, program: list[str]) -> None:
    """Only the lock of the work folders: its copy of the branch goes with the process."""
    command = [*program, "apply", "--auto-approve"]
    ran = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, check=True)
    assert "2 created" in ran.stdout
    assert [path.name for path in (state_folder() / "runs").iterdir()] == ["lock"]


def test_what_one_machine_applied_another_one_knows(
    project: Project, other: Project, machine: Callable[[str], None], bare: Path
) -> None:
    """Nothing is published twice, and each apply is one commit."""
    assert "2 created" in project.apply().out
    machine("other")
    assert other("plan", "--detailed-exitcode").code == 0
    (other.folder / "buffer.yaml").write_text(CONFIG.replace("We are live", "We are live!"), encoding="utf-8")
    other.apply()
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["Soon", "We are live!"]
    assert git.subjects(bare)[0] == "apply: 1 changed"
    assert len(git.subjects(bare)) == 2
    assert not project.state.exists()


def test_what_no_commit_has_is_undone_elsewhere(project: Project, bare: Path, tmp_path: Path) -> None:
    """A warning of the apply of edits that are not committed: the next apply of another clone deletes what they add."""
    git.git(project.folder, "add", "buffer.yaml")
    git.git(project.folder, "commit", "--quiet", "--message", "Begin")
    git.git(project.folder, "push", "--quiet", "origin", "HEAD:main")
    git.git(tmp_path, "clone", "--quiet", "--branch", "main", str(bare), "clone")
    clone = Project(tmp_path / "clone", project.sandbox)
    assert "not committed" not in project.apply().err
    project.write("buffer.yaml", f"{CONFIG}          - {{key: more, text: More}}\n")
    ran = project.apply()
    assert "do not have the changes to buffer.yaml, which are not committed" in ran.err
    assert "1 deleted" in clone.apply().out


def test_no_commit_is_asked_for_without_a_shared_state(project: Project) -> None:
    """The state on one machine is that of its files, committed or not."""
    project.write("buffer.yaml", CONFIG.replace("state: git\n", ""))
    git.git(project.folder, "add", "buffer.yaml")
    git.git(project.folder, "commit", "--quiet", "--message", "Begin")
    project.write("buffer.yaml", CONFIG.replace("state: git\n", "# again\n"))
    assert "not committed" not in project.apply().err


@pytest.mark.long
def test_an_apply_asks_the_remote_three_times(project: Project, bare: Path) -> None:
    """One fetch and two pushes, for any number of posts, once there is a state; a plan fetches once."""
    tip = "          - {{key: tip-{0}, due_at: 2030-01-{1:02} 09:00, text: Tip {0}}}\n"
    project.apply()
    project.write("buffer.yaml", CONFIG + "".join(tip.format(number, number % 28 + 1) for number in range(70)))
    with git.served(bare.parent) as server:
        git.git(project.folder, "remote", "set-url", "origin", f"{server.address}/{bare.name}")
        git.git(bare, "config", "http.receivepack", "true")
        assert project("apply", "--auto-approve", "--settle", "0").code == 0
        pushes = server.asked.count("git-receive-pack")
        fetches = server.asked.count("git-upload-pack")
        server.asked.clear()
        assert "No changes." in project("plan").out
        planned = server.asked
    assert pushes == 2
    assert fetches <= 2  # protocol 2: a fetch asks for the branches, then for what is missing
    assert (planned.count("git-receive-pack"), planned.count("git-upload-pack") <= 2) == (0, True)
    assert len(project.sandbox.posts()) == 72


def test_apply_says_how_many_requests_it_uses(project: Project) -> None:
    """The number in the plan, and the number received: the request for Buffer's clock counts, too."""
    planned = json.loads(project("plan", "--json").out)["requests"]
    project.sandbox.requests.clear()
    receipt = json.loads(project("apply", "--auto-approve", "--settle", "0", "--json").out)
    assert receipt["plan"]["requests"] == planned
    assert len(project.sandbox.requests) == planned["read"] + planned["write"]


def test_an_apply_asks_a_bucket_three_times(project: Project) -> None:
    """A read, and two writes: lock and announced writes together, then what came of them; a plan reads once."""
    with buckets.google() as server:
        bucket = f"state: {{store: 'gs://acme-state/social', endpoint: '{server.address}'}}"
        project.write("buffer.yaml", CONFIG.replace("state: git", bucket))
        project.apply()
        server.asked.clear()
        edited = CONFIG.replace("state: git", bucket).replace("Soon", "Soon!")
        project.write("buffer.yaml", edited)
        assert project("apply", "--auto-approve", "--settle", "0").code == 0
        assert server.asked == ["GET", "PUT", "PUT"]
        server.asked.clear()
        assert "No changes." in project("plan").out
        assert server.asked == ["GET"]


def test_list_and_show_read_the_shared_record(project: Project, other: Project) -> None:
    """Both work in a clone that has never applied."""
    project.apply()
    assert LAUNCH in other("state", "list").out
    assert json.loads(other("state", "show", LAUNCH).out)["address"] == LAUNCH


def test_rm_and_mv_change_it_for_everybody(project: Project, other: Project, bare: Path) -> None:
    """Each is one commit, which names the command."""
    project.apply()
    assert project("state", "mv", LAUNCH, "Acme/twitter:acme/first").code == 0
    assert other("state", "rm", "Acme/twitter:acme/teaser").code == 0
    assert [line.split()[0] for line in project("state", "list").out.splitlines()] == ["Acme/twitter:acme/first"]
    assert git.subjects(bare)[:2] == ["state rm Acme/twitter:acme/teaser", f"state mv {LAUNCH} Acme/twitter:acme/first"]


def test_rm_of_several_is_one_commit(project: Project, bare: Path) -> None:
    """It names them."""
    project.apply()
    assert project("state", "rm", LAUNCH, "Acme/twitter:acme/teaser").code == 0
    assert git.subjects(bare)[0] == f"state rm {LAUNCH} Acme/twitter:acme/teaser"
    assert project("state", "list").out == ""


def test_rm_waits_for_no_run_of_another_machine(project: Project) -> None:
    """Refused while a run of another machine holds the lock, until a person removes it."""
    project.apply()
    locked(project)
    ran = project("state", "rm", LAUNCH)
    assert (ran.code, "ann on laptop" in ran.err) == (1, True)
    assert project("state", "unlock").code == 64
    assert project("state", "unlock", "--auto-approve").out == "Unlocked.\n"
    assert project("state", "unlock").out == "The lock is free.\n"
    assert project("state", "rm", LAUNCH).code == 0


def test_unlock_on_one_machine_alone(project: Project, bare: Path) -> None:
    """Where no run holds the lock of the shared state, nothing is written there, such as a first state."""
    with Lock(state_folder(), project.sandbox.url).held(0):
        assert project("state", "unlock", "--auto-approve").out == "Unlocked.\n"
    assert git.git(bare, "branch") == ""


def test_doctor_while_another_machine_holds_the_lock(project: Project, machine: Callable[[str], None]) -> None:
    """That run is named once; its unanswered writes are reported, and not called interrupted."""
    project.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    project.sandbox.set_faults()
    locked(project)
    machine("other")
    out = " ".join(project("doctor").out.split())
    assert out.count("ann on laptop (process 7, since 20") == 1
    assert "The run that holds the lock has 2 writes without an answer so far" in out
    assert "No other run" not in out
    assert "cut off and left" not in out
    ran = project("plan")
    assert "another run is in progress, or was cut off: ann on laptop" in ran.err
    assert "cut off and left" not in ran.err
    project("state", "unlock", "--auto-approve")
    assert "An apply was cut off and left 2 writes without an answer" in " ".join(project("doctor").out.split())


def test_pull_and_push(project: Project, other: Project) -> None:
    """A pulled state can be pushed again; its serial grows."""
    project.apply()
    pulled = document(project)
    (other.folder / "new.json").write_text(json.dumps(pulled), encoding="utf-8")
    ran = other("state", "push", "new.json")
    assert (ran.code, document(project)["serial"]) == (0, pulled["serial"] + 1)
    assert document(project)["organizations"] == pulled["organizations"]
    assert " with 2 entries in " in ran.out
    assert project("state", "rm", project("state", "list").out.split()[0]).code == 0
    (other.folder / "new.json").write_text(json.dumps(document(project)), encoding="utf-8")
    assert " with 1 entry in " in other("state", "push", "new.json").out


def test_push_refuses_what_is_older_or_of_another_lineage(project: Project) -> None:
    """Exit 1 unless it is forced."""
    project.apply()
    pulled = document(project)
    wrong: dict[str, dict[str, Any]] = {"older": {"serial": 0}, "another lineage": {"lineage": "x"}}
    for name, values in wrong.items():
        file = project.write("new.json", json.dumps({**pulled, **values}))
        ran = project("state", "push", str(file))
        assert (ran.code, name in ran.err) == (1, True)
        assert "state push --force" in ran.err
    assert document(project) == pulled
    assert project("state", "push", "--force", "new.json").code == 0
    assert document(project)["lineage"] == "x"
    assert document(project)["serial"] > pulled["serial"]


def test_a_forced_push_keeps_the_lock_and_trusts_neither_horizon(project: Project) -> None:
    """The lock stays, and of a channel's two horizons the older one counts."""
    project.apply()
    pulled = document(project)
    (home,) = (
        each for homes in pulled["organizations"].values() for each in homes.values() if each["service"] == "twitter"
    )
    before, home["horizon"] = home["horizon"], "2029-12-02T00:00:00Z"
    project.write("new.json", json.dumps(pulled))
    locked(project)
    assert project("state", "push", "new.json").code == 1
    assert project("state", "push", "--force", "new.json").code == 0
    after = document(project)
    horizons = {e.get("horizon") for homes in after["organizations"].values() for e in homes.values()}
    assert "2029-12-02T00:00:00Z" in horizons
    assert before not in horizons
    assert after["lock"]["host"] == "laptop"


def test_log_and_restore(project: Project) -> None:
    """An older version can be put back; what was created since is found in Buffer, not created again."""
    project.apply()
    project.write("buffer.yaml", f"{CONFIG}          - {{key: tip, text: A tip}}\n")
    project.apply()
    newest, oldest = project("state", "log").out.splitlines()
    assert "apply: 1 created" in newest
    assert project("state", "restore", oldest.split()[0]).code == 0
    assert "tip" not in project("state", "list").out
    project.apply()
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["A tip", "Soon", "We are live"]
    assert "state restore" in project("state", "log").out


@pytest.mark.long
def test_restored_over_an_edit(project: Project) -> None:
    """Held: a post that only the newer version has looks like a new one after an edit."""
    project.apply()
    project.write("buffer.yaml", f"{CONFIG}          - {{key: tip, text: A tip}}\n")
    project.apply()
    oldest = project("state", "log").out.splitlines()[-1].split()[0]
    project.sandbox.clock.advance(days=1)
    assert project("state", "restore", oldest).code == 0
    project.write("buffer.yaml", f"{CONFIG}          - {{key: tip, text: Something else altogether}}\n")
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert (ran.code, "! tip  X" in ran.out) == (1, True), ran.out
    assert "Something else altogether" not in {post["text"] for post in project.sandbox.posts()}


def test_restore_of_something_else(project: Project) -> None:
    """Exit 1, with a hint on how to list revisions."""
    project.apply()
    ran = project("state", "restore", "1234567")
    assert (ran.code, "bufferctl state log" in ran.err) == (1, True)


@pytest.mark.long
def test_restore_over_a_damaged_record(project: Project, bare: Path) -> None:
    """An earlier version replaces a damaged one, and nothing is published twice."""
    project.apply()
    good = project("state", "log").out.split()[0]
    store = git.store(project.folder)
    store.swap(b"{", store.read().version, "an accident")
    ran = project("plan")
    assert (ran.code, "is damaged" in ran.err, "state restore" in ran.err) == (1, True, True)
    assert project("state", "pull").out == "{\n"
    assert project("state", "restore", good).code == 0
    project.apply()
    assert len(project.sandbox.posts()) == 2


def test_a_file_has_no_history(project: Project) -> None:
    """Exit 1, since a state file keeps no history."""
    project.write("buffer.yaml", CONFIG.replace("state: git\n", ""))
    project.apply()
    for arguments in (("log",), ("restore", "1")):
        ran = project("state", *arguments)
        assert (ran.code, "keeps no history" in ran.err) == (1, True)


def test_migrate_from_the_file(project: Project, other: Project, machine: Callable[[str], None]) -> None:
    """Apply refuses until then, since the state would seem lost; afterwards every machine has it."""
    project.write("buffer.yaml", CONFIG.replace("state: git\n", ""))
    project.apply()
    project.write("buffer.yaml", CONFIG)
    ran = project("apply", "--auto-approve")
    assert (ran.code, "bufferctl state migrate" in ran.err) == (1, True)
    assert "bufferctl state migrate" in project("plan").err
    for arguments in (["doctor"], ["state", "list"]):  # they say what plan and apply say
        ran = project(*arguments)
        assert (ran.code, "bufferctl state migrate" in ran.out + ran.err) == (1, True)
    ran = project("state", "migrate")
    assert (ran.code, "Moved 2 entries" in ran.out) == (0, True)
    assert "Next: commit and push buffer.yaml, so that every machine uses that state." in ran.out
    left = sorted(path.name for path in project.state.parent.glob("state.json.*"))
    assert (
        f"{' and '.join(reversed(left))} in .bufferctl {'is' if len(left) == 1 else 'are'} not used any more" in ran.out
    )
    assert [path.name for path in project.state.parent.glob("state.json*")].count("state.json.migrated") == 1
    assert not project.state.exists()
    machine("other")
    assert "No changes." in other("plan").out
    assert project("state", "migrate").code == 1


def test_migrate_never_replaces_a_record(project: Project) -> None:
    """Exit 1 if both places have a state: a person must decide."""
    project.write("buffer.yaml", CONFIG.replace("state: git\n", ""))
    project.apply()
    kept = project.state.read_bytes()
    project("state", "push", str(project.state))
    project.write("buffer.yaml", CONFIG)
    project("state", "migrate")
    project.state.write_bytes(kept)
    ran = project("state", "migrate")
    assert (ran.code, "already has a state" in ran.err) == (1, True)
    assert project.state.read_bytes() == kept


@pytest.mark.long
def test_migrate_between_stores(project: Project, other: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the branch to a bucket; a checkout that still names the branch fails with the new place."""
    project.apply()
    with buckets.google() as server:
        config = CONFIG.replace(
            "state: git", f"state: {{store: 'gs://acme-state/social', endpoint: '{server.address}'}}"
        )
        project.write("buffer.yaml", config)
        ran = project("state", "migrate", "--from", "git")
        assert (ran.code, "to gs://acme-state/social/state.json" in ran.out) == (0, True)
        assert "No changes." in project("plan").out
        for command in (("plan",), ("apply", "--auto-approve"), ("state", "list")):
            ran = other(*command)
            assert (ran.code, "was moved to gs://acme-state/social/state.json" in ran.err) == (1, True)
        assert len(project.sandbox.posts()) == 2


@pytest.mark.long
def test_migrate_there_and_back(project: Project) -> None:
    """The old place takes the state back from the new one, and from nowhere else."""
    project.apply()
    kept = project("state", "pull").out
    elsewhere = CONFIG.replace("state: git", "state: {git: {branch: other}}")
    project.write("buffer.yaml", elsewhere)
    assert project("state", "migrate", "--from", "git").code == 0
    project.write("buffer.yaml", CONFIG)
    ran = project("plan")
    assert (ran.code, "was moved to state.json on the branch other of origin" in ran.err) == (1, True)
    assert "\n      bufferctl state migrate --from PLACE\n" in ran.err
    copy = project.write("copy.json", kept)
    assert project("state", "migrate", "--from", str(copy)).code == 1
    ran = project("state", "migrate", "--from", "git:other")
    assert (ran.code, "Moved 2 entries" in ran.out) == (0, True)
    assert "No changes." in project("plan").out
    project.write("buffer.yaml", elsewhere)
    assert "was moved to state.json on the branch bufferctl-state of origin" in project("plan").err


def test_migrate_takes_what_is_open_with_it(project: Project, machine: Callable[[str], None], other: Project) -> None:
    """An interrupted run is settled by the next apply, even on another machine."""
    project.write("buffer.yaml", CONFIG.replace("state: git\n", ""))
    project.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    assert project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0").code != 0
    project.sandbox.set_faults()
    project.write("buffer.yaml", CONFIG)
    assert project("state", "migrate").code == 0
    machine("other")
    other.apply()
    assert sorted(post["text"] for post in project.sandbox.posts()) == ["Soon", "We are live"]


def test_where_the_state_is_cannot_be_known(project: Project) -> None:
    """Exit 1 if the root file has errors, since the store that it names cannot be read."""
    project.write("buffer.yaml", CONFIG.replace("state: git", "state: svn"))
    ran = project("state", "list")
    assert (ran.code, "bufferctl validate" in ran.err) == (1, True)


def test_a_store_that_cannot_be_reached(project: Project) -> None:
    """Exit 1 with one message; nothing is sent."""
    git.git(project.folder, "remote", "remove", "origin")
    for command in (("plan",), ("apply", "--auto-approve"), ("drift",), ("state", "list")):
        ran = project(*command)
        assert (ran.code, "has no remote origin" in ran.err) == (1, True)
    assert project.sandbox.posts() == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format_version": "99.0"}, "was written by a newer bufferctl"),
        ({"endpoint": "https://api.buffer.com"}, "belongs to https://api.buffer.com"),
        ({"organizations": 7}, "is damaged"),
    ],
    ids=["newer", "of another endpoint", "damaged"],
)
def test_a_record_that_cannot_be_used(project: Project, bare: Path, change: dict[str, Any], said: str) -> None:
    """Exit 1 with a message about the branch; nothing is sent, and the branch does not change."""
    store = git.store(project.folder)
    record = {"format_version": "3.0", "endpoint": project.sandbox.url, "lineage": "l", "serial": 1} | change
    store.swap(json.dumps(record).encode(), store.read().version, "an accident")
    for command in (("plan",), ("apply", "--auto-approve", "--settle", "0")):
        ran = project(*command)
        assert (ran.code, f"The branch bufferctl-state of origin {said}" in ran.err) == (1, True)
    assert project.sandbox.posts() == []
    assert len(git.subjects(bare)) == 1


def test_a_record_of_another_account(project: Project, other: Project, bare: Path) -> None:
    """Exit 1 and nothing sent: the key cannot access the organization in the state."""
    project.apply()
    text = project("state", "pull").out
    (organization,) = json.loads(text)["organizations"]
    store = git.store(project.folder)
    store.swap(text.replace(organization, "5f0c1b2a3d4e5f6a7b8c9d0f").encode(), store.read().version, "an accident")
    for command in (("plan",), ("apply", "--auto-approve", "--settle", "0")):
        ran = project(*command)
        assert (ran.code, "belongs to an organization that this key cannot access" in ran.err) == (1, True)
    assert len(project.sandbox.posts()) == 2


def test_a_named_state_file_comes_first(project: Project) -> None:
    """`--state FILE` reads a copy, even if the store cannot be reached."""
    project.apply()
    copy = project.write("copy.json", project("state", "pull").out)
    git.git(project.folder, "remote", "remove", "origin")
    assert LAUNCH in project("state", "list", "--state", str(copy)).out
    assert isinstance(open_store(None, project.folder / "buffer.yaml", named=copy), LocalStore)


def test_apply_counts_the_requests_that_it_takes(project: Project) -> None:
    """The number in the plan, including the requests before the lock is taken."""
    said = re.search(r"Apply will use (\d+) API requests", project("plan").out)
    assert said
    before = len(project.sandbox.requests)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert said[0] in ran.out
    assert len(project.sandbox.requests) - before == int(said[1])


def test_drift_is_not_green_without_a_state(project: Project, bare: Path) -> None:
    """Exit 1, with the expected place of the state, if the branch was deleted."""
    project.apply()
    assert project("drift").code == 0
    git.git(bare, "update-ref", "-d", "refs/heads/bufferctl-state")
    ran = project("drift")
    assert ran.code == 1
    assert "Not checked: there is no state in the branch bufferctl-state of origin." in ran.out


def test_an_edit_of_what_was_pulled_elsewhere(project: Project, other: Project) -> None:
    """A conflict that says so, since nothing shows whether that checkout had what was pulled; `--reapply` sends it."""
    project.apply()
    post = next(each["id"] for each in project.sandbox.posts() if each["text"] == "We are live")
    project.sandbox.person.edit_post(post, text="We are live at 5 pm")
    assert project("pull").code == 0
    other.write("buffer.yaml", CONFIG.replace("We are live", "Now we are live"))
    plan = other("plan")
    assert plan.planned[0] == "! launch"
    assert "Somebody changed it in Buffer and pulled that into the files" in " ".join(plan.out.split())
    assert other("apply", "--auto-approve", "--settle", "0", "--reapply", LAUNCH).code == 0
    assert [each["text"] for each in project.sandbox.posts() if each["id"] == post] == ["Now we are live"]


@pytest.mark.long
def test_an_older_shared_state_is_restored_from_its_history(project: Project) -> None:
    """The warning names the command that lists the versions, since there is no file to restore."""
    project.apply()
    project.write("old.json", project("state", "pull").out)
    project.write("buffer.yaml", CONFIG + "          - {key: more, due_at: 2029-12-22 09:00, text: More of it}\n")
    project.apply()
    store = open_store(StateSettings(), project.folder / "buffer.yaml")
    store.swap((project.folder / "old.json").read_bytes(), store.read().version, "an older one")
    assert "`bufferctl state log` lists the versions" in " ".join(project("plan").err.split())
    last = project("state", "log").out.splitlines()[1].split()[0]
    assert project("state", "restore", last).code == 0
    assert "No changes." in project("plan").out
