"""The values of the model's enums are Buffer's own, as its schema has them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, get_args, get_origin

import pytest
from graphql import GraphQLEnumType

from bufferctl import model
from bufferctl.model import PostStatus, SchedulingType, Service, ShareMode, enums
from bufferctl.model.metadata import MODELS, GoogleBusinessButton, PostType
from tests.sources import published

BUFFERS = {name: set(each.values) for name, each in published().type_map.items() if isinstance(each, GraphQLEnumType)}


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


def test_values_of_networks_are_buffers() -> None:
    """What a field of a network may be is one of the values of Buffer's, for each field that has a choice."""
    choices = {
        (service.value, name): set(get_args(kind))
        for service, model in MODELS.items()
        for name, field in model.model_fields.items()
        for kind in (field.annotation, *get_args(field.annotation))
        if get_origin(kind) is Literal
    }
    assert {"type", "license", "privacy"} == {name for _, name in choices}
    assert [at for at, choice in choices.items() if not any(choice <= values for values in BUFFERS.values())] == []


def test_kinds_of_posts_and_buttons() -> None:
    """Every one of Buffer's."""
    assert set(get_args(PostType)) == BUFFERS["PostType"]
    assert set(get_args(GoogleBusinessButton)) == BUFFERS["GoogleBusinessPostActionType"]


def test_a_name_that_the_model_does_not_have() -> None:
    """Neither imported nor taken for a value."""
    with pytest.raises(AttributeError, match="no attribute 'Article'"):
        _ = model.Article  # type: ignore[attr-defined]  # mypy knows, too
