"""When a plan is needed, again or not at all: untouched files, other targets, plans by hand, several root files."""

from __future__ import annotations

import pytest

from bufferctl.ci.forge import CommentKind, marker
from tests.ci.conftest import FILES, Team, post
from tests.ci.fake_github import FORKS
from tests.conftest import long


def test_a_request_that_changes_none_of_the_files(team: Team) -> None:
    """The check passes without an API key, a comment or an artifact, and later steps read that nothing changes."""
    team.ada.branch("code")
    (team.ada.folder / "main.py").write_text("print()\n", encoding="utf-8")
    (team.ada.folder / ".github").mkdir()
    (team.ada.folder / ".github" / "other.yaml").write_text("on: push\n", encoding="utf-8")
    team.ada.push()
    number = team.github.open_pull("code")
    ran = team.plan(number, key=None)
    assert not ran.failed, ran.log
    assert "None of the files of buffer.yaml changed" in ran.log
    assert (team.github.bodies(number), ran.uploads, team.sandbox.requests) == ([], [], [])
    assert ran.outputs["plan"] == {"changes": "false", "needs-you": "0"}


@pytest.mark.parametrize("name", ["posts/launch.yaml", *long("launch.txt", "posts/text.md")])
def test_every_file_that_is_read_counts(team: Team, name: str) -> None:
    """Entries, their texts, and whatever is deleted below the folder."""
    text = post("launch", "We are live").replace("text: |\n      We are live", "text_file: text.md")
    team.ada.write(launch=text)
    (team.ada.folder / "posts" / "text.md").write_text("We are live", encoding="utf-8")
    (team.ada.folder / "launch.txt").write_text("A note", encoding="utf-8")
    team.ada.push()
    team.ada.branch("change")
    path = team.ada.folder / name
    if name == "launch.txt":
        path.unlink()
    else:
        path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    team.ada.push()
    assert "nothing to plan" not in team.plan(team.github.open_pull("change")).log


def test_a_change_that_was_taken_back_is_planned(team: Team) -> None:
    """The comment showed a post; the next commit removes it, and the comment says so."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.edit(number, launch="")
    team.plan(number)
    assert "### No changes" in team.github.bodies(number)[0]


def test_a_request_into_another_branch(team: Team) -> None:
    """Its comment says before the merge that nothing is published, and how to plan again; that plan counts."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.github.repository.git("branch", "develop", "main")
    team.github.pulls[number]["base"]["ref"] = "develop"
    team.plan(number)
    comment = team.github.bodies(number)[0]
    assert "\n**Merging this publishes nothing.** It goes into `develop`" in comment.partition("###")[0]
    assert "Merging into `main` schedules 1." in comment
    assert "actions/workflows/plan.yml) with the number 1" in comment
    team.github.pulls[number]["base"]["ref"] = "main"
    ran = team.plan_again(number)
    assert not ran.failed, ran.log
    assert "publishes nothing" not in team.github.bodies(number)[0]
    head = team.github.pulls[number]["head"]["sha"]
    assert [(each["name"], each["head_sha"], each["conclusion"]) for each in team.github.checks] == [
        ("plan", head, "success")
    ]
    team.merge(number)
    assert not team.apply().failed
    assert team.texts() == ["We are live"]


def test_a_text_that_says_merging_stays_as_written(team: Team) -> None:
    """In a request into another branch, too: only line two of a plan says where merging publishes."""
    files = "posts:\n  - key: launch\n    channels: [twitter]\n    text: Merging two teams: how we did it\n"
    number = team.open("launch", launch=files)
    team.github.repository.git("branch", "develop", "main")
    team.github.pulls[number]["base"]["ref"] = "develop"
    team.plan(number)
    comment = team.github.bodies(number)[0]
    assert "posts/launch.yaml" in comment
    assert "line 4" in comment
    assert "Merging into" not in comment


def test_a_plan_by_hand_that_fails_is_shown_as_such(team: Team) -> None:
    """Files with errors: the check on the pull request fails as it would in its own run."""
    number = team.open("launch", launch=post("launch", "We are live").replace("due_at", "time"))
    assert team.plan_again(number).failed
    assert [each["conclusion"] for each in team.github.checks] == ["failure"]


