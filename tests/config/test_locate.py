"""Places located after loading: the line, column and width of a field of a post."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest

from bufferctl.config import Located, Locator, load

ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - key: nested
            text: Nested text
            metadata:
              twitter:
                thread: [{text: Nested text}, {text: Second}]
      - {service: linkedin, id: 5f0c1b2a3d4e5f6a7b8c9d0e, name: acme}
      - {service: linkedin, name: other}
      - {service: threads, name: acme}
    ideas:
      - {key: idea, title: An idea}
rules: {BC101: off}
"""
WEEK = """\
posts:
  - key: shared
    channels: [twitter, linkedin:acme, threads]
    text: |
      First line
      and http://a.example here
    tags: &tags [launch]
    overrides:
      linkedin:5f0c1b2a3d4e5f6a7b8c9d0e:
        text: "Quoted \\"http://b.example\\""
      threads:
        text_file: own.md
        metadata: {threads: {topic: cats}}
    assets:
      - image: {url: https://a.example/a.png}
  - {key: flow, channels: [twitter], metadata: {twitter: {thread: [{text: Only here}]}}}
  - {key: aliased, channels: [twitter], tags: *tags, text: x}
  - {key: words, channels: [twitter], text: cheaper is not cheap}
  - key: folded
    channels: [twitter]
    text: >
      The offer is cheap, and now it is very
      cheap indeed
"""


class Find(Protocol):
    """The place of a field: called with the address's channel and key, the path, the quote."""

    def __call__(self, name: str, *path: str | int, quote: str = "") -> Located: ...


@pytest.fixture
def located(tmp_path: Path) -> Find:
    """The place of a field in these files."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (tmp_path / "posts/week.yaml").write_text(WEEK, encoding="utf-8")
    (tmp_path / "posts/own.md").write_text("Own\n", encoding="utf-8")
    loaded = load(None, tmp_path)
    assert loaded.desired is not None, loaded.diagnostics
    items = {f"{item.address.channel}/{item.address.key}": item for item in loaded.desired.items}
    locator = Locator(tmp_path, loaded.desired.channels)

    def find(name: str, *path: str | int, quote: str = "") -> Located:
        item = items[name]
        return locator.field(item.place, item.address, path, quote)

    return find


@pytest.mark.parametrize(
    ("name", "path", "meant"),
    [
        ("twitter:acme/nested", ("text",), "Nested text"),
        ("twitter:acme/nested", ("metadata", "twitter", "thread", 1, "text"), "Second"),
        ("twitter:acme/nested", ("assets",), "nested"),
        ("twitter:acme/nested", ("metadata", "twitter", "retweet"), "twitter"),
        ("twitter:acme/shared", ("text",), "text"),
        ("twitter:acme/shared", ("assets", 0, "image", "url"), "https://a.example/a.png"),
        ("twitter:acme/shared", ("assets", 0, "image", "alt_text"), "image"),
        ("twitter:acme/shared", ("metadata", "twitter", "thread"), "shared"),
        ("linkedin:acme/shared", ("text",), '"Quoted \\"http://b.exampl'),
        ("threads:acme/shared", ("text",), "own.md"),
        ("threads:acme/shared", ("metadata", "threads", "topic"), "cats"),
        ("threads:acme/shared", ("metadata", "threads", "location_id"), "threads"),
        ("threads:acme/shared", ("assets", 0, "image", "url"), "https://a.example/a.png"),
        ("twitter:acme/flow", ("text",), "Only here"),
        ("twitter:acme/flow", ("due_at",), "flow"),
        ("twitter:acme/aliased", ("tags", 0), "launch"),
        ("ideas/idea", ("title",), "An idea"),
        ("ideas/idea", ("media", 0, "url"), "idea"),
    ],
)
def test_fields(located: Find, name: str, path: tuple[str | int, ...], meant: str) -> None:
    """In the override of the channel, otherwise in the entry; for a missing field, its nearest parent."""
    found = located(name, *path)
    start = found.place.column - 1
    assert found.line[start : start + found.width] == meant


@pytest.mark.parametrize(
    ("name", "quote", "place"),
    [
        ("twitter:acme/shared", "http://a.example", "posts/week.yaml:6:11"),
        ("linkedin:acme/shared", "http://b.example", "posts/week.yaml:10:25"),
        ("twitter:acme/shared", "not there", "posts/week.yaml:4:5"),
        ("threads:acme/shared", "Own", "posts/week.yaml:12:20"),
        ("twitter:acme/words", "cheap", "posts/week.yaml:18:60"),
        ("twitter:acme/words", "chea", "posts/week.yaml:18:45"),
        ("twitter:acme/folded", "very cheap", "posts/week.yaml:22:41"),
    ],
)
def test_words_in_a_text(located: Find, name: str, quote: str, place: str) -> None:
    """The matching words, preferably whole ones, also across lines; for a text file, the place of its name."""
    assert str(located(name, "text", quote=quote).place) == place


def test_settings(tmp_path: Path) -> None:
    """The name of a setting of the root file."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    found = Locator(tmp_path, ()).setting("buffer.yaml", "rules", "BC101")
    assert (str(found.place), found.width) == ("buffer.yaml:19:9", 5)


def test_a_file_that_is_no_longer_there(located: Find, tmp_path: Path) -> None:
    """Only the place of the key, which was read before."""
    (tmp_path / "posts/week.yaml").unlink()
    assert located("twitter:acme/shared", "text") == Located(located("twitter:acme/shared", "text").place)
    assert str(located("twitter:acme/flow", "text").place) == "posts/week.yaml:16:11"


def test_a_file_that_was_changed_meanwhile(located: Find, tmp_path: Path) -> None:
    """A post that has moved is reported at the place where it was read."""
    (tmp_path / "posts/week.yaml").write_text("# nothing\n", encoding="utf-8")
    assert str(located("twitter:acme/flow", "text").place) == "posts/week.yaml:16:11"


def test_a_file_that_was_read_is_not_read_again(tmp_path: Path) -> None:
    """The same place, though the file is gone; without what was read, only the entry's."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    loaded = load(tmp_path / "buffer.yaml", tmp_path)
    assert loaded.desired is not None
    post = loaded.desired.posts[0]
    (tmp_path / "buffer.yaml").unlink()
    read = Locator(tmp_path, loaded.desired.channels, loaded.trees).field(post.place, post.address, ("text",))
    again = Locator(tmp_path, loaded.desired.channels).field(post.place, post.address, ("text",))
    assert (read.place.line, again) == (10, Located(post.place))
