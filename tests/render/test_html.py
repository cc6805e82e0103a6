"""A report as HTML: one file, the whole output for one rich plan, and nothing in it that lets others act."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from zlib import decompress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bufferctl.checks import text_length
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import Address, Asset, LiveAsset, Post, PostStatus, Service, visible
from bufferctl.model.dates import local
from bufferctl.plan import Action, Beside, Cause, Change, Difference, Outcome, Plan, Reason, Status
from bufferctl.render.grouped import grouped
from bufferctl.render.html import preview_html, report_html
from bufferctl.render.markdown import Context, comment
from bufferctl.render.pieces import compared, pieces, shown_text, web
from bufferctl.render.report import Report
from bufferctl.render.shown import Fact, shown
from bufferctl.said import prose
from tests.conftest import Expect
from tests.model.samples import posts
from tests.render.plans import THREE_NETWORKS, campaign, many, plan_at, reworked
from tests.render.rich import APPLIED, HOSTILE, NOW, PLAN, REPORT, change, live, post, removed

CASES = Path(__file__).parents[1] / "cases" / "render"
OFFLINE = replace(REPORT, is_offline=True, expires_at=NOW + timedelta(days=7))
#: Each page, when it is asked for: to make them takes as long as the tests of this file that need none.
FORMS: dict[str, Callable[[], str]] = {
    "plan": cache(lambda: report_html(OFFLINE)),
    "receipt": cache(lambda: report_html(replace(APPLIED, left=replace(PLAN, changes=PLAN.of(Action.HOLD))))),
    "preview": cache(lambda: preview_html(REPORT)),
}
_TAGS = re.compile(
    r"a|article|b|body|button|code|d[dlt]|del|details|dialog|div|em|figcaption|figure|footer|h[123]|head|header|html|"
    r"i|input|ins|label|li|main|meta|option|p|pre|script|section|select|small|span|strong|style|summary|time|title|ul"
)


class Read(HTMLParser):
    """A document as parsed by a browser: tags with attributes, and the text outside scripts and styles."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.own: list[tuple[str, str]] = []
        self._inside = ""
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in {"script", "style"}:
            self.own.append((self._inside, data))
        else:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return "".join(self.texts)


