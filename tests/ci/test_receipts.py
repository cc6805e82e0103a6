"""Merged means published, or somebody is told where they merged; what overrules a hold is said by hand, on main."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from tests.ci.conftest import Team, post
from tests.planfile.forging import forged

LAUNCH = "Acme/twitter:acme/launch"


def merged(team: Team, branch: str, **files: str) -> int:
    """A pull request that was planned and merged."""
    number = team.open(branch, **files)
    team.plan(number)
    team.merge(number)
    return number


def summary(team: Team) -> str:
    """The summary of the last run."""
    return (team.folder / f"machine-{team.runs}" / "summary").read_text(encoding="utf-8")


@pytest.mark.long
def test_what_was_merged_while_runs_failed(team: Team) -> None:
    """For eight days: its own plan still counts, beside that of the next request."""
    assert not team.apply().failed
    old = merged(team, "old", old=post("old", "Old"))
    team.github.clock.advance(days=8)
    new = merged(team, "new", new=post("new", "New", due="2029-12-21 09:00"))
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["New", "Old"]
    assert all("2 created" in team.github.bodies(each)[1] for each in (old, new))


@pytest.mark.long
def test_a_damaged_plan_does_not_stop_the_others(team: Team) -> None:
    """Somebody with write access put something else into an artifact: it selects nothing."""
    assert not team.apply().failed
    forged = team.open("one", one=post("one", "First"))
    second = team.open("two", two=post("two", "Second", due="2029-12-21 09:00"))
    for number in (forged, second):
        team.plan(number)
    artifact = team.github.artifacts[0]
    described = json.dumps({"number": forged, "head": artifact.head, "branch": "main"}).encode()
    team.github.upload(artifact.name, artifact.head, {"plan.json": b"{}", "request.json": described}, run=99)
    for number in (forged, second):
        team.merge(number)
    assert team.apply().failed
    assert team.texts() == ["Second"]
    assert "**Its plan was not applied**" in team.github.bodies(forged)[1]
    assert "**1 change from elsewhere was not sent**" in team.github.bodies(second)[1]
    assert "plan.json of #&#8203;1" in team.github.bodies(forged)[1]


def test_a_plan_that_hides_what_it_edits_is_not_applied(team: Team) -> None:
    """Somebody with write access took the new text out of what reviewers see: the old one stays, others are applied."""
    merged(team, "first", one=post("one", "First"))
    assert not team.apply().failed
    edit = team.open("edit", one=post("one", "Second"))
    other = team.open("other", other=post("other", "Other", due="2029-12-21 09:00"))
    team.plan(other)
    team.plan(edit)
    kept = team.github.artifacts[-1]
    with zipfile.ZipFile(io.BytesIO(kept.packed)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    files["plan.json"] = forged(
        files["plan.json"], lambda plan: plan["plan"]["changes"][0]["change"].pop("differences")
    )
    team.github.upload(kept.name, kept.head, files, run=kept.run)
    team.merge(edit)
    team.merge(other)
    assert "does not show what it would send" in team.apply().log
    assert sorted(team.texts()) == ["First", "Other"]


@pytest.mark.long
def test_a_merge_before_the_plan(team: Team) -> None:
    """Nobody saw a plan, so nothing is sent; the request says so, and what to do, with nothing of the machine's."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.merge(number)
    ran = team.apply()
    assert ran.failed
    assert team.texts() == []
    (receipt,) = team.github.bodies(number)
    assert "**Its plan was not applied**: no plan was made before the merge" in receipt
    assert "with the decision `everything`" in receipt
    assert not team.apply_as("workflow_dispatch", decision="everything").failed
    assert team.texts() == ["We are live"]


def test_a_merge_before_the_plan_beside_one_after_it(team: Team) -> None:
    """What was planned is sent; the receipt of the other one names its post, which was not."""
    assert not team.apply().failed
    unplanned = team.open("more", more=post("more", "And more", due="2029-12-21 09:00"))
    number = merged(team, "launch", launch=post("launch", "We are live"))
    team.merge(unplanned)
    assert team.apply().failed
    assert team.texts() == ["We are live"]
    (receipt,) = team.github.bodies(unplanned)
    assert "no plan was made before the merge. So `more` was not sent." in receipt
    assert "1 created" in team.github.bodies(number)[1]


