"""Posts sent straight to the sandbox, bypassing all our checks, to get Buffer's own messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bufferctl.api.wire_forms import create_post
from bufferctl.config import load
from bufferctl.config.format import PostEntry, RootFile
from bufferctl.config.read import parse, read_source
from bufferctl.diagnostics import Place
from bufferctl.model import Address, CreatePost, Post, Service, ShareMode
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import CREATE, Asker

_START = "Invalid post: "


class Direct:
    """Another account of the same kind. Posts sent to it go through no check and no plan."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._asker = Asker(sandbox)
        self._tags = {tag["name"]: tag["id"] for tag in sandbox.organization()["tags"]}

    def refusals(self, file: Path) -> list[str]:
        """Buffer's objections to the posts of a root file, one text per refused post."""
        desired = load(file, file.parent).desired
        return self.refused(desired.posts if desired else _unchecked(file))

    def refused(self, posts: Iterable[Post]) -> list[str]:
        """Buffer's objections to posts, one text per refused post."""
        answers = [self._asker.it(CREATE, i=self._input(post)) for post in posts]
        refused = [answer["message"] for answer in answers if answer["__typename"] != "PostActionSuccess"]
        return [message.removeprefix(_START) for message in refused]

    def close(self) -> None:
        """Close the connection."""
        self._asker.close()

    def _input(self, post: Post) -> dict[str, object]:
        channel = self.sandbox.channel(post.service)
        metadata = post.metadata
        if isinstance(metadata, PinterestMetadata) and metadata.board:
            boards = {board["name"]: board["serviceId"] for board in channel["metadata"]["boards"]}
            post = replace(post, metadata=metadata.model_copy(update={"board_service_id": boards[metadata.board]}))
        tags = tuple(self._tags[name] for name in post.tags)
        return create_post(CreatePost(post, channel["id"], tags, None))


def _unchecked(file: Path) -> list[Post]:
    """The posts of a file with mutually exclusive fields, as written, for the queue."""
    tree, _ = parse(read_source(file, file.name))
    root = RootFile.model_validate(tree.data)
    (channel,) = [channel for each in root.organizations if each for channel in each.channels if channel]
    return [_post(entry, channel.service) for entry in channel.posts if entry]


def _post(entry: PostEntry, service: Service) -> Post:
    metadata = getattr(entry.metadata, service, None)
    address = Address("Acme", service, entry.key)
    return Post(
        address, service, Place(""), entry.text or "", ShareMode.ADD_TO_QUEUE, assets=entry.assets, metadata=metadata
    )
