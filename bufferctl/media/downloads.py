"""Downloads the media of an imported account from Buffer into files, with limits like those for probing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bufferctl.media.addresses import TYPES, Answer, PassingError, Wanted, answer_of, following, for_each, open_client
from bufferctl.media.headers import header_of
from bufferctl.model.media_file import size_words

#: The most bytes for one file and for all files, and the seconds for all files.
MOST_BYTES, MOST_IN_ALL, WITHIN = 500_000_000, 5_000_000_000, 1800.0


@dataclass(frozen=True, slots=True)
class Download:
    """A downloaded file, or `why` the download failed: a predicate of the address. `type`: as in `MediaFile.type`."""

    path: Path | None = None
    type: str = ""
    why: str = ""


def download(
    wanted: Iterable[tuple[str, str]],
    folder: Path,
    *,
    loopback: bool = False,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> dict[str, Download]:
    """Download each address and kind (image, video, document) into `folder`, under an arbitrary name.

    `loopback`: addresses on this machine are allowed, as for a local endpoint. `transport` replaces the network.
    """
    wishes = [Wanted(url, kind, MOST_BYTES) for url, kind in dict(wanted).items()]
    if not wishes:
        return {}
    numbers = {wish: str(number) for number, wish in enumerate(wishes)}
    room = _Room(MOST_IN_ALL)

    async def one(client: httpx2.AsyncClient, wish: Wanted) -> Download:
        answer = await answer_of(client, wish)
        if not answer.is_fine:
            return Download(why=answer.message)
        return await _saved(client, wish, answer, folder / numbers[wish], room)

    client = open_client(loopback=loopback, transport=transport)
    late = Download(why="was not downloaded, because there was no time left")
    found = asyncio.run(for_each(client, wishes, one, late, WITHIN))
    return {wish.url: each for wish, each in found.items()}


@dataclass
class _Room:
    """How many bytes may still be downloaded."""

    left: int


async def _saved(client: httpx2.AsyncClient, wish: Wanted, answer: Answer, path: Path, room: _Room) -> Download:
    size = 0
    try:
        async with following(client, wish.url, {}) as (response, _):
            with path.open("xb") as file:
                async for chunk in response.aiter_bytes():
                    size += len(chunk)
                    room.left -= len(chunk)
                    if size > MOST_BYTES or room.left < 0:
                        return Download(why=f"is too large: at most {size_words(MOST_BYTES)} are downloaded")
                    file.write(chunk)
    except (PassingError, httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        return Download(why=str(error) or "could not be downloaded")
    if answer.size is not None and size != answer.size:
        return Download(why="was cut short")
    with path.open("rb") as file:
        header = header_of(file, size)
    if header.type not in TYPES[wish.kind]:
        return Download(why=f"is not a usable {wish.kind}")
    if header.cut_short:
        return Download(why="is cut short")
    return Download(path, header.type)
