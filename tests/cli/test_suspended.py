"""`suspended`: nothing of ours goes out while the line is there, and it comes back by a plan made since."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection
from typing import Any

import pytest
import time_machine

from tests.conftest import long
from tests.planfile.forging import forged

from .conftest import Begin, Project

LINE = "suspended: Earthquake; ask Dana"
ROOT = """version: 1
timezone: Europe/Berlin
{line}
managed_since: 2029-12-03T08:00:00Z
organizations:
  - name: Acme
    channels:
      - {{service: twitter, name: acme{twitter}}}
      - {{service: mastodon, name: acme@social.example}}
"""
#: Of the organization.
ID = "66a000000000000000000001"
TIMED = "{key: launch, due_at: 2029-12-20 09:00, text: We are live}"
BOTH = TIMED.replace("due_at", "channels: [twitter, mastodon], due_at")
LATER = "{key: later, due_at: 2029-12-21 09:00, text: Still live}"
QUEUED = [f"{{key: tip-{n}, text: Tip number {n}}}" for n in ("one", "two", "three")]


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("twitter", "mastodon")


def write(
    project: Project, *entries: str, line: str = "", top: str = "", twitter: str = "", to: str = "twitter"
) -> None:
    """The root file with this line, and a file of the entries."""
    project.write("buffer.yaml", ROOT.format(line=line, twitter=twitter))
    lines = [f"channels: [{to}]", top, "posts:", *(f"  - {entry}" for entry in entries)]
    project.write("posts/a.yaml", "\n".join(lines) + "\n" if entries else "")


def apply(project: Project) -> int:
    """Apply without a check that it converges."""
    return project("apply", "--auto-approve", "--settle", "0").code


def launch(project: Project) -> None:
    """Apply one post with a time."""
    write(project, TIMED)
    project.apply()


@pytest.fixture
def launched(begin: Begin) -> Project:
    """One post with a time, applied."""
    return begin(launch)


def statuses(project: Project) -> dict[str, str]:
    """The status of each post, by its text."""
    return {post["text"]: post["status"] for post in project.sandbox.posts()}


def post(project: Project, text: str) -> Any:
    """The post with that text."""
    (found,) = [each for each in project.sandbox.posts() if each["text"] == text]
    return found


def test_everything_becomes_a_draft_and_comes_back(project: Project) -> None:
    """Timed ones at their time, queued ones at the end of the queue; nothing is there twice."""
    write(project, TIMED, *QUEUED)
    project.apply()
    before = {each["text"]: each["dueAt"] for each in project.sandbox.posts()}
    write(project, TIMED, *QUEUED, line=LINE)
    project.apply()
    assert set(statuses(project).values()) == {"draft"}
    write(project, TIMED, *QUEUED)
    project.apply()
    assert {each["text"]: each["dueAt"] for each in project.sandbox.posts()} == before
    assert set(statuses(project).values()) == {"scheduled"}


def test_an_edit_beside_what_is_suspended_is_shown(project: Project) -> None:
    """Of one entry, a channel's post becomes a draft, and another channel's is edited: each is an item of its own."""
    write(project, BOTH)
    project.apply()
    write(project, BOTH.replace("We are live", "We are open"), twitter=", suspended: Storm")
    ran = project("plan", "--report", "plan.md")
    comment = (project.folder / "plan.md").read_text(encoding="utf-8")
    assert "launch  Mastodon, edited in the file\n      text:\n      │ We are [-live-]{+open+}\n" in ran.out
    assert "Mastodon · launch\n\n> We are <del>live</del><ins>open</ins>\n" in comment
    assert "X · <b>become a draft</b> · launch" in comment
    assert project("apply", "--auto-approve").out.count("\n~ launch  ") == 2


@pytest.mark.parametrize("options", [[], ["--live"]], ids=["of the state", "of Buffer"])
def test_a_list_says_what_is_suspended(project: Project, options: list[str]) -> None:
    """It is a draft, also by the state alone; the same entry on another channel is scheduled."""
    write(project, BOTH)
    project.apply()
    write(project, BOTH, twitter=", suspended: Storm")
    project.apply()
    listed = project("list", *options).out
    assert re.findall(r"launch  (.*)", listed) == ["X, draft, suspended", "Mastodon, scheduled"]


def test_timed_ones_leave_first_then_each_queue_from_its_end(project: Project) -> None:
    """The earliest first; nobody moves into a slot of one that left; deletes follow."""
    gone = "{key: gone, due_at: 2029-12-19 09:00, text: Gone}"
    write(project, LATER, *QUEUED, TIMED, gone)
    project.apply()
    write(project, LATER, *QUEUED, TIMED, line=LINE)
    before = len(project.sandbox.requests)
    assert apply(project) == 0
    (sent,) = [each for each in project.sandbox.requests[before:] if each.writes]
    texts = {each["id"]: each["text"] for each in project.sandbox.posts()}
    inputs = [each.get("input", each) for each in sent.variables.values()]
    assert [texts.get(each["id"], "deleted") for each in inputs] == [
        "We are live", "Still live", "Tip number three", "Tip number two", "Tip number one", "deleted",
    ]  # fmt: skip
    assert all(each.get("saveToDraft") for each in inputs[:5])


def test_new_entries_wait_and_edits_wait(launched: Project) -> None:
    """The draft keeps its old text, and nothing is created; both follow with the resume."""
    edited = TIMED.replace("We are live", "We were live")
    write(launched, edited, LATER, line=LINE)
    launched.apply()
    assert statuses(launched) == {"We are live": "draft"}
    assert launched("plan").planned == ["… later"]
    write(launched, edited, LATER)
    launched.apply()
    assert statuses(launched) == {"We were live": "scheduled", "Still live": "scheduled"}


@pytest.mark.parametrize(
    ("root", "channel", "file", "entry", "status"),
    [
        ("suspended: A", ", suspended: false", "", "", "scheduled"),
        ("", ", suspended: A", "suspended: false", "", "scheduled"),
        ("suspended: A", "", "suspended: false", ", suspended: B", "draft"),
        ("suspended: A", ", suspended: B", "suspended: C", ", suspended: false", "scheduled"),
        ("suspended: true", "", "", "", "draft"),
        *long(
            ("suspended: A", "", "", "", "draft"),
            ("", ", suspended: A", "", "", "draft"),
            ("", "", "suspended: A", "", "draft"),
            ("", "", "", ", suspended: A", "draft"),
            ("suspended: A", "", "suspended: false", "", "scheduled"),
        ),
    ],
)
def test_the_nearest_line_decides(
    launched: Project, root: str, channel: str, file: str, entry: str, status: str
) -> None:
    """Entry, file, channel, root file."""
    write(launched, TIMED.replace("}", f"{entry}}}"), line=root, twitter=channel, top=file)
    launched.apply()
    assert statuses(launched) == {"We are live": status}


def test_what_is_let_out_is_named_and_what_is_not_ours(launched: Project) -> None:
    """In the first lines, with the time; and neither is touched."""
    (ours,) = launched.sandbox.posts()
    launched.sandbox.person.create_post(ours["channelId"], "A person's", dueAt="2029-12-06T09:00:00Z")
    statement = "{key: statement, due_at: 2029-12-05 09:00, text: We are safe, suspended: false}"
    write(launched, TIMED, statement, line=LINE)
    out = launched("plan").out.splitlines()
    assert out[0] == "Suspended: Earthquake; ask Dana. 1 scheduled post becomes a draft."
    assert out[1:3] == [
        "Not stopped; 1 post still goes out:",
        "  ! Thu 6 Dec 10:00 CET  twitter:acme  perhaps not made by bufferctl: A person's",
    ]
    assert "Let out by `suspended: false`: `statement`." in out
    launched.apply()
    assert statuses(launched) == {"We are live": "draft", "A person's": "scheduled", "We are safe": "scheduled"}


def test_what_a_person_changed_becomes_a_draft_with_their_words(launched: Project) -> None:
    """And is asked about afterwards, like any change in Buffer: it does not go out meanwhile."""
    launched.sandbox.person.edit_post(post(launched, "We are live")["id"], text="We are nearly live")
    write(launched, TIMED, line=LINE)
    assert apply(launched) == 1
    assert statuses(launched) == {"We are nearly live": "draft"}
    write(launched, TIMED)
    assert apply(launched) == 1
    assert statuses(launched) == {"We are nearly live": "draft"}


def test_what_cannot_be_read_in_full_is_left_and_named(project: Project) -> None:
    """If a person changed it: a draft would lose what Buffer does not return. Else the file has all of it."""
    entry = "{key: launch, due_at: 2029-12-20 09:00, text: We are live, source: newsletter}"
    write(project, entry, LATER.replace("}", ", source: newsletter}"))
    project.apply()
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="We are nearly live")
    write(project, entry, LATER.replace("}", ", source: newsletter}"), line=LINE)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 1
    assert "  ! Thu 20 Dec 09:00 CET  twitter:acme  Acme/twitter:acme/launch" in ran.out
    assert statuses(project) == {"We are nearly live": "scheduled", "Still live": "draft"}


def test_a_delete_that_is_held_does_not_go_out(project: Project) -> None:
    """What left the files and may not be deleted becomes a draft; what may be is deleted."""
    many = [f"{{key: k{n}, due_at: 2029-12-{n + 10} 09:00, text: Number {n}}}" for n in range(7)]
    write(project, TIMED, *many)
    project.apply()
    write(project, TIMED, line=LINE)
    assert apply(project) == 1
    assert set(statuses(project).values()) == {"draft"}
    assert len(statuses(project)) == 8


@pytest.mark.parametrize("due", ["", *long(", due_at: 2029-12-20 09:00")], ids=["queued", "timed"])
def test_a_draft_that_a_person_scheduled_goes_back_to_where_it_was(project: Project, due: str) -> None:
    """Not by the file, which says that it is a draft."""
    entry = f"{{key: launch, text: We are live, draft: true{due}}}"
    write(project, entry)
    project.apply()
    project.sandbox.person.approve(post(project, "We are live")["id"])
    before = post(project, "We are live")["dueAt"]
    project.apply()
    write(project, entry, line=LINE)
    project.apply()
    assert statuses(project) == {"We are live": "draft"}
    write(project, entry)
    project.apply()
    assert (statuses(project), post(project, "We are live")["dueAt"]) == ({"We are live": "scheduled"}, before)


def test_a_time_that_a_person_gave_a_queued_post_comes_back(project: Project) -> None:
    """It is progress, and no change."""
    write(project, QUEUED[0])
    project.apply()
    project.sandbox.person.edit_post(post(project, "Tip number one")["id"], dueAt="2029-12-24T12:00:00Z")
    project.apply()
    write(project, QUEUED[0], line=LINE)
    project.apply()
    write(project, QUEUED[0])
    project.apply()
    assert post(project, "Tip number one")["dueAt"] == "2029-12-24T12:00:00.000Z"


def test_what_was_approved_is_approved_again(project: Project) -> None:
    """Resuming never bypasses an approval."""
    write(project)
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], requiresApproval=True)
    entry = TIMED.replace("}", ", needs_approval: true}")
    write(project, entry)
    project.apply()
    project.sandbox.person.approve(post(project, "We are live")["id"])
    project.apply()
    write(project, entry, line=LINE)
    project.apply()
    assert statuses(project) == {"We are live": "draft"}
    write(project, entry)
    project.apply()
    assert statuses(project) == {"We are live": "needs_approval"}


def test_what_waits_for_approval_is_named(project: Project) -> None:
    """It stays as it is, and would go out once somebody approves it; so would a person's."""
    write(project)
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], requiresApproval=True)
    entry = TIMED.replace("}", ", needs_approval: true}")
    write(project, entry)
    project.apply()
    write(project, entry, line=LINE)
    out = project("plan").out
    assert "Not stopped; 1 post would go out once somebody approves it:" in out
    assert "  ! Thu 20 Dec 09:00 CET  twitter:acme  once approved: Acme/twitter:acme/launch" in out
    project.apply()
    assert statuses(project) == {"We are live": "needs_approval"}
    project.sandbox.person.approve(post(project, "We are live")["id"])
    project.apply()
    assert statuses(project) == {"We are live": "draft"}


