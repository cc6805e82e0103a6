"""A project with posts that name files, a public host for the files, and a Buffer that fetches from it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from bufferctl.sandbox import Clock, Sandbox
from tests.cli.conftest import NOW, Project, environment, whole_program
from tests.file_server import FileServer, serving
from tests.sandbox.near import Near

__all__ = ["environment", "whole_program"]  # fixtures, used here by name


def picture(colour: str, *, width: int = 120, height: int = 80) -> bytes:
    """A small JPEG."""
    made = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(made, "JPEG")
    return made.getvalue()


@contextmanager
def account(*media_roots: str) -> Iterator[Sandbox]:
    """The default account, which fetches from these addresses."""
    with Near(clock=Clock.at(NOW), media_roots=media_roots) as sandbox:
        yield sandbox


@pytest.fixture
def host() -> Iterator[FileServer]:
    """A public host, still empty."""
    with serving() as server:
        yield server


@pytest.fixture
def published(environment: Path, host: FileServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose folder is published by another system: `host` serves the files that a test puts there."""
    with account(host.url) as sandbox:
        monkeypatch.setenv("BUFFER_API_URL", sandbox.url)
        project = Project(environment, sandbox)
        project.write("buffer.yaml", ROOT.format(media=f"{{public_url: {host.url}/social}}"))
        yield project


ROOT = """version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - {{service: twitter, name: acme}}
media: {media}
"""


def post(key: str, file: str = "../media/a.jpg", text: str = "") -> str:
    """An entry with one picture."""
    return (
        f"  - key: {key}\n    channels: [twitter]\n    due_at: 2029-12-10 09:00\n    text: {text or f'Post {key}'}\n"
        f"    assets:\n      - image: {{file: {file}, alt_text: A colour}}\n"
    )


def posts(project: Project, *entries: str) -> None:
    """The project's posts."""
    project.write("posts/w50.yaml", "posts:\n" + "".join(entries))


def put(project: Project, name: str, data: bytes) -> None:
    """Write a file of the project."""
    path = project.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def sources(project: Project) -> list[str]:
    """The address of each post's first picture as sent to Buffer, in order of creation."""
    found = []
    for each in project.sandbox.posts():
        found += [asset["image"]["url"] if "image" in asset else asset["source"] for asset in each["assets"][:1]]
    return found
