"""`bufferctl drift`: folders under tests/cases/drift, prepared like the cases of a plan, and the exit codes."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection

import pytest

from tests.case_folders import cases_of, root_file_of
from tests.cli.conftest import Begin, Project
from tests.cli.test_plan_cases import CASES, prepare
from tests.conftest import Expect

HERE = cases_of("drift")
ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}]
"""


@pytest.fixture
def services() -> Collection[str]:
    """All: the cases name their own."""
    return ()


@pytest.mark.parametrize("name", HERE)
def test_cases(begin: Begin, name: str, expect: Expect) -> None:
    """expected.txt, the same exit code with --json, and nothing written, neither locally nor in Buffer."""
    project, _ = prepare(begin, HERE[name])
    state = project.state.read_bytes() if project.state.exists() else None
    posts = project.sandbox.dump()
    ran = project("drift")
    expect(HERE[name] / "expected.txt", ran.snapshot())
    assert project("drift", "--json").code == ran.code
    assert (project.state.read_bytes() if project.state.exists() else None) == state
    assert project.sandbox.dump() == posts


def test_json(begin: Begin) -> None:
    """The same as JSON: counts by reason, and each change as in the JSON of a plan."""
    project, _ = prepare(begin, HERE["everything"])
    found, planned = json.loads(project("drift", "--json").out), json.loads(project("plan", "--json").out)
    assert (found["kind"], found["recorded"], found["narrowed"]) == ("drift", 13, False)
    assert found["format_version"] == planned["format_version"]
    assert found["summary"] == {
        "error": 1,
        "channel-unavailable": 2,
        "deleted-in-buffer": 1,
        "conflict": 1,
        "changed-in-buffer": 3,
        "approved": 1,
        "scheduled-by-a-person": 1,
        "shared-now-by-a-person": 1,
    }
    told = {change["address"]: change for change in planned["changes"]}
    assert all(
        {**change, "length": told[change["address"]]["length"]} == told[change["address"]]
        for change in found["drift"] + found["progress"]
    )


def test_nine_posts_with_one_answer(project: Project) -> None:
    """Each with its words, then one command for all: at most 45 lines, where each with its own took 130."""
    keys = [f"p{number}" for number in range(9)]
    posts = "".join(
        f"  - {{key: {k}, due_at: 2029-12-1{k[1]} 09:00, channels: [twitter], text: We are {k}}}\n" for k in keys
    )
    project.write("buffer.yaml", ROOT)
    project.write("posts/nine.yaml", f"posts:\n{posts}")
    assert project.apply().code == 0
    for post in project.sandbox.posts():
        project.sandbox.person.edit_post(post["id"], text=post["text"].replace("are", "were"))
    ran = project("drift")
    assert (ran.code, ran.out.count("[-were-]{+are+}")) == (2, 9)
    assert len(ran.out.splitlines()) <= 45
    commands = [line for line in ran.out.splitlines() if line.strip().startswith("bufferctl")]
    assert [command.count("Acme/twitter:acme/p") for command in commands] == [9, 9]


def test_deleted_within_the_hour(begin: Begin) -> None:
    """No drift yet, since Buffer may only be behind; but the output does not say that all is well."""
    case = CASES["deleted-within-the-hour"]
    project, _ = prepare(begin, case)
    ran = project("drift")
    assert ran.code == 0
    assert "What Buffer shows matches what was last applied." in ran.out
    assert "1 post created within the last hour is not shown by Buffer yet, or somebody" in ran.out


def test_narrowed(begin: Begin) -> None:
    """PATHs limit it to the posts of those files: 2 for the file with drift, 0 for the other."""
    project, _ = prepare(begin, HERE["everything"])
    project.write("posts/other.yaml", "posts:\n  - {key: other, channels: [threads], text: Other}\n")
    ran = project("drift", "posts")
    assert (ran.code, "No drift in the selected posts." in ran.out) == (0, True)
    assert project("drift", "buffer.yaml").code == 2


def test_drift_ends_with_either_version(begin: Begin) -> None:
    """0 once the file's version has been sent over Buffer's."""
    project, _ = prepare(begin, CASES["changed-in-buffer"])
    assert project("drift").code == 2
    project.apply("--reapply", "Acme/twitter:acme/launch")
    assert project("drift").code == 0


def test_a_refused_key_is_no_drift(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """4, as everywhere, and nothing on stdout that could be mistaken for a result."""
    project.write("buffer.yaml", root_file_of(HERE["no-record"]).read_text(encoding="utf-8"))
    monkeypatch.setenv("BUFFER_API_KEY", "refused")
    ran = project("drift")
    assert (ran.code, ran.out) == (4, "")


def test_hostile_text_is_shown_harmless(begin: Begin) -> None:
    """Control characters from Buffer are shown by their number, in the verdict's details too."""
    project, _ = prepare(begin, CASES["unchanged"])
    state = json.loads(project.state.read_text(encoding="utf-8"))
    (bindings,) = [channel["objects"] for each in state["organizations"].values() for channel in each.values()]
    (post,) = bindings.values()
    project.sandbox.person.edit_post(post["id"], text="We \x1b[2Jare\u202e live\nand\n\n")
    ran = project("drift")
    assert ran.code == 2
    assert "⟨U+001B⟩[2J" in ran.out
    assert not {"\x1b", "\u202e"} & set(ran.out)


def test_rules_are_no_matter_of_drift(begin: Begin) -> None:
    """2 and the report, even if a newer rule rejects the files."""
    project, _ = prepare(begin, CASES["changed-in-buffer"])
    file = project.folder / "buffer.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "policy: {forbidden_words: [live]}\n", encoding="utf-8")
    assert project("plan").code == 1
    ran = project("drift")
    assert (ran.code, ran.err) == (2, "")


def test_what_it_says_to_do_can_be_pasted(project: Project) -> None:
    """The command in a hint works as pasted, even for a channel whose name has a space."""
    details = "metadata: {googlebusiness: {type: whats_new, details_whats_new: {button: none}}}"
    channel = f"{{service: googlebusiness, name: Acme Berlin, posts: [{{key: a, text: A, {details}}}]}}"
    project.write("buffer.yaml", f"version: 1\norganizations: [{{name: Acme, channels: [{channel}]}}]\n")
    assert project.apply().code == 0
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="B")
    (change,) = json.loads(project("drift", "--json").out)["drift"]
    command = shlex.split(re.findall(r"`bufferctl (apply [^`]*)`", change["hint"])[0])
    assert project.apply(*command[1:]).code == 0
    assert [each["text"] for each in project.sandbox.posts()] == ["A"]
