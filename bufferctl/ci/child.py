"""bufferctl as a child process, without the forge's tokens; what it prints shows in the log as it comes.

Only git gets the token, as configuration in the environment, where no list of processes and no file shows it.
"""

from __future__ import annotations

import base64
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import FrameType

from bufferctl.ci.log import pass_on
from bufferctl.git import environment_without_secrets, git
from bufferctl.machine import hearing
from bufferctl.value import value

#: The one secret that bufferctl needs.
_KEY = "BUFFER_API_KEY"


@value()
class Ran:
    """The exit code of a command, and what it printed to stdout and stderr, without annotations."""

    code: int
    printed: str


#: Runs a command: the folder, the arguments, the environment, and what takes each line of its output; the exit code.
Program = Callable[[Path, Sequence[str], Mapping[str, str], Callable[[str], None]], int]


def child(folder: Path, arguments: Sequence[str], environment: Mapping[str, str], take: Callable[[str], None]) -> int:
    """Run bufferctl as a child process in `folder`; `take` gets each line as it comes. Returns the exit code."""
    process = subprocess.Popen(  # no shell in between, so that signals reach it
        [sys.executable, "-I", "-m", "bufferctl", *arguments],  # -I: nothing in the folder is ever imported
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    with process, forwarding_signals(process):
        for line in process.stdout or ():
            take(line)
        return process.wait()


def bufferctl(
    folder: Path,
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    program: Program = child,
    without: str = "",
) -> Ran:
    """Run a command in `folder`, with the key but without the forge's tokens.

    Lines that begin with `without`, unless it is empty, are left out of the log and of the result.
    """
    printed: list[str] = []

    def take(line: str) -> None:
        if without and line.startswith(without):
            return
        pass_on(line)
        if not line.startswith("::"):  # annotations are for GitHub's log
            printed.append(line)

    key = {_KEY: environment[_KEY]} if _KEY in environment else {}
    code = program(folder, arguments, {**environment_without_secrets(environment), **key}, take)
    return Ran(code, "".join(printed))


def forwarding_signals(process: subprocess.Popen[str], platform: str = sys.platform) -> AbstractContextManager[None]:
    """Forward the signals of a cancelled job, so that bufferctl records what it did and this process saves it.

    On Windows the console gives them to both, and sending one would end bufferctl at once.
    """

    def forward(number: int, _frame: FrameType | None) -> None:
        if platform != "win32":
            process.send_signal(number)

    return hearing(forward)


def git_access(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Variables with which git reads and writes repositories of this job's forge; none without a token.

    They replace the credentials that the checkout left in the configuration of the repository in `folder`.
    """
    server, login = _login(environment)
    if not login or not server.startswith(("https://", "http://")):
        return {}
    secret = base64.b64encode(login.encode()).decode()
    header = f"http.{server}/.extraheader"
    entries = [(header, ""), (header, f"Authorization: Basic {secret}")]  # the first one drops what was set before
    url = git(folder, "config", "--get", "remote.origin.url", environment=environment).stdout.strip()
    scheme, _, host = server.partition("://")
    if url.startswith(f"{scheme}://") and url.partition("@")[2].startswith(f"{host}/"):  # GitLab puts its token there
        entries.append((f"url.{server}/.insteadOf", f"{url.partition('@')[0]}@{host}/"))
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(count + len(entries))}
    for number, (key, setting) in enumerate(entries, count):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": setting}
    return variables


def _login(environment: Mapping[str, str]) -> tuple[str, str]:
    """The address of the server, and `user:token`; the latter empty without a token."""
    if environment.get("GITLAB_CI") and not environment.get("GITHUB_ACTIONS"):  # in the order of `connect`
        server, own, job = (environment.get(each, "") for each in ("CI_SERVER_URL", "GITLAB_TOKEN", "CI_JOB_TOKEN"))
        user, token = ("oauth2", own) if own else ("gitlab-ci-token", job)
    else:
        server, token = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_TOKEN", "")
        user = "x-access-token"
    return server.rstrip("/"), f"{user}:{token}" if token else ""
