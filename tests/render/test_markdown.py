"""A plan and a receipt as a comment: its first lines, its order, and the parts dropped if it is too long."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.diagnostics import Diagnostic, Place, Severity
from bufferctl.model import PostStatus, ShareMode
from bufferctl.model.content import TextLength
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Reason, Status
from bufferctl.render.markdown import LIMIT, problems_markdown, report_markdown
from bufferctl.render.markdown_text import Item, Section, fitted, size
from bufferctl.render.report import Report
from tests.conftest import Expect
from tests.fuzzing import examples
from tests.render.github import Page
from tests.render.rich import APPLIED, NOW, PLAN, REPORT, change, live, post, removed

CASES = Path(__file__).parent.parent / "cases" / "render"


def _creates(number: int, text: str = "Hello", **values: object) -> list[Change]:
    """`number` posts, an hour apart."""
    return [
        change(
            post("ch-x", f"post-{each}", each, text=text, due_at=NOW + timedelta(hours=each + 1), **values),
            Action.CREATE,
            Cause.NEW,
        )
        for each in range(number)
    ]


def _deletes(number: int, text: str = "Bye") -> list[Change]:
    return [
        removed("ch-x", f"gone-{each}", Action.DELETE, live("ch-x", each, text, due_at=NOW + timedelta(hours=each + 1)))
        for each in range(number)
    ]


def _holds(number: int, text: str = "Hm") -> list[Change]:
    return [
        change(
            post("ch-x", f"held-{each}", each, text=text),
            Action.HOLD,
            Cause.NEW,
            reason=Reason.MISSED,
            message="Its time is past",
            hint="Give it a later due_at.",
        )
        for each in range(number)
    ]


def _of(*changes: Change) -> str:
    return report_markdown(Report(replace(PLAN, changes=changes, warnings=(), unmanaged=0)))


def _listed(markdown: str, sign: str) -> int:
    """The number of items that begin with a sign, in full or on one line."""
    return len(re.findall(rf"^- \*\*\\?{re.escape(sign)} ", markdown, re.MULTILINE))


def _more(markdown: str, what: str) -> int:
    """The number of items reported as not shown."""
    found = re.search(rf"^- … and ([\d,]+) more {what}; `bufferctl plan` shows all$", markdown, re.MULTILINE)
    return int(found[1].replace(",", "")) if found else 0


@pytest.mark.parametrize(("name", "report"), [("plan", REPORT), ("receipt", APPLIED)])
def test_whole(name: str, report: Report, expect: Expect) -> None:
    """The rich plan and its receipt, in full."""
    expect(CASES / f"{name}.md", report_markdown(report))


def test_begins_with_its_mark() -> None:
    """A comment is found again by its first line, which differs for plan and receipt."""
    assert report_markdown(REPORT).splitlines()[0] == "<!-- bufferctl:plan -->"
    assert report_markdown(APPLIED).splitlines()[0] == "<!-- bufferctl:receipt -->"


def test_says_first_how_many_and_when() -> None:
    """One sentence: the counts, then the first post, in its channel's zone."""
    first, later = _creates(2)
    counts = "**2 to create, 0 to change, 0 to delete.** 2 new posts will be published."
    assert _of(later, first).splitlines()[2] == f"{counts} First: **Mon 3 Dec 2029 11:00 CET**, X, acme."


def test_says_that_something_goes_out_at_once() -> None:
    """A post that is shared now is the first one, and has its own heading."""
    now = change(post("ch-x", "now", 1, text="Now", mode=ShareMode.SHARE_NOW), Action.CREATE, Cause.NEW)
    said = _of(*_creates(1), now)
    assert "First: **immediately on apply**, X, acme." in said
    assert said.index("#### Will be published at once") < said.index("#### Will be created")


def test_what_is_not_public_is_not_first() -> None:
    """A draft or a post that needs approval is published when a person decides."""
    draft, approval = _creates(1, draft=True), _creates(1, needs_approval=True)
    assert "will be published" not in _of(*draft, *approval)


def test_no_changes() -> None:
    """One sentence if there is nothing to do."""
    kept = change(post("ch-x", "kept", 1, text="Kept"), Action.NO_OP, Cause.UNCHANGED, live("ch-x", 1, "Kept"))
    head, foot = "<!-- bufferctl:plan -->", "<sub>Digest `f1b4046e29589ef0`</sub>"
    assert _of(kept) == f"{head}\n\n**No changes.** Buffer matches your files: 1 unchanged.\n\n{foot}\n"


def test_narrowed() -> None:
    """A narrowed plan says so, with and without changes."""
    narrowed = replace(PLAN, changes=(), warnings=(), unmanaged=0, narrowed=True)
    assert "Limited to the selected posts." in report_markdown(Report(narrowed))
    narrowed = replace(narrowed, changes=tuple(_creates(1)))
    assert "Limited to the selected posts." in report_markdown(Report(narrowed))


