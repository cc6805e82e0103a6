"""A conflict says which fields the file changed and which a person in Buffer, as far as the digests prove it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from bufferctl.model import Asset, Image, LiveAsset, Tag, Video
from bufferctl.model.metadata import LinkedinMetadata, TwitterMetadata
from bufferctl.plan import Action, Change, Reason

from .builders import LATER, World, in_buffer, on_linkedin, post, queued, record, verdict

ASSETS = (Asset(image=Image(url="https://media.example/a.png", alt_text="A harbor")),)
APPLIED = post(tags=("launch",), assets=ASSETS, metadata=TwitterMetadata(is_ai_generated=False))
THERE = in_buffer(APPLIED, metadata={"is_ai_generated": False})
DAY = timedelta(days=1)
MP4 = "https://media.example/a.mp4"
#: Each field with what changes it in the file and in Buffer; the last one changes it there otherwise.
OURS: dict[str, dict[str, Any]] = {
    "text": {"text": "Ours"},
    "due_at": {"due_at": LATER},
    "tags": {"tags": ("launch", "ours")},
    "is_ai_generated": {"metadata": TwitterMetadata(is_ai_generated=True)},
}
THEIRS: dict[str, dict[str, Any]] = {
    "text": {"text": "Theirs"},
    "due_at": {"due_at": LATER + DAY},
    "tags": {"tags": (Tag("t", "theirs"),)},
    "is_ai_generated": {"metadata": {}},
    "assets": {"assets": (LiveAsset("image", "Another alt text"),)},
}


def planned(*, in_file: tuple[str, ...], in_buffer: tuple[str, ...]) -> Change:
    """The plan of a post of which both sides changed these fields since it was applied."""
    item, live = APPLIED, THERE
    for name in in_file:
        item = replace(item, **OURS[name])
    for name in in_buffer:
        live = replace(live, **THEIRS[name])
    return World(live=[live], state=record((APPLIED, THERE))).change(item)


#: What Buffer has of each field, as somebody writes it into the file.
TAKEN: dict[str, dict[str, Any]] = {
    "text": {"text": "Theirs"},
    "due_at": {"due_at": LATER + DAY},
    "tags": {"tags": ("theirs",)},
}


def said(fields: tuple[str, ...]) -> str:
    return f" ({', '.join(f'`{each}`' for each in fields)})"


def cases() -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Each way in which three fields can be changed by one side or none, so that both changed some."""
    names = ("text", "due_at", "tags")
    for sides in product(("file", "buffer", "nobody"), repeat=len(names)):
        by = [tuple(n for n, each in zip(names, sides, strict=True) if each == side) for side in ("file", "buffer")]
        if all(by):
            yield by[0], by[1]


@pytest.mark.parametrize(("in_file", "in_buffer"), [*cases(), (("tags", "is_ai_generated"), ("assets", "text"))])
def test_a_conflict_says_which_side_changed_which_field(in_file: tuple[str, ...], in_buffer: tuple[str, ...]) -> None:
    """The fields of the file, and those of Buffer; nothing of the rest."""
    change = planned(in_file=in_file, in_buffer=in_buffer)
    assert change.reason is Reason.CONFLICT
    order = [each.path.split(".")[0] for each in change.differences]
    assert {each.strip(" ()`") for each in order} >= {*in_file, *in_buffer} - {"is_ai_generated"}
    assert change.message.startswith("It changed in the file (")
    ours, _, theirs = change.message.removeprefix("It changed in the file (").partition(") and in Buffer (")
    assert sorted(ours.split(", ")) == sorted(f"`{each}`" for each in in_file)
    assert sorted(theirs.partition(")")[0].split(", ")) == sorted(f"`{each}`" for each in in_buffer)


@pytest.mark.parametrize("name", ["text", "due_at"])
def test_a_field_that_both_sides_changed_is_named_on_both(name: str) -> None:
    """Of the text and the time the state knows what was applied."""
    message = planned(in_file=(name,), in_buffer=(name,)).message
    assert f"in the file{said((name,))} and in Buffer{said((name,))}," in message


@pytest.mark.parametrize("names", [("tags",), ("text", "tags")])
def test_where_digests_prove_nothing_no_field_is_named(names: tuple[str, ...]) -> None:
    """Both changed the tags, and the state has no digest of these alone."""
    message = planned(in_file=names, in_buffer=names).message
    assert message.startswith("It changed in the file and in Buffer, so one of the two versions would be lost")


