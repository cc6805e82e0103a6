"""The folder that a run keeps as an artifact: made anew, and never through a link that somebody committed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from bufferctl.errors import ForgeError


def keep(folder: Path, artifact: Path, checkout: Path) -> None:
    """Copy `folder` to `artifact`, replacing what is there. A relative `artifact` is below the `checkout`.

    Raises ForgeError if the path to it has a link below the checkout.
    """
    target = Path(os.path.normpath(checkout / artifact))
    if target.is_relative_to(checkout) and target.parent.resolve() != target.parent:
        raise ForgeError(
            f"The path to {artifact} has a link in it, so nothing is written there",
            hint="Name a folder that is reached without links.",
        )
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)  # removes links, and never follows them
    shutil.copytree(folder, target, symlinks=True)
