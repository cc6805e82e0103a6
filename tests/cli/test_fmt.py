"""`bufferctl fmt` as a user has it: what changes, what is left alone, and what it prints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bufferctl.config import load
from bufferctl.diagnostics import Place
from bufferctl.model import Service
from tests.cli.conftest import Prints, Project, Ran
from tests.networks.cases import CASES, SERVICES

ROOT = "version: 1\ntimezone: UTC\norganizations:\n- channels: [{name: acme, service: twitter}]\n  name: Acme\n"
POSTS = "posts:\n- text: Hello   # to all\n  channels: [twitter]\n  key: a\n"
WELL = "posts:\n  - key: b\n    channels: [twitter]\n    text: Well\n"
WRONG = "posts:\n- key: c\n  channels: [nowhere]\n  text: Hello\n"
UNUSUAL = "posts:\n- key: d\n  text: |2\n      Hello\n  channels: [twitter]\n"


@pytest.fixture
def files(environment: Path) -> dict[str, Path]:
    """A project with files of each kind."""
    (environment / "posts").mkdir()
    given = {"buffer.yaml": ROOT, "posts/a.yaml": POSTS, "posts/b.yaml": WELL}
    paths = {name: environment / name for name in (*given, "posts/c.yaml", "posts/d.yaml")}
    for name, text in given.items():
        paths[name].write_text(text, encoding="utf-8")
    return paths


def test_lays_out(run: Callable[..., Ran], files: dict[str, Path], prints: Prints) -> None:
    """The names of changed files on stdout, a total on stderr, exit 0; a second run writes nothing."""
    prints("fmt/changed", run("fmt"))
    assert files["posts/a.yaml"].read_text() == (
        "posts:\n  - key: a\n    channels: [twitter]\n    text: Hello   # to all\n"
    )
    assert files["posts/b.yaml"].read_text() == WELL
    before = files["posts/a.yaml"].stat().st_mtime_ns
    prints("fmt/again", run("fmt"))
    assert files["posts/a.yaml"].stat().st_mtime_ns == before


def test_check(run: Callable[..., Ran], files: dict[str, Path], prints: Prints) -> None:
    """--check names the files that would change, exits 1 and changes nothing; 0 if none would."""
    prints("fmt/check", run("fmt", "--check"))
    assert files["posts/a.yaml"].read_text() == POSTS
    prints("fmt/check-well", run("fmt", "--check", "posts/b.yaml"))


def test_narrowed(run: Callable[..., Ran], files: dict[str, Path]) -> None:
    """PATHs are files or folders that the root file includes."""
    assert run("fmt", "posts").out == "posts/a.yaml\n"
    assert files["buffer.yaml"].read_text() == ROOT
    assert run("fmt", "elsewhere").code == 64


def test_errors(run: Callable[..., Ran], files: dict[str, Path], prints: Prints) -> None:
    """A file with errors stays unchanged and its errors are shown, exit 1; the others are formatted."""
    files["posts/c.yaml"].write_text(WRONG)
    prints("fmt/errors", run("fmt"))
    assert files["posts/c.yaml"].read_text() == WRONG
    assert files["posts/a.yaml"].read_text() != POSTS
    files["buffer.yaml"].write_text(f"{ROOT}  oops: [\n")
    prints("fmt/root-with-errors", run("fmt", "posts/a.yaml"))


def test_unusual(run: Callable[..., Ran], files: dict[str, Path], prints: Prints) -> None:
    """A file that cannot be formatted safely stays unchanged, with a message; that is not a failure."""
    files["posts/d.yaml"].write_text(UNUSUAL)
    prints("fmt/unusual", run("fmt", "posts/d.yaml"))
    assert files["posts/d.yaml"].read_text() == UNUSUAL


def test_as_editors_save(run: Callable[..., Ran], files: dict[str, Path]) -> None:
    """The byte order mark, line endings and permissions stay."""
    files["posts/a.yaml"].write_bytes(b"\xef\xbb\xbf" + POSTS.replace("\n", "\r\n").encode())
    files["posts/a.yaml"].chmod(0o640)
    assert run("fmt").code == 0
    after = files["posts/a.yaml"].read_bytes()
    assert after.startswith(b"\xef\xbb\xbfposts:\r\n  - key: a\r\n")
    assert after.count(b"\n") == after.count(b"\r\n")
    assert files["posts/a.yaml"].stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("service", SERVICES)
def test_the_same_is_said(run: Callable[..., Ran], environment: Path, service: Service) -> None:
    """The fullest posts of a network load as they did before."""
    path = environment / "buffer.yaml"
    path.write_bytes((CASES / service / "fullest.yaml").read_bytes())
    before = declared(path)
    assert run("fmt").out == "buffer.yaml\n"
    assert declared(path) == before
    assert run("fmt", "--check").code == 0


def test_what_init_writes(project: Project) -> None:
    """The first file that `init` writes is already formatted."""
    assert project("init").code == 0
    assert project("fmt", "--check").code == 0


def declared(path: Path) -> list[Any]:
    """The declarations of a root file, without their places."""
    desired = load(path, path.parent).desired
    assert desired
    return [replace(item, place=Place("")) for item in desired.items]
