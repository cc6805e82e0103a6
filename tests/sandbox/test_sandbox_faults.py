"""Faults: what the client sees of each, and what was really written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bufferctl.sandbox import FaultError, Faults, Rule, Sandbox, read_rules
from bufferctl.sandbox.faults import parse_rules
from tests.conftest import long
from tests.sandbox.asking import Answer, Asker
from tests.sandbox.conftest import Make

MEMBERS = "__typename ... on PostActionSuccess { post { id text } } ... on MutationError { message }"


def _batch(buffer: Asker, *texts: str, **assets: list[Any]) -> Answer:
    """Create posts with these texts as aliases a0, a1, … of one request; `assets` by text."""
    wanted = {"channelId": buffer.sandbox.channel("twitter")["id"], "mode": "addToQueue", "schedulingType": "automatic"}
    names = [f"$v{n}: CreatePostInput!" for n in range(len(texts))]
    fields = [f"a{n}: createPost(input: $v{n}) {{ {MEMBERS} }}" for n in range(len(texts))]
    variables = {f"v{n}": {**wanted, "text": text, "assets": assets.get(text, [])} for n, text in enumerate(texts)}
    return buffer.ask(f"mutation({', '.join(names)}) {{ {' '.join(fields)} }}", **variables)


def _written(buffer: Asker) -> list[str]:
    return [post["text"] for post in buffer.sandbox.posts()]


def _struck(sandbox: Sandbox) -> list[tuple[str, int, str | None]]:
    return [(one.fault, one.request, one.alias) for one in sandbox.fault_log]


@pytest.mark.parametrize(
    ("kind", "moment", "written"),
    [
        ("cut", "before", []),
        ("cut", "middle", ["a"]),
        ("cut", "after", ["a", "b", "c"]),
        *long(("timeout", "middle", ["a"]), ("timeout", "before", []), ("timeout", "after", ["a", "b", "c"])),
    ],
)
def test_connections_that_break_or_hang(make: Make, kind: str, moment: str, written: list[str]) -> None:
    """No answer at all; before, in the middle of, or after the writes. The next request works."""
    buffer = make(faults=f"{kind}-{moment}#1", seed=2, timeout=1.0 if kind == "timeout" else 60)
    lost = httpx2.RemoteProtocolError if kind == "cut" else httpx2.ReadTimeout
    with pytest.raises((lost, httpx2.ReadError)):
        _batch(buffer, "a", "b", "c")
    buffer.client.timeout = 60
    assert _written(buffer) == written
    assert _struck(buffer.sandbox) == [(f"{kind}-{moment}", 1, None)]
    assert (buffer.sandbox.requests[0].status, buffer.sandbox.requests[0].fault) == (None, f"{kind}-{moment}")
    assert _batch(buffer, "d").status == 200


@pytest.mark.parametrize(
    ("rule", "status", "start", "written"),
    [
        ("5xx-before", 502, "<!DOCTYPE html>", []),
        ("5xx-after", 502, "<!DOCTYPE html>", ["a", "b"]),
        ("html-after", 200, "<!DOCTYPE html>", ["a", "b"]),
        ("malformed-after", 200, '{"data":{"a0"', ["a", "b"]),
        ("malformed-before", 503, '{"errors":', []),
    ],
)
def test_answers_that_cannot_be_read(make: Make, rule: str, status: int, start: str, written: list[str]) -> None:
    """A gateway's page, a page instead of JSON, truncated JSON."""
    buffer = make(faults=rule)
    answer = _batch(buffer, "a", "b")
    assert (answer.status, answer.text[: len(start)]) == (status, start)
    with pytest.raises(json.JSONDecodeError):
        _ = answer.json
    assert _written(buffer) == written


