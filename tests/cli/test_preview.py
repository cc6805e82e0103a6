"""`bufferctl preview`: the files as a page, without a key, an account or a network."""

from __future__ import annotations

import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Ran

ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}, {service: pinterest, name: acme}]
    ideas: [{key: hiring, title: How we hire}]
"""
POSTS = """posts:
  - key: launch
    due_at: 2031-03-04 09:00
    channels: [twitter]
    text: We are live
  - {key: off, due_at: 2031-03-05 09:00, channels: [twitter], text: Not any more, cancelled: true}
  - {key: past, due_at: 2020-03-05 09:00, channels: [twitter], text: Long ago}
  - {key: queued, channels: [twitter], text: Whenever}
"""


@pytest.fixture
def written(environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two files, and no key."""
    monkeypatch.delenv("BUFFER_API_KEY")
    (environment / "posts").mkdir()
    (environment / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (environment / "posts" / "a.yaml").write_text(POSTS, encoding="utf-8")
    return environment


def addresses(page: Path) -> list[str]:
    """The posts of a page, in order."""
    written, _, _ = page.read_text(encoding="utf-8").partition("<script>")
    return re.findall(r'<li id="([^"]+)"', written)


def test_a_page_of_all_that_is_declared(written: Path, run: Callable[..., Ran]) -> None:
    """preview.html, readable only by its owner, with everything except canceled posts; nothing on stdout, exit 0."""
    ran = run("preview")
    assert (ran.code, ran.out, ran.err) == (0, "", "Wrote preview.html; open it in a browser.\n")
    page = written / "preview.html"
    shown = ["twitter:acme/past", "twitter:acme/launch", "twitter:acme/queued", "ideas/hiring"]
    assert addresses(page) == [f"Acme/{each}" for each in shown]
    assert "3 posts on 1 network, 1 idea" in page.read_text(encoding="utf-8")
    assert "Tue 4 Mar 2031 09:00 CET" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_warnings_of_the_files_are_on_it(written: Path, run: Callable[..., Ran]) -> None:
    """A picture without alt text is reported on the page and on the terminal."""
    picture = "  - key: picture\n    channels: [twitter]\n    assets: [{image: {url: 'https://acme.example/a.png'}}]\n"
    (written / "posts" / "a.yaml").write_text(POSTS + picture, encoding="utf-8")
    ran = run("preview")
    page = (written / "preview.html").read_text(encoding="utf-8")
    assert ran.code == 0
    assert "no `alt_text`" in ran.err
    assert "no <code>alt_text</code>" in page


def test_paths_narrow_it(written: Path, run: Callable[..., Ran]) -> None:
    """Only what the named file declares, in the file that -o names."""
    assert run("preview", "posts/a.yaml", "-o", "a.html").code == 0
    assert addresses(written / "a.html") == [f"Acme/twitter:acme/{key}" for key in ("past", "launch", "queued")]
    assert not (written / "preview.html").exists()


def test_files_with_errors_have_no_preview(written: Path, run: Callable[..., Ran], prints: Callable[..., None]) -> None:
    """The errors with their places, exit 1, and no page."""
    (written / "posts" / "a.yaml").write_text("posts: [{key: a, channels: [x], txt: A}]\n", encoding="utf-8")
    prints("preview/errors", run("preview"))
    assert not (written / "preview.html").exists()


def test_a_page_into_a_pipe(written: Path, program: list[str]) -> None:
    """`-o /dev/stdout` prints it."""
    ran = subprocess.run([*program, "preview", "-o", "/dev/stdout"], cwd=written, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"Wrote /dev/stdout; open it in a browser.\n")
    assert ran.stdout.startswith(b"<!doctype html>")


def test_a_page_that_cannot_be_written(written: Path, run: Callable[..., Ran]) -> None:
    """A usage error before anything is read."""
    ran = run("preview", "-o", "nowhere/preview.html")
    assert (ran.code, ran.out) == (64, "")
    assert "nowhere/preview.html would be in a folder that is not there" in ran.err
