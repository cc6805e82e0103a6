"""Begins the state: settle, read, bind what matches, let the rest go by a person's word, move the horizons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bufferctl.config.write.additions import root_with
from bufferctl.config.write.yaml_files import FileChanges, Text
from bufferctl.errors import UsageError
from bufferctl.model import IDEAS, LiveIdea, LivePost
from bufferctl.plan import Plan
from bufferctl.reconcile import begin as begin_state
from bufferctl.run.applying import Applying
from bufferctl.run.compare import first_creation
from bufferctl.run.session import Session


def begin(
    session: Session, confirm: Callable[[Sequence[LivePost | LiveIdea]], bool], channels: Sequence[str] = ()
) -> bool:
    """Begin the state of `channels` (labels; all declared ones if empty). False, and nothing done, without consent.

    `confirm`: whether a person agrees that these objects, which no file declares, are not bufferctl's. Raises
    UsageError for a channel that no file declares.
    """
    applying = Applying(session)
    plan = applying.plan()
    homes = _homes(plan, channels)
    if not confirm([item for item in plan.recording.unexplained if item.home in homes]):
        return False
    settle = timedelta(seconds=session.settle)
    session.state = begin_state(session.state, plan, applying.live, homes=homes, settle=settle)
    if session.files.desired.settings.managed_since is None:
        since = min(filter(None, [first_creation(session.state), applying.live.at - settle]))
        _write_managed_since(session.files.root_file, since)
    session.save(session.state)
    return True


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


def _write_managed_since(root: Path, since: datetime) -> None:
    text = Text.read(root)
    changes = FileChanges()
    edited = root_with(text, (), managed_since=since.astimezone(UTC).replace(microsecond=0))
    changes.put(root, text.data, text.with_text(edited))
    changes.make()
