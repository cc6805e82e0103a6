"""`bufferctl show FILE`: what a saved plan holds, without asking anybody."""

from __future__ import annotations

from pathlib import Path

import click

from bufferctl.cli import options


@click.command(short_help="Show a saved plan.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@options.json_option
@options.no_color_option
def show(file: Path, as_json: bool, no_color: bool) -> None:
    """Show what FILE, written by `bufferctl plan -o FILE`, would do; offline."""
    from bufferctl.cli import planning, saved_plans
    from bufferctl.cli.console import Console

    console = Console.create(no_color=no_color)
    saved = saved_plans.read(file)
    console.diagnostics(saved.plan.warnings)
    planning.show(saved.plan, console, as_json=as_json)
    if not as_json:
        made, until = (f"{moment:%Y-%m-%d %H:%M} UTC" for moment in (saved.created_at, saved.expires_at))
        console.data(f"Made {made}; may be applied until {until}.\nDigest {saved.digest}")
