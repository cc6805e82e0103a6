"""The outcome of lost writes, judged by the content of Buffer afterwards (design: Applying, "Unknown outcomes")."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bufferctl.apply import MARGIN, FileJournal, Settler
from bufferctl.apply.settling import MARGIN_WITHOUT_DATE, Ambiguous, Judge, NotWritten, TooEarly, Verdict, Written
from bufferctl.errors import InterruptError, PartWayError
from bufferctl.model import (
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    Intent,
    LiveIdea,
    LivePost,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    Tag,
    Write,
    bind,
    standing,
)
from tests.apply.fake import SETTLE, START, FakeBuffer, idea, post
from tests.apply.machine import ENDPOINT, Told, slot

#: Sending took a quarter of a minute; a write may land a minute later (timeout and settle time).
SENT, LANDING = timedelta(seconds=15), timedelta(seconds=60)
JUDGE = Judge(LANDING, MARGIN)
SHORTENING = replace(JUDGE, shortening={"c0"})
A, B = post("a"), post("b")


def intent(number: int, item: Post | Idea, write: Write | None = None, before: str = "") -> Intent:
    """A write that was sent at START."""
    made = CreatePost(item, "c0") if isinstance(item, Post) else CreateIdea(item, "org")
    return Intent(number, slot(item), write or made, START, START + SENT, before)


def live(live_id: str, item: Post, **others: object) -> LivePost:
    """The post made by a create of `item`, a second after it was sent."""
    status = PostStatus.DRAFT if item.draft else PostStatus.SCHEDULED
    at = START + timedelta(seconds=1)
    made = LivePost(live_id, "c0", status, item.text, at, due_at=item.due_at or START, via="api")
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


def test_of_many_equals_the_first_is_taken() -> None:
    """One create made one of them."""
    first, *others = (live(str(number), A, created_at=START + timedelta(seconds=number)) for number in range(1, 5))
    assert verdicts([*others, first], A) == [Written(first)]


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


def settler(folder: Path, *, time: float = 1000, **others: object) -> Settler:
    """So many seconds after START, with an empty journal; its clock, its account and its listener are at hand."""
    journal = FileJournal(folder, ENDPOINT, folder / "buffer.yaml")
    journal.limit_to_homes()
    buffer = FakeBuffer(time=time)
    return Settler(buffer, journal, buffer, Told(), SETTLE, **others)  # type: ignore[arg-type]  # by name


def put(made: Settler, *items: LivePost | LiveIdea) -> FakeBuffer:
    """Let these be in the account from the beginning."""
    buffer = made.buffer
    assert isinstance(buffer, FakeBuffer)
    for item in items:
        if isinstance(item, LivePost):
            buffer.posts[item.id] = item
        else:
            buffer.ideas[item.id] = item
        buffer._born[item.id] = 0
    return buffer


def waits(made: Settler) -> list[tuple[float, str]]:
    """What was said about waiting."""
    assert isinstance(made.watcher, Told)
    return made.watcher.waits


@pytest.mark.parametrize(
    ("answered", "time", "verdict"),
    [
        (False, 166.999, TooEarly()),
        (False, 167, NotWritten()),
        (True, 45, NotWritten()),
    ],
)
def test_absence_is_proved_five_settle_times_after_sending(
    tmp_path: Path, answered: bool, time: float, verdict: Verdict
) -> None:
    """15 s, 150 s, and the two seconds that whole seconds may hide; where it answered, 15 s and 30 s."""
    made = settler(tmp_path, time=time)
    assert made.judge([replace(intent(1, A), answered=answered)], {}) == {1: verdict}


@pytest.mark.parametrize(
    ("time", "waited"),
    [
        (15, [(30, "An answer was lost, so Buffer is asked what it did")]),
        (44.5, [(0.5, "An answer was lost, so Buffer is asked what it did")]),
        (45, []),
    ],
)
def test_lists_are_read_when_they_should_show_the_write(
    tmp_path: Path, time: float, waited: list[tuple[float, str]]
) -> None:
    """The settle time after sending, to the last half second, and people are told; later nobody waits."""
    made = settler(tmp_path, time=time)
    made.judge([intent(1, A)], {})
    assert waits(made) == waited
    assert made.buffer.waits == [seconds for seconds, _ in waited]  # type: ignore[attr-defined]  # the fake


PROOF = "Buffer may still be carrying out a write, so it is asked again"


@pytest.mark.parametrize(("time", "waited"), [(15, [(152, PROOF)]), (166.5, [(0.5, PROOF)]), (167, []), (200, [])])
def test_proof_is_waited_for_as_long_as_it_takes(tmp_path: Path, time: float, waited: list[tuple[float, str]]) -> None:
    """Until five settle times and two seconds after sending, at most --max-wait, and people are told."""
    made = settler(tmp_path, time=time, max_wait=152)
    made.wait_for_proof([intent(1, A)])
    assert waits(made) == waited
    assert made.buffer.server_time() >= START + SENT + timedelta(seconds=152)


def test_a_wait_for_proof_ends_the_run_where_it_is_too_long_or_somebody_asks(tmp_path: Path) -> None:
    """PartWayError with the time to come back; InterruptError. Nothing is concluded from either."""
    with pytest.raises(PartWayError, match="--max-wait"):
        settler(tmp_path, time=15, max_wait=151.9).wait_for_proof([intent(1, A)])
    made = settler(tmp_path, time=15)
    made.buffer.asked = lambda: True  # type: ignore[attr-defined]  # the fake
    with pytest.raises(InterruptError):
        made.wait_for_proof([intent(1, A)])


def test_twins_of_one_second_pair_in_the_order_of_their_ids() -> None:
    """Buffer counts them up as it creates them, and tells its times in whole seconds."""
    older, younger = live("1", A), live("2", A)
    assert verdicts([younger, older], A, post("b", A.text)) == [Written(older), Written(younger)]


@pytest.mark.parametrize("judge", [SHORTENING, JUDGE], ids=["shortens", "does not"])
def test_an_edit_whose_link_was_shortened_is_done(judge: Judge) -> None:
    """Where the channel shortens links; elsewhere somebody changed it."""
    write = EditPost("1", LINKED, "c0")
    there = live("1", LINKED, text="See https://buff.ly/x")
    found = judge.verdicts([intent(1, LINKED, write, standing(BEFORE))], (), lambda _: (), lambda _: there)
    assert found == {1: Written(there) if judge is SHORTENING else Ambiguous(("1",))}


def test_an_equal_text_of_another_time_and_day_is_another_post() -> None:
    """Created an hour before the write, for another day: nobody is asked."""
    timed = post("timed", due=DUE)
    there = live("1", timed, due_at=DUE + timedelta(days=1), created_at=START - timedelta(hours=1))
    assert verdicts([there], timed) == [NotWritten()]


@pytest.mark.parametrize(
    "second",
    [
        post("two", "See https://acme.example/2", due=DUE + timedelta(days=1)),
        post("two", "See https://acme.example/2", due=DUE, draft=True),
        post("two", "See https://acme.example/2", due=DUE, needs_approval=True),
        post("two", "Read https://acme.example/2", due=DUE),
    ],
    ids=["another time", "a draft", "for approval", "other words"],
)
def test_what_tells_two_creates_apart_but_for_their_links_needs_no_question(second: Post) -> None:
    """The one whose link came back shortened was written, in any order; the other one was not.

    What is scheduled is no draft that somebody scheduled since while it may be the post that was to be scheduled.
    """
    first = post("one", "See https://acme.example/1", due=DUE)
    there = live("1", first, text="See https://buff.ly/1")
    assert verdicts([there], first, second, judge=SHORTENING) == [Written(there), NotWritten()]
    assert verdicts([there], second, first, judge=SHORTENING) == [NotWritten(), Written(there)]


def test_of_two_drafts_none_takes_what_was_scheduled() -> None:
    """One draft and the post were written: which draft is a question, which must not cost the post its own."""
    drafts = [post(key, f"See https://acme.example/{key}", due=DUE, draft=True) for key in ("one", "two")]
    timed = post("timed", "See https://acme.example/3", due=DUE)
    short = [live(key, each, text=f"See https://buff.ly/{key}") for key, each in (("1", drafts[0]), ("2", timed))]
    asked = [Ambiguous(("1",))] * 2
    assert verdicts(short, *drafts, timed, judge=SHORTENING) == [*asked, Written(short[1])]


def test_each_group_of_rewritten_links_is_judged_by_itself() -> None:
    """A question about two posts is none about a third."""
    pair = [post("one", "See https://acme.example/1"), post("two", "See https://acme.example/2")]
    third = post("three", "Read https://acme.example/3")
    short = [live("1", pair[0], text="See https://buff.ly/1"), live("2", third, text="Read https://buff.ly/3")]
    asked = [Ambiguous(("1",))] * 2
    assert verdicts(short, *pair, third, judge=SHORTENING) == [*asked, Written(short[1])]


def test_a_rewritten_link_of_another_time_is_not_ours() -> None:
    """It is due on another day: a question, like any stranger."""
    timed = replace(LINKED, due_at=DUE)
    there = live("1", timed, text="See https://buff.ly/x", due_at=DUE + timedelta(days=1))
    assert verdicts([there], timed, judge=SHORTENING) == [Ambiguous(("1",))]
    old = live("1", LINKED, text="See https://buff.ly/x", status=PostStatus.SENT, created_at=START - timedelta(hours=1))
    assert verdicts([old], LINKED, judge=SHORTENING) == [NotWritten()]


def test_of_two_that_a_stranger_may_be_the_one_with_its_text_is_asked_about() -> None:
    """Its text, before its time; of ideas, the text alone."""
    one, two = post("one", "One", due=DUE), post("two", "Two", due=DUE + timedelta(days=1))
    stranger = live("1", two, due_at=DUE)
    assert verdicts([stranger], one, two) == [NotWritten(), Ambiguous(("1",))]
    edited = LiveIdea("2", "org", START, "Somebody's title", "What two is about")
    assert verdicts([edited], idea("one"), idea("two")) == [NotWritten(), Ambiguous(("2",))]


def test_a_stranger_is_asked_about_only_for_a_write_that_it_may_be() -> None:
    """It has the text of the one that was sent when it was there already; the other one waits for the answer."""
    one, two = post("one", "One", due=DUE), post("two", "Two", due=DUE + timedelta(days=1))
    stranger = live("1", two, text="One")
    there = {1: {"1"}, 2: set[str]()}
    found = JUDGE.verdicts([intent(1, one), intent(2, two)], [stranger], lambda it: there[it.number], lambda _: None)
    assert found == {1: NotWritten(), 2: Ambiguous(("1",))}


def test_the_widest_difference_of_clocks_that_was_seen_counts(tmp_path: Path) -> None:
    """A minute, and what Buffer's creation times were apart from its Date; a day where it sends none."""
    made = settler(tmp_path)
    assert made.margin == timedelta(minutes=1)
    for seconds, margin in ((-10, 70), (-5, 70), (15 + 30, 90), (5, 90)):
        made.measure(intent(1, A), START + timedelta(seconds=seconds))
        assert made.margin == timedelta(seconds=margin)
    put(made).dateless = True
    assert made.margin == timedelta(days=1)


