"""The published SDL (schema.graphql in this package, a copy of schemas/buffer.graphql) with resolvers bound to it."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any

from ariadne import ScalarType, make_executable_schema
from graphql import GraphQLSchema, ValueNode, value_from_ast_untyped

from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.resolvers import RESOLVERS

_ID_SCALARS = (
    "AccountId", "ChannelId", "ContentItemId", "DraftContentId", "DraftId", "Email", "IdeaId", "InvitationId", "NoteId",
    "OrganizationId", "PostGroupId", "PostId", "PostTemplateId", "TagId", "Uuid",
)  # fmt: skip


def sdl() -> str:
    """Return the SDL as text."""
    return resources.files("bufferctl.sandbox").joinpath("schema.graphql").read_text(encoding="utf-8")


@functools.cache
def executable_schema() -> GraphQLSchema:
    """Build the schema, once a process."""
    return make_executable_schema(sdl(), *RESOLVERS, *_scalars())


def _scalars() -> list[ScalarType]:
    scalars = [_scalar(name, _identifier) for name in _ID_SCALARS]
    return [*scalars, _scalar("DateTime", _date_time)]


def _scalar(name: str, read: Any) -> ScalarType:
    def read_literal(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        return read(value_from_ast_untyped(node, variables))

    return ScalarType(name, value_parser=read, literal_parser=read_literal)


def _identifier(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a string")  # noqa: TRY004 - graphql-core turns ValueError into the answer
    return value


def _date_time(value: Any) -> str:
    """Read ISO 8601 and keep it in the form in which posts show it."""
    return iso(parse_time(_identifier(value)))
