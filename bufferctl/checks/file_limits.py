"""Rules on the files beside the posts: that they are intact, of the right type, and accepted by each network.

They judge what was read from a file's signature, header and end (`MediaFile`); no picture is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from bufferctl.checks.attachments import A_KIND
from bufferctl.checks.finding import Finding, Rule, advice, refusal
from bufferctl.diagnostics import Severity
from bufferctl.model import NETWORKS, Idea, MediaFile, Post
from bufferctl.model.attached import Attached, files_of
from bufferctl.model.media_file import size_words
from bufferctl.model.networks import Clip, FileLimits, RuleSource

_NETWORKS = "what networks publish, see docs/reference/networks.md"
_refused = partial(refusal, source=_NETWORKS, why="the network refuses the post when it is published")
_advised = partial(advice, source=_NETWORKS)

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
TYPE_NOT_TAKEN = _refused(
    "BC303",
    "file-type-not-taken",
    "an image or a video has a type that its network does not accept",
    "export it as JPEG or MP4, or give this network `assets` of its own under `overrides`",
)
TYPE_DOUBTFUL = advice(
    "BC304",
    "file-type-doubtful",
    "a PNG goes to a network where PNGs were seen to fail, or to one that documents only other types",
    "Buffer may refuse the post, or the network may when it is published",
    "export it as JPEG",
    RuleSource.SEEN,
)
TOO_MANY_PIXELS = _refused(
    "BC305",
    "picture-too-many-pixels",
    "an image has more pixels than its network, or any network, allows",
    "scale it down; 2,000 pixels a side are enough everywhere",
)
TOO_SMALL = _advised(
    "BC306",
    "picture-too-small",
    "an image has fewer pixels than its network asks for",
    "the network scales it up or refuses it",
    "use a larger version",
)
RATIO = _refused("BC307", "picture-ratio", "an image is taller or wider than its network allows", "crop it")
TOO_MANY_BYTES = _advised(
    "BC308",
    "file-too-large",
    "a file is larger than its network allows",
    "the network refuses it, unless Buffer makes it smaller",
    "export it smaller",
)
ANIMATED = _advised(
    "BC309",
    "picture-animated",
    "an animated image goes to a network that shows such images as stills",
    "people see only the first frame, or the network refuses it",
    "use a video",
)
LOCATED = advice(
    "BC310",
    "photo-location",
    "a photo contains the location where it was taken (GPS)",
    "anyone can read it at the public URL, weeks before the post",
    "export it without location data",
    "the EXIF standard",
)
LARGE_IN_GIT = advice(
    "BC311",
    "file-large-in-git",
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
VIDEO_SHAPE = advice(
    "BC313",
    "video-shape",
    "a video is wider, taller or smaller than its network asks for",
    "Buffer or the network may refuse it",
    "export it in another format",
    "Buffer's help center",
)

#: The types that some network accepts, by the kind of the attached file, and what to do about another one.
_TAKEN = {
    "image": (("jpg", "png", "gif", "webp"), "export it as JPEG"),
    "gif": (("gif",), "name a GIF, or write `type: image`"),
    "video": (("mp4", "mov", "webm"), "export it as MP4"),
    "document": (("pdf",), "export it as PDF"),
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
#: More than any network accepts, and more than a decoder should handle.
_MOST_PIXELS = 100_000_000
_LARGE = 20_000_000


class _Wrong(NamedTuple):
    """What is wrong with a file. `hint` and `level`: instead of the rule's own."""

    rule: Rule
    message: str
    hint: str = ""
    level: Severity | None = None


def file_findings(item: Post | Idea) -> Iterator[Finding]:
    for each in files_of(item):
        if each.file is not None and each.file.digest:
            for rule, message, hint, level in _wrong(item, each, each.file):
                yield Finding(rule, item, each.path, message, hint, level=level)


def _wrong(item: Post | Idea, each: Attached, file: MediaFile) -> Iterator[_Wrong]:
    if broken := _broken(each.kind, file):
        yield broken
        return
    if file.located:
        message = "this photo contains the location where it was taken, which anyone can read at its public URL"
        yield _Wrong(LOCATED, message)
    if file.size > _LARGE:
        yield _Wrong(LARGE_IN_GIT, f"this file is {size_words(file.size)}, and git keeps every version of it for good")
    network = NETWORKS[item.service] if isinstance(item, Post) else None
    if network and network.files and isinstance(item, Post) and each.path[-1] == "file":
        kind = getattr(item.metadata, "type", None)
        yield from _of_network(each.kind, str(kind or ""), network.label, network.files, file)


def _broken(kind: str, file: MediaFile) -> _Wrong | None:
    """The first thing that makes a file useless everywhere."""
    name = file.path.rpartition("/")[2]
    is_ = f"this is {_NAMES[file.type]}" if file.type in _NAMES else ""
    suffix = name.rpartition(".")[2].casefold() if "." in name else ""
    named = _SUFFIXES.get(suffix, suffix)
    if file.size == 0:
        return _Wrong(DAMAGED, "this file is empty, so Buffer cannot read it", "export it again")
    if file.type == "lfs":
        message = "this is a pointer of Git LFS and not the file itself, so Buffer cannot read it"
        return _Wrong(DAMAGED, message, "run `git lfs pull`; in CI check out with `lfs: true`")
    taken, instead = _TAKEN[kind]
    if file.type not in taken:
        more = f", although its name ends in .{suffix}" if is_ and named != file.type and suffix else ""
        accepted = f"for {A_KIND[kind]} Buffer and the networks accept {', '.join(map(str.upper, taken))}"
        return _Wrong(WRONG_TYPE, f"{is_ or 'the type of this file is unknown'}{more}; {accepted}", instead)
    if named != file.type:
        message = f"{is_}, and its name ends in .{suffix}" if suffix else f"{is_}, and has no suffix"
        hint = f"rename it to `{name.removesuffix(f'.{suffix}')}.{file.type}`"
        return _Wrong(WRONG_TYPE, f"{message}; some servers then publish it as a wrong type", hint)
    if file.cut_short:
        message = "the end of this file is missing or damaged, so it is not published whole, or not at all"
        return _Wrong(DAMAGED, message, "export or download it again")
    if kind == "image" and not (file.width and file.height):
        message = "this image is 0 pixels wide or high, so there is nothing to show, and Buffer refuses it"
        return _Wrong(DAMAGED, message, "export it again")
    if file.width * file.height > _MOST_PIXELS:
        return _Wrong(TOO_MANY_PIXELS, f"this image has {_pixels(file)}, more than any network allows")
    return None


