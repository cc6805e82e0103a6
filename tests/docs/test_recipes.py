"""Executable pages: recipes, what is wrong, and what people who write begin with; real commands, real output."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bufferctl.model import SchedulingType
from bufferctl.plan import Action, Cause
from bufferctl.render.markdown import report_markdown
from bufferctl.sandbox import Sandbox
from bufferctl.value import replace
from tests.cli.conftest import Project
from tests.conftest import Expect
from tests.docs.console import Document
from tests.render.rich import NOW, PLAN, REPORT, change, post

DOCS = Path(__file__).parents[2] / "docs"
README = DOCS.parent / "README.md"
PAGE, WRONG = DOCS / "write" / "recipes.md", DOCS / "problems" / "index.md"
WRITERS, CAMPAIGNS, FILES = DOCS / "write" / "posts.md", DOCS / "write" / "campaigns.md", DOCS / "problems" / "files.md"
BEGINNING, *RECIPES = re.split(r"^(?=## )", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
RECIPES += re.split(r"^(?=## )", WRONG.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels:
      - {service: twitter, name: acme}
      - {service: linkedin, name: acme-inc}
      - {service: bluesky, name: acme.example}
"""


#: What the output of a recipe has to show, so that it is what the recipe claims.
CLAIMS = {
    "Your Buffer plan is full": (r"Plan: 4 new posts on", r"2 waiting", r"2 created"),
    "Change a text or a time": (r"Plan: 1 changed post on", r"0 created, 1 changed", r"No changes"),
    "Move a campaign": (r"Moved 2 dates", r"Plan: 2 changed posts on 2 networks"),
    "A campaign slips, and loses a network": (r"only --all moves: fair", r"2 changed, 3 deleted", r"No changes"),
    "Rename a post": (r"renamed, nothing to do in Buffer",),
    "Move a post to another file, or another channel": (r"No changes", r"Plan: 1 new, 1 deleted on 2 networks"),
    "Cancel a post": (r"0 created, 0 changed, 1 deleted",),
    "Cancel a campaign": (r"Plan: 6 posts need you", r"0 created, 0 changed, 6 deleted"),
    "Repeat a post": (r"Plan: 1 new post on", r"repeat_of: webinar"),
    "Publish at once": (r"PUBLISH AT ONCE", r"1 created"),
    "Somebody edited it in Buffer": (r"Drift: 1 post", r"Pulled 1 post", r"No changes"),
    "Somebody deleted it in Buffer": (r"Somebody deleted it in Buffer", r"1 created"),
    "Take over an account": (r"Wrote 3 posts", r"No changes"),
    "Take over a post that somebody made": (r"1 already there", r"is now"),
    "A file was deleted by accident": (r"2 posts need you", r"No changes"),
    "A post is too late": (r"Its time is past",),
    "The network refused a post": (r"does not create it a second time",),
    "The key expired": (r"\n4\n",),
    "The state is lost": (r"3 already there", r"nothing sent"),
}


