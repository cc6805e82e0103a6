"""One request names a person's post with `existing` and cancels it: whoever reviews it sees what that deletes."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts


def test_its_first_lines(project: Project) -> None:
    """A comment begins with it, and so does the page: the post, whose it is, and that it is deleted."""
    channel = project.sandbox.channel("twitter")["id"]
    theirs = project.sandbox.person.create_post(channel, "Ada wrote this", dueAt="2029-12-20T09:00:00Z")
    new = [f"key: new-{n}, due_at: 2029-12-2{n} 09:00, text: Something new {n}" for n in range(5)]
    entry = f"key: mine, due_at: 2029-12-20 09:00, text: Whatever, existing: {theirs['id']}, cancelled: true"
    declare(project, *new, entry)
    plan = project("plan", "--report", "plan.md", "--report", "plan.html")
    told = "This deletes a post that a person created in Buffer: 'Ada wrote this' (Acme/twitter:acme/mine)"
    assert told in " ".join(plan.err.split())
    lines = project.folder.joinpath("plan.md").read_text("utf-8").splitlines()
    assert [each for each in lines if each and not each.startswith("<!--")][2] == f"<b>{told}.</b>"
    page = project.folder.joinpath("plan.html").read_text("utf-8").replace("&#39;", "'")
    assert 0 < page.index(told) < page.index('id="posts"')
    assert apply(project) == 0
    assert texts(project) == {f"Something new {n}": 1 for n in range(5)}
