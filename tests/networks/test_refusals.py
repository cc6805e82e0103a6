"""Posts that networks refuse: caught by `validate` at the right line, and by the sandbox's independent rules.

A case is a root file. Its first line is Buffer's message; it is empty if Buffer accepts the post and only the network
objects to it. Lines that `validate` reports end in the rule's code, or in `error` for errors of the format.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from bufferctl.checks import RULES
from bufferctl.diagnostics import Severity
from bufferctl.model import Service
from tests.cli.conftest import Project, run_in
from tests.conftest import Expect
from tests.networks.cases import CASES, SERVICES
from tests.networks.direct import Direct
from tools.make_networks import rules_of

REFUSALS = sorted(CASES.glob("*/refusals/*.yaml"))
each_refusal = pytest.mark.parametrize(
    "case", REFUSALS, ids=[f"{case.parent.parent.name}-{case.stem}" for case in REFUSALS]
)

_MARK = re.compile(r"  # ((?:BC\d{3}|error)(?: BC\d{3})*)$")
_TOLD = re.compile(r"^\S+?:(\d+):\d+: (error|warning): .*?(?: \[(BC\d{3})\])?$", re.MULTILINE)


def expected(case: Path) -> Counter[tuple[int, str]]:
    """Line and code of each mark."""
    lines = enumerate(case.read_text(encoding="utf-8").splitlines(), 1)
    return Counter((number, code) for number, line in lines if (m := _MARK.search(line)) for code in m[1].split())


def told(case: Path, folder: Path, *arguments: str) -> tuple[int, Counter[tuple[int, str]]]:
    """The exit code of a command, and line and code of each reported problem."""
    ran = run_in(folder, *arguments, "-f", str(case))
    return ran.code, Counter((int(line), code or severity) for line, severity, code in _TOLD.findall(ran.out + ran.err))


@each_refusal
def test_refused(case: Path, direct: Direct, environment: Path, expect: Expect) -> None:
    """`validate` reports exactly the marked lines, and exits 1 for errors; the sandbox answers the first line."""
    says = "# Buffer: " + "; ".join(direct.refusals(case))
    expect(case, "\n".join((says.rstrip(), case.read_text(encoding="utf-8").partition("\n")[2])))
    code, problems = told(case, environment, "validate")
    marks = expected(case)
    assert problems == marks
    levels = {rule.code: rule.severity for rule in RULES}
    errors = [mark for _, mark in marks if levels.get(mark, Severity.ERROR) is Severity.ERROR]
    assert marks
    assert code == bool(errors)
    assert says != "# Buffer: " or not errors


#: Rules that validate leaves open, since the account may allow more; and plan's message if it does not.
OPEN = {"BC002": "BC002", "BC003": "BC001"}
UNSURE = [case for case in REFUSALS if {code for _, code in expected(case)} & OPEN.keys()]


@pytest.mark.parametrize("case", UNSURE, ids=[f"{case.parent.parent.name}-{case.stem}" for case in UNSURE])
def test_the_account_knows(case: Path, project: Project) -> None:
    """If `validate` leaves a problem open, `plan` asks the account: refused in the same line, or accepted."""
    assert told(case, project.folder, "plan") == (1, Counter((line, OPEN[code]) for line, code in expected(case)))
    assert project.sandbox.posts() == []
    more = {
        "twitter": {"subscriptionType": "Premium"},
        "mastodon": {"maxCharacters": 1000, "serverUrl": "https://a.example"},
    }
    service = case.parent.parent.name
    project.sandbox.person.set_channel(project.sandbox.channel(service)["id"], metadata=more[service])
    assert told(case, project.folder, "plan") == (0, Counter())


def test_every_rule_has_both() -> None:
    """Each rule of each network has a case that it refuses; the fullest posts are the ones that it accepts."""
    refused = {(Service(case.parent.parent.name), code) for case in REFUSALS for _, code in expected(case)}
    refused |= {(Service(case.parent.parent.name), OPEN[code]) for case in UNSURE for _, code in expected(case)}
    there = {(service, rule.code) for service in Service for rule in rules_of(service)}
    assert there - refused == set()
    assert refused - there == {(service, "error") for service, code in refused if code == "error"}
    of_networks = {rule.code for rule in RULES if rule.code.startswith("BC0")}
    assert {code for _, code in there} == of_networks


@pytest.mark.parametrize("service", SERVICES)
def test_the_fullest_is_taken(service: Service, project: Project) -> None:
    """The network's rules find nothing in the fullest posts, except for warnings."""
    ran = run_in(project.folder, "validate", "-f", str(CASES / service / "fullest.yaml"))
    assert ran.code == 0, ran.err
    warnings = {code for _, severity, code in _TOLD.findall(ran.out)}
    assert warnings == ({"BC009"} if service is Service.GOOGLEBUSINESS else set()), ran.err