@pytest.mark.parametrize(
    ("edit", "theirs", "expected"),
    [
        ("text", ("due_at",), Action.UPDATE),
        ("text", ("tags",), Action.UPDATE),
        ("text", ("due_at", "tags"), Action.UPDATE),
        ("due_at", ("text",), Action.UPDATE),
        ("due_at", ("text", "tags"), Action.UPDATE),
        ("is_ai_generated", ("due_at",), Action.UPDATE),
        ("is_ai_generated", ("text",), Reason.CONFLICT),  # the state has no digest of it alone
    ],
)
def test_an_edit_beside_what_the_file_has_taken_from_buffer(edit: str, theirs: tuple[str, ...], expected: Any) -> None:
    """Sent, and only the edit is shown, if Buffer has that field as it was applied; else a question."""
    item, live = APPLIED, THERE
    for name in theirs:
        item, live = replace(item, **TAKEN[name]), replace(live, **THEIRS[name])
    change = World(live=[live], state=record((APPLIED, THERE))).change(replace(item, **OURS[edit]))
    assert verdict(change) is expected
    if expected is Action.UPDATE:
        assert [edit in each.path for each in change.differences] == [True]


@pytest.mark.parametrize(
    ("more", "edit"),
    [({"text": "Theirs, too"}, "text"), ({"metadata": {"is_ai_generated": True}}, "text")],
    ids=["the edited field", "a field that the file leaves out"],
)
def test_an_edit_beside_what_a_person_changed_and_the_file_lacks(more: dict[str, Any], edit: str) -> None:
    """A question: sending the file would undo a change that nobody took over."""
    item = replace(APPLIED, metadata=None) if "metadata" in more else APPLIED
    live = replace(THERE, **THEIRS["due_at"], **more)
    was = replace(THERE, metadata={}) if "metadata" in more else THERE
    world = World(live=[live], state=record((item, was)))
    assert world.verdict(replace(item, **TAKEN["due_at"], **OURS[edit])) is Reason.CONFLICT


def test_an_edit_of_a_detail_beside_what_the_file_has_taken_from_buffer() -> None:
    """Sent: Buffer has the title of the video as it was applied."""
    was, now = (post(assets=(Asset(video=Video(url=MP4, title=title)),)) for title in ("Old", "New"))
    there = in_buffer(was, assets=(LiveAsset("video", details={"title": "Old"}),))
    world = World(live=[replace(there, **THEIRS["text"])], state=record((was, there)))
    assert world.verdict(replace(now, **TAKEN["text"])) is Action.UPDATE


def test_changes_of_different_fields_can_both_be_kept() -> None:
    """The hold says so, and the command for it is pull."""
    change = planned(in_file=("text",), in_buffer=("due_at",))
    assert change.message.startswith("It changed in the file (`text`) and in Buffer (`due_at`), so sending the file")
    assert change.hint.startswith("To keep both changes, run `bufferctl pull ")


def test_a_time_that_a_person_gave_a_post_of_the_queue_is_theirs() -> None:
    """And the text is the file's, whichever way round: its time and its place in the queue are one change."""
    item = queued()
    there = in_buffer(item, text="Theirs")
    timed = World(live=[there], state=record((item, in_buffer(item)))).change(post())
    assert timed.message.startswith("It changed in the file (`due_at`) and in Buffer (`text`)")
    moved = in_buffer(item, due_at=LATER, is_custom_scheduled=True, share_mode="customScheduled")
    reworded = World(live=[moved], state=record((item, in_buffer(item)))).change(replace(item, text="Ours"))
    assert reworded.message.startswith("It changed in the file (`text`) and in Buffer (`due_at`)")


@pytest.mark.parametrize("added", [{}, {"thumbnail_offset": 3}], ids=["alone", "beside a frame that Buffer chose"])
def test_a_detail_that_one_side_changed_is_named_as_its(added: dict[str, Any]) -> None:
    """The title of a video in the file, the text in Buffer; and the other way round."""
    was, now = (post(assets=(Asset(video=Video(url=MP4, title=title)),)) for title in ("Old", "New"))
    there = in_buffer(was, assets=(LiveAsset("video", details={"title": "Old", **added}),))
    known = record((was, there))
    ours = World(live=[replace(there, text="Theirs")], state=known).change(now)
    assert ours.message.startswith("It changed in the file (`assets.0.video.title`) and in Buffer (`text`)")
    retitled = replace(there, assets=(LiveAsset("video", details={"title": "New", **added}),))
    theirs = World(live=[retitled], state=known).change(replace(was, text="Ours"))
    assert theirs.message.startswith("It changed in the file (`text`) and in Buffer (`assets.0.video.title`)")


def test_where_the_card_of_a_link_differs_no_field_is_named() -> None:
    """Buffer may have read it anew from the page since."""
    url = "https://acme.example"
    was, now = (
        replace(
            on_linkedin(post()),
            metadata=LinkedinMetadata.model_validate({"link_attachment": {"url": url, "title": title}}),
        )
        for title in ("Ours", "Newer")
    )
    there = in_buffer(was, metadata={"link_attachment": {"url": url, "title": "Ours"}})
    theirs = replace(there, text="Theirs", metadata={"link_attachment": {"url": url, "title": "Theirs"}})
    change = World(live=[theirs], state=record((was, there))).change(replace(now, text="New"))
    assert change.message.startswith("It changed in the file and in Buffer, so one of the two versions would be lost")
