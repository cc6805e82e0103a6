"""A plan and a receipt as a comment: its first lines, its order, and the parts dropped if it is too long."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.diagnostics import Diagnostic, Place, Related, Severity
from bufferctl.model import Asset, Freeze, LivePost, Metadata, Post, PostStatus, Service, ShareMode, TextLength
from bufferctl.plan import Action, Cause, Change, Difference, Outcome, Reason, Status
from bufferctl.render import words
from bufferctl.render.html import report_html
from bufferctl.render.lines import Paint, capitalized
from bufferctl.render.markdown import Context, Note, comment, problems_markdown, report_markdown, without_report
from bufferctl.render.markdown_posts import FileLinks
from bufferctl.render.markdown_text import LIMIT, Sheet, height, size
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text
from bufferctl.said import ROOT_FILE, Answer, Way, prose
from tests.conftest import Expect, long
from tests.fuzzing import examples
from tests.render.github import Page, parsed_by_gitlab
from tests.render.plans import PLANS
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
            hint="Give it a later `due_at`.",
        )
        for each in range(number)
    ]


def _of(*changes: Change) -> str:
    return report_markdown(Report(replace(PLAN, changes=changes, warnings=(), unmanaged=0)))


def _listed(markdown: str, key: str) -> set[str]:
    """The keys that are shown, of those that begin with `key`."""
    return set(re.findall(rf"\b{key}-\d+\b", markdown))


def _more(markdown: str) -> int:
    """The number of items reported as not shown."""
    found = re.findall(r"^… and ([\d,]+) more; ", markdown, re.MULTILINE)
    return sum(int(each.replace(",", "")) for each in found)


@pytest.mark.parametrize(("name", "report"), [("plan", REPORT), ("receipt", APPLIED)])
def test_whole(name: str, report: Report, expect: Expect) -> None:
    """The rich plan and its receipt, in full."""
    expect(CASES / f"{name}.md", report_markdown(report))


@pytest.mark.parametrize("name", ["campaign", "moved", "two", "held", "mixed", "cleared"])
def test_whole_campaigns(name: str, expect: Expect) -> None:
    """A campaign in six situations, in full but for what is hidden."""
    expect(
        CASES / "comment" / f"{name}.md",
        re.sub(r"^<!-- bufferctl:seen .*\n", "", report_markdown(PLANS[name]()), flags=re.MULTILINE),
    )


def test_begins_with_its_mark() -> None:
    """A comment is found again by its first line, which differs for plan and receipt."""
    assert report_markdown(REPORT).splitlines()[0] == "<!-- bufferctl:plan -->"
    assert report_markdown(APPLIED).splitlines()[0] == "<!-- bufferctl:receipt -->"


def test_says_first_how_many_and_when() -> None:
    """How many items, on which network, on which days; then what merging does, with the verbs that occur."""
    lines = _of(*_creates(2)).splitlines()
    assert lines[3:6:2] == ["### 2 new posts on X, 3\u00a0Dec", "Nothing needs you. Merging schedules 2."]
    changed = next(each for each in PLAN.changes if each.address.key == "release")
    lines = _of(*_creates(2), changed, *_deletes(1), *_holds(1)).splitlines()
    assert lines[3] == "### 2 new, 1 changed, 1 deleted on X, 3 to 12\u00a0Dec"
    assert lines[5] == "<b>1 needs you.</b> Merging schedules 2, changes 1 and deletes 1."


@pytest.mark.parametrize(
    ("number", "made", "said"),
    [
        (3, 0, "Merging sends nothing new; all 3 that need you are scheduled already and go out all the same."),
        (2, 0, "Merging sends nothing new; both that need you are scheduled already and go out all the same."),
        (1, 2, "Merging schedules 2; the one that needs you is scheduled already and goes out all the same."),
    ],
)
def test_says_that_what_needs_somebody_goes_out_all_the_same(number: int, made: int, said: str) -> None:
    """In the sentence of what merging does, which would sound as if nothing went out."""
    due = [NOW + timedelta(hours=each + 1) for each in range(number)]
    held = [
        change(
            post("ch-x", f"held-{each}", each, text="Hm", due_at=at),
            Action.HOLD,
            Cause.EDITED,
            live("ch-x", each, "Hm", due_at=at),
            reason=Reason.FREEZE,
            message="It goes out in a freeze",
        )
        for each, at in enumerate(due)
    ]
    report = Report(replace(PLAN, changes=(*held, *_creates(made)), warnings=(), unmanaged=0))
    assert said in report_markdown(report)
    assert said.replace("Merging", "Apply") in report_html(report)
    assert capitalized(said.partition("; ")[2]) in " ".join(plan_text(report, Paint()).split())


def test_says_that_something_goes_out_at_once() -> None:
    """A post that is shared now has its own heading above all others."""
    now = change(post("ch-x", "now", 1, text="Now", mode=ShareMode.SHARE_NOW), Action.CREATE, Cause.NEW)
    said = _of(*_creates(1), now)
    assert "Merging publishes 1 at once and schedules 1." in said
    assert said.index("#### At once") < said.index("#### New")


def test_what_is_not_public_is_not_scheduled() -> None:
    """A draft or a post that needs approval is published when a person decides."""
    draft, approval = _creates(1, draft=True), _creates(1, needs_approval=True)
    assert "Merging saves 1 as draft and submits 1 for approval." in _of(*draft, *approval)
    assert "Merging saves 2 as drafts." in _of(*_creates(2, draft=True))


def test_what_stays_without_an_entry_is_counted_as_kept() -> None:
    """Not as unchanged: no file declares it, and a question, `prune` or another root file keeps it in Buffer."""
    same = change(post("ch-x", "same", 1, text="Same"), Action.NO_OP, Cause.UNCHANGED, live("ch-x", 1, "Same"))
    old = change(post("ch-x", "old", 2, text="Old"), Action.KEEP, Cause.REMOVED, live("ch-x", 2, "Old"))
    assert "Buffer matches your files: 1 unchanged, 1 kept." in _of(same, replace(old, desired=None, place=None))


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("", "MARK\n\n### Title\n\n**Stop** here\n"),
        ("a `b`", "MARK\n\n### Title\n\n**Stop** here\n\n```text\na `b`\n```\n"),
    ],
)
def test_without_a_plan(printed: str, expected: str) -> None:
    """The title, what the job notes, and what was printed, if anything was."""
    assert (
        without_report(Context(mark="MARK", title="### Title", notes=(Note("Stop", "here"),), printed=printed))
        == expected
    )


def test_no_changes() -> None:
    """One sentence if there is nothing to do."""
    kept = change(post("ch-x", "kept", 1, text="Kept"), Action.NO_OP, Cause.UNCHANGED, live("ch-x", 1, "Kept"))
    head, foot = "<!-- bufferctl:plan -->", "<sub>Digest `f1b4046e29589ef0`</sub>"
    assert _of(kept) == f"{head}\n\n### No changes\n\nBuffer matches your files: 1 unchanged.\n\n{foot}\n"


def test_a_new_post_that_waits_for_room_is_in_the_heading() -> None:
    """With why it waits and what to do above the folds; posts of earlier requests that wait are only counted."""
    mine, older = (post("ch-x", key, 1, text=f"Hello {key}", due_at=NOW + timedelta(days=7)) for key in ("a", "b"))
    why = "There is no room before its time"
    changes = (
        change(mine, Action.WAITING, Cause.NEW, message=why, hint="Move it to a later time."),
        change(older, Action.WAITING, Cause.NEW, message="Full"),
    )
    plan = replace(PLAN, changes=changes, warnings=())
    said = _closed(report_markdown(Report(plan, changed=frozenset({mine.address}))))
    assert "### 1 new post waits for room in Buffer\n" in said
    assert "#### Waiting: There is no room before its time. Move it to a later time.\n\n- " in said
    assert "Hello a" in said
    assert "Hello b" not in said
    mixed = replace(plan, changes=(*changes, *_creates(1)))
    heading = report_markdown(Report(mixed, changed=frozenset({mine.address, _creates(1)[0].address})))
    assert "### 1 new post on X, 3\u00a0Dec; 1 more waits for room in Buffer\n" in heading


def test_narrowed() -> None:
    """A narrowed plan says so, with and without changes."""
    narrowed = replace(PLAN, changes=(), warnings=(), unmanaged=0, narrowed=True)
    assert "Limited to the selected posts." in report_markdown(Report(narrowed))
    narrowed = replace(narrowed, changes=tuple(_creates(1)))
    assert "Limited to the selected posts." in report_markdown(Report(narrowed))


def test_offline_says_that_nothing_was_checked() -> None:
    """A plan from files and state only is labeled near the top."""
    said = report_markdown(replace(REPORT, is_offline=True))
    assert "<b>Not checked against Buffer.</b>" in said[: said.index("####")]
    assert "Not checked" not in report_markdown(REPORT)


def test_order() -> None:
    """Holds, immediate posts, deletes, edits, new posts, problems; the longest fold last."""
    said = report_markdown(REPORT)
    titles = re.findall("^(?:####|<details.*?><summary>) ?(.*?)(?:</summary>|$)", said, re.MULTILINE)
    assert titles == [
        "Needs you",
        "At once",
        "Deleted",
        "Changed (goes public 1, link 1, wording 1)",
        "New",
        "1 warning",
        "1 warning in `posts/2029-w49.yaml`",
        "2 waiting: Buffer's plan has no room for more scheduled posts; it is sent once earlier ones are out.",
        "3 without changes in Buffer",
        "Every address, digest, file and full text",
    ]
    assert said.index("Tonight:") < said.index("The team, this morning")


def _closed(markdown: str) -> str:
    """What is seen of a comment before anything is unfolded."""
    return re.sub(r"(?s)<details>(<summary>.*?</summary>).*?</details>", r"\1", markdown)


def test_each_of_forty_posts_has_a_line_before_anything_is_unfolded() -> None:
    """With its time, network and first words, and without a calendar."""
    listed = _closed(_of(*_creates(40, "Hello, dear readers")))
    line = r"^- <b>\w+ \d+ Dec \d\d:\d\d</b> · post-\d+ · Hello, dear readers$"
    assert len(re.findall(line, listed, re.MULTILINE)) == 40
    assert "#### When" not in listed


def test_of_more_than_forty_posts_one_fold_has_the_lines() -> None:
    """There are counts and a calendar above it."""
    many = _of(*_creates(41, "Hello, dear readers"))
    fold = many.partition("<summary>41 new posts: the first words of each</summary>")[2].partition("</details>")[0]
    assert (len(_listed(_closed(many), "post")), len(_listed(fold, "post"))) == (0, 41)
    assert "#### When" in _closed(many)


def test_a_line_has_what_decides() -> None:
    """Each address, event date, board, story or reel, privacy, first comment and the number of pictures."""
    card = {"url": "https://acme.example/card", "title": "A card"}
    picture = {"image": {"url": "https://acme.example/a.png"}}
    video = {"video": {"url": "https://acme.example/a.mp4"}}
    dates = {"title": "Open day", "start_date": "2029-12-22T10:00:00Z", "end_date": "2029-12-22T18:00:00Z"}
    event = dates | {"is_full_day_event": False, "button": "book", "link": "https://acme.example/book"}
    made = {
        Service.LINKEDIN: ({"link_attachment": card, "first_comment": "Ask us"}, []),
        Service.INSTAGRAM: ({"type": "story"}, [video]),
        Service.PINTEREST: ({"board": "Recipes", "url": "https://acme.example/pin"}, [picture, picture]),
        Service.YOUTUBE: ({"title": "T", "category_id": "22", "privacy": "unlisted"}, [video]),
        Service.GOOGLEBUSINESS: ({"type": "event", "details_event": event}, []),
    }
    changes = _creates(len(made), f"{'word ' * 40}https://acme.example/text")
    for number, (service, (metadata, assets)) in enumerate(made.items()):
        item = changes[number].desired
        assert isinstance(item, Post)
        own = getattr(Metadata.model_validate({service.value: metadata}), service.value)
        media = tuple(map(Asset.model_validate, assets))
        changes[number] = replace(changes[number], desired=replace(item, metadata=own, assets=media))
    lines = [each for each in _closed(_of(*changes)).splitlines() if each.startswith("- ")]
    seen = [
        ["card [https://acme.example/card](<", "first comment: Ask us"],
        ["`type`: story", "video [https://acme.example/a.mp4](<"],
        ["`board`: Recipes", "[https://acme.example/pin](<", "2 images"],
        ["`privacy`: unlisted"],
        ["Sat 22 Dec 2029 11:00 CET", "[https://acme.example/book](<", "`details_event.button`: book"],
    ]
    for line, expected in zip(lines, seen, strict=True):
        assert [each for each in expected if each not in line] == []


SAME, OTHER = (_creates(4, f"Hello https://acme.example/{each}") for each in ("all", "one"))


def test_what_posts_share_is_said_once_above_them() -> None:
    """Networks and links of the texts, of four posts or more."""
    shared = _closed(_of(*SAME))
    assert "#### New on X with [https://acme.example/all](<https://acme.example/all>)\n" in shared
    assert len(re.findall(r"^- <b>\w+ \d+ Dec \d\d:\d\d</b> · post-\d+ · Hello", shared, re.MULTILINE)) == 4


def test_what_only_some_posts_have_is_on_their_lines() -> None:
    """As a link of three of four."""
    mixed = _closed(_of(*SAME[:3], OTHER[3]))
    assert "#### New on X\n" in mixed
    assert mixed.count("[https://acme.example/all](<") == 3


def test_what_three_posts_share_is_on_their_lines() -> None:
    """They are too few for a line above them."""
    few = _closed(_of(*SAME[:3]))
    assert ("#### New\n" in few, few.count("[https://acme.example/all](<")) == (True, 3)


def test_an_address_is_whole_however_long() -> None:
    """Its end may be what decides, and a part of it cannot be copied."""
    url = f"https://acme.example/{'long' * 30}/end"
    said = _closed(_of(*_creates(3, f"{'word ' * 40}{url}"), *_creates(9, "Hello")[3:]))
    assert said.count(f"[{url}](<{url}>)") == 3


def test_changes_are_ranked_by_meaning() -> None:
    """A link, a time, a picture, a first comment and a setting come before wording, and each kind is counted."""
    differences = {
        "wording": Difference("text", "One thing", "Another thing"),
        "setting": Difference("metadata.privacy", "public", "unlisted"),
        "comment": Difference("metadata.first_comment", "Ask us", "Ask me"),
        "picture": Difference("assets.0.image.url", "https://a.example/1.png", "https://a.example/2.png"),
        "time": Difference("due_at", "2029-12-10T08:00:00Z", "2029-12-12T16:30:00Z"),
        "link": Difference("text", "See https://a.example/1", "See https://a.example/2"),
    }
    edits = [
        change(
            post("ch-x", name, 1, text="Hello", due_at=NOW + timedelta(days=1)),
            Action.UPDATE,
            Cause.EDITED,
            live("ch-x", 1, "Hello"),
            differences=(each,),
        )
        for name, each in differences.items()
    ]
    said = _of(*edits, *_creates(41))
    kinds = "link 1, time 1, picture 1, first comment 1, setting 1, wording 1"
    assert f"#### Changed ({kinds})" in said
    found = re.findall(r"^- .*? X · (\w+) · ", said.partition("#### When")[0], re.MULTILINE)
    assert found == ["link", "time", "picture", "comment", "setting", "wording"]


def test_what_becomes_public_is_above_the_folds() -> None:
    """Each post has its line before the folds, first of all, and is counted as such, however many others move."""
    new_times = [
        _edited(f"p{number}", Difference("due_at", "2029-12-10T08:00:00Z", "2029-12-12T16:30:00Z"), number=number)
        for number in range(60)
    ]
    drafted, is_draft = (
        live("ch-x", 61, "Hello", status=PostStatus.DRAFT),
        Difference("draft", before=True, after=False),
    )
    freeze = Freeze(NOW, NOW + timedelta(days=2), "Nobody is here")
    deciding = [
        _edited("draft", is_draft, drafted),
        _edited("video", Difference("metadata.youtube.privacy", "private", "public"), number=62),
        _edited("reminder", Difference("scheduling_type", "notification", "automatic"), number=63),
        replace(_edited("holiday", Difference("due_at", "2029-12-10T08:00:00Z", None), number=64), exempt=(freeze,)),
    ]
    said = _closed(_of(*new_times, *deciding))
    assert "goes public 3, out in a freeze 1, " in said
    lines = [line for line in said.splitlines() if line.startswith("- ")]
    assert all(any(f" · {name} · " in line for line in lines[:4]) for name in ("draft", "holiday", "reminder", "video"))


def test_each_changed_post_is_counted_once() -> None:
    """By its weightiest change: a draft that goes public and keeps its time is no new time."""
    drafted = live("ch-x", 61, "Hello", status=PostStatus.DRAFT)
    public = _edited("draft", Difference("draft", before=True, after=False), drafted)
    both = (Difference("text", "Hi", "Hello"), Difference("due_at", "2029-12-10T08:00:00Z", "2029-12-12T16:30:00Z"))
    moved = replace(_edited("moved", both[0], number=62), differences=both)
    reworded = [_edited(f"p{number}", both[0], number=number) for number in range(3)]
    assert "#### Changed on X (goes public 1, time 1, wording 3)\n" in _of(public, moved, *reworded)


def test_parts_of_a_thread_are_in_their_order() -> None:
    """Also where a later part has another link, which weighs more than wording."""
    part = "metadata.thread.{}.text".format
    differences = (Difference(part(1), "Two", "2"), Difference(part(2), "https://a.example/1", "https://a.example/2"))
    said = _of(replace(_edited("a", differences[0]), differences=differences))
    assert 0 < said.index("thread, part 2, text") < said.index("thread, part 3, text")


def _edited(key: str, difference: Difference, there: LivePost | None = None, number: int = 61) -> Change:
    declared = post("ch-x", key, number, text="Hello", due_at=NOW + timedelta(days=1))
    there = there or live("ch-x", number, "Hello")
    return change(declared, Action.UPDATE, Cause.EDITED, there, differences=(difference,))


def test_a_change_says_field_old_and_new_on_its_line() -> None:
    """Of any field; an address is whole on both sides."""
    before, after = "https://a.example/old", "https://a.example/new"
    edits = [
        change(
            post("ch-x", f"edit-{number}", number, text="Hello"),
            Action.UPDATE,
            Cause.EDITED,
            live("ch-x", number, "Hello"),
            differences=(Difference("metadata.link", before, after),),
        )
        for number in range(4)
    ]
    line = next(each for each in _of(*edits).splitlines() if "edit-3" in each)
    assert line.endswith(f"`link`: <del>[{before}](<{before}>)</del> → <ins>[{after}](<{after}>)</ins>")


def test_too_long_a_text_is_seen() -> None:
    """By how many characters, and on which network; else the length is not worth a word."""
    assert "too many" not in report_markdown(REPORT)
    assert "20 too many on X" in report_markdown(replace(REPORT, lengths=lambda _: TextLength(300, 280)))


def test_a_text_without_much_in_common_is_shown_twice() -> None:
    """If a word diff would be unreadable, the texts are not mixed: the old one, then the new one."""
    before, after = "Great news for everyone", "Our office is closed on Friday"
    item = post("ch-x", "news", 1, text=after)
    edit = change(
        item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, after),)
    )
    assert f"> <del>{before}</del>\n\n> <ins>{after}</ins>" in _of(edit)


def test_addresses_are_links_that_can_be_copied() -> None:
    """In first words, in both sides of a change and in a message: each a link, whole, with no hidden character."""
    before, after = "See https://acme.example/autumn now", "See https://acme.example/winter now"
    item = post("ch-x", "news", 1, text=after)
    edit = change(
        item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, after),)
    )
    said = _of(
        edit, *_creates(9, f"{'word ' * 26}https://acme.example/{'long' * 9}"), *_holds(1, "https://a.example/x")
    )
    assert not re.search("https?:(&#8203;|\u200b)", said)
    links = set(Page(said).links)
    assert {"https://acme.example/autumn", "https://acme.example/winter", "https://a.example/x"} <= links
    assert {each for each in links if "long" in each} == {f"https://acme.example/{'long' * 9}"}


def test_long_unchanged_text_beside_a_change_is_shortened() -> None:
    """A reviewer sees the changed word with a few words around it."""
    before, after = ("word " * 100 + middle + " word" * 100 for middle in ("red", "blue"))
    item = post("ch-x", "news", 1, text=after)
    edit = change(
        item, Action.UPDATE, Cause.EDITED, live("ch-x", 1, before), differences=(Difference("text", before, after),)
    )
    quote = next(line for line in _of(edit).splitlines() if line.startswith("> "))
    assert "<del>red</del><ins>blue</ins>" in quote
    assert len(quote) < 200


@pytest.mark.parametrize(
    "text",
    [*long("word " * 50), "公開しました" * 40, "👩‍👩‍👧‍👦 " * 25, *long("$" * 250)],
    ids=["words", "wide", "emoji", "signs"],
)
def test_too_many_posts(text: str) -> None:
    """A comment has at most GitHub's maximum length, and gives the number of posts left out."""
    said = _of(*_creates(600, text))
    page, _, last = said.partition("<summary>Every address")
    assert len(_listed(page, "post")) + _more(page) == 600
    assert _more(last) > 300
    assert 0.9 * LIMIT < size(said) <= LIMIT
    Page(said)


