"""`apply --reviewed PLANFILE`: only reviewed changes happen, whatever has been merged or edited since."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl import planfile
from tests.cli.conftest import Begin, Prints, Project, Ran
from tests.cli.written import HEAD, ONE, TWO
from tests.conftest import long

THREE = "          - {key: three, due_at: 2029-12-22 09:00, text: The third}\n"
MANY = [f"          - {{key: p{n}, due_at: 2029-12-{10 + n} 09:00, text: Number {n}}}\n" for n in range(8)]
QUEUED = "          - {key: one, text: The first}\n"


def declare(project: Project, *posts: str) -> None:
    """Write a root file with these posts."""
    project.write("buffer.yaml", HEAD + "".join(posts) if posts else HEAD.rpartition("        posts")[0])


def review(project: Project, *more: str) -> None:
    """Save a plan as plan.json, to be reviewed."""
    ran = project("plan", "-o", "plan.json", *more)
    assert ran.code == 0, ran.err


def apply(project: Project, *more: str) -> Any:
    """Apply the reviewed plan, without a terminal."""
    return project("apply", "--reviewed", "plan.json", "--settle", "0", *more)


def texts(project: Project) -> list[str]:
    """The texts in the account, sorted."""
    return sorted(post["text"] for post in project.sandbox.posts())


def writes(project: Project) -> int:
    """The number of write requests so far."""
    return sum(seen.kind == "mutation" for seen in project.sandbox.requests)


def by_key(ran: Ran) -> dict[str, tuple[str, str | None]]:
    """The action and reason of each change that `apply --json` planned."""
    changes = json.loads(ran.out)["plan"]["changes"]
    return {change["key"]: (change["action"], change["reason"]) for change in changes}


HELD = ("hold", "not-reviewed")


def review_two(project: Project) -> None:
    """Review a plan of two declared posts."""
    declare(project, ONE, TWO)
    review(project)


@pytest.fixture
def reviewed(begin: Begin) -> Project:
    """Two declared posts, with a reviewed plan."""
    return begin(review_two)


def test_all_of_it(reviewed: Project, prints: Prints) -> None:
    """Exit 0 without a question: nothing has changed since the review."""
    prints("reviewed/all", apply(reviewed))
    assert texts(reviewed) == ["The first", "The second"]


def test_twice(reviewed: Project, prints: Prints) -> None:
    """Exit 0 and nothing sent when the job runs again."""
    apply(reviewed)
    before = writes(reviewed)
    prints("reviewed/again", apply(reviewed))
    assert writes(reviewed) == before


def test_a_plan_named_twice(reviewed: Project) -> None:
    """Under another spelling, too: it is the same plan."""
    assert apply(reviewed, "--reviewed", "./plan.json").code == 0
    assert texts(reviewed) == ["The first", "The second"]


def test_half_of_it_is_done(reviewed: Project) -> None:
    """The rest is sent: another run's changes count as done, with or without its state."""
    for lost in (False, True):
        declare(reviewed, ONE, *([TWO] if lost else []))
        assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
        if lost:
            reviewed.state.unlink()
        declare(reviewed, ONE, TWO)
        assert apply(reviewed).code == 0
    assert texts(reviewed) == ["The first", "The second"]


def test_another_merge_between(reviewed: Project) -> None:
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


def test_as_json(reviewed: Project) -> None:
    """`--json` gives the reason as a code, with the same exit code."""
    declare(reviewed, ONE, TWO, THREE)
    ran = apply(reviewed, "--json")
    assert (ran.code, by_key(ran)["three"], by_key(ran)["one"]) == (1, HELD, ("create", None))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("text: The first", "text: The worst"),
        ("2029-12-20 09:00", "2029-12-20 09:01"),
        *long(
            ("text: The first", "text: The first, draft: true"),
            ("text: The first", "text: The first, assets: [{image: {url: https://acme.example/a.png, alt_text: A}}]"),
            ("text: The first", "text: The first, metadata: {twitter: {is_ai_generated: true}}"),
        ),
    ],
)
def test_changed_since(reviewed: Project, old: str, new: str) -> None:
    """Held if any public part of the post differs from the reviewed plan."""
    declare(reviewed, ONE.replace(old, new), TWO)
    ran = apply(reviewed, "--json")
    assert (ran.code, by_key(ran)["one"], texts(reviewed)) == (1, HELD, ["The second"])


