"""The `.graphql` files and every document assembled from them, against the published schema and limits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    Lexer,
    Source,
    TokenKind,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    validate,
    visit,
)
from graphql.language import Node, SelectionSetNode
from pydantic.alias_generators import to_camel

from bufferctl.api.reads import LISTS_AT_ONCE
from bufferctl.api.requests import Request, merged, numbered, operation
from bufferctl.limits import MOST_ALIASES
from bufferctl.model.metadata import MODELS
from tests.conftest import long
from tests.sources import files, published

ROOT = Path(__file__).parents[2]
OPERATIONS = sorted(path.stem for path in files("bufferctl/api/operations", "*.graphql"))
WHOLE = [name for name in OPERATIONS if not name.endswith("_fields")]
WRITES = ["create_post", "edit_post", "delete_post", "create_idea"]
READS = ["posts", "ideas"]

# The limits of one document (notes: Limits).
TOKENS, DEPTH, COMPLEXITY, DIRECTIVES = 15_000, 25, 175_000, 50


@pytest.fixture(scope="session")
def schema() -> GraphQLSchema:
    return published()


#: Numbers of writes in a request: one, each kind once, and as many as there can be; all numbers in `make test-all`.
each_number = pytest.mark.parametrize(
    "numbers", [(1, len(WRITES), MOST_ALIASES), *long(range(1, MOST_ALIASES + 1))], ids=["few", "all"]
)


def batches(numbers: Sequence[int]) -> Iterator[str]:
    """Each number of mixed writes; each number of lists; and each kind of write, once and 30 times."""
    for count in numbers:
        yield merged("Write", tuple(islice(cycle(WRITES), count)))
    for count in range(1, LISTS_AT_ONCE + 1):
        yield merged("Read", tuple(islice(cycle(READS), count)))
    for name in (*WRITES, "channels"):
        yield merged("Alone", (name,))
        yield merged("Alone", (name,) * MOST_ALIASES)
    yield merged("Read", ("posts",) * LISTS_AT_ONCE)


def tokens(text: str) -> int:
    lexer, count = Lexer(Source(text)), 0
    while lexer.advance().kind is not TokenKind.EOF:
        count += 1
    return count


def fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}


def inside(node: Node, known: dict[str, FragmentDefinitionNode]) -> tuple[Node, ...]:
    owner = known[node.name.value] if isinstance(node, FragmentSpreadNode) else node
    found = getattr(owner, "selection_set", None)
    return tuple(found.selections) if isinstance(found, SelectionSetNode) else ()


def complexity(node: Node, known: dict[str, FragmentDefinitionNode]) -> float:
    """The strictest reading of the limits: a fragment counts as an object and a level too."""
    within = inside(node, known)
    return 2 + 1.5 * sum(complexity(each, known) for each in within) if within else 1


def depth(node: Node, known: dict[str, FragmentDefinitionNode]) -> int:
    return 1 + max((depth(each, known) for each in inside(node, known)), default=0)


@pytest.mark.parametrize("name", WHOLE)
def test_every_operation_is_one_that_the_schema_has(name: str, schema: GraphQLSchema) -> None:
    """No errors: each file, with the fragments it spreads, is valid under Buffer's published schema."""
    assert validate(schema, parse(operation(name))) == []


#: What a network's type has and no file sets: it is not asked for.
NOT_ASKED = {"annotations", "threadCount", "title", "type"}


def asked_of(document: DocumentNode, schema: GraphQLSchema) -> dict[str, set[str]]:
    """The fields that a document asks for, by the types that have them."""
    found: dict[str, set[str]] = {}
    types = TypeInfo(schema)

    class Asked(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            owner = types.get_parent_type()
            assert owner
            found.setdefault(owner.name, set()).add(node.name.value)

    visit(document, TypeInfoVisitor(types, Asked()))
    return found


def test_what_buffer_returns_of_each_network_is_asked_for(schema: GraphQLSchema) -> None:
    """Each network has its part in post_fields.graphql: without it, a post would come back different from its file."""
    asked = asked_of(parse(merged("Read", ("posts",))), schema)
    kinds = {kind.name.lower(): kind for kind in schema.type_map["PostMetadata"].types}  # type: ignore[attr-defined]  # it is a union
    for service, model in MODELS.items():
        kind = kinds[f"{service}postmetadata"]
        assert isinstance(kind, GraphQLObjectType)
        own = {to_camel(name) for name in model.model_fields}
        there = asked.get(kind.name, set()).union(*(asked.get(each.name, set()) for each in kind.interfaces))
        assert kind.fields.keys() - there - (NOT_ASKED - own) == set(), kind.name


@each_number
def test_every_batch_is_a_document_that_the_schema_has(schema: GraphQLSchema, numbers: Sequence[int]) -> None:
    """No errors in any document of 1 to 30 aliases that bufferctl can assemble."""
    for text in batches(numbers):
        assert validate(schema, parse(text)) == [], text[:200]


@each_number
def test_every_batch_stays_within_the_limits_of_a_document(numbers: Sequence[int]) -> None:
    """Tokens under 15,000, depth under 25, complexity under 175,000 and few directives, strictly counted."""
    for text in batches(numbers):
        document = parse(text)
        known = fragments(document)
        asked = [each for each in document.definitions if not isinstance(each, FragmentDefinitionNode)]
        fields = [each for one in asked for each in inside(one, known)]
        assert len([each for each in fields if isinstance(each, FieldNode) and each.alias]) <= MOST_ALIASES
        assert tokens(text) < TOKENS
        assert depth(asked[0], known) < DEPTH
        assert sum(complexity(each, known) for each in fields) < COMPLEXITY
        assert text.count("@") < DIRECTIVES


def test_the_counters_count() -> None:
    """8 tokens, 2 + 1.5 * 2 and three levels for an object of two scalars: the limits above can fail."""
    document = parse("query { a { b c } }")
    (query,) = document.definitions
    (field,) = inside(query, {})
    assert tokens("query { a { b c } }") == 8
    assert complexity(field, {}) == 5
    assert depth(query, {}) == 3


def test_inputs_stay_variables_under_the_number_of_their_alias() -> None:
    """`a1: deletePost(input: $input1)`: the size of a document does not depend on its inputs."""
    text = merged("Write", ("create_post", "delete_post"))
    assert text.startswith("mutation Write($input0: CreatePostInput!, $input1: DeletePostInput!) {\n  a0: createPost")
    assert "\n  a1: deletePost(input: $input1) {" in text
    assert numbered([{"input": 1}, {"input": 2}]) == {"input0": 1, "input1": 2}


def test_a_fragment_that_many_aliases_spread_is_in_the_document_once() -> None:
    """One `PostFields` for thirty posts."""
    assert merged("Write", ("create_post",) * 30).count("fragment PostFields on Post") == 1


def test_the_payload_is_the_text_as_it_is() -> None:
    """`query`, `variables` and `operationName` (notes: Endpoint), without reparsing or reprinting."""
    request = Request("query  Odd { a }", "Odd", {"x": 1})
    assert request.payload == {"query": "query  Odd { a }", "variables": {"x": 1}, "operationName": "Odd"}
