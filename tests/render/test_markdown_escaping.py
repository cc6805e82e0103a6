"""Any text from people is shown literally in a comment and has no effect, as judged by GitHub's own parser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bufferctl.model import LivePost, PostStatus, visible
from bufferctl.plan import Action, Plan
from bufferctl.render.markdown import PLAN_MARK, RECEIPT_MARK, report_markdown
from bufferctl.render.markdown_text import LIMIT, code, link, picture, plain, quoted, size
from bufferctl.render.report import Report
from tests.conftest import long
from tests.fuzzing import examples
from tests.render.github import Page, as_written
from tests.render.hostile import TEXTS, address_of, plan_of, receipt_of
from tests.render.rich import NOW, PLAN, removed

_TAGS = {"a", "b", "blockquote", "br", "code", "del", "details", "h3", "h4", "img", "ins"}
_TAGS |= {"li", "p", "pre", "span", "sub", "summary", "ul"}
_HEADINGS = {"Needs you", "At once", "Deleted", "Changed", "New", "When", "2 errors", "2 warnings"}
_ATTRIBUTES = {("a", "href"), ("img", "src"), ("img", "alt"), ("img", "width"), ("img", "height"), ("pre", "lang")}
#: The hidden line with what a reader has seen: digests only.
_SEEN = re.compile(r" bufferctl:seen - \d{4}-\d\d-\d\dT[\d:]+Z( [0-9a-f:,]+)+ ")
#: A name that would notify somebody, our own tags, links, and what is cut; a receipt escapes them as a plan does.
_OF_RECEIPTS = ("mention", "closers", "links", "long")
#: Characters with a meaning in Markdown or on GitHub, and a few without one.
_TEXT = st.text(
    st.sampled_from("ab1@#:$%&!`*_~|[]()<>{}\\/^=+-.,;'\" \t\n\r\u200bé日👩\u202e\x1b") | st.characters(codec="utf-8")
)


def _delete_of(text: str) -> Plan:
    """A plan that deletes a post of this text."""
    live = LivePost("post-1", "channel", PostStatus.SCHEDULED, text, NOW, NOW)
    return replace(PLAN, changes=(removed("ch-x", "post", Action.DELETE, live),))


def judge(markdown: str, mark: str) -> Page:
    """Check that people contribute nothing but words to a comment."""
    page = Page(markdown)
    comments = [comment for comment in page.comments if not _SEEN.fullmatch(comment)]
    assert [f"<!--{comment}-->" for comment in comments] == [mark]
    assert markdown.count(mark) == 1
    assert set(page.tags) <= _TAGS
    assert page.attributes <= _ATTRIBUTES
    assert page.becomes == []
    assert not re.search(r"^[ >]*/\w", markdown, re.MULTILINE), "a robot would take it for a command"
    assert [each for each in page.links if not each.startswith(("https://", "http://"))] == []
    assert [each for each in page.pictures if not each.startswith("https://")] == []
    assert size(markdown) <= LIMIT
    assert len(markdown.encode()) <= 3 * LIMIT
    return page


@pytest.mark.parametrize("name", TEXTS)
def test_plan(name: str) -> None:
    """A plan with one text in every field: only our tags, links only to web addresses, nobody notified."""
    said = report_markdown(plan_of(TEXTS[name]))
    page, headings = judge(said, PLAN_MARK), re.findall(r"^#### (.*)$", said, re.MULTILINE)
    assert {re.split(r" \(| in `", each)[0] for each in headings} <= _HEADINGS
    assert page.tags["h4"] == len(set(headings)) == len(headings)
    assert page.tags["details"] == page.tags["summary"]


@pytest.mark.parametrize("name", [*_OF_RECEIPTS, *long(*(each for each in TEXTS if each not in _OF_RECEIPTS))])
def test_receipt(name: str) -> None:
    """A receipt with one text in every field: the same."""
    page = judge(report_markdown(receipt_of(TEXTS[name])), RECEIPT_MARK)
    assert page.tags["details"] == page.tags["summary"]


@pytest.mark.parametrize("name", TEXTS)
def test_quote_is_what_will_be_public(name: str) -> None:
    """The text of a post, extracted from the comment, is the published text, with control characters by number."""
    text = TEXTS[name]
    page = judge(report_markdown(Report(_delete_of(text))), PLAN_MARK)
    assert as_written(page.quotes[0]) == as_written(visible(text.replace("\r\n", "\n")).replace("\t", "    "))


@settings(max_examples=examples(150))
@given(_TEXT)
def test_any_plan(text: str) -> None:
    """The same for any text."""
    judge(report_markdown(plan_of(text)), PLAN_MARK)


@settings(max_examples=examples(50))
@given(_TEXT)
def test_any_receipt(text: str) -> None:
    """The same for any text."""
    judge(report_markdown(receipt_of(text)), RECEIPT_MARK)


@settings(max_examples=examples(500))
@given(_TEXT)
@example("\r# heading")
@example("half \ud800 of a character")
@example("\ufeff")
def test_any_line(text: str) -> None:
    """A line, a quote and code, anywhere below the mark, read back as written."""
    page = Page(f"{PLAN_MARK}\n\n{plain(text)}\n\n- {plain(text)}\n\n{code(text)}")
    expected = as_written(3 * visible(" ".join(text.splitlines())))
    assert "".join(as_written(page.text).split()) == "".join(expected.split())
    assert set(page.tags) <= {"p", "ul", "li", "code", "span", "a"}
    assert page.becomes == []


@settings(max_examples=examples(500))
@given(_TEXT)
def test_any_link(text: str) -> None:
    """A link leads to its address, and an image is loaded only from its own."""
    url = address_of(text)
    page = Page(f"{link(url, text)}\n\n{picture(url, text)}")
    assert len(page.links) == ("[" in link(url, ""))
    assert len(page.pictures) == 1
    assert all(each.startswith("https://evil.example/") for each in page.links + page.pictures)
    assert set(page.tags) <= {"p", "a", "img", "span"}


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.example/a.png",
        "javascript:alert(1)",
        "data:image/png;base64,x",
        "https://me:pw@acme.example/a.png",
        "//acme.example/a.png",
        "https:///a.png",
        "https://[::1/a.png",
        "",
        "file:///etc/passwd",
    ],
)  # fmt: skip - a readable list
def test_no_picture(url: str) -> None:
    """No image from an address that is not https, has no host, or contains a password."""
    assert picture(url, "x") == ""


def test_links_that_leave_a_trace_are_not_links() -> None:
    """An address of an issue, a pull request or a commit is shown as text: a link would add a mention there."""
    for path in ("issues/1", "pull/2", "commit/abc", "discussions/3", "-/merge_requests/4"):
        page = Page("\n".join(quoted([link(f"https://git.example/a/b/{path}", f"https://git.example/a/b/{path}")])))
        assert page.links == []
        assert page.becomes == []
        assert as_written(page.quotes[0]) == f"https://git.example/a/b/{path}"


def test_breaking_the_code_would_be_seen() -> None:
    """The judge itself finds what it should."""
    page = Page("@octocat #1 GH-1 deadbeef :tada: $x$ www.a.example <script>x</script> <!-- a --> [a](javascript:b)")
    assert page.becomes[:5] == ["@o", "#1", "GH-1", "deadbeef", ":tada:"]
    assert "$" in page.becomes
    assert page.links == ["http://www.a.example", "javascript:b"]
    assert page.comments == [" a "]
    assert re.search("script", " ".join(page.tags)) is None or page.tags["script"] == 1