def test_what_does_not_fit_is_said_where_it_is_missing() -> None:
    """How many are left out, and which page has them."""
    report = Report(replace(PLAN, changes=tuple(_creates(300, "word " * 50)), warnings=()))
    for page, where in (("plan.html", "`plan.html` shows all"), ("", "`bufferctl plan` shows all")):
        assert re.search(rf"^… and \d+ more; {where}$", report_markdown(replace(report, page=page)), re.MULTILINE)
    assert "… and" not in _of(*_creates(3))


def test_the_command_that_shows_everything_names_the_root_file() -> None:
    """As every command does that people paste, where the repository has several."""
    report = Report(replace(PLAN, changes=tuple(_creates(300, "word " * 50)), warnings=()))
    token = ROOT_FILE.set("teams/south/buffer.yaml")
    try:
        assert "more; `bufferctl plan --file teams/south/buffer.yaml` shows all" in report_markdown(report)
    finally:
        ROOT_FILE.reset(token)


def test_what_needs_a_person_is_kept_before_new_posts() -> None:
    """Every hold and every delete is listed, in full, before the first new post."""
    said = _of(*_creates(300, "word " * 50), *_deletes(60, "bye " * 20), *_holds(60, "hm " * 20))
    before = said.partition("#### When")[0]
    assert (len(_listed(before, "held")), len(_listed(before, "gone"))) == (60, 60)
    assert _more(before) == 0
    assert size(said) <= LIMIT


