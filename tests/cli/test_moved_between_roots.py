"""Entries that move from one root file to another; each root file has its own state."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.stores import git

HEAD = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
{state}organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
"""
LAUNCH = "          - {key: launch, due_at: 2029-12-20 09:00, text: We are live}\n"
TEASER = "          - {key: teaser, due_at: 2029-12-18 09:00, text: Soon}\n"
NEWS = "          - {key: news, due_at: 2029-12-19 09:00, text: News}\n"


@pytest.fixture
def shared(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The setting for a state on a branch of a remote, which is there."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    git.git(project.folder, "init", "--quiet")
    git.git(project.folder, "remote", "add", "origin", str(git.remote(tmp_path / "remote.git")))
    return "state: git\n"


def texts(project: Project) -> list[str]:
    """The texts in Buffer."""
    found = [post["text"] for organization in project.sandbox.dump()["organizations"] for post in organization["posts"]]
    return sorted(found)


def apply(project: Project, root: str) -> tuple[int, str]:
    """Apply one root file."""
    ran = project("apply", "--file", root, "--auto-approve", "--settle", "0")
    return ran.code, " ".join(ran.out.split())


@pytest.mark.parametrize(
    ("one", "other", "is_shared"),
    [
        ("acme/buffer.yaml", "blog/buffer.yaml", True),
        *long(
            ("buffer.yaml", "blog.yaml", False),
            ("buffer.yaml", "blog.yaml", True),
            ("acme/buffer.yaml", "blog/buffer.yaml", False),
        ),
    ],
)
def test_where_the_new_root_file_is_applied_first(
    project: Project, shared: str, one: str, other: str, *, is_shared: bool
) -> None:
    """The post stays: already there for one, no longer tracked by the other, whose next plan is empty."""
    head = HEAD.format(state=shared if is_shared else "")
    project.write(one, head + LAUNCH + TEASER)
    project.write(other, head + NEWS)
    assert (apply(project, one)[0], apply(project, other)[0]) == (0, 0)
    before = texts(project)
    assert "We are live" in before
    project.write(one, head + TEASER)
    project.write(other, head + NEWS + LAUNCH)
    assert apply(project, other)[0] == 0
    code, out = apply(project, one)
    assert (code, texts(project)) == (0, before)
    assert "buffer.yaml declares it now, so it stays in Buffer" in out or "blog.yaml declares it now" in out
    for root in (one, other):
        assert project("plan", "--file", root, "--detailed-exitcode").code == 0
    project.write(other, head + NEWS)
    assert apply(project, other)[0] == 0
    assert "We are live" not in texts(project)


def test_a_copy_of_the_project_claims_nothing(project: Project) -> None:
    """Its state has the same lineage: what is removed here is deleted."""
    project.write("acme/buffer.yaml", HEAD.format(state="") + LAUNCH + TEASER)
    apply(project, "acme/buffer.yaml")
    shutil.copytree(project.folder / "acme", project.folder / "copy")
    project.write("acme/buffer.yaml", HEAD.format(state="") + TEASER)
    assert apply(project, "acme/buffer.yaml")[0] == 0
    assert "We are live" not in texts(project)


def test_a_root_file_that_is_gone_claims_nothing(project: Project, shared: str) -> None:
    """Its folder was renamed, and its document stays on the branch: what is removed here is deleted."""
    head = HEAD.format(state=shared)
    project.write("acme/buffer.yaml", head + LAUNCH + TEASER)
    git.git(project.folder, "add", "--all", ".")
    git.git(project.folder, "commit", "--quiet", "--message", "Begin")
    assert apply(project, "acme/buffer.yaml")[0] == 0
    (project.folder / "acme").rename(project.folder / "brand")
    git.git(project.folder, "add", "--all", ".")
    assert apply(project, "brand/buffer.yaml")[0] == 0
    project.write("brand/buffer.yaml", head + TEASER)
    assert apply(project, "brand/buffer.yaml")[0] == 0
    assert "We are live" not in texts(project)


@pytest.mark.parametrize("is_shared", [False, *long(True)])
def test_a_move_that_is_reverted_after_publication(project: Project, shared: str, *, is_shared: bool) -> None:
    """Done: the root file that had it first still has its state."""
    head = HEAD.format(state=shared if is_shared else "")
    queued = "          - {key: tip, text: A tip}\n"
    project.write("buffer.yaml", head + queued + TEASER)
    project.write("blog.yaml", head + NEWS)
    assert (apply(project, "buffer.yaml")[0], apply(project, "blog.yaml")[0]) == (0, 0)
    project.write("buffer.yaml", head + TEASER)
    project.write("blog.yaml", head + NEWS + queued)
    assert (apply(project, "blog.yaml")[0], apply(project, "buffer.yaml")[0]) == (0, 0)
    project.sandbox.clock.advance(days=3)
    assert (apply(project, "blog.yaml")[0], apply(project, "buffer.yaml")[0]) == (0, 0)
    project.write("buffer.yaml", head + queued + TEASER)
    project.write("blog.yaml", head + NEWS)
    assert (apply(project, "buffer.yaml")[0], apply(project, "blog.yaml")[0]) == (0, 0)
    assert texts(project).count("A tip") == 1


@pytest.mark.parametrize(("is_shared", "in_files"), [(True, False), *long((False, False), (False, True))])
def test_a_move_with_an_edit_is_held(project: Project, shared: str, *, is_shared: bool, in_files: bool) -> None:
    """The post is known beside it; `import` or `existing` says that it is the same, a published one asks nothing."""
    head = HEAD.format(state=shared if is_shared else "")
    project.write("buffer.yaml", head + LAUNCH + TEASER)
    project.write("blog.yaml", head + NEWS)
    assert apply(project, "buffer.yaml")[0] == 0
    project.sandbox.clock.advance(minutes=5)  # so that the horizon of blog.yaml is past these posts
    assert apply(project, "blog.yaml")[0] == 0
    project.sandbox.clock.advance(days=16)
    assert apply(project, "buffer.yaml")[0] == 0
    project.write("buffer.yaml", head)
    project.write("blog.yaml", head + NEWS + (LAUNCH + TEASER).replace("text: ", "text: Look! "))
    code, out = apply(project, "blog.yaml")
    assert (code, out.count("buffer.yaml has a post with this key")) == (1, 1), out
    assert "= teaser X, already there" in out
    assert len(texts(project)) == 3
    launch = next(post for post in project.sandbox.posts() if post["text"] == "We are live")
    if in_files:
        assert f"`existing: {{twitter: {launch['id']}}}`" in out
        moved = (LAUNCH.replace("text:", f"existing: {launch['id']}, text:") + TEASER).replace("text: ", "text: Look! ")
        project.write("blog.yaml", head + NEWS + moved)
    else:
        assert project("import", "--file", "blog.yaml", "Acme/twitter:acme/launch", launch["id"]).code == 0
    assert project("plan", "--file", "blog.yaml").planned == ["~ launch"]


@pytest.mark.parametrize("stays", [True, *long(False)], ids=["in both", "in the new one"])
def test_where_both_are_intended(project: Project, *, stays: bool) -> None:
    """`repeat_of` names the earlier post; that one goes out while its own file has it, and goes like any other."""
    head = HEAD.format(state="")
    project.write("buffer.yaml", head + LAUNCH + TEASER)
    project.write("blog.yaml", head + NEWS)
    assert apply(project, "buffer.yaml")[0] == 0
    project.sandbox.clock.advance(minutes=5)  # so that the horizon of blog.yaml is past these posts
    assert apply(project, "blog.yaml")[0] == 0
    project.write("buffer.yaml", head + TEASER)
    edited = LAUNCH.replace("We are", "Look! We are")
    project.write("blog.yaml", head + NEWS + edited)
    out = " ".join(project("plan", "--file", "blog.yaml").out.split())
    answer = re.search(r"If both are intended, add `(repeat_of: [^`]+)` and keep the entry in buffer\.yaml\.", out)
    assert answer, out
    project.write("blog.yaml", head + NEWS + edited.replace("}", f", {answer[1]}}}"))
    if stays:
        project.write("buffer.yaml", head + LAUNCH + TEASER)
    assert apply(project, "blog.yaml")[0] == 0
    assert apply(project, "buffer.yaml")[0] == 0
    assert texts(project) == ["Look! We are live", "News", "Soon", *(["We are live"] if stays else [])]
    for root in ("buffer.yaml", "blog.yaml"):
        ran = project("plan", "--file", root, "--detailed-exitcode")
        assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("is_shared", [False, *long(True)])
def test_a_move_with_a_new_key_and_an_edit_is_held(project: Project, shared: str, *, is_shared: bool) -> None:
    """The post of the other root file has its time."""
    head = HEAD.format(state=shared if is_shared else "")
    project.write("buffer.yaml", head + LAUNCH + TEASER)
    project.write("blog.yaml", head + NEWS)
    assert (apply(project, "buffer.yaml")[0], apply(project, "blog.yaml")[0]) == (0, 0)
    project.write("buffer.yaml", head + TEASER)
    project.write("blog.yaml", head + NEWS + LAUNCH.replace("launch,", "start, was: launch,").replace("We", "Now we"))
    code, out = apply(project, "blog.yaml")
    assert (code, "so it may be there already" in out) == (1, True), out
    assert len(texts(project)) == 3


def test_where_both_declare_it(project: Project, shared: str) -> None:
    """An equal entry is already there, and the plan names the other project; removed again, the post stays."""
    head = HEAD.format(state=shared)
    project.write("acme/buffer.yaml", head + LAUNCH)
    project.write("acme/blog.yaml", head + LAUNCH + NEWS)
    assert apply(project, "acme/buffer.yaml")[0] == 0
    code, out = apply(project, "acme/blog.yaml")
    assert (code, "already there" in out, "buffer.yaml manages it too." in out) == (0, True, True), out
    assert "lost" not in out
    project.write("acme/blog.yaml", head + NEWS)
    assert "buffer.yaml declares it now" in apply(project, "acme/blog.yaml")[1]
    assert texts(project) == ["News", "We are live"]


CAMPAIGN = """\
          - key: tip
            due_at: 2029-12-04 09:00
            repeat: {every: 1 week, times: 4, each: {2: {text: Two}, 3: {text: Three}, 4: {text: Four}}}
            text: One
          - {key: queued, text: In the queue}
"""


@pytest.mark.parametrize("is_shared", [False, *long(True)])
def test_a_half_published_campaign_asks_nothing(project: Project, shared: str, *, is_shared: bool) -> None:
    """Exit 0 and nothing sent, also where a published post is edited on the way; each post stays what it was."""
    head = HEAD.format(state=shared if is_shared else "")
    project.write("buffer.yaml", head + CAMPAIGN + LAUNCH)
    project.write("blog.yaml", head + NEWS)
    assert (apply(project, "buffer.yaml")[0], apply(project, "blog.yaml")[0]) == (0, 0)
    project.sandbox.clock.advance(days=9)
    assert (apply(project, "buffer.yaml")[0], apply(project, "blog.yaml")[0]) == (0, 0)
    before = texts(project)
    project.write("buffer.yaml", head + LAUNCH)
    project.write("blog.yaml", head + NEWS + CAMPAIGN.replace("Two", "The second"))
    code, out = apply(project, "blog.yaml")
    assert (code, texts(project)) == (0, before), out
    assert apply(project, "buffer.yaml")[0] == 0
    assert texts(project) == before
    for root in ("buffer.yaml", "blog.yaml"):
        assert project("plan", "--file", root, "--detailed-exitcode").code == 0


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_post_of_another_root_file_is_not_called_nobodys(project: Project, shared: str, *, is_shared: bool) -> None:
    """It is declared there, so a first apply says nothing of it, neither before nor after it sent its own."""
    for root, entry in (("buffer.yaml", LAUNCH), ("blog.yaml", NEWS)):
        project.write(root, HEAD.format(state=shared if is_shared else "") + entry)
        ran = project("apply", "--file", root, "--auto-approve", "--settle", "0")
        assert (ran.code, "no file declares" in ran.err) == (0, False)
