"""How the organizations and channels of an account are named in files, and which of them are taken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bufferctl.diagnostics import Place
from bufferctl.errors import UsageError
from bufferctl.intake import starter_text
from bufferctl.intake.homes import find_homes, root_zone
from bufferctl.model import Account, Channel, Desired, LiveChannel, LiveOrganization, Organization, Service
from bufferctl.reconcile import Targets

BERLIN, LONDON = "Europe/Berlin", "Europe/London"
HERE = Place("buffer.yaml", 4, 5)


def channel(name: str, service: Service = Service.TWITTER, zone: str = BERLIN, **fields: Any) -> LiveChannel:
    """A channel whose id is made of its service and name."""
    return LiveChannel(f"id-{service}-{name.strip()}", "o1", service, name, timezone=zone, **fields)


def account(*channels: LiveChannel, name: str = "Acme", beside: str = "", zone: str | None = None) -> Account:
    """One organization with these channels; `beside`: the name of another one."""
    organizations = [LiveOrganization("o1", name, channels)]
    organizations += [LiveOrganization("o2", beside)] if beside else []
    return Account(tuple(organizations), zone)


def labels(of: Account, *wanted: str) -> list[tuple[str, str]]:
    """The label and the reference of each channel that is taken."""
    homes = find_homes(of, Desired(), Targets({}, {}), None, wanted)
    return [(each.label, each.reference) for home in homes for each in home.channels]


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        ([channel("acme")], [("twitter:acme", "twitter")]),
        (
            [channel("acme"), channel("acme", Service.LINKEDIN)],
            [("twitter:acme", "twitter"), ("linkedin:acme", "linkedin")],
        ),
        ([channel("acme"), channel("news")], [("twitter:acme", "twitter:acme"), ("twitter:news", "twitter:news")]),
        (
            [channel("acme"), channel("ACME")],  # which no file could tell apart
            [("twitter:id-twitter-acme",) * 2, ("twitter:id-twitter-ACME",) * 2],
        ),
        ([channel("  ")], [("twitter:id-twitter-", "twitter")]),
        ([channel("a\u200bcme")], [("twitter:id-twitter-a\u200bcme", "twitter")]),
    ],
)
def test_a_channel_is_called(channels: list[LiveChannel], expected: list[tuple[str, str]]) -> None:
    """By its service where that is enough, else by its name; by its id where its name is empty, unseen or another's."""
    assert labels(account(*channels)) == expected


@pytest.mark.parametrize(
    ("name", "beside", "expected"),
    [
        ("Acme", "", "Acme"),
        ("Acme", "Beta", "Acme"),
        ("Acme", " acme ", "o1"),
        ("Acme", "@acme", "o1"),
        ("", "Beta", "o1"),
    ],
)
def test_an_organization_is_called(name: str, beside: str, expected: str) -> None:
    """By its name if that is one, and no other's; else by its id."""
    home = find_homes(account(name=name, beside=beside), Desired(), Targets({}, {}), None, ())[0]
    entry = home.entry(())
    assert home.label == expected
    assert (entry.name, entry.id) == ((expected, None) if expected == name else (None, expected))


@pytest.mark.parametrize("wanted", ["Acme", "acme", " ACME", "@acme", "o1"])
def test_the_organization_that_a_command_names(wanted: str) -> None:
    """By its id, or by its name as a root file may have it."""
    homes = find_homes(account(name=" Acme", beside="Beta"), Desired(), Targets({}, {}), wanted, ())
    assert [home.live.id for home in homes] == ["o1"]


@pytest.mark.parametrize(
    ("zones", "of_account", "organization", "root"),
    [
        ([BERLIN, LONDON, LONDON], BERLIN, LONDON, LONDON),
        ([BERLIN, "Nowhere/Else", "Nowhere/Else"], None, BERLIN, BERLIN),
        ([], BERLIN, BERLIN, BERLIN),
        ([], None, "UTC", "UTC"),
    ],
)
def test_the_zone_of_most_channels(zones: list[str], of_account: str | None, organization: str, root: str) -> None:
    """Is the organization's, and the root file's; without channels the account's; one that is unknown counts not."""
    there = account(*(channel(f"c{number}", zone=zone) for number, zone in enumerate(zones)), zone=of_account)
    homes = find_homes(there, Desired(), Targets({}, {}), None, ())
    assert (homes[0].timezone, root_zone(there, homes)) == (organization, root)
    own = {each.live.timezone: each.entry.timezone for each in homes[0].channels}
    assert own == {zone: zone if zone not in {organization, "Nowhere/Else"} else None for zone in zones}


def test_the_zone_of_several_organizations_is_the_accounts() -> None:
    """Each then has its own, if that is another one."""
    there = account(channel("acme"), beside="Beta", zone=LONDON)
    homes = find_homes(there, Desired(), Targets({}, {}), None, ())
    assert root_zone(there, homes) == LONDON
    assert [each.entry((), around=LONDON).timezone for each in homes] == [BERLIN, None]
    assert root_zone(account(channel("acme"), beside="Beta"), homes) == BERLIN


