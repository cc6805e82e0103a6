"""Pictures that lie beside the posts: which of them a report shows, in which crop, and from where.

Pages hold thumbnails; they come in as data, since nothing here reads files. A comment cannot hold any, so it shows what
is public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from bufferctl.model import MediaFile, Post, Service
from bufferctl.model.attached import files_of
from bufferctl.model.media import size_words
from bufferctl.plan import Change, Plan
from bufferctl.render.report import Report


class Crop(NamedTuple):
    """Between which width divided by height a picture is shown whole; beyond, its ends are cut off."""

    narrowest: float
    widest: float


class Source(NamedTuple):
    """Where a page gets a picture from, and where it leads; both empty if it cannot show it."""

    src: str = ""
    href: str = ""


#: The source of a file, given where it is shown: a service, or `IDEAS`.
Sources = Callable[[MediaFile, str], Source]

#: What stands for a service where ideas are shown.
IDEAS = "ideas"
_ANY = Crop(0.5, 2.5)
#: How networks crop a single picture in their feeds, by their help pages of 2026.
_CROPS = {
    Service.FACEBOOK: Crop(0.8, 1.91),
    Service.GOOGLEBUSINESS: Crop(4 / 3, 4 / 3),
    Service.INSTAGRAM: Crop(0.75, 1.91),
    Service.LINKEDIN: Crop(0.8, 1.91),
    Service.PINTEREST: Crop(1 / 2.1, 1.91),
    Service.TWITTER: Crop(0.75, 16 / 9),
}


def crop_of(where: str) -> Crop:
    """The crop of a service; of ideas, a generous one."""
    return _CROPS.get(Service(where), _ANY) if where in set(Service) else _ANY


def pictures_of(plan: Plan) -> Iterator[tuple[MediaFile, str]]:
    """Each picture beside the posts as often as a page of the plan shows it, with its place: a service or `IDEAS`."""
    for change in plan.changes:
        item = change.desired
        if item is not None and not item.cancelled:
            for each in files_of(item):
                if each.file and each.kind not in {"video", "document"}:
                    yield each.file, _where(change)


def thumbnails(report: Report) -> Sources:
    """For pages: thumbnails, which lead to the public address if there is one."""

    def source(file: MediaFile, where: str) -> Source:
        return Source(report.pictures.get((file.digest, where), ""), file.url if _is_public(file, report) else "")

    return source


def public(report: Report) -> Sources:
    """For comments: the public address of what was applied before."""

    def source(file: MediaFile, _where: str) -> Source:
        url = file.url if _is_public(file, report) else ""
        return Source(url, url)

    return source


def nothing(_file: MediaFile, _where: str) -> Source:
    """Show none."""
    return Source()


def about(file: MediaFile) -> str:
    """Its pixels and its size, as far as they are known."""
    return ", ".join(filter(None, [file.pixels, size_words(file.size)]))


def _is_public(file: MediaFile, report: Report) -> bool:
    return bool(file.url) and file.summary in report.public


def _where(change: Change) -> str:
    return change.desired.service.value if isinstance(change.desired, Post) else IDEAS
