"""A declared post or idea as an entry of a file: in the format's terms, without defaults, the text as a block."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, tzinfo
from enum import Enum
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString, SingleQuotedScalarString

from bufferctl.config.format import FILES, ORDER, LocalTimeError, LocalTimes, Override
from bufferctl.config.read import has_entry
from bufferctl.config.resolve import TAKES_VARIABLES, escaped, in_short
from bufferctl.model import Idea, MediaFile, Post, ShareMode, thread_of
from bufferctl.model.about import about, named
from bufferctl.model.base import Model

#: Characters that parsers read differently inside a plain or quoted line, or as a line end in a block.
_ESCAPED = re.compile("[\x00-\x08\x0b\x0c\x0d-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_NO_BLOCK = re.compile(r"\A\s|^\t|\n\Z", re.MULTILINE)
#: Lists that are written on one line, as people do.
_SHORT = named(FILES, lambda about: about.one_line)


def post_entry(post: Post, zone: tzinfo | None = None, organization: str | None = None) -> CommentedMap:
    """The entry of a post without its channels. `organization`: its name where there are several.

    `zone`: of times without an offset where the entry is to stand (None: all get one).
    """
    thread = thread_of(post.metadata)
    derived = ShareMode.CUSTOM_SCHEDULED if post.due_at else ShareMode.ADD_TO_QUEUE
    parts = _parts_beside(post)
    metadata = post.metadata
    if parts and metadata:
        metadata = metadata.model_copy(update={"thread": ()})
    repeats = thread and not parts and thread[0].text == post.text  # the thread begins with it
    written = {
        "organization": organization,
        "mode": None if post.mode is derived else post.mode,
        "text": None if repeats else post.text or None,
        "thread": parts or None,
        "metadata": {post.service.value: metadata} if metadata else None,
    }
    found: CommentedMap = escape_variables(as_entry(zone, **(_given(post) | written)))
    return found


def _parts_beside(post: Post) -> list[Any]:
    """The thread of a post as what follows its text; empty if its first part is not just the post itself.

    A link preview of a part can only be written in the thread of its network.
    """
    first, *others = thread_of(post.metadata) or (None,)
    is_post = first is not None and first.text == post.text and first.assets == post.assets
    if not (post.text and others and is_post) or any(each.link_attachment for each in (first, *others) if each):
        return []
    return [as_entry(None, text=each.text, assets=each.assets) if each.assets else each.text or "" for each in others]


def escape_variables(data: Any, name: str = "") -> Any:
    """The data of a post's field `name`, escaped so that nothing in it is read as a variable: `$$(` for `$(`."""
    if isinstance(data, CommentedMap):
        for each in data:
            data[each] = escape_variables(data[each], each)
    elif isinstance(data, list):
        inside = {"thread": "text", "image": "image", "alt": "alt"}.get(name, "")
        data[:] = [escape_variables(each, inside) for each in data]
    elif isinstance(data, str) and name in {"alt", *TAKES_VARIABLES}:  # `alt` is short for `alt_text`
        return type(data)(escaped(data))
    return data


def idea_entry(idea: Idea, zone: tzinfo | None = None, organization: str | None = None) -> CommentedMap:
    """The entry of an idea; `zone` and `organization` as for a post."""
    return as_entry(zone, **(_given(idea) | {"organization": organization}))


def _given(item: Post | Idea) -> dict[str, Any]:
    """The fields of a declared object that differ from their defaults, and its key."""
    given = ((each.name, getattr(item, each.name), each.default) for each in fields(item) if each.name in ORDER)
    found = {"key": item.address.key, **{name: value for name, value, default in given if value != default}}
    if len(item.repeat_of) == 1:
        (found["repeat_of"],) = item.repeat_of
    return found


def as_entry(zone: tzinfo | None, /, **fields: Any) -> CommentedMap:
    """Fields as YAML, in reading order; those that are None or empty are left out."""
    written = {name: as_yaml(name, fields[name], zone) for name in ORDER if fields.get(name) is not None}
    if short := in_short(written.get("assets", ())):
        written = {name: found for name, found in (written | short).items() if name != "assets"}
    return in_order({name: found for name, found in written.items() if not _is_empty(found)})


def in_order(fields: Mapping[str, Any]) -> CommentedMap:
    """The fields of an entry in the order in which people read them."""
    return CommentedMap({name: fields[name] for name in ORDER if name in fields})


