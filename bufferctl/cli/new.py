"""`bufferctl new`: begin a file with a post or a campaign, or add to one."""

from __future__ import annotations

import shlex
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options
from bufferctl.cli.console import Console
from bufferctl.diagnostics import has_errors
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import visible
from bufferctl.render.lines import capitalized, sentence

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.config.write.convert import Started
    from bufferctl.model import Desired
    from bufferctl.run.files import Files

_KINDS = click.Choice(["post", "campaign"])


def _time(value: str) -> datetime:
    """A day and a time as files have them, `2026-12-01 09:00`. Raises BadParameter for anything else."""
    from bufferctl.config.format import in_our_form, probably_meant

    try:
        return datetime.fromisoformat(in_our_form(value.strip()) or "")
    except ValueError:
        meant = probably_meant(value) or "2026-12-01 09:00"
        raise click.BadParameter(f"{value} is not a time such as {meant}.") from None


@click.command(
    epilog=examples(
        ("bufferctl new", "asks for everything"),
        ("bufferctl new campaign --title Launch", "asks for everything else"),
        ("bufferctl new post --text-file draft.md", "take the text from a file"),
        ("bufferctl new post -o posts/may.yaml", "add a post to a file"),
    )
)
@click.argument("kind", type=_KINDS, required=False)
@options.channels_option("Where it goes, such as twitter:acme. Repeatable.")
@click.option("--text", metavar="TEXT", help="The post's text.")
@click.option("--at", type=_time, metavar="TIME", help="When the post goes out, 2026-12-01 09:00; default: the queue.")
@click.option("--image", metavar="FILE", help="The post's image: a URL, or a file in media/ or beside the new file.")
@click.option("--alt", metavar="TEXT", help="What the image shows.")
@click.option("--key", metavar="KEY", help="The post's key; default: from its day and its first words.")
@click.option("--title", metavar="TITLE", help="What the campaign is about.")
@click.option("--starts", type=options.day, metavar="DAY", help="The day that the campaign's times count from.")
@options.file_option(
    "--text-file", "source", help_text="Markdown file with the text; in a campaign, each section becomes a post."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new file, or one to add the post to; default: posts/KEY.yaml.",
)
@options.root_option
@options.console_options
def new(
    kind: str | None,
    channels: tuple[str, ...],
    text: str | None,
    at: datetime | None,
    image: str | None,
    alt: str | None,
    key: str | None,
    title: str | None,
    starts: datetime | None,
    source: Path | None,
    output: Path | None,
    setup: options.Setup,
) -> None:
    """Start a file with one post, or with a campaign: posts whose times count from one day.

    It asks for whatever you do not pass as an option; without a terminal, pass everything. The posts of a new campaign
    are drafts. For Markdown with front matter, use `convert`.
    """
    from bufferctl.config.write.convert import starting

    files, console = setup.open_files(by_rules=False), setup.console
    desired = files.desired
    if not desired.channels:
        raise ConfigError("The root file has no channels yet", hint="Run `bufferctl init`, or add `channels`.")
    if kind is None and (title or starts):
        kind = "campaign"
    kind = kind or console.ask("`post` or `campaign`", "A post or a campaign?", type=_KINDS, default="post")
    _check_options(kind, text=text, at=at, image=image, alt=alt, key=key, title=title, starts=starts, source=source)
    markdown = _read(source) if source else None
    usual = [each.label for each in starting.usual_channels(desired)]
    if kind == "post":
        words = markdown or text or console.ask("--text", "Text of the post")
        where = channels or _ask_channels(console, usual, desired)
        when = at or _ask_time(console)
        if image is None and console.can_ask and starting.need_an_image(desired, where):
            image, alt = _ask_picture(console, files.root), alt or _ask_alt(console)
        started = starting.new_post(desired, where, words, when, key, image=image, alt=alt or None)
    else:
        title = title or console.ask("--title", "What is it about?")
        day = starts or console.ask("--starts", "On which day does it start?", type=options.day)
        started = starting.new_campaign(
            desired, channels or _ask_channels(console, usual, desired), title, day.date(), markdown
        )
    path = output or files.root / "posts" / f"{started.key}.yaml"
    _write_new(path, started, files, console)


def _check_options(kind: str, **given: object) -> None:
    other = {"post": ("title", "starts"), "campaign": ("text", "at", "image", "alt", "key")}[kind]
    if wrong := [f"--{name}" for name in other if given[name] is not None]:
        raise UsageError(f"{' and '.join(wrong)} cannot be used for a {kind}", hint=f"Leave out {' and '.join(wrong)}.")
    if given["source"] is not None and given["text"] is not None:
        raise UsageError("--text-file and --text both give the text", hint="Give one of them.")


