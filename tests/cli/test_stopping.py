"""Ways to stop an apply: Ctrl-C once and twice, SIGTERM, a closed pipe. Real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bufferctl.cli.console import Console
from bufferctl.cli.watching import Stopping
from tests.cli.conftest import Project
from tests.cli.gate import Gate, Hold
from tests.conftest import long
from tests.stores import git
from tests.waiting import without_waiting

#: More than fits into one request.
POSTS = 35


@pytest.fixture
def gated(project: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Project, Gate]]:
    """A project with more posts than fit a request, and a gate between it and its sandbox."""
    posts = "".join(f"          - {{key: p{number:02}, text: Post {number}}}\n" for number in range(POSTS))
    project.write(
        "buffer.yaml",
        "version: 1\nmanaged_since: 2029-12-01T00:00:00Z\norganizations:\n"
        "  - name: Acme\n    channels:\n      - service: twitter\n"
        f"        name: acme\n        posts:\n{posts}",
    )
    with Gate(project.sandbox.url) as gate:
        monkeypatch.setenv("BUFFER_API_URL", gate.url)
        yield project, gate


def start(program: list[str], project: Project, *arguments: str, **pipes: Any) -> subprocess.Popen[str]:
    """An apply as a process of its own, with pipes."""
    command = [*program, "apply", "--auto-approve", "--settle", "0", *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **pipes}
    return subprocess.Popen(command, cwd=project.folder, text=True, **pipes)


def goes_on(project: Project) -> None:
    """Running again creates the rest: each post once, and nothing is left."""
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 0, ran.err
    assert sorted(post["text"] for post in project.sandbox.posts()) == sorted(f"Post {n}" for n in range(POSTS))
    assert project("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, *long(signal.SIGTERM)])
def test_once(program: list[str], gated: tuple[Project, Gate], number: signal.Signals) -> None:
    """The request in flight is finished and recorded, no more are sent, exit 130; running again goes on."""
    project, gate = gated
    gate.before_write = hold = Hold()
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(number)
        assert process.stderr
        said = iter(process.stderr.readline, "")
        assert next(filter(without_waiting, said)) == "Stopping after the request in flight; once more stops at once.\n"
        hold.go_on()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert err.endswith("Run it again to send the other 5.\n")
    assert out.count(", created\n") == 30
    assert "Applied: 30 created, 0 changed, 0 deleted, 5 not sent." in out
    assert len(json.loads(project("state", "list", "--json").out)["objects"]) == 30
    assert len(project.sandbox.posts()) == 30
    goes_on(project)


def test_twice(program: list[str], gated: tuple[Project, Gate]) -> None:
    """It ends at once with 130, the answer unread; the next apply looks what became of the request and goes on."""
    project, gate = gated
    gate.after_write = hold = Hold()
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=300)
    hold.go_on()
    assert process.returncode == 130
    assert err == "error: Interrupted.\n"
    assert len(project.sandbox.posts()) == 30
    planned = project("plan")
    assert "left 30 writes without an answer" in planned.err
    assert planned.err.count("an earlier apply") == 1
    goes_on(project)


def test_killed(whole_program: list[str], gated: tuple[Project, Gate]) -> None:
    """Kill -9 during a request that Buffer carries out: the next apply finds all of its posts."""
    project, gate = gated
    gate.after_write = hold = Hold()
    with start(whole_program, project) as process:
        assert hold.arrived.wait(300)
        process.kill()
        process.communicate(timeout=300)
    hold.go_on()
    assert process.returncode == -signal.SIGKILL
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert "took over the lock of a run that crashed" in ran.err
    assert "Its unanswered writes: 30 carried out, 0 not carried out, 0 unclear." in " ".join(ran.err.split())
    goes_on(project)


def test_killed_during_an_edit(whole_program: list[str], gated: tuple[Project, Gate]) -> None:
    """Undone in the file since: plan says that the other version may be its own, and the next apply puts it back."""
    project, gate = gated
    entry = "{key: one, due_at: 2029-12-12T09:00Z, text: %s}"
    root = (project.folder / "buffer.yaml").read_text(encoding="utf-8").partition("posts:\n")[0] + f"posts: [{entry}]\n"
    project.write("buffer.yaml", root % "Before")
    project.apply()
    project.write("buffer.yaml", root % "After")
    gate.after_write = hold = Hold()
    with start(whole_program, project) as process:
        assert hold.arrived.wait(300)
        process.kill()
        process.communicate(timeout=300)
    hold.go_on()
    project.write("buffer.yaml", root % "Before")
    planned = " ".join(project("plan").out.split())
    assert "may be its own edit" in planned
    assert "After" in planned  # the version in Buffer, beside that of the file
    assert "Somebody changed it" not in planned
    assert "To find out, run: bufferctl apply" in planned
    assert "--reapply" not in planned
    project.apply()
    assert [post["text"] for post in project.sandbox.posts()] == ["Before"]


def test_killed_during_an_edit_that_buffer_does_not_show(whole_program: list[str], gated: tuple[Project, Gate]) -> None:
    """Another image, taken back in the file since: a plan shows the edit that the next apply sends."""
    project, gate = gated
    picture = "{key: one, due_at: 2029-12-12T09:00Z, text: A, assets: [{image: {url: %s, alt_text: A}}]}"
    root = (project.folder / "buffer.yaml").read_text(encoding="utf-8").partition("posts:\n")[0]
    images = ["https://acme.example/a.png", "https://acme.example/b.png"]
    project.write("buffer.yaml", f"{root}posts: [{picture % images[0]}]\n")
    project.apply()
    project.write("buffer.yaml", f"{root}posts: [{picture % images[1]}]\n")
    gate.after_write = hold = Hold()
    with start(whole_program, project) as process:
        assert hold.arrived.wait(300)
        process.kill()
        process.communicate(timeout=300)
    hold.go_on()
    project.write("buffer.yaml", f"{root}posts: [{picture % images[0]}]\n")
    planned = " ".join(project("plan").out.split())
    assert "does not show whether it was carried out, so the file's version is sent again" in planned
    project.apply()
    assert "No changes" in project("plan").out


@pytest.mark.parametrize("number", [signal.SIGINT, *long(signal.SIGTERM)])
def test_while_reading(program: list[str], gated: tuple[Project, Gate], number: signal.Signals) -> None:
    """Before anything is sent there is nothing to finish: once is enough, 130, and nothing was sent."""
    project, gate = gated
    gate.before_read = hold = Hold()
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
    hold.go_on()
    assert (process.returncode, out, without_waiting(err)) == (130, "", "error: Interrupted.\n")
    assert project.sandbox.posts() == []


@pytest.mark.long
def test_killed_in_the_last_read(whole_program: list[str], gated: tuple[Project, Gate]) -> None:
    """Everything was sent: the receipt is there, and lists it."""
    project, gate = gated
    hold, writes = Hold(), list[int]()

    def wait() -> None:
        if len(writes) == 2:
            hold()

    gate.after_write, gate.before_read = lambda: writes.append(1), wait
    with start(whole_program, project, "--receipt", "receipt.json") as process:
        assert hold.arrived.wait(300)
        process.kill()
        process.communicate(timeout=300)
    hold.go_on()
    receipt = json.loads((project.folder / "receipt.json").read_text(encoding="utf-8"))
    assert len(receipt["outcomes"]) == POSTS
    goes_on(project)


@pytest.mark.parametrize("number", [signal.SIGTERM, *long(signal.SIGINT)])
def test_in_the_last_read(program: list[str], gated: tuple[Project, Gate], number: signal.Signals) -> None:
    """Everything was sent and saved: it says so, with the counts and that it was not verified, and ends with 130."""
    project, gate = gated
    hold, writes = Hold(), list[int]()

    def wait() -> None:
        if len(writes) == 2:
            hold()

    gate.after_write, gate.before_read = lambda: writes.append(1), wait
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(number)
        hold.go_on()
        out, err = process.communicate(timeout=300)
    assert process.returncode == 130
    assert "Applied: 35 created, 0 changed, 0 deleted." in out
    assert err == "error: Interrupted; the changes above were made and saved, but not verified.\n"
    goes_on(project)


@pytest.fixture
def shared(gated: tuple[Project, Gate], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, Gate]:
    """The same with the state on a git branch."""
    project, gate = gated
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(git.remote(tmp_path / "remote.git")))
    path = project.folder / "buffer.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "state: git\n", encoding="utf-8")
    return project, gate


def is_locked(project: Project) -> bool:
    """Whether the shared state still has a lock."""
    return bool(json.loads(project("state", "pull").out).get("lock"))


def test_terminated_while_reading_releases_the_lock(program: list[str], shared: tuple[Project, Gate]) -> None:
    """SIGTERM after the lock was taken: 130, and another machine can go on at once."""
    project, gate = shared
    hold, reads = Hold(), list[int]()

    def wait() -> None:
        reads.append(1)
        if len(reads) == 3:  # the account and its channels are read before the lock is taken
            assert is_locked(project)
            hold()

    gate.before_read = wait
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=300)
    hold.go_on()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "error: Interrupted."  # a busy machine says what it waits for, too
    assert not is_locked(project)


def test_a_cancelled_job_releases_the_lock(program: list[str], shared: tuple[Project, Gate]) -> None:
    """Interrupted and then terminated while a request is in flight: 130, the lock free, the request's writes listed."""
    project, gate = shared
    gate.after_write = hold = Hold()
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        process.send_signal(signal.SIGINT)
        assert process.stderr
        process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=300)
    hold.go_on()
    assert (process.returncode, err) == (130, "error: Interrupted.\n")
    assert not is_locked(project)
    goes_on(project)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_does_not_cut_short_the_release_of_a_lock(number: signal.Signals) -> None:
    """It is only noted; what happens to signals is as before afterwards."""
    before = signal.getsignal(number)
    with Stopping(Console.create()).undisturbed() as heard:
        signal.raise_signal(number)
    assert heard == [number]
    assert signal.getsignal(number) is before


