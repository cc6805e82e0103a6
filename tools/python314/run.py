"""`make test-314`: the tests that need no compiled library but pydantic's, on CPython 3.14 (npm's pyodide, in node).

    python tools/python314/run.py FOLDER PYTHON [PYTEST-ARGS…]

`FOLDER` keeps what npm and pip fetch, both by the digests of their locks. `PYTHON` has pip.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import Requirement

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: Of pydantic there is a wheel for this Python. Of the others what is pure Python is used.
PLATFORMS = ("pyemscripten_2026_0_wasm32", "manylinux_2_28_x86_64", "manylinux2014_x86_64")
THERE = {
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "os_name": "posix",
}
#: Beside what bufferctl needs.
OF_TESTS = {"hypothesis", "iniconfig", "jsonschema", "jsonschema-specifications", "packaging", "pluggy", "pygments"}
OF_TESTS |= {"attrs", "pytest", "referencing", "sortedcontainers"}
#: Not for this Python, and not imported by what is tested.
LEFT_OUT = {"obstore", "hatchling", "pathspec", "trove-classifiers"}
TRIES = 3


def blocks(lock: Path) -> Iterator[tuple[Requirement, str]]:
    """The entries of a lock file, each with its lines."""
    lines: list[str] = []
    for line in [*lock.read_text(encoding="utf-8").splitlines(), "end"]:
        if not line.startswith((" ", "#")) and lines:
            yield Requirement(lines[0].removesuffix(" \\")), "\n".join(lines)
            lines = []
        if not line.startswith("#"):
            lines.append(line)


def requirements() -> str:
    """What pip installs, by hash, as it would be chosen on that Python."""
    chosen = {}
    for lock, wanted in (("requirements-run.lock", None), ("requirements-test.lock", OF_TESTS)):
        for requirement, text in blocks(ROOT / lock):
            if requirement.name in LEFT_OUT or (wanted and requirement.name not in wanted):
                continue
            marker = requirement.marker
            if marker is None or Marker(str(marker)).evaluate(THERE):
                first, _, hashes = text.partition("\n")
                chosen[requirement.name] = f"{first.partition(' ')[0]} \\\n{hashes}"
    if missing := OF_TESTS - chosen.keys():
        sys.exit(f"requirements-test.lock has no {', '.join(sorted(missing))}.")
    return "\n".join(chosen.values()) + "\n"


def fetch(command: Sequence[str], folder: Path) -> None:
    """Run what asks a registry; again after a while if that fails."""
    for number in range(1, TRIES + 1):
        ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - npm and pip
        if ran.returncode == 0:
            return
        print(f"{command[0]} failed ({number} of {TRIES}):\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}", file=sys.stderr)
        if number < TRIES:
            time.sleep(20 * number)
    sys.exit("Python 3.14 was not tried, because it or a library could not be fetched.")


def install(folder: Path, npm: str, python: str) -> None:
    """Fetch Python and the libraries, unless the folder has them."""
    listed = requirements()
    lock = (HERE / "package-lock.json").read_text(encoding="utf-8")
    digest = blake2b((listed + lock).encode(), digest_size=16).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    fetch([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
    (folder / "requirements.txt").write_text(listed, encoding="utf-8")
    platforms = [part for each in PLATFORMS for part in ("--platform", each)]
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action", "ignore", "--only-binary", ":all:"]
    version = ["--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "abi3"]
    wanted = ["--no-deps", "--ignore-requires-python", "--require-hashes", "--requirement", "requirements.txt"]
    fetch([python, "-m", "pip", "install", *options, *version, *platforms, *wanted, "--target", "python"], folder)
    stamp.write_text(digest, encoding="utf-8")


def main(folder: Path, python: str, args: Sequence[str]) -> int:
    """The exit code."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        sys.exit("Python 3.14 was not tried: it needs node 18 or newer, and npm (Debian: apt-get install npm).")
    install(folder, npm, python)
    return subprocess.run([node, HERE / "run.mjs", ROOT, folder, *args], check=False).returncode  # noqa: S603 - the tests


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3:]))
