"""Posts sent straight to the sandbox, past every check of ours: what Buffer itself says of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bufferctl.api.wire_forms import create_post
from bufferctl.config import load
from bufferctl.model import CreatePost, Post
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.sandbox import Sandbox
from tests.sandbox.asking import CREATE, Asker


class Direct:
    """Another account of the same kind. Nothing that is sent to it goes through a plan."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._asker = Asker(sandbox)
        self._tags = {tag["name"]: tag["id"] for tag in sandbox.organization()["tags"]}

    def refusals(self, file: Path) -> list[str] | None:
        """What Buffer says against the posts of a root file; None where the file cannot be read as posts at all."""
        desired = load(file, file.parent).desired
        if desired is None:
            return None
        answers = [self._asker.it(CREATE, i=self._input(post)) for post in desired.posts]
        return [answer["message"] for answer in answers if answer["__typename"] != "PostActionSuccess"]

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
