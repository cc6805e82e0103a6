"""Finding what may be a declared object gives what comparing it with each live object gives."""

from __future__ import annotations

from datetime import timedelta
from difflib import SequenceMatcher

from hypothesis import example, given
from hypothesis import strategies as st

from bufferctl.model import Horizon, Likeness, LivePost, Post, comparable
from bufferctl.reconcile.likeness import ALIKE, Candidate, Pool
from tests.reconcile.builders import DUE, YOUNG, in_buffer, post, queued

TEXT = "We are live with the new console, and it is twice as fast as the old one was. Tip 7 of 12."
#: 200 characters, each of them once.
DISTINCT = "".join(chr(0x100 + number) for number in range(200))
#: An edit of a text: where it starts, how many characters it replaces, and by what.
edits = st.tuples(st.integers(0, len(TEXT)), st.integers(0, 30), st.text("ab 1", max_size=20))


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Variants of one text, many of them about four fifths alike, and texts of few characters."""
    text = TEXT
    for start, length, new in draw(st.lists(edits, max_size=4)):
        text = text[:start] + new + text[start + length :]
    return text


some_texts = texts() | st.text("ab ", min_size=1, max_size=12)


def candidate(live: LivePost) -> Candidate:
    """A live object that may be ours."""
    return Candidate(live, comparable.content_of_live(live), explained=False, horizon=Horizon(None, recorded=True))


def found(item: Post, *live: LivePost, own: frozenset[str] = frozenset()) -> list[tuple[str, Likeness]]:
    """Ids and rules of what may be `item`."""
    pool = Pool()
    for each in map(candidate, live):
        pool.add(each)
    return [(each.item.id, rule) for each, rule in pool.near(item, comparable.content_of_desired(item), own)]


@given(some_texts.filter(str.strip), st.lists(some_texts, max_size=8))
@example(DISTINCT, [DISTINCT[:n] + "-" * (200 - n) for n in (159, 160)])
@example(DISTINCT, ["".join("-" if n % 5 == 4 else each for n, each in enumerate(DISTINCT))])
@example(TEXT * 4, ["".join("-" if n % 9 == 4 else each for n, each in enumerate(TEXT * 4))])
@example("ababab", ["ababa", "bababa", "abab", "abababab"])
@example("x" * 8 + "ab", ["x" * 8 + "cd", "cd" + "x" * 8, "x" * 7 + "cde"])
def test_bounds_change_no_decision_about_texts(text: str, others: list[str]) -> None:
    """Exactly the texts, in order, whose likeness by difflib is at least 0.8."""
    item = queued(text=text)
    live = [in_buffer(queued(text=other), f"p{n}", YOUNG) for n, other in enumerate(others)]
    wanted = comparable.content_of_desired(item).text
    expected = [
        (each.id, Likeness.SIMILAR_TEXT)
        for each in live
        if SequenceMatcher(None, comparable.content_of_live(each).text, wanted, autojunk=False).ratio() >= ALIKE
    ]
    assert found(item, *live) == expected


@given(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["api", "buffer"])), max_size=12),
    st.frozensets(st.integers(0, 11)),
)
def test_the_index_finds_each_at_the_same_instant(those: list[tuple[int, str]], own: frozenset[int]) -> None:
    """Those at the instant that came by the API or had the address, in order."""
    live = [
        in_buffer(post(text="Other", due=DUE + timedelta(minutes=minutes)), f"p{n}", YOUNG, via=via)
        for n, (minutes, via) in enumerate(those)
    ]
    at = [(n, via) for n, (minutes, via) in enumerate(those) if minutes == 1]
    expected = [(f"p{n}", Likeness.SAME_TIME) for n, via in at if via == "api" or n in own]
    item = post(due=DUE + timedelta(minutes=1))
    assert found(item, *live, own=frozenset(f"p{n}" for n in own)) == expected
