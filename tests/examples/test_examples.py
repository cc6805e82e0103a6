"""Every example folder loaded, planned and applied on the sandbox; the demo; the README followed literally."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bufferctl import errors
from bufferctl.config import load
from bufferctl.sandbox import Clock, Sandbox
from tests import forks
from tests.cli.conftest import run_in
from tests.file_server import FileServer, serving
from tests.sandbox.near import Near
from tests.sources import files

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(path.parent.name for path in (ROOT / "examples").glob("*/buffer.yaml"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`bufferctl` on the PATH, installed or not, and an empty user's environment."""
    shim = tmp_path / "bin" / "bufferctl"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\nexec {shlex.join(forks.python())} -m bufferctl "$@"\n', encoding="utf-8")
    shim.chmod(0o755)
    for name in [name for name in os.environ if name.startswith(("BUFFER_", "FORCE_COLOR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{shim.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def host() -> Iterator[FileServer]:
    """The public host of an example's folder."""
    with serving() as server:
        yield server


@pytest.fixture
def sandbox(program: None, host: FileServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The account of the examples, at a time before all of their posts."""
    with Near(clock=Clock.at("2029-12-03T09:00:00Z"), media_roots=(host.url,)) as started:
        monkeypatch.setenv("BUFFER_API_URL", started.url)
        monkeypatch.setenv("BUFFER_API_KEY", started.key)
        yield started


def publish(folder: Path, host: FileServer) -> None:
    """The part of GitHub Pages for an example with pictures."""
    root = folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8").replace("https://acme.github.io", host.url), encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file():
            host.files[f"/social/{path.relative_to(folder).as_posix()}"] = path.read_bytes()


def run(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Run a shell command in a folder."""
    return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(sandbox: Sandbox, host: FileServer, tmp_path: Path, name: str) -> None:
    """It is formatted, validates without output on stderr, only plans creates, applies, and a second plan is empty.

    Its published folder is served by this machine here, and the sandbox fetches from it.
    """
    folder = shutil.copytree(ROOT / "examples" / name, tmp_path / name)
    publish(folder, host)
    assert run_in(folder, "fmt", "--check").code == 0
    validated = run_in(folder, "validate")
    assert (validated.code, validated.err) == (0, "")
    planned = run_in(folder, "plan", "--strict", "--detailed-exitcode")
    assert planned.code == 2, planned.out + planned.err
    wanted = json.loads(run_in(folder, "plan", "--json").out)["summary"]["create"]
    applied = run_in(folder, "apply", "--auto-approve")
    assert (applied.code, applied.err) == (0, ""), applied.out
    assert applied.out.endswith("Verified: Buffer matches your files.\n")
    assert run_in(folder, "plan", "--detailed-exitcode").out.startswith("No changes.\n")
    made = len(sandbox.posts()) + len(sandbox.ideas())
    assert made == wanted > 0


@pytest.mark.long
def test_the_campaign_slips_twice_drops_a_network_and_is_done(tmp_path: Path, sandbox: Sandbox) -> None:
    """Beside another team's queue, which stays as it is: after each step the next plan is empty."""
    folder = tmp_path / "campaign"
    shutil.copytree(ROOT / "examples/campaign", folder)
    path = folder / "posts/console.yaml"
    channel = sandbox.channel("twitter")["id"]
    theirs = {"channelId": channel, "text": "Theirs", "status": "scheduled", "dueAt": "2030-03-13T08:03:00Z"}
    sandbox.seed([theirs])

    def apply(expected: str) -> None:
        ran = run_in(folder, "apply", "--auto-approve", "--settle", "0")
        assert (ran.code, expected in ran.out) == (0, True), ran.out + ran.err
        assert run_in(folder, "plan").out.startswith("No changes.")
        sandbox.clock.advance(minutes=16)

    def ours(service: str) -> list[str]:
        found = [post for post in sandbox.posts(sandbox.channel(service)["id"]) if post["text"] != "Theirs"]
        return sorted(post["dueAt"][:10] for post in found)

    apply("Applied: 75 created")
    before = ours("twitter")
    ran = run_in(folder, "shift", "posts/console.yaml", "--by", "1w", "--auto-approve")
    assert (ran.code, ran.err) == (0, "note: fixed dates, which only --all moves: tip-7\n")
    plan = run_in(folder, "plan", "--json")
    assert [post["text"] for post in json.loads(plan.out)["beside"]] == ["Theirs"]
    said = run_in(folder, "plan").out
    assert "(fixed: tip 7)" in said
    assert "somebody else's post goes out at 09:03 on twitter:acme" in said
    apply("Applied: 0 created, 71 changed, 0 deleted.")
    path.write_text(path.read_text(encoding="utf-8").replace("starts: 2030-03-11", "starts: 2030-03-14"), "utf-8")
    apply("Applied: 0 created, 71 changed, 0 deleted.")
    moved = [(date.fromisoformat(day) + timedelta(days=10)).isoformat() for day in before if day != "2030-04-18"]
    assert ours("twitter") == sorted([*moved, "2030-04-18"])
    text = path.read_text(encoding="utf-8").replace("starts:", "cancelled: [instagram]\nstarts:")
    path.write_text(text, encoding="utf-8")
    apply("Applied: 0 created, 0 changed, 13 deleted.")
    assert ours("instagram") == []
    sandbox.clock.set("2030-06-10T09:00:00Z")
    apply("No changes.")
    assert {post["status"] for post in sandbox.posts()} == {"sent"}
    assert sum(post["text"] == "Theirs" for post in sandbox.posts(channel)) == 1


def test_the_campaign_fits_in_a_head() -> None:
    """Ten weeks on four networks: at least 60 posts from fewer than 100 lines, no two equal on a channel."""
    folder = ROOT / "examples" / "campaign"
    lines = [line for path in folder.rglob("*.yaml") for line in path.read_text(encoding="utf-8").splitlines()]
    desired = load(None, folder).desired
    assert desired
    assert len(lines) < 100
    assert len(desired.posts) >= 60
    assert len(desired.channels) == 4
    assert len({(post.address.channel, post.text) for post in desired.posts}) == len(desired.posts)
    due = [post.due_at for post in desired.posts if post.due_at]
    assert (max(due) - min(due)).days >= 70


def test_readme_leads_to_the_examples() -> None:
    """Their folder is linked, and each of them is tested above."""
    assert "(https://github.com/bufferctl/bufferctl/tree/main/examples)" in README
    assert len(EXAMPLES) > 3


def test_examples_begin_with_the_schema() -> None:
    """The first line of each file links to the schema, so that an editor completes and checks it."""
    for path in files("examples", "*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        said = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert said, path
        assert (path.parent / said[1]).resolve() == ROOT / "schemas" / "bufferctl.schema.json"


def test_pictures_are_drawn_by_the_project(tmp_path: Path) -> None:
    """The script redraws the example's pictures with the same pixels, within JPEG's precision."""
    subprocess.run([sys.executable, ROOT / "tools" / "make_pictures.py", tmp_path], check=True)
    there = sorted((ROOT / "examples" / "pictures" / "media").iterdir())
    assert [path.name for path in there] == ["console.jpg", "numbers.png", "team.jpg"]
    for path in there:
        with Image.open(path) as committed, Image.open(tmp_path / path.name) as drawn:
            assert (committed.size, committed.format, committed.mode) == (drawn.size, drawn.format, "RGB")
            apart = ImageChops.difference(committed, drawn)
            assert max(ImageStat.Stat(apart).mean) < 2


@pytest.mark.parametrize(
    "name",
    [
        "github-actions/.github/workflows/plan.yml",
        "github-actions/.github/workflows/apply.yml",
        "gitlab/.gitlab-ci.yml",
    ],
)
def test_ci_runs_for_every_change(name: str) -> None:
    """No job has a filter of paths: a required check has to run always, and bufferctl knows its files itself."""
    text = (ROOT / "examples" / name).read_text(encoding="utf-8")
    assert re.findall(r"^\s*(?:paths|paths-ignore|changes): .*buffer\.yaml.*", text, re.MULTILINE) == []


def block(language: str, containing: str) -> str:
    """The code block of the README that contains a text."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = [each for each in blocks if containing in each]
    return found


def test_readme_plan(sandbox: Sandbox, tmp_path: Path) -> None:
    """The file at the top of the README gives the plan below it, except for the account's earlier content."""
    text = block("yaml", "posts/2030-w03.yaml")
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "2030-w03.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "buffer.yaml").write_text(
        "version: 1\ntimezone: Europe/Berlin\nmanaged_since: 2029-12-01T00:00:00Z\norganizations:\n"
        "  - name: Acme\n    channels: [{service: twitter, name: acme}, {service: linkedin, name: acme-inc}]\n",
        encoding="utf-8",
    )
    command, _, shown = block("console", "$ bufferctl plan").partition("\n")
    printed = run(tmp_path, command.removeprefix("$ ")).stdout
    assert printed.splitlines() == [line for line in shown.splitlines() if not line.startswith("Also: ")]


def test_readme_start(sandbox: Sandbox, tmp_path: Path) -> None:
    """The steps under "Start", in their order: init, plan, apply, and again; then the schema for editors."""
    folder = tmp_path / "mine"
    folder.mkdir()
    start = README.partition("## Start")[2].partition("\n## ")[0]
    steps = [each for each in re.findall(r"`(bufferctl \w+)`", start) if each.split()[1] in {"init", "plan", "apply"}]
    assert steps == ["bufferctl init", "bufferctl plan", "bufferctl apply"]
    for step in [*steps, "bufferctl apply"]:
        ran = run(folder, f"{step} --auto-approve" if "apply" in step else step)
        assert ran.returncode == 0, ran.stderr
    assert ran.stdout.startswith("No changes.\n")
    install = (ROOT / "docs" / "start" / "install.md").read_text(encoding="utf-8")
    (schema,) = re.findall(r"`(bufferctl schema > \S+)`", install)
    assert run(folder, schema).returncode == 0
    (line,) = re.findall(r"`(# yaml-language-server: \S+)`", install)
    assert (folder / line.rpartition("=")[2]).is_file()


def test_readme_names_what_there_is(program: None, tmp_path: Path) -> None:
    """Every `bufferctl …` in the README's text is a command, with the given options."""
    said = set(re.findall(r"`(bufferctl [^`]+)`", README))
    said |= {f"bufferctl {each}" for each in re.findall(r"`((?:plan|apply) --[^`]+)`", README)}
    for command in sorted(said):
        words = command.split()
        shown = run(tmp_path, f"bufferctl {words[1]} --help")
        assert shown.returncode == 0, command
        for option in (word for word in words[2:] if word.startswith("-")):
            assert re.search(rf"(^|[ ,]){option}\b", shown.stdout), command


def test_readme_links() -> None:
    """Every link into the repository is valid, and absolute as PyPI needs it."""
    targets = re.findall(r"\]\(https://github\.com/bufferctl/bufferctl/(?:tree|blob)/main/([^)#]+)", README)
    assert [target for target in targets if not (ROOT / target).exists()] == []
    assert len(targets) > 5
    assert re.findall(r"\]\((?!https?:|#)([^)]+)\)", README) == []


def test_exit_codes() -> None:
    """The page of commands has every exit code, and no other page lists them again."""
    codes = {each.exit_code for each in vars(errors).values() if isinstance(each, type) and hasattr(each, "exit_code")}
    pages = {page: page.read_text(encoding="utf-8") for page in [ROOT / "README.md", *files("docs", "*.md")]}
    listed = {page.name: set(map(int, re.findall(r"^\| (\d+) \|", text, re.MULTILINE))) for page, text in pages.items()}
    assert {name: found for name, found in listed.items() if found} == {"commands.md": codes | {0, 2}}
