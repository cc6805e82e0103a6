"""Problems as SARIF 2.1.0, for code scanning and for editors (OASIS, Static Analysis Results Interchange Format)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

from pydantic_core import to_json

from bufferctl import __version__
from bufferctl.diagnostics import Diagnostic, Place, RuleHelp
from bufferctl.model import visible
from bufferctl.plan import Reason, Status
from bufferctl.render.grouped import problems_of
from bufferctl.render.lines import capitalized, sentence
from bufferctl.render.report import Report

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
#: The root of the repository, in the notation of code scanning.
_ROOT = "%SRCROOT%"
#: The rule for problems without their own rule: the format of the files, and warnings from planning.
_GENERAL = "problem"
_OTHERS = {
    _GENERAL: "The files, or the plan, have a problem",
    **{reason.value: "A post or an idea needs a person before it is sent" for reason in Reason},
    Status.REFUSED.value: "Buffer refused a change",
    Status.DIFFERS.value: "What came back from Buffer differs from what was sent",
}
#: The method by which the digest of a result is made; changes with its inputs.
_FINGERPRINT = "bufferctlProblem/v1"


def report_sarif(report: Report) -> str:
    """The problems of a report, including holds and failures, ending in a newline.

    One run with a result for each problem that has a place; other problems are notifications of the run.
    """
    found = list(problems_of(report))
    helps = {rule.code: rule for rule in report.rules}
    codes = sorted({*map(_code, found)})
    notifications = [{"level": each.level, "message": _message(each)} for each in found if not each.place]
    run = {
        "tool": {
            "driver": {
                "name": "bufferctl",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [_rule(code, helps.get(code)) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notifications}],
        "results": [*_results(found, codes, report.folder)],
    }
    return to_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2).decode() + "\n"


def _rule(code: str, rule: RuleHelp | None) -> dict[str, Any]:
    if rule is None:
        return {"id": code, "shortDescription": {"text": sentence(_OTHERS.get(code, _OTHERS[_GENERAL]))}}
    what, *told = [sentence(capitalized(each)) for each in (rule.summary, rule.why, rule.hint) if each]
    return {
        "id": code,
        "name": rule.name,
        "shortDescription": {"text": _said(what)},
        "fullDescription": {"text": _said(" ".join([what, *told]))},
        "help": {"text": _said(" ".join(told)), "markdown": _said("\n\n".join(told))},
        "defaultConfiguration": {"level": rule.severity.value},
    }


def _results(problems: Iterable[Diagnostic], codes: list[str], folder: str) -> Iterator[dict[str, Any]]:
    seen: Counter[str] = Counter()
    for problem in problems:
        if problem.place is None:
            continue
        code = _code(problem)
        digest = _digest(problem)
        related = [
            {**_location(each.place, folder, 0), "message": {"text": _said(sentence(each.note))}}
            for each in problem.related
        ]
        seen[digest] += 1
        yield {
            "ruleId": code,
            "ruleIndex": codes.index(code),
            "level": problem.level,
            "message": _message(problem),
            "locations": [_location(problem.place, folder, problem.width if problem.source else 0)],
            **({"relatedLocations": related} if related else {}),
            "partialFingerprints": {_FINGERPRINT: f"{digest}:{seen[digest]}"},
        }


def _code(problem: Diagnostic) -> str:
    return visible(problem.code) or _GENERAL


def _digest(problem: Diagnostic) -> str:
    """A digest that stays the same if the problem moves to another line."""
    file = problem.place.file if problem.place else ""
    parts = (problem.code, file, problem.source.strip(), problem.message)
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=10).hexdigest()


def _message(problem: Diagnostic) -> dict[str, str]:
    hint = f" {sentence(capitalized(problem.hint))}" if problem.hint else ""
    return {"text": _said(sentence(problem.message) + hint)}


def _location(place: Place, folder: str, width: int) -> dict[str, Any]:
    file = quote(place.below(folder).file, safe="/", errors="replace")
    physical: dict[str, Any] = {"artifactLocation": {"uri": file, "uriBaseId": _ROOT}}
    if place.line:
        physical["region"] = {"startLine": place.line, "startColumn": max(1, place.column)}
        if width:
            physical["region"]["endColumn"] = max(1, place.column) + width
    return {"physicalLocation": physical}


def _said(text: str) -> str:
    """A message escaped so that nothing in it is a link or a placeholder (specification 3.11.5 and 3.11.6)."""
    text = re.sub(r"\](?=\()", "]\u200b", visible(text))
    return text.replace("{", "{{").replace("}", "}}")
