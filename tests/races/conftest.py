"""Fixtures for races: a stage, and fresh places for a shared state, one per kind of store."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.races.race import Joins, warmed
from tests.races.stage import Stage
from tests.stores import buckets, git
from tests.stores.conftest import place_of
from tests.stores.places import Open, Place

__all__ = ["place_of"]  # a fixture, used here by name


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One stage for all races of a test process, whose other tests have an environment without credentials."""
    with patch.dict(os.environ, {**git.ENVIRONMENT, **buckets.ENVIRONMENT}):
        stage = warmed(tmp_path_factory.mktemp("warm"))
        yield stage
        stage.stop()


@contextmanager
def joining(kind: str, place: Place, folder: Path) -> Iterator[Joins]:
    """A fresh place. For git, each machine has its own clone; clients of buckets do not survive a fork."""
    with place(folder) as opens:
        yield (lambda: _kept(opens)) if kind.startswith("git") else (lambda: opens)


def _kept(opens: Open) -> Open:
    store = opens()
    return lambda: store