def test_a_plan_that_is_gone_and_has_nothing_to_send(team: Team) -> None:
    """Its comment said that something would follow the merge, so the receipt says that nothing had to."""
    merged(team, "launch", launch=post("launch", "We are live"))
    assert not team.apply().failed
    number = team.open("again", launch="# Again\n" + post("launch", "We are live"))
    team.plan(number)
    team.github.artifacts.clear()
    team.merge(number)
    assert not team.apply().failed
    receipt = team.github.bodies(number)[1]
    assert "**Its plan was not applied**" in receipt
    assert "Buffer matches the files anyway." in receipt


def test_a_root_file_that_was_broken_for_a_while(team: Team) -> None:
    """Merged without a plan, and mended by the next request: the run after that does what the second one says."""
    assert not team.apply().failed
    root = team.ada.folder / "buffer.yaml"
    for branch, text in (("break", "version: one\n"), ("mend", root.read_text(encoding="utf-8"))):
        team.ada.branch(branch)
        root.write_text(text, encoding="utf-8")
        team.ada.write(**({"launch": post("launch", "We are live")} if branch == "mend" else {}))
        team.ada.push()
        number = team.github.open_pull(branch)
        if branch == "mend":
            assert not team.plan(number).failed
        team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["We are live"]


def test_what_was_pushed_straight_to_main_is_one_cause(planned: Team) -> None:
    """After the plan, before the merge: the receipt counts it once, and names the one thing to do."""
    planned.ada.branch("main")
    planned.ada.write(one=post("one", "One", due="2029-12-21 09:00"), two=post("two", "Two", due="2029-12-22 09:00"))
    planned.ada.push()
    planned.merge(1)
    assert planned.apply().failed
    assert planned.texts() == ["We are live"]
    receipt = planned.github.bodies(1)[1]
    assert receipt.count("**2 changes from elsewhere were not sent**") == 1


@pytest.mark.long
def test_no_path_of_the_machine_is_shown(planned: Team) -> None:
    """Neither in the receipt nor in the log: plans are named after their requests."""
    planned.ada.branch("main")
    planned.ada.write(more=post("more", "And more", due="2029-12-21 09:00"))
    planned.ada.push()
    planned.merge(1)
    ran = planned.apply()
    assert ran.failed
    receipt = planned.github.bodies(1)[1].replace("&#8203;", "")
    assert "Not reviewed: the plan of #1 does not have this change" in receipt
    assert "plan-1.json" not in receipt + ran.log


@pytest.mark.long
def test_an_edit_in_buffer_is_overwritten_by_hand(team: Team) -> None:
    """Only that post; the receipt names who and what; the unreviewed rest still waits."""
    merged(team, "launch", launch=post("launch", "We are live"))
    assert not team.apply().failed
    (sent,) = team.sandbox.posts()
    team.sandbox.person.edit_post(sent["id"], text="We are late")
    team.merge(team.open("other", other=post("other", "Not reviewed", channel="linkedin")))
    before = team.github.repository.git("show", "bufferctl-state:applied.json")
    ran = team.apply_as("workflow_dispatch", decision=f"reapply {LAUNCH}")
    assert not ran.failed, ran.log
    assert team.texts() == ["We are live"]
    assert summary(team).startswith(f"**By hand**, ada: `reapply {LAUNCH}`")
    assert team.github.repository.git("show", "bufferctl-state:applied.json") == before


