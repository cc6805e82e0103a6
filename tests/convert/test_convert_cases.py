"""Every case of tests/cases/convert: the output of `bufferctl convert` in its files, and its use as a file.

`expected.txt` begins with the command. `pytest tests/convert --update` rewrites the rest: look at the diff.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from tests.case_folders import cases_of, lay_out, root_file_of
from tests.cli.conftest import Project, run_in
from tests.conftest import Expect

ROOT = Path(__file__).parents[2]
CASES = cases_of("convert")
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def command_of(case: Path) -> list[str]:
    """The command of a case."""
    line = (case / "expected.txt").read_text(encoding="utf-8").partition("\n")[0]
    return shlex.split(line.removeprefix("$ bufferctl "))


@each_case
def test_case(case: Path, expect: Expect, environment: Path) -> None:
    """YAML goes to stdout and problems to stderr; both, and the exit code, are as recorded."""
    lay_out(case, environment)
    ran = run_in(environment, *command_of(case))
    command = shlex.join(command_of(case))
    expect(case / "expected.txt", f"$ bufferctl {command}\n{ran.err}{ran.out}exit {ran.code}\n")


@pytest.mark.parametrize(
    ("way", "suffixes"),
    [("CSV", [".xlsx", ".xls", ".ods", ".numbers", ".json"]), ("Markdown", [".docx", ".doc", ".odt"])],
)
def test_other_kinds_of_files(environment: Path, way: str, suffixes: list[str]) -> None:
    """The hint says as what to save them."""
    lay_out(CASES["another-kind"], environment)
    for suffix in suffixes:
        (environment / f"posts{suffix}").touch()
        ran = run_in(environment, "convert", f"posts{suffix}", "--channel", "twitter")
        assert (ran.code, f" it as {way}: " in ran.err) == (64, True), ran.err


@each_case
def test_what_comes_out_is_taken(case: Path, project: Project) -> None:
    """The output is valid next to the existing files, formatted, and plan creates each of its posts.

    But rows with one text and time on a channel are an error of validate: only a person can confirm them.
    """
    lay_out(case, project.folder)
    converted = project(*command_of(case), "-o", "posts/converted.yaml")
    if converted.code and "could not be placed" not in converted.err:
        assert not (project.folder / "posts").exists()
        return
    if not (project.folder / "posts").exists():  # nothing could be placed
        return
    validated = project("validate", "posts/converted.yaml")
    if "the same text at the same time" in converted.err:
        assert (validated.code, converted.code) == (1, 0)
        assert validated.out.count("would be published twice") == converted.err.count("the same text at the same time")
        return
    assert validated.code == 0, validated.err
    assert project("fmt", "--check", "posts/converted.yaml").code == 0
    plan = json.loads(project("plan", "--json", "posts/converted.yaml").out)
    planned = [change for change in plan["changes"] if change["place"]["file"] == "posts/converted.yaml"]
    assert planned
    assert {change["action"] for change in planned} <= {"create", "hold"}, plan


@pytest.mark.parametrize(
    ("kind", "number", "name", "said"),
    [
        ("csv", 0, "posts.csv", "Not read: Owner.\n"),
        ("markdown", 0, "document.md", ""),
        ("markdown", 1, "post.md", ""),
    ],
)
def test_the_examples_of_the_page_convert(project: Project, kind: str, number: int, name: str, said: str) -> None:
    """The examples in docs/write/convert.md convert as written."""
    shutil.copy(root_file_of(CASES["markdown"]), project.folder)
    page = (ROOT / "docs" / "write" / "convert.md").read_text(encoding="utf-8")
    example = re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)[number]
    project.write(name, example)
    ran = project("convert", name, "-o", "posts/converted.yaml")
    assert (ran.code, ran.err) == (0, said), ran.err
    assert project("validate").code == 0


@pytest.mark.parametrize(
    ("file", "out", "err"),
    [
        ("posts.csv", "", "not overwritten"),
        (
            "other/new.yaml",
            "Wrote other/new.yaml with 1 post. Next: bufferctl validate\n",
            "does not include other/new",
        ),
        ("posts/new.yaml", "Wrote posts/new.yaml with 1 post. Next: bufferctl validate\n", ""),
    ],
    ids=["there already", "not included", "included"],
)
def test_where_it_is_written(project: Project, file: str, out: str, err: str) -> None:
    """Nothing is overwritten, and a file that the root file does not include is reported."""
    shutil.copy(root_file_of(CASES["markdown"]), project.folder)
    project.write("posts.csv", "Text\nHello\n")
    ran = project("convert", "posts.csv", "--channel", "twitter", "-o", file)
    assert (ran.code, ran.out) == (0 if out else 1, out)
    assert err in ran.err if err else ran.err == ""
