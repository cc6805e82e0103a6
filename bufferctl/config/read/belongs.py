"""Where a misplaced field of a post belongs: the line to write instead, ready to paste."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from bufferctl.config.format import meanings, nearest_field, services_in
from bufferctl.diagnostics import all_of
from bufferctl.model import NETWORKS, Service
from bufferctl.model.about import below
from bufferctl.model.metadata import MODELS, GoogleBusinessMetadata

#: A text that YAML reads as text in braces, too, and as nothing else.
_PLAIN = re.compile(r"[A-Za-z][\w./-]*(?::\w[\w./-]*)?(?: [\w./-]+)*\.?")
_WORDS_OF_YAML = {"true", "false", "null"}
_INDENT = "and this and the lines below it two spaces further in"


def flow(value: Any) -> str:
    """A value as one line of YAML. Its scalars are texts, as they stand in the file."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {flow(each)}' for name, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow, value))}]"
    text = str(value)
    is_plain = _PLAIN.fullmatch(text) and text.casefold() not in _WORDS_OF_YAML
    return text if is_plain or text in {"true", "false"} else json.dumps(text, ensure_ascii=False)


def services_of(entry: Mapping[str, Any]) -> list[Service]:
    """The networks that an entry names in `channels`."""
    given = entry.get("channels")
    names = given if isinstance(given, list) else [given]
    found = (service for name in names if isinstance(name, str) for service in services_in(name))
    return [Service(each.partition(":")[0]) for each in found]


def _options(name: str, services: Iterable[Service]) -> dict[Service, str]:
    """The networks that have an option of about that name, with its proper name."""
    models = {service: MODELS[service] for service in services if service in MODELS}
    found = {service: nearest_field(name, model.model_fields) for service, model in models.items()}
    return {service: field for service, field in found.items() if field}


def elsewhere(entry: Mapping[str, Any], name: str, value: Any, owner: type[BaseModel]) -> str:
    """The hint for a field that belongs under `metadata` or `overrides`; empty for any other."""
    return (
        _of_one_network(entry, name, value, owner)
        or _of_networks(entry, name, owner)
        or _of_others(entry, name, value, owner)
    )


def _of_networks(entry: Mapping[str, Any], name: str, owner: type[BaseModel]) -> str:
    """The hint for an option of the networks that the entry goes to; empty if it is none."""
    services = services_of(entry)
    if "metadata" not in owner.model_fields or not _options(name, services):
        return ""
    if "metadata" in entry:
        return _below_metadata(entry["metadata"], name, entry[name], services)
    meant: dict[str, dict[str, Any]] = {}
    first = ""
    for each, value in entry.items():
        if each in owner.model_fields or isinstance(value, list | dict):
            continue
        for service, field in _options(each, services).items():
            meant.setdefault(service.value, {})[field] = in_group(MODELS[service], field, value)
            first = first or each
    if not meant:
        return ""
    return f"{'' if name == first else 'delete it, and '}write `metadata: {flow(meant)}`"


def _below_metadata(metadata: Any, name: str, value: Any, services: Iterable[Service]) -> str:
    """The hint for an option of networks beside `metadata`; empty if it has a form that no line can show."""
    if not isinstance(metadata, Mapping) or isinstance(value, list | dict):
        return ""
    lines = []
    for service, field in _options(name, services).items():
        option = {field: in_group(MODELS[service], field, value)}
        if isinstance(metadata.get(service.value), Mapping):
            lines.append(f"`{flow(option)[1:-1]}` below `{service.value}:` in `metadata`")
        else:
            lines.append(f"`{service.value}: {flow(option)}` below `metadata:`")
    return f"delete it, and write {', and '.join(lines)}"


def in_group(model: type[BaseModel], field: str, value: Any) -> Any:
    """The value for a field that somebody gave as one text, if it is a group with a field for that text."""
    group = below(model, field)
    if group is None or not isinstance(value, str):
        return value
    name = next((each for each in ("text", "url") if each in group.model_fields), "")
    return {name: value} if name else value


def in_details(entry: Mapping[str, Any], name: str) -> str:
    """The hint for a field of Google Business's details that is beside them: the line for those of the post's type."""
    details = f"details_{entry.get('type')}"
    group = below(GoogleBusinessMetadata, details) if details in GoogleBusinessMetadata.model_fields else None
    if group is None or nearest_field(name, group.model_fields) is None:
        return ""
    fields = {each: nearest_field(each, group.model_fields) for each in entry}
    unknown = [each for each in entry if fields[each] and each not in GoogleBusinessMetadata.model_fields]
    given = entry.get(details)
    if isinstance(given, Mapping):
        return f"write `{fields[name]}: {flow(entry[name])}` below `{details}:`"
    moved = ["title", *unknown] if "title" in entry and fields["title"] else unknown
    line = f"write `{details}: {flow({str(fields[each]): entry[each] for each in moved})}`"
    return line if name == unknown[0] else f"delete it, and {line}"


def _of_others(entry: Mapping[str, Any], name: str, value: Any, owner: type[BaseModel]) -> str:
    """The hint for an option that only networks have to which the entry does not go, or which may be any network's."""
    there = services_of(entry)
    having = _having(name)
    if not having or "metadata" not in owner.model_fields or set(having) & set(there):
        return ""
    if there:
        return of_others_only(name)
    if len(having) == 1:
        return ""  # `metadata: {pinterest: …}` is for `explaining`, which also knows the fields of assets
    if isinstance(value, list | dict):
        return f"write it for each network, under `metadata`; only {_all_have(having)} it"
    first = having[0]
    field = _options(name, [first]).get(first, name)
    line = flow({first.value: {field: in_group(MODELS[first], field, value)}})
    return f"write it for each network, such as `metadata: {line}`; only {_all_have(having)} it"


def of_others_only(name: str) -> str:
    """The hint for an option that a network lacks and others have; empty if none has it."""
    having = _having(name)
    if not having:
        return ""
    return f"delete it: only {_all_have(having)} it"


def _all_have(having: Sequence[Service]) -> str:
    """`X has`, or `X and YouTube have`."""
    return f"{all_of(NETWORKS[each].label for each in having)} {'has' if len(having) == 1 else 'have'}"


def _having(name: str) -> list[Service]:
    """The networks that have an option of that name, or that people call so."""
    meant = {name, *meanings(name)}
    return [service for service, model in MODELS.items() if meant & model.model_fields.keys()]


def _of_one_network(entry: Mapping[str, Any], name: str, value: Any, owner: type[BaseModel]) -> str:
    """The hint for a group of fields under the name of a network, beside the others; empty for anything else."""
    service = name.partition(":")[0]
    if service not in set(Service) or not isinstance(value, dict) or "metadata" not in owner.model_fields:
        return ""
    model = MODELS.get(Service(service))
    is_option = model is not None and all(nearest_field(each, model.model_fields) for each in value)
    group = "metadata" if is_option and not value.keys() <= owner.model_fields.keys() else "overrides"
    if group not in owner.model_fields:
        return ""
    if group in entry:
        return f"it belongs under `{group}`, two spaces further in"
    return f"write `{group}:` above it, {_INDENT}"


def in_metadata(entry: Mapping[str, Any], name: str, value: Any) -> str:
    """The hint for an option beside the networks in `metadata`: the line with the network that it belongs to."""
    found = _options(name, services_of(entry))
    if len(found) != 1 or isinstance(value, list | dict):
        return ""
    ((service, field),) = found.items()
    return f"write `{service.value}: {flow({field: in_group(MODELS[service], field, value)})}`"
