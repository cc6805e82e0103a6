"""A plan and a receipt as text: readable at 80 columns, without color, in a pipe; each text once, in order of time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.apply.outcomes import unanswered
from bufferctl.diagnostics import Diagnostic, Kind, Severity
from bufferctl.digests import change_digest
from bufferctl.model import (
    Asset,
    Binding,
    EditPost,
    Expansion,
    Idea,
    Image,
    LiveAsset,
    LiveThreadItem,
    Origin,
    Post,
    PostStatus,
    SchedulingType,
    ShareMode,
    TextLength,
)
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Plan, Reason, Status
from bufferctl.reconcile import holds
from bufferctl.render.lines import Paint, cells
from bufferctl.render.report import Report
from bufferctl.render.summary import applied, left_over
from bufferctl.render.text import left_text, outcomes_text, plan_text, receipt_text
from bufferctl.render.words import need_you
from bufferctl.said import prose
from tests.conftest import Expect
from tests.fuzzing import examples
from tests.render.plans import PLANS, plan_at, report_of
from tests.render.rich import APPLIED, HOSTILE, NOW, PLAN, REPORT, change, live, post

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases" / "render"
PLAIN = Paint()


def text_of(*changes: Change, paint: Paint = PLAIN) -> str:
    """A plan of these changes only."""
    return plan_text(Report(replace(PLAN, changes=changes, warnings=())), paint)


def test_rich_plan(expect: Expect) -> None:
    """The whole plan, with every feature."""
    expect(CASES / "plan.txt", plan_text(REPORT, PLAIN))


def test_rich_receipt(expect: Expect) -> None:
    """The whole receipt."""
    expect(CASES / "receipt.txt", receipt_text(APPLIED, NOW + timedelta(minutes=2), PLAIN))


@pytest.mark.parametrize("text", [plan_text(REPORT, PLAIN), receipt_text(APPLIED, NOW, PLAIN)], ids=["plan", "receipt"])
def test_80_columns(text: str) -> None:
    """No line is wider, counting wide characters as two, except for unbreakable text: an address, a link."""
    wide = [line for line in text.splitlines() if cells(line) > 80]
    assert [line for line in wide if "https://" not in line and "/" not in line] == []


def test_colour_adds_nothing() -> None:
    """Without color it has the same words and marks."""
    colored = plan_text(REPORT, Paint(enabled=True))
    assert "\x1b[31m[-autumn-]\x1b[0m\x1b[32m{+winter+}\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == plan_text(REPORT, PLAIN)


def test_each_sign_has_its_color() -> None:
    """Green for what is new or done, yellow for a change, red for a delete or a question; the rest is faint."""
    signs = re.compile(r"^ *\x1b\[(\d+)m([-+~!=>x])(?:\x1b| )", re.MULTILINE)
    planned = set(signs.findall(plan_text(REPORT, Paint(enabled=True))))
    done = set(signs.findall(receipt_text(APPLIED, NOW, Paint(enabled=True))))
    green, yellow, red, faint = "32", "33", "31", "2"
    assert planned == {(green, "+"), (yellow, "~"), (red, "-"), (red, "!"), *((faint, sign) for sign in "=>x")}
    assert done == {(red, "!"), *((green, sign) for sign in "+~=>x")}


def test_what_happens_otherwise_is_said() -> None:
    """That a person publishes it after a reminder, and that a title is a title, not the text's first line."""
    pin = post("ch-x", "pin", 1, text="Pin it", scheduling_type=SchedulingType.NOTIFICATION)
    said = text_of(change(pin, Action.CREATE, Cause.NEW))
    assert "      │ Pin it\n      scheduling_type: reminds a person, publishes nothing by itself\n" in said
    assert "will add to the queue as a reminder" in said
    idea = next(each for each in PLAN.changes if isinstance(each.desired, Idea) and each.action is Action.CREATE)
    assert "      title: How we hire\n      │ " in text_of(idea)


