"""The result of `config.load` for valid files: defaults, overrides, instants, and the included files."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bufferctl.api.parsing import live_post
from bufferctl.config import load
from bufferctl.config.format import Faults, IncludedFile, SharedPostEntry, read_model
from bufferctl.diagnostics import Place, Severity
from bufferctl.errors import ConfigError
from bufferctl.model import Desired, Post, Service, ShareMode
from bufferctl.model.metadata import (
    FacebookMetadata,
    GoogleBusinessMetadata,
    InstagramMetadata,
    TwitterMetadata,
)

CASES = Path(__file__).parents[1] / "cases/validate"
ROOT = """version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: instagram, name: acme, timezone: America/New_York}
      - {service: facebook, name: acme}
"""
KEYS = "made of a to z, 0 to 9, `.`, `_` and `-`, begin with a letter or a digit, and be at most 64 long"


def desired(folder: Path, posts: str, root: str = ROOT) -> Desired:
    """Load a project of a root file and one included file."""
    (folder / "posts").mkdir()
    (folder / "buffer.yaml").write_text(root, encoding="utf-8")
    (folder / "posts/a.yaml").write_text(posts, encoding="utf-8")
    loaded = load(None, folder)
    assert loaded.diagnostics == ()
    assert loaded.desired is not None
    return loaded.desired


def by_address(found: Desired) -> dict[str, Post]:
    return {str(post.address): post for post in found.posts}


def everything() -> dict[str, Post]:
    found = load(None, CASES / "valid-everything").desired
    assert found is not None
    return by_address(found)


def test_defaults(tmp_path: Path) -> None:
    """Queue without a time, automatic, and the required fields of Instagram and Facebook even without metadata."""
    posts = by_address(desired(tmp_path, "posts: [{key: a, channels: [twitter, instagram, facebook], text: A}]"))
    assert {(p.mode, p.due_at, str(p.scheduling_type), p.draft) for p in posts.values()} == {
        (ShareMode.ADD_TO_QUEUE, None, "automatic", False)
    }
    assert posts["Acme/twitter:acme/a"].metadata is None
    assert posts["Acme/instagram:acme/a"].metadata == InstagramMetadata(type="post", should_share_to_feed=True)
    assert posts["Acme/facebook:acme/a"].metadata == FacebookMetadata(type="post")


def test_a_time_makes_it_scheduled_in_the_nearest_zone(tmp_path: Path) -> None:
    """09:00 is 08:00 UTC in the root's Berlin and 14:00 UTC in the channel's New York."""
    posts = by_address(
        desired(tmp_path, "posts: [{key: a, channels: [twitter, instagram], text: A, due_at: 2026-12-01 09:00}]")
    )
    assert {p.mode for p in posts.values()} == {ShareMode.CUSTOM_SCHEDULED}
    assert posts["Acme/twitter:acme/a"].due_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert posts["Acme/instagram:acme/a"].due_at == datetime(2026, 12, 1, 14, tzinfo=UTC)


def test_managed_since_is_an_instant(tmp_path: Path) -> None:
    """10:00 at +01:00 is 09:00 UTC; a time without an offset is an error, even if the file has a `timezone`."""
    given = "managed_since: 2026-12-01T10:00:00+01:00\n"
    assert desired(tmp_path, "posts: []", ROOT + given).settings.managed_since == datetime(2026, 12, 1, 9, tzinfo=UTC)
    (tmp_path / "buffer.yaml").write_text(ROOT + "managed_since: 2026-12-01 10:00\n", encoding="utf-8")
    (problem,) = load(None, tmp_path).diagnostics
    assert "`managed_since` must name its time zone" in problem.message


def test_overrides_replace_field_by_field(tmp_path: Path) -> None:
    """An override applies only to its channel; its mode drops a contradicting time."""
    posts = by_address(
        desired(
            tmp_path,
            """posts:
  - key: a
    channels: [twitter, instagram, facebook]
    due_at: 2026-12-01 09:00
    tags: [x]
    text: A
    overrides:
      twitter: {mode: addToQueue, tags: []}
      instagram:acme: {text: Long, due_at: 2026-12-02T09:00Z}