def _of_network(kind: str, post_type: str, label: str, limits: FileLimits, file: MediaFile) -> Iterator[_Wrong]:
    """Why one network would refuse or change a file that is fine otherwise."""
    is_ = f"this is {_NAMES.get(file.type, file.type)}"
    if kind == "image" and limits.pictures:
        if file.type in limits.doubtful:
            yield _Wrong(TYPE_DOUBTFUL, f"{is_}, and {label} may refuse it: only JPEGs are sure to be published")
        elif file.type not in limits.pictures:
            yield _Wrong(TYPE_NOT_TAKEN, f"{is_}, which {label} does not accept")
            return
        yield from _of_picture(post_type, label, limits, file)
    if kind == "video" and limits.videos and file.type not in limits.videos:
        yield _Wrong(TYPE_NOT_TAKEN, f"{is_}, which {label} does not accept", "export it as MP4")
    if kind == "video":
        for of_type in {"", post_type}:
            if clip := limits.clips.get(of_type):
                yield from _of_clip(label, f" in a {of_type}" if of_type else "", clip, file)
    by_kind = {"video": limits.most_video_bytes, "document": limits.most_document_bytes}
    most = by_kind.get(kind, limits.most_bytes)
    if most is not None and file.size > most:
        yield _Wrong(TOO_MANY_BYTES, f"this file is {size_words(file.size)}, and {label} allows {size_words(most)}")


def _of_clip(label: str, where: str, clip: Clip, file: MediaFile) -> Iterator[_Wrong]:
    if file.seconds and not clip.least <= file.seconds <= clip.most:
        allowed = f"at most {_long(clip.most)}" if file.seconds > clip.most else f"at least {_long(clip.least)}"
        message = f"this video is {_long(file.seconds)} long, and {label} allows {allowed}{where}"
        yield _Wrong(VIDEO_LENGTH, message, level=None if clip.source is RuleSource.SEEN else Severity.WARNING)
    if not file.width or not file.height:
        return
    asks = f"this video has {file.pixels} pixels, and {label} asks for"
    if min(file.width, file.height) < clip.side:
        yield _Wrong(VIDEO_SHAPE, f"{asks} {clip.side} a side")
    if clip.ratio and not _fits(file, clip.ratio):
        wants = "vertical videos (9:16)" if clip.ratio[1] < 1 else "vertical or square videos"
        yield _Wrong(VIDEO_SHAPE, f"{asks} {wants}{where}")


def _long(seconds: float) -> str:
    """`3 minutes`, `140 seconds`, `0.5 seconds`."""
    minutes = seconds / 60
    if minutes >= 1 and minutes == round(minutes):
        return f"{minutes:.0f} minute{'s' * (minutes > 1)}"
    return f"{seconds:.1f}".removesuffix(".0") + " seconds"


def _of_picture(post_type: str, label: str, limits: FileLimits, file: MediaFile) -> Iterator[_Wrong]:
    if file.animated and file.type not in limits.moving:
        yield _Wrong(ANIMATED, f"this image is animated, and {label} shows only its first frame")
    if not file.width or not file.height:
        return
    if limits.most_pixels and file.width * file.height > limits.most_pixels:
        most = f"{limits.most_pixels / 1_000_000:.0f} million"
        yield _Wrong(TOO_MANY_PIXELS, f"this image has {_pixels(file)}, and {label} allows {most}")
    if limits.least_side and min(file.width, file.height) < limits.least_side:
        yield _Wrong(TOO_SMALL, f"this image has {file.pixels} pixels, and {label} asks for {limits.least_side} a side")
    is_ordinary = post_type in {"", "post"}  # a story or a reel has another shape
    if limits.ratio and is_ordinary and not _fits(file, limits.ratio):
        much = "tall" if file.width / file.height < limits.ratio[0] else "wide"
        least, most = (_RATIOS.get(each, f"{each:.2f}") for each in limits.ratio)
        allowed = f"{least} to {most} (width to height)"
        yield _Wrong(RATIO, f"this image ({file.pixels}) is too {much} for {label}, which allows {allowed}")


def _fits(file: MediaFile, ratio: tuple[float, float]) -> bool:
    """Whether width to height is between two ratios; one pixel more or less is not another ratio."""
    least, most = ratio
    return least * (1 - _TOLERANCE) <= file.width / file.height <= most * (1 + _TOLERANCE)


_TOLERANCE = 0.01
_RATIOS = {3 / 4: "3:4", 1.91: "1.91:1", 1 / 10: "1:10", 10.0: "10:1"}


def _pixels(file: MediaFile) -> str:
    return f"{file.pixels} pixels ({file.width * file.height / 1_000_000:.0f} million)"