@dataclass(frozen=True)
class Happening:
    """Events without a command, by the names used in the page."""

    folder: Path
    sandbox: Sandbox
    monkeypatch: pytest.MonkeyPatch

    def campaign(self) -> None:
        """Six more posts in a separate file."""
        posts = [
            f"  - {{key: advent-{day}, due_at: 2029-12-{day} 08:00, channels: [twitter], text: Door {day}}}\n"
            for day in range(10, 16)
        ]
        (self.folder / "posts" / "campaign.yaml").write_text("posts:\n" + "".join(posts), encoding="utf-8")

    def full(self) -> None:
        """The same six posts, and room for four of them."""
        self.campaign()
        self.sandbox.person.set_limit(self.sandbox.organization()["id"], scheduledPosts=10)
        channel = self.sandbox.channel("twitter")["id"]
        due = [f"2029-12-05T{hour:02}:00:00Z" for hour in range(5)]
        self.sandbox.seed([{"channelId": channel, "text": at, "status": "scheduled", "dueAt": at} for at in due])

    def room(self) -> None:
        """Ten days later people's posts and the first ones of the campaign are published."""
        self.sandbox.clock.set("2029-12-12T12:00:00Z")

    def account(self) -> None:
        """No posts in files, and no state."""
        for path in (self.folder / "posts").iterdir():
            path.unlink()
        (self.folder / ".bufferctl" / "state.json").unlink()

    def late(self) -> None:
        """Half an hour after the first post, a post from a quarter of an hour ago is added."""
        self.sandbox.clock.set("2030-01-15T08:30:00Z")
        path = self.folder / "posts" / "january.yaml"
        text = "  - {key: morning, due_at: 2030-01-15 09:15, channels: [twitter], text: Good morning}\n"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def edited(self) -> None:
        """Somebody changes a post in Buffer."""
        text = "The new console is out: https://acme.example/console"
        self.sandbox.person.edit_post(self._post("twitter", "console"), text=text)

    def deleted(self) -> None:
        """Three hours later somebody deletes a post."""
        self.sandbox.clock.set("2029-12-03T12:00:00Z")
        self.sandbox.person.delete_post(self._post("linkedin", "webinar"))

    def alike(self) -> None:
        """Somebody creates a similar post."""
        text = "We are hiring three engineers: https://acme.example/jobs"
        channel = self.sandbox.channel("linkedin")["id"]
        self.sandbox.person.create_post(channel, text, dueAt="2030-02-01T09:00:00Z")

    def refused(self) -> None:
        """Its time comes, and the network refuses a post."""
        self.sandbox.clock.set("2030-01-15T08:05:00Z")
        self.sandbox.person.set_error(self._post("twitter", "console"), "Your account was signed out by X.")

    def expired(self) -> None:
        """The key is refused from now on."""
        self.monkeypatch.setenv("BUFFER_API_KEY", "expired")

    def _post(self, service: str, word: str) -> str:
        posts = self.sandbox.posts(self.sandbox.channel(service)["id"])
        return str(next(each["id"] for each in posts if word in each["text"]))


@pytest.mark.parametrize("recipe", RECIPES, ids=[re.sub(r"\W+", "-", each.partition("\n")[0][3:]) for each in RECIPES])
def test_recipe(recipe: str, project: Project, monkeypatch: pytest.MonkeyPatch, expect: Expect) -> None:
    """The commands of a recipe print the output shown on the page."""
    happening = Happening(project.folder, project.sandbox, monkeypatch)
    events = {name: getattr(happening, name) for name in re.findall(r"<!-- event: (\w+) -->", recipe)}
    document = Document(project.folder, events)
    document.run(BEGINNING)
    page = PAGE if recipe in PAGE.read_text(encoding="utf-8") else WRONG
    expect(page, page.read_text(encoding="utf-8").replace(recipe, made := document.run(recipe)))
    claims = CLAIMS.get(recipe.partition("\n")[0][3:], ())
    assert [claim for claim in claims if not re.search(claim, made)] == []


def test_beginning(project: Project, expect: Expect) -> None:
    """The common first steps print the output shown on the page, too."""
    made = Document(project.folder).run(BEGINNING)
    expect(PAGE, PAGE.read_text(encoding="utf-8").replace(BEGINNING, made))


@pytest.mark.parametrize("page", [README, DOCS / "index.md"], ids=lambda page: page.name)
def test_the_first_example(project: Project, expect: Expect, page: Path) -> None:
    """Of the README and of the site: it runs in the default sandbox after `init`, and prints the output shown."""
    text = page.read_text(encoding="utf-8").partition("\n## ")[0]
    project("init")
    root = (project.folder / "buffer.yaml").read_text(encoding="utf-8")
    before, _, after = root.partition("        posts:\n")
    project.write("buffer.yaml", before + re.sub(r"\A(?: {10}.*\n)+", "", after))  # without init's own example
    made = Document(project.folder).run(text)
    expect(page, page.read_text(encoding="utf-8").replace(text, made))
    assert "1 new post on 2 networks" in made


