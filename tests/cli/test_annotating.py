"""In a GitHub Actions job: annotations and the step summary, and no output that a runner would execute."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Prints, Project
from tests.cli.written import root_file

ROOT = root_file("twitter")
POSTS = """\
posts:
  - key: launch
    due_at: 2030-01-15 09:00
    channels: [twitter]
    text: "We are live"
"""
LATE = POSTS.replace("2030-01-15 09:00", "2029-12-03 10:01")
BROKEN = POSTS.replace("due_at", "time")


@pytest.fixture
def summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A GitHub Actions job with a file for the step summary."""
    path = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(path))
    return path


def commands(err: str) -> list[str]:
    """The workflow commands in the output."""
    return [line for line in err.splitlines() if line.startswith("::")]


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, with a name and an email set."""
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@acme.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_validate(project: Project, summary: Path, prints: Prints) -> None:
    """An error in a file is an annotation at its line and in the summary; the exit code stays the same."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", BROKEN)
    ran = project("validate")
    prints("annotating/validate", ran)
    assert "there is no field `time`" in summary.read_text(encoding="utf-8")


def test_a_plan_that_cannot_be_made(project: Project, summary: Path) -> None:
    """Errors in the files are annotated and in the summary, whichever command finds them."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", BROKEN)
    ran = project("plan")
    assert ran.code == 1
    assert commands(ran.err)[0].startswith("::error file=posts/a.yaml,line=3,col=5,title=")
    assert summary.read_text(encoding="utf-8").startswith("<!-- bufferctl:problems -->\n\n<b>1 error in 1 file.</b>")


def test_plan(project: Project, summary: Path) -> None:
    """A held post is a warning at the line of its key, and the whole plan is the summary; stdout has neither."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", LATE)
    ran = project("plan")
    (held,) = commands(ran.err)
    assert held.startswith("::warning file=posts/a.yaml,line=2,col=10,title=bufferctl missed::launch (X): ")
    assert commands(ran.out) == []
    assert summary.read_text(encoding="utf-8").startswith("<!-- bufferctl:plan -->\n\n### 1 post ")


def test_apply(project: Project, summary: Path) -> None:
    """An apply leaves its receipt as the summary; a held post is an error, matching the exit code."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", LATE)
    project.write("posts/b.yaml", POSTS.replace("launch", "later"))
    ran = project.apply("--report", "receipt.md")
    assert ran.code == 1
    (held,) = commands(ran.err)
    assert held.startswith("::error file=posts/a.yaml,line=2,")
    assert summary.read_text(encoding="utf-8").startswith("<!-- bufferctl:receipt -->\n\n### Applied")
    assert project.folder.joinpath("receipt.md").read_text(encoding="utf-8").startswith("<!-- bufferctl:receipt -->")


def test_nothing_elsewhere(project: Project, tmp_path: Path) -> None:
    """Outside GitHub's jobs nothing is annotated, and no summary is written."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", LATE)
    ran = project("plan")
    assert commands(ran.out + ran.err) == []
    assert not (tmp_path / "summary.md").exists()


def test_a_summary_that_cannot_be_written(project: Project, summary: Path) -> None:
    """The failure is reported, and the plan is made anyway."""
    summary.mkdir()
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS)
    ran = project("plan")
    assert ran.code == 0
    assert "the step's summary cannot be written: Is a directory" in ran.err


def test_files_are_named_from_the_root_of_the_repository(project: Project, summary: Path) -> None:
    """A root file in a subfolder of a repository: annotations and SARIF use paths from the repository root."""
    git(project.folder.parent, "init")
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", BROKEN)
    ran = project("validate", "--report", "problems.sarif")
    assert commands(ran.err)[0].startswith("::error file=project/posts/a.yaml,line=3,")
    (run,) = json.loads(project.folder.joinpath("problems.sarif").read_text(encoding="utf-8"))["runs"]
    uris = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]}
    assert uris == {"project/posts/a.yaml"}


