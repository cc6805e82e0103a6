"""No text of `applied.json` or of the forge's event becomes an option of git; see tests/cli/test_arguments.py."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from tests.ci.conftest import Team, post
from tests.cli.test_arguments import POISON, children, leaves, unguarded


@pytest.fixture
def number(team: Team) -> int:
    """A pull request that is planned, and merged on a main that was applied before."""
    number = team.open("launch", launch=post("launch", "We are live"))
    assert not team.plan(number).failed
    return number


def in_turn(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The document once for each of its texts, which is poisoned."""
    found = []
    for at in range(len(list(leaves(document)))):
        one = deepcopy(document)
        node, key = list(leaves(one))[at]
        node[key] = POISON
        found.append(one)
    return found


@pytest.mark.long
def test_texts_of_applied_json(team: Team, number: int) -> None:
    """Every text of a file with everything in it, one at a time: anybody who may push writes that branch."""
    assert not team.apply().failed
    commit, head = team.github.repository.head("main"), team.github.pulls[number]["head"]["sha"]
    request = {"number": number, "head": head, "branch": "main", "base": commit, "merged_at": "2029-12-03T09:00:00Z"}
    documents = [
        {"commit": commit, "exit_code": 1, "waiting": [request], "unsent": [request]},
        {"commit": commit, "exit_code": 0},
    ]
    team.merge(number)
    with children() as started:
        for each in (one for document in documents for one in in_turn(document)):
            keep(team, each)
            team.apply()
            team.apply_as("schedule")
    assert started
    assert [found for each in started for found in unguarded(each)] == []


def keep(team: Team, document: dict[str, Any]) -> None:
    """Replace applied.json on the branch of the state."""
    team.ada.git("checkout", "--quiet", "--detach", "origin/bufferctl-state")
    (team.ada.folder / "applied.json").write_text(json.dumps(document), encoding="utf-8")
    team.ada.git("add", "--all")
    team.ada.git("commit", "--quiet", "--message", "Forge")
    team.ada.send("refs/heads/bufferctl-state")


def test_texts_of_the_event(team: Team, number: int) -> None:
    """Of a pull request, a merge queue, a run by hand and a fork's finished run; and the branches on the forge."""
    ref, head = team.try_merge(number), team.github.pulls[number]["head"]["sha"]
    events = [
        {**team.event(number), "action": "synchronize"},
        {"merge_group": {"base_sha": team.github.repository.head("main"), "head_sha": head, "head_ref": ref}},
        {"inputs": {"request": str(number)}},
        {"workflow_run": {"id": 1, "event": "pull_request", "head_sha": head, "head_branch": "launch"}},
    ]
    with children() as started:
        for event in (each for given in events for each in in_turn(given)):
            team.job("plan", ref, event)
            team.job("fork-comment", "main", event, None)
        team.github.pulls[number]["base"] |= {"ref": POISON}
        team.github.pulls[number]["head"] |= {"ref": POISON}
        team.plan(number)
        team.apply_as("workflow_dispatch", decision=f"reapply {POISON} recreate {POISON} max-deletes {POISON}")
    assert started
    assert [found for each in started for found in unguarded(each)] == []
