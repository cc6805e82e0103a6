"""Declared organizations and channels are found by id or name; if one is missing, the existing ones are listed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity, has_errors
from bufferctl.model import (
    Account,
    Address,
    Binding,
    Channel,
    Desired,
    Home,
    LiveChannel,
    LiveOrganization,
    Organization,
    Origin,
    Post,
    Service,
    Slot,
    State,
)
from bufferctl.reconcile import Targets, find_targets
from bufferctl.reconcile.lookup import find_channel, find_organization

from .builders import idea, on_linkedin, post

PLACE = Place("buffer.yaml", 4, 5)
LATER = Place("buffer.yaml", 9, 5)
TWITTER = LiveChannel("c1", "o1", Service.TWITTER, "acme", "Acme Inc.")
SECOND = LiveChannel("c2", "o1", Service.TWITTER, "acme_jobs", "acme")
LINKEDIN = LiveChannel("c3", "o1", Service.LINKEDIN, "acme-inc")
ACME = LiveOrganization("o1", "Acme", (LINKEDIN, TWITTER, SECOND))
BETA = LiveOrganization("o2", "Beta")
ACCOUNT = Account((ACME, BETA))


def organization(name: str | None = None, id: str | None = None, place: Place = PLACE) -> Organization:  # noqa: A002 - the model's name
    return Organization(name or id or "", name, id, place)


def channel(name: str | None = None, id: str | None = None, service: Service = Service.TWITTER) -> Channel:  # noqa: A002 - the model's name
    return Channel("Acme", f"{service}:{name or id}", service, name, id, PLACE)


@pytest.mark.parametrize(
    "declared", [organization("Acme"), organization(" aCME "), organization(id="o1"), organization("Renamed", "o1")]
)
def test_an_organization_is_found_by_id_or_name(declared: Organization) -> None:
    """Acme, in upper or lower case; the id decides if there is one."""
    assert find_organization(ACCOUNT, declared) == ACME


def test_an_organization_that_is_not_there_lists_those_that_are() -> None:
    """Both, with ids, at the place in the file."""
    assert find_organization(ACCOUNT, organization("Acne")) == Diagnostic(
        Severity.ERROR,
        "the account has no organization `Acne`",
        PLACE,
        "This API key has access to: Acme (id o1), Beta (id o2)",
        kind=Kind.ACCOUNT,
    )
    nothing = find_organization(Account(), organization(id="o9"))
    assert isinstance(nothing, Diagnostic)
    assert "has no organizations;" in nothing.hint


def test_two_organizations_of_one_name_need_an_id() -> None:
    """Both ids in the hint; the third organization is not listed."""
    twins = Account((ACME, BETA, LiveOrganization("o3", "ACME")))
    found = find_organization(twins, organization("Acme"))
    assert isinstance(found, Diagnostic)
    assert found.hint == "Add its `id`; there are: Acme (id o1), ACME (id o3)"
    assert find_organization(twins, organization("Acme", "o3")) == twins.organizations[2]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (channel("acme"), TWITTER),
        (channel("@Acme"), TWITTER),
        (channel("ACME INC."), TWITTER),
        (channel("acme_jobs"), SECOND),
        (channel(id="c2"), SECOND),
        (channel("whatever", "c2"), SECOND),
        (channel("acme-inc", service=Service.LINKEDIN), LINKEDIN),
    ],
)
def test_a_channel_is_found_by_id_handle_or_display_name(declared: Channel, expected: LiveChannel) -> None:
    """A handle, with or without `@` and in upper or lower case, wins over another channel's display name."""
    assert find_channel(ACME, declared) == expected


@pytest.mark.parametrize("declared", [channel("acmee"), channel(id="c3"), channel("acme-inc")])
def test_a_channel_that_is_not_there_lists_those_that_are(declared: Channel) -> None:
    """All channels of the organization with ids, those of the service first; an id of another service is no match."""
    assert find_channel(ACME, declared) == Diagnostic(
        Severity.ERROR,
        f"`Acme` has no channel `{declared.label}`",
        PLACE,
        "It has: twitter:acme (Acme Inc., id c1), twitter:acme_jobs (acme, id c2), linkedin:acme-inc (id c3)",
        kind=Kind.ACCOUNT,
    )


def test_a_disconnected_channel_is_found_unless_its_account_was_connected_anew() -> None:
    """The connected one of two with a handle; alone, it is found as it is, and plan holds what it has."""
    off, anew = replace(TWITTER, is_disconnected=True), replace(TWITTER, id="c9")
    for channels, expected in (((off,), off), ((off, anew), anew), ((anew, off), anew)):
        assert find_channel(LiveOrganization("o1", "Acme", channels), channel("acme")) == expected


