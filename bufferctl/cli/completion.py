"""`bufferctl completion SHELL`: click's own completion, as a script that the shell reads."""

from __future__ import annotations

import click

from bufferctl.cli import examples

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
