"""A person in Buffer's web app: everything that happens to an account without bufferctl."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bufferctl.sandbox import schedule, writes
from bufferctl.sandbox.clock import iso, parse_time
from bufferctl.sandbox.core import Core, fail, publish
from bufferctl.sandbox.fixture import complete_channel, complete_ideas
from bufferctl.sandbox.store import Doc


class Person:
    """Acts at the sandbox's current time. Field names are the API's; posts and channels are given by id.

    Raises KeyError for an unknown id, ValueError for anything the app refuses.
    """

    def __init__(self, core: Core) -> None:
        self._core = core

    def create_post(
        self, channel_id: str, text: str = "", *, via: str = "buffer", at: datetime | str | None = None, **fields: Any
    ) -> Doc:
        """Create a post: timed with `dueAt`, else queued; other fields as in CreatePostInput.

        `via="api"`: another program creates it. `at`: when it was created, possibly in the past; posts due since then
        have been published. For hundreds of posts, `Sandbox.seed` is faster.
        """
        wanted = {
            "channelId": channel_id, "text": text, "schedulingType": "automatic",
            "mode": "customScheduled" if fields.get("dueAt") else "addToQueue", **_dated(fields),
        }  # fmt: skip
        with self._acting(parse_time(at) if isinstance(at, str) else at):
            made = writes.create_post(self._core, wanted, via=via)
        if "post" not in made:
            raise ValueError(made["message"])
        with self._acting():
            return self._post(made["post"]["id"])

    def edit_post(self, post_id: str, **fields: Any) -> Doc:
        """Change fields of a post and leave the others as they are; a `dueAt` makes it timed."""
        if fields.get("dueAt"):
            fields = {"isCustomScheduled": True, "shareMode": "customScheduled", **_dated(fields)}
        with self._acting():
            post = self._post(post_id)
            if unknown := fields.keys() - post.keys():
                raise ValueError(f"a post has no {', '.join(sorted(unknown))}")
            slot = schedule.queue_slot(post)
            post.update(fields, updatedAt=iso(self._core.now()))
            schedule.save(self._core.store, post, slot)
            return post

    def delete_post(self, post_id: str) -> None:
        """Delete a post, whether sent or not."""
        with self._acting():
            schedule.delete(self._core.store, self._post(post_id))

    def approve(self, post_id: str) -> Doc:
        """Approve a post that is waiting for approval, or schedule a draft: it gets its requested time or slot."""
        with self._acting():
            post = self._post(post_id)
            if post["status"] not in {"needs_approval", "draft"}:
                raise ValueError(f"post {post_id} is {post['status']}")
            schedule.schedule(self._core, self._channel(post["channelId"]), post, post["shareMode"], post["dueAt"])
            self._core.store.put("posts", post)
            self._core.settle()
            return self._post(post_id)

    def share_now(self, post_id: str) -> Doc:
        with self._acting():
            post = self._post(post_id)
            slot = schedule.queue_slot(post)
            publish(self._channel(post["channelId"]), post, self._core.now())
            schedule.save(self._core.store, post, slot)
            return post

    def set_error(self, post_id: str, message: str) -> Doc:
        """Make the network refuse a post."""
        with self._acting():
            post = self._post(post_id)
            fail(post, message, self._core.now())
            self._core.store.put("posts", post)
            return post

    def create_idea(self, organization_id: str, **content: Any) -> Doc:
        """Create an idea: content fields as in IdeaContentInput."""
        with self._acting():
            given = [{"organizationId": organization_id, "content": content}]
            ideas = complete_ideas(self._core.store, given, self._core.now())
            self._core.store.add("ideas", ideas)
        return ideas[0]

    def edit_idea(self, idea_id: str, **content: Any) -> Doc:
        """Change an idea: content fields as in IdeaContentInput; the others stay."""
        with self._acting():
            idea = next(iter(self._core.store.rows("ideas", "id = ?", (idea_id,))), None)
            if idea is None:
                raise KeyError(idea_id)
            idea["content"] |= content
            idea["updatedAt"] = iso(self._core.now())
            self._core.store.put("ideas", idea)
            return idea

    def delete_idea(self, idea_id: str) -> None:
        with self._acting():
            self._core.store.delete("ideas", idea_id)

    def add_channel(self, organization_id: str, service: str, name: str, **fields: Any) -> Doc:
        """Connect a channel; fields as in the fixture file."""
        channel = complete_channel({**fields, "organizationId": organization_id, "service": service, "name": name})
        with self._acting():
            self._core.store.put_channel(channel)
        return channel

    def set_channel(self, channel_id: str, **fields: Any) -> Doc:
        """Change a channel: name, isDisconnected, isLocked, isQueuePaused, postingSchedule, metadata, …

        Resuming a paused queue sends the posts that are overdue.
        """
        with self._acting():
            before = self._channel(channel_id)
            if before["isQueuePaused"] and fields.get("isQueuePaused") is False:
                fields = {"resumedAt": iso(self._core.now()), **fields}
            channel = {**before, **fields}
            self._core.store.put_channel(channel)
            return channel

    def set_limit(self, organization_id: str, **limits: int) -> Doc:
        """Change the limits of the organization's plan: fields as in OrganizationLimits."""
        organization = self._core.store.organizations[organization_id]
        organization = {**organization, "limits": {**organization["limits"], **limits}}
        self._core.store.put_organization(organization)
        return organization

    @contextmanager
    def _acting(self, moment: datetime | None = None) -> Iterator[None]:
        """Act at one instant, by default the current time, on an account that is up to date."""
        core = self._core
        with core.store.lock, core.at(moment or core.now()):
            core.settle()
            with core.store.transaction():
                yield

    def _post(self, post_id: str) -> Doc:
        post = self._core.store.post(post_id)
        if post is None:
            raise KeyError(post_id)
        return post

    def _channel(self, channel_id: str) -> Doc:
        return self._core.store.channels[channel_id]


def _dated(fields: dict[str, Any]) -> dict[str, Any]:
    due = fields.get("dueAt")
    if due is None:
        return fields
    return {**fields, "dueAt": iso(due if isinstance(due, datetime) else parse_time(due))}
