"""Problems as SARIF: valid by the standard's own schema, at the right places, without links from people's text.

The schema is from Microsoft's npm package `@microsoft/jest-sarif` (MIT), revision rtm.5 of SARIF 2.1.0.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator  # type: ignore[import-untyped]  # it has no type hints

from bufferctl.checks import RULES
from bufferctl.diagnostics import Diagnostic, Kind, Place, Related, Severity
from bufferctl.plan import Plan, Reason, Status
from bufferctl.render.report import Report
from bufferctl.render.sarif import report_sarif
from tests.conftest import Expect
from tests.fuzzing import examples
from tests.render.hostile import TEXTS, plan_of, receipt_of
from tests.render.rich import APPLIED, REPORT

CASES = Path(__file__).parents[1] / "cases" / "render"
#: Of the published schema what bufferctl writes: anything else is refused. Take a new property over from the original.
SCHEMA = Draft4Validator(json.loads((CASES / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")))


def read(sarif: str) -> dict[str, Any]:
    """The only run of a log that the schema accepts, and whose results refer to rules in it."""
    log = json.loads(sarif)
    assert [error.message for error in SCHEMA.iter_errors(log)] == []
    (run,) = log["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(ids) == len(set(ids))
    assert all(ids[each["ruleIndex"]] == each["ruleId"] for each in run["results"])
    found: dict[str, Any] = run
    return found


def run_of(*problems: Diagnostic, **values: Any) -> dict[str, Any]:
    """The run that reports problems in the files, where nothing is to be sent."""
    return read(report_sarif(Report(Plan(REPORT.plan.at, ""), problems, **values)))


def one(problem: Diagnostic, **values: Any) -> dict[str, Any]:
    """The result of one problem."""
    (result,) = run_of(problem, **values)["results"]
    found: dict[str, Any] = result
    return found


@pytest.mark.parametrize(("name", "report"), [("plan", REPORT), ("receipt", APPLIED)])
def test_whole(name: str, report: Report, expect: Expect) -> None:
    """The rich plan and its receipt, in full, except for our version."""
    made = report_sarif(replace(report, rules=RULES, folder="social"))
    read(made)
    made = re.sub(
        r'"(version|semanticVersion)": "\d+\.\d+\.\d+",\n( +)"(?=semantic|rules)', r'"\1": "0.0.0",\n\2"', made
    )
    expect(CASES / f"{name}.sarif", made)


def test_place_is_relative_and_in_code_points() -> None:
    """The file is a URI relative to the repository root; columns count code points, as places do."""
    problem = Diagnostic(Severity.ERROR, "no", Place("posts/w 49#ü.yaml", 14, 9), source="        time: now", width=4)
    run = run_of(problem, folder="teams/social")
    assert run["columnKind"] == "unicodeCodePoints"
    physical = run["results"][0]["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "teams/social/posts/w%2049%23%C3%BC.yaml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"] == {"startLine": 14, "startColumn": 9, "endColumn": 13}


def test_place_of_a_whole_file() -> None:
    """A problem with a whole file has no region; one above the root file's folder is still relative to the top."""
    physical = one(Diagnostic(Severity.ERROR, "no", Place("../x.yaml")), folder="a/b")["locations"][0][
        "physicalLocation"
    ]
    assert physical == {"artifactLocation": {"uri": "a/x.yaml", "uriBaseId": "%SRCROOT%"}}


def test_without_a_place_it_is_a_notification() -> None:
    """Code scanning refuses results without a place, so such problems are reported on the run."""
    run = run_of(Diagnostic(Severity.WARNING, "the queue is paused", hint="resume it"))
    assert run["results"] == []
    assert run["invocations"][0]["toolExecutionNotifications"] == [
        {"level": "warning", "message": {"text": "the queue is paused. Resume it."}}
    ]


