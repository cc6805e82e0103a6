"""action.yml, the example workflows and the hooks as files: valid, pinned, with few permissions."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from bufferctl import __version__
from bufferctl.cli import COMMANDS, load_command
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


#: What a short file calls: a workflow of this repository at a commit.
CALL = re.compile(r"bufferctl/bufferctl/(\.github/workflows/[\w-]+\.yml)@(\S+)")


def jobs() -> dict[tuple[str, str], dict[str, Any]]:
    """The jobs with steps: of the workflows that other repositories call, and of the examples."""
    read = {**{path.stem: each for path, each in CALLED.items()}, **READ}
    return {(name, job): each for name, file in read.items() for job, each in file["jobs"].items() if "steps" in each}


def steps() -> list[dict[str, Any]]:
    """Every step of the workflows and of the action."""
    return [*(step for job in jobs().values() for step in job["steps"]), *ACTION["runs"]["steps"]]


def calls() -> list[tuple[dict[str, Any], dict[str, Any], str]]:
    """The jobs of the examples that call a workflow: each with what it calls, and at which commit."""
    found = []
    for job in (job for each in READ.values() for job in each["jobs"].values() if "uses" in job):
        called = CALL.fullmatch(job["uses"])
        assert called
        found.append((job, CALLED[ROOT / called[1]], called[2]))
    return found


def test_a_file_of_a_team_is_short(tmp_path: Path) -> None:
    """A dozen lines each, which docs/run/ci.md shows as they are, at a release; two root files are one job more."""
    page = (ROOT / "docs" / "run" / "ci.md").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n# \.github/workflows/(\S+)\n(.*?)```", page, re.DOTALL)
    assert [name for name, _ in shown] == ["plan.yml", "apply.yml", "plan.yml", "apply.yml"]  # then for another account
    for name, text in shown[:2]:
        (path,) = (path for path in WORKFLOWS if path.name == name)
        comment, _, example = path.read_text(encoding="utf-8").partition("\n")
        assert comment.startswith("# ")
        assert len(example.splitlines()) <= 13
        assert re.sub(r"@[0-9a-f]{40} # (v[\d.]+)", r"@\1", example) == text
    for number, (name, text) in enumerate(shown):
        assert set(re.findall(r"@(v\S+)", text)) == {f"v{__version__}"}
        (tmp_path / f"{number}-{name}").write_text(text, encoding="utf-8")
    program = Path(sys.executable).with_name("actionlint")
    ran = subprocess.run([program, *tmp_path.iterdir()], capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


def test_short_files_have_what_the_called_jobs_need() -> None:
    """Inputs and secrets that exist, each by name, and every right that one of the jobs needs."""
    assert len(calls()) == 2
    for job, called, _ in calls():
        declared = called["on"]["workflow_call"]
        assert set(job["with"]) <= set(declared["inputs"])
        assert job["secrets"] == {each: f"${{{{ secrets.{each} }}}}" for each in declared["secrets"]}
        assert {each["required"] for each in declared["secrets"].values()} == {False}  # the environment has it
        needed = [each["permissions"] for each in called["jobs"].values()]
        assert job["permissions"] == {
            right: max(each.get(right, "") for each in needed) for right in {r for each in needed for r in each}
        }


@pytest.mark.parametrize("path", CALLED, ids=lambda path: path.stem)
def test_workflows_that_others_call_use_the_action_of_their_commit(path: Path) -> None:
    """With inputs that it has, in an environment of the caller's choice, which is no deployment."""
    inputs = CALLED[path]["on"]["workflow_call"]["inputs"]
    for name, job in CALLED[path]["jobs"].items():
        _, ours = job["steps"]
        assert ours["uses"] == "$/."
        assert set(ours["with"]) <= set(ACTION["inputs"])
        assert {"working-directory", "file"} <= set(ours["with"])
        if name != "fork":
            assert job["environment"] == {"name": "${{ inputs.environment }}", "deployment": False}
    assert inputs["environment"]["default"] in {"buffer-plan", "buffer-publish"}


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
    for path in [*WORKFLOWS, *CALLED]:
        text, number = re.subn(
            r"bufferctl/bufferctl(/\.github/\S+)?@\S+|\$/\.",
            lambda found: f".{found[1] or '/'}",
            path.read_text(encoding="utf-8"),
        )
        assert number
        (tmp_path / ".github" / "workflows" / path.name).write_text(text, encoding="utf-8")
    program = Path(sys.executable).with_name("actionlint")
    ran = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.returncode) == ("", 0)


def test_actions_are_githubs_own_and_pinned() -> None:
    """By commit, including ours; GitLab's example pins its image by digest and bufferctl by the same commit."""
    used = {step["uses"] for step in steps() if "uses" in step}
    ours = {name for name in used if not GITHUBS.fullmatch(name)} - {"$/."}
    (pinned,) = {re.fullmatch(r"bufferctl/bufferctl@([0-9a-f]{40})", each) for each in ours}
    assert pinned
    assert {commit for _, _, commit in calls()} == {pinned[1]}
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
    """It is in this history, and its action and workflows have every input that they set."""

    def then(path: str) -> Any:
        command = ["git", "-C", str(ROOT), "show", f"{pinned}:{path}"]
        shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return YAML(typ="safe").load(shown)

    inputs = then("action.yml")["inputs"]
    ours = [step for step in steps() if step.get("uses", "").startswith("bufferctl/")]
    assert ours
    assert all(set(step["with"]) <= set(inputs) for step in ours)
    for job, _, commit in calls():
        path = CALL.fullmatch(job["uses"])
        assert path
        assert commit == pinned
        assert set(job["with"]) <= set(then(path[1])["on"]["workflow_call"]["inputs"])