def test_first_post(project: Project, expect: Expect) -> None:
    """The commands of the page print the output shown on it, and the posts are scheduled."""
    page = DOCS / "start" / "first-post.md"
    expect(page, made := Document(project.folder).run(page.read_text(encoding="utf-8")))
    assert "Plan: 1 new post on 2 networks" in made
    assert [post["text"] for post in project.sandbox.posts() if post["status"] == "scheduled"].count(
        "Hello from a text file."
    ) == 2


def test_a_copied_root_file_has_begun() -> None:
    """`plan` refuses a `managed_since` in the future: whoever copies the page's root file gets no further than that."""
    page = (DOCS / "start" / "first-post.md").read_text(encoding="utf-8")
    (since,) = re.findall(r"^managed_since: (\S+)$", page, re.MULTILINE)
    assert datetime.fromisoformat(since) < datetime.now(UTC)


def test_for_writers(project: Project, expect: Expect) -> None:
    """The post suggested by the page is valid."""
    text = WRITERS.read_text(encoding="utf-8")
    first = re.search(r"```yaml\n(# posts/example.yaml\n.*?)```", text, re.DOTALL)
    assert first
    project.write("buffer.yaml", ROOT)
    project.write("posts/example.yaml", first[1])
    assert project("validate").snapshot() == "Valid: 1 post on 2 networks (2 counting each channel).\n--- exit code 0\n"


def test_campaigns(project: Project, expect: Expect) -> None:
    """The commands of the page print the output shown on it."""
    project.write("buffer.yaml", ROOT)
    begin, reference, rest = CAMPAIGNS.read_text(encoding="utf-8").partition("## How it is read")
    expect(CAMPAIGNS, Document(project.folder).run(begin) + reference + rest)


def test_errors_of_files(project: Project, expect: Expect) -> None:
    """Each message that the page explains really appears."""
    project.write("buffer.yaml", ROOT)
    expect(FILES, Document(project.folder).run(FILES.read_text(encoding="utf-8")))


def test_template_for_writers(project: Project) -> None:
    """The campaign template is valid without a warning and applies unmodified, and none of it is published."""
    template = re.search(r"```yaml\n(# posts/spring.yaml\n.*?)```", CAMPAIGNS.read_text(encoding="utf-8"), re.DOTALL)
    assert template
    project.write("buffer.yaml", ROOT.replace("acme.example}", "acme.bsky.example}"))
    project.write("posts/spring.yaml", template[1])
    valid = "Valid: 6 posts on 3 networks (17 counting each channel).\n--- exit code 0\n"
    assert project("validate").snapshot() == valid
    assert project("fmt", "--check").code == 0
    project.apply()
    assert {post["status"] for post in project.sandbox.posts()} == {"draft"}
    project.write("posts/spring.yaml", template[1].replace("draft: true\n", "cancelled: false\n"))
    project.apply()
    assert {post["status"] for post in project.sandbox.posts()} == {"scheduled"}


def test_words_for_writers() -> None:
    """The table has each heading of a comment and each note beside a post, and nothing that no comment has."""
    text = WRITERS.read_text(encoding="utf-8").partition("## What the comment says")[2].partition("\n## ")[0]
    explained = re.findall(r"\*\*([^*]+)\*\*", text)
    more = (
        post(
            "ch-ig",
            "by-hand",
            70,
            text="By hand",
            due_at=NOW + timedelta(1),
            scheduling_type=SchedulingType.NOTIFICATION,
        ),
        post("ch-li", "to-approve", 80, text="To approve", due_at=NOW + timedelta(2), needs_approval=True),
    )
    creates = (change(each, Action.CREATE, Cause.NEW) for each in more)
    report = replace(REPORT, plan=replace(PLAN, changes=(*PLAN.changes, *creates)))
    comment = report_markdown(report) + report_markdown(replace(report, is_offline=True))
    assert [each for each in explained if each not in comment] == []
    headings = re.findall(r"^#### ([A-Z][a-z ]+?)(?: \(.*)?$", comment, re.MULTILINE)
    notes = re.findall(r" · <b>([^<]+)</b>(?: · |\n|$)", comment)
    assert {*headings, *notes} - {*explained} == set()
