"""Pictures in reports: thumbnails on pages, public addresses in comments, otherwise name and size."""

from __future__ import annotations

from dataclasses import replace

from bufferctl.model import Asset, MediaFile, Slot
from bufferctl.plan import Action, Cause, Change, Difference
from bufferctl.render.html import report_html
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import Context, comment, report_markdown
from bufferctl.render.markdown_posts import FileLinks
from bufferctl.render.report import Report
from bufferctl.render.shown import pictures_of
from bufferctl.render.text import plan_text
from tests.render.github import Page
from tests.render.rich import PLAN, live, post

THUMBNAIL = "data:image/jpeg;base64,/9j/4AAQ"
URL = "https://media.acme.example/ab12.png"
FILE = MediaFile(path="media/console.png", digest="ab12", size=240_000, type="png", width=1200, height=675, url=URL)


def report(**more: object) -> Report:
    """One new post with this picture on X."""
    image = Asset.model_validate({"image": {"file": FILE, "alt_text": "The <new> console"}})
    item = replace(post("ch-x", "p", 2, text="Look"), assets=(image,))
    change = Change(item.address, Action.CREATE, Cause.NEW, Slot("org-acme", "ch-x", "p"), desired=item)
    return Report(replace(PLAN, changes=(change,), warnings=()), **more)  # type: ignore[arg-type]  # each test names its fields


def test_a_page_holds_the_thumbnail_once() -> None:
    """As a style of all that show it, with alt text, name and size; no link to an address without a file yet."""
    page = report_html(report(pictures={"ab12": THUMBNAIL}))
    assert page.count(THUMBNAIL) == 1
    assert f'.p0{{background-image:url("{THUMBNAIL}");--r:1.778}}' in page
    assert 'class="pic p0" role="img" aria-label="The &lt;new&gt; console"' in page
    assert "media/console.png 1,200 \N{MULTIPLICATION SIGN} 675, 240 kB" in page
    assert URL not in page
    assert "img-src http: https: data:;" in page


def test_an_address_cannot_leave_its_style() -> None:
    """Quotes, backslashes, line ends and tags in the address of a picture are part of the address."""
    image = Asset.model_validate({"image": {"url": 'https://a.example/")}</style>\\a', "alt_text": "A"}})
    item = replace(post("ch-x", "p", 2, text="Look"), assets=(image,))
    change = Change(item.address, Action.CREATE, Cause.NEW, Slot("org-acme", "ch-x", "p"), desired=item)
    page = report_html(Report(replace(PLAN, changes=(change,), warnings=())))
    assert '.p0{background-image:url("https://a.example/%22%29%7D%3C/style%3E%5Ca")}' in page
    assert page.count("</style>") == 1


def test_without_a_thumbnail_name_and_size_stand_there() -> None:
    """A placeholder instead of a broken image."""
    page = report_html(report(pictures={}))
    assert '<span class="unseen"><code>media/console.png</code> 1,200' in page
    assert "background-image:url" not in page


def test_a_comment_shows_what_is_public() -> None:
    """Only a file that was applied before is already at its address; a new one is named."""
    new, known = report_markdown(report()), report_markdown(report(public=frozenset({FILE.summary})))
    assert "<img" not in new
    assert "with 1 image" in new
    assert "image: media/console.png · 1,200 \N{MULTIPLICATION SIGN} 675, 240 kB" in new
    assert f'<img src="{URL}" alt="The &lt;new&gt; console" width="120">' in known
    assert THUMBNAIL not in report_markdown(report(pictures={"ab12": THUMBNAIL}))


def test_a_comment_shows_what_the_commit_has() -> None:
    """A file that is not public yet is shown from the commit, as the forge does, wherever the root file is."""
    files = FileLinks(raw="https://git.example/acme/social/blob/abc/{path}?raw=true")
    said = comment(replace(report(), folder="social media"), Context(files=files))
    where = "https://git.example/acme/social/blob/abc/social%20media/media/console.png?raw=true"
    assert set(Page(said).pictures) == {where}
    public = comment(report(public=frozenset({FILE.summary})), Context(files=files))
    assert set(Page(public).pictures) == {URL}


def test_a_plan_names_the_file_of_an_added_picture() -> None:
    """With its path: it may have no public address yet."""
    (new,) = report().plan.changes
    added = (Difference("assets.0", None, "image (The <new> console)"),)
    there = live("ch-x", 1, "Look")
    edited = replace(new, action=Action.UPDATE, live=there, differences=added)
    text = plan_text(Report(replace(PLAN, changes=(edited,), warnings=())), Paint())
    assert "\n      + image (The <new> console) media/console.png\n" in text


def test_which_pictures_are_shown() -> None:
    """Those of what changes, each once."""
    plan = report().plan
    assert [file.path for file in pictures_of(plan).values()] == ["media/console.png"]
    unchanged = replace(plan, changes=tuple(replace(each, action=Action.NO_OP) for each in plan.changes))
    assert pictures_of(unchanged) == {}


def test_how_pictures_are_shown() -> None:
    """The page crops them as each network does."""
    page = report_html(report(pictures={"ab12": THUMBNAIL}))
    assert ".instagram .post .pic{aspect-ratio:clamp(0.750,var(--r),1.910)}" in page
