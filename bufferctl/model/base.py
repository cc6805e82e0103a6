"""The base of every model of the file format: frozen, strict, no unknown fields, the API's spelling as alias."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Fields are snake_case in files; `model_dump(by_alias=True)` gives the API's camelCase.

    `defer_build`: only the models that a file is read with build their own validator (this halves the start-up time).
    The text below a field is its description, in the JSON Schema and in hints (`config/format.py` reads it there).
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=False,
        loc_by_alias=False,
        defer_build=True,
    )
