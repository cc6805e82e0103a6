"""The store of a root file, and the place of its document."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.errors import StateError
from bufferctl.model import StateSettings
from bufferctl.state import LocalStore, open_store
from bufferctl.state.local import repository_of
from bufferctl.state.location import document_path
from tests.stores import git


def test_without_the_setting_it_is_a_file_beside_the_root_file(tmp_path: Path) -> None:
    """As `state_path_of` names it."""
    store = open_store(None, tmp_path / "buffer.yaml")
    assert isinstance(store, LocalStore)
    assert store.path == tmp_path / ".bufferctl" / "state.json"


def test_a_file_that_is_named_wins(tmp_path: Path) -> None:
    """Even over the setting."""
    store = open_store(StateSettings(), tmp_path / "buffer.yaml", named=tmp_path / "mine.json")
    assert isinstance(store, LocalStore)
    assert store.path == tmp_path / "mine.json"


def test_states_beside_a_file_that_is_named_are_its_others(tmp_path: Path) -> None:
    """In whatever folder that is."""
    for name in ("mine.state.json", "blog.state.json", "notes.json"):
        (tmp_path / name).write_bytes(name.encode())
    store = open_store(None, tmp_path / "project" / "buffer.yaml", named=tmp_path / "mine.state.json")
    assert store.others() == {str(tmp_path / "blog.state.json"): b"blog.state.json"}


def test_stores_are_named_as_people_know_them(tmp_path: Path) -> None:
    """A branch by its remote, an object by its address."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "acme").mkdir()
    root = tmp_path / "acme" / "buffer.yaml"
    assert open_store(StateSettings(), root).place == "the branch bufferctl-state of origin"
    assert open_store(StateSettings("s3://acme/social"), root).place == "s3://acme/social/acme/state.json"
    assert open_store(StateSettings(), root).is_shared


def test_each_root_file_has_its_own_document(tmp_path: Path) -> None:
    """At its own path in the repository; a link to the folder changes nothing."""
    repository = tmp_path / "project"
    (repository / ".git").mkdir(parents=True)
    (repository / "teams" / "acme").mkdir(parents=True)
    (tmp_path / "link").symlink_to(repository / "teams")
    for root, path in {
        repository / "buffer.yaml": "state.json",
        repository / "blog.yaml": "blog.state.json",
        repository / "teams" / "acme" / "buffer.yaml": "teams/acme/state.json",
        tmp_path / "link" / "acme" / "buffer.yaml": "teams/acme/state.json",
    }.items():
        assert document_path(root, repository_of(root)) == path


def test_outside_a_repository_a_document_has_its_name_alone(tmp_path: Path) -> None:
    """For buckets, which need no repository."""
    root = tmp_path / "buffer.yaml"
    assert repository_of(root) is None
    assert document_path(root, None) == "state.json"


def test_a_branch_is_reached_from_the_top_of_the_repository(tmp_path: Path) -> None:
    """A remote by a path is relative to it; outside a repository the folder of the root file is named."""
    git.remote(tmp_path / "remote.git")
    project = git.clone("../remote.git", tmp_path / "project")
    (project / "acme").mkdir()
    assert open_store(StateSettings(), project / "acme" / "buffer.yaml").read().document is None
    with pytest.raises(StateError, match=rf"but {tmp_path} is not in a git repository"):
        open_store(StateSettings(), tmp_path / "buffer.yaml").read()