def test_hostile_text_does_not_reach_the_terminal() -> None:
    """Control characters and direction marks are shown by their numbers, in every field."""
    bad = "a\x1b[2J\x9bb\u202ec"
    item = post("ch-x", "bad", 1, text=bad, tags=(bad,), idea=bad)
    held = change(
        item,
        Action.HOLD,
        Cause.DRIFT,
        live("ch-x", 1, bad + "x"),
        reason=Reason.CONFLICT,
        message=bad,
        hint=bad,
        differences=(Difference("text", bad + "x", bad), Difference(bad, bad, None), Difference("tags", None, (bad,))),
    )
    text = text_of(change(item, Action.CREATE, Cause.NEW), held)
    assert not set(text) & set("\x1b\x9b\u202e")
    assert "⟨U+001B⟩[2J⟨U+009B⟩b⟨U+202E⟩c" in text


def test_order_of_time() -> None:
    """Immediate posts, then by day and time for any action, then unscheduled posts."""
    text = plan_text(REPORT, PLAIN)
    days = re.findall(r"^(?:At once|Unscheduled|\w{3} \d+ \w{3} \d{4})$", text, re.MULTILINE)
    assert [days[0], *days[1:3], days[-1]] == ["At once", "Sat 1 Dec 2029", "Mon 3 Dec 2029", "Unscheduled"]
    assert text.index("now  X") < text.index("evening  ") < text.index("picture  ") < text.index("+ learned  ")


def test_what_needs_you_is_last() -> None:
    """After the counts, where the eye lands in a terminal."""
    text = plan_text(REPORT, PLAIN)
    assert text.index("Plan: 7 new, 3 changed, 2 deleted on 4") < text.index("Needs you")
    assert "`repeat_of: post-40` in the file" in text


def test_addresses_and_digests_are_there_on_request() -> None:
    """In full, the first sixteen digits, so that a review can refer to them."""
    text = plan_text(REPORT, Paint(full=True))
    for each in PLAN.of(Action.CREATE, Action.UPDATE, Action.DELETE, Action.WAITING):
        assert f"{each.address}  {change_digest(each)[:16]}" in text
        assert change_digest(each)[:16] not in plan_text(REPORT, PLAIN)


def test_a_variable_that_differs_by_network_is_that_of_one() -> None:
    """In full: what is the same for all networks stands alone, what differs behind the name of the first one."""
    text = plan_text(PLANS["two"](), Paint(full=True))
    assert "      X: $(service) is twitter\n" in text
    assert "      $(site) is https://atlas.example (" in text
    assert "      X: links get utm_source=twitter, " in text


def test_a_text_is_there_once_with_its_networks() -> None:
    """And how it differs on one of them, word by word; parameters of links are named once."""
    text = plan_text(PLANS["campaign"](), PLAIN)
    assert len(text.splitlines()) <= 220
    assert text.count("│ Tip 3: ask who changed this box last") == 1
    assert "tip 3  X, LinkedIn, Instagram, Bluesky\n" in text
    assert "LinkedIn, text:" in text
    links = "Links in launch, story, tip 1 to 10 and 4 more get utm_source, utm_medium and utm_campaign, and are shown"
    assert links in " ".join(text.split())
    assert "utm_source=" not in text
    whole = " ".join(plan_text(PLANS["campaign"](), Paint(full=True)).split())
    assert "get utm_source=twitter or linkedin" in whole


def test_an_added_picture_is_shown_with_its_address() -> None:
    """What is added has no old value that a reader knows; what is removed has Buffer's address."""
    url = "https://media.example/now.png"
    item = post("ch-x", "a", 1, assets=(Asset(image=Image(url=url, alt_text="The harbor")),))
    thread = (LiveThreadItem(""), LiveThreadItem("More", (LiveAsset("image", "Third", source=f"{url}?3"),)))
    assets = (LiveAsset("image", "Old"), LiveAsset("image", "Other", source=f"{url}?2"))
    there = live("ch-x", 1, "", assets=assets, thread=thread)
    differences = (
        Difference("assets.0", None, "image (The harbor)"),
        Difference("assets.1", "image (Other)", None),
        Difference("thread.1.assets.0", "image (Third)", None),
    )
    edit = change(item, Action.UPDATE, Cause.EDITED, there, differences=differences)
    assert (
        f"asset 1:\n      + image (The harbor) {url}\n      asset 2:\n      - image (Other) {url}?2\n"
        f"      thread, part 2, asset 1:\n      - image (Third) {url}?3\n"
    ) in text_of(edit)


def test_the_campaign_of_the_examples_fits() -> None:
    """24 posts on four networks in 160 lines of 80 columns."""
    text = plan_text(report_of(plan_at(ROOT / "examples" / "campaign")), PLAIN)
    assert len(text.splitlines()) <= 160
    assert max(map(cells, text.splitlines())) <= 80


