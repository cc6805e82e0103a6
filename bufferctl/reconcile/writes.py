"""From a matched object to the write that apply sends: names of tags, boards and ideas become Buffer's ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bufferctl.model import (
    CreateIdea,
    CreatePost,
    EditPost,
    Idea,
    LiveChannel,
    LivePost,
    LiveTag,
    Post,
    PostStatus,
    Slot,
    Write,
)
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.reconcile.holds import Hold, unresolved
from bufferctl.reconcile.matches import Match


class Resolver:
    """Makes writes. Tags by organization id and name; ideas by slot, None for one that is not created yet."""

    def __init__(self, tags: Mapping[str, Mapping[str, LiveTag]], ideas: Mapping[Slot, str | None]) -> None:
        self._tags = tags
        self._ideas = ideas

    def __call__(self, match: Match, reschedule: bool) -> Write | Hold:
        """The write for a match that is to be created or changed; a hold if a name cannot be resolved."""
        declared = match.declared
        tags = self._tags.get(declared.slot.organization_id, {})
        found = [_tag(name, tags) for name in declared.item.tags]
        if None in found:
            return _no_tag(declared.item.tags[found.index(None)], tags)
        resolved = tuple(tag for tag in found if tag)
        if isinstance(declared.item, Idea):
            return CreateIdea(declared.item, declared.slot.organization_id, resolved)
        post = _with_board(declared.item, declared.channel)
        if isinstance(post, Hold):
            return post
        idea = self._idea(declared.slot, post)
        if isinstance(idea, Hold):
            return idea
        ids = tuple(tag.id for tag in resolved)
        if match.live is None:
            return CreatePost(post, declared.slot.channel_id, ids, idea)
        was_scheduled = isinstance(match.live, LivePost) and match.live.status is PostStatus.SCHEDULED
        return EditPost(match.live.id, post, declared.slot.channel_id, ids, idea, reschedule, was_scheduled)

    def _idea(self, slot: Slot, post: Post) -> str | Hold | None:
        if post.idea is None:
            return None
        wanted = Slot(slot.organization_id, "ideas", post.idea)
        if wanted not in self._ideas:
            return unresolved(f"Its idea {post.idea!r} is held", "Resolve the hold of the idea first.")
        return self._ideas[wanted]


def _tag(name: str, tags: Mapping[str, LiveTag]) -> LiveTag | None:
    """The tag of that name, else of one that differs in case only."""
    folded = name.casefold()
    return tags.get(name) or next((tags[each] for each in sorted(tags) if each.casefold() == folded), None)


def _no_tag(name: str, tags: Mapping[str, LiveTag]) -> Hold:
    seen = ", ".join(sorted(tags)) or "none"
    return unresolved(
        f"No post or idea in Buffer has the tag {name!r} (seen: {seen}), and its API cannot list tags",
        "Add the tag to a post or an idea in Buffer and plan again, or set its id under `tags:` in buffer.yaml.",
    )


def _with_board(post: Post, channel: LiveChannel | None) -> Post | Hold:
    """The post with its Pinterest board's id in place of the name."""
    metadata = post.metadata
    if not isinstance(metadata, PinterestMetadata) or metadata.board is None or channel is None:
        return post
    board = channel.boards.get(metadata.board)
    if board is None:
        names = ", ".join(sorted(channel.boards)) or "none"
        return unresolved(
            f"There is no board {metadata.board!r} on {channel.name} (there are: {names})", "Use one of these."
        )
    return replace(post, metadata=metadata.model_copy(update={"board_service_id": board}))
