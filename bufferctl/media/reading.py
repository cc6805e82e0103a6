"""Reads the files that posts and ideas name: their digests, types and properties, by signature, header and end.

Images are never decoded: a 169-megapixel image may be a 20 kB file, and decoding it would take a gigabyte, but its
header is 24 bytes. So chunks are skipped by their lengths, and only the relevant ones are read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from io import BufferedReader
from pathlib import Path
from struct import Struct, error, unpack
from typing import BinaryIO

from bufferctl.errors import ConfigError
from bufferctl.git import in_git, leaves_folder
from bufferctl.model import Desired, MediaFile, MediaSettings
from bufferctl.model.attached import files_of, with_files
from bufferctl.model.media_file import address_of
from bufferctl.value import replace, value

#: How many hexadecimal digits of a SHA-256 identify a file; 128 bits.
DIGITS = 32
#: Files to read at the same time. Hashing releases the GIL, so a second core helps; beyond that, the disk is the limit.
_AT_A_TIME = 4
#: How a folder is opened, and what refuses a symlink; Windows has neither, and opens by name.
_FOLDER, _NO_LINK = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0), getattr(os, "O_NOFOLLOW", 0)


def read_files(desired: Desired, root: Path) -> Desired:
    """`desired` with the facts about each file below `root`. Each file is read once.

    Raises ConfigError if one cannot be read.
    """
    paths = {each.file.path for item in desired.items for each in files_of(item) if each.file}
    if not paths:
        return desired
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        read = pool.map(lambda path: read_file(root, path, desired.settings.media), sorted(paths))
        found = {each.path: each for each in read}
    return desired.with_items(
        with_files(item, lambda each: found[each.file.path if each.file else ""]) for item in desired.items
    )


def read_file(root: Path, path: str, settings: MediaSettings | None) -> MediaFile:
    """The facts about one file; its address only with `settings`. Raises ConfigError if it cannot be read."""
    try:
        with open_below(root, path) as file:
            size = os.fstat(file.fileno()).st_size
            digest = hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
            file.seek(0)
            header = header_of(file, size)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        hint = "Grant read permission, or name another file."
        raise ConfigError(f"{path} cannot be read: {why}", hint=hint) from error
    stored = bool(settings and settings.store)
    found = MediaFile(path=path, digest=digest, size=size, stored=stored, **asdict(header))
    return found.model_copy(update={"url": address_of(found, settings)}) if settings else found


def open_below(root: Path, path: str, *, by_name: bool = sys.platform == "win32") -> BufferedReader:
    """A file below the root folder, open for reading.

    Raises OSError, also if the path leads outside the root: through a symlink created after the check, or from a saved
    plan that somebody edited. `by_name`: as on Windows, which opens nothing from an open folder.
    """
    parts = path.split("/")
    if {"", ".", ".."}.intersection(parts) or in_git(path) or leaves_folder(path):
        raise PermissionError(errno.EACCES, "it is outside the root folder, or one of git's own files")
    if by_name:
        whole = root.joinpath(*parts)
        if whole.resolve(strict=True) != root.resolve(strict=True).joinpath(*parts):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return whole.open("rb")
    folder = os.open(root, _FOLDER)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.fdopen(os.open(parts[-1], os.O_RDONLY | _NO_LINK, dir_fd=folder), "rb")
    finally:
        os.close(folder)


#: The most bytes read for any part of a header: EXIF data is always shorter.
_MOST = 1 << 20
#: How far from the end a PDF's end marker may be, and how many characters of a text identify an SVG or web page.
_TAIL, _HEAD = 2048, 1024

#: The length of a video whose index does not know it.
_ENDLESS = 0xFFFFFFFF

_U16, _U32, _L32 = Struct(">H"), Struct(">I"), Struct("<I")


@value()
class Header:
    """The facts about a file, as in `MediaFile`."""

    type: str = ""  # its usual suffix, empty if unknown
    width: int = 0  # in pixels as shown
    height: int = 0  # likewise
    animated: bool = False  # several frames
    cut_short: bool = False  # its end is missing
    located: bool = False  # a photo that says where it was taken
    seconds: float = 0.0  # the length of a video


def header_of(file: BinaryIO, size: int) -> Header:
    """The header of an open file of `size` bytes. A damaged file counts as truncated; this does not raise for it."""
    start = file.read(_HEAD)
    kind = _type_of(start)
    walk = _WALKS.get(kind)
    if walk is None:
        return Header(kind)
    file.seek(0)
    try:
        return walk(file, size)
    except (error, EOFError, IndexError, ValueError):
        return Header(kind, cut_short=True)


_SIGNATURES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"version https://git-lfs.github.com/spec/", "lfs"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"BM", "bmp"),
    (b"8BPS", "psd"),
    (b"\x1a\x45\xdf\xa3", "webm"),
)
#: Brands of ISO base media files (the MP4 family) that are not MP4.
_BRANDS = {
    b"qt  ": "mov",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "heic"),
    **dict.fromkeys((b"avif", b"avis"), "avif"),
}


def _type_of(start: bytes) -> str:
    for signature, kind in _SIGNATURES:
        if start.startswith(signature):
            return kind
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "webp"
    if start[4:8] == b"ftyp":
        if b"avif" in start[8:32]:  # a file of brand mif1 may be AVIF or HEIC
            return "avif"
        return _BRANDS.get(start[8:12], "mp4")
    if start[4:8] in {b"moov", b"mdat", b"wide", b"free"}:  # videos from old cameras
        return "mov"
    if b"%PDF-" in start:
        return "pdf"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    return "svg" if text.startswith((b"<svg", b"<?xml", b"<!doctype svg")) and b"<svg" in text else ""


def _read(file: BinaryIO, length: int) -> bytes:
    found = file.read(min(length, _MOST))
    if len(found) < length:
        raise EOFError
    return found


def _jpeg(file: BinaryIO, size: int) -> Header:
    """Read the segments up to the first scan, then look for the end marker, which no scan can contain."""
    found = Header("jpg")
    turned = False
    for mark, length in jpeg_segments(file):
        if mark in FRAMES:
            _, height, width = unpack(">BHH", _read(file, 5))
            found = replace(found, width=width, height=height)
        elif mark == _EXIF and (exif := _read(file, length)).startswith(b"Exif\x00\x00"):
            turned, located = _exif(exif[6:])
            found = replace(found, located=located)
    if turned:
        found = replace(found, width=found.height, height=found.width)
    return replace(found, cut_short=not _has_after(file, size, b"\xff\xd9"))


def jpeg_segments(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """The segments of a JPEG up to its first scan: marker and length, with the file at their content."""
    marker, end = 0, 2
    while marker != _SCAN:
        file.seek(end)
        mark = _read(file, 2)
        while mark == b"\xff\xff":  # padding
            mark = mark[:1] + _read(file, 1)
        if mark[:1] != b"\xff":
            raise ValueError(mark)
        length = _U16.unpack(_read(file, 2))[0] - 2
        marker, end = mark[1], file.tell() + length
        yield marker, length


#: Markers of JPEG frames, which hold the image size: SOF0 to SOF15, except tables and reserved markers.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_EXIF, _SCAN = 0xE1, 0xDA


def _has_after(file: BinaryIO, size: int, mark: bytes) -> bool:
    """Whether the marker follows the current position: usually near the end, else before data that phones append."""
    start, end, length = file.tell(), size, _HEAD
    while end > start:
        begin = max(start, end - length)
        file.seek(begin)
        if mark in file.read(end - begin + len(mark) - 1):
            return True
        end, length = begin, min(2 * length, _MOST)
    return False


def _exif(data: bytes) -> tuple[bool, bool]:
    """Whether a photo is displayed with width and height swapped, and whether it contains its location."""
    from PIL.Image import Exif

    exif = Exif()
    try:
        exif.load(data)
        place = exif.get_ifd(0x8825)
    except Exception:  # noqa: BLE001 - damaged EXIF data counts as none
        return False, False
    return exif.get(0x0112) in {5, 6, 7, 8}, bool(place.get(2) and place.get(4))


def _png(file: BinaryIO, size: int) -> Header:
    found = Header("png", cut_short=True)
    at = 8
    while at + 12 <= size:
        file.seek(at)
        length, kind = _U32.unpack(_read(file, 4))[0], _read(file, 4)
        if at + 12 + length > size:
            break
        if kind == b"IHDR":
            width, height = unpack(">II", _read(file, 8))
            found = replace(found, width=width, height=height)
        elif kind == b"acTL":
            found = replace(found, animated=_U32.unpack(_read(file, 4))[0] > 1)
        elif kind == b"eXIf":
            found = replace(found, located=_exif(_read(file, length))[1])
        elif kind == b"IEND":
            return replace(found, cut_short=False)
        at += 12 + length
    return found


def _gif(file: BinaryIO, _: int) -> Header:
    width, height, flags = unpack("<6xHHB2x", _read(file, 13))
    found = Header("gif", width, height)
    file.seek(_colours(flags), os.SEEK_CUR)
    frames = 0
    while True:
        mark = file.read(1)
        if mark == b"!":
            file.seek(1, os.SEEK_CUR)
        elif mark == b",":
            frames += 1
            found = replace(found, animated=frames > 1)
            file.seek(_colours(_read(file, 9)[8]) + 1, os.SEEK_CUR)
        else:
            return replace(found, cut_short=mark != b";")
        while length := file.read(1):
            if length == b"\x00":
                break
            file.seek(length[0], os.SEEK_CUR)


def _colours(flags: int) -> int:
    """The size in bytes of the color table that follows."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(file: BinaryIO, size: int) -> Header:
    declared = _L32.unpack(_read(file, 8)[4:])[0] + 8
    found = Header("webp", cut_short=declared > size)
    for kind, at, length in _chunks(file, min(declared, size)):
        file.seek(at)
        if kind == b"VP8X":
            flags, width, height = unpack("<B3x3s3s", _read(file, 10))
            size_of = [int.from_bytes(each, "little") + 1 for each in (width, height)]
            found = replace(found, width=size_of[0], height=size_of[1], animated=bool(flags & 2))
        elif kind == b"VP8 " and not found.width:
            width, height = unpack("<6xHH", _read(file, 10))
            found = replace(found, width=width & 0x3FFF, height=height & 0x3FFF)
        elif kind == b"VP8L" and not found.width:
            bits = _L32.unpack(_read(file, 5)[1:])[0]
            found = replace(found, width=(bits & 0x3FFF) + 1, height=(bits >> 14 & 0x3FFF) + 1)
        elif kind == b"EXIF":
            found = replace(found, located=_exif(_read(file, length).removeprefix(b"Exif\x00\x00"))[1])
    return found