def test_a_channel_without_a_display_name_is_not_found_by_another_name() -> None:
    """An error, not LinkedIn's only channel."""
    found = find_channel(ACME, channel("acme", service=Service.LINKEDIN))
    assert isinstance(found, Diagnostic)
    assert found.message == "`Acme` has no channel `linkedin:acme`"


def test_an_organization_without_channels_says_so() -> None:
    """The hint is to connect one."""
    found = find_channel(BETA, channel("acme"))
    assert isinstance(found, Diagnostic)
    assert found.hint == "It has no channels: connect one in Buffer"


def test_two_channels_of_one_display_name_need_an_id() -> None:
    """Both ids."""
    first, second = (LiveChannel(f"c{n}", "o1", Service.TWITTER, name, "Acme") for n, name in enumerate("ab", 1))
    found = find_channel(LiveOrganization("o1", "Acme", (first, second)), channel("acme"))
    assert isinstance(found, Diagnostic)
    assert found.hint == "Add its `id`; there are: twitter:a (Acme, id c1), twitter:b (Acme, id c2)"


def test_all_problems_come_at_once() -> None:
    """A missing organization, whose channels are not checked, and two missing channels."""
    lost = Channel("Acne", "twitter:x", Service.TWITTER, "x", None, PLACE)
    desired = Desired(
        organizations=(organization("Acme"), organization("Acne")),
        channels=(lost, channel("acme"), channel("one"), channel("two")),
    )
    targets, problems = find_targets(desired, ACCOUNT)
    assert [each.message for each in problems] == [
        "the account has no organization `Acne`",
        "`Acme` has no channel `twitter:one`",
        "`Acme` has no channel `twitter:two`",
    ]
    assert targets.organizations == {"Acme": ACME}
    assert targets.channels == {("Acme", "twitter:acme"): TWITTER}


def test_one_thing_declared_twice_is_an_error_with_both_places() -> None:
    """The organization by name and by id, the channel by handle and by display name."""
    desired = Desired(
        organizations=(organization("Acme"), organization(id="o1", place=LATER)),
        channels=(channel("acme"), channel("Acme Inc.")),
    )
    problems = find_targets(desired, ACCOUNT)[1]
    assert [each.severity for each in problems] == [Severity.ERROR, Severity.ERROR]
    assert (problems[0].place, problems[0].related[0].place) == (LATER, PLACE)
    assert problems[1].message.startswith("`twitter:Acme Inc.` and `twitter:acme` are the same in Buffer")


def test_an_id_of_another_name_is_warned_of() -> None:
    """A warning: the id decides, but it may be the wrong one (notes: Endpoint)."""
    problems = find_targets(Desired(organizations=(organization("Acme", "o2"),)), ACCOUNT)[1]
    assert [each.severity for each in problems] == [Severity.WARNING]
    assert not has_errors(problems)
    assert "called `Beta` in Buffer, not `Acme`" in problems[0].message


def test_a_channel_that_was_renamed_in_buffer_is_told_by_its_new_name() -> None:
    """State knows the id of the old name."""
    slot = Slot("o1", "c2", "launch")
    state = State({slot: Binding("p1", Origin.CREATED, address="Acme/twitter:jobs/launch")})
    desired = Desired(organizations=(organization("Acme"),), channels=(channel("jobs"),))
    (found,) = find_targets(desired, ACCOUNT, state)[1]
    assert found.hint == "It is now called `acme_jobs` in Buffer: use that name, or `id: c2`, which never changes"


OTHER = replace(TWITTER, id="c9", name="acme", display_name="")
RENAMED = replace(TWITTER, name="acme_old")
PASSED_ON = Account((replace(ACME, channels=(OTHER, RENAMED)), BETA))
BOUND = {Slot("o1", "c1", "launch"): Binding("p1", Origin.CREATED, address="Acme/twitter:acme/launch")}
LISTED = {"c1": Home("o1", "c1", None, "twitter", "acme")}


def found_by_name(account: Account, state: State, *declared: Channel) -> tuple[list[str], list[str]]:
    """The ids of the channels that were found, and the problems with their hints."""
    desired = Desired(organizations=(organization("Acme"),), channels=declared)
    targets, problems = find_targets(desired, account, state)
    return [each.id for each in targets.channels.values()], [f"{each.message}. {each.hint}" for each in problems]


KNOWN = pytest.mark.parametrize("state", [State(BOUND), State(homes=LISTED)], ids=["by its posts", "by its handle"])


