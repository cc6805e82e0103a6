"""The layers that give a post its fields, most specific first, and the defaults at the top of a file.

While the files are read a layer has its fields as a model; whoever reads a file again (`layer_paths`) has the data.

`each` of an occurrence comes before an override, an override before the entry, the entry before the file; what an
occurrence overrides for one channel comes before everything (design: Campaigns). The occurrences of an entry with
`repeat` are `KEY-1` to `KEY-n`, each moved by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from bufferctl.config.format import (
    EVERY,
    LONGEST,
    REPLACED,
    AnyFile,
    IncludedFile,
    LocalTimes,
    PostEntry,
    PostFields,
    Repeat,
    UtmFields,
    carried,
    fields_given_with,
)
from bufferctl.config.read import Reading, Spot
from bufferctl.diagnostics import Kind, Place
from bufferctl.model import Channel, Idea, Post, ShareMode
from bufferctl.model.base import LAST_YEAR
from bufferctl.value import replace, value

#: Where a layer is in its entry: `("overrides", "twitter")`, `("repeat", "each", "3")`, or one below the other.
Steps = tuple[str, ...]


class Layer(NamedTuple):
    """The fields of an entry, of an override or of an occurrence, and their place.

    `of_occurrence`: it is for one occurrence alone, so its time is not moved with the number.
    """

    fields: PostFields
    spot: Spot
    of_occurrence: bool = False

    @property
    def node(self) -> Any:
        """The fields as they are written."""
        return self.spot.node


class WrittenLayer(Protocol):
    """A layer whose fields are still as they are written."""

    @property
    def node(self) -> Any: ...


W = TypeVar("W", bound=WrittenLayer)
Item_co = TypeVar("Item_co", bound=Post | Idea, covariant=True)


def first_layer_with(layers: Iterable[W], *names: str, network: str = "") -> W | None:
    """The first layer that gives one of the fields; of `metadata`, the first with options of the `network`.

    A field without a value is in no layer: reading reports it and leaves it out.
    """
    for layer in layers:
        given = layer.node
        if not given.keys().isdisjoint(names) and (not network or network in given["metadata"]):
            return layer
    return None


def layer_paths(entry: Any, channel: Channel | None, number: int) -> list[Steps]:
    """Where an entry has the layers of one of its posts: of that occurrence (0 for none), and on that channel."""
    each, found = ("repeat", "each", str(number)), list[Steps]()
    for outer in (each, ()) if number else ((),):
        fields = _at(entry, outer)
        if isinstance(fields, dict):
            names = set(channel.references).intersection(_at(fields, ("overrides",)) or ()) if channel else ()
            found += [(*outer, "overrides", name) for name in names]
            found.append(outer)
    return found


def _at(node: Any, path: Steps) -> Any:
    for step in path:
        node = node.get(step) if isinstance(node, dict) else None
    return node


@dataclass(slots=True)
class Resolved(Generic[Item_co]):
    """A post or an idea and the layers of its fields, most specific first, for the checks across entries."""

    item: Item_co
    spots: tuple[Spot, ...]

    def spot(self, name: str) -> Spot:
        return first_layer_with(self.spots, name) or self.spots[-1]


@value()
class Defaults:
    """The defaults of a post, from the top of its file and from the root file."""

    spot: Spot  # the top of the file
    channels: tuple[str, ...] = ()  # where posts go that name no channel
    organization: str | None = None  # that of its posts
    given: dict[str, Any] = field(default_factory=dict)  # fields that the entry replaces
    cancelled: tuple[str, ...] = ()  # where its posts are called off
    clock: LocalTimes | None = None  # of the file's own `timezone`
    starts: date | None = None  # the day that times are counted from
    vars: tuple[tuple[dict[str, str], Spot], ...] = ()  # the file's and the root file's, to be merged by name
    utm: tuple[tuple[UtmFields, Spot], ...] = ()  # likewise

    @property
    def may_expand(self) -> bool:
        """Whether any post of the file may become more than its entry says."""
        given = self.vars or self.utm or self.cancelled or self.spot.has("starts")
        return bool(given) or self.spot.tree.source.may_hold_variables


def defaults_of(file: AnyFile, spot: Spot, clock: LocalTimes | None, root: tuple[AnyFile, Spot] | None) -> Defaults:
    """The defaults that a file sets for its posts. `root`: the root file, unless this is it."""
    files = ((file, spot), root) if root else ((file, spot),)
    given_vars = tuple((each.vars, place) for each, place in files if each.vars)
    given_utm = tuple((each.utm, place) for each, place in files if each.utm is not None)
    if not isinstance(file, IncludedFile):
        return Defaults(spot, organization=file.organization, vars=given_vars, utm=given_utm)
    given = {name: getattr(file, name) for name in REPLACED if name in file.model_fields_set}
    return Defaults(
        spot,
        channels=file.channels,
        organization=file.organization,
        given=given,
        cancelled=file.cancelled,
        clock=clock,
        starts=file.starts,
        vars=given_vars,
        utm=given_utm,
    )


def fields_of(layers: tuple[Layer, ...], defaults: Defaults) -> dict[str, Any]:
    """The fields of one post that the files give, each from the most specific layer that has it."""
    found = defaults.given
    for layer in reversed(layers):
        found = found | carried(Post, layer.fields)
    return found


def is_called_off(names: Iterable[str], channel: Channel) -> bool:
    return any(name == EVERY or name in channel.references for name in names)


@value()
class Repetition:
    """One occurrence of a repeated entry, with its number, from 1.

    `layer`: its fields under `each`. `every`: the interval as it is written.
    """

    number: int
    repeat: Repeat
    every: str
    layer: Layer | None = None

    def key(self, key: str) -> str:
        return f"{key}-{self.number}"


def occurrences(entry: PostEntry, spot: Spot, reading: Reading) -> Sequence[Repetition | None]:
    """The occurrences of an entry in order, None for one that is published once."""
    if (repeat := entry.repeat) is None:
        return (None,)
    each = spot.down("repeat", "each")
    for number in repeat.each:
        if number > repeat.times:
            message = f"there is no occurrence {number}, since `times` is {repeat.times}, so this changes nothing"
            reading.problems.append(each.at_key(str(number), message, hint="delete it, or raise `times`"))
    if len(f"{entry.key}-{repeat.times}") > LONGEST:
        message = f"with the number of an occurrence this key is longer than {LONGEST} characters"
        reading.problems.append(spot.at("key", message, hint="shorten it"))
    every = str(spot.down("repeat").get("every"))
    layers = {
        number: Layer(fields, each.down(str(number)), of_occurrence=True) for number, fields in repeat.each.items()
    }
    return [Repetition(number, repeat, every, layers.get(number)) for number in range(1, repeat.times + 1)]


def schedule_of(
    layers: tuple[Layer, ...], occurrence: Repetition | None, clock: LocalTimes | None, reading: Reading
) -> tuple[ShareMode, datetime | None]:
    """Mode and instant. An override that sets one of them replaces both of the entry."""
    layer = timed = layers[-1]
    if len(layers) > 1:
        layer = first_layer_with(layers, *fields_given_with("due_at")) or layer
        is_timed = layer.fields.mode in {None, ShareMode.CUSTOM_SCHEDULED}
        timed = (first_layer_with(layers, "due_at") if is_timed else None) or layer
    mode, when = layer.fields.mode, timed.fields.due_at
    if mode is None:
        mode = ShareMode.CUSTOM_SCHEDULED if when else ShareMode.ADD_TO_QUEUE
    elif mode is ShareMode.CUSTOM_SCHEDULED and when is None:
        if reading.is_intact(*(each.spot for each in layers)):
            hint = "write `due_at: 2026-12-01 09:00`"
            reading.problems.append(
                layer.spot.at("mode", "`customScheduled` needs a `due_at`", hint=hint, kind=Kind.MISSING_FIELD)
            )
    elif mode is not ShareMode.CUSTOM_SCHEDULED and when is not None:
        message = f"Buffer ignores `due_at` with `mode: {mode}`, so the post would go out at another time"
        hint = "delete `mode` to publish at that time, or delete `due_at`"
        reading.problems.append(layer.spot.at_key("due_at", message, hint=hint))
    if occurrence and when is None and reading.is_intact(*(each.spot for each in layers)):
        message = "a post with `repeat` needs a `due_at`, the time of its first occurrence"
        reading.problems.append(layers[-1].spot.at_key("repeat", message, hint="add `due_at`", kind=Kind.MISSING_FIELD))
    if occurrence and when and not timed.of_occurrence:
        when += (occurrence.number - 1) * occurrence.repeat.every  # in local time
        if when.year > LAST_YEAR:
            last = f"the last occurrences would be after the year {LAST_YEAR}"
            reading.problems.append(
                layers[-1].spot.down("repeat").at_key("times", last, hint="lower `times`", kind=Kind.INVALID_VALUE)
            )
            when = None
    where = f", under `each: {{{occurrence.number}: {{due_at: …}}}}`" if occurrence else ""
    return mode, reading.when(when, clock, timed.spot, "due_at", where=where)


@dataclass
class Series:
    """Data that the occurrences of one entry share: equal texts, and problems that are reported only once.

    `reported`: how many problems were found before this occurrence. `first_keys`: the key of the first occurrence, by
    channel and content.
    """

    reading: Reading
    reported: int
    seen: set[tuple[str, Place | None]] = field(default_factory=set)
    first_keys: dict[tuple[str, object], str] = field(default_factory=dict)

    def close(self, key: str, found: list[Resolved[Post]], channels: int) -> None:
        """Name the occurrence in its problems, and set which earlier one its posts repeat.

        `channels`: how many of the last of `found` are of the occurrence with that `key`.
        """
        problems = self.reading.problems
        for problem in problems[self.reported :]:
            problems.remove(problem)
            if (problem.message, problem.place) not in self.seen:
                problems.append(replace(problem, message=f"{problem.message} (in `{key}`)"))
            self.seen.add((problem.message, problem.place))
        self.reported = len(problems)
        for declared in found[len(found) - channels :]:
            post = declared.item
            content = post.text.strip() or post.assets
            if post.cancelled or not content or post.expansion is None:
                continue
            first = self.first_keys.setdefault((post.address.channel, content), key)
            if first != key and not post.repeat_of:
                expansion = replace(post.expansion, repeats=first)
                declared.item = replace(post, repeat_of=(first,), expansion=expansion)
