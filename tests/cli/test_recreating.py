"""A saved plan with `--recreate`: a person's answer about one deletion, and no other."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Project
from tests.cli.written import HEAD, ONE

ADDRESS = "Acme/twitter:acme/one"
FORMS = pytest.mark.parametrize("form", [["plan.json"], ["--reviewed", "plan.json"]], ids=["strict", "reviewed"])
#: For a reviewed plan, a person says it in the run that sends it: no plan file does.
SAID = ["--recreate", ADDRESS]


def texts(project: Project) -> list[str]:
    """The texts in the account."""
    return sorted(post["text"] for post in project.sandbox.posts())


def delete_all(project: Project) -> None:
    """Somebody deletes everything, long after it was made."""
    project.sandbox.clock.advance(hours=2)
    for post in project.sandbox.posts():
        project.sandbox.person.delete_post(post["id"])


@pytest.fixture
def agreed(project: Project) -> Project:
    """A post was applied and deleted by somebody, and a plan creates it again."""
    project.write("buffer.yaml", HEAD + ONE)
    project.apply()
    delete_all(project)
    assert project("plan", "--recreate", ADDRESS, "-o", "plan.json").code == 0
    return project


def test_the_plan_says_why_it_is_new(agreed: Project) -> None:
    """It was deleted earlier: nothing is deleted now."""
    assert "one  X, deleted in Buffer earlier" in agreed("plan", "--recreate", ADDRESS).out


@FORMS
def test_creates_it_once(agreed: Project, form: list[str]) -> None:
    """Created; the second time there is nothing to do; a later deletion by a person stays: exit 3 or 1."""
    more = SAID if "--reviewed" in form else []
    assert agreed("apply", *form, *more, "--settle", "0").code == 0
    assert agreed("apply", *form, *more, "--settle", "0").code == 0
    assert texts(agreed) == ["The first"]
    delete_all(agreed)
    ran = agreed("apply", *form, *more, "--settle", "0")
    assert (ran.code, texts(agreed)) == (1 if "--reviewed" in form else 3, [])


@pytest.mark.parametrize(("expected", "answer"), [((1, []), []), ((0, ["The first"]), ["--recreate", ADDRESS])])
def test_a_write_without_an_answer_whose_channel_is_another_one_now(
    project: Project, expected: tuple[int, list[str]], answer: list[str]
) -> None:
    """Held, since no list can tell whether it was published, until a person says that it was not."""
    project.write("buffer.yaml", HEAD + ONE)
    project.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+")
    project("apply", "--auto-approve", "--settle", "0", "--max-wait", "0")
    project.sandbox.set_faults()
    delete_all(project)
    organization, channel = project.sandbox.organization()["id"], project.sandbox.channel("twitter")["id"]
    del project.sandbox.core.store.channels[channel]
    project.sandbox.person.add_channel(organization, "twitter", "acme")
    ran = project("apply", "--auto-approve", "--settle", "0", *answer)
    assert (ran.code, texts(project)) == expected, ran.out + ran.err


def test_a_new_key_is_no_other_post(project: Project) -> None:
    """Held under its new key, too, so the hint names no new key, which was no way out."""
    project.write("buffer.yaml", HEAD + ONE)
    project.apply()
    delete_all(project)
    project.write("buffer.yaml", HEAD + ONE.replace("key: one", "key: new"))
    (change,) = json.loads(project("plan", "--json").out)["changes"]
    assert (change["reason"], "`key`" in change["hint"]) == ("deleted-in-buffer", False)
    assert project("apply", "--auto-approve", "--settle", "0", *SAID[:1], "Acme/twitter:acme/new").code == 0
    assert texts(project) == ["The first"]


@FORMS
def test_answers_no_later_question(agreed: Project, form: list[str]) -> None:
    """The answer was lost and somebody changed the post: a person is asked.

    Neither the plan made before nor `--recreate` alone is an answer; `repeat_of` is.
    """
    seen = len(agreed.sandbox.requests)
    agreed("plan")
    reads = len(agreed.sandbox.requests) - seen
    agreed.sandbox.set_faults(f"cut-after@createPost,rate-limit@query#{reads + 1}+")
    more = SAID if "--reviewed" in form else []
    assert agreed("apply", *form, *more, "--settle", "0", "--max-wait", "0").code == 5
    agreed.sandbox.set_faults()
    (post,) = agreed.sandbox.posts()
    agreed.sandbox.person.edit_post(post["id"], text="The first, by somebody")
    for _ in range(2):
        ran = agreed("apply", *form, "--settle", "0")
        assert (ran.code, texts(agreed)) == (1, ["The first, by somebody"]), ran.out
    strict = ["--auto-approve"] if "--reviewed" not in form else form
    assert agreed("apply", *strict, "--settle", "0", *SAID).code == 1
    assert texts(agreed) == ["The first, by somebody"]
    agreed.write("buffer.yaml", HEAD + ONE.replace("The first", f"The first, repeat_of: {post['id']}"))
    assert agreed("apply", "--auto-approve", "--settle", "0", *SAID).code == 0
    assert texts(agreed) == ["The first", "The first, by somebody"]


def test_no_plan_file_says_so(agreed: Project) -> None:
    """Exit 1: the reviewed plan was made with --recreate, and the run that applies it was not given it."""
    ran = agreed("apply", "--reviewed", "plan.json", "--settle", "0")
    assert (ran.code, texts(agreed)) == (1, [])
    assert "--recreate Acme/twitter:acme/one" in ran.out
