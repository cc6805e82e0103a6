"""The whole story, and its refusals: reviewed on a pull request, merged, published as reviewed, with a receipt."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bufferctl.sandbox import Clock
from tests.ci.conftest import FILES, NOW, Team, post, shown
from tests.ci.fake_github import FORKS, PERSON
from tests.sandbox.near import Near


@pytest.mark.long
def test_the_whole_story(team: Team) -> None:
    """One comment, updated with the pull request, says what changed since; what was reviewed is published once."""
    launch = team.open("launch", launch=post("launch", "We are live"))
    assert not team.plan(launch).failed
    (comment,) = team.github.bodies(launch)
    assert "### 1 new post on" in comment
    assert "We are live" in comment
    assert team.texts() == []  # a plan writes nothing

    team.edit(launch, launch=post("launch", "We are live at last"))
    assert not team.plan(launch).failed
    (comment,) = team.github.bodies(launch)  # the same one
    assert "We are live at last" in comment
    assert re.search(r"<summary>Since [0-9a-f\u200b]+ \(.*\): 1 text changed</summary>", comment.replace("&#8203;", ""))

    other = team.open("other", other=post("other", "Something else", channel="linkedin"))
    assert not team.plan(other).failed
    team.merge(other)
    assert not team.apply().failed
    assert team.texts() == ["Something else"]
    assert "1 created" in team.github.bodies(other)[1]

    team.merge(launch)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["Something else", "We are live at last"]
    plan, receipt = team.github.bodies(launch)
    assert "We are live at last" in plan
    assert "1 created" in receipt

    third = team.open("third", launch="# A note\n" + post("launch", "We are live at last"))
    assert "No changes." in team.plan(third).log
    assert shown(team.github.bodies(third)[0])[0] == "### No changes"


def begun(team: Team) -> bytes:
    """A state that was begun on a laptop."""
    record = {"format_version": "3.0", "endpoint": team.sandbox.url, "lineage": "begun", "serial": 1}
    return json.dumps({**record, "complete_at": "2029-12-03T09:00:00Z"}).encode()


def recorded(team: Team) -> dict[str, Any]:
    """The state on the branch."""
    found: dict[str, Any] = json.loads(team.github.repository.git("show", "bufferctl-state:state.json"))
    return found


@pytest.mark.long
def test_a_committed_record_is_moved_by_a_person(team: Team) -> None:
    """Until then nothing is published: the state would seem lost. Afterwards CI continues with it."""
    state = team.ada.folder / ".bufferctl" / "state.json"
    state.parent.mkdir()
    state.write_bytes(begun(team))
    number = team.open("launch", launch=post("launch", "We are live"))
    assert not team.plan(number).failed
    team.merge(number)
    ran = team.apply()
    assert (ran.failed, "bufferctl state migrate" in ran.log, team.texts()) == (True, True, [])
    typed(team, "bufferctl state migrate")
    team.ada.push("Move the state")
    assert not team.apply(decision="everything").failed
    assert (recorded(team)["lineage"], recorded(team)["serial"] > 1) == ("begun", True)


def test_files_that_name_no_shared_state_are_not_applied(team: Team) -> None:
    """The state would be gone with the runner; the message has the line to add."""
    (team.ada.folder / "buffer.yaml").write_text(FILES.replace("state: git\n", ""), encoding="utf-8")
    number = team.open("launch", launch=post("launch", "We are live"))
    assert not team.plan(number).failed
    team.merge(number)
    ran = team.apply()
    assert (ran.failed, "Add `state: git` to buffer.yaml" in ran.log, team.texts()) == (True, True, [])


def typed(team: Team, lines: str) -> None:
    """A developer's command in the clone, on their own machine."""
    git = {f"GIT_{who}_{what}": "ada" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    key = {"BUFFER_API_URL": team.sandbox.url, "BUFFER_API_KEY": team.sandbox.key}
    home = {"XDG_STATE_HOME": str(team.folder / "ada-home")}
    subprocess.run(
        ["sh", "-euc", lines], cwd=team.ada.folder, env={**os.environ, **git, **key, **home, "PATH": path}, check=True
    )


def test_a_change_that_was_not_reviewed_is_held(planned: Team) -> None:
    """The reviewed posts are published; a commit pushed to main without review is held, and the run fails."""
    planned.merge(1)
    planned.ada.write(sneaked=post("sneaked", "Nobody saw this", due="2029-12-21 09:00"))
    commit = planned.ada.push("Sneak in")
    planned.github.merged(1, commit)  # a squash with both commits
    ran = planned.apply()
    assert ran.failed
    assert planned.texts() == ["We are live"]
    assert "Not reviewed" in planned.github.bodies(1)[1]
    assert "Nobody saw this" in planned.github.bodies(1)[1]


@pytest.mark.long
def test_another_text_than_the_reviewed_one_is_held(team: Team) -> None:
    """The last commit of the branch was never planned: nothing is published."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.edit(number, launch=post("launch", "We are sold"))
    team.merge(number)
    ran = team.apply()
    assert ran.failed
    assert "::error::Nothing of this was reviewed, so nothing was sent." in ran.log
    assert team.texts() == []


def test_a_direct_push_is_not_published(team: Team) -> None:
    """Nothing was reviewed, so the run fails with a hint; `reviewed: false` is for teams without reviews."""
    team.ada.branch("main")
    team.ada.write(direct=post("direct", "Straight to main"))
    team.ada.push()
    ran = team.apply()
    assert ran.failed
    assert "Apply it with a pull or merge request" in ran.log
    assert team.texts() == []
    assert not team.apply(decision="everything").failed
    assert team.texts() == ["Straight to main"]


def test_nothing_to_do_and_nothing_reviewed_is_well(team: Team) -> None:
    """A push that changes no post: exit 0."""
    assert not team.apply().failed


def test_a_late_run_sends_what_has_a_time(team: Team) -> None:
    """Eight days after the merge: the post with a time of its own; one from the queue is held, and it says why."""
    queued = "posts:\n  - key: queued\n    channels: [linkedin]\n    text: From the queue\n"
    number = team.open("launch", launch=post("launch", "We are live"), queued=queued)
    team.plan(number)
    team.merge(number)
    team.sandbox.clock.advance(days=7, hours=1)
    assert team.apply().failed
    assert team.texts() == ["We are live"]
    receipt = team.github.bodies(number)[1].replace("&#8203;", "")
    assert "it has no time of its own, and #1 was merged more than 7 days ago, so it is not sent" in receipt
    assert "**1 change of this pull request was not sent**" in receipt


def test_the_plan_of_another_account_is_refused(planned: Team) -> None:
    """The key now reaches another Buffer: nothing is sent."""
    planned.merge(1)
    with Near(clock=Clock.at(NOW)) as another:
        planned.environment["BUFFER_API_URL"] = another.url
        ran = planned.apply()
        assert another.posts() == []
    assert ran.outputs["apply"]["exit-code"] == "1"
    assert "is for" in planned.github.bodies(1)[1]


def test_a_plan_that_a_fork_uploaded_is_passed_over(planned: Team) -> None:
    """A fork's run can upload anything under any name; only plans from this repository's own runs count."""
    (real,) = planned.github.artifacts
    planned.github.artifacts = []
    planned.merge(1)
    planned.github.upload(real.name, real.head, {"plan.json": b"{}"}, repository=FORKS, run=99)
    ran = planned.apply()
    assert "There is no reviewed plan for #1" in ran.log
    assert (ran.failed, planned.texts()) == (True, [])


@pytest.mark.long
def test_a_pull_request_into_another_branch_counts_for_nothing(planned: Team) -> None:
    """An approval for another branch is no approval for this one."""
    planned.merge(1)
    planned.github.pulls[1]["base"]["ref"] = "develop"
    assert planned.apply().failed
    assert planned.texts() == []


def test_one_run_does_the_plans_of_several_merges(team: Team) -> None:
    """GitHub drops all but the newest of several waiting runs; that one also does the others' plans, in order."""
    assert not team.apply().failed
    first = team.open("one", one=post("one", "First"))
    second = team.open("two", two=post("two", "Second", due="2029-12-21 09:00"))
    for number in (first, second):
        team.plan(number)
    for number in (first, second):
        team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["First", "Second"]
    assert "Applying the plans of #1, #2." in ran.log
    for number, other in ((first, second), (second, first)):
        (receipt,) = team.github.bodies(number)[1:]
        assert f"Applied together with #{other}." in receipt
        assert "2 created" in receipt
        assert "Not reviewed" not in receipt


def test_the_runs_of_what_is_done_already_do_nothing(planned: Team) -> None:
    """The delayed run finds everything done, sends Buffer no request, and leaves the receipt alone."""
    planned.merge(1)
    planned.apply()
    before, requests = planned.github.bodies(1), len(planned.sandbox.requests)
    ran = planned.apply()
    assert not ran.failed
    assert "is already applied" in ran.log
    assert (planned.github.bodies(1), len(planned.sandbox.requests)) == (before, requests)


def test_what_waits_for_room_is_sent_by_a_later_run(team: Team) -> None:
    """Buffer's plan had room for one: later runs repeat the plan until all are sent; the receipt is the latest."""
    organization = team.sandbox.organization()["id"]
    team.sandbox.person.set_limit(organization, scheduledPosts=1)
    number = team.open("two", one=post("one", "First"), two=post("two", "Second", due="2029-12-21 09:00"))
    team.plan(number)
    team.merge(number)
    assert not team.apply().failed
    before = team.github.bodies(number)
    assert not team.apply().failed
    assert (team.texts(), team.github.bodies(number)) == (["First"], before)  # no room yet
    team.sandbox.person.set_limit(organization, scheduledPosts=2)
    assert not team.apply().failed
    assert team.texts() == ["First", "Second"]
    assert "Second" in team.github.bodies(number)[1]
    assert "is already applied" in team.apply().log


def test_older_files_are_not_applied(team: Team) -> None:
    """A run on a commit that main has passed: refused, since it would delete newer posts."""
    old = team.ada.git("rev-parse", "main")
    number = team.open("launch", launch=post("launch", "We are live"))
    team.merge(number)
    team.github.repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    ran = team.apply(old)
    assert ran.failed
    assert "older files are not applied" in ran.log


@pytest.mark.parametrize(
    ("key", "faults", "code"),
    [
        ("sandbox", "rate-limit@posts:2h", "5"),
        pytest.param("expired", "", "4", marks=pytest.mark.long),
        pytest.param("sandbox", "html", "1", marks=pytest.mark.long),
    ],
)
def test_a_run_that_did_not_get_through_is_made_up_for(team: Team, key: str, faults: str, code: str) -> None:
    """No key, no quota, no answer: its plan is not lost, and the next run does it."""
    first = team.open("one", one=post("one", "First"))
    team.plan(first)
    team.apply()  # the commit of main before it: the next one starts there
    team.merge(first)
    team.sandbox.set_faults(faults)
    assert team.apply(key=key).outputs["apply"]["exit-code"] == code
    team.sandbox.set_faults()
    second = team.open("two", two=post("two", "Second", due="2029-12-21 09:00"))
    team.plan(second)
    team.merge(second)
    assert not team.apply().failed
    assert team.texts() == ["First", "Second"]


@pytest.mark.long
def test_state_goes_from_run_to_run(team: Team) -> None:
    """Another machine can change the posts of the first one: state is on its branch, and posts are managed there."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.merge(number)
    team.apply()
    number = team.open("edit", launch=post("launch", "We are live indeed"))
    assert "Apply changes 1." in team.plan(number).log
    team.merge(number)
    assert not team.apply().failed
    assert team.texts() == ["We are live indeed"]
    files = team.github.repository.git("ls-tree", "-r", "--name-only", "bufferctl-state").splitlines()
    assert set(files) == {"applied.json", "state.json"}
    assert team.github.repository.git("log", "-1", "--format=%B", "bufferctl-state").endswith("[skip ci]")


@pytest.mark.long
def test_by_hand(planned: Team) -> None:
    """The command in docs/run/ci.md sends the file's version of that one post, and the next run sees it."""
    planned.merge(1)
    assert not planned.apply().failed
    (sent,) = planned.sandbox.posts()
    planned.sandbox.person.edit_post(sent["id"], text="We are late")
    planned.merge(planned.open("other", other=post("other", "Not reviewed", channel="linkedin")))

    page = (Path(__file__).parents[2] / "docs" / "run" / "ci.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = lines.replace("ADDRESS", "Acme/twitter:acme/launch").replace("apply", "apply --auto-approve --settle 0", 1)
    typed(planned, lines)

    assert planned.texts() == ["We are live"]
    log = planned.plan(planned.open("third", launch="# A note\n" + post("launch", "We are live"))).log
    assert "Also: 1 unchanged." in log
    assert "changed post" not in log


@pytest.mark.long
def test_lost_state_leads_to_adoption_alone(team: Team) -> None:
    """Without the branch nothing is posted twice: existing posts are recognized, and an edit of one is held."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.merge(number)
    team.apply()
    team.github.repository.git("branch", "-D", "bufferctl-state")
    number = team.open("edit", other=post("other", "More", due="2029-12-21 09:00"))
    assert "1 already there" in team.plan(number).log
    team.merge(number)
    assert not team.apply().failed
    assert team.texts() == ["More", "We are live"]


def test_files_with_errors_make_no_plan(team: Team) -> None:
    """The comment says so, with the line; the run fails; the next commit's plan replaces it."""
    number = team.open("launch", launch=post("launch", "We are live").replace("due_at", "time"))
    ran = team.plan(number)
    assert ran.failed
    (comment,) = team.github.bodies(number)
    assert shown(comment)[0].startswith("**No plan.** The files have errors")
    assert re.search(r"#### 1 error in \[`posts/launch\.yaml`\]\(<\S+/posts/launch\.yaml#L1>\)", comment)
    assert re.search(r"^- \[`line 3`\]\(<\S+/posts/launch\.yaml#L3>\): ", comment, re.MULTILINE)
    assert "`due_at`" in comment
    assert ran.uploads
    team.edit(number, launch=post("launch", "We are live"))
    assert not team.plan(number).failed
    (comment,) = team.github.bodies(number)
    assert "### 1 new post on" in comment


def test_an_expired_key_is_said_on_the_pull_request(team: Team) -> None:
    """No plan, exit 4, and a comment with a hint: never an old plan that looks like this commit's."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    assert team.plan(number, key="expired").failed
    (comment,) = team.github.bodies(number)
    assert shown(comment)[0].startswith("**No plan.** The plan could not be made")
    assert "Keys expire" in comment


def test_a_persons_comment_is_never_taken_for_ours(team: Team) -> None:
    """A person's comment with our hidden marker stays, and ours is added below."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.github.comment(number, "<!-- bufferctl:plan -->\nNothing to see here", PERSON)
    team.plan(number)
    theirs, ours = team.github.bodies(number)
    assert theirs.endswith("Nothing to see here")
    assert "### 1 new post on" in ours


def test_the_comment_is_found_behind_many_others(team: Team) -> None:
    """Also on the second page of comments."""
    number = team.open("launch", launch=post("launch", "We are live"))
    for n in range(150):
        team.github.comment(number, f"Comment {n}", PERSON)
    team.plan(number)
    team.edit(number, launch=post("launch", "We are really live"))
    team.plan(number)
    assert len(team.github.bodies(number)) == 151
    assert "We are really live" in team.github.bodies(number)[-1]


def test_no_right_to_comment(team: Team) -> None:
    """A plan that nobody sees is a failure; a receipt that nobody sees is a warning, since the apply is done."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.github.read_only = True
    ran = team.plan(number)
    assert ran.failed
    assert "::error::" in ran.log
    assert "Resource not accessible" in ran.log
    team.merge(number)
    ran = team.apply()
    assert not ran.failed
    assert "::warning::The receipt could not be added to #1" in ran.log
    assert team.texts() == ["We are live"]


@pytest.mark.long
def test_comments_can_be_left_out(team: Team) -> None:
    """With `comment: false` the plan is made and kept, and nothing is written to the pull request."""
    number = team.open("launch", launch=post("launch", "We are live"))
    assert team.plan(number, comment=False).uploads
    team.merge(number)
    assert not team.apply(comment=False).failed
    assert (team.github.bodies(number), team.texts()) == ([], ["We are live"])


@pytest.mark.long
def test_several_sets_of_files(team: Team) -> None:
    """Each folder has its own comment, plan and state."""
    team.ada.branch("main")
    for name in ("north", "south"):
        (team.ada.folder / name).mkdir()
        channel = "twitter" if name == "north" else "linkedin"
        files = (
            f"version: 1\ntimezone: UTC\nstate: git\norganizations:\n  - name: Acme\n    channels:\n"
            f"      - service: {channel}\n        name: {'acme' if name == 'north' else 'acme-inc'}\n"
            f"        posts: [{{key: {name}, due_at: 2029-12-20 09:00, text: From the {name}}}]\n"
        )
        (team.ada.folder / name / "buffer.yaml").write_text(files, encoding="utf-8")
    team.ada.git("checkout", "--quiet", "-b", "regions")
    team.ada.push()
    number = team.github.open_pull("regions")
    for name in ("north", "south"):
        assert not team.plan(number, directory=name).failed
    assert [body.splitlines()[0] for body in team.github.bodies(number)] == [
        "<!-- bufferctl:plan north -->",
        "<!-- bufferctl:plan south -->",
    ]
    assert [shown(body)[0] for body in team.github.bodies(number)] == [
        "### Buffer plan: `north`",
        "### Buffer plan: `south`",
    ]
    team.merge(number)
    for name in ("north", "south"):
        assert not team.apply(directory=name).failed
    assert team.texts() == ["From the north", "From the south"]
    record = json.loads(team.github.repository.git("show", "bufferctl-state:south/applied.json"))
    assert record == {"commit": team.github.repository.head("main"), "exit_code": 0, "serial": 2}


@pytest.mark.parametrize("folder", ["..", "/etc", "posts/../.."])
def test_a_folder_outside_the_checkout_is_refused(team: Team, folder: str) -> None:
    """Before anything is read."""
    ran = team.apply(directory=folder)
    assert ran.failed
    assert f"::error::{folder} is not a folder of the checkout" in ran.log
