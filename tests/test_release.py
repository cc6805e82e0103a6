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
from bufferctl.ci.setup import EXAMPLES
from tests.sources import files

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
    this = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {this: Path(sys.executable), **found}


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
    """The package, what `init --ci` writes, and what describes it; no tests, and nothing that lies about."""
    with tarfile.open(distributions["sdist"]) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    beside = {name for name in names if not name.startswith("bufferctl/")}
    examples = {f"examples/{each}" for paths in EXAMPLES.values() for _, each in paths}
    assert beside - examples == {"CHANGELOG.md", "LICENSE", "README.md", "PKG-INFO", "pyproject.toml", ".gitignore"}
    assert examples <= beside
    assert "bufferctl/sandbox/schema.graphql" in names


def test_the_metadata_is_for_strangers() -> None:
    """Pages to go to, the systems and Pythons that it is tested on, and the newest Python of the tests."""
    assert set(PROJECT["urls"]) == {"Documentation", "Source", "Issues", "Changelog"}
    assert {each.partition(" :: ")[2] for each in PROJECT["classifiers"] if each.startswith("Operating System")} == {
        "MacOS", "Microsoft :: Windows", "POSIX :: Linux",
    }  # fmt: skip
    assert PROJECT["requires-python"] == f">={VERSIONS[0]}"


def run(command: list[str | Path], folder: Path, environment: dict[str, str]) -> str:
    """What it prints; it must not fail."""
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="session")
def installers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with uv and pipx."""
    folder = tmp_path_factory.mktemp("installers")
    uv = Path(sys.executable).with_name("uv")
    (folder / "uv").symlink_to(uv)
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder)}
    run([uv, "tool", "install", "--quiet", "pipx"], folder, {**os.environ, **places})
    return folder


#: Where it is until it is on PyPI.
SOURCE = "git+https://github.com/bufferctl/bufferctl"


def install_lines(page: str) -> list[str]:
    """What a page has people type to install it, one after the other."""
    fenced = (ROOT / page).read_text(encoding="utf-8").split("```")[1::2]
    blocks = [each.partition("\n")[2].splitlines() for each in fenced if f" install {SOURCE}" in each]
    return [line for block in blocks for line in block]


def test_the_pages_show_the_same_ways_to_install() -> None:
    """With pipx and uv in README, and also with pip where all ways are."""
    short, long = install_lines("README.md"), install_lines("docs/start/install.md")
    assert short == [f"pipx install {SOURCE}", f"uv tool install {SOURCE}"]
    assert [line for line in long if line not in short] == [
        "python3 -m venv ~/.bufferctl",
        f"~/.bufferctl/bin/pip install {SOURCE}",
        "~/.bufferctl/bin/bufferctl --version",
    ]


@pytest.mark.long
@pytest.mark.parametrize("version", pythons())
@pytest.mark.parametrize(
    ("lines", "kind", "program"),
    [
        ([f"pipx install {SOURCE}"], "wheel", ".local/bin/bufferctl"),
        ([f"uv tool install {SOURCE}"], "wheel", ".local/bin/bufferctl"),
        ([f"uv tool install 'bufferctl[remote] @ {SOURCE}'"], "sdist", ".local/bin/bufferctl"),
        (install_lines("docs/start/install.md")[2:], "wheel", ".bufferctl/bin/bufferctl"),
    ],
    ids=["pipx", "uv", "uv-remote-sdist", "pip"],
)
def test_it_installs_as_the_pages_say(
    lines: list[str],
    kind: str,
    program: str,
    version: str,
    distributions: dict[str, Path],
    installers: Path,
    tmp_path: Path,
) -> None:
    """In a new home: it tells its version, has every room, and checks an example. The repository is a folder here."""
    python, offered = pythons()[version], tmp_path / "offered"
    offered.mkdir()
    shutil.copy(distributions[kind], offered)
    shims = tmp_path / "shims"
    shims.mkdir()
    (shims / "python3").symlink_to(python)
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": os.pathsep.join([str(shims), str(installers), os.environ["PATH"]]),
        "PYTHONDONTWRITEBYTECODE": "1",
        **dict.fromkeys(("PIP_FIND_LINKS", "UV_FIND_LINKS"), str(offered)),  # as if it were on PyPI
        **dict.fromkeys(("PIPX_DEFAULT_PYTHON", "UV_PYTHON"), str(python)),
    }
    for name in ("XDG_BIN_HOME", "XDG_DATA_HOME", "PIPX_HOME", "PIPX_BIN_DIR", "UV_TOOL_DIR", "UV_TOOL_BIN_DIR"):
        environment.pop(name, None)
    typed = "\n".join(lines).replace(f" @ {SOURCE}", "").replace(SOURCE, "bufferctl")
    run(["sh", "-euc", typed], tmp_path, environment)
    installed = tmp_path / program
    assert run([installed, "--version"], tmp_path, environment) == f"bufferctl {__version__}\n"
    package = ROOT / "bufferctl"
    rooms = sorted(path.parent.name for path in files("bufferctl", "__init__.py") if path.parent.parent == package)
    load = f"import {', '.join(f'bufferctl.{room}' for room in rooms)}, sys; print(sys.version)"
    own = installed.resolve().with_name("python")
    assert run([own, "-I", "-c", load], tmp_path, environment).startswith(f"{version}.")
    shutil.copy(ROOT / "examples" / "quick-start" / "buffer.yaml", tmp_path)
    run([installed, "validate"], tmp_path, environment)