def past(project: Project) -> None:
    """Two posts whose time passed while they were suspended, and one that is still to come, long ago."""
    project.sandbox.core.clock.set("2020-12-03T09:00:00Z")
    to_come = "{key: next, due_at: 2040-12-20 09:00, text: Next}"
    entries = [each.replace("2029", "2020") for each in (TIMED, LATER)]
    for line, now in (("", "2020-12-03T10:00:00Z"), (LINE, "2020-12-22T09:00:00Z"), ("", "")):
        write(project, *entries, to_come, line=line)
        project.write("buffer.yaml", (project.folder / "buffer.yaml").read_text().replace("2029", "2020"))
        if now:
            assert apply(project) == 0
            project.sandbox.core.clock.set(now)


@pytest.mark.long
def test_all_that_is_past_is_moved_into_the_future(project: Project) -> None:
    """By as many weeks as the earliest needs: the command, as it was printed, ends the question."""
    past(project)
    project.sandbox.core.clock.set("2021-01-04T09:00:00Z")
    assert "To move all of them by 3 weeks, run: bufferctl resume --missed +3w" in " ".join(project("plan").out.split())
    with time_machine.travel("2021-01-04T09:00:00Z"):
        assert project("resume", "--missed", "+3w").code == 0
    project.apply()
    assert set(statuses(project).values()) == {"scheduled"}


def removed_and_scheduled(project: Project) -> str:
    """The id of a post that was removed from the files during a suspension, and that a person scheduled again."""
    for line in ("", LINE):
        write(project, TIMED, line=line)
        project.write("posts/b.yaml", f"channels: [twitter]\nposts: [{LATER}]\n")
        if not line:
            project.apply()
    (project.folder / "posts/a.yaml").unlink()
    project("apply", "posts/b.yaml", "--auto-approve", "--settle", "0")
    found = str(post(project, "We are live")["id"])
    project.sandbox.person.approve(found)
    said = " ".join(project("plan").out.split())
    assert "Make it a draft again in Buffer. To let it out, restore its entry, with `suspended: false`." in said
    return found


def test_a_removed_post_that_a_person_scheduled_is_let_out_by_its_entry(project: Project) -> None:
    """There is none to which a line could be added, so the hint says to restore it."""
    removed_and_scheduled(project)
    write(project, TIMED.replace("}", ", suspended: false}"), line=LINE)
    project.apply()
    assert statuses(project) == {"We are live": "scheduled", "Still live": "draft"}


def test_a_removed_post_that_a_person_scheduled_is_made_a_draft_there(project: Project) -> None:
    """Then nothing of it goes out, and it is what it was: a post whose file is gone."""
    found = removed_and_scheduled(project)
    project.sandbox.person.edit_post(found, status="draft")
    assert "somebody scheduled it" not in project("plan").out
    assert statuses(project) == {"We are live": "draft", "Still live": "draft"}


def test_what_a_suspension_keeps_of_the_removed_is_not_laid_on_prune(project: Project) -> None:
    """`prune` is on, and a reviewed plan did not agree to the delete."""
    write(project, TIMED, LATER)
    project.apply()
    project("plan", "-o", "plan.json")
    write(project, LATER, line=LINE)
    ran = project("apply", "--reviewed", "plan.json", "--auto-approve", "--settle", "0")
    assert statuses(project) == {"We are live": "draft", "Still live": "draft"}
    assert "prune" not in ran.out + ran.err


