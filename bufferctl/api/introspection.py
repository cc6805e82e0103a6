"""How the service's schema differs from the published one, as far as bufferctl's operations depend on it.

Loaded on request only, since graphql-core is slow to import.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

import graphql

from bufferctl.api.requests import Request, operation

INTROSPECTION = Request(graphql.get_introspection_query(input_value_deprecation=True), "IntrospectionQuery", {})


def schema_differences(published: str, data: Any) -> tuple[str, ...]:
    """A sentence for each thing that the operations need and the introspection `data` lacks.

    Raises TypeError if `data` is not a schema.
    """
    ours, theirs = graphql.build_schema(published), graphql.build_client_schema(data)
    names = (each.name.removesuffix(".graphql") for each in files("bufferctl.api").joinpath("operations").iterdir())
    texts = [operation(name) for name in names if not name.endswith("_fields")]
    found = {
        error.message.partition(" Did you mean")[0]
        for text in texts
        for error in graphql.validate(theirs, graphql.parse(text))
    }
    sent = _fields_below(ours, {name for text in texts for name in re.findall(r"\$\w+: \[?(\w+)", text)})
    for change in graphql.find_breaking_changes(ours, theirs):
        about = [name for name in re.findall(r"\w+(?:\.\w+)?", change.description) if name.partition(".")[0] in sent]
        gone = (name.partition(".")[2] for name in about)
        if about and not any(sent[about[0].partition(".")[0]].get(field) for field in gone):
            found.add(change.description)
    return tuple(sorted(found))


def _fields_below(schema: graphql.GraphQLSchema, names: set[str]) -> dict[str, dict[str, bool]]:
    """The fields of input types and those below them, and whether each is deprecated: those are never sent."""
    found: dict[str, dict[str, bool]] = {}
    todo = [schema.type_map[name] for name in names]
    for kind in todo:
        fields = kind.fields if isinstance(kind, graphql.GraphQLInputObjectType) else {}
        if kind.name not in found:
            found[kind.name] = {name: bool(each.deprecation_reason) for name, each in fields.items()}
            todo += [graphql.get_named_type(each.type) for each in fields.values() if not each.deprecation_reason]
    return found
