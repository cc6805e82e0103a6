"""`validate` of 10,000 posts against PyYAML's CSafeLoader on the same file: at most 0.8 times its time, and 150 MiB.

Each is a process of its own: ours whole, start-up included, theirs the parse alone; best of several in turn, so that a
busy machine is busy for both.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

POSTS, ROUNDS = 10_000, 5
LIMIT, MEMORY_LIMIT = 0.8, 150
_PYYAML = """
import sys, time, yaml
data = open(sys.argv[1], "rb").read()
start = time.perf_counter()
yaml.load(data, yaml.CSafeLoader)
print(time.perf_counter() - start)
"""
_VALIDATE = "from bufferctl.cli import main; main()"
_ROOT = Path(__file__).parents[1]


def pyyaml(root: Path) -> float:
    """Seconds to parse, imports apart."""
    return float(
        subprocess.run([sys.executable, "-c", _PYYAML, root], capture_output=True, check=True, text=True).stdout
    )


def validate(root: Path) -> float:
    """Seconds of the whole process."""
    start = time.perf_counter()
    command = [sys.executable, "-c", _VALIDATE, "validate", "-f", str(root)]
    subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(_ROOT)})
    return time.perf_counter() - start


def main() -> int:
    """Measure and print; 1 where a limit is not held."""
    with tempfile.TemporaryDirectory() as folder:
        root = corpus.write(Path(folder), POSTS)
        size = root.stat().st_size / 1e6
        validate(root)  # writes .pyc files, where there are none yet
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        ours, theirs = (
            min(times) for times in zip(*((validate(root), pyyaml(root)) for _ in range(ROUNDS)), strict=True)
        )
    ratio = ours / theirs
    times = f"{ours:.2f} s, {ratio:.2f} times PyYAML's {theirs:.2f} s (limit {LIMIT})"
    print(f"validate, {POSTS:,} posts ({size:.1f} MB): {times}")
    print(f"validate, memory: {memory:.0f} MiB (limit {MEMORY_LIMIT})")
    return int(ratio > LIMIT or memory > MEMORY_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