def test_changed_since_is_explained(reviewed: Project) -> None:
    """The message names the fields that differ from the reviewed plan."""
    declare(reviewed, ONE.replace("first", "worst").replace("09:00", "11:00"))
    ran = apply(reviewed)
    assert (ran.planned, ran.outcomes) == (["! one"], [])
    assert "Not reviewed: it differs from plan.json in text and due_at" in ran.out
    assert "reviewed, but not done: Acme/twitter:acme/two" in ran.err


def test_what_is_not_public_may_change(reviewed: Project) -> None:
    """Sent: moving the entry to another file, or adding `protect`, does not change the post."""
    reviewed.write("buffer.yaml", HEAD + "          []\n")
    body = ONE.strip().removeprefix("- {").removesuffix("}")
    reviewed.write("posts/a.yaml", f"posts:\n  - {{{body}, protect: true, channels: [twitter]}}\n")
    assert apply(reviewed, "--json").code == 0
    assert texts(reviewed) == ["The first"]


def test_left_the_files_since(reviewed: Project) -> None:
    """Exit 0: a reviewed post that was removed from the files since is reported, and not sent."""
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.outcomes) == (0, ["two created"])
    assert "reviewed, but not done: Acme/twitter:acme/one: it was removed from the files" in ran.err
    assert texts(reviewed) == ["The second"]


def test_out_and_no_longer_in_the_files(reviewed: Project) -> None:
    """No message: the reviewed post was published before it was removed from the files."""
    apply(reviewed)
    (first,) = [post for post in reviewed.sandbox.posts() if post["text"] == "The first"]
    reviewed.sandbox.person.share_now(first["id"])
    declare(reviewed, TWO)
    ran = apply(reviewed)
    assert (ran.code, ran.err) == (0, "")


def test_said_otherwise_and_done(reviewed: Project) -> None:
    """Reported: another run has sent the current files, which differ from the reviewed plan."""
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert reviewed("apply", "--auto-approve", "--settle", "0").code == 0
    ran = apply(reviewed)
    assert ran.code == 0
    assert "one: the files have a newer version, and so does Buffer" in ran.err


def test_edit(project: Project) -> None:
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
def test_what_publication_overtook(project: Project, posts: tuple[str, ...]) -> None:
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


def test_delete(project: Project) -> None:
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


def test_delete_of_what_is_declared_again(project: Project) -> None:
    """Not deleted, and reported: another merge has declared the post again."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    declare(project, ONE, TWO)
    ran = apply(project)
    assert (ran.code, texts(project)) == (0, ["The first", "The second"])
    assert "Acme/twitter:acme/one: the files declare it again, so it is not deleted" in ran.err


def test_delete_of_what_somebody_edited_since(project: Project) -> None:
    """Held: the text in Buffer is no longer the one whose delete was reviewed."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    (post,) = [post for post in project.sandbox.posts() if post["text"] == "The first"]
    project.sandbox.person.edit_post(post["id"], text="Something of mine")
    ran = apply(project, "--json")
    assert (ran.code, by_key(ran)["one"], texts(project)) == (1, HELD, ["Something of mine", "The second"])


def test_reviewed_deletes_are_not_counted_again(project: Project) -> None:
    """Six reviewed deletes are carried out; two more from another merge are held."""
    declare(project, *MANY)
    project.apply()
    declare(project, *MANY[6:])
    review(project, "--max-deletes", "6")
    declare(project, ONE)
    ran = apply(project, "--json")
    assert by_key(ran)["p6"] == by_key(ran)["p7"] == HELD
    assert (ran.code, texts(project)) == (1, ["Number 6", "Number 7"])


