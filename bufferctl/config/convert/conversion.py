"""Converts files to the text of one YAML file, or reports everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bufferctl.config.catalog import UnknownNameError
from bufferctl.config.convert.bulk_upload import BulkUpload
from bufferctl.config.convert.destination import Destination, NewPost, entries
from bufferctl.config.convert.front_matter import MarkdownFile
from bufferctl.config.source import UnreadableError, read_source
from bufferctl.config.times import clock_named, zone_hint
from bufferctl.config.write.yaml_files import yaml_text
from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity, has_errors
from bufferctl.errors import UsageError
from bufferctl.model import Channel, Desired
from bufferctl.value import value

_TABLES = (".csv", ".tsv", ".txt")
_MARKDOWN = (".md", ".markdown")


@value()
class Converted:
    """Entries as a file. `text`: to put below the root file; empty if `problems` has errors. `posts`: entries in it."""

    text: str
    posts: int
    problems: tuple[Diagnostic, ...]


def convert(paths: Sequence[Path], desired: Desired, *, channels: Sequence[str], zone: str | None) -> Converted:
    """The posts of files (and of Markdown files in folders), for channels of the root file.

    `channels`: where those go that do not say so themselves. `zone`: of times without an offset,
    otherwise the channel's. Raises UsageError for a channel, a zone or a kind of file that there is not.
    """
    clock = clock_named(zone)
    if zone and clock is None:
        raise UsageError(f"There is no time zone {zone}", hint=zone_hint(zone))
    destination = Destination(desired, clock)
    default = named_channels(destination, channels)
    posts: list[NewPost] = []
    problems: list[Diagnostic] = []
    for path in _files(paths):
        found, wrong = _read(path, default, destination)
        posts += found
        problems += sorted(wrong, key=lambda each: each.place or Place(""))
    if has_errors(problems):
        return Converted("", 0, tuple(dict.fromkeys(problems)))
    written = entries(posts, destination)
    return Converted(yaml_text({"posts": written}), len(written), tuple(problems))


def _read(
    path: Path, channels: tuple[Channel, ...], destination: Destination
) -> tuple[list[NewPost], list[Diagnostic]]:
    name = path.as_posix()
    try:
        source = read_source(path, name)
    except UnreadableError as error:
        error.hint += " (in Excel: CSV UTF-8)" if "UTF-8" in error.hint else ""
        return [], [error.of(name)]
    reader = (MarkdownFile if path.suffix.lower() in _MARKDOWN else BulkUpload)(source, channels, destination)
    found = reader.posts()
    if not found and not reader.problems:
        message, hint = "there are no posts in it", "name another file"
        reader.problems.append(Diagnostic(Severity.ERROR, message, Place(name), hint=hint, kind=Kind.SYNTAX))
    return found, reader.problems


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in _MARKDOWN)
            seen = [each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)]
            if not seen:
                raise UsageError(f"There is no Markdown file in {path}", hint="Name a CSV file by itself.")
            yield from seen
        elif not path.exists():
            raise UsageError(f"There is no {path}", hint="Check the spelling of the path.")
        elif path.suffix.lower() in (*_TABLES, *_MARKDOWN):
            yield path
        else:
            hint = f"It reads {', '.join((_TABLES[0], *_MARKDOWN))}, and folders of Markdown."
            raise UsageError(f"{path} is of a kind that convert does not read", hint=hint)


def named_channels(destination: Destination, names: Sequence[str]) -> tuple[Channel, ...]:
    """The channels named on the command line, of one organization. Raises UsageError."""
    try:
        found = tuple(dict.fromkeys(map(destination.any_channel, names)))
    except UnknownNameError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if len({each.organization for each in found}) > 1:
        raise UsageError("These channels are of several organizations", hint="Convert for one organization at a time.")
    return found