def test_a_fork_is_not_planned_by_hand(team: Team) -> None:
    """Its files never meet the API key."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.github.pulls[number]["head"]["repo"] = {"full_name": "mallory/posts", "id": FORKS}
    ran = team.plan_again(number)
    assert ran.failed
    assert "comes from a fork" in ran.log
    assert (team.github.checks, team.sandbox.requests) == ([], [])


def test_a_checkout_of_something_else_is_not_planned_by_hand(team: Team) -> None:
    """A commit was pushed after the checkout: the plan would be of other files than its name says."""
    number = team.open("launch", launch=post("launch", "We are live"))
    ref = team.try_merge(number)
    team.edit(number, launch=post("launch", "Late"))
    ran = team.plan_again(number, ref)
    assert ran.failed
    assert "The checkout is not of the pull request's newest commit" in ran.log


def test_a_check_that_is_run_again_after_the_merge(planned: Team) -> None:
    """It plans nothing, and what was reviewed stays: its artifact is not replaced."""
    planned.github.clock.advance(minutes=5)
    ref = planned.try_merge(1)
    planned.merge(1)
    kept = list(planned.github.artifacts)
    ran = planned.plan(1, ref=ref)
    assert "#1 is already merged" in ran.log
    assert planned.github.artifacts == kept


def test_a_group_of_a_merge_queue_is_planned(team: Team) -> None:
    """Without a pull request there is no comment; files with errors fail the check."""
    base = team.github.repository.head("main")
    number = team.open("launch", launch=post("launch", "We are live").replace("due_at", "time"))
    ref = team.try_merge(number)
    event = {"merge_group": {"base_sha": base, "head_sha": team.github.repository.head(ref)}}
    assert team.job("plan", ref, event).failed
    team.edit(number, launch=post("launch", "We are live"))
    ref = team.try_merge(number)
    assert not team.job("plan", ref, event).failed
    assert team.github.bodies(number) == []


@pytest.mark.long
def test_folders_and_files_are_never_taken_for_each_other(team: Team) -> None:
    """`a/b`, `a-b` and two root files in one folder: four plans and comments."""
    names = [("a/b", ""), ("a-b", ""), ("c", ""), ("c", "blog.yaml")]
    team.ada.branch("four")
    for number, (folder, file) in enumerate(names):
        path = team.ada.folder / folder / (file or "buffer.yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        root = FILES + f'include: ["{path.stem}/*.yaml"]\n'
        path.write_text(root, encoding="utf-8")
        (path.parent / path.stem).mkdir()
        text = post(f"p{number}", f"Post {number}", due=f"2029-12-2{number} 09:00")
        (path.parent / path.stem / "p.yaml").write_text(text, encoding="utf-8")
    team.ada.push()
    pull = team.github.open_pull("four")
    for folder, file in names:
        ran = team.plan(pull, directory=folder, file=file)
        assert not ran.failed, ran.log
    assert len({each.name for each in team.github.artifacts}) == 4
    assert len(team.github.bodies(pull)) == 4
    assert marker(CommentKind.PLAN, "a--b") != marker(CommentKind.PLAN, "a_-b")
    team.merge(pull)
    for folder, file in names:
        ran = team.apply(directory=folder, file=file)
        assert not ran.failed, ran.log
    assert team.texts() == [f"Post {number}" for number in range(4)]


def test_commands_of_a_comment_name_the_root_file(team: Team) -> None:
    """Whoever pastes one into a checkout of the repository gets the files that the comment is about."""

    def write(text: str, branch: str) -> int:
        folder = team.ada.folder / "teams/south"
        folder.mkdir(parents=True, exist_ok=True)
        entry = f"posts: [{{key: p, channels: [twitter], due_at: 2029-12-20 09:00, text: {text}}}]\n"
        team.ada.branch(branch)
        (folder / "buffer.yaml").write_text(FILES + entry, encoding="utf-8")
        team.ada.push()
        return team.github.open_pull(branch)

    number = write("One", "south")
    team.plan(number, directory="teams/south")
    team.merge(number)
    assert not team.apply(directory="teams/south").failed
    (there,) = team.sandbox.posts()
    team.sandbox.person.edit_post(there["id"], text="Theirs")
    number = write("Two", "edit")
    team.plan(number, directory="teams/south")
    (body,) = team.github.bodies(number)
    assert "bufferctl pull Acme/twitter:acme/p --file teams/south/buffer.yaml" in body
