"""What reports show of pictures beside the posts: thumbnails for pages, and which are public already."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bufferctl.model import State
    from bufferctl.render.report import Report

#: The most characters of all thumbnails of a page; the other pictures are named with their sizes.
PAGE = 4_000_000
_PREFIX = "data:image/jpeg;base64,"
#: The fewest bytes of a thumbnail that is worth a look.
_FEWEST = 3_000


def with_pictures(report: Report, root: Path, reports: Sequence[Path], state: State | None = None) -> Report:
    """The report with what its forms show of pictures below `root`. Thumbnails are made for pages alone.

    `reports`: the files it is written to. `state`: which pictures were applied before.
    """
    applied = {source for binding in state.bindings.values() for source in binding.media} if state else ()
    report = replace(report, public=frozenset(applied))
    if any(path.suffix.lower() == ".html" for path in reports):
        return replace(report, pictures=_thumbnails(report, root))
    return report


def _thumbnails(report: Report, root: Path) -> dict[tuple[str, str], str]:
    """By digest and place, as `data:` addresses.

    A page holds each as often as it shows it, so each use counts; one that is used very often is smaller.
    """
    from bufferctl.render.pictures import crop_of, pictures_of

    uses = Counter((file.digest, where) for file, where in pictures_of(report.plan))
    if not uses:
        return {}
    from bufferctl.media.thumbnails import MOST_BYTES, thumbnail

    files = {(file.digest, where): file for file, where in pictures_of(report.plan)}
    found, room = dict[tuple[str, str], str](), PAGE
    for key, number in uses.items():
        most = min(MOST_BYTES, room // number * 3 // 4 - len(_PREFIX))  # base64 makes four characters of three bytes
        made = thumbnail(root, files[key], *crop_of(key[1]), most) if most >= _FEWEST else None
        if made:
            found[key] = f"{_PREFIX}{b64encode(made).decode()}"
            room -= number * len(found[key])
    return found
