"""A person has a post with a text of ours: no edit of when or how ours goes out makes it a double without asking."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import apply, declare, texts

ENTRY = "key: launch, text: We are live"
DUE = "due_at: 2029-12-20 09:00"
LATER = "due_at: 2029-12-25 09:00"


def a_person_says_the_same(project: Project, **fields: str) -> str:
    """The id of a person's post with that text."""
    due = fields or {"dueAt": "2029-12-20T09:00:00Z"}
    post = project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], "We are live", **due)
    return str(post["id"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (LATER, DUE),
        (LATER, f"{DUE}, key: other, was: launch"),
        ("", DUE),
        ("", "mode: shareNow"),
        (f"{DUE}, draft: true", DUE),
        *long(
            (LATER, "due_at: 2029-12-20 09:01"),
            (LATER, ""),
            (f"{DUE}, needs_approval: true", DUE),
            (f"{DUE}, scheduling_type: notification", DUE),
        ),
    ],
)
def test_an_edit_that_brings_it_there(project: Project, before: str, after: str) -> None:
    """Held, and nothing is sent, until `repeat_of` names the person's post."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.set_channel(channel, requiresApproval=True)
    declare(project, f"{ENTRY}, {before}" if before else ENTRY)
    apply(project)
    id_ = a_person_says_the_same(project)
    there = project.sandbox.posts()
    key = "" if "key:" in after else "key: launch, "
    edited = f"{key}text: We are live, {after}" if after else ENTRY
    declare(project, edited)
    assert apply(project) == 1
    assert project.sandbox.posts() == there
    declare(project, f"{edited}, repeat_of: {{twitter: {id_}}}")
    assert apply(project) == 0
    assert project.sandbox.posts() != there
    assert "No changes." in project("plan").out


@pytest.mark.parametrize("after", ["due_at: 2029-12-26 09:00", f"{LATER}, tags: []"])
def test_an_edit_that_brings_it_no_closer(project: Project, after: str) -> None:
    """Sent: both were to go out before, and a person may have good reasons."""
    declare(project, f"{ENTRY}, {LATER}")
    project.apply()
    a_person_says_the_same(project)
    declare(project, f"{ENTRY}, {after}")
    assert apply(project) == 0
    assert texts(project) == {"We are live": 2}


def test_the_end_of_a_suspension(project: Project) -> None:
    """A post goes back beside what stood there before it, and not beside what came meanwhile."""
    declare(project, f"{ENTRY}, {DUE}")
    project.apply()
    a_person_says_the_same(project)
    for settings in ("suspended: Earthquake", ""):
        project.sandbox.core.clock.advance(minutes=1)
        declare(project, f"{ENTRY}, {DUE}", settings=settings)
        assert apply(project) == 0
    declare(project, f"{ENTRY}, {DUE}", settings="suspended: Earthquake")
    assert apply(project) == 0
    id_ = a_person_says_the_same(project, dueAt="2029-12-21T09:00:00Z")
    declare(project, f"{ENTRY}, {DUE}", settings="")
    assert apply(project) == 1
    declare(project, f"{ENTRY}, {DUE}, repeat_of: {{twitter: {id_}}}", settings="")
    assert apply(project) == 0


@pytest.mark.parametrize(
    "edit",
    [{"text": "Other words"}, {"dueAt": "2029-12-30T09:00:00Z"}, {"schedulingType": "notification"}],
    ids=lambda edit: next(iter(edit)),
)
def test_what_is_given_back(project: Project, edit: dict[str, str]) -> None:
    """A person changed ours, and has another one like it was: no hint proposes what the next run refuses.

    With its text, closer to its time than that person left ours, or going out where that one only reminds.
    """
    declare(project, f"{ENTRY}, {DUE}")
    project.apply()
    (ours,) = project.sandbox.posts()
    project.sandbox.person.edit_post(ours["id"], **edit)
    id_ = a_person_says_the_same(project, dueAt="2029-12-22T09:00:00Z")
    told = " ".join(project("plan").out.split())
    assert "--reapply" not in told
    assert f"first add `repeat_of: {{twitter: {id_}}}`" in told
    declare(project, f"{ENTRY}, {DUE}, repeat_of: {{twitter: {id_}}}")
    assert "--reapply" in project("plan").out
    assert apply(project, "--reapply", "Acme/twitter:acme/launch") == 0
    assert texts(project) == {"We are live": 2}


def test_what_is_given_back_and_no_closer(project: Project) -> None:
    """It stood beside the person's post before: `--reapply` is proposed, and sends it."""
    declare(project, f"{ENTRY}, {DUE}")
    project.apply()
    (ours,) = project.sandbox.posts()
    project.sandbox.person.edit_post(ours["id"], dueAt="2029-12-22T10:00:00Z")
    a_person_says_the_same(project, dueAt="2029-12-22T09:00:00Z")
    assert "--reapply" in project("plan").out
    assert apply(project, "--reapply", "Acme/twitter:acme/launch") == 0
    assert "No changes." in project("plan").out


def a_person_published_it(project: Project) -> None:
    """By hand, with the text of ours, on the day after the last apply: the next one notes that it has read it."""
    channel = project.sandbox.channel("twitter")["id"]
    at = dict.fromkeys(("dueAt", "sentAt"), "2029-12-04T11:00:00Z")
    project.sandbox.clock.set("2029-12-04T12:00:00Z")
    project.sandbox.seed(
        [{"channelId": channel, "text": "We are live", "status": "sent", "createdAt": "2029-12-04T10:00:00Z", **at}]
    )


#: An entry, and the edit with which it would go out beside what a person published.
PUBLISHED_BY_HAND = {
    "a draft": (f"{ENTRY}, {DUE}, draft: true", f"{ENTRY}, {DUE}"),
    "suspended": (f"{ENTRY}, {DUE}, suspended: Wait", f"{ENTRY}, {DUE}"),
    "another text": (f"key: launch, text: Soon, {DUE}", f"{ENTRY}, {DUE}"),
}


@pytest.mark.parametrize("case", PUBLISHED_BY_HAND)
def test_the_question_stays_after_any_number_of_applies(project: Project, case: str) -> None:
    """Nothing is sent, though the published post is older than the last apply by then."""
    before, after = PUBLISHED_BY_HAND[case]
    declare(project, before.replace(", suspended: Wait", ""))
    apply(project)
    declare(project, before)
    apply(project)
    a_person_published_it(project)
    if case != "another text":
        apply(project)
        project.sandbox.clock.advance(minutes=5)
    there = project.sandbox.posts()
    declare(project, after)
    for _ in range(3):
        assert apply(project) == 1
        project.sandbox.clock.advance(minutes=5)
    assert project.sandbox.posts() == there


def test_what_is_published_is_not_unsaid_by_a_delete(project: Project) -> None:
    """So the question does not propose to delete it in Buffer."""
    before, after = PUBLISHED_BY_HAND["a draft"]
    declare(project, before)
    apply(project)
    a_person_published_it(project)
    declare(project, after)
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    assert "If it is the same, add `cancelled: [twitter:acme]`." in said
    assert "delete the other one" not in said
