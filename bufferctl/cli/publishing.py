"""Who makes the files of a project public, and what stands against it before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bufferctl.cli.files import Files
from bufferctl.errors import ConfigError
from bufferctl.model.attached import files_of

if TYPE_CHECKING:
    from bufferctl.apply import Publisher


def publisher(files: Files, endpoint: str, *, whole: bool = False) -> Publisher | None:
    """For the files that are declared, None where there are none. Nothing is asked or sent yet.

    `whole`: compare all bytes, for a saved plan. Raises as `check_reachable`.
    """
    settings = files.desired.settings.media
    if settings is None or not any(True for item in files.desired.items for _ in files_of(item)):
        return None
    from bufferctl.media.publishing import Publisher as MediaPublisher

    check_reachable(files, endpoint)
    return MediaPublisher(files.root, settings, loopback=_is_local(endpoint), whole=whole)


def check_reachable(files: Files, endpoint: str) -> None:
    """Raises ConfigError where files are to be on this machine and Buffer is elsewhere."""
    settings = files.desired.settings.media
    if settings and _is_local(settings.public_url) and not _is_local(endpoint):
        raise ConfigError(
            f"`media.public_url` is {settings.public_url}, which only this machine can reach, so Buffer could not "
            "fetch anything",
            hint="Set it to the public https address of the files.",
        )


def _is_local(url: str) -> bool:
    from bufferctl.api.endpoint import is_loopback

    return is_loopback(urlsplit(url).hostname or "")
