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

    def __init__(self, package: str) -> None:
        super().__init__(package)
        spec = find_spec(package)
        self.__path__ = (spec and spec.submodule_search_locations) or []

    def __getattr__(self, name: str) -> type:
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (SimpleNamespace,), {})


def _loaded(packages: tuple[str, ...]) -> dict[str, ModuleType]:
    return {name: module for name, module in sys.modules.items() if name.partition(".")[0] in packages}


@contextmanager
def _only_names_of(*packages: str) -> Iterator[None]:
    others = _loaded(packages)
    names = {package: _Names(package) for package in packages}
    for name in others:
        del sys.modules[name]
    sys.modules.update(names)
    try:
        yield
    finally:
        for name in _loaded(packages):
            del sys.modules[name]
        sys.modules.update(others)


with _only_names_of("gql", "graphql"):
    from gql.graphql_request import GraphQLRequest
    from gql.transport.exceptions import TransportError
    from gql.transport.httpx import HTTPXTransport