def _chunks(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The chunks of a RIFF file: kind, start of the content, length."""
    at = 12
    while at + 8 <= end:
        file.seek(at)
        kind, length = unpack("<4sI", _read(file, 8))
        yield kind, at + 8, length
        at += 8 + length + (length & 1)


def _film(file: BinaryIO, size: int) -> Header:
    """An MP4 or QuickTime video: its boxes fill the file, and one of them is the index (`moov`)."""
    found = Header(_type_of(file.read(_HEAD)), cut_short=True)
    at = 0
    for name, start, at in _boxes(file, 0, size):
        if name == b"moov":
            found = replace(_index(file, start, min(at, size), found), cut_short=False)
    return replace(found, cut_short=found.cut_short or at > size)


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes from `at` to `end`: name, start of the content, end; the last may end later. Raises ValueError."""
    while at + 8 <= end:
        file.seek(at)
        length, name = unpack(">I4s", _read(file, 8))
        if length == 1:
            length = unpack(">Q", _read(file, 8))[0]
        if length == 0:  # extends to the end of the file
            length = end - at
        if length < 8:  # noqa: PLR2004 - a box header has eight bytes
            raise ValueError(length)
        yield name, file.tell(), at + length
        at += length


def _index(file: BinaryIO, start: int, end: int, found: Header) -> Header:
    """What a video's index says of its length and its picture; sound has no picture (ISO/IEC 14496-12)."""
    for name, at, box_end in _boxes(file, start, end):
        if name == b"mvhd":
            file.seek(at)
            is_long = _read(file, 4)[0] == 1
            scale, length = unpack(">16xIQ" if is_long else ">8xII", _read(file, 28 if is_long else 16))
            found = replace(found, seconds=length / scale if scale and length < _ENDLESS else 0.0)
        if name != b"trak":
            continue
        for last in (last for inner, _, last in _boxes(file, at, box_end) if inner == b"tkhd"):
            file.seek(last - 44)
            across, width, height = unpack(">i32xII", _read(file, 44))
            if width and height:  # as a 16.16 fixed-point number; turned by a quarter if nothing of it goes across
                sides = (width >> 16, height >> 16) if across else (height >> 16, width >> 16)
                found = replace(found, width=sides[0], height=sides[1])
    return found


def _pdf(file: BinaryIO, size: int) -> Header:
    file.seek(max(0, size - _TAIL))
    return Header("pdf", cut_short=b"%%EOF" not in file.read(_TAIL))


_WALKS = {"jpg": _jpeg, "png": _png, "gif": _gif, "webp": _webp, "mp4": _film, "mov": _film, "pdf": _pdf}
