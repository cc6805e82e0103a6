"""kill -9 of the real process at random instants: running again brings each post into being exactly once."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from bufferctl.sandbox import Sandbox

POSTS = 300
KILLS = 10
#: How much longer than a plan a run may live, in seconds: long enough for the last batch.
LONGEST = 0.8


def declare(folder: Path) -> None:
    """300 posts in a queue, ten batches, every tenth text the same."""
    lines = ["version: 1", "organizations:", "  - name: Acme", "    channels:", "      - service: twitter"]
    lines += ["        name: acme", "        posts:"]
    for number in range(POSTS):
        lines.append(f"          - {{key: post-{number}, text: '{text(number)}'}}")
    (folder / "buffer.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def text(number: int) -> str:
    """What a post says."""
    return "Good morning" if number % 10 == 0 else f"Post {number}"


def time_to_plan(folder: Path, environment: dict[str, str]) -> float:
    """How many seconds a plan takes on this machine: about when an apply begins to write."""
    started = time.monotonic()
    command = [sys.executable, "-m", "bufferctl", "plan"]
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - started


def apply(folder: Path, environment: dict[str, str], kill_after: float | None) -> int | None:
    """Apply in a process of its own; its exit code, None where it was killed."""
    command = [sys.executable, "-m", "bufferctl", "apply", "--auto-approve", "--settle", "0"]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        out, _ = process.communicate(timeout=kill_after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return None
    assert process.returncode in {0, 1, 5}, out.decode()
    return process.returncode


@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(10))
def test_killed_at_random(tmp_path: Path, seed: int) -> None:
    """Exactly once after at least ten kills, in every second sequence with `.bufferctl` deleted between the runs."""
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    folder = tmp_path / "project"
    folder.mkdir()
    declare(folder)
    kills = cut_off = 0
    with Sandbox() as sandbox:
        environment = {
            **os.environ,
            "BUFFER_API_URL": sandbox.url,
            "BUFFER_API_KEY": sandbox.key,
            "XDG_STATE_HOME": str(tmp_path / "state-home"),
        }
        start = time_to_plan(folder, environment)
        while kills < KILLS:
            if apply(folder, environment, chance.uniform(start / 2, start + LONGEST)) is None:
                kills += 1
                cut_off += any((tmp_path / "state-home").rglob("*.journal"))
            if seed % 2:
                shutil.rmtree(folder / ".bufferctl", ignore_errors=True)
        assert cut_off, "no kill struck while something was being sent"
        assert apply(folder, environment, None) == 0
        assert Counter(str(post["text"]) for post in sandbox.posts()) == Counter(text(n) for n in range(POSTS))
        state = json.loads((folder / ".bufferctl" / "state.json").read_text(encoding="utf-8"))
        ids = [b["id"] for o in state["organizations"].values() for c in o.values() for b in c.values()]
        assert sorted(ids) == sorted(post["id"] for post in sandbox.posts())
