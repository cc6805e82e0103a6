"""Which problems of files are shown, where a rule has many."""

from __future__ import annotations

import pytest

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.run.files import FEW, MANY, shorten


@pytest.mark.parametrize(
    ("shown", "left", "severity", "code", "number", "as_text"),
    [
        (FEW, 2, Severity.WARNING, "BC101", FEW + 2, False),
        (FEW, 0, Severity.WARNING, "BC101", FEW, False),
        # errors stop the run, so each is named, but for `validate` as text, which is run to read them
        (FEW + 2, 0, Severity.ERROR, "BC101", FEW + 2, False),
        (MANY, 0, Severity.WARNING, "BC101", MANY, True),
        (FEW, MANY - 2, Severity.WARNING, "BC101", MANY + 1, True),
        (FEW, MANY - 2, Severity.ERROR, "BC101", MANY + 1, True),
        # of no rule, so each says something else
        (FEW + 2, 0, Severity.WARNING, "", FEW + 2, False),
        (MANY + 1, 0, Severity.ERROR, "", MANY + 1, True),
    ],
)
def test_many_of_one_rule(shown: int, left: int, severity: Severity, code: str, number: int, *, as_text: bool) -> None:
    """The first few, and the number of the others in their place."""
    problems = [Diagnostic(severity, f"problem {each}", code=code) for each in range(number)]
    found = list(shorten(problems, as_text=as_text))
    assert problems[:shown] == found[:shown]
    assert ([left] if left else []) == [each.number for each in found[shown:]]
