"""An entry whose post stays in Buffer if it is removed gets another key and other words in one edit."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project, Ran
from tests.conftest import long
from tests.never_twice.files import apply, declare, texts

SINCE = "managed_since: 2029-12-01T00:00:00Z"
BEFORE, AFTER = "Meet us at the summer fair in Berlin", "Visit us at the summer fair in Berlin"
AT = "due_at: 2029-12-20 09:00"
OLD = f"key: fair, {AT}, text: {BEFORE}"
NEW = f"key: fair-berlin, {AT}, text: {AFTER}"


#: Ways in which a removal leaves the post where it is; each is asked about, and answered in the same ways.
WAYS = ("a person's post", "protect", "prune")


@pytest.fixture(params=[WAYS[0], *long(*WAYS[1:])])
def settings(project: Project, request: pytest.FixtureRequest) -> str:
    """The settings of the root file; Buffer has the post of the first entry, which a removal does not delete."""
    settings, entry = SINCE, OLD
    if request.param == "a person's post":
        channel = project.sandbox.channel("twitter")["id"]
        project.sandbox.seed([{"channelId": channel, "text": BEFORE, "dueAt": "2029-12-20T09:00:00Z"}])
    elif request.param == "protect":
        entry = f"{OLD}, protect: true"
    else:
        settings = f"{SINCE}\nprune: false"
    declare(project, entry, settings=settings)
    project.apply()
    assert texts(project) == {BEFORE: 1}
    return settings


def asked(ran: Ran) -> bool:
    """Whether the plan asks about the new entry."""
    return "Its text is like that of a post (`fair`)" in " ".join(ran.out.split())


@pytest.mark.parametrize("settings", WAYS, indirect=True)
def test_it_is_asked_about_and_not_sent(project: Project, settings: str) -> None:
    """By each run until somebody answers: both would be published at one time."""
    declare(project, NEW, settings=settings)
    assert [asked(project("apply", "--auto-approve", "--settle", "0")) for _ in range(2)] == [True, True]
    assert asked(project("plan"))
    assert texts(project) == {BEFORE: 1}


def test_it_is_the_same_post(project: Project, settings: str) -> None:
    """Once, in its last words, with the line that the question proposes first."""
    declare(project, NEW, settings=settings)
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    answer = re.search(r"with another key and text, add `(.*?)`\.", said)
    assert answer
    declare(project, f"{NEW}, {answer[1]}", settings=settings)
    project.apply()
    assert texts(project) == {AFTER: 1}


def test_both_are_meant(project: Project, settings: str) -> None:
    """Each once: the other thing that it proposes."""
    declare(project, NEW, settings=settings)
    apply(project)
    (there,) = project.sandbox.posts()
    declare(project, f"{NEW}, repeat_of: {{twitter: {there['id']}}}", settings=settings)
    apply(project)
    apply(project)
    assert texts(project) == {BEFORE: 1, AFTER: 1}


def test_it_is_deleted_in_buffer(project: Project, settings: str) -> None:
    """Then the new one is sent, which is the last thing that it says."""
    declare(project, NEW, settings=settings)
    apply(project)
    (there,) = project.sandbox.posts()
    project.sandbox.person.delete_post(there["id"])
    apply(project)
    apply(project)
    assert texts(project) == {AFTER: 1}


def test_the_words_come_into_another_entry(project: Project) -> None:
    """That edit is not sent while the protected post stays; once somebody has deleted it, it is."""
    other = "key: other, due_at: 2029-12-21 09:00, text: Something else altogether"
    declare(project, f"{OLD}, protect: true", other)
    project.apply()
    (there,) = (each for each in project.sandbox.posts() if each["text"] == BEFORE)
    declare(project, other.replace("Something else altogether", AFTER))
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    assert "Its text is like that of a post (`fair`)" in said
    assert "was: fair" not in said
    assert texts(project) == {BEFORE: 1, "Something else altogether": 1}
    project.sandbox.person.delete_post(there["id"])
    apply(project)
    assert texts(project) == {AFTER: 1}


THREAD = "thread: [{text: First we asked a hundred people}, {text: Then we built what they asked for}]"


def test_a_thread_with_another_beginning(project: Project) -> None:
    """Asked about, since its other parts are those of the old one."""
    old = f"key: story, {AT.replace('12-20', '12-22')}, text: How we built the new console, {THREAD}"
    declare(project, old, settings=f"{SINCE}\nprune: false")
    project.apply()
    new = f"key: story-new, {AT.replace('12-20', '12-23')}, text: Three things that we learned, {THREAD}"
    declare(project, new, settings=f"{SINCE}\nprune: false")
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    assert "Its text is like that of a post (`story`)" in said
    assert "Three things that we learned" not in texts(project)


SERIES = "key: {key}, {at}, repeat: {{every: 1 week, times: 6}}, text: {text} every week in our newsletter"


@pytest.mark.parametrize("words", [BEFORE, AFTER], ids=["same", "other"])
def test_publishing_it_failed(project: Project, words: str) -> None:
    """It may be out all the same, and its entry, under another key and time, is asked about; the trace stays."""
    declare(project, OLD, settings=SINCE)
    project.apply()
    (there,) = project.sandbox.posts()
    project.sandbox.person.set_error(there["id"], "Your account was signed out")
    project.sandbox.clock.set("2029-12-20T09:10:00Z")
    declare(project, f"key: fair-berlin, due_at: 2029-12-22 09:00, text: {words}", settings=SINCE)
    said = [" ".join(project("apply", "--auto-approve", "--settle", "0").out.split()) for _ in range(2)]
    assert ["may have published it all the same" in each for each in said] == [True, True]
    assert texts(project) == {BEFORE: 1}


def test_its_entry_is_cancelled_by_a_run_without_it(project: Project) -> None:
    """The delete is not part of the run, so the new one is asked about."""
    declare(project, OLD, settings=SINCE)
    project.apply()
    declare(project, f"{OLD}, cancelled: true", NEW, settings=SINCE)
    said = project("apply", "--auto-approve", "--settle", "0", "--target", "*/fair-berlin").out
    assert "that is cancelled but not deleted" in " ".join(said.split())
    assert texts(project) == {BEFORE: 1}
    project.apply()
    assert texts(project) == {AFTER: 1}


def test_its_entry_is_cancelled_and_protected(project: Project) -> None:
    """Asked until somebody says that both are meant."""
    declare(project, f"{OLD}, protect: true", settings=SINCE)
    project.apply()
    (there,) = project.sandbox.posts()
    declare(project, f"{OLD}, protect: true, cancelled: true", NEW, settings=SINCE)
    apply(project)
    assert texts(project) == {BEFORE: 1}
    both = f"{NEW}, repeat_of: {{twitter: {there['id']}}}"
    declare(project, f"{OLD}, protect: true, cancelled: true", both, settings=SINCE)
    apply(project)
    assert texts(project) == {BEFORE: 1, AFTER: 1}


def test_a_series_with_one_text(project: Project) -> None:
    """None of its posts is sent beside the old ones, though each but the first repeats the first on purpose."""
    declare(project, SERIES.format(key="tip", at=AT, text="Tips"))
    project.apply()
    declare(project, SERIES.format(key="hint", at=AT, text="Hints"))
    apply(project)
    assert texts(project) == {"Tips every week in our newsletter": 6}
    declare(project, f"{SERIES.format(key='hint', at=AT, text='Hints')}, was: tip")
    project.apply()
    assert texts(project) == {"Hints every week in our newsletter": 6}


def test_a_delete_that_nobody_reviewed(project: Project) -> None:
    """The reviewed new post is not sent beside the old one, whose version in Buffer no reviewer saw."""
    declare(project, OLD)
    project.apply()
    declare(project, NEW)
    project("plan", "-o", "plan.json")
    (there,) = project.sandbox.posts()
    project.sandbox.person.edit_post(there["id"], text=f"{BEFORE}!")
    apply(project, "--reviewed", "plan.json")
    assert texts(project) == {f"{BEFORE}!": 1}


def test_the_new_one_was_late_at_first(project: Project) -> None:
    """Asked about once it has a later time: the person's post was not forgotten meanwhile."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.seed([{"channelId": channel, "text": BEFORE, "dueAt": "2029-12-20T09:00:00Z"}])
    declare(project, OLD)
    project.apply()
    declare(project, NEW.replace("2029-12-20", "2029-12-02"))
    apply(project)
    declare(project, NEW)
    assert asked(project("apply", "--auto-approve", "--settle", "0"))
    assert texts(project) == {BEFORE: 1}


