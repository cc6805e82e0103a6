"""The team's own rules: each one's findings, their places, and the posts it ignores."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl.checks import Finding, check
from bufferctl.diagnostics import Place, Severity
from bufferctl.model import NETWORKS, Address, Channel, Desired, Freeze, Idea, Policy, Post, Service, Settings
from bufferctl.model.desired import Utm
from tests.checks.posts import NOON, image, post

HOUR = timedelta(hours=1)


def against(policy: Policy, *posts: Post, zone: str | None = None, **options: Any) -> list[tuple[str, Any, str]]:
    """Code, path and quote of the findings in these posts only; the channels' zone is `zone`."""
    return [(each.rule.code, each.path, each.quote) for each in found(policy, *posts, zone=zone, **options)]


def found(
    policy: Policy, *posts: Post, zone: str | None = None, rules: dict[str, str] | None = None, **options: Any
) -> list[Finding]:
    """The findings of the policy's rules in these posts only."""
    homes = {each.address.channel: each.service for each in posts}
    channels = tuple(Channel("Acme", label, s, "acme", None, Place("b"), zone) for label, s in homes.items())
    desired = Desired(Settings(policy=policy, rules=rules or {}), channels=channels, posts=posts)
    return [each for each in check(desired, **options) if each.rule.code.startswith("BC2")]


def test_nothing_agreed_on_finds_nothing() -> None:
    """[] for any post."""
    assert against(Policy(), post(text="Cheap https://evil.example", after=0)) == []


def test_freeze() -> None:
    """If due at its start or within it; not at its end or before it; the reason is shown."""
    freeze = Policy(freeze=(Freeze(NOON, NOON + HOUR, "Nobody is here"),))
    assert [bool(against(freeze, post(after=minutes))) for minutes in (-1, 0, 59, 60)] == [False, True, True, False]
    (finding,) = found(freeze, post(after=0))
    assert (finding.rule.code, finding.path) == ("BC201", ("due_at",))
    assert finding.message == "this is due during a freeze (Nobody is here): 1 May 2030 12:00 to 13:00"


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (datetime(2030, 5, 2, tzinfo=UTC), "1 May 2030"),
        (datetime(2030, 5, 4, tzinfo=UTC), "1 May 2030 to 3 May 2030"),
        (datetime(2030, 5, 4, 9, tzinfo=UTC), "1 May 2030 00:00 to 4 May 2030 09:00"),
    ],
)
def test_whole_days_are_said_as_days(end: datetime, said: str) -> None:
    """The last day, not the midnight after it."""
    freeze = Policy(freeze=(Freeze(datetime(2030, 5, 1, tzinfo=UTC), end),))
    (finding,) = found(freeze, post(after=0))
    assert finding.message == f"this is due during a freeze: {said}"


@pytest.mark.parametrize(
    ("channels", "service", "is_frozen"),
    [
        (("twitter:acme", "linkedin"), "twitter", True),
        (("twitter:acme", "linkedin"), "linkedin", True),
        (("twitter:acme", "linkedin"), "threads", False),
        (("twitter:other",), "twitter", False),
    ],
)
def test_freeze_of_some_channels(channels: tuple[str, ...], service: str, is_frozen: bool) -> None:
    """The channel itself, or all channels of a service; posts on others are published."""
    freeze = Policy(freeze=(Freeze(NOON, NOON + HOUR, channels=channels),))
    assert bool(against(freeze, post(service, after=0))) is is_frozen


def test_what_is_not_published_then_is_not_frozen() -> None:
    """Drafts and queue posts have no time yet, and a canceled post is not published."""
    freeze = Policy(freeze=(Freeze(NOON, NOON + HOUR),))
    assert against(freeze, post(draft=True, after=0), post(key="two"), post(key="three", after=0, cancelled=True)) == []


def test_link_domains() -> None:
    """BC202 at each link to another site; subdomains of allowed domains are allowed."""
    policy = Policy(link_domains=("acme.example", "github.com"))
    text = "See https://acme.example, https://shop.acme.example/a and https://evil.example/x, notacme.com too"
    assert against(policy, post(text=text)) == [
        ("BC202", ("text",), "https://evil.example/x"),
        ("BC202", ("text",), "notacme.com"),
    ]
    assert against(policy, post(text="No link. Not even here")) == []


def test_links_are_found_in_every_field() -> None:
    """Thread, first comment, previews and the network's link fields; but not images, which nobody clicks."""
    policy = Policy(link_domains=("acme.example",))
    thread = {"thread": [{"text": "One"}, {"text": "https://evil.example/2"}]}
    assert against(policy, post("twitter", "One", metadata=thread, assets=[image("https://cdn.example/a.png")])) == [
        ("BC202", ("metadata", "twitter", "thread", 1, "text"), "https://evil.example/2")
    ]
    comment = {"first_comment": "https://evil.example/c", "link_attachment": {"url": "https://evil.example/l"}}
    assert {path for _, path, _ in against(policy, post(text="One", metadata=comment))} == {
        ("metadata", "linkedin", "first_comment"),
        ("metadata", "linkedin", "link_attachment", "url"),
    }


def test_a_thread_that_repeats_the_text_is_judged_once() -> None:
    """One finding, at the text."""
    text = "https://evil.example"
    thread = {"thread": [{"text": text}, {"text": "Two"}]}
    policy = Policy(link_domains=("acme.example",))
    assert against(policy, post("twitter", text, metadata=thread)) == [("BC202", ("text",), text)]