def test_offline_says_that_nothing_was_checked() -> None:
    """A plan from files and state only is labeled near the top."""
    said = report_markdown(replace(REPORT, is_offline=True))
    assert "**Not checked against Buffer.**" in said[: said.index("####")]
    assert "Not checked" not in report_markdown(REPORT)


def test_order() -> None:
    """Holds, immediate posts, problems, edits, new posts; by time within each group."""
    said = report_markdown(REPORT)
    titles = re.findall("^#### (.*)", said, re.MULTILINE)
    assert titles == [
        "Needs you",
        "Will be published at once",
        "Will go live (was a draft)",
        "Will be deleted",
        "Problems",
        "Will change",
        "Will be created",
    ]
    assert said.index("Acme/twitter:acme/evening") < said.index("Acme/instagram:acme.pics/picture")


def test_too_long_a_text_is_seen() -> None:
    """The count is shown with the limit; over it, also the excess."""
    assert "52 of 280" in report_markdown(REPORT)
    lengths = dict.fromkeys(REPORT.lengths, TextLength(300, 280))
    assert "**300 of 280, 20 too many**" in report_markdown(replace(REPORT, lengths=lengths))


def test_a_text_without_much_in_common_is_shown_twice() -> None:
    """If a word diff would be unreadable, the texts are not mixed: the old one, then the new one."""
    before, after = "Great news for everyone", "Our office is closed on Friday"
    item = post("ch-x", "news", 1, text=after)
    edit = change(
        item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, after),)
    )
    assert f"> <del>{before}</del>\n\n  > <ins>{after}</ins>" in _of(edit)


@pytest.mark.parametrize(
    "text", ["word " * 50, "公開しました" * 40, "👩‍👩‍👧‍👦 " * 25, "$" * 250], ids=["words", "wide", "emoji", "signs"]
)
def test_too_many_posts(text: str) -> None:
    """A comment has at most GitHub's maximum length, and gives the number of posts left out."""
    said = _of(*_creates(400, text))
    assert _listed(said, "+") + _more(said, "to create") == 400
    assert 0.9 * LIMIT < size(said) <= LIMIT
    assert said.rpartition("\n\n")[0].endswith("shows all")
    Page(said)


def test_what_does_not_fit_is_said_on_top() -> None:
    """Before the first post: how many are left out or shown on one line, and which page has them."""
    report = Report(replace(PLAN, changes=tuple(_creates(400, "word " * 50)), warnings=()))
    for page, where in (("plan.html", "`plan.html` shows all"), ("", "`bufferctl plan` shows all")):
        said = report_markdown(replace(report, page=page))
        full = said.count("<summary>Details</summary>")
        top, _, rest = said.partition("####")
        assert f"**{400 - full} changes are not shown in full here; {where}.**" in top
        assert f"more to create; {where}" in rest
    assert "not shown in full" not in _of(*_creates(3))


def test_what_needs_a_person_is_kept_before_new_posts() -> None:
    """Every hold and every delete is listed, in full if it fits, before the first new post."""
    said = _of(*_creates(300, "word " * 50), *_deletes(60, "bye " * 100), *_holds(60, "hm " * 100))
    assert (_listed(said, "!"), _listed(said, "-")) == (60, 60)
    assert "more to create" in said
    assert "more to delete" not in said
    assert "that need you;" not in said
    assert size(said) <= LIMIT


def test_even_that_can_be_too_much() -> None:
    """If not even one line each fits, as many as possible are listed, and the rest is counted."""
    said = _of(*_holds(2000), *_deletes(900), *_creates(900))
    held = _listed(said, "!")
    assert held > 300
    assert f"… and {2000 - held:,} more that need you; " in said
    assert "… and 900 more to create; " in said
    assert size(said) <= LIMIT


@settings(max_examples=examples(60))
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.text("a日👩$\n", max_size=1500))
def test_any_size(holds: int, deletes: int, creates: int, text: str) -> None:
    """For any number and length of posts: within the limit, each post listed or counted, and every tag closed."""
    said = _of(*_holds(holds, text), *_deletes(deletes, text), *_creates(creates, text))
    assert size(said) <= LIMIT
    for sign, what, number in (
        ("!", "that need you", holds),
        ("-", "to delete", deletes),
        ("+", "to create", creates),
    ):
        assert _listed(said, sign) + _more(said, what) == number
    Page(said)


