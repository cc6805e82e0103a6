"""Addresses, days, keys and sizes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bufferctl.diagnostics import Severity
from bufferctl.model import Address, Expansion, Settings
from bufferctl.model.base import day_of
from bufferctl.model.comparable import SHORTENERS
from tests.model.test_stored import IDEA, PLAIN

NOW = datetime(2027, 1, 11, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Acme/twitter:acme/launch", ("Acme", "twitter:acme", "launch")),
        ('"Acme & Söhne"/ideas/a', ("Acme & Söhne", "ideas", "a")),
        ('Acme/"mastodon:@a/b"/a.b-c_d', ("Acme", "mastodon:@a/b", "a.b-c_d")),
    ],
)
def test_an_address_reads_back(text: str, parts: tuple[str, str, str]) -> None:
    """Parts with other characters are quoted."""
    assert str(Address(*parts)) == text
    assert Address.parse(text) == Address(*parts)
    assert Address.parse(text).is_idea is (parts[1] == "ideas")


@pytest.mark.parametrize(
    "text", ["", "Acme", "Acme/twitter:acme", "Acme/twitter:acme/a/b", "Acme//a", "/a/b", "/a/b/c", "a//b/c"]
)
def test_what_is_no_address(text: str) -> None:
    """It has three parts, and nothing else."""
    with pytest.raises(ValueError, match="is not an address"):
        Address.parse(text)


def test_days() -> None:
    """Years that a plan can be for, and days that exist."""
    assert day_of("2027-01-11") == date(2027, 1, 11)
    for wrong in (20270111, "20270111", "2027-1-11", "2027-02-30", "1999-01-01", "9999-01-01", None):
        with pytest.raises(ValueError, match=r"day|year"):
            day_of(wrong)


def test_keys_from_before() -> None:
    """`was`, then the key that it had when it was a single post."""
    assert PLAIN.previous_keys == IDEA.previous_keys == ()
    assert replace(PLAIN, was="b").previous_keys == replace(IDEA, was="b").previous_keys == ("b",)
    assert replace(PLAIN, was_single="c").previous_keys == ("c",)
    assert replace(PLAIN, was="b", was_single="c").previous_keys == ("b", "c")


def test_how_a_post_was_made() -> None:
    """By itself it is no occurrence, neither counted from a day nor fixed; with its expansion what that says."""
    day = date(2027, 1, 11)
    for expansion, number, counted, fixed in (
        (None, 0, False, False),
        (Expansion(), 0, False, False),
        (Expansion(number=2, times=3), 2, False, False),
        (Expansion(starts=day), 0, True, False),
        (Expansion(fixed=True), 0, False, True),
    ):
        made = replace(PLAIN, due_at=NOW, expansion=expansion)
        assert (made.number, made.is_counted, made.is_fixed) == (number, counted, fixed)
    assert not replace(PLAIN, due_at=None, expansion=Expansion(fixed=True)).is_fixed


@pytest.mark.parametrize(
    ("level", "own", "expected"),
    [
        (None, Severity.ERROR, Severity.ERROR),
        (None, Severity.WARNING, Severity.WARNING),
        ("warning", Severity.ERROR, Severity.WARNING),
        ("error", Severity.WARNING, Severity.ERROR),
        ("off", Severity.ERROR, None),
    ],
)
def test_the_level_of_a_rule(level: str | None, own: Severity, expected: Severity | None) -> None:
    """Its own, unless the files give it another one or turn it off."""
    settings = Settings(rules={"freeze": level} if level else {})
    assert settings.level_of("freeze", own) is expected


def test_all_shorteners() -> None:
    """One more or less decides whether a post counts as the declared one."""
    known = """
    amzn.to bit.ly bl.ink buff.ly cutt.ly dlvr.it fb.me goo.gl hubs.li hubs.ly is.gd j.mp lnk.to lnkd.in ow.ly rb.gy
    rebrand.ly
    s.id short.io shorturl.at smarturl.it soo.gd sprou.tt switchy.io t.co t.ly tiny.cc tinyurl.com trib.al v.gd
    """
    assert sorted(SHORTENERS) == known.split()
