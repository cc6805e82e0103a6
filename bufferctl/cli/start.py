"""`bufferctl init`, `new` and `convert`: first files, and files to go on from. None is overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bufferctl.cli import examples, options
from bufferctl.errors import ConfigError, StateError, UsageError
from bufferctl.limits import SETTLE

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.config.convert.starting import Started
    from bufferctl.model import Account, StateSettings
    from bufferctl.run.files import Files
    from bufferctl.state import StateFile


@click.command(
    epilog=examples(
        ("bufferctl init", "write buffer.yaml here"), ("bufferctl init -f acme.yaml", "write acme.yaml instead")
    )
)
@click.option(
    "-f", "--file", "file", type=click.Path(path_type=Path), metavar="FILE", help="File to write; default: buffer.yaml."
)
@click.option("--agents/--no-agents", default=None, help="Write an AGENTS.md for coding agents; default: it asks.")
@options.connection_options
@options.console_options
def init(agents: bool | None, setup: options.Setup) -> int:
    """Write a first buffer.yaml with your organizations and channels, and one example post as a draft.

    An existing file is never overwritten. In a git repository with a remote, it offers to keep the state on a branch
    there (`state: git`). It also offers an AGENTS.md: coding agents then propose posts in pull requests, and never
    apply.
    """
    from bufferctl.intake import starter_text
    from bufferctl.model.plain_text import visible
    from bufferctl.render.lines import count
    from bufferctl.run.reachable import is_local
    from bufferctl.state import StateFile, open_store

    path, console = setup.file or Path("buffer.yaml"), setup.console
    if path.exists():
        raise ConfigError(f"{path} already exists, so nothing was written", hint="Choose another name with -f FILE.")
    with setup.connected() as buffer:
        account = buffer.account()
        managed_since = buffer.server_time().astimezone(UTC) - timedelta(seconds=SETTLE)
        endpoint = buffer.endpoint
    if not account.organizations:
        raise ConfigError(
            "This API key has no organizations, so nothing was written",
            hint="Create one in Buffer, or use the key of another account.",
        )
    state = propose_state(path, console)
    stored = StateFile(open_store(state, path), endpoint)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(starter_text(account, managed_since, in_git=state is not None))
        begun = _begin(stored, account, managed_since, console)
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be written: {error.strerror}", hint="Choose another name with -f FILE."
        ) from error
    channels = sum(len(organization.channels) for organization in account.organizations)
    console.data(f"Wrote {visible(str(path))} with {count(channels, 'channel')} and an example draft.")
    _offer_agents(path.with_name("AGENTS.md"), agents, console)
    if begun:
        console.data(f"Posts are tracked in {visible(stored.place)}.")
    console.data(f"Commit {'it' if state or not begun else 'both'}, then run:")
    console.data("  bufferctl plan")
    if is_local(endpoint):
        console.data("This file is for the sandbox. For your own account, use another folder and unset BUFFER_API_URL:")
        console.data("  bufferctl init")
    return 0


def _offer_agents(path: Path, wanted: bool | None, console: options.Console) -> None:
    """Write what coding agents may do here, unless it is there; `wanted`: None to ask, where there is somebody."""
    from importlib.resources import files

    if path.exists() or wanted is False:
        return
    question = "Write AGENTS.md, so that coding agents propose posts and never apply?"
    if wanted or (console.can_ask and click.confirm(question, default=True, err=True)):
        path.write_text(files("bufferctl.intake").joinpath("agents.md").read_text(encoding="utf-8"), encoding="utf-8")
        console.data("Wrote AGENTS.md: coding agents propose posts in pull requests, and never apply.")


def propose_state(path: Path, console: options.Console) -> StateSettings | None:
    """A branch for the state if the files are in a git repository with a remote, unless the user declines."""
    from bufferctl.model import StateSettings
    from bufferctl.state.location import has_remote

    settings = StateSettings()
    if not has_remote(path):
        return None
    question = f"Keep the state on the branch {settings.branch} of {settings.remote}, for CI and every machine?"
    if console.can_ask and not click.confirm(question, default=True, err=True):
        return None
    return settings


def _begin(stored: StateFile, account: Account, managed_since: datetime, console: options.Console) -> bool:
    """Begin the state if there is none. False if it cannot be reached; the first apply then begins it."""
    from bufferctl.reconcile import begin_anew

    try:
        stored.load()
        if not stored.exists:
            stored.replace(
                replace(stored.document, state=stored.with_next_serial(begin_anew(account, managed_since))), "init"
            )
    except StateError as error:
        if not stored.is_shared:
            raise
        console.notice(f"the first apply will start the state. {error.message}")
        return False
    return True


_KINDS = click.Choice(["post", "campaign"])


def _time(value: str) -> datetime:
    """A day and a time as files have them, `2026-12-01 09:00`. Raises BadParameter for anything else."""
    from bufferctl.config.times import in_our_form

    try:
        return datetime.fromisoformat(in_our_form(value.strip()) or "")
    except ValueError:
        raise click.BadParameter(f"{value} is not a time such as 2026-12-01 09:00.") from None


@click.command(
    epilog=examples(
        ("bufferctl new", "asks for everything"),
        ("bufferctl new campaign --title Launch", "asks for everything else"),
        ("bufferctl new post --text-file draft.md", "take the text from a file"),
    )
)
@click.argument("kind", type=_KINDS, required=False)
@options.channels_option("Where it goes, such as twitter:acme. Repeatable.")
@click.option("--text", metavar="TEXT", help="The post's text.")
@click.option("--at", type=_time, metavar="TIME", help="When the post goes out, 2026-12-01 09:00; default: the queue.")
@click.option("--key", metavar="KEY", help="The post's key; default: from its day and its first words.")
@click.option("--title", metavar="TITLE", help="What the campaign is about.")
@click.option("--starts", type=options.day, metavar="DAY", help="The day that the campaign's times count from.")
@options.file_option(
    "--text-file", "source", help_text="Markdown file with the text; in a campaign, each section becomes a post."
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="The new file; default: posts/KEY.yaml."
)
@options.root_option
@options.console_options
def new(
    kind: str | None,
    channels: tuple[str, ...],
    text: str | None,
    at: datetime | None,
    key: str | None,
    title: str | None,
    starts: datetime | None,
    source: Path | None,
    output: Path | None,
    setup: options.Setup,
) -> int:
    """Start a file with one post, or with a campaign: posts whose times count from one day.

    It asks for whatever you do not pass as an option; without a terminal, pass everything. The posts of a new campaign
    are drafts. For Markdown with front matter, use `convert`.
    """
    from bufferctl.config.convert import starting

    files, console = setup.open_project(by_rules=False), setup.console
    desired = files.desired
    if not desired.channels:
        raise ConfigError("The root file has no channels yet", hint="Run `bufferctl init`, or add `channels`.")
    asking = _Asking(console)
    if kind is None and (title or starts):
        kind = "campaign"
    kind = kind or asking.ask("`post` or `campaign`", "A post or a campaign?", type=_KINDS, default="post")
    _check_options(kind, text=text, at=at, key=key, title=title, starts=starts, source=source)
    draft = _read(source) if source else None
    usual = [each.label for each in starting.usual_channels(desired)]
    if kind == "post":
        words = draft or text or asking.ask("--text", "Text of the post")
        where = channels or asking.channels(usual)
        started = starting.new_post(desired, where, words, at or asking.time(), key)
    else:
        title = title or asking.ask("--title", "What is it about?")
        day = starts or asking.ask("--starts", "On which day does it start?", type=options.day)
        started = starting.new_campaign(desired, channels or asking.channels(usual), title, day.date(), draft)
    path = output or files.root / "posts" / f"{started.key}.yaml"
    _write(path, started, files, console)
    return 0


def _check_options(kind: str, **given: object) -> None:
    other = {"post": ("title", "starts"), "campaign": ("text", "at", "key")}[kind]
    if wrong := [f"--{name}" for name in other if given[name] is not None]:
        raise UsageError(f"{' and '.join(wrong)} cannot be used for a {kind}", hint=f"Leave out {' and '.join(wrong)}.")
    if given["source"] is not None and given["text"] is not None:
        raise UsageError("--text-file and --text are both the text", hint="Give one of them.")


def _read(path: Path) -> str:
    from bufferctl.config.source import UnreadableError, read_source

    try:
        text = read_source(path, path.name).text
    except UnreadableError as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="Name a text file in UTF-8.") from error
    if text.startswith(("---", "+++")):
        raise UsageError(f"{path} has front matter", hint=f"Run `bufferctl convert {path}`, which reads it.")
    if not text.strip():
        raise UsageError(f"{path} is empty", hint="Write the text first.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


class _Asking:
    """Questions on the terminal. Each raises UsageError, naming the option, if there is nobody to ask."""

    def __init__(self, console: options.Console) -> None:
        self._console = console

    def ask(self, option: str, question: str, **prompt: Any) -> Any:
        """The answer to a question; `prompt`: as click.prompt takes it."""
        if not self._console.can_ask:
            raise UsageError(
                f"{option} is missing, and bufferctl cannot ask without a terminal, so nothing was written",
                hint=f"Add {option}.",
            )
        return click.prompt(question, err=True, **prompt)

    def channels(self, usual: list[str]) -> tuple[str, ...]:
        """Channels, of those that accept a post without media. If there is only one, it is not asked for."""
        if len(usual) == 1 and not self._console.can_ask:
            return (usual[0],)
        of = f" Channels, with commas between: {', '.join(usual)}" if usual else ""
        answer = self.ask("--channel", f"Where does it go?{of}\n")
        return tuple(each.strip() for each in answer.split(",") if each.strip())

    def time(self) -> datetime | None:
        """A time, or the queue; without a terminal the queue."""
        if not self._console.can_ask:
            return None
        question = "When, such as 2026-12-01 09:00? (empty: the queue)"
        found: datetime | None = click.prompt(
            question,
            default="",
            show_default=False,
            value_proc=lambda answer: _time(answer) if answer.strip() else None,
            err=True,
        )
        return found


def _write(path: Path, started: Started, files: Files, console: options.Console) -> None:
    """Write the file. If it would not be valid, it is removed again, and ConfigError is raised."""
    from bufferctl.config import load
    from bufferctl.config.write.yaml_files import FileChanges
    from bufferctl.diagnostics import has_errors
    from bufferctl.model.plain_text import visible
    from bufferctl.run.judging import judge_files

    if path.exists():
        raise ConfigError(f"{path} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    changes = FileChanges()
    changes.put(path, None, started.text.encode())
    with changes.attempt():
        now = load(files.root_file, Path.cwd())
        fresh = (each for each in judge_files(now) if each not in files.warnings and each.place)
        problems = [each for each in fresh if each.place and _is(path, now, each.place.file)]
        console.diagnostics(problems)
        if not any(_is(path, now, name) for name in now.files):
            raise ConfigError(
                f"The root file does not include {path}, so nothing was written",
                hint="Name a file below posts/ with -o, or name it under `include`.",
            )
        if has_errors(problems):
            message = "The new file would have these errors, so nothing was written"
            raise ConfigError(message, hint="Change the options, then try again.")
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    console.data(f"Wrote {visible(str(shown))}. Edit it, then run: bufferctl validate")


def _is(path: Path, loaded: Loaded, name: str) -> bool:
    return (loaded.root / name).resolve() == path.resolve()


@click.command(
    epilog=examples(
        ("bufferctl convert week3.csv --channel twitter:acme", "a CSV for one channel"),
        ("bufferctl convert drafts/ -o posts/drafts.yaml", "a folder of Markdown"),
    )
)
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@options.channels_option("Channel of posts that name none, such as twitter:acme. Repeatable.")
@click.option("--timezone", "zone", metavar="ZONE", help="Zone of times without an offset; default: the channel's.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write instead of printing."
)
@options.root_option
@options.console_options
def convert(
    sources: tuple[Path, ...],
    channels: tuple[str, ...],
    zone: str | None,
    output: Path | None,
    setup: options.Setup,
) -> int:
    """Turn posts from elsewhere into YAML: Buffer's bulk-upload CSV, or Markdown with YAML front matter.

    Works offline. A folder stands for the Markdown files in it, one post per file. Channels come from the root file; a
    CSV may name them in a `Channel` column. Equal texts at the same time on several channels become one entry. Each
    post gets a key from its date and first words (for Markdown, from the file name). You can change keys now, but not
    after the first apply.
    """
    from bufferctl.config.convert import convert as converted
    from bufferctl.config.write.yaml_files import replace_file
    from bufferctl.diagnostics import has_errors
    from bufferctl.render.diagnostics import summary_text
    from bufferctl.render.lines import count

    console, desired = setup.console, setup.open_project(by_rules=False).desired
    if output is not None and output.exists():
        raise ConfigError(f"{output} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    found = converted(sources, desired, channels=channels, zone=zone)
    console.diagnostics(found.problems)
    if has_errors(found.problems):
        console.note(f"{summary_text(found.problems)}; nothing was converted.")
        return 1
    if output is None:
        console.data(found.text)
    else:
        replace_file(output, found.text.encode())
        console.data(f"Wrote {output} with {count(found.posts, 'post')}. Next: bufferctl validate")
        _note_left_out(output, setup)
    return 0


def _note_left_out(output: Path, setup: options.Setup) -> None:
    from bufferctl.config import load

    loaded = load(setup.file, Path.cwd())
    if output.resolve() not in {(loaded.root / name).resolve() for name in loaded.files}:
        setup.console.note(f"The root file does not include {output}: put it below posts/, or name it under `include`.")
