"""Differences between a live object and its declaration, field by field and in the file's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bufferctl.model import (
    Asset,
    Image,
    LiveAsset,
    LivePost,
    LiveThreadItem,
    MediaFile,
    Post,
    PostStatus,
    SchedulingType,
    Service,
    ShareMode,
    Tag,
    ThreadItem,
    content_of_desired,
    content_of_live,
)
from bufferctl.model.desired import IdeaGroup
from bufferctl.model.metadata import FacebookMetadata, InstagramMetadata, TwitterMetadata
from bufferctl.model.seen import seen_of
from bufferctl.plan import Action, Difference
from bufferctl.reconcile import differences, handling_differences, schedule_differences, shows_edit
from bufferctl.reconcile.differences import deleted_differences, idea_differences, media_differences

from .builders import DUE, LATER, World, idea, idea_in_buffer, in_buffer, picture, post, queued, record

THERE = in_buffer(post())


@pytest.mark.parametrize(
    ("item", "live", "expected"),
    [
        (post(text="New"), THERE, [("text", "We are live", "New")]),
        (post(tags=("b", "a")), replace(THERE, tags=(Tag("c", "c"),)), [("tags", "c", "a, b")]),
        (post(assets=(picture(),)), THERE, [("assets.0", None, "image (The console)")]),
        (post(), replace(THERE, assets=(LiveAsset("document"),)), [("assets.0", "document", None)]),
        (post(), replace(THERE, assets=(LiveAsset("video"),)), [("assets.0", "video (no alt text)", None)]),
        (
            post(),
            replace(THERE, thread=(LiveThreadItem("We are live"), LiveThreadItem("More"))),
            [("thread.1", {"text": "More"}, None)],
        ),
        (
            post(metadata=TwitterMetadata(thread=(ThreadItem(text="We are live"), ThreadItem(text="More")))),
            THERE,
            [("thread.1", None, {"text": "More"})],
        ),
        (
            post(metadata=FacebookMetadata(first_comment="Ours")),
            replace(THERE, metadata={"first_comment": "Theirs", "place": {"name": "Berlin"}}),
            [("metadata.first_comment", "Theirs", "Ours"), ("metadata.place", {"name": "Berlin"}, None)],
        ),
        (post(text=" We are live\n"), THERE, []),
    ],
    ids=[
        "text",
        "tags",
        "a picture more",
        "a document less",
        "a video less",
        "no thread",
        "a thread",
        "metadata",
        "none",
    ],
)
def test_differences(item: Post, live: LivePost, expected: list[tuple[str, object, object]]) -> None:
    """The path, Buffer's value and the file's."""
    assert differences(content_of_desired(item), content_of_live(live)) == tuple(Difference(*each) for each in expected)


AT, LATE = "2030-01-22T12:00:00Z", "2030-01-23T12:00:00Z"


@pytest.mark.parametrize(
    ("item", "live", "expected"),
    [
        (post(), THERE, []),
        (post(due=LATER), THERE, [("due_at", AT, LATE)]),
        (post(), replace(THERE, due_at=None), [("due_at", None, AT)]),
        (queued(), THERE, [("due_at", AT, None)]),
        (queued(), replace(THERE, is_custom_scheduled=False), []),
        (queued(), replace(THERE, due_at=None), [("due_at", None, None)]),
        (queued(draft=True), THERE, [("draft", False, True)]),
        (post(), replace(THERE, status=PostStatus.DRAFT), [("draft", True, False)]),
    ],
)
def test_schedule_differences(item: Post, live: LivePost, expected: list[tuple[str, object, object]]) -> None:
    """In time and draft status, with Buffer's value and the file's; an idea has neither."""
    assert schedule_differences(item, live) == tuple(Difference(*each) for each in expected)
    assert schedule_differences(idea(), idea_in_buffer(idea())) == ()


@pytest.mark.parametrize(
    ("item", "live", "expected"),
    [
        (post(), THERE, []),
        (post(needs_approval=True), THERE, [("needs_approval", False, True)]),
        (post(), replace(THERE, status=PostStatus.NEEDS_APPROVAL), [("needs_approval", True, False)]),
        (post(draft=True), replace(THERE, status=PostStatus.NEEDS_APPROVAL), []),
        (queued(mode=ShareMode.SHARE_NEXT), in_buffer(queued()), [("mode", "addToQueue", "shareNext")]),
        (queued(mode=ShareMode.SHARE_NEXT), in_buffer(queued(), share_mode=""), []),
        (post(), replace(THERE, share_mode="addToQueue"), []),
        (
            post(scheduling_type=SchedulingType.NOTIFICATION),
            THERE,
            [("scheduling_type", "automatic", "notification")],
        ),
        (post(), replace(THERE, scheduling_type="notification"), [("scheduling_type", "notification", "automatic")]),
        (post(scheduling_type=SchedulingType.NOTIFICATION), replace(THERE, status=PostStatus.SENT), []),
    ],
)
def test_handling_differences(item: Post, live: LivePost, expected: list[tuple[str, object, object]]) -> None:
    """In approval, place in the queue, and reminders; none for published posts."""
    assert handling_differences(item, live) == tuple(Difference(*each) for each in expected)
    assert handling_differences(idea(), idea_in_buffer(idea())) == ()


FILE = MediaFile(path="media/a.png", digest="0" * 32, type="png", size=10, width=30, height=20)
OTHER_BYTES = FILE.model_copy(update={"digest": "1" * 32, "size": 12})


def changed_media(item: Post) -> list[tuple[str, object, object]]:
    """The differences of its media, where `FILE` was applied."""
    return [(each.path, each.before, each.after) for each in media_differences(item, (FILE.summary,))]


def test_a_file_is_the_digest_of_its_bytes() -> None:
    """No difference if only the path or what is known of the picture changed."""
    moved = FILE.model_copy(update={"path": "b.png", "width": 0})
    assert changed_media(post(assets=(Asset(image=Image(file=moved)),))) == []


def test_a_file_with_other_bytes_differs_by_name_and_size() -> None:
    """Both are shown, of a file; of a URL, that."""
    (found,) = changed_media(post(assets=(Asset(image=Image(file=OTHER_BYTES)),)))
    assert found == ("assets.0.image.file", f"{FILE.pixels}, 10 bytes", f"a.png ({FILE.pixels}, 12 bytes)")
    (found,) = changed_media(post(assets=(picture(),)))
    assert found[2] == "https://acme.example/a.png"


def test_a_file_of_a_thread_differs_by_its_place() -> None:
    """Where something was applied; otherwise nothing is compared."""
    thread = [{"text": "We are live"}, {"text": "More", "assets": [{"image": {"file": OTHER_BYTES}}]}]
    threaded = post(metadata=TwitterMetadata.model_validate({"thread": thread}))
    assert [path for path, *_ in changed_media(threaded)] == ["thread.1.assets.0.image.file"]
    assert media_differences(threaded, ()) == ()


def test_the_differences_of_an_edit_are_those_between_its_sides() -> None:
    """True as planned; not with one missing, an extra one, or without both sides. Every other change shows all."""
    world = World(live=[THERE], state=record((post(), THERE)))
    change = world.change(post(text="New", due=LATER))
    assert change.action is Action.UPDATE
    assert shows_edit(change)
    assert not shows_edit(replace(change, differences=change.differences[:1]))
    assert not shows_edit(replace(change, differences=change.differences[1:]))
    assert not shows_edit(replace(change, differences=(*change.differences, Difference("tags", "", "a"))))
    assert not shows_edit(replace(change, live=None))
    assert not shows_edit(replace(change, write=None))
    assert shows_edit(replace(change, binding=None))
    assert shows_edit(World().change(post(due=DUE)))


def test_an_edit_may_show_another_picture() -> None:
    """Which Buffer does not: that of the state, by its address."""
    was, now = post(assets=(picture("a"),)), post(text="New", assets=(picture("b"),))
    change = World(live=[in_buffer(was)], state=record((was, in_buffer(was)))).change(now)
    assert [each.path for each in change.differences] == ["text", "assets.0.image.url"]
    assert shows_edit(change)


@pytest.mark.parametrize(
    ("group", "there", "expected"),
    [(None, "g1", []), ("g1", "g1", []), ("g2", "g1", [Difference("group.group_id", "g1", "g2")])],
)
def test_a_column_of_the_board_differs_where_the_file_names_another_one(
    group: str | None, there: str, expected: list[Difference]
) -> None:
    """What the file leaves open is for people to decide."""
    item = idea(group=IdeaGroup(group_id=group) if group else None)
    assert list(idea_differences(item, idea_in_buffer(item, group_id=there))) == expected


def test_a_field_that_a_person_deleted_is_a_difference_though_buffer_may_lose_it() -> None:
    """If it was there when it was seen, beside everything else that is there now; else nobody deleted it."""
    item = replace(post(), service=Service.INSTAGRAM, metadata=InstagramMetadata(first_comment="More"))
    kept = replace(THERE, metadata={"type": "reel", "first_comment": "More"})
    gone = replace(THERE, metadata={"type": "reel"})
    wanted, there = content_of_desired(item), content_of_live(gone)
    expected = (Difference("metadata.first_comment", None, "More"),)
    assert deleted_differences(wanted, there, str(seen_of(content_of_live(kept)))) == expected
    assert deleted_differences(wanted, there, str(seen_of(there))) == ()


def test_an_edit_that_leaves_the_schedule_shows_no_time() -> None:
    """Whatever time Buffer has by now: it is not sent."""
    change = World(live=[THERE], state=record((post(), THERE))).change(post(text="New"))
    assert shows_edit(replace(change, live=replace(THERE, due_at=LATER)))
