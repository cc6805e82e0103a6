"""States beside this one: whose they are, what they have, and which of them goes on here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bufferctl.errors import OvertakenError, StateError
from bufferctl.model import Binding, CreatePost, Home, Intent, LiveChannel, Origin, Service, Slot, State
from bufferctl.state import LocalStore, SavedState, StateFile, claimed_elsewhere, state_path_of
from bufferctl.state.document import dump
from bufferctl.state.local import repository_of
from bufferctl.state.location import has_remote, root_files_of, top_of
from bufferctl.state.succession import Predecessor, hand_over, name_of, predecessors, proves
from tests.apply.fake import post
from tests.state.test_checkout import _no_settings, commit
from tests.state.test_sharing import Memory
from tests.stores.git import git

__all__ = ["_no_settings"]

ENDPOINT = "https://api.buffer.com"
NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
SLOT = Slot("org", "c", "a")


def state(lineage: str = "one") -> State:
    """A state with one post, of posts/a.yaml."""
    binding = Binding("p1", Origin.CREATED, file="posts/a.yaml")
    return State({SLOT: binding}, {"c": Home("org", "c", NOW, "twitter", "acme")}, lineage=lineage)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Path:
    """A folder with no other test's beside it."""
    folder = tmp_path / "team" / "acme"
    folder.mkdir(parents=True)
    return folder


def write(root: Path, lineage: str = "one", document: SavedState | None = None) -> None:
    """A root file and its state."""
    root.parent.mkdir(parents=True, exist_ok=True)
    root.write_text("version: 1\n", encoding="utf-8")
    path = state_path_of(root)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(dump(document or SavedState(ENDPOINT, state(lineage))))


def project(root: Path, lineage: str = "one", document: SavedState | None = None) -> StateFile:
    """The same, as a run reads it."""
    write(root, lineage, document)
    return opened(root)


def opened(root: Path) -> StateFile:
    """Its state, as a run reads it."""
    found = StateFile(LocalStore(state_path_of(root)), ENDPOINT)
    found.read()
    return found


def test_what_other_root_files_of_the_folder_have(tmp_path: Path) -> None:
    """Named by their paths from this one; not what copies of this project have, which know nothing of their own."""
    mine = project(tmp_path / "buffer.yaml", "mine")
    project(tmp_path / "blog.yaml", "other")
    project(tmp_path / "copy.yaml", "mine")
    (claim,) = claimed_elsewhere(mine, tmp_path / "buffer.yaml")
    assert (claim.root_file, claim.slot, claim.binding.id) == ("blog.yaml", SLOT, "p1")


@pytest.mark.parametrize("place", ["sub", "..", "../beside"])
def test_what_other_root_files_of_the_repository_have(tmp_path: Path, place: str) -> None:
    """Above, below and beside; without a repository around both, they are another team's."""
    here = tmp_path / "work" / "acme"
    mine = project(here / "buffer.yaml", "mine")
    other = (here / place).resolve() / "buffer.yaml"
    project(other, "other")
    assert claimed_elsewhere(mine, here / "buffer.yaml") == []
    (tmp_path / ".git").mkdir()
    (claim,) = claimed_elsewhere(mine, here / "buffer.yaml")
    assert (here / claim.root_file).resolve() == other
    (other.parent / ".git").mkdir(exist_ok=True)
    if place != "..":
        assert claimed_elsewhere(mine, here / "buffer.yaml") == []


def test_another_teams_root_file_hides_none_of_ours(tmp_path: Path) -> None:
    """Whichever is found first."""
    mine = project(tmp_path / "buffer.yaml", "mine")
    project(tmp_path.parent / "aaa" / "buffer.yaml", "theirs")
    project(tmp_path / "blog.yaml", "ours")
    assert [each.root_file for each in claimed_elsewhere(mine, tmp_path / "buffer.yaml")] == ["blog.yaml"]


