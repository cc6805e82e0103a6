"""Runs git as a child process, without the API key or a forge's token in its environment.

git runs in its own session, so only bufferctl receives Ctrl-C and decides what to finish first.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

#: Variables that only bufferctl itself may read. The programs it starts (git, its hooks and helpers) do not need them.
SECRETS = frozenset(
    {
        "BUFFER_API_KEY",
        "GITHUB_TOKEN",
        "GITLAB_TOKEN",
        "CI_JOB_TOKEN",
        "ACTIONS_RUNTIME_TOKEN",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    }
)


def environment_without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: everything but the key and the tokens."""
    return {name: value for name, value in environment.items() if name not in SECRETS}


def git(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a git command in `folder` and return its exit code and output as text; otherwise like `git_bytes`."""
    ran = git_bytes(folder, *arguments, environment=environment, timeout=timeout)
    texts = (ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace"))
    return subprocess.CompletedProcess(ran.args, ran.returncode, *texts)


def git_bytes(
    folder: Path,
    *arguments: str,
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a git command in `folder` and return its exit code and output; it never asks for a password.

    `data`: its standard input. `environment`: this process's by default; secrets are removed. `timeout` is in seconds.
    Raises OSError if git is not installed, subprocess.TimeoutExpired.
    """
    given = environment_without_secrets(os.environ if environment is None else environment)
    command = ["git", "-C", str(folder), *arguments]
    with subprocess.Popen(  # noqa: S603 - arguments are ours, and no shell reads them
        command,
        env={**given, "GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            stdout, stderr = process.communicate(data, timeout)
        except BaseException:
            _kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git and the programs it started (ssh, helpers), which would otherwise keep its pipes open."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
