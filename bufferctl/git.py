"""git as a child process, whose environment holds neither the API key nor a forge's token."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

#: What only bufferctl itself may read. A program that it starts (git, its hooks and helpers) has no use for them.
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


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a child process: everything but the key and the tokens."""
    return {name: value for name, value in environment.items() if name not in SECRETS}


def git(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None, timeout: float | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a git command in `folder` and return its exit code and what it printed; it never asks for a password.

    `environment`: by default this process's; secrets are taken out. `timeout` in seconds. Raises OSError where there
    is no git, subprocess.TimeoutExpired.
    """
    given = without_secrets(os.environ if environment is None else environment)
    return subprocess.run(  # noqa: S603 - arguments are ours, and no shell reads them
        ["git", "-C", str(folder), *arguments],  # noqa: S607 - the user's git, wherever it is
        env={**given, "GIT_TERMINAL_PROMPT": "0"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=timeout,
    )
