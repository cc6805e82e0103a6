"""Fields that the files lack: those that Buffer has, and those that it does not return.

The binding of an unsent post keeps the last applied fields of both kinds as `given`, so that a plan can show them.
Nothing is compared with them or written back from them: the whole digest decides whether a file was edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

from bufferctl.model.base import Model
from bufferctl.model.comparable import Content, is_filled_in, is_set
from bufferctl.model.content import Asset
from bufferctl.model.desired import Idea, Item, Post
from bufferctl.model.details import details_of_desired, may_be_added
from bufferctl.model.media_file import MediaFile
from bufferctl.model.metadata import DOCUMENTED, LOSABLE, UNSAID
from bufferctl.value import value

#: How much of a value is kept.
_MOST = 500
#: Fields of a post that Buffer does not return, and those of an idea.
_HIDDEN = ("ai_assisted", "source", "draft_id")
_HIDDEN_IN_IDEAS = ("cta", "template_id", "group.place_after_id")
#: What Buffer does not return below a post's assets and its network's fields, or not as it was sent.
_HIDDEN_BELOW = frozenset(
    {"thumbnail_url", "animated_thumbnail", "height", "width", "comment", "size", "source.trigger"}
    | {"link_attachment.title", "link_attachment.description", "link_attachment.thumbnail.url"}
    | {"annotations.id", "annotations.entity", "annotations.link", "annotations.vanity_name"}
    | {"annotations.content", "annotations.url"}
)

Given = Mapping[str, str]


class Then(StrEnum):
    """What happens to a field that Buffer has and the files do not."""

    DEFAULT = "default"
    """An edit sends the value that Buffer gives it where nothing is said, which is documented."""
    CLEARED = "cleared"
    """An edit sends null: it had a value because the files gave it one."""
    OPEN = "open"
    """Nothing is sent: Buffer may keep it, or give it what it gives where nothing is said."""


@value()
class LeftOut:
    """A field that Buffer has and the files do not.

    `was_given`: the last apply set it; otherwise it is unknown who did.
    """

    path: str  # without the network: `metadata.privacy`, `metadata.details_event.button`
    there: Any  # what Buffer has
    then: Then
    was_given: bool
    default: Any = None  # what Buffer gives where nothing is said, None if that is not known

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]


def given_of(item: Item) -> Given:
    """The values that an idea or an unsent post was given for fields that Buffer does not return, or fills in, by path.

    For details, it only notes that they were given, since Buffer returns their values.
    """
    if isinstance(item, Idea):
        return {path: _text(leaf) for path, leaf in _hidden_in_idea(item) if leaf is not None}
    found = [(name, getattr(item, name)) for name in _HIDDEN]
    losable = {f"metadata.{name}" for name in LOSABLE[type(item.metadata)]} if item.metadata else ()
    found += [
        (path, leaf) for path, leaf in _leaves(item) if is_hidden(path) or path in losable or _is_filled_in(path, leaf)
    ]
    found += [(path, "") for path in details_of_desired(item)]
    return {path: _text(leaf) for path, leaf in found if leaf not in (None, ())}


def _hidden_in_idea(idea: Idea) -> Iterator[tuple[str, Any]]:
    yield from (("cta", idea.cta), ("template_id", idea.template_id))
    if idea.group:
        yield "group.place_after_id", idea.group.place_after_id
    for number, medium in enumerate(idea.media):
        yield f"media.{number}.thumbnail_url", medium.thumbnail_url
        yield f"media.{number}.size", medium.size
        yield f"media.{number}.source.trigger", medium.source and medium.source.trigger


def _is_filled_in(path: str, leaf: Any) -> bool:
    return path.startswith("metadata.") and any(is_filled_in(part, leaf) for part in path.split("."))


def still_given(item: Item, before: Given | None) -> Given | None:
    """The given fields that the file still has, once a person made the file's other changes in Buffer."""
    return None if before is None else {path: text for path, text in given_of(item).items() if path in before}


def is_hidden(path: str) -> bool:
    """Whether Buffer does not return the field, so that only the last applied value can be shown."""
    named = ".".join(part for part in path.split(".") if not part.isdecimal())
    return path in (*_HIDDEN, *_HIDDEN_IN_IDEAS) or any(f".{named}".endswith(f".{each}") for each in _HIDDEN_BELOW)


