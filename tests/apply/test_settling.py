"""The outcome of lost writes, judged by the content of Buffer afterwards (design: Applying, "Unknown outcomes")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import FileJournal
from bufferctl.apply.settling import (
    MARGIN,
    MARGIN_WITHOUT_DATE,
    Ambiguous,
    Judge,
    NotWritten,
    Settler,
    Verdict,
    Written,
)
from bufferctl.model import (
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    Intent,
    LiveIdea,
    LivePost,
    Post,
    PostStatus,
    Tag,
    Write,
)
from bufferctl.model.comparable import standing
from bufferctl.model.live import LiveThreadItem
from tests.apply.fake import SETTLE, START, FakeBuffer, idea, post
from tests.apply.machine import ENDPOINT, Told, slot

#: Sending took a quarter of a minute; a write may land a minute later (timeout and settle time).
SENT, LANDING = timedelta(seconds=15), timedelta(seconds=60)
JUDGE = Judge(LANDING, MARGIN)
SHORTENING = replace(JUDGE, shortening={"c0"})
A = post("a")


def intent(number: int, item: Post | Idea, write: Write | None = None, before: str = "") -> Intent:
    """A write that was sent at START."""
    made = CreatePost(item, "c0") if isinstance(item, Post) else CreateIdea(item, "org")
    return Intent(number, slot(item), write or made, START, START + SENT, before)


def live(live_id: str, item: Post, **others: object) -> LivePost:
    """The post made by a create of `item`, a second after it was sent."""
    status = PostStatus.DRAFT if item.draft else PostStatus.SCHEDULED
    at = START + timedelta(seconds=1)
    made = LivePost(live_id, "c0", status, item.text, at, at, due_at=item.due_at or START, via="api")
    return replace(made, is_custom_scheduled=item.due_at is not None, **others)  # type: ignore[arg-type]  # by name


def verdicts(
    listed: Collection[LivePost | LiveIdea], *items: Post | Idea, judge: Judge = JUDGE, before: Collection[str] = ()
) -> list[Verdict]:
    """The outcome of creates of `items`, in order."""
    intents = [intent(number, item) for number, item in enumerate(items, 1)]
    found = judge.verdicts(intents, listed, lambda _: before, lambda _: None)
    return [found[each.number] for each in intents]


@pytest.mark.parametrize(("seconds", "counts"), [(-61, False), (-60, True), (135, True), (136, False)])
def test_a_stranger_was_created_while_the_write_could_land(seconds: int, counts: bool) -> None:
    """From a minute before the intent to a minute after sending (15 s), timeout and settle time (60 s)."""
    created = START + timedelta(seconds=seconds)
    stranger = live("1", A, text="Other words", created_at=created)
    assert verdicts([stranger], A) == [Ambiguous(("1",)) if counts else NotWritten()]


@pytest.mark.parametrize("minutes", [-600, -2, 3, 600])
def test_an_equal_post_that_was_not_there_before_is_ours_whatever_its_time(minutes: int) -> None:
    """Everything unsent was listed before the write, so its time proves nothing; ideas are always listed in full."""
    created = START + timedelta(minutes=minutes)
    equal = live("1", A, created_at=created)
    made = LiveIdea("2", "org", created, "Idea i", "What i is about")
    assert verdicts([equal], A) == [Written(equal)]
    assert verdicts([made], idea("i")) == [Written(made)]


@pytest.mark.parametrize("via", ["api", "buffer"])
def test_an_equal_published_post_of_another_time_is_a_question(via: str) -> None:
    """It may have been published for long, unread: neither ours for certain, nor proof that nothing was written."""
    old = live("1", A, status=PostStatus.SENT, created_at=START - timedelta(minutes=2), via=via)
    assert verdicts([old], A) == [Ambiguous(("1",))]
    new = replace(old, created_at=START)
    assert verdicts([new], A) == [Written(new, by_person=via == "buffer")]


DUE = START + timedelta(days=3)


@pytest.mark.parametrize(
    "other",
    [
        {"due_at": DUE + timedelta(minutes=1)},
        {"tags": (Tag("t1", "launch", "#fff"),)},
        {"thread": (LiveThreadItem("First"), LiveThreadItem("Second"))},
    ],
    ids=lambda other: next(iter(other)),
)
def test_an_equal_text_alone_proves_nothing(other: dict[str, object]) -> None:
    """With another time, with tags or a thread, it is another post: a question, never ours."""
    timed = post("timed", due=DUE)
    assert verdicts([live("1", timed, **other)], timed) == [Ambiguous(("1",))]


@pytest.mark.parametrize(("seconds", "counts"), [(-61, False), (-60, True), (195, True), (196, False)])
def test_a_write_may_land_until_the_timeout_and_the_longest_settle_time_have_passed(
    tmp_path: Path, seconds: int, counts: bool
) -> None:
    """Sending ended after 15 s; then 30 s, 90 s (30 s and twelve assets), and a minute's margin."""
    buffer = FakeBuffer(time=0)
    buffer.posts["1"] = live("1", A, text="Other words", created_at=START + timedelta(seconds=seconds))
    buffer._born["1"] = 0
    buffer.pass_time(1000)
    journal = FileJournal(tmp_path, ENDPOINT, tmp_path / "buffer.yaml")
    journal.limit_to_homes()
    journal.intend([intent(1, A)])
    found = Settler(buffer, journal, buffer, Told(), SETTLE).judge(journal.open, {})
    assert found == {1: Ambiguous(("1",)) if counts else NotWritten()}
    assert buffer.waits == []


