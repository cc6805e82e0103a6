"""What a message proposes for a post whose time is past is enough: no command that was just run is proposed again."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import ADDRESS, apply, declare, texts

POST = "key: launch, due_at: 2029-12-04 09:00, text: We are live"


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_post_that_is_not_published(project: Project, is_refused: bool) -> None:
    """The hint asks for a later time and the command, not for the command alone; both together create it, once."""
    declare(project, POST)
    project.apply()
    (post,) = project.sandbox.posts()
    if is_refused:
        project.sandbox.person.set_error(post["id"], "The network said no")
    else:
        project.sandbox.person.delete_post(post["id"])
    project.sandbox.clock.advance(days=2)
    command = f"apply --recreate {ADDRESS}"
    hint = f"give it a later `due_at` and run: bufferctl {command}"
    assert hint in " ".join(project("plan").out.split())

    if is_refused:
        project.sandbox.person.delete_post(post["id"])
    declare(project, POST.replace("-04", "-07"))
    assert "To send it again, run: bufferctl" in " ".join(project("plan").out.split())  # it has a later time now
    assert apply(project, *command.split()[1:]) == 0
    assert texts(project) == {"We are live": 1}
    assert project("plan", "--detailed-exitcode").code == 0


def test_an_edit_on_both_sides(project: Project) -> None:
    """Likewise a scheduled post that was edited in Buffer while the file moved it into the past."""
    declare(project, POST)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="We are live, says Ada")
    declare(project, POST.replace("-04", "-02"))
    hint = f"give it a later `due_at` and run: bufferctl apply --reapply {ADDRESS}"
    assert hint in " ".join(project("plan").out.split())
