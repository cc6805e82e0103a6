"""A post was edited, then the state was lost: nothing that may be that post is published beside it without a word."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, lose_state, texts


def test_an_imported_post_was_edited_in_its_file(project: Project) -> None:
    """A warning that names the person's post, which nobody can tell was imported; with `existing` it is edited."""
    declare(project)
    project.apply()
    channel = project.sandbox.channel("twitter")["id"]
    post = project.sandbox.person.create_post(channel, "Our summer party starts soon")
    lose_state(project)
    declare(project, "key: party, text: Join us in July")
    warned = " ".join(project("plan").err.split())
    assert "1 unsent post of people beside Acme/twitter:acme/party, which is new" in warned
    assert f"'Our summer party starts soon' ({post['id']})" in warned
    declare(project, f"key: party, text: Join us in July, existing: {{twitter: {post['id']}}}")
    assert apply(project) == 0
    assert texts(project) == {"Join us in July": 1}


def test_no_warning_beside_a_person_while_the_state_is_whole(project: Project) -> None:
    """A person's posts are theirs; a new entry says nothing about them."""
    declare(project)
    project.apply()
    project.sandbox.person.create_post(project.sandbox.channel("twitter")["id"], "Our summer party starts soon")
    declare(project, "key: party, text: Join us in July")
    assert "unsent post of people" not in project("plan").err
