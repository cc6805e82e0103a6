"""docs/review/plan.md, with real commands and their real output."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.cli.conftest import Project
from tests.conftest import Expect
from tests.docs.console import Document

PAGE = Path(__file__).parents[2] / "docs" / "review" / "plan.md"


def test_page_runs(project: Project, expect: Expect) -> None:
    """Its files are written and edited, its commands run, and their output matches."""

    def applied() -> None:
        assert project.apply().code == 0
        project.sandbox.requests.clear()

    text = PAGE.read_text(encoding="utf-8")
    made = Document(project.folder, {"applied": applied}).run(text)
    expect(PAGE, made)


def test_fields_that_json_names() -> None:
    """The JSON fields of plans that docs/reference/json.md names exist."""
    page = PAGE.parents[1] / "reference" / "json.md"
    text = page.read_text(encoding="utf-8").partition("## Plans")[2]
    schema = json.loads((PAGE.parents[2] / "schemas" / "plan.schema.json").read_text(encoding="utf-8"))
    forms = (schema, schema["$defs"]["ChangeForm"], schema["$defs"]["AnswerForm"], schema["$defs"]["DiagnosticForm"])
    there = {"ID", *(name for form in forms for name in form["properties"])}  # `ID` stands in an example
    assert {name for name in re.findall(r"`(\w+)`", text) if name != "after"} <= there
