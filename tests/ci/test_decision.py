"""The input `decision`: checked words, each with what belongs to it."""

from __future__ import annotations

import re

import pytest

from bufferctl.ci.decision import WORDS, Decision, read_decision
from bufferctl.errors import UsageError
from bufferctl.render.decisions import decisions_of
from bufferctl.said import Answer, Overrule, Way
from tests.ci.action import ROOT
from tests.ci.conftest import Team, post
from tests.ci.test_suspended import statuses
from tests.conftest import long

LAUNCH, CONSOLE = "Acme/twitter:acme/launch", "Acme/facebook:Acme Berlin/console"
APPLY = ("bufferctl", "apply")


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("", Decision()),
        ("everything", Decision(everything=True)),
        ("everything teams/globex/buffer.yaml", Decision(everything=True, roots=("teams/globex/buffer.yaml",))),
        (f"reapply {LAUNCH}", Decision(reapply=(LAUNCH,))),
        (f"recreate {LAUNCH} '{CONSOLE}'", Decision(recreate=(LAUNCH, CONSOLE))),
        (f"reapply {LAUNCH} recreate '{CONSOLE}'", Decision(reapply=(LAUNCH,), recreate=(CONSOLE,))),
        ("max-deletes 12", Decision(max_deletes="12")),
        ("approve 12 !13 '#14'", Decision(approved=(12, 13, 14))),
        (f"max-deletes 1 {LAUNCH}", Decision(max_deletes="1", deletes=(LAUNCH,))),
    ],
)
def test_words(text: str, decision: Decision) -> None:
    """Each word with its addresses or number."""
    assert read_decision(text) == decision


@pytest.mark.parametrize(
    ("text", "options", "targets"),
    [
        ("", [], []),
        ("everything", [], []),
        (f"reapply {LAUNCH}", ["--reapply", LAUNCH], ["--target", LAUNCH]),
        (
            f"recreate {LAUNCH} '{CONSOLE}'",
            ["--recreate", LAUNCH, "--recreate", CONSOLE],
            ["--target", LAUNCH, "--target", CONSOLE],
        ),
        ("max-deletes 12", ["--max-deletes", "12"], []),
        (f"max-deletes 1 {LAUNCH}", ["--max-deletes", "1"], ["--target", LAUNCH]),
        (
            "reapply Acme/twitter:acme/a[1]",
            ["--reapply", "Acme/twitter:acme/a[1]"],
            ["--target", "Acme/twitter:acme/a[[]1]"],
        ),
        ("approve 12", [], []),
    ],
)
def test_what_apply_gets(text: str, options: list[str], targets: list[str]) -> None:
    """The options that overrule a hold, and those that limit the run to the addresses, which are no patterns."""
    decision = read_decision(text)
    assert (decision.options, decision.targets) == (options, targets)


@pytest.mark.parametrize(
    "place",
    [
        "action.yml",
        "bufferctl/cli/ci.py",
        ".github/workflows/publish-posts.yml",
        "examples/github-actions/.github/workflows/apply.yml",
        "examples/gitlab/.gitlab-ci.yml",
        "docs/run/ci.md",
    ],
)
def test_every_word_is_offered(place: str) -> None:
    """Where people start a run by hand."""
    text = (ROOT / place).read_text(encoding="utf-8")
    assert [word for word in WORDS if not re.search(rf"\b{word}(,| ADDRESS| NUMBER)", text)] == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("everthing", "everthing is not a decision"),
        (LAUNCH, f"{LAUNCH} is not a decision"),
        ("reapply", "The decision reapply names no address"),
        ("recreate everything", "The decision recreate names no address"),
        ("max-deletes", "The decision max-deletes needs a number"),
        ("max-deletes many", "The decision max-deletes needs a number"),
        ("approve", "The decision approve needs the number of a request"),
        ("approve launch", "The decision approve needs the number of a request"),
        ("reapply 'open", "cannot be read: No closing quotation"),
    ],
)
def test_what_is_no_decision(text: str, message: str) -> None:
    """What is wrong, and the words."""
    with pytest.raises(UsageError, match=re.escape(message)) as found:
        read_decision(text)
    assert "Write everything, reapply ADDRESS, recreate ADDRESS, max-deletes NUMBER or approve" in found.value.hint


def test_answers_as_decisions() -> None:
    """They are read as they are shown, whatever an address contains; other answers are none."""
    answers = [
        Answer(Way.RUN, command=APPLY, overrules=Overrule.REAPPLY, addresses=(LAUNCH,)),
        Answer(Way.RUN, command=APPLY, overrules=Overrule.REAPPLY, addresses=(CONSOLE, LAUNCH)),
        Answer(Way.RUN, command=APPLY, overrules=Overrule.MAX_DELETES, number=7),
        Answer(Way.RUN, command=("bufferctl", "pull"), addresses=(LAUNCH,)),
        Answer(Way.RUN, command=("bufferctl", "plan")),
        Answer(Way.RUN, command=APPLY),
        Answer(Way.ADD, "existing", "ID"),
    ]
    lines = list(decisions_of(answers))
    assert lines == [f"reapply {LAUNCH} '{CONSOLE}'", "max-deletes 7"]
    assert [read_decision(line) for line in lines] == [
        Decision(reapply=(LAUNCH, CONSOLE)),
        Decision(max_deletes="7"),
    ]