def test_deletes_that_the_guard_held(project: Project) -> None:
    """Held: deletes over the limit were held in the reviewed plan, too, so nobody agreed to them."""
    declare(project, *MANY)
    project.apply()
    declare(project, ONE)
    review(project)
    ran = apply(project, "--json")
    assert {by_key(ran)[f"p{number}"] for number in range(8)} == {HELD}
    assert len(texts(project)) == 9


def test_the_command_line_still_guards(project: Project) -> None:
    """`--max-deletes` limits reviewed deletes, too."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    ran = apply(project, "--json", "--max-deletes", "0")
    assert (by_key(ran)["one"], texts(project)) == (("hold", "deletes"), ["The first", "The second"])


def test_what_waited_was_reviewed(project: Project) -> None:
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


def test_held_then_free(project: Project) -> None:
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


def test_state_alone_needs_no_review(project: Project) -> None:
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


def test_reviewed_choices_hold(project: Project) -> None:
    """`--reapply` is reviewed for the edit in Buffer that reviewers saw, and not for a later one.

    It counts where the run that sends it is given it, and not where only the plan file says so.
    """
    declare(project, ONE)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="Mine")
    review(project, "--reapply", "Acme/twitter:acme/one")
    reapply = ("--reapply", "Acme/twitter:acme/one")
    assert by_key(apply(project, "--json"))["one"] == ("hold", "changed-in-buffer")
    project.sandbox.person.edit_post(post["id"], text="Mine again")
    ran = apply(project, "--json", *reapply)
    assert (by_key(ran)["one"], texts(project)) == (HELD, ["Mine again"])
    project.sandbox.person.edit_post(post["id"], text="Mine")
    assert apply(project, *reapply).code == 0
    assert texts(project) == ["The first"]


def of(project: Project, text: str) -> Any:
    """The id of the post with this text."""
    (found,) = [post["id"] for post in project.sandbox.posts() if post["text"] == text]
    return found


WORST = ONE.replace("first", "worst")


def test_a_create_agrees_to_the_update_of_our_own(project: Project) -> None:
    """Another version was created since: changed to exactly what was reviewed, unless a person touched it."""
    declare(project, ONE)
    review(project)
    declare(project, WORST)
    project.apply()
    project.sandbox.person.edit_post(of(project, "The worst"), text="Mine")
    declare(project, ONE)
    reapply = ("--reapply", "Acme/twitter:acme/one")
    assert by_key(apply(project, "--json", *reapply))["one"] == HELD
    project.sandbox.person.edit_post(of(project, "Mine"), text="The worst")
    assert by_key(apply(project, "--json"))["one"] == ("update", None)
    assert texts(project) == ["The first"]


@pytest.mark.parametrize("edited", [False, True])
def test_a_draft_that_a_person_scheduled(project: Project, edited: bool) -> None:
    """Held: nobody agreed to change a post that will be published, whether the plan shows a create or an update."""
    draft = ONE.replace("text:", "draft: true, text:")
    declare(project, *([draft] if edited else []))
    project.apply()
    declare(project, draft.replace("first", "best"))
    review(project)
    declare(project, draft)
    project.apply()
    project.sandbox.person.edit_post(of(project, "The first"), status="scheduled")
    declare(project, draft.replace("first", "best"))
    ran = apply(project, "--json")
    assert (by_key(ran)["one"], texts(project)) == (HELD, ["The first"])


def test_what_was_imported_is_not_our_own(project: Project) -> None:
    """Held: a reviewed create agrees to no update of a post that a person made and somebody imported."""
    declare(project, ONE)
    review(project)
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "The worst", dueAt="2029-12-20T09:00:00Z")
    declare(project, WORST)
    assert project("import", "Acme/twitter:acme/one", of(project, "The worst")).code == 0
    declare(project, ONE)
    ran = apply(project, "--json")
    assert (by_key(ran)["one"], texts(project)) == (HELD, ["The worst"])


@pytest.mark.parametrize("again", ["created", *long("changed")])
def test_a_digest_that_was_sent_is_spent(project: Project, again: str) -> None:
    """Held: what a plan agreed to was sent, and replaced since. A plan made after that agrees to it again."""
    if again == "changed":
        declare(project, WORST)
        project.apply()
    declare(project, ONE)
    review(project)
    project.sandbox.clock.advance(minutes=1)  # it stands still, and both times are counted on from its answers
    assert apply(project).code == 0
    declare(project, *([WORST] if again == "changed" else []))
    project.apply("--max-deletes", "1")
    declare(project, ONE)
    ran = apply(project)
    assert (ran.code, texts(project)) == (1, ["The worst"] if again == "changed" else [])
    assert "what plan.json has of it was sent before" in " ".join(ran.out.split())
    project.sandbox.clock.advance(minutes=1)
    review(project)
    assert (apply(project).code, texts(project)) == (0, ["The first"])


def both(project: Project, *more: str) -> Any:
    """Apply what first.json and then plan.json agree to."""
    return project("apply", "--reviewed", "first.json", "--reviewed", "plan.json", "--settle", "0", *more)


def test_several_plans(project: Project) -> None:
    """What either agrees to is sent in one run: each was made without the other's merge."""
    declare(project, ONE)
    assert project("plan", "-o", "first.json").code == 0
    declare(project, TWO)
    review(project)
    declare(project, ONE, TWO, THREE)
    ran = both(project, "--json")
    assert (by_key(ran)["three"], texts(project)) == (HELD, ["The first", "The second"])
    assert "none of the reviewed plans has this change" in " ".join(ran.out.split())


