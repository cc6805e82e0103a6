"""Where the fields of a post are in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.write import SourceFiles, made_by_expansion

ROOT = """\
version: 1
timezone: UTC
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}, {service: mastodon, id: 5f0c1b2a3d4e5f6a7b8c9d0e, name: acme}]
posts:
  - {key: first, channels: [twitter], text: &text "Hi $(key)"}
  - {key: alias, channels: [twitter], text: *text}
  - key: tip
    channels: [twitter, mastodon]
    due_at: 2030-01-01 09:00
    text: A tip
    overrides: {mastodon:5f0c1b2a3d4e5f6a7b8c9d0e: {text: Toot}}
    repeat:
      every: 1 week
      times: 2
      each: {2: {mode: shareNext, overrides: {mastodon: {metadata: {mastodon: {spoiler_text: S}}}}}}
"""


@pytest.fixture
def source_files(tmp_path: Path) -> SourceFiles:
    """The files below, opened to be edited."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    loaded = load(None, tmp_path)
    assert loaded.sound
    return SourceFiles(tmp_path, loaded.sound)


def test_an_alias_of_a_text_with_variables(source_files: SourceFiles) -> None:
    """Buffer's version cannot be written there either."""
    alias = next(post for post in source_files.desired.posts if post.address.key == "alias")
    assert made_by_expansion(source_files, alias, ["text", "tags"]) == ["text"]


@pytest.mark.parametrize(
    ("post", "name", "path"),
    [
        ("twitter:acme/tip-1", "text", ()),
        ("mastodon:acme/tip-1", "text", ("overrides", "mastodon:5f0c1b2a3d4e5f6a7b8c9d0e")),
        ("mastodon:acme/tip-2", "text", ("overrides", "mastodon:5f0c1b2a3d4e5f6a7b8c9d0e")),
        ("twitter:acme/tip-1", "due_at", ()),
        ("twitter:acme/tip-2", "due_at", ("repeat", "each", "2")),
        ("mastodon:acme/tip-2", "metadata.mastodon", ("repeat", "each", "2", "overrides", "mastodon")),
        ("mastodon:acme/tip-1", "metadata.mastodon", ()),
        ("twitter:acme/tip-2", "tags", ()),
    ],
)
def test_what_gives_a_field(source_files: SourceFiles, post: str, name: str, path: tuple[str, ...]) -> None:
    """The most specific part of the entry; what is given together counts as one; the entry if nothing gives it."""
    item = next(each for each in source_files.desired.posts if str(each.address) == f"Acme/{post}")
    assert source_files.layers(item).supplier(name).path == path


@pytest.mark.parametrize(
    ("post", "name"), [("mastodon:acme/tip-1", "mastodon:5f0c1b2a3d4e5f6a7b8c9d0e"), ("twitter:acme/tip-1", "twitter")]
)
def test_the_name_of_a_channel_in_overrides(source_files: SourceFiles, post: str, name: str) -> None:
    """As an override has it already, so that it gets no second one; else as `channels` has it."""
    item = next(each for each in source_files.desired.posts if str(each.address) == f"Acme/{post}")
    assert source_files.layers(item).reference == name
