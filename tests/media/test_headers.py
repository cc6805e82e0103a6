"""The type and size of a file, read from its signature, header and end, without decoding a pixel."""

from __future__ import annotations

import io
import random
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bufferctl.media.reading import Header, header_of

FILES = Path(__file__).parents[1] / "cases" / "validate" / "files" / "media"
PICTURE = Image.new("RGB", (30, 20), "red")
OTHER = Image.new("RGB", (30, 20), "blue")


def of(data: bytes) -> Header:
    """The header of these bytes."""
    return header_of(io.BytesIO(data), len(data))


def saved(form: str, **options: object) -> bytes:
    """A picture of 30 by 20 pixels in a format."""
    made = io.BytesIO()
    PICTURE.save(made, form, **options)
    return made.getvalue()


FORMS = {
    "jpg": saved("JPEG"),
    "png": saved("PNG"),
    "gif": saved("GIF"),
    "webp": saved("WEBP"),
    "webp-lossless": saved("WEBP", lossless=True),
}
MOVING = {form: saved(form, save_all=True, append_images=[OTHER], duration=90) for form in ("PNG", "GIF", "WEBP")}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    """Its type and its pixels; complete and not animated."""
    assert of(FORMS[name]) == Header(name.partition("-")[0], 30, 20)


@pytest.mark.parametrize("form", MOVING)
def test_moving(form: str) -> None:
    """Several frames are an animation."""
    assert of(MOVING[form]) == Header(form.lower(), 30, 20, animated=True)


@pytest.mark.parametrize("name", [*FORMS, *MOVING])
def test_cut_anywhere(name: str) -> None:
    """Cut anywhere after its signature, it counts as cut short, and nothing raises."""
    data = FORMS.get(name) or MOVING[name]
    whole = of(data)
    for end in range(16, len(data) - 1):
        cut = of(data[:end])
        assert (cut.type, cut.cut_short) == (whole.type, True), end


@pytest.mark.parametrize("name", [*FORMS, *MOVING])
def test_damaged_anywhere(name: str) -> None:
    """No damage raises, or makes reading the header of a small file slow."""
    drawn = random.Random(name)  # noqa: S311 - damage, not a secret
    data = FORMS.get(name) or MOVING[name]
    for _ in range(500):
        damaged = bytearray(data)
        for _ in range(3):
            damaged[drawn.randrange(len(damaged))] = drawn.randrange(256)
        assert isinstance(of(bytes(damaged)), Header)


def test_turned_photo() -> None:
    """Pixels as the photo is shown: width and height are swapped if its EXIF data rotates it by 90 degrees."""
    exif = Image.Exif()
    exif[0x0112] = 6
    assert of(saved("JPEG", exif=exif)) == Header("jpg", 20, 30)


def test_photo_with_its_place() -> None:
    """GPS data with a latitude and a longitude is reported; other GPS data is not."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
    assert of(saved("JPEG", exif=exif)).located
    assert of(saved("PNG", exif=exif)).located
    assert of(saved("WEBP", exif=exif)).located
    for place in ({0: b"\x02\x02\x00\x00"}, {1: "N", 2: (52.0, 31.0, 12.0)}, {3: "E", 4: (13.0, 24.0, 18.0)}):
        exif = Image.Exif()
        exif[0x8825] = place
        assert not of(saved("JPEG", exif=exif)).located


def test_thumbnail_inside_a_cut_photo() -> None:
    """The end marker of the thumbnail in the EXIF data is not mistaken for the photo's own."""
    whole = saved("JPEG", exif=b"Exif\x00\x00" + FORMS["jpg"])
    assert not of(whole).cut_short
    assert of(whole[:-30]).cut_short


def test_film_after_a_photo() -> None:
    """Phones append a video to a photo: the photo is complete anyway."""
    assert of(FORMS["jpg"] + b"\x00" * 3_000_000) == Header("jpg", 30, 20)


@pytest.mark.parametrize("appended", range(1020, 1026))
def test_an_end_that_two_reads_share(appended: int) -> None:
    """The end marker is found wherever it is, also with one byte at the end of what is read and one behind it."""
    assert not of(FORMS["jpg"] + b"\x00" * appended).cut_short


BOX = b"\x00\x00\x00\x08"


def box(name: bytes, content: bytes = b"") -> bytes:
    """A box of an MP4 or QuickTime file."""
    return struct.pack(">I4s", 8 + len(content), name) + content


def track(width: int, height: int, across: int = 1) -> bytes:
    """A track: sound has no width; a film that was taken upright is turned by its matrix."""
    matrix = struct.pack(">9i", across << 16, (1 - across) << 16, 0, 0, across << 16, 0, 0, 0, 1 << 30)
    return box(b"trak", box(b"tkhd", bytes(40) + matrix + struct.pack(">II", width << 16, height << 16)) + box(b"mdia"))