def test_one_command_for_all_of_a_cause() -> None:
    """One reason and one command, however many posts; the first three are named."""
    items = [post("ch-x", f"p{n}", n, text="P") for n in range(6)]
    hold = holds.changed(items[0], (), holds.CHANGED, can_send=True)
    text = text_of(*(hold.on(change(each, Action.NO_OP, Cause.DRIFT)) for each in items))
    assert text.count("Somebody changed it") == text.count("bufferctl apply --reapply") == 1
    assert "--reapply Acme/twitter:acme/p0 --reapply Acme/twitter:acme/p1 " in text
    assert "… and 3 more (--full shows all)" in text


def test_an_edit_that_does_not_read_back() -> None:
    """Another address of a picture: Buffer shows no differing field, so the whole new post is shown."""
    item = next(c for c in PLAN.changes if c.address.key == "screens")
    text = text_of(replace(item, differences=()))
    assert "with image https://acme.example/console.png (The new console)" in text


def test_not_reviewed_shows_what_it_says() -> None:
    """A held post without a review is shown in full."""
    item = post("ch-x", "new", 1, text="Nobody has seen this")
    assert "│ Nobody has seen this" in text_of(change(item, Action.HOLD, Cause.NEW, reason=Reason.NOT_REVIEWED))


def test_what_is_said_of_several_is_said_once() -> None:
    """With the place of each; an unreviewed post is shown with its content."""
    for reason, contents in ((Reason.MISSED, 0), (Reason.NOT_REVIEWED, 2)):
        told: dict[str, Any] = {"reason": reason, "message": "It is so", "hint": "Do something."}
        held = [
            change(post("ch-x", key, 1, text=f"Words of {key}"), Action.HOLD, Cause.NEW, **told) for key in ("a", "b")
        ]
        text = text_of(*held)
        assert text.count("It is so.") == text.count("Do something.") == 1
        assert text.count("│ Words of") == contents
        assert text.count("posts/2029-w49.yaml:1:10") == 2


def test_how_many_need_you() -> None:
    """Beside what changes; alone, it is the whole headline."""
    held = change(
        post("ch-x", "a", 1, text="A"), Action.HOLD, Cause.EXPIRED, reason=Reason.MISSED, message="It is late"
    )
    new = change(post("ch-x", "b", 2, text="B"), Action.CREATE, Cause.NEW)
    assert f"Plan: 1 new post on X; {need_you(1)}.\n" in text_of(held, new)
    assert re.findall("^Plan: .*;", text_of(held), re.MULTILINE) == []


def test_links_of_all_posts_get_parameters() -> None:
    """Then nobody has to know which posts have links."""
    ours = Expansion(parameters=("utm_source=x",))
    new = [change(post("ch-x", key, 1, text=key, expansion=ours), Action.CREATE, Cause.NEW) for key in ("a", "b")]
    assert "Links get utm_source, and are shown without." in text_of(*new)
    assert "Links in a get utm_source, and are shown without." in text_of(
        new[0], change(post("ch-x", "c", 1), Action.CREATE, Cause.NEW)
    )


def test_what_moves_together_is_in_full_on_request() -> None:
    """Else it is one line for all of them, with the first and the last, and what is said of each."""
    report = PLANS["moved"]()
    changes = tuple(replace(each, why=prose("It is so.")) for each in report.plan.changes)
    report = replace(report, plan=replace(report.plan, changes=changes))
    folded, full = plan_text(report, PLAIN), plan_text(report, Paint(full=True))
    assert ("--full shows each" in folded, "--full shows each" in full) == (True, False)
    assert "\n      Each of them: It is so.\n      first: " in folded
    assert "\n  ~ 09:00 CET  launch  " in full
    assert "move by 1 day (fixed: webinar)\n      first: " in plan_text(PLANS["moved"](), PLAIN)


def test_only_what_is_sent_again_is_published_at_once() -> None:
    """An edit that leaves the time of a post alone does not publish it."""
    item = post("ch-x", "a", 1, text="New", mode=ShareMode.SHARE_NOW)
    edit = change(item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, "Old"))
    assert "will PUBLISH AT ONCE" in text_of(edit)
    assert "AT ONCE" not in text_of(replace(edit, write=EditPost("post-1", item, "ch-x", reschedule=False)))


