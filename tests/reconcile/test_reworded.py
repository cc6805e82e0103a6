"""Nothing decides by the words of a hold, an outcome or a note: with others, all behaviour stays."""

from __future__ import annotations

import ast
import os
import random
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.sources import mentioning, nodes

from . import behaviour
from .rewording import other_words, reword


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a copy, whose package comes before the installed one."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_sentence_is_a_template() -> None:
    """The words of a `Said` are a literal where it is made, with blanks for everything else: so all can be reworded."""
    other = []
    for path in mentioning("bufferctl", "Said("):
        for node in nodes(path):
            match node:
                case ast.Call(func=ast.Name(id="Said"), args=[ast.Constant(), *_]):
                    pass
                case ast.Call(func=ast.Name(id="Said")):
                    other.append(path.name)
    assert sorted(other) == ["holds.py", "said.py", "said.py"]  # where sentences are filled, joined and shared


def test_other_words_have_the_same_blanks() -> None:
    """In their order, and none of the words."""
    made = other_words("Its {what} is {run.options}, so {stays}.", random.Random(1))  # noqa: S311 - no secret
    assert re.fullmatch(r"[a-z]{3} \{what\} [a-z]{2} \{run\.options\}[a-z] [a-z]{2} \{stays\}[a-z]", made)
    assert "is" not in made.split()


def test_causes_answers_and_suggestions_stay(tmp_path: Path) -> None:
    """The same posts share a cause, with the same answers, suggestions and folds, whatever 160 templates say."""
    assert reword(tmp_path, 1) >= 160
    with redirect_stdout(StringIO()) as before:
        behaviour.main()
    after = run(tmp_path, "-m", "tests.reconcile.behaviour")
    assert after.returncode == 0, after.stderr
    assert before.getvalue() == after.stdout
    assert '"existing: {twitter: post-1}' in before.getvalue().replace("\\n    ", '"')


@pytest.mark.long
def test_plans_stay(tmp_path: Path) -> None:
    """Actions, reasons, places, exit codes and what apply does, of every case; and suggestions on requests."""
    reword(tmp_path, 4)
    tests = ("tests/cli/test_plan_cases.py", "tests/ci/test_suggestions.py")
    ran = run(tmp_path, "-m", "pytest", "-n", "0", *tests)
    assert ran.returncode == 0, ran.stdout
