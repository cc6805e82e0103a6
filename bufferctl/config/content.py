"""The content of one post on one channel: its text, its network's metadata, and what cannot stand together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bufferctl.config.format import PostFields
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.config.zones import Clock
from bufferctl.model import Metadata, NetworkMetadata, Service
from bufferctl.model.content import ThreadItem
from bufferctl.model.metadata import FacebookMetadata, GoogleBusinessMetadata, InstagramMetadata, PinterestMetadata
from bufferctl.model.metadata_parts import GoogleBusinessEvent, GoogleBusinessOffer

#: Networks that need metadata even where the files give none.
_ALWAYS: dict[Service, type[NetworkMetadata]] = {
    Service.INSTAGRAM: InstagramMetadata,
    Service.FACEBOOK: FacebookMetadata,
}


@dataclass(frozen=True, slots=True)
class Layer:
    """The fields of an entry, or of an override, and where they stand."""

    fields: PostFields
    spot: Spot


def layer_of(layers: Iterable[Layer], *names: str) -> Layer | None:
    """The first layer that gives one of the fields; layers come override first."""
    for layer in layers:
        given = layer.fields.model_fields_set
        for name in names:
            if name in given:
                return layer
    return None


def text_of(layers: tuple[Layer, ...], reading: Reading) -> str | None:
    """The text, from the entry or its file; None where there is none."""
    layer = layer_of(layers, "text", "text_file")
    if layer is None:
        return None
    fields = layer.fields
    if fields.text is not None and fields.text_file is not None:
        reading.problems.append(
            layer.spot.at_key("text_file", "`text` and `text_file` are both given", hint="keep one of them")
        )
    if fields.text is None and fields.text_file is not None:
        return reading.text_file(fields.text_file, layer.spot)
    return fields.text


def metadata_of(
    layers: tuple[Layer, ...], service: Service, clock: Clock | None, reading: Reading
) -> tuple[NetworkMetadata | None, Spot]:
    """The metadata of the channel's network, and where it stands."""
    for layer in layers:
        metadata: Metadata | None = layer.fields.metadata
        found = getattr(metadata, service.value, None) if metadata else None
        if isinstance(found, NetworkMetadata):
            spot = layer.spot.down("metadata", service.value)
            if isinstance(found, GoogleBusinessMetadata):
                found = _with_zones(found, clock, spot, reading)
            if isinstance(found, PinterestMetadata) and found.board and found.board_service_id:
                reading.problems.append(
                    spot.at_key(
                        "board_service_id", "`board` and `board_service_id` both name the board", hint="keep one"
                    )
                )
            return found, spot
    always = _ALWAYS.get(service)
    return always() if always else None, layers[-1].spot


def foreign_metadata(layer: Layer, services: Iterable[Service], reading: Reading) -> None:
    """Complain of metadata for networks that the entry does not go to: it would be ignored."""
    metadata = layer.fields.metadata
    names = list(dict.fromkeys(service.value for service in services))
    for name in sorted((metadata.model_fields_set if metadata else set()) - set(names)):
        to = " and ".join(names)
        reading.problems.append(
            layer.spot.down("metadata").at_key(
                name, f"this is for {name}, and the post goes to {to}", hint="take it out, or add the channel"
            )
        )


def _with_zones(
    metadata: GoogleBusinessMetadata, clock: Clock | None, spot: Spot, reading: Reading
) -> GoogleBusinessMetadata:
    changed: dict[str, GoogleBusinessEvent | GoogleBusinessOffer] = {}
    for name in ("details_event", "details_offer"):
        details = getattr(metadata, name)
        if details is not None:
            below = spot.down(name)
            dates = {d: reading.when(getattr(details, d), clock, below, d) for d in ("start_date", "end_date")}
            changed[name] = details.model_copy(update={k: v for k, v in dates.items() if v is not None})
    return metadata.model_copy(update=changed) if changed else metadata


def thread_of(metadata: NetworkMetadata | None) -> tuple[ThreadItem, ...]:
    """The thread, on networks that have threads."""
    found: tuple[ThreadItem, ...] = getattr(metadata, "thread", ())
    return found


def check_thread(text: str | None, thread: tuple[ThreadItem, ...], spot: Spot, reading: Reading) -> str | None:
    """The post's text, from the thread where it is given only there; a problem where the two differ."""
    if not thread:
        return text
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


def check_together(
    text: str | None,
    layers: tuple[Layer, ...],
    metadata: NetworkMetadata | None,
    spot: Spot,
    reading: Reading,
) -> None:
    """What excludes each other, and a post of nothing. `spot`: where the metadata stands."""
    layer = layer_of(layers, "assets")
    has_assets = bool(layer and layer.fields.assets)
    attachment = getattr(metadata, "link_attachment", None)
    if attachment is not None and has_assets:
        reading.problems.append(
            spot.at_key(
                "link_attachment",
                "a post has either `link_attachment` or `assets`; Buffer refuses both together",
                hint="take one of them out",
            )
        )
    says_something = bool(text and text.strip()) or has_assets or attachment is not None
    shares = getattr(metadata, "retweet", None) is not None
    if not says_something and not shares and reading.sound(*(each.spot for each in layers)):
        written = layer_of(layers, "text", "text_file")
        entry = (written or layers[-1]).spot
        name = next((each for each in ("text", "text_file", "key") if entry.has(each)), "key")
        message = "this post has neither text nor assets, so there is nothing to publish"
        reading.problems.append(entry.at_key(name, message, hint="write a `text`"))
