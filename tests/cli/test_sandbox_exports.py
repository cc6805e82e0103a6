"""`bufferctl sandbox` as a separate process, used as its first two lines say."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Prints, Ran


@contextmanager
def started(program: list[str], folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A sandbox on a free port, and the two lines that it prints."""
    command = [*program, "sandbox", "--port", "0", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stdout
        lines = process.stdout.readline() + process.stdout.readline()
        try:
            yield process, lines
        finally:
            process.terminate()
            process.communicate(timeout=300)


def test_exports(program: list[str], environment: Path) -> None:
    """A shell that reads the two lines applies there."""
    with started(program, environment) as (_, lines):
        bufferctl = shlex.join(program)
        script = f"""
            set -e
            unset BUFFER_API_KEY
            eval {shlex.quote(lines)}
            {bufferctl} init
            {bufferctl} apply --auto-approve
        """
        ran = subprocess.run(["sh", "-c", script], cwd=environment, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("Verified: Buffer matches your files.\n")
    assert [line.split("=")[0] for line in lines.splitlines()] == ["export BUFFER_API_URL", "export BUFFER_API_KEY"]


def test_ends(program: list[str], environment: Path) -> None:
    """Ctrl-C ends it: exit 0, and the page's address is the only message."""
    with started(program, environment) as (process, lines):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=300)
    url = lines.split("\n")[0].partition("=")[2]
    assert (process.returncode, out, err) == (0, "", f"Watch posts arrive at {url}\n")


def test_keeps_the_account(
    program: list[str], run: Callable[..., Ran], environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--db FILE: applied posts are there the next time."""
    for expected in ("Applied: 1 created", "Applied: nothing sent, 1 already there"):
        with started(program, environment, "--db", "account.db") as (_, lines):
            monkeypatch.setenv("BUFFER_API_URL", lines.split("\n")[0].partition("=")[2])
            if not (environment / "buffer.yaml").exists():
                run("init")
            assert expected in run("apply", "--auto-approve", "--state", f"{os.urandom(4).hex()}.json").out


def test_port_in_use(program: list[str], environment: Path) -> None:
    """Reported, with a fix: exit 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*program, "sandbox", "--port", port]
        ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=environment)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == f"error: Port {port} cannot be used: Address already in use. --port 0 takes a free one.\n"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("no-such-fixture", ("--fixture", "nowhere.json")),
        ("broken-fixture", ("--fixture", "broken.json")),
        ("no-such-plan", ("--rate-limit", "gold")),
        ("no-such-fault", ("--faults", "fire=0.5")),
        ("db-in-no-folder", ("--db", "nowhere/account.db")),
        ("wrong-port", ("--port", "70000")),
    ],
)
def test_cannot_start(
    run: Callable[..., Ran], environment: Path, prints: Prints, name: str, arguments: tuple[str, ...]
) -> None:
    """Each failure to start is a single message."""
    (environment / "broken.json").write_text("{", encoding="utf-8")
    prints(f"sandbox/{name}", run("sandbox", *arguments))


def test_schema_command(run: Callable[..., Ran], environment: Path) -> None:
    """`bufferctl schema` prints the published schema, with nothing else on stdout."""
    published = Path(__file__).parents[2] / "schemas" / "bufferctl.schema.json"
    ran = run("schema")
    assert (ran.code, ran.out, ran.err) == (0, published.read_text(encoding="utf-8"), "")
