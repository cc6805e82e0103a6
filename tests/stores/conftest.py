"""Every test here that takes `open_store` runs once for each kind of store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import git
from tests.stores.places import PLACES, Open


@pytest.fixture(autouse=True)
def _nobodys_git(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine where nobody has configured git."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(params=list(PLACES))
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens a store on the place of this test, as another machine would."""
    with PLACES[request.param](tmp_path) as opens:
        yield opens
