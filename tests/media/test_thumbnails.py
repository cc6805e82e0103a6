"""Thumbnails: small, upright, without a photo's location; and with limits on the decoder."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from bufferctl.media.reading import read_file
from bufferctl.media.thumbnails import MOST_BYTES, thumbnail
from tests.conftest import long


def made(folder: Path, name: str, image: Image.Image, **how: object) -> bytes | None:
    """The thumbnail of this picture."""
    image.save(folder / name, **how)  # type: ignore[arg-type]  # options of each format
    return thumbnail(folder, read_file(folder, name, None))


def opened(data: bytes | None) -> Image.Image:
    """The thumbnail as an image."""
    assert data is not None
    image = Image.open(io.BytesIO(data))
    assert image.format == "JPEG"
    return image


def noise(width: int, height: int) -> Image.Image:
    """The content that compresses worst."""
    return Image.frombytes("RGB", (width, height), os.urandom(width * height * 3))


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", *long("a.avif", "a.gif")])
def test_every_format_becomes_a_small_jpeg(tmp_path: Path, name: str) -> None:
    """At most 30 kB, even for noise."""
    assert MOST_BYTES == 30_000
    data = made(tmp_path, name, noise(600, 400))
    assert data is not None
    assert len(data) <= MOST_BYTES
    assert opened(data).width / opened(data).height == pytest.approx(1.5, abs=0.02)


@pytest.mark.parametrize("size", [(400, 4000), *long(((4000, 300),))])
def test_whole_and_not_too_large(tmp_path: Path, size: tuple[int, int]) -> None:
    """A long picture is all there, since each network shows another part of it, and still at most 30 kB."""
    data = made(tmp_path, "a.png", noise(*size))
    assert data is not None
    assert len(data) <= MOST_BYTES
    assert opened(data).width / opened(data).height == pytest.approx(size[0] / size[1], abs=0.2)


def test_fewer_bytes_take_fewer_pixels(tmp_path: Path) -> None:
    """As for a page that has little room for each image."""
    noise(600, 400).save(tmp_path / "a.png")
    data = thumbnail(tmp_path, read_file(tmp_path, "a.png", None), most_bytes=8_000)
    assert opened(data).width == 240


def test_a_photo_is_decoded_no_smaller_than_it_is_shown(tmp_path: Path) -> None:
    """2,000 pixels wide, it has all the 720 that a page shows."""
    assert opened(made(tmp_path, "a.jpg", Image.new("L", (2000, 1500)))).width == 720


def test_upright_and_without_metadata(tmp_path: Path) -> None:
    """A photo is rotated by its EXIF data, which is then removed completely."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "in the garden"
    data = made(tmp_path, "a.jpg", Image.new("RGB", (400, 300)), exif=exif)
    assert opened(data).size[0] < opened(data).size[1]
    assert b"garden" not in (data or b"")


def test_transparent_is_white(tmp_path: Path) -> None:
    """As networks show it."""
    assert opened(made(tmp_path, "a.png", Image.new("RGBA", (40, 40)))).getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"<svg/>", b"GIF89a" * 9])
def test_what_cannot_be_shown(tmp_path: Path, content: bytes) -> None:
    """None, for any kind of damage."""
    (tmp_path / "a.png").write_bytes(content)
    assert thumbnail(tmp_path, read_file(tmp_path, "a.png", None)) is None


def test_a_picture_that_changed_since_the_plan_is_not_shown(tmp_path: Path) -> None:
    """None: the page would show a picture that nobody planned."""
    Image.new("RGB", (40, 40), "red").save(tmp_path / "a.png")
    planned = read_file(tmp_path, "a.png", None)
    Image.new("RGB", (40, 40), "blue").save(tmp_path / "a.png")
    assert thumbnail(tmp_path, planned) is None


@pytest.mark.parametrize("path", ["../secret.png", "link.png"])
def test_nothing_outside_is_shown(tmp_path: Path, path: str) -> None:
    """Not even for a plan with an edited path: neither outside the root folder, nor through a link."""
    Image.new("RGB", (40, 40), "red").save(tmp_path / "secret.png")
    secret = read_file(tmp_path, "secret.png", None)
    root = tmp_path / "root"
    root.mkdir()
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    assert thumbnail(root, secret.model_copy(update={"path": path})) is None


SIDE = 13_000