def test_without_a_date_the_window_is_a_day_wider() -> None:
    """Intents are then dated by this machine's clock, which may be hours off."""
    early = live("1", A, text="Other words", created_at=START - timedelta(hours=23))
    assert verdicts([early], A, judge=replace(JUDGE, margin=MARGIN_WITHOUT_DATE)) == [Ambiguous(("1",))]
    assert verdicts([early], A) == [NotWritten()]


def test_what_was_there_before_is_no_candidate() -> None:
    """Neither as an equal post nor as a stranger."""
    assert verdicts([live("1", A), live("2", post("x"))], A, before={"1", "2"}) == [NotWritten()]


def test_exact_matches_come_first() -> None:
    """Two posts differ only by their link, and only the second was written: it is not matched to the first."""
    first, second = post("one", "See https://acme.example/1"), post("two", "See https://acme.example/2")
    there = live("1", second)
    for judge in (JUDGE, SHORTENING):
        assert verdicts([there], first, second, judge=judge) == [NotWritten(), Written(there)]


def test_an_equal_post_by_a_person_is_adopted() -> None:
    """It came by `buffer`, so it is never ours; posts that came by the API are matched first."""
    theirs, ours = live("1", A, via="buffer"), live("2", A)
    assert verdicts([theirs], A) == [Written(theirs, by_person=True)]
    assert verdicts([theirs, ours], A) == [Written(ours)]
    assert [v.origin.value for v in verdicts([theirs], A) if isinstance(v, Written)] == ["adopted"]


def test_a_draft_may_come_by_buffer() -> None:
    """The API labels its own drafts this way: an equal draft is ours, one that needs approval is not."""
    draft = replace(A, draft=True)
    ours = live("1", draft, via="buffer")
    assert verdicts([ours], draft) == [Written(ours)]
    approval = replace(A, needs_approval=True)
    waiting = live("1", approval, via="buffer", status=PostStatus.NEEDS_APPROVAL)
    assert verdicts([waiting], approval) == [Written(waiting, by_person=True)]


@pytest.mark.parametrize(
    ("item", "held"),
    [(A, False), (replace(A, draft=True), True), (replace(A, needs_approval=True), True)],
    ids=["scheduled", "draft", "approval"],
)
def test_a_stranger_by_buffer_holds_only_drafts(item: Post, held: bool) -> None:
    """A person's post raises no question about a post that only the API could have made."""
    stranger = live("1", post("x"), via="buffer")
    assert verdicts([stranger], item) == [Ambiguous(("1",)) if held else NotWritten()]


def test_a_stranger_holds_one_create() -> None:
    """The most similar, by text and time; the others were not written."""
    due = START + timedelta(days=3)
    timed = post("timed", due=due)
    stranger = live("1", timed, text="Somebody's words")
    assert verdicts([stranger], A, timed, post("b")) == [NotWritten(), Ambiguous(("1",)), NotWritten()]


LINKED = post("a", "See https://acme.example/long")


@pytest.mark.parametrize(
    ("text", "judge", "found"),
    [
        ("See https://buff.ly/x", SHORTENING, True),
        ("See https://buff.ly/x", JUDGE, False),
        ("See https://acme.example/other", SHORTENING, False),
    ],
    ids=["rewritten", "on a channel that rewrites none", "another page of the same site"],
)
def test_a_link_may_differ_only_where_it_was_rewritten(text: str, judge: Judge, found: bool) -> None:
    """If the channel shortens links and the host was not declared; otherwise it is a stranger."""
    there = live("1", LINKED, text=text)
    assert verdicts([there], LINKED, judge=judge) == [Written(there) if found else Ambiguous(("1",))]


