"""Makes a plan's files public before the first write is sent (design: Media).

Buffer fetches each file while it answers the request, so a dead address makes it refuse the post. A file whose address
does not answer in time holds its posts; the others go out.
"""

from __future__ import annotations

from collections.abc import Mapping

from bufferctl.apply.ports import Publisher, Timer, Watcher
from bufferctl.errors import InterruptError
from bufferctl.model import MediaFile
from bufferctl.model.attached import files_of
from bufferctl.model.media_file import Obstacle, size_words
from bufferctl.plan import Change, Outcome, Plan, Status, Trouble
from bufferctl.said import Said, prose
from bufferctl.value import replace, value

#: Seconds between two requests to a URL that does not answer yet: at first, and at most.
_FIRST, _LONGEST = 2.0, 30.0


@value()
class Published:
    """Which changes may be sent. `held`: outcomes of the others, in plan order; `public`: URLs that answered.

    `listed`: a URL where anyone can list the uploads, empty if none was found.
    """

    plan: Plan
    held: tuple[Outcome, ...] = ()
    public: frozenset[str] = frozenset()
    listed: str = ""


def publish(
    plan: Plan, publisher: Publisher | None, answered: frozenset[str], clock: Timer, watcher: Watcher, max_wait: float
) -> Published:
    """Upload the missing files, and wait until every URL answers, at most `max_wait` seconds.

    `answered`: URLs that answered in an earlier run; nothing is uploaded there unless they no longer do. Raises
    InterruptError once somebody asks to stop; nothing was sent then.
    """
    if publisher is None:
        return Published(plan)
    files = plan.files
    fresh = {url: file for url, file in files.items() if url not in answered}
    old = [file for url, file in files.items() if url in answered]
    fresh |= {url: files[url] for url in publisher.ask(old)} if old else {}
    obstacles = _upload(fresh, publisher, clock, watcher)
    uploaded = [file for url, file in fresh.items() if url not in obstacles]
    obstacles |= _ask(uploaded, publisher, clock, watcher, max_wait)
    kept, held = [], []
    for change in plan.changes:
        outcome = _held(change, obstacles)
        held.extend([outcome] if outcome else [])
        kept.extend([] if outcome else [change])
    listed = publisher.listed() if any(file.stored for file in uploaded) else ""
    return Published(replace(plan, changes=tuple(kept)), tuple(held), frozenset(files) - frozenset(obstacles), listed)


def _upload(
    files: Mapping[str, MediaFile], publisher: Publisher, clock: Timer, watcher: Watcher
) -> dict[str, Obstacle]:
    """Why files could not be uploaded, by URL."""
    uploaded = [file for file in files.values() if file.stored]
    if not uploaded:
        return {}
    many = "1 file" if len(uploaded) == 1 else f"{len(uploaded):,} files"
    watcher.waiting(0, f"Uploading {many} ({size_words(sum(file.size for file in uploaded))})")
    obstacles = publisher.upload(uploaded, stopping=clock.asked)
    _check_going_on(clock)
    return dict(obstacles)


def _ask(
    files: list[MediaFile], publisher: Publisher, clock: Timer, watcher: Watcher, max_wait: float
) -> dict[str, Obstacle]:
    """Check until all answer, the rest cannot recover, or time runs out; the obstacles that remain, by URL."""
    obstacles: dict[str, Obstacle] = {}
    until, pause = clock.now() + max_wait, _FIRST
    while files:
        missing = publisher.ask(files)
        _check_going_on(clock)
        obstacles |= missing
        for file in files:
            if file.url not in missing:
                obstacles.pop(file.url, None)
        files = [file for file in files if file.url in missing and missing[file.url].may_pass]
        left = until - clock.now()
        if not files or left <= 0:
            break
        wait = min(pause, left)
        watcher.waiting(wait, f"{files[0].path} {obstacles[files[0].url].message}, so it is asked for again")
        clock.wait(wait)
        pause = min(2 * pause, _LONGEST)
    return obstacles


_NOT_PUBLIC = Said("{file} {obstacle}, so this was not sent")


def _held(change: Change, obstacles: Mapping[str, Obstacle]) -> Outcome | None:
    item = change.write.item if change.write else None
    if item is None:
        return None
    for each in files_of(item):
        if each.file and (obstacle := obstacles.get(each.file.url)):
            why = replace(_NOT_PUBLIC, facts={"file": each.file.path, "obstacle": obstacle.message})
            return Outcome(change, Status.HELD, change.live_id, Trouble.MEDIA, why, prose(obstacle.hint))
    return None


def _check_going_on(clock: Timer) -> None:
    if clock.asked():
        raise InterruptError("Stopped as requested, before anything was sent")
