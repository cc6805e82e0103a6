"""action.yml, the example workflows and the hooks as files: valid, pinned, with few permissions."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bufferctl import __version__
from bufferctl.cli import COMMANDS
from bufferctl.cli.ci import ci
from tests.ci.action import ACTION, ROOT
from tests.sources import files

WORKFLOWS = files("examples/github-actions", "*.yml")
READ: dict[str, dict[str, Any]] = {p.stem: YAML(typ="safe").load(p.read_text(encoding="utf-8")) for p in WORKFLOWS}
GITLAB: dict[str, Any] = YAML(typ="safe").load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"))
#: Those of this repository, and those that other repositories call.
OWN = files(".github/workflows", "*.yml")
CALLED = {path: YAML(typ="safe").load(path.read_text(encoding="utf-8")) for path in OWN if path.stem.endswith("-posts")}
#: The only actions in use: GitHub's own, by commit.
GITHUBS = re.compile(r"actions/(cache|checkout|setup-python|upload-artifact)@[0-9a-f]{40}")


def steps() -> list[dict[str, Any]]:
    """Every step of the workflows and of the action."""
    jobs = [job for each in READ.values() for job in each["jobs"].values()]
    return [*(step for job in jobs for step in job["steps"]), *ACTION["runs"]["steps"]]


def test_workflows_pass_actionlint(tmp_path: Path) -> None:
    """No complaint about any of them, including the action's inputs."""
    program = Path(sys.executable).with_name("actionlint")
    ran = subprocess.run([program, *OWN, *WORKFLOWS], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


def test_a_file_of_a_team_has_ten_lines(tmp_path: Path) -> None:
    """Those in docs/run/ci.md call the workflows that are there, with the rights and the key that its jobs need."""
    page = (ROOT / "docs" / "run" / "ci.md").read_text(encoding="utf-8")
    files = re.findall(r"```yaml\n# \.github/workflows/(\S+)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in files] == ["plan.yml", "apply.yml", "plan.yml"]  # the last one for two root files
    for number, (name, text) in enumerate(files):
        jobs = list(YAML(typ="safe").load(text)["jobs"].values())
        assert len(text.splitlines()) < 12 or len(jobs) > 1
        for job in jobs:
            called, _, release = job["uses"].removeprefix("bufferctl/bufferctl/").partition("@")
            assert release == f"v{__version__}"
            declared = CALLED[ROOT / called]["on"]["workflow_call"]["secrets"]
            assert job["secrets"] == {each: f"${{{{ secrets.{each} }}}}" for each in declared}  # each by name
            assert {each["required"] for each in declared.values()} == {False}  # the environment has it, not the caller
            needed = [each["permissions"] for each in CALLED[ROOT / called]["jobs"].values()]
            assert job["permissions"] == needed[0]
            assert all(given in {"read", needed[0][right]} for each in needed for right, given in each.items())
        (tmp_path / f"{number}-{name}").write_text(text, encoding="utf-8")
    program = Path(sys.executable).with_name("actionlint")
    ran = subprocess.run([program, *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


@pytest.mark.parametrize("path", CALLED, ids=lambda path: path.stem)
def test_workflows_that_others_call_are_the_examples(path: Path) -> None:
    """The same jobs, rights, environments and steps, with the action of their own commit and the caller's inputs."""
    example = READ[{"plan-posts": "plan", "publish-posts": "apply"}[path.stem]]
    for name, job in CALLED[path]["jobs"].items():
        written = example["jobs"][name]
        same = ("runs-on", "timeout-minutes", "permissions", "environment", "if")
        assert {each: job.get(each) for each in same} == {each: written.get(each) for each in same}
        checkout, ours = job["steps"]
        assert checkout["uses"] == written["steps"][0]["uses"]
        assert ours["uses"] == "$/."
        assert set(ours["with"]) <= set(ACTION["inputs"])
        assert ours.get("env") == written["steps"][1].get("env")


def test_ci_there_runs_what_ci_run_runs() -> None:
    """Each job of the tests is one part of `.ci/run`, and all its parts are there, on every system and Python."""
    tests = YAML(typ="safe").load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    parts = [step["run"] for job in tests["jobs"].values() for step in job["steps"] if "run" in step]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert parts == [
        f"bash .ci/run {part}" for part in dict.fromkeys(re.findall(r'"\$part" = (\w+)', script)) if part != "all"
    ]
    matrix = tests["jobs"]["test"]["strategy"]["matrix"]
    versions = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert matrix["python"] == versions
    assert [system.partition("-")[0] for system in matrix["system"]] == ["ubuntu", "macos", "windows"]


def test_workflows_use_the_action_as_it_is(tmp_path: Path) -> None:
    """With this action in place of the released one, actionlint finds no unknown input."""
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text(encoding="utf-8"), encoding="utf-8")
    for path in WORKFLOWS:
        text, number = re.subn(r"bufferctl/bufferctl@\S+", "./", path.read_text(encoding="utf-8"))
        assert number
        (tmp_path / ".github" / "workflows" / path.name).write_text(text, encoding="utf-8")
    program = Path(sys.executable).with_name("actionlint")
    ran = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


def test_actions_are_githubs_own_and_pinned() -> None:
    """By commit, including ours; GitLab's example pins its image by digest and bufferctl by the same commit."""
    used = {step["uses"] for step in steps() if "uses" in step}
    (ours,) = {name for name in used if not GITHUBS.fullmatch(name)}
    pinned = re.fullmatch(r"bufferctl/bufferctl@([0-9a-f]{40})", ours)
    assert pinned
    shared = GITLAB[".bufferctl"]
    assert shared["variables"]["BUFFERCTL_COMMIT"] == pinned[1]
    assert re.fullmatch(r"python:[\w.-]+@sha256:[0-9a-f]{64}", shared["image"])


@pytest.fixture
def pinned() -> str:
    """The commit of ours that the examples use, which history must have; a clone without it tests nothing here."""
    commit = str(GITLAB[".bufferctl"]["variables"]["BUFFERCTL_COMMIT"])
    git = ["git", "-C", str(ROOT)]
    shallow = subprocess.run(
        [*git, "rev-parse", "--is-shallow-repository"], capture_output=True, text=True, check=False
    )
    if shallow.stdout != "false\n":
        pytest.skip("this is a shallow clone, or no clone")
    subprocess.run([*git, "merge-base", "--is-ancestor", commit, "HEAD"], capture_output=True, check=True)
    return commit


def test_the_pinned_commit_fits_the_examples(pinned: str) -> None:
    """It is in this history, and its action has every input that they set."""
    command = ["git", "-C", str(ROOT), "show", f"{pinned}:action.yml"]
    action = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    inputs = YAML(typ="safe").load(action)["inputs"]
    ours = [step for step in steps() if step.get("uses", "").startswith("bufferctl/")]
    assert ours
    assert all(set(step["with"]) <= set(inputs) for step in ours)


@pytest.mark.long
@pytest.mark.timeout(900)  # it downloads
def test_the_pinned_commit_installs(pinned: str, tmp_path: Path) -> None:
    """As in the GitLab example, and its commands have every option that the example gives them."""
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", pinned], capture_output=True, check=True)
    there = tmp_path / "bufferctl"
    there.mkdir()
    subprocess.run(["tar", "-x", "-C", str(there)], input=archive.stdout, check=True)
    subprocess.run(["sh", str(there / ".ci/install"), sys.executable, str(tmp_path / "python")], check=True)
    lines = [line for job in GITLAB.values() if isinstance(job, dict) for line in job.get("script", ())]
    calls = [shlex.split(line) for line in lines if " bufferctl ci " in line]
    assert calls
    for words in calls:
        name, *options = words[words.index("ci") + 1 :]
        command = [str(tmp_path / "python/bin/python"), "-I", "-m", "bufferctl", "ci", name, "--help"]
        described = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert all(option in described for option in options if option.startswith("--"))


@pytest.mark.parametrize("step", [each for each in ACTION["runs"]["steps"] if "bufferctl ci" in each.get("run", "")])
def test_the_action_passes_options_that_exist(step: dict[str, Any]) -> None:
    """Every option of its command, and no other; the omitted ones are listed here."""
    words = shlex.split(step["run"].replace("\\\n", " "))
    name = words[words.index("ci") + 1]
    options = {option for parameter in ci.commands[name].params for option in parameter.opts}
    assert options == {word for word in words if word.startswith("--")}


def test_pins_say_their_release_and_agree() -> None:
    """Each pin has its version next to it, and the same action has the same commit everywhere."""
    texts = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "action.yml", *OWN, *WORKFLOWS])
    pins = re.findall(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})( # v\d+\.\d+\.\d+)?", texts)
    assert all(version for _, _, version in pins)
    assert len({name for name, _, _ in pins}) == len(set(pins))


@pytest.mark.parametrize("name", READ)
def test_rights_are_few(name: str) -> None:
    """None by default, and each job lists the ones it needs."""
    assert READ[name]["permissions"] == {}
    rights = {job: each["permissions"] for job, each in READ[name]["jobs"].items()}
    assert (
        rights
        == {
            "plan": {
                "plan": {"contents": "read", "pull-requests": "write"},
                "again": {"checks": "write", "contents": "read", "pull-requests": "write"},
                "fork": {"contents": "read", "pull-requests": "read"},
            },
            "plan-of-fork": {"comment": {"actions": "read", "pull-requests": "write"}},
            "apply": {
                "apply": {"actions": "read", "contents": "write", "issues": "write", "pull-requests": "write"},
            },
            "drift": {"drift": {"contents": "read", "issues": "write"}},
        }[name]
    )


def test_forks_never_meet_the_key() -> None:
    """Jobs that a fork can influence have no secret; a `workflow_run` job checks out none of its code."""
    assert "secrets" not in str(READ["plan"]["jobs"]["fork"])
    comment = READ["plan-of-fork"]["jobs"]["comment"]
    assert [step.get("uses", "").partition("@")[0] for step in comment["steps"]] == ["bufferctl/bufferctl"]
    assert "secrets" not in str(comment)
    assert not any("pull_request_target" in path.read_text(encoding="utf-8") for path in WORKFLOWS)


def test_keys_are_apart() -> None:
    """Every job with an API key is in an environment: one for reading, and one for writing that only apply uses."""
    jobs = {(name, job): each for name, file in READ.items() for job, each in file["jobs"].items()}
    with_key = {key: each["environment"] for key, each in jobs.items() if "BUFFER_API_KEY" in str(each)}
    assert with_key == {
        ("plan", "plan"): "buffer-plan",
        ("plan", "again"): "buffer-plan",
        ("drift", "drift"): "buffer-plan",
        ("apply", "apply"): "buffer-publish",
    }
    there = {name: job["environment"]["name"] for name, job in GITLAB.items() if "environment" in job}
    assert there == {
        "bufferctl-plan": "buffer-plan", "bufferctl-drift": "buffer-plan", "bufferctl-apply": "buffer-publish",
    }  # fmt: skip


def test_the_check_always_runs() -> None:
    """It can be required: no filter by path, and a merge queue starts it, too."""
    assert set(READ["plan"]["on"]) == {"pull_request", "merge_group", "workflow_dispatch"}
    assert "paths" not in str(READ["plan"]["on"])
    assert "edited" in READ["plan"]["on"]["pull_request"]["types"]  # another target
    assert "changes" not in str(GITLAB["bufferctl-plan"]["rules"])


def test_checkouts_keep_no_token() -> None:
    """Later steps find no token in .git/config."""
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 5
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_applies_wait_for_each_other() -> None:
    """One at a time, none canceled halfway; and each checks out the branch, not the commit that started it."""
    workflow = READ["apply"]
    assert workflow["concurrency"] == {"group": "publish-posts", "cancel-in-progress": False}
    assert workflow["jobs"]["apply"]["steps"][0]["with"]["ref"] == "main"


def test_the_workflow_that_shows_forks_follows_the_right_one() -> None:
    """By its name."""
    assert READ["plan-of-fork"]["on"]["workflow_run"]["workflows"] == [READ["plan"]["name"]]


def test_no_value_is_put_into_a_script() -> None:
    """Expressions reach scripts only through the environment, so no title or branch name is ever executed."""
    assert all("${{" not in step["run"] for step in steps() if "run" in step)


def test_inputs_are_explained() -> None:
    """Every input and output of the action has a description, in docs/run/ci.md too."""
    page = (ROOT / "docs" / "run" / "ci.md").read_text(encoding="utf-8")
    for name, each in {**ACTION["inputs"], **ACTION["outputs"]}.items():
        assert each["description"]
        assert f"`{name}`" in page


@pytest.mark.long
@pytest.mark.timeout(600)  # it downloads
def test_install(tmp_path: Path) -> None:
    """The installed bufferctl runs, with its `ci` commands, from any folder; a second install takes no time."""
    command = ["sh", str(ROOT / ".ci" / "install"), sys.executable, str(tmp_path / "python")]
    for _ in range(2):
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout[:10]) == (0, "bufferctl "), ran.stderr
    python = str(tmp_path / "python" / "bin" / "python")
    script = [python, "-I", "-m", "bufferctl", "ci", "plan", "--help"]
    assert b"--offline" in subprocess.run(script, cwd=tmp_path, capture_output=True, check=True).stdout
    rooms = "api, apply, ci.plan, config, reconcile, render.html"
    load = f"import bufferctl.{rooms.replace(', ', ', bufferctl.')}"
    subprocess.run([python, "-I", "-c", load], cwd=tmp_path, check=True)


def test_what_is_installed_is_what_is_tested() -> None:
    """Each lock has the packages of a smaller one, in the same versions: to run it, to test it, to change it."""
    ours, tested, all_ = (
        set(re.findall(r"^[a-z][\w.-]*==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
        for name in ("requirements-run.lock", "requirements-test.lock", "requirements.lock")
    )
    assert ours < tested < all_
    assert {each.partition("==")[0] for each in ours} >= {"click", "pydantic", "gql", "deepdiff", "httpx2"}


def test_hooks_are_commands() -> None:
    """Each entry of .pre-commit-hooks.yaml is a bufferctl command, in an environment made by pre-commit."""
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    for hook in hooks:
        program, command, *_ = shlex.split(hook["entry"])
        assert (program, hook["language"]) == ("bufferctl", "python")
        assert command in COMMANDS
        assert hook["id"] == f"bufferctl-{command}"
        assert re.search(hook["files"], "posts/2030-w03.yaml")
        assert not re.search(hook["files"], "logo.png")
