"""The pieces by themselves: comments that nothing breaks out of, the token's way, the branch that state is on."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]  # it comes without types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.branch import StateBranch, StateError
from ci.comments import fenced, marked, marker
from ci.forge import first_parents, from_environment
from ci.http import Api, ForgeError
from tests.ci.forges import Asked, Elsewhere, RefusalError, Repository, Served


@given(st.text())
def test_nothing_breaks_out_of_a_block(text: str) -> None:
    """Whatever the text is, a comment with it is one block of code, as GitHub's parser reads it."""
    html = cmarkgfm.github_flavored_markdown_to_html(f"{fenced(text)}\n\nend\n")
    assert html.startswith('<pre lang="text"><code>')
    assert html.endswith("</code></pre>\n<p>end</p>\n")
    assert html.count("<pre") == 1


@pytest.mark.parametrize("directory", ["north", "a/b c", "--> <script>", "x-->", "a--b", "ä"])
def test_a_marker_is_one_hidden_line(directory: str) -> None:
    """Whatever the folder is called, it is a comment that nothing in it ends."""
    first = marker("plan", directory)
    assert first.startswith("<!-- bufferctl:plan ")
    assert first.count("--") == 2
    assert ">" not in first[:-1]


def test_a_report_keeps_one_marker() -> None:
    """Its own gives way to that of its folder."""
    assert marked(marker("plan", "north"), "<!-- bufferctl:plan -->\nText\n") == "<!-- bufferctl:plan north -->\nText\n"


def test_the_line_of_a_branch_leaves_out_what_was_merged_in() -> None:
    """Of a merge its first parent is the branch."""
    parents = {"m2": ["m1", "b"], "b": ["a"], "a": ["m0"], "m1": ["m0"]}
    assert first_parents(parents, "m2") == ["m1", "m2"]


def test_no_forge() -> None:
    """Said in words."""
    with pytest.raises(ForgeError, match="neither in GitHub Actions nor in GitLab CI"):
        from_environment({})


@pytest.fixture
def served() -> Iterator[Served]:
    """A server that answers as each path says."""

    def answer(asked: Asked) -> Any:
        match asked.path:
            case "/away":
                return Elsewhere(f"{other.url}/there")
            case "/html":
                return b"<html>"
            case "/gone":
                raise RefusalError(404, "Not\n Found")
        return asked.query

    with Served(lambda asked: repr(asked.headers.get("authorization")).encode()) as other, Served(answer) as server:
        yield server


def test_the_token_goes_to_the_api_alone(served: Served) -> None:
    """Where an answer leads elsewhere, it stays behind."""
    api = Api(served.url, {"Authorization": "Bearer secret"})
    assert api.download("away") == b"None"
    assert served.asked[0].headers["authorization"] == "Bearer secret"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("html", r"GET html: the answer is not JSON"),
        ("gone", r"GET /gone: HTTP 404 Not Found"),
        ("away", r"GET away leads elsewhere \(HTTP 302\)"),
    ],
)
def test_what_the_forge_refuses_is_said(served: Served, path: str, said: str) -> None:
    """In one line."""
    with pytest.raises(ForgeError, match=said):
        Api(served.url, {}).get(path)


def test_a_forge_out_of_reach() -> None:
    """Said in one line too."""
    with pytest.raises(ForgeError, match=r"GET /x: .*refused"):
        Api("http://127.0.0.1:1", {}).get("x")


@pytest.fixture
def remote(tmp_path: Path) -> dict[str, str]:
    """An empty repository on a forge, as the environment of a run tells it."""
    Repository(tmp_path / "acme" / "posts")
    return {"GITHUB_SERVER_URL": f"file://{tmp_path}", "GITHUB_REPOSITORY": "acme/posts", "GITHUB_TOKEN": "t"}


def machine(tmp_path: Path, remote: dict[str, str], name: str, directory: str = ".") -> StateBranch:
    """A machine that has fetched the branch."""
    branch = StateBranch("bufferctl-state", tmp_path / name, directory, remote)
    branch.restore()
    return branch