def movie(length: bytes, *tracks: bytes, brand: bytes = b"isom") -> bytes:
    """A film whose index is at the end, as cameras write it."""
    return (
        box(b"ftyp", brand + bytes(4))
        + box(b"mdat", bytes(100))
        + box(b"moov", box(b"mvhd", length) + b"".join(tracks))
    )


SHORT = struct.pack(">IIIII", 0, 0, 0, 600, 600 * 75) + bytes(80)
LONG = struct.pack(">IQQIQ", 1 << 24, 0, 0, 90_000, 90_000 * 7200) + bytes(80)
UNKNOWN = struct.pack(">IIIII", 0, 0, 0, 600, 0xFFFFFFFF) + bytes(80)
SOUND = track(0, 0)


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (movie(SHORT, SOUND, track(1920, 1080)), Header("mp4", 1920, 1080, seconds=75)),
        (movie(SHORT, track(1920, 1080, across=0), SOUND), Header("mp4", 1080, 1920, seconds=75)),
        (movie(LONG, track(640, 360), brand=b"qt  "), Header("mov", 640, 360, seconds=7200)),
        (movie(UNKNOWN, track(640, 360)), Header("mp4", 640, 360)),
        (movie(SHORT.replace(struct.pack(">I", 600), bytes(4)), track(640, 360)), Header("mp4", 640, 360)),
        (movie(SHORT, track(640, 360))[:-30], Header("mp4", cut_short=True)),
        (movie(SHORT[:8]), Header("mp4", cut_short=True)),
        (movie(SHORT, b"".join(box(b"trak") for _ in range(3))), Header("mp4", seconds=75)),
        (movie(SHORT, struct.pack(">I4s", 8, b"trak") * 50_000), Header("mp4", seconds=75)),
    ],
    ids=["film", "upright", "long form", "endless", "no time scale", "cut", "damaged", "no picture", "many tracks"],
)
def test_film(data: bytes, header: Header) -> None:
    """Length and pixels as shown come from the index, wherever it is."""
    assert of(data) == header


@pytest.mark.parametrize("brand", [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"])
def test_the_brands_of_phones(brand: bytes) -> None:
    """Each is HEIC, which no network accepts, and none a video."""
    assert of(b"\x00\x00\x00\x18ftyp" + brand + bytes(12)) == Header("heic")


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"", Header()),
        (b"hello", Header()),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 12, Header("heic")),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", Header("avif")),
        (b"II*\x00\x08\x00\x00\x00", Header("tiff")),
        (b"MM\x00*\x00\x00\x00\x08", Header("tiff")),
        (b"BM" + bytes(20), Header("bmp")),
        (b"8BPS\x00\x01", Header("psd")),
        (b"\x1a\x45\xdf\xa3\x9f", Header("webm")),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Header("svg")),
        (b"\xef\xbb\xbf<?xml version='1.0'?><!-- x --><svg/>", Header("svg")),
        (b"<!DOCTYPE html><title>Sign in</title>", Header("html")),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", Header("lfs")),
        (b"%PDF-1.7\n1 0 obj\n%%EOF\n", Header("pdf")),
        (b"%PDF-1.7\n1 0 obj\n", Header("pdf", cut_short=True)),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + BOX + b"moov" + BOX + b"mdat", Header("mp4")),
        (b"\x00\x00\x00\x10ftypqt  \x00\x00\x00\x00" + BOX + b"moov", Header("mov")),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00" + BOX + b"mdat", Header("mp4", cut_short=True)),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x10\x00moov", Header("mp4", cut_short=True)),
        (b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x02moov", Header("mp4", cut_short=True)),
    ],
)
def test_signature(data: bytes, header: Header) -> None:
    """The type comes from the first bytes, for any name."""
    assert of(data) == header


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from Linux's /proc")
def test_memory_of_a_picture_that_unpacks_to_a_gigabyte() -> None:
    """The header gives the 169 megapixels of a 20 kB file: `validate` stays below 200 MB."""
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from bufferctl.cli import run\n"
        "code = run(sys.argv[1:])\n"
        "print(re.search('VmHWM:\\\\s*([0-9]+)', Path('/proc/self/status').read_text())[1])\n"
        "sys.exit(code)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "validate"], cwd=FILES.parent, capture_output=True, text=True, check=False
    )
    assert "169 million" in ran.stdout
    assert ran.returncode == 1
    assert int(ran.stdout.split()[-1]) < 200_000