def test_even_that_can_be_too_much() -> None:
    """If not even those fit, as many as possible are listed, and the rest is counted."""
    said = _of(*_holds(2000), *_deletes(900), *_creates(900))
    assert "<summary>2,000 posts</summary>" in said
    assert _more(said) > 2000
    assert size(said) <= LIMIT
    Page(said)


@settings(max_examples=examples(60))
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.text("a日👩$\n", max_size=1500))
def test_any_size(holds: int, deletes: int, creates: int, text: str) -> None:
    """For any number and length of posts: within the limit, the numbers on top, and every tag closed."""
    said = _of(*_holds(holds, text), *_deletes(deletes, text), *_creates(creates, text))
    assert size(said) <= LIMIT
    for number, what in ((creates, "schedules"), (deletes, "deletes")):
        assert (f"{what} {number}" in said) == (number > 0)
    assert words.need_you(holds) in said or not holds or not creates + deletes
    Page(said)


def test_a_cause_is_said_once() -> None:
    """However many posts it holds: one sentence, one answer, and the posts in a fold."""
    said = report_markdown(PLANS["held"]())
    assert said.count("Buffer already has this text, so it may be there already.") == 1
    assert "add `repeat_of: …`" in said
    assert "add `existing: {twitter: post-" in said
    assert "<details><summary>39 posts, each with its answer</summary>" in said


