"""Prints everything that is decided about holds, without a word of them: run in a copy with other words."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from bufferctl.ci.suggestions import fields_of
from bufferctl.plan import Change
from bufferctl.render.grouped import Grouped, grouped, problems_of
from bufferctl.render.json_documents import AnswerForm, answers_of, values_of
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from bufferctl.value import replace
from tests.render.plans import PLANS
from tests.render.rich import PLAN
from tests.render.test_grouped import KINDS


def of_kind(changes: list[Change], folder: Path) -> dict[str, object]:
    """How changes are grouped, what answers them, and what is suggested at their lines."""
    plan = replace(PLAN, changes=tuple(changes), warnings=())
    report = Report(plan)
    return {
        "causes": causes(grouped(report)),
        "problems": [(each.code, str(each.place)) for each in problems_of(report)],
        "answers": [[values_of(AnswerForm, answer) for answer in answers_of(change)] for change in changes],
        "suggestions": [(str(each.place), each.line, each.answers) for each in fields_of(folder, plan)],
    }


def causes(found: Grouped) -> list[tuple[object, ...]]:
    """Which items share a cause, and how many answers they have."""
    return [(each.code, each.name, each.own_hints, [len(item.hints) for item in each.items]) for each in found.causes]


def of_comment(report: Report) -> list[str]:
    """The headings of a comment, and what is folded in it; how many are depends on how long sentences are."""
    lines = report_markdown(report).splitlines()
    said = [re.sub(r":</b> .*", "</b>", line) for line in lines if line.startswith(("#### ", "<details", "</details"))]
    return [re.sub(r"\d+ more<", "more<", re.sub(r"waiting: .*?<", "waiting<", line)) for line in said]


def main() -> None:
    """Print it as JSON."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "posts").mkdir()
        lines = "\n".join(f"  - key: post-{number}" for number in range(1, 50))
        (folder / "posts" / "2029-w49.yaml").write_text(lines, encoding="utf-8")
        decided = {kind: of_kind(changes, folder) for kind, changes in KINDS.items()}
    comments = {name: of_comment(made()) for name, made in PLANS.items() if name in {"held", "mixed", "two"}}
    print(json.dumps([decided, comments]))  # noqa: T201 - a test reads it


if __name__ == "__main__":
    main()
