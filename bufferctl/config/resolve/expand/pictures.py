"""`image: launch.png` with `alt:` beside it: the short form of `assets` for images (design: Media)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ValidationError

from bufferctl.config.format import Faults, PartEntry, PostFields
from bufferctl.config.read import MEDIA, Reading, Spot, joined_at_commas, kind_of, value_hint
from bufferctl.config.resolve.expand.variables import Variables
from bufferctl.diagnostics import Kind
from bufferctl.model import Asset, Image

#: What has `image` and `alt`: a post, or a part of its thread, each with its place.
WithPictures = PostFields | PartEntry


def check_pictures(given: Iterable[tuple[WithPictures, Spot]], reading: Reading) -> None:
    """Report `image` and `alt` that cannot be combined with the fields beside them."""
    for fields, spot in given:
        if not isinstance(spot.node, dict) or spot.node.keys().isdisjoint(("image", "alt")):
            continue
        images, alts = len(fields.image), len(fields.alt)
        problem = None
        if spot.has("assets"):
            name = "image" if spot.has("image") else "alt"
            message = f"`{name}` is for images without `assets`, and both are given"
            problem = spot.at_key(name, message, hint="move it into `assets`")
        elif not spot.has("image") and reading.is_intact(spot):
            message = "`alt` describes the `image` beside it, and there is none here"
            problem = spot.at_key("alt", message, hint="write `image` here, too", kind=Kind.MISSING_FIELD)
        elif spot.has("image") and alts not in {0, images} and reading.is_intact(spot):
            message = f"`image` lists {images} and `alt` {alts}, so one would describe another image"
            problem = spot.at_key("alt", message, hint=_one_for_each(fields.alt, images, spot))
        if problem:
            reading.problems.append(problem)


def _one_for_each(alts: Sequence[str], images: int, spot: Spot) -> str:
    """The hint for another number of texts than of images; it drops none of them."""
    if len(alts) < images:
        return f"write one for each: {_as_list([*alts, *['…'] * (images - len(alts))])}"
    if not _splits_at_commas(spot):
        return "add the image that is missing, or delete the text that describes none"
    joined = joined_at_commas(alts)
    if len(joined) == images:
        return f"put quotes around each description: {_as_list(joined)}"
    return f"put quotes around each description: write {_as_list(alts)}, and join the parts that belong together"


def _as_list(alts: Sequence[str]) -> str:
    return f"`alt: {json.dumps(alts, ensure_ascii=False)}`"


def _splits_at_commas(spot: Spot) -> bool:
    """Whether `alt` lists texts in brackets without quotes, so that a comma may have been part of a text."""
    source, alts = spot.tree.source, spot.down("alt")
    start = spot.value("alt")
    if source.part(start, start + 1) != "[":
        return False
    starts = [alts.value(index) for index in range(len(alts.node))]
    return any(source.part(each, each + 1) not in {"'", '"'} for each in starts)


def pictures_of(fields: WithPictures, at: Spot, variables: Variables) -> tuple[Asset, ...]:
    alts = _texts(fields.alt, at, "alt", variables)
    found: list[Asset] = []
    for index, written in enumerate(_texts(fields.image, at, "image", variables)):
        alt = alts[index] if index < len(alts) else None
        spot, part = _place(at, "image", index)
        is_url = "://" in written or written.startswith("www.")
        several = re.split(r",\s+", written)
        if several[1:] and isinstance(at.get("image"), str) and all(map(kind_of, several)):
            variables.reading.spoil(variables.entry, "image")
            message = f"this names {len(several)} images, and YAML takes it for one"
            hint = f"write `image: [{', '.join(several)}]`"
            variables.reading.problems.append(spot.at(part, message, hint=hint))
            continue
        source = {"url": written} if is_url else {"file": _looked_up(written, spot, part, variables.reading)}
        try:
            image = Image.model_validate({**source, "alt_text": alt}, context=Faults())
        except ValidationError as error:
            variables.reading.spoil(variables.entry, "image")
            details = error.errors(include_url=False)[0]
            reason = details.get("ctx", {}).get("error", "cannot be used")
            problem = spot.at(part, f"`image` {reason}", hint=value_hint(written, details))
            variables.reading.problems.append(problem)
        else:
            found.append(Asset(image=image))
    return tuple(found)


def _place(spot: Spot, name: str, index: int) -> tuple[Spot, str | int]:
    """Where one of them is: in a list, or alone."""
    return (spot.down(name), index) if isinstance(spot.get(name), list) else (spot, name)


def _texts(given: Iterable[str], spot: Spot, name: str, variables: Variables) -> list[str]:
    return [variables.text(each, *_place(spot, name, index)) for index, each in enumerate(given)]


def _looked_up(name: str, spot: Spot, part: str | int, reading: Reading) -> str:
    """The path of an image: beside the file that names it, or one of that name in `media/`; both are a problem."""
    beside, in_media = spot.tree.source.folder / name, reading.root / MEDIA / name
    if "/" in name or "\\" in name or beside == in_media or not in_media.is_file():
        return name
    if beside.is_file():
        message = f"there are two files `{name}`: beside this file, and in `{MEDIA}/`"
        reading.problems.append(
            spot.at(part, message, hint=f"write `./{name}` or `/{MEDIA}/{name}`", kind=Kind.DUPLICATE)
        )
    return f"/{MEDIA}/{name}"


def in_short(assets: Any) -> dict[str, Any] | None:
    """The fields `image` and `alt` for assets as data; None if the assets need the long form.

    A file that is named alone stays, since the short form would look for it in a second place.
    """
    given = [each.get("image") if isinstance(each, dict) and len(each) == 1 else None for each in assets]
    images = [each for each in given if isinstance(each, dict)]
    if not images or len(images) != len(given):
        return None
    alts = [each["alt_text"] for each in images if "alt_text" in each]
    is_more = any(each.keys() - {"url", "file", "alt_text"} for each in images) or len(alts) not in {0, len(images)}
    if is_more or any("file" in each and ("/" not in each["file"] or "://" in each["file"]) for each in images):
        return None
    sources = [each.get("url") or each["file"] for each in images]
    found = {"image": sources, "alt": alts} if alts else {"image": sources}
    return {name: each[0] if len(each) == 1 else each for name, each in found.items()}