def test_moves_are_told_outside_every_fold() -> None:
    """How many, the first and the last with both times, and the days of the week that change."""
    before = report_markdown(PLANS["moved"]()).partition("<details")[0]
    assert "<b>38 posts move by 1 day (fixed: webinar)</b> · `posts/atlas.yaml`" in before
    assert "teaser: <del>Mon 7 Jan 2030 08:00 CET</del> → <ins>Tue 8 Jan 2030 08:00 CET</ins>" in before
    assert "recap: <del>Thu 7 Mar" in before
    assert "Days of the week: Mon to Tue 5," in before


def test_worth_a_look_is_above_the_weeks() -> None:
    """A planted mistake is in sight without opening anything."""
    look = Diagnostic(
        Severity.WARNING, "`tip 2`: no image or video on X, only on LinkedIn", code="worth-a-look/pictures-differ"
    )
    said = report_markdown(replace(PLANS["campaign"](), worth_a_look=(look,)))
    assert (
        "tip 2: no image or video on X, only on LinkedIn (worth-a-look/pictures-differ)"
        in Page(said.partition("#### When")[0]).text
    )


def test_since_the_last_look() -> None:
    """The earlier comment is compared by its hidden line; without one there is none."""
    report = PLANS["campaign"]()
    earlier = comment(report, Context(commit="a1b2c3d4e5"))
    plan = report.plan
    launch = [c for c in plan.changes if c.address.key == "launch"]
    edited = [replace(c, desired=replace(c.desired, text="Other")) for c in launch if isinstance(c.desired, Post)]
    kept = [c for c in plan.changes if c.address.key not in {"launch", "teaser"}]
    later = replace(plan, changes=(*edited, *kept), at=plan.at + timedelta(hours=2))
    said = report_markdown(replace(report, plan=later, earlier=earlier))
    assert "<summary>Since a1b2c3d (2 hours ago): 1 text changed, 1 removed</summary>" in said.replace("&#8203;", "")
    assert "Since a1b2c3d (now): nothing changed." in report_markdown(replace(report, earlier=earlier)).replace(
        "&#8203;", ""
    )
    assert "Since" not in report_markdown(replace(report, earlier="hello"))


