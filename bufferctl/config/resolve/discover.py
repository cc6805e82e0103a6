"""Finds the files: the root file, what it includes, files with posts that it does not include, and other root files."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from itertools import takewhile
from pathlib import Path, PurePosixPath

from bufferctl.errors import ConfigError, UsageError
from bufferctl.git import git

ROOT_NAME = "buffer.yaml"
#: What people and their tools turn `.yaml` into.
_ENDING = re.compile(r"\.ya?ml(?:\.txt)?$", re.IGNORECASE)


def find_root(file: Path | None, start: Path) -> Path:
    """The root file: `file` if named, else the nearest buffer.yaml at or above `start`.

    Raises UsageError if the named file does not exist, ConfigError if there is no root file or its path is not UTF-8.
    """
    start = start.absolute() if file is None else start
    path = start.absolute() / (file or "")
    if odd := not_utf8(str(path)):
        raise ConfigError(
            f"The path {odd} is not UTF-8, so no state and no plan can name it",
            hint="Rename the folder or the file with a UTF-8 name.",
        )
    if file is not None:
        if not os.path.lexists(path):
            raise UsageError(f"There is no file {file}", hint="Name the root file, usually buffer.yaml.")
        return start / file
    for folder in (start, *start.parents):
        path = folder / ROOT_NAME
        if os.path.lexists(path) and not path.is_dir():
            return path
    raise ConfigError(
        f"There is no {ROOT_NAME} in {start} or above it",
        hint="`bufferctl init` writes one; `-f FILE` names another file.",
    )


def not_utf8(path: str) -> str:
    """A path that is not UTF-8, with its other bytes in hexadecimal; empty if it is UTF-8."""
    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "" if shown == path else shown


@dataclass
class Included:
    """The names of the `files` that the include patterns match, and the `unmatched` patterns.

    `skipped` and `unreadable`: names that match but are not read, and folders that cannot be; each with the reason.
    """

    files: list[str] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    skipped: dict[str, tuple[str, str]] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)


def included(root_file: Path, patterns: Sequence[str]) -> Included:
    """The files that the patterns match below the root file's folder, sorted, each once.

    In a pattern, `**` is any number of folders; `*` and `?` stay within one name. Names that start with a dot are
    skipped, and links to folders are not followed, so loops of links are harmless.
    """
    found = Included()
    files: set[str] = set()
    for pattern in patterns:
        if not (matches := set(_walk(root_file, pattern, found))):
            found.unmatched.append(pattern)
        files |= matches
    found.files = sorted(files, key=lambda name: name.split("/"))
    folders = {parent.as_posix() for name in files for parent in PurePosixPath(name).parents}
    found.skipped = {name: why for name, why in found.skipped.items() if name not in files | folders}
    return found


def _walk(root_file: Path, pattern: str, found: Included) -> Iterator[str]:
    root = root_file.parent
    matcher = _matcher(pattern)

    def unreadable(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            found.unreadable[Path(error.filename).relative_to(root).as_posix()] = os.strerror(error.errno or 0).lower()

    fixed = takewhile(lambda part: not re.search(r"[*?]", part), pattern.split("/")[:-1])
    for folder, folders, names in os.walk(root.joinpath(*fixed), onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for path in [Path(folder, name) for name in folders if Path(folder, name).is_symlink()]:
            folders.remove(path.name)
            found.skipped[path.relative_to(root).as_posix()] = (
                "it is a link to a folder",
                "replace the link with the files themselves",
            )
        below = Path(folder)
        start = "" if below == root else f"{below.relative_to(root).as_posix()}/"
        for file in sorted(each for each in names if not each.startswith(".")):
            name = f"{start}{file}"
            if name == root_file.name:
                continue
            if matcher.fullmatch(name):
                yield name
            elif (ending := _ENDING.search(name)) and matcher.fullmatch(name[: ending.start()] + ".yaml"):
                reason = f"its name ends in {ending[0]}, and `include` says .yaml"
                found.skipped[name] = (reason, "rename it, or change `include`")


def place_for(name: str, patterns: Sequence[str], read: Sequence[str]) -> str:
    """Where a new file of this name would be read, below the root file's folder; empty if nowhere.

    That is the folder `posts`, else the one with most of the files that are `read`, else one that a pattern names.
    """
    used = Counter(str(PurePosixPath(each).parent) for each in read)
    named = [pattern.rpartition("/")[0] for pattern in patterns]
    folders = ["posts", *(folder for folder, _ in used.most_common()), *(each.partition("/**")[0] for each in named)]
    paths = [(PurePosixPath(folder) / name).as_posix() for folder in folders]
    return next((path for path in paths if any(_matcher(each).fullmatch(path) for each in patterns)), "")


def _matcher(pattern: str) -> re.Pattern[str]:
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    runs = [""]  # of names between two `**`
    for part in parts[:-1]:
        if part == "**":
            runs.append("")
        else:
            runs[-1] += _within(part) + "/"
    runs[-1] += ".*" if parts[-1:] == ["**"] else "".join(map(_within, parts[-1:]))
    return re.compile(_apart(runs, "(?:[^/]+/)*"), flags=re.DOTALL)


def _within(part: str) -> str:
    fixed = ["".join("[^/]" if each == "?" else re.escape(each) for each in text) for text in re.split(r"\*+", part)]
    return _apart(fixed, "[^/]*")


def _apart(pieces: Sequence[str], anything: str) -> str:
    """The pieces with anything between them. All but the last match where they first can, and no other place is tried.

    That finds every match, and takes linear time with any number of stars.
    """
    first, *rest = pieces
    early = "".join(f"(?>{anything}?{piece})" for piece in rest[:-1])
    return first + early + "".join(f"{anything}{piece}" for piece in rest[-1:])


#: Posts files are recognized by their beginning; the root file of another project has `version`.
_ENOUGH = 16 * 1024
_POSTS = re.compile(r'(?m)^(?:posts:[ \t]*(?:$|[\[#])|\{[\s\S]*"posts":\s*\[)[\s\S]*(?:^ *(?:- )?|[{,]\s*"?)key"?:')
_ROOT = re.compile(r'(?m)^(?:version|organizations):|^\{\s*"(?:version|kind|format_version)"')


def astray(root_file: Path, patterns: Sequence[str], read: Collection[str]) -> dict[str, tuple[str, str]]:
    """Names of files with posts that are not read, each with the reason and what to do.

    The root folder and folders with almost the right name are searched; if nothing is read, the right folders are too,
    for JSON and for names with a dot.
    """
    root, included_files = root_file.parent, {root_file.name, *read}
    firsts = {pattern.partition("/")[0] for pattern in patterns}
    meant = sorted(first for first in firsts if not re.search(r"[*?]", first))
    named = {*patterns} if not read else {*patterns, *meant}  # `include: [posts]` has an error of its own
    almost = partial(get_close_matches, possibilities=[each.casefold() for each in meant], n=1, cutoff=0.8)
    folders = [path for path in _visible(root) if almost(path.name.strip().casefold()) and path.name not in named]
    below = [Path(at, name) for folder in folders for at, _, names in os.walk(folder) for name in sorted(names)]
    right = [name for name in meant if any(pattern.startswith(f"{name}/") for pattern in patterns)]
    hint = f"move it into the folder {right[0]}, or name it under `include`" if right else "name it under `include`"
    found = {}
    for path in (*_visible(root), *below):
        name = path.relative_to(root).as_posix()
        if name in included_files or path.suffix.lower() not in {".yaml", ".yml", ".json"} or not holds_posts(path):
            continue
        if name.startswith(".") or "/." in name:
            found[name] = ("names that begin with a dot are skipped", "rename it without the dot")
        elif path.suffix.lower() == ".json" and path.relative_to(root).parts[0] in meant:
            found[name] = ("its name ends in .json", "rename it to .yaml, since JSON is also YAML")
        else:
            found[name] = ("`include` does not cover it", hint)
    return found


#: What only root files have, in YAML's block or flow form, so in JSON too; what else has these words declares nothing.
_ORGANIZATIONS = r"""(^|[{,[:space:]])["']?organizations["']?[[:space:]]*:"""
_ORGANIZATIONS_LINE = re.compile(_ORGANIZATIONS.replace("[:space:]", r"\s"), re.MULTILINE)
_ENDINGS = (".yaml", ".yml")


def root_files_beside(root_file: Path, repository: Path | None) -> list[Path]:
    """The other root files in the folder, and in the repository if there is one."""
    own = root_file.resolve()
    names = {path for path in root_file.absolute().parent.iterdir() if path.suffix in _ENDINGS and _is_root(path)}
    if repository:
        searched = ("--untracked", "--no-recurse-submodules", "--text")  # also what an attribute calls binary
        options = (*searched, "--null", "--files-with-matches", "--extended-regexp")
        with suppress(OSError):  # no git
            ran = git(repository, "grep", *options, "-e", _ORGANIZATIONS)
            names |= {repository / name for name in ran.stdout.split("\0") if name.endswith(_ENDINGS)}
    return sorted(path for path in names if path.resolve() != own)


def _is_root(path: Path) -> bool:
    with suppress(OSError, UnicodeDecodeError):
        return is_root(path.read_text(encoding="utf-8"))
    return False


def is_root(text: str) -> bool:
    """Whether a file with this text may be a root file."""
    return _ORGANIZATIONS_LINE.search(text) is not None


def _visible(folder: Path) -> Iterator[Path]:
    """The content of a folder; empty if it is not one."""
    try:
        yield from sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return


def holds_posts(path: Path) -> bool:
    """Whether a file begins like one with posts, and is no root file."""
    try:
        if not path.is_file():  # reading a pipe or a device would block
            return False
        with path.open(encoding="utf-8", errors="replace") as file:
            beginning = file.read(_ENOUGH)
    except OSError:
        return False
    return bool(_POSTS.search(beginning)) and not _ROOT.search(beginning)