@pytest.mark.long
def test_the_pinned_commit_installs(pinned: str, tmp_path: Path) -> None:
    """As in the GitLab example, and its commands have every option that the example gives them."""
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", pinned], capture_output=True, check=True)
    there = tmp_path / "bufferctl"
    there.mkdir()
    subprocess.run(["tar", "-x", "-C", str(there)], input=archive.stdout, check=True)
    subprocess.run(["sh", str(there / ".ci/install"), sys.executable, str(tmp_path / "python")], check=True)
    lines = [line for job in GITLAB.values() if isinstance(job, dict) for line in job.get("script", ())]
    commands = [shlex.split(line) for line in lines if " bufferctl ci " in line]
    assert commands
    for words in commands:
        name, *options = words[words.index("ci") + 1 :]
        command = [str(tmp_path / "python/bin/python"), "-I", "-m", "bufferctl", "ci", name, "--help"]
        described = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        assert all(option in described for option in options if option.startswith("--"))


@pytest.mark.parametrize("step", [each for each in ACTION["runs"]["steps"] if "bufferctl ci" in each.get("run", "")])
def test_the_action_passes_options_that_exist(step: dict[str, Any]) -> None:
    """Every option of its command, and no other."""
    words = shlex.split(step["run"].replace("\\\n", " "))
    name = words[words.index("ci") + 1]
    ci = load_command("ci")
    assert isinstance(ci, click.Group)
    options = {option for parameter in ci.commands[name].params for option in parameter.opts}
    assert options == {word for word in words if word.startswith("--")}


def test_pins_say_their_release_and_agree() -> None:
    """Each pin has its version next to it, and the same action has the same commit everywhere."""
    texts = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "action.yml", *OWN, *WORKFLOWS])
    pins = re.findall(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})( # v\d+\.\d+\.\d+)?", texts)
    assert all(version for _, _, version in pins)
    assert len({name for name, _, _ in pins}) == len(set(pins))


def test_rights_are_few() -> None:
    """None by default, and each job lists the ones it needs."""
    assert all(file["permissions"] == {} for file in (*READ.values(), *CALLED.values()))
    assert {key: job["permissions"] for key, job in jobs().items()} == {
        ("plan-posts", "plan"): {"contents": "read", "pull-requests": "write"},
        ("plan-posts", "again"): {"checks": "write", "contents": "read", "pull-requests": "write"},
        ("plan-posts", "fork"): {"contents": "read", "pull-requests": "read"},
        ("plan-of-fork", "comment"): {"actions": "read", "pull-requests": "write"},
        ("publish-posts", "apply"): {
            "actions": "read", "contents": "write", "issues": "write", "pull-requests": "write",
        },
    }  # fmt: skip


def test_forks_never_meet_the_key() -> None:
    """Jobs that a fork can influence have no secret; a `workflow_run` job checks out none of its code."""
    assert "secrets" not in str(jobs()["plan-posts", "fork"])
    comment = jobs()["plan-of-fork", "comment"]
    assert [step.get("uses", "").partition("@")[0] for step in comment["steps"]] == ["bufferctl/bufferctl"]
    assert "secrets" not in str(comment)
    assert not any("pull_request_target" in path.read_text(encoding="utf-8") for path in [*WORKFLOWS, *CALLED])


def test_every_job_with_an_api_key_is_in_an_environment() -> None:
    """And no other job has one."""
    with_key = {key for key, each in jobs().items() if "BUFFER_API_KEY" in str(each)}
    assert with_key == {("plan-posts", "plan"), ("plan-posts", "again"), ("publish-posts", "apply")}
    assert all("environment" in jobs()[key] for key in with_key)


def test_keys_are_apart() -> None:
    """One environment for reading, and one for writing that only apply uses."""
    defaults = {
        path.stem: each["on"]["workflow_call"]["inputs"]["environment"]["default"] for path, each in CALLED.items()
    }
    assert defaults == {"plan-posts": "buffer-plan", "publish-posts": "buffer-publish"}


def test_keys_are_apart_on_gitlab() -> None:
    """Likewise."""
    there = {name: job["environment"] for name, job in GITLAB.items() if "environment" in job}
    assert there == {
        ".bufferctl-plan": {"name": "buffer-plan", "action": "access"},  # which makes no deployment
        ".bufferctl-apply": {"name": "buffer-publish", "action": "access"},
    }


def test_the_check_always_runs() -> None:
    """It can be required: no filter by path, and a merge queue starts it, too."""
    assert set(READ["plan"]["on"]) == {"pull_request", "merge_group", "workflow_dispatch"}
    assert "paths" not in str(READ["plan"]["on"])
    assert "edited" in READ["plan"]["on"]["pull_request"]["types"]  # another target
    assert "changes" not in str(GITLAB[".bufferctl-plan"]["rules"])


def test_checkouts_keep_no_token() -> None:
    """Later steps find no token in .git/config."""
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 4
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_applies_wait_for_each_other() -> None:
    """One at a time, none canceled halfway; and each checks out the branch, not the commit that started it."""
    workflow = CALLED[ROOT / ".github/workflows/publish-posts.yml"]
    group = "publish-posts-${{ inputs.working-directory }}-${{ inputs.file }}"
    assert workflow["concurrency"] == {"group": group, "cancel-in-progress": False}
    checkout = workflow["jobs"]["apply"]["steps"][0]
    assert checkout["with"]["ref"] == "${{ github.event.repository.default_branch }}"


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
