"""Which posts that left this root file the files of another one declare."""

from __future__ import annotations

from pathlib import Path

import pytest

from bufferctl.model import Account, LiveChannel, LiveOrganization, Service, Slot
from bufferctl.run.other_roots import Removed, declared_beside
from tests.stores.git import git

OTHER = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}, {service: linkedin, name: gone}]
posts:
  - {key: a, channels: [twitter], text: A}
  - {key: new, was: old, channels: [twitter], text: B}
  - {key: off, channels: [twitter], text: C, cancelled: true}
  - {key: again, channels: [twitter], text: D, repeat_of: p}
  - {key: moved, channels: [linkedin], text: E}
"""
CHANNELS = (
    LiveChannel("x", "acme", Service.TWITTER, "acme"),
    LiveChannel("li", "acme", Service.LINKEDIN, "acme-inc"),
    LiveChannel("other-x", "acme", Service.TWITTER, "acme.de"),
)
ACCOUNT = Account((LiveOrganization("acme", "Acme", CHANNELS), LiveOrganization("globex", "Globex")))


@pytest.mark.parametrize(
    ("slot", "is_declared"),
    [
        (Slot("acme", "x", "a"), True),
        (Slot("acme", "x", "old"), True),
        (Slot("acme", "x", "new"), True),
        (Slot("acme", "x", "b"), False),
        (Slot("acme", "other-x", "a"), False),
        (Slot("acme", "li", "a"), False),
        (Slot("globex", "x", "a"), False),
        (Slot("acme", "x", "off"), False),
        (Slot("acme", "x", "again"), False),
        # its channel is not clear, so it may be any of its network
        (Slot("acme", "li", "moved"), True),
        (Slot("acme", "x", "moved"), False),
    ],
)
def test_declared_beside(tmp_path: Path, slot: Slot, is_declared: bool) -> None:
    """By its key or an earlier one, on its channel; neither what is cancelled nor what repeats that very post."""
    own = tmp_path / "buffer.yaml"
    own.write_text(OTHER.partition("posts:")[0], encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER, encoding="utf-8")
    removed = Removed({"p": slot}, {each.id: each.service for each in CHANNELS})
    assert declared_beside(own, ACCOUNT, removed) == ({"p": "other.yaml"} if is_declared else {})


@pytest.mark.parametrize(
    ("attribute", "setting"),
    [("text", "submodule.recurse=true"), ("binary", "grep.patternType=fixed")],
)
def test_declared_elsewhere_in_the_repository(tmp_path: Path, attribute: str, setting: str) -> None:
    """In a file that git calls binary as well, and where every command of git is to enter submodules."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "config", *setting.split("="))
    (tmp_path / ".gitattributes").write_text(f"*.yaml {attribute}\n", encoding="utf-8")
    own, other = tmp_path / "own" / "buffer.yaml", tmp_path / "team" / "buffer.yaml"
    for file, text in ((own, OTHER.partition("posts:")[0]), (other, OTHER)):
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
    removed = Removed({"p": Slot("acme", "x", "a")}, {each.id: each.service for each in CHANNELS})
    assert declared_beside(own, ACCOUNT, removed) == {"p": "../team/buffer.yaml"}
