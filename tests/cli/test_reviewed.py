"""`apply --reviewed PLANFILE`: only reviewed changes happen, whatever has been merged or edited since."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.written import HEAD, ONE, TWO
from tests.planfile.forging import forged

THREE = "          - {key: three, due_at: 2029-12-22 09:00, text: The third}\n"
MANY = [f"          - {{key: p{n}, due_at: 2029-12-{10 + n} 09:00, text: Number {n}}}\n" for n in range(8)]
QUEUED = "          - {key: one, text: The first}\n"


def declare(project: Any, *posts: str) -> None:
    """Write a root file with these posts."""
    project.write("buffer.yaml", HEAD + "".join(posts) if posts else HEAD.rpartition("        posts")[0])


def review(project: Any, *more: str) -> None:
    """Save a plan as plan.json, to be reviewed."""
    ran = project("plan", "-o", "plan.json", *more)
    assert ran.code == 0, ran.err


def apply(project: Any, *more: str) -> Any:
    """Apply the reviewed plan, without a terminal."""
    return project("apply", "--reviewed", "plan.json", "--settle", "0", *more)


def texts(project: Any) -> list[str]:
    """The texts in the account, sorted."""
    return sorted(post["text"] for post in project.sandbox.posts())


def writes(project: Any) -> int:
    """The number of write requests so far."""
    return sum(seen.kind == "mutation" for seen in project.sandbox.requests)


def by_key(ran: Any) -> dict[str, tuple[str, str | None]]:
    """The action and reason of each change that `apply --json` planned."""
    changes = json.loads(ran.out)["plan"]["changes"]
    return {change["key"]: (change["action"], change["reason"]) for change in changes}


HELD = ("hold", "not-reviewed")


@pytest.fixture
def reviewed(project: Any) -> Any:
    """Two declared posts, with a reviewed plan."""
    declare(project, ONE, TWO)
    review(project)
    return project


def test_all_of_it(reviewed: Any, prints: Any) -> None:
    """Exit 0 without a question: nothing has changed since the review."""
    prints("reviewed/all", apply(reviewed))
    assert texts(reviewed) == ["The first", "The second"]


def test_twice(reviewed: Any, prints: Any) -> None:
    """Exit 0 and nothing sent when the job runs again."""
    apply(reviewed)
    before = writes(reviewed)
    prints("reviewed/again", apply(reviewed))
    assert writes(reviewed) == before


def test_half_of_it_is_done(reviewed: Any) -> None:
    """The rest is sent: another run's changes count as done, with or without its state."""
    for lost in (False, True):
        declare(reviewed, ONE, *([TWO] if lost else []))
        assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
        if lost:
            reviewed.state.unlink()
        declare(reviewed, ONE, TWO)
        assert apply(reviewed).code == 0
    assert texts(reviewed) == ["The first", "The second"]


def test_another_merge_between(reviewed: Any) -> None:
    """Exit 1: a post from a later merge is held, with a hint; reviewed posts are sent."""
    declare(reviewed, ONE, TWO, THREE)
    ran = apply(reviewed)
    assert (ran.planned, ran.outcomes) == (["+ one", "+ two", "! three"], ["one created", "two created"])
    assert "Not reviewed: plan.json does not have this change, so it is not sent." in ran.out
    assert "bufferctl plan -o FILE" in ran.out
    assert (ran.code, texts(reviewed)) == (1, ["The first", "The second"])
    review(reviewed)
    assert apply(reviewed).code == 0
    assert len(texts(reviewed)) == 3


