"""Which store holds the state of a root file, by the setting `state` (design: The state)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bufferctl.errors import StateError
from bufferctl.git import git
from bufferctl.model import Claim, StateSettings
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.state.document import parse
from bufferctl.state.local import STATE_FOLDER, LocalStore, document_name, repository_of, state_path_of
from bufferctl.state.state_file import StateFile
from bufferctl.state.store import Store


def open_store(settings: StateSettings | None, root_file: Path, *, named: Path | None = None) -> Store:
    """The store of this root file; nothing is read yet. `named`: a state file to use instead."""
    if named or settings is None:
        return LocalStore(named or state_path_of(root_file))
    return open_shared(settings, root_file)


def open_shared(
    settings: StateSettings, root_file: Path, *, name: str = "state", environment: Mapping[str, str] | None = None
) -> Store:
    """The shared store of this root file.

    `name` is given for a document beside the state. `environment` is git's, by default this process's.
    """
    repository = repository_of(root_file)
    path = document_path(root_file, repository, name)
    if settings.store:
        from bufferctl.state.object_store import ObjectStore

        return ObjectStore(settings.store, path, endpoint=settings.endpoint)
    from bufferctl.state.git_store import GitStore

    folder, real = repository or root_file.absolute().parent, root_file.absolute().resolve()
    place = real.relative_to(repository).as_posix() if repository else real.name
    return GitStore(
        folder, path, remote=settings.remote, branch=settings.branch, environment=environment, root_file=place
    )


def document_path(root_file: Path, repository: Path | None, name: str = "state") -> str:
    """The place of a root file's document in a store that several root files share: the path of its state file there.

    `posts/acme/buffer.yaml` has `posts/acme/state.json`, and `posts/acme/blog.yaml` has `posts/acme/blog.state.json`.
    Outside any repository it is the name alone.
    """
    file = document_name(root_file, name)
    folder = root_file.absolute().resolve().parent
    return (folder.relative_to(repository) / file).as_posix() if repository else file


def claimed_elsewhere(stored: StateFile, root_file: Path) -> list[Claim]:
    """The claims of the states of other root files in the same place.

    Copies of this project, which have its lineage, are left out, and so are documents that cannot be read. Raises
    StateError if the store cannot be read.
    """
    top = top_of(root_file) if stored.is_shared else Path()
    claimed: list[Claim] = []
    for path, raw in stored.store.others().items():
        names = root_files_of(top / path)
        other = next((name for name in names if name.is_file()), names[0])
        if not (stored.is_shared or _belong_together(other, root_file)):
            continue
        with suppress(StateError):
            document = parse(raw, path, stored.endpoint, remedy="")
            if document.state.lineage != stored.saved.lineage:
                name = os.path.relpath(other, root_file.absolute().parent)
                is_here, bindings = other.is_file(), document.state.bindings
                claimed += [Claim(name, slot, binding, is_here) for slot, binding in bindings.items()]
    return claimed


def _belong_together(one: Path, other: Path) -> bool:
    """Whether two root files with local state are of one team: in one folder, or in one repository."""
    if one.absolute().parent == other.absolute().parent:
        return True
    repository = repository_of(one)
    return repository is not None and repository == repository_of(other)


def root_files_of(document: Path) -> tuple[Path, ...]:
    """The root files that a document may belong to, likeliest first: `document_path` and `state_path_of` reversed."""
    folder = document.parent.parent if document.parent.name == STATE_FOLDER else document.parent
    stem = document.name.removesuffix("state.json").rstrip(".") or "buffer"
    return tuple(folder / f"{stem}{suffix}" for suffix in (".yaml", ".yml"))


def top_of(root_file: Path) -> Path:
    """The folder that paths of shared documents are relative to."""
    return repository_of(root_file) or root_file.absolute().resolve().parent


def has_remote(root_file: Path) -> bool:
    """Whether the root file is in a repository with the default remote for the state."""
    repository = repository_of(root_file)
    return repository is not None and not git(repository, "config", "--get", f"remote.{GIT_REMOTE}.url").returncode
