"""BC112: a post about a year ago in a file whose other posts are still to come (the cases have the weekdays)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bufferctl.checks.neighbours import Timed
from bufferctl.checks.wrong_year import wrong_year_findings
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Post, Service
from bufferctl.value import replace

NOW = datetime(2027, 1, 10, 12, 0, tzinfo=UTC)


def post(key: str, due_at: datetime, file: str = "posts/a.yaml") -> Timed:
    """A post on X, and its instant."""
    address, place = Address("Acme", "twitter:acme", key), Place(file, 2, 10)
    return Post(address, Service.TWITTER, place, text=key, due_at=due_at), due_at.timestamp()


@pytest.mark.parametrize(
    ("expected", "ago"), [(False, 290), (True, 310), (True, 365), (True, 420), (False, 440), (False, 3), (False, -5)]
)
def test_ten_to_fourteen_months_ago(expected: bool, ago: int) -> None:
    """Beside a post that is still to come; the hint is the same day a year later."""
    posts = [post("a", NOW - timedelta(days=ago)), post("b", NOW + timedelta(days=3))]
    found = list(wrong_year_findings(posts, NOW, None))
    assert [finding.item.address.key for finding in found] == ["a"] * expected
    for finding in found:
        due = NOW - timedelta(days=ago)
        assert finding.hint == f"write `{due.replace(year=due.year + 1):%Y-%m-%d %H:%M}`, or correct `starts`"


@pytest.mark.parametrize(
    ("expected", "due_at", "text"),
    [
        ("2027-12-10", datetime(2037, 12, 10, 9, tzinfo=UTC), "far"),
        ("2028-01-05", datetime(2072, 1, 5, 9, tzinfo=UTC), "far"),
        ("2027-12-16", datetime(2037, 12, 16, 9, tzinfo=UTC), "Come on Thursday, 16 December"),
        ("", datetime(2031, 12, 10, 9, tzinfo=UTC), "far"),
    ],
    ids=["a decade off", "two digits exchanged", "found once", "within five years"],
)
def test_years_ahead(expected: str, due_at: datetime, text: str) -> None:
    """Beside a post within a year, more than five years are a slip; the hint is the next such day."""
    far, at = post("far", due_at)
    found = list(wrong_year_findings([(replace(far, text=text), at), post("b", NOW + timedelta(days=9))], NOW, None))
    assert [finding.hint[7:17] for finding in found] == [expected] * bool(expected)


def test_all_posts_years_ahead() -> None:
    """No finding without a post within a year, or without a clock."""
    far = [post("a", NOW + timedelta(days=4000)), post("b", NOW + timedelta(days=400))]
    assert not list(wrong_year_findings(far, NOW, None))
    assert not list(wrong_year_findings([*far, post("c", NOW + timedelta(days=3))], None, None))


def test_what_a_file_published_long_ago() -> None:
    """No finding: in a file of the past, beside other posts of that time, or once bufferctl managed the account."""
    old, new = NOW - timedelta(days=365), post("new", NOW + timedelta(days=3))
    assert not list(wrong_year_findings([post("a", old)], NOW, None))
    assert not list(wrong_year_findings([post("a", old, "posts/b.yaml"), new], NOW, None))
    assert not list(wrong_year_findings([post("a", old), post("b", old + timedelta(days=9)), new], NOW, None))
    assert not list(wrong_year_findings([post("a", old), new], NOW, old - timedelta(days=1)))
    assert list(wrong_year_findings([post("a", old), new], NOW, old + timedelta(days=1)))


@pytest.mark.parametrize(
    ("expected", "due_at", "text"),
    [
        ("2028-12-16", datetime(2027, 12, 16, 9, tzinfo=UTC), "Come on Saturday, 16 December"),
        ("", datetime(2027, 12, 16, 9, tzinfo=UTC), "Come on Wednesday, 16 December"),
        ("", datetime(2027, 12, 20, 9, tzinfo=UTC), "A year ago, on Sunday, 20 December, we began"),
        ("2027-12-16", datetime(2028, 12, 16, 9, tzinfo=UTC), "Come on Thursday, 16 December"),
    ],
    ids=["next year", "this year, with a wrong weekday", "a look back", "a year too late"],
)
def test_a_day_of_another_year_in_the_text(expected: str, due_at: datetime, text: str) -> None:
    """The day to write, unless it is past by now: nobody means to publish then."""
    declared, at = post("a", due_at)
    found = list(wrong_year_findings([(replace(declared, text=text), at)], NOW, None))
    assert [finding.hint[7:17] for finding in found] == [expected] * bool(expected)
