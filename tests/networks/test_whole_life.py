"""The fullest posts of every network through their whole life: planned, applied, edited field by field, deleted."""

from __future__ import annotations

from itertools import zip_longest

import pytest

from bufferctl.model import Service
from tests.cli.conftest import Project
from tests.networks.cases import SERVICES
from tests.networks.direct import Direct
from tests.networks.edits import changes, removals
from tests.networks.life import Json, Life

#: Run by `make test`: types with details. `make test-all` runs every network.
USUAL = {Service.GOOGLEBUSINESS}
each_service = pytest.mark.parametrize(
    "service", [each if each in USUAL else pytest.param(each, marks=pytest.mark.long) for each in SERVICES]
)

#: Fields that cannot change alone: a Google Business type depends on its details, a mode on its time (below).
NEVER_ALONE = {
    Service.GOOGLEBUSINESS: {f"{key}: metadata.googlebusiness.type" for key in ("news", "offer", "open-day")},
    Service.SUBSTACK: {"timed: mode"},
    # words and place of a mention change together
    Service.FACEBOOK: {f"album: metadata.facebook.annotations.0.{name}" for name in ("indices.0", "text")},
    Service.LINKEDIN: {
        f"album: metadata.linkedin.annotations.0.{name}" for name in ("start", "length", "localized_name")
    },
}


@each_service
def test_each_field_changed(project: Project, direct: Direct, service: Service) -> None:
    """Created, each field changed in turn, deleted; an empty plan after each; people's posts are unchanged.

    One field of each post at a time: the next edit of all posts of the network is one apply.
    Before the end the account is as if the files had had this content from the start.
    """
    life = Life(project, direct, service)
    life.begin()
    never = set()
    for edits in zip_longest(*map(changes, list(life.posts))):
        edited = {}
        for index, edit in enumerate(edits):
            if edit is None:
                continue
            what, before = f"{life.posts[index]['key']}: {edit}", life.posts[index]
            changed = next((each for each in edit.applied(before) if life.takes(index, each)), None)
            if changed is None:
                never.add(what)
            else:
                life.posts[index], edited[index] = changed, what
        life.edit(edited)
    assert never == NEVER_ALONE.get(service, set())
    assert life.there() == life.afresh()
    life.end()


#: Test ids: the network, and whether an edit keeps omitted fields.
KEEPS = [(Service.PINTEREST, True), (Service.LINKEDIN, True), (Service.MASTODON, True)]


@pytest.mark.long  # in `make test`, test_every_leaf.py takes out each leaf of two networks
@pytest.mark.parametrize(("service", "keeps"), [*((service, False) for service in SERVICES), *KEEPS])
def test_each_field_taken_out(project: Project, direct: Direct, service: Service, keeps: bool) -> None:
    """Each optional field is removed in turn, and restored by the next edit; an empty plan after each.

    One field of each post at a time, as above. Whether an edit replaces the whole content or keeps omitted fields: both
    are tested, since nobody has shown which.
    """
    project.sandbox.core.options.edits_replace = not keeps
    life = Life(project, direct, service)
    life.begin()
    complete = list(life.posts)
    lacking = [[each for edit in removals(post) for each in edit.applied(post)] for post in complete]
    for posts in zip_longest(*lacking):
        life.posts[:] = complete
        taken = [index for index, post in enumerate(posts) if post and life.takes(index, post)]
        for index in taken:
            life.posts[index] = posts[index]
        life.apply()
    life.posts[:] = complete
    life.apply()
    assert life.there() == life.afresh()
    life.end()


def test_another_kind_with_its_details(project: Project, direct: Direct) -> None:
    """A Google Business post changes to each other type; Buffer keeps the details of its earlier types."""
    life = Life(project, direct, Service.GOOGLEBUSINESS)
    life.begin()
    news, offer, event = (post["metadata"] for post in life.posts)
    for metadata in (offer, event, news):
        life.posts[0] = {**life.posts[0], "metadata": metadata}
        life.edit({0: str(metadata)})
    assert [of_its_kind(post) for post in life.there()] == [of_its_kind(post) for post in life.afresh()]
    life.end()


def of_its_kind(post: Json) -> Json:
    """A Google Business post without the details of other types."""
    metadata = post["metadata"] or {}
    kinds = {"detailsWhatsNew": "whats_new", "detailsOffer": "offer", "detailsEvent": "event"}
    own = {name: value for name, value in metadata.items() if kinds.get(name, metadata["type"]) == metadata["type"]}
    return {**post, "metadata": own}


def test_another_mode_with_its_time(project: Project, direct: Direct) -> None:
    """A timed post moves to the queue, to the front of the queue, and back to a time."""
    life = Life(project, direct, Service.SUBSTACK)
    life.begin()
    timed = life.posts[1]
    unset = {name: value for name, value in timed.items() if name not in {"mode", "due_at"}}
    for post in ({**unset, "mode": "addToQueue"}, {**unset, "mode": "shareNext"}, timed):
        life.posts[1] = post
        life.edit({1: str(post.get("mode", "at a time"))})
    life.end()
