"""What the state says of homes, questions and bindings."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from bufferctl.model import (
    Address,
    Binding,
    Channel,
    Claim,
    Desired,
    Home,
    Horizon,
    Likeness,
    Organization,
    Origin,
    Post,
    Question,
    Service,
    Settings,
    Slot,
    State,
)
from bufferctl.model.state import TakenFrom
from tests.model.samples import PLACE

NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)
EARLIER, BEFORE = NOW - timedelta(days=1), NOW - timedelta(days=9)
LISTED = State(homes={"c": Home("o", "c", EARLIER), "d": Home("o", "d")}, complete_at=NOW)
ONE, TWO = Slot("o", "c", "one"), Slot("o", "c", "two")


def test_a_home_is_a_channel_or_an_organization() -> None:
    """The channel's id; the organization's for ideas."""
    assert (ONE.home, Slot("o", "ideas", "one").home) == ("c", "o")
    assert (Home("o", "c").id, Home("o", "ideas").id) == ("c", "o")
    assert not Home("o", "c").only_reminds


@pytest.mark.parametrize(
    ("origin", "is_ours", "once_claimed"),
    [
        (Origin.CREATED, True, Origin.CREATED),
        (Origin.RECOVERED, True, Origin.RECOVERED),
        (Origin.IMPORTED, True, Origin.IMPORTED),
        (Origin.ADOPTED, False, Origin.IMPORTED),
    ],
)
def test_whose_an_object_is(origin: Origin, is_ours: bool, once_claimed: Origin) -> None:
    """What was only found there is not ours to change, until a person says that the files manage it."""
    assert (origin.is_ours, origin.once_claimed) == (is_ours, once_claimed)
    assert Binding("1", origin).is_ours is is_ours


def test_why_something_is_suspended() -> None:
    """Everything, an organization, a channel, a post, and what a file says that cannot be read whole."""
    files = Desired(
        settings=Settings(suspended="all"),
        organizations=(Organization("Acme", "Acme", None, PLACE, suspended="organization"),),
        channels=(Channel("Acme", "twitter:acme", Service.TWITTER, "acme", None, PLACE, suspended="channel"),),
        posts=tuple(
            Post(Address("Acme", "twitter:acme", key), Service.TWITTER, PLACE, suspended=why)
            for key, why in (("a", ""), ("b", "post"))
        ),
        suspended={("a.yaml", "c"): "line", ("a.yaml", "d"): ""},
    )
    assert files.suspended_for == ("all", "line", "organization", "channel", "post")
    assert files.suspends
    assert not Desired().suspends


@pytest.mark.parametrize(
    ("place", "is_valid"),
    [("queue", True), ("2026-12-01T08:00:00+00:00", True), ("", True), ("2026-12-01T08:00:00", False), ("x", False)],
)
def test_where_a_suspension_took_a_post_from(place: str, is_valid: bool) -> None:
    """The queue, an instant with its zone, or nowhere; nothing else is in a state."""
    values = TypeAdapter(TakenFrom)
    with nullcontext() if is_valid else pytest.raises(ValidationError):
        assert values.validate_python(place) == place


def test_a_retired_binding_is_not_tracked() -> None:
    """It stays bound."""
    kept, retired = Binding("1", Origin.CREATED), Binding("2", Origin.CREATED, retired=True)
    assert State(bindings={ONE: kept, TWO: retired}).tracked == {ONE: kept}


def test_when_an_object_was_created() -> None:
    """As an instant, None if unknown."""
    assert Binding("1", Origin.CREATED, created_at="2026-12-01T08:00:00+00:00").created == NOW
    assert Binding("1", Origin.CREATED).created is None


def test_the_address_of_an_object() -> None:
    """As last declared; made of ids if the state has none, or none that can be read."""
    binding = Binding("1", Origin.CREATED, address="Acme/twitter:acme/launch")
    assert binding.address_in(ONE) == Address("Acme", "twitter:acme", "launch")
    for unreadable in ("", "launch"):
        assert replace(binding, address=unreadable).address_in(ONE) == Address("o", "c", "one")


def test_who_last_wrote_a_binding() -> None:
    """The commit, and the five versions that were applied before, newest last; the same version adds none."""
    old = Binding("1", Origin.CREATED, applied="v6", before=("v1", "v2", "v3", "v4", "v5"), commit="a" * 40)
    new = Binding("1", Origin.CREATED, applied="v7")
    assert new.written_by("b" * 40, None) == replace(new, commit="b" * 40)
    assert new.written_by("b" * 40, old) == replace(new, commit="b" * 40, before=("v2", "v3", "v4", "v5", "v6"))
    again = replace(new, applied="v6")
    assert again.written_by("b" * 40, old) == replace(again, commit="b" * 40, before=old.before)


def test_the_id_of_a_claim() -> None:
    """That of its live object."""
    assert Claim("other.yaml", ONE, Binding("1", Origin.CREATED)).id == "1"


@pytest.mark.parametrize(
    ("state", "home", "since", "expected"),
    [
        (LISTED, "c", BEFORE, Horizon(EARLIER, recorded=True)),
        (LISTED, "d", BEFORE, Horizon(BEFORE, recorded=False)),
        (LISTED, "e", BEFORE, Horizon(NOW, recorded=True)),
        (replace(LISTED, complete_at=None), "e", BEFORE, Horizon(BEFORE, recorded=False)),
        (State(), "e", BEFORE, Horizon(BEFORE, recorded=False)),
        (State(), "e", None, Horizon(None, recorded=False)),
    ],
    ids=["its own", "listed without one", "not listed", "none complete", "no state", "no managed_since"],
)
def test_the_horizon_of_a_home(state: State, home: str, since: datetime | None, expected: Horizon) -> None:
    """Its own; where it is not listed that of the last complete apply; else `managed_since`, unrecorded."""
    assert state.horizon(home, since) == expected


def test_a_state_has_begun_with_its_first_horizon() -> None:
    """Of a home, or of a complete apply; a listed home alone is none."""
    assert not State().has_begun
    assert not State(homes={"c": Home("o", "c")}).has_begun
    assert State(homes={"c": Home("o", "c", NOW), "d": Home("o", "d")}).has_begun
    assert State(complete_at=NOW).has_begun


def test_an_older_state_has_no_horizon() -> None:
    """Its homes and bindings stay."""
    bindings = {ONE: Binding("1", Origin.CREATED)}
    state = State(bindings=bindings, homes={"c": Home("o", "c", NOW, "twitter", "acme")}, complete_at=NOW, serial=7)
    assert state.unrecorded() == State(
        bindings=bindings, homes={"c": Home("o", "c", None, "twitter", "acme")}, serial=7
    )


def test_what_may_be_ours_until_a_person_answers() -> None:
    """The candidates of questions that are asked, not of those that an edit answers or that are postponed."""
    question = Question(Likeness.SAME_TEXT, {"1": NOW, "2": NOW})
    others = {TWO: replace(question, candidates={"3": NOW}, may_be_ours=False)}
    late = {Slot("o", "c", "three"): replace(question, candidates={"4": NOW}, postponed=True)}
    assert State(questions={ONE: question, **others, **late}).in_question == {"1", "2"}
    assert (question.may_be_ours, question.postponed) == (True, False)


def test_when_unpublished_posts_were_created() -> None:
    """By channel, with drafts and scheduled posts; neither published nor retired ones, nor those of unknown age."""
    written = "2026-12-01T08:00:00+00:00"
    bindings = {
        Slot("o", "c", "draft"): Binding("1", Origin.CREATED, status="draft", created_at=written),
        Slot("o", "c", "scheduled"): Binding("2", Origin.ADOPTED, status="scheduled", created_at=written),
        Slot("o", "d", "scheduled"): Binding("3", Origin.CREATED, status="scheduled", created_at=written),
        Slot("o", "c", "sent"): Binding("4", Origin.CREATED, status="sent", created_at=written),
        Slot("o", "c", "retired"): Binding("5", Origin.CREATED, status="draft", created_at=written, retired=True),
        Slot("o", "c", "unknown"): Binding("6", Origin.CREATED, status="draft"),
    }
    assert State(bindings=bindings).unsent == {"c": [NOW, NOW], "d": [NOW]}
