"""The warnings of a plan, about one object and about several."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Any

import pytest

from bufferctl.diagnostics import Kind, Place
from bufferctl.model import Address, EditPost, Idea, LivePost, Origin, Post, PostStatus, Service, Settings
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.plan import Action, Reason
from bufferctl.reconcile import Options

from .builders import (
    DUE,
    NO_RECORD,
    NOW,
    OLD,
    OVER,
    TWITTER,
    YOUNG,
    World,
    idea,
    idea_in_buffer,
    in_buffer,
    on_linkedin,
    picture,
    post,
    published,
    queued,
    record,
    warnings,
)

A, B = post(), post("b", "Second")
ONE, TWO = (A, in_buffer(A, "p1")), (B, in_buffer(B, "p2"))


def there(*bound: tuple[Post, LivePost], channel: dict[str, Any] | None = None, **fields: Any) -> World:
    """Applied, and in Buffer."""
    channels = (replace(TWITTER, **channel),) if channel else World().channels
    return World(live=[live for _, live in bound], state=record(*bound), channels=channels, **fields)


def unmerged(*items: Post) -> World:
    """Just imported, into files that this checkout may lack."""
    state = record(*((each, in_buffer(each, f"p-{each.address.key}")) for each in items), origin=Origin.IMPORTED)
    bindings = {s: replace(b, unmerged=True) for s, b in state.bindings.items()}
    live = [in_buffer(each, f"p-{each.address.key}") for each in items]
    return World(live=live, state=replace(state, bindings=bindings), settings=Settings(prune=False))


def pictured(*keys: str) -> list[Post]:
    return [post(key, f"Text of {key}", assets=(picture(key),)) for key in keys]


SINCE = NOW - timedelta(days=30)
NEXT = [queued("q", "Q"), queued("r", "R")]
WAIT = PostStatus.NEEDS_APPROVAL
WAITING = [(A, in_buffer(A, "p1", status=WAIT)), (B, in_buffer(B, "p2", status=WAIT))]
X, Y = pictured("x", "y")
UNKNOWN = "`managed_since` is not set, *"


@pytest.mark.parametrize(
    ("world", "items", "expected"),
    [
        (World(state=NO_RECORD), [post(due=OVER)], [UNKNOWN, f"1 post is due *never sends it: {A.address}"]),
        (
            World(state=NO_RECORD),
            [post(due=OVER), post("b", "Second", OVER)],
            [UNKNOWN, f"2 posts are due *never sends them: {A.address}, {B.address}"],
        ),
        (World(live=[in_buffer(X)]), [X], ["The image of the post that was found *, and is taken to be the same"]),
        (
            World(live=[in_buffer(X), in_buffer(Y, "p2")]),
            [X, Y],
            ["The 2 media files of the 2 posts that were found *, and are taken to be the same"],
        ),
        (
            World(live=[in_buffer(X), in_buffer(A, "p2")]),
            [X, A],
            ["The image of the post that was found *, and is taken to be the same"],
        ),
        (
            there(channel={"is_queue_paused": True}),
            NEXT[:1],
            ["The queue of twitter:acme is paused, so 1 post waits *"],
        ),
        (there(channel={"is_queue_paused": True}), NEXT, ["The queue of twitter:acme is paused, so 2 posts wait *"]),
        (there(WAITING[0]), [A], ["twitter:acme makes *: 1 post waits there and will not be published before"]),
        (there(*WAITING), [A, B, *NEXT], ["twitter:acme makes *: 2 posts wait *, and so will new ones (2)"]),
        (there(channel={"reminds_by_default": True}), NEXT[:1], ["twitter:acme is set to *of the new post and *"]),
        (there(channel={"reminds_by_default": True}), NEXT, ["twitter:acme is set to *of the 2 new posts and *"]),
        (there(ONE, settings=Settings(prune=False)), [B], [f"{A.address} was removed *and will be published, *"]),
        (unmerged(A), [], ["1 imported entry is not in these files (a), *"]),
        (unmerged(A), [replace(A, text="Edited")], []),
        (unmerged(A, B), [], ["2 imported entries are not in these files (a, b), *"]),
        (World(live=[ONE[1]], state=NO_RECORD, since=SINCE), [A], ["1 post in Buffer matched by content alone, *"]),
        (
            World(live=[ONE[1], TWO[1]], state=NO_RECORD, since=SINCE),
            [A, B],
            ["2 posts in Buffer matched by content alone, *"],
        ),
        (
            World(live=[ONE[1]], state=NO_RECORD, since=SINCE),
            [],
            ["Buffer has 1 unsent post *: 'We are live' (p1). It will be published, and may be one that *"],
        ),
        (
            World(live=[TWO[1], ONE[1]], state=NO_RECORD, since=SINCE),
            [],
            ["Buffer has 2 unsent posts *: 'We are live' (p1), 'Second' (p2). They will be *, and may be posts that *"],
        ),
        (
            replace(there(ONE), live=[ONE[1], in_buffer(A, "p9", YOUNG)]),
            [A],
            [f"Buffer has p9, which equals {A.address} (p1) and is unmanaged, *"],
        ),
        (World(unread=["c1", "c2"]), [A], ["Not all published posts of twitter:acme could be read, *"]),
        (there(ONE), [post(existing="p7")], [f"`existing` names p7, but {A.address} is p1 in Buffer, *"]),
        (there((ONE[0], replace(ONE[1], status=PostStatus.ERROR))), [post(existing="p7")], []),
        (there(ONE), [post(existing="p1")], []),
        (
            World(
                state=record((idea(), idea_in_buffer(idea()))),
                options=Options(recreate=frozenset({"Acme/ideas/hiring"})),
            ),
            [idea(existing="i7")],
            [],
        ),
    ],
)
def test_warnings(world: World, items: list[Post | Idea], expected: list[str]) -> None:
    """These, and no others."""
    messages = [each.message for each in world.plan(*items).warnings]
    assert len(messages) == len(expected), messages
    for message, pattern in zip(messages, expected, strict=True):
        assert fnmatchcase(message, pattern), message


def pin(key: str, text: str) -> Post:
    """A pin on a board that the files call by the name that it had."""
    address = Address("Acme", "pinterest:acme", key)
    return replace(post(key, text), address=address, service=Service.PINTEREST, metadata=PinterestMetadata(board="Old"))


@pytest.mark.parametrize(("number", "uses"), [(1, "an entry uses"), (2, "2 entries use")])
def test_a_board_that_was_renamed_is_warned_about(number: int, uses: str) -> None:
    """Once, with the number of its entries and its new name; they stay as they are."""
    channel = replace(TWITTER, service=Service.PINTEREST, boards={"New": "b1"})
    pins = [pin(f"k{n}", f"Pin {n}") for n in range(number)]
    was = [in_buffer(each, f"p{n}", metadata={"board": "Old", "board_service_id": "b1"}) for n, each in enumerate(pins)]
    now = [replace(each, metadata={"board": "New", "board_service_id": "b1"}) for each in was]
    world = World(live=now, state=record(*zip(pins, was, strict=True)), channels=(channel,))
    plan = world.plan(*pins)
    assert [change.action for change in plan.changes] == [Action.NO_OP] * number
    assert [each.message for each in plan.warnings] == [
        f"The board “Old” of pinterest:acme is now called “New”, and {uses} the old name; new pins for it are held"
    ]
    assert [each.hint for each in plan.warnings] == ["Write `board: New` in the files."]


@pytest.mark.parametrize("name", ["Old", "New"])
def test_an_edit_of_a_pin_keeps_its_board(name: str) -> None:
    """By its id, whether it was renamed or not."""
    channel = replace(TWITTER, service=Service.PINTEREST, boards={name: "b1"})
    was = in_buffer(pin("a", "A pin"), metadata={"board": "Old", "board_service_id": "b1"})
    now = replace(was, metadata={"board": name, "board_service_id": "b1"})
    write = World(live=[now], state=record((pin("a", "A pin"), was)), channels=(channel,)).change(pin("a", "New")).write
    assert isinstance(write, EditPost)
    assert write.item.metadata == PinterestMetadata(board="Old", board_service_id="b1")


def test_a_pin_that_a_person_changed_too_shows_its_board() -> None:
    """On another board, or on a renamed one: beside the text."""
    channel = replace(TWITTER, service=Service.PINTEREST, boards={"New": "b1"})
    was = in_buffer(pin("a", "A pin"), metadata={"board": "Old", "board_service_id": "b1"})
    theirs = replace(was, text="Theirs", metadata={"board": "New", "board_service_id": "b1"})
    world = World(live=[theirs], state=record((pin("a", "A pin"), was)), channels=(channel,))
    plan = world.plan(pin("a", "A pin"))
    assert [[each.path for each in change.differences] for change in plan.changes] == [["text", "metadata.board"]]
    assert plan.warnings == ()


def test_what_was_recovered_and_is_asked_about_is_not_counted_again() -> None:
    """Gone, and another post is like it: a question, and no equal."""
    world = World(live=[in_buffer(B, "p2", YOUNG)], state=record(ONE, origin=Origin.RECOVERED), gone=["p1"])
    plan = world.plan(A)
    assert [each.reason for each in plan.changes] == [Reason.AMBIGUOUS]
    assert plan.warnings == ()


def test_what_counts_as_past_is_said_once() -> None:
    """Not again for an address that the state has as past; the latest posts are named, and the others counted."""
    items = [post(f"k{n:02}", f"Number {n}", OVER - timedelta(days=n)) for n in range(12)]
    plan = World(state=NO_RECORD, since=NOW).plan(*items)
    (warning,) = plan.warnings
    named = ", ".join(f"Acme/twitter:acme/k{n:02}" for n in range(9, -1, -1))
    assert warning.message == (
        "12 posts are due in the past, and Buffer has no equal post; bufferctl never sends them: "
        f"{named}, and 2 earlier ones"
    )
    known = replace(NO_RECORD, past=frozenset(change.slot for change in plan.changes))
    assert World(state=known, since=NOW).plan(*items).warnings == ()


def test_what_stays_in_buffer_is_named_with_its_file() -> None:
    """The file that had it, and that it will be published, unless it is a draft."""
    draft = post(draft=True)
    for bound, goes_out in ((ONE, " and will be published"), ((draft, in_buffer(draft)), "")):
        (warning,) = there(bound, settings=Settings(prune=False)).plan(B).warnings
        assert warning.message == (
            f"{A.address} was removed from the files but is still in Buffer{goes_out}, since `prune` is off"
        )
        assert warning.place == Place("posts.yaml")
    world = there(ONE, settings=Settings(prune=False))
    nowhere = {at: replace(b, file="") for at, b in world.state.bindings.items()}
    (warning,) = replace(world, state=replace(world.state, bindings=nowhere)).plan(B).warnings
    assert warning.place is None


def removing(*live: LivePost, removed: tuple[Post, ...] = (A,), **fields: Any) -> World:
    """Posts in Buffer that the state does not have, while a request removes entries."""
    return World(live=live, options=Options(removed=removed), **fields)


@pytest.mark.parametrize(
    ("via", "whose"),
    [
        ("buffer", "A person created it in Buffer"),
        ("api", "It was created through the API, perhaps by bufferctl"),
    ],
)
@pytest.mark.parametrize("created", [YOUNG, OLD])
def test_a_post_of_a_removed_entry_that_the_state_lacks(via: str, whose: str, created: datetime) -> None:
    """The state is older than the post: it comes first that it goes out, whose it is, and how to stop it.

    Also beside a question about it: a new entry has its time.
    """
    (warning,) = removing(in_buffer(A, created=created, via=via)).plan(B).warnings
    assert warning.kind is Kind.STILL_PUBLISHED
    assert warning.message == (
        f"{A.address} was removed from the files, but an equal post that the state does not have stays in Buffer and "
        f"will be published: `p1`. {whose}"
    )
    assert warning.hint == (
        "If it should not be published, delete it in Buffer, or restore its entry with `cancelled: [twitter]` "
        "and `existing: {twitter: p1}`."
    )
    assert warning.place == Place("posts.yaml")


def test_several_posts_of_removed_entries_that_the_state_lacks() -> None:
    """One warning, with each post beside its entry."""
    lives = [in_buffer(A, "p1"), in_buffer(A, "p2"), in_buffer(B, "p3")]
    (warning,) = removing(*lives, removed=(A, B)).plan().warnings
    assert warning.message == (
        f"{A.address}, {B.address} were removed from the files, but equal posts that the state does not have stay in "
        "Buffer and will be published: `p1`, `p2`, `p3`. They were created through the API, perhaps by bufferctl"
    )
    assert "delete them in Buffer, or restore their entries with" in warning.hint


@pytest.mark.parametrize(
    "world",
    [
        removing(in_buffer(A, text="Else")),
        removing(in_buffer(A, due_at=DUE + timedelta(hours=1))),
        removing(in_buffer(on_linkedin(A))),
        removing(in_buffer(A, status=PostStatus.DRAFT)),
        removing(published(A)),
        removing(in_buffer(A), removed=()),
        removing(in_buffer(A), state=record((A, in_buffer(A)))),
    ],
    ids=["text", "time", "channel", "draft", "published", "no base", "in the state"],
)
def test_other_posts_are_not_those_of_a_removed_entry(world: World) -> None:
    """Another text, time or channel; not scheduled; or deleted, since the state has it."""
    assert not [each for each in world.plan(B).warnings if each.comes_first]


def test_a_renamed_entry_takes_the_post_that_the_state_lacks() -> None:
    """It is there already under its new key, so nothing goes out that no file has."""
    plan = removing(in_buffer(A, created=YOUNG)).plan(replace(A, address=replace(A.address, key="new")))
    assert [each.action for each in plan.changes] == [Action.ADOPT]
    assert not [each for each in plan.warnings if each.comes_first]


def test_without_a_state_a_removed_entry_is_named_once() -> None:
    """By what the request shows, and not again as a post that may have been removed."""
    plan = removing(in_buffer(A), state=NO_RECORD, since=SINCE).plan()
    assert [each.kind for each in plan.warnings] == [Kind.STILL_PUBLISHED]


def test_a_warning_names_ten_entries_and_counts_the_others() -> None:
    """Of twelve that are edited alike once they are published."""
    items = [post(f"k{n:02}", f"Number {n}", OVER - timedelta(hours=n)) for n in range(12)]
    items = [replace(each, place=Place("posts.yaml", line, 3)) for line, each in enumerate(items, 1)]
    out = [published(each, f"p{n}") for n, each in enumerate(items)]
    world = World(live=out, state=record(*zip(items, out, strict=True)))
    (warning,) = world.plan(*(replace(each, tags=("launch",)) for each in items)).warnings
    named = ", ".join(f"`k{n:02}`" for n in range(10))
    assert warning.message.startswith(f"{named} and 2 more are already published on X; this edit (tags) changes ")


def test_an_edit_without_a_field_to_name() -> None:
    """Of what Buffer does not show: no brackets with nothing between them."""
    was = post(due=OVER)
    world = World(live=[published(was)], state=record((was, published(was))))
    (warning,) = world.plan(replace(was, source="a newsletter")).warnings
    assert warning.message == "`a` is already published on X; this edit changes nothing there"


@pytest.mark.parametrize(
    ("via", "who"),
    [
        ("buffer", "A person created it in Buffer"),
        ("api", "It was created through the API, perhaps by bufferctl"),
    ],
)
def test_an_edit_of_what_existing_names(via: str, who: str) -> None:
    """It says whose post it is, and first of all if it is a person's; a later edit of the same post does not."""
    live = in_buffer(post("theirs", "Their words"), "p9", via=via)
    claimed = replace(A, existing="p9")
    plan = World(live=[live]).plan(claimed)
    (change,) = plan.writes
    assert change.message == f"It is the post that `existing` names. {who}"
    first = [each.message for each in plan.warnings if each.comes_first]
    said = f"This changes a post that a person created in Buffer: 'Their words' ({A.address})"
    assert first == ([said] if via == "buffer" else [])
    ours = there((A, in_buffer(A, "p9", via=via))).plan(replace(claimed, text="Other words"))
    assert ([each.message for each in ours.writes], [each for each in ours.warnings if each.comes_first]) == ([""], [])


def test_what_another_root_file_declares_and_this_one_has_is_not_on_its_way() -> None:
    """Only what left these files is waited for."""
    options = Options(declared_elsewhere={"p1": "other.yaml"})
    world = World(live=[ONE[1]], state=record(ONE), options=options)
    assert "other.yaml declares 1 post that these files no longer have" in warnings(world.plan())
    assert "other.yaml declares" not in warnings(world.plan(ONE[0]))
