"""A published post becomes a series, with the same text and later times."""

from __future__ import annotations

import json

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts

TIP = "text: A tip for everybody"
SINGLE = f"key: tip, due_at: 2029-12-05 09:00, {TIP}"
SERIES = f"key: {{key}}, due_at: 2029-12-12 09:00, repeat: {{{{every: 1 week, times: 3{{more}}}}}}, {TIP}"


def held(project: Project) -> list[str]:
    """The keys of what a plan holds."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return [each["address"].rpartition("/")[2] for each in changes if each["action"] == "hold"]


def test_the_first_occurrence_is_asked_about(project: Project) -> None:
    """Alone, by each run: the post can be one of them only, and the others are sent."""
    declare(project, SINGLE)
    project.apply()
    project.sandbox.clock.set("2029-12-06T09:00:00Z")
    declare(project, SERIES.format(key="tip", more=""))
    assert held(project) == ["tip-1"]
    assert [apply(project), held(project), apply(project), held(project)] == [1, ["tip-1"], 1, ["tip-1"]]
    assert texts(project) == {"A tip for everybody": 3}


def test_it_is_the_first_occurrence(project: Project) -> None:
    """The answer that it proposes: nothing of it is sent again."""
    declare(project, SINGLE)
    project.apply()
    project.sandbox.clock.set("2029-12-06T09:00:00Z")
    (there,) = project.sandbox.posts()
    each = f", each: {{1: {{existing: {{twitter: {there['id']}}}}}}}"
    declare(project, SERIES.format(key="tip", more=each))
    apply(project)
    assert texts(project) == {"A tip for everybody": 3}


def test_a_whole_series_under_another_key(project: Project) -> None:
    """Each occurrence is asked about: any of them may be one of the three that are published."""
    declare(project, SERIES.format(key="tip", more=""))
    project.apply()
    project.sandbox.clock.set("2029-12-28T09:00:00Z")
    declare(project, SERIES.format(key="advice", more="").replace("2029-12-12", "2030-01-09"))
    assert held(project) == ["advice-1", "advice-2", "advice-3"]
    assert apply(project) == 1
    assert texts(project) == {"A tip for everybody": 3}