def test_what_claims_nothing(tmp_path: Path) -> None:
    """A state that is damaged, one of another account."""
    mine = project(tmp_path / "buffer.yaml", "mine")
    project(tmp_path / "damaged.yaml")
    state_path_of(tmp_path / "damaged.yaml").write_bytes(b"{")
    write(tmp_path / "sandbox.yaml", document=SavedState("http://127.0.0.1:4000", state("other")))
    assert claimed_elsewhere(mine, tmp_path / "buffer.yaml") == []
    project(tmp_path / "there.yaml", "other")
    assert [each.root_file for each in claimed_elsewhere(mine, tmp_path / "buffer.yaml")] == ["there.yaml"]


def test_a_root_file_that_is_not_in_this_checkout(tmp_path: Path) -> None:
    """Its state claims what it has all the same, and says that nobody can read the files."""
    mine = project(tmp_path / "buffer.yaml", "mine")
    project(tmp_path / "gone.yaml", "other")
    (tmp_path / "gone.yaml").unlink()
    (claim,) = claimed_elsewhere(mine, tmp_path / "buffer.yaml")
    assert (claim.root_file, claim.binding.id, claim.is_here) == ("gone.yaml", "p1", False)


def test_root_files_by_their_paths_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as by their whole paths."""
    monkeypatch.chdir(tmp_path.parent)
    mine = project(Path("acme/buffer.yaml"), "mine")
    project(Path("acme/blog.yaml"), "other")
    assert [each.root_file for each in claimed_elsewhere(mine, Path("acme/buffer.yaml"))] == ["blog.yaml"]


class Bucket(Memory):
    """A shared store with documents of other root files."""

    def others(self) -> dict[str, bytes]:
        return {name: dump(SavedState(ENDPOINT, state("other"))) for name in ("gone/state.json", "blog/state.json")}


def test_what_other_root_files_of_a_shared_state_have(tmp_path: Path) -> None:
    """By their paths below this one's folder, in a repository or not, and whether they are here."""
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog" / "buffer.yaml").touch()
    mine = StateFile(Bucket(), ENDPOINT)
    claims = {each.root_file: each.is_here for each in claimed_elsewhere(mine, tmp_path / "buffer.yaml")}
    assert claims == {"blog/buffer.yaml": True, "gone/buffer.yaml": False}


def test_the_root_files_of_a_document() -> None:
    """The likeliest first; local and shared ones."""
    for document, stem in (
        ("acme/.bufferctl/state.json", "acme/buffer"),
        ("acme/.bufferctl/blog.state.json", "acme/blog"),
        ("acme/state.json", "acme/buffer"),
        ("acme/blog.state.json", "acme/blog"),
        ("state.json", "buffer"),
    ):
        assert root_files_of(Path(document)) == (Path(f"{stem}.yaml"), Path(f"{stem}.yml"))


def test_the_state_file_of_a_root_file(tmp_path: Path) -> None:
    """Its own, in a folder beside it."""
    folder = tmp_path / ".bufferctl"
    assert state_path_of(tmp_path / "buffer.yaml") == folder / "state.json"
    assert state_path_of(tmp_path / "blog.yaml") == folder / "blog.state.json"


def test_the_repository_around_a_root_file(tmp_path: Path) -> None:
    """The innermost; its name there begins at the top."""
    root = tmp_path / "acme" / "buffer.yaml"
    root.parent.mkdir()
    assert (repository_of(root), top_of(root), has_remote(root)) == (None, root.parent, False)
    git(tmp_path, "init", "--quiet")
    assert (repository_of(root), top_of(root)) == (tmp_path, tmp_path)
    assert name_of(root) == "acme/buffer.yaml"


@pytest.mark.parametrize(("remotes", "expected"), [([], False), (["upstream"], False), (["upstream", "origin"], True)])
def test_the_usual_remote(tmp_path: Path, remotes: list[str], expected: bool) -> None:
    """`origin`, whatever others there are."""
    git(tmp_path, "init", "--quiet")
    for name in remotes:
        git(tmp_path, "remote", "add", name, "https://acme.example/posts")
    assert has_remote(tmp_path / "buffer.yaml") is expected


