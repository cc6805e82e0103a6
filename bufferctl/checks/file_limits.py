"""Rules on the files beside the posts: that they are intact, of the right type, and accepted by each network.

They judge what was read from a file's signature, header and end (`MediaFile`); no picture is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator

from bufferctl.checks.finding import Finding, Rule
from bufferctl.diagnostics import Severity
from bufferctl.model import Idea, MediaFile, Post
from bufferctl.model.attached import Attached, files_of
from bufferctl.model.media_file import size_words
from bufferctl.model.networks import NETWORKS, Clip, FileLimits, Network, Source

DAMAGED = Rule(
    "BC301",
    "file-damaged",
    Severity.ERROR,
    "a file is empty, cut short, or a pointer of Git LFS instead of the file itself",
    "Buffer cannot read it, and refuses the post",
    "export the file again, or fetch it with `git lfs pull`",
    "the file formats",
)
WRONG_TYPE = Rule(
    "BC302",
    "file-type",
    Severity.ERROR,
    "a file is not what its name says, or has a type that no network accepts, such as HEIC or SVG",
    "Buffer or the network refuses it",
    "export it as JPEG, PNG, MP4 or PDF",
    "the file formats, and what networks publish",
)
TYPE_NOT_TAKEN = Rule(
    "BC303",
    "file-type-not-taken",
    Severity.ERROR,
    "an image or a video has a type that its network does not accept",
    "the network refuses the post when it is published",
    "export it as JPEG or MP4, or give this network `assets` of its own under `overrides`",
    "what networks publish, see docs/reference/networks.md",
)
TYPE_DOUBTFUL = Rule(
    "BC304",
    "file-type-doubtful",
    Severity.WARNING,
    "a PNG goes to a network where PNGs were seen to fail, or which documents other types only",
    "Buffer may refuse the post, or the network may when it is published",
    "export it as JPEG",
    Source.SEEN,
)
TOO_MANY_PIXELS = Rule(
    "BC305",
    "picture-too-many-pixels",
    Severity.ERROR,
    "an image has more pixels than its network, or any network, allows",
    "the network refuses the post when it is published",
    "scale it down; 2,000 pixels a side are enough everywhere",
    "what networks publish, see docs/reference/networks.md",
)
TOO_SMALL = Rule(
    "BC306",
    "picture-too-small",
    Severity.WARNING,
    "an image has fewer pixels than its network asks for",
    "the network scales it up or refuses it",
    "use a larger version",
    "what networks publish, see docs/reference/networks.md",
)
RATIO = Rule(
    "BC307",
    "picture-ratio",
    Severity.ERROR,
    "an image is taller or wider than its network allows",
    "the network refuses the post when it is published",
    "crop it",
    "what networks publish, see docs/reference/networks.md",
)
TOO_MANY_BYTES = Rule(
    "BC308",
    "file-too-large",
    Severity.WARNING,
    "a file is larger than its network allows",
    "the network refuses it, unless Buffer makes it smaller",
    "export it smaller",
    "what networks publish, see docs/reference/networks.md",
)
ANIMATED = Rule(
    "BC309",
    "picture-animated",
    Severity.WARNING,
    "an animated image goes to a network that shows such images as stills",
    "people see only the first frame, or the network refuses it",
    "use a video",
    "what networks publish, see docs/reference/networks.md",
)
LOCATED = Rule(
    "BC310",
    "photo-location",
    Severity.WARNING,
    "a photo contains the location where it was taken (GPS)",
    "anyone can read it at the public URL, weeks before the post",
    "export it without location data",
    "the EXIF standard",
)
LARGE_IN_GIT = Rule(
    "BC311",
    "file-large-in-git",
    Severity.WARNING,
    "a file has more than 20 MB",
    "git keeps every version of it, so every clone and CI run gets slower for good",
    "put it online elsewhere and use `url`, or export it smaller",
    "how git works",
)

VIDEO_LENGTH = Rule(
    "BC312",
    "video-length",
    Severity.ERROR,
    "a video is shorter or longer than its network allows",
    "Buffer refuses the post, or the network may when it is published",
    "cut the video, or give this network `assets` of its own under `overrides`",
    "what Buffer has been seen to refuse (errors), and its help center (warnings)",
)
VIDEO_SHAPE = Rule(
    "BC313",
    "video-shape",
    Severity.WARNING,
    "a video is wider, taller or smaller than its network asks for",
    "Buffer or the network may refuse it",
    "export it in another format",
    "Buffer's help center",
)

#: The types that some network accepts, by the kind of the attached file.
_TAKEN = {
    "image": ("jpg", "png", "gif", "webp"),
    "gif": ("gif",),
    "video": ("mp4", "mov", "webm"),
    "document": ("pdf",),
}
#: The type of a suffix that is not itself the name of a type.
_SUFFIXES = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tif": "tiff", "qt": "mov", "m4v": "mp4", "heif": "heic"}
#: What people call a type.
_NAMES = {
    "jpg": "a JPEG",
    "png": "a PNG",
    "gif": "a GIF",
    "webp": "a WebP",
    "heic": "a HEIC photo",
    "avif": "an AVIF",
    "svg": "an SVG drawing",
    "tiff": "a TIFF",
    "bmp": "a BMP",
    "psd": "a Photoshop file",
    "mp4": "an MP4 video",
    "mov": "a QuickTime video",
    "webm": "a WebM video",
    "pdf": "a PDF",
    "html": "a web page",
}
_KINDS = {"image": "an image", "gif": "a GIF", "video": "a video", "document": "a document"}
#: More than any network accepts, and more than a decoder should handle.
_MOST_PIXELS = 100_000_000
_LARGE = 20_000_000


def file_findings(item: Post | Idea) -> Iterator[Finding]:
    network = NETWORKS[item.service] if isinstance(item, Post) else None
    for each in files_of(item):
        if each.file is None or not each.file.digest:
            continue
        broken = tuple(_broken(item, each, each.file))
        yield from broken
        if not broken:
            yield from _unwise(item, each, each.file)
            if network and network.files and isinstance(item, Post) and each.path[-1] == "file":
                yield from _of_network(item, network, network.files, each, each.file)


def _broken(item: Post | Idea, each: Attached, file: MediaFile) -> Iterator[Finding]:
    """The first thing that makes a file useless everywhere."""
    name, kind = file.path.rpartition("/")[2], _NAMES.get(file.type, "")
    suffix = name.rpartition(".")[2].casefold() if "." in name else ""
    named = _SUFFIXES.get(suffix, suffix)
    if file.size == 0:
        yield Finding(DAMAGED, item, each.path, "this file is empty, so Buffer cannot read it", "export it again")
    elif file.type == "lfs":
        message = "this is a pointer of Git LFS and not the file itself, so Buffer cannot read it"
        hint = "run `git lfs pull`; in CI check out with `lfs: true`"
        yield Finding(DAMAGED, item, each.path, message, hint)
    elif file.type not in _TAKEN[each.kind]:
        is_ = f"this is {kind}" if kind else "the type of this file is unknown"
        more = f", although its name ends in .{suffix}" if kind and named != file.type and suffix else ""
        takes = ", ".join(map(str.upper, _TAKEN[each.kind]))
        message = f"{is_}{more}; for {_KINDS[each.kind]} Buffer and the networks accept {takes}"
        yield Finding(WRONG_TYPE, item, each.path, message, _instead(each.kind))
    elif named != file.type:
        message = f"this is {kind}, and its name ends in .{suffix}" if suffix else f"this is {kind}, and has no suffix"
        hint = f"rename it to `{name.removesuffix(f'.{suffix}')}.{file.type}`"
        yield Finding(WRONG_TYPE, item, each.path, f"{message}; some servers then publish it as a wrong type", hint)
    elif file.cut_short:
        message = "the end of this file is missing or damaged, so it is not published whole, or not at all"
        yield Finding(DAMAGED, item, each.path, message, "export or download it again")
    elif file.width * file.height > _MOST_PIXELS:
        message = f"this image has {file.pixels} pixels ({_mega(file)}), more than any network allows"
        yield Finding(TOO_MANY_PIXELS, item, each.path, message)


def _instead(kind: str) -> str:
    if kind in {"image", "gif"}:
        return "export it as JPEG" if kind == "image" else "name a GIF, or write `type: image`"
    return "export it as MP4" if kind == "video" else "export it as PDF"


def _unwise(item: Post | Idea, each: Attached, file: MediaFile) -> Iterator[Finding]:
    if file.located:
        message = "this photo contains the location where it was taken, which anyone can read at its public URL"
        yield Finding(LOCATED, item, each.path, message)
    if file.size > _LARGE:
        message = f"this file is {size_words(file.size)}, and git keeps every version of it for good"
        yield Finding(LARGE_IN_GIT, item, each.path, message)


def _of_network(post: Post, network: Network, limits: FileLimits, each: Attached, file: MediaFile) -> Iterator[Finding]:
    """Why one network would refuse or change a file that is fine otherwise."""
    label, kind = network.label, _NAMES.get(file.type, file.type)
    if each.kind == "image" and limits.pictures:
        if file.type in limits.doubtful:
            message = f"this is {kind}, and {label} may refuse it: only JPEGs are sure to be published"
            yield Finding(TYPE_DOUBTFUL, post, each.path, message)
        elif file.type not in limits.pictures:
            yield Finding(TYPE_NOT_TAKEN, post, each.path, f"this is {kind}, which {label} does not accept")
            return
        yield from _of_picture(post, label, limits, each, file)
    if each.kind == "video" and limits.videos and file.type not in limits.videos:
        message = f"this is {kind}, which {label} does not accept"
        yield Finding(TYPE_NOT_TAKEN, post, each.path, message, "export it as MP4")
    for of_type in {"", str(getattr(post.metadata, "type", ""))} if each.kind == "video" else ():
        if clip := limits.clips.get(of_type):
            yield from _of_clip(post, label, f" in a {of_type}" if of_type else "", clip, each, file)
    by_kind = {"video": limits.most_video_bytes, "document": limits.most_document_bytes}
    most = by_kind.get(each.kind, limits.most_bytes)
    if most is not None and file.size > most:
        message = f"this file is {size_words(file.size)}, and {label} allows {size_words(most)}"
        yield Finding(TOO_MANY_BYTES, post, each.path, message)


def _of_clip(post: Post, label: str, where: str, clip: Clip, each: Attached, file: MediaFile) -> Iterator[Finding]:
    if file.seconds and not clip.least <= file.seconds <= clip.most:
        allowed = f"at most {_long(clip.most)}" if file.seconds > clip.most else f"at least {_long(clip.least)}"
        message = f"this video is {_long(file.seconds)} long, and {label} allows {allowed}{where}"
        level = None if clip.source is Source.SEEN else Severity.WARNING
        yield Finding(VIDEO_LENGTH, post, each.path, message, level=level)
    if not file.width or not file.height:
        return
    if min(file.width, file.height) < clip.side:
        message = f"this video has {file.pixels} pixels, and {label} asks for {clip.side} a side"
        yield Finding(VIDEO_SHAPE, post, each.path, message)
    least, most = clip.ratio or (0, file.width)
    if not least * (1 - _TOLERANCE) <= file.width / file.height <= most * (1 + _TOLERANCE):
        wants = "vertical videos (9:16)" if most < 1 else "vertical or square videos"
        message = f"this video has {file.pixels} pixels, and {label} asks for {wants}{where}"
        yield Finding(VIDEO_SHAPE, post, each.path, message)


def _long(seconds: float) -> str:
    """`3 minutes`, `140 seconds`, `0.5 seconds`."""
    minutes = seconds / 60
    if minutes >= 1 and minutes == round(minutes):
        return f"{minutes:.0f} minute{'s' * (minutes > 1)}"
    return f"{seconds:.1f}".removesuffix(".0") + " seconds"


def _of_picture(post: Post, label: str, limits: FileLimits, each: Attached, file: MediaFile) -> Iterator[Finding]:
    if file.animated and file.type not in limits.moving:
        message = f"this image is animated, and {label} shows only its first frame"
        yield Finding(ANIMATED, post, each.path, message)
    if not file.width or not file.height:
        return
    if limits.most_pixels and file.width * file.height > limits.most_pixels:
        message = f"this image has {file.pixels} pixels ({_mega(file)}), and {label} allows "
        message += f"{limits.most_pixels / 1_000_000:.0f} million"
        yield Finding(TOO_MANY_PIXELS, post, each.path, message)
    if limits.least_side and min(file.width, file.height) < limits.least_side:
        message = f"this image has {file.pixels} pixels, and {label} asks for {limits.least_side} a side"
        yield Finding(TOO_SMALL, post, each.path, message)
    if limits.ratio and _is_ordinary(post):
        least, most = limits.ratio
        ratio = file.width / file.height
        if not least * (1 - _TOLERANCE) <= ratio <= most * (1 + _TOLERANCE):
            much = "tall" if ratio < least else "wide"
            message = f"this image ({file.pixels}) is too {much} for {label}, which allows {_range(least, most)}"
            yield Finding(RATIO, post, each.path, message)


#: One pixel more or less is not another ratio.
_TOLERANCE = 0.01
_RATIOS = {3 / 4: "3:4", 1.91: "1.91:1", 1 / 10: "1:10", 10.0: "10:1"}


def _range(least: float, most: float) -> str:
    return f"{_RATIOS.get(least, f'{least:.2f}')} to {_RATIOS.get(most, f'{most:.2f}')} (width to height)"


def _is_ordinary(post: Post) -> bool:
    """Whether it is an ordinary post, not a story or reel, which have other shapes."""
    return getattr(post.metadata, "type", None) in {None, "post"}


def _mega(file: MediaFile) -> str:
    return f"{file.width * file.height / 1_000_000:.0f} million"
