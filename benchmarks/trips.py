"""Counts what a command waits for: requests to Buffer, and requests and connections to where the state is.

As a script it prints, for each round trip in milliseconds that it is given, a line for each command: its name, the
requests and connections to Buffer, those to the host of the state, and its wall time in seconds.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import corpus
from buffer import account
from gate import Gate, gate
from measure import BUFFERCTL, environment, measured

_APPLY = (*BUFFERCTL, "apply", "--auto-approve", "--settle", "0")
_PLAN = (*BUFFERCTL, "plan")
#: Ids of the sandbox's account, for files that name them.
_IDS = {"Acme": "66a000000000000000000100"}
_ANN = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@acme.example"}
_GIT = {**_ANN, "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@acme.example"}


class Place:
    """A project, the gate to its Buffer, and the gate to its state, if that is elsewhere."""

    def __init__(self, folder: Path, buffer: Gate, state: Gate | None = None) -> None:
        self.folder, self.buffer, self.state = folder, buffer, state
        self.env = {
            **environment(folder.parent / f"{folder.name}-home"),
            **_GIT,
            "BUFFER_API_URL": buffer.url,
            "BUFFER_API_KEY": "sandbox",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "AWS_ACCESS_KEY_ID": "k",
            "AWS_SECRET_ACCESS_KEY": "s",
            "AWS_REGION": "us-east-1",
        }

    def run(self, name: str, command: Sequence[str], code: int = 0) -> None:
        """Run a command and print what it took."""
        self.buffer.taken()
        if self.state:
            self.state.taken()
        wall = measured(command, self.env, self.folder, code=code).wall
        counts = [*self.buffer.taken(), *(self.state.taken() if self.state else (0, 0))]
        print(name, *counts, f"{wall:.3f}", sep="\t", flush=True)

    def write(self, number: int, head: str = "") -> None:
        """Declare so many posts. `head`: more lines of the root file."""
        corpus.write_news(self.folder, number)
        if head:
            root = self.folder / "buffer.yaml"
            root.write_text(root.read_text(encoding="utf-8").replace("organizations:\n", f"{head}organizations:\n", 1))

    def git(self, *arguments: str) -> None:
        """Run git in the project."""
        subprocess.run(["git", *arguments], cwd=self.folder, env=self.env, check=True, capture_output=True)


@contextmanager
def _buffer(seconds: float) -> Iterator[Gate]:
    from bufferctl.sandbox import Sandbox

    with Sandbox(account()) as sandbox, gate(urlsplit(sandbox.url).port or 0, seconds) as found:
        yield found


def _local(scratch: Path, seconds: float) -> None:
    """The commands of a project whose state is a file."""
    for number in (1, 30, 115, 1000):
        with _buffer(seconds) as buffer:
            place = Place(scratch / f"new-{number}", buffer)
            place.write(number)
            if number == 1:
                place.run("first plan", _PLAN)
                place.write(number)
                root = place.folder / "buffer.yaml"
                text = root.read_text(encoding="utf-8")
                root.write_text(text.replace("- name: Acme\n", f"- name: Acme\n    id: {_IDS['Acme']}\n"))
                place.run("first plan, ids", _PLAN)
                root.write_text(text)
            place.run(f"first apply of {number}", _APPLY)
            if number > 1:
                continue
            place.run("plan", _PLAN)
            place.run("drift", (*BUFFERCTL, "drift"))
            place.run("list --live", (*BUFFERCTL, "list", "--live"))
            place.run("apply of nothing", _APPLY)
            place.write(2)
            place.run("apply of 1", _APPLY)


def _shared(name: str, place: Place, head: str) -> None:
    """The same where the state is elsewhere."""
    place.write(1, head)
    place.git("init", "--quiet")
    if place.state and name == "git":
        place.git("remote", "add", "origin", f"{place.state.url}/acme.git")
    place.git("add", "buffer.yaml")
    place.git("commit", "--quiet", "--message", "Begin")
    place.run(f"{name}: first apply", _APPLY)
    place.run(f"{name}: plan", _PLAN)
    place.run(f"{name}: apply of nothing", _APPLY)
    place.write(2, head)
    place.git("commit", "--quiet", "--all", "--message", "Add")
    place.run(f"{name}: apply of 1", _APPLY)
    root = place.folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace("News 1.", "News, 1."), encoding="utf-8")
    place.git("commit", "--quiet", "--all", "--message", "Edit")
    place.run(f"{name}: apply of an edit", _APPLY)


def _on_git(scratch: Path, seconds: float) -> None:
    from tests.stores import git

    git.remote(scratch / "remotes" / "acme.git")
    with (
        git.served(scratch / "remotes") as server,
        _buffer(seconds) as buffer,
        gate(urlsplit(server.address).port or 0, seconds) as state,
    ):
        (scratch / "on-git").mkdir()
        _shared("git", Place(scratch / "on-git", buffer, state), "state: git\n")


def _in_bucket(scratch: Path, seconds: float) -> None:
    from tests.stores import buckets

    with ExitStack() as stack:
        server = stack.enter_context(buckets.google())
        buffer = stack.enter_context(_buffer(seconds))
        state = stack.enter_context(gate(urlsplit(server.address).port or 0, seconds))
        (scratch / "in-bucket").mkdir()
        where = f'state: {{store: "gs://acme-state/social", endpoint: "{state.url}"}}\n'
        _shared("bucket", Place(scratch / "in-bucket", buffer, state), where)


def main(latencies: Sequence[str]) -> None:
    """Measure with each round trip, in milliseconds."""
    for latency in latencies:
        scratch = Path(tempfile.mkdtemp())
        try:
            print(f"# {latency}", flush=True)
            for each in (_local, _on_git, _in_bucket):
                each(scratch, int(latency) / 1000)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
