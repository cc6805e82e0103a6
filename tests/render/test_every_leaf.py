"""Everything that can be sent is shown: each leaf of Buffer's inputs in each form, by its value (design: Review)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bufferctl.config import load
from bufferctl.model import State
from bufferctl.plan import Outcome, Status
from bufferctl.reconcile import offline
from bufferctl.render.cards import Aspect, Changed
from bufferctl.render.html import preview_html, report_html
from bufferctl.render.json_documents import report_json
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.meaning import Meaning, meaning_of
from bufferctl.render.report import Report
from bufferctl.render.text import plan_text
from bufferctl.value import replace
from tests.leaves import LEAVES, OF_EACH_KIND, Data, Leaf

NOW = datetime(2029, 11, 28, 8, tzinfo=UTC)
WIDE = Paint(width=4000, full=True)


def receipt(report: Report) -> Report:
    """The same after everything was applied."""
    return replace(report, outcomes=tuple(Outcome(change, Status.DONE, id="id") for change in report.plan.changes))


FORMS: dict[str, Callable[[Report], str]] = {
    "text": lambda report: plan_text(report, WIDE),
    "comment": report_markdown,
    "page": report_html,
    "preview": preview_html,
    "json": report_json,
    "receipt page": lambda report: report_html(receipt(report)),
}
#: The sandbox has one column, so the samples are equal; where in the queue a post was put shows in its time.
ALIKE = {*(("idea.group.groupId", form) for form in FORMS), ("mode", "receipt page")}
#: These are shown in words.
IN_WORDS = {"mode", "schedulingType", "metadata.youtube.categoryId"}


def report_of(folder: Path, leaf: Leaf, entry: Data) -> Report:
    """The plan of one new entry."""
    folder.mkdir()
    (folder / "buffer.yaml").write_text(leaf.in_a_file(entry), encoding="utf-8")
    loaded = load(None, folder)
    assert loaded.desired, loaded.diagnostics
    return Report(offline(loaded.desired, State(), endpoint="https://api.buffer.com", now=NOW))


def printed(text: str, report: Report) -> str:
    """A form on one line, as a person reads it, without digests, which differ anyway."""
    text = html.unescape(text)
    for digest in {report.digest, report.digest[:16], *report.digests, *(each[:16] for each in report.digests)} - {""}:
        text = text.replace(digest, "")
    in_words = re.sub(r"\[([^\]]*)\]\(<[^>]*>\)", r"\1", text) + re.sub(r"<[^>]*>", "", text)  # without links
    return " ".join(re.sub(r"\\(?=[^a-z\s])", "", text + in_words).replace("\u200b", "").split())


def texts_in(value: object) -> list[str]:
    """The texts of a sample that stand in a form as they are: no dates, which are shown in words."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str) and not re.match(r"\d{4}-\d\d-\d\d", each)]


def value_at(entry: Data, leaf: Leaf) -> Any:
    """The value of a leaf in an entry."""
    found: Any = entry
    for step in leaf.at:
        found = found[step]
    return found


#: What a change of a leaf means to a reviewer, by its last name.
MEANINGS = {
    Meaning.LINK: "id link url",
    Meaning.TIME: "date draft due_at end_date is_full_day_event mode needs_approval scheduling_type start_date",
    Meaning.COMMENT: "first_comment",
    Meaning.SETTING: "ai_assisted board_service_id button category_id code content cta draft_id embeddable entity "
    "group_id id idea indices is_ai_generated length license localized_name location_id location_name made_for_kids "
    "music notify_subscribers other place_after_id privacy products services should_share_to_feed source start "
    "template_id terms topic topics type vanity_name",
    Meaning.WORDING: "alt alt_text comment description spoiler_text tags text title",
}
#: The sandbox has one group of ideas.
ONE_SAMPLE = {"idea.group.groupId"}


def closed(comment: str) -> str:
    """What is seen of a comment before anything is unfolded, without its hidden lines and its digest."""
    said = re.sub(r"(?s)<details>(<summary>.*?</summary>).*?</details>", r"\1", comment)
    return re.sub(r"<!--.*?-->|Digest `[0-9a-f]+`", "", said)


def test_what_a_change_of_each_leaf_means() -> None:
    """By its name; a comment shows the weightiest first (`render/meaning.py`). What is below media is a picture."""
    found: dict[Meaning, set[str]] = {}
    for leaf in LEAVES:
        steps = [each for each in leaf.at if isinstance(each, str)]
        path = ".".join(["metadata", *steps[2:]] if steps[0] == "metadata" else steps)
        found.setdefault(meaning_of(Changed(path, Aspect.SETTING, "", "", path=path)), set()).add(steps[-1])
    del found[Meaning.PICTURE]
    assert {meaning: " ".join(sorted(names)) for meaning, names in found.items()} == MEANINGS


def test_a_repost_looks_like_one(tmp_path: Path) -> None:
    """It leads to the post that is shared, with the words beside it."""
    (leaf,) = (each for each in LEAVES if each.path == "metadata.twitter.retweet.comment")
    said = closed(report_markdown(report_of(tmp_path / "one", leaf, leaf.entry())))
    address = "https://x.com/i/status/1860000000000000001"
    assert f"`repost of`: [{address}](<{address}>)" in said
    assert "They said it" in said


@pytest.mark.parametrize("leaf", OF_EACH_KIND, ids=str)
def test_a_value_is_shown_in_every_form(tmp_path: Path, leaf: Leaf) -> None:
    """The value, and another one in its place makes a difference, when a post or an idea is created.

    In the comment it makes one before anything is unfolded.
    """
    one = report_of(tmp_path / "one", leaf, leaf.entry())
    other = report_of(tmp_path / "other", leaf, leaf.changed())
    for form, made in FORMS.items():
        of_one, of_other = made(one), made(other)
        text = printed(of_one, one)
        if (str(leaf), form) not in ALIKE:
            assert text != printed(of_other, other), f"{form} shows no difference"
        missing = [each for each in texts_in(value_at(leaf.entry(), leaf)) if each not in text]
        assert missing == [] or str(leaf) in IN_WORDS, form
        if form == "comment":
            assert (closed(of_one) == closed(of_other)) == (str(leaf) in ONE_SAMPLE), "the folds hide the difference"
