"""What a release would hand out: the source distribution and the wheel, installed on each Python of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from contextlib import chdir
from pathlib import Path

import pytest
from hatchling.build import build_sdist, build_wheel

from bufferctl import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
VERSIONS = re.findall(r"Python :: (3\.\d+)'", str(PROJECT["classifiers"]))


def pythons() -> dict[str, Path]:
    """Each Python of this machine that a release is for, by its version."""
    places = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")]
    found = {}
    for version in VERSIONS:
        there = [python for place in places for python in sorted(place.glob(f"{version}.*/bin/python"))]
        named = shutil.which(f"python{version}")
        for python in [*there, *([Path(named)] if named else [])]:
            ran = subprocess.run([python, "-c", "pass"], capture_output=True, check=False)  # a shim may have no version
            if ran.returncode == 0:
                found[version] = python
                break
    return found


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The source distribution, and the wheel that is built from it, outside of the checkout."""
    folder = tmp_path_factory.mktemp("dist")
    with chdir(ROOT):
        source = folder / build_sdist(str(folder))
    with tarfile.open(source) as packed:
        packed.extractall(folder, filter="data")
    with chdir(folder / source.name.removesuffix(".tar.gz")):
        wheel = folder / build_wheel(str(folder))
    return {"sdist": source, "wheel": wheel}


def test_what_the_source_distribution_holds(distributions: dict[str, Path]) -> None:
    """The package, and what describes it; no tests, and nothing that lies about in the checkout."""
    with tarfile.open(distributions["sdist"]) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    beside = {name for name in names if not name.startswith("bufferctl/")}
    assert beside == {"CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", "pyproject.toml", ".gitignore"}
    assert "bufferctl/sandbox/schema.graphql" in names


def test_the_metadata_is_for_strangers() -> None:
    """Pages to go to, the systems and Pythons that it is tested on, and the newest Python of the tests."""
    assert set(PROJECT["urls"]) == {"Documentation", "Source", "Issues", "Changelog"}
    assert {each.partition(" :: ")[2] for each in PROJECT["classifiers"] if each.startswith("Operating System")} == {
        "MacOS", "Microsoft :: Windows", "POSIX :: Linux",
    }  # fmt: skip
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"


@pytest.mark.long
@pytest.mark.timeout(900)  # it downloads
@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("version", pythons())
def test_it_installs(version: str, kind: str, distributions: dict[str, Path], tmp_path: Path) -> None:
    """In a fresh environment: it tells its version, has every room, and checks an example."""
    uv, python = Path(sys.executable).with_name("uv"), tmp_path / "environment" / "bin" / "python"
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    source = f"bufferctl[sandbox,remote] @ {distributions[kind].as_uri()}"
    commands: tuple[list[str | Path], ...] = (
        [uv, "venv", "--quiet", "--python", pythons()[version], tmp_path / "environment"],
        [uv, "pip", "install", "--quiet", "--python", python, source],
    )
    for command in commands:
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
    program = python.with_name("bufferctl")
    ran = subprocess.run([program, "--version"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout == f"bufferctl {__version__}\n", ran.stderr
    rooms = sorted(path.parent.name for path in (ROOT / "bufferctl").glob("*/__init__.py"))
    load = f"import {', '.join(f'bufferctl.{room}' for room in rooms)}, sys; print(sys.version)"
    ran = subprocess.run([python, "-I", "-c", load], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.stdout.startswith(f"{version}."), ran.stderr
    shutil.copy(ROOT / "examples" / "quick-start" / "buffer.yaml", tmp_path)
    ran = subprocess.run([program, "validate"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
