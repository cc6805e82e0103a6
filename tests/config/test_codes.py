"""The codes of problems: what a program goes by, in place of the words of a message."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from bufferctl.cli import run
from bufferctl.diagnostics import Kind
from tests.case_folders import cases_of, lay_out

ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}]}
"""
SEVEN = """\
channels: [twitter]
posts:
  - key: a
    text: once
    due_at: 2030-03-31 02:30
  - key: a
    text: twice
  - key: b
    txt: slip
    channels: [mastodon]
  - key: c
    text: maybe
    draft: maybe
  - text: nameless
  - key: d
    text_file: gone.txt
"""


def test_seven_problems_have_a_code_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the order of the file, whatever the messages say."""
    (tmp_path / "posts").mkdir()
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    (tmp_path / "posts/seven.yaml").write_text(SEVEN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert run(["validate", "--json"]) == 1
    assert [each["code"] for each in json.loads(capsys.readouterr().out)["problems"]] == [
        "unclear-time",
        "duplicate",
        "unknown-field",
        "unknown-name",
        "invalid-value",
        "missing-field",
        "unusable-file",
    ]


def test_every_problem_has_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """That of a rule, or one that docs/reference/json.md lists; the cases have every kind that a few files can have."""
    found = set()
    for name, case in cases_of("validate").items():
        command = (case / "expected.txt").read_text(encoding="utf-8").partition("\n")[0]
        lay_out(case, tmp_path / name)
        monkeypatch.chdir(tmp_path / name)
        run([*shlex.split(command.removeprefix("$ bufferctl ")), "--json"])
        document = json.loads(capsys.readouterr().out)
        found |= {each["code"] for each in document.get("problems", ())}
    of_no_rule = {code for code in found if not code.startswith("BC")}
    of_others = {Kind.STILL_PUBLISHED, Kind.DELETES_OTHERS, Kind.CHANGES_OTHERS}
    of_plans = {Kind.ACCOUNT, Kind.UNDECLARED, *of_others, Kind.WORTH_A_LOOK, Kind.PLAN}
    assert of_no_rule == {*Kind} - of_plans - {Kind.MORE, Kind.URL}
