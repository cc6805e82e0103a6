"""Media of posts: made public for apply, and requested by validate --media, doctor and drift."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlsplit

from bufferctl.config import Locator, in_order
from bufferctl.diagnostics import Diagnostic, Kind, Severity
from bufferctl.errors import ConfigError
from bufferctl.model import Desired, Idea, LivePost, MediaFile, MediaSettings, Post
from bufferctl.model.attached import Attached, attached, files_of
from bufferctl.plan import Plan
from bufferctl.render.drift import LostMedia
from bufferctl.run.files import Files

if TYPE_CHECKING:
    from bufferctl.apply import Publisher
    from bufferctl.media.addresses import Asked, Response

T = TypeVar("T")
_HINTS: Mapping[str, str] = {
    "dead": "put the file there again, or use another URL",
    "page": "use the URL of the file itself",
    "login": "let everybody read it, or put it where everybody can",
    "too-large": "make the file smaller",
    "wrong-type": "use a file type that networks accept, such as JPEG, PNG, MP4 or PDF",
    "not-public": "put the file where everybody can fetch it",
}
_LATER = "try again later; if it stays like this, put the file on another host"
#: The place of a URL: the object and the field.
_Place: TypeAlias = tuple[Post | Idea, Attached]


def is_local(url: str | None) -> bool:
    """Whether a URL is on this machine. If the endpoint is, URLs of media may be, too."""
    from bufferctl.api.endpoint import is_loopback

    return is_loopback(urlsplit(url or "").hostname or "")


def address_problems(
    desired: Desired, root: Path, *, named: frozenset[str] | None, api_url: str | None, only_local: bool = False
) -> tuple[Diagnostic, ...]:
    """Every `url:` that Buffer could not fetch, at its place. Posts whose time is past are left out.

    `named` are the files that PATHs name, None for all. `only_local`: request only URLs on this machine.
    """
    wanted: dict[Asked, list[_Place]] = {}
    for item, at in _declared(desired, named, only_local=only_local):
        wanted.setdefault(_asked(at, at.url or ""), []).append((item, at))
    locator = Locator(root, desired.channels)
    found = (_diagnostic(place, answer, locator) for answer, place in _failed(wanted, api_url))
    return in_order(found, desired.files)


def declared_addresses(desired: Desired, *, only_local: bool) -> int:
    """How many URLs `address_problems` requests."""
    return len({at.url for _, at in _declared(desired, None, only_local=only_local)})


def lost_media(plan: Plan, settings: MediaSettings | None, *, api_url: str | None) -> tuple[LostMedia, ...]:
    """The media of applied and unpublished posts that Buffer can no longer fetch.

    With an endpoint on this machine, only URLs on this machine are requested: a rehearsal needs no internet.
    """
    applied: dict[Asked, list[LostMedia]] = {}
    for change in plan.changes:
        live, desired, binding = change.live, change.desired, change.binding
        if isinstance(live, LivePost) and isinstance(desired, Post) and binding and not live.is_out:
            place = str(change.place or "")
            for at, source in zip(attached(desired), binding.media, strict=False):
                if (wanted := _applied(at, source, settings)) and (is_local(wanted.url) or not is_local(api_url)):
                    applied.setdefault(wanted, []).append(LostMedia(str(change.address), place, wanted.url))
    return tuple(
        lost._replace(verdict=answer.verdict.value, message=answer.message, is_certain=answer.is_certain)
        for answer, lost in _failed(applied, api_url)
    )


def _failed(wanted: Mapping[Asked, Iterable[T]], api_url: str | None) -> Iterator[tuple[Response, T]]:
    """The answers of addresses that do not return what is wanted, with what wants it."""
    if wanted:
        from bufferctl.media.addresses import probe

        answers = probe(wanted, loopback=is_local(api_url))
        yield from ((answer, each) for at, answer in answers.items() if not answer.is_fine for each in wanted[at])


def _declared(desired: Desired, named: frozenset[str] | None, *, only_local: bool) -> Iterator[_Place]:
    now = datetime.now(UTC)
    for item in desired.items:
        if item.cancelled or (named is not None and item.place.file not in named):
            continue
        if isinstance(item, Post) and item.due_at is not None and item.due_at < now:
            continue
        for each in attached(item):
            if each.url and each.kind != "link" and (not only_local or is_local(each.url)):
                yield item, each


def _asked(at: Attached, url: str) -> Asked:
    from bufferctl.media.addresses import Asked

    return Asked(url, at.file_kind)


def _applied(at: Attached, source: str, settings: MediaSettings | None) -> Asked | None:
    """The URL that was sent and what it answers; None if that is unknown, for a file that was changed since."""
    from bufferctl.media.addresses import Asked
    from bufferctl.model.media_file import CONTENT_TYPES, address_of

    file = MediaFile.read_summary(source)
    if file is None:
        return _asked(at, source)
    if settings is None:
        return None
    if not settings.store:
        if at.file is None or at.file.digest != file.digest:
            return None
        file = file.model_copy(update={"path": at.file.path})
    digest = "" if settings.store else file.digest
    return Asked(address_of(file, settings), at.file_kind, None, CONTENT_TYPES.get(file.type, ""), file.size, digest)


def _diagnostic(place: _Place, answer: Response, locator: Locator) -> Diagnostic:
    item, at = place
    located = locator.field(item.place, item.address, at.path, "")
    if answer.is_certain:
        message = f"this URL {answer.message}, so Buffer cannot fetch the {at.file_kind}"
        severity, hint = Severity.ERROR, _HINTS.get(answer.verdict, "")
    else:
        message = f"this URL {answer.message}, so it is not known whether Buffer can fetch the {at.file_kind}"
        severity, hint = Severity.WARNING, _LATER
    return Diagnostic(severity, message, located.place, hint, located.line, located.width, kind=Kind.URL)


def publisher(files: Files, endpoint: str, *, whole: bool = False) -> Publisher | None:
    """The publisher of the declared files, None if there are none.

    Nothing is requested or sent yet. `whole`: compare all bytes, for a saved plan. Raises the error of
    `check_reachable`.
    """
    settings = files.desired.settings.media
    if settings is None or not any(True for item in files.desired.items for _ in files_of(item)):
        return None
    from bufferctl.media.publisher import Publisher as MediaPublisher

    check_reachable(files, endpoint)
    return MediaPublisher(files.root, settings, loopback=is_local(endpoint), whole=whole)


def check_reachable(files: Files, endpoint: str) -> None:
    """Raises ConfigError if files would be on this machine while Buffer is elsewhere."""
    settings = files.desired.settings.media
    if settings and is_local(settings.public_url) and not is_local(endpoint):
        raise ConfigError(
            f"`media.public_url` is {settings.public_url}, which only this machine can reach, so Buffer could not "
            "fetch anything",
            hint="Set it to the public https URL of the files.",
        )
