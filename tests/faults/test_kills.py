"""kill -9 of the real process at random instants: running again creates each post exactly once."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from bufferctl.sandbox import RequestRecord, Sandbox

POSTS = 600
KILLS = 10


def declare(folder: Path) -> None:
    """Write a buffer.yaml with 600 queue posts, which are twenty batches; every tenth has the same text."""
    lines = ["version: 1", "organizations:", "  - name: Acme", "    channels:", "      - service: twitter"]
    lines += ["        name: acme", "        posts:"]
    for number in range(POSTS):
        lines.append(f"          - {{key: post-{number}, text: '{text(number)}'}}")
    (folder / "buffer.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def text(number: int) -> str:
    """The text of a post."""
    return "Good morning" if number % 10 == 0 else f"Post {number}"


class Arrivals(list[RequestRecord]):
    """The sandbox's list of requests, with a signal for each new one."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Condition()

    def append(self, seen: RequestRecord) -> None:
        """Add a request that has arrived and is not answered yet."""
        with self.came:
            super().append(seen)
            self.came.notify_all()

    def wait_for(self, number: int) -> None:
        """Return once this many have arrived, or none has for a while (the run has ended)."""
        with self.came:
            self.came.wait_for(lambda: len(self) >= number, timeout=5)


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start an apply that prints to a file, since an unread pipe would block it before it sends."""
    command = [sys.executable, "-m", "bufferctl", "apply", "--auto-approve", "--settle", "0"]
    with printed(folder).open("wb") as log:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
        )


def printed(folder: Path) -> Path:
    """The output of the last apply."""
    return folder.with_name("printed.txt")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random(tmp_path: Path, seed: int) -> None:
    """Each post exactly once after ten kills; for odd seeds with `.bufferctl` deleted between the runs."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    folder = tmp_path / "project"
    folder.mkdir()
    declare(folder)
    arrivals = Arrivals()
    cut_off = 0
    with Sandbox() as sandbox:
        sandbox.service.requests = arrivals
        environment = {
            **os.environ,
            "BUFFER_API_URL": sandbox.url,
            "BUFFER_API_KEY": sandbox.key,
            "XDG_STATE_HOME": str(tmp_path / "state-home"),
        }
        for _ in range(KILLS):
            process = start(folder, environment)
            arrivals.wait_for(len(arrivals) + chance.randint(1, 7))
            with suppress(subprocess.TimeoutExpired):  # a slightly different moment: before the answer, or after it
                process.wait(timeout=chance.uniform(0, 0.03))
            process.kill()
            process.wait()
            cut_off += any((tmp_path / "state-home").rglob("*.journal"))
            if seed % 2:
                shutil.rmtree(folder / ".bufferctl", ignore_errors=True)
        assert cut_off, "no kill struck while something was being sent"
        last = start(folder, environment)
        assert last.wait() == 0, printed(folder).read_text(encoding="utf-8")
        assert Counter(str(post["text"]) for post in sandbox.posts()) == Counter(text(n) for n in range(POSTS))
        state = json.loads((folder / ".bufferctl" / "state.json").read_text(encoding="utf-8"))
        homes = [home for o in state["organizations"].values() for home in o.values()]
        ids = [b["id"] for home in homes for b in home.get("objects", {}).values()]
        assert sorted(ids) == sorted(post["id"] for post in sandbox.posts())