def test_a_number_of_deletes_for_a_root_file() -> None:
    """The name of a root file is no address, though it may look like one; it is read as it is shown."""
    name = "teams/my globex/buffer.yaml"
    (line,) = decisions_of([Answer(Way.RUN, command=APPLY, overrules=Overrule.MAX_DELETES, number=7)], name)
    assert read_decision(line, [name]) == Decision(max_deletes="7", roots=(name,))


@pytest.mark.parametrize(
    ("text", "is_for_any"),
    [
        ("everything", True),
        ("max-deletes 3", True),
        (f"everything reapply {LAUNCH}", True),
        ("everything globex.yaml", False),
        ("max-deletes 3 globex.yaml", False),
        (f"max-deletes 3 {LAUNCH}", False),
        (f"max-deletes 3 reapply {LAUNCH}", False),
        (f"reapply {LAUNCH}", False),
        ("approve 12", False),
        ("", False),
    ],
)
def test_what_says_for_which_files_it_is(text: str, is_for_any: bool) -> None:
    """A root file, the organization of an address, or the number of a request."""
    assert read_decision(text, ["globex.yaml"]).is_for_any_files is is_for_any


@pytest.mark.parametrize("text", ["approve 12 everything", f"reapply {LAUNCH} approve 12"])
def test_an_approval_stands_alone(text: str) -> None:
    """The other words publish without looking at any request."""
    with pytest.raises(UsageError, match="The decision approve cannot be combined with others"):
        read_decision(text)


@pytest.mark.parametrize(
    ("decision", "name", "concerned"),
    [
        (f"reapply {LAUNCH}", "buffer.yaml", True),
        ("reapply Globex/twitter:globex/a", "buffer.yaml", False),
        ("max-deletes 3", "buffer.yaml", True),
        ("everything", "buffer.yaml", True),
        ("everything globex.yaml", "globex.yaml", True),
        ("everything globex.yaml", "buffer.yaml", False),
    ],
)
def test_of_several_root_files_one_is_meant(decision: str, name: str, concerned: bool) -> None:
    """By the organization of the addresses, or by its name."""
    assert read_decision(decision).concerns(name, {"Acme"}) is concerned


def test_a_decision_about_other_files_does_nothing(planned: Team) -> None:
    """The run warns, and goes on as without it."""
    planned.merge(1)
    ran = planned.apply_as("workflow_dispatch", decision="everything globex.yaml")
    assert not ran.failed, ran.log
    assert "::warning::The decision everything globex.yaml is not about buffer.yaml" in ran.log
    assert planned.texts() == ["We are live"]


def test_a_word_that_is_none_stops_the_run(team: Team) -> None:
    """Before anything is read or sent."""
    ran = team.apply_as("workflow_dispatch", decision="evrything")
    assert ran.failed
    assert "::error::evrything is not a decision. Did you mean everything?" in ran.log
    assert team.sandbox.requests == []


@pytest.mark.parametrize("decision", ["max-deletes 1", *long("max-deletes 1 Acme/twitter:acme/launch")])
def test_what_is_held_for_the_number_of_deletes(launched: Team, decision: str) -> None:
    """The comment and the receipt show the line to type, which deletes what the request removed, and nothing else."""
    number = launched.open("empty", launch="posts: []\n")
    assert launched.plan(number).failed
    assert "\nmax-deletes 1\n" in launched.github.bodies(number)[0]
    launched.merge(number)
    assert launched.apply().failed
    receipt = launched.github.bodies(number)[-1]
    assert "will be published" in receipt
    assert "\nmax-deletes 1\n" in receipt
    assert not launched.apply_as("workflow_dispatch", decision=decision).failed
    assert statuses(launched) == {}
    assert not launched.apply().failed


def test_a_number_of_deletes_agrees_to_nothing_that_the_request_kept(launched: Team) -> None:
    """What was removed on the branch without a request is not reviewed, whatever the number."""
    launched.merge(launched.open("late", late=post("late", "Later", "2029-12-29 09:00")))
    assert launched.apply().failed  # it has no plan
    assert not launched.apply_as("workflow_dispatch", decision="everything").failed
    number = launched.open("empty", launch="posts: []\n")
    launched.plan(number)
    launched.merge(number)
    launched.ada.branch("main")
    launched.ada.write(late="posts: []\n")
    launched.ada.push("Empty it")
    assert launched.apply_as("workflow_dispatch", decision="max-deletes 2").failed
    assert statuses(launched) == {"Later": "scheduled"}