def test_rules_say_what_they_are() -> None:
    """For each rule with a finding, and no other: name, level, reason and fix."""
    rule = RULES[0]
    run = run_of(Diagnostic(Severity.ERROR, "no", Place("a.yaml", 1, 1), code=rule.code), rules=RULES)
    (told,) = run["tool"]["driver"]["rules"]
    assert (told["id"], told["name"]) == (rule.code, rule.name)
    assert told["defaultConfiguration"] == {"level": rule.severity.value}
    what, help_ = told["shortDescription"]["text"], told["help"]["text"]
    assert (what[0], what[-1], help_[0], help_[-1]) == (what[0].upper(), ".", help_[0].upper(), ".")
    assert rule.hint[1:].replace("{", "{{").replace("}", "}}") in help_


@pytest.mark.parametrize("code", [*map(str, Reason), Status.REFUSED.value, Status.DIFFERS.value, ""])
def test_what_is_no_rule_is_said_in_a_sentence(code: str) -> None:
    """Reasons of holds, outcomes, and problems without a code have a rule here too."""
    run = run_of(Diagnostic(Severity.ERROR, "no", Place("a.yaml", 1, 1), code=code))
    (told,) = run["tool"]["driver"]["rules"]
    assert told["id"] == (code or "problem")
    assert told["shortDescription"]["text"].endswith(".")


def test_second_places() -> None:
    """The second place of a problem is a related location with its note."""
    problem = Diagnostic(
        Severity.ERROR, "twice", Place("b.yaml", 2, 3), related=(Related(Place("a.yaml", 1, 1), "first here"),)
    )
    (related,) = one(problem)["relatedLocations"]
    assert related["message"] == {"text": "first here."}
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "a.yaml"


def test_a_result_is_known_again_when_its_line_moves() -> None:
    """The fingerprint depends on the problem and its line's text; equal ones are numbered."""
    problem = Diagnostic(Severity.ERROR, "no", Place("a.yaml", 1, 1), source="  text: x", code="BC001")
    moved = replace(problem, place=Place("a.yaml", 9, 1))
    edited = replace(problem, source="  text: y")
    first, second, third = (
        each["partialFingerprints"]["bufferctlProblem/v1"] for each in run_of(problem, moved, edited)["results"]
    )
    assert one(moved)["partialFingerprints"]["bufferctlProblem/v1"] == first
    assert second == f"{first.removesuffix(':1')}:2"
    assert third.partition(":")[0] != first.partition(":")[0]


def test_messages_have_no_links_and_placeholders() -> None:
    """Text that a viewer would make a link or a placeholder is split or doubled, as the standard says."""
    text = one(Diagnostic(Severity.ERROR, "[a](https://evil.example) {0} {{1}} [b]", Place("a.yaml", 1, 1)))["message"][
        "text"
    ]
    assert text == "[a]\u200b(https://evil.example) {{0}} {{{{1}}}} [b]."


@pytest.mark.parametrize("name", TEXTS)
def test_hostile(name: str) -> None:
    """A log with one text in every field is still valid by the schema, and every URI in it is relative."""
    for report in (plan_of(TEXTS[name]), receipt_of(TEXTS[name])):
        run = read(report_sarif(report))
        messages = [each["message"]["text"] for each in run["results"]]
        assert not any(re.search(r"\]\(", message) for message in messages)
        uris = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in run["results"]]
        assert uris
        assert not any(re.match(r"[\w+.-]+:", uri) or re.search(r"[^\w./~%-]", uri) for uri in uris)


@settings(max_examples=examples(100))
@given(st.text(min_size=1), st.text(), st.integers(0, 10**6), st.integers(0, 10**4))
def test_any_problem(message: str, file: str, line: int, column: int) -> None:
    """The same for any problem at any place."""
    run_of(Diagnostic(Severity.ERROR, message, Place(file, line, column), message, file, 3, message))


def test_what_is_worth_a_look_is_a_note() -> None:
    """Below the rule that it is a name of, as the standard writes rules below rules."""
    look = Diagnostic(
        Severity.WARNING, "`tip 2`: its text says “TBD”", Place("a.yaml", 3, 5), code="worth-a-look/placeholder",
        kind=Kind.WORTH_A_LOOK,
    )  # fmt: skip
    result = run_of(worth_a_look=(look,), rules=RULES)["results"][0]
    assert (result["level"], result["ruleId"]) == ("note", "worth-a-look/placeholder")
