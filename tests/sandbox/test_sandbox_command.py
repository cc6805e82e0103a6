"""`bufferctl sandbox` as a process: its output, how it ends, and its messages if it cannot start."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from bufferctl.cli import cli
from tests import forks
from tests.conftest import long

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def _running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start the program on a free port; yield it and the URL that it printed."""
    program = [*forks.python(), "-m", "bufferctl", "sandbox"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*program, "--port", "0", *arguments], text=True, cwd=ROOT, **pipes) as process:  # type: ignore[call-overload] # mypy cannot see into the dict
        try:
            assert process.stdout is not None
            first, second = process.stdout.readline(), process.stdout.readline()
            match = re.fullmatch(r"export BUFFER_API_URL=(http://127\.0\.0\.1:\d+)\n", first)
            assert match is not None, first
            assert second == "export BUFFER_API_KEY=sandbox\n"
            yield process, match[1]
        finally:
            process.kill()


def _ask(url: str) -> httpx2.Response:
    headers = {"Authorization": "Bearer sandbox", "User-Agent": "tests"}
    return httpx2.post(url, headers=headers, json={"query": "{ account { organizations { name } } }"})


@pytest.mark.parametrize("ending", [signal.SIGTERM, *long(signal.SIGINT)])
def test_it_serves_until_it_is_told_to_stop(ending: signal.Signals) -> None:
    """The two exports come first and at once; Ctrl-C and SIGTERM end it with 0; stderr has the address of the page."""
    with _running() as (process, url):
        assert _ask(url).json()["data"]["account"]["organizations"][0] == {"name": "Acme"}
        process.send_signal(ending)
        assert process.communicate(timeout=300) == ("", f"Watch posts arrive at {url}\n")
        assert process.returncode == 0


def test_media_roots_from_the_command_line() -> None:
    """--media-root may be given several times."""
    roots = ["http://127.0.0.1:8000", "https://media.acme.example/social"]
    with _running("--media-root", roots[0], "--media-root", roots[1]) as (_, url):
        headers = {"Authorization": "Bearer sandbox"}
        assert httpx2.get(f"{url}/_sandbox/options", headers=headers).json()["media_roots"] == roots


def test_faults_and_quotas_from_the_command_line(tmp_path: Path) -> None:
    """--faults, --seed, --rate-limit and --db take effect; faults that happened are listed at the end, on stderr."""
    options = ["--faults", "5xx-before#2", "--seed", "3", "--rate-limit", "free", "--db", str(tmp_path / "b.db")]
    with _running(*options) as (process, url):
        assert [_ask(url).status_code for _ in range(2)] == [200, 502]
        assert '"100-in-15min"; r=97' in _ask(url).headers["ratelimit"]
        process.terminate()
        assert process.communicate(timeout=300) == ("", f"Watch posts arrive at {url}\nFaults: 1 5xx-before\n")
    assert (tmp_path / "b.db").exists()


def test_a_port_that_is_taken() -> None:
    """Exit 1, one line with the port and a fix, no traceback."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(cli, ["sandbox", "--port", str(port)])
    assert result.exit_code == 1
    assert result.output == f"Error: Port {port} cannot be used: Address already in use. --port 0 takes a free one.\n"


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    """Exit 1, and the file stays as it was."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database, " * 100)
    result = CliRunner().invoke(cli, ["sandbox", "--db", str(file)])
    assert result.exit_code == 1
    assert result.output == f"Error: {file} cannot keep the account: file is not a database\n"
    assert file.read_text() == "not a database, " * 100


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--fixture", "/nowhere.json"], 1, "The account cannot be loaded: cannot read /nowhere.json"),
        (["--db", "/nowhere/b.db"], 1, "/nowhere/b.db cannot keep the account: unable to open database file"),
        (["--faults", "bogus"], 2, "'bogus' is no kind of fault"),
        (["--rate-limit", "gold"], 2, "'gold' is not one of"),
    ],
)
def test_what_cannot_be_used(arguments: list[str], code: int, message: str) -> None:
    """A message, exit 1 for a missing file and click's usage error (64 in the end) for an invalid option."""
    result = CliRunner().invoke(cli, ["sandbox", *arguments])
    assert result.exit_code == code
    assert message in result.output
    assert "Traceback" not in result.output