@pytest.mark.parametrize(("moment", "written"), [("before", ["a"]), ("after", ["a", "b"])])
def test_an_alias_that_throws_nulls_everything(make: Make, moment: str, written: list[str]) -> None:
    """`data: null` and one error with the alias's path; earlier writes were carried out, later ones never ran."""
    buffer = make(faults=f"throw-{moment}@createPost#2")
    answer = _batch(buffer, "a", "b", "c")
    assert (answer.status, answer.data, answer.code) == (200, None, "UNEXPECTED")
    errors = [(error["path"], error["message"]) for error in answer.json["errors"]]
    assert errors == [(["a1"], "An unexpected error occurred")]
    assert _written(buffer) == written
    assert _struck(buffer.sandbox) == [(f"throw-{moment}", 1, "a1")]


@pytest.mark.parametrize(
    ("kind", "typename"), [("unexpected", "UnexpectedError"), ("rest-proxy", "RestProxyError"), ("missing-alias", None)]
)
@pytest.mark.parametrize("moment", ["before", "after"])
def test_one_alias_is_answered_with_nothing_to_go_by(make: Make, kind: str, typename: str | None, moment: str) -> None:
    """A typed error without details, or no answer for that alias; the others are as usual."""
    buffer = make(faults=f"{kind}-{moment}#2")
    answer = _batch(buffer, "a", "b", "c")
    names = {alias: payload["__typename"] for alias, payload in answer.data.items()}
    expected = {"a0": "PostActionSuccess", "a1": typename, "a2": "PostActionSuccess"}
    assert names == {alias: name for alias, name in expected.items() if name}
    assert _written(buffer) == (["a", "b", "c"] if moment == "after" else ["a", "c"])


def test_other_mutations_answer_in_their_own_unions(make: Make) -> None:
    """DeletePost only has VoidMutationError, createIdea has no RestProxyError; both stay within their payload."""
    buffer = make(faults="rest-proxy-after")
    assert buffer.delete("x") == {"__typename": "VoidMutationError", "message": "Unknown error"}
    assert buffer.idea(title="T") == {"__typename": "UnexpectedError", "message": "Unknown error"}
    assert len(buffer.sandbox.ideas()) == 1


def test_a_write_lands_after_its_connection_is_gone(make: Make) -> None:
    """Cut at once, written three seconds later with that date; reads before that do not see it."""
    buffer = make(faults="late@createPost#1=1:3s")
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        _batch(buffer, "a", "b")
    buffer.sandbox.clock.advance(2.9)
    assert buffer.texts() == []
    buffer.sandbox.clock.advance(60)
    assert buffer.texts() == ["b", "a"]
    assert {post["createdAt"] for post in buffer.sandbox.posts()} == {"2026-11-02T08:30:03.000Z"}


_WITH_MEDIA = {"image": {"url": "https://acme.example/a.png", "metadata": {"altText": "A"}}}


@pytest.mark.parametrize(
    ("seconds", "there"), [(0, ["a"]), (19, ["a"]), (20, ["b", "a"]), (29, ["b", "a"]), (30, ["c", "b", "a"])]
)
def test_media_make_a_request_slow(make: Make, seconds: int, there: list[str]) -> None:
    """Cut at once; each alias is written after the one before, later for each of its pictures."""
    buffer = make(faults="slow@createPost#1=1:10s")
    with pytest.raises((httpx2.RemoteProtocolError, httpx2.ReadError)):
        _batch(buffer, "a", "b", "c", b=[_WITH_MEDIA] * 2, c=[_WITH_MEDIA])
    buffer.sandbox.clock.advance(seconds)
    assert buffer.texts() == there
    created = [post["createdAt"][17:19] for post in buffer.sandbox.posts()]
    assert created == ["00", "20", "30"][: len(there)]


def test_a_refusal_of_a_time_that_has_passed(make: Make) -> None:
    """In Buffer's words; nothing is written."""
    buffer = make(faults="past")
    assert buffer.create()["message"] == "Invalid post input: dueAt must be in the future"
    assert buffer.sandbox.posts() == []


