"""Entries move from one root file to another one, and the old one applies before the new one has."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests.cli.conftest import Project, Ran
from tests.conftest import long
from tests.never_twice.files import texts
from tests.stores import git

ROOT = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
max_deletes: 20
include: [{include}]
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
"""
POSTS = "posts:\n" + "".join(
    f"  - {{key: tip-{n}, channels: [twitter], due_at: 2029-12-{10 + n} 09:00, text: Tip number {n}}}\n"
    for n in range(6)
)
ALL = {f"Tip number {n}": 1 for n in range(6)}


@pytest.fixture(params=["beside it", *long("in a folder beside it, in a repository")])
def moved(project: Project, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Project, str]:
    """The posts are scheduled, and their file is in the other root file's folder by now; with the path of that."""
    other = "y.yaml"
    if request.param != "beside it":
        for name, value in git.ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        git.git(project.folder, "init", "--quiet")
        other = "deep/below/y.yaml"
    project.write("buffer.yaml", ROOT.format(include="x/*.yaml"))
    keep = "posts:\n  - {key: keep, channels: [twitter], text: It stays}\n"
    project.write("x/tips.yaml", keep + POSTS.removeprefix("posts:\n"))
    project.apply()
    project.write(other, ROOT.format(include="y/*.yaml"))
    path = project.folder / other
    path.parent.joinpath("y").mkdir()
    path.parent.joinpath("y/tips.yaml").write_text(POSTS, encoding="utf-8")
    project.write("x/tips.yaml", keep)
    return project, other


def apply(project: Project, *arguments: str) -> Ran:
    """Apply without asking."""
    return project("apply", "--auto-approve", "--settle", "0", *arguments)


def test_the_old_one_applies_first(moved: tuple[Project, str]) -> None:
    """It deletes nothing that the other's files declare, asks nothing, and the other one takes all of it over."""
    project, other = moved
    ran = apply(project)
    assert ran.code == 0
    assert f"{other} declares 6 posts" in " ".join(ran.err.split())
    assert texts(project) == ALL | {"It stays": 1}
    for file in (other, "buffer.yaml", other):
        assert apply(project, "-f", file).code == 0
    assert "declares" not in apply(project).err
    path = (project.folder / other).parent / "y/tips.yaml"
    path.write_text(
        POSTS.replace("09:00", "10:00").replace("text: Tip number 5", "text: Tip number 5, cancelled: true")
    )
    assert apply(project, "-f", other).code == 0
    assert apply(project).code == 0
    assert texts(project) == {**{text: 1 for text in ALL if text != "Tip number 5"}, "It stays": 1}


@pytest.mark.parametrize("indent", [None, 1])
def test_the_other_one_is_written_as_json(moved: tuple[Project, str], indent: int | None) -> None:
    """It is a root file in that form of YAML, too, so what its files declare is not deleted."""
    project, other = moved
    path = project.folder / other
    form = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(form, indent=indent, default=datetime.isoformat), encoding="utf-8")
    assert apply(project).code == 0
    assert texts(project) == ALL | {"It stays": 1}


def test_the_other_one_cannot_be_read(moved: tuple[Project, str]) -> None:
    """What its state has is its own, and nobody is asked."""
    project, other = moved
    assert apply(project, "-f", other).code == 0
    project.write(other, "version: [")
    for _ in range(2):
        assert apply(project).code == 0
        assert texts(project) == ALL | {"It stays": 1}


def test_the_other_one_is_not_in_this_checkout(moved: tuple[Project, str]) -> None:
    """What its state has is held, and nothing is deleted; once it is back, all is quiet."""
    project, other = moved
    assert apply(project, "-f", other).code == 0
    text = (project.folder / other).read_text(encoding="utf-8")
    (project.folder / other).unlink()
    assert apply(project).code == 1
    assert texts(project) == ALL | {"It stays": 1}
    assert "--confirm-removed Acme/twitter:acme/tip-5" in " ".join(project("plan").out.split())
    project.write(other, text)
    assert apply(project).code == 0
    assert texts(project) == ALL | {"It stays": 1}


def test_a_person_says_that_it_is_meant(moved: tuple[Project, str]) -> None:
    """Named, what the root file that is gone had is deleted, and nothing else."""
    project, other = moved
    assert apply(project, "-f", other).code == 0
    (project.folder / other).unlink()
    assert apply(project, "--confirm-removed", "Acme/twitter:acme/tip-5").code == 1
    assert texts(project) == {**{text: 1 for text in ALL if text != "Tip number 5"}, "It stays": 1}


GONE = "Acme/twitter:acme/tip-5"


def delete_one(project: Project) -> None:
    """Hours after they were made, a person deletes the last of the posts in Buffer."""
    (post,) = (each for each in project.sandbox.posts() if each["text"] == "Tip number 5")
    project.sandbox.core.clock.advance(hours=2)
    project.sandbox.person.delete_post(post["id"])


@pytest.fixture
def deleted(moved: tuple[Project, str]) -> tuple[Project, str]:
    """A person has deleted the last of the posts before anything was applied since."""
    delete_one(moved[0])
    return moved


