"""The fullest posts of every network through their whole life: planned, applied, edited field by field, deleted."""

from __future__ import annotations

import pytest

from bufferctl.model import Service
from tests.cli.conftest import Project
from tests.networks.cases import SERVICES
from tests.networks.direct import Direct
from tests.networks.edits import changes, removals
from tests.networks.life import Life

each_service = pytest.mark.parametrize("service", SERVICES)

#: What cannot change by itself: the kind of a Google Business post goes with its details, a mode with its time.
NEVER_ALONE = {
    Service.GOOGLEBUSINESS: {f"{key}: metadata.googlebusiness.type" for key in ("news", "offer", "open-day")},
    Service.STARTPAGE: {"timed: mode"},
}


@each_service
def test_each_field_changed(project: Project, direct: Direct, service: Service) -> None:
    """Created, each field changed in turn, deleted; an empty plan after each; what people made is as it was.

    Before the end the account holds what it would if the files had said so from the beginning.
    """
    life = Life(project, direct, service)
    life.begin()
    never = set()
    for index, post in enumerate(life.posts):
        for edit in changes(post):
            changed = next((each for each in edit.applied(life.posts[index]) if life.takes(index, each)), None)
            if changed is None:
                never.add(f"{post['key']}: {edit}")
            else:
                life.edit(index, changed, f"{post['key']}: {edit}")
    assert never == NEVER_ALONE.get(service, set())
    assert life.there() == life.afresh()
    life.end()


@each_service
def test_each_field_taken_out(project: Project, direct: Direct, service: Service) -> None:
    """Each field that may be left out is left out in turn, and comes back with the next; an empty plan after each."""
    life = Life(project, direct, service)
    life.begin()
    for index, post in enumerate(life.posts):
        for edit in removals(post):
            for changed in edit.applied(post):
                if life.takes(index, changed):
                    life.posts[index] = changed
                    life.apply()
        life.posts[index] = post
    life.apply()
    assert life.there() == life.afresh()
    life.end()
