"""`bufferctl completion SHELL`: scripts that shells take, and what they then complete."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bufferctl.cli import COMMANDS
from bufferctl.cli.completion import SHELLS
from tests.cli.conftest import Prints, Ran


@pytest.mark.parametrize("shell", SHELLS)
def test_script(run: Callable[..., Ran], shell: str) -> None:
    """On stdout alone, exit 0; it asks bufferctl itself what may follow."""
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"_BUFFERCTL_COMPLETE={shell}_complete" in ran.out


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_takes_the_script(run: Callable[..., Ran], tmp_path: Path, shell: str) -> None:
    """Without a complaint about its grammar."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out, encoding="utf-8")
    subprocess.run([shell, "-n", script], check=True)


def test_bash_completes(program: list[str], run: Callable[..., Ran], tmp_path: Path) -> None:
    """After the script is read, `bufferctl va` becomes `bufferctl validate`."""
    program_file = tmp_path / "bufferctl"
    program_file.write_text(f'#!/bin/sh\nexec {" ".join(program)} "$@"\n', encoding="utf-8")
    program_file.chmod(0o755)
    script = run("completion", "bash").out
    ask = f"COMP_WORDS=({program_file} va); COMP_CWORD=1; _bufferctl_completion {program_file}; echo ${{COMPREPLY[@]}}"
    ran = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert ran.stdout == "validate\n"


def test_another_shell(run: Callable[..., Ran], prints: Prints) -> None:
    """Exit 64, and which there are."""
    prints("usage/unknown-shell", run("completion", "powershell"))


def test_every_command_is_offered(program: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the order of --help."""
    monkeypatch.setenv("_BUFFERCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "bufferctl ")
    monkeypatch.setenv("COMP_CWORD", "1")
    ran = subprocess.run(program, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.splitlines() == [f"plain,{name}" for name in COMMANDS]
