"""`bufferctl completion SHELL`: scripts that shells accept, and the completions they then offer."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from bufferctl.cli import COMMANDS
from bufferctl.cli.files import SHELLS
from bufferctl.cli.options import complete_channels
from tests import needs
from tests.cli.conftest import Prints, Project, Ran
from tests.conftest import long


@pytest.fixture
def installed(program: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, installed under the name that shells use, and on the PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    file = tmp_path / "bufferctl"
    file.write_text(f'#!/bin/sh\nexec {shlex.join(program)} "$@"\n', encoding="utf-8")
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
    needs.program(shell, get=f"Debian: apt-get install {shell}")
    script = tmp_path / "script"
    script.write_text(run("completion", shell).out, encoding="utf-8")
    subprocess.run([shell, "-n", script], check=True)


def test_bash_completes(installed: Path, run: Callable[..., Ran]) -> None:
    """After the script is read, `bufferctl va` becomes `bufferctl validate`."""
    script = run("completion", "bash").out
    ask = "COMP_WORDS=(bufferctl va); COMP_CWORD=1; _bufferctl_completion bufferctl; echo ${COMPREPLY[@]}"
    ran = subprocess.run(["bash", "-c", f"{script}\n{ask}"], capture_output=True, text=True, check=True)
    assert ran.stdout == "validate\n"


def test_fish_completes(installed: Path, run: Callable[..., Ran]) -> None:
    """After the script is read, `bufferctl va` becomes `bufferctl validate`, with its description."""
    needs.program("fish", get="Debian: apt-get install fish")
    script = f"{run('completion', 'fish').out}\ncomplete -C 'bufferctl va'"
    ran = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "validate\tCheck the files\n"


def test_zsh_registers_it(run: Callable[..., Ran]) -> None:
    """Below compinit the script makes zsh ask it about `bufferctl`."""
    needs.program("zsh", get="Debian: apt-get install zsh")
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


FILES = """\
version: 1
timezone: UTC
organizations:
  - {name: Acme, channels: [{service: twitter, name: acme}, {service: linkedin, name: acme-inc}]}
posts:
  - {key: launch, channels: [twitter, linkedin], text: One}
  - {key: lunch, channels: [twitter], text: Two}
"""


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("plan --target Acme/twitter:acme/l", ["Acme/twitter:acme/launch", "Acme/twitter:acme/lunch"]),
        ("list --channel t", ["twitter:acme"]),
        ("state rm Acme/twitter:acme/launch Acme/twitter:acme/lu", ["Acme/twitter:acme/lunch"]),
        ("state begin ", ["linkedin:acme-inc", "twitter:acme"]),
        *long(
            ("plan --target Ac", ["Acme/linkedin:acme-inc/", "Acme/twitter:acme/"]),
            ("apply --recreate Acme/twitter:acme/lu", ["Acme/twitter:acme/lunch"]),
            ("pull Acme/l", ["Acme/linkedin:acme-inc/"]),
        ),
    ],
)
def test_addresses_and_channels(installed: Path, run: Callable[..., Ran], typed: str, offered: list[str]) -> None:
    """Bash completes those of the files as one word, though they have colons."""
    (installed.parent / "buffer.yaml").write_text(FILES, encoding="utf-8")
    words = ["bufferctl", *typed.split(" ")]
    ask = f"COMP_WORDS=({' '.join(repr(str(word)) for word in words)}); COMP_CWORD={len(words) - 1}"
    script = f"{run('completion', 'bash').out}\n{ask}; _bufferctl_completion bufferctl; echo ${{COMPREPLY[@]}}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=installed.parent)
    assert ran.stdout.split() == offered
    breaks = f"COMP_WORDBREAKS=' :='\n{run('completion', 'bash').out}\necho \"$COMP_WORDBREAKS\""
    assert subprocess.run(["bash", "-c", breaks], capture_output=True, text=True, check=True).stdout == " =\n"


def test_nothing_is_offered_without_files(installed: Path, run: Callable[..., Ran]) -> None:
    """No error either: the shell shows whatever is printed."""
    ask = "COMP_WORDS=(bufferctl plan --target A); COMP_CWORD=3; _bufferctl_completion bufferctl"
    script = f"{run('completion', 'bash').out}\n{ask}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, cwd=installed.parent)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_addresses_of_the_state(project: Project, program: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that the state has are offered to its commands, also of an entry that the files lack by now."""
    project.write("buffer.yaml", FILES.replace("UTC", "UTC\nmanaged_since: 2029-12-01T00:00:00Z"))
    project.apply()
    project.write("buffer.yaml", FILES.replace("key: lunch", "key: dinner"))
    monkeypatch.setenv("_BUFFERCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "bufferctl state rm Acme/twitter:acme/")
    monkeypatch.setenv("COMP_CWORD", "3")
    ran = subprocess.run(program, capture_output=True, text=True, check=True, cwd=project.folder)
    assert [line.rpartition("/")[2] for line in ran.stdout.splitlines()] == ["launch", "lunch"]


def test_nothing_is_offered_of_a_root_file_that_is_not_there(tmp_path: Path) -> None:
    """No error either, since the shell would show it in the middle of the line."""
    ctx = click.Context(click.Command("plan"))
    ctx.params["file"] = tmp_path / "buffer.yaml"
    assert complete_channels(ctx, click.Option(["--channel"]), "") == []
