"""Validation that continues: an error in one entry of a list does not hide errors in others.

A list of entries is read in portions; only if that fails is each entry read by itself, then again without its wrong
fields, so that the rest of it is still there for later checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache, partial
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError, ValidationInfo, WrapValidator
from pydantic_core import ErrorDetails

from bufferctl.limits import MOST_PROBLEMS

M = TypeVar("M", bound=BaseModel)

#: How many entries are read at once.
_PORTION = 100


@dataclass
class Faults:
    """All errors: pydantic's errors by the container that they are relative to, and the top fields that they spoil.

    `found` also has the model of each container, or of its entries; `tell` is called when it has more to explain, and
    there is `room` for so many problems. `starts`: the day that relative times are counted from (`model.base.When`);
    text where that is no day. `today`: for hints about a day without its year.
    """

    found: dict[int, tuple[Any, type[BaseModel], list[ErrorDetails]]] = field(default_factory=dict)
    broken: dict[int, set[str]] = field(default_factory=dict)
    tell: Callable[[Faults], None] = lambda _: None
    room: int = MOST_PROBLEMS + 1
    starts: date | str | None = None
    today: date | None = None


def each_of(model: type[BaseModel], *, kept: bool = False) -> WrapValidator:
    """A list of entries of that model; an entry of which nothing is left is None.

    Not `kept`: many of them are read while somebody goes through them, once, since they take much more memory than what
    becomes of them.
    """
    # Not pydantic's handler, which has what it is called for: the file would hold the entries, and they the file.
    reader = cache(lambda: TypeAdapter(tuple[model, ...]))  # type: ignore[valid-type]  # a model is a type

    def each(values: Any, handler: Callable[[Any], Any], info: ValidationInfo) -> Any:
        faults = info.context
        if type(values) is not list or not isinstance(faults, Faults):
            return handler(values)
        read = handler if kept else partial(reader().validate_python, context=faults)
        entries = _entries(values, model, read, faults)
        return tuple(entries) if kept or len(values) <= _PORTION else entries

    return WrapValidator(each)


def _entries(values: list[Any], model: type[BaseModel], read: Callable[[Any], Any], faults: Faults) -> Iterator[Any]:
    for at in range(0, len(values), _PORTION):
        portion = values[at : at + _PORTION]
        try:
            found = read(portion)
        except ValidationError:
            numbers = range(at, at + len(portion))
            found = [_entry(values, number, model, lambda value: read([value])[0], faults) for number in numbers]
            faults.tell(faults)
        yield from found


def _entry(values: list[Any], index: int, model: type[BaseModel], read: Callable[[Any], Any], faults: Faults) -> Any:
    entry = values[index]
    try:
        return read(entry)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        for each in errors:
            each["loc"] = each["loc"][1:]
        if not isinstance(entry, dict):
            at_list = faults.found.setdefault(id(values), (values, model, []))[2]
            at_list += [{**each, "loc": (index, *each["loc"])} for each in errors]
            return None
        faults.found.setdefault(id(entry), (entry, model, errors))  # an alias counts once
        return _what_is_left(entry, errors, read, faults)


def _what_is_left(entry: dict[str, Any], errors: list[ErrorDetails], read: Callable[[Any], Any], faults: Faults) -> Any:
    wrong = {str(each["loc"][0]) for each in errors if each["loc"]}
    faults.broken[id(entry)] = wrong
    try:
        return read({name: value for name, value in entry.items() if name not in wrong})
    except ValidationError:
        return None


def read_model(model: type[M], data: dict[str, Any], faults: Faults) -> M | None:
    """The model of a whole file, as far as it can be read. Errors are in `faults`."""

    def read(value: Any) -> M:
        return model.model_validate(value, context=faults)

    try:
        return read(data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        faults.found[id(data)] = data, model, errors
        found: M | None = _what_is_left(data, errors, read, faults)
        faults.tell(faults)
        return found
