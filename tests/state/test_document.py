"""Documents: read back as written, with the lock and open intents; a damaged one is never accepted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.errors import StateError
from bufferctl.model import (
    Binding,
    CreatePost,
    DeletePost,
    EditPost,
    Freeze,
    Home,
    Intent,
    LetGo,
    Likeness,
    Origin,
    Question,
    Slot,
    State,
    Suspended,
)
from bufferctl.state import Lease, SavedState
from bufferctl.state.document import digest, dump, parse, read, replacing
from tests.apply.fake import post
from tests.whole import at_default

ENDPOINT = "https://api.buffer.com"
NOW = datetime(2029, 12, 3, 9, tzinfo=UTC)
LEASE = Lease("ann", "laptop", 7, NOW, run="r1", until=NOW + timedelta(minutes=15), landing=60)
SLOT = Slot("org", "c0", "a")
BOUND = Binding("p1", Origin.CREATED, "1:a:b:c", address="Acme/twitter:acme0/a", file="buffer.yaml")
STATE = State({SLOT: BOUND}, {"c0": Home("org", "c0")})


def opened(slot: Slot, *, run: str = "r1", listed: frozenset[str] = frozenset(), **others: object) -> Intent:
    """An open create."""
    intent = Intent(0, slot, CreatePost(post("a"), "c0"), NOW, NOW + timedelta(minutes=15), run=run, listed=listed)
    return replace(intent, **others)  # type: ignore[arg-type]  # fields by name


def back(document: SavedState) -> SavedState:
    """The document as read back."""
    return parse(dump(document), "the state", ENDPOINT, remedy="Restore it.")


def test_the_lock_and_what_is_open_are_read_back() -> None:
    """Equal: every kind of write, the ids that existed before, whether a person was asked, and the commit."""
    intents = (
        opened(SLOT, listed=frozenset({"p1", "p2"})),
        opened(Slot("org", "c0", "b"), listed=frozenset({"p1", "p2"}), asked=("p3",)),
        opened(Slot("org", "c0", "c"), asked=()),
        Intent(0, SLOT, EditPost("p1", post("a"), "c0", reschedule=True), NOW, NOW, "standing", "r0"),
        Intent(0, SLOT, DeletePost("p1", "c0"), NOW, NOW, run="r2"),
    )
    document = SavedState(ENDPOINT, STATE, "5f" * 20, "r0", LEASE, intents)
    assert back(document) == document


def test_all_of_a_state_is_read_back() -> None:
    """Each field of it, of its bindings and homes, and of what it keeps beside them, none of them at its default."""
    whole = Binding(
        id="p1",
        origin=Origin.IMPORTED,
        applied="1:a:b:c",
        text="t",
        noted="1:d:e:f",
        seen="2:a:d:",
        due_at="2030-01-07T09:00:00+00:00",
        status="sent",
        created_at="2030-01-01T09:00:00+00:00",
        address="Acme/twitter:acme0/a",
        file="posts/a.yaml",
        protect=True,
        retired=True,
        reconnected=True,
        media=("https://acme.example/a.png",),
        unmerged=True,
        pulled=("1:a:b:c", "s"),
        given={"source": "newsletter"},
        commit="5f" * 20,
        alike=("6f" * 20,),
        before=("1:x:y:z",),
        mentioning="m",
        taken_from="queue",
        exempt=(Freeze(NOW, NOW + timedelta(days=7), "Mourning"),),
        guessed=True,
        parts=("u",),
    )
    home = Home("org", "c0", NOW, service="twitter", handle="acme", only_reminds=True)
    question = Question(Likeness.SAME_TEXT, {"p2": NOW}, may_be_ours=False, content="c", postponed=True)
    let_go = LetGo("c0", NOW, key="k")
    suspended = Suspended(NOW, is_over=True, reason="Earthquake")
    state = State(
        bindings={SLOT: whole},
        homes={"c0": home},
        questions={SLOT: question},
        let_go={"p3": let_go},
        past=frozenset({SLOT}),
        complete_at=NOW,
        lineage="l",
        serial=7,
        public=frozenset({"https://media.acme.example/a.png"}),
        former={SLOT: "p0"},
        spent={"digest": NOW},
        suspended={SLOT: suspended},
    )
    document = SavedState(ENDPOINT, state, "5f" * 20, "r1", LEASE, (opened(SLOT),))
    assert [at_default(each) for each in (whole, home, question, let_go, suspended, state)] == [[]] * 6
    assert at_default(document) == ["moved_to"]  # one that is moved is refused (below)
    assert back(document) == document


def test_ids_that_were_there_before_are_written_once() -> None:
    """300 intents of a channel with 300 posts take a few hundred bytes each."""
    there = frozenset(f"{number:024x}" for number in range(300))
    intents = tuple(opened(Slot("org", "c0", f"k{number}"), listed=there) for number in range(300))
    assert len(dump(SavedState(ENDPOINT, STATE, intents=intents))) < 300 * 1000


def test_the_digest_is_of_the_record_alone() -> None:
    """The same with a lock and with open intents; different for another state."""
    plain = digest(dump(SavedState(ENDPOINT, STATE)))
    assert digest(dump(SavedState(ENDPOINT, STATE, run="r1", lease=LEASE, intents=(opened(SLOT),)))) == plain
    assert digest(dump(SavedState(ENDPOINT, replace(STATE, serial=1)))) != plain


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
fingerprints = st.one_of(texts, st.builds(lambda a, b: f"1:{a}:{b}:c", texts, texts))
instants = st.sampled_from(["", "2030-01-07T09:00:00+00:00", "2030-01-07T09:00:00.123+00:00"])
bindings = st.builds(
    Binding,
    texts.filter(bool),
    st.sampled_from(Origin),
    fingerprints,
    *[texts] * 3,
    instants,
    texts,
    instants,
    *[texts] * 2,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.tuples(texts),
    st.booleans(),
    st.tuples(texts, texts),
)


@given(st.dictionaries(st.builds(Slot, st.just("o"), texts, texts), bindings, max_size=6), st.booleans())
def test_whatever_is_usual_any_binding_is_read_back(content: dict[Slot, Binding], usual: bool) -> None:
    """Values omitted as the common ones differ from empty ones."""
    if usual:
        applied = {slot: (*binding.applied.split(":"), "")[1] for slot, binding in content.items()}
        content = {s: replace(b, address=f"Acme/c/{s.key}", seen=f"2:{applied[s]}::") for s, b in content.items()}
    homes = {slot.home: Home("o", slot.channel_id) for slot in content}
    document = SavedState(ENDPOINT, State(content, homes))
    assert back(document) == document


def test_what_an_older_document_leaves_out_is_what_its_version_saw() -> None:
    """The digest of the content alone: details were not looked at then. What was seen so keeps it until an apply."""
    older = BYTES.replace('"3.1"', '"3.0"').encode()
    there = parse(older, "the state", ENDPOINT, remedy="")
    assert {each.seen for slot, each in there.state.bindings.items() if slot == SLOT} == {"a"}
    assert back(there).state == there.state


def test_every_object_of_a_home_is_read_back() -> None:
    """However many there are: the first does not make room for the next."""
    content = {SLOT._replace(key=key): replace(BOUND, id=key) for key in ("a", "b", "c")}
    document = SavedState(ENDPOINT, State(content, {SLOT.home: Home(*SLOT[:2])}))
    assert back(document) == document


def test_the_bytes_of_a_document() -> None:
    """An entry a line, down to objects; first what belongs to runs; what most objects have in common is left out."""
    usual = replace(BOUND, seen="2:a::", status="scheduled", commit="5f" * 20)
    ideas = Slot("a", "ideas", "i")
    state = State(
        {SLOT: usual, ideas: replace(BOUND, id="i1", address="", applied="", file="", protect=True)},
        {"c0": Home("org", "c0", NOW)},
        lineage="l",
        serial=7,
    )
    document = SavedState(ENDPOINT, state, run="r1")
    assert dump(document).decode() == BYTES
    assert back(document).state.bindings == state.bindings
    assert dump(SavedState(ENDPOINT)).decode() == EMPTY


BYTES = """\
{
"run": "r1",
"format_version": "3.1",
"endpoint": "https://api.buffer.com",
"lineage": "l",
"serial": 7,
"files": [
"buffer.yaml"
],
"commits": [
"5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f"
],
"organizations": {
"a": {
"ideas": {
"objects": {
"i": {"id":"i1","status":"","protect":true}
}
}
},
"org": {
"c0": {
"horizon": "2029-12-03T09:00:00Z",
"prefix": "Acme/twitter:acme0/",
"objects": {
"a": {"id":"p1","applied":"1:a:b:c","file":0,"commit":0}
}
}
}
}
}
"""
EMPTY = """\
{
"format_version": "3.1",
"endpoint": "https://api.buffer.com",
"lineage": "",
"serial": 0,
"organizations": {}
}
"""


def test_equal_documents_have_equal_bytes() -> None:
    """In whatever order their homes were read: by organization, then by channel."""
    homes = [Home("a", "c2"), Home("a", "c3"), Home("b", "c1")]
    dumps = {
        dump(SavedState(ENDPOINT, State(homes={each.id: each for each in order}))) for order in permutations(homes)
    }
    (one,) = dumps
    assert list(json.loads(one)["organizations"]["a"]) == ["c2", "c3"]


def test_the_digest_of_a_state_stays_the_same() -> None:
    """What an earlier version noted in the journal is compared with it; also of a document that begins otherwise."""
    assert digest(BYTES.replace('"3.1"', '"3.0"').encode()) == "085817c679aff52015e8"
    assert digest(b"{}") == "4ae4acf2f802f6f5210f"


def test_what_a_document_leaves_out_is_empty() -> None:
    """A document of nothing but its format and endpoint is that of an empty state."""
    raw = json.dumps({"format_version": "3.1", "endpoint": ENDPOINT}).encode()
    assert parse(raw, "the state", ENDPOINT, remedy="") == SavedState(ENDPOINT)


def test_a_document_whose_state_was_moved_away() -> None:
    """Earlier versions refuse its format; this one says where the state is, and reads it for who must know."""
    raw = dump(replace(SavedState(ENDPOINT, STATE), moved_to="blog/state.json on the branch"))
    assert json.loads(raw)["format_version"] == "4.0"
    with pytest.raises(StateError, match=r"The state was moved to blog/state\.json on the branch") as raised:
        parse(raw, "the state", ENDPOINT, remedy="")
    assert "git pull" in raised.value.hint
    assert read(raw, "the state", ENDPOINT, remedy="").state == STATE


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_document_of_an_unreleased_format_is_refused(version: str) -> None:
    """No release wrote it."""
    raw = {"format_version": version, "endpoint": ENDPOINT}
    with pytest.raises(StateError, match="is of no release"):
        parse(json.dumps(raw).encode(), "the state", ENDPOINT, remedy="")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lock", {"run": "r1"}),
        ("lock", "held"),
        ("intents", [{"run": "r1"}]),
        ("intents", [{"run": "r1", "slot": ["o", "c", "k"], "at": "x", "until": "y", "write": {}, "listed": 0}]),
        ("listed", "p1"),
        ("organizations", {"org": {"c0": {"objects": {"a": {"id": "p1", "file": 7}}}}}),
        ("organizations", {"org": []}),
        *(
            ("organizations", {"org": {"c0": {"objects": {"a": {"id": "p1", name: at}}}}})
            for name in ("created_at", "due_at")
            for at in ("yesterday", "2030-01-07T09:00:00", "9999-12-31T23:59:59Z", "2030-13-07T09:00:00Z")
        ),
    ],
)
def test_a_damaged_document_is_refused(name: str, value: object) -> None:
    """One message, with the fix; a lock or an intent is never skipped."""
    raw = json.loads(dump(SavedState(ENDPOINT, STATE))) | {name: value}
    with pytest.raises(StateError, match="The state is damaged") as raised:
        parse(json.dumps(raw).encode(), "the state", ENDPOINT, remedy="Restore it.")
    assert raised.value.hint == "Restore it."


def test_a_damaged_document_in_a_bucket_is_named_by_its_url() -> None:
    """`s3://acme/state.json is damaged`, and not `S3://`, which nobody could paste."""
    with pytest.raises(StateError, match=r"^s3://acme/state\.json is damaged"):
        parse(b"", "s3://acme/state.json", ENDPOINT, remedy="")


@pytest.mark.parametrize("named", [1, "0", None])
def test_an_intent_that_names_no_list_is_damaged(named: object) -> None:
    """The earlier objects are not guessed."""
    raw = json.loads(dump(SavedState(ENDPOINT, STATE, intents=(opened(SLOT),))))
    raw["intents"][0]["listed"] = named
    with pytest.raises(StateError, match="damaged"):
        parse(json.dumps(raw).encode(), "the state", ENDPOINT, remedy="")


def test_ten_thousand_bindings_take_three_megabytes() -> None:
    """At most, with every field that state keeps for a post."""
    content = {}
    for number in range(10_000):
        seen, id_ = f"{number:020x}", f"{number:024x}"
        applied = f"3:{seen}:{number + 1:020x}:{number + 2:020x}"
        address = f"Acme/twitter:acme/campaign-{number}"
        content[Slot("5f" * 12, "6a" * 12, f"campaign-{number}")] = Binding(
            id_, Origin.CREATED, applied, seen, seen, f"2:{seen}::", "2029-12-24T09:00:00+00:00", "scheduled",
            "2029-12-03T09:00:00.123000+00:00", address, "posts/2029-w51.yaml",
        )  # fmt: skip
    assert len(dump(SavedState(ENDPOINT, State(content)))) <= 3_000_000


STORED = SavedState(
    ENDPOINT,
    State({SLOT: BOUND}, {"c0": Home("org", "c0", NOW)}, complete_at=NOW, lineage="l", serial=7),
    "5f" * 20,
    "r0",
    LEASE,
    (opened(SLOT),),
)


def replaced(**fields: object) -> State:
    """The state that is written where a person replaces the stored one by it, with these fields different."""
    return replacing(STORED, replace(STORED, state=replace(STORED.state, **fields))).state  # type: ignore[arg-type]  # any fields


def test_what_a_person_replaces_keeps_the_lock_and_what_is_open() -> None:
    """Of the stored document; commit and run are the new one's."""
    new = SavedState(ENDPOINT, State(STORED.state.bindings, lineage="n", serial=3), "6f" * 20, "r9")
    made = replacing(STORED, new)
    assert (made.lease, made.intents) == (LEASE, STORED.intents)
    assert (made.commit, made.run, made.state.lineage, made.state.bindings) == ("6f" * 20, "r9", "n", {SLOT: BOUND})
    assert replaced(lineage="").lineage == "l"