@KNOWN
def test_a_handle_that_passed_to_another_channel_is_one_question(state: State) -> None:
    """An error that names both ids."""
    found, problems = found_by_name(PASSED_ON, state, channel("acme"))
    assert (found, len(problems)) == ([], 1)
    assert "`acme_old` (id c1), and the name is that of id c9" in problems[0]
    assert "`id: c1`" in problems[0]
    assert "`id: c9`" in problems[0]


@KNOWN
@pytest.mark.parametrize("id_", ["c1", "c9"])
@pytest.mark.parametrize("name", ["acme", None])
def test_a_handle_that_passed_to_another_channel_is_answered_by_an_id(state: State, id_: str, name: str | None) -> None:
    """Either of the two, with the name or without."""
    assert found_by_name(PASSED_ON, state, channel(name, id_)) == ([id_], [])


def test_a_handle_of_a_channel_without_posts_is_no_question() -> None:
    """It is found as ever."""
    assert found_by_name(PASSED_ON, State(), channel("acme")) == (["c9"], [])


def test_handles_that_were_swapped_are_a_question_each() -> None:
    """Both channels are still there, each under the name of the other."""
    account = Account((replace(ACME, channels=(replace(TWITTER, name="b"), replace(SECOND, name="a"))),))
    state = State(homes={f"c{n}": Home("o1", f"c{n}", None, "twitter", name) for n, name in ((1, "a"), (2, "b"))})
    assert [len(each) for each in found_by_name(account, state, channel("a"), channel("b"))] == [0, 2]


@pytest.mark.parametrize("channels", [(OTHER,), (OTHER, replace(RENAMED, is_disconnected=True))])
def test_a_reconnected_channel_is_followed(channels: tuple[LiveChannel, ...]) -> None:
    """Found by its name: the old id is gone or disconnected."""
    account = Account((replace(ACME, channels=channels),))
    assert found_by_name(account, State(BOUND, LISTED), channel("acme")) == (["c9"], [])


def test_a_name_that_passed_to_another_organization_is_a_question() -> None:
    """One error for the organization, none for its channels."""
    account = Account((replace(ACME, name="Acme Old"), LiveOrganization("o3", "Acme", (OTHER,))))
    found, problems = found_by_name(account, State(BOUND), channel("acme"))
    assert (found, len(problems)) == ([], 1)
    assert "`Acme Old` (id o1), and the name is that of id o3" in problems[0]


def test_channels_in_the_same_other_zone_are_one_warning() -> None:
    """It names both, and the first time that differs."""
    berlin, new_york = "Europe/Berlin", "America/New_York"
    due = datetime(2030, 1, 15, 9, tzinfo=ZoneInfo(berlin))
    names, live = ("acme", "second"), (TWITTER, replace(SECOND, name="second"))
    desired = Desired(
        organizations=(organization("Acme"),),
        channels=tuple(replace(channel(name), timezone=berlin) for name in names),
        posts=tuple(Post(Address("Acme", f"twitter:{n}", "a"), Service.TWITTER, PLACE, due_at=due) for n in names),
    )
    account = Account((replace(ACME, channels=tuple(replace(each, timezone=new_york) for each in live)),))
    (problem,) = find_targets(desired, account)[1]
    assert problem.message == (
        "times of `twitter:acme`, `twitter:second` are read as Europe/Berlin, and Buffer has these channels in "
        "America/New_York: 09:00 of Acme/twitter:acme/a is 03:00 there"
    )
    assert (
        problem.hint
        == "Add `timezone: America/New_York` to these channels, or `timezone: Europe/Berlin` if that is intended."
    )


@pytest.mark.parametrize(
    ("declared", "live", "due", "expected"),
    [
        ("Europe/Berlin", "America/New_York", ZoneInfo("Europe/Berlin"), "09:00 of Acme/twitter:acme/a is 03:00 there"),
        ("Europe/Berlin", "Europe/Paris", ZoneInfo("Europe/Berlin"), ""),
        ("Europe/Berlin", "America/New_York", UTC, ""),
        (None, "America/New_York", ZoneInfo("Europe/Berlin"), ""),
        ("Europe/Berlin", "Nowhere/At all", ZoneInfo("Europe/Berlin"), ""),
        ("Europe/Berlin", "../Berlin", ZoneInfo("Europe/Berlin"), ""),
    ],
    ids=["another time", "the same time", "an offset", "no zone", "a zone that this machine does not have", "no name"],
)
def test_a_channel_in_another_zone_is_warned_about(declared: str | None, live: str, due: tzinfo, expected: str) -> None:
    """With the first differing time, if the file's zone is not the channel's own."""
    post = Post(
        Address("Acme", "twitter:acme", "a"), Service.TWITTER, PLACE, due_at=datetime(2030, 1, 15, 9, tzinfo=due)
    )
    desired = Desired(
        organizations=(organization("Acme"),),
        channels=(replace(channel("acme"), timezone=declared),),
        posts=(post,),
    )
    account = Account((replace(ACME, channels=(replace(TWITTER, timezone=live),)),))
    _, problems = find_targets(desired, account)
    assert [each.severity for each in problems] == [Severity.WARNING] * bool(expected)
    assert expected in "".join(each.message for each in problems)


