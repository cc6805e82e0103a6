"""Weekly posts moved to the times of one another, the state is lost, and what is printed is done to the letter."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import apply, declare, lose_state, texts

FIRST, WEEK = datetime(2029, 12, 4, 9, tzinfo=UTC), timedelta(weeks=1)
TIPS = {"u0": "Save often", "u1": "Name your branches", "u2": "Read the diff", "u3": "Rest on Fridays"}


def weekly(project: Project, weeks: Mapping[str, int], **more: str) -> None:
    """Declare the tips of these keys so many weeks after the first one; `more`: further fields, by key."""
    entries = (
        f"key: {key}, due_at: {FIRST + each * WEEK:%Y-%m-%d %H:%M}, text: {TIPS['u' + key[1:]]}{more.get(key, '')}"
        for key, each in weeks.items()
    )
    declare(project, *entries)


def held(project: Project) -> dict[str, dict[str, Any]]:
    """What a plan holds, by key."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["key"]: each for each in changes if each["action"] == "hold"}


def bound(project: Project, *keys: str) -> list[str]:
    """The ids that the state has for these keys."""
    shown = (json.loads(project("state", "show", f"Acme/twitter:acme/{key}").out) for key in keys)
    return [each["id"] for each in shown]


def answered(project: Project, weeks: Mapping[str, int]) -> dict[str, str]:
    """Give each `existing` that the plan prints, in the words of the plan, until it holds nothing; the answers."""
    given: dict[str, str] = {}
    for _ in weeks:
        found = {key: re.search(r"`(existing: \{twitter: \w+\})`", each["hint"]) for key, each in held(project).items()}
        if not any(found.values()):
            break
        given |= {key: f", {hint[1]}" for key, hint in found.items() if hint}
        weekly(project, weeks, **given)
        apply(project)
    return given


def moved(project: Project, number: int, published: int) -> dict[str, int]:
    """So many weekly posts, some published; then all move by a week, and the state is lost; where they are now."""
    weeks = {f"u{n}": n for n in range(number)}
    weekly(project, weeks)
    project.apply()
    project.sandbox.core.clock.set(f"{FIRST + (published - 1) * WEEK + timedelta(days=1):%FT%TZ}")
    later = {key: week + 1 for key, week in weeks.items()}
    weekly(project, later)
    project.apply()
    lose_state(project)
    return later


@pytest.mark.parametrize(("number", "published"), [(4, 3), *long((2, 2), (2, 1), (4, 2))])
def test_each_is_offered_its_own_post(project: Project, number: int, published: int) -> None:
    """Never that of the one whose time it has now; the answers leave nothing to do, and each text is there once."""
    weeks = moved(project, number, published)
    own = {post["text"]: post["id"] for post in project.sandbox.posts()}
    ids = {key: each["id"] or each["candidates"][0] for key, each in held(project).items()}
    assert ids == {key: own[TIPS[key]] for key in ids}
    apply(project)
    given = answered(project, weeks)
    assert set(given) == {f"u{n}" for n in range(published)}
    project.apply()
    assert texts(project) == {TIPS[key]: 1 for key in weeks}


def test_nothing_is_offered_to_another_key(project: Project) -> None:
    """No hint says to keep a text under a key that never had it, or gives an id to repeat that an answer needs."""
    moved(project, 2, 2)
    hints = {key: each["hint"] for key, each in held(project).items()}
    assert set(hints) == {"u0", "u1"}
    assert not any("keep Buffer's version under" in hint or "repeat_of: u" in hint for hint in hints.values())


def test_a_campaign_that_is_renamed_before_it_is_answered(project: Project) -> None:
    """What was published is asked about under the new keys, whatever was applied meanwhile and however late it is."""
    moved(project, 2, 2)
    apply(project)
    project.sandbox.core.clock.set("2030-01-10T09:00:00Z")
    for _ in range(3):
        weekly(project, {"v0": 1, "v1": 2})
        assert apply(project) == 1
        assert not any("later" in each["hint"] for each in held(project).values())
        project.sandbox.core.clock.advance(days=1)
    weekly(project, {"v0": 8, "v1": 9})
    assert apply(project) == 1
    assert texts(project) == {TIPS["u0"]: 1, TIPS["u1"]: 1}


SERIES = """
starts: {starts}
channels: [twitter]
posts:
  - key: tip
    due_at: start+0d 09:00
    text: One tip a week
    repeat: {{every: 1 week, times: {times}{each}}}
"""