def test_three_items_are_shown_whole() -> None:
    """With their texts and public pictures, and without a calendar."""
    said = report_markdown(PLANS["two"]())
    assert "#### When" not in said
    assert '<p><img src="https://atlas.example/teaser.jpg"' in said
    assert "> Something that we have worked on for three years comes out today." in said


@pytest.mark.parametrize(("weeks", "title"), [(12, "3 Dec"), (13, "December 2029")])
def test_weeks_then_months(weeks: int, title: str) -> None:
    """Over twelve weeks the calendar has a line a month."""
    hours = [timedelta(hours=1 + hour, weeks=week) for week in range(weeks) for hour in range(4)]
    posts = [post("ch-x", f"post-{n}", n, text="x", due_at=NOW + away) for n, away in enumerate(hours)]
    said = _of(*(change(each, Action.CREATE, Cause.NEW) for each in posts))
    assert f"\n\n<b>{title} · " in said


def test_a_day_with_only_a_draft_is_not_counted() -> None:
    """The calendar has what goes out; drafts and posts to approve are named below it."""
    days = [timedelta(days=each % 28) for each in range(50)]
    posts = [post("ch-x", f"post-{n}", n, text="x", due_at=NOW + away) for n, away in enumerate(days)]
    alone = NOW + timedelta(days=35)
    posts += [
        post("ch-x", "draft", 50, text="x", due_at=alone, draft=True),
        post("ch-x", "asks", 51, text="x", due_at=alone, needs_approval=True),
    ]
    said = _of(*(change(each, Action.CREATE, Cause.NEW) for each in posts))
    strip = said.partition("```text\n")[2].partition("```")[0].splitlines()
    assert strip[-1].split() == ["7", "Jan", *"·······"]
    assert "Not counted: 1 draft and 1 post to approve." in said