def _read(path: Path) -> str:
    from bufferctl.config.read import UnreadableError, read_source
    from bufferctl.config.write.convert import has_dates

    try:
        text = read_source(path, path.name).text
    except UnreadableError as error:
        raise UsageError(f"{path} cannot be read: {error}", hint="Name a text file in UTF-8.") from error
    if text.startswith(("---", "+++")):
        raise UsageError(
            f"{path} has front matter", hint=f"Run `bufferctl convert {shlex.quote(str(path))}`, which reads it."
        )
    if not text.strip():
        raise UsageError(f"{path} is empty", hint="Write the text first.")
    if has_dates(text):
        message = f"{path} has headings with dates, which would be lost"
        raise UsageError(message, hint=f"Run `bufferctl convert {shlex.quote(str(path))}`, which reads them.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _ask_channels(console: Console, usual: list[str], desired: Desired) -> tuple[str, ...]:
    """Channels. If there is only one of `usual`, those that accept a post without media, it is not asked for."""
    from bufferctl.config.write.convert import starting

    if len(usual) == 1 and not console.can_ask:
        return (usual[0],)

    def read(answer: str) -> tuple[str, ...]:
        names = tuple(each.strip() for each in answer.split(",") if each.strip())
        try:
            starting.need_an_image(desired, names)
        except UsageError as error:
            raise click.BadParameter(f"{sentence(error.message)} {capitalized(error.hint)}") from None
        if not names:
            raise click.BadParameter("Name at least one.")
        return names

    every = [each.label for each in starting.open_channels(desired)]
    of = f" Channels, with commas between: {', '.join(every)}" if every else ""
    found: tuple[str, ...] = console.ask("--channel", f"Where does it go?{of}\n", value_proc=read)
    return found


def _ask_picture(console: Console, root: Path) -> str:
    """A URL, or a file in `media`."""

    def read(answer: str) -> str:
        name = answer.strip().removeprefix("media/")
        if "://" in name or (root / "media" / name).is_file():
            return name
        raise click.BadParameter(f"There is no media/{name}; give a URL, or put the file there first.")

    found: str = console.ask("--image", "It needs an image: a URL, or a file in media/", value_proc=read)
    return found


def _ask_alt(console: Console) -> str:
    found: str = console.ask("--alt", "What does the image show? (empty: nothing)", default="", show_default=False)
    return found.strip()


def _ask_time(console: Console) -> datetime | None:
    """A time, or the queue; without a terminal the queue."""
    if not console.can_ask:
        return None

    def read(answer: str) -> datetime | None:
        return _time(answer) if answer.strip() else None

    question = "When, such as 2026-12-01 09:00? (empty: the queue)"
    found: datetime | None = console.ask("--at", question, value_proc=read, default="", show_default=False)
    return found


def _write_new(path: Path, started: Started, files: Files, console: Console) -> None:
    """Write the file, or add the post to one that is there. If it would not be valid, nothing changes.

    Raises ConfigError; the post is printed then, so that nothing that somebody typed is lost.
    """
    from bufferctl.config import load
    from bufferctl.config.write import FileChanges

    changes = FileChanges()
    is_there = path.exists()
    before, text = _with_entries(path, started) if is_there else (None, started.text.encode())
    changes.put(path, before, text)
    try:
        with changes.attempt():
            _check_new(load(files.root_file, Path.cwd()), path, files, console)
    except ConfigError:
        console.data(started.text)
        raise
    shown = visible(str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path))
    done = f"Added it to {shown}." if is_there else f"Wrote {shown}. Edit it, then run:"
    console.say(f"{done} {'Next: ' if is_there else ''}bufferctl validate")


def _with_entries(path: Path, started: Started) -> tuple[bytes, bytes]:
    """The content of a file, and the same with the new post at its end. Raises ConfigError."""
    from bufferctl.config.write import Edits, Text

    if not started.entries:
        raise ConfigError(f"{path} already exists and is not overwritten", hint="Choose another file with -o FILE.")
    file = Text.read(path)
    edits = Edits(file.text, file.newline)
    edits.append(edits.root, "posts", list(started.entries))
    return file.data, file.with_text(edits.result())


def _check_new(now: Loaded, path: Path, files: Files, console: Console) -> None:
    """Raises ConfigError if a new file has errors, or is not read."""
    from bufferctl.run.files import judge_files

    name = now.name_of(path)
    fresh = (each for each in judge_files(now) if each not in files.warnings)
    problems = [each for each in fresh if each.place and each.place.file == name]
    console.diagnostics(problems)
    if name is None:
        raise ConfigError(
            f"The root file does not include {path}, so nothing was written",
            hint="Name a file below posts/ with -o, or name it under `include`.",
        )
    if has_errors(problems):
        message = "The new file would have these errors, so nothing was written"
        raise ConfigError(message, hint="Change the options, then try again.")
