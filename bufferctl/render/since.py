"""Finds changes since a reader's last look: the earlier version of a comment has its digests in a hidden line.

The line has the commit and the time of the plan, then for each entry's occurrence a digest of its name, one of its
texts, and the digests of its posts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import blake2b

from bufferctl.model import instant
from bufferctl.render import words
from bufferctl.render.grouped import Grouped, PlanItem
from bufferctl.render.lines import count
from bufferctl.value import value

_LINE = re.compile(r"<!-- bufferctl:seen (?P<commit>[0-9a-f]*|-) (?P<at>\S+)(?P<items>[0-9a-f:, ]*) -->")
#: How long the line may be; a larger plan goes without, since a comment has an end.
_MOST = 24_000
#: Bytes of the digest of a name and of a text.
_NAME, _TEXT = 4, 3
#: How many digits of a commit it has.
_COMMIT = 7


#: A digest of the texts of an occurrence, and those of its posts.
_Seen = tuple[str, frozenset[str]]


@value()
class Since:
    """The differences from an earlier plan, at `commit` (empty if unknown).

    `removed` is how many items are gone. `found` are the items of this plan, by what happened to them.
    """

    commit: str
    at: datetime
    found: Mapping[str, Sequence[PlanItem]]
    removed: int

    @property
    def items(self) -> tuple[PlanItem, ...]:
        """The items of this plan that differ."""
        return tuple(item for items in self.found.values() for item in items)

    def told(self, now: datetime) -> str:
        """`Since a1b2c3d (2 hours ago): 2 texts changed, 1 added`."""
        numbers = {**{what: len(items) for what, items in self.found.items()}, "removed": self.removed}
        said = [count(number, what, what.replace("text ", "texts ")) for what, number in numbers.items() if number]
        since = f"Since {self.commit or 'your last look'} ({words.away(self.at, now, 'UTC')})"
        return f"{since}: {', '.join(said) or 'nothing changed'}"


def seen_line(grouped: Grouped, commit: str = "") -> str:
    """The hidden line of a plan for a `commit`, if it has one; empty if there is nothing to review, or too much."""
    items = _seen(grouped.items)
    listed = " ".join(f"{name}:{text}:{','.join(sorted(digests))}" for name, (text, digests) in items.items())
    line = f"<!-- bufferctl:seen {commit[:_COMMIT] or '-'} {instant(grouped.report.plan.at)} {listed} -->"
    return line if items and len(line) <= _MOST else ""


def commit_of(comment: str) -> str:
    """The beginning of the commit that a comment is about, empty if it does not say."""
    line = _LINE.search(comment)
    return line["commit"].strip("-") if line else ""


def since(grouped: Grouped, earlier: str) -> Since | None:
    """The changes since the comment `earlier`; None if it has no such line."""
    line = _LINE.search(earlier)
    if line is None:
        return None
    before: dict[str, _Seen] = {}
    for each in line["items"].split():
        with suppress(ValueError):
            name, text, digests = each.split(":")
            before[name] = text, frozenset(digests.split(","))
    try:
        at = datetime.fromisoformat(line["at"])
    except ValueError:
        return None
    now = _seen(grouped.items)
    firsts = {_name(item): item for item in reversed(grouped.items)}
    found: dict[str, list[PlanItem]] = {"text changed": [], "otherwise changed": [], "added": []}
    for name in (name for name in reversed(firsts) if name in now and now[name] != before.get(name)):
        kind = "otherwise changed" if name in before and now[name][0] == before[name][0] else "text changed"
        found[kind if name in before else "added"].append(firsts[name])
    return Since(commit_of(earlier), at, found, len(before.keys() - now.keys()))


def _seen(items: Iterable[PlanItem]) -> Mapping[str, _Seen]:
    """What a reader sees of each occurrence that is reviewed."""
    groups: dict[str, list[PlanItem]] = {}
    for item in items:
        if item.digests:
            groups.setdefault(_name(item), []).append(item)
    seen: dict[str, _Seen] = {}
    for name, found in groups.items():
        versions = [version for item in found for version in item.versions]
        texts = sorted(f"{each.text}\n{card.address}" for each in versions for card in each.cards)
        seen[name] = _hash(texts, _TEXT), frozenset(digest for item in found for digest in item.digests)
    return seen


def _name(item: PlanItem) -> str:
    occurrence = item.occurrence
    return _hash([occurrence.organization, occurrence.key, str(occurrence.number)], _NAME)


def _hash(parts: Iterable[str], size: int) -> str:
    return blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()
