"""`make soak`: 10,000 posts under mixed faults and kills; prints how many posts were duplicated or lost.

Runs the real program, in its own process, against the sandbox until an apply exits 0. Exits with 1 if any post is
duplicated or lost.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bufferctl.sandbox import Sandbox

FAULTS = (
    "cut-before=0.01,cut-after@mutation=0.03,cut-middle@mutation=0.03,late@mutation=0.02:500ms,lag@query=0.05:500ms,"
    "5xx=0.02,html-after@mutation=0.01,malformed-after@mutation=0.01,throw=0.001,unexpected=0.002,rest-proxy=0.002,"
    "missing-alias=0.001"
)
CHANNELS = {"twitter": "acme", "linkedin": "acme-inc", "mastodon": "acme", "threads": "acme"}
#: Seconds, longer than any fault above delays a write or a list.
SETTLE = "1"
MOST_RUNS = 2000


def main() -> int:
    """Run it; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kill-chance", type=float, default=0.7, help="how likely a run is killed, from 0 to 1")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Sandbox(faults=FAULTS, seed=given.seed) as sandbox:
        declared = declare(Path(folder), given.posts)
        runs, kills = apply_until_done(Path(folder), sandbox, random.Random(given.seed), given.kill_chance)  # noqa: S311 - repeatable, no secret
        found = Counter(str(post["text"]) for post in sandbox.posts())
    duplicates, lost = (found - declared).total(), (declared - found).total()
    print(f"runs       {runs}\nkills      {kills}")
    print(f"faults     {sum(sandbox.service.faults.counts.values())}  {sandbox.service.faults.counts}")
    print(f"declared   {declared.total()}\nduplicates {duplicates}\nlost       {lost}")
    return int(bool(duplicates or lost))


def declare(folder: Path, posts: int) -> Counter[str]:
    """Write a buffer.yaml with so many posts, one in fifty with the same text; returns the texts."""
    lines = ["version: 1", "organizations:", "  - name: Acme", "    channels:"]
    texts: Counter[str] = Counter()
    for place, (service, name) in enumerate(CHANNELS.items()):
        lines += [f"      - service: {service}", f"        name: {name}", "        posts:"]
        for number in range(place, posts, len(CHANNELS)):
            text = "Good morning" if number % 50 == 0 else f"Post {number}"
            texts[text] += 1
            lines.append(f"          - {{key: post-{number}, text: '{text}'}}")
    (folder / "buffer.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return texts


def apply_until_done(folder: Path, sandbox: Sandbox, chance: random.Random, kill_chance: float) -> tuple[int, int]:
    """Apply, killing some runs, until one exits 0; returns the number of runs and of kills."""
    command = [sys.executable, "-m", "bufferctl", "apply", "--auto-approve", "--settle", SETTLE, "--timeout", "10"]
    environment = {
        **os.environ,
        "BUFFER_API_URL": sandbox.url,
        "BUFFER_API_KEY": sandbox.key,
        "XDG_STATE_HOME": str(folder / "state-home"),
    }
    kills = 0
    for run in range(1, MOST_RUNS):
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        if chance.random() < kill_chance:
            killer = threading.Timer(chance.uniform(2, 40), process.kill)
            killer.start()
            out, _ = process.communicate()
            killer.cancel()
        else:
            out, _ = process.communicate()
        if process.returncode == 0:
            return run, kills
        kills += process.returncode < 0
        with suppress(UnicodeDecodeError):
            last = out.decode().strip().splitlines()
            print(
                f"run {run}: exit {process.returncode}, {len(sandbox.posts())} posts there; {last[-1:]}",
                file=sys.stderr,
            )
    raise SystemExit(f"not done after {MOST_RUNS} runs")


if __name__ == "__main__":
    sys.exit(main())
