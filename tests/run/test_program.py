"""The room as a Python program uses it: without click, a terminal or a signal."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bufferctl.diagnostics import FilesError
from bufferctl.run.files import open_files
from bufferctl.sandbox import Sandbox
from tests.sources import files, parsed

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in files("bufferctl/run"))
FILES = """
version: 1
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme, posts: [{key: hello, text: Hello}, {key: again, text: %s}]}
"""


def run(script: str, folder: Path) -> str:
    """What a program prints that runs alone in the folder; it prints nothing else."""
    ran = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_nothing_imports_click_or_rich(tmp_path: Path) -> None:
    """Not even through other rooms; nor do the room's files name what belongs to a console."""
    imports = ", ".join(f"bufferctl.run.{name}" for name in MODULES if name != "__init__")
    assert run(f"import sys, {imports}; print(*{{'click', 'rich'}} & set(sys.modules))", tmp_path) == "\n"
    text = "".join(path.read_text(encoding="utf-8") for path in files("bufferctl/run"))
    assert not re.search(r"\bprint\(|\binput\(|\bimport signal\b|\bsys\.(stdout|stderr|stdin|exit)\b|isatty", text)


def test_the_command_line_leaves_the_work_to_this_room() -> None:
    """Its files load nothing of what applies, takes over, or keeps the state; they name types of it at most."""
    found = set()
    for path in files("bufferctl/cli"):
        tree = parsed(path)
        for_types = [
            each for each in tree.body if isinstance(each, ast.If) and ast.unparse(each.test) == "TYPE_CHECKING"
        ]
        named = {id(each) for block in for_types for each in ast.walk(block)}
        found |= {
            (path.name, each.module)
            for each in ast.walk(tree)
            if isinstance(each, ast.ImportFrom) and id(each) not in named
            if re.match(r"bufferctl\.(apply|intake|state)\b", each.module or "")
        }
    assert found == set()


def test_the_program_of_the_map_makes_a_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In five lines besides its imports: each change and its address."""
    page = (ROOT / "docs/how/architecture.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"```python\n(from bufferctl\.api .*?)```", page, re.DOTALL)
    assert len(program.split("\n\n")[1].splitlines()) <= 5
    (tmp_path / "buffer.yaml").write_text(FILES % "Again", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    with Sandbox() as sandbox:
        printed = run(f"url, key = {sandbox.url!r}, {sandbox.key!r}\n{program}", tmp_path)
    assert printed == "create Acme/twitter:acme/hello\ncreate Acme/twitter:acme/again\n"


def test_files_with_errors_are_one_exception_that_holds_them(tmp_path: Path) -> None:
    """It says the first one, and has all with their places."""
    (tmp_path / "buffer.yaml").write_text(FILES % "[1, 2]", encoding="utf-8")
    with pytest.raises(FilesError) as raised:
        open_files(tmp_path / "buffer.yaml")
    (first,) = (each for each in raised.value.problems if each.severity == "error")
    assert str(raised.value).endswith(f"First: buffer.yaml:6:94: {first.message}")
