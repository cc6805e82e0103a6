"""`apply --reviewed PLANFILE`: the reviewed changes happen, and no others, after any merge or edit since."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.written import HEAD, ONE, TWO
from tests.planfile.forging import forged

THREE = "          - {key: three, due_at: 2029-12-22 09:00, text: The third}\n"
MANY = [f"          - {{key: p{n}, due_at: 2029-12-{10 + n} 09:00, text: Number {n}}}\n" for n in range(8)]


def declare(project: Any, *posts: str) -> None:
    """Write the current files."""
    project.write("buffer.yaml", HEAD + "".join(posts) if posts else HEAD.rpartition("        posts")[0])


def review(project: Any, *more: str) -> None:
    """Plan, and have it reviewed."""
    ran = project("plan", "-o", "plan.json", *more)
    assert ran.code == 0, ran.err


def apply(project: Any, *more: str) -> Any:
    """Apply the reviewed plan, in a pipe: nobody is asked."""
    return project("apply", "--reviewed", "plan.json", "--settle", "0", *more)


def texts(project: Any) -> list[str]:
    """The texts in the account, sorted."""
    return sorted(post["text"] for post in project.sandbox.posts())


def writes(project: Any) -> int:
    """The number of write requests so far."""
    return sum(seen.kind == "mutation" for seen in project.sandbox.requests)


def by_key(ran: Any) -> dict[str, tuple[str, str | None]]:
    """Action and reason of each change that `apply --json` planned."""
    changes = json.loads(ran.out)["plan"]["changes"]
    return {change["key"]: (change["action"], change["reason"]) for change in changes}


HELD = ("hold", "not-reviewed")


@pytest.fixture
def reviewed(project: Any) -> Any:
    """Two posts declared, and a plan of them that was reviewed."""
    declare(project, ONE, TWO)
    review(project)
    return project


def test_all_of_it(reviewed: Any, prints: Any) -> None:
    """Nothing came between: done without a question, exit 0."""
    prints("reviewed/all", apply(reviewed))
    assert texts(reviewed) == ["The first", "The second"]


def test_twice(reviewed: Any, prints: Any) -> None:
    """A job that runs again finds all of it done: exit 0, nothing sent."""
    apply(reviewed)
    before = writes(reviewed)
    prints("reviewed/again", apply(reviewed))
    assert writes(reviewed) == before


def test_half_of_it_is_done(reviewed: Any) -> None:
    """Changes done by another run count as done, with its record and without: the rest is sent."""
    for lost in (False, True):
        declare(reviewed, ONE, *([TWO] if lost else []))
        assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
        if lost:
            reviewed.state.unlink()
        declare(reviewed, ONE, TWO)
        assert apply(reviewed).code == 0
    assert texts(reviewed) == ["The first", "The second"]


def test_another_merge_between(reviewed: Any) -> None:
    """A newer post is held, prominently and with a hint; reviewed posts are sent: exit 1."""
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
    """--json: the reason by code, and the same exit code."""
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
    """Any public part that differs from what was reviewed holds the post."""
    declare(reviewed, ONE.replace(old, new), TWO)
    ran = apply(reviewed, "--json")
    assert (ran.code, by_key(ran)["one"], texts(reviewed)) == (1, HELD, ["The second"])


def test_changed_since_is_explained(reviewed: Any) -> None:
    """What differs from the reviewed plan, by its fields."""
    declare(reviewed, ONE.replace("first", "worst").replace("09:00", "11:00"))
    ran = apply(reviewed)
    assert (ran.planned, ran.outcomes) == (["! one"], [])
    assert "Not reviewed: its text and due_at differ from plan.json" in ran.out
    assert "reviewed, but not done: Acme/twitter:acme/two" in ran.err


def test_what_is_not_public_may_change(reviewed: Any) -> None:
    """Another place in the file, another file, `protect`: the same post."""
    reviewed.write("buffer.yaml", HEAD + "          []\n")
    body = ONE.strip().removeprefix("- {").removesuffix("}")
    reviewed.write("posts/a.yaml", f"posts:\n  - {{{body}, protect: true, channels: [twitter]}}\n")
    assert apply(reviewed, "--json").code == 0
    assert texts(reviewed) == ["The first"]


def test_left_the_files_since(reviewed: Any) -> None:
    """What was reviewed and is no longer declared is not done, and that is said: exit 0."""
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.outcomes) == (0, ["two created"])
    assert "reviewed, but not done: Acme/twitter:acme/one: it was removed from the files" in ran.err
    assert texts(reviewed) == ["The second"]


def test_out_and_no_longer_in_the_files(reviewed: Any) -> None:
    """What was sent as it was reviewed was done, though the files have let go of it since: nothing to say."""
    apply(reviewed)
    (first,) = [post for post in reviewed.sandbox.posts() if post["text"] == "The first"]
    reviewed.sandbox.person.share_now(first["id"])
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.err) == (0, "")


def test_said_otherwise_and_done(reviewed: Any) -> None:
    """Another run sent the current files: reported, since that differs from the review."""
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
    ran = apply(reviewed)
    assert ran.code == 0
    assert "one: the files have a newer version, and so does Buffer" in ran.err


def test_edit(project: Any) -> None:
    """An edit that was reviewed is made; one to other words is held, and Buffer keeps its version."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, ONE.replace("first", "FIRST"), TWO)
    review(project)
    declare(project, ONE.replace("first", "FIRST"), TWO.replace("second", "SECOND"))
    ran = apply(project, "--json")
    assert (ran.code, by_key(ran)["two"], by_key(ran)["one"]) == (1, HELD, ("update", None))
    assert texts(project) == ["The FIRST", "The second"]


