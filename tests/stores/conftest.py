"""Every test here that takes `open_store` runs once for each kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stores.places import PLACES, Open


@pytest.fixture(params=list(PLACES))
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens a store on the place of this test, as another machine would."""
    return PLACES[request.param](tmp_path)
