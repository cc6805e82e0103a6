"""Facts about a field of the files besides its type, stated once in its annotation."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache, lru_cache
from itertools import pairwise
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from bufferctl.value import value


@value()
class About:
    """Facts about a field; an annotation may have several, also within its type."""

    called: str = ""  # other names that people use for it, in lower case
    order: int = 0  # its place among the fields that are laid out, 0 for none
    goes_with: str = ""  # the field that it is given in place of, or together with: an override of either replaces both
    prose: bool = False  # text for people, in which ` #` is more likely a hashtag than a comment
    takes_variables: bool = False  # `$(name)` in it is replaced
    one_line: bool = False  # a list that is written on one line
    instant: bool = False  # a date with a time
    as_is: bool = False  # Buffer takes it under its own name, and returns it so unless the same says `unread`
    unread: bool = False  # Buffer does not return it, or not as it was sent
    filled_in: bool = False  # Buffer may give it a value where the files have none
    otherwise: Any = None  # what Buffer gives it where the files have none, None if that is not known
    documented: bool = False  # Buffer documents that it does so
    legal: bool = False  # it states something by law
    on: bool = False  # a switch that is on unless a post turns it off
    unseen: bool = False  # no reader sees it
    private: bool = False  # of what is declared: neither public nor a part of the schedule
    may_be_lost: bool = False  # it may come back empty


def about(field: FieldInfo) -> Iterator[About]:
    """All facts about a field."""
    yield from (each for each in (*field.metadata, *_within(field.annotation)) if isinstance(each, About))


def _within(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    if get_origin(annotation) in {Annotated, Union}:
        for each in get_args(annotation):
            yield from _within(each)


def fields_with(kind: type, test: Callable[[About], bool]) -> dict[str, Any]:
    """The fields of a dataclass that have an `About`, with their defaults."""
    return {each.name: each.default for each in fields(kind) if any(map(test, _stated(kind)[each.name]))}


@cache
def _stated(kind: type) -> dict[str, list[About]]:
    types = get_type_hints(kind, include_extras=True)
    return {name: [each for each in _within(types[name]) if isinstance(each, About)] for name in types}


def is_group(field: FieldInfo) -> bool:
    """Whether the value is a group of fields (`name: value`), and cannot be a single value."""
    kinds = [field.annotation, *get_args(field.annotation)]
    is_map = any(get_origin(each) is dict or (isinstance(each, type) and issubclass(each, BaseModel)) for each in kinds)
    return (
        is_map
        and get_origin(field.annotation) is not tuple
        and not any(isinstance(each, BeforeValidator) for each in field.metadata)
    )


def kinds_in(annotation: Any) -> Iterator[type]:
    """The classes that a type contains, in its unions, lists and maps too."""
    if isinstance(annotation, type):
        yield annotation
    for each in get_args(annotation):
        yield from kinds_in(each)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models among the classes that a type contains."""
    yield from (each for each in kinds_in(annotation) if issubclass(each, BaseModel))


@lru_cache(maxsize=1024)
def below(owner: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    """The model of a field; the same model if it has no such field (a key of a map)."""
    if owner is None or name not in owner.model_fields:
        return owner
    return next(models_in(owner.model_fields[name].annotation), None)


@cache
def fields_below(*models: type[BaseModel]) -> tuple[tuple[str, FieldInfo, tuple[About, ...]], ...]:
    """The fields of some models and of every model below them, each model once: name, field, and its facts."""
    todo, found = list(models), []
    for model in todo:
        for name, field, stated, within in _fields_of(model):
            found.append((name, field, stated))
            todo += [each for each in within if each not in todo]
    return tuple(found)


@cache
def _fields_of(model: type[BaseModel]) -> list[tuple[str, FieldInfo, tuple[About, ...], list[type[BaseModel]]]]:
    """The fields of a model: name, field, what is stated of it, the models in it."""
    fields = model.model_fields.items()
    return [(name, field, tuple(about(field)), list(models_in(field.annotation))) for name, field in fields]


def named(models: Iterable[type[BaseModel]], test: Callable[[About], bool]) -> frozenset[str]:
    """The names of all fields below some models that have a certain fact."""
    return frozenset(name for name, _, stated in fields_below(*models) if any(map(test, stated)))


def reading_order(*models: type[BaseModel]) -> tuple[str, ...]:
    """The names of fields in the order in which they are laid out; those without a place are left out."""
    fields = [item for model in models for item in model.model_fields.items()]
    places = {name: max((each.order for each in about(field)), default=0) for name, field in fields}
    return tuple(sorted(filter(places.get, places), key=lambda name: places[name]))


def texts_below(kind: type) -> dict[str, str]:
    """The text below each field of a class, or below each member of an enum; inherited ones included.

    It is read from the source only when somebody asks: pydantic would read that of each class at its import.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if base is BaseModel:  # the texts of a library are about itself
            continue
        written = _classes_in(base.__module__).get(base.__qualname__)
        if written is None:
            continue
        for statement, below in pairwise(written.body):
            match statement, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)) | ast.Assign(targets=[ast.Name(id=name)]),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    found[name] = inspect.cleandoc(text)
    return found


@cache
def _classes_in(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module as they are written; none if it is installed without its source, or not Python."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[module]))
    except (OSError, TypeError):
        return {}
    return {each.name: each for each in tree.body if isinstance(each, ast.ClassDef)}


def describe(schema: Mapping[str, Any], descriptions: Mapping[str, str]) -> None:
    """Give the fields of a model their descriptions, in its JSON Schema."""
    for name, field in schema.get("properties", {}).items():
        if name in descriptions:
            field["description"] = descriptions[name]


def subclasses(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Every model that is made from another one, directly or not."""
    for below in kind.__subclasses__():
        yield below
        yield from subclasses(below)
