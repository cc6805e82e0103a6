"""An entry moves to another file under another key and with other words, and a run has only the new one."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.never_twice.files import declare, texts

ENTRY = '  - {{key: {key}, channels: [twitter], due_at: 2029-12-20 {time}, text: "{text}"}}\n'
OTHER = "posts:\n" + ENTRY.format(key="hello", time="15:00", text="Hello there")
BEFORE = "Registration for the summer conference in Berlin is open until Friday"
AFTER = "Registration for the summer conference in Berlin is open until Sunday"


def test_the_new_post_is_not_sent_beside_the_old_one(project: Project) -> None:
    """Only once, in its last words: alone it is held, and the whole run replaces the old one."""
    declare(project)
    project.write("posts/a.yaml", OTHER + ENTRY.format(key="summer", time="09:00", text=BEFORE))
    project.apply()
    project.write("posts/a.yaml", OTHER)
    project.write("posts/b.yaml", "posts:\n" + ENTRY.format(key="conference", time="09:00", text=AFTER))
    part = project("apply", "--auto-approve", "--settle", "0", "posts/b.yaml")
    assert texts(project) == {"Hello there": 1, BEFORE: 1}
    assert "Its text is like that of a post (`summer`)" in " ".join(part.out.split())
    project.apply()
    assert texts(project) == {"Hello there": 1, AFTER: 1}
    assert project("plan", "--detailed-exitcode").code == 0
