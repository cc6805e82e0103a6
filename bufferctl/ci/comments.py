"""Comments: one for each purpose, found again by a hidden marker and edited, instead of one more each time."""

from __future__ import annotations

import re

from bufferctl.ci.forge import Forge

#: The most characters of a log in a comment: they fit GitHub's limit even if each counts as two.
_MAX_LOG = 30_000


def marker(kind: str, directory: str = "") -> str:
    """The hidden first line of a comment, the same that bufferctl's own reports of the `kind` `plan` or `receipt` have.

    `directory`: the folder of the files, where a repository has several. Characters that could end the marker become
    `_`.
    """
    about = re.sub(r"[^\w ./-]|-(?=-)", "_", directory)
    return f"<!-- bufferctl:{kind}{' ' + about if about else ''} -->"


def put(forge: Forge, number: int, first: str, body: str) -> None:
    """Create the comment that begins with the marker `first`, or edit it where its text differs. Raises ForgeError."""
    text = marked(first, body)
    for comment in forge.comments(number):
        if comment.mine and comment.body.startswith(first):
            if not same(comment.body, text):
                forge.edit_comment(number, comment.id, text)
            return
    forge.add_comment(number, text)


def same(posted: str, text: str) -> bool:
    """Whether a forge that stores `text` shows it as `posted`: line ends and outer white space may differ."""
    return posted.replace("\r\n", "\n").strip() == text.strip()


def marked(first: str, body: str) -> str:
    """`body` below the marker `first`, which replaces a report's own marker."""
    return f"{first}\n{re.sub(r'^<!-- bufferctl:.*-->', '', body).strip()}\n"


def fenced(text: str) -> str:
    """`text` as a code block that it cannot end, so that nothing in it is a link, an image or a mention."""
    text = re.sub(r"[^\n\t\x20-\x7e\xa0-\U0010ffff]", "", text)
    text = re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "", text)
    if len(text) > _MAX_LOG:
        text = f"{text[:_MAX_LOG]}\n… and {len(text) - _MAX_LOG:,} more characters"
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.strip(chr(10))}\n{fence}"
