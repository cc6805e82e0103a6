"""The command line: commands, loaded when they are called, and one place that turns errors into exit codes.

`--help` and `--version` load click and this file alone; the table below says what each command is for without importing
it.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from contextvars import copy_context
from importlib import import_module
from typing import NoReturn

import click

from bufferctl import __version__
from bufferctl.errors import (
    PENDING,
    BufferctlError,
    InterruptError,
    KeyRefusedError,
    PartWayError,
    StalePlanError,
    UsageError,
)
from bufferctl.machine import STOPS, take_streams
from bufferctl.run import secrets

#: Commands by what people are about to do; for each the module that has it, and its first line of help.
GROUPS = {
    "Get started": {
        "demo": ("demo", "Try it without an account, on a local Buffer."),
        "init": ("setup", "Create a first buffer.yaml from your account."),
        "doctor": ("setup", "Check the setup and explain what to fix."),
        "sandbox": ("setup", "Run a local Buffer to try things out."),
    },
    "Write": {
        "new": ("new", "Start a file with a post or a campaign."),
        "validate": ("files", "Check the files, offline."),
        "list": ("files", "List posts by the day they go out."),
        "preview": ("files", "Show the posts on a calendar page, offline."),
        "fmt": ("files", "Format the files."),
        "shift": ("shift", "Move the dates in files by a number of days."),
        "convert": ("convert", "Turn a calendar or a document into YAML."),
        "schema": ("files", "Print the JSON Schema of the files, for editors."),
    },
    "Review and publish": {
        "plan": ("review", "Show what apply would change in Buffer."),
        "show": ("review", "Show a saved plan or a receipt."),
        "apply": ("review", "Make Buffer match the files."),
        "suspend": ("suspending", "Stop publishing for now, with one line."),
        "resume": ("suspending", "End a suspension."),
    },
    "Keep in sync with Buffer": {
        "drift": ("sync", "Show what changed in Buffer since the last apply."),
        "pull": ("sync", "Copy changes that people made in Buffer into the files."),
        "import": ("sync", "Add posts that are only in Buffer to the files."),
        "state": ("state", "Inspect or correct the state."),
    },
    "In CI": {"ci": ("ci", "Run in GitHub Actions or GitLab CI.")},
    "In the shell": {"completion": ("files", "Print a completion script for your shell.")},
}
COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}

#: How a program ends that a signal to a closed pipe would have ended.
_CLOSED_PIPE = 141
#: How click begins its messages about a command that is not there, and about more arguments than a command has.
_NO_COMMAND, _TOO_MANY = "No such command", "Got unexpected extra argument"


#: What each exit code means (design: Contracts).
EXIT_CODES = {
    0: "done, or no changes",
    BufferctlError.exit_code: "something failed, or needs you (plan: with --strict)",
    PENDING: "changes are pending (plan --detailed-exitcode), or drift was found",
    StalePlanError.exit_code: "the saved plan is out of date",
    KeyRefusedError.exit_code: "the API key is missing or was refused",
    PartWayError.exit_code: "stopped early; run it again to continue",
    UsageError.exit_code: "wrong usage, or a question without a terminal (pass --auto-approve)",
    InterruptError.exit_code: "interrupted",
}


def examples(*commands: tuple[str, str], codes: Sequence[int] = ()) -> str:
    """The epilog of a command's help: example calls, each with its purpose, and the meaning of `codes`."""
    width = max(len(command) for command, _ in commands)
    lines = [f"  {command:{width}}  {purpose}".rstrip() for command, purpose in commands]
    meanings = [f"  {code:<3}  {EXIT_CODES[code]}" for code in codes]
    # \b: click wraps nothing of the paragraph
    return "\n".join(["\b", "Examples:", *lines, *(["", "\b", "Exit codes:", *meanings] if meanings else [])])


