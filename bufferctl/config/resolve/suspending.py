"""The `suspended` lines of a file as far as they can be read, whatever else is wrong with it (design: Suspended).

A file with errors is not read as a model, and must not keep anything from being suspended. Of one that is no YAML, the
lines that make it none are left out; where that may change what a line belongs to, it counts for the whole file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bufferctl.config.format import NO_REASON, suspended_reason
from bufferctl.config.read import Source, Spot, parse
from bufferctl.diagnostics import Severity
from bufferctl.model import Channel, Organization, Service
from bufferctl.model.desired import NOWHERE

_FIELD = "suspended"
#: At the top of a file that is not YAML.
_LINE = re.compile(rf"^{_FIELD}[ \t]*:[ \t]*(?P<reason>[^\r\n]*)", re.MULTILINE)
#: Anywhere in one, in a block or in braces.
_ANYWHERE = re.compile(rf"(?:^[ \t-]*|[{{,][ \t]*){_FIELD}[ \t]*:[ \t]*(?P<reason>[^\r\n,}}]*)", re.MULTILINE)
#: How many lines are left out of a file to read the rest of it.
_MOST_LEFT_OUT = 20


def suspended_lines(source: Source, spot: Spot, *, is_yaml: bool) -> dict[tuple[str, str], str]:
    """The reason of each line, empty for `false`, by the file and the key of its entry, empty at the top.

    `is_yaml`: it could be read as it is written. If not, the reason at its top is also that of `NOWHERE`.
    """
    if _FIELD.encode() not in source.data:
        return {}
    text = source.data.decode()
    whole = readable(spot)
    found = {(source.name, key): reason for key, reason in _within(whole, is_top=True)} if whole else {}
    lines, anywhere = [*_LINE.finditer(text)], [*_ANYWHERE.finditer(text)]
    if whole is None or (not is_yaml and _count(whole) < len(anywhere)):  # nobody knows what some belong to
        lines = anywhere
    if len(lines) > 1 or (lines and (source.name, "") not in found):  # given twice: the one that suspends counts
        reasons = [_reason(line["reason"].partition(" #")[0].strip("\"' \t")) for line in lines]
        found[source.name, ""] = next(filter(None, reasons), "")
    if not is_yaml and found.get((source.name, "")):
        found[NOWHERE] = found[source.name, ""]
    return found


def _count(spot: Spot) -> int:
    """How many `suspended` fields there are."""
    node = spot.node
    own = isinstance(node, dict) and (_FIELD in node or _FIELD in spot.tree.empty.get(id(node), ()))
    return own + sum(map(_count, _children(spot)))


def _children(spot: Spot) -> Iterator[Spot]:
    """What a mapping or a list has in it."""
    if isinstance(spot.node, dict):
        yield from (Spot(spot.tree, each) for each in spot.node.values())
    elif isinstance(spot.node, list):
        yield from (Spot(spot.tree, each) for each in spot.node)


def readable(spot: Spot) -> Spot | None:
    """A file without the lines that are not YAML; None if the rest could then mean something else."""
    if spot.node is not None:
        return spot
    source = spot.tree.source
    lines = source.data.decode().split("\n")
    for _ in range(_MOST_LEFT_OUT):
        tree, problems = parse(Source(source.name, "\n".join(lines), source.folder), mends=0)
        if tree.data is not None:
            return Spot(tree, tree.data)
        wrong = [each.place.line for each in problems if each.place and each.severity is Severity.ERROR]
        if not wrong or not 0 < wrong[0] <= len(lines) or _may_begin_something(lines[wrong[0] - 1]):
            return None
        lines[wrong[0] - 1] = ""
    return None


def _may_begin_something(line: str) -> bool:
    """Whether other lines may belong to what begins on this one; an empty one is not what is wrong."""
    return not line.strip() or line.lstrip().startswith("-") or _FIELD in line


def suspended_homes(spot: Spot, around: str) -> tuple[tuple[Organization, ...], tuple[Channel, ...]]:
    """The organizations and channels of a root file that cannot be read as one, with the reason of each.

    `around`: why everything is suspended, empty if it is not.
    """
    organizations, channels = [], []
    for one in _each(spot, "organizations"):
        name, id_, place = _text(one, "name"), _text(one, "id"), one.place("name")
        label, reason = name or id_, _own(one, around)
        if not label:
            continue
        organizations.append(Organization(label, name, id_, place, suspended=reason))
        for each in _each(one, "channels"):
            name, id_, service = _text(each, "name"), _text(each, "id"), _text(each, "service")
            if (name or id_) and service in set(Service):
                called, place, own = f"{service}:{name or id_}", each.place("name"), _own(each, reason)
                channels.append(Channel(label, called, Service(service), name, id_, place, suspended=own))
    return tuple(organizations), tuple(channels)


def _each(spot: Spot, name: str) -> Iterator[Spot]:
    below = spot.node.get(name) if isinstance(spot.node, dict) else None
    for each in below if isinstance(below, list) else ():
        if isinstance(each, dict):
            yield Spot(spot.tree, each)


def _text(spot: Spot, name: str) -> str | None:
    found = spot.node.get(name)
    return found if found and isinstance(found, str) else None


def _own(spot: Spot, around: str) -> str:
    """The reason of its own line, or else of the line that encloses it."""
    has_none = _FIELD in spot.tree.empty.get(id(spot.node), ())
    return _reason(spot.node.get(_FIELD)) if _FIELD in spot.node or has_none else around


def _within(spot: Spot, *, is_top: bool) -> Iterator[tuple[str, str]]:
    """The key and the reason of each line below: of entries, and of the top."""
    node = spot.node
    if isinstance(node, dict):
        key = "" if is_top else node.get("key")
        has_none = _FIELD in spot.tree.empty.get(id(node), ())
        if isinstance(key, str) and (_FIELD in node or has_none):
            yield key, _reason(node.get(_FIELD))
    for child in _children(spot):
        yield from _within(child, is_top=False)


def _reason(written: Any) -> str:
    """The reason of a line; a line that cannot be read suspends, too."""
    if not isinstance(written, str) or not written:
        return NO_REASON
    try:
        return suspended_reason(written)
    except ValueError:
        return NO_REASON