def test_ten_seconds_later_a_signal_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that hangs must not keep a person waiting."""
    now = time.monotonic()
    with Stopping(Console.create()).undisturbed():
        monkeypatch.setattr(time, "monotonic", lambda: now + 10.1)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    "command",
    ["plan", "validate --json -f gone.yaml", *long("--help", "plan --json", "validate", "state list", "schema")],
)
def test_closed_pipe(program: list[str], gated: tuple[Project, Gate], command: str) -> None:
    """`bufferctl plan | head -1`: no complaint, and the exit code of a program whose reader is gone."""
    project, _ = gated
    project("apply", "--auto-approve", "--settle", "0")
    process = unread(program, project, command.split())
    assert process.stderr
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(300), err) == (141, "")


def unread(program: list[str], project: Project, arguments: list[str]) -> subprocess.Popen[str]:
    """A process whose output nobody reads: its pipe is closed before it begins."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.Popen(
            [*program, *arguments], cwd=project.folder, stdout=writer, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(writer)


def test_reader_of_an_apply_is_gone(program: list[str], gated: tuple[Project, Gate]) -> None:
    """The plan cannot be shown: nothing is sent."""
    project, _ = gated
    process = unread(program, project, ["apply", "--auto-approve", "--settle", "0"])
    assert process.stderr
    err = process.stderr.read()
    process.stderr.close()
    assert (process.wait(300), "Traceback" in err) == (141, False)
    assert project.sandbox.posts() == []


def test_reader_goes_while_sending(program: list[str], gated: tuple[Project, Gate]) -> None:
    """The request in flight is finished and recorded, then it stops; running again continues."""
    project, gate = gated
    gate.before_write = hold = Hold()
    with start(program, project) as process:
        assert hold.arrived.wait(300)
        assert process.stdout
        process.stdout.close()
        hold.go_on()
        assert process.stderr
        err = process.stderr.read()
        code = process.wait(300)
    assert (code, err) == (141, "error: Stopped as requested, after the request in flight.\n")
    assert len(project.sandbox.posts()) == 30
    assert len(json.loads(project("state", "list", "--json").out)["objects"]) == 30
    goes_on(project)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize("command", ["plan", *long("schema", "--help")])
def test_full_disk(program: list[str], gated: tuple[Project, Gate], command: str) -> None:
    """Output that cannot be written: reported, exit 1."""
    project, _ = gated
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run(
            [*program, command], cwd=project.folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ran.returncode, ran.stderr) == (1, "error: No space left on device.\n")