def test_as_json(reviewed: Any) -> None:
    """`--json` gives the reason as a code, with the same exit code."""
    declare(reviewed, ONE, TWO, THREE)
    ran = apply(reviewed, "--json")
    assert (ran.code, by_key(ran)["three"], by_key(ran)["one"]) == (1, HELD, ("create", None))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text: The first", "text: The worst"),
        ("2029-12-20 09:00", "2029-12-20 09:01"),
        ("text: The first", "text: The first, draft: true"),
        ("text: The first", "text: The first, assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]"),
        ("text: The first", "text: The first, metadata: {twitter: {is_ai_generated: true}}"),
    ],
)
def test_changed_since(reviewed: Any, old: str, new: str) -> None:
    """Held if any public part of the post differs from the reviewed plan."""
    declare(reviewed, ONE.replace(old, new), TWO)
    ran = apply(reviewed, "--json")
    assert (ran.code, by_key(ran)["one"], texts(reviewed)) == (1, HELD, ["The second"])


def test_changed_since_is_explained(reviewed: Any) -> None:
    """The message names the fields that differ from the reviewed plan."""
    declare(reviewed, ONE.replace("first", "worst").replace("09:00", "11:00"))
    ran = apply(reviewed)
    assert (ran.planned, ran.outcomes) == (["! one"], [])
    assert "Not reviewed: its text and due_at differ from plan.json" in ran.out
    assert "reviewed, but not done: Acme/twitter:acme/two" in ran.err


def test_what_is_not_public_may_change(reviewed: Any) -> None:
    """Sent: moving the entry to another file, or adding `protect`, does not change the post."""
    reviewed.write("buffer.yaml", HEAD + "          []\n")
    body = ONE.strip().removeprefix("- {").removesuffix("}")
    reviewed.write("posts/a.yaml", f"posts:\n  - {{{body}, protect: true, channels: [twitter]}}\n")
    assert apply(reviewed, "--json").code == 0
    assert texts(reviewed) == ["The first"]


def test_left_the_files_since(reviewed: Any) -> None:
    """Exit 0: a reviewed post that was removed from the files since is reported, and not sent."""
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.outcomes) == (0, ["two created"])
    assert "reviewed, but not done: Acme/twitter:acme/one: it was removed from the files" in ran.err
    assert texts(reviewed) == ["The second"]


def test_out_and_no_longer_in_the_files(reviewed: Any) -> None:
    """No message: the reviewed post was published before it was removed from the files."""
    apply(reviewed)
    (first,) = [post for post in reviewed.sandbox.posts() if post["text"] == "The first"]
    reviewed.sandbox.person.share_now(first["id"])
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.err) == (0, "")


def test_said_otherwise_and_done(reviewed: Any) -> None:
    """Reported: another run has sent the current files, which differ from the reviewed plan."""
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
    ran = apply(reviewed)
    assert ran.code == 0
    assert "one: the files have a newer version, and so does Buffer" in ran.err


def test_edit(project: Any) -> None:
    """A reviewed edit is made; an unreviewed one is held, and Buffer keeps its version."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, ONE.replace("first", "FIRST"), TWO)
    review(project)
    declare(project, ONE.replace("first", "FIRST"), TWO.replace("second", "SECOND"))
    ran = apply(project, "--json")
    assert (ran.code, by_key(ran)["two"], by_key(ran)["one"]) == (1, HELD, ("update", None))
    assert texts(project) == ["The FIRST", "The second"]


@pytest.mark.parametrize("posts", [(QUEUED.replace("first", "FIRST"), TWO), (TWO,)], ids=["edit", "delete"])
def test_what_publication_overtook(project: Any, posts: tuple[str, ...]) -> None:
    """Exit 1 once, with what was not done; exit 0 when the same plan is applied again."""
    declare(project, QUEUED, TWO)
    project.apply()
    declare(project, *posts)
    review(project)
    first = next(post for post in project.sandbox.posts() if post["text"] == "The first")
    project.sandbox.person.share_now(first["id"])
    ran = apply(project)
    assert (ran.code, "It was published before it could be" in " ".join(ran.out.split())) == (1, True)
    assert (apply(project).code, texts(project)) == (0, ["The first", "The second"])


def test_delete(project: Any) -> None:
    """A reviewed delete is carried out; an unreviewed one is held, with the consequence."""
    declare(project, ONE, TWO, THREE)
    project.apply()
    declare(project, TWO, THREE)
    review(project)
    declare(project, THREE)
    ran = apply(project)
    assert (ran.planned, ran.outcomes) == (["- one", "! two"], ["one deleted"])
    assert "it is not deleted and will be published" in " ".join(ran.out.split())
    assert (ran.code, texts(project)) == (1, ["The second", "The third"])


def test_delete_of_what_is_declared_again(project: Any) -> None:
    """Not deleted, and reported: another merge has declared the post again."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    declare(project, ONE, TWO)
    ran = apply(project)
    assert (ran.code, texts(project)) == (0, ["The first", "The second"])
    assert "Acme/twitter:acme/one: the files declare it again, so it is not deleted" in ran.err