def test_utm() -> None:
    """BC203 names missing or empty parameters, and shows the whole link with its other parts kept."""
    policy = Policy(utm=(Utm(("acme.example",), ("utm_source", "utm_medium")),))
    (finding,) = found(policy, post(text="https://shop.acme.example/a?utm_source=x&utm_medium=#top"))
    assert (finding.rule.code, finding.path) == ("BC203", ("text",))
    assert "`utm_medium`" in finding.message
    assert "`utm_source`" not in finding.message
    assert finding.hint == "write https://shop.acme.example/a?utm_source=x&utm_medium=…#top"
    assert against(policy, post(text="https://acme.example?utm_medium=social&utm_source=x")) == []
    assert against(policy, post(text="https://else.example")) == []


def test_required_tags() -> None:
    """BC207 for each missing tag."""
    policy = Policy(required_tags=("campaign", "legal"))
    assert against(policy, post(tags=("legal", "other"))) == [("BC207", ("tags",), "")]
    assert "`campaign`" in found(policy, post(tags=("legal",)))[0].message
    assert against(policy, post(tags=("legal", "campaign"))) == []


def test_posts_per_day() -> None:
    """BC205 for the surplus, which is the latest posts, in any file order; the last one that fits is named."""
    posts = [post(key=key, after=after) for key, after in (("c", 30), ("a", 10), ("d", 40), ("b", 20))]
    beyond = found(Policy(per_day=2), *posts)
    assert [(each.item.address.key, each.rule.code) for each in beyond] == [("c", "BC205"), ("d", "BC205")]
    assert {related.item.address.key for each in beyond for related in each.related} == {"b"}
    assert beyond[0].message == "this is post 3 of Wed 1 May 2030 on linkedin:acme, and at most 2 a day may go out"


@pytest.mark.parametrize(
    ("policy", "beyond"),
    [
        (Policy(per_day=1, posts_per_day={"twitter": 2, "twitter:acme": 3}), 0),
        (Policy(per_day=1, posts_per_day={"twitter": 2}), 1),
        (Policy(per_day=1, posts_per_day={"threads": 9}), 2),
        (Policy(posts_per_day={"threads": 1}), 0),
    ],
    ids=["of the channel", "of its service", "general", "none"],
)
def test_posts_per_day_by_channel(policy: Policy, beyond: int) -> None:
    """Of three: the channel's number, else its service's, else the general one; without any there is no limit."""
    day = [post("twitter", key=key, after=n) for n, key in enumerate("abc")]
    assert len(against(policy, *day)) == beyond


def test_a_day_is_the_channels_day() -> None:
    """23:30 and 00:30 in Auckland are two days, though one in UTC."""
    midnight = datetime(2030, 5, 1, 12, tzinfo=UTC)
    late, early = post(key="a", due_at=midnight - HOUR / 2), post(key="b", due_at=midnight + HOUR / 2)
    assert against(Policy(per_day=1), late, early, zone="Pacific/Auckland") == []
    assert len(against(Policy(per_day=1), late, early, zone="UTC")) == 1


def test_drafts_and_queue_posts_take_no_place_of_a_day() -> None:
    """Their publication time is not known."""
    policy = Policy(per_day=1)
    assert against(policy, post(key="a", after=0), post(key="b", after=1, draft=True), post(key="c")) == []


def test_what_is_out_is_not_judged_but_counted() -> None:
    """A later policy does not judge the past; a day's earlier posts still count toward its limit."""
    now = NOON + timedelta(minutes=15)
    policy = Policy(per_day=1, required_tags=("t",))
    posts = [post(key="a", after=0), post(key="b", after=30)]
    assert against(policy, *posts, now=now) == [("BC207", ("tags",), ""), ("BC205", ("due_at",), "")]
    assert {each.item.address.key for each in found(policy, *posts, now=now)} == {"b"}


def test_levels() -> None:
    """Errors, unless the files turn them into warnings or off."""
    policy = Policy(required_tags=("t",))
    assert [each.severity for each in found(policy, post())] == [Severity.ERROR]
    assert [each.severity for each in found(policy, post(), rules={"BC207": "warning"})] == [Severity.WARNING]
    assert found(policy, post(), rules={"BC207": "off"}) == []


def test_ideas_are_free() -> None:
    """A policy only covers published content."""
    policy = Policy(required_tags=("t",), forbidden_words=("cheap",))
    idea = Idea(Address("Acme", "ideas", "a"), Place("b"), title="Cheap", text="https://evil.example")
    assert check(Desired(Settings(policy=policy), ideas=(idea,))) == ()


@pytest.mark.parametrize("service", [each for each in Service if NETWORKS[each].takes_posts])
def test_every_network_can_be_judged(service: Service) -> None:
    """The walk over its fields ends, and finds the text."""
    policy = Policy(forbidden_words=("cheap",), link_domains=("acme.example",))
    metadata = _TYPED.get(service, {})
    codes = {code for code, _, _ in against(policy, post(service, "Cheap https://evil.example", metadata=metadata))}
    assert codes == {"BC202", "BC204"}


#: Networks whose metadata begins with a type.
_TYPED = {
    Service.INSTAGRAM: {"type": "post"},
    Service.FACEBOOK: {"type": "post"},
    Service.GOOGLEBUSINESS: {"type": "whats_new"},
}