@pytest.mark.parametrize(
    "last",
    [[WORST], [ONE.replace("text:", "cancelled: true, text:")], [ONE.replace("text:", "draft: true, text:")]],
    ids=["no-op", "cancel", "other"],
)
def test_the_last_plan_that_shows_an_address_decides(project: Project, last: list[str]) -> None:
    """Held: the plan that was merged last changed it otherwise, canceled it, or left it as it is."""
    if last == [WORST]:
        declare(project, WORST)
        project.apply()
    declare(project, ONE)
    assert project("plan", "-o", "first.json").code == 0
    declare(project, *last)
    review(project)
    declare(project, ONE)
    before = texts(project)
    ran = both(project, "--json")
    assert (by_key(ran)["one"], texts(project)) == (HELD, before)
    assert project("apply", "--reviewed", "plan.json", "--reviewed", "first.json", "--settle", "0").code == 0
    assert texts(project) == ["The first"]


def test_a_delete_of_a_version_that_another_plan_made(project: Project) -> None:
    """Deleted: the plan of the delete was made before another merge was applied, and nobody touched the post since."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, TWO)
    review(project)
    declare(project, WORST, TWO)
    project.apply()
    declare(project, TWO)
    ran = apply(project)
    assert (ran.code, texts(project)) == (0, ["The second"])


def test_a_limit_in_the_files_counts_no_reviewed_delete(project: Project) -> None:
    """Two reviewed deletes are carried out though `max_deletes` is 0 by now."""
    declare(project, ONE, TWO, THREE)
    project.apply()
    declare(project, THREE)
    review(project)
    project.write("buffer.yaml", HEAD.replace("version: 1\n", "version: 1\nmax_deletes: 0\n") + THREE)
    assert (apply(project).code, texts(project)) == (0, ["The third"])


def review_offline(project: Project) -> None:
    """Save a plan made without Buffer as plan.json. The clock of this machine is years behind the sandbox's."""
    ran = project("plan", "--offline", "-o", "plan.json")
    assert ran.code == 0, ran.err
    path = project.folder / "plan.json"
    saved = planfile.load(path.read_bytes(), "plan.json")
    at = datetime(2029, 12, 3, 9, tzinfo=UTC)
    plan = replace(saved.plan, at=at)
    path.write_bytes(
        planfile.dump(plan, saved.desired, saved.choices, expires_at=at + timedelta(days=7), offline=saved.offline)
    )


def test_an_offline_plan_agrees_to_what_the_state_proves(project: Project) -> None:
    """A new post on a channel of the state, and an edit of bufferctl's own post that nobody touched."""
    declare(project, ONE, TWO)
    project.apply()
    declare(project, WORST, TWO.replace("second", "best"), THREE)
    review_offline(project)
    project.sandbox.person.edit_post(of(project, "The second"), text="Mine")
    ran = apply(project, "--json", "--reapply", "Acme/twitter:acme/two")
    assert (by_key(ran)["two"], ran.code) == (HELD, 1)
    assert texts(project) == ["Mine", "The third", "The worst"]