def hidden_changes(
    item: Item, given: Given | None, live: Content | None = None
) -> Iterator[tuple[str, str | None, str | None]]:
    """Each field that Buffer does not return and that the files have changed: its path, the applied and the new value.

    Empty if the applied values are unknown. `live` is the object in Buffer, if it was read; it may have lost a field.
    """
    if given is None:
        return
    now = given_of(item)
    for path in dict.fromkeys((*given, *now)):
        is_shown = not is_hidden(path) and not _is_lost(item, path, live)
        if not is_shown and given.get(path) != now.get(path):
            yield path, given.get(path), now.get(path)


def _is_lost(item: Item, path: str, live: Content | None) -> bool:
    """Whether Buffer did not keep a field that it was seen to lose."""
    head, _, name = path.rpartition(".")
    metadata = item.metadata if isinstance(item, Post) else None
    losable = LOSABLE[type(metadata)] if metadata else frozenset[str]()
    return head == "metadata" and name in losable and live is not None and name not in (live.metadata or {})


def left_out(desired: Content, live: Content, given: Given | None) -> Iterator[LeftOut]:
    """Each field of its network that Buffer has and the files do not, unless it has the value that Buffer fills in."""
    for path, there in _missing(live.metadata or {}, desired.metadata or {}, "metadata"):
        name = path.rpartition(".")[2]
        was_given = any(f"{each}.".startswith(f"{path}.") for each in given or ())
        if not is_filled_in(name, there):
            yield LeftOut(path, there, Then.CLEARED, was_given)
        elif is_set(name, there):
            is_known = was_given and name in DOCUMENTED
            yield LeftOut(path, there, Then.DEFAULT if is_known else Then.OPEN, was_given, UNSAID[name])
        elif name not in UNSAID and was_given:
            yield LeftOut(path, there, Then.CLEARED, was_given)
    if live.thread and not desired.thread:
        yield LeftOut("metadata.thread", live.thread, Then.CLEARED, was_given=True)
    for path, there in live.details.items():
        was_given = path in (given or ())
        if was_given and path not in desired.details and may_be_added(path, unsaid=False):
            yield LeftOut(path, there, Then.CLEARED, was_given)


def restored(left: Iterable[LeftOut], item: Item, live: Content, given: Given | None) -> dict[str, Any]:
    """The values that an edit sends for fields that were removed from the file, by path: the default, or null.

    Fields inside a list are left out, because lists are sent whole.
    """
    found: dict[str, Any] = {}
    for each in left:
        if each.then is not Then.OPEN and not _is_in_a_list(each.path):
            found[each.path] = each.default if each.then is Then.DEFAULT else None
    for path, _, now in hidden_changes(item, given, live):
        if now is None and path != "draft_id" and not _is_in_a_list(path):
            found[path] = None
    return found


def _is_in_a_list(path: str) -> bool:
    return any(part.isdecimal() for part in path.split("."))


#: What an edit keeps where it is left out (notes: Writing).
_KEPT = frozenset({"board", "board_service_id", "category_id", "details_event", "details_offer", "details_whats_new"})


def _missing(live: Mapping[str, Any], desired: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for name, there in live.items():
        said = desired.get(name)
        if said is None and name not in _KEPT:
            yield f"{above}.{name}", there
        elif isinstance(said, Mapping) and isinstance(there, Mapping):
            yield from _missing(there, said, f"{above}.{name}")


def _leaves(post: Post) -> Iterator[tuple[str, Any]]:
    for index, asset in enumerate(post.assets):
        yield from _of_asset(f"assets.{index}", asset)
    if post.metadata:
        yield from _of_model("metadata", post.metadata)


def _of_model(at: str, model: Model) -> Iterator[tuple[str, Any]]:
    for name in model.model_fields_set:
        given = getattr(model, name)
        path = f"{at}.{name}"
        if isinstance(given, MediaFile):
            continue  # what is known of a file is not sent, and its bytes are compared by their digest
        if isinstance(given, Asset):
            yield from _of_asset(path, given)
        elif isinstance(given, Model):
            yield from _of_model(path, given)
        elif isinstance(given, tuple) and given and isinstance(given[0], Model):
            for index, each in enumerate(given):
                inner = f"{path.removeprefix('metadata.') if name == 'thread' else path}.{index}"
                yield from _of_asset(inner, each) if isinstance(each, Asset) else _of_model(inner, each)
        else:
            yield path, given


def _of_asset(at: str, asset: Asset) -> Iterator[tuple[str, Any]]:
    yield from _of_model(f"{at}.{asset.kind}", asset.value)


def _text(given: Any) -> str:
    text = str(given).lower() if isinstance(given, bool) else str(given)
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
