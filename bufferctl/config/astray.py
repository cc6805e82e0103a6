"""Files with posts where nobody reads them: beside the root file, or in a folder of nearly the right name."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

#: A file of posts shows itself at its beginning; a root file of another project has `version`.
_ENOUGH = 16 * 1024
_POSTS = re.compile(r"^posts:[ \t]*$(?=[\s\S]*^ *(?:- )?key:)", re.MULTILINE)
_ROOT = re.compile(r"^(?:version|organizations):", re.MULTILINE)


def astray(root_file: Path, patterns: Sequence[str], read: Collection[Path]) -> dict[str, tuple[str, str]]:
    """Their names, each with the reason why it is not read and what to do."""
    root, known = root_file.parent, {root_file, *read}
    meant = sorted({first for pattern in patterns if not re.search(r"[*?]", first := pattern.partition("/")[0])})
    folders = [path for path in _visible(root) if path.name not in meant and _like(path.name, meant)]
    files = [path for folder in (root, *folders) for path in _visible(folder)]
    hint = f"move it into the folder {meant[0]}, or name it under `include`" if meant else "name it under `include`"
    return {
        path.relative_to(root).as_posix(): ("it lies where `include` does not look", hint)
        for path in files
        if path not in known and path.suffix.lower() in {".yaml", ".yml"} and _holds_posts(path)
    }


def _visible(folder: Path) -> Iterator[Path]:
    """What is in a folder; nothing where it is none."""
    try:
        yield from sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return


def _like(name: str, meant: Sequence[str]) -> bool:
    return bool(get_close_matches(name.strip().casefold(), [each.casefold() for each in meant], n=1, cutoff=0.8))


def _holds_posts(path: Path) -> bool:
    try:
        if not path.is_file():  # a pipe or a device would be waited for
            return False
        with path.open(encoding="utf-8", errors="replace") as file:
            beginning = file.read(_ENOUGH)
    except OSError:
        return False
    return bool(_POSTS.search(beginning)) and not _ROOT.search(beginning)
