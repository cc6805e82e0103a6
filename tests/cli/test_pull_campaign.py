"""`bufferctl pull` into campaigns: each edit covers exactly the changed posts, and no template is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cli.conftest import Prints, Project
from tests.cli.written import root_file
from tests.conftest import long

ROOT = root_file("twitter", "linkedin", "bluesky")
TIPS = """\
channels: [twitter, linkedin]
posts:
  - key: tip
    due_at: 2029-12-10 09:00
    text: A tip
    repeat: {every: 1 week, times: 3}
"""


#: Declares a file in the place of the one before, and applies it.
Applied = Callable[[str], Project]


@pytest.fixture(name="applied")
def applying(project: Project) -> Applied:
    """Returns a function that declares a file and applies it."""

    def applied(text: str) -> Project:
        project.write("buffer.yaml", ROOT)
        project.write("posts/a.yaml", text)
        project.apply()
        return project

    return applied


def post(project: Project, service: str, due: str) -> str:
    """The id of the post that is due on a channel on that day."""
    posts = project.sandbox.posts(project.sandbox.channel(service)["id"])
    (found,) = [each["id"] for each in posts if each["dueAt"].startswith(due)]
    return str(found)


def pulled(project: Project) -> str:
    """Pull everything, check that the next plan is empty, and return the file's content."""
    ran = project("pull")
    assert ran.code == 0, ran.out + ran.err
    plan = project("plan", "--detailed-exitcode")
    assert plan.code == 0, plan.out + plan.err
    return (project.folder / "posts" / "a.yaml").read_text(encoding="utf-8")


def test_one_occurrence_on_one_channel(applied: Applied) -> None:
    """An override in `each`, for that channel only."""
    project = applied(TIPS)
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-17"), text="Another, $(really)")
    assert "each: {2: {overrides: {twitter: {text: 'Another, $$(really)'}}}}}" in pulled(project)


def test_one_occurrence_on_all_channels(applied: Applied) -> None:
    """A setting in `each`, once for both channels."""
    project = applied(TIPS)
    for service in ("twitter", "linkedin"):
        project.sandbox.person.edit_post(post(project, service, "2029-12-17"), dueAt="2029-12-18T10:30:00Z")
    assert "times: 3, each: {2: {due_at: 2029-12-18 11:30}}}" in pulled(project)


def test_all_occurrences_on_one_channel(applied: Applied) -> None:
    """An override of the entry."""
    project = applied(TIPS)
    for day in ("10", "17", "24"):
        project.sandbox.person.edit_post(post(project, "linkedin", f"2029-12-{day}"), text="A longer tip")
    text = pulled(project)
    assert "    text: A tip\n" in text
    assert "    overrides:\n      linkedin:\n" in text
    assert "A longer tip" in text[text.index("overrides:") :]


def test_all_of_them(applied: Applied) -> None:
    """The entry itself is changed."""
    project = applied(TIPS)
    for service in ("twitter", "linkedin"):
        for day in ("10", "17", "24"):
            project.sandbox.person.edit_post(post(project, service, f"2029-12-{day}"), text="A better tip")
    assert pulled(project) == TIPS.replace("A tip", "A better tip")


def test_occurrences_that_say_something_already(applied: Applied) -> None:
    """If `each` has the field, it is changed there; otherwise the field is added."""
    each = "\n      each:\n        1: {text: The first}\n        # a holiday\n        2: {tags: []}\n"
    project = applied(TIPS.replace("{every: 1 week, times: 3}\n", f"\n      every: 1 week\n      times: 3{each}"))
    for service in ("twitter", "linkedin"):
        project.sandbox.person.edit_post(post(project, service, "2029-12-10"), text="One")
        project.sandbox.person.edit_post(post(project, service, "2029-12-17"), text="Two")
    text = pulled(project)
    assert "        1: {text: One}\n        # a holiday\n        2: {tags: [], text: Two}\n" in text


def test_deleted_occurrence(applied: Applied) -> None:
    """`cancelled: true` for that occurrence on that channel."""
    project = applied(TIPS)
    project.sandbox.clock.advance(hours=3)
    project.sandbox.person.delete_post(post(project, "twitter", "2029-12-24"))
    assert "each: {3: {overrides: {twitter: {cancelled: true}}}}" in pulled(project)


def test_relative_time(applied: Applied) -> None:
    """A time that counts from `starts` still does."""
    project = applied(
        "starts: 2029-12-10\nposts:\n  - {key: a, channels: [twitter], due_at: start+1d 09:00, text: A}\n"
    )
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-11"), dueAt="2029-12-08T10:30:00Z")
    assert "due_at: start-2d 11:30, text: A}" in pulled(project)


def test_thread(applied: Applied) -> None:
    """A changed part is changed in `thread`, once for both networks."""
    project = applied(
        "posts:\n  - key: story\n    channels: [twitter, bluesky]\n    due_at: 2029-12-10 09:00\n"
        "    text: First\n    thread: [Second, Third]\n"
    )
    for service in ("twitter", "bluesky"):
        thread = [{"text": "First"}, {"text": "The second"}, {"text": "Third"}]
        project.sandbox.person.edit_post(
            post(project, service, "2029-12-10"), metadata={"thread": thread}, text="First"
        )
    assert "    thread: [The second, Third]\n" in pulled(project)