def test_states_whose_root_file_is_gone(tmp_path: Path) -> None:
    """Those that have something, posts or what is open; not those of root files that are there."""
    mine = project(tmp_path / "new.yaml", "mine", SavedState(ENDPOINT))
    intent = Intent(1, SLOT, CreatePost(post("a"), "c"), NOW, NOW, run="r")
    for name, document in (
        ("old", SavedState(ENDPOINT, state())),
        ("open", SavedState(ENDPOINT, State(lineage="x"), intents=(intent,))),
        ("empty", SavedState(ENDPOINT, State(lineage="x"))),
        ("there", SavedState(ENDPOINT, state())),
        ("yml", SavedState(ENDPOINT, state())),
        ("damaged", SavedState(ENDPOINT, state())),
    ):
        write(tmp_path / f"{name}.yaml", document=document)
        if name != "there":
            (tmp_path / f"{name}.yaml").unlink()
    (tmp_path / "yml.yml").touch()
    state_path_of(tmp_path / "damaged.yaml").write_bytes(b"[]")
    found = predecessors(mine, tmp_path / "new.yaml")
    assert [each.root_file.name for each in found] == ["old.yaml", "open.yaml"]


def test_what_is_moved_here_comes_first(tmp_path: Path) -> None:
    """A run was cut off while it moved the state; what is moved elsewhere is among the others."""
    mine = project(tmp_path / "new.yaml", "mine", SavedState(ENDPOINT))
    for name, to in (("a", "somewhere else"), ("b", mine.store.address), ("c", "")):
        project(tmp_path / f"{name}.yaml", document=SavedState(ENDPOINT, state(), moved_to=to))
        (tmp_path / f"{name}.yaml").unlink()
    (found,) = predecessors(mine, tmp_path / "new.yaml")
    assert found.root_file.name == "b.yaml"
    state_path_of(tmp_path / "b.yaml").unlink()
    assert [each.root_file.name for each in predecessors(mine, tmp_path / "new.yaml")] == ["a.yaml", "c.yaml"]


def old(tmp_path: Path, commit_id: str, *, name: str = "buffer", moved_to: str = "") -> Predecessor:
    """What was applied of a root file at that commit; of one post, the state does not know the file."""
    unknown = {Slot("org", "c", "b"): Binding("p2", Origin.CREATED)}
    known = state()
    document = SavedState(
        ENDPOINT, replace(known, bindings={**known.bindings, **unknown}), commit=commit_id, moved_to=moved_to
    )
    roots = tuple(tmp_path / f"{name}{suffix}" for suffix in (".yaml", ".yml"))
    return Predecessor(f".bufferctl/{name}.state.json", roots, document)


CHANNELS = [LiveChannel(id_, "org", Service.TWITTER, name) for id_, name in (("c", "x"), ("d", "acme"), ("e", "y"))]


@pytest.mark.parametrize(
    ("document", "channels", "homes"),
    [
        (SavedState(ENDPOINT, state()), CHANNELS, {"c", "d"}),
        (
            SavedState(ENDPOINT, replace(state(), homes={"c": Home("org", "c", NOW, "twitter", "")})),
            [LiveChannel("g", "org", Service.TWITTER, "")],
            frozenset(),
        ),
        (SavedState(ENDPOINT, state()), [LiveChannel("f", "org", Service.LINKEDIN, "acme")], frozenset()),
        (
            SavedState(ENDPOINT, State({Slot("org", "ideas", "a"): Binding("i1", Origin.CREATED)})),
            CHANNELS,
            {"org"},
        ),
        (
            SavedState(ENDPOINT, intents=(Intent(1, Slot("org", "e", "a"), CreatePost(post("a"), "e"), NOW, NOW),)),
            CHANNELS,
            {"e"},
        ),
    ],
    ids=["reconnected under its name", "without a name", "of another network", "ideas", "only open"],
)
def test_which_homes_it_has_objects_of(
    document: SavedState, channels: list[LiveChannel], homes: Collection[str]
) -> None:
    """A channel that was reconnected under its name; organizations with ideas; what is only open."""
    assert Predecessor("", (Path("a.yaml"),), document).homes(channels, ["org"]) == homes