def test_what_is_past_is_one_question(project: Project) -> None:
    """All of it stays a draft, and the rest goes back."""
    past(project)
    ran = project("plan")
    assert "  ! 2 posts: launch, later" in ran.out
    assert "run `bufferctl resume --missed" not in ran.out  # a command stands on its own line, to be copied
    assert "bufferctl resume --missed +1w" in ran.out
    assert apply(project) == 1
    assert statuses(project) == {"We are live": "draft", "Still live": "draft", "Next": "scheduled"}


def test_one_command_cancels_all_that_is_past(project: Project) -> None:
    """Their drafts are deleted, and the entries stay."""
    past(project)
    assert project("resume", "--missed", "cancel").code == 0
    project.apply()
    assert statuses(project) == {"Next": "scheduled"}
    assert (project.folder / "posts/a.yaml").read_text().count("cancelled: true") == 2


@pytest.mark.parametrize(("how", "left"), [("+1w", {"We are live": "draft"}), *long(("cancel", {}))])
@pytest.mark.parametrize("queue", ["", *long("mode: addToQueue, ")])
def test_one_command_answers_for_a_time_that_a_person_gave(
    project: Project, how: str, left: dict[str, str], queue: str
) -> None:
    """That time is only in Buffer, so it is what counts: the draft moves by a week from there, or is deleted."""
    project.sandbox.core.clock.set("2020-12-03T09:00:00Z")
    entry = f"{{key: launch, {queue}text: We are live, draft: true}}"

    def write_2020(line: str) -> None:
        write(project, entry, line=line)
        project.write("buffer.yaml", (project.folder / "buffer.yaml").read_text().replace("2029", "2020"))

    write_2020("")
    assert apply(project) == 0
    id_ = post(project, "We are live")["id"]
    project.sandbox.person.edit_post(id_, dueAt="2020-12-15T08:00:00Z", status="scheduled")
    write_2020(LINE)
    assert apply(project) == 0
    project.sandbox.core.clock.set("2020-12-18T09:00:00Z")
    write_2020("")
    assert f"bufferctl resume --missed {how}" in project("plan").out
    with time_machine.travel("2020-12-18T09:00:00Z"):
        assert project("resume", "--missed", how).code == 0
    assert how == "cancel" or "due_at: 2020-12-22 09:00" in (project.folder / "posts/a.yaml").read_text()
    project.apply()
    assert statuses(project) == left


def test_one_command_moves_all_that_is_past(project: Project) -> None:
    """By whole days, at the same time of day."""
    past(project)
    with time_machine.travel("2020-12-22T09:00:00Z"):
        assert project("resume", "--missed", "+1w").code == 0
    text = (project.folder / "posts/a.yaml").read_text()
    assert "2020-12-27 09:00" in text
    assert "2020-12-28 09:00" in text
    project.apply()
    assert set(statuses(project).values()) == {"scheduled"}


def test_a_person_who_schedules_a_draft_is_asked(launched: Project) -> None:
    """It is theirs to decide, and named in the first lines: `suspended: false`, or a draft again."""
    write(launched, TIMED, line=LINE)
    launched.apply()
    launched.sandbox.person.approve(post(launched, "We are live")["id"])
    ran = launched("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 1
    assert "  ! Thu 20 Dec 09:00 CET  twitter:acme  Acme/twitter:acme/launch" in ran.out
    assert statuses(launched) == {"We are live": "scheduled"}
    write(launched, TIMED.replace("}", ", suspended: false}"), line=LINE)
    launched.apply()
    assert statuses(launched) == {"We are live": "scheduled"}
    write(launched, TIMED)
    launched.apply()


def test_an_equal_text_that_went_out_meanwhile_is_asked_about(launched: Project) -> None:
    """Both may be intended."""
    write(launched, TIMED, line=LINE)
    launched.apply()
    channel = post(launched, "We are live")["channelId"]
    person = launched.sandbox.person.create_post(channel, "We are live", dueAt="2029-12-05T09:00:00Z")
    launched.sandbox.core.clock.set("2029-12-06T09:00:00Z")
    write(launched, TIMED)
    assert apply(launched) == 1
    assert sorted(each["status"] for each in launched.sandbox.posts()) == ["draft", "sent"]
    write(launched, TIMED.replace("}", f", repeat_of: {person['id']}}}"))
    launched.apply()
    assert sorted(each["status"] for each in launched.sandbox.posts()) == ["scheduled", "sent"]


def lose_state(project: Project) -> None:
    """Delete the state, and what this machine noted."""
    shutil.rmtree(project.folder / ".bufferctl")
    shutil.rmtree(os.environ["XDG_STATE_HOME"], ignore_errors=True)


@pytest.mark.parametrize("when", [*long("before", "meanwhile"), "at the resume"])
def test_a_lost_state_makes_nothing_twice(project: Project, when: str) -> None:
    """Drafts are found by what they say."""
    write(project, TIMED, *QUEUED)
    project.apply()
    if when == "before":
        lose_state(project)
    write(project, TIMED, *QUEUED, line=LINE)
    assert apply(project) == 0
    assert set(statuses(project).values()) == {"draft"}
    if when == "meanwhile":
        lose_state(project)
        assert apply(project) == 0
    if when == "at the resume":
        lose_state(project)
    write(project, TIMED, *QUEUED)
    apply(project)
    texts = [each["text"] for each in project.sandbox.posts()]
    assert sorted(texts) == sorted(set(texts))
    assert len(texts) == 4


def test_what_may_be_ours_is_named_as_such(launched: Project) -> None:
    """Without a state, an edited post may be another tool's: it is not touched, and the question is named with it."""
    lose_state(launched)
    write(launched, TIMED.replace("We are live", "We were live"), line=LINE)
    assert apply(launched) == 1
    assert "  ! Thu 20 Dec 09:00 CET  twitter:acme  perhaps Acme/twitter:acme/launch" in launched("plan").out
    assert statuses(launched) == {"We are live": "scheduled"}


@pytest.mark.parametrize("by_name", [True, *long(False)])
def test_pull_takes_a_persons_words_and_no_draft(project: Project, by_name: bool) -> None:
    """The suspension made the draft; the post goes back with the new text."""
    write(project, TIMED, QUEUED[0])
    project.apply()
    write(project, TIMED, QUEUED[0], line=LINE)
    project.apply()
    names = [f"Acme/twitter:acme/{key}" for key in ("launch", "tip-one")] if by_name else []
    assert project("pull", *names).code == 0
    text = (project.folder / "posts/a.yaml").read_text()
    assert "draft" not in text
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="We are nearly live")
    assert project("pull", *names).code == 0
    text = (project.folder / "posts/a.yaml").read_text()
    assert "We are nearly live" in text
    assert "draft" not in text
    project.apply()
    assert set(statuses(project).values()) == {"draft"}
    project.write("buffer.yaml", ROOT.format(line="", twitter=""))
    project.apply()
    assert statuses(project) == {"We are nearly live": "scheduled", "Tip number one": "scheduled"}


