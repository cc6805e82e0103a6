"""Any request of a client: never a crash, and complete data on reading back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import from_schema, mutations, nodes, queries

from bufferctl.sandbox import Clock, Request, Sandbox, default_fixture
from bufferctl.sandbox.networks import NETWORKS
from bufferctl.sandbox.schema import executable_schema, sdl
from tests.conftest import long
from tests.fuzzing import examples
from tests.sandbox.asking import IDEA, NOW, Asker
from tests.sandbox.conftest import Make

ORGANIZATIONS = default_fixture()["organizations"]
IDS = [*(one["id"] for org in ORGANIZATIONS for one in (org, *org["channels"], *org["tags"])), "nope"]
HEADERS = {"user-agent": "tests", "authorization": "Bearer sandbox"}
# The generator does not know @oneOf; with one kind left, its values are valid under the published schema too.
ONE_OF = sdl()
for name, only in {
    "AssetInput": "image: ImageAssetInput!", "IdeasGroupFilter": "groups: [ID!]!",
    "CollaborationNoteSubjectInput": "postId: PostId!", "ContentItemsTargetDateFilter": "presence: DateTimePresence!",
}.items():  # fmt: skip
    ONE_OF = re.sub(rf"(input {name} @oneOf \{{).*?\}}", rf"\1 {only} }}", ONE_OF, flags=re.DOTALL)
SCALARS = {name: st.sampled_from(IDS).map(nodes.String) for name in re.findall(r"scalar (\w+)", sdl())} | {
    "DateTime": st.sampled_from(["2027-01-01T00:00:00Z", "2020-02-29T00:00:00.5+02:00", "1970-01-01"]).map(nodes.String)
}


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """One account for all examples, so that documents find each other's objects."""
    one = Sandbox(clock=Clock.at(NOW))
    one.seed([{"channelId": f"{channel['id']}"} for channel in one.core.store.channels.values()])
    yield one
    one.stop()


def _send(running: Sandbox, body: bytes) -> tuple[int, Any]:
    response = running.service.answer(Request("POST", "/", HEADERS, body))
    return response.status, json.loads(response.body)


def _check(status: int, answer: dict[str, Any]) -> None:
    """Check that an answer is valid for GraphQL over HTTP and that no resolver crashed."""
    assert status in {200, 400}
    assert all(error.get("extensions", {}).get("code") != "UNEXPECTED" for error in answer.get("errors", []))
    assert ("data" in answer) == (status == 200)
    assert answer.get("data") or answer.get("errors")


@given(query=st.deferred(lambda: from_schema(ONE_OF, custom_scalars=SCALARS)))  # not in each worker: it takes 0.4 s
@settings(max_examples=examples(60), suppress_health_check=list(HealthCheck), database=None)
def test_any_valid_document(running: Sandbox, query: str) -> None:
    """Queries and mutations of every shape, on an account with data: an answer, and no failed resolver."""
    _check(*_send(running, json.dumps({"query": query}).encode()))


ROOTS = [
    ("query", name)
    for name in executable_schema().type_map["Query"].fields  # type: ignore[attr-defined] # an object
] + [("mutation", name) for name in executable_schema().type_map["Mutation"].fields]  # type: ignore[attr-defined] # an object


@pytest.mark.hypothesis  # so that `make test-all` finds it
@pytest.mark.parametrize(("kind", "field"), ROOTS)
def test_every_root_field_answers(running: Sandbox, kind: str, field: str) -> None:
    """Valid documents about each field of Query and Mutation: an answer, and no failed resolver."""
    make = queries if kind == "query" else mutations

    @given(query=make(ONE_OF, fields=[field], custom_scalars=SCALARS))
    @settings(max_examples=examples(8), suppress_health_check=list(HealthCheck), database=None)
    def answers(query: str) -> None:
        _check(*_send(running, json.dumps({"query": query}).encode()))

    answers()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["query", *IDS]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["query", "variables", "i", "id"]), inner)
    ),
    max_leaves=8,
)


@given(
    body=JSON
    | st.fixed_dictionaries({"query": st.just(IDEA), "variables": st.fixed_dictionaries({"i": JSON})})
    | st.binary()
)
@settings(max_examples=examples(150), database=None)
def test_any_body(running: Sandbox, body: object) -> None:
    """Bytes, JSON of every shape, known operations with any variables: 200 or 400, readable, no failed resolver."""
    _check(*_send(running, body if isinstance(body, bytes) else json.dumps(body).encode()))