@dataclass
class Moved:
    """A repository that moved its root file and the files that it reads, after they were applied at `applied`."""

    folder: Path
    applied: str

    @property
    def root(self) -> Path:
        """The root file where it is now."""
        return self.folder / "brand" / "buffer.yaml"

    def proves(self, before: Predecessor | None = None, *read: str) -> bool:
        """Whether git proves that the root file there now, which reads these files, was that of `before`."""
        return proves(before or old(self.folder, self.applied), self.root, read, remote="origin")


@pytest.fixture
def moving(tmp_path: Path) -> Moved:
    """One where the move is staged."""
    git(tmp_path, "init", "--quiet")
    text = "".join(f"line {number}\n" for number in range(30))
    applied = commit(tmp_path, {"buffer.yaml": text, "posts/a.yaml": text.upper(), "other.yaml": "o\n"})
    (tmp_path / "brand").mkdir()
    git(tmp_path, "mv", "buffer.yaml", "brand/buffer.yaml")
    git(tmp_path, "mv", "posts", "brand/posts")
    return Moved(tmp_path, applied)


@pytest.fixture
def moved(moving: Moved) -> Moved:
    """One where it is committed."""
    commit(moving.folder, {})
    return moving


def test_git_proves_a_move_that_is_staged(moving: Moved) -> None:
    """Before it is committed."""
    assert moving.proves()


def test_git_proves_no_move_before_it_is_made(moving: Moved) -> None:
    """The root file is where it was applied."""
    git(moving.folder, "reset", "--quiet", "--hard")
    assert not moving.proves()


def test_git_proves_a_move_that_is_committed(moved: Moved) -> None:
    """Of the root file itself, not of another one that reads its files."""
    assert moved.proves()
    other = moved.folder / "other.yaml"
    assert not proves(old(moved.folder, moved.applied), other, ["brand/posts/a.yaml"], remote="origin")


def test_git_proves_no_move_of_a_state_that_went_elsewhere_or_names_no_commit(moved: Moved) -> None:
    """Nor of one whose commit nobody has, or has the root file at its place already."""
    here = git(moved.folder, "rev-parse", "HEAD")
    assert not moved.proves(old(moved.folder, moved.applied, moved_to="elsewhere"))
    assert [moved.proves(old(moved.folder, each)) for each in ("", "1" * 40, here)] == [False] * 3


def test_git_proves_a_move_of_a_rewritten_root_file_by_most_of_its_files(moved: Moved) -> None:
    """More than half of those in the state are read here; half of them are not enough."""
    commit(moved.folder, {"brand/buffer.yaml": "rewritten\n"})
    assert moved.proves(None, "posts/a.yaml")
    assert not moved.proves(None, "posts/b.yaml")
    assert not moved.proves()
    one = old(moved.folder, moved.applied)
    second = {Slot("org", "c", "d"): Binding("p4", Origin.CREATED, file="posts/d.yaml")}
    both = replace(one.document.state, bindings={**one.document.state.bindings, **second})
    two = replace(one, document=replace(one.document, state=both))
    assert not moved.proves(two, "posts/a.yaml")
    assert moved.proves(two, "posts/a.yaml", "../posts/d.yaml")


def test_git_proves_no_move_in_an_older_checkout(moved: Moved) -> None:
    """What was applied is newer than what is checked out."""
    newest = git(moved.folder, "rev-parse", "HEAD")
    git(moved.folder, "checkout", "--quiet", "--detach", moved.applied)
    before = old(moved.folder, newest, name="brand/buffer")
    assert not proves(before, moved.folder / "buffer.yaml", [], remote="origin")


