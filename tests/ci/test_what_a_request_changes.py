"""Which entries a request changes is recorded in its plan: its base, compared with what merging it gives."""

from __future__ import annotations

from pathlib import Path

from bufferctl import planfile
from tests.ci.action import Run
from tests.ci.conftest import Team, post

LAUNCH = post("launch", "We are live")
MORE = post("more", "And more", due="2029-12-21 09:00")


def recorded(ran: Run) -> list[str] | None:
    """The keys that the plan of a run records."""
    ((_, folder),) = ran.uploads
    found = planfile.load(Path(folder, "plan.json").read_bytes(), "plan.json").changed
    return None if found is None else sorted(each.key for each in found)


def straight_to_main(team: Team, **files: str) -> None:
    """A commit that was in no request."""
    team.ada.branch("main")
    team.ada.write(**files)
    team.ada.push()


def test_only_its_own_entries(team: Team) -> None:
    """Not what is on main, before the branch or since, whichever way the checkout was made."""
    straight_to_main(team, before=post("before", "Before", due="2029-12-22 09:00"))
    number = team.open("launch", launch=LAUNCH)
    straight_to_main(team, more=MORE)
    assert recorded(team.plan(number)) == ["launch"]
    assert recorded(team.plan_branch(number)) == ["launch"]
    assert recorded(team.plan_again(number)) == ["launch"]


def test_a_default_changes_each_entry_of_its_file(team: Team) -> None:
    """And nothing else: neither of another file, nor what was only moved."""
    straight_to_main(team, launch=LAUNCH, more=MORE)
    draft = team.open("draft", launch=f"draft: true\n{LAUNCH}", more=f"# Moved\n{MORE}")
    assert recorded(team.plan(draft)) == ["launch"]


def test_what_it_removes_and_renames(team: Team) -> None:
    """The address that goes and the one that comes."""
    straight_to_main(team, launch=LAUNCH, more=MORE)
    number = team.open("away", launch=LAUNCH.replace("key: launch", "key: live\n    was: launch"), more="")
    assert recorded(team.plan(number)) == ["launch", "live", "more"]


def test_a_base_that_cannot_be_read(team: Team) -> None:
    """Nothing is recorded, and the log says why."""
    straight_to_main(team, broken="posts: [\n")
    ran = team.plan(team.open("launch", launch=LAUNCH, broken=""))
    assert not ran.failed, ran.log
    assert recorded(ran) is None
    assert "does not record which entries differ" in ran.log


def test_a_file_that_nothing_includes(team: Team) -> None:
    """It is planned all the same, so that its author sees in the comment that no post of it is published."""
    team.ada.branch("elsewhere")
    (team.ada.folder / "drafts").mkdir()
    (team.ada.folder / "drafts" / "launch.yml").write_text(LAUNCH, encoding="utf-8")
    team.ada.push()
    number = team.github.open_pull("elsewhere")
    team.plan(number)
    (comment,) = team.github.bodies(number)
    assert "### No changes" in comment


def test_what_waits_on_main_already(team: Team) -> None:
    """Shown apart, not counted as the request's, and published with it."""
    straight_to_main(team, more=MORE, old=post("old", "Old", due="2029-12-22 09:00", channel="linkedin"))
    number = team.open("launch", launch=LAUNCH)
    ran = team.plan(number)
    assert not ran.failed, ran.log
    (comment,) = team.github.bodies(number)
    own, _, others = comment.partition("#### Also waiting on main; merging publishes these, too")
    others = others.partition("####")[0]
    assert "### 1 new post on X" in own.replace("\u00a0", " ")
    assert "Merging schedules 1." in own
    assert ("And more" in others, "Old" in others, "We are live" in others) == (True, True, False)
    assert "And more" not in own
    team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["And more", "Old", "We are live"]


def test_nothing_but_what_waits(team: Team) -> None:
    """A request that changes nothing in Buffer says so, and what is published with it."""
    straight_to_main(team, more=MORE)
    number = team.open(
        "words", note=f"# A note\n{LAUNCH}".replace("text: |\n      We are live", "text: x\n    cancelled: true")
    )
    team.plan(number)
    (comment,) = team.github.bodies(number)
    assert "### No changes" in comment
    assert "Merging sends nothing." in comment
    assert "Buffer matches your files" not in comment
    assert "#### Also waiting on main; merging publishes these, too" in comment


def test_files_that_are_left_out_of_archives(team: Team) -> None:
    """They count as any other: an attribute of the repository says it, which the request could set as well."""
    (team.ada.folder / ".gitattributes").write_text("posts/** export-ignore\n", encoding="utf-8")
    straight_to_main(team, more=MORE)
    assert recorded(team.plan(team.open("launch", launch=LAUNCH))) == ["launch"]
