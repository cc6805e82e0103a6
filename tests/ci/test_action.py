"""action.yml run step by step as separate programs: the whole story, canceled jobs, code from the checkout."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest

from tests.ci.conftest import Team, post
from tests.cli.gate import Gate, Hold


def test_plan_and_apply(team: Team) -> None:
    """The plan is posted as a comment, kept as an artifact, and applied after the merge; outputs pass between steps."""
    number = team.open("launch", launch=post("launch", "We are live"))
    planned = team.by_action(team.try_merge(number), {"command": "plan"}, team.event(number), key="sandbox")
    assert not planned.failed, planned.log
    assert planned.outputs["plan"]["changes"] == "true"
    assert planned.outputs["plan"]["needs-you"] == "0"
    heading, second = [line for line in team.github.bodies(number)[0].splitlines() if line and "<!-- " not in line[:5]][
        :2
    ]
    assert heading.startswith("### 1 new post on")
    assert second.endswith(f"[the page](https://github.example/artifacts/plan-{number}-1.html)")
    team.keep(number, planned)
    team.merge(number)
    applied = team.by_action("main", {"command": "apply", "branch": "main"}, {}, key="sandbox")
    assert (applied.failed, applied.outputs["apply"]) == (False, {"exit-code": "0"}), applied.log
    assert team.texts() == ["We are live"]


@pytest.mark.long
def test_a_decision(team: Team) -> None:
    """What the input says, to the letter; and who lacks a key is told which environment should have it."""
    team.ada.branch("main")
    team.ada.write(launch=post("launch", "We are live"))
    team.ada.push()
    inputs = {"command": "apply", "branch": "main", "decision": "everything", "environment": "globex-publish"}
    ran = team.by_action("main", inputs, {}, key=None, whole=True)
    assert "put it into the secret `BUFFER_API_KEY` of the environment globex-publish" in ran.log
    ran = team.by_action("main", inputs, {}, key="sandbox", whole=True)
    assert not ran.failed, ran.log
    assert team.texts() == ["We are live"]


def test_code_of_the_checkout_is_never_run(team: Team) -> None:
    """Modules in the pull request with the names of ours or of the standard library are not imported."""
    number = team.open("launch", launch=post("launch", "We are live", due="2099-12-21 09:00"))
    for name in ("bufferctl", "ci", "click", "json", "sitecustomize"):
        (team.ada.folder / f"{name}.py").write_text("raise SystemExit('OWNED')\n", encoding="utf-8")
    team.edit(number)
    inputs = {"command": "plan", "offline": "true", "comment": "false"}
    ran = team.by_action(team.try_merge(number), inputs, team.event(number), key=None, whole=True)
    assert not ran.failed, ran.log
    assert "We are live" in ran.log
    assert "OWNED" not in ran.log


def test_another_command_is_refused(team: Team) -> None:
    """Refused, with the list of valid commands."""
    ran = team.by_action("main", {"command": "destroy"}, {}, key="sandbox")
    assert ran.failed
    assert "::error::The command is plan, apply or fork-comment" in ran.log


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_cancelled_job_keeps_what_it_did(team: Team, number: signal.Signals) -> None:
    """The request in flight is finished and recorded on the branch; the next run sends the rest, each post once."""
    entries = "".join(f"  - {{key: p{n}, channels: [twitter], text: Post {n}}}\n" for n in range(35))
    hold = Hold()

    def cancel(process: subprocess.Popen[str]) -> None:
        if "ci apply" in Path(str(process.args[-1])).read_text(encoding="utf-8"):  # type: ignore[index]  # a list
            assert hold.arrived.wait(300)
            process.send_signal(number)
            assert process.stdout
            while "Stopping after the request in flight" not in process.stdout.readline():
                pass
            hold.go_on()

    with Gate(team.sandbox.url) as gate:
        team.environment["BUFFER_API_URL"] = gate.url
        pull = team.open("many", many=f"posts:\n{entries}")
        team.plan(pull)
        team.merge(pull)
        gate.before_write, team.meanwhile = hold, cancel
        ran = team.by_action("main", {"command": "apply"}, {}, key="sandbox")
        assert (ran.failed, ran.outputs["apply"]) == (True, {"exit-code": "130"})
        state = json.loads(team.github.repository.git("show", "bufferctl-state:state.json"))
        homes = [home for organization in state["organizations"].values() for home in organization.values()]
        assert sum(len(home.get("objects", {})) for home in homes) == len(team.sandbox.posts()) == 30
        team.meanwhile = None
        ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == sorted(f"Post {n}" for n in range(35))
