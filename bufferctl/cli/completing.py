"""What a shell completes: `bufferctl completion SHELL`, and from the files addresses and channels, silently."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples

if TYPE_CHECKING:
    from bufferctl.model import Desired


def addresses(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The addresses that the files declare; their parts until a channel has been typed."""
    found = [str(item.address) for item in _declared(ctx).items]
    if incomplete.count("/") < 2:  # noqa: PLR2004 - organization, channel, key
        found = [f"{each.rpartition('/')[0]}/" for each in found]
    return _beginning(found, incomplete)


def channels(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The channels that the files declare: `twitter:acme`."""
    return _beginning((each.label for each in _declared(ctx).channels), incomplete)


def _declared(ctx: click.Context) -> Desired:
    """What can be read of the files that -f or the folder names; nothing if they cannot be used."""
    from bufferctl.config import load
    from bufferctl.errors import BufferctlError
    from bufferctl.model import Desired

    try:
        return load(ctx.params.get("file"), Path.cwd()).sound or Desired()
    except (BufferctlError, OSError):
        return Desired()


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return sorted({name for name in names if name.startswith(incomplete)})


SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog=examples(
        ('eval "$(bufferctl completion bash)"', "in ~/.bashrc"),
        ('eval "$(bufferctl completion zsh)"', "in ~/.zshrc, below compinit"),
        ("bufferctl completion fish | source", "in ~/.config/fish/config.fish"),
    )
)
@click.argument("shell", type=click.Choice(SHELLS), metavar=f"[{'|'.join(SHELLS)}]")
def completion(shell: str) -> None:
    """Print a script that completes commands, options, addresses and channels in your shell."""
    from click.shell_completion import get_completion_class

    from bufferctl.cli import cli

    found = get_completion_class(shell)
    if found is None:
        raise AssertionError(shell)  # click knows all of SHELLS
    one_word = "COMP_WORDBREAKS=${COMP_WORDBREAKS//:}  # twitter:acme is one word\n" if shell == "bash" else ""
    click.echo(one_word + found(cli, {}, "bufferctl", "_BUFFERCTL_COMPLETE").source())
