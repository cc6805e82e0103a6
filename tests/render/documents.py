"""JSON documents checked against the published schemas, more strictly than readers of a later version may be."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no type hints

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def validator(kind: str) -> Draft202012Validator:
    """The published schema of a document, any unnamed property refused; `tests/config/test_schema.py` checks all."""
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    closed = _closed(schema)
    assert isinstance(closed, dict)
    return Draft202012Validator(inlined(closed))


def _closed(schema: object) -> object:
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {name: _closed(each) for name, each in schema.items()}
    return {**closed, "additionalProperties": False} if isinstance(closed.get("properties"), dict) else closed


def inlined(schema: dict[str, Any]) -> Any:
    """The same schema, where what `$ref` names is in its place: to look that up took a third of each check."""
    named: dict[str, Any] = {f"#/$defs/{name}": {} for name in schema.get("$defs", {})}

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(each) for each in part]
        if not isinstance(part, dict):
            return part
        if isinstance(part.get("$ref"), str):
            assert part.keys() <= {"$ref", "description", "default"}, "what is beside it says nothing of the value"
            return named[part["$ref"]]
        return {name: whole(each) for name, each in part.items()}

    for name, model in schema.get("$defs", {}).items():
        named[f"#/$defs/{name}"] |= whole(model)
    return {name: whole(each) for name, each in schema.items() if name != "$defs"}


def checked(text: str) -> dict[str, Any]:
    """The document, after a check that its schema names all of it."""
    document: dict[str, Any] = json.loads(text)
    problems = [
        f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator(document["kind"]).iter_errors(document)
    ]
    assert problems == []
    return document