def test_a_hidden_folder_keeps_its_dot(project: Project, summary: Path) -> None:
    """In the path from the repository's root, too."""
    git(project.folder, "init")
    project.write(".social/buffer.yaml", ROOT)
    project.write(".social/posts/a.yaml", BROKEN)
    ran = project("validate", "-f", ".social/buffer.yaml")
    assert commands(ran.err)[0].startswith("::error file=.social/posts/a.yaml,line=3,")


def test_what_was_changed_is_first(project: Project, summary: Path) -> None:
    """Warnings in the files of a pull request come before warnings in unchanged files."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS.replace("We are live", "See http://a.example"))
    later = POSTS.replace("launch", "later").replace("01-15", "01-16")
    project.write("posts/b.yaml", later.replace("We are live", "Soon"))
    git(project.folder, "init")
    git(project.folder, "add", ".")
    git(project.folder, "commit", "-m", "first")
    before = commands(project("validate").err)
    project.write("posts/b.yaml", later.replace("We are live", "See http://b.example"))
    git(project.folder, "commit", "-am", "second")
    after = commands(project("validate").err)
    assert [re.findall(r"file=posts/(\w)", line) for line in before] == [["a"]]
    assert [re.findall(r"file=posts/(\w)", line) for line in after] == [["b"], ["a"]]


def test_validate_writes_reports_without_problems(project: Project) -> None:
    """As Markdown and as SARIF."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS)
    assert project("validate", "--report", "p.md", "--report", "p.sarif").code == 0
    text = project.folder.joinpath("p.md").read_text(encoding="utf-8")
    assert text == "<!-- bufferctl:problems -->\n\n<b>No problems.</b>\n"
    assert json.loads(project.folder.joinpath("p.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_validate_writes_reports_of_problems(project: Project) -> None:
    """Each with its rule, and the help for it."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS.replace("We are live", "See http://a.example"))
    assert project("validate", "--report", "p.sarif").code == 0
    (run,) = json.loads(project.folder.joinpath("p.sarif").read_text(encoding="utf-8"))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], run["results"][0]["ruleId"]) == ("BC102", "BC102")
    assert rule["help"]["text"]


def test_validate_writes_no_form_of_a_plan(project: Project) -> None:
    """64, with the forms that it writes."""
    project.write("buffer.yaml", ROOT)
    refused = project("validate", "--report", "p.html")
    assert refused.code == 64
    assert "its name must end in .md or .sarif" in refused.err


def test_posts_are_no_commands(project: Project, summary: Path) -> None:
    """A runner finds no command but our notice in the printed posts: as text, as JSON, with and without an error."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS.replace('"We are live"', '"##[add-mask]live\\n::set-output name=a::b"'))
    for ran in (project("plan"), project("plan", "--json"), project("apply", "--auto-approve")):
        printed = ran.out + ran.err
        assert ran.code == 0
        assert "add-mask]live" in printed
        assert "##[" not in printed
        assert not re.search(r"^\s*::(?!notice file=posts/a\.yaml,)", printed, re.MULTILINE)
    assert json.loads(project("plan", "--json").out)["kind"] == "plan"


def test_posts_are_printed_as_they_are_elsewhere(project: Project) -> None:
    """Outside GitHub's jobs nobody carries out what a post says, so that it is shown as it is written."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", POSTS.replace("We are live", "##[group]live"))
    assert "##[group]live" in project("plan").out


def test_a_file_gets_what_was_asked_for(project: Project, summary: Path, program: list[str], tmp_path: Path) -> None:
    """Output redirected to a file is data and stays as it is; a pipe may lead to the log."""
    project.write("buffer.yaml", ROOT)
    project.write("a.csv", "Text,Image URL,Tags,Posting Time\n##[group]live,,,2030-01-15 09:00\n")
    command = [*program, "convert", "a.csv", "--channel", "twitter"]
    with (tmp_path / "out.yaml").open("wb") as out:
        subprocess.run(command, cwd=project.folder, check=True, stdout=out)
    piped = subprocess.run(command, cwd=project.folder, check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "##[group]live" in (tmp_path / "out.yaml").read_text(encoding="utf-8")
    assert "##[" not in piped
