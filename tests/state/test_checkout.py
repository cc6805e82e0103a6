"""A checkout and the commit that was applied last: which is newer, what each changed, deleted and renamed."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from bufferctl.errors import StateError
from bufferctl.git import git as run_git
from bufferctl.state.checkout import (
    Relation,
    contained,
    deleted_before,
    deleted_since,
    head,
    outdated_files,
    relation,
    renamed_since,
    text_before,
)
from tests.stores.git import ENVIRONMENT, git

LONG = "".join(f"line {number}\n" for number in range(30))


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


def commit(folder: Path, files: dict[str, str | None]) -> str:
    """Commit files with these texts, without those that are None; the commit's id."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8") if text is not None else path.unlink()
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Edit")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a first commit, whose origin has nothing yet."""
    folder = tmp_path / "project"
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(tmp_path, "init", "--quiet", "project")
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    commit(folder, {"posts/a.yaml": "a: 1\n", "posts/b.yaml": LONG, "other.yaml": "o: 1\n"})
    return folder


def shallow(tmp_path: Path, name: str, commit_id: str, depth: int = 1) -> Path:
    """A checkout of a commit of the origin with so much history."""
    folder = tmp_path / name
    git(tmp_path, "init", "--quiet", name)
    git(folder, "remote", "add", "origin", str(tmp_path / "origin.git"))
    git(folder, "fetch", "--quiet", "--depth", str(depth), "origin", commit_id)
    git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    return folder


def test_the_checked_out_commit(project: Path, tmp_path: Path) -> None:
    """Its id, also from a folder below; none outside a repository."""
    assert head(project) == head(project / "posts") == git(project, "rev-parse", "HEAD")
    assert head(tmp_path) == ""


