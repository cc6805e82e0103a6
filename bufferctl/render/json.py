"""A plan and its outcomes for machines, in Terraform's words; the documents and their keys are in json_documents.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from bufferctl.diagnostics import Diagnostic, FilesError, Severity
from bufferctl.errors import BufferctlError
from bufferctl.render.json_documents import document
from bufferctl.render.report import Report


def report_json(report: Report) -> str:
    """A report as one JSON document, ending in a newline: a plan, or after an apply, its results."""
    return document("plan" if report.outcomes is None else "apply", report)


def receipt_json(report: Report, finished_at: datetime, details: Mapping[str, Any]) -> str:
    """The result of an apply, for later. `details`: the data needed to read it back."""
    return document("receipt", SimpleNamespace(report=report, finished_at=finished_at, details=details))


def problems_json(problems: Sequence[Diagnostic], *, valid: bool) -> str:
    """The output of `validate --json`. `valid`: there are no errors (with --strict: and no warnings)."""
    return document("validate", {"valid": valid, "problems": problems})


def error_json(error: BufferctlError) -> str:
    """What a command prints with --json in place of its output if it fails: each problem of the files, or the error."""
    problems = error.problems if isinstance(error, FilesError) else ()
    own = Diagnostic(Severity.ERROR, error.message, hint=error.hint)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__.removesuffix("Error")).lower()
    found = [each for each in problems if each.severity is Severity.ERROR] or [own]
    errors = [replace(each, code=each.code or name) for each in found]
    return document("error", {"exit_code": error.exit_code, "errors": errors})
