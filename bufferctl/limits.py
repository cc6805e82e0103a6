"""The numbers that every run works within: how much fits in one request, and how long to wait."""

from __future__ import annotations

from datetime import timedelta

#: Aliased queries or mutations in one request (notes: Limits).
MOST_ALIASES = 30
#: Seconds to wait for an answer, unless --timeout says otherwise.
TIMEOUT = 30
#: Seconds after which Buffer's lists certainly show a write, unless --settle says otherwise.
SETTLE = 30
#: Longest wait in seconds for requests to become available, unless --max-wait says otherwise: one window plus a minute.
MAX_WAIT = 960
#: The least time between a write and the instant it schedules a post for, however short the other waits are.
LEAD = timedelta(minutes=2)


def lead_time(timeout: float, settle: float) -> timedelta:
    """The least time between a write and the instant it schedules a post for (design: Applying); both in seconds."""
    return max(LEAD, timedelta(seconds=timeout + settle + 30))
