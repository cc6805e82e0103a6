"""The file limits of each network, one case per limit in the table: a finding above it, none at it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from bufferctl.checks import check
from bufferctl.diagnostics import Place
from bufferctl.model import NETWORKS, Address, Asset, Desired, Document, Image, MediaFile, Post, Service, Video
from bufferctl.model.metadata import MODELS
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
    yield "fine, or without a picture anyway", GOOD, set()
    if limits.pictures:
        yield from types(limits)
    yield from sizes(limits)
    yield from films(limits)
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


def films(limits: FileLimits) -> Iterator[tuple[str, MediaFile, set[str]]]:
    """Length and shape of videos in ordinary posts."""
    for kind, clip in limits.clips.items():
        upright = of_type(FILM, "mp4", width=900, height=1600, seconds=(clip.least + clip.most) / 2)
        if kind:
            continue
        yield "good film", upright, set()
        yield "long film", of_type(upright, "mp4", seconds=clip.most + 1), {"BC312"}
        if clip.least:
            yield "short film", of_type(upright, "mp4", seconds=clip.least - 0.1), {"BC312"}
        if clip.side:
            yield "small film", of_type(upright, "mp4", width=clip.side - 1, height=clip.side), {"BC313"}
        if clip.ratio:
            yield "wide film", of_type(upright, "mp4", width=1600, height=900), {"BC313"}


@pytest.mark.parametrize("service", ROWS)
def test_limits(service: Service) -> None:
    """Each limit in the network's row is found when exceeded, and nothing else is."""
    for what, file, codes in cases(ROWS[service]):
        assert found(service, file) == codes, (service, what)


@pytest.mark.parametrize(
    ("service", "kind", "file", "expected"),
    [
        (
            Service.TWITTER,
            "",
            {"seconds": 141.0},
            ["error: this video is 141 seconds long, and X allows at most 140 seconds"],
        ),
        (
            Service.INSTAGRAM,
            "post",
            {"seconds": 90.0},
            ["error: this video is 90 seconds long, and Instagram allows at most 1 minute in a post"],
        ),
        (Service.INSTAGRAM, "reel", {"seconds": 90.0}, []),
        (
            Service.INSTAGRAM,
            "reel",
            {"seconds": 4.0},
            ["warning: this video is 4 seconds long, and Instagram allows at least 5 seconds in a reel"],
        ),
        (
            Service.FACEBOOK,
            "reel",
            {"width": 1920, "height": 1080},
            ["warning: this video has 1,920 \u00d7 1,080 pixels, and Facebook asks for vertical videos (9:16)"],
        ),
        (Service.FACEBOOK, "post", {"width": 1920, "height": 1080, "seconds": 900.0}, []),
    ],
)
def test_videos(service: Service, kind: str, file: dict[str, Any], expected: list[str]) -> None:
    """What Buffer refuses is an error, what its help center says a warning, by the type of the post."""
    asset = Asset(video=Video(file=FILM.model_copy(update=file)))
    metadata = MODELS[service].model_validate({"type": kind}) if kind else None
    address = Address("Acme", f"{service}:acme", "a")
    post = Post(address, service, Place("a.yaml"), text="Hello", assets=(asset,), metadata=metadata)
    rules = (each for each in check(replace(Desired(), posts=(post,))) if each.rule.code in {"BC312", "BC313"})
    found = [f"{each.severity.value}: {each.message}" for each in rules]
    assert [each[: len(start)] for each, start in zip(found, expected, strict=True)] == expected


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


def test_no_pixels() -> None:
    """An image of 0 by 0 pixels is damaged."""
    assert found(Service.LINKEDIN, of_type(GOOD, "png", width=0, height=0)) == {"BC301"}
