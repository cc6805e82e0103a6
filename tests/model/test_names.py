"""The values of the model's enums are Buffer's own, as its schema has them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import pytest
from graphql import GraphQLEnumType, build_schema

from bufferctl.model import PostStatus, SchedulingType, Service, ShareMode, enums

SCHEMA = build_schema(
    (Path(__file__).parents[2] / "bufferctl" / "sandbox" / "schema.graphql").read_text(encoding="utf-8"),
    assume_valid=True,
)
BUFFERS = {name: set(each.values) for name, each in SCHEMA.type_map.items() if isinstance(each, GraphQLEnumType)}


@pytest.mark.parametrize(
    ("enum", "name"),
    [(ShareMode, "ShareMode"), (SchedulingType, "SchedulingType"), (PostStatus, "PostStatus"), (Service, "Service")],
)
def test_as_in_the_schema(enum: type[StrEnum], name: str) -> None:
    """No value is ours alone."""
    assert {each.value for each in enum} <= BUFFERS[name]


@pytest.mark.parametrize(
    "enum", [each for each in vars(enums).values() if isinstance(each, type) and each.__module__ == enums.__name__]
)
def test_all_are_buffers(enum: type[StrEnum]) -> None:
    """Every other enum of the files repeats the values of one of Buffer's."""
    assert any({each.value for each in enum} <= values for values in BUFFERS.values()), enum
