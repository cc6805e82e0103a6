"""Edits of a post, made from the models of the file format: each given field changed, and each removed."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from bufferctl.config.format import PostEntry
from bufferctl.model.base import Model

Path = tuple[str | int, ...]

#: Names that must belong to an existing object: other objects of the kind.
_NAMES = {"tags": "hiring", "board": "Behind the scenes", "board_service_id": "9001", "idea": "second"}
#: Values that end the life of a post, or need other fields, too.
_NOT_BY_EDIT = {"shareNow", "customScheduled"}


@dataclass(frozen=True)
class Edit:
    """One field with other values to choose from, best first; without values, it is removed."""

    path: Path
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """`metadata.twitter.thread.1.text`, with a minus if it is removed."""
        return ("" if self.values else "-") + ".".join(map(str, self.path))

    def applied(self, post: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The post with the edit, once for each value."""
        for value in self.values or (None,):
            changed = deepcopy(post)
            _set(changed, self.path, value)
            if self.path == ("text",):
                _follow(changed, value)
            yield changed


def changes(post: dict[str, Any]) -> Iterator[Edit]:
    """Each given field with another value, in the order of the file; in a list, the first entry that has the field."""
    for path, value, kind in fields(post):
        if path not in {("key",), _repeated(post)}:
            yield Edit(path, tuple(_others(path, value, kind)))


def removals(post: dict[str, Any]) -> Iterator[Edit]:
    """Each given optional field removed, and the last entry of each list; inner ones first."""
    found = [Edit(path) for path in _optional(post, PostEntry, ())]
    yield from reversed([edit for edit in found if edit.path != _repeated(post)])


def fields(post: dict[str, Any]) -> Iterator[tuple[Path, str, Any]]:
    """Each given scalar with its type: path, value, the type in the model."""
    yield from _leaves(post, PostEntry, ())


def _leaves(data: dict[str, Any], model: type[Model], at: Path) -> Iterator[tuple[Path, str, Any]]:
    for name, value in data.items():
        kind = kind_of(model, name)
        if isinstance(value, str):
            yield (*at, name), value, kind
        elif isinstance(value, dict):
            yield from _leaves(value, kind, (*at, name))
        else:
            yield from _items(value, kind, (*at, name))


def _items(values: list[Any], kind: Any, at: Path) -> Iterator[tuple[Path, str, Any]]:
    seen: set[Path] = set()
    for index, value in enumerate(values):
        if isinstance(value, str):
            found: Any = [((*at, index), value, kind)]
        else:
            found = _leaves(value, kind, (*at, index))
        for path, text, inner in found:
            if path[len(at) + 1 :] not in seen:
                seen.add(path[len(at) + 1 :])
                yield path, text, inner


def _optional(data: dict[str, Any], model: type[Model], at: Path) -> Iterator[Path]:
    seen: set[Path] = set()
    for name, value in data.items():
        info, path = model.model_fields[name], (*at, name)
        if not info.is_required():
            yield path
        kind = kind_of(model, name)
        inner = [(path, value)] if isinstance(value, dict) else []
        if isinstance(value, list):
            yield (*path, len(value) - 1)
            inner = [((*path, index), each) for index, each in enumerate(value) if isinstance(each, dict)]
        for below, each in inner:
            for found in _optional(each, kind, below):
                if found[len(below) :] not in seen or isinstance(value, dict):
                    seen.add(found[len(below) :])
                    yield found


def kind_of(model: type[Model], name: str) -> Any:
    """The class of a field's values, or of its list items."""
    return _kind(model.model_fields[name].annotation)


def _kind(annotation: Any) -> Any:
    """The type inside `Annotated`, `… | None` and `tuple[…, ...]`."""
    origin = get_origin(annotation)
    if origin in {Annotated, tuple}:
        return _kind(get_args(annotation)[0])
    if origin is Union or origin is type(int | None):
        return _kind(next(each for each in get_args(annotation) if each is not type(None)))
    return annotation


def _others(path: Path, value: str, kind: Any) -> Iterator[str]:
    name = next(part for part in reversed(path) if isinstance(part, str))
    if name in _NAMES:
        yield _NAMES[name]
    elif get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum)):
        yield from (each for each in get_args(kind) or map(str, kind) if each not in {value, *_NOT_BY_EDIT})
    elif kind is bool:
        yield "false" if value == "true" else "true"
    elif kind is datetime:
        yield value[:8] + f"{int(value[8:10]) + 1:02}" + value[10:]
    elif kind is float:
        yield "0.125"
    elif kind is int or value.isdecimal():
        yield str(int(value) + 1)
    else:
        yield f"{value[:-1]}{'!' if value[-1] != '!' else '?'}" if not value.startswith("https://") else f"{value}?v=2"


def _repeated(post: dict[str, Any]) -> Path:
    """The place of the text in a thread's first item, which is the post's own; none without a thread."""
    for service, metadata in post.get("metadata", {}).items():
        if "thread" in metadata:
            return "metadata", service, "thread", 0, "text"
    return ()


def _follow(post: dict[str, Any], text: str | None) -> None:
    """Set the first item of a thread to the post's text."""
    if text is not None and (path := _repeated(post)):
        _set(post, path, text)


def _set(data: Any, path: Path, value: Any) -> None:
    for part in path[:-1]:
        data = data[part]
    if value is None:
        del data[path[-1]]
    else:
        data[path[-1]] = value