def test_delete_of_what_somebody_edited_since(project: Any) -> None:
    """Held: the text in Buffer is no longer the one whose delete was reviewed."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    (post,) = [post for post in project.sandbox.posts() if post["text"] == "The first"]
    project.sandbox.person.edit_post(post["id"], text="Something of mine")
    ran = apply(project, "--json")
    assert (ran.code, by_key(ran)["one"], texts(project)) == (1, HELD, ["Something of mine", "The second"])


def test_reviewed_deletes_are_not_counted_again(project: Any) -> None:
    """Six reviewed deletes are carried out; two more from another merge are held."""
    declare(project, *MANY)
    project.apply()
    declare(project, *MANY[6:])
    review(project, "--max-deletes", "6")
    declare(project, ONE)
    ran = apply(project, "--json")
    assert by_key(ran)["p6"] == by_key(ran)["p7"] == HELD
    assert (ran.code, texts(project)) == (1, ["Number 6", "Number 7"])


def test_deletes_that_the_guard_held(project: Any) -> None:
    """Held: deletes over the limit were held in the reviewed plan, too, so nobody agreed to them."""
    declare(project, *MANY)
    project.apply()
    declare(project, ONE)
    review(project)
    ran = apply(project, "--json")
    assert {by_key(ran)[f"p{number}"] for number in range(8)} == {HELD}
    assert len(texts(project)) == 9


def test_the_command_line_still_guards(project: Any) -> None:
    """`--max-deletes` limits reviewed deletes, too."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    ran = apply(project, "--json", "--max-deletes", "0")
    assert (by_key(ran)["one"], texts(project)) == (("hold", "deletes"), ["The first", "The second"])


def test_what_waited_was_reviewed(project: Any) -> None:
    """A waiting post counts as reviewed, and is sent once there is room; unreviewed posts take no room."""
    project.sandbox.person.set_limit(project.sandbox.organization()["id"], scheduledPosts=2)
    declare(project, ONE, TWO, THREE)
    review(project)
    assert "1 waiting" in project("show", "plan.json").out
    declare(project, "          - {key: new, due_at: 2029-12-10 09:00, text: New}\n", ONE, TWO, THREE)
    ran = apply(project, "--json")
    planned = by_key(ran)
    assert (planned["new"], planned["one"], planned["two"], planned["three"][0]) == (
        HELD,
        ("create", None),
        ("create", None),
        "waiting",
    )
    project.sandbox.person.set_limit(project.sandbox.organization()["id"], scheduledPosts=10)
    apply(project)
    assert texts(project) == ["The first", "The second", "The third"]


def test_held_then_free(project: Any) -> None:
    """Held: nobody agreed to a post that needed a person in the reviewed plan, even if it could be sent now."""
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.set_channel(channel, isDisconnected=True)
    declare(project, ONE)
    review(project)
    project.sandbox.person.set_channel(channel, isDisconnected=False)
    ran = apply(project)
    assert (ran.planned, ran.outcomes) == (["! one"], [])
    assert "it needed a person when plan.json was made" in ran.out
    assert (ran.code, texts(project)) == (1, [])


