"""The places of the state that this machine has used: asks before credentials go to a new place that the files name.

The author of a pull request writes `state:` too, and whoever checks it out runs `plan`. So the places used from a
repository, or a folder outside of one, are kept in the user's state folder. In CI nobody can be asked and machines
start empty; there `bufferctl ci plan` takes the place from the published branch.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path

from bufferctl.disk import replace_file
from bufferctl.errors import StateError
from bufferctl.machine import state_folder
from bufferctl.model import StateSettings, visible
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.run.listener import Listener
from bufferctl.state import Store, open_store
from bufferctl.state.location import top_of


def open_state(
    settings: StateSettings | None,
    root_file: Path,
    listener: Listener,
    *,
    named: Path | None = None,
    is_meant: bool = False,
) -> Store:
    """The store of this root file, from `open_store`, after its place was confirmed and noted.

    `named`: a state file that the user named, for which nobody is asked. `is_meant`: the command is about using this
    place from now on. Raises UsageError if the place is new here and nobody can be asked, StateError if the answer was
    no.
    """
    if named is None and not os.environ.get("CI"):
        _confirm_and_note(settings, root_file, listener, is_meant=is_meant)
    return open_store(settings, root_file, named=named)


def _confirm_and_note(settings: StateSettings | None, root_file: Path, listener: Listener, *, is_meant: bool) -> None:
    """Ask before credentials go to a place where no run of this machine kept this state, though another place has it.

    Then note the place. The first place is taken as it is, and so is a file, or the repository that the files came
    from.
    """
    key = blake2b(os.fsencode(top_of(root_file)), digest_size=10).hexdigest()
    file, place = state_folder() / "places" / key, _name(settings)
    try:
        used = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        used = []
    if used[-1:] == [place]:
        return
    is_own = settings is None or (not settings.store and settings.remote == GIT_REMOTE)  # this machine or repository
    if used and place not in used and not is_meant and not is_own:
        about = f"{root_file.name} keeps the state in {visible(place)}. The last run here used {visible(used[-1])}."
        listener.warning(about)
        hint = "Run it in a terminal, where it asks, or name a copy of the state with --state FILE."
        if not listener.confirm("Send your credentials there?", nothing_was="sent", hint=hint):
            raise StateError("The state was not read", hint="Check out files that you trust.")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_file(file, "".join(f"{each}\n" for each in [*(one for one in used if one != place), place]).encode())
    except OSError:  # then the next run asks again
        return


def _name(settings: StateSettings | None) -> str:
    if settings is None:
        return "a file beside the root file"
    if settings.store:
        return f"{settings.store} at {settings.endpoint}" if settings.endpoint else settings.store
    return f"the branch {settings.branch} of {settings.remote}"
