"""Slips of the hand after which a file is not YAML; the parser stumbles over a later sign, and cannot name them."""

from __future__ import annotations

import re

from bufferctl.config import hashtags
from bufferctl.config.source import Source
from bufferctl.config.words import BLOCK_FORM, FIELD_NAMES
from bufferctl.diagnostics import Diagnostic, Place

#: Spaces of word processors and web pages, and what has no width at all.
_ODD = "\u00a0\u1680\u2000-\u200d\u202f\u205f\u2060\u3000\ufeff"
_DASHES = "\u2013\u2014\u2022\u2023\u00b7*"
_START = r"[ \t]*(?:- +)?"

#: What a line looks like (`at` is the part to point at), what is wrong with it, and what to do.
_SLIPS: tuple[tuple[str, str, str], ...] = (
    (
        rf"^{_START}(?:-|\w+:)? *(?P<at>[{_ODD}]+)",
        "this is not an ordinary space (often from copied text), and YAML cannot read the line because of it",
        "delete it and type a space",
    ),
    (
        r"(?P<at>[\u2028\u2029])",
        "a line separator that nobody sees (copied text has such), and YAML takes it for the end of the line",
        "delete it, and begin a new line there",
    ),
    (rf"^[ \t]*(?P<at>[{_DASHES}])\s*(?P<name>\w+) *:(?:\s|$)", "an entry begins with `- `, not `{at}`", "write `- `"),
    (r"^[ \t]*(?P<at>-)(?P<name>\w+) *:(?:\s|$)", "a space is missing after `-`", "write `- {name}:`"),
    (rf"^{_START}(?P<name>\w+)(?P<at>:)[^\s:/]", "a space is missing after `{name}:`", "write `{name}: `"),
    (rf"^{_START}(?P<name>\w+) *(?P<at>[=\uff1a])", "a name and its value are parted by `: `", "write `{name}: `"),
    (
        rf"^{_START}(?P<name>\w+): +[\[{{](?:[^\]}}]*[\s,])?(?P<at>#[^\s,\]}}]+)",
        "YAML takes `{at}` and the rest of the line for a comment",
        'leave out the `#`, or put it in quotes: `"{at}"`',
    ),
    (
        rf"^{_START}(?P<name>\w+): +[\[{{][^\]}}]*[\]}}]\s*(?P<at>[^\s,\]}}#].*)",
        "text goes on after the bracket that ends it",
        f"if it is text that begins with a bracket, {BLOCK_FORM.format(name='text')}",
    ),
    (r"^[ \t]*(?P<at>```)", "a line of backticks is not YAML", "delete it"),
)  # fmt: skip
#: Fields whose value is a group of fields.
_GROUPS = frozenset({"overrides", "metadata", "policy", "rules"})
#: git's lines around the two sides of a conflict.
_CONFLICT = re.compile(r"^<{7} .*$", re.MULTILINE)


def conflict(source: Source) -> Diagnostic | None:
    """The first conflict of a merge that nobody has resolved."""
    found = _CONFLICT.search(source.text) if "<<<<<<< " in source.text else None
    if found is None or source.text.find("\n>>>>>>> ", found.end()) < 0:
        return None
    message = "this is an unresolved merge conflict"
    hint = "keep the right lines, and delete those that begin with `<<<<<<<`, `=======` and `>>>>>>>`"
    return source.diagnostic(found.start(), message, hint=hint, width=len(found[0]))


def no_value(source: Source, name: str, start: int, end: int) -> Diagnostic:
    """A field that has no value; `start` and `end` are its name's."""
    lost = hashtags.instead_of_value(source, end, name)
    if lost:
        return lost
    hint = "add a value or delete the line"
    if name in _GROUPS:
        hint = "write what belongs to it on the lines below, two spaces further in"
    if ":" in name:
        hint = f"write a space after `{name.partition(':')[0]}:`"
    elif source.text[end : end + 1] in {",", "}"}:
        hint = "put a text in quotes if it holds `,` or `{`"
    return source.diagnostic(start, f"`{name}` has no value", hint=hint, width=len(name))


def slip(source: Source, *offsets: int | None) -> Diagnostic | None:
    """The slip on the lines of the offsets where the parser stopped, or on the line above one of them."""
    rows = {source.place(offset).line for offset in offsets if offset is not None}
    for row in sorted(rows | {row - 1 for row in rows if row > 1}):
        start = source.offset(Place(source.name, row, 1))
        line = source.line(start)
        for pattern, message, hint in _SLIPS:
            found = re.search(pattern, line)
            if found is None or ("name" in found.groupdict() and found["name"] not in FIELD_NAMES):
                continue
            parts = found.groupdict()
            at = start + found.start("at")
            return source.diagnostic(at, message.format(**parts), hint=hint.format(**parts), width=len(found["at"]))
    return None


def out_of_line(source: Source, offset: int) -> Diagnostic | None:
    """A field, at its name or its colon, that does not line up with the one above."""
    place, line = source.place(offset), source.line(offset)
    found = re.match(r"[ ]*(?:- )?(?P<name>\w+):(?:\s|$)", line)
    if not found or found["name"] not in FIELD_NAMES or place.column - 1 > found.end("name"):
        return None
    start = offset - (place.column - 1)
    above = source.text[:start].rstrip().rsplit("\n", 1)[-1]
    further = found.start("name") > len(above) - len(re.sub(r"^[ ]*(?:- )?", "", above))
    how = "is further in than the line above" if further else "does not line up with the fields above"
    return source.diagnostic(
        start + found.start("name"),
        f"`{found['name']}` {how}, so YAML cannot tell what it belongs to",
        hint="line it up with the fields that it belongs to, with spaces",
        width=len(found["name"]),
    )