def test_too_long() -> None:
    """A text over its limit is marked beside its networks; in full each has its length."""
    item = post("ch-x", "long", 1, text="x" * 300)
    plan = replace(PLAN, changes=(change(item, Action.CREATE, Cause.NEW),))
    report = Report(plan, lengths={item.address: TextLength(300, 280)}.get)
    assert "20 too many on X" in plan_text(report, PLAIN)
    assert "  300 of 280" in plan_text(report, Paint(full=True))


def test_long_texts_are_folded() -> None:
    """Twelve lines, then the number of the others; a single extra line is not folded."""
    lines = "\n".join(f"line {number}" for number in range(1, 14))
    assert "line 13" in text_of(change(post("ch-x", "a", 1, text=lines), Action.CREATE, Cause.NEW))
    folded = text_of(change(post("ch-x", "a", 1, text=f"{lines}\nline 14"), Action.CREATE, Cause.NEW))
    assert "line 12" in folded
    assert "line 13" not in folded
    assert "… 2 more lines" in folded


def test_what_did_not_change_is_left_out_of_an_edit() -> None:
    """The changed lines of a long text with one line around each, and the number of the others."""
    before = "\n".join(f"line {number}" for number in range(20))
    item = post("ch-x", "a", 1, text=before.replace("line 10", "row 10"))
    edited = change(
        item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, item.text),)
    )
    lines = [line.strip() for line in text_of(edited).splitlines() if "│" in line]
    assert lines == [
        "│ … 9 unchanged lines",
        "│ line 9",
        "│ [-line-]{+row+} 10",
        "│ line 11",
        "│ … 8 unchanged lines",
    ]


def test_times_of_an_edit_are_the_channels() -> None:
    """In its zone with the weekday; side by side if that fits, otherwise one above the other."""
    item = post("ch-li", "a", 1, due_at=NOW + timedelta(days=2), text="A")
    times = (Difference("due_at", "2029-12-04T09:00:00Z", "2029-12-05T09:00:00Z"),)
    edited = change(item, Action.UPDATE, Cause.EDITED, live("ch-li", 1, "A"), differences=times)
    assert "      due_at: Tue 4 Dec 2029 04:00 EST → Wed 5 Dec 2029 04:00 EST\n" in text_of(edited)
    held = text_of(replace(edited, action=Action.HOLD, reason=Reason.CHANGED))
    assert "(Buffer → file):\n      - Tue 4 Dec 2029 04:00 EST\n      + Wed 5 Dec 2029 04:00 EST\n" in held


def test_text_that_looks_like_a_time_stays_text() -> None:
    """A text stays a text, even if it looks like an impossible instant (which used to crash plan and apply)."""
    item = post("ch-x", "a", 1, text="2029-12-05")
    for path in ("text", "metadata.first_comment"):
        for written in ("2029-12-05", "2030-13-45T99:99:99Z", "2030-01-01T00:00:00Z"):
            differences = (Difference(path, "x", written),)
            edited = change(item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, "x"), differences=differences)
            assert written in text_of(edited)


def test_nothing() -> None:
    """An empty plan is two lines, which count what stays as it is."""
    assert text_of() == "No changes.\nBuffer matches your files: 3 unmanaged.\n"
    for action, counted in (
        (Action.NO_OP, "1 unchanged"),
        (Action.KEEP, "1 kept"),
        (Action.DONE, "1 published"),
        (Action.PAST, "1 past"),
    ):
        same = change(post("ch-x", "same", 1, text="Same"), action, Cause.UNCHANGED, live("ch-x", 1, "Same"))
        assert text_of(same) == f"No changes.\nBuffer matches your files: {counted}, 3 unmanaged.\n"


@settings(max_examples=examples(50))
@given(st.lists(st.sampled_from(PLAN.changes), unique_by=id), st.booleans())
def test_any_part_of_a_plan(changes: list[Change], narrowed: bool) -> None:
    """For any content, in full each change that needs a look is named once, and the text ends with one newline."""
    plan = Plan(at=NOW, endpoint="x", changes=tuple(changes), channels=PLAN.channels, narrowed=narrowed)
    text = plan_text(replace(REPORT, plan=plan), Paint(full=True))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    quiet = {Action.NO_OP, Action.DONE, Action.PAST}
    named = re.findall(r"^      (\S+/\S+/\S+)(?:  [0-9a-f]{16}|$)", text, re.MULTILINE)
    assert sorted(named) == sorted(str(each.address) for each in changes if each.action not in quiet)


anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@given(anything, anything, anything)
def test_any_text(before: str, after: str, title: str) -> None:
    """For any text: no effect on the terminal, each line below its address, words within 80 columns."""
    item = replace(post("ch-x", "a", 1, text=after), tags=(title,))
    new, edited = change(item, Action.CREATE, Cause.NEW), live("ch-x", 1, before, metadata={"title": title})
    both = change(item, Action.UPDATE, Cause.EDITED, edited, differences=(Difference("text", before, after),))
    gone = change(item, Action.DELETE, Cause.REMOVED, edited)
    text = text_of(new, replace(both, address=replace(both.address, key="b")), gone)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", text)
    wide = [line.split() for line in text.split("\n") if cells(line) > 80]
    assert [words for words in wide if max(map(cells, words)) < 60] == []


def test_posts_of_the_rich_plan() -> None:
    """The rich plan keeps its hostile text, so every format is tested with it."""
    assert HOSTILE in {each.desired.text for each in PLAN.changes if isinstance(each.desired, Post)}


def test_a_draft_that_goes_live_says_so() -> None:
    """It will be scheduled, and is counted and listed with the posts to be published; the switch is `yes → no`."""
    item = post("ch-x", "live", 1, text="Out it goes", due_at=NOW + timedelta(days=7))
    there = live("ch-x", 1, "Out it goes", status=PostStatus.DRAFT)
    switch = (Difference("draft", True, False),)
    text = text_of(change(item, Action.UPDATE, Cause.EDITED, there, differences=switch))
    assert "will schedule (was a draft)" in text
    assert "The first one goes out Mon 10 Dec" in text
    assert "draft: yes → no" in text


def test_a_draft_that_goes_live_shows_its_text() -> None:
    """Like a new post: this is a reviewer's last chance to read it."""
    item = post("ch-x", "live", 1, text="Out it goes", due_at=NOW + timedelta(days=7))
    switch = (Difference("draft", True, False),)
    there = live("ch-x", 1, "Out it goes", status=PostStatus.DRAFT)
    assert "│ Out it goes\n" in text_of(change(item, Action.UPDATE, Cause.EDITED, there, differences=switch))


def test_the_first_post_is_the_first_of_all_that_are_counted() -> None:
    """Also one that is only edited: the sentence before counts it."""
    new = post("ch-x", "new", 1, text="New", due_at=NOW + timedelta(days=7))
    moved = post("ch-x", "moved", 2, text="Moved", due_at=NOW + timedelta(days=1))
    later = (Difference("due_at", "2029-12-30T10:00:00Z", "2029-12-04T10:00:00Z"),)
    update = change(moved, Action.UPDATE, Cause.EDITED, live("ch-x", 2, "Moved"), differences=later)
    text = text_of(change(new, Action.CREATE, Cause.NEW), update)
    assert "The first one goes out Tue 4 Dec" in text


@pytest.mark.parametrize(
    ("draft", "status"),
    [(True, PostStatus.DRAFT), (True, PostStatus.SCHEDULED), (False, PostStatus.NEEDS_APPROVAL)],
    ids=["draft", "becomes a draft", "to approve"],
)
def test_an_edited_post_that_does_not_go_out_is_not_the_first(draft: bool, status: PostStatus) -> None:
    """The first one is the first that is published without anything else."""
    new = post("ch-x", "new", 1, text="New", due_at=NOW + timedelta(days=7))
    edited = post("ch-x", "edited", 2, text="Edited", due_at=NOW + timedelta(days=1), draft=draft)
    there = live("ch-x", 2, "Before", status=status)
    text = text_of(change(new, Action.CREATE, Cause.NEW), change(edited, Action.UPDATE, Cause.EDITED, there))
    assert "The first one goes out Mon 10 Dec" in text


def test_waiting_posts_do_not_match_buffer() -> None:
    """They are not in Buffer: neither a plan nor the remainder after an apply says that it matches."""
    item = post("ch-x", "late", 1, text="Late", due_at=NOW + timedelta(days=7))
    waiting = replace(PLAN, changes=(change(item, Action.WAITING, Cause.NEW),), warnings=(), unmanaged=0)
    assert "No changes.\n1 post still waits for room in Buffer: 1 waiting.\n" in plan_text(Report(waiting), PLAIN)
    assert left_over(waiting, ()) == "Verified: 1 post still waits for room in Buffer."


