"""The API key is removed from everything that is printed or written, even in base64."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote

import pytest

from bufferctl.cli.outputs import FORMS as REPORTS
from bufferctl.run import secrets
from tests import sources
from tests.cli.conftest import Project
from tests.cli.written import HEAD, ONE

KEY = "bufferctl/key+of=a-test-0123456789"
FORMS = {
    "plain": KEY,
    "percent-encoded": quote(KEY, safe=""),
    **{f"base64 at {n}": b64encode(b"x" * n + KEY.encode() + b"yz").decode() for n in range(4)},
}


@pytest.mark.parametrize("form", FORMS)
def test_in_every_output(project: Project, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    """A file that holds the key: neither text, JSON, reports nor messages show it."""
    monkeypatch.setattr(secrets, "_known", {})
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(project.folder / "summary.md"))
    project.write(
        "buffer.yaml", HEAD + f"          - {{key: a, due_at: 2029-12-20 09:00, text: 'Key {FORMS[form]} end'}}\n"
    )
    monkeypatch.setenv("BUFFER_API_KEY", KEY)
    shown = [project("plan", "--offline"), project("plan", "--offline", "--json")]
    files = [f"r{suffix}" for suffix in REPORTS]
    shown.append(project("plan", "--offline", *(each for file in files for each in ("--report", file))))
    texts = [ran.out + ran.err for ran in shown]
    texts += [path.read_text(encoding="utf-8") for path in project.folder.iterdir() if path.suffix not in {".yaml", ""}]
    assert len(texts) == len(shown) + len(REPORTS) + 1  # and the summary
    middle = FORMS[form][len(FORMS[form]) // 2 - 6 : len(FORMS[form]) // 2 + 6]
    assert [text for text in texts if middle in text.replace("\\", "").replace("&#8203;", "")] == []
    assert secrets.MARK in texts[0]


def test_a_word_is_no_secret() -> None:
    """The sandbox's key is a word, which texts may hold."""
    secrets.keep("sandbox")
    assert secrets.without_secrets("In the sandbox") == "In the sandbox"


@pytest.mark.parametrize("command", ["import", "pull"])
def test_in_no_file_of_posts(project: Project, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """A post in Buffer that holds the key: import and pull refuse, and the files stay as they were."""
    monkeypatch.setattr(secrets, "_known", {})
    root = project.write("buffer.yaml", HEAD + ONE)
    project.apply()
    (post,) = project.sandbox.posts()
    if command == "pull":
        project.sandbox.person.edit_post(post["id"], text=f"Key {KEY} end")
    else:
        project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], f"Key {KEY} end")
    secrets.keep(KEY)
    ran = project(command, *(["Acme/twitter:acme/one"] if command == "pull" else []))
    assert ran.code == 1
    assert "contain your API key" in ran.err
    assert root.read_text(encoding="utf-8") == HEAD + ONE
    assert [path for path in project.folder.rglob("*.yaml") if path != root] == []


def test_in_no_message_of_the_command_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed in the wrong place is quoted without it, by click's usage errors and by `state` as well."""
    monkeypatch.setattr(secrets, "_known", {})
    monkeypatch.setenv("BUFFER_API_KEY", KEY)
    project.write("buffer.yaml", HEAD + ONE)
    typed = [["plan", "--lead", KEY], [KEY], ["state", "show", KEY], ["plan", f"--{KEY}"], ["validate", KEY]]
    for ran in (project(*arguments) for arguments in typed):
        assert ran.code != 0
        assert KEY not in ran.out + ran.err


def test_everything_is_printed_by_the_console() -> None:
    """What goes past it: help, completions, logs of jobs, which get it without the key, and the sandbox's own key."""
    printing = {
        path.relative_to(sources.ROOT / "bufferctl").as_posix()
        for path in sources.files("bufferctl")
        if re.search(r"\bclick\.s?echo\(|\bprint\(|\bstd(?:out|err)\.write\(", path.read_text("utf-8"))
    }
    assert printing == {
        "ci/log.py",
        "cli/__init__.py",
        "cli/console.py",
        "cli/files.py",
        "cli/outputs.py",
        "cli/setup.py",
    }
