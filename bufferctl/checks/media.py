"""Rules on the images, videos and documents of a post."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bufferctl.checks.finding import Finding, Path, Rule
from bufferctl.checks.networks import NETWORKS, Network, Source, thread_of
from bufferctl.diagnostics import Severity
from bufferctl.model import Asset, Post

TOO_MANY_IMAGES = Rule(
    "BC010",
    "too-many-images",
    Severity.ERROR,
    "a post has more images than its network takes",
    "Buffer refuses the post",
    "remove images, or give this network `assets` of its own under `overrides`",
    Source.BUFFER,
)
TOO_MANY_MEDIA = Rule(
    "BC011",
    "too-many-media",
    Severity.ERROR,
    "a post has more images and videos together than its network takes",
    "Buffer refuses the post",
    "remove some, or give this network `assets` of its own under `overrides`",
    Source.BUFFER,
)
VIDEO_NOT_ALONE = Rule(
    "BC012",
    "video-not-alone",
    Severity.ERROR,
    "a video stands beside another video or an image on a network that takes images or one video",
    "Buffer refuses the post",
    "keep the video or the images",
    Source.BUFFER,
)
KIND_NOT_TAKEN = Rule(
    "BC013",
    "kind-not-taken",
    Severity.ERROR,
    "a post has a document on a network that takes none",
    "Buffer refuses the post",
    "delete it; a link to it can stand in the text",
    Source.REFERENCE,
)
NOT_ALONE = Rule(
    "BC014",
    "document-not-alone",
    Severity.ERROR,
    "a document stands beside other assets",
    "Buffer refuses the post",
    "keep one of them",
    Source.REFERENCE,
)
MISSING = Rule(
    "BC015",
    "media-missing",
    Severity.ERROR,
    "a post lacks the image, the video or the link attachment that its network needs",
    "Buffer refuses the post",
    "add it under `assets`",
    Source.BUFFER,
)

COVER_NOT_TAKEN = Rule(
    "BC020",
    "video-cover-not-taken",
    Severity.ERROR,
    "a video has a `thumbnail_offset` on a network that takes none",
    "Buffer refuses the post",
    "delete it, or move it to the network that takes it, under `overrides`",
    Source.REFERENCE,
)

RULES = (TOO_MANY_IMAGES, TOO_MANY_MEDIA, VIDEO_NOT_ALONE, KIND_NOT_TAKEN, NOT_ALONE, MISSING, COVER_NOT_TAKEN)


def media_findings(post: Post) -> Iterator[Finding]:
    """What is wrong with which assets a post has, those of its thread included."""
    network = NETWORKS[post.service]
    if post.assets:
        yield from _of(post, network, ("assets",), post.assets)
    if network.needs_media and not _has_needed(post, network):
        words = " or ".join(f"{'an' if kind == 'image' else 'a'} {kind}" for kind in network.needs_media)
        attachment = " or a link attachment" if network.or_link_attachment else ""
        message = f"a post on {network.label} needs {words}{attachment}, so Buffer refuses this one"
        instead = f", or `link_attachment` under `metadata: {post.service}`" if attachment else ""
        yield Finding(MISSING, post, ("assets",), message, hint=f"add {words} under `assets`{instead}")
    for index, item in enumerate(thread_of(post.metadata)):
        if item.assets:
            path = ("metadata", post.service.value, "thread", index, "assets")
            yield from _of(post, network, path, item.assets)


def _has_needed(post: Post, network: Network) -> bool:
    if network.or_link_attachment:
        return bool(post.assets) or getattr(post.metadata, "link_attachment", None) is not None
    return any(asset.kind in network.needs_media for asset in post.assets)


def _of(post: Post, network: Network, path: Path, assets: Sequence[Asset]) -> Iterator[Finding]:
    kinds = [asset.kind for asset in assets]
    images = [index for index, kind in enumerate(kinds) if kind == "image"]
    if network.images and len(images) > network.images.most:
        most = network.images.most
        message = (
            f"{network.label} takes {_number(most, 'image')} and this post has {len(images)}, so Buffer refuses it"
        )
        yield Finding(TOO_MANY_IMAGES, post, (*path, images[most]), message)
    if network.media and len(kinds) > network.media.most:
        most = network.media.most
        message = f"{network.label} takes {most} images and videos and this post has {len(kinds)}, so Buffer refuses it"
        yield Finding(TOO_MANY_MEDIA, post, (*path, most), message)
    if network.video_alone and "video" in kinds and len(kinds) > 1:
        message = (
            f"{network.label} takes images or one video, not a video beside something, so Buffer refuses this post"
        )
        yield Finding(VIDEO_NOT_ALONE, post, (*path, kinds.index("video")), message)
    for index, asset in enumerate(assets):
        if asset.video and asset.video.thumbnail_offset is not None and network.covers is None:
            message = f"{network.label} takes no frame as a video's cover, so Buffer refuses this post"
            yield Finding(COVER_NOT_TAKEN, post, (*path, index, "video", "thumbnail_offset"), message)
    if "document" in kinds:
        at = (*path, kinds.index("document"))
        if "document" not in network.kinds:
            yield Finding(KIND_NOT_TAKEN, post, at, f"{network.label} takes no documents, so Buffer refuses this post")
        elif len(kinds) > 1:
            message = "a document cannot stand beside other assets, so Buffer refuses this post"
            yield Finding(NOT_ALONE, post, at, message)


def _number(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"
