"""The forge's token as git's configuration in the environment, where no list of processes and no file shows it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path

from bufferctl.git import git


def git_access(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Variables with which git reads and writes repositories of this job's forge; none without a token.

    They take the place of what the checkout left in the configuration of the repository in `folder`.
    """
    server, login = _login(environment)
    if not login or not server.startswith(("https://", "http://")):
        return {}
    secret = base64.b64encode(login.encode()).decode()
    header = f"http.{server}/.extraheader"
    entries = [(header, ""), (header, f"Authorization: Basic {secret}")]  # the first one drops what was set before
    url = git(folder, "config", "remote.origin.url", environment=environment).stdout.strip()
    scheme, _, host = server.partition("://")
    if url.startswith(f"{scheme}://") and url.partition("@")[2].startswith(f"{host}/"):  # GitLab puts its token there
        entries.append((f"url.{server}/.insteadOf", f"{url.partition('@')[0]}@{host}/"))
    count = int(environment.get("GIT_CONFIG_COUNT") or 0)
    variables = {"GIT_CONFIG_COUNT": str(count + len(entries))}
    for number, (key, value) in enumerate(entries, count):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables


def _login(environment: Mapping[str, str]) -> tuple[str, str]:
    """The address of the server, and `user:token`; the latter empty without a token."""
    if environment.get("GITLAB_CI"):
        server, own, job = (environment.get(each, "") for each in ("CI_SERVER_URL", "GITLAB_TOKEN", "CI_JOB_TOKEN"))
        return server.rstrip("/"), f"oauth2:{own}" if own else f"gitlab-ci-token:{job}" if job else ""
    token = environment.get("GITHUB_TOKEN", "")
    return environment.get("GITHUB_SERVER_URL", "").rstrip("/"), f"x-access-token:{token}" if token else ""