def load_command(name: str) -> click.Command:
    """Import a command. If Python uses its name itself, its function ends in an underscore."""
    module = import_module(f"bufferctl.cli.{COMMANDS[name][0]}")
    command: click.Command = getattr(module, f"{name}_" if name in {"import", "list"} else name)
    return command


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command = load_command(cmd_name)
        command.short_help = COMMANDS[cmd_name][1]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{width}}", line) for name, (_, line) in group.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a mistyped one, the error names the nearest."""
        if args[0] not in COMMANDS:
            from bufferctl.diagnostics import nearest

            raise click.UsageError(f"There is no command {args[0]}. {nearest(args[0], COMMANDS)}".rstrip(), ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Start with `bufferctl doctor`. `bufferctl COMMAND --help` explains a command.\n\n"
    + examples(
        ("bufferctl validate", "check the files"),
        ("bufferctl plan -o plan.json --report plan.html", "save a plan to review"),
        ("bufferctl apply plan.json", "apply that plan"),
    ),
)
@click.version_option(__version__, "-V", "--version", message="bufferctl %(version)s")
def cli() -> None:
    """Keep a Buffer queue in git: posts as YAML, reviewed as a plan, published once."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code (design: Contracts)."""
    # A command keeps what it reads until it ends, so collecting garbage in the meantime frees next to nothing and takes
    # 0.3 s of 1.5 for 10,000 posts. Freeing it bit by bit on the way out (hence `_exit`) takes 0.1 s, and 0.05 for one.
    gc.disable()
    take_streams()
    for number in STOPS:
        signal.signal(number, signal.default_int_handler)  # a command releases its lock and says what it did
    # Without this, pydantic reads the metadata of every installed package, in search of plugins.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    code = run(sys.argv[1:])
    atexit._run_exitfuncs()  # noqa: SLF001 - as multiprocessing does before `_exit`, which skips them: work folders go
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # it is closed
            stream.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    secrets.keep(os.environ.get("BUFFER_API_KEY"))
    try:
        return copy_context().run(_answer, arguments)  # the root file that it names is that of this run alone
    except BrokenPipeError:
        _forget_output()
        return _CLOSED_PIPE
    except OSError as error:
        _forget_output()
        return _fail(BufferctlError(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"), [])


def _answer(arguments: list[str]) -> int:
    """The exit code of a command, its errors printed. Raises OSError, also where they cannot be printed."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return UsageError.exit_code
    except click.UsageError as error:
        return _usage(error, arguments)
    except click.ClickException as error:
        return _fail(BufferctlError(error.format_message()), arguments)
    except BufferctlError as error:
        return _fail(error, arguments)
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # the terminal shows ^C, or a question without an answer
        return _fail(InterruptError("Interrupted"), arguments)
    return code if isinstance(code, int) else 0


def _invoke(arguments: list[str]) -> object:
    """The return value of a command. click's own `main` would end a closed pipe with 1, which means a failure."""
    if "_BUFFERCTL_COMPLETE" in os.environ:  # a shell asks what may follow; click answers and exits
        return cli.main(arguments, prog_name="bufferctl")
    try:
        with cli.make_context("bufferctl", list(arguments)) as context:
            return cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code


def _forget_output() -> None:
    """Drop unwritten output; otherwise Python complains again when it closes stdout."""
    with suppress(OSError):  # a stdout without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.UsageError, arguments: list[str]) -> int:
    # click does not always say which command it was parsing.
    named = [name for name in arguments[:1] if name in COMMANDS]
    command = error.ctx.command_path if error.ctx else " ".join(["bufferctl", *named])
    hint = f"`{command} --help` shows its arguments and options."
    return _fail(UsageError(usage_message(error), hint=hint), arguments)


def usage_message(error: click.UsageError) -> str:
    """A usage error in our words; messages that are already ours stay as they are."""
    name = _parameter_name(error)
    match error:
        case click.NoSuchOption(option_name=option, possibilities=near):
            hint = f" Did you mean {' or '.join(sorted(near))}?" if near else ""
            return f"There is no option {option}.{hint}"
        case click.MissingParameter():
            return f"{name} is missing"
        case click.BadParameter(message=message, param=param):
            plain = message.replace("'", "") if param and isinstance(param.type, click.Choice) else message
            return f"{name}: {plain}" if name else plain
        case click.BadOptionUsage(option_name=option, message=message):
            return f"{option} needs a value" if "requires" in message else message
    if error.message.startswith(_NO_COMMAND):
        return error.message.replace(_NO_COMMAND, "There is no command").replace("'", "")
    if error.message.startswith(_TOO_MANY):
        return f"There are too many arguments: {error.message.partition('(')[2].rstrip(').')}"
    return error.format_message()


def _parameter_name(error: click.UsageError) -> str:
    if not isinstance(error, click.BadParameter):
        return ""
    if isinstance(error.param_hint, str):
        return error.param_hint.strip("'")
    parameter = error.param
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.make_metavar(error.ctx).strip("[]") if parameter and error.ctx else ""


def _fail(error: BufferctlError, arguments: list[str]) -> int:
    """Print an error for people and, with --json, as JSON in place of the output; its exit code."""
    from bufferctl.cli.console import Console
    from bufferctl.diagnostics import FilesError

    console = Console.create()
    if isinstance(error, FilesError):
        from bufferctl.cli.outputs import annotate_problems

        annotate_problems(error.problems, error.root, console)
    if "--json" in arguments:
        from bufferctl.render.json_documents import error_json

        console.data(error_json(error))
    console.error(error.message, error.hint)
    return error.exit_code
