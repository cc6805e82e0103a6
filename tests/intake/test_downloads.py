"""What was downloaded for files that are not written after all."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.errors import ConfigError
from bufferctl.intake import Downloads
from bufferctl.model import Desired, MediaSettings, Settings


def test_a_failure_takes_away_what_is_still_there(tmp_path: Path) -> None:
    """The failure is reported, although somebody deleted one of the files meanwhile."""
    made = [tmp_path / "media" / name for name in ("gone.jpg", "there.jpg")]
    made[1].parent.mkdir()
    made[1].touch()
    desired = Desired(Settings(media=MediaSettings("https://media.acme.example")))
    failure = ConfigError("The files have errors, so nothing was written")
    with pytest.raises(ConfigError), Downloads(tmp_path / "media", tmp_path, desired, loopback=False, made=made):
        raise failure
    assert not made[1].parent.exists()
