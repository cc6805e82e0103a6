"""gql's transport, its request and its errors, without graphql-core.

gql imports all of graphql-core, which parses, checks and prints documents. That takes a quarter of the time of a small
apply, and nothing of it runs here: our documents are text (`requests`), and the transport needs no more of it than
names for annotations, and a class that holds an answer. So while the transport is imported, those names are classes
without methods. Whoever imports gql or graphql-core otherwise gets the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

__all__ = ["GraphQLRequest", "HTTPXTransport", "TransportError"]


class _Names(ModuleType):
    """Takes the place of a package: its modules are the real ones, and every other name is a class without methods."""

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (SimpleNamespace,), {})


@contextmanager
def _only_names_of(*packages: str) -> Iterator[None]:
    def taken_out() -> dict[str, ModuleType]:
        return {name: sys.modules.pop(name) for name in [*sys.modules] if name.partition(".")[0] in packages}

    others = taken_out()
    for package in packages:
        spec, names = find_spec(package), _Names(package)
        names.__path__ = (spec and spec.submodule_search_locations) or []
        sys.modules[package] = names
    try:
        yield
    finally:
        taken_out()
        sys.modules.update(others)


with _only_names_of("gql", "graphql"):
    from gql.graphql_request import GraphQLRequest
    from gql.transport.exceptions import TransportError
    from gql.transport.httpx import HTTPXTransport
