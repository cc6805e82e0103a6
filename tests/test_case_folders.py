"""The folders of tests/cases that cases share: what is there belongs to a case."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.case_folders import CASES, cases_of, files_of

KINDS = ("calendars", "convert", "documents", "drift", "plan", "validate")


def test_a_case_has_what_it_lacks_from_the_nearest_folder_above() -> None:
    """Its own file, that of the cases beside it, or that of all."""
    cases = cases_of("validate")
    found = [files_of(cases[name])[Path("buffer.yaml")] for name in ("bad-zone", "campaign-idea", "bad-key")]
    assert [path.parent for path in found] == [cases["bad-zone"], CASES / "validate/campaigns", CASES / "validate"]


def test_a_case_has_no_expected_output_of_another() -> None:
    """Nor files of a case beside it."""
    names = {path.as_posix() for path in files_of(cases_of("plan")["conflict"])}
    assert names == {"acts.json", "before.yaml", "buffer.yaml"}


@pytest.mark.parametrize("kind", KINDS)
def test_each_file_is_of_a_case(kind: str) -> None:
    """Otherwise nothing would notice that a folder is no case, or that no case takes a shared file any more."""
    taken = {path for case in cases_of(kind).values() for path in files_of(case).values()}
    there = {path for path in (CASES / kind).rglob("*") if path.is_symlink() or path.is_file()}
    assert {path for path in there - taken if path.name not in {"expected.txt", "README.md"}} == set()


@pytest.mark.parametrize("kind", KINDS)
def test_each_folder_with_a_root_file_has_a_case(kind: str) -> None:
    """In it, above it or below it: a case without its `expected.txt` would only be something that others share."""
    cases = set(cases_of(kind).values())
    of_none = [
        path
        for path in (CASES / kind).rglob("buffer.yaml")
        if not cases & {path.parent, *path.parents} and not any(path.parent.rglob("expected.txt"))
    ]
    assert of_none == []
