"""Values: dataclasses that nobody changes. `replace` makes another of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

__all__ = ["field", "replace", "value"]

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def value(*, order: bool = False, kw_only: bool = False) -> Callable[[type[T]], type[T]]:
    """Makes a class of values, which mypy lets nobody change. `order`: they can be sorted.

    With `frozen=True` Python would guard them too, which makes it take three times as long to make one, and a plan of
    10,000 posts makes 60,000. Comparing, hashing and showing them is written here once, since compiling it for each of
    140 classes takes 20 ms.
    """

    def made(cls: type[T]) -> type[T]:
        slots = not any(isinstance(each, cached_property) for each in vars(cls).values())
        cls = dataclass(slots=slots, order=order, kw_only=kw_only, eq=order, repr=False)(cls)
        names = tuple(each.name for each in fields(cls))  # type: ignore[arg-type]  # it is a dataclass now
        values: Callable[[Any], object] = attrgetter(*names) if names else type

        def equal(self: T, other: object) -> bool:
            return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

        def shown(self: T) -> str:
            return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

        methods = {"__eq__": equal, "__hash__": lambda self: hash(values(self)), "__repr__": shown}
        for name, method in methods.items():
            setattr(cls, name, method)
        return cls

    return made
