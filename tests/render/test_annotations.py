"""Problems as workflow commands: one per line, at the right place, with no command inside them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.diagnostics import Diagnostic, Kind, Place, Related, Severity
from bufferctl.model import Likeness, visible
from bufferctl.plan import Action, Cause, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.matches import Suspect
from bufferctl.render.annotations import annotations_text, inert
from bufferctl.render.grouped import problems_of
from bufferctl.render.report import Report
from tests.conftest import Expect
from tests.render.hostile import TEXTS, plan_of, receipt_of
from tests.render.rich import APPLIED, PLAN, REPORT, change, live, post

CASES = Path(__file__).parents[1] / "cases" / "render"
_COMMAND = re.compile(r"::(error|warning) ([^:]*)::(.*)")


def warning(file: str, code: str = "") -> Diagnostic:
    """A warning at one line of a file."""
    return Diagnostic(Severity.WARNING, f"something in {file}", Place(file, 3, 5), code=code)


def runner(line: str) -> tuple[str, dict[str, str], str]:
    """A command as parsed by GitHub's runner: its name, its properties, its message."""
    match = _COMMAND.fullmatch(line)
    assert match, line
    properties = dict(each.split("=", 1) for each in match[2].split(","))
    values = {name: _unescaped(value, "%3A", ":", "%2C", ",") for name, value in properties.items()}
    return match[1], values, _unescaped(match[3])


def _unescaped(text: str, *more: str) -> str:
    for coded, plain in zip(("%0D", "%0A", *more[::2], "%25"), ("\r", "\n", *more[1::2], "%"), strict=True):
        text = text.replace(coded, plain)
    return text


@pytest.mark.parametrize(("name", "report"), [("plan", REPORT), ("receipt", APPLIED)])
def test_whole(name: str, report: Report, expect: Expect) -> None:
    """The rich plan and its receipt, in full."""
    expect(CASES / f"{name}.annotations.txt", annotations_text(problems_of(report), folder="social"))


def test_one() -> None:
    """The path is relative to the repository root; the hint is on its own line."""
    problem = Diagnostic(
        Severity.ERROR, "there is no field `time`", Place("posts/a,b:c.yaml", 14, 9), "it is `due_at`", code="BC001"
    )
    assert annotations_text([problem], folder="teams/social") == (
        "::error file=teams/social/posts/a%2Cb%3Ac.yaml,line=14,col=9,title=bufferctl BC001::"
        "there is no field `time`.%0A→ it is `due_at`\n"
    )


def test_without_a_line_and_without_a_place() -> None:
    """A problem without a line has no column, and one without a place has no file."""
    assert annotations_text([Diagnostic(Severity.WARNING, "empty", Place("a.yaml"))]) == (
        "::warning file=a.yaml,title=bufferctl::empty.\n"
    )
    assert annotations_text([Diagnostic(Severity.WARNING, "paused")]) == "::warning title=bufferctl::paused.\n"
    assert annotations_text([]) == ""


def test_what_counts_goes_first() -> None:
    """Errors, then held changes, then problems in changed files, then the rest in its order."""
    held = warning("c.yaml", code=Reason.CONFLICT.value)
    error = Diagnostic(Severity.ERROR, "an error", Place("z.yaml", 1, 1))
    found = [warning("a.yaml"), warning("b.yaml"), warning("d.yaml"), held, error]
    made = annotations_text(found, changed={"d.yaml", "b.yaml"})
    assert re.findall(r"file=(\w)", made) == ["z", "c", "b", "d", "a"]


def test_a_problem_of_two_places() -> None:
    """It is shown at the one in a changed file, where GitHub shows it beside the change, and names the other one."""
    related = Related(Place("new.yaml", 7, 3), "first used in `new`")
    problem = Diagnostic(Severity.WARNING, "the same text", Place("old.yaml", 2, 5), related=(related,))
    assert annotations_text([problem], changed={"new.yaml"}, folder="social") == (
        "::warning file=social/new.yaml,line=7,col=3,title=bufferctl::"
        "the same text.%0Asocial/old.yaml:2:5: the other place\n"
    )
    assert annotations_text([problem], changed={"new.yaml", "old.yaml"}) == (
        "::warning file=old.yaml,line=2,col=5,title=bufferctl::the same text.%0Anew.yaml:7:3: first used in `new`\n"
    )


def test_the_tenth_says_how_many_more() -> None:
    """GitHub drops any beyond ten of a kind, so only ten are printed, and the last one counts the others."""
    ten = annotations_text([warning(f"{number}.yaml") for number in range(10)])
    eleven = annotations_text([warning(f"{number}.yaml") for number in range(1211)])
    assert len(ten.splitlines()) == len(eleven.splitlines()) == 10
    assert ten.splitlines()[-1].endswith("something in 9.yaml.")
    assert eleven.splitlines()[-1] == (
        "::warning title=bufferctl::and 1,202 more warnings; what this step printed has them all"
    )


