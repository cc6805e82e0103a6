"""Every test here with the fixture `open_store` runs once for each kind of store."""

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
    """A machine without git or cloud settings, except those for the test servers."""
    for name, value in {**git.ENVIRONMENT, **buckets.ENVIRONMENT}.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def place_of() -> Iterator[Callable[[str], Place]]:
    """A function that makes a fresh place, by kind of store; a service starts when its first place is made."""
    with ExitStack() as running:

        @cache
        def place(kind: str) -> Place:
            if kind in PLACES:
                return PLACES[kind]
            return place_in(kind, running.enter_context(SERVED[kind][0]()))

        yield place


#: git by path is as strict and needs no server; test_git_store.py covers HTTP.
_KINDS = [each if each != "git-http" else pytest.param(each, marks=pytest.mark.long) for each in PLACES]


@pytest.fixture(params=[*_KINDS, "s3", pytest.param("az", marks=pytest.mark.long)])
def open_store(request: pytest.FixtureRequest, tmp_path: Path, place_of: Callable[[str], Place]) -> Iterator[Open]:
    """Opens a store on this test's place, as another machine would."""
    with place_of(request.param)(tmp_path) as opens:
        yield opens