@pytest.fixture
def lagging(make: Make) -> tuple[Asker, str, str]:
    """A Buffer whose lists lag by five seconds, and the ids of a post and an idea that were just made."""
    buffer = make(faults="lag=1:5s")
    return buffer, buffer.create(text="new")["post"]["id"], buffer.idea(title="new")["idea"]["id"]


def _ideas(buffer: Asker) -> Any:
    """The list of ideas."""
    ideas = "query($i: IdeasInput!) { it: ideas(input: $i) { edges { node { id } } } }"
    return buffer.it(ideas, i={"organizationId": buffer.sandbox.organization()["id"]})["edges"]


def test_a_list_that_lags(lagging: tuple[Asker, str, str]) -> None:
    """Lists omit posts and ideas younger than the lag; by id the post is found."""
    buffer, made, _ = lagging
    assert (buffer.texts(), _ideas(buffer)) == ([], [])
    found = buffer.ask(f'{{ post(input: {{id: "{made}"}}) {{ text }} }}')
    assert found.data == {"post": {"text": "new"}}


def test_a_list_has_caught_up(lagging: tuple[Asker, str, str]) -> None:
    """After the lag."""
    buffer, _, idea = lagging
    buffer.sandbox.clock.advance(5)
    assert (buffer.texts(), _ideas(buffer)) == (["new"], [{"node": {"id": idea}}])


def test_skew(make: Make) -> None:
    """The service's clock is behind: the Date header and every createdAt show it."""
    buffer = make(faults="skew=-5m")
    answer = _batch(buffer, "a")
    assert answer.headers["date"] == "Mon, 02 Nov 2026 08:25:00 GMT"
    assert buffer.sandbox.posts()[0]["createdAt"] == "2026-11-02T08:25:00.000Z"


def test_created_skew(make: Make) -> None:
    """Only creation times are behind: the Date header shows the clock, and posts are found by their createdAt."""
    buffer = make(faults="created-skew=-90s")
    answer = _batch(buffer, "a")
    buffer.idea(title="new")
    assert answer.headers["date"] == "Mon, 02 Nov 2026 08:30:00 GMT"
    assert [each["createdAt"] for each in (*buffer.sandbox.posts(), *buffer.sandbox.ideas())] == [
        "2026-11-02T08:28:30.000Z"
    ] * 2


def test_a_429_and_a_duplicate_refusal_to_order(make: Make) -> None:
    """Neither writes anything."""
    buffer = make(faults="rate-limit@mutation#1, duplicate@createPost#1")
    answer = _batch(buffer, "a")
    assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "RATE_LIMIT_EXCEEDED", "900")
    assert "already got this one scheduled" in _batch(buffer, "a").data["a0"]["message"]
    assert _written(buffer) == []


def test_a_429_of_days(make: Make) -> None:
    """As seen on an account whose subscription had lapsed: it says how long, in seconds."""
    assert make(faults="rate-limit:16d").ask("{ __typename }").headers["retry-after"] == str(16 * 86_400)


def test_queries_are_struck_too(make: Make) -> None:
    """A rule without ON applies to reads as well; one for mutations does not."""
    buffer = make(faults="5xx@query#1,html@mutation")
    assert [buffer.ask("{ account { id } }").status for _ in range(2)] == [502, 200]


def test_faults_change_while_it_runs(make: Make) -> None:
    """`set_faults` starts a new log; without arguments there are no faults."""
    buffer = make(faults="5xx")
    assert _batch(buffer, "a").status == 502
    buffer.sandbox.set_faults()
    assert _batch(buffer, "a").status == 200
    assert buffer.sandbox.fault_log == []