@pytest.mark.parametrize("error", [FileNotFoundError(2, "no git"), subprocess.TimeoutExpired("git", 60)])
def test_without_an_answer_of_git_nothing_is_known(
    project: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Where it is not installed, or hangs: no commit is checked out, and how it relates is unknown."""
    here = head(project)

    def hang(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(subprocess.Popen, "communicate", hang)
    assert head(project) == ""
    assert contained(project, [here]) == frozenset()


@dataclass(frozen=True)
class Parted:
    """A repository with two commits after the first, neither of which has the other; `third` is checked out."""

    folder: Path
    first: str
    second: str
    third: str
    nobodys: str = "1" * 40


@pytest.fixture
def parted(project: Path) -> Parted:
    """Both change one file."""
    first = git(project, "rev-parse", "HEAD")
    second = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "checkout", "--quiet", "--detach", first)
    return Parted(project, first, second, commit(project, {"posts/a.yaml": "a: 3\n"}))


@pytest.mark.parametrize(
    ("here", "applied", "expected"),
    [
        ("first", "first", Relation.SAME),
        ("second", "first", Relation.NEWER),
        ("first", "second", Relation.OLDER),
        ("third", "second", Relation.DIVERGED),
        ("third", "nobodys", Relation.UNKNOWN),
    ],
)
def test_how_commits_relate(parted: Parted, here: str, applied: str, expected: Relation) -> None:
    """The same, newer, older, parted; and unknown where nobody has the other one."""
    commits = getattr(parted, here), getattr(parted, applied)
    assert relation(parted.folder, *commits, remote="origin") is expected


def test_commits_with_nothing_in_common_diverged(parted: Parted) -> None:
    """As those of a branch without a parent."""
    git(parted.folder, "checkout", "--quiet", "--orphan", "apart")
    apart = commit(parted.folder, {"posts/a.yaml": "a: 4\n"})
    assert relation(parted.folder, apart, parted.second, remote="origin") is Relation.DIVERGED


def test_which_commits_a_checkout_contains(parted: Parted) -> None:
    """Its own and those before it; none of none."""
    each = [parted.first, parted.second, parted.third, parted.nobodys]
    assert contained(parted.folder, each) == {parted.first, parted.third}
    assert contained(parted.folder, []) == frozenset()


def test_what_a_shallow_checkout_lacks_is_fetched(project: Path, tmp_path: Path) -> None:
    """A newer commit and an older one; nothing else moves."""
    first = git(project, "rev-parse", "HEAD")
    second = commit(project, {"posts/a.yaml": "a: 2\n"})
    third = commit(project, {"posts/a.yaml": "a: 3\n"})
    git(project, "push", "--quiet", "origin", "HEAD:main")
    for here, applied, expected in ((third, first, Relation.NEWER), (second, third, Relation.OLDER)):
        folder = shallow(tmp_path, expected.value, here)
        assert relation(folder, here, applied, remote="origin") is expected
        assert head(folder) == here
        assert relation(folder, here, "1" * 40, remote="origin") is Relation.UNKNOWN
    assert relation(project, first, "1" * 40, remote="nowhere") is Relation.UNKNOWN


def test_a_commit_that_was_not_pulled_is_fetched_alone(project: Path, tmp_path: Path) -> None:
    """No branch moves, no tag comes with it, and what the user fetched last stays what it was."""
    first = git(project, "rev-parse", "HEAD")
    newer = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "tag", "v1")
    git(project, "push", "--quiet", "origin", "HEAD:main", "v1")
    folder = shallow(tmp_path, "behind", first, depth=9)
    assert git(folder, "rev-parse", "--is-shallow-repository") == "false"
    before = (folder / ".git" / "FETCH_HEAD").read_text(encoding="utf-8")
    assert relation(folder, first, newer, remote="origin") is Relation.OLDER
    assert git(folder, "for-each-ref") == ""
    assert (folder / ".git" / "FETCH_HEAD").read_text(encoding="utf-8") == before


def test_commits_that_parted_in_a_shallow_checkout(project: Path, tmp_path: Path) -> None:
    """Where they did is there, so nothing need be fetched."""
    commit(project, {"posts/a.yaml": "a: 2\n"})
    second = commit(project, {"posts/a.yaml": "a: 3\n"})
    git(project, "push", "--quiet", "origin", "HEAD:main")
    folder = shallow(tmp_path, "two", second, depth=2)
    git(folder, "checkout", "--quiet", "--detach", "HEAD~1")
    third = commit(folder, {"posts/a.yaml": "a: 4\n"})
    assert relation(folder, third, second, remote="nowhere") is Relation.DIVERGED


def test_by_how_much_a_shallow_checkout_is_deepened(project: Path, tmp_path: Path) -> None:
    """By fifty commits more than it has, from where its history ends: of five, the 59th is found, the 60th is not."""
    made = "commit refs/heads/long\ncommitter Ann <ann@acme.example> 1 +0000\ndata 4\nEdit\n"
    git(project, "fast-import", "--quiet", given=made * 60)
    git(project, "push", "--quiet", "origin", "long")
    commits = git(project, "rev-list", "long").splitlines()
    for number, expected in ((58, Relation.NEWER), (59, Relation.UNKNOWN)):
        folder = shallow(tmp_path, str(number), commits[0], depth=5)
        assert relation(folder, commits[0], commits[number], remote="origin") is expected


def test_what_was_deleted_since(project: Path) -> None:
    """By a commit, below the folder; what was moved, or only a merge lost, was not."""
    first = git(project, "rev-parse", "HEAD")
    posts = project / "posts"
    commit(project, {"posts/a.yaml": None, "other.yaml": None, "posts/b.yaml": None, "posts/c.yaml": LONG})
    names = ["a.yaml", "b.yaml", "c.yaml", "other.yaml"]
    git(project, "config", "diff.renames", "false")
    assert deleted_since(posts, first, names, remote="origin") == {"a.yaml"}
    assert deleted_since(project, first, ["other.yaml"], remote="origin") == {"other.yaml"}
    assert deleted_since(posts, "", names, remote="origin") == frozenset()
    assert deleted_since(posts, first, [], remote="origin") == frozenset()


def test_files_that_were_moved_and_edited_are_not_deleted(project: Path) -> None:
    """However many the user has git compare at most."""
    texts = {f"posts/{name}.yaml": LONG.replace("line", name) for name in ("first", "second")}
    first = commit(project, dict(texts))
    git(project, "config", "diff.renameLimit", "1")
    moved = {name.replace("posts/", "old/of-"): f"{text}edited\n" for name, text in texts.items()}
    commit(project, {**dict.fromkeys(texts), **moved})
    assert deleted_since(project, first, texts, remote="origin") == frozenset()


def test_what_was_deleted_before(project: Path) -> None:
    """Between the commit that wrote a post and the one applied last, unless the latter has the file again."""
    first = git(project, "rev-parse", "HEAD")
    commit(project, {"posts/a.yaml": None, "other.yaml": None})
    applied = commit(project, {"other.yaml": "o: 3\n"})
    commit(project, {"other.yaml": None})
    names = ["posts/a.yaml", "other.yaml"]
    assert deleted_before(project, first, applied, names, remote="origin") == {"posts/a.yaml"}
    assert deleted_before(project / "posts", first, applied, ["a.yaml"], remote="origin") == {"a.yaml"}
    for written, last, files in (("", applied, names), (first, "", names), (first, applied, []), (first, first, names)):
        assert deleted_before(project, written, last, files, remote="origin") == frozenset()


def test_what_a_merge_brought_back_in_a_clone_without_trees(project: Path, tmp_path: Path) -> None:
    """It was not deleted before, though git has to fetch what the merge has to see that."""
    first = git(project, "rev-parse", "HEAD")
    gone = commit(project, {"posts/a.yaml": None})
    tree = f"{commit(project, {'posts/a.yaml': 'a: 9'})}^{{tree}}"
    back = git(project, "commit-tree", "-p", gone, "-p", first, "-m", "Back", tree)
    git(project, "push", "--quiet", "origin", f"{back}:refs/heads/main")
    git(tmp_path / "origin.git", "config", "uploadpack.allowFilter", "true")
    address = f"file://{tmp_path}/origin.git"
    git(tmp_path, "clone", "--quiet", "--no-checkout", "--branch", "main", "--filter=tree:0", address, "partial")
    names = ["posts/a.yaml"]
    assert deleted_before(tmp_path / "partial", first, back, names, remote="origin") == frozenset()


def test_what_only_a_merge_lost(project: Path) -> None:
    """It was there on both sides, and no commit says that somebody meant to delete it."""
    first = git(project, "rev-parse", "HEAD")
    commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "checkout", "--quiet", "-b", "other", first)
    commit(project, {"posts/c.yaml": "c: 1\n"})
    git(project, "merge", "--quiet", "--no-commit", "--no-ff", "@{-1}")
    commit(project, {"other.yaml": None})
    assert deleted_since(project, first, ["other.yaml"], remote="origin") == frozenset()


def test_what_a_shallow_checkout_deleted(project: Path, tmp_path: Path) -> None:
    """The history is fetched first: its oldest commit has no parent here."""
    first = git(project, "rev-parse", "HEAD")
    commit(project, {"posts/a.yaml": None})
    last = commit(project, {"other.yaml": "o: 2\n"})
    git(project, "push", "--quiet", "origin", "HEAD:main")
    folder = shallow(tmp_path, "shallow", last)
    assert deleted_since(folder, first, ["posts/a.yaml"], remote="origin") == {"posts/a.yaml"}


def test_what_the_other_commit_changed(project: Path) -> None:
    """Files that are here as they were when the two parted, and what they said then; none where it is contained."""
    base = commit(project, {"posts/d.yaml": "d: 1\n"})
    git(project, "config", "diff.external", "false")
    git(project, "config", "diff.renames", "true")
    edits = {"posts/a.yaml": "a: 2\n", "posts/b.yaml": "b: 2\n", "posts/d.yaml": None, "other.yaml": "o: 2\n"}
    applied = commit(project, edits)
    git(project, "checkout", "--quiet", "--detach", base)
    commit(project, {"posts/b.yaml": "b: 3\n"})
    posts = project / "posts"
    assert outdated_files(posts, applied, remote="origin") == {"a.yaml", "d.yaml"}
    assert outdated_files(project, applied, remote="origin") == {"posts/a.yaml", "posts/d.yaml", "other.yaml"}
    said = text_before(posts, applied, remote="origin")
    assert all(line in said.splitlines() for line in ("a: 1", "d: 1", "line 29"))
    assert not {"a: 2", "b: 2", "o: 1"} & set(said.splitlines())
    for contained_here in (base, ""):
        assert outdated_files(posts, contained_here, remote="origin") == frozenset()
        assert text_before(posts, contained_here, remote="origin") == ""
    assert outdated_files(posts, "1" * 40, remote="origin") == frozenset()


def test_what_a_file_said_is_there_as_a_whole(project: Path) -> None:
    """Though one line of many changed, or it was only moved."""
    base = git(project, "rev-parse", "HEAD")
    git(project, "config", "diff.renames", "true")
    edited = commit(project, {"posts/b.yaml": LONG.replace("line 3\n", "line three\n")})
    git(project, "checkout", "--quiet", "--detach", base)
    git(project, "mv", "posts/b.yaml", "posts/c.yaml")
    moved = commit(project, {})
    git(project, "checkout", "--quiet", "--detach", base)
    for applied in (edited, moved):
        assert LONG.strip() in text_before(project, applied, remote="origin")
        assert "posts/b.yaml" in outdated_files(project, applied, remote="origin")


@pytest.mark.parametrize(
    ("attributes", "settings"),
    [
        ("diff=posts", ("diff.posts.textconv=wc -c", "color.diff=always", "color.ui=always")),
        ("binary", ("core.bigFileThreshold=1",)),
        ("-diff", ("diff.orderFile=nowhere", "diff.algorithm=of-a-newer-git")),
    ],
)
def test_what_a_file_said_is_read_as_git_keeps_it(project: Path, attributes: str, settings: tuple[str, ...]) -> None:
    """However people have git show files of a kind, or not: else a key that was there is not found."""
    base = commit(project, {".gitattributes": f"*.yaml {attributes}\n"})
    applied = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "checkout", "--quiet", "--detach", base)
    for setting in settings:
        git(project, "config", *setting.split("=", 1))
    assert "a: 1" in text_before(project, applied, remote="origin").splitlines()
    assert outdated_files(project, applied, remote="origin") == {"posts/a.yaml"}


def test_what_a_file_said_is_what_a_checkout_has(project: Path) -> None:
    """Where git keeps it in another form, such as encrypted: its own filter for the file makes text of it."""
    git(project, "config", "filter.secret.clean", "tr a-z b-za")
    git(project, "config", "filter.secret.smudge", "tr b-za a-z")
    base = commit(project, {".gitattributes": "*.yaml filter=secret\n", "posts/a.yaml": "key: one\n"})
    assert git(project, "show", "HEAD:posts/a.yaml") == "lfz: pof"
    applied = commit(project, {"posts/a.yaml": "key: two\n"})
    git(project, "checkout", "--quiet", "--detach", base)
    for folder in (project, project / "posts"):
        assert "key: one" in text_before(folder, applied, remote="origin").splitlines()


@pytest.mark.parametrize("left_out", ["blob:none", "tree:0"])
def test_what_a_partial_clone_lacks_is_fetched(project: Path, tmp_path: Path, left_out: str) -> None:
    """What the files said when the two parted, though it was never checked out here."""
    base = git(project, "rev-parse", "HEAD")
    applied = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "checkout", "--quiet", "--detach", base)
    branch = commit(project, {"posts/a.yaml": "a: 3\n"})
    git(project, "push", "--quiet", "origin", f"{applied}:refs/heads/main", f"{branch}:refs/heads/branch")
    git(tmp_path / "origin.git", "config", "uploadpack.allowFilter", "true")
    address = f"file://{tmp_path}/origin.git"
    git(tmp_path, "clone", "--quiet", "--branch", "branch", f"--filter={left_out}", address, "partial")
    assert "a: 1" in text_before(tmp_path / "partial", applied, remote="origin").splitlines()


def test_what_a_submodule_said(project: Path, tmp_path: Path) -> None:
    """All of it, and all its files are outdated: the repository around it only has the submodule's commit."""
    git(tmp_path, "init", "--quiet", "module")
    commit(tmp_path / "module", {"c.yaml": "c: 1\n"})
    git(project, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "module"), "module")
    base = commit(project, {})
    commit(project / "module", {"c.yaml": "c: 2\n"})
    applied = commit(project, {})
    git(project, "checkout", "--quiet", "--detach", base)
    git(project, "submodule", "--quiet", "update")
    assert "c: 1" in text_before(project, applied, remote="origin").splitlines()
    assert "module/c.yaml" in outdated_files(project, applied, remote="origin")