def test_too_few_rewritten_links_are_a_question() -> None:
    """Two creates that differ only by their link, and one live post: either may have been written."""
    first, second = post("one", "See https://acme.example/1"), post("two", "See https://acme.example/2")
    short = [live(n, first, text=f"See https://buff.ly/{n}") for n in ("1", "2")]
    assert verdicts(short[:1], first, second, judge=SHORTENING) == [Ambiguous(("1",))] * 2
    assert verdicts(short, first, second, judge=SHORTENING) == [Written(short[0]), Written(short[1])]
    assert verdicts([], first, second, judge=SHORTENING) == [NotWritten()] * 2


def test_what_is_asked_about_is_asked_about_once() -> None:
    """Of the posts that may be a pair's, none is a stranger to another create; another stranger is."""
    first, second = post("one", "See https://acme.example/1"), post("two", "See https://acme.example/2")
    short, stranger = live("1", first, text="See https://buff.ly/1"), live("2", post("x"), text="Other words")
    asked = [Ambiguous(("1",))] * 2
    assert verdicts([short], first, second, A, judge=SHORTENING) == [*asked, NotWritten()]
    assert verdicts([short, stranger], first, second, A, judge=SHORTENING) == [*asked, Ambiguous(("2",))]


def test_equal_twins_with_links_need_no_question() -> None:
    """They are identical, so it does not matter which one was written."""
    twins = [post("one", LINKED.text), post("two", LINKED.text)]
    there = live("1", LINKED, text="See https://buff.ly/x")
    assert verdicts([there], *twins, judge=SHORTENING) == [Written(there), NotWritten()]


def test_twins_pair_in_creation_order() -> None:
    """The first one sent is the first one created, in any list order."""
    older, younger = live("2", A), live("1", A, created_at=START + timedelta(seconds=2))
    assert verdicts([younger, older], A, post("b", A.text)) == [Written(older), Written(younger)]


def test_ideas_have_no_via() -> None:
    """An equal idea is ours."""
    made = LiveIdea("1", "org", START, "Idea i", "What i is about")
    assert verdicts([made], idea("i")) == [Written(made)]


def test_a_post_is_no_idea() -> None:
    """Each home is judged separately."""
    assert verdicts([live("1", A)], idea("i")) == [NotWritten()]


EDITED = replace(A, text="The words that it is to have now")
BEFORE = live("1", A)


@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        (live("1", EDITED), Written(live("1", EDITED))),
        (BEFORE, NotWritten()),
        (live("1", post("x")), Ambiguous(("1",))),
        (None, Ambiguous()),
    ],
    ids=["as desired", "as before", "neither", "gone"],
)
def test_an_edit_goes_by_what_is_there(there: LivePost | None, verdict: Verdict) -> None:
    """Equal to the file: done; as before: not written; otherwise held."""
    write = EditPost("1", EDITED, "c0")
    found = JUDGE.verdicts([intent(1, EDITED, write, standing(BEFORE))], (), lambda _: (), lambda _: there)
    assert found == {1: verdict}


@pytest.mark.parametrize(("number", "reads"), [(3, 3), (4, 1), (40, 1)])
def test_few_posts_are_read_one_by_one_and_many_in_a_list(tmp_path: Path, number: int, reads: int) -> None:
    """Each read is a request: three for three edits, one for more."""
    buffer, journal = FakeBuffer(time=0), FileJournal(tmp_path, ENDPOINT, tmp_path / "buffer.yaml")
    posts = [post(f"k{n}") for n in range(number)]
    buffer.posts = {f"p{n}": live(f"p{n}", each) for n, each in enumerate(posts)}
    buffer._born = dict.fromkeys(buffer.posts, 0)
    journal.limit_to_homes()
    edits = [EditPost(f"p{n}", replace(each, text="New"), "c0") for n, each in enumerate(posts)]
    were = map(standing, buffer.posts.values())
    journal.intend([intent(n, write.item, write, was) for n, (write, was) in enumerate(zip(edits, were, strict=True))])
    found = Settler(buffer, journal, buffer, Told(), SETTLE).judge(journal.open, {})
    assert (found, buffer.reads) == (dict.fromkeys(range(number), NotWritten()), reads)


def test_an_edit_does_not_take_another_link_for_its_own() -> None:
    """A person changed the link to another page of the same site."""
    write = EditPost("1", LINKED, "c0")
    other = live("1", LINKED, text="See https://acme.example/other")
    found = SHORTENING.verdicts([intent(1, LINKED, write, standing(BEFORE))], (), lambda _: (), lambda _: other)
    assert found == {1: Ambiguous(("1",))}


def test_a_delete_is_done_once_it_is_gone() -> None:
    """Still there: not written."""
    deleted = [intent(1, A, DeletePost("1", "c0"))]
    assert JUDGE.verdicts(deleted, (), lambda _: (), lambda _: None) == {1: Written(None)}
    assert JUDGE.verdicts(deleted, (), lambda _: (), lambda _: BEFORE) == {1: NotWritten()}
