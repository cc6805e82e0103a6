"""`bufferctl demo`: from validate to an empty plan on a local Buffer; with `--crash` despite lost answers and kills."""

from __future__ import annotations

import gc
import os
import random
import subprocess
import sys
import time
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from shlex import join
from shutil import which
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.cli.setup import started_sandbox
from bufferctl.errors import BufferctlError, ConfigError
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from bufferctl.sandbox import Sandbox

_COMMANDS = (
    ("validate",),
    ("apply", "--auto-approve", "--report", "applied.html"),
    ("plan",),
)
#: Where a project is written, unless its folder is named.
_FOLDER, _CRASH_FOLDER = "bufferctl-demo", "bufferctl-demo-crash"
_PAGE, _HIDDEN, _DATABASE = "applied.html", ".bufferctl", "sandbox.db"
_SOURCE = "git+https://github.com/bufferctl/bufferctl"
#: The day in the project's files that becomes a Monday in the future.
_WRITTEN_DAY = date(2030, 1, 7)
#: How far away that Monday is: further than the first post is before it.
_AHEAD = timedelta(days=10)
#: With --crash: what the sandbox does to requests, and what apply is told, so that a lost answer takes a second.
_FAULTS, _PATIENCE = "throw=0.08,cut-after@mutation=0.3,cut@query=0.15", ("--settle", "1", "--timeout", "5")
#: With --crash: how many kills at most, and after how many more requests of a run the next one comes.
_MOST_KILLS, _REQUESTS = 9, (4, 9)
#: How often the sandbox is looked at while a run goes on, in seconds.
_LOOK = 0.005
#: An apply that got no further in so many runs never will.
_MOST_RUNS = 60


@click.command(
    epilog=examples(
        ("bufferctl demo", "validate, apply, and look at the page"),
        ("bufferctl demo --crash", "the same while answers get lost and runs are killed"),
    )
)
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option("--crash", is_flag=True, help="Lose answers and kill the run until every post has arrived, then count.")
@options.console_options
def demo(folder: Path | None, crash: bool, setup: options.Setup) -> int:
    """Try bufferctl without an account: a month of posts for three networks, on a local Buffer that publishes nothing.

    It writes the files to FOLDER (bufferctl-demo; with --crash, bufferctl-demo-crash), starts a local Buffer, and runs
    validate; apply, which shows the plan first; and plan, which says "No changes." FOLDER keeps the files and the local
    Buffer: edit a post, run it again, and the plan shows your edit. On a desktop, the page opens in a browser.
    """
    console, folder = setup.console, folder or Path(_CRASH_FOLDER if crash else _FOLDER)
    gc.enable()  # unlike other commands (see `main`) this one stays
    is_new = _write(folder, with_more=crash)
    sandbox = _started(folder / _HIDDEN, _FAULTS if crash else "")
    try:
        console.data(f"{'Wrote a project to' if is_new else 'Using the project in'} {folder}, with a local Buffer.")
        steps = _Steps(folder, sandbox, console)
        if crash:
            return _crash(steps)
        for command in _COMMANDS:
            if code := steps.run(*command):
                return code
    finally:
        sandbox.stop()
    _what_next(folder, console)
    if _has_desktop():
        click.launch(str(folder / _PAGE))
    return 0


def _started(folder: Path, faults: str) -> Sandbox:
    """The local Buffer of a project, at the same port each time, since the state belongs to its address."""
    port = folder / "sandbox.port"
    seed = random.randrange(1000)  # noqa: S311 - no secret
    number = int(port.read_text(encoding="utf-8")) if port.exists() else 0
    sandbox = started_sandbox(port=number, db=str(folder / _DATABASE), faults=faults, seed=seed)
    port.write_text(sandbox.url.rpartition(":")[2], encoding="utf-8")
    return sandbox


def _write(folder: Path, *, with_more: bool) -> bool:
    """Write the project, with its days in the future, unless it is there. Returns whether it wrote it.

    Raises ConfigError if the folder holds something else.
    """
    marker = folder / _HIDDEN / _DATABASE
    if folder.exists() and any(folder.iterdir()):
        if marker.exists() and not with_more:
            return False
        where = f"{join(['bufferctl', 'demo', *(['--crash'] if with_more else [])])} another-folder"
        message = f"There is already a folder {folder}, so nothing was written"
        raise ConfigError(message, hint=f"Run `{where}`.")
    project = files("bufferctl.cli").joinpath("demo_project")
    monday = date.today() + _AHEAD  # noqa: DTZ011 - the day of whoever runs it
    monday += timedelta(days=-monday.weekday() % 7)
    names = ("buffer.yaml", "posts/launch.yaml", *(["daily.yaml"] if with_more else []))
    for name in names:
        target = folder / ("posts/daily.yaml" if name == "daily.yaml" else name)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = project.joinpath(name).read_text(encoding="utf-8")
        target.write_text(text.replace(_WRITTEN_DAY.isoformat(), monday.isoformat()), encoding="utf-8")
    marker.parent.mkdir(exist_ok=True)
    return True


