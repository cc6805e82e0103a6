"""Every answer that the published schema allows can be read: the real operations, executed on drawn data."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import httpx2
import pytest
from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    execute_sync,
    parse,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl import api
from bufferctl.diagnostics import Place
from bufferctl.model import (
    Address,
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    Doubtful,
    EditPost,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Post,
    Refused,
    Service,
    Unknown,
    Wanted,
    Write,
)
from tests.api.scripted import KEY, NOW
from tests.fuzzing import examples
from tests.sources import published

PLACE = Place("buffer.yaml", 1, 1)
POST = Post(Address("Acme", "twitter:acme", "launch"), Service.TWITTER, PLACE, text="We are live")
IDEA = Idea(Address("Acme", "ideas", "hiring"), PLACE, title="How we hire")
WRITES: list[Write] = [
    CreatePost(POST, "c1"),
    EditPost("p1", POST, "c1"),
    DeletePost("p1", "c1"),
    CreateIdea(IDEA, "o1"),
]
BACK: dict[type, type] = {CreatePost: LivePost, EditPost: LivePost, DeletePost: type(None), CreateIdea: LiveIdea}
SCALARS: dict[str, Callable[[random.Random], Any]] = {
    "Int": lambda draw: draw.randrange(2**31),
    "Float": lambda draw: draw.random(),
    "Boolean": lambda draw: draw.random() < 0.5,
    "DateTime": lambda draw: (
        f"20{draw.randrange(10, 99)}-02-{draw.randrange(10, 28)}T10:00:00.{draw.randrange(1000):03}Z"
    ),
}


class AnyAnswer:
    """Executes each request on the published schema, with a value of the right type in every field."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        asked = json.loads(request.content)
        done = execute_sync(
            published(),
            parse(asked["query"]),
            root_value={},
            variable_values=asked["variables"],
            field_resolver=lambda _, info, **__: self.field(info),
            type_resolver=lambda _, __, kind: self.kind(kind),
        )
        assert not done.errors, done.errors
        return httpx2.Response(200, json={"data": done.data})

    def field(self, info: GraphQLResolveInfo[Any]) -> Any:
        if info.field_name == "hasNextPage":
            return False
        return self.value(info.return_type)

    def kind(self, abstract: GraphQLAbstractType) -> str:
        return self.draw.choice(published().get_possible_types(abstract)).name

    def value(self, kind: GraphQLOutputType) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self.present(kind.of_type)
        return None if self.draw.random() < 0.3 else self.present(kind)

    def present(self, kind: GraphQLOutputType) -> Any:
        if isinstance(kind, GraphQLList):
            return [self.value(kind.of_type) for _ in range(self.draw.randrange(3))]
        if isinstance(kind, GraphQLEnumType):
            return self.draw.choice(list(kind.values))
        if isinstance(kind, GraphQLScalarType):
            scalar = SCALARS.get(kind.name)
            return scalar(self.draw) if scalar else f"{kind.name} {self.draw.randrange(10**6)}"
        return {}


@pytest.fixture(scope="module", autouse=True)
def _schema_is_built_before_anything_is_timed() -> None:
    published()


def connected(draw: random.Random) -> api.Buffer:
    return api.connect("https://api.example", KEY, transport=httpx2.MockTransport(AnyAnswer(draw)), now=lambda: NOW)


@settings(max_examples=examples(40))
@given(st.randoms(use_true_random=False))
def test_any_account_is_read(draw: random.Random) -> None:
    """Organizations with their channels, posts and ideas, each as the model's object."""
    with connected(draw) as buffer:
        account = buffer.account()
        channels = {each.id: [channel.id for channel in each.channels] for each in account.organizations}
        live = buffer.read(account, Wanted(channels, list(channels)))
        one = buffer.post("p1")
    assert all(isinstance(each, LiveChannel) for home in account.organizations for each in home.channels)
    assert all(isinstance(each, LivePost) for each in (*live.posts, one))
    assert all(isinstance(each, LiveIdea) for each in live.ideas)


@settings(max_examples=examples(40))
@given(st.randoms(use_true_random=False), st.integers(1, 30))
def test_any_outcome_is_one_of_three(draw: random.Random, count: int) -> None:
    """Done with the result, or another one with a message, for every member of every union."""
    with connected(draw) as buffer:
        outcomes = buffer.send(list(islice(cycle(WRITES), count)))
    assert len(outcomes) == count
    for write, outcome in zip(cycle(WRITES), outcomes, strict=False):
        match outcome:
            case Done(live=live):
                assert isinstance(live, BACK[type(write)])
            case Refused(message=words) | Doubtful(message=words) | Unknown(why=words):
                assert words


def test_halves_of_characters_are_read_as_what_they_cannot_be() -> None:
    """JSON can escape a lone surrogate; it is read as U+FFFD, and pairs as their character."""
    name = '"half \\ud83d whole \\ud83d\\ude00 escaped \\\\ud83d"'
    body = f'{{"data": {{"account": {{"organizations": [{{"id": "o1", "name": {name}}}]}}}}}}'
    answer = httpx2.MockTransport(lambda _: httpx2.Response(200, text=body))
    with api.connect("https://api.example", KEY, transport=answer, now=lambda: NOW) as buffer:
        assert buffer.account([]).organizations[0].name == "half \ufffd whole \U0001f600 escaped \\ud83d"
