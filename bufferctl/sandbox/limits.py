"""What one document may hold (NOTES: Limits): aliases, depth, directives, complexity. Tokens are counted while parsing.

Complexity: a field without sub-fields is 1, one with them 2 plus 1.5 times what they cost, times a literal `first`.
Variables count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

MAX_ALIASES, MAX_TOKENS, MAX_DEPTH, MAX_DIRECTIVES, MAX_COMPLEXITY = 30, 15_000, 25, 50, 175_000
_LEVEL, _OBJECT, _SCALAR = 1.5, 2, 1


@dataclass
class Size:
    """How large a part of a document is; parts add up."""

    aliases: int = 0
    depth: int = 0
    directives: int = 0
    complexity: float = 0

    def add(self, other: Size) -> None:
        """Take in a part that stands beside this one."""
        self.aliases += other.aliases
        self.depth = max(self.depth, other.depth)
        self.directives += other.directives
        self.complexity += other.complexity


def excess(document: DocumentNode) -> str | None:
    """Return the message that names the first limit that an operation of the document exceeds, None if none."""
    measure = _Measure(document)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            size = measure.selections(definition.selection_set)
            size.directives += len(definition.directives or ())
            for what, found, limit in (
                ("Aliases", size.aliases, MAX_ALIASES),
                ("Query depth", size.depth, MAX_DEPTH),
                ("Directives", size.directives, MAX_DIRECTIVES),
                ("Query complexity", round(size.complexity), MAX_COMPLEXITY),
            ):
                if found > limit:
                    return f"{what} limit of {limit} exceeded, found {found}."
    return None


class _Measure:
    """Measures selections, each fragment once, so that fragments that spread fragments stay cheap."""

    def __init__(self, document: DocumentNode) -> None:
        definitions = (node for node in document.definitions if isinstance(node, FragmentDefinitionNode))
        self._fragments = {node.name.value: node for node in definitions}
        self._sizes: dict[str, Size] = {}

    def selections(self, selection_set: SelectionSetNode | None) -> Size:
        total = Size()
        for node in selection_set.selections if selection_set else ():
            total.add(self._one(node))
        return total

    def _one(self, node: SelectionNode) -> Size:
        own = Size(directives=len(node.directives or ()))
        if isinstance(node, FieldNode):
            own.add(self._field(node))
        elif isinstance(node, InlineFragmentNode):
            own.add(self.selections(node.selection_set))
        elif isinstance(node, FragmentSpreadNode):
            own.add(self._fragment(node.name.value))
        return own

    def _field(self, node: FieldNode) -> Size:
        inner = self.selections(node.selection_set)
        cost = _OBJECT + _LEVEL * inner.complexity if node.selection_set else _SCALAR
        for argument in node.arguments or ():
            if argument.name.value == "first" and isinstance(argument.value, IntValueNode):
                cost *= max(1, int(argument.value.value))
        return Size(inner.aliases + (node.alias is not None), inner.depth + 1, inner.directives, cost)

    def _fragment(self, name: str) -> Size:
        if name not in self._sizes:
            self._sizes[name] = Size()  # a fragment within itself adds nothing; validation refuses it
            fragment = self._fragments.get(name)
            if fragment:
                self._sizes[name] = self.selections(fragment.selection_set)
        return self._sizes[name]