def test_a_post_on_several_networks_counts_once() -> None:
    """In each line of a plan that counts posts, which says how many there are counting each channel."""
    due_at = NOW + timedelta(days=7)
    late = [post(channel, "late", 1, text="Late", due_at=due_at) for channel in ("ch-x", "ch-li")]
    waiting = replace(
        PLAN, changes=tuple(change(each, Action.WAITING, Cause.NEW) for each in late), warnings=(), unmanaged=0
    )
    assert "\n1 post (2 counting each channel) still waits for room in Buffer" in plan_text(Report(waiting), PLAIN)
    assert left_over(waiting, ()) == "Verified: 1 post (2 counting each channel) still waits for room in Buffer."
    now = [post(channel, "now", 2, text="Now", mode=ShareMode.SHARE_NOW) for channel in ("ch-x", "ch-li")]
    text = text_of(*(change(each, Action.CREATE, Cause.NEW) for each in now))
    assert "Plan: 1 new post on 2 networks.\n1 post (2 counting each channel) will be PUBLISHED AT ONCE" in text


@pytest.mark.parametrize("status", [Status.REFUSED, Status.HELD])
def test_what_buffer_did_not_take_is_not_verified(status: Status) -> None:
    """Only what was applied matches, even if nothing is left to send; nothing is verified if nothing was applied."""
    failed = Outcome(change(post("ch-x", "failed", 1, text="Failed"), Action.UPDATE, Cause.EDITED), status)
    made = Outcome(change(post("ch-x", "made", 2, text="Made"), Action.UPDATE, Cause.EDITED), Status.DONE)
    left = replace(PLAN, changes=())
    assert left_over(left, [failed, made]) == "Verified: Buffer matches what was applied."
    assert left_over(left, [failed]) == "Read again after applying: nothing more to send."


def test_what_was_sent_without_an_answer_was_sent() -> None:
    """A run that is killed meanwhile says that they were sent, which "nothing sent" denied."""
    lost = [unanswered(change(post("ch-x", key, 2), Action.CREATE, Cause.NEW)) for key in ("lost", "lost-too")]
    asked = holds.NOT_READ.on(change(post("ch-x", "asked", 3), Action.CREATE, Cause.NEW))
    said = applied([*lost, Outcome(asked, Status.HELD, code=str(asked.reason))])
    assert said.partition(": ")[2].split(",")[0] == "2 sent without an answer"


def test_what_goes_out_without_an_entry_is_no_match() -> None:
    """Where Buffer publishes posts that no file has, it does not match the files: in a plan, and after an apply."""
    more = Diagnostic(Severity.WARNING, "It goes out", kind=Kind.STILL_PUBLISHED)
    plan = replace(PLAN, changes=(), warnings=(more,), unmanaged=1)
    said = "Nothing to send.\nBuffer has everything in your files and will publish more: 1 unmanaged.\n"
    assert said in plan_text(Report(plan), PLAIN)
    made = Outcome(change(post("ch-x", "made", 2, text="Made"), Action.UPDATE, Cause.EDITED), Status.DONE)
    assert left_over(plan, [made]) == "Verified: Buffer has everything in your files and will publish more."
    failed = replace(made, status=Status.REFUSED)
    assert left_over(plan, [failed, made]) == "Verified: Buffer has what was applied and will publish more."


def test_only_fields_that_the_files_have_are_excepted() -> None:
    """Not a first comment that a file no longer has, although it was applied with it."""
    item, there = post("ch-x", "one", 1, text="One"), live("ch-x", 1, "One")
    unchanged = change(item, Action.NO_OP, Cause.UNCHANGED, there)
    given = {"metadata.first_comment": "Old"}
    binding = Binding(id=there.id, origin=Origin.CREATED, given=given)
    plan = replace(PLAN, changes=(replace(unchanged, binding=binding),), warnings=(), unmanaged=0)
    assert "No changes.\nBuffer matches your files: 1 unchanged.\n" in plan_text(Report(plan), PLAIN)


