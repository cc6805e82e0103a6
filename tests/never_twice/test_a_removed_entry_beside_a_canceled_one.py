"""An entry is removed while another one is canceled, whose old key nobody knows: it does not go out in silence."""

from __future__ import annotations

from tests.cli.conftest import Project
from tests.never_twice.files import declare, texts

KEPT = "key: kept, due_at: 2029-12-12 09:00, text: Keep this"
GONE = "key: gone, due_at: 2029-12-11 09:00, text: Take this back"
RENAMED = "key: b, was: a, due_at: 2029-12-10 09:00, text: We are live"


def test_a_line_that_stayed_after_a_rename(project: Project) -> None:
    """The removed post is deleted, though the `was` of a canceled entry names nothing any more."""
    declare(project, KEPT, GONE, RENAMED.replace("key: b, was: a", "key: a"))
    project.apply()
    for entry in (RENAMED, f"{RENAMED}, cancelled: true"):
        declare(project, KEPT, GONE, entry)
        project.apply()
    declare(project, KEPT, f"{RENAMED}, cancelled: true")
    project.apply()
    assert texts(project) == {"Keep this": 1}


def test_a_suspension_sees_it(project: Project) -> None:
    """Nothing stays scheduled under a suspension, not even what is removed from the files while a question is open."""
    declare(project, KEPT, GONE)
    project.apply()
    declare(project, KEPT, RENAMED.replace("was: a", "was: unknown"), settings="suspended: Earthquake")
    assert project("apply", "--auto-approve", "--settle", "0").code == 1
    assert [post["text"] for post in project.sandbox.posts() if post["status"] == "scheduled"] == []


def test_an_import_that_is_not_merged(project: Project) -> None:
    """A person's post whose imported entry is gone stays, and the plan names it, beside a new canceled entry."""
    declare(project)
    project.apply()
    (channel,) = [
        each["id"] for each in project.sandbox.dump()["organizations"][0]["channels"] if each["service"] == "twitter"
    ]
    project.sandbox.person.create_post(channel, "A person's words", dueAt="2029-12-12T09:00:00Z")
    project("import")
    (file,) = project.folder.glob("posts/*.yaml")
    file.write_text(
        "posts:\n  - {key: new, text: New, channels: [twitter], due_at: 2029-12-13 09:00, cancelled: true}\n"
    )
    plan = project("plan")
    assert "1 imported entry is not in these files" in " ".join(plan.err.split())
    assert texts(project) == {"A person's words": 1}