@pytest.mark.long
def test_a_receipt_names_the_way_without_a_command_line(team: Team) -> None:
    """Where it names an option of apply: who merges in a browser has no API key."""
    number = merged(team, "launch", launch=post("launch", "We are live"))
    assert not team.apply().failed
    assert "decision" not in team.github.bodies(number)[1]
    (sent,) = team.sandbox.posts()
    team.sandbox.person.edit_post(sent["id"], text="We are late")
    number = merged(team, "later", other=post("other", "And more", channel="linkedin"))
    assert team.apply().failed
    receipt = team.github.bodies(number)[1]
    assert "`bufferctl apply --reapply Acme/twitter:acme/launch`" in receipt
    assert "with a decision:\n\n```text\nreapply Acme/twitter:acme/launch\n```" in receipt


@pytest.mark.parametrize("event", ["push", "schedule"])
def test_choices_are_for_runs_by_hand(team: Team, event: str) -> None:
    """Refused anywhere else, with nothing sent."""
    ran = team.apply_as(event, decision=f"recreate {LAUNCH}")
    assert ran.failed
    assert f"The decision recreate {LAUNCH} is for runs that a person starts on main" in ran.log
    assert team.sandbox.requests == []


def test_choices_in_a_plan_count_for_nothing(team: Team) -> None:
    """A plan that was made with `--reapply` agrees to what it shows; it does not lift the hold of another run."""
    merged(team, "launch", launch=post("launch", "We are live"))
    assert not team.apply().failed
    (sent,) = team.sandbox.posts()
    team.sandbox.person.edit_post(sent["id"], text="We are late")
    number = team.open("forged", launch="# Again\n" + post("launch", "We are live"))
    ran = team.plan(number, strict=False)
    folder: Path = ran.uploads[0][1]
    checkout = folder.parent / "checkout"
    from tests.ci.test_shared_stories import typed

    assert typed(team, checkout, "plan", "--reapply", LAUNCH, "-o", str(folder / "plan.json"))[0] == 0
    team.keep(number, ran)
    team.merge(number)
    team.apply()
    assert team.texts() == ["We are late"]


def test_what_is_merged_and_unsent_for_an_hour_is_told(team: Team) -> None:
    """No key: the receipt says so at once, an issue and a comment after an hour; sending it closes the issue."""
    number = merged(team, "launch", launch=post("launch", "We are live"))
    assert team.apply(key="expired").failed
    assert team.github.issues == []
    assert "**Not applied.**" in team.github.bodies(number)[1]
    team.github.clock.advance(minutes=61)
    for _ in range(2):
        team.apply_as("schedule", key="expired")
    (issue,) = team.github.issues
    assert issue["state"] == "open"
    assert "#1" in issue["body"]
    assert "### Not applied within an hour" in team.github.bodies(number)[2]
    assert not team.apply_as("schedule").failed
    assert team.texts() == ["We are live"]
    assert team.github.issues[0]["state"] == "closed"
    assert "1 created" in team.github.bodies(number)[1]
    assert len(team.github.bodies(number)) == 3
    assert "### Published late" in team.github.bodies(number)[2]


def test_a_schedule_only_watches_what_needs_a_person(team: Team) -> None:
    """Held posts are not tried every hour: it only looks, and keeps the issue."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.merge(number)
    assert team.apply().failed
    team.github.clock.advance(minutes=61)
    ran = team.apply_as("schedule")
    assert not ran.failed
    assert "Not checked: there is no state" in ran.log
    assert {each.kind for each in team.sandbox.requests} == {"query"}
    assert [each["state"] for each in team.github.issues] == ["open"]


def test_a_merge_that_is_not_about_the_files_costs_nothing(team: Team) -> None:
    """Code in the same repository: no request to Buffer, no comment."""
    merged(team, "launch", launch=post("launch", "We are live"))
    assert not team.apply().failed
    team.ada.branch("code")
    (team.ada.folder / "main.py").write_text("print()\n", encoding="utf-8")
    team.ada.push()
    number = team.github.open_pull("code")
    team.plan(number)
    team.merge(number)
    before = len(team.sandbox.requests)
    ran = team.apply()
    assert (ran.failed, len(team.sandbox.requests), team.github.bodies(number)) == (False, before, [])