def test_delete(project: Any) -> None:
    """A delete that was reviewed is done; one that was not is held, with the consequence."""
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
    """Another merge brought the post back: it is not deleted, and who agreed to the delete is told."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    declare(project, ONE, TWO)
    ran = apply(project)
    assert (ran.code, texts(project)) == (0, ["The first", "The second"])
    assert "Acme/twitter:acme/one: the files declare it again, so it is not deleted" in ran.err


def test_delete_of_what_somebody_edited_since(project: Any) -> None:
    """Who agreed to delete one text did not agree to delete another."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    (post,) = [post for post in project.sandbox.posts() if post["text"] == "The first"]
    project.sandbox.person.edit_post(post["id"], text="Something of mine")
    ran = apply(project, "--json")
    assert (ran.code, by_key(ran)["one"], texts(project)) == (1, HELD, ["Something of mine", "The second"])


def test_reviewed_deletes_are_not_counted_again(project: Any) -> None:
    """Six were meant and reviewed, two more come by another merge: the six go, the two are held."""
    declare(project, *MANY)
    project.apply()
    declare(project, *MANY[6:])
    review(project, "--max-deletes", "6")
    declare(project, ONE)
    ran = apply(project, "--json")
    assert by_key(ran)["p6"] == by_key(ran)["p7"] == HELD
    assert (ran.code, texts(project)) == (1, ["Number 6", "Number 7"])


def test_deletes_that_the_guard_held(project: Any) -> None:
    """What was held as too many when it was reviewed was not agreed to, and neither by this."""
    declare(project, *MANY)
    project.apply()
    declare(project, ONE)
    review(project)
    ran = apply(project, "--json")
    assert {by_key(ran)[f"p{number}"] for number in range(8)} == {HELD}
    assert len(texts(project)) == 9


def test_the_command_line_still_guards(project: Any) -> None:
    """--max-deletes of this run also counts reviewed deletes."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    ran = apply(project, "--json", "--max-deletes", "0")
    assert (by_key(ran)["one"], texts(project)) == (("hold", "deletes"), ["The first", "The second"])


def test_what_waited_was_reviewed(project: Any) -> None:
    """A waiting post was shown: once there is room it is sent. Unreviewed posts take no room."""
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
    """What needed somebody when it was reviewed was not agreed to, also once nothing is in its way."""
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
    """Taking over what is there, a new key, letting go: nothing becomes public, so nobody is asked."""
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
    """--reapply was part of what was reviewed; over another edit of somebody's it was not."""
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
    """--target narrows it: other posts are neither done nor held."""
    declare(reviewed, ONE, TWO, THREE)
    assert apply(reviewed, "--target", "*/two").code == 0
    assert texts(reviewed) == ["The second"]


def test_expired(reviewed: Any, prints: Any) -> None:
    """After seven days: refused with 3, like a saved plan."""
    reviewed.sandbox.clock.advance(hours=7 * 24 + 1)
    prints("reviewed/expired", apply(reviewed))
    assert writes(reviewed) == 0


def test_other_endpoint(reviewed: Any) -> None:
    """A plan made on the sandbox is not applied anywhere else: refused with 3."""
    assert apply(reviewed, "--api-url", reviewed.sandbox.url.replace("127.0.0.1", "localhost")).code == 3
    assert writes(reviewed) == 0


def test_other_organization(reviewed: Any, prints: Any) -> None:
    """A plan of another account with an organization of the same name: refused with 3."""
    path = reviewed.folder / "plan.json"

    def of_another(values: dict[str, Any]) -> None:
        for change in values["plan"]["changes"]:
            change["change"]["slot"]["organization_id"] = "66a0aaaaaaaaaaaaaaaaaaaa"

    path.write_bytes(forged(path.read_bytes(), of_another))
    prints("reviewed/other-organization", apply(reviewed))
    assert writes(reviewed) == 0


def test_channel_with_another_id(reviewed: Any) -> None:
    """The channel was taken out of Buffer and connected anew: nobody agreed to post there, and why is told."""
    channel = reviewed.sandbox.channel("twitter")
    reviewed.sandbox.person.set_channel(channel["id"], name="acme-2019", displayName="Old")
    reviewed.sandbox.person.add_channel(channel["organizationId"], "twitter", "acme")
    ran = apply(reviewed)
    assert (ran.code, writes(reviewed)) == (1, 0)
    assert "Acme/twitter:acme/one: it now belongs to another channel in Buffer" in ran.err


def test_altered(reviewed: Any) -> None:
    """A text changed in the plan is not what was reviewed: refused with 3."""
    path = reviewed.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("The first", "The worst"), encoding="utf-8")
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert apply(reviewed).code == 3
    assert writes(reviewed) == 0


def test_not_both(reviewed: Any, prints: Any) -> None:
    """A saved plan as PATH is the strict form: one of the two."""
    prints("reviewed/both", apply(reviewed, "plan.json"))


def test_no_such_plan(project: Any) -> None:
    """A name that is not there: 64, before anything is asked."""
    declare(project, ONE)
    assert apply(project).code == 64
    assert project.sandbox.requests == []
