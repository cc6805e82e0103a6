"""Turns a matched object into the write to send: names of tags, boards and ideas become Buffer's ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from bufferctl.model import IDEAS, CreateIdea, CreatePost, EditPost, Idea, LiveIdea, LivePost, Post, Slot, Tag, Write
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.model.seen import has_renamed_board
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.matches import Match
from bufferctl.reconcile.scene import Scene
from bufferctl.value import replace


class Resolver:
    """Makes writes."""

    def __init__(self, scene: Scene, matches: Iterable[Match]) -> None:
        self._scene, self._matches = scene, matches

    @cached_property
    def _tags(self) -> dict[str, dict[str, Tag]]:
        return _tags_of(self._scene)

    @cached_property
    def _ideas(self) -> dict[Slot, str]:
        """Ids of declared ideas that are in Buffer."""
        return {each.declared.slot: each.live.id for each in self._matches if isinstance(each.live, LiveIdea)}

    def __call__(self, match: Match, reschedule: bool) -> Write | Hold:
        """The write that creates or changes a match; a hold if a name cannot be resolved."""
        declared = match.declared
        tags = self._tags.get(declared.slot.organization_id, {})
        found = {name: _tag(name, tags) for name in declared.item.tags}
        if missing := [name for name, tag in found.items() if tag is None]:
            return holds.no_such_tag(missing, tags)
        resolved = tuple(tag for tag in found.values() if tag)
        if isinstance(declared.item, Idea):
            return CreateIdea(declared.item, declared.slot.organization_id, resolved)
        post = _with_board(declared.item, match)
        if isinstance(post, Hold):
            return post
        idea = self._ideas.get(Slot(declared.slot.organization_id, IDEAS, post.idea)) if post.idea else None
        ids = tuple(tag.id for tag in resolved)
        if match.live is None:
            return CreatePost(post, declared.slot.channel_id, ids, idea)
        was_scheduled = isinstance(match.live, LivePost) and match.live.is_scheduled
        return EditPost(match.live.id, post, declared.slot.channel_id, ids, idea, reschedule, was_scheduled)


def _tag(name: str, tags: Mapping[str, Tag]) -> Tag | None:
    """The tag of that name, or of a name that only differs in case."""
    folded = name.casefold()
    return tags.get(name) or next((tags[each] for each in sorted(tags) if each.casefold() == folded), None)


def _with_board(post: Post, match: Match) -> Post | Hold:
    """The post with its Pinterest board's id instead of the name; a renamed board keeps its id."""
    metadata, live, channel = post.metadata, match.live, match.declared.channel
    if not isinstance(metadata, PinterestMetadata) or metadata.board is None or channel is None:
        return post
    board = channel.boards.get(metadata.board)
    if board is None and isinstance(live, LivePost) and match.binding:
        is_renamed = has_renamed_board(post, live, match.binding.seen)
        board = live.metadata.get("board_service_id") if is_renamed else None
    if board is None:
        return holds.no_such_board(metadata.board, channel)
    return replace(post, metadata=metadata.model_copy(update={"board_service_id": board}))


def _tags_of(scene: Scene) -> dict[str, dict[str, Tag]]:
    """Tags by organization id and name: those seen in Buffer, then those that the files map."""
    live = scene.live
    owner = {
        home: each.id for each in live.organizations for home in (each.id, *(channel.id for channel in each.channels))
    }
    tags: dict[str, dict[str, Tag]] = {each.id: {} for each in live.organizations}
    for item in live.items:
        for tag in item.tags:
            tags[owner[item.home]][tag.name] = tag
    known = (each for each in scene.desired.organizations if each.label in scene.targets.organizations)
    for organization in known:
        live_tags = tags.setdefault(scene.targets.organizations[organization.label].id, {})
        for declared in organization.tags:
            color = declared.color or (live_tags[declared.name].color if declared.name in live_tags else "")
            live_tags[declared.name] = replace(declared, color=color)
    return tags
