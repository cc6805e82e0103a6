"""What an `include` pattern matches, and that no pattern takes long."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.config.resolve.discover import included


def found(folder: Path, pattern: str, *names: str) -> list[str]:
    """The files of these names that the pattern matches."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return list(included(folder / "buffer.yaml", [pattern]).files)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("posts/**/*.yaml", {"posts/a.yaml", "posts/x/ab.yaml", "posts/x/y/b.yaml"}),
        ("**/*.yaml", {"posts/a.yaml", "posts/x/ab.yaml", "posts/x/y/b.yaml"}),
        ("posts/*.yaml", {"posts/a.yaml"}),
        ("posts/*/?.yaml", set()),
        ("posts/**/?.yaml", {"posts/a.yaml", "posts/x/y/b.yaml"}),
        ("posts/**/y/**/b*.yaml", {"posts/x/y/b.yaml"}),
        ("posts/x/**", {"posts/x/ab.yaml", "posts/x/y/b.yaml"}),
        ("**/*a*b*.y*l", {"posts/x/ab.yaml"}),
        ("posts/x/*a.yaml", set()),
    ],
)
def test_stars(tmp_path: Path, pattern: str, expected: set[str]) -> None:
    """`**` is any number of folders; `*` and `?` stay within one name."""
    assert set(found(tmp_path, pattern, "posts/a.yaml", "posts/x/ab.yaml", "posts/x/y/b.yaml")) == expected


@pytest.mark.parametrize("pattern", ["posts/" + "*a" * 60 + "b.yaml", "**/a/" * 60 + "b.yaml", "**/*" * 60 + "b.yaml"])
def test_many_stars_end(tmp_path: Path, pattern: str) -> None:
    """Linear, however many stars there are: anybody may propose a pattern. Otherwise this test does not end."""
    assert found(tmp_path, pattern, "posts/" + "a" * 200 + ".yaml", "posts/" + "a/" * 60 + "c.yaml") == []
