"""What a shell completes from the files: addresses and channels. It contacts nobody, and says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

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