def test_the_heading_spans_the_days_on_which_something_goes_out() -> None:
    """Without the drafts, also those that are deleted; without a span if there is nothing else."""
    draft = post("ch-x", "draft", 1, text="x", due_at=NOW + timedelta(days=9), draft=True)
    there = live("ch-x", 2, "x", status=PostStatus.DRAFT, due_at=NOW + timedelta(days=9))
    drafts = change(draft, Action.CREATE, Cause.NEW), removed("ch-x", "gone", Action.DELETE, there)
    assert "### 3 new, 1 deleted on X, 3\u00a0Dec\n" in _of(*drafts, *_creates(2))
    assert "### 1 new, 1 deleted on X\n" in _of(*drafts)


def test_a_deleted_draft_is_called_one() -> None:
    """It would never have gone out."""
    gone = live("ch-x", 2, "x", status=PostStatus.DRAFT, due_at=NOW + timedelta(days=9))
    assert "delete the draft" in _of(removed("ch-x", "gone", Action.DELETE, gone), *_deletes(1))
    assert "delete the draft" not in _of(*_deletes(1))


def test_what_was_not_reviewed_shows_both_versions() -> None:
    """The reviewed value of each field, struck out, and the file's; neither is said to be Buffer's."""
    item = post("ch-x", "news", 1, text="Good news", due_at=NOW + timedelta(days=1))
    held = change(
        item,
        Action.HOLD,
        Cause.NEW,
        reason=Reason.NOT_REVIEWED,
        message="Not reviewed: its text differs from the plan of #3, so it is not sent",
        differences=(Difference("text", "Bad news", "Good news", is_reviewed=True),),
    )
    said = _of(held)
    assert "`text (reviewed → file)`: <del>Bad</del><ins>Good</ins> news" in said
    assert "Buffer's" not in said


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((), "Verified: Buffer matches what was applied."),
        ((*_holds(2), *_creates(1)), "Read again after applying: 1 change still to send; 2 still need you."),
        (
            tuple(each.change for each in APPLIED.outcomes or () if each.status is Status.REFUSED)[:1],
            "Read again after applying: nothing more to send except what was refused.",
        ),
    ],
    ids=["nothing", "changes", "refused"],
)
def test_receipt_says_what_is_left(left: tuple[Change, ...], said: str) -> None:
    """After an apply Buffer was read again: nothing left, or how much, without counting refused posts again."""
    assert said in report_markdown(replace(APPLIED, left=replace(PLAN, changes=left)))


