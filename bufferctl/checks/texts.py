"""Rules on how long a text may be, and whom it depends on."""

from __future__ import annotations

from collections.abc import Iterator
from sys import maxsize

from bufferctl.checks.counting import length, limit_of, longest, utf8, utf16
from bufferctl.checks.finding import Finding, Path, Rule
from bufferctl.checks.networks import NETWORKS, Counting, Network, Source, thread_of
from bufferctl.diagnostics import Severity
from bufferctl.model import Post

TOO_LONG = Rule(
    "BC001",
    "text-too-long",
    Severity.ERROR,
    "a text is longer than its network takes",
    "Buffer refuses the post",
    "shorten it, or give this network a text of its own under `overrides`",
    Source.BUFFER,
)
NEEDS_PAID_X = Rule(
    "BC002",
    "text-needs-paid-x",
    Severity.ERROR,
    "a text for X has more than 280 characters, which X takes only of accounts that pay for it",
    "Buffer refuses the post unless the account pays; `plan` and `apply` ask the account instead of guessing",
    "shorten it; if the account pays for X, set `rules: {BC002: off}` in the root file",
    Source.SEEN,
)
DEPENDS_ON_SERVER = Rule(
    "BC003",
    "text-depends-on-server",
    Severity.WARNING,
    "a text for Mastodon has more than 500 characters, which some servers take and others do not",
    "`plan` and `apply` ask the server how many it takes, and stop if these are too many",
    "shorten it, unless you know that the server takes it",
    Source.BUFFER,
)
TOO_MANY_BYTES = Rule(
    "BC004",
    "text-too-many-bytes",
    Severity.ERROR,
    "a text has few characters but more bytes than its network takes",
    "Buffer refuses the post",
    "leave out some of the emoji that are put together of several",
    Source.BUFFER,
)
CUT_SHORT = Rule(
    "BC009",
    "text-cut-short",
    Severity.WARNING,
    "a text is longer than its network shows",
    "Buffer takes it, but readers do not see the end",
    "shorten it, or say what matters first",
    Source.NETWORK,
)

RULES = (TOO_LONG, NEEDS_PAID_X, DEPENDS_ON_SERVER, TOO_MANY_BYTES, CUT_SHORT)
#: What the account may know better.
ACCOUNT_KNOWS = (NEEDS_PAID_X, DEPENDS_ON_SERVER)

_ASIDE = {
    Counting.X: "as X weighs it",
    Counting.BREAKS: "a line break counts 2",
    Counting.LINKS_23: "a link counts 23",
    Counting.LINKS_24: "a link counts 24",
}


#: No text of so many characters is too long, whatever is in it: a bare `a.co` counts 23 on X, `http://a` 24 elsewhere.
_WIDEST = {Counting.X: 6, Counting.LINKS_23: 3, Counting.LINKS_24: 3, Counting.GRAPHEMES: 1}
SURELY_FITS = {
    service: min(
        row.text.most // _WIDEST.get(row.counting, 2) if row.text else maxsize,
        row.text_with_video.most // 2 if row.text_with_video else maxsize,
        row.bytes.most // 4 if row.bytes else maxsize,
        row.shown.most // 2 if row.shown else maxsize,
    )
    for service, row in NETWORKS.items()
}


def text_findings(post: Post, most: int | None) -> Iterator[Finding]:
    """What is wrong with how long a post's texts are. `most`: what its channel says that it takes."""
    network = NETWORKS[post.service]
    limit = limit_of(post, network, most)
    if limit is None:
        return
    for path, text in _texts(post):
        if longest(text, network.counting) > limit:
            yield from _too_long(post, network, path, text, limit, known=most is not None)
        if network.bytes and 4 * len(text) > network.bytes.most and (size := utf8(text)) > network.bytes.most:
            most_bytes = network.bytes.most
            message = f"{network.label} takes {most_bytes:,} bytes and this text has {size:,}, so Buffer refuses it"
            yield Finding(TOO_MANY_BYTES, post, path, message)
        if network.shown and len(text) * 2 > network.shown.most and (size := utf16(text)) > network.shown.most:
            shown = network.shown.most
            message = f"{network.label} shows {shown:,} characters and this text has {size:,}, so its end is not seen"
            yield Finding(CUT_SHORT, post, path, message)


def _texts(post: Post) -> Iterator[tuple[Path, str]]:
    """The text, and those of a thread below it; the first of them is the text again."""
    if post.text:
        yield ("text",), post.text
    for index, item in enumerate(thread_of(post.metadata)):
        if index and item.text:
            yield ("metadata", post.service.value, "thread", index, "text"), item.text


def _too_long(post: Post, network: Network, path: Path, text: str, limit: int, *, known: bool) -> Iterator[Finding]:
    used = length(text, network.counting)
    if used <= limit:
        return
    counts = f"{network.label} takes {limit:,} characters and this text has {used:,}{_aside(network, text, used)}"
    over = f"shorten it by {used - limit:,}"
    if network.paid and limit < network.paid.most and used <= network.paid.most:
        more = _NOT_PAID if known else _IF_PAID
        yield Finding(NEEDS_PAID_X, post, path, f"{counts}, so Buffer refuses it", hint=f"{over}; {more}")
    elif network.text_varies and not known:
        message = f"{counts}, unless the server takes more; `plan` asks it"
        yield Finding(DEPENDS_ON_SERVER, post, path, message)
    else:
        own = "" if len(path) > 1 else ", or give this network a text of its own under `overrides`"
        yield Finding(TOO_LONG, post, path, f"{counts}, so Buffer refuses it", hint=over + own)


_IF_PAID = "if the account pays for X, set `rules: {BC002: off}` in the root file"
_NOT_PAID = "Buffer knows of no subscription to X that this account has"


def _aside(network: Network, text: str, used: int) -> str:
    """What a person who counts letters would miss."""
    plain = utf16(text)
    aside = ""
    if network.counting is Counting.X and used == plain and "://" in text:
        aside = "a link counts in full"
    elif used > plain:
        aside = _ASIDE.get(network.counting, "")
    elif used > len(text):
        aside = "an emoji or a special letter counts 2"
    return f" ({aside})" if aside else ""