def test_a_state_is_handed_over(tmp_path: Path) -> None:
    """Closed first, then written at its new place, and gone from the old one; once."""
    before, new = project(tmp_path / "old.yaml"), opened(tmp_path / "new.yaml")
    address = new.store.address
    hand_over(before, new)
    there, left = opened(tmp_path / "new.yaml").document, opened(tmp_path / "old.yaml").document
    assert (there.state.bindings, there.state.lineage, there.moved_to) == (state().bindings, "one", "")
    assert (left.moved_to, left.state) == (address, State())
    stands = new.store.read()
    hand_over(opened(tmp_path / "old.yaml"), new)
    assert new.store.read() == stands


def test_another_run_was_faster(tmp_path: Path) -> None:
    """Since the new place was read last, its state was begun there: the old one stays as it is, and open."""
    before, new = project(tmp_path / "old.yaml"), opened(tmp_path / "new.yaml")
    opened(tmp_path / "new.yaml").save(State(lineage="other"))
    hand_over(before, new)
    assert opened(tmp_path / "old.yaml").document == before.document
    assert before.document.moved_to == ""
    assert opened(tmp_path / "new.yaml").saved.lineage == "other"


def test_a_state_that_is_being_handed_over(tmp_path: Path) -> None:
    """It goes on where it was to go, and nowhere else."""
    new = opened(tmp_path / "new.yaml")
    moving = project(tmp_path / "a.yaml", document=SavedState(ENDPOINT, state(), moved_to="somewhere else"))
    with pytest.raises(StateError, match="somewhere else"):
        hand_over(moving, new)
    assert not opened(tmp_path / "new.yaml").exists
    cut_off = project(tmp_path / "b.yaml", document=SavedState(ENDPOINT, state(), moved_to=new.store.address))
    hand_over(cut_off, new)
    assert opened(tmp_path / "new.yaml").saved.bindings == state().bindings


def test_a_state_that_was_handed_on_can_come_back(tmp_path: Path) -> None:
    """To a document that only says where its own went."""
    before = project(tmp_path / "old.yaml")
    new = project(tmp_path / "new.yaml", document=SavedState(ENDPOINT, moved_to="somewhere else"))
    hand_over(before, new)
    assert opened(tmp_path / "new.yaml").saved.bindings == state().bindings


def test_a_state_that_another_run_changes_is_not_handed_over(tmp_path: Path) -> None:
    """It is read again first."""
    before, new = project(tmp_path / "old.yaml"), opened(tmp_path / "new.yaml")
    opened(tmp_path / "old.yaml").save(State(lineage="other"))
    with pytest.raises(OvertakenError):
        hand_over(before, new)
    assert not opened(tmp_path / "new.yaml").exists


@pytest.mark.parametrize("is_repository", [False, True])
def test_where_states_of_others_are_looked_for(tmp_path: Path, is_repository: bool) -> None:
    """In this folder, above, below and beside it; in a repository in all of its folders, down to the third level."""
    if is_repository:
        git(tmp_path, "init", "-q")
    mine = project(tmp_path / "posts" / "buffer.yaml")
    places = {
        "this folder": "posts/blog.yaml",
        "above": "buffer.yaml",
        "below": "posts/below/buffer.yaml",
        "beside": "beside/buffer.yaml",
        "third level": "one/two/three/buffer.yaml",
        "fourth level": "one/two/three/four/buffer.yaml",
    }
    for root in places.values():
        write(tmp_path / root)
    found = mine.store.others()
    names = {name for name, root in places.items() if str(state_path_of(tmp_path / root)) in found}
    assert names == {"this folder", "above", "below", "beside"} | ({"third level"} if is_repository else set())
    assert not mine.is_lock_due, "nobody shares it"