def _everything(kind: GraphQLNamedType, depth: int) -> str:
    """Return a selection of all fields of a type that need no argument, `depth` levels of objects down."""
    if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
        members = executable_schema().get_possible_types(kind)
        return "__typename " + " ".join(f"... on {one.name} {{ {_everything(one, depth)} }}" for one in members)
    assert isinstance(kind, GraphQLObjectType)
    parts = ["__typename"]
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if any(is_required_argument(one) for one in field.args.values()) or (depth == 0 and not is_leaf_type(inner)):
            continue
        parts.append(name if is_leaf_type(inner) else f"{name} {{ {_everything(inner, depth - 1)} }}")
    return " ".join(parts)


IMAGE = {"image": {"url": "https://acme.example/a.png"}}
VIDEO = {"video": {"url": "https://acme.example/v.mp4"}}
LINK = {"url": "https://acme.example"}
EVENT = {"title": "E", "isFullDayEvent": True, "startDate": "2026-12-01T00:00:00Z", "endDate": "2026-12-02T00:00:00Z"}
CONTENT: dict[str, dict[str, Any]] = {
    "twitter": {"metadata": {"twitter": {"retweet": {"id": "1", "comment": "x"}, "thread": [{"text": "Hello"}]}}},
    "instagram": {"assets": [VIDEO], "metadata": {"instagram": {"type": "reel", "shouldShareToFeed": False}}},
    "facebook": {"metadata": {"facebook": {"type": "post", "linkAttachment": LINK, "annotations": [
        {"content": "x", "indices": [0, 1], "text": "x", "url": "https://acme.example"}]}}},
    "linkedin": {"metadata": {"linkedin": {"annotations": [{
        "id": "1", "entity": "x", "length": 1, "link": "x", "localizedName": "x", "start": 0, "vanityName": "x"}]}}},
    "pinterest": {"assets": [IMAGE], "metadata": {"pinterest": {"boardServiceId": "9001"}}},
    "tiktok": {"assets": [VIDEO]},
    "substack": {"metadata": {"substack": {"linkAttachment": {"url": "https://acme.example"}}}},
    "youtube": {"assets": [VIDEO], "metadata": {"youtube": {"title": "T", "categoryId": "22"}}},
    "googlebusiness": {"metadata": {"google": {"type": "event", "detailsEvent": EVENT}}},
}  # fmt: skip


#: Those with a thread, details, a link, an image or a video; in `make test-all` every network that takes posts.
_USUAL = ("twitter", "googlebusiness", "linkedin", "youtube")
_REST = [name for name, network in NETWORKS.items() if network.takes_posts and name not in _USUAL]


@pytest.mark.parametrize("service", [*_USUAL, *long(*_REST)])
def test_every_field_of_a_post_reads(make: Make, service: str) -> None:
    """A post on each network, with all of its fields: every field of the schema answers without an error."""
    buffer: Asker = make()
    made = buffer.create(service, **CONTENT.get(service, {}))
    kind = executable_schema().type_map["Post"]
    for part in _parts(kind):
        query = f'{{ post(input: {{id: "{made["post"]["id"]}"}}) {{ {part} }} }}'
        answer = buffer.ask(query)
        assert answer.status == 200, answer.text
        assert "errors" not in answer.json, answer.text


def _parts(kind: GraphQLNamedType) -> list[str]:
    """Split the selection of everything into parts within the limits of a document."""
    assert isinstance(kind, GraphQLObjectType)
    whole = []
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            whole.append(name)
        elif isinstance(inner, GraphQLUnionType | GraphQLInterfaceType):
            members = executable_schema().get_possible_types(inner)
            whole += [f"{name} {{ ... on {one.name} {{ {_everything(one, 2)} }} }}" for one in members]
        else:
            whole.append(f"{name} {{ {_everything(inner, 2)} }}")
    return whole


def test_every_field_of_the_account_reads(buffer: Asker) -> None:
    """Account, organizations and channels, three levels down."""
    kind = executable_schema().type_map
    organization = buffer.sandbox.organization()["id"]
    account = _everything(kind["Account"], 2)
    channel = _everything(kind["Channel"], 0)
    answer = buffer.ask(
        f'{{ account {{ {account} }} channels(input: {{organizationId: "{organization}"}}) {{ {channel} }} }}'
    )
    assert "errors" not in answer.json, answer.text
    metadata = [one.name for one in executable_schema().get_possible_types(kind["ChannelMetadata"])]  # type: ignore[arg-type] # a union
    for name in metadata:
        part = _everything(kind[name], 2)
        selection = f"metadata {{ ... on {name} {{ {part} }} }}"
        answer = buffer.ask(f'{{ channels(input: {{organizationId: "{organization}"}}) {{ {selection} }} }}')
        assert "errors" not in answer.json, answer.text