def test_state_alone_needs_no_review(project: Any) -> None:
    """Exit 0: adopting a post and renaming a key need no review, since nothing becomes public."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, ONE, TWO, THREE)
    review(project)
    project.sandbox.person.create_post(
        project.sandbox.channel("twitter")["id"], "A fourth", dueAt="2029-12-23T09:00:00Z"
    )
    fourth = "          - {key: four, due_at: 2029-12-23 09:00, text: A fourth}\n"
    declare(project, ONE.replace("key: one", "key: uno"), TWO, THREE, fourth)
    ran = apply(project, "--json")
    planned = by_key(ran)
    assert (ran.code, planned["uno"][0], planned["four"][0]) == (0, "move", "adopt")
    assert texts(project) == ["A fourth", "The first", "The second", "The third"]
    assert project("plan", "--detailed-exitcode").code == 0


def test_reviewed_choices_hold(project: Any) -> None:
    """`--reapply` is reviewed for the edit in Buffer that reviewers saw, and not for a later one."""
    declare(project, ONE)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="Mine")
    review(project, "--reapply", "Acme/twitter:acme/one")
    project.sandbox.person.edit_post(post["id"], text="Mine again")
    ran = apply(project, "--json")
    assert (by_key(ran)["one"], texts(project)) == (HELD, ["Mine again"])
    project.sandbox.person.edit_post(post["id"], text="Mine")
    assert apply(project).code == 0
    assert texts(project) == ["The first"]


def test_narrowed(reviewed: Any) -> None:
    """`--target` limits the run: other posts are neither sent nor held."""
    declare(reviewed, ONE, TWO, THREE)
    assert apply(reviewed, "--target", "*/two").code == 0
    assert texts(reviewed) == ["The second"]


def test_expired(reviewed: Any, prints: Any) -> None:
    """Exit 3 after seven days, like a saved plan."""
    reviewed.sandbox.clock.advance(hours=7 * 24 + 1)
    prints("reviewed/expired", apply(reviewed))
    assert writes(reviewed) == 0


def test_other_endpoint(reviewed: Any) -> None:
    """Exit 3: a plan made on the sandbox is not applied anywhere else."""
    assert apply(reviewed, "--api-url", reviewed.sandbox.url.replace("127.0.0.1", "localhost")).code == 3
    assert writes(reviewed) == 0


def test_other_organization(reviewed: Any, prints: Any) -> None:
    """Exit 3: the plan belongs to another account, whose organization has the same name."""
    path = reviewed.folder / "plan.json"

    def of_another(values: dict[str, Any]) -> None:
        for change in values["plan"]["changes"]:
            change["change"]["slot"]["organization_id"] = "66a0aaaaaaaaaaaaaaaaaaaa"

    path.write_bytes(forged(path.read_bytes(), of_another))
    prints("reviewed/other-organization", apply(reviewed))
    assert writes(reviewed) == 0


def test_channel_with_another_id(reviewed: Any) -> None:
    """Exit 1, nothing sent, and reported: the channel was removed from Buffer and connected again."""
    channel = reviewed.sandbox.channel("twitter")
    reviewed.sandbox.person.set_channel(channel["id"], name="acme-2019", displayName="Old")
    reviewed.sandbox.person.add_channel(channel["organizationId"], "twitter", "acme")
    ran = apply(reviewed)
    assert (ran.code, writes(reviewed)) == (1, 0)
    assert "Acme/twitter:acme/one: it now belongs to another channel in Buffer" in ran.err


def test_altered(reviewed: Any) -> None:
    """Exit 3: a text was changed in the plan file, so it is not what was reviewed."""
    path = reviewed.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("The first", "The worst"), encoding="utf-8")
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert apply(reviewed).code == 3
    assert writes(reviewed) == 0


def test_not_both(reviewed: Any, prints: Any) -> None:
    """Exit 64 for both forms at once: a saved plan as PATH is the strict one."""
    prints("reviewed/both", apply(reviewed, "plan.json"))


def test_no_such_plan(project: Any) -> None:
    """Exit 64 before any request: the plan file does not exist."""
    declare(project, ONE)
    assert apply(project).code == 64
    assert project.sandbox.requests == []