def test_a_damaged_state_says_what_stops_everything(launched: Project) -> None:
    """Before what mends it; without it, the posts are found by what they say and become drafts."""
    (state,) = (launched.folder / ".bufferctl").glob("*state.json")
    state.write_text(state.read_text()[:200])
    write(launched, TIMED, line=LINE)
    ran = launched("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 1
    said = " ".join(ran.err.split())
    assert "is damaged" in said
    assert "hint: Pause the channels in Buffer now, since what is suspended may still go out" in said
    assert said.index("Pause") < said.index("Then: Replace it")
    state.unlink()
    apply(launched)
    assert statuses(launched) == {"We are live": "draft"}


def test_a_saved_plan_from_before_publishes_nothing(launched: Project) -> None:
    """Neither while it is suspended nor after the resume: it was made before."""
    write(launched, TIMED, LATER)
    assert launched("plan", "-o", "plan.json").code == 0
    launched.sandbox.core.clock.advance(minutes=1)
    write(launched, TIMED, LATER, line=LINE)
    assert launched("apply", "plan.json", "--settle", "0").code == 3
    launched.apply()
    launched.sandbox.core.clock.advance(hours=1)
    write(launched, TIMED, LATER)
    for command in (["plan.json"], ["--reviewed", "plan.json"]):
        assert launched("apply", *command, "--auto-approve", "--settle", "0").code in {1, 3}
    assert statuses(launched) == {"We are live": "draft"}
    assert launched("plan", "-o", "new.json").code == 0
    assert launched("apply", "new.json", "--settle", "0").code == 0
    assert statuses(launched) == {"We are live": "scheduled", "Still live": "scheduled"}


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
def test_a_plan_that_knew_of_the_suspension_agrees(launched: Project, how: list[str]) -> None:
    """Whatever the clock said, which is the same for two runs within a second: the plan records what it knew of."""
    write(launched, TIMED, line=LINE)
    apply(launched)
    write(launched, TIMED)
    launched("plan", "-o", "plan.json")
    earlier = "2029-12-03T08:59:00Z"
    path = launched.folder / "plan.json"
    path.write_bytes(forged(path.read_bytes(), lambda plan: plan.update(created_at=earlier)))
    assert launched("apply", *how, "--settle", "0").code == 0
    assert statuses(launched) == {"We are live": "scheduled"}


def test_a_plan_from_before_another_suspension_publishes_nothing(launched: Project) -> None:
    """The line was renewed for another reason, and no run saw that it was gone."""
    write(launched, TIMED, line=LINE)
    launched.apply()
    launched.sandbox.core.clock.advance(hours=1)
    write(launched, TIMED)
    assert launched("plan", "-o", "plan.json").code == 0
    launched.sandbox.core.clock.advance(hours=1)
    write(launched, TIMED, line="suspended: The strike")
    launched.apply()
    write(launched, TIMED)
    for command in (["plan.json"], ["--reviewed", "plan.json"]):
        assert launched("apply", *command, "--auto-approve", "--settle", "0").code in {1, 3}
    assert statuses(launched) == {"We are live": "draft"}
    launched.apply()
    assert statuses(launched) == {"We are live": "scheduled"}


def test_a_saved_plan_of_a_suspension_is_applied_as_it_is(launched: Project) -> None:
    """What it takes off is shown, and its digests are those of the file."""
    write(launched, TIMED, line=LINE)
    assert launched("plan", "-o", "plan.json").code == 0
    assert "1 scheduled post becomes a draft" in launched("show", "plan.json").out
    assert "will become a draft" in launched("show", "plan.json", "--full").out
    assert launched("apply", "plan.json", "--settle", "0", "--receipt", "receipt.json").code == 0
    assert statuses(launched) == {"We are live": "draft"}
    assert "1 scheduled post became a draft" in launched("show", "receipt.json").out


@pytest.mark.parametrize(
    "mistake",
    ["posts:\n  - {key: x, text: \n", *long("posts: [{text: no key}]\n", "suspended: B\nposts: [{text: no key}]\n")],
)
def test_an_error_in_another_file_stops_nothing(project: Project, mistake: str) -> None:
    """Only what is suspended is sent; the exit code says that something is wrong."""
    write(project, TIMED)
    project.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: x, text: Of b, due_at: 2029-12-20 10:00}\n")
    project.apply()
    write(project, TIMED, LATER, line=LINE)
    project.write("posts/b.yaml", mistake)
    assert apply(project) == 1
    assert statuses(project) == {"We are live": "draft", "Of b": "draft"}


def test_a_file_with_errors_counts_by_its_own_line(project: Project) -> None:
    """Its bound posts too, where nothing else is suspended; the rest of the project is not applied."""
    write(project, TIMED)
    mine = "channels: [twitter]\nposts:\n  - {key: x, text: Of b, due_at: 2029-12-20 10:00}\n"
    project.write("posts/b.yaml", mine)
    project.apply()
    write(project, TIMED, LATER)
    project.write("posts/b.yaml", f"suspended: Recall\n{mine}   - {{bad\n")
    assert apply(project) == 1
    assert statuses(project) == {"We are live": "scheduled", "Of b": "draft"}


@pytest.mark.parametrize(
    "root",
    [
        *long(f"{LINE}\nversion: 2\n"),
        f"version: 1\n{LINE}\norganizations:\n  - name: Acme\n   channels: [\n",
        ROOT.format(line=LINE, twitter="").replace("name: acme}", "name: gone}", 1),
        *long(ROOT.format(line=LINE, twitter="").replace("Europe/Berlin", "Europe/Berlln")),
    ],
    ids=["unreadable", "no YAML", "a channel that is gone", "a wrong zone"],
)
def test_a_root_file_with_errors_suspends_all_the_same(launched: Project, root: str) -> None:
    """As far as its line can be read."""
    launched.write("buffer.yaml", root)
    assert apply(launched) == 1
    assert statuses(launched) == {"We are live": "draft"}


@pytest.mark.parametrize("mistake", ["foo", *long("   channels: [", 'timezone: "UTC', "version: 2")])
@pytest.mark.parametrize("line", ["organization", "channel"])
def test_a_line_inside_of_a_root_file_with_errors(project: Project, line: str, mistake: str) -> None:
    """It counts for its organization, or its channel alone."""
    other = "{key: other, due_at: 2029-12-21 09:00, text: Elsewhere, channels: [mastodon]}"
    write(project, TIMED, other)
    project.apply()
    root = ROOT.format(line="", twitter=", suspended: Outage" * (line == "channel"))
    if line == "organization":
        root = root.replace("  - name: Acme\n", "  - name: Acme\n    suspended: Outage\n")
    project.write("buffer.yaml", f"{root}{mistake}\n")
    assert apply(project) == 1
    elsewhere = "draft" if line == "organization" else "scheduled"
    assert statuses(project) == {"We are live": "draft", "Elsewhere": elsewhere}


def test_a_line_that_may_belong_to_anything_counts_for_all(launched: Project) -> None:
    """Where the mistake is in the very line, or in what it may stand below."""
    broken = ROOT.format(line="", twitter=", suspended: Outage").replace("acme, s", "acme, x: [, s")
    launched.write("buffer.yaml", broken)
    assert apply(launched) == 1
    assert statuses(launched) == {"We are live": "draft"}


@pytest.mark.parametrize("broken", ["version: 1\nfoo\n", *long("version: 2\n")])
@pytest.mark.parametrize("where", ["file", "entry"])
def test_a_mistake_in_the_root_file_does_not_stop_a_campaign_file(project: Project, where: str, broken: str) -> None:
    """Its line, or that of an entry, counts as ever; what no line suspends stays."""
    write(project, TIMED, LATER)
    project.apply()
    line = "suspended: Recall" if where == "file" else ""
    entry = TIMED.replace("}", ", suspended: Recall}") if where == "entry" else TIMED
    write(project, entry, LATER, top=line)
    project.write("buffer.yaml", ROOT.format(line="", twitter="").replace("version: 1\n", broken))
    assert apply(project) == 1
    assert statuses(project) == {"We are live": "draft", "Still live": "draft" if line else "scheduled"}


def test_an_entry_in_a_file_that_is_no_yaml(project: Project) -> None:
    """Its line counts, and for it alone."""
    write(project, TIMED, LATER)
    project.apply()
    write(project, TIMED.replace("}", ", suspended: Recall}"), LATER)
    path = project.folder / "posts/a.yaml"
    path.write_text(path.read_text() + "foo\n")
    assert apply(project) == 1
    assert statuses(project) == {"We are live": "draft", "Still live": "scheduled"}
    project.sandbox.clock.advance(minutes=1)