def test_defaults_of_the_file(applied: Applied) -> None:
    """A post that differs from the file's defaults gets its own value."""
    project = applied(
        "draft: true\nchannels: [twitter]\nposts:\n  - {key: a, due_at: 2029-12-10 09:00, text: A}\n"
        "  - {key: b, due_at: 2029-12-11 09:00, text: B}\n"
    )
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-10"), text="Not A")
    text = pulled(project)
    assert "{key: a, due_at: 2029-12-10 09:00, text: Not A}" in text
    assert text.startswith("draft: true\n")


NUMBERED = """\
posts:
  - key: tip
    channels: [twitter, bluesky]
    due_at: 2029-12-10 09:00
    text: "Tip $(number): https://acme.example"
    repeat: {every: 1 week, times: 3}
"""


@pytest.mark.parametrize(
    "head", ["", *long("utm: {domains: [acme.example], source: x}\n")], ids=["variables", "parameters"]
)
@pytest.mark.parametrize(
    ("where", "written"),
    [(("twitter",), "{overrides: {twitter: {text: "), (("twitter", "bluesky"), "{text: ")],
    ids=["one channel", "both channels"],
)
def test_one_occurrence_with_variables(applied: Applied, head: str, where: tuple[str, ...], written: str) -> None:
    """Its text is written under `each`, for as many channels as have it; the others keep the variables."""
    project = applied(head + NUMBERED)
    for service in where:
        project.sandbox.person.edit_post(post(project, service, "2029-12-17"), text="Ada costs $(much)")
    assert "run `bufferctl pull Acme/twitter:acme/tip-2`" in " ".join(project("plan", "--json").out.split())
    text = pulled(project)
    assert f"{{every: 1 week, times: 3, each: {{2: {written}Ada costs $$(much)}}" in text
    assert 'text: "Tip $(number): https://acme.example"\n' in text


def test_the_time_of_the_last_occurrence_without_its_own(applied: Applied) -> None:
    """Below `each`: the entry's time is that of the first one, which has its own by now."""
    project = applied(NUMBERED.replace("times: 3}", "times: 2, each: {1: {due_at: 2029-12-09 10:00}}}"))
    for service in ("twitter", "bluesky"):
        there = post(project, service, "2029-12-17")
        project.sandbox.person.edit_post(there, dueAt="2029-12-18T10:30:00Z")
    assert "each: {1: {due_at: 2029-12-09 10:00}, 2: {due_at: 2029-12-18 11:30}}}" in pulled(project)


def test_the_first_occurrence_that_is_given_anything(applied: Applied) -> None:
    """Below an `each` that is empty so far."""
    project = applied(NUMBERED.replace("times: 3}", "times: 3, each: {}}"))
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-17"), text="Ada wrote this")
    assert "each: {2: {overrides: {twitter: {text: Ada wrote this}}}}}" in pulled(project)


WITH_VARIABLE = """\
vars: {what: console}
posts:
  - {key: a, channels: [twitter], due_at: 2029-12-10 09:00, text: "The $(what)"}
"""
WITH_PARAMETERS = """\
utm: {domains: [acme.example], source: x}
posts:
  - {key: a, channels: [twitter], due_at: 2029-12-10 09:00, text: "See https://acme.example"}
"""


@pytest.mark.parametrize(("text", "name"), [(WITH_VARIABLE, "variables"), (WITH_PARAMETERS, "parameters")])
def test_expanded_texts_are_refused(applied: Applied, prints: Prints, text: str, name: str) -> None:
    """Exit 1: a text with variables or tagged links is not overwritten; both versions are shown, with a hint."""
    project = applied(text)
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-10"), text="Something else")
    prints(f"pull/expanded-{name}", project("pull"))
    assert (project.folder / "posts" / "a.yaml").read_text(encoding="utf-8") == text


def test_time_of_an_expanded_text(applied: Applied) -> None:
    """The time is pulled, since it has no variables."""
    project = applied(WITH_VARIABLE)
    project.sandbox.person.edit_post(post(project, "twitter", "2029-12-10"), dueAt="2029-12-12T09:00:00Z")
    assert 'due_at: 2029-12-12 10:00, text: "The $(what)"}' in pulled(project)


@pytest.mark.parametrize(
    ("channels", "written"),
    [
        ("[linkedin]", "{metadata: …}"),
        ("[linkedin, twitter]", "{overrides: {'linkedin:acme-inc': {metadata: …}}}"),
    ],
    ids=["one channel", "two channels"],
)
def test_where_to_write_what_an_occurrence_has_instead_of_variables(
    applied: Applied, channels: str, written: str
) -> None:
    """The message names the place under `each`: an override if the entry is for other channels too."""
    comment = "metadata: {linkedin: {first_comment: Tip $(number)}}"
    head = f"posts:\n  - key: tip\n    channels: {channels}\n    due_at: 2029-12-10 09:00\n    text: A tip\n"
    text = f"{head}    {comment}\n    repeat: {{every: 1 week, times: 3}}\n"
    project = applied(text)
    there = post(project, "linkedin", "2029-12-17")
    project.sandbox.person.edit_post(there, metadata={"firstComment": "Theirs"})
    ran = project("pull")
    told = "`$(number)`, so Buffer's version cannot be written back. It is occurrence 2 of 3: write what is different "
    assert f"{told}under `each: {{2: {written}}}` of the entry at posts/a.yaml:2:10" in ran.err
    own = written.replace("…", "{linkedin: {first_comment: Theirs}}")
    project.write("posts/a.yaml", text.replace("times: 3}", f"times: 3, each: {{2: {own}}}}}"))
    project.apply()
    assert "No changes." in project("plan", "--strict").out
