"""The content of one post on one channel: text, thread, metadata of its network, and fields that exclude each other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from bufferctl.config.format import Faults, IdeaEntry, LocalTimes, PartEntry, PostFields, ThreadPart, fields_given_with
from bufferctl.config.read import Reading, Spot, explained, walk
from bufferctl.config.resolve.expand.layers import Layer, first_layer_with
from bufferctl.config.resolve.expand.pictures import check_pictures, pictures_of
from bufferctl.config.resolve.expand.variables import Variables, holds_variables
from bufferctl.diagnostics import Kind, all_of
from bufferctl.model import NETWORKS, Asset, NetworkMetadata, Post, Service, ThreadItem, thread_of
from bufferctl.model.content import Part
from bufferctl.model.metadata import (
    ATTACHING,
    MODELS,
    THREADED,
    GoogleBusinessEvent,
    GoogleBusinessMetadata,
    GoogleBusinessOffer,
    PinterestMetadata,
    default_metadata,
)
from bufferctl.value import replace

T = TypeVar("T")


def text_of(layers: tuple[Layer, ...], variables: Variables) -> str | None:
    """The text of a post, from its entry or its text file, with variables replaced; None if it has none."""
    if (layer := first_layer_with(layers, *fields_given_with("text"))) is None:
        return None
    fields, spot = layer.fields, layer.spot
    reading = variables.reading
    check_one_text(fields, spot, reading)
    if fields.text is None and fields.text_file is not None:
        name = variables.text(fields.text_file, spot, "text_file")
        written = reading.text_file(name, spot)
        problem = partial(reading.in_text_file, name, spot)
        return variables.replaced(written, problem, with_handles=True) if written else written
    return variables.text(fields.text, spot, "text", with_handles=True) if fields.text else fields.text


def check_one_text(fields: PostFields | IdeaEntry, spot: Spot, reading: Reading) -> None:
    if fields.text is not None and fields.text_file is not None:
        message = "`text` and `text_file` are both given"
        reading.problems.append(spot.at_key("text_file", message, hint="keep one of them"))


#: Built when something is first read with it, since most files need none.
_LATER = ConfigDict(defer_build=True)
_ASSETS = TypeAdapter(tuple[Asset, ...], config=_LATER)


def assets_of(layers: tuple[Layer, ...], variables: Variables) -> tuple[Asset, ...]:
    check_pictures(((layer.fields, layer.spot) for layer in layers), variables.reading)
    if (layer := first_layer_with(layers, *fields_given_with("assets"))) is None:
        return ()
    if not layer.spot.has("assets"):
        return variables.made((id(layer.spot.node), "image"), lambda: pictures_of(layer.fields, layer.spot, variables))
    return _replaced(layer, "assets", _ASSETS, Asset, variables)


_PARTS = TypeAdapter(tuple[ThreadPart, ...], config=_LATER)


def _replaced(layer: Layer, name: str, kind: TypeAdapter[T], owner: type[BaseModel], variables: Variables) -> T:
    """A field of a layer with its variables replaced, as far as the result is valid."""
    given: T = getattr(layer.fields, name)
    changed = reread(kind, owner, layer.spot.down(name), variables) if holds_variables(layer.node[name]) else None
    return changed or given


def reread(
    kind: TypeAdapter[T], owner: type[BaseModel], spot: Spot, variables: Variables, starts: date | None = None
) -> T | None:
    """A part of an entry with its variables replaced; None, and problems, if the result is not valid.

    `owner`: the model of what is at `spot`.
    """

    def read() -> T | None:
        try:
            return kind.validate_python(variables.data(spot.node, spot), context=Faults(starts=starts))
        except ValidationError as error:
            variables.reading.spoil(variables.entry, str(spot.offset))
            for each in error.errors(include_url=False):
                where, part = walk(spot, each["loc"])
                if (problem := explained(spot, owner, each)) is not None:
                    related = variables.related(where.get(part) if part is not None else None)
                    variables.reading.problems.append(replace(problem, related=(*problem.related, *related)))
        return None

    return variables.made(id(spot.node), read)


def metadata_of(
    layers: tuple[Layer, ...], clock: LocalTimes | None, variables: Variables, starts: date | None
) -> tuple[NetworkMetadata | None, Spot]:
    """The metadata of the channel's network, and its place."""
    service, reading = variables.to.service, variables.reading
    layer = first_layer_with(layers, "metadata", network=service.value)
    found = getattr(layer.fields.metadata, service, None) if layer else None
    if layer is None or not isinstance(found, NetworkMetadata):
        return default_metadata(service), layers[-1].spot
    spot = layer.spot.down("metadata", service.value)
    if holds_variables(spot.node):
        found = reread(TypeAdapter(type(found)), type(found), spot, variables, starts) or found
    if isinstance(found, GoogleBusinessMetadata):
        found = _with_zones(found, clock, spot, reading)
    if isinstance(found, PinterestMetadata) and found.board and found.board_service_id:
        message = "`board` and `board_service_id` both name the board"
        reading.problems.append(spot.at_key("board_service_id", message, hint="keep one"))
    return found, spot


def foreign_metadata(layer: Layer, services: Iterable[Service], reading: Reading) -> None:
    """Report metadata for networks that the entry does not go to: it would be ignored."""
    if (metadata := layer.fields.metadata) is None:
        return
    names = list(dict.fromkeys(service.value for service in services))
    goes_to = all_of(NETWORKS[Service(name)].label for name in names)
    for name in sorted(metadata.model_fields_set - set(names)):
        message = f"this is for {NETWORKS[Service(name)].label}, and the post goes to {goes_to}"
        problem = layer.spot.down("metadata").at_key(name, message, hint="delete it, or add the channel")
        reading.problems.append(problem)