@pytest.mark.parametrize(
    "old", ["posts:\n  - {key: b, channels: [twitter], due_at: 2029-12-21 09:00, text: B}\n", *long("")]
)
def test_an_entry_that_moved_into_a_file_that_is_no_yaml(launched: Project, old: str) -> None:
    """A suspended file that cannot be read counts for whatever no file has any more, renamed or moved into it."""
    path = launched.folder / "posts/a.yaml"
    launched.write("posts/b.yaml", f"suspended: Recall\n{path.read_text()}foo\n")
    path.unlink()
    if old:
        launched.write("posts/a.yaml", old)
    assert apply(launched) == 1
    assert statuses(launched)["We are live"] == "draft"


def test_a_policy_and_the_notice_hold_nothing_back(project: Project) -> None:
    """Neither the draft, nor what goes back."""
    soon = "{key: launch, due_at: 2029-12-03 12:00, text: We are live}"
    write(project, soon)
    project.apply()
    write(project, soon, line=f"{LINE}\npolicy: {{minimum_lead: 1d, forbidden_words: [live]}}")
    assert apply(project) == 1  # the files have an error
    assert statuses(project) == {"We are live": "draft"}
    write(project, soon, line="policy: {minimum_lead: 1d}")
    project.apply()
    assert statuses(project) == {"We are live": "scheduled"}


def test_an_answer_that_waits_says_so(project: Project) -> None:
    """What a person changed or deleted is sent again only once the suspension ends; until then the question stays."""
    write(project, TIMED, LATER)
    project.apply()
    write(project, TIMED, LATER, line=LINE)
    project.apply()
    project.sandbox.person.edit_post(post(project, "We are live")["id"], text="We are nearly live")
    project.sandbox.clock.advance(hours=2)
    project.sandbox.person.delete_post(post(project, "Still live")["id"])
    names = {"launch": "--reapply", "later": "--recreate"}
    for key, option in names.items():
        address = f"Acme/twitter:acme/{key}"
        said = " ".join(project("plan").out.split())
        assert f"end its suspension and run: bufferctl apply {option} {address}" in said
        assert project("apply", "--auto-approve", "--settle", "0", option, address).code == 1
    assert statuses(project) == {"We are nearly live": "draft"}
    changes = json.loads(project("plan", "--json").out)["changes"]
    answers = {
        each["command"][2]: each["suspended"] for c in changes for each in c["answers"] if len(each["command"]) > 3
    }
    assert answers == {"--reapply": True, "--recreate": True}
    write(project, TIMED, LATER)
    options = [word for key, option in names.items() for word in (option, f"Acme/twitter:acme/{key}")]
    project.apply(*options)
    assert statuses(project) == {"We are live": "scheduled", "Still live": "scheduled"}


def test_what_waited_and_is_late_is_the_same_question(project: Project) -> None:
    """An entry that never got to Buffer, and one whose draft is there: one cause, and one command answers both."""
    project.sandbox.core.clock.set("2020-12-03T09:00:00Z")
    old, new = TIMED.replace("2029", "2020"), LATER.replace("2029", "2020")
    for line, entries, now in ((("", [old], "2020-12-03T10:00:00Z")), (LINE, [old, new], "2020-12-22T09:00:00Z")):
        write(project, *entries, line=line)
        project.write("buffer.yaml", (project.folder / "buffer.yaml").read_text().replace("2029", "2020"))
        assert apply(project) == 0
        project.sandbox.core.clock.set(now)
    project.write("buffer.yaml", (project.folder / "buffer.yaml").read_text().replace(LINE, ""))
    assert "  ! 2 posts: launch, later" in project("plan").out
    with time_machine.travel("2020-12-22T09:00:00Z"):
        assert project("resume", "--missed", "+1w").code == 0
    project.apply()
    assert statuses(project) == {"We are live": "scheduled", "Still live": "scheduled"}


def two_roots(project: Project, *, is_off: bool) -> None:
    """An entry that moved from a file that is suspended, in one root file, to another root file that suspends nothing.

    `is_off`: it was made a draft before it moved.
    """
    root = ROOT.format(line="", twitter="")
    for name, folder in (("buffer.yaml", "a"), ("other.yaml", "b")):
        project.write(name, root.replace("organizations", f"include: ['{folder}/*.yaml']\norganizations"))

    def entries(folder: str, *entries: str, top: str = "") -> None:
        lines = "".join(f"  - {each}\n" for each in entries)
        project.write(f"{folder}/posts.yaml", f"channels: [twitter]\n{top}posts:\n{lines}")

    entries("a", TIMED, LATER)
    entries("b", QUEUED[0])
    assert [apply_of(project, name).code for name in ("buffer.yaml", "other.yaml")] == [0, 0]
    if is_off:
        entries("a", TIMED, LATER, top="suspended: Recall\n")
        assert apply_of(project, "buffer.yaml").code == 0
    entries("a", LATER, top="suspended: Recall\n")
    entries("b", QUEUED[0], TIMED)


def apply_of(project: Project, root_file: str, *options: str) -> Any:
    """Apply one of several root files."""
    return project("apply", "--file", root_file, "--auto-approve", "--settle", "0", *options)


def let_out(project: Project, *options: str) -> None:
    """The other root file lets it out, loudly; then both agree."""
    ran = project("plan", "--file", "other.yaml", *options)
    said = "Lets out: `launch`. buffer.yaml suspended it; these files put it back on the schedule."
    assert " ".join(ran.out.split()).startswith(said)
    plan = json.loads(project("plan", "--file", "other.yaml", "--json", *options).out)
    assert plan["suspension"]["taken_over"] == [{"address": "Acme/twitter:acme/launch", "root_file": "buffer.yaml"}]
    assert apply_of(project, "other.yaml", *options).code == 0
    assert statuses(project)["We are live"] == "scheduled"
    out = apply_of(project, "buffer.yaml").out
    assert "Not stopped; 1 post still goes out:" in out
    for name in ("buffer.yaml", "other.yaml"):
        assert "No changes." in project("plan", "--file", name).out


def test_another_root_file_says_that_it_lets_out_what_it_takes_over(project: Project) -> None:
    """A draft that it takes over with `existing`."""
    two_roots(project, is_off=True)
    assert apply_of(project, "other.yaml").code == 1
    path = project.folder / "b/posts.yaml"
    answer = f", existing: {{twitter: {post(project, 'We are live')['id']}}}}}"
    path.write_text(path.read_text().replace("We are live}", f"We are live{answer}"))
    let_out(project)


def test_another_root_file_asks_about_what_is_suspended_after_it_moved(project: Project) -> None:
    """It knows who suspended it, and both answers end the question: let it out, or suspend it here, too."""
    two_roots(project, is_off=False)
    assert apply_of(project, "other.yaml").code == 0
    ran = apply_of(project, "buffer.yaml")
    assert statuses(project)["We are live"] == "draft"
    assert "has not taken it over yet" not in ran.err + apply_of(project, "buffer.yaml").err
    said = " ".join(apply_of(project, "other.yaml").out.split())
    assert "buffer.yaml suspended it, so it is a draft; these files would schedule it." in said
    path = project.folder / "b/posts.yaml"
    before = path.read_text()
    path.write_text(before.replace("We are live}", "We are live, suspended: Recall}"))
    assert apply_of(project, "other.yaml").code == 0
    assert "No changes." in project("plan", "--file", "buffer.yaml").out
    path.write_text(before)
    assert project("plan", "--file", "other.yaml").out.startswith("Resumes: 1 post goes back on the schedule")