def is_harmless(document: str) -> Read:
    """Check that a document only has our own tags, and that its links lead to the web or into the page."""
    read = Read(document)
    assert document.startswith("<!doctype html>")
    assert [tag for tag, _ in read.tags if not _TAGS.fullmatch(tag)] == []
    assert [tag for tag, _ in read.own] == ["style", "script"]
    for tag, attributes in read.tags:
        assert not [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc", "action"}]
        for name in ("href", "src"):
            value = attributes.get(name)
            assert value is None or re.match(r"https?://[^\s/]", value) or (tag == "a" and value.startswith("#"))
    return read


@pytest.mark.parametrize("form", FORMS)
def test_whole_output(form: str, expect: Expect) -> None:
    """The rich plan as in tests/cases/render/FORM.html; without style and scripts."""
    document = re.sub(r"<(style|script)>.*?</\1>", r"<\1>…</\1>", FORMS[form](), flags=re.DOTALL)
    document = re.sub(r"sha256-[\w+/=]+", "sha256-…", document)
    expect(CASES / f"{form}.html", document)


def test_title_names_the_files_that_change() -> None:
    """The first one, and how many more; the files of all posts if none changes."""
    edited = change(post("ch-bs", "b", 1, text="B"), Action.CREATE, Cause.NEW)
    same = change(post("ch-x", "a", 1, text="A"), Action.NO_OP, Cause.UNCHANGED, live("ch-x", 1, "A"))
    new = replace(same, action=Action.CREATE, live=None)
    for changes, expected in (
        ((edited, same), "globex.yaml: plan"),
        ((same,), "posts/2029-w49.yaml: plan"),
        ((edited, new), "globex.yaml and 1 more file: plan"),
    ):
        document = report_html(Report(replace(PLAN, changes=changes, warnings=())))
        assert expected == document.partition("<title>")[2].partition("</title>")[0]


def test_what_waits_on_the_branch_already_is_apart() -> None:
    """In a section of its own at the end, with its numbers; the rest as if it were not there, the digest of all."""
    report = campaign()
    mine, *others = [each for each in report.plan.changes if each.action is Action.CREATE]
    document = report_html(replace(report, changed=frozenset({mine.address})))
    read = is_harmless(document)
    own, _, apart = document.partition("<h2>Also waiting from before; merging publishes these, too</h2>")
    rows = [len(re.findall(r'<details class="row create"', part)) for part in (own, apart)]
    assert rows == [1, len({each.address.key for each in others})]
    assert "1 new post" in read.text
    assert "Also waiting from before: apply schedules" in read.text
    assert f"Digest {report.digest}" in read.text
    every = frozenset(each.address for each in (mine, *others))
    assert "waiting from before" not in report_html(replace(report, changed=every))
    nothing = Read(report_html(replace(report, changed=frozenset()))).text
    assert ("No changes" in nothing, "Apply sends nothing." in nothing, "matches" in nothing) == (True, True, False)


def test_a_row_says_once_what_to_do() -> None:
    """One answer for all its networks, with each address, above its texts; a command never breaks within an option."""
    document = report_html(reworked())
    row = next(each for each in document.split("<details class=") if "Acme/bluesky:acme.bsky.example/launch" in each)
    assert row.count("one of the two versions would be lost") == 1
    assert row.count('<span class="option">--reapply</span> Acme/') == 4


@pytest.mark.parametrize("form", FORMS)
def test_nothing_runs_but_our_own(form: str) -> None:
    """The policy allows images only, and our style and scripts by their digests."""
    read = is_harmless(FORMS[form]())
    (policy,) = [meta["content"] for meta in read.of("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    hashed = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for _, text in read.own]
    style, script = hashed
    assert policy == (
        f"default-src 'none'; img-src http: https: data:; style-src {style}; script-src {script}; "
        "base-uri 'none'; form-action 'none'"
    )


def test_a_reader_without_scripts_sees_each_post() -> None:
    """Text, time with its zone, address, place and number of every change are in the page itself."""
    read = Read(report_html(REPORT))
    for each in PLAN.changes:
        assert visible(str(each.address)) in read.text
        if isinstance(each.desired, Post):
            assert "".join(visible(each.desired.text).split()) in "".join(read.text.split())
            assert str(each.place) in read.text
    for said in ("Thu 6 Dec 2029 09:00 CET", "Mon 31 Dec 2029 23:59 JST", "52 of 280", REPORT.digest):
        assert said in " ".join(read.text.split())


_TIMED = {"text": "Hello", "due_at": NOW + timedelta(days=2)}


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (change(post("ch-x", "a", 1, **_TIMED), Action.CREATE, Cause.NEW), []),
        (change(post("ch-x", "a", 1, draft=True, **_TIMED), Action.CREATE, Cause.NEW), ["save as a draft"]),
        (change(post("ch-x", "a", 1, text="Hello"), Action.CREATE, Cause.NEW), ["add to the queue"]),
        (
            change(
                post("ch-x", "a", 1, **_TIMED),
                Action.UPDATE,
                Cause.EDITED,
                live("ch-x", 1, "Hi", status=PostStatus.DRAFT),
                differences=(Difference("draft", True, False), Difference("text", "Hi", "Hello")),
            ),
            ["~ schedule (was a draft)", "text"],
        ),
        (
            change(
                post("ch-x", "a", 1, **_TIMED),
                Action.UPDATE,
                Cause.EDITED,
                live("ch-x", 1, "Hello"),
                differences=(Difference("metadata.youtube.privacy", "private", "public"),),
            ),
            ["~ goes public", "youtube.privacy"],
        ),
    ],
)
def test_a_row_says_what_happens_unless_its_sign_does(shown: Change, expected: list[str]) -> None:
    """In words, as in a comment; then the fields that change, without that of the draft."""
    row = report_html(Report(replace(PLAN, changes=(shown,)))).partition('<span class="about">')[2]
    assert re.findall(r"<strong[^>]*>([^<]*)", row.partition("</summary>")[0]) == expected


@pytest.mark.parametrize(("draft", "expected"), [(True, ["save as a draft"]), (False, [])])
def test_a_preview_shows_drafts(draft: bool, expected: list[str]) -> None:
    """As in a plan, though nothing is new in it."""
    drafted = change(post("ch-x", "a", 1, draft=draft, **_TIMED), Action.NO_OP, Cause.UNCHANGED)
    row = preview_html(Report(replace(PLAN, changes=(drafted,)))).partition('<span class="about">')[2]
    assert re.findall(r"<strong[^>]*>([^<]*)", row.partition("</summary>")[0]) == expected


def test_what_needs_somebody_comes_first() -> None:
    """Each cause once, before what is worth a look and the agenda, with what to do and a link to its posts."""
    document = report_html(replace(REPORT, worth_a_look=REPORT.plan.warnings[:1]))
    top = document[document.index("Needs you</h2>") : document.index("Worth a look</h2>")]
    assert re.findall(r"<strong>(\w+)</strong>", top) == ["morning", "news", "webinar"]
    anchors = re.findall(r'href="#([^"]+)"', top)
    assert anchors == [each["id"] for each in Read(document).of("details") if each.get("class") == "row hold"]
    assert document.index("Worth a look</h2>") < document.index("<main")


def test_a_channel_that_is_disconnected_is_one_cause() -> None:
    """However many posts it holds: one sentence, one thing to do, and the posts in a fold."""
    message, hint = "The channel is disconnected", "Reconnect it in Buffer."
    items = [post("ch-x", f"tip-{n}", n, text=f"Tip {n}", due_at=NOW + timedelta(days=n)) for n in range(1, 9)]
    held = [change(each, Action.HOLD, Cause.NEW, reason=Reason.CHANNEL, message=message, hint=hint) for each in items]
    document = report_html(replace(REPORT, plan=replace(PLAN, changes=tuple(held))))
    top = document[: document.index("<main")]
    assert (top.count(message), top.count(hint), top.count("<article>")) == (1, 1, 1)
    assert "<summary>8 posts</summary>" in top


def test_other_peoples_posts_are_in_the_agenda() -> None:
    """With time and channel, at their place; their texts stay out, since not everybody may read them."""
    theirs = Beside("post-9", "ch-x", datetime(2029, 12, 6, 8, 5, tzinfo=UTC), "Private words")
    document = report_html(replace(REPORT, plan=replace(PLAN, beside=(theirs,))))
    assert "Private words" not in document
    assert re.search(r'class="row theirs" data-day="2029-12-06".*?<b>09:05</b>.*?X, acme', document, re.DOTALL)
    assert document.index("We are live") < document.index('class="row theirs"') < document.index("Good news")


def test_what_is_new_since_the_last_look_is_marked() -> None:
    """Against the comment that has the digests of an earlier plan; without one, nothing is."""
    before = replace(REPORT, plan=replace(PLAN, changes=PLAN.changes[2:]))
    document = report_html(replace(REPORT, earlier=comment(before, Context(commit="a1b2c3d"))))
    new = [each for each in Read(document).of("details") if "data-new" in each]
    assert len(new) == len(grouped(REPORT).items) - len(grouped(before).items) > 0
    assert f"New since a1b2c3d <small>{len(new)}</small>" in document
    assert "data-new>" not in report_html(REPORT)


def test_a_plan_that_was_not_checked_says_so() -> None:
    """Prominently in an offline plan, and nowhere else."""
    assert "Not checked against Buffer." in FORMS["plan"]()
    assert "Not checked against Buffer." not in report_html(REPORT)
    assert "Not checked against Buffer." not in FORMS["preview"]()


def test_parts_of_a_thread_are_counted_as_their_network_does(tmp_path: Path) -> None:
    """A link is 23 on X and its letters on Bluesky; where both have the same thread, from the least to the most."""
    (tmp_path / "buffer.yaml").write_text(THREE_NETWORKS, encoding="utf-8")
    more = "due_at: 2030-01-15 09:00, text: Live, thread: [https://a.co, Ok, 👩‍👩‍👧‍👦]"
    for channels, counts in (
        ("[twitter]", ["4 characters", "23 characters", "2 characters", "11 characters"]),
        ("[twitter, bluesky]", ["4 characters", "12 to 23 characters", "2 characters", "1 to 11 characters"]),
    ):
        (tmp_path / "posts").mkdir(exist_ok=True)
        text = f"posts:\n  - {{key: a, channels: {channels}, {more}}}\n"
        (tmp_path / "posts" / "a.yaml").write_text(text, encoding="utf-8")
        plan = plan_at(tmp_path)
        declared = [each.desired for each in plan.changes if isinstance(each.desired, Post)]
        page = report_html(Report(plan, lengths={each.address: text_length(each) for each in declared}.get))
        assert re.findall(r"\d of 4 <small>([^<]*)", page) == counts


def test_a_receipt_tells_what_became_of_each() -> None:
    """Ids and links of written posts; refused ones with Buffer's words; the remaining changes."""
    document = FORMS["receipt"]()
    assert "Receipt · Acme and Globex" in document
    assert "Stopped early.</strong> Buffer is not carrying out changes now" in document
    assert "Applied: 6 created, 2 changed, 0 deleted" in document
    assert "Read again after applying: nothing more to send; 3 still need you." in document
    assert '<a href="https://x.example/acme/status/1">' in document
    assert "Invalid post: Image could not be read from its URL." in document


@pytest.mark.parametrize("is_shown", [True, False])
def test_the_images_of_a_deleted_post_have_their_addresses(is_shown: bool) -> None:
    """Each as a link, whether the page can show it or not: after the delete nothing else has it."""
    address = "https://buffer.example/pictures/7.png"
    image = LiveAsset("image", "Socks", address, "" if is_shown else "file:7.png")
    seen = live("ch-ig", 21, "Only this week", due_at=NOW, assets=(image,))
    gone = removed("ch-ig", "discount", Action.DELETE, seen)
    document = report_html(Report(replace(PLAN, changes=(gone,))))
    assert document.count(f'<a href="{address}">{address}</a>') == 1


def test_outcomes_that_the_plan_does_not_name_are_shown() -> None:
    """A change that was replanned during the apply has a card too."""
    late = change(post("ch-x", "late", 7, text="Late"), Action.CREATE, PLAN.changes[1].cause)
    document = report_html(Report(replace(PLAN, changes=()), outcomes=(Outcome(late, Status.DONE, "id-7"),)))
    assert "Acme/twitter:acme/late" in Read(document).text
    assert "Applied: 1 created" in document


def test_an_empty_plan_says_so() -> None:
    """No rows, just one sentence."""
    document = report_html(Report(Plan(NOW, "https://api.buffer.com")))
    assert '<p class="head">No changes</p><p>Buffer matches your files.</p>' in document
    assert "There is nothing to show." in document


HOSTILES = st.sampled_from(
    [
        HOSTILE,
        "</script><script>alert(1)</script>",
        "'\"><img src=x onerror=alert(1)>",
        "<!-- --><style>*{display:none}</style>",
        "{{ 7 * 7 }}{% raw %}",
        'https://acme.example/"onmouseover=alert(1)//',
        "javascript:alert(1)",
        "https://a.example/<b>",
        "&lt;b&gt; &amp;#x3c;",
    ]
)


@given(st.data())
def test_hostile_text_stays_text(data: st.DataObject) -> None:
    """In every field from people, Buffer or networks: shown literally, and never as markup."""

    def word() -> str:
        return data.draw(HOSTILES | st.text(max_size=20))

    declared = post(
        "ch-li", "hostile", 1, text=word(), tags=(word(),), metadata={"first_comment": word()}, idea=word(), due_at=NOW
    )
    declared = replace(declared, address=Address(word() or "-", f"linkedin:{word() or '-'}", "hostile"))
    seen = live(
        "ch-x", 1, word(), error=word(), due_at=NOW, metadata={word() or "a": word(), "title": word()},
        assets=(LiveAsset("image", word(), word()),),
    )  # fmt: skip
    changes = (
        change(declared, Action.HOLD, PLAN.changes[0].cause, seen, message=word(), hint=word()),
        removed("ch-x", "gone", Action.DELETE, seen),
    )
    outcomes = (Outcome(changes[1], Status.REFUSED, word(), word(), prose(word()), prose(word()), word()),)
    plan = replace(PLAN, changes=changes, endpoint=word())
    report = Report(plan, diagnostics=REPORT.diagnostics)
    for document in (report_html(report), preview_html(report), report_html(replace(report, outcomes=outcomes))):
        read = is_harmless(document)
        assert "".join(shown_text(declared.text).split()) in "".join(read.text.split())


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


@given(posts)
def test_nothing_public_is_left_out(item: Post) -> None:
    """Every public part of a post, on any network, is on its card: texts, addresses, titles, comments, mentions.

    Times are shown as people write them.
    """
    slot = PLAN.changes[0].slot
    document = report_html(
        Report(replace(PLAN, changes=(Change(item.address, Action.CREATE, Cause.NEW, slot, desired=item),)))
    )
    read = is_harmless(document)
    values_of_tags = (value or "" for _, attributes in read.tags for value in attributes.values())
    card = "".join([read.text, *values_of_tags, read.own[0][1]])  # pictures are in the style
    values = [item.text, *item.tags, *_texts([each.value.model_dump(mode="json") for each in item.assets])]
    values += _texts(item.metadata.model_dump(mode="json", exclude_defaults=True)) if item.metadata else []
    values = [local(datetime.fromisoformat(each), "") if _INSTANT.fullmatch(each) else each for each in values]
    missing = [value for value in values if "".join(shown_text(value).split()) not in "".join(card.split())]
    assert missing == []


def test_the_first_part_of_a_thread_is_the_post() -> None:
    """Once, whether or not it repeats the post's images."""
    image = {"image": {"url": "https://acme.example/a.png"}}
    for assets in ([], [image]):
        thread = {"thread": [{"text": "One", "assets": assets}, {"text": "Two"}]}
        found = shown(post("ch-x", "a", 1, text="One", assets=(Asset.model_validate(image),), metadata=thread))
        assert [(part.text, len(part.media)) for part in found.parts] == [("One", 1), ("Two", 0)]


def test_what_nearly_every_post_has_is_not_told() -> None:
    """From Buffer's fields: a reel is named, but an ordinary post or a switched-off option is not."""
    usual = {"type": "post", "should_share_to_feed": True, "is_ai_generated": False}
    assert shown(live("", 1, "Hello", metadata=usual)).facts == ()
    assert shown(live("", 1, "Hello", metadata={**usual, "type": "reel"})).facts == (Fact("type", "reel"),)


def _texts(value: object) -> list[str]:
    """Every string inside."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [value] if isinstance(value, str) else []


def test_links_end_where_sentences_do() -> None:
    """The address without the period; hashtags and mentions separately; other schemes are text."""
    assert [(p.kind, p.text) for p in pieces("See https://a.example/x. #Now, @ada! javascript:alert(1)")] == [
        ("text", "See "),
        ("link", "https://a.example/x"),
        ("text", ". "),
        ("tag", "#Now"),
        ("text", ", "),
        ("tag", "@ada"),
        ("text", "! javascript:alert(1)"),
    ]
    assert (web("javascript:alert(1)"), web("https://a.example"), web(None)) == ("", "https://a.example", "")


@given(st.text(max_size=60), st.text(max_size=60))
@example("one\r\ntwo", "one\ntwo")
def test_changed_words_hold_both_texts(before: str, after: str) -> None:
    """Without insertions it is the old text, without deletions the new one; a browser's line endings are kept."""
    found = compared(before, after)
    assert "".join(p.text for p in found if p.kind != "in") == visible(before.replace("\r\n", "\n"))
    assert "".join(p.text for p in found if p.kind != "out") == visible(after.replace("\r\n", "\n"))


def test_words_change_not_letters() -> None:
    """Whole words are removed and inserted; the text between two changes stays."""
    found = compared("We go live today", "We are live: today")
    assert [(p.kind, p.text) for p in found] == [
        ("same", "We "),
        ("out", "go"),
        ("in", "are"),
        ("same", " live"),
        ("in", ":"),
        ("same", " today"),
    ]


@pytest.mark.parametrize("service", Service)
def test_every_network_has_a_name(service: Service) -> None:
    """No card has a question mark in place of its network."""
    item = replace(
        post("ch-x", "a", 1, text="A", due_at=NOW), service=service, address=Address("A", f"{service}:b", "a")
    )
    plan = replace(
        PLAN, changes=(Change(item.address, Action.CREATE, PLAN.changes[0].cause, PLAN.changes[0].slot, desired=item),)
    )
    assert ">?</i>" not in report_html(Report(plan))


def test_a_page_of_thousands_is_light(tmp_path: Path) -> None:
    """5,000 posts in at most 3 MB, so 1,000 in a fifth of it: what is below a row is there once, packed."""
    report = many(tmp_path, 1_000)
    document = report_html(report)
    assert len(document.encode()) <= 640_000
    packed = re.search(r'id="bodies">([^<]*)<', document)
    assert packed
    bodies = json.loads(decompress(b64decode(packed[1])))
    assert len(bodies) == 1_000
    assert all('<li id="Acme/' in body for body in bodies)


def test_places_lead_to_the_forge() -> None:
    """To the line at the commit, and to the request's diff, where people comment; below the folder of the root file."""
    line, diff = (
        "https://forge.example/blob/abc/{path}#L{line}",
        "https://forge.example/pull/7/files#diff-{sha256}R{line}",
    )
    document = report_html(replace(REPORT, line_url=line, diff_url=diff, folder="social"))
    place = next(each.place for each in REPORT.plan.changes if each.place and each.place.line)
    digest = sha256(f"social/{place.file}".encode()).hexdigest()
    assert f'<a href="https://forge.example/blob/abc/social/{place.file}#L{place.line}">{place}</a>' in document
    assert f'<a href="https://forge.example/pull/7/files#diff-{digest}R{place.line}">in the diff</a>' in document


def test_what_is_worth_a_look_leads_to_its_post() -> None:
    """The line is a link to the item, whose row has a mark, and the words stand in the item, too."""
    address = str(REPORT.plan.changes[0].address)
    look = Diagnostic(
        Severity.WARNING, "`launch`: its text says “TBD”", code="worth-a-look/placeholder", addresses=(address,)
    )
    document = report_html(replace(REPORT, worth_a_look=(look,)))
    anchor = re.search(r'<p><a href="#(i\d+)"><code>launch</code>: its text says “TBD”', document)
    assert anchor
    opened = document.partition(f'id="{anchor[1]}"')[2].partition("</details>")[0]
    assert 'aria-label="Worth a look"' in opened
    assert "Its text says “TBD”." in opened or "its text says “TBD”." in opened