def test_an_offline_plan_agrees_to_nothing_else(project: Project) -> None:
    """Held: everything without a state, a delete, and posts of a channel or with tags that are declared otherwise."""
    declare(project, ONE)
    review_offline(project)
    assert by_key(apply(project, "--json"))["one"] == HELD
    project.apply()
    declare(project, TWO)
    review_offline(project)
    channel = project.sandbox.channel("twitter")["id"]
    project.write(
        "buffer.yaml", HEAD.replace("        name: acme\n", f"        name: acme\n        id: {channel}\n") + TWO
    )
    ran = apply(project, "--json")
    assert (by_key(ran)["one"], by_key(ran)["two"], texts(project)) == (HELD, HELD, ["The first"])
    declare(project, TWO)
    ran = apply(project, "--json")
    assert (by_key(ran)["one"], by_key(ran)["two"]) == (HELD, ("create", None))


def test_narrowed(reviewed: Project) -> None:
    """`--target` limits the run: other posts are neither sent nor held."""
    declare(reviewed, ONE, TWO, THREE)
    assert apply(reviewed, "--target", "*/two").code == 0
    assert texts(reviewed) == ["The second"]


def test_expired(reviewed: Project, prints: Prints) -> None:
    """Exit 3 after seven days, like a saved plan."""
    reviewed.sandbox.clock.advance(hours=7 * 24 + 1)
    prints("reviewed/expired", apply(reviewed))
    assert writes(reviewed) == 0


def test_other_endpoint(reviewed: Project) -> None:
    """Exit 3: a plan made on the sandbox is not applied anywhere else."""
    assert apply(reviewed, "--api-url", reviewed.sandbox.url.replace("127.0.0.1", "localhost")).code == 3
    assert writes(reviewed) == 0


def test_other_organization(reviewed: Project, prints: Prints) -> None:
    """Exit 3: the plan belongs to another account, whose organization has the same name."""
    path = reviewed.folder / "plan.json"
    saved = planfile.load(path.read_bytes(), "plan.json")
    of_another = tuple(
        replace(c, slot=c.slot._replace(organization_id="66a0aaaaaaaaaaaaaaaaaaaa")) for c in saved.plan.changes
    )
    plan = replace(saved.plan, changes=of_another)
    path.write_bytes(planfile.dump(plan, saved.desired, saved.choices, expires_at=saved.expires_at))
    prints("reviewed/other-organization", apply(reviewed))
    assert writes(reviewed) == 0


def test_channel_with_another_id(reviewed: Project) -> None:
    """Exit 1, nothing sent, and reported: the channel was removed from Buffer and connected again."""
    channel = reviewed.sandbox.channel("twitter")
    reviewed.sandbox.person.set_channel(channel["id"], name="acme-2019", displayName="Old")
    reviewed.sandbox.person.add_channel(channel["organizationId"], "twitter", "acme")
    ran = apply(reviewed)
    assert (ran.code, writes(reviewed)) == (1, 0)
    assert "Acme/twitter:acme/one: it now belongs to another channel in Buffer" in ran.err


def test_altered(reviewed: Project) -> None:
    """Exit 3: a text was changed in the plan file, so it is not what was reviewed."""
    path = reviewed.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("The first", "The worst"), encoding="utf-8")
    declare(reviewed, ONE.replace("first", "worst"), TWO)
    assert apply(reviewed).code == 3
    assert writes(reviewed) == 0


def test_not_both(reviewed: Project, prints: Prints) -> None:
    """Exit 64 for both forms at once: a saved plan as PATH is the strict one."""
    prints("reviewed/both", apply(reviewed, "plan.json"))


def test_no_such_plan(project: Project) -> None:
    """Exit 64 before any request: the plan file does not exist."""
    declare(project, ONE)
    assert apply(project).code == 64
    assert project.sandbox.requests == []