def test_what_was_let_out_is_said_once(project: Project) -> None:
    """Neither an edit says so again before the first root file runs, nor does that one keep what is published."""
    two_roots(project, is_off=False)
    for name in ("other.yaml", "buffer.yaml"):
        assert apply_of(project, name).code == 0
    assert apply_of(project, "other.yaml", "--reapply", "Acme/twitter:acme/launch").code == 0
    path = project.folder / "b/posts.yaml"
    path.write_text(path.read_text().replace("We are live", "We are really live"))
    assert "Lets out" not in project("plan", "--file", "other.yaml").out
    assert apply_of(project, "other.yaml").code == 0
    project.sandbox.core.clock.set("2029-12-20T10:00:00Z")
    assert statuses(project)["We are really live"] == "sent"
    assert apply_of(project, "buffer.yaml").code == 0
    assert "launch" not in json.dumps(json.loads(project("plan", "--json").out)["changes"])


@pytest.mark.long
def test_it_is_let_out_by_reapply(project: Project) -> None:
    """The other answer."""
    two_roots(project, is_off=False)
    for name in ("other.yaml", "buffer.yaml"):
        assert apply_of(project, name).code == 0
    let_out(project, "--reapply", "Acme/twitter:acme/launch")


@pytest.mark.long
def test_five_hundred_posts_take_seventeen_requests_to_write(project: Project) -> None:
    """Of the 100 that Buffer allows in 15 minutes; the others read 100 posts each, before, meanwhile and after."""
    entries = [f"{{key: k{n}, due_at: 2029-12-{10 + n // 24:02} {n % 24:02}:00, text: Number {n}}}" for n in range(500)]
    write(project, *entries)
    assert apply(project) == 0
    write(project, *entries, line=LINE)
    before = len(project.sandbox.requests)
    assert apply(project) == 0
    sent = project.sandbox.requests[before:]
    assert sum(each.writes for each in sent) == 17
    assert len(sent) == 33
    assert set(statuses(project).values()) == {"draft"}


@pytest.mark.parametrize(
    "line", ["suspended:", "suspended: [a]", *long("suspended: no", "suspended: false\nsuspended: Now")]
)
def test_a_line_that_cannot_be_read_suspends(launched: Project, line: str) -> None:
    """Whoever wrote it meant to stop something; the error stays an error."""
    write(launched, TIMED, line=line)
    assert apply(launched) == 1
    assert statuses(launched) == {"We are live": "draft"}


@pytest.mark.parametrize("reason", ["no", "off", "y", "false", " ", "a\x07b"])
def test_what_is_no_reason_is_not_written(project: Project, reason: str) -> None:
    """It would be read as `false`, or not at all."""
    write(project, TIMED)
    before = (project.folder / "buffer.yaml").read_bytes()
    assert project("suspend", reason).code == 64
    assert (project.folder / "buffer.yaml").read_bytes() == before


def test_the_command_leaves_a_root_file_that_is_no_yaml(project: Project) -> None:
    """It says to write the line by hand, which counts in such a file, too."""
    write(project, TIMED)
    broken = f"{(project.folder / 'buffer.yaml').read_text()}x: [\n"
    project.write("buffer.yaml", broken)
    ran = project("suspend", "Outage")
    assert (ran.code, "cannot be read as YAML" in ran.err, "by hand" in ran.err) == (1, True, True), ran.err
    assert (project.folder / "buffer.yaml").read_text() == broken


@pytest.mark.parametrize("command", [["suspend", "Outage"], ["resume"]])
@pytest.mark.parametrize(
    ("option", "hint"),
    [
        (("--channel", "twiter:acme"), "Did you mean twitter:acme?"),
        (("--channel", "pinterest"), "There are `twitter:acme`, `mastodon:acme@social.example`."),
        (("--organization", "Acne"), "Did you mean Acme?"),
        (("--organization", "Acne", "--channel", "twitter"), "Did you mean Acme?"),
    ],
)
def test_a_name_that_is_not_there(project: Project, command: list[str], option: tuple[str, ...], hint: str) -> None:
    """It says which one may be meant, and writes nothing."""
    write(project, TIMED)
    before = (project.folder / "buffer.yaml").read_bytes()
    ran = project(*command, *option)
    assert (ran.code, hint in ran.err) == (1, True), ran.err
    assert (project.folder / "buffer.yaml").read_bytes() == before


def test_a_resume_of_one_channel_says_that_all_is_suspended(project: Project) -> None:
    """With the line further up, whether or not the channel has one of its own."""
    write(project, TIMED, line=LINE)
    ran = project("resume", "--channel", "twitter:acme")
    assert ran.code == 1
    assert "The root file has `suspended: Earthquake; ask Dana`, too" in ran.err
    said = project("suspend", "Outage", "--channel", "twitter").out
    assert "\ntwitter is suspended in the files, and not yet in Buffer." in said
    ran = project("resume", "--channel", "twitter:acme")
    assert ran.code == 0
    assert "It is still suspended. The root file has `suspended: Earthquake; ask Dana`, too" in ran.out
    assert project("resume").code == 0


@pytest.mark.parametrize("named", [(), ("--organization", "Acme"), ("--organization", ID)], ids=["", "name", "id"])
def test_a_resume_of_one_channel_says_that_its_organization_is_suspended(
    project: Project, named: tuple[str, ...]
) -> None:
    """However the command names the organization, or does not."""
    write(project, TIMED)
    root = (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    line = f"  - name: Acme\n    id: {ID}\n    suspended: Outage\n"
    project.write("buffer.yaml", root.replace("  - name: Acme\n", line))
    ran = project("resume", *named, "--channel", "twitter:acme")
    assert "The organization Acme has `suspended: Outage`, too" in ran.err


@pytest.mark.parametrize("option", [["posts/b.yaml"], *long(["--target", "*/b"]), ["--exclude", "*/launch"]])
def test_a_selection_leaves_nothing_on_the_schedule(project: Project, option: list[str]) -> None:
    """The line says that nothing goes out; the rest of what is not selected stays as it is."""
    write(project, TIMED)
    project.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: b, text: Of b, due_at: 2029-12-20 10:00}\n")
    project.apply()
    write(project, TIMED, line=LINE)
    assert project("apply", *option, "--auto-approve", "--settle", "0").code == 0
    assert set(statuses(project).values()) == {"draft"}


def test_a_plan_from_before_does_not_agree_to_what_no_run_saw(launched: Project) -> None:
    """An entry that was planned before the suspension and merged after it needs a plan made since."""
    write(launched, TIMED, LATER)
    assert launched("plan", "-o", "plan.json").code == 0
    launched.sandbox.core.clock.advance(minutes=1)
    write(launched, TIMED, line=LINE)
    launched.apply()
    write(launched, TIMED, LATER)
    launched("apply", "--reviewed", "plan.json", "--auto-approve", "--settle", "0")
    assert statuses(launched) == {"We are live": "draft"}


def test_an_equal_post_that_a_person_scheduled_meanwhile_is_asked_about(launched: Project) -> None:
    """Else both would go out."""
    write(launched, TIMED, line=LINE)
    launched.apply()
    launched.sandbox.core.clock.advance(minutes=1)
    launched.sandbox.person.create_post(
        launched.sandbox.channel("twitter")["id"], text="We are live", dueAt="2029-12-19T08:00:00.000Z"
    )
    write(launched, TIMED)
    assert apply(launched) == 1
    assert sorted(each["status"] for each in launched.sandbox.posts()) == ["draft", "scheduled"]


