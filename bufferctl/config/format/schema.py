"""The JSON Schema of the files, generated from the models that read them: one schema for all files.

It describes values as an editor reads them (`true` a boolean, `280` a number), so text may be a number there. No value
is null anywhere, since an empty field is an error.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from bufferctl.config.format.models import ONLY_ROOT, IncludedFile, RootFile, descriptions
from bufferctl.model.about import describe, subclasses
from bufferctl.model.base import Model

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = "A file of bufferctl: the root file buffer.yaml (it has `version`), or one that it includes."


class _Generator(GenerateJsonSchema):
    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        inner = super().default_schema(schema)
        if inner.get("default", ()) is None:
            del inner["default"]
        return inner

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        return {**super().str_schema(schema), "type": ["string", "number"]}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - a title that repeats the name is noise
        return False


def schema() -> dict[str, Any]:
    references, made = models_json_schema(
        [(RootFile, "validation"), (IncludedFile, "validation")], by_alias=False, schema_generator=_Generator
    )
    for model in subclasses(Model):
        describe(made["$defs"].get(model.__name__, {}), descriptions(model))
    return {
        "$schema": _DIALECT,
        "title": "bufferctl",
        "description": _ABOUT,
        "if": {"anyOf": [{"required": [name]} for name in ONLY_ROOT]},
        "then": references[(RootFile, "validation")],
        "else": references[(IncludedFile, "validation")],
        "$defs": made["$defs"],
    }


def schema_text() -> str:
    """The schema as it is committed and printed."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
