"""Quota headers, in every form seen so far, and absent ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.api.ratelimit import read_quota
from bufferctl.model import Quota, Window

AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
QUARTER = Window(900, 99, 900, AT, 100)
DAY = Window(86_400, 241, 32_871, AT, 250)
HEADERS = ["ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"]

spaces = st.sampled_from(["", " ", "  ", "\t"])
names = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='"\\'), min_size=1, max_size=20)
windows = st.lists(
    st.builds(
        Window,
        window_seconds=st.integers(1, 3_000_000),
        left=st.integers(0, 20_000),
        reset_seconds=st.integers(0, 3_000_000).map(float),
        at=st.just(AT),
        quota=st.integers(1, 20_000),
    ),
    unique_by=lambda window: window.window_seconds,
    max_size=4,
)


def test_both_policies_of_one_answer_are_read() -> None:
    """The quarter of an hour and the day, joined by name, the shorter first (notes: Limits)."""
    headers = {
        "ratelimit": '"100-in-15min"; r=99; t=900, "250-in-1day"; r=241; t=32871',
        "ratelimit-policy": '"100-in-15min"; q=100; w=900; pk=:YWJj:, "250-in-1day"; q=250; w=86400; pk=:ZGVm:',
    }
    assert read_quota(headers, AT) == Quota((QUARTER, DAY))


@pytest.mark.parametrize(
    ("window", "seconds"),
    [
        ("15min", 900), ("1minute", 60), ("30s", 30), ("30sec", 30), ("2seconds", 2),
        ("1h", 3600), ("2hours", 7200), ("1d", 86_400), ("30days", 2_592_000),
    ],
)  # fmt: skip
def test_a_name_tells_its_window_where_no_policy_does(window: str, seconds: int) -> None:
    """In any unit, and no quota that was not sent."""
    expected = Quota((Window(seconds, 99, 7, AT, None),))
    assert read_quota({"ratelimit": f'"100-in-{window}";r=99;t=7'}, AT) == expected


@pytest.mark.parametrize("name", ["burst", "100-in-2fortnights"])
def test_a_name_that_tells_no_window_is_left_out(name: str) -> None:
    """Nothing is known of how long the remainder has to last."""
    assert read_quota({"ratelimit": f'"{name}";r=99;t=900'}, AT) == Quota(())


@pytest.mark.parametrize("reset", ["2026-12-01T08:15:00.000Z", "2026-12-01T09:15:00+01:00", "900"])
def test_the_older_form_is_read(reset: str) -> None:
    """The quarter of an hour, with its reset as an ISO time or in seconds."""
    headers = {"ratelimit-limit": "100", "ratelimit-remaining": "99", "ratelimit-reset": reset}
    assert read_quota(headers, AT) == Quota((QUARTER,))


@pytest.mark.parametrize("reset", ["", "soon", "2026-12-01T08:05:00"])
def test_the_older_form_with_a_reset_that_tells_nothing(reset: str) -> None:
    """The whole window, where it has no time, or one without a zone."""
    headers = {"ratelimit-limit": "100", "ratelimit-remaining": "99", "ratelimit-reset": reset}
    assert read_quota(headers, AT) == Quota((QUARTER,))


def test_the_older_form_tells_its_window_by_the_published_quota() -> None:
    """250 means a day."""
    assert read_quota({"ratelimit-limit": "250", "ratelimit-remaining": "3"}, AT).windows[0].window_seconds == 86_400


@given(windows, st.lists(names, unique=True, min_size=4, max_size=4), st.data())
def test_whatever_the_names_and_spaces_every_window_is_read(
    told: list[Window], called: list[str], data: st.DataObject
) -> None:
    """The same windows as written, shortest first."""

    def item(name: str, **parameters: float) -> str:
        parts = [f'"{name}"', *(f"{key}={value:.0f}" for key, value in parameters.items())]
        return (data.draw(spaces) + ";" + data.draw(spaces)).join(parts)

    comma = data.draw(spaces) + "," + data.draw(spaces)
    pairs = list(zip(called, told, strict=False))
    headers = {
        "ratelimit": comma.join(item(name, r=each.left, t=each.reset_seconds) for name, each in pairs),
        "ratelimit-policy": comma.join(item(name, q=each.quota or 0, w=each.window_seconds) for name, each in pairs),
    }
    assert read_quota(headers, AT).windows == tuple(sorted(told, key=lambda window: window.window_seconds))


@given(st.dictionaries(st.sampled_from(HEADERS), st.text()))
def test_no_header_whatever_is_an_error(headers: dict[str, str]) -> None:
    """A quota, usually empty: bad advice is no reason to fail."""
    assert isinstance(read_quota(headers, AT), Quota)


def test_of_each_window_the_latest_is_kept() -> None:
    """98 left in the quarter of an hour after a second answer; the day as in the first one."""
    newer = Window(900, 98, 880, AT + timedelta(seconds=20), 100)
    assert Quota((QUARTER, DAY)).updated(Quota((newer,))) == Quota((newer, DAY))


def test_the_tightest_window_is_the_one_with_fewest_left() -> None:
    """The day's, once it has less left than the quarter of an hour; None before the first answer."""
    day = Window(86_400, 5, 100, AT, 250)
    assert Quota((QUARTER, day)).tightest == day
    assert day.resets_at == AT + timedelta(seconds=100)
    assert Quota().tightest is None