def test_what_was_sent_for_a_review_stays_sent() -> None:
    """Digests of both states, with the time that the stored one has: an agreement counts once."""
    stored = replace(STORED, state=replace(STORED.state, spent={"d1": NOW, "d2": NOW}))
    older = replace(STORED.state, spent={"d0": NOW, "d1": NOW - timedelta(days=1)})
    assert replacing(stored, replace(STORED, state=older)).state.spent == {"d0": NOW, "d1": NOW, "d2": NOW}


@pytest.mark.parametrize(("after", "serial"), [(8, 3), (8, 7), (10, 9)])
def test_a_replaced_state_is_newer_than_both(after: int, serial: int) -> None:
    """Its serial is above that of the stored one and its own."""
    assert replaced(serial=serial).serial == after


@pytest.mark.parametrize("other", [NOW - timedelta(days=1), NOW + timedelta(days=1), None])
def test_a_replaced_state_is_complete_as_far_as_both(other: datetime | None) -> None:
    """Each home to the older horizon, None being older than any; likewise the last complete apply."""
    older = min(NOW, other) if other else None
    assert replaced(homes={"c0": Home("org", "c0", other)}).homes["c0"].horizon == older
    assert replaced(complete_at=other).complete_at == older
    unlisted = replaced(homes={"c1": Home("org", "c1", other)}).homes
    assert unlisted["c1"].horizon == older, "from the stored complete apply"


