"""The files that posts and ideas name: where they are, and whether they may be used.

Nothing outside the root folder is ever published, no link is followed, and git's own files are refused.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath, PureWindowsPath

from bufferctl import DOCS
from bufferctl.config.format import MediaEntry, RootFile
from bufferctl.config.read import Reading, Spot, UnreadableError, check_regular, kind_of
from bufferctl.config.resolve.locate import Step, find
from bufferctl.diagnostics import Diagnostic, Kind
from bufferctl.git import in_git
from bufferctl.model import MediaFile, MediaSettings
from bufferctl.model.attached import AnyItem, Attached, with_files

#: Hosts of forges, whose raw addresses people use as a place for pictures.
_FORGES = ("raw.githubusercontent.com", "github.com", "gitlab.com", "bitbucket.org", "codeberg.org")
#: Where the sandbox may fetch from; plan refuses them for Buffer itself.
_LOOPBACK = ("127.0.0.1", "localhost", "[")


def path_below(root: Path, folder: Path, written: str) -> str:
    """The path, from the root folder, of a file that is named in a file in `folder`. Raises UnreadableError."""
    if PureWindowsPath(written).drive and PureWindowsPath(written).root:
        there = f"/media/{PureWindowsPath(written).name}"
        hint = f"put the file into the folder `media` beside the root file, and write `{there}`"
        raise UnreadableError("it is on one computer, where nobody else finds it", hint)
    if "\\" in written and not PureWindowsPath(written).drive:
        raise UnreadableError("it is written with `\\`", f"write `{written.replace(chr(92), '/')}`")
    below = folder.relative_to(root).as_posix() if not written.startswith("/") else ""
    parts: list[str] = []
    for part in (*PurePosixPath(below).parts, *PurePosixPath(written.lstrip("/")).parts):
        if part != ".." and not PureWindowsPath(part).drive:
            parts.append(part)
        elif parts and part == "..":
            parts.pop()
        else:
            raise UnreadableError("it is outside the folder of the root file", "move it there and write that path")
    path = "/".join(parts)
    if in_git(path):
        raise UnreadableError("it is one of git's own files", "name a file outside `.git`")
    _check_there(root, path, written)
    return path


def _check_there(root: Path, path: str, written: str) -> None:
    """Raise UnreadableError unless the path is a regular file and has no link on the way."""
    at = root
    try:
        kind = root.stat()
        for part in PurePosixPath(path).parts:
            at /= part
            kind = at.lstat()
            if stat.S_ISLNK(kind.st_mode):
                raise UnreadableError(
                    "it is a symbolic link or inside one; links are not followed",
                    "replace the link with the file itself",
                )
    except FileNotFoundError:
        raise UnreadableError("there is no such file", _nearest(root, path, written)) from None
    except (OSError, ValueError) as error:
        reason = (
            os.strerror(error.errno).lower()
            if isinstance(error, OSError) and error.errno
            else "its name cannot be used"
        )
        raise UnreadableError(reason, "name a file that can be read") from None
    check_regular(kind)


def _nearest(root: Path, path: str, written: str) -> str:
    """The hint for a file that is missing where it is `written`.

    A similar name of a file of its kind in its folder, else in the folder of that name at the root.
    """
    wanted = PurePosixPath(path)
    for folder in dict.fromkeys((wanted.parent.as_posix(), wanted.parent.name, "media", ".")):
        try:
            names = [entry.name for entry in os.scandir(root / folder) if entry.is_file(follow_symlinks=False)]
        except (OSError, ValueError):
            continue
        alike = [name for name in sorted(names, reverse=True) if kind_of(wanted.name) in {"", kind_of(name)}]
        lowered = {name.casefold(): name for name in alike}
        near = get_close_matches(wanted.name.casefold(), lowered, n=1, cutoff=0.75)
        if near:
            there = f"/{PurePosixPath(folder, lowered[near[0]]).as_posix()}"
            is_same = near[0] == wanted.name.casefold()
            return f"write `{there}`: that is where the file is" if is_same else f"did you mean `{there}`?"
    where = "put it into the folder `media` beside the root file, or correct the name"
    return where if wanted.name == written else f"{where}; a path begins at this file's folder, `/…` at the root file's"


class MediaFiles:
    """Resolves the files of posts and ideas; each path is checked once. `first`: where the first one is named."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: dict[tuple[Path, str], str | UnreadableError] = {}
        self.first: tuple[Spot, Step] | None = None

    def of(self, item: AnyItem, spots: Sequence[Spot]) -> AnyItem:
        """A post or an idea with the paths of its files from the root folder; problems for unusable files."""
        return with_files(item, lambda each: self._resolved(each, spots))

    def check_setting(self) -> None:
        """Report, at the first file, that no setting says how files become public."""
        if self.first is not None:
            spot, name = self.first
            message = "`media` is not set, so this file has no public URL from which Buffer could fetch it"
            hint = f"add `media` to the root file, buffer.yaml, to say how files become public: {DOCS}/write/media.md"
            self._reading.problems.append(spot.at(name, message, hint=hint, kind=Kind.MISSING_FIELD))

    def _resolved(self, each: Attached, spots: Sequence[Spot]) -> MediaFile:
        spot, name, _ = find(spots, each.path)
        if each.file is None:
            raise TypeError(each)
        self.first = self.first or (spot, name)
        named = folder, written = spot.tree.source.folder, each.file.path
        if named not in self._found:
            try:
                path = self._found[named] = path_below(self._reading.root, folder, written)
                self._reading.beside.add(path)
            except UnreadableError as error:
                self._found[named] = error
        found = self._found[named]
        if isinstance(found, UnreadableError):
            message = f"the file `{written}` cannot be used: {found.reason}"
            self._reading.problems.append(spot.at(name, message, hint=found.hint, kind=Kind.UNUSABLE_FILE))
            for container in spots:
                self._reading.spoil(container, str(each.path[0]))
            return each.file
        return each.file.model_copy(update={"path": found})


def media_settings(root: RootFile, spot: Spot, problems: list[Diagnostic]) -> MediaSettings | None:
    """The setting `media`, None if it is not given; errors in it are added to `problems`."""
    if (entry := root.media) is None:
        return None
    problems += _wrong(entry, spot.down("media"))
    return MediaSettings(entry.public_url.rstrip("/"), entry.store or "", (entry.endpoint or "").rstrip("/"))


def _wrong(entry: MediaEntry, spot: Spot) -> Iterable[Diagnostic]:
    if entry.endpoint and not entry.store:
        message = "`endpoint` needs a `store`, and there is none"
        yield spot.at_key(
            "endpoint", message, hint="add `store: s3://bucket/prefix`, or delete it", kind=Kind.MISSING_FIELD
        )
    for name, value in (("public_url", entry.public_url), ("endpoint", entry.endpoint)):
        if value and ("?" in value or "#" in value or "@" in value):
            message = f"`{name}` contains a parameter or a login, which would be in every URL sent to Buffer"
            yield spot.at(name, message, hint="write a plain URL, such as https://media.acme.example/social")
    host = entry.public_url.split("/")[2].casefold().split(":")[0]
    if not entry.public_url.lower().startswith("https://") and host not in _LOOPBACK:
        yield spot.at("public_url", "this is not https, so Buffer cannot fetch anything there", hint="use https://")
    if any(host == forge or host.endswith(f".{forge}") for forge in _FORGES):
        message = "raw file URLs are rate-limited, and stop working when the repository is renamed"
        yield spot.at("public_url", message, hint=f"publish the folder with the forge's Pages: {DOCS}/write/media.md")
