"""Words and line breaks that YAML takes for something else: they would silently not be posted (design: The files).

A `#` after a space starts a comment unless the text is in quotes or a block. A real comment has a space after its `#`.
"""

from __future__ import annotations

import re
from itertools import pairwise

from bufferctl.config.source import Source
from bufferctl.config.words import BLOCK_FORM, PROSE
from bufferctl.diagnostics import Diagnostic, Severity

_BEHIND = re.compile(r"[ \t]+#[^\s#][^\r\n]*")
_BELOW = re.compile(r"[ \t]*(?:\r\n?|\n)(?P<indent>[ \t]+)#[^\s#][^\r\n]*")
_IN_HEADER = re.compile(r"[|>][-+0-9]*[ \t]+#[^\s#][^\r\n]*")


def behind_text(source: Source, start: int, end: int, name: str) -> Diagnostic | None:
    """A hashtag lost behind a text that is not a block, or on the line below, indented as if it went on.

    `start` and `end` are the text's, `name` is its field.
    """
    found = _BEHIND.match(source.text, end)
    if found is None and (found := _BELOW.match(source.text, end)):
        indent = source.place(start).column - len(name) - 2
        found = found if len(found["indent"]) >= indent else None
    return _lost(source, found, name)


def behind_header(source: Source, start: int, name: str) -> Diagnostic | None:
    """A hashtag lost on the line of a block's `|` or `>`, which is at `start`."""
    return _lost(source, _IN_HEADER.match(source.text, start), name)


def instead_of_value(source: Source, colon: int, name: str) -> Diagnostic | None:
    """A hashtag that begins a value, so that nothing is left of it. `colon` is where its field's name ends."""
    return _lost(source, _BEHIND.match(source.text, colon + 1), name)


def taken_for_anchor(source: Source, start: int, word: str, name: str) -> Diagnostic:
    """A text that begins with `&`, at `start`, while nothing refers to that anchor: a warning, since it may be one."""
    message = f"`&{word}` is not posted: YAML reads it as a name for the text, and nothing uses that name"
    return source.diagnostic(
        start, message, hint=BLOCK_FORM.format(name=name), width=len(word) + 1, severity=Severity.WARNING
    )


#: Columns up to which a line of prose is filled before it is broken.
_FULL = 60


def lost_breaks(source: Source, start: int, end: int, name: str, *, folded: bool) -> Diagnostic | None:
    """Line breaks of a text that YAML joins, where they look meant: the next word would have fitted on the line.

    `folded`: a `>` block, in which deeper lines keep their breaks; else an unquoted text or one in quotes.
    """
    lines = source.text[start:end].splitlines()
    if not folded:
        indent, offset = "", start
        lines = [line.strip() for line in lines]
    else:
        offset = start + len(lines[0]) + 1
        lines = lines[1:]
        first = next((line for line in lines if line.strip()), "")
        indent = first[: len(first) - len(first.lstrip(" "))]
        lines = [line.removeprefix(indent).rstrip() for line in lines]
    width = max(_FULL, *map(len, lines)) if lines else 0
    for line, following in pairwise(lines):
        if not line or not following or line[0].isspace() or following[0].isspace():
            continue
        if len(line) + 1 + len(following.split(None, 1)[0]) <= width:
            at = source.text.index(line, offset)
            message = "YAML joins the lines of this text, so its line breaks are not posted"
            hint = BLOCK_FORM.format(name=name)
            return source.diagnostic(at, message, hint=hint, width=len(line), severity=Severity.WARNING)
    return None


def _lost(source: Source, found: re.Match[str] | None, name: str) -> Diagnostic | None:
    if found is None:
        return None
    offset = found.start() + found[0].index("#")
    comment = found[0][found[0].index("#") :]
    word = comment.split()[0]
    lost = "posted" if name in PROSE else "read"
    hint = BLOCK_FORM.format(name=name) if name in PROSE else f'leave out the `#`, or put it in quotes: `"{word}"`'
    message = f"`{word}` would not be {lost}: YAML reads ` #` here as the start of a comment"
    return source.diagnostic(offset, message, hint=hint, width=len(comment.rstrip()))
