"""Downloads media of imported or pulled objects as files beside the posts, so that git has everything.

Buffer may have re-encoded an image, and only its copy is available. So the copy counts as the applied version.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from bufferctl import DOCS
from bufferctl.checks import check
from bufferctl.diagnostics import Severity
from bufferctl.errors import UsageError
from bufferctl.intake.pulling import Pulled
from bufferctl.media.addresses import Download, download
from bufferctl.media.reading import read_file
from bufferctl.model import Address, Desired, Idea, MediaFile, Post
from bufferctl.model.attached import attached, with_files, with_sources
from bufferctl.model.content import AssetKind
from bufferctl.value import replace


@dataclass
class Downloads:
    """Downloads media of objects into a folder. Raises UsageError if files there could not be declared."""

    folder: Path  # below `root`
    root: Path  # the root file's folder
    desired: Desired  # the settings by which files are judged and become public
    loopback: bool  # addresses on this machine are allowed
    keep: frozenset[str] = frozenset()  # addresses that are left as they are
    made: list[Path] = field(default_factory=list)  # new files
    kept: list[tuple[Address, str, str]] = field(default_factory=list)  # addresses that stay all the same, and why
    _by_digest: dict[str, MediaFile] = field(default_factory=dict)  # what this run has placed

    def __post_init__(self) -> None:
        real, top = self.folder.resolve(), self.root.resolve()
        if not real.is_relative_to(top) or any(part.startswith(".") for part in real.relative_to(top).parts):
            raise UsageError(
                f"{self.folder} is hidden or not below the folder of the root file, so posts cannot name files in it",
                hint=f"Name a folder below {top}, such as media.",
            )
        if self.desired.settings.media is None:
            raise UsageError(
                "The root file has no `media`, which makes files public, so nothing was downloaded",
                hint=f"Add it ({DOCS}/write/media.md shows the two forms), or leave out --media-dir.",
            )
        self.folder = real

    def take(self, items: Sequence[Post | Idea]) -> list[Post | Idea]:
        """The objects with files instead of URLs, where the download worked and the rules accept the file.

        Raises OSError if files cannot be written.
        """
        wanted = {url: kind for item in items for url, kind in self._wanted(item).items()}
        if not wanted:
            return list(items)
        self.folder.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=self.folder, prefix=".download-") as name:
            found = download(wanted.items(), Path(name), loopback=self.loopback)
            new = [self._with_files(item, found) for item in items]
        used = {self.root.resolve() / each.file.path for item in new for each in attached(item) if each.file}
        for path in set(self.made) - used:
            path.unlink()
        self.made = [path for path in self.made if path in used]
        return new

    def __enter__(self) -> Self:
        """While this lasts, a failure takes away what was downloaded."""
        return self

    def __exit__(self, failure: object, *_: object) -> None:
        if failure:
            for path in self.made:
                path.unlink(missing_ok=True)
            with suppress(OSError):  # other files are there
                self.folder.rmdir()

    def _wanted(self, item: Post | Idea) -> dict[str, AssetKind]:
        """The URLs of media, each with its kind."""
        return {
            each.url: each.file_kind
            for each in attached(item)
            if each.url and each.url not in self.keep and each.kind != "link"
        }

    def _with_files(self, item: Post | Idea, found: Mapping[str, Download]) -> Post | Idea:
        files: dict[str, MediaFile] = {}
        for url in self._wanted(item):
            copy = found[url]
            if copy.path is None:
                self.kept.append((item.address, url, copy.why))
            else:
                files[url] = self._file(item.address.key, copy.path, copy.type)
        sources = [files[each.url].summary if each.url in files else each.source for each in attached(item)]
        there = [each.file for each in attached(item) if each.file]
        by_summary = {file.summary: file for file in (*files.values(), *there)}
        new = with_sources(item, sources)
        if not files or new is None:
            return item
        new = with_files(new, lambda each: by_summary[each.source])
        if why := _refusal(new, self.desired):
            self.kept += [(item.address, url, f"gives a file that cannot be used: {why}") for url in files]
            return item
        return new

    def _file(self, key: str, copy: Path, suffix: str) -> MediaFile:
        """The downloaded file in its place. Equal bytes of one run share a file, and so do equal bytes of one name."""
        read = read_file(copy.parent, copy.name, None)
        if existing := self._by_digest.get(read.digest):
            return existing
        number, place = 1, self._named(key, 1, suffix)
        while place.exists() and self._read(place).digest != read.digest:
            number += 1
            place = self._named(key, number, suffix)
        if not place.exists():
            shutil.copyfile(copy, place)
            self.made.append(place)
        return self._by_digest.setdefault(read.digest, self._read(place))

    def _named(self, key: str, number: int, suffix: str) -> Path:
        return self.folder / (f"{key}.{suffix}" if number == 1 else f"{key}-{number}.{suffix}")

    def _read(self, place: Path) -> MediaFile:
        root = self.root.resolve()
        return read_file(root, place.relative_to(root).as_posix(), self.desired.settings.media)


def with_downloads(pulled: Pulled, downloads: Downloads) -> None:
    """Replace Buffer's URLs of media that people added by downloaded files. Raises OSError."""
    with_media = []
    for change, fields in pulled.taken.values():
        name = _media_field(change.address)
        if change.desired and fields.get(name):
            with_media.append(replace(change.desired, **{name: fields[name]}))
    for new in downloads.take(with_media):
        change, fields = pulled.taken[new.address]
        name = _media_field(new.address)
        pulled.taken[new.address] = change, {**fields, name: getattr(new, name)}


def _media_field(address: Address) -> str:
    return "media" if address.is_idea else "assets"


def _refusal(item: Post | Idea, desired: Desired) -> str:
    alone = Desired(desired.settings, desired.organizations).with_items([item])
    errors = (each for each in check(alone, now=datetime.now(UTC)) if each.severity is Severity.ERROR)
    return next((each.message for each in errors if each.path[-1] in {"file", "thumbnail_file"}), "")
