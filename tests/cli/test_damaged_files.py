"""Damaged saved plans and receipts: shown, or refused with a message; never a traceback, in any form."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl import planfile
from bufferctl.cli.outputs import report_of
from bufferctl.cli.review import report_of_receipt
from bufferctl.errors import BufferctlError
from bufferctl.planfile import load
from bufferctl.render.html import report_html
from bufferctl.render.json_documents import report_json
from bufferctl.render.lines import Paint
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from bufferctl.render.sarif import report_sarif
from bufferctl.render.text import plan_text, receipt_text
from tests.cli.conftest import project_apart
from tests.fuzzing import damaged, seeds
from tests.planfile.forging import resigned

FILES = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {key: launch, due_at: 2029-12-10 09:00, text: "We are live: https://acme.example #open"}
          - {key: queued, text: Soon, assets: [{image: {url: "https://acme.example/a.png", alt_text: A}}]}
          - {key: late, due_at: 2029-12-03 09:01, text: Too late}
    ideas:
      - {key: hiring, title: How we hire, text: In the open}
"""
LATER = (
    FILES.replace("We are live", "We are live at last")
    .replace(
        "          - {key: queued",
        "          - {key: next, due_at: 2029-12-11 09:00, text: Next}\n          - {key: then",
    )
    .replace('#open"', '#open", draft: true')
)

pytestmark = pytest.mark.timeout(1200)  # ten thousand examples, on any machine
#: Each example takes some milliseconds; `make test-all` asks for 10,000, in parts that workers share.
PARTS = 4
MOST = 10_000 if os.environ.get("THOROUGH") else 40
fuzzed = settings(max_examples=MOST // PARTS, print_blob=True)
in_parts = pytest.mark.parametrize("part", range(PARTS))


@dataclass(frozen=True, repr=False)
class Files:
    """The text of both files; too long for Hypothesis to print."""

    plan: str
    receipt: str


@pytest.fixture(scope="module")
def files() -> Files:
    """A saved plan with creates, an edit, a rename and a post held as too late; and the receipt from applying it."""
    with project_apart() as project:
        project.write("buffer.yaml", FILES)
        project("apply", "--auto-approve", "--settle", "0")
        project.write("buffer.yaml", LATER)
        assert project("plan", "-o", "plan.json").code == 0
        assert project("apply", "--auto-approve", "--settle", "0", "--receipt", "receipt.json").code == 1
        plan, kept = ((project.folder / name).read_text(encoding="utf-8") for name in ("plan.json", "receipt.json"))
    return Files(plan, kept)


def shown(report: Report) -> None:
    """Every form can be made."""
    report_json(report)
    for form in (report_html, report_markdown, report_sarif):
        assert form(report)


def told(error: BufferctlError) -> None:
    """The problem and the fix."""
    assert error.message
    assert error.hint


@pytest.mark.parametrize("kind", ["plan", "receipt"])
def test_whole(files: Files, kind: str) -> None:
    """Undamaged files are read, so the tests below are about damage."""
    raw = (files.plan if kind == "plan" else files.receipt).encode()
    assert load(raw, "f").plan.changes if kind == "plan" else planfile.load_receipt(raw, "f").outcomes


@in_parts
@fuzzed
@given(seed=seeds)
def test_damaged_plan(files: Files, part: int, seed: int) -> None:
    """With a matching checksum: refused with a message, or shown in every form."""
    values = damaged(files.plan, seed * PARTS + part)
    try:
        plan = load(resigned(values) if isinstance(values, dict) else json.dumps(values).encode(), "plan.json")
    except BufferctlError as error:
        told(error)
        return
    report = report_of(plan.plan, plan.desired)
    plan_text(report, Paint())
    shown(report)


@in_parts
@fuzzed
@given(seed=seeds)
def test_damaged_receipt(files: Files, part: int, seed: int) -> None:
    """Refused with a message, or shown in every form."""
    try:
        kept = planfile.load_receipt(json.dumps(damaged(files.receipt, seed * PARTS + part)).encode(), "receipt.json")
    except BufferctlError as error:
        told(error)
        return
    report = report_of_receipt(kept)
    receipt_text(report, kept.finished_at, Paint())
    shown(report)


@settings(fuzzed, max_examples=MOST)
@given(st.data(), st.booleans())
def test_cut_short(files: Files, data: st.DataObject, is_plan: bool) -> None:
    """The first part of a file, or one with other bytes in it, is refused with a message."""
    raw = (files.plan if is_plan else files.receipt).encode()
    at = data.draw(st.integers(0, len(raw) - 2))
    broken = raw[:at] + data.draw(st.sampled_from([b"", b"\xff" + raw[at:], b"\x00" + raw[at + 1 :]]))
    for read in (load, planfile.load_receipt):
        with pytest.raises(BufferctlError):
            read(broken, "f.json")
