"""What no plan of a request would mention: files with posts that no root file includes, and deleted root files."""

from __future__ import annotations

from pathlib import PurePosixPath

from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job
from bufferctl.config import holds_posts, is_root
from bufferctl.diagnostics import some_of
from bufferctl.model import visible
from bufferctl.model.desired import GIT_REMOTE
from bufferctl.render.markdown import Note
from bufferctl.said import Answer, Way
from bufferctl.state.checkout import gone_since

_ENDINGS = {".yaml", ".yml"}


def unread(job: Job, request: ChangeRequest) -> Note | None:
    """A note with the patterns that would include the files; None if there are none, or nobody knows."""
    base, loaded = job.base_of(request), job.loaded
    if not base or loaded is None or not loaded.root_is_sound or not job.commits.can_read(base):
        return None
    warned = {each.place.file for each in loaded.diagnostics if each.place}
    changed = job.commits.changed_files(base) or {}
    names = [name for name, is_gone in changed.items() if not is_gone and name not in loaded.read | warned]
    names = [name for name in names if _may_be_meant(name) and holds_posts(job.folder / name)]
    names = [name for name in names if (job.folder / name).resolve() not in job.read_elsewhere]
    if not names:
        return None
    patterns = [str(PurePosixPath(name).parent / f"*{PurePosixPath(name).suffix}") for name in names]
    include = Answer(Way.EDIT, "include", list(dict.fromkeys((*loaded.patterns, *patterns))))
    covers = "does" if len(names) == 1 else "do"
    return Note(
        "Not all posts are planned:",
        f"{some_of([f'`{_inert(name)}`' for name in names])} {covers} not match `include` in "
        f"`{job.root_file.name}`, so nothing of {'it' if len(names) == 1 else 'them'} is read. To read "
        f"{'it' if len(names) == 1 else 'them'}, write `{_inert(include.yaml)}` there.",
    )


def left_behind(job: Job, request: ChangeRequest) -> Note | None:
    """A note with the root files that a request deletes, whose posts stay; None if there are none, or nobody knows."""
    base = job.base_of(request)
    if not base or not job.commits.can_read(base):
        return None
    gone = gone_since(job.checkout, base, remote=GIT_REMOTE)
    names = [
        name for name in gone if PurePosixPath(name).suffix in _ENDINGS and is_root(job.commits.text_at(base, name))
    ]
    if not names:
        return None
    its, it, file = ("its", "it", "a root file") if len(names) == 1 else ("their", "them", "root files")
    return Note(
        "Posts stay in Buffer:",
        f"This {job.forge.noun} deletes {some_of([f'`{_inert(name)}`' for name in names])}, {file}, so no plan "
        f"will mention {its} posts again. What is scheduled is published, unless another root file has the entries "
        f"now. To delete the posts, keep {it}, mark each entry as `cancelled: true`, and delete {it} once that is "
        "merged.",
    )


def _inert(text: str) -> str:
    """A text that stays between its backticks."""
    return visible(text).replace("`", "'")


def _may_be_meant(name: str) -> bool:
    """Whether a pattern could include a file of this name."""
    path = PurePosixPath(name)
    return path.suffix in _ENDINGS and not any(part.startswith(".") for part in path.parts)
