"""Options and arguments that several commands share, so that they have the same name and help everywhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from bufferctl.choices import Choices
from bufferctl.cli.console import Console
from bufferctl.errors import BufferctlError, KeyRefusedError, UsageError
from bufferctl.limits import TIMEOUT
from bufferctl.run.secrets import keep
from bufferctl.said import ROOT_FILE

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.model import Desired
    from bufferctl.run.files import Files
    from bufferctl.run.mending import NamedState
    from bufferctl.run.session import Session

F = TypeVar("F", bound=Callable[..., Any])


def complete_addresses(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The addresses that the files declare; until a channel has been typed, only their first parts."""
    return _beginning_address((str(item.address) for item in _declared(ctx).items), incomplete)


def complete_tracked_addresses(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The addresses in the state, as above; those of the files if the state is shared, as it takes time to read."""
    from bufferctl.run.listener import SILENT
    from bufferctl.run.mending import NamedState

    try:
        stored = NamedState(ctx.params.get("file"), ctx.params.get("state_file"), SILENT).find()
        bindings = {} if stored.is_shared else stored.load().bindings
    except (BufferctlError, OSError):
        bindings = {}
    tracked = [str(binding.address_in(slot)) for slot, binding in bindings.items()]
    return _beginning_address(tracked, incomplete) if tracked else complete_addresses(ctx, param, incomplete)


def complete_channels(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The channels that the files declare: `twitter:acme`."""
    return _beginning((each.label for each in _declared(ctx).channels), incomplete)


def _declared(ctx: click.Context) -> Desired:
    """What can be read of the files that -f or the folder names; nothing if they cannot be used."""
    from bufferctl.config import load
    from bufferctl.model import Desired

    try:
        return load(ctx.params.get("file"), Path.cwd()).sound or Desired()
    except (BufferctlError, OSError):
        return Desired()


def _beginning_address(addresses: Iterable[str], incomplete: str) -> list[str]:
    if incomplete.count("/") < 2:  # noqa: PLR2004 - organization, channel, key
        addresses = (f"{each.rpartition('/')[0]}/" for each in addresses)
    return _beginning(addresses, incomplete)


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted({name for name in names if name.startswith(incomplete)})


class Number(click.FloatRange):
    """A number, with a plain message if it is not one."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            least = "above 0" if self.min_open else "of 0 or more"
            most = f", at most {self.max}" if self.max is not None else ""
            self.fail(f"{value} is not a number {least}{most}.", param, ctx)


def instant(value: str) -> datetime:
    """An instant with its offset, `2026-12-01T09:00:00Z`. Raises BadParameter, with an example, for anything else."""
    with suppress(ValueError):
        if (moment := datetime.fromisoformat(value)).tzinfo:
            return moment
    raise click.BadParameter(f"{value} is not a time such as 2026-12-01T09:00:00Z.")


def day(value: str) -> datetime:
    """A day, `2026-12-01`, as its midnight without a zone. Raises BadParameter, with an example, for anything else."""
    try:
        return datetime.strptime(value, "%Y-%m-%d")  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise click.BadParameter(f"{value} is not a day such as 2026-12-01.") from None


def file_option(*names: str, help_text: str, metavar: str = "FILE", **more: Any) -> Callable[[F], F]:
    """An option that names a file and not a folder; `more` is passed to click.option."""
    kind = click.Path(path_type=Path, dir_okay=False)
    return click.option(*names, type=kind, metavar=metavar, help=help_text, **more)


def writable(_ctx: click.Context, option: click.Parameter, value: Any) -> Any:
    """A callback that runs before any work. Raises UsageError if a file that the option names could not be written.

    Nothing is written where bufferctl keeps the state and the journal, nor under a name that it reads as posts.
    """
    paths = value if isinstance(value, tuple) else filter(None, [value])
    for path in paths:
        if problem := _not_writable(path):
            name = max(option.opts, key=len)
            raise UsageError(f"{path} {problem}, so nothing was done", hint=f"Name another file with {name}.")
    return value


def _not_writable(path: Path) -> str:
    """Why an output cannot be this file; empty if it can."""
    from bufferctl.run.files import POST_FILES, is_kept_place

    folder, problem = path.resolve().parent, ""
    if path.is_dir():
        problem = "is a folder"
    elif path.suffix.lower() in POST_FILES:
        problem = "has the name of a file of posts"
    elif is_kept_place(path):
        problem = "would be in the folder of the state"
    elif not folder.is_dir():
        problem = "would be in a folder that is not there"
    elif not os.access(folder, os.W_OK):
        problem = "would be in a folder that cannot be written to"
    return problem


def out_option(*names: str, help_text: str, **more: Any) -> Callable[[F], F]:
    """Like `file_option`, for a file to write."""
    return file_option(*names, help_text=help_text, callback=writable, **more)


def seconds_option(name: str, default: float, help_text: str, *, above_zero: bool = False) -> Callable[[F], F]:
    """An option that is a number of seconds, zero or more, or more than zero."""
    kind = Number(min=0, min_open=above_zero)
    return click.option(name, type=kind, default=default, show_default=True, metavar="S", help=help_text)


def _several(names: tuple[str, ...], metavar: str, help_text: str, complete: Any, **more: Any) -> Callable[[F], F]:
    return click.option(*names, multiple=True, metavar=metavar, help=help_text, shell_complete=complete, **more)


def channels_option(help_text: str) -> Callable[[F], F]:
    """--channel, which may be repeated."""
    return _several(("--channel", "channels"), "CHANNEL", help_text, complete_channels)


def name_file(_ctx: click.Context, _option: click.Parameter, value: Path | str | None) -> Path | str | None:
    """A callback: commands that this run prints name the root file that it was given."""
    ROOT_FILE.set(str(value or ""))
    return value


root_option = click.option(
    "-f",
    "--file",
    "file",
    type=click.Path(path_type=Path),
    callback=name_file,
    metavar="FILE",
    help="Root file; default: the nearest buffer.yaml in this folder or a parent.",
)
paths_argument = click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
full_option = click.option("--full", is_flag=True, help="Print everything in full, however long.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
state_option = file_option(
    "--state", "state_file", help_text="State file to use instead of the `state` in buffer.yaml."
)
data_option = click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False),
    hidden=True,
    help="The report as data, from which `bufferctl ci` makes its comment.",
)
line_url_option = click.option(
    "--line-url",
    default="",
    hidden=True,
    help="Where the page leads to a line of a file, with {path} and {line}: `bufferctl ci` knows it.",
)
diff_url_option = click.option(
    "--diff-url",
    default="",
    hidden=True,
    help="The same for the request's diff, with {sha256} or {sha1} of the path, and {line}.",
)
auto_approve_option = click.option("--auto-approve", is_flag=True, help="Do not ask for confirmation.")
target_option = _several(
    ("--target", "targets"),
    "GLOB",
    "Limit it to addresses such as 'Acme/twitter:*/launch'. Repeatable.",
    complete_addresses,
)
api_url_option = click.option(
    "--api-url",
    metavar="URL",
    envvar="BUFFER_API_URL",
    help="API endpoint to use instead of Buffer's [env: BUFFER_API_URL].",
)
lock_option = seconds_option("--lock-timeout", 0, "Seconds to wait for another run on the same account.")
color_option = click.option("--no-color", is_flag=True, help="Print without color.")


def in_order(*declared: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for declare in reversed(declared):
            command = declare(command)
        return command

    return decorate


def _as_one(name: str, kind: type) -> Callable[[F], F]:
    """Hand a command the values of its options that are fields of the dataclass `kind` as one, its parameter `name`."""
    names = [field.name for field in fields(kind)]

    def decorate(command: F) -> F:
        @wraps(command)
        def wrapped(*args: Any, **values: Any) -> Any:
            together = {each: values.pop(each) for each in names if each in values}
            return command(*args, **values, **{name: kind(**together)})

        return cast("F", wrapped)

    return decorate


def _addresses(name: str, help_text: str, *parameter: str) -> Callable[[F], F]:
    as_set = {"callback": lambda *given: frozenset(given[-1])}
    return _several((name, *parameter), "ADDRESS", help_text, complete_addresses, **as_set)


choice_options = in_order(
    target_option,
    _several(
        ("--exclude", "excludes"), "GLOB", "Leave out addresses such as '*/tiktok:*/*'. Repeatable.", complete_addresses
    ),
    _addresses("--recreate", "Create this post again after it was deleted in Buffer."),
    _addresses("--reapply", "Overwrite Buffer's version with the file's."),
    _addresses(
        "--confirm-removed",
        "Delete this post, or undo its last change, where plan holds that and names this option. It then does not "
        "count for `max_deletes`.",
        "confirmed",
    ),
    click.option("--max-deletes", type=click.IntRange(min=0), metavar="N", help="Allow up to N deletes in this run."),
    _as_one("choices", Choices),
)


@dataclass
class Setup:
    """The things that a command works on: the files and their state, the account, and the console."""

    file: Path | None = None  # the root file, if not the nearest
    state_file: Path | None = None  # the state file, if not what the files name
    api_url: str | None = None  # the endpoint, if not Buffer's own
    api_key_file: Path | None = None  # the file with the key, if not BUFFER_API_KEY
    timeout: float = TIMEOUT  # seconds to wait for an answer
    debug: bool = False  # print each request
    no_color: bool = False  # print without color
    full: bool = False  # nothing is folded

    @cached_property
    def console(self) -> Console:
        """Where output goes."""
        return Console.create(no_color=self.no_color, full=self.full)

    @property
    def state(self) -> NamedState:
        """The state, found without Buffer."""
        from bufferctl.run.mending import NamedState

        return NamedState(self.file, self.state_file, self.console)

    def open_files(self, paths: tuple[Path, ...] = (), *, by_rules: bool = True) -> Files:
        """The files, as `open_files`."""
        from bufferctl.run.files import open_files

        return open_files(self.file, paths, self.console, by_rules=by_rules)

    def connected(self) -> Buffer:
        """A connection to the account, with the key from the environment or from a file."""
        from bufferctl.api import connect

        key = os.environ.get("BUFFER_API_KEY") if self.api_key_file is None else _read_key(self.api_key_file)
        keep(key)
        tell = self.console.note if self.debug else None
        return connect(self.api_url, key, timeout=self.timeout, debug=tell, answering=self.console.answering)

    @contextmanager
    def reading(self, files: Files) -> Iterator[Session]:
        """A session for reading only, from `open_to_read`."""
        from bufferctl.run.session import open_to_read

        with (
            self.connected() as buffer,
            open_to_read(files, buffer, state=self.state_file, listener=self.console) as session,
        ):
            yield session

    @contextmanager
    def changing(self, files: Files, wait: float, *, quiet: bool = True, **how: Any) -> Iterator[Session]:
        """A session that holds the locks.

        `quiet`: outcomes are not printed. `wait` and `how` are those of `open_to_change`.
        """
        from bufferctl.cli.watching import Watching
        from bufferctl.run.session import open_to_change

        watching = Watching(self.console, quiet=quiet)
        given = {"state": self.state_file, "listener": watching, "stop": watching.stopping, "wait": wait, **how}
        with self.connected() as buffer, open_to_change(files, buffer, **given) as session:
            yield session


def _read_key(file: Path) -> str:
    try:
        key = file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyRefusedError(
            f"The key file {file} cannot be read: {reason}",
            hint="Name a file that holds the key, or set BUFFER_API_KEY.",
        ) from error
    if not key:
        raise KeyRefusedError(f"The key file {file} is empty", hint="Put the API key into it.")
    return key


#: Hands a command its options of these as its `setup`.
in_setup = _as_one("setup", Setup)
state_options = in_order(root_option, state_option, in_setup)
console_options = in_order(color_option, in_setup)
connection_options = in_order(
    api_url_option,
    file_option("--api-key-file", help_text="File with the API key; default: the BUFFER_API_KEY variable."),
    seconds_option("--timeout", TIMEOUT, "Seconds to wait for an answer.", above_zero=True),
    click.option("--debug", is_flag=True, help="Print each request to stderr, never the key."),
)
setup_options = in_order(root_option, state_option, connection_options, console_options)