@pytest.mark.parametrize("by", [["plan.json"], *long(["--reviewed", "plan.json"])])
def test_a_plan_that_shows_it_suspended_does_not_publish_it(project: Project, by: list[str]) -> None:
    """It said that the entry waits, also where no run saw the line between; the rest of that plan is sent."""
    write(project, TIMED.replace("}", ", suspended: Ask Dana}"), LATER)
    assert project("plan", "-o", "plan.json").code == 0
    write(project, TIMED, LATER)
    project("apply", *by, "--auto-approve", "--settle", "0")
    assert statuses(project) == {"Still live": "scheduled"}
    project.apply()
    assert statuses(project) == {"Still live": "scheduled", "We are live": "scheduled"}


def test_an_approval_of_a_suspended_entry_is_not_one_of_the_post(project: Project) -> None:
    """Another digest: with the line, the plan says that the entry waits, and without it that it goes out."""
    digests = []
    for entry in (TIMED.replace("}", ", suspended: Ask Dana}"), TIMED):
        write(project, entry)
        digests.append(json.loads(project("plan", "--json").out)["digest"])
    assert len(set(digests)) == 2


def test_what_moved_to_another_root_file_is_named_there_once(launched: Project) -> None:
    """It goes out by the files of the other one, so the old one has nothing to ask, and says that it goes out."""
    write(launched, TIMED, LATER, line=LINE)
    apply(launched)
    write(launched, LATER, line=LINE)
    launched.write("two.yaml", ROOT.format(line="include: [two/*.yaml]", twitter=""))
    moved = TIMED.replace("}", f", existing: {post(launched, 'We are live')['id']}}}")
    launched.write("two/a.yaml", f"channels: [twitter]\nposts:\n  - {moved}\n")
    assert launched("apply", "-f", "two.yaml", "--auto-approve", "--settle", "0").code == 0
    ran = launched("apply", "--auto-approve", "--settle", "0")
    assert ran.code == 0, ran.out
    assert "1 post still goes out" in ran.out
    assert statuses(launched) == {"We are live": "scheduled"}
    assert launched("plan", "--detailed-exitcode").code == 0


def test_without_a_state_no_draft_is_said_to_be_published(project: Project) -> None:
    """Also where its entry, which asks about it, has a time that is past."""
    write(project, TIMED, LATER)
    project.apply()
    write(project, TIMED, LATER, line=LINE)
    apply(project)
    lose_state(project)
    project.sandbox.clock.set("2029-12-20T12:00:00Z")
    write(project, TIMED)
    ran = project("plan")
    assert "We are live" in ran.out
    assert "will be published" not in ran.err


def test_what_was_never_sent_is_among_what_became_too_late(project: Project) -> None:
    """Also where nothing of the channel is in Buffer, so that only the suspension knows the entry."""
    write(project, TIMED, line=LINE)
    assert apply(project) == 0
    with time_machine.travel("2029-12-21T12:00:00Z"):
        assert "Moved by 7 days: 1 post" in project("resume", "--missed", "+1w").out
    assert "due_at: 2029-12-27 09:00" in (project.folder / "posts/a.yaml").read_text(encoding="utf-8")


def test_a_move_that_leaves_a_post_too_late(project: Project) -> None:
    """Refused before anything is written, with the least number of days."""
    write(project, TIMED, line=LINE)
    assert apply(project) == 0
    with time_machine.travel("2029-12-25T12:00:00Z"):
        ran = project("resume", "--missed", "+1d")
        assert (ran.code, "bufferctl resume --missed +6d" in ran.err) == (64, True)
        assert LINE in (project.folder / "buffer.yaml").read_text(encoding="utf-8")
        assert project("resume", "--missed", "+6d").code == 0


def test_what_came_after_a_suspension_is_not_among_what_became_too_late(project: Project) -> None:
    """An entry that no run knew as suspended is none that the suspension kept from its time."""
    write(project, TIMED, line=LINE)
    assert apply(project) == 0
    write(project, TIMED, LATER)
    with time_machine.travel("2029-12-22T12:00:00Z"):
        assert "Cancelled 1 post whose time passed meanwhile." in project("resume", "--missed", "cancel").out
    written = (project.folder / "posts/a.yaml").read_text(encoding="utf-8")
    assert (written.count("cancelled: true"), LATER in written) == (1, True)


def test_what_went_out_is_not_among_what_became_too_late(project: Project) -> None:
    """It was not suspended, and its time passed with it."""
    write(project, TIMED, LATER)
    assert apply(project) == 0
    with time_machine.travel("2029-12-22T12:00:00Z"):
        ran = project("resume", "--missed", "cancel")
    assert "Nothing became too late while it was suspended." in ran.err + ran.out


def test_the_command_names_what_an_old_line_lets_out(project: Project) -> None:
    """A line that was left from an earlier suspension: not everything is suspended then."""
    write(project, TIMED.replace("}", ", suspended: false}"), LATER)
    assert "Let out by `suspended: false`, so not suspended: `launch`." in project("suspend", "Earthquake").out
    write(project, TIMED, LATER)
    assert "Let out" not in project("suspend", "Earthquake").out


