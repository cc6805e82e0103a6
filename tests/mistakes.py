"""Small mistakes that a programmer could make, one at a time, as other text in one place of a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from enum import Enum
from typing import Any

_OTHER: dict[type[ast.AST], type[Any]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.Mult: ast.Add,
    ast.Continue: ast.Break,
    ast.Break: ast.Continue,
}
#: A text without spaces is a name or a value; others are for people, and have tests by whole outputs.
_NAME = re.compile(r"[\w.:/-]+")
#: What does nothing when the program runs.
_INERT = {"annotation", "returns", "decorator_list", "type_params"}


class Kind(Enum):
    """What kind of thing is mistaken."""

    STEP = "a lost step"
    DECISION = "a turned decision"
    VALUE = "another value"


@dataclass(frozen=True)
class Mistake:
    """`after` instead of `before`, which begins at byte `start`; `inside` is the class and function."""

    file: str
    inside: str
    line: int
    start: int
    before: str
    after: str
    kind: Kind = Kind.VALUE

    def __str__(self) -> str:
        shown = (re.sub(r"\s+", " ", text) for text in (self.before, self.after))
        return f"{self.file} {self.inside}: {' → '.join(shown)}"

    def applied_to(self, text: str) -> str:
        """The file with the mistake."""
        raw = text.encode()
        end = self.start + len(self.before.encode())
        return (raw[: self.start] + self.after.encode() + raw[end:]).decode()


def mistakes_in(file: str, text: str) -> Iterator[Mistake]:
    """Every mistake in a file, in the order of the file."""
    starts = [0]
    for line in text.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    for node, inside in _nodes(ast.parse(text), ()):
        for place, wrong in _mistakes(node):
            start = starts[place.lineno - 1] + place.col_offset
            end = starts[place.end_lineno - 1] + place.end_col_offset
            before, after = text.encode()[start:end].decode(), ast.unparse(wrong)
            after = f"({after})" if isinstance(wrong, ast.expr) else after
            yield Mistake(file, ".".join(inside), place.lineno, start, before, after, _kind(node, wrong))


def _nodes(node: ast.AST, inside: tuple[str, ...]) -> Iterator[tuple[ast.AST, tuple[str, ...]]]:
    """Everything that runs, but for messages. What is in an f-string has no place of its own before Python 3.12."""
    yield node, inside
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        inside = (*inside, node.name)
    match node:
        case ast.JoinedStr() | ast.Raise() | ast.Expr(value=ast.Constant()) | ast.Assign(targets=[ast.Name("__all__")]):
            return
    for name, value in ast.iter_fields(node):
        if name not in _INERT:
            for each in value if isinstance(value, list) else [value]:
                if isinstance(each, ast.AST):
                    yield from _nodes(each, inside)


def _mistakes(node: ast.AST) -> Iterator[tuple[Any, ast.AST]]:  # noqa: C901, PLR0912 - a table
    """What to replace, and by what."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _OTHER:
            yield node, _with(node, ops=[_OTHER[type(operator)]()])
        case ast.BoolOp(op=operator, values=values):
            yield node, _with(node, op=_OTHER[type(operator)]())
            yield from ((node, _with(node, values=rest)) for rest in _without_each(values))
        case ast.BinOp(op=operator) if type(operator) in _OTHER:
            yield node, _with(node, op=_OTHER[type(operator)]())
        case ast.UnaryOp(op=ast.Not()):
            yield node, node.operand
        case ast.Constant(value=bool(value)):
            yield node, ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield node, ast.Constant(value + 1)
        case ast.Constant(value=str(value)) if _NAME.fullmatch(value):
            yield node, ast.Constant(f"{value}x")
        case ast.IfExp(body=body, orelse=orelse):
            yield from ((node, body), (node, orelse))
        case ast.If(test=test) | ast.While(test=test):
            yield test, ast.UnaryOp(ast.Not(), test)
        case ast.Tuple(elts=[_, _, *_], ctx=ast.Load()) | ast.List(elts=[_, _, *_]) | ast.Set(elts=[_, _, *_]):
            yield from ((node, _with(node, elts=rest)) for rest in _without_each(node.elts))
        case ast.comprehension(ifs=[condition]):
            yield condition, ast.Constant(True)
        case ast.ExceptHandler(type=ast.expr() as caught):
            yield caught, ast.Tuple([], ast.Load())
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield node, ast.Return()
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.AugAssign() | ast.Raise():
            yield node, ast.Pass()
        case ast.Continue() | ast.Break():
            yield node, _OTHER[type(node)]()


def _kind(node: ast.AST, wrong: ast.AST) -> Kind:
    if isinstance(wrong, ast.Pass | ast.Return | ast.Continue | ast.Break):
        return Kind.STEP
    decides = ast.Compare | ast.BoolOp | ast.UnaryOp | ast.IfExp | ast.If | ast.While | ast.comprehension
    return Kind.DECISION if isinstance(node, decides | ast.ExceptHandler) else Kind.VALUE


def _with(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _without_each(values: Sequence[ast.expr]) -> Iterator[list[ast.expr]]:
    for number in range(len(values)):
        yield [*values[:number], *values[number + 1 :]]