def test_receipt_without_a_second_reading_says_nothing_of_it() -> None:
    """It was not verified."""
    assert "after applying" not in report_markdown(APPLIED)


def test_receipt_leads_to_what_was_published() -> None:
    """Published posts have a link, all posts an id."""
    page = Page(report_markdown(APPLIED))
    assert page.links.count("https://x.example/acme/status/1") == 1
    assert "new-7" in page.text


def test_receipt_lists_trouble_before_what_was_done() -> None:
    """Refused, different or held posts come first, and are kept before the rest."""
    creates = _creates(600, "word " * 50)
    outcomes = [Outcome(each, Status.DONE, "id") for each in creates]
    outcomes[-1] = Outcome(
        creates[-1], Status.REFUSED, why=prose("Invalid post: too long"), todo=prose("Make it shorter.")
    )
    said = report_markdown(Report(replace(PLAN, changes=tuple(creates)), outcomes=tuple(outcomes)))
    assert said.index("Invalid post: too long") < said.index("#### Created")
    assert "more; the log of the run shows all" in said
    assert size(said) <= LIMIT


def test_no_more_is_made_than_fits() -> None:
    """Of ten thousand items, only those that fit are rendered, and one more."""
    made: list[int] = []

    def form(number: int) -> str:
        made.append(number)
        return "full " * 100

    sheet = Sheet("mark", "the page shows all")
    sheet.fold("All", range(10_000), form)
    assert f"and {10_000 - len(made) + 1:,} more; the page shows all" in sheet.text
    assert len(made) < 200


def test_files_have_their_paths_in_the_repository() -> None:
    """A repository may have several root files: a comment names each file as the request shows it."""
    said = report_markdown(replace(REPORT, folder="social"))
    assert "`social/posts/2029-w49.yaml:130:10`" in said
    assert "`posts/" not in said
    moved = report_markdown(replace(PLANS["moved"](), folder="social"))
    assert "`social/posts/atlas.yaml`" in moved
    assert "`posts/" not in moved


def test_wide_characters_are_higher() -> None:
    """Of Chinese and of emoji, half as many fit on a line of a phone."""
    assert height("中" * 46) == height("a" * 92) > height("a" * 46)
    assert height("🎉" * 46) == height("a" * 92)


def test_a_long_text_at_once_is_not_whole() -> None:
    """Of what is published at once, a text that fills a screen is open only at its start; the last fold has all."""
    text = "A long story. " * 150
    now = change(post("ch-x", "now", 1, text=text, mode=ShareMode.SHARE_NOW), Action.CREATE, Cause.NEW)
    before, last = _of(now, *_creates(9)).split("<details><summary>Every address", 1)
    assert len(before) < 1_600 < len(last)


def test_problems_leave_room_for_posts() -> None:
    """Errors come before everything; of many warnings two are open, below what changes, and the rest is counted."""
    warnings = [
        Diagnostic(Severity.WARNING, f"no alt text {number}", Place("a.yaml", number, 1)) for number in range(20)
    ]
    error = Diagnostic(Severity.ERROR, "too long", Place("z.yaml", 1, 1))
    said = report_markdown(replace(REPORT, diagnostics=(*warnings, error)))
    assert said.index("#### 1 error in `z.yaml`") < said.index("too long") < said.index("#### Needs you")
    assert said.index("#### Deleted") < said.index("<summary>18 more</summary>") < said.index("no alt text 19")


