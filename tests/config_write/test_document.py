"""Files as stored: bytes, and replacing them as a whole."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bufferctl.config.write import Text, replace_file
from bufferctl.errors import ConfigError


def test_bytes(tmp_path: Path) -> None:
    """A BOM is kept; line endings are detected."""
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    file = Text.read(path)
    assert (file.text, file.newline, file.with_text("b: 1\r\n")) == ("a: 1\r\n", "\r\n", b"\xef\xbb\xbfb: 1\r\n")


def test_cannot_be_read(tmp_path: Path) -> None:
    """A missing file gives a message."""
    with pytest.raises(ConfigError, match=r"missing\.yaml cannot be read"):
        Text.read(tmp_path / "missing.yaml")


def test_replaced_whole(tmp_path: Path) -> None:
    """A file keeps its permissions and its link; no other file is left."""
    path, link = tmp_path / "a.yaml", tmp_path / "b.yaml"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    replace_file(link, b"new")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode), link.is_symlink()) == (b"new", 0o640, True)
    assert sorted(os.listdir(tmp_path)) == ["a.yaml", "b.yaml"]  # noqa: PTH208 - hidden files too


def test_not_writable(tmp_path: Path) -> None:
    """A path that leads through a file gives a message."""
    (tmp_path / "a").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot be written"):
        replace_file(tmp_path / "a" / "b.yaml", b"")
