"""Threads: `thread` beside `text`, the same parts for every network that has threads (design: Campaigns)."""

from __future__ import annotations

from bufferctl.config.expand.layers import Layer, first_layer_with
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.model import NetworkMetadata, Service
from bufferctl.model.content import Asset, Part, ThreadItem
from bufferctl.model.metadata import MODELS, THREADED


def with_parts(
    metadata: NetworkMetadata | None,
    parts: tuple[Part, ...],
    text: str | None,
    assets: tuple[Asset, ...],
    service: Service,
) -> NetworkMetadata | None:
    """The metadata with a thread of the post itself and its parts. Buffer requires the first to repeat the post."""
    if service not in THREADED:
        return metadata
    first = ThreadItem(text=text, assets=assets)
    thread = (first, *(ThreadItem(text=part.text, assets=part.assets) for part in parts))
    return (metadata or MODELS[service]()).model_copy(update={"thread": thread})


def check_parts(
    layers: tuple[Layer, ...], text: str | None, metadata: NetworkMetadata | None, service: Service, reading: Reading
) -> None:
    """Report what a `thread` cannot be combined with, and where it cannot be published."""
    layer = first_layer_with(layers, "thread")
    if layer is None or not layer.spot.get("thread"):
        return
    reported = len(reading.problems)
    if service not in THREADED:
        message = f"{service} has no threads, so only `text` would be published there"
        hint = f"add `overrides: {{{service}: {{thread: []}}}}`, with a longer `text` if needed"
        reading.problems.append(layer.spot.at_key("thread", message, hint=hint))
    elif getattr(metadata, "thread", ()):
        message = f"there is a `thread` under `metadata.{service}` too, and a post has one thread"
        reading.problems.append(layer.spot.at_key("thread", message, hint="keep one of them"))
    elif not text and reading.is_intact(*(each.spot for each in layers)):
        message = "`thread` is what follows `text`, and this post has no `text`"
        reading.problems.append(layer.spot.at_key("thread", message, hint="write the first part as `text`"))
    if len(reading.problems) > reported:
        reading.spoil(layers[-1].spot, "thread")


def check_thread(text: str | None, thread: tuple[ThreadItem, ...], spot: Spot, reading: Reading) -> str | None:
    """The post's text, from the thread if it is given only there; a problem if the two differ."""
    first = thread[0].text
    if text is None:
        return first
    if first is not None and first.removesuffix("\n") == text:
        return text
    items = spot.down("thread", 0)
    message = "the first text of the thread must equal the post's `text`; Buffer refuses the post otherwise"
    hint = "make them equal, or leave the post's own `text` out"
    reading.problems.append(
        items.at("text", message, hint=hint) if items.has("text") else spot.at_key("thread", message, hint=hint)
    )
    return text