def test_what_was_listed_while_settling_is_no_later_write_s(tmp_path: Path) -> None:
    """It was there before the next batch left."""
    made = settler(tmp_path)
    put(made, live("1", A))
    made.judge([intent(1, A)], {})
    (later,) = made.journal.intend([intent(2, post("b"))])
    assert later.listed == {"1"}


def test_many_posts_are_looked_up_where_they_may_be(tmp_path: Path) -> None:
    """Four: in the list of what is unsent, and by id what was published meanwhile."""
    made = settler(tmp_path)
    posts = [live(f"p{n}", post(f"k{n}")) for n in range(4)]
    published = replace(posts[3], status=PostStatus.SENT)
    buffer = put(made, *posts[:3], published)
    found = made.finder([(slot(A), DeletePost(each.id, "c0")) for each in posts])
    assert [found(each.id) for each in posts] == [*posts[:3], published]
    assert (found("gone"), buffer.reads) == (None, 3)


def test_creates_alone_take_one_request(tmp_path: Path) -> None:
    """Four: they are in the list of what was created since."""
    made = settler(tmp_path)
    made.judge([intent(number, post(f"k{number}")) for number in range(4)], {})
    assert put(made).reads == 1


def test_a_list_without_a_confirmed_idea_is_read_again(tmp_path: Path) -> None:
    """An idea cannot be read by its id; it is said, and each pause is longer than the last."""
    made = settler(tmp_path)
    buffer = put(made, LiveIdea("i1", "org", START - timedelta(hours=1), "Another", ""))
    buffer.lag = 1100
    assert made.judge([intent(1, idea("i"))], {}, {"org": "i1"}) == {1: NotWritten()}
    why = "Buffer's list is out of date, so it is read again"
    assert waits(made) == [(30, why), (60, why), (90, why)]