FOUR = account(
    channel("acme", display_name="Acme Inc"),
    channel("news"),
    channel("acme", Service.LINKEDIN),
    name="Acme",
    beside="Beta",
)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("twitter",), ["twitter:acme", "twitter:news"]),
        (("twitter:news",), ["twitter:news"]),
        (("twitter:Acme Inc",), ["twitter:acme"]),
        (("twitter:id-twitter-news",), ["twitter:news"]),
        (("linkedin", "twitter:news"), ["twitter:news", "linkedin:acme"]),
        ((), ["twitter:acme", "twitter:news", "linkedin:acme"]),
    ],
)
def test_channels_are_chosen(wanted: tuple[str, ...], expected: list[str]) -> None:
    """By service, name, display name or id, in the order of the account; organizations without any are left out."""
    assert [label for label, _ in labels(FOUR, *wanted)] == expected
    homes = find_homes(FOUR, Desired(), Targets({}, {}), None, wanted)
    assert [each.label for each in homes] == (["Acme"] if wanted else ["Acme", "Beta"])


@pytest.mark.parametrize(
    ("organization", "channels", "message", "hint"),
    [
        ("Acne", (), "The account has no organization Acne", "Did you mean Acme?"),
        ("xyz", (), "The account has no organization xyz", "This API key has access to Acme, Beta."),
        (None, ("twitter:nevs",), "There is no channel twitter:nevs", "Did you mean twitter:news?"),
        (None, ("mastodon",), "There is no channel mastodon", "There are linkedin:acme, twitter:acme, twitter:news."),
    ],
)
def test_what_is_not_there(organization: str | None, channels: tuple[str, ...], message: str, hint: str) -> None:
    """The nearest name, or all of them."""
    with pytest.raises(UsageError) as refused:
        find_homes(FOUR, Desired(), Targets({}, {}), organization, channels)
    assert (refused.value.message, refused.value.hint) == (message, hint)


@pytest.mark.parametrize("name", ["acme", "ACME", "o1"])
def test_an_organization_is_chosen(name: str) -> None:
    """By its name in any case, or its id."""
    assert [each.label for each in find_homes(FOUR, Desired(), Targets({}, {}), name, ())] == ["Acme"]


def test_a_name_that_two_organizations_have_is_not_enough() -> None:
    """Nobody can tell which is meant."""
    with pytest.raises(UsageError, match="There are 2 organizations acme"):
        find_homes(account(beside="ACME"), Desired(), Targets({}, {}), "acme", ())


@pytest.mark.parametrize(
    ("fields", "follows"),
    [({}, "twitter"), ({"is_disconnected": True}, "linkedin"), ({"is_locked": True}, "linkedin")],
)
def test_the_example_of_a_first_file_can_be_published(fields: dict[str, Any], follows: str) -> None:
    """Below the first channel that takes a text alone and that Buffer can publish on."""
    there = account(
        channel("pins", Service.PINTEREST), channel("acme", **fields), channel("acme-inc", Service.LINKEDIN)
    )
    text = starter_text(there, datetime(2029, 12, 1, 9, 30, 15, 500, tzinfo=UTC), in_git=True)
    before, _, _ = text.partition("        posts:\n          - key: first-post")
    assert before.rstrip().splitlines()[-2].strip() == f"- service: {follows}"
    assert "managed_since: 2029-12-01T09:30:00Z   # written by init; keep it" in text
    assert "timezone: Europe/Berlin   # for times without an offset" in text
    assert "state: git   # on the branch bufferctl-state" in text


def test_what_files_declare_keeps_its_names_and_zones() -> None:
    """Of organizations only those are taken; of channels others of them, too, as nobody declared them."""
    acme = LiveOrganization("o1", "Acme", (channel("acme"), channel("news", zone=LONDON)))
    there = Account((LiveOrganization("o2", "Beta", (channel("beta"),)), acme), LONDON)
    organization = Organization("Ours", None, "o1", HERE, timezone=LONDON)
    declared = Channel("Ours", "twitter:us", Service.TWITTER, None, acme.channels[0].id, HERE, timezone="UTC")
    files = Desired(organizations=(organization,), channels=(declared,))
    targets = Targets({"Ours": acme}, {("Ours", "twitter:us"): acme.channels[0]})
    (home,) = find_homes(there, files, targets, None, ())
    assert (home.label, home.timezone, home.declared) == ("Ours", LONDON, organization)
    entry = home.entry((), tags={"launch": "t1"})
    assert (entry.name, entry.id, {tag: each.id for tag, each in entry.tags.items()}) == (None, "o1", {"launch": "t1"})
    found = [(each.label, each.declared, each.timezone, each.entry.name, each.entry.id) for each in home.channels]
    assert found == [
        ("twitter:us", True, "UTC", None, acme.channels[0].id),
        ("twitter:news", False, LONDON, "news", None),
    ]


@pytest.mark.parametrize(("zone", "expected"), [(LONDON, LONDON), (None, "UTC")])
def test_the_zone_where_nothing_is_taken(zone: str | None, expected: str) -> None:
    """The account's, if it has one."""
    assert root_zone(Account((), zone), []) == expected


def test_a_channel_that_no_name_tells_apart_is_declared_by_its_id() -> None:
    """And another one by its name, in its zone, or in that of the others where its own is unknown."""
    there = account(channel("acme"), channel("ACME"), channel("news", zone="Nowhere/Else"))
    (home,) = find_homes(there, Desired(), Targets({}, {}), None, ())
    assert [(each.entry.name, each.entry.id, each.timezone) for each in home.channels] == [
        (None, "id-twitter-acme", BERLIN),
        (None, "id-twitter-ACME", BERLIN),
        ("news", None, BERLIN),
    ]


def test_a_first_file_without_a_channel_for_a_text_has_no_example() -> None:
    """It is whole all the same; `state` stands in it only where it is in git."""
    text = starter_text(account(channel("pins", Service.PINTEREST)), datetime(2029, 12, 1, tzinfo=UTC))
    assert text.endswith("- service: pinterest\n        name: pins\n")
    assert "state:" not in text
