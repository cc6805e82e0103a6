"""Which posts are judged, and how strictly."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bufferctl.checks import LEFT_TO_PLAN, RULES, check_lengths
from bufferctl.diagnostics import Severity
from bufferctl.model import Desired, Post, Settings
from tests.checks.posts import NOON, codes, findings, post

LONG = "x" * 501


@pytest.mark.parametrize(
    ("level", "expected"), [("off", []), ("warning", [Severity.WARNING]), ("error", [Severity.ERROR])]
)
def test_levels(level: str, expected: list[Severity]) -> None:
    """The file's setting overrides the rule's own level, even for an error about Buffer's limit."""
    assert [each.severity for each in findings(post("threads", LONG), rules={"BC001": level})] == expected
    assert [each.severity for each in findings(post(text="http://a.example"), rules={"BC102": level})] == expected


def test_level_of_a_rule_itself() -> None:
    """Limits of Buffer, and what nobody means, are errors; the network's own limits and advice are not."""
    assert [each.severity for each in findings(post("threads", LONG))] == [Severity.ERROR]
    warnings = {rule.code for rule in RULES if rule.severity is Severity.WARNING}
    assert {rule.code for rule in RULES if rule.code.startswith("BC1")} - {"BC112", "BC117", "BC119", "BC124"} | {
        "BC003",
        "BC009",
    } <= warnings
    assert not {"BC001", "BC002", "BC010", "BC017", "BC019"} & warnings


def test_only_the_rule_that_is_named() -> None:
    """Other rules are not affected."""
    assert codes(post("threads", "http://a.example " + LONG), rules={"BC102": "off"}) == ["BC001"]


@pytest.mark.parametrize(
    ("item", "now", "expected"),
    [
        (post("threads", LONG, after=0), NOON + timedelta(days=1), ["BC001"]),
        (post("threads", LONG, after=0), NOON + timedelta(days=1, seconds=1), []),
        (post("threads", LONG), NOON, ["BC001"]),
        (post("threads", LONG, cancelled=True), NOON, []),
    ],
    ids=["a day ago", "longer ago", "without a time", "canceled"],
)
def test_what_is_past_is_not_judged(item: Post, now: datetime, expected: list[str]) -> None:
    """From a day after its time; posts that are due or have no time are always judged."""
    assert codes(item, now=now) == expected


@pytest.mark.parametrize(("days", "expected"), [(3, ["BC105"]), (9, [])])
def test_a_new_post_beside_one_that_is_past(days: int, expected: list[str]) -> None:
    """The repeated text is reported for the new one, though the old one is already published."""
    old, new = post(text="Again", key="old", after=0), post(text="Again", key="new", after=7 * 24 * 60)
    assert codes(old, new, now=NOON + timedelta(days=days)) == expected


def test_what_waits_for_the_account() -> None:
    """Only texts for Mastodon and X that the account may accept; then the account's limit applies."""
    toot, tweet, note = post("mastodon", LONG), post("twitter", "x" * 281), post("threads", LONG)
    assert [each.rule in LEFT_TO_PLAN for each in findings(toot, tweet, note)] == [True, True, False]
    desired = Desired(posts=(toot, tweet, note))
    assert [each.rule.code for each in check_lengths(desired, {}, NOON)] == ["BC003", "BC002"]
    assert [each.rule.code for each in check_lengths(desired, {toot.address: 500, tweet.address: 25_000}, NOON)] == [
        "BC001"
    ]
    assert check_lengths(Desired(Settings(rules={"BC001": "off"}), posts=(toot,)), {toot.address: 500}, NOON) == ()
    assert check_lengths(desired, {}, NOON) != ()


def test_codes_are_in_order_and_their_own() -> None:
    """No code and no name is used twice, and each has the parts that its page needs."""
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert all((rule.summary, rule.why, rule.hint, rule.source))
        assert not any(text.endswith(".") for text in (rule.summary, rule.why, rule.hint, rule.source))