def test_an_answer_is_about_the_posts_that_it_names(project: Project) -> None:
    """A third entry with nearly the text is asked about, though the line of the second one is still there."""
    settings, last = f"{SINCE}\nprune: false", AFTER.replace("Visit", "Join")
    declare(project, OLD, settings=settings)
    project.apply()
    (there,) = project.sandbox.posts()
    answer = f"repeat_of: {{twitter: {there['id']}}}"
    declare(project, f"{NEW}, {answer}", settings=settings)
    apply(project)
    declare(project, f"key: third, {AT.replace('12-20', '12-21')}, text: {last}, {answer}", settings=settings)
    apply(project)
    assert texts(project) == {BEFORE: 1, AFTER: 1}


def test_an_answer_names_all_that_are_alike(project: Project) -> None:
    """With the line as it is proposed for two old posts, the new one is sent beside them."""
    settings = f"{SINCE}\nprune: false"
    declare(project, OLD, OLD.replace("key: fair", "key: other").replace("Meet", "Join"), settings=settings)
    project.apply()
    declare(project, NEW, settings=settings)
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    answer = re.search(r"If both are intended, add `(.*?)`\.", said)
    assert answer
    assert len(texts(project)) == 2
    declare(project, f"{NEW}, {answer[1]}", settings=settings)
    apply(project)
    assert len(texts(project)) == 3


def test_other_capitals_are_no_other_words(project: Project) -> None:
    """The same announcement, louder."""
    settings = f"{SINCE}\nprune: false"
    declare(project, OLD, settings=settings)
    project.apply()
    declare(project, f"key: loud, {AT}, text: {BEFORE.upper()}", settings=settings)
    assert asked(project("apply", "--auto-approve", "--settle", "0"))
    assert texts(project) == {BEFORE: 1}
