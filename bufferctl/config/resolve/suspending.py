"""The `suspended` lines of a file as far as they can be read, whatever else is wrong with it (design: Suspended).

A file with errors is not read as a model, and must not keep anything from being suspended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bufferctl.config.format import NO_REASON, suspended_reason
from bufferctl.config.read import Source, Spot

_FIELD = "suspended"
#: At the top of a file that is not YAML.
_LINE = re.compile(rf"^{_FIELD}[ \t]*:[ \t]*(?P<reason>[^\r\n]*)", re.MULTILINE)


def suspended_lines(source: Source, spot: Spot) -> dict[tuple[str, str], str]:
    """The reason of each line, empty for `false`, by the file and the key of its entry, empty at the top."""
    if _FIELD.encode() not in source.data:
        return {}
    found = {(source.name, key): reason for key, reason in _within(spot, is_top=True)}
    lines = [*_LINE.finditer(source.data.decode())]
    if len(lines) > 1 or (lines and (source.name, "") not in found):  # given twice: the one that suspends counts
        reasons = [_reason(line["reason"].partition(" #")[0].strip("\"' \t")) for line in lines]
        found[source.name, ""] = next(filter(None, reasons), "")
    return found


def _within(spot: Spot, *, is_top: bool) -> Iterator[tuple[str, str]]:
    """The key and the reason of each line below: of entries, and of the top."""
    node = spot.node
    if isinstance(node, dict):
        key = "" if is_top else node.get("key")
        has_none = _FIELD in spot.tree.empty.get(id(node), ())
        if isinstance(key, str) and (_FIELD in node or has_none):
            yield key, _reason(node.get(_FIELD))
        children = list(node.values())
    else:
        children = node if isinstance(node, list) else []
    for child in children:
        yield from _within(Spot(spot.tree, child), is_top=False)


def _reason(written: Any) -> str:
    """What cannot be read suspends as well."""
    if not isinstance(written, str) or not written:
        return NO_REASON
    try:
        return suspended_reason(written)
    except ValueError:
        return NO_REASON
