"""The attachments of a declared object, in a fixed order: files and addresses of its assets, thread and media."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast, get_args

from bufferctl.model.base import Model
from bufferctl.model.content import Asset, AssetKind
from bufferctl.model.desired import Idea, Item, Post
from bufferctl.model.media_file import MediaFile
from bufferctl.model.metadata import thread_of
from bufferctl.value import replace

#: The fields that hold an attachment's file or address: for the asset itself, and for a document's first page.
_PAIRS = (("file", "url"), ("thumbnail_file", "thumbnail_url"))

_FILE_KINDS: Mapping[str, AssetKind] = {each: each for each in get_args(AssetKind)}

Path = tuple[str | int, ...]
#: A kind of declared object.
AnyItem = TypeVar("AnyItem", bound=Item)


class Attached(NamedTuple):
    """One file or address. `path`: its position, in the file's field names; `kind`: image, video, document, gif."""

    path: Path
    kind: str
    file: MediaFile | None
    url: str | None

    @property
    def source(self) -> str:
        """The form in which the state keeps it: the summary of a file, or the URL."""
        return self.file.summary if self.file else self.url or ""

    @property
    def file_kind(self) -> AssetKind:
        """The kind of the file at its address: a GIF of an idea, and whatever else is no kind of asset, is an image."""
        return _FILE_KINDS.get(self.kind, "image")


def attached(item: Item) -> Iterator[Attached]:
    """Everything attached to a declared object, except thumbnails that are not files."""
    if isinstance(item, Idea):
        for index, medium in enumerate(item.media):
            yield from _of(("media", index), medium.type.value, medium)
        return
    for path, asset in assets_of(item):
        yield from _of((*path, asset.kind), asset.kind, asset.value)


def assets_of(post: Post) -> Iterator[tuple[Path, Asset]]:
    """Each asset of a post and of the parts of its thread, with its position."""
    for index, asset in enumerate(post.assets):
        yield ("assets", index), asset
    for number, part in enumerate(thread_of(post.metadata)):
        for index, asset in enumerate(part.assets):
            yield ("metadata", post.service.value, "thread", number, "assets", index), asset


def files_of(item: Item) -> Iterator[Attached]:
    return (each for each in attached(item) if each.file) if _may_have_files(item) else iter(())


def with_files(item: AnyItem, change: Callable[[Attached], MediaFile]) -> AnyItem:
    """The same object with each of its files replaced by the result of `change`."""
    updates: dict[Path, dict[str, Any]] = {}
    for each in files_of(item):
        updates.setdefault(each.path[:-1], {})[str(each.path[-1])] = change(each)
    return cast("AnyItem", _updated(item, updates)) if updates else item


def with_sources(item: Item, sources: Sequence[str]) -> Item | None:
    """The same object with other attachments, in the form in which state keeps them; None if their number differs.

    A file then has no address, and its path is not the real one.
    """
    there = tuple(attached(item))
    if len(there) != len(sources):
        return None
    updates: dict[Path, dict[str, Any]] = {}
    for each, source in zip(there, sources, strict=True):
        file = MediaFile.read_summary(source)
        file_field, url_field = next(pair for pair in _PAIRS if each.path[-1] in pair)
        updates.setdefault(each.path[:-1], {}).update({file_field: file, url_field: None if file else source})
    return _updated(item, updates)


def sources_of(item: Item) -> tuple[str, ...]:
    """Each attachment in the form in which state keeps it, in order."""
    if isinstance(item, Post) and not item.assets and not thread_of(item.metadata):
        return ()
    return tuple(each.source for each in attached(item))


def _of(path: Path, kind: str, value: Model) -> Iterator[Attached]:
    given = vars(value)  # asking a model for a field that it lacks takes ten times as long
    for file_field, url_field in _PAIRS:
        if file_field in given and (given[file_field] or given[url_field]):
            name = file_field if given[file_field] else url_field
            yield Attached((*path, name), kind if name in _PAIRS[0] else "image", given[file_field], given[url_field])


def _may_have_files(item: Item) -> bool:
    """A quick test whether any attachment may be a file: most posts have none."""
    if isinstance(item, Idea) or thread_of(item.metadata):
        return True
    for asset in item.assets:
        given = vars(asset.value)
        if given.get("file") or given.get("thumbnail_file"):
            return True
    return False


def _updated(item: Item, updates: Mapping[Path, Mapping[str, Any]]) -> Item:
    """The object with other values in some of its attachments, given by path."""
    if isinstance(item, Idea):
        media = (medium.model_copy(update=updates.get(("media", index), {})) for index, medium in enumerate(item.media))
        return replace(item, media=tuple(media))
    item = replace(item, assets=_assets(item.assets, ("assets",), updates))
    if item.metadata is None or not (thread := thread_of(item.metadata)):
        return item
    below = ("metadata", item.service.value, "thread")
    parts = tuple(
        part.model_copy(update={"assets": _assets(part.assets, (*below, index, "assets"), updates)})
        for index, part in enumerate(thread)
    )
    return replace(item, metadata=item.metadata.model_copy(update={"thread": parts}))


def _assets(assets: Sequence[Asset], path: Path, updates: Mapping[Path, Mapping[str, Any]]) -> tuple[Asset, ...]:
    found = []
    for index, asset in enumerate(assets):
        new = updates.get((*path, index, asset.kind))
        found.append(asset.model_copy(update={asset.kind: asset.value.model_copy(update=new)}) if new else asset)
    return tuple(found)
