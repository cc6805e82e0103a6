"""`bufferctl init`, `doctor` and `sandbox`: a first root file, checks before an apply, and a local Buffer."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.errors import ConfigError, ForgeError, worst
from bufferctl.machine import STOPS
from bufferctl.model import visible
from bufferctl.render.lines import count, sentence, steps, wrapped

if TYPE_CHECKING:
    from bufferctl.ci.setup import Repository
    from bufferctl.model import StateSettings
    from bufferctl.run.checkup import Check
    from bufferctl.sandbox import Sandbox


@click.command(
    epilog=examples(
        ("bufferctl init", "write buffer.yaml here"),
        ("bufferctl init -f acme.yaml", "write acme.yaml instead"),
        ("bufferctl init --ci", "with the files of GitHub Actions or GitLab CI"),
    )
)
@click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    callback=options.name_file,
    metavar="FILE",
    help="File to write; default: buffer.yaml.",
)
@click.option("--agents/--no-agents", default=None, help="Write an AGENTS.md for coding agents; default: it asks.")
@click.option(
    "--ci", is_flag=False, flag_value="origin", type=click.Choice(["origin", "github", "gitlab"]), metavar="FORGE",
    help="Write what GitHub Actions or GitLab CI needs, too: for the forge of `origin`, or github or gitlab.",
)  # fmt: skip
@options.connection_options
@options.console_options
def init(agents: bool | None, ci: str | None, setup: options.Setup) -> None:
    """Write a first buffer.yaml with your organizations and channels, and one example post as a draft.

    If Buffer has scheduled posts, it says how many; `bufferctl import` writes them into files.

    An existing file is never overwritten. In a git repository with the remote `origin`, it offers to keep the state
    on a branch there (`state: git`). It also offers an AGENTS.md: coding agents then propose posts in pull requests,
    and never apply.

    With --ci, it also writes the files that plan each pull or merge request and publish after the merge, shows them,
    and lists the settings that only a person can make. A buffer.yaml that exists then stays as it is, and a new one has
    no example.
    """
    from bufferctl.run.mending import start
    from bufferctl.run.reachable import is_local

    path, console = setup.file or Path("buffer.yaml"), setup.console
    repository = _repository(path, ci) if ci else None
    if path.exists():
        if repository is None:
            hint = "Choose another name with -f FILE."
            raise ConfigError(f"{path} already exists, so nothing was written", hint=hint)
        console.data(f"{visible(str(path))} already exists and stays as it is.")
        _write_ci(repository, path.parent, console)
        return
    with setup.connected() as buffer:
        propose = partial(propose_state, path, console)
        started = start(path, buffer, propose, console, with_example=repository is None)
    stored, begun = started.stored, started.begun
    example = "" if repository else " and an example draft"
    console.data(f"Wrote {visible(str(path))} with {count(started.channels, 'channel')}{example}.")
    _offer_agents(path.with_name("AGENTS.md"), agents, console)
    if begun:
        console.data(f"Posts are tracked in {visible(stored.place)}.")
    if started.scheduled and started.scheduled[0]:
        _point_to_import(*started.scheduled, console)
    if repository:
        _write_ci(repository, path.parent, console)
        return
    console.data(f"Commit {'it' if stored.is_shared or not begun else 'both'}, then run:")
    console.say("  bufferctl plan")
    if is_local(stored.endpoint):
        console.data("This file is for the sandbox. For your own account, in another folder:")
        console.data("  unset BUFFER_API_URL && bufferctl init")


def _point_to_import(scheduled: int, has_more: bool, console: Console) -> None:
    """How many scheduled posts are in Buffer and in no file, and the command that brings them into files."""
    number = f"{'more than ' * has_more}{count(scheduled, 'scheduled post')}"
    them = "it" if scheduled == 1 and not has_more else "them"
    console.data(f"Buffer has {number} that no file has, and bufferctl leaves {them} alone.")
    console.data(f"To write {them} into files, run:")
    console.say("  bufferctl import")


#: Before what is to be ticked.
_BOX = "  [ ] "


def _repository(path: Path, ci: str) -> Repository:
    """The repository whose CI is set up. Raises ConfigError if the files are not where its jobs look for them."""
    from bufferctl.ci.setup import PAGE, repository_of
    from bufferctl.run.files import folder_of

    if path.name != "buffer.yaml" or folder_of(path.absolute().parent):
        raise ConfigError(
            f"--ci is for a buffer.yaml at the top of its repository, and not for {path}",
            hint=f"For other files, copy the workflows by hand: {PAGE}",
        )
    return repository_of(path.absolute().parent, "" if ci == "origin" else ci)


def _write_ci(repository: Repository, folder: Path, console: Console) -> None:
    """Write the files of CI below the folder, never over others; show them, and what is left to set up."""
    from bufferctl.ci.setup import PAGE

    for name, text in repository.files.items():
        path = folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            console.data(f"{name} is already there.")
            continue
        if path.exists() or path.is_symlink():
            console.data(f"{name} already exists and stays as it is. This is what it would have:")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            console.data(f"Wrote {name}:")
        console.data("".join(f"  {line}".rstrip() + "\n" for line in text.splitlines()))
    console.data("Left to set up:")
    for setting in repository.settings:
        first, *more = wrapped(setting.what, console.out.width - len(_BOX))
        console.data("\n".join([f"{_BOX}{first}", *(f"{' ' * len(_BOX)}{line}" for line in (*more, setting.where))]))
    console.data(f"Then commit the files to {repository.branch} and push. All of it in order:\n  {PAGE}")


def _offer_agents(path: Path, wanted: bool | None, console: Console) -> None:
    """Write AGENTS.md, unless it exists. `wanted`: None to ask, if somebody can answer."""
    from importlib.resources import files

    if path.exists() or wanted is False:
        return
    question = "Write AGENTS.md, so that coding agents propose posts and never apply?"
    if wanted or (console.can_ask and click.confirm(question, default=True, err=True)):
        path.write_text(files("bufferctl.intake").joinpath("agents.md").read_text(encoding="utf-8"), encoding="utf-8")
        console.data("Wrote AGENTS.md: coding agents propose posts in pull requests, and never apply.")


def propose_state(path: Path, console: Console) -> StateSettings | None:
    """A branch for the state if the files are in a git repository with the usual remote, unless the user declines."""
    from bufferctl.run.files import shared_state

    settings = shared_state(path)
    if settings and console.can_ask:
        question = f"Keep the state on the branch {settings.branch} of {settings.remote}, for CI and every machine?"
        return settings if click.confirm(question, default=True, err=True) else None
    return settings


#: Columns that verdicts take.
_VERDICTS = 9


@click.command(
    epilog=examples(
        ("bufferctl doctor", "what to do first, or what is wrong"),
        ("bufferctl doctor --json", "the same for a program"),
    )
)
@click.option("--schema", "with_schema", is_flag=True, help="Compare Buffer's schema with what bufferctl relies on.")
@options.json_option
@options.setup_options
def doctor(as_json: bool, with_schema: bool, setup: options.Setup) -> int:
    """Check the key, the account, the files and the state, and explain how to fix what is wrong.

    Nothing is changed. It uses two API requests, three with --schema, and checks the URL of every image, video and
    document. The exit code is 1 if there is a problem, 4 if the problem is the key. In a job of GitHub Actions or
    GitLab CI that has the forge's token, it also looks at the settings of the repository, as far as the token may.
    """
    from bufferctl.run.checkup import Checkup

    console = setup.console
    key_place = str(setup.api_key_file or "BUFFER_API_KEY")
    checkup = Checkup(setup.file, setup.state_file, setup.api_url, key_place, setup.connected, console, with_schema)
    with console.reading():
        found = [*checkup.findings(), *_ci_findings()]
    if as_json:
        from bufferctl.render.json_documents import document

        console.data(document("doctor", {"checks": found}))
    else:
        console.data(_text(found, console))
    return worst([each.exit_code for each in found])


def _ci_findings() -> Iterator[Check]:
    """In a job of a forge whose token is there: the settings of the repository that it may see."""
    token = {"GITHUB_ACTIONS": "GITHUB_TOKEN", "GITLAB_CI": "GITLAB_TOKEN"}
    if not any(os.environ.get(job) and os.environ.get(name) for job, name in token.items()):
        return
    from bufferctl.ci.job import connect
    from bufferctl.run.checkup import Check, CheckResult, failed

    verdicts = {True: CheckResult.OK, False: CheckResult.WARNING, None: CheckResult.WARNING}
    try:
        with connect(os.environ, plan_workflow="") as forge:
            for each in forge.settings():
                yield Check("ci", verdicts[each.is_fine], each.message, each.hint)
    except ForgeError as error:
        yield failed("ci", error)


def _text(found: Sequence[Check], console: Console) -> str:
    from bufferctl.run.checkup import CheckResult

    painters = {
        CheckResult.OK: console.out.good,
        CheckResult.WARNING: console.out.change,
        CheckResult.PROBLEM: console.out.bad,
    }
    lines, width = [], console.out.width - _VERDICTS
    for each in found:
        hint = steps(f"→ {each.hint}") if each.hint else ()
        rows = wrapped(visible(sentence(each.message)), width)
        for part in hint:
            rows += [f"    {visible(part.text)}"] if part.is_command else wrapped(visible(part.text), width)
        lines.append(f"{painters[each.verdict](each.verdict.value)}{' ' * (_VERDICTS - len(each.verdict))}{rows[0]}")
        lines += [" " * _VERDICTS + row for row in rows[1:]]
    problems, warnings = (
        sum(each.verdict is verdict for each in found) for verdict in (CheckResult.PROBLEM, CheckResult.WARNING)
    )
    counts = " and ".join(
        count(number, what) for number, what in ((problems, "problem"), (warnings, "warning")) if number
    )
    verdict = f"{counts} found." if problems else f"{counts or 'Everything is fine'}."
    return "\n".join([*lines, "", console.out.strong(verdict)])


_PLANS = ("off", "free", "essentials", "team")


@click.command(
    epilog=examples(
        ("bufferctl sandbox", "two example organizations"),
        ("bufferctl sandbox --db acme.db", "keep the account between runs"),
        ("bufferctl sandbox --faults cut-after=0.2", "lose one answer in five"),
    )
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    default=4141,
    show_default=True,
    help="Port; 0 takes a free one.",
)
@click.option("--db", default=":memory:", metavar="FILE", help="Keep the account in this file between runs.")
@click.option("--fixture", metavar="FILE", help="Start from this account (JSON) instead of Acme and Globex.")
@click.option(
    "--rate-limit", type=click.Choice(_PLANS), metavar="PLAN", default="off", show_default=True,
    help="Count requests as Buffer does on this plan: off, free, essentials or team.",
)  # fmt: skip
@click.option(
    "--faults", default="", metavar="RULES", help="Faults to simulate, such as cut-after=0.2,late=0.1:3s; or a file."
)
@click.option(
    "--seed", type=int, metavar="N", default=0, show_default=True, help="The same seed gives the same faults."
)
@click.option(
    "--media-root", "media_roots", multiple=True, metavar="URL",
    help="Fetch media below this URL as Buffer does, and refuse dead ones; local URLs work too. Repeatable.",
)  # fmt: skip
def sandbox(**settings: Any) -> None:
    """Run a local Buffer to try things out.

    It serves Buffer's whole GraphQL schema on 127.0.0.1, follows Buffer's rules, and publishes nothing. Paste the two
    lines that it prints into another terminal to use it there, and open the URL in a browser to watch posts
    arrive. Press Ctrl-C to stop it.
    """
    running = started_sandbox(**settings)
    gc.enable()  # unlike other commands (see `main`) this one stays
    stop = threading.Event()
    for number in STOPS:
        signal.signal(number, lambda *_: stop.set())
    try:
        click.echo(settings_to_paste(running.url, running.key))
        click.echo(f"Watch posts arrive at {running.url}", err=True)
        while not stop.wait(1):  # Windows hears Ctrl-C only in between
            pass
        if running.fault_log:
            happened = ", ".join(f"{count} {name}" for name, count in running.service.faults.counts.items())
            click.echo(f"Faults: {happened}", err=True)
    finally:
        running.stop()


def settings_to_paste(url: str, key: str, platform: str = sys.platform) -> str:
    """The two lines to paste into another terminal, on Windows into PowerShell."""
    line = '$env:{}="{}"' if platform == "win32" else "export {}={}"
    return "\n".join(line.format(*each) for each in (("BUFFER_API_URL", url), ("BUFFER_API_KEY", key)))


def started_sandbox(
    *,
    port: int,
    db: str,
    fixture: str | None = None,
    rate_limit: str = "off",
    faults: str = "",
    seed: int = 0,
    media_roots: tuple[str, ...] = (),
) -> Sandbox:
    """Start a sandbox; every failure to start has a message."""
    import sqlite3

    from bufferctl.sandbox import FaultError, FixtureError, Sandbox, read_rules

    try:
        running = Sandbox(
            Path(fixture) if fixture else None,
            db=db,
            port=port,
            faults=read_rules(faults),
            seed=seed,
            rate_limit=None if rate_limit == "off" else rate_limit,
            media_roots=media_roots,
        )
    except FaultError as error:
        raise click.BadParameter(str(error), param_hint="--faults") from None
    except FixtureError as error:
        raise click.ClickException(f"The account cannot be loaded: {error}") from None
    except sqlite3.Error as error:
        raise click.ClickException(f"{db} cannot keep the account: {error}") from None
    try:
        return running.start()
    except OSError as error:
        raise click.ClickException(
            f"Port {port} cannot be used: {error.strerror}. --port 0 takes a free one."
        ) from None