def test_a_problem_leads_to_its_line() -> None:
    """Each place is a link to the line at the commit, with a line of ours around it and the hint as code."""
    places = [Place("posts/bad file.yaml", line, 5) for line in (14, 20)]
    related = (Related(Place("buffer.yaml", 3, 1), "first declared here"),)
    hint = "Write `due_at: 2029-12-01 09:00` instead."
    found = tuple(
        Diagnostic(Severity.ERROR, "there is no field `time`", each, hint, related=related) for each in places
    )
    files = FileLinks(line="https://git.example/acme/social/blob/abc/{path}#L{line}")
    said = comment(Report(replace(PLAN, changes=()), found, is_planned=False), Context(files=files))
    where = "https://git.example/acme/social/blob/abc/posts/bad%20file.yaml#L"
    assert f"#### 2 errors in [`posts/bad file.yaml`](<{where}1>)" in said
    assert (
        f"- [`line 14`](<{where}14>): there is no field `time`.\\\n  → Write `due_at: 2029-12-01 09:00` instead."
        in said
    )
    assert "[`buffer.yaml:3:1`](<https://git.example/acme/social/blob/abc/buffer.yaml#L3>): first declared here" in said
    assert "```" not in said


def test_a_line_to_write_is_code_to_copy() -> None:
    """Below its problem, with the spaces before it; no text in it ends the block."""
    line = '    text: "Again: ``` </details> @octocat"'
    found = Diagnostic(Severity.ERROR, "wrong", Place("a.yaml", 9, 5), answers=(Answer(Way.EDIT, content=line),))
    page = Page(problems_markdown(Report(PLAN, (found, found))))
    assert page.tags["pre"] == page.tags["li"] == 2
    assert page.text.count(line) == 2
    assert page.becomes == []


def test_problems_alone() -> None:
    """For files only, as many problems are listed as fit."""
    warnings = tuple(Diagnostic(Severity.WARNING, f"no {number}", Place("a.yaml", number, 1)) for number in range(3000))
    said = problems_markdown(Report(PLAN, warnings))
    assert said.startswith(
        "<!-- bufferctl:problems -->\n\n<b>3,000 warnings in 1 file.</b>\n\n#### 3,000 warnings in `a.yaml`\n\n- no 0."
    )
    assert size(said) <= LIMIT
    assert "more; `bufferctl validate` shows all" in said


def test_where_a_mention_leads() -> None:
    """A reviewer of a mention sees which page it links to, not only its words."""
    mention = {"id": "1", "entity": "urn:li:organization:1", "length": 4, "start": 0, "localized_name": "Hall"}
    mention |= {"vanity_name": "hall", "link": "https://other.example/hall"}
    shown = post("ch-li", "a", 1, text="Hall", metadata={"annotations": [mention]})
    link = "[https://other.example/hall](<https://other.example/hall>)"
    assert f"Hall ({link}, id 1, " in _of(change(shown, Action.CREATE, Cause.NEW))


def test_a_draft_that_goes_live_is_told() -> None:
    """It is new to the public, so its change says more than that a field differs."""
    item = post("ch-x", "live", 1, text="Out it goes", due_at=NOW + timedelta(days=7))
    switch = (Difference("draft", True, False),)
    there = live("ch-x", 1, "Out it goes", status=PostStatus.DRAFT)
    said = _of(change(item, Action.UPDATE, Cause.EDITED, there, differences=switch))
    assert "X · <b>schedule (was a draft)</b> · live" in said


def test_queue_posts_stand_at_their_slot() -> None:
    """By time among the others, not after all of them."""
    queued = change(post("ch-x", "q", 1, text="Queued"), Action.CREATE, Cause.NEW)
    timed = change(post("ch-x", "t", 2, text="Timed", due_at=NOW + timedelta(days=7)), Action.CREATE, Cause.NEW)
    made = replace(PLAN, changes=(timed, queued), queue_times={queued.slot: NOW + timedelta(days=1)})
    said = report_markdown(Report(made))
    assert said.index("> Queued") < said.index("> Timed")


#: Of other plans in `make test-all`: their comments are of the same parts.
@pytest.mark.parametrize("name", ["rich", "receipt", *long(*PLANS)])
def test_gitlab_reads_the_same(name: str) -> None:
    """GitLab's parser makes the same of a comment as GitHub's: folds, quotes, links and words, and no sign of ours."""
    report = {"rich": REPORT, "receipt": APPLIED}.get(name) or PLANS[name]()
    said = report_markdown(report)
    github, gitlab = Page(said), Page(said, parsed_by_gitlab)
    assert (gitlab.tags, gitlab.links, gitlab.pictures) == (github.tags, github.links, github.pictures)
    assert (gitlab.quotes, gitlab.text.split()) == (github.quotes, github.text.split())
    assert name in {"rich", "receipt"} or not re.search(r"\*\*|~~|</?\w|\\\n", gitlab.text)
