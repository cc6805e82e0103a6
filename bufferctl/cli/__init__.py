"""The command line: one file a command, loaded when it is called, one place that turns errors into exit codes.

`--help` and `--version` load click and this file alone; the table below says what each command is for without importing
it (a test holds the two together).
"""

from __future__ import annotations

import gc
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

import click

from bufferctl import __version__
from bufferctl.cli.examples import examples
from bufferctl.errors import BufferctlError, InterruptError, UsageError

#: Commands by what people are about to do; for each the module that has it, and its first line of help.
GROUPS = {
    "Begin": {
        "init": ("init", "Write a first buffer.yaml from what the account has."),
        "doctor": ("doctor", "Find out what is missing or does not work, and what to do."),
        "sandbox": ("sandbox", "Run a local Buffer to try things on."),
    },
    "Write": {
        "validate": ("validate", "Check the files, offline."),
        "preview": ("preview", "Show the files as a calendar of posts, offline."),
        "fmt": ("fmt", "Give all files the same layout; what they say stays."),
        "convert": ("convert", "Turn Buffer's bulk-upload CSV, or Markdown, into YAML."),
        "schema": ("schema", "Print the JSON Schema of the files, for editors."),
    },
    "Review and publish": {
        "plan": ("plan", "Show what would change in Buffer; change nothing."),
        "show": ("show", "Show a saved plan or a receipt."),
        "apply": ("apply", "Make Buffer match the files."),
    },
    "Stay in step with Buffer": {
        "drift": ("drift", "Show what in Buffer is no longer as it was applied."),
        "pull": ("pull", "Write what people changed in Buffer into the files."),
        "import": ("import_", "Write what is in Buffer into the files."),
        "state": ("state", "Look at, or correct, what bufferctl remembers."),
    },
    "In CI": {
        "ci": ("ci", "Run in GitHub Actions or GitLab CI."),
    },
    "In the shell": {
        "completion": ("completion", "Print what makes a shell complete commands and options."),
    },
}
COMMANDS = {name: told for group in GROUPS.values() for name, told in group.items()}

#: How a program ends that a signal to a closed pipe would have ended.
_CLOSED_PIPE = 141
_USAGE = UsageError.exit_code


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, _ = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"bufferctl.cli.{module}"), module)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, in groups, without importing them."""
        width = max(map(len, COMMANDS))
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(f"{name:{width}}", line) for name, (_, line) in group.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a mistyped one is answered with the nearest."""
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise click.UsageError(f"No such command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Start with `bufferctl doctor`: it says what to do first. `bufferctl COMMAND --help` tells more.\n\n"
    + examples(
        ("bufferctl validate", "every problem of the files"),
        ("bufferctl plan -o plan.json --report plan.html", "for whoever reviews it"),
        ("bufferctl apply plan.json", "do just that"),
    ),
)
@click.version_option(__version__, "-V", "--version", message="bufferctl %(version)s")
def cli() -> None:
    """Keep a Buffer queue in git: posts as YAML, a plan to look at, applied once."""


def main() -> NoReturn:
    """Run the command line and end the process with its exit code (design: Contracts)."""
    # What a command reads it keeps to its end. Looking through all of it for garbage again and again costs a tenth of
    # the time of a large plan, and finds next to nothing; once more on the way out (hence `freeze`) as much again.
    gc.disable()
    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code."""
    try:
        code = _invoke(arguments)
        sys.stdout.flush()
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return _USAGE
    except click.UsageError as error:
        return _usage(error, arguments)
    except click.ClickException as error:
        _say(error.format_message(), "")
        return error.exit_code
    except BufferctlError as error:
        _say(error.message, error.hint)
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        if sys.stderr.isatty():
            click.echo(err=True)  # the terminal shows ^C, or a question without an answer
        _say("Interrupted", "")
        return InterruptError.exit_code
    except BrokenPipeError:
        _forget_output()
        return _CLOSED_PIPE
    except OSError as error:
        _forget_output()
        _say(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}", "")
        return BufferctlError.exit_code
    return code if isinstance(code, int) else 0


def _invoke(arguments: list[str]) -> object:
    """What a command returns. click's own `main` would end a closed pipe with 1, which means that something failed."""
    if "_BUFFERCTL_COMPLETE" in os.environ:  # a shell asks what may follow; click answers and exits
        return cli.main(arguments, prog_name="bufferctl")
    try:
        with cli.make_context("bufferctl", list(arguments)) as context:
            return cli.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code


def _forget_output() -> None:
    """What cannot be written any more; Python would complain once more when it closes stdout."""
    with suppress(OSError):  # a stdout without a file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.UsageError, arguments: list[str]) -> int:
    # click does not always say which command it was parsing.
    named = [name for name in arguments[:1] if name in COMMANDS]
    command = error.ctx.command_path if error.ctx else " ".join(["bufferctl", *named])
    _say(error.format_message(), f"`{command} --help` shows what it takes.")
    return _USAGE


def _say(message: str, hint: str) -> None:
    from bufferctl.cli.console import Console

    Console.create().error(message, hint)
