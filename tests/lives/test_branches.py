"""Drawn lives of main and a branch that diverge: what main did stands until the branch has merged it.

Each has its clone; the state is on a branch of their remote. Main and the branch change different entries, so no
merge has a conflict.
"""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field

import pytest

from tests.cli.conftest import environment, project
from tests.cli.test_diverged import Desk, branch, main, services
from tests.stores import git

__all__ = ["branch", "environment", "main", "project", "services"]  # fixtures
#: In `make test` one of two merges.
SEEDS = range(int(os.environ.get("LIVES", "0")) // 40) or [1]


@dataclass
class Side:
    """A clone and what its files say: the text of each key, empty if it is canceled."""

    desk: Desk
    texts: dict[str, str]
    touched: set[str] = field(default_factory=set)

    def commit(self) -> None:
        """Commit the files."""
        self.desk.commit(*(_entry(key, text) for key, text in self.texts.items()))

    def change(self, rng: random.Random, others: set[str], number: int) -> None:
        """Add, edit, cancel or remove an entry that the other side has not touched."""
        free = sorted(self.texts.keys() - others)
        if rng.random() < 0.4 or not free:
            key = f"k{number}"
            self.texts[key] = f"New {number}"
        else:
            key = rng.choice(free)
            self.texts[key] = rng.choice([f"Edited {number}", f"Edited {number}", ""])
            if not self.texts[key] and rng.random() < 0.5:
                del self.texts[key]
        self.touched.add(key)


def _entry(key: str, text: str) -> str:
    what = f"text: {text}" if text else "text: Canceled, cancelled: true"
    minute = sum(map(ord, key)) % 60
    return f"  - {{key: {key}, due_at: 2029-12-20 09:{minute:02}, channels: [twitter], {what}}}\n"


def _declared(*sides: dict[str, str]) -> list[str]:
    return sorted(text for side in sides for text in side.values() if text)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_main_did_stands_until_it_is_merged(seed: int, main: Desk, branch: Desk) -> None:
    """In Buffer: main's version of what main touched, else the branch's; the merged one once merged, exit 0."""
    rng = random.Random(seed)  # noqa: S311 - a drawn life, not a secret
    ours, theirs = Side(branch, {}), Side(main, {f"base{n}": f"Base {n}" for n in range(4)})
    theirs.commit()
    theirs.desk.push()
    assert main.applied().code == 0
    git.git(branch.folder, "pull", "--quiet", "origin", "main")
    for number in range(rng.randint(2, 4)):
        ours.texts = dict(theirs.texts)
        for _ in range(rng.randint(1, 2)):
            theirs.change(rng, ours.touched, 2 * number + 100 * len(theirs.touched))
        theirs.commit()
        theirs.desk.push()
        main.applied("--max-deletes", "9")
        ours.change(rng, theirs.touched, 2 * number + 1 + 100 * len(ours.touched))
        ours.commit()
        _run(ours, rng)
        _stands(ours, theirs)
        _merge(ours, theirs)
        assert branch.applied("--max-deletes", "9").code == 0
        assert branch.texts() == _declared(ours.texts)
        theirs.texts = dict(ours.texts)
        git.git(branch.folder, "push", "--quiet", "origin", "HEAD:main")
        git.git(main.folder, "pull", "--quiet", "origin", "main")
        ours.touched, theirs.touched = set(), set()


def _run(ours: Side, rng: random.Random) -> None:
    """Apply all, or what was reviewed; with any number of deletes."""
    if rng.random() < 0.5:
        ours.desk.applied("--max-deletes", "9")
        return
    assert ours.desk("plan", "-o", "plan.json", "--max-deletes", "9").code == 0
    ours.desk("apply", "--reviewed", "plan.json", "--settle", "0", *rng.choice([[], ["--max-deletes", "9"]]))


def _stands(ours: Side, theirs: Side) -> None:
    """Check that Buffer has each text of main once, and none that main edited, canceled or removed."""
    there = ours.desk.texts()
    kept = {key: text for key, text in theirs.texts.items() if key not in ours.touched}
    new = {ours.texts.get(key, "") for key in ours.touched} - {""}
    assert [text for text in there if text not in new] == _declared(kept)
    assert len(there) == len(set(there))


def _merge(ours: Side, theirs: Side) -> None:
    git.git(ours.desk.folder, "fetch", "--quiet", "origin")
    git.git(ours.desk.folder, "merge", "--quiet", "--strategy", "ours", "--message", "Merge", "origin/main")
    mine = {key: ours.texts[key] for key in ours.texts if key in ours.touched}
    gone = ours.touched - ours.texts.keys()
    ours.texts = {key: text for key, text in theirs.texts.items() if key not in gone} | mine
    ours.commit()
