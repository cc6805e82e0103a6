"""The text of operations, each from its `.graphql` file, and several combined into one document with aliases.

A file holds one operation with one field (`query Posts($input: …) { posts(input: $input) {…} }`), or one fragment
named after the file. When they are combined, each variable and field gets the number of its alias, so that inputs
stay variables: the document's size does not depend on the content (notes: Limits). Documents are never parsed: a test
validates each against the published schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from gql import GraphQLRequest
from pydantic.alias_generators import to_camel

from bufferctl.api.parsing import PLAIN

#: Stands in a file for the fields that are read as they are.
_PLAIN = re.compile(r"# plain fields of (\w+)")
_OPERATION = re.compile(r"(query|mutation) \w+(?:\((.*?)\))? \{\n(.*)\}\s*", flags=re.DOTALL)
_SPREAD = re.compile(r"\.\.\.(\w+)")
_VARIABLE = re.compile(r"\$(\w+)")
_CAPITAL = re.compile(r"(?<!^)([A-Z])")


class Request(GraphQLRequest):
    """A request whose document is plain text.

    gql's own request parses the text and prints it again each time it is sent; nothing here needs the syntax tree.
    """

    def __init__(self, text: str, operation_name: str, variables: Mapping[str, Any]) -> None:
        self.text = text
        self.operation_name = operation_name
        self.variable_values = dict(variables)
        self.extensions = None

    @property
    def payload(self) -> dict[str, Any]:
        """The JSON body of the request (notes: Endpoint)."""
        return {"query": self.text, "variables": self.variable_values, "operationName": self.operation_name}


def operation(name: str) -> str:
    """The text of `operations/NAME.graphql`, with the fragments it uses."""
    text = _file(name)
    return "\n".join((text, *_fragments(text)))


def merged(title: str, names: tuple[str, ...]) -> str:
    """One document named `title` with the field of each named operation, aliased `a0`, `a1`, … in order.

    Variables get the same number: `$input` becomes `$input0`. Either all are queries or all are mutations, and at least
    one of them has a variable.
    """
    variables, fields, kind = [], [], ""
    for number, name in enumerate(names):
        kind, declared, field = _split(name)
        if declared:
            variables.append(_VARIABLE.sub(rf"$\g<1>{number}", declared))
        fields.append(f"  a{number}: " + _VARIABLE.sub(rf"$\g<1>{number}", field))
    body = "".join(fields)
    return "\n".join((f"{kind} {title}({', '.join(variables)}) {{\n{body}}}\n", *_fragments(body)))


def numbered(variables: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The variables of several operations under the names that `together` gives them."""
    return {f"{name}{number}": value for number, each in enumerate(variables) for name, value in each.items()}


def _split(name: str) -> tuple[str, str, str]:
    """Kind, declared variables and field of an operation's file."""
    match = _OPERATION.fullmatch(_file(name))
    if match is None:  # cannot happen: a test reads every file
        raise ValueError(f"operations/{name}.graphql is not one operation with one field")
    return match[1], match[2] or "", match[3].removeprefix("  ")


def _fragments(text: str) -> list[str]:
    """Every fragment that the text uses, directly or through other fragments, once each."""
    found: dict[str, str] = {}
    waiting = _SPREAD.findall(text)
    while waiting:
        spread = waiting.pop()
        if spread not in found:
            found[spread] = _file(_CAPITAL.sub(r"_\1", spread).lower())
            waiting += _SPREAD.findall(found[spread])
    return [found[spread] for spread in sorted(found)]


@cache
def _file(name: str) -> str:
    text = files("bufferctl.api").joinpath("operations", f"{name}.graphql").read_text(encoding="utf-8")
    return _PLAIN.sub(lambda found: "\n".join(map(to_camel, PLAIN[found[1]])), text)
