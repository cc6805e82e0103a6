"""Reading a GraphQL document: parse, limits, validation, once for each text (NOTES: Limits; findings: Sandbox)."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
    validate,
)

from bufferctl.sandbox.limits import MAX_DEPTH, MAX_TOKENS, excess
from bufferctl.sandbox.schema import executable_schema
from bufferctl.sandbox.store import Doc

_INVALID, _UNPARSED = "GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"


@dataclass(frozen=True)
class Document:
    """A text that was read: the document, or the `errors` of the 400 that refuses it."""

    node: DocumentNode | None
    errors: tuple[Doc, ...] = ()


@functools.lru_cache(maxsize=512)
def read_document(text: str) -> Document:
    """Read a document; whatever is wrong with it is in `errors`."""
    try:
        return _read(text)
    except RecursionError:
        return _refused(f"Query depth limit of {MAX_DEPTH} exceeded.", _INVALID)


def root_fields(
    document: DocumentNode, operation_name: str | None
) -> tuple[str | None, str | None, list[tuple[str, str]]]:
    """Return (operation's name, its kind, root fields as (alias, field)) of the operation that would run."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    chosen = [
        node for node in operations if operation_name is None or (node.name and node.name.value == operation_name)
    ]
    if len(chosen) != 1:
        return operation_name, None, []
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    fields = list(dict.fromkeys(_fields(chosen[0].selection_set, fragments)))
    return chosen[0].name.value if chosen[0].name else None, chosen[0].operation.value, fields


def _read(text: str) -> Document:
    try:
        node = parse(text, max_tokens=MAX_TOKENS)
    except GraphQLSyntaxError as error:
        if f"more than {MAX_TOKENS} tokens" in error.message:
            return _refused(f"Syntax Error: Token limit of {MAX_TOKENS} exceeded.", _UNPARSED)
        if "nested too deeply" in error.message:
            return _refused(f"Query depth limit of {MAX_DEPTH} exceeded.", _UNPARSED)
        return _refused(error.message, _UNPARSED, locations=error.formatted.get("locations"))
    if message := excess(node):
        return _refused(message, _INVALID)
    errors = validate(executable_schema(), node)
    shown = ({**error.formatted, "extensions": {"code": _INVALID}} for error in errors)
    return Document(node, tuple(dict(one) for one in shown))


def _refused(message: str, code: str, **more: object) -> Document:
    return Document(None, ({"message": message, **more, "extensions": {"code": code}},))


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