@pytest.mark.parametrize("name", TEXTS)
def test_hostile(name: str) -> None:
    """With one text in every field, each line is one of our commands, and its message contains the text."""
    for report in (plan_of(TEXTS[name]), receipt_of(TEXTS[name])):
        lines = annotations_text(problems_of(report)).split("\n")
        assert lines.pop() == ""
        assert 0 < len(lines) <= 20
        for line in lines:
            _, properties, message = runner(line)
            assert set(properties) <= {"file", "line", "col", "title"}
            assert visible(TEXTS[name].replace("\r\n", "\n")) in message or message.startswith("and ")


@given(st.text(min_size=1), st.text(min_size=1))
def test_any(message: str, file: str) -> None:
    """The runner reads the original message, at the original place."""
    made = annotations_text([Diagnostic(Severity.ERROR, message, Place(file, 1, 2), code=file)])
    kind, properties, read = runner(made.removesuffix("\n"))
    assert kind == "error"
    assert properties["title"] == "bufferctl " + visible(file.replace("\r\n", "\n"))
    assert read.rstrip(".") == visible(message.replace("\r\n", "\n")).rstrip(".")


@pytest.mark.parametrize(
    "text", ["::add-mask::x", "  ::error::x", "a\n\t::set-output name=a::b", "see ##[add-mask]x", "│ ##[group]x\n::x::"]
)
def test_nothing_printed_is_a_command(text: str) -> None:
    """No line of a log starts with a command, and the text reads the same."""
    made = inert(text)
    assert made.replace("\u200b", "") == text
    assert not re.search(r"^\s*::", made, re.MULTILINE)
    assert "##[" not in made


def test_nothing_in_json_is_a_command() -> None:
    """The JSON stays valid, with the same content."""
    made = json.dumps({"text": "##[add-mask]x ::error::x", "more": ["##[group]"]}, indent=2)
    assert json.loads(inert(made)) == json.loads(made)
    assert "##[" not in inert(made)


@pytest.mark.parametrize("text", ["", "Plan: 2 to create.", "::", "a::b::c", "## [heading]", "twitter:acme::x"])
def test_what_is_no_command_stays(text: str) -> None:
    """Other text is unchanged, if possible."""
    assert inert(text).replace("\u200b", "") == text
    assert (inert(text) == text) == (not text.startswith("::"))


def test_one_annotation_an_item() -> None:
    """An entry that is held on two networks for one reason is named once, with both and a command for both."""
    entry = [post("ch-x", "a", 7, text="A"), post("ch-li", "a", 7, text="A")]
    held = tuple(holds.DELETED_IN_BUFFER.on(change(each, Action.NO_OP, Cause.DRIFT)) for each in entry)
    (problem,) = problems_of(Report(replace(PLAN, changes=held, warnings=())))
    assert problem.message.startswith("a (X, LinkedIn): Somebody deleted it in Buffer")
    assert "--recreate Acme/twitter:acme/a --recreate Acme/linkedin:acme-inc/a" in problem.hint
    assert (problem.code, str(problem.place)) == ("deleted-in-buffer", "posts/2029-w49.yaml:7:10")


def test_one_annotation_a_line() -> None:
    """What is held at one line for one reason is one annotation; posts with answers of their own have their own."""
    entry = [change(post("ch-x", key, 7, text=key), Action.NO_OP, Cause.DRIFT) for key in ("tip-1", "tip-2")]
    for hold, expected in (
        (holds.LOCKED, ["tip-1, tip-2 (X): "]),
        (holds.ambiguous(Likeness.SAME_TEXT, [Suspect.of(live("ch-x", 1, "x"))], None), ["tip-1, tip-2 (X): "]),
        (None, ["tip-1 (X): ", "tip-2 (X): "]),
    ):
        own = (holds.ambiguous(Likeness.SAME_TEXT, [Suspect.of(live("ch-x", n, "x"))], None) for n in (1, 2))
        held = tuple((hold or each).on(change) for change, each in zip(entry, own, strict=True))
        found = list(problems_of(Report(replace(PLAN, changes=held, warnings=()))))
        assert [problem.message.partition(": ")[0] + ": " for problem in found] == expected
        assert all("…" not in problem.hint for problem in found)


def test_what_is_worth_a_look_is_a_notice() -> None:
    """At its line, after the errors and warnings, so that it takes the place of none of them."""
    look = Diagnostic(
        Severity.WARNING, "`tip 2`: its text says “TBD”", Place("a.yaml", 3, 5), code="worth-a-look/placeholder",
        kind=Kind.WORTH_A_LOOK,
    )  # fmt: skip
    report = Report(replace(PLAN, changes=(), warnings=(Diagnostic(Severity.WARNING, "w"),)), worth_a_look=(look,))
    first, second, *_ = annotations_text(problems_of(report)).split("\n")
    assert first.startswith("::warning ")
    assert second.startswith("::notice file=a.yaml,line=3,col=5,title=bufferctl worth-a-look/placeholder::`tip 2`")