def as_yaml(name: str, given: Any, zone: tzinfo | None = None) -> Any:
    """A value of the models as YAML data. `name`: the field that it is for, which decides how it is written."""
    if isinstance(given, MediaFile):
        return f"/{given.path}"
    if isinstance(given, CommentedMap):
        return given  # it is YAML data already
    if isinstance(given, Model):
        fields = type(given).model_fields.items()
        every = ((key, getattr(given, key), field.get_default(call_default_factory=True)) for key, field in fields)
        changed = {key: value for key, value, default in every if value != default}
        return CommentedMap(
            {key: as_yaml("" if _is_few_words(given, key) else key, value, zone) for key, value in changed.items()}
        )
    if isinstance(given, Mapping):
        found = {key: as_yaml(key, value, zone) for key, value in given.items()}
        return CommentedMap({key: value for key, value in found.items() if not _is_empty(value)})
    if isinstance(given, list | tuple):
        items = CommentedSeq([as_yaml("", each, zone) for each in given])
        if name in _SHORT and not any(isinstance(each, Model) for each in given):
            items.fa.set_flow_style()
        return items
    if isinstance(given, Enum):
        return given.value
    if isinstance(given, datetime):
        return moment_text(given, zone)
    if isinstance(given, float):
        return round(given, 4) if "e" in repr(given) else given  # the format has no exponents
    return text_value(name, given) if isinstance(given, str) else given


def text_value(name: str, text: str) -> str:
    """A text in its best form: `text` as a block, others on one line if they fit."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    written: str = text
    if _ESCAPED.search(text):
        written = DoubleQuotedScalarString(text)
    elif text.startswith((":", "?")) and (name != "text" and "\n" not in text):
        written = SingleQuotedScalarString(text)  # ruamel leaves it plain between brackets, where it is a sign of YAML
    elif text and (name == "text" or "\n" in text):
        # in a block, the last line end is the block's own, and what looks like an entry is taken for one
        in_quotes = _NO_BLOCK.search(text) or has_entry(text)
        written = DoubleQuotedScalarString(text) if in_quotes else LiteralScalarString(text + "\n")
    return written


def moment_text(when: datetime, zone: tzinfo | None) -> str:
    """`2026-12-01 09:00` in `zone`; `2026-12-01T09:00+01:00` where there is none, or the clocks make it unclear."""
    exact = "minutes"
    if when.second:
        exact = "seconds"
    if when.microsecond:
        exact = "microseconds"
    if zone is None:
        return when.isoformat(timespec=exact)
    local = when.astimezone(zone)
    written = local.replace(tzinfo=None, fold=0)
    try:
        LocalTimes("", zone).instant(written)
    except LocalTimeError:
        return local.isoformat(timespec=exact)
    return written.isoformat(" ", exact)


def _is_few_words(model: Model, name: str) -> bool:
    """Whether a field called `text` is not one: a name, or a word of a text."""
    return name == "text" and not any(each.prose for each in about(type(model).model_fields[name]))


def _is_empty(found: Any) -> bool:
    return isinstance(found, CommentedMap | CommentedSeq) and not found


#: The entry of some channels alone, and how it names them.
Member = tuple[CommentedMap, Sequence[str]]


def one_entry(members: Sequence[Member]) -> CommentedMap:
    """One entry for all, which have the same key, time and text: shared fields once, differences in `overrides`."""
    references = [name for _, names in members for name in names]
    shared = CommentedMap()
    overrides: dict[str, CommentedMap] = {name: CommentedMap() for name in references}
    for name in ORDER:
        if name in {"channels", "metadata"}:
            continue
        values = [entry.get(name) for entry, _ in members]
        common = _common(name, values)
        if common is not None:
            shared[name] = common
        for (_, names), value in zip(members, values, strict=True):
            for reference in names if value != common and name not in _GIVEN_ONCE else ():
                overrides[reference][name] = CommentedSeq() if value is None else value
    _metadata(members, shared, overrides)
    channels = CommentedSeq(references)
    channels.fa.set_flow_style()
    found = {"channels": channels, **shared}
    if differing := {name: fields for name, fields in overrides.items() if fields}:
        found["overrides"] = CommentedMap(differing)
    return in_order(found)


#: Fields that are the same for all. A post whose thread begins with its text may leave the text out.
_GIVEN_ONCE = frozenset(ORDER) - Override.model_fields.keys() | {"due_at", "text"}
#: Fields that an override can set to none.
_LISTS = frozenset(name for name, field in Override.model_fields.items() if field.default == ())


def _common(name: str, values: Sequence[Any]) -> Any:
    """The entry's value of a field; None if it is left to overrides, because overrides cannot remove a value."""
    if name in _GIVEN_ONCE:
        return next((value for value in values if value is not None), None)
    if name in _LISTS:
        return max(values, key=values.count)
    return None if any(value is None for value in values) else values[0]


def _metadata(members: Sequence[Member], shared: CommentedMap, overrides: dict[str, CommentedMap]) -> None:
    """Options of a network go into the entry if all of its channels have the same."""
    by_service: dict[str, list[tuple[Sequence[str], Any]]] = {}
    for entry, references in members:
        metadata = entry.get("metadata") or {}
        for service in sorted({name.partition(":")[0] for name in references} | set(metadata)):
            by_service.setdefault(service, []).append((references, metadata.get(service)))
    for service, found in by_service.items():
        first = found[0][1]
        if all(value == first for _, value in found):
            if first is not None:
                shared.setdefault("metadata", CommentedMap())[service] = first
            continue
        for references, value in found:
            for reference in references if value is not None else ():
                if reference.partition(":")[0] == service:
                    overrides[reference]["metadata"] = CommentedMap({service: value})
