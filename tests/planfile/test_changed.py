"""Which entries a request changes: two versions of the files compared, each entry as it expands."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bufferctl import planfile
from bufferctl.model import Address, Idea
from bufferctl.plan import Plan
from bufferctl.planfile import changed_entries
from bufferctl.run.files import load_declared
from tests.apply.fake import START
from tests.planfile.test_agreement import FILES, PLACE, POST
from tests.planfile.test_planfile import CHOICES

ROOT = """\
version: 1
timezone: Europe/Berlin
vars: {product: Acme One}
organizations:
  - name: Acme
    tags: {launch: t1, other: t2}
    channels: [{service: twitter, name: acme}, {service: linkedin, name: acme-inc}]
media: {public_url: https://media.acme.example}
"""
PLAIN = "  - {key: plain, due_at: 2029-12-20 09:00, text: We are live}\n"
POSTS = """\
channels: [twitter]
posts:
  - {key: plain, due_at: 2029-12-20 09:00, text: We are live}
  - {key: named, due_at: 2029-12-20 10:00, text: "$(product) is live"}
  - {key: written, due_at: 2029-12-20 11:00, text_file: text.txt}
  - {key: tagged, due_at: 2029-12-20 12:00, text: Tagged, tags: [launch]}
  - {key: shown, due_at: 2029-12-20 13:00, text: Look, assets: [{image: {file: a.png, alt_text: A}}]}
"""
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def written(
    folder: Path, root: str = ROOT, posts: str = POSTS, text: str = "From a file", picture: bytes = PICTURE
) -> Path:
    """A folder with these files."""
    (folder / "posts").mkdir(parents=True)
    (folder / "buffer.yaml").write_text(root, encoding="utf-8")
    (folder / "posts" / "week.yaml").write_text(posts, encoding="utf-8")
    (folder / "posts" / "text.txt").write_text(text, encoding="utf-8")
    (folder / "posts" / "a.png").write_bytes(picture)
    return folder


CASES = [
    ("nothing", {}, set()),
    ("a comment and the order", {"posts": POSTS.replace("posts:", "# all of them\nposts:")}, set()),
    ("one text", {"posts": POSTS.replace("We are live", "We are alive")}, {"plain"}),
    ("a time", {"posts": POSTS.replace("09:00", "09:30")}, {"plain"}),
    ("the same instant in another zone", {"posts": POSTS.replace("2029-12-20 09:00", "2029-12-20T08:00:00Z")}, set()),
    ("a variable", {"root": ROOT.replace("Acme One", "Acme Two")}, {"named"}),
    ("a default", {"posts": POSTS.replace("channels: [", "draft: true\nchannels: [")},
     {"plain", "named", "written", "tagged", "shown"}),
    ("a text file", {"text": "Another text"}, {"written"}),
    ("a picture", {"picture": PICTURE + b"\n"}, {"shown"}),
    ("the id of a tag", {"root": ROOT.replace("launch: t1", "launch: t9")}, {"tagged"}),
    ("a tag that no entry has", {"root": ROOT.replace("other: t2", "other: t9")}, set()),
    ("cancelled", {"posts": POSTS.replace("text: We are live", "text: We are live, cancelled: true")}, {"plain"}),
    ("removed", {"posts": POSTS.replace(PLAIN, "")}, {"plain"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "after", "keys"), CASES, ids=[each[0] for each in CASES])
def test_what_changes(tmp_path: Path, name: str, after: dict[str, Any], keys: set[str]) -> None:
    """Exactly the entries whose expansion differs, whichever file made the difference; in both directions."""
    before = load_declared(written(tmp_path / "before") / "buffer.yaml")
    now = load_declared(written(tmp_path / "after", **after) / "buffer.yaml")
    assert before.desired, before.diagnostics
    assert now.desired, now.diagnostics
    assert {each.key for each in changed_entries(before.desired, now.desired)} == keys, name
    assert {each.key for each in changed_entries(now.desired, before.desired)} == keys


def test_a_channel_with_another_id() -> None:
    """Changes its entries, and no others."""
    (channel,) = FILES.channels
    other = replace(FILES, channels=(replace(channel, id="c9"),))
    assert changed_entries(FILES, other) == {POST.address}
    bare = replace(FILES, organizations=())
    assert changed_entries(bare, bare) == set()
    assert changed_entries(FILES, bare) == {POST.address}


HIRING = Idea(Address("Acme", "ideas", "hiring"), PLACE, text="How we hire")


@pytest.mark.parametrize(
    "other",
    [replace(HIRING, text="Other"), replace(HIRING, cancelled=True), replace(HIRING, existing="i1")],
    ids=["text", "cancelled", "existing"],
)
def test_an_idea_that_is_another_one(other: Idea) -> None:
    """By its content, or by what decides what happens to it."""
    before, after = (replace(FILES, ideas=(each,)) for each in (HIRING, other))
    assert changed_entries(before, after) == {HIRING.address}


@pytest.mark.parametrize("changed", [None, frozenset(), frozenset({POST.address, Address("A/B", "twitter:acme", "x")})])
def test_a_saved_plan_records_it(changed: frozenset[Address] | None) -> None:
    """As it was given; a plan of which nothing is known does not record anything."""
    raw = planfile.dump(Plan(START, ""), FILES, CHOICES, expires_at=START, changed=changed)
    assert planfile.load(raw, "plan.json").changed == changed
    assert (b'"changed"' in raw) is (changed is not None)