def series(project: Project, starts: str, times: int = 4, each: str = "") -> None:
    """Declare a series of equal texts."""
    project.write("posts/tips.yaml", SERIES.format(starts=starts, times=times, each=each))


@pytest.mark.parametrize("published", [2, *long(1, 3)])
def test_equal_texts_of_a_series_match_by_count(project: Project, published: int) -> None:
    """The oldest posts are the first occurrences', though others have their times: nothing to do, nothing twice."""
    declare(project)
    series(project, "2029-12-04")
    project.apply()
    project.sandbox.core.clock.set(f"{FIRST + (published - 1) * WEEK + timedelta(days=1):%FT%TZ}")
    series(project, "2029-12-11")
    project.apply()
    before = {post["id"]: post["dueAt"] for post in project.sandbox.posts()}
    lose_state(project)
    project.apply()
    assert {post["id"]: post["dueAt"] for post in project.sandbox.posts()} == before
    assert bound(project, "tip-1", "tip-2", "tip-3", "tip-4") == sorted(before, key=lambda each: before[each])
    series(project, "2029-12-11", times=5)
    project.apply()
    assert texts(project) == {"One tip a week": 5}


def test_a_series_that_lost_a_post_goes_by_its_times(project: Project) -> None:
    """Where each post has the time of an occurrence, that says which it is: what a person deleted is new again."""
    declare(project)
    series(project, "2029-12-11")
    project.apply()
    first = min(project.sandbox.posts(), key=lambda post: post["dueAt"])
    project.sandbox.person.delete_post(first["id"])
    lose_state(project)
    project.apply()
    assert len({post["dueAt"] for post in project.sandbox.posts()}) == 4


def test_a_guess_is_corrected_by_existing(project: Project) -> None:
    """What was bound by its time alone goes to the entry with its text, and the other one is a question for ever."""
    declare(project, "key: a, due_at: 2029-12-04 09:00, text: About branches")
    project.apply()
    project.sandbox.core.clock.set("2029-12-06T09:00:00Z")
    lose_state(project)
    guess = "key: b, due_at: 2029-12-04 09:00, text: About commits"
    declare(project, guess)
    assert apply(project) == 0  # published as something else, it seems
    declare(project, guess, "key: a, due_at: 2029-12-20 09:00, text: About branches")
    hint = held(project)["a"]["hint"]
    answer = re.search(r"`(existing: \{twitter: \w+\})`", hint)
    assert answer
    assert "keep Buffer's version under" not in hint
    assert "repeat_of: b" not in hint
    later = guess.replace("12-04", "12-21")
    for first in (guess, later, later):
        declare(project, first, f"key: a, due_at: 2029-12-20 09:00, text: About branches, {answer[1]}")
        assert apply(project) == 1
        assert bound(project, "a") == [project.sandbox.posts()[0]["id"]]
    assert texts(project) == {"About branches": 1}
    (other,) = held(project).values()
    never = re.search(r"If it was never published, add `(repeat_of: \{twitter: \w+\})`", other["hint"])
    assert other["key"] == "b"
    assert never
    declare(project, f"{later}, {never[1]}", f"key: a, due_at: 2029-12-20 09:00, text: About branches, {answer[1]}")
    project.apply()
    assert texts(project) == {"About branches": 1, "About commits": 1}


def test_two_guesses_are_corrected_together(project: Project) -> None:
    """Entries exchange what was bound by their times; what none of them takes is not deleted, and asked about."""
    declare(project, *(f"key: a{n}, due_at: 2029-12-0{n} 09:00, text: {TIPS[f'u{n - 4}']}" for n in (4, 5)))
    project.apply()
    project.sandbox.core.clock.set("2029-12-06T09:00:00Z")
    ids = [post["id"] for post in sorted(project.sandbox.posts(), key=lambda post: post["dueAt"])]
    lose_state(project)
    guess = [f"key: b{n}, due_at: 2029-12-0{n} 09:00, text: New words number {n}" for n in (4, 5)]
    declare(project, *guess)
    project.apply()
    exchanged = [f"{entry}, existing: {id_}" for entry, id_ in zip(guess, reversed(ids), strict=True)]
    declare(project, *exchanged)
    project.apply()
    assert bound(project, "b4", "b5") == ids[::-1]
    declare(project, guess[0], f"key: new, due_at: 2029-12-30 09:00, text: {TIPS['u0']}, existing: {ids[0]}")
    assert apply(project) == 0
    assert texts(project) == {TIPS["u0"]: 1, TIPS["u1"]: 1}
