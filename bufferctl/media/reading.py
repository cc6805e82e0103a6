"""Reads the files that posts and ideas name: their digests and the facts in their headers."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

from bufferctl.errors import ConfigError
from bufferctl.git import in_git, leaves_folder
from bufferctl.media.headers import header_of
from bufferctl.model import Desired, Idea, MediaFile, MediaSettings, Post
from bufferctl.model.attached import files_of, with_files
from bufferctl.model.media_file import address_of

T = TypeVar("T", Post, Idea)

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

    def filled(item: T) -> T:
        new = with_files(item, lambda each: found[each.file.path] if each.file else found[""])
        return new if isinstance(new, type(item)) else item

    return replace(desired, posts=tuple(map(filled, desired.posts)), ideas=tuple(map(filled, desired.ideas)))


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