def test_what_was_overtaken_is_not_verified() -> None:
    """Nothing is left to send, but not everything that was reviewed happened."""
    late = replace(change(post("ch-x", "late", 1, text="Late"), Action.DONE, Cause.EDITED), reason=Reason.OVERTAKEN)
    said = left_over(replace(PLAN, changes=()), [Outcome(late, Status.HELD)])
    assert said == "Read again after applying: nothing more to send; 1 reviewed change came too late."


def test_a_limited_plan_says_so() -> None:
    """Above the counts, which only cover the selected posts."""
    made = change(post("ch-x", "new", 1, text="New"), Action.CREATE, Cause.NEW)
    text = plan_text(Report(replace(PLAN, changes=(made,), narrowed=True), selection="--target '*/new'"), PLAIN)
    assert "Limited to the selected posts (--target '*/new').\nPlan: 1 new post" in text


def test_a_queue_post_can_be_first() -> None:
    """It may be published before every timed post, of which the first one is named, too."""
    queued = post("ch-x", "q", 1, text="Queued")
    timed = post("ch-x", "t", 2, text="Timed", due_at=NOW + timedelta(days=7))
    text = " ".join(text_of(*(change(each, Action.CREATE, Cause.NEW) for each in (timed, queued))).split())
    assert "The first one goes out in the next free slot of the queue (first timed post: Mon 10 Dec 2029" in text
    assert "in the next free slot of the queue, on X" in " ".join(
        text_of(change(queued, Action.CREATE, Cause.NEW)).split()
    )


def test_folded_links_are_shown() -> None:
    """A link below the fold is still shown; --full folds nothing."""
    words = "\n".join(["Line"] * 20 + ["https://evil.example/x", "the end"])
    made = change(post("ch-x", "long", 1, text=words), Action.CREATE, Cause.NEW)
    folded = text_of(made)
    assert "│   https://evil.example/x\n" in folded
    assert "the end" not in folded
    assert "│ the end\n" in text_of(made, paint=Paint(full=True))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_commands_in_hints_are_never_wrapped(width: int) -> None:
    """Each is on its own line, on any terminal width: half a command does something else."""
    command = "bufferctl import Acme/twitter:acme/a-rather-long-name-for-a-post 66b0c0ffee66b0c0ffee66b0"
    hint = f"If it is the same, run `{command}`; if both are meant, say `repeat_of: x`."
    held = change(post("ch-x", "a", 1, text="A"), Action.HOLD, Cause.NEW, message="It may be there", hint=hint)
    lines = text_of(held, paint=Paint(width=width)).splitlines()
    assert command in [line.strip() for line in lines]
    assert max(cells(line) for line in lines if command not in line) <= width


def test_results_are_by_item() -> None:
    """An entry on two networks is one line; what Buffer refused on one of them is another, with its message."""
    entry = [change(post(name, "a", 1, text="A"), Action.CREATE, Cause.NEW) for name in ("ch-x", "ch-li", "ch-ig")]
    outcomes = [Outcome(each, Status.DONE, "id") for each in entry[:2]]
    outcomes.append(Outcome(entry[2], Status.REFUSED, why=prose("Invalid post: no image")))
    shown = outcomes_text(Report(replace(PLAN, changes=()), outcomes=tuple(outcomes)), PLAIN)
    assert shown == "+ a  X, LinkedIn, created\n! a  Instagram, refused by Buffer\n      Invalid post: no image."


def test_what_waits_for_room_is_not_scheduled_by_another_apply() -> None:
    """After an apply for which Buffer's plan had no room, the closing plan counts what waits, and promises nothing."""
    creates = [
        change(post("ch-x", f"full-{number}", number, text=f"Post {number}", due_at=NOW), Action.CREATE, Cause.NEW)
        for number in range(2)
    ]
    full = prose("Scheduled posts limit reached.")
    outcomes = [Outcome(each, Status.WAITING, why=full) for each in creates]
    left = replace(PLAN, changes=tuple(creates), warnings=())
    assert (
        left_text(left, left, outcomes, Paint())
        == "Read again after applying: nothing more to send; 2 posts wait for room in Buffer.\n"
    )
    one_more = change(post("ch-x", "more", 3, text="More", due_at=NOW), Action.CREATE, Cause.NEW)
    said = left_text(replace(left, changes=(*creates, one_more)), left, outcomes, Paint())
    assert "Apply schedules 1." in said
    assert "2 waiting" in said
