"""The file limits of each network, one case per limit in the table: a finding above it, none at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from bufferctl.checks import NETWORKS, check
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Asset, Desired, MediaFile, Post, Service
from bufferctl.model.content import Document, Image, Video
from bufferctl.model.networks import FileLimits

ROWS = {service: row.files for service, row in NETWORKS.items() if row.files}
GOOD = MediaFile(path="media/a.jpg", digest="0" * 32, size=100_000, type="jpg", width=1080, height=1080)
FILM = MediaFile(path="media/a.mp4", digest="0" * 32, size=100_000, type="mp4")
PDF = MediaFile(path="media/a.pdf", digest="0" * 32, size=100_000, type="pdf")


def of_type(file: MediaFile, kind: str, **fields: object) -> MediaFile:
    """The same file with another type and suffix."""
    return file.model_copy(update={"type": kind, "path": f"media/a.{kind}", **fields})


def found(service: Service, file: MediaFile) -> set[str]:
    """The codes of the file rules for a post with this file."""
    if file.type in {"mp4", "mov", "webm"}:
        asset = Asset(video=Video(file=file))
    elif file.type == "pdf":
        asset = Asset(document=Document(file=file, title="Slides", thumbnail_file=GOOD))
    else:
        asset = Asset(image=Image(file=file, alt_text="A picture"))
    post = Post(Address("Acme", f"{service}:acme", "a"), service, Place("a.yaml"), text="Hello", assets=(asset,))
    codes = {finding.rule.code for finding in check(replace(Desired(), posts=(post,)))}
    return {code for code in codes if code.startswith("BC3")} - {"BC311"}  # git's own limit, for every network


def cases(limits: FileLimits) -> Iterator[tuple[str, MediaFile, set[str]]]:
    """A problem, a file with it, and the rules that find it."""
    if limits.pictures:
        yield "fine", GOOD, set()
        yield from types(limits)
    yield from sizes(limits)
    for kind in ("mp4", "mov", "webm"):
        yield f"film {kind}", of_type(FILM, kind), set() if kind in limits.videos else {"BC303"}


def types(limits: FileLimits) -> Iterator[tuple[str, MediaFile, set[str]]]:
    """The types of pictures, still and animated."""
    for kind in ("jpg", "png", "gif", "webp"):
        if kind not in {*limits.pictures, *limits.doubtful}:
            yield f"{kind} not taken", of_type(GOOD, kind), {"BC303"}
            continue
        doubtful = {"BC304"} if kind in limits.doubtful else set()
        yield kind, of_type(GOOD, kind), doubtful
        if kind != "jpg":
            still = set() if kind in limits.moving else {"BC309"}
            yield f"{kind} animated", of_type(GOOD, kind, animated=True), still | doubtful


def sizes(limits: FileLimits) -> Iterator[tuple[str, MediaFile, set[str]]]:
    """Bytes, pixels and shapes."""
    if limits.most_bytes:
        yield "bytes", of_type(GOOD, "jpg", size=limits.most_bytes + 1), {"BC308"}
    if limits.most_pixels:
        side = int(limits.most_pixels**0.5) + 1
        yield "pixels", of_type(GOOD, "jpg", width=side, height=side), {"BC305"}
    if limits.least_side:
        yield "small", of_type(GOOD, "jpg", width=limits.least_side, height=limits.least_side - 1), {"BC306"}
    if limits.ratio:
        least, most = limits.ratio
        yield "tall", of_type(GOOD, "jpg", width=1000, height=int(1000 / least * 1.03)), {"BC307"}
        yield "wide", of_type(GOOD, "jpg", height=1000, width=int(1000 * most * 1.03)), {"BC307"}
    if limits.most_video_bytes:
        yield "large film", of_type(FILM, "mp4", size=limits.most_video_bytes + 1), {"BC308"}
    if limits.most_document_bytes:
        yield "large document", of_type(PDF, "pdf", size=limits.most_document_bytes + 1), {"BC308"}


@pytest.mark.parametrize("service", ROWS)
def test_limits(service: Service) -> None:
    """Each limit in the network's row is found when exceeded, and nothing else is."""
    for what, file, codes in cases(ROWS[service]):
        assert found(service, file) == codes, (service, what)


def test_story_may_be_tall() -> None:
    """The aspect ratio limit of ordinary posts does not apply to stories and reels."""
    tall = of_type(GOOD, "jpg", width=1080, height=1920)
    assert found(Service.INSTAGRAM, tall) == {"BC307"}
    from bufferctl.model.metadata import InstagramMetadata

    asset = Asset(image=Image(file=tall, alt_text="A picture"))
    post = Post(
        Address("Acme", "instagram:acme", "a"),
        Service.INSTAGRAM,
        Place("a.yaml"),
        assets=(asset,),
        metadata=InstagramMetadata.model_validate({"type": "story"}),
    )
    codes = {finding.rule.code for finding in check(replace(Desired(), posts=(post,)))}
    assert "BC307" not in codes