def test_state_and_journal_travel_but_not_locks(tmp_path: Path, remote: dict[str, str]) -> None:
    """What one machine saves another restores, whole."""
    one = machine(tmp_path, remote, "one")
    (one.folder / "state.json").write_text("{}")
    (one.folder / "bufferctl" / "12").mkdir(parents=True)
    (one.folder / "bufferctl" / "12" / "org.journal").write_text("intent")
    (one.folder / "bufferctl" / "12.lock").write_text("mine")
    (one.folder / "bufferctl" / "12.holder").write_text("mine")
    one.save("Apply")
    two = machine(tmp_path, remote, "two")
    found = {str(path.relative_to(two.folder)) for path in two.folder.rglob("*") if path.is_file()}
    assert {name for name in found if not name.startswith(".git/")} == {"state.json", "bufferctl/12/org.journal"}


def test_what_is_gone_goes(tmp_path: Path, remote: dict[str, str]) -> None:
    """A journal that was settled is no longer on the branch."""
    one = machine(tmp_path, remote, "one")
    (one.folder / "org.journal").write_text("intent")
    (one.folder / "state.json").write_text("{}")
    one.save("Apply")
    two = machine(tmp_path, remote, "two")
    (two.folder / "org.journal").unlink()
    two.save("Apply")
    assert not (machine(tmp_path, remote, "three").folder / "org.journal").exists()


def test_nothing_new_is_no_commit(tmp_path: Path, remote: dict[str, str]) -> None:
    """A run that changed nothing leaves the branch alone, or away."""
    machine(tmp_path, remote, "one").save("Apply")
    command = ["git", "-C", str(tmp_path / "acme" / "posts"), "branch"]
    assert subprocess.run(command, capture_output=True, check=True).stdout == b""


def test_runs_of_different_folders_do_not_hinder_each_other(tmp_path: Path, remote: dict[str, str]) -> None:
    """Each saves on top of the other."""
    north, south = (machine(tmp_path, remote, name, name) for name in ("north", "south"))
    for each in (north, south):
        (each.folder / "state.json").write_text(each.folder.name)
        each.save("Apply")
    both = machine(tmp_path, remote, "both")
    assert (both.folder / "north" / "state.json").read_text() == "north"
    assert (both.folder / "south" / "state.json").read_text() == "south"


@pytest.mark.parametrize("known", [True, False], ids=["with a branch", "without one yet"])
def test_a_run_is_never_overwritten(tmp_path: Path, remote: dict[str, str], known: bool) -> None:
    """Two machines at once: the second is told, and the first's state stays."""
    if known:
        zero = machine(tmp_path, remote, "zero")
        (zero.folder / "state.json").write_text("0")
        zero.save("Apply")
    one, two = machine(tmp_path, remote, "one"), machine(tmp_path, remote, "two")
    (one.folder / "state.json").write_text("1")
    (two.folder / "state.json").write_text("2")
    one.save("Apply")
    with pytest.raises(StateError, match="another run changed"):
        two.save("Apply")
    assert (machine(tmp_path, remote, "three").folder / "state.json").read_text() == "1"


def test_a_remote_that_is_not_there(tmp_path: Path, remote: dict[str, str]) -> None:
    """Not taken for one without state, which would lead to adoption of everything."""
    with pytest.raises(StateError, match="cannot be looked for"):
        machine(tmp_path, {**remote, "GITHUB_REPOSITORY": "acme/elsewhere"}, "one")


def test_the_token_is_in_no_file(tmp_path: Path, remote: dict[str, str]) -> None:
    """Nothing below the machine's folder holds it, in whatever form."""
    branch = machine(tmp_path, {**remote, "GITHUB_TOKEN": "ghs_secret-of-mine"}, "one")
    (branch.folder / "state.json").write_text("{}")
    branch.save("Apply")
    for path in (tmp_path / "one").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"ghs_secret" not in data
            assert b"eC1hY2Nlc3MtdG9rZW4" not in data  # "x-access-token", as Basic has it