class _Steps:
    """Runs bufferctl on the project, as somebody would in a terminal."""

    def __init__(self, folder: Path, sandbox: Sandbox, console: Console) -> None:
        self.folder, self.sandbox, self.console = folder, sandbox, console
        self.environment = {
            **os.environ,
            "BUFFER_API_URL": sandbox.url,
            "BUFFER_API_KEY": sandbox.key,
            # The journal and the lock stay in the project, out of the user's own folders.
            "XDG_STATE_HOME": str((folder / _HIDDEN / "journal").absolute()),
        }

    def run(self, *arguments: str) -> int:
        """Show a command and run it; its exit code."""
        self.console.data(self.console.out.strong(f"\n$ {join(['bufferctl', *arguments])}"))
        sys.stdout.flush()
        return self._start(*arguments).wait()

    def start_quietly(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command whose output nobody sees."""
        return self._start(*arguments, output=subprocess.DEVNULL)

    def _start(self, *arguments: str, output: int | None = None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "bufferctl", *arguments]
        return subprocess.Popen(  # noqa: S603 - bufferctl itself
            command, cwd=self.folder, env=self.environment, stdout=output, stderr=output
        )


def _crash(steps: _Steps) -> int:
    """Apply until every post has arrived, whatever happens to the answers and to the runs; then count them."""
    if code := steps.run("validate"):
        return code
    console, sandbox = steps.console, steps.sandbox
    console.data(console.out.strong("\n$ bufferctl apply --auto-approve, again and again"))
    draw, kills = random.Random(), 0  # noqa: S311 - no secret
    for number in range(1, _MOST_RUNS):
        before = len(sandbox.fault_log)
        process = steps.start_quietly("apply", "--auto-approve", *_PATIENCE)
        was_killed = kills < _MOST_KILLS and _killed(process, sandbox, len(sandbox.requests) + draw.randint(*_REQUESTS))
        process.wait()
        kills += was_killed
        lost = len(sandbox.fault_log) - before
        finished = "finished" if process.returncode == 0 else f"exit {process.returncode}"
        end = "killed" if was_killed else finished
        there = _texts(sandbox).total()
        console.data(f"run {number:2}: {end:9} {count(lost, 'lost answer'):14}  {count(there, 'post')} in Buffer")
        if process.returncode == 0:
            break
    lost = len(sandbox.fault_log)
    sandbox.set_faults()
    if code := steps.run("plan"):
        return code
    return _count(steps, kills, lost)


def _killed(process: subprocess.Popen[bytes], sandbox: Sandbox, requests: int) -> bool:
    """Kill a run once the sandbox has seen so many requests; False if it ended before."""
    while process.poll() is None:
        if len(sandbox.requests) >= requests:
            process.kill()
            return True
        time.sleep(_LOOK)
    return False


def _texts(sandbox: Sandbox) -> Counter[str]:
    """The texts in Buffer that were created over the API, and how often each is there."""
    return Counter(str(post["text"]) for post in sandbox.posts() if post["via"] == "api")


def _count(steps: _Steps, kills: int, lost: int) -> int:
    """Compare what the sandbox has with the files, text by text. Raises BufferctlError if they differ."""
    from bufferctl.config import load

    desired = load(None, steps.folder.absolute()).desired
    declared = Counter(post.text for post in desired.posts) if desired else Counter[str]()
    found = _texts(steps.sandbox)
    what = f"{count(found.total(), 'post')}, {count(kills, 'kill')}, {count(lost, 'lost answer')}"
    if found != declared:
        twice, missing = (found - declared).total(), (declared - found).total()
        message = f"{what}: {twice} too many, and {missing} missing"
        raise BufferctlError(message, hint="Please report it, with the folder.")
    steps.console.data(steps.console.out.good(f"\n{what}: each once."))
    return 0


def _what_next(folder: Path, console: Console) -> None:
    again = join(["bufferctl", "demo", *([] if folder.name == _FOLDER else [str(folder)])])
    lines = [
        "",
        f"The page with the calendar: {folder / _PAGE}",
        "What to try next:",
        *how_to_install(),
        f"  Edit {folder / 'posts' / 'launch.yaml'}, then see your edit in the plan:",
        f"      {again}",
        "  Lose answers and kill the run until all posts have arrived:",
        "      bufferctl demo --crash",
        "  Begin with your own account, in another folder:",
        "      export BUFFER_API_KEY=…; bufferctl init",
    ]
    console.data("\n".join(lines))


def how_to_install() -> list[str]:
    """The lines about installing bufferctl, for people who have it only for this run: by uvx, pipx run, or a clone."""
    by_uvx = "UV" in os.environ and "VIRTUAL_ENV" not in os.environ  # uv sets both in `uv run`, and neither elsewhere
    if which("bufferctl") and not by_uvx:
        return []
    return ["  Install bufferctl:", f"      {'uv tool' if by_uvx else 'pipx'} install {_SOURCE}"]


def _has_desktop() -> bool:
    """Whether a browser can open for somebody who is watching."""
    shown = sys.platform in {"win32", "darwin"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return shown and sys.stdout.isatty()
