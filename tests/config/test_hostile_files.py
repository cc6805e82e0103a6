"""Files made to hang, leak or slow down the loader. benchmarks/hostile.py measures their cost."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from bufferctl.config import load
from bufferctl.config.read import Source, parse
from bufferctl.limits import MOST_PROBLEMS
from tests.conftest import long

ROOT = """version: 1
timezone: UTC
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
"""
POSTS = "posts:\n  - {key: a, channels: [twitter], text: A}\n"


def messages(folder: Path, more: str = "", file: Path | None = None) -> list[str]:
    """The problems of a root file that ends in `more`."""
    if file is None:
        (folder / "buffer.yaml").write_text(ROOT + more, encoding="utf-8")
    return [f"{problem.place}: {problem.message}" for problem in load(file, folder).diagnostics]


def test_a_pipe_beside_the_root_file_is_not_waited_for(tmp_path: Path) -> None:
    """No problem with a pipe that is not included; an included one is not a regular file."""
    os.mkfifo(tmp_path / "pipe.yaml")
    assert messages(tmp_path, POSTS) == []
    (tmp_path / "posts").mkdir()
    os.mkfifo(tmp_path / "posts/pipe.yaml")
    assert messages(tmp_path, POSTS) == ["posts/pipe.yaml: the file cannot be read: it is not a regular file"]


def test_a_root_file_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    """None of the other file is shown; a link within the folder is fine."""
    (tmp_path / "secret").write_text("BUFFER_API_KEY=hunter2\n", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "buffer.yaml").symlink_to("../secret")
    (problem,) = load(None, project).diagnostics
    assert "link out of the root file" in problem.message
    assert "hunter2" not in repr(problem)
    (project / "inner.yaml").write_text(ROOT, encoding="utf-8")
    (project / "link.yaml").symlink_to("inner.yaml")
    assert messages(project, file=Path("link.yaml")) == []


@pytest.mark.parametrize("folder", [".git", ".GIT"])
def test_git_is_never_read(tmp_path: Path, folder: str) -> None:
    """Neither as a text, nor through a link, nor by `include`."""
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "config").write_text("token = hunter2\n", encoding="utf-8")
    (tmp_path / "link.md").symlink_to(f"{folder}/config")
    for name in (f"{folder}/config", f"./{folder}/config", "link.md"):
        (found,) = messages(tmp_path, f"posts:\n  - {{key: a, channels: [twitter], text_file: {name}}}\n")
        assert "it is one of git's own files" in found
    (found,) = messages(tmp_path, f"include: ['{folder}/*']\n")
    assert "names git's own files" in found


@pytest.mark.parametrize(
    "more",
    [
        "posts:\n" + 2000 * "  - {key: a, channels: [twitter], text: A}\n",
        *long(
            "posts:\n  - key: a\n    channels: [twitter]\n    text: A\n"
            + "".join(f"    u{n}: x\n" for n in range(2000)),
            "posts:\n  - key: a\n    channels: [twitter]\n    text: A\n"
            + "".join(f"    due_at{n}: 2029-12-20\n" for n in range(2000)),
            "posts:\n  - key: a\n    channels: [twitter]\n" + 2000 * "    text: A\n",
            "posts:\n  - {key: a, text: A, channels: [" + ", ".join(f"c{n}" for n in range(2000)) + "]}\n",
            "posts:\n"
            + "".join(f"  - {{key: a{n}, text: A {n}, channels: [twitter], repeat_of: b}}\n" for n in range(2000)),
        ),
    ],
)
def test_of_thousands_of_problems_the_first_are_shown(tmp_path: Path, more: str) -> None:
    """500 per file, after a line that says so."""
    found = messages(tmp_path, more)
    assert len(found) == MOST_PROBLEMS + 1
    assert found[0] == "buffer.yaml: there are more problems in this file; the first 500 are shown"


def test_many_sides_of_a_conflict_that_does_not_end(tmp_path: Path) -> None:
    """Without its last marker it is no conflict, wherever the first ones are."""
    text = "posts:\n  - key: a\n    channels: [twitter]\n    text: |\n      A\n"
    assert (
        "this is an unresolved merge conflict" in messages(tmp_path, f"{text}<<<<<<< HEAD\n=======\n>>>>>>> main\n")[0]
    )
    assert "merge conflict" not in messages(tmp_path, text + 100 * "<<<<<<< HEAD\n")[0]


def test_quotes_that_mend_nothing_are_not_put_again_and_again(tmp_path: Path) -> None:
    """Its two slips in less than 10 MB; each more pair of quotes would double the backslashes inside, up to 10 GB."""
    (tmp_path / "buffer.yaml").write_text("version: 1\ntimezo%Y: A\n    channels:\n   \\ a}\n      - \\e: b}\n")
    tracemalloc.start()
    found = load(None, tmp_path).diagnostics
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [problem.place.line for problem in found if problem.place] == [3, 5]
    assert most < 10_000_000


def test_a_version_that_yaml_does_not_have(tmp_path: Path) -> None:
    """A message at the start of the file, since the parser raises its own kind of error."""
    (tmp_path / "buffer.yaml").write_text(f"%YAML 1.21\n---\n{ROOT}", encoding="utf-8")
    (problem,) = load(None, tmp_path).diagnostics
    assert "instruction to YAML" in problem.message


@pytest.mark.parametrize(("mends", "lines"), [(0, [1]), (1, [1, 2]), (2, [1, 2])])
def test_a_file_is_read_again_only_to_find_more(tmp_path: Path, mends: int, lines: list[int]) -> None:
    """Without mends the first slip ends the reading; after one of two, the second ends it."""
    tree, problems = parse(Source("a.yaml", "text: a: b\ntitle: c: d\nkey: e\n", tmp_path), mends=mends)
    assert [each.place.line for each in problems if each.place] == lines
    assert (tree.data is not None) == (mends > 1)