OURS = Post(
    Address("Acme", "twitter:acme", "a"),
    Service.TWITTER,
    PLACE,
    due_at=datetime(2030, 1, 15, 9, tzinfo=ZoneInfo("Europe/Berlin")),
)
OTHERS = (
    replace(OURS, address=Address("Acme", "linkedin:acme-inc", "a"), service=Service.LINKEDIN),
    replace(OURS, address=Address("Beta", "twitter:acme", "a")),
    replace(OURS, due_at=None),
)
IN_BERLIN = Desired(
    organizations=(organization("Acme"),), channels=(replace(channel("acme"), timezone="Europe/Berlin"),)
)
IN_NEW_YORK = Account((replace(ACME, channels=(replace(TWITTER, timezone="America/New_York"),)),))


def test_the_zone_of_a_channel_is_compared_by_its_own_posts() -> None:
    """A warning with the time of the first there."""
    (problem,) = find_targets(replace(IN_BERLIN, posts=(*OTHERS, OURS)), IN_NEW_YORK)[1]
    assert problem == Diagnostic(
        Severity.WARNING,
        "times of `twitter:acme` are read as Europe/Berlin, and Buffer has the channel in America/New_York: "
        "09:00 of Acme/twitter:acme/a is 03:00 there",
        PLACE,
        "Add `timezone: America/New_York` to the channel, or `timezone: Europe/Berlin` if that is intended.",
        kind=Kind.ACCOUNT,
    )


def test_the_zone_of_a_channel_is_not_compared_by_other_posts() -> None:
    """Those of other channels and organizations, and those in the queue, say nothing."""
    assert find_targets(replace(IN_BERLIN, posts=OTHERS), IN_NEW_YORK)[1] == ()


def test_the_zone_of_a_channel_that_says_it_is_not_compared() -> None:
    """It is meant."""
    own = tuple(replace(each, has_own_timezone=True) for each in IN_BERLIN.channels)
    assert find_targets(replace(IN_BERLIN, channels=own, posts=(OURS,)), IN_NEW_YORK)[1] == ()


def test_a_channel_that_buffer_does_not_have_is_in_no_zone() -> None:
    """That it is missing is the only problem, an error."""
    account = Account((replace(ACME, channels=(LINKEDIN,)),))
    (missing,) = find_targets(replace(IN_BERLIN, posts=(OURS,)), account)[1]
    assert missing.severity is Severity.ERROR


def test_a_channel_of_another_organization_or_network_had_not_the_name() -> None:
    """Found: a home with that handle is listed elsewhere, or on another network."""
    for home in (Home("o9", "c1", None, "twitter", "acme"), Home("o1", "c3", None, "linkedin", "acme")):
        account = Account((replace(ACME, channels=(OTHER, RENAMED, LINKEDIN)), BETA))
        assert found_by_name(account, State(homes={home.id: home}), channel("acme")) == (["c9"], [])


def test_what_each_name_stood_for_is_told_by_one_post_of_each_channel() -> None:
    """Also where two organizations have a channel of that name, and where an address cannot be read."""
    beta = LiveOrganization("o2", "Beta", (replace(OTHER, id="c5", organization_id="o2"),))
    account = Account((replace(ACME, channels=(TWITTER,)), beta))
    bound = {
        **BOUND,
        Slot("o2", "c5", "launch"): Binding("p2", Origin.CREATED, address="Beta/twitter:acme/launch"),
        Slot("o2", "c5", "other"): Binding("p3", Origin.CREATED),
    }
    assert found_by_name(account, State(bound), channel("acme")) == (["c1"], [])


def test_what_is_found_of_a_declared_object() -> None:
    """An idea needs its organization, a post its channel as well."""
    targets = Targets({"Acme": ACME}, {("Acme", "twitter:acme"): TWITTER})
    assert [targets.has(each) for each in (post(), on_linkedin(post()), idea(), idea(of="Beta"))] == [
        True,
        False,
        True,
        False,
    ]
