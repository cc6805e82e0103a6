"""Every test here that takes `open_store` runs once for each kind of store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.stores import buckets, git
from tests.stores.places import PLACES, SERVED, Open, Place, place_in


@pytest.fixture(autouse=True)
def _nobodys_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine where nobody has configured git or a cloud, but for what the test servers need."""
    for name, value in {**git.ENVIRONMENT, **buckets.ENVIRONMENT}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def place_of() -> Iterator[Callable[[str], Place]]:
    """How to make a fresh place, by the kind of store; a service starts when its first place is made."""
    with ExitStack() as running:

        @cache
        def place(kind: str) -> Place:
            if kind in PLACES:
                return PLACES[kind]
            return place_in(kind, running.enter_context(SERVED[kind][0]()))

        yield place


#: npm installs Azurite, once.
_SLOW = (pytest.mark.long, pytest.mark.timeout(600))
#: git by path is as strict and starts no server; test_git_store.py has what HTTP adds.
_KINDS = [each if each != "git-http" else pytest.param(each, marks=pytest.mark.long) for each in PLACES]


@pytest.fixture(params=[*_KINDS, "s3", pytest.param("az", marks=_SLOW)])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, place_of: Callable[[str], Place]) -> Iterator[Open]:
    """Opens a store on the place of this test, as another machine would."""
    with place_of(request.param)(tmp_path) as opens:
        yield opens
