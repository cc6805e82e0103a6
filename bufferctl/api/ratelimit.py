"""The rate-limit headers of an answer, in both known forms (notes: Limits).

`RateLimit: "100-in-15min"; r=99; t=900, "250-in-1day"; r=241; t=32871` with
`RateLimit-Policy: "100-in-15min"; q=100; w=900; pk=:…:, …`, and the older `RateLimit-Limit`, `-Remaining` and `-Reset`
(an ISO time, or seconds). Unreadable values are ignored: a quota is informational, never a reason to fail.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from bufferctl.model import Quota, Window

_QUARTER_HOUR = 900
_DAY = 86_400
_MONTH = 30 * _DAY
#: The published policies by their quota, for the older form, which does not name its window (notes: Limits).
_PUBLISHED = {100: _QUARTER_HOUR, 250: _DAY, 500: _DAY, 3_000: _MONTH, 7_500: _MONTH, 15_000: _MONTH}
_UNITS = {"s": 1, "sec": 1, "second": 1, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "day": _DAY, "d": _DAY}

_ITEM = re.compile(r'(?:"[^"]*"|[^,"])+')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*"?(\d{1,12})(?:\.\d*)?"?\s*(?=;|$)', flags=re.ASCII)
_NAMED_WINDOW = re.compile(r"-in-(\d{1,9})\s*([a-z]+?)s?$", flags=re.ASCII)


def read_quota(headers: Mapping[str, str], at: datetime) -> Quota:
    """The windows in an answer's headers; repeated headers are comma-joined. `at`: the server's clock at that time."""
    left = _items(headers.get("ratelimit", ""))
    policies = _items(headers.get("ratelimit-policy", ""))
    read = [_window(name, values, dict(policies), at) for name, values in left]
    windows = tuple(window for window in read if window)
    return Quota().updated(Quota(windows or _older_form(headers, at)))


def _items(value: str) -> list[tuple[str, dict[str, int]]]:
    """Each policy's name and its integer parameters, in the header's order."""
    found = []
    for item in _ITEM.findall(value):
        name, _, rest = item.partition(";")
        parameters = {key.lower(): int(number) for key, number in _PARAMETER.findall(";" + rest)}
        found.append((name.strip().strip('"'), parameters))
    return found


def _window(name: str, values: dict[str, int], policies: dict[str, dict[str, int]], at: datetime) -> Window | None:
    policy = policies.get(name, {})
    seconds = policy.get("w") or values.get("w") or _seconds_in(name)
    if not seconds or "r" not in values:
        return None
    return Window(seconds, values["r"], float(values.get("t", seconds)), at, policy.get("q") or values.get("q"))


def _seconds_in(name: str) -> int:
    """The length of the window in a name such as `100-in-15min`, in seconds; 0 if there is none."""
    match = _NAMED_WINDOW.search(name)
    return int(match[1]) * _UNITS.get(match[2], 0) if match else 0


def _older_form(headers: Mapping[str, str], at: datetime) -> tuple[Window, ...]:
    quota = _leading_number(headers.get("ratelimit-limit", ""))
    left = _leading_number(headers.get("ratelimit-remaining", ""))
    if left is None:
        return ()
    seconds = _PUBLISHED.get(quota or 0, _QUARTER_HOUR)
    reset = _until(headers.get("ratelimit-reset", ""), at)
    return (Window(seconds, left, float(seconds) if reset is None else reset, at, quota),)


def _leading_number(text: str) -> int | None:
    """The whole number that a value such as `900.5` or `900 s` begins with."""
    match = re.match(r"\s*(\d{1,12})\b", text, flags=re.ASCII)
    return int(match[1]) if match else None


def _until(text: str, at: datetime) -> float | None:
    """Seconds from `at` to an ISO time, or a given number of seconds; None if it is neither."""
    seconds = _leading_number(text)
    if seconds is not None and "-" not in text:  # an ISO time begins with digits, too
        return float(seconds)
    try:
        return max(0.0, (datetime.fromisoformat(text.strip()) - at).total_seconds())
    except (ValueError, TypeError, OverflowError):  # not a time, or one without a zone
        return None
