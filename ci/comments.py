"""One comment a purpose, found again by a hidden marker and changed instead of followed by another."""

from __future__ import annotations

import re

from ci.forge import Forge

#: Characters of a log that are shown: in UTF-16, as some count, twice as many still fit a comment of GitHub's.
_MOST = 30_000


def marker(kind: str, directory: str = "") -> str:
    """The hidden first line, as bufferctl's reports begin with for the `kind` `plan` and `receipt`.

    `directory`: where there are several sets of files, which one; what could end the marker is left out.
    """
    about = re.sub(r"[^\w ./-]|-(?=-)", "_", directory)
    return f"<!-- bufferctl:{kind}{' ' + about if about else ''} -->"


def put(forge: Forge, number: int, first: str, body: str) -> None:
    """Make the comment that begins with the marker `first` say `body`, where it does not. Raises ForgeError."""
    text = marked(first, body)
    for note in forge.notes(number):
        if note.mine and note.body.startswith(first):
            if note.body.replace("\r\n", "\n").strip() != text.strip():
                forge.edit_note(number, note.id, text)
            return
    forge.add_note(number, text)


def marked(first: str, body: str) -> str:
    """`body` below the marker `first`, which takes the place of a report's own."""
    return f"{first}\n{re.sub(r'^<!-- bufferctl:.*-->', '', body).strip()}\n"


def fenced(text: str) -> str:
    """`text` as a block of code that it cannot end, so that nothing in it is a link, a picture or a mention."""
    text = re.sub(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", "", text)
    text = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    if len(text) > _MOST:
        text = f"{text[:_MOST]}\n… and {len(text) - _MOST} characters more"
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.strip(chr(10))}\n{fence}"
