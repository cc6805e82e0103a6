"""A handle, or an organization's name, becomes that of another account."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import declare, texts

POSTS = (
    "key: launch, due_at: 2029-12-04 09:00, text: We are live",
    "key: next, due_at: 2029-12-20 09:00, text: What comes next",
)


@pytest.fixture
def published(project: Project) -> Project:
    """One post published, one scheduled."""
    declare(project, *POSTS)
    project.apply()
    project.sandbox.core.clock.set("2029-12-05T09:00:00Z")
    project.apply()
    return project


def test_a_handle(published: Project) -> None:
    """Nothing is sent: one question that names both accounts, in doctor too; `id` answers it."""
    person, organization = published.sandbox.person, published.sandbox.organization()["id"]
    old = published.sandbox.channel("twitter")["id"]
    person.set_channel(old, name="acme_archive")
    new = person.add_channel(organization, "twitter", "acme")["id"]
    before = texts(published)
    for command in (("plan",), ("apply", "--auto-approve", "--settle", "0"), ("doctor",)):
        ran = published(*command)
        assert ran.code == 1
        printed = ran.out if command == ("doctor",) else ran.err
        assert (printed.count(old), printed.count(new)) == (2, 2)  # in the message and in the hint
    assert texts(published) == before
    text = (published.folder / "buffer.yaml").read_text(encoding="utf-8")
    published.write("buffer.yaml", text.replace("name: acme\n", f"name: acme\n        id: {old}\n"))
    published.apply()
    assert texts(published) == before


def test_an_organizations_name(published: Project) -> None:
    """The same for the name of an organization, with everything in it."""
    store = published.sandbox.core.store
    old = published.sandbox.organization()
    other = next(each for each in store.organizations.values() if each["id"] != old["id"])
    store.put_organization({**old, "name": "Acme Archive"})
    store.put_organization({**other, "name": "Acme"})
    published.sandbox.person.add_channel(other["id"], "twitter", "acme")
    before = texts(published)
    ran = published("apply", "--auto-approve", "--settle", "0")
    assert (ran.code, ran.err.count(old["id"]), ran.err.count(other["id"])) == (1, 2, 2)
    assert texts(published) == before


def test_a_reconnected_channel_is_followed(published: Project) -> None:
    """No question, and what is published stays so."""
    person, organization = published.sandbox.person, published.sandbox.organization()["id"]
    person.set_channel(published.sandbox.channel("twitter")["id"], isDisconnected=True)
    person.add_channel(organization, "twitter", "acme")
    ran = published("plan")
    assert ran.code == 0
    assert "launch" not in " ".join(ran.planned)


def test_a_channel_that_moves_to_another_organization(published: Project) -> None:
    """The state follows it once the files do, whether its posts are published or not; nothing is asked."""
    store, channel = published.sandbox.core.store, published.sandbox.channel("twitter")
    old = published.sandbox.organization()
    other = next(each for each in store.organizations.values() if each["id"] != old["id"])
    for post in published.sandbox.posts():
        store.put("posts", {**post, "organizationId": other["id"]})
    published.sandbox.person.set_channel(channel["id"], organizationId=other["id"])
    before = texts(published)
    text = (published.folder / "buffer.yaml").read_text(encoding="utf-8")
    published.write("buffer.yaml", text.replace("- name: Acme", f"- name: Acme\n  - name: {other['name']}"))
    assert published("plan").out.splitlines()[0] == "No changes."
    for target in (["--target", "*/next"], [], []):
        published.apply(*target)
    assert texts(published) == before