def test_where_git_cannot_tell_nothing_goes_on(project: Path) -> None:
    """StateError: what the applied commit removed could be sent again."""
    base = git(project, "rev-parse", "HEAD")
    before = git(project, "rev-parse", "HEAD:posts/a.yaml")
    applied = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "checkout", "--quiet", "--detach", base)
    (project / ".git" / "objects" / before[:2] / before[2:]).unlink()
    with pytest.raises(StateError, match="git cannot show what that commit changed"):
        text_before(project, applied, remote="origin")


def test_where_git_cannot_compare_nothing_goes_on(project: Path) -> None:
    """StateError, with what git says: a commit whose files are not here changed nobody knows what."""
    base = git(project, "rev-parse", "HEAD")
    applied = commit(project, {"posts/a.yaml": "a: 2\n"})
    tree = git(project, "rev-parse", "HEAD^{tree}")
    git(project, "checkout", "--quiet", "--detach", base)
    (project / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    for told in (text_before, outdated_files):
        with pytest.raises(StateError, match="git cannot show what that commit changed"):
            told(project, applied, remote="origin")


def test_pictures_films_and_sounds_said_nothing(project: Path) -> None:
    """Nor did slides: they are large, and have no keys."""
    media = ("a.png", "a.mp4", "a.mp3", "a.pdf")
    base = commit(project, {**dict.fromkeys(media, "pixels\n"), "a.txt": "words\n"})
    applied = commit(project, {**dict.fromkeys(media, "other pixels\n"), "a.txt": "other words\n"})
    git(project, "checkout", "--quiet", "--detach", base)
    said = text_before(project, applied, remote="origin").splitlines()
    assert ("words" in said, "pixels" in said) == (True, False)
    assert {*media, "a.txt"} == outdated_files(project, applied, remote="origin")


def test_a_shallow_checkout_with_a_commit_of_its_own(project: Path, tmp_path: Path) -> None:
    """Diverged: the remote never saw its commit, so the history is fetched from where it ends here."""
    base = git(project, "rev-parse", "HEAD")
    applied = commit(project, {"posts/a.yaml": "a: 2\n"})
    git(project, "push", "--quiet", "origin", "HEAD:main")
    folder = shallow(tmp_path, "shallow", base)
    own = commit(folder, {"posts/b.yaml": "b: 2\n"})
    assert relation(folder, own, applied, remote="origin") is Relation.DIVERGED


def test_a_commit_that_this_machine_replaced_counts_as_it_is(parted: Parted) -> None:
    """Diverged, though `git replace` or a graft shows the one as the other's child here; git says no word about it."""
    git(parted.folder, "replace", "--graft", parted.third, parted.second)
    assert git(parted.folder, "merge-base", parted.third, parted.second) == parted.second
    assert relation(parted.folder, parted.third, parted.second, remote="origin") is Relation.DIVERGED
    git(parted.folder, "replace", "--delete", parted.third)
    (parted.folder / ".git" / "info").mkdir(exist_ok=True)
    (parted.folder / ".git" / "info" / "grafts").write_text(f"{parted.third} {parted.second}\n", encoding="utf-8")
    assert git(parted.folder, "merge-base", parted.third, parted.second) == parted.second
    assert run_git(parted.folder, "rev-list", operands=["HEAD"]).stderr == ""
    assert relation(parted.folder, parted.third, parted.second, remote="origin") is Relation.DIVERGED


@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"])
def test_a_hook_of_another_repository(
    parted: Parted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What git's variables name there is not the checkout that is compared."""
    monkeypatch.setenv(name, str(tmp_path / "origin.git"))
    assert relation(parted.folder, head(parted.folder), parted.second, remote="origin") is Relation.DIVERGED
    assert outdated_files(parted.folder, parted.second, remote="origin") == frozenset()
    assert "a: 1" in text_before(parted.folder, parted.second, remote="origin").splitlines()


def test_what_was_renamed_since(project: Path) -> None:
    """From the top of the repository, also if it is only staged or edited, and of many; what was rewritten is not."""
    first = git(project, "rev-parse", "HEAD")
    git(project, "mv", "posts/b.yaml", "b.yaml")
    git(project, "mv", "other.yaml", "posts/other.yaml")
    (project / "posts" / "other.yaml").write_text(LONG.upper(), encoding="utf-8")
    git(project, "add", "--all")
    git(project, "config", "diff.external", "false")
    git(project, "config", "diff.renames", "false")
    git(project, "config", "diff.relative", "true")
    assert renamed_since(project / "posts", first, remote="origin") == {"posts/b.yaml": "b.yaml"}
    commit(project, {})
    git(project, "mv", "b.yaml", "c.yaml")
    (project / "posts" / "second.yaml").write_text("second " * 99, encoding="utf-8")
    second = commit(project, {})
    git(project, "mv", "posts/second.yaml", "third.yaml")
    git(project, "mv", "c.yaml", "d.yaml")
    (project / "third.yaml").write_text("second " * 99 + "and third", encoding="utf-8")
    (project / "d.yaml").write_text(LONG + "and one more\n", encoding="utf-8")
    git(project, "add", "--all")
    git(project, "config", "diff.renameLimit", "1")
    assert renamed_since(project, second, remote="origin") == {"posts/second.yaml": "third.yaml", "c.yaml": "d.yaml"}
    assert renamed_since(project, "1" * 40, remote="origin") == {}