def test_a_replaced_state_is_no_more_complete_than_the_stored_one() -> None:
    """Where the stored one does not know since when, the new one does not either."""
    unknown = replace(STORED.state, homes={"c0": Home("org", "c0", None)}, complete_at=None)
    made = replacing(replace(STORED, state=unknown), STORED).state
    assert (made.homes["c0"].horizon, made.complete_at) == (None, None)


@pytest.mark.parametrize(
    ("bindings", "horizon"),
    [
        ({}, None),
        ({SLOT: BOUND, Slot("org", "c0", "b"): replace(BOUND, id="p2")}, NOW),
        ({Slot("org", "c0", "b"): BOUND}, NOW),
    ],
    ids=["lacks it", "has more", "has it under another key"],
)
def test_a_state_that_lacks_an_object_of_the_stored_one_is_unrecorded(
    bindings: Mapping[Slot, Binding], horizon: datetime | None
) -> None:
    """An edit of that object would look like a new post. One that has more is recorded."""
    made = replaced(bindings=bindings)
    assert (made.homes["c0"].horizon, made.complete_at) == (horizon, horizon)


def test_an_exemption_of_which_nobody_kept_the_freezes() -> None:
    """It was written as `true`, and counts for none."""
    raw = dump(SavedState(ENDPOINT, State({SLOT: replace(BOUND, exempt=(Freeze(NOW, NOW + timedelta(days=7)),))})))
    kept = json.loads(raw)
    (home,) = kept["organizations"]["org"].values()
    home["objects"]["a"]["exempt"] = True
    read_back = parse(json.dumps(kept).encode(), "the state", ENDPOINT, remedy="Restore it.")
    assert read_back.state.bindings[SLOT].exempt == ()