@pytest.mark.parametrize("first", [*long("the old one"), "the new one"])
def test_somebody_deleted_a_post_before_its_entry_moved(deleted: tuple[Project, str], first: str) -> None:
    """It is held as deleted, whichever applies first, until a person says to send it again: once."""
    project, other = deleted
    left = {**{text: 1 for text in ALL if text != "Tip number 5"}, "It stays": 1}
    files = ["buffer.yaml", other] if first == "the old one" else [other, "buffer.yaml"]
    for file in files * 2:
        assert apply(project, "-f", file).code == (1 if file == other else 0)
        assert texts(project) == left
    assert f"--recreate {GONE}" in " ".join(project("plan", "-f", other).out.split())
    assert apply(project, "-f", other, "--recreate", GONE).code == 0
    for file in files:
        assert apply(project, "-f", file).code == 0
        assert "No changes" in project("plan", "-f", file).out
    assert texts(project) == ALL | {"It stays": 1}


def test_somebody_deleted_a_post_and_its_moved_entry_is_cancelled(deleted: tuple[Project, str]) -> None:
    """Nothing is asked and nothing is sent, and neither root file has it afterwards."""
    project, other = deleted
    path = (project.folder / other).parent / "y/tips.yaml"
    assert apply(project, "-f", other).code == 1
    path.write_text(POSTS.replace("text: Tip number 5", "text: Tip number 5, cancelled: true"), encoding="utf-8")
    for file in (other, "buffer.yaml"):
        assert apply(project, "-f", file).code == 0
        assert GONE not in project("state", "list", "-f", file).out
    assert texts(project) == {**{text: 1 for text in ALL if text != "Tip number 5"}, "It stays": 1}


def test_somebody_deleted_a_post_that_moved_and_was_renamed(deleted: tuple[Project, str]) -> None:
    """`was` says which post it was, also beside another root file."""
    project, other = deleted
    path = (project.folder / other).parent / "y/tips.yaml"
    path.write_text(POSTS.replace("key: tip-5", "key: last, was: tip-5"), encoding="utf-8")
    for file in ("buffer.yaml", other, "buffer.yaml", other):
        assert apply(project, "-f", file).code == (1 if file == other else 0)
    plan = json.loads(project("plan", "--json", "-f", other).out)
    (held,) = (each for each in plan["changes"] if each["action"] == "hold")
    assert (held["key"], held["reason"]) == ("last", "deleted-in-buffer")


@pytest.mark.parametrize("key", [*long("key: tip-5"), "key: last, was: tip-5"])
def test_somebody_deleted_a_post_and_its_entry_moved_back(moved: tuple[Project, str], key: str) -> None:
    """Held as deleted in its first root file again, also under a new key, until a person says to send it: once."""
    project, other = moved
    path = (project.folder / other).parent / "y/tips.yaml"
    for entry in ("key: tip-5", key):
        path.write_text(POSTS.replace("key: tip-5", entry), encoding="utf-8")
        for file in (other, "buffer.yaml"):
            assert apply(project, "-f", file).code == 0
    delete_one(project)
    assert apply(project, "-f", other).code == 1
    theirs, tip = POSTS.rsplit("  - {key: tip-5", 1)
    path.write_text(theirs, encoding="utf-8")
    keep = "posts:\n  - {key: keep, channels: [twitter], text: It stays}\n"
    project.write("x/tips.yaml", f"{keep}  - {{{key}{tip}")
    for file in ("buffer.yaml", other, "buffer.yaml", other):
        assert apply(project, "-f", file).code == (1 if file == "buffer.yaml" else 0)
    address = GONE.replace("tip-5", "last") if "was" in key else GONE
    assert f"--recreate {address}" in " ".join(project("plan").out.split())
    assert apply(project, "--recreate", address).code == 0
    for file in (other, "buffer.yaml"):
        assert apply(project, "-f", file).code == 0
    assert texts(project) == ALL | {"It stays": 1}


def test_what_another_root_file_has_is_no_candidate(moved: tuple[Project, str]) -> None:
    """With an older state, a deleted and renamed entry is held as deleted; nobody is asked about the other's posts."""
    project, other = moved
    for file in (other, "buffer.yaml"):
        assert apply(project, "-f", file).code == 0
    delete_one(project)
    folder = (project.folder / other).parent
    state = folder / ".bufferctl/y.state.json"
    older = state.read_bytes()
    (folder / "y/tips.yaml").write_text(POSTS.replace("key: tip-5", "key: last, was: tip-5"), encoding="utf-8")
    assert apply(project, "-f", other).code == 1
    state.write_bytes(older)
    plan = json.loads(project("plan", "--json", "-f", other).out)
    (held,) = (each for each in plan["changes"] if each["action"] != "no-op")
    assert (held["key"], held["reason"]) == ("last", "deleted-in-buffer")


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_request_after_the_state_was_restored(project: Project, tmp_path: Path, is_moved: bool) -> None:
    """What a request removes and this older state lacks goes out, and the plan says so, unless it moved to another."""
    project.write("buffer.yaml", ROOT.format(include="x/*.yaml"))
    project.write("x/tips.yaml", "posts: []\n")
    project.apply()
    older = project.state.read_bytes()
    project.write("x/tips.yaml", POSTS)
    project.apply()
    project.state.write_bytes(older)
    base = shutil.copytree(project.folder, tmp_path / "base")
    project.write("x/tips.yaml", "posts: []\n")
    if is_moved:
        project.write("y.yaml", ROOT.format(include="y/*.yaml"))
        project.write("y/tips.yaml", POSTS)
    said = " ".join(project("plan", "--base", str(base), "--data", str(tmp_path / "data")).err.split())
    assert ("were removed from the files, but equal posts that the state does not have" in said) is not is_moved
