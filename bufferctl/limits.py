"""The numbers that every run works within: how much fits in one request, and how long to wait."""

from __future__ import annotations

from datetime import timedelta

#: Aliased queries or mutations in one request (notes: Limits).
MOST_ALIASES = 30
#: Seconds to wait for an answer, unless --timeout says otherwise.
TIMEOUT = 30
#: Seconds after which Buffer's lists show a write without media, unless --settle says otherwise.
SETTLE = 30
#: Images, videos and documents in one request, and how many of them are videos: Buffer fetches them while it writes
#: (notes: Writing). A post that has more goes alone.
MOST_ASSETS, MOST_VIDEOS = 12, 4
#: After so many settle times from the end of sending, a write that no list shows was not carried out.
ABSENT_AFTER = 5
#: Longest wait in seconds for requests to become available, unless --max-wait says otherwise: one window plus a minute.
MAX_WAIT = 960
#: The least time between a write and the instant it schedules a post for, however short the other waits are.
LEAD = timedelta(minutes=2)
#: Buffer tells its clock, and a reset, in whole seconds, so two instants may be further apart than they seem.
ROUNDING = timedelta(seconds=2)


def settle_time(settle: float, assets: int = MOST_ASSETS) -> float:
    """Seconds after which lists show a request with so many assets: a sixth more each; by default the longest."""
    return settle * (1 + assets / 6)


def landing_time(timeout: float, settle: float) -> float:
    """Seconds within which any request is answered and shown."""
    return timeout + settle_time(settle)


def certain_after(timeout: float, settle: float, assets: int) -> timedelta:
    """How long after a request with so many assets left it is certain what became of it, even if no answer came."""
    return timedelta(seconds=timeout + ABSENT_AFTER * settle_time(settle, assets)) + ROUNDING


#: How many problems of one file are reported: more of them usually have one cause.
MOST_PROBLEMS = 500
#: Days after which every saved plan has expired. So long, the state remembers what was sent for a reviewed plan.
MOST_DAYS = 90
#: How long before the day on which an API key expires people are told.
KEY_NOTICE = timedelta(days=7)
#: How long after its merge a request agrees to a post without a time of its own, which goes out when it is sent.
UNTIMED = timedelta(days=7)
