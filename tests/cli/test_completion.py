"""`bufferctl completion SHELL`: scripts that shells accept, and the completions they then offer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bufferctl.cli import COMMANDS
from bufferctl.cli.completion import SHELLS
from tests.cli.conftest import Prints, Ran


@pytest.fixture
def installed(program: list[str], tmp_path: Path) -> Path:
    """The program, installed under the name that shells use."""
    file = tmp_path / "bufferctl"
    file.write_text(f'#!/bin/sh\nexec {" ".join(program)} "$@"\n', encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize("shell", SHELLS)
def test_script(run: Callable[..., Ran], shell: str) -> None:
    """On stdout only, exit 0; the script asks bufferctl for completions."""
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"_BUFFERCTL_COMPLETE={shell}_complete" in ran.out


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_takes_the_script(run: Callable[..., Ran], tmp_path: Path, shell: str) -> None:
    """The shell reports no syntax error."""
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out, encoding="utf-8")
    subprocess.run([shell, "-n", script], check=True)


def test_bash_completes(installed: Path, run: Callable[..., Ran]) -> None:
    """After the script is read, `bufferctl va` becomes `bufferctl validate`."""
    script = run("completion", "bash").out
    ask = f"COMP_WORDS=({installed} va); COMP_CWORD=1; _bufferctl_completion {installed}; echo ${{COMPREPLY[@]}}"
    ran = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert ran.stdout == "validate\n"


def test_fish_completes(installed: Path, run: Callable[..., Ran]) -> None:
    """After the script is read, `bufferctl va` becomes `bufferctl validate`, with its description."""
    if shutil.which("fish") is None:
        pytest.skip("no fish here")
    script = f"set -x PATH {installed.parent} $PATH\n{run('completion', 'fish').out}\ncomplete -C 'bufferctl va'"
    ran = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "validate\tCheck the files\n"


def test_zsh_registers_it(run: Callable[..., Ran]) -> None:
    """Below compinit the script makes zsh ask it about `bufferctl`."""
    if shutil.which("zsh") is None:
        pytest.skip("no zsh here")
    script = f"autoload -Uz compinit; compinit -u -D\n{run('completion', 'zsh').out}\necho $_comps[bufferctl]"
    ran = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "_bufferctl_completion\n"


def test_another_shell(run: Callable[..., Ran], prints: Prints) -> None:
    """Exit 64, with the supported shells."""
    prints("usage/unknown-shell", run("completion", "powershell"))


def test_every_command_is_offered(program: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """In the order of --help."""
    monkeypatch.setenv("_BUFFERCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "bufferctl ")
    monkeypatch.setenv("COMP_CWORD", "1")
    ran = subprocess.run(program, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert ran.stdout.splitlines() == [f"plain,{name}" for name in COMMANDS]
