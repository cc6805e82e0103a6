"""When a post goes out: its mode, and its instant, moved by the number of its occurrence."""

from __future__ import annotations

from datetime import datetime

from bufferctl.config.expand.layers import Layer, Occurrence, first_layer_with
from bufferctl.config.format import together
from bufferctl.config.reading import Reading
from bufferctl.config.times import LocalTimes
from bufferctl.model import ShareMode
from bufferctl.model.base import LAST_YEAR


def schedule_of(
    layers: tuple[Layer, ...], occurrence: Occurrence | None, clock: LocalTimes | None, reading: Reading
) -> tuple[ShareMode, datetime | None]:
    """Mode and instant. An override that sets one of them replaces both of the entry."""
    layer = timed = layers[-1]
    if len(layers) > 1:
        layer = first_layer_with(layers, *together("due_at")) or layer
        is_timed = layer.fields.mode in {None, ShareMode.CUSTOM_SCHEDULED}
        timed = (first_layer_with(layers, "due_at") if is_timed else None) or layer
    mode, when = layer.fields.mode, timed.fields.due_at
    if mode is None:
        mode = ShareMode.CUSTOM_SCHEDULED if when else ShareMode.ADD_TO_QUEUE
    elif mode is ShareMode.CUSTOM_SCHEDULED and when is None:
        if reading.is_intact(*(each.spot for each in layers)):
            hint = "write `due_at: 2026-12-01 09:00`"
            reading.problems.append(layer.spot.at("mode", "`customScheduled` needs a `due_at`", hint=hint))
    elif mode is not ShareMode.CUSTOM_SCHEDULED and when is not None:
        message = f"Buffer ignores `due_at` with `mode: {mode}`, so the post would go out at another time"
        hint = "delete `mode` to publish at that time, or delete `due_at`"
        reading.problems.append(layer.spot.at_key("due_at", message, hint=hint))
    if occurrence and when is None and reading.is_intact(*(each.spot for each in layers)):
        message = "a post with `repeat` needs a `due_at`, the time of its first occurrence"
        reading.problems.append(layers[-1].spot.at_key("repeat", message, hint="add `due_at`"))
    if occurrence and when and not timed.of_occurrence:
        when += (occurrence.number - 1) * occurrence.repeat.every  # in local time
        if when.year > LAST_YEAR:
            last = f"the last occurrences would be after the year {LAST_YEAR}"
            reading.problems.append(layers[-1].spot.down("repeat").at_key("times", last, hint="lower `times`"))
            when = None
    where = f", under `each: {{{occurrence.number}: {{due_at: …}}}}`" if occurrence else ""
    return mode, reading.when(when, clock, timed.spot, "due_at", where=where)