def test_receipt_says_what_is_left() -> None:
    """After an apply Buffer was read again: nothing left, or how much, without counting refused posts again."""
    done = replace(APPLIED, left=replace(PLAN, changes=()))
    assert "Verified: Buffer matches your files." in report_markdown(done)
    left = replace(APPLIED, left=replace(PLAN, changes=(*_holds(2), *_creates(1))))
    assert "Read again after applying: 1 change still to send; 2 still need you." in report_markdown(left)
    refused = next(each for each in APPLIED.outcomes or () if each.status is Status.REFUSED)
    again = replace(APPLIED, left=replace(PLAN, changes=(refused.change,)))
    assert "Read again after applying: nothing more to send except what was refused." in report_markdown(again)
    assert "after applying" not in report_markdown(APPLIED)


def test_receipt_leads_to_what_was_published() -> None:
    """Published posts have a link, all posts an id."""
    page = Page(report_markdown(APPLIED))
    assert page.links == ["https://x.example/acme/status/1"]
    assert "new-7" in page.text


def test_receipt_lists_trouble_before_what_was_done() -> None:
    """Refused, different or held posts come first, and are kept before the rest."""
    creates = _creates(600, "word " * 50)
    outcomes = [Outcome(each, Status.DONE, "id") for each in creates]
    outcomes[-1] = Outcome(creates[-1], Status.REFUSED, None, "Invalid post: too long", "Make it shorter.")
    said = report_markdown(Report(replace(PLAN, changes=tuple(creates)), outcomes=tuple(outcomes)))
    assert said.index("Invalid post: too long") < said.index("#### Created")
    assert "more created; the log of the run shows all" in said
    assert size(said) <= LIMIT


def test_no_more_is_made_than_fits() -> None:
    """Of ten thousand posts, only those that fit are rendered, and one more."""
    made: list[int] = []

    def item(number: int) -> Item:
        made.append(number)
        return Item("brief " * 20, lambda: "full " * 100)

    section = Section("Will be created", 10_000, map(item, range(10_000)), "to create; there")
    (found,) = fitted([section], 20_000)
    shown = found.text
    assert f"and {10_000 - len(made) + 1:,} more to create; there" in shown
    assert len(made) < 200


def test_problems_leave_room_for_posts() -> None:
    """Of many warnings, ten are listed before the changes, errors first, and the rest is counted."""
    warnings = [
        Diagnostic(Severity.WARNING, f"no alt text {number}", Place("a.yaml", number, 1)) for number in range(1000)
    ]
    error = Diagnostic(Severity.ERROR, "too long", Place("z.yaml", 1, 1))
    report = replace(REPORT, diagnostics=(*warnings, error))
    said = report_markdown(report)
    assert said.index("too long") < said.index("no alt text 0") < said.index("#### Will change")
    assert "no alt text 8" in said
    assert "no alt text 9" not in said
    assert "- … and 992 more problems; `bufferctl validate` shows all of the files" in said


def test_problems_alone() -> None:
    """For files only, as many problems are listed as fit."""
    warnings = tuple(Diagnostic(Severity.WARNING, f"no {number}", Place("a.yaml", number, 1)) for number in range(3000))
    said = problems_markdown(Report(PLAN, warnings))
    assert said.startswith(
        "<!-- bufferctl:problems -->\n\n**3,000 warnings in 1 file.**\n\n#### Problems\n\n- **warning**"
    )
    assert size(said) <= LIMIT
    assert "more problems" in said


def test_where_a_mention_leads() -> None:
    """A reviewer of a mention sees which page it links to, not only its words."""
    mention = {"id": "1", "entity": "urn:li:organization:1", "length": 4, "start": 0, "localized_name": "Hall"}
    mention |= {"vanity_name": "hall", "link": "https://other.example/hall"}
    shown = post("ch-li", "a", 1, text="Hall", metadata={"annotations": [mention]})
    assert "Hall (https:&#8203;//other.example/hall)" in _of(change(shown, Action.CREATE, Cause.NEW))


def test_a_draft_that_goes_live_has_a_section_of_its_own() -> None:
    """It is new to the public, so it is not among the edits but counted with the new posts."""
    item = post("ch-x", "live", 1, text="Out it goes", due_at=NOW + timedelta(days=7))
    switch = (Difference("draft", True, False),)
    there = live("ch-x", 1, "Out it goes", status=PostStatus.DRAFT)
    said = _of(change(item, Action.UPDATE, Cause.EDITED, there, differences=switch))
    assert "#### Will go live (was a draft)" in said
    assert "#### Will change" not in said
    assert "1 new post will be published." in said


def test_queue_posts_stand_at_their_slot() -> None:
    """By time among the others, not after all of them."""
    queued = change(post("ch-x", "q", 1, text="Queued"), Action.CREATE, Cause.NEW)
    timed = change(post("ch-x", "t", 2, text="Timed", due_at=NOW + timedelta(days=7)), Action.CREATE, Cause.NEW)
    made = replace(PLAN, changes=(timed, queued), queue_times={queued.slot: NOW + timedelta(days=1)})
    said = report_markdown(Report(made))
    assert said.index("> Queued") < said.index("> Timed")
