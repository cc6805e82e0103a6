"""Runs git as a child process, without the API key or a forge's token in its environment.

Names of remotes and commits come from files that anybody may propose. So they have a form that no option has, and git
gets them as operands, behind `--end-of-options`. Files in the checkout never act as a hook, a monitor or the
configuration of a repository, and git contacts nobody unless the call names the protocols. git runs in its own session,
so only bufferctl receives Ctrl-C and decides what to finish first.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PureWindowsPath

#: The id of a commit.
COMMIT = "[0-9a-f]{40}([0-9a-f]{24})?"
_USER, _HOST = r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", r"([A-Za-z0-9][^\s/@:]*|\[[0-9A-Fa-f:.]+\])"
_PLACE = rf"{_HOST}(:[0-9]+)?(/\S*)?"
_REMOTE_NAME = "[A-Za-z0-9_][A-Za-z0-9_./-]*"
_REMOTE_URL = rf"https://([^\s/@-][^\s/@]*@)?{_PLACE}|ssh://({_USER}@)?{_PLACE}|{_USER}@{_HOST}:[^\s-]\S*"
#: A remote: the name of one that git has, or a URL. Neither a path nor a program.
REMOTE = f"({_REMOTE_NAME}|{_REMOTE_URL})"
#: What git prints is read here, so it has neither colors nor signatures, whatever the user likes to see.
_PLAIN = ("color.ui=false", "color.diff=false", "color.grep=false", "log.showSignature=false")
#: What only the user's own configuration may change, not files of the checkout. A fetch never starts a cleanup.
_SETTINGS = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "advice.graftFileDeprecated=false",  # of the empty one below
    *_PLAIN,
)
#: A diff as git makes it, without the user's own programs for files of some kind, and in its own order.
DIFF = ("diff", "--no-ext-diff", "--no-textconv", f"-O{os.devnull}")
#: How two commits differ, whatever is configured for diffs: unlike `diff`, it reads none of these settings.
DIFF_OF_COMMITS = ("diff-tree", "-r", "--no-renames", "-z")
#: git's variables that name another repository, where bufferctl runs in a hook or an alias of git, or that change how
#: files are named and shown.
_FOREIGN = re.compile(
    r"GIT_(DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|PREFIX|NAMESPACE"
    r"|SHALLOW_FILE|QUARANTINE_PATH|REPLACE_REF_BASE|GRAFT_FILE|CONFIG|CONFIG_PARAMETERS|ATTR_SOURCE|DIFF_OPTS"
    r"|EXTERNAL_DIFF|(GLOB|NOGLOB|ICASE)_PATHSPECS)"
)
#: What git does here, whoever runs it: no question, no pattern, and each commit as it is, though another was put in its
#: place on this machine alone.
_FIXED = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
}
_SCHEME = re.compile(r"([A-Za-z0-9][A-Za-z0-9+.-]*)(://|::)")

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


def environment_of_others(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a program that is not git: also without git's settings, where CI has the forge's token."""
    without = environment_without_secrets(environment)
    return {name: value for name, value in without.items() if not name.startswith("GIT_CONFIG_")}


def git(
    folder: Path,
    *options: str,
    operands: Sequence[str] = (),
    protocols: str = "",
    environment: Mapping[str, str] | None = None,
    repository: Path | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a git command in `folder` and return its exit code and output as text; otherwise like `git_bytes`."""
    ran = git_bytes(
        folder,
        *options,
        operands=operands,
        protocols=protocols,
        environment=environment,
        repository=repository,
        timeout=timeout,
    )
    texts = (ran.stdout.decode(errors="replace"), ran.stderr.decode(errors="replace"))
    return subprocess.CompletedProcess(ran.args, ran.returncode, *texts)


def git_bytes(
    folder: Path,
    *options: str,
    operands: Sequence[str] = (),
    protocols: str = "",
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    repository: Path | None = None,
    timeout: float | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a git command in `folder` and return its exit code and output; it never asks for a password.

    `options` are the command and its options, none of them from a file. `operands` are the rest, which git never reads
    as options. `protocols` are those that it may use, from `protocols_of`; without any it stays on this machine. `data`
    is its standard input. `environment` is this process's by default; secrets are removed, and what names another
    repository than that of `folder`, or than `repository`. `timeout` is in seconds. Raises OSError if git is not
    installed, subprocess.TimeoutExpired.
    """
    inherited = environment_without_secrets(os.environ if environment is None else environment)
    given = {name: value for name, value in inherited.items() if not _FOREIGN.fullmatch(name)} | _FIXED
    if repository:
        given["GIT_DIR"] = str(repository)
    settings = [part for each in _SETTINGS for part in ("-c", each)]
    guarded = ["--end-of-options", *operands] if operands else []
    command = ["git", "-C", str(folder), *settings, *options, *guarded]
    with subprocess.Popen(  # noqa: S603 - arguments are ours, and no shell reads them
        command,
        env={**given, "GIT_ALLOW_PROTOCOL": protocols},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # the same on Windows
    ) as process:
        try:
            stdout, stderr = process.communicate(data, timeout)
        except BaseException:
            _kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


def protocols_of(folder: Path, remote: str, environment: Mapping[str, str] | None = None) -> str:
    """The protocols that git needs to reach `remote` from the repository in `folder`; empty if it has no such remote.

    A remote that git has may use the protocols of its own URLs, also a path on this machine. A URL in a file may only
    use https and ssh, or the protocol from the user's own `insteadOf`. Raises OSError if git is not installed.
    """
    if not re.fullmatch(REMOTE, remote):
        return ""
    if re.fullmatch(_REMOTE_NAME, remote):
        listed = git(folder, "remote", "--verbose", environment=environment).stdout
        urls = re.findall(rf"^{re.escape(remote)}\t(.*) \((?:fetch|push)\)", listed, re.MULTILINE)
        return protocols_in(urls)
    meant = git(folder, "ls-remote", "--get-url", operands=[remote], environment=environment).stdout  # contacts nobody
    return ":".join(sorted({"https", "ssh", *(_protocol(url, sys.platform) for url in meant.splitlines())}))


def protocols_in(urls: Iterable[str], platform: str = sys.platform) -> str:
    """The protocols of URLs, as `protocols_of` has them."""
    return ":".join(sorted({_protocol(url, platform) for url in urls}))


def in_git(path: str) -> bool:
    """Whether a pattern or a path names git's own files, which may contain keys and other people's work.

    All spellings that Windows accepts for that name count, too.
    """
    return re.search(r"(?:^|[/\\])(?:\.git[. ]*|git~1)(?:[/\\]|\Z)", path.casefold()) is not None


def leaves_folder(path: str) -> bool:
    """Whether a pattern or a path points out of the folder that it starts from, on any system."""
    parts = re.split(r"[/\\]", path)
    return path.startswith(("/", "\\")) or ".." in parts or any(PureWindowsPath(part).drive for part in parts)


def _protocol(url: str, platform: str) -> str:
    """The protocol of a URL as git reads it: `host:path` is ssh, unless a slash comes first, or it is a drive."""
    if found := _SCHEME.match(url):
        return found[1]
    if platform == "win32" and PureWindowsPath(url).drive:
        return "file"
    return "ssh" if ":" in url.partition("/")[0] else "file"


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill git and the programs it started (ssh, helpers), which would otherwise keep its pipes open."""
    if sys.platform == "win32":
        tree = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(tree, check=False, capture_output=True)  # noqa: S603 - Windows has no groups to kill
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