def _with_zones(
    metadata: GoogleBusinessMetadata, clock: LocalTimes | None, spot: Spot, reading: Reading
) -> GoogleBusinessMetadata:
    changed: dict[str, GoogleBusinessEvent | GoogleBusinessOffer] = {}
    for name in ("details_event", "details_offer"):
        if details := getattr(metadata, name):
            below = spot.down(name)
            dates = {
                each: reading.when(getattr(details, each), clock, below, each) for each in ("start_date", "end_date")
            }
            changed[name] = details.model_copy(
                update={field: value for field, value in dates.items() if value is not None}
            )
    return metadata.model_copy(update=changed) if changed else metadata


def _with_pictures(parts: tuple[PartEntry, ...], spot: Spot, variables: Variables) -> tuple[Part, ...]:
    """The parts with the images that they name as `assets`. `spot`: that of the thread."""
    spots = list(spot.down("thread").each())
    check_pictures(zip(parts, spots, strict=False), variables.reading)

    def assets(part: PartEntry, at: Spot) -> tuple[Asset, ...]:
        return part.assets or variables.made((id(at.node), "image"), lambda: pictures_of(part, at, variables))

    return tuple(
        Part(text=part.text, assets=assets(part, at)) if part.image else part
        for part, at in zip(parts, spots, strict=False)
    )


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
        message = f"{NETWORKS[service].label} has no threads, so only `text` would be published there"
        hint = f"add `overrides: {{{service}: {{thread: []}}}}`, with a longer `text` if needed"
        reading.problems.append(layer.spot.at_key("thread", message, hint=hint))
    elif thread_of(metadata):
        message = f"there is a `thread` under `metadata.{service}` too, and a post has one thread"
        reading.problems.append(layer.spot.at_key("thread", message, hint="keep one of them"))
    elif not text and reading.is_intact(*(each.spot for each in layers)):
        message = "`thread` continues `text`, and this post has no `text`"
        reading.problems.append(
            layer.spot.at_key("thread", message, hint="write the first part as `text`", kind=Kind.MISSING_FIELD)
        )
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


_EITHER = "a post has either `link_attachment` or `assets`; Buffer refuses both together"
_DELETE_ONE = "delete one of them"


def check_previews_in_thread(metadata: NetworkMetadata | None, spot: Spot, reading: Reading, *, above: int = 0) -> None:
    """Report link previews that Buffer refuses in a thread. `spot`: its container; `above`: how many parts precede."""
    for index, item in enumerate(thread_of(metadata)):
        if not (metadata and item.link_attachment):
            continue
        below = spot.down("thread", max(0, index - above))
        if metadata.service not in ATTACHING:
            network = NETWORKS[metadata.service].label
            message = f"Buffer does not accept a link preview in threads on {network}, so it would refuse the post"
            hint = "delete it, and put the link into the text"
            reading.problems.append(below.at_key("link_attachment", message, hint=hint))
        elif item.assets:
            reading.problems.append(below.at_key("link_attachment", _EITHER, hint=_DELETE_ONE))


def check_together(post: Post, layers: tuple[Layer, ...], reading: Reading) -> None:
    """Report assets next to a link preview, and an empty post."""
    text, assets, metadata = post.text, post.assets, post.metadata
    attachment = getattr(metadata, "link_attachment", None) if metadata and metadata.model_fields_set else None
    if attachment and assets:
        layer = first_layer_with(layers, "metadata", network=post.service.value) or layers[-1]
        spot = layer.spot.down("metadata", post.service.value)
        reading.problems.append(spot.at_key("link_attachment", _EITHER, hint=_DELETE_ONE))
    if assets or (text and not text.isspace()):
        return
    if not (attachment or getattr(metadata, "retweet", None)) and reading.is_intact(*(each.spot for each in layers)):
        entry = (first_layer_with(layers, *fields_given_with("text")) or layers[-1]).spot
        name = next((each for each in ("text", "text_file", "key") if entry.has(each)), "key")
        message = "this post has neither text nor assets, so there is nothing to publish"
        reading.problems.append(entry.at_key(name, message, hint="write a `text`", kind=Kind.MISSING_FIELD))


def content_of(
    layers: tuple[Layer, ...], given: set[str], clock: LocalTimes | None, variables: Variables, starts: date | None
) -> tuple[str | None, tuple[Asset, ...], NetworkMetadata | None]:
    """What is published, without the parameters of its links. `given`: the fields that any layer has."""
    service, reading = variables.to.service, variables.reading
    of_layers = tuple([id(layer.node) for layer in layers])
    text, assets = variables.made(of_layers, lambda: (text_of(layers, variables), assets_of(layers, variables)))
    if given.isdisjoint(("metadata", "thread")):  # as nearly always
        return text, assets, default_metadata(service)
    metadata, spot = metadata_of(layers, clock, variables, starts)
    if thread := thread_of(metadata):
        text = check_thread(text, thread, spot, reading)
    holder, above = spot, 0
    if "thread" in given and (layer := first_layer_with(layers, "thread")):
        check_parts(layers, text, metadata, service, reading)
        parts = _with_pictures(_replaced(layer, "thread", _PARTS, PartEntry, variables), layer.spot, variables)
        if parts and not thread:
            metadata = with_parts(metadata, parts, text, assets, service)
            holder, above = layer.spot, 1
    check_previews_in_thread(metadata, holder, reading, above=above)
    return text, assets, metadata