def png() -> bytes:
    """Rows of zeros, packed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packing, row = zlib.compressobj(9), bytes(SIDE + 1)
    rows = b"".join(packing.compress(row) for _ in range(SIDE)) + packing.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def saved(name: str, **options: object) -> bytearray:
    """A picture of 8 by 8 pixels."""
    stream = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(stream, name, **options)
    return bytearray(stream.getvalue())


def gif() -> bytes:
    """A small one whose screen and frame say that they are large."""
    data, size = saved("GIF"), struct.pack("<HH", SIDE, SIDE)
    frame = data.index(b"\x2c", 13 + 3 * 2 ** ((data[10] & 7) + 1)) + 5
    data[6:10], data[frame : frame + 4] = size, size
    return bytes(data)


def webp() -> bytes:
    """Likewise: 14 bits for each side behind the signature of a lossless image."""
    data = saved("WEBP", lossless=True)
    at = data.index(b"\x2f", data.index(b"VP8L") + 8) + 1
    flags = int.from_bytes(data[at : at + 4], "little") >> 28 << 28
    data[at : at + 4] = (flags | (SIDE - 1) << 14 | (SIDE - 1)).to_bytes(4, "little")
    return bytes(data)


def avif() -> bytes:
    """Likewise, in its `ispe` property."""
    data = saved("AVIF")
    at = data.index(b"ispe") + 8
    data[at : at + 8] = struct.pack(">II", SIDE, SIDE)
    return bytes(data)


def jpeg(frame: int, side: int = SIDE) -> bytes:
    """Flat color, each component in a scan of its own, so that a decoder keeps all coefficients in memory.

    `frame`: the marker of a sequential (0xC0) or progressive (0xC2) image.
    """

    def segment(marker: int, data: bytes) -> bytes:
        return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data

    def table(kind: int) -> bytes:  # one code of one bit, for nothing
        return segment(0xC4, bytes((kind, 1)) + bytes(15) + b"\0")

    blocks = (-(-side // 8)) ** 2
    components = b"".join(bytes((each, 0x11, 0)) for each in (1, 2, 3))
    start = segment(0xDB, b"\0" + b"\1" * 64) + segment(frame, struct.pack(">BHHB", 8, side, side, 3) + components)
    last = 63 if frame == 0xC0 else 0
    scans = (segment(0xDA, bytes((1, each, 0, 0, last, 0))) + bytes(blocks // 4 + 1) for each in (1, 2, 3))
    return b"\xff\xd8" + start + table(0) + table(0x10) + b"".join(scans) + b"\xff\xd9"


BOMBS: dict[str, Callable[[], bytes]] = {
    "a.png": png,
    "a.gif": gif,
    "a.webp": webp,
    "a.avif": avif,
    "progressive.jpg": lambda: jpeg(0xC2),
    "sequential.jpg": lambda: jpeg(0xC0),
    "below-pillow-s-limit.jpg": lambda: jpeg(0xC0, 9000),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from Linux's /proc")
def test_a_bomb_is_not_decoded(tmp_path: Path) -> None:
    """81 or 169 megapixels in a small file: no thumbnail, and less than 200 MB of memory."""
    for name, bomb in BOMBS.items():
        (tmp_path / name).write_bytes(bomb())
    program = (
        "import re, sys; from pathlib import Path; from bufferctl.media.reading import read_file;"
        "from bufferctl.media.thumbnails import thumbnail; root = Path(sys.argv[1]);"
        "print(*(name for name in sys.argv[2:] if thumbnail(root, read_file(root, name, None))));"
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    command = [sys.executable, "-c", program, str(tmp_path), *BOMBS]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    decoded, peak = ran.stdout.splitlines()
    assert (decoded, ran.stderr) == ("", "")
    assert int(peak) * 1024 < 200_000_000


def test_a_large_photo_is_decoded_small(tmp_path: Path) -> None:
    """A JPEG of 30 megapixels is decoded at a fraction of its size; a progressive one is not decoded."""
    Image.new("L", (6400, 4800)).save(tmp_path / "a.jpg")  # in gray and gone, so that the test needs little memory
    assert opened(thumbnail(tmp_path, read_file(tmp_path, "a.jpg", None))).width == 720
    (tmp_path / "b.jpg").write_bytes(jpeg(0xC2, 5500))
    assert thumbnail(tmp_path, read_file(tmp_path, "b.jpg", None)) is None