""",
        )
    )
    twitter, instagram, facebook = posts.values()
    assert (twitter.mode, twitter.due_at, twitter.tags, twitter.text) == (ShareMode.ADD_TO_QUEUE, None, (), "A")
    assert (instagram.text, instagram.due_at) == ("Long", datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert (facebook.text, facebook.tags, facebook.mode) == ("A", ("x",), ShareMode.CUSTOM_SCHEDULED)


def test_final_newlines_are_not_sent(tmp_path: Path) -> None:
    """Neither of a block nor of a text file, whose line endings become newlines."""
    (tmp_path / "long.md").write_bytes(b"\xef\xbb\xbfOne\r\n\r\nTwo\r\n")
    posts = desired(
        tmp_path,
        "posts:\n  - {key: a, channels: [twitter], text_file: ../long.md}\n"
        "  - key: b\n    channels: [twitter]\n    text: |\n      One\n\n      Two\n",
    ).posts
    assert [post.text for post in posts] == ["One\n\nTwo", "One\n\nTwo"]


def test_the_text_of_a_thread_may_stand_in_the_thread_alone() -> None:
    """The outer text is the first item's, as Buffer requires."""
    post = everything()["Acme/twitter:acme/thread"]
    assert isinstance(post.metadata, TwitterMetadata)
    assert [item.text for item in post.metadata.thread] == [post.text, "Two of two"]


def test_dates_of_metadata_and_ideas_have_zones_too() -> None:
    """An event's local times are those of its channel, an idea's those of its organization."""
    metadata = next(post.metadata for post in everything().values() if post.address.key == "party")
    assert isinstance(metadata, GoogleBusinessMetadata)
    assert metadata.details_event is not None
    assert metadata.details_event.start_date == datetime(2026, 12, 1, 18, tzinfo=ZoneInfo("Europe/Berlin"))
    assert metadata.details_event.end_date == datetime(2026, 12, 1, 23, tzinfo=UTC)
    found = load(None, CASES / "valid-everything").desired
    assert found is not None
    assert found.ideas[0].date == datetime(2026, 12, 1, 8, tzinfo=UTC)


def test_the_root_is_the_nearest_above(tmp_path: Path) -> None:
    """From a subfolder, places are relative to the root file's folder."""
    found = desired(tmp_path, "posts:\n  - {key: a, channels: [twitter], text: A}\n")
    below = load(None, tmp_path / "posts")
    assert below.root == tmp_path
    assert below.desired == found
    assert found.posts[0].place == Place("posts/a.yaml", 2, 11)
    assert found.files == ("buffer.yaml", "posts/a.yaml")


def test_no_root_at_all(tmp_path: Path) -> None:
    """The only case that raises, with a hint."""
    with pytest.raises(ConfigError) as error:
        load(None, tmp_path)
    assert "bufferctl init" in error.value.hint


