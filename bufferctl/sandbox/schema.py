"""The published SDL (schema.graphql in this package) with resolvers bound to it.

GraphQL documents are checked against it, once per text: parse, limits, validation (notes: Limits; findings: Sandbox).
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_operation_ast,
    is_specified_scalar_type,
    parse,
    validate,
)

from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.resolvers import FIELDS, resolve_mutation
from bufferctl.sandbox.store import Doc

_INVALID, _UNPARSED = "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"
MAX_ALIASES, MAX_TOKENS, MAX_DEPTH, MAX_DIRECTIVES, MAX_COMPLEXITY = 30, 15_000, 25, 50, 175_000
_LEVEL, _OBJECT, _SCALAR = 1.5, 2, 1
_NOTHING = SelectionSetNode(selections=())


def sdl() -> str:
    return resources.files("bufferctl.sandbox").joinpath("schema.graphql").read_text(encoding="utf-8")


@functools.cache
def executable_schema() -> GraphQLSchema:
    """Build the schema, once per process."""
    schema = build_schema(sdl())
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind):  # all but one are ids
            kind.coerce_input_value = _date_time if name == "DateTime" else _identifier
        elif isinstance(kind, GraphQLObjectType):
            of_type = dict.fromkeys(kind.fields, resolve_mutation) if name == "Mutation" else FIELDS.get(name, {})
            for field, resolver in of_type.items():
                kind.fields[field].resolve = resolver
    return schema


def _identifier(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")  # noqa: TRY004 - graphql-core turns ValueError into the answer
    return value


def _date_time(value: Any) -> str:
    """Parse ISO 8601 and return it in the format of posts."""
    return iso(parse_time(_identifier(value)))


@functools.lru_cache(maxsize=512)
def read_document(text: str) -> DocumentNode | tuple[Doc, ...]:
    """Return the document, or the errors of the 400 that refuses it."""
    try:
        return _read(text)
    except RecursionError:
        return _refused(f"Query depth limit of {MAX_DEPTH} exceeded.")


def root_fields(
    document: DocumentNode, operation_name: str | None
) -> tuple[str | None, str | None, list[tuple[str, str]]]:
    """Return (name, kind, root fields as (alias, field)) of the operation that would run."""
    chosen = get_operation_ast(document, operation_name)
    if chosen is None:
        return operation_name, None, []
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    fields = list(dict.fromkeys(_fields(chosen.selection_set, fragments)))
    return chosen.name.value if chosen.name else None, chosen.operation.value, fields


def _read(text: str) -> DocumentNode | tuple[Doc, ...]:
    try:
        node = parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if f"more than {MAX_TOKENS} tokens" in error.message:
            return _refused(f"Syntax Error: Token limit of {MAX_TOKENS} exceeded.")
        if "nested too deeply" in error.message:
            return _refused(f"Query depth limit of {MAX_DEPTH} exceeded.")
        return _refused(error.message, _UNPARSED, locations=error.formatted.get("locations"))
    if message := excess(node):
        return _refused(message)
    errors = validate(executable_schema(), node)
    return tuple({**error.formatted, "extensions": {"code": _INVALID}} for error in errors) or node


def _refused(message: str, code: str | None = None, **more: object) -> tuple[Doc, ...]:
    """Return a refusal; one for an exceeded limit has no code (notes: Errors)."""
    extensions = {"extensions": {"code": code}} if code else {}
    return ({"message": message, **more, **extensions},)


def _fields(selection_set: SelectionSetNode, fragments: dict[str, FragmentDefinitionNode]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for node in selection_set.selections:
        if isinstance(node, FieldNode):
            found.append((node.alias.value if node.alias else node.name.value, node.name.value))
        elif isinstance(node, InlineFragmentNode):
            found += _fields(node.selection_set, fragments)
        elif isinstance(node, FragmentSpreadNode):
            found += _fields(fragments[node.name.value].selection_set, fragments)
    return found


class Size(NamedTuple):
    """The size of a part of a document."""

    aliases: int = 0
    depth: int = 0
    directives: int = 0
    complexity: float = 0


def excess(document: DocumentNode) -> str | None:
    """Return the message for the first limit that an operation of the document exceeds, None if there is none."""
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    measured: dict[str, Size] = {}
    for operation in document.definitions:
        if not isinstance(operation, OperationDefinitionNode):
            continue
        size = _size_of(operation, fragments, measured)
        for what, found, limit in (
            ("Aliases", size.aliases, MAX_ALIASES),
            ("Query depth", size.depth, MAX_DEPTH),
            ("Directives", size.directives, MAX_DIRECTIVES),
            ("Query complexity", round(size.complexity), MAX_COMPLEXITY),
        ):
            if found > limit:
                return f"{what} limit of {limit} exceeded, found {found}."
    return None


def _size_of(node: Any, fragments: dict[str, FragmentDefinitionNode], measured: dict[str, Size]) -> Size:
    """Measure a node and what it selects; each fragment once, so that nested fragments stay cheap."""
    if isinstance(node, FragmentSpreadNode):
        if (name := node.name.value) not in measured:
            measured[name] = Size()  # a fragment within itself adds nothing; validation refuses it, as an unknown one
            measured[name] = _size_of(fragments[name], fragments, measured) if name in fragments else Size()
        parts = [measured[name]]
    else:
        parts = [_size_of(each, fragments, measured) for each in (node.selection_set or _NOTHING).selections]
    aliases, depths, directives, costs = zip(Size(), *parts, strict=True)
    size = Size(sum(aliases), max(depths), sum(directives) + len(node.directives or ()), sum(costs))
    if not isinstance(node, FieldNode):
        return size
    cost = _OBJECT + _LEVEL * size.complexity if node.selection_set else _SCALAR
    for argument in node.arguments or ():
        if argument.name.value == "first" and isinstance(argument.value, IntValueNode):
            cost *= max(1, int(argument.value.value))
    return size._replace(aliases=size.aliases + (node.alias is not None), depth=size.depth + 1, complexity=cost)