def test_a_list_is_read_five_times_at_most(tmp_path: Path) -> None:
    """PartWayError: what became of the write is not known."""
    made = settler(tmp_path)
    buffer = put(made, live("p1", post("b")))
    buffer.lag = 1e6
    with pytest.raises(PartWayError, match="still lacks posts that Buffer confirmed"):
        made.judge([intent(1, A)], {}, {"c0": "p1"})
    assert buffer.waits == [30, 60, 90, 120, 150]


def asked(made: Settler, *questions: tuple[Post | Idea, tuple[str, ...] | None]) -> dict[int, Verdict]:
    """Verdicts on creates of which a person was asked about some, which are bound to nothing."""
    made.journal.intend([intent(number, item) for number, (item, _) in enumerate(questions, 1)])
    made.journal.ask({number: ids for number, (_, ids) in enumerate(questions, 1) if ids is not None})
    return made.judge(made.journal.open, {})


def test_a_question_stays_one_while_a_candidate_is_there(tmp_path: Path) -> None:
    """Also one that is too old for the list, or an idea; also where nobody could name any candidate."""
    made = settler(tmp_path)
    old = live("old", post("x"), created_at=START - timedelta(days=9))
    put(made, old, LiveIdea("i1", "org", START - timedelta(days=9), "Another", ""))
    found = asked(made, (B, None), (A, ("old", "gone")), (post("c"), ()), (idea("i"), ("i1", "i2")))
    assert found == {1: NotWritten(), 2: Ambiguous(("old",)), 3: Ambiguous(()), 4: Ambiguous(("i1",))}


def test_a_question_ends_with_its_candidates(tmp_path: Path) -> None:
    """Deleted, or bound to another address since; an idea is not asked for by its id."""
    made = settler(tmp_path)
    buffer = put(made, live("p1", post("x")))
    made.journal.intend([intent(1, A), intent(2, B), intent(3, idea("i"))])
    made.journal.ask({1: ("gone",), 2: ("p1",), 3: ("i1",)})
    bindings = {slot(post("x")): bind(post("x"), buffer.posts["p1"], Origin.IMPORTED)}
    assert made.judge(made.journal.open, bindings) == dict.fromkeys((1, 2, 3), NotWritten())
    assert buffer.reads == 2