def test_a_file_is_the_one_beside_its_post(tmp_path: Path) -> None:
    """Also where another folder has one of the same name."""
    for name in ("a", "b"):
        folder = tmp_path / "posts" / name
        folder.mkdir(parents=True)
        (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        post = f"{{key: {name}, channels: [twitter], text: {name}, image: photo.png, alt: A photo}}"
        (folder / "week.yaml").write_text(f"posts: [{post}]\n", encoding="utf-8")
    (tmp_path / "buffer.yaml").write_text(f"{ROOT}media: {{public_url: https://acme.example}}\n", encoding="utf-8")
    found = load(None, tmp_path).desired
    assert found is not None
    files = {post.address.key: post.assets[0].value.file for post in found.posts}
    assert {key: file and file.path for key, file in files.items()} == {
        "a": "posts/a/photo.png",
        "b": "posts/b/photo.png",
    }


def test_posts_keep_the_order_of_the_files(tmp_path: Path) -> None:
    """Queue posts are created in this order: nested ones, then by file name."""
    (tmp_path / "posts/z").mkdir(parents=True)
    (tmp_path / "buffer.yaml").write_text(
        ROOT.replace("twitter, name: acme}", "twitter, name: acme, posts: [{key: n, text: A}]}"),
        encoding="utf-8",
    )
    for name in ("b", "a", "z/c"):
        entries = ", ".join(f"{{key: {name[-1]}{n}, channels: [twitter], text: A}}" for n in (2, 1))
        text = f"posts: [{entries}]"
        (tmp_path / f"posts/{name}.yaml").write_text(text, encoding="utf-8")
    found = load(None, tmp_path).desired
    assert found is not None
    assert [post.address.key for post in found.posts] == ["n", "a2", "a1", "b2", "b1", "c2", "c1"]


def test_every_service_is_there() -> None:
    """The case for all features has a post on each network that supports posts."""
    assert {post.service for post in everything().values()} == set(Service) - {Service.STARTPAGE, Service.WHATSAPP}


def test_validate_loads_no_client() -> None:
    """Neither gql, httpx2, deepdiff, rich nor jinja2 is loaded, nor any package but config, render and cli."""
    program = (
        "import sys; from bufferctl.cli import run; code = run(['validate']);"
        "print(sorted({m.partition('.')[0] for m in sys.modules}"
        " & {'gql', 'graphql', 'httpx', 'httpx2', 'deepdiff', 'rich', 'jinja2', 'asyncio'}),"
        "[m for m in sys.modules if m.startswith(tuple(f'bufferctl.{each}' for each in"
        " ('api', 'apply', 'plan', 'reconcile')))], code)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=CASES / "valid-design-example",
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    said, loaded = done.stdout.splitlines()
    assert (said.partition(" on ")[0], loaded) == ("Valid: 2 posts", "[] [] 0")  # by the machine's clock, some are past


def test_an_existing_id_is_that_of_its_channel_and_occurrence(tmp_path: Path) -> None:
    """`existing` is one id, or one for each channel; an occurrence has its own under `each`."""
    posts = by_address(
        desired(
            tmp_path,
            "posts:\n"
            "  - {key: a, channels: [twitter], text: A, existing: id-a}\n"
            "  - {key: b, channels: [twitter, facebook], text: B, existing: {twitter: id-b, 'facebook:acme': id-c}}\n"
            "  - {key: c, channels: [twitter], text: C, due_at: 2026-12-01 09:00,\n"
            "     repeat: {every: 1 week, times: 2, each: {2: {existing: id-d}}}}\n",
        )
    )
    assert {address: post.existing for address, post in posts.items()} == {
        "Acme/twitter:acme/a": "id-a",
        "Acme/twitter:acme/b": "id-b",
        "Acme/facebook:acme/b": "id-c",
        "Acme/twitter:acme/c-1": None,
        "Acme/twitter:acme/c-2": "id-d",
    }


def test_link_shorteners_are_domains_of_the_root_file(tmp_path: Path) -> None:
    found = desired(tmp_path, "posts: []", ROOT + "link_shorteners: [go.acme.example]\n")
    assert found.settings.link_shorteners == ("go.acme.example",)


ASTRAY = "channels: [twitter:acme]\nposts:\n  - key: k\n    text: Hi\n"


@pytest.mark.parametrize(
    "posts",
    ["posts:\n  - {key: k, text: Hi}\n", "posts: # drafts\n- {text: Hi, key: k}\n", "posts: [{key: k, text: Hi}]\n"],
)
def test_entries_on_one_line_are_reported_too(tmp_path: Path, posts: str) -> None:
    """One warning, as for entries of several lines."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (tmp_path / "post").mkdir()
    (tmp_path / "post" / "a.yaml").write_text(posts, encoding="utf-8")
    assert [each.place and each.place.file for each in load(None, tmp_path).diagnostics] == ["post/a.yaml"]


@pytest.mark.parametrize(
    "name", ["post/a.yaml", "POSTS2/2026/a.yaml", "posts/a.json", "posts/.hid/a.yaml", "posts/.a.yaml", "posts/a.yml"]
)
def test_posts_beside_an_empty_folder_are_reported(tmp_path: Path, name: str) -> None:
    """One warning that names the file, and no post is declared."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"posts": [{"key": "k", "text": "Hi"}]}' if name.endswith("json") else ASTRAY, encoding="utf-8")
    loaded = load(None, tmp_path)
    assert [(each.place.file, each.severity) for each in loaded.diagnostics if each.place] == [(name, Severity.WARNING)]
    (tmp_path / "posts" / "read.yaml").write_text(ASTRAY.replace(": k", ": read"), encoding="utf-8")
    parked = load(None, tmp_path)
    assert len(parked.diagnostics) == (not name.startswith("posts/") or name.endswith(".yml"))


@pytest.mark.parametrize("name", [b"posts/caf\xe9.yaml", b"posts/\xe9/a.yaml"])
def test_a_name_that_is_not_utf_8_is_refused(tmp_path: Path, name: bytes) -> None:
    """Neither the state nor a plan could name the file; the message shows its other bytes."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    path.parent.mkdir(parents=True)
    path.write_text(ASTRAY, encoding="utf-8")
    loaded = load(None, tmp_path)
    [problem] = loaded.diagnostics
    assert loaded.desired is None
    assert problem.message == "the file cannot be read: its name is not UTF-8"
    assert problem.place
    assert problem.place.file == name.decode("utf-8", "backslashreplace")


def test_a_root_folder_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    """Its path is shown, with its other bytes."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    folder.mkdir()
    (folder / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"caf\\xe9 is not UTF-8"):
        load(None, folder)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_one_error(tmp_path: Path, encoding: str) -> None:
    """Also without a byte order mark."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding=encoding)
    [problem] = load(None, tmp_path).diagnostics
    assert problem.message == "the file cannot be read: it is UTF-16"


def test_a_pointer_of_git_lfs_is_no_text(tmp_path: Path) -> None:
    """It would be published as the post's text."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (tmp_path / "posts" / "a.yaml").write_text(ASTRAY.replace("text: Hi", "text_file: a.txt"), encoding="utf-8")
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
    (tmp_path / "posts" / "a.txt").write_text(pointer, encoding="utf-8")
    [problem] = load(None, tmp_path).diagnostics
    assert "a pointer of Git LFS and not the file itself" in problem.message
    assert "git lfs pull" in problem.hint


def test_a_long_list_of_posts_is_read_to_its_end(tmp_path: Path) -> None:
    """What is wrong anywhere in it is reported where it is, in order; the posts that can be read are sound."""
    lines = [f"  - {{key: p{number}, channels: [twitter], text: Post {number}}}" for number in range(450)]
    lines[3] = "  - {key: p3, channels: [twitter], txet: Post 3}"
    lines[210] = "  - Post 210"
    lines[211] = "  - {key: p211, channels: [twitter]}"
    lines[449] = "  - {key: P, channels: [twitter], text: Post 449}"
    (tmp_path / "buffer.yaml").write_text("\n".join([f"{ROOT}posts:", *lines, ""]), encoding="utf-8")
    found = load(None, tmp_path)
    assert [(each.place.line - 10, each.message) for each in found.diagnostics if each.place] == [
        (3, "there is no field `txet` here"),
        (210, "each entry of this list must be a group of fields (`name: value`), and this is text"),
        (211, "this post has neither text nor assets, so there is nothing to publish"),
        (449, f"`key` must be {KEYS}"),
    ]
    assert found.sound is not None
    assert len(found.sound.posts) == 450 - 3


def test_few_entries_of_a_long_list_are_in_memory() -> None:
    """Those of a portion while the list is gone through, and none of them once that is over, without the collector."""
    posts = [{"key": f"p{number}", "channels": ["twitter"], "text": "A"} for number in range(1000)]
    before = _entries_in_memory()
    gc.disable()
    try:
        file = read_model(IncludedFile, {"posts": posts}, Faults())
        assert file is not None
        most = max(_entries_in_memory() for number, _ in enumerate(file.posts) if number in {149, 949})
        del file
        left = _entries_in_memory()
    finally:
        gc.enable()
    assert (most - before, left - before) == (100, 0)


def test_a_text_is_in_memory_once(tmp_path: Path) -> None:
    """The text of a file and the equal one of Buffer are one object."""
    text = "posts:\n  - key: a\n    channels: [twitter]\n    text: |\n      It is out.\n"
    raw = {"id": "1", "channelId": "c", "status": "scheduled", "createdAt": "2026-12-01T09:00:00Z"}
    assert live_post({**raw, "text": b"It is out.".decode()}).text is desired(tmp_path, text).posts[0].text


def _entries_in_memory() -> int:
    return sum(type(each) is SharedPostEntry for each in gc.get_objects())
