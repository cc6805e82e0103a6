"""`bufferctl state begin`: settle, read, bind what matches, let the rest go by a person's word, move the horizons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bufferctl.cli.applying import Applying
from bufferctl.cli.console import Console
from bufferctl.cli.options import Choices, Connection
from bufferctl.cli.plan_options import planning_options
from bufferctl.cli.session import Session, first_creation
from bufferctl.config.write.additions import root_with
from bufferctl.config.write.yaml_files import FileChanges, Text
from bufferctl.errors import UsageError
from bufferctl.limits import MAX_WAIT, SETTLE
from bufferctl.model import IDEAS, LiveIdea, LivePost
from bufferctl.model.plain_text import visible
from bufferctl.plan import Plan
from bufferctl.reconcile import begin as begin_record
from bufferctl.render.lines import posts_and_ideas

#: How many objects are named before the rest is counted.
_NAMED = 10


def begin(session: Session, channels: Sequence[str], connection: Connection, *, auto_approve: bool) -> int:
    """Begin the record of `channels` (labels; all declared ones if empty); the exit code.

    Raises UsageError for a channel that no file declares, and where there is nobody to ask.
    """
    options = planning_options(Choices(), connection)
    applying = Applying(session, options, settle=SETTLE, max_wait=MAX_WAIT, quiet=True)
    plan = applying.plan()
    homes = _homes(plan, channels)
    let_go = [item for item in plan.recording.unexplained if item.home in homes]
    _show(let_go, session.console)
    if not auto_approve and not _agreed(session):
        return 1
    settle = timedelta(seconds=SETTLE)
    session.state = begin_record(session.state, plan, applying.live, homes=homes, settle=settle)
    if session.files.desired.settings.managed_since is None:
        since = min(filter(None, [first_creation(session.state), applying.live.at - settle]))
        _write_managed_since(session.files.root_file, since)
    session.save(session.state)
    session.console.data("Started the state. Run `bufferctl plan` to see what is left to do.")
    return 0


def _homes(plan: Plan, channels: Sequence[str]) -> frozenset[str]:
    if not channels:
        return frozenset(home.id for home in plan.recording.homes)
    ids = {f"{home.service}:{home.handle}": home.id for home in plan.recording.homes if home.channel_id != IDEAS}
    ids |= {change.address.channel: change.slot.home for change in plan.changes if change.desired}
    if unknown := [channel for channel in channels if channel not in ids]:
        raise UsageError(
            f"No file declares the channel {unknown[0]}", hint=f"The files declare: {', '.join(sorted(ids))}."
        )
    return frozenset(ids[channel] for channel in channels)


def _show(let_go: Sequence[LivePost | LiveIdea], console: Console) -> None:
    if not let_go:
        console.data("Everything in Buffer that no file declares is already unmanaged.")
        return
    what = posts_and_ideas(isinstance(item, LiveIdea) for item in let_go)
    console.data(f"Buffer has {what} that no file declares:")
    for item in let_go[:_NAMED]:
        text = item.text or (item.title if isinstance(item, LiveIdea) else "")
        console.data(f"  {item.id}  {visible(' '.join(text.split())[:60])}")
    if len(let_go) > _NAMED:
        console.data(f"  and {len(let_go) - _NAMED} more")


def _agreed(session: Session) -> bool:
    with session.kept():
        return session.console.confirm(
            "Treat these as unmanaged?",
            nothing_was="changed",
            hint="Read the list above, then run it again with --auto-approve.",
        )


def _write_managed_since(root: Path, since: datetime) -> None:
    text = Text.read(root)
    changes = FileChanges()
    edited = root_with(text, (), managed_since=since.astimezone(UTC).replace(microsecond=0))
    changes.put(root, text.data, text.with_text(edited))
    changes.make()