def test_the_same_seed_has_the_same_faults(make: Make) -> None:
    """Twenty requests under a mixture, twice: the same log; another seed, another one."""

    def log(seed: int) -> list[tuple[str, int, str | None]]:
        buffer = make(faults="5xx=0.3,throw=0.2,missing-alias=0.2", seed=seed)
        for _ in range(20):
            _batch(buffer, "a", "b")
        return _struck(buffer.sandbox)

    assert log(7) == log(7) != log(8)
    assert {"throw", "5xx"} <= {name.rsplit("-", 1)[0] for name, _, _ in log(7)}


RULES = [
    ("cut-after=0.2", Rule("cut", "after", probability=0.2)),
    ("late=0.1:3s", Rule("late", None, "mutation", probability=0.1, seconds=3)),
    ("late", Rule("late", None, "mutation", seconds=3)),
    ("slow", Rule("slow", None, "mutation", seconds=3.4)),
    ("past#2", Rule("past", None, "createPost", 2, 2)),
    ("lag:200ms", Rule("lag", None, "query", seconds=0.2)),
    ("skew=-5m", Rule("skew", seconds=-300)),
    ("created-skew=90s", Rule("created-skew", seconds=90)),
    ("timeout@createPost#2", Rule("timeout", None, "createPost", 2, 2)),
    ("5xx#2-4=.5", Rule("5xx", None, None, 2, 4, 0.5)),
    ("missing-alias-before#5+", Rule("missing-alias", "before", None, 5)),
    ("throw=0.05*4", Rule("throw", probability=0.05, times=4)),
]


@pytest.mark.parametrize(("text", "rule"), RULES)
def test_rules(text: str, rule: Rule) -> None:
    """The short form, part by part."""
    assert parse_rules(text) == [rule]


@pytest.mark.parametrize(
    "text", ["bogus", "cut=2", "cut=", "late=3parsecs", "cut-late", "cut after", "skew=-5m:3s", "="]
)
def test_rules_that_cannot_be_read(text: str) -> None:
    """A FaultError that quotes the rule."""
    with pytest.raises(FaultError, match=r"fault|probability"):
        parse_rules(text)


@given(st.text(alphabet="cutlaegsk-@#=:*.0123456789 ,x+", max_size=30))
def test_any_text_is_rules_or_a_fault_error(text: str) -> None:
    """Rules with a valid probability, or a FaultError; never anything else."""
    try:
        rules = parse_rules(text)
    except FaultError:
        return
    assert all(0 <= rule.probability <= 1 for rule in rules)


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("cut-after=0.2\nlate=0.1:3s\n", parse_rules("cut-after=0.2,late=0.1:3s")),
        (
            '[{"kind": "cut-after", "probability": 0.2, "on": "createPost", "nth": [2, null], "times": 3}]',
            [Rule("cut", "after", "createPost", 2, None, 0.2, times=3)],
        ),
    ],
    ids=["short", "json"],
)
def test_rules_in_a_file(tmp_path: Path, text: str, rules: list[Rule]) -> None:
    """The short form on several lines, or a JSON list of objects."""
    (tmp_path / "faults").write_text(text)
    assert read_rules(str(tmp_path / "faults")) == rules


@pytest.mark.parametrize("text", ["[", '[{"kind": "cut", "probability": "x"}]', "[3]", '[{"on": "query"}]'])
def test_what_are_no_rules_in_a_file(tmp_path: Path, text: str) -> None:
    """A FaultError."""
    (tmp_path / "faults").write_text(text)
    with pytest.raises(FaultError):
        read_rules(str(tmp_path / "faults"))


def test_times_bounds_a_rule() -> None:
    """A rule with `times` applies exactly that often, to any requests."""
    faults = Faults("cut=0.5*3", seed=3)
    assert sum(faults.draw("query", []) is not None for _ in range(200)) == 3


def test_counts(make: Make) -> None:
    """How often each fault happened."""
    buffer = make(faults="5xx-before#2-3,html-before#5")
    for _ in range(5):
        _batch(buffer, "a")
    assert buffer.sandbox.service.faults.counts == {"5xx-before": 2, "html-before": 1}