@pytest.mark.parametrize("written", ["2029-12-20T00:30-08:00", *long("2029-12-20T08:30+00:00")])
def test_the_command_keeps_offsets(project: Project, written: str) -> None:
    """A time with an offset of its own is later by exactly the days that were asked for, with that offset."""
    write(project, TIMED.replace("2029-12-20 09:00", written), line=LINE)
    assert apply(project) == 0
    with time_machine.travel("2029-12-21T12:00:00Z"):
        assert "Moved by 7 days: 1 post" in project("resume", "--missed", "+1w").out
    moved = written.replace("12-20", "12-27")
    assert f"due_at: {moved}," in (project.folder / "posts/a.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [{"line": LINE}, *long({"top": LINE})], ids=["everything", "its file"])
@pytest.mark.parametrize("has_more", [True, *long(False)], ids=["with a new post", "without changes"])
def test_a_saved_plan_from_before_takes_it_off(project: Project, line: dict[str, str], *, has_more: bool) -> None:
    """Exit 0, the post a draft, whatever the plan file has; the rest of it is applied."""
    project.write("posts/b.yaml", "channels: [twitter]\nposts: []\n")
    write(project, TIMED)
    project.apply()
    other = "suspended: false\nchannels: [twitter]\nposts:\n  - {key: b, text: Of b, due_at: 2029-12-20 10:00}\n"
    if has_more:
        project.write("posts/b.yaml", other)
    assert project("plan", "-o", "plan.json").code == 0
    write(project, TIMED, **line)
    project.sandbox.core.clock.advance(minutes=1)
    ran = project("apply", "plan.json", "--settle", "0")
    assert (ran.code, "1 scheduled post becomes a draft" in ran.out) == (0, True)
    assert statuses(project) == {"We are live": "draft"} | ({"Of b": "scheduled"} if has_more else {})
    project.apply()


@pytest.mark.parametrize("days", [0, *long(8)], ids=["changed", "expired"])
def test_a_saved_plan_that_is_out_of_date_takes_it_off(launched: Project, days: int) -> None:
    """Exit 3, since nothing of the plan is sent; what is suspended is a draft all the same."""
    write(launched, TIMED, LATER)
    assert launched("plan", "-o", "plan.json").code == 0
    write(launched, TIMED.replace("live", "here"), LATER.replace("live", "here"), top=LINE)
    launched.sandbox.core.clock.advance(days=days, minutes=1)
    ran = launched("apply", "plan.json", "--settle", "0")
    assert (ran.code, "plan.json" in ran.err) == (3, True)
    assert "became a draft" in ran.out
    assert statuses(launched) == {"We are live": "draft"}


@pytest.mark.long
def test_a_saved_plan_and_files_with_errors(launched: Project) -> None:
    """Exit 1, and what is suspended is a draft: as without a plan."""
    write(launched, TIMED, LATER)
    assert launched("plan", "-o", "plan.json").code == 0
    write(launched, TIMED, LATER.replace("due_at", "due"), line=LINE)
    assert launched("apply", "plan.json", "--settle", "0").code == 1
    assert statuses(launched) == {"We are live": "draft"}


def test_what_was_let_out_all_along_is_sent_by_a_saved_plan(project: Project) -> None:
    """The line above it is newer than the plan, and never counted for it."""
    write(project, TIMED.replace("}", ", suspended: false}"))
    assert project("plan", "-o", "plan.json").code == 0
    project.sandbox.core.clock.advance(minutes=1)
    write(project, TIMED.replace("}", ", suspended: false}"), line=LINE)
    assert project("apply", "plan.json", "--settle", "0").code == 0
    assert statuses(project) == {"We are live": "scheduled"}


def test_what_a_person_scheduled_is_not_said_to_be_off(launched: Project) -> None:
    """Made by bufferctl, and it goes out: the first line says nothing else."""
    write(launched, TIMED, line=LINE)
    launched.apply()
    launched.sandbox.person.approve(post(launched, "We are live")["id"])
    for option in ([], ["--target", "*/launch"]):
        ran = launched("plan", *option)
        assert "Not stopped; 1 post still goes out" in ran.out
        assert "None of the posts that it covers" not in ran.out


def limited(project: Project, number: int) -> None:
    """The Buffer plan takes so many scheduled posts."""
    project.sandbox.person.set_limit(project.sandbox.organization()["id"], scheduledPosts=number)


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
@pytest.mark.parametrize("off", ["suspended: Quake", *long("draft: true")])
def test_what_goes_back_waits_for_room_like_a_new_post(project: Project, off: str, how: list[str]) -> None:
    """The earliest due goes first, and without room it waits: a second plan has nothing to do.

    A saved plan and a reviewed one that showed it waiting agree to it once there is room.
    """
    own = TIMED.replace("}", f", {off}}}")
    write(project, TIMED)
    project.apply()
    write(project, own)
    apply(project)
    limited(project, 1)
    write(project, TIMED, LATER)
    project.apply()
    assert statuses(project) == {"We are live": "scheduled"}
    write(project, own, LATER)
    apply(project)
    apply(project)
    assert statuses(project) == {"We are live": "draft", "Still live": "scheduled"}
    project.sandbox.clock.advance(minutes=1)
    write(project, TIMED, LATER)
    ran = project("plan", "-o", "plan.json", "--detailed-exitcode")
    assert (ran.code, ran.planned) == (0, ["… launch"])
    project.apply()
    limited(project, 2)
    assert project("apply", *how, "--settle", "0").code == 0
    assert set(statuses(project).values()) == {"scheduled"}


def test_what_waited_for_room_too_long_was_not_suspended_then(launched: Project) -> None:
    """Its time passed after the suspension, and the question says no more than that."""
    write(launched, TIMED, line=LINE)
    apply(launched)
    limited(launched, 0)
    write(launched, TIMED)
    launched.apply()
    launched.sandbox.clock.set("2029-12-20T12:00:00Z")
    assert "Its time passed before it could be scheduled, so it does not go out." in launched("plan").out


def test_what_is_suspended_does_not_wait_for_room(project: Project) -> None:
    """Not after an apply, and not where a saved plan is refused because of it."""
    write(project, TIMED, LATER)
    project("plan", "-o", "plan.json")
    write(project, TIMED.replace("}", ", suspended: Quake}"), LATER)
    saved = project("apply", "plan.json")
    assert (saved.code, "Acme/twitter:acme/launch: it is suspended now" in saved.err) == (3, True)
    late = "{key: late, due_at: 2029-12-03 09:30, text: Too late}"
    write(project, TIMED.replace("}", ", suspended: Quake}"), LATER, late)
    ran = project("apply", "--auto-approve", "--settle", "0")
    assert "nothing more to send; 1 still" in ran.out


@pytest.mark.parametrize("how", [*long(["--target", "*/later"], ["posts/b.yaml"]), ["plan.json"], ["stale.json"]])
def test_a_part_that_leaves_out_a_delete_takes_the_post_off(project: Project, how: list[str]) -> None:
    """It is suspended like the others, and the next apply of all files deletes it."""
    other = "suspended: false\nchannels: [twitter]\nposts:\n  - {key: b, text: Of b, due_at: 2029-12-20 10:00}\n"
    project.write("posts/b.yaml", other)
    write(project, TIMED, LATER, *QUEUED)
    project.apply()
    project.write("posts/b.yaml", other.replace("Of b", "Of another"))
    project("plan", "-o", "stale.json")
    project.write("posts/b.yaml", other.replace("Of b", "Of bee"))
    project("plan", "-o", "plan.json")
    write(project, LATER, *QUEUED[:2], line=LINE)
    ran = project("apply", *how, *([] if "plan" in how[0] else ["--auto-approve"]), "--settle", "0")
    assert ran.code == (3 if "stale" in how[0] else 0)
    assert "5 scheduled posts become drafts" in ran.out
    assert "will be published all the same" not in ran.err
    left = {each["text"] for each in project.sandbox.posts() if each["status"] == "scheduled"}
    assert left == {"Of bee" if how[0] in {"posts/b.yaml", "plan.json"} else "Of b"}
    project.apply()
    assert statuses(project) == dict.fromkeys(("Still live", "Tip number one", "Tip number two"), "draft") | {
        "Of bee": "scheduled"
    }


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
def test_what_was_published_before_a_reviewed_suspension(project: Project, how: list[str]) -> None:
    """Exit 1, once: it is said, as for an edit and a delete; the others become drafts."""
    write(project, TIMED, LATER)
    project.apply()
    write(project, TIMED, LATER, line=LINE)
    project("plan", "-o", "plan.json")
    project.sandbox.person.share_now(post(project, "We are live")["id"])
    ran = project("apply", *how, "--auto-approve" if len(how) > 1 else "--settle=0", "--settle", "0")
    assert (ran.code, statuses(project)) == (1, {"We are live": "sent", "Still live": "draft"})
    assert "published before it could be suspended as reviewed" in " ".join(ran.out.split())
    ran = project("apply", *how, "--settle", "0")
    assert (ran.code, "published before" in ran.out) == (0, False)


@pytest.mark.parametrize("how", [["plan.json"], *long(["posts/b.yaml"])], ids=["a saved plan", "a selection"])
def test_a_part_says_what_a_person_scheduled(project: Project, how: list[str]) -> None:
    """Exit 1, and it begins with the post that goes out, though the plan has nothing left to do with it."""
    write(project, TIMED)
    project.write("posts/b.yaml", f"channels: [twitter]\nposts:\n  - {LATER}\n")
    project.apply()
    write(project, TIMED, line=LINE)
    project.write("posts/b.yaml", f"channels: [twitter]\nposts:\n  - {LATER}\n")
    apply(project)
    project("plan", "-o", "plan.json")
    project.sandbox.person.approve(post(project, "We are live")["id"])
    ran = project("apply", *how, "--settle", "0")
    said = " ".join(ran.out.split())
    assert (ran.code, "Not stopped; 1 post still goes out" in said) == (1, True)
    assert "somebody scheduled it in Buffer since, so it goes out" in said


def test_a_saved_plan_says_which_posts_of_a_person_go_out(launched: Project) -> None:
    """Nothing is left of it, and it begins with them all the same."""
    write(launched, TIMED, line=LINE)
    apply(launched)
    launched("plan", "-o", "plan.json")
    channel = launched.sandbox.channel("twitter")["id"]
    launched.sandbox.person.create_post(channel, text="Hello", dueAt="2029-12-22T08:00:00.000Z")
    ran = launched("apply", "plan.json", "--settle", "0")
    assert (ran.code, "perhaps not made by bufferctl: Hello" in " ".join(ran.out.split())) == (0, True)
