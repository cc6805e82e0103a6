"""Validation that continues: an error in one entry of a list does not hide errors in others.

A list of entries is read as a whole; only where that fails is each entry read by itself, then again without the fields
that are wrong, so that what is left of it is still there for the checks that follow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import ErrorDetails

M = TypeVar("M", bound=BaseModel)


@dataclass
class Faults:
    """What was wrong: pydantic's errors by the container that they are relative to, and the top fields they spoil.

    `starts`: the day that relative times are counted from (`model.base.When`); text where that is no day.
    """

    found: dict[int, tuple[Any, list[ErrorDetails]]] = field(default_factory=dict)
    broken: dict[int, set[str]] = field(default_factory=dict)
    starts: date | str | None = None

    def note(self, container: Any, errors: list[ErrorDetails]) -> None:
        """Keep the errors of one container; duplicates count once."""
        self.found.setdefault(id(container), (container, errors))


def _each(values: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
    if type(values) is not list or not isinstance(info.context, Faults):
        return handler(values)
    try:
        return handler(values)
    except ValidationError:
        faults = info.context
        return tuple(_entry(values, index, handler, faults) for index in range(len(values)))


def _entry(values: list[Any], index: int, handler: ValidatorFunctionWrapHandler, faults: Faults) -> Any:
    entry = values[index]

    def read(value: Any) -> Any:
        return handler([value])[0]

    try:
        return read(entry)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        for each in errors:
            each["loc"] = each["loc"][1:]
        if not isinstance(entry, dict):
            at_list = faults.found.setdefault(id(values), (values, []))[1]
            at_list += [{**each, "loc": (index, *each["loc"])} for each in errors]
            return None
        faults.note(entry, errors)
        return _what_is_left(entry, errors, read, faults)


def _what_is_left(entry: dict[str, Any], errors: list[ErrorDetails], read: Callable[[Any], Any], faults: Faults) -> Any:
    wrong = {str(each["loc"][0]) for each in errors if each["loc"]}
    faults.broken[id(entry)] = wrong
    try:
        return read({name: value for name, value in entry.items() if name not in wrong})
    except ValidationError:
        return None


#: For lists of entries; an entry of which nothing is left is None.
Each = WrapValidator(_each)


def read_model(model: type[M], data: dict[str, Any], faults: Faults) -> M | None:
    """The model of a whole file, as far as it can be read. Errors are in `faults`."""

    def read(value: Any) -> M:
        return model.model_validate(value, context=faults)

    try:
        return read(data)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        faults.note(data, errors)
        found: M | None = _what_is_left(data, errors, read, faults)
        return found
