"""Saved plans on the command line: `plan -o FILE`, `show FILE`, `apply FILE`, and what makes a plan stale."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.cli.conftest import Begin, Prints, Project, Ran
from tests.cli.written import HEAD, ONE, TWO, root_file
from tests.conftest import long
from tests.planfile.forging import forged


def save(project: Project) -> None:
    """Save the plan of two declared posts."""
    project.write("buffer.yaml", HEAD + ONE + TWO)
    ran = project("plan", "-o", "plan.json")
    assert ran.code == 0, ran.err


@pytest.fixture
def saved(begin: Begin) -> Project:
    """Two declared posts, with their plan saved as plan.json."""
    return begin(save)


def apply(project: Project, *more: str) -> Ran:
    """Apply the saved plan."""
    return project("apply", "plan.json", "--settle", "0", *more)


def refused(project: Project, ran: Ran) -> None:
    """Exit 3, and nothing sent."""
    assert ran.code == 3
    assert not [seen for seen in project.sandbox.requests if seen.kind == "mutation"]


def text_of(project: Project) -> list[str]:
    """The texts in the account."""
    return [post["text"] for post in project.sandbox.posts()]


def test_saved(project: Project, prints: Prints) -> None:
    """The plan and the file's name are printed; only its owner may read the file, as the posts are not public yet."""
    project.write("buffer.yaml", HEAD + ONE + TWO)
    prints("saved/plan", project("plan", "-o", "plan.json"))
    assert (project.folder / "plan.json").stat().st_mode & 0o777 == 0o600


def test_not_by_the_name_of_posts(project: Project, prints: Prints) -> None:
    """Exit 64 and nothing written: the files, and `apply plan.yaml`, would take it for a file of posts."""
    project.write("buffer.yaml", HEAD + ONE)
    prints("saved/name-of-posts", project("plan", "-o", "plan.yaml"))
    assert not (project.folder / "plan.yaml").exists()


def test_shown_offline(saved: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The changes, when the plan was made and when it expires; no key needed, and no request."""
    monkeypatch.delenv("BUFFER_API_KEY")
    before = len(saved.sandbox.requests)
    ran = saved("show", "plan.json")
    assert (ran.code, ran.planned) == (0, ["+ one", "+ two"])
    assert "Made Mon 3 Dec 2029 09:00 UTC; may be applied until Mon 10 Dec 2029 09:00 UTC." in ran.out
    assert len(saved.sandbox.requests) == before


def test_shown_as_json(saved: Project) -> None:
    """The JSON that `plan --json` printed, and the time at which the plan expires."""
    shown = json.loads(saved("show", "plan.json", "--json").out)
    assert shown.pop("expires_at") == "2029-12-10T09:00:00Z"
    assert shown == {name: value for name, value in json.loads(saved("plan", "--json").out).items() if name in shown}


def test_applied_without_asking(saved: Project, prints: Prints) -> None:
    """Applied without a question or `--auto-approve`, since the plan was reviewed."""
    prints("saved/apply", apply(saved))
    assert text_of(saved) == ["The first", "The second"]


@pytest.mark.parametrize("narrowed", [False, True], ids=["all", "a part"])
def test_a_plan_of_all_files_counts_as_an_apply_of_them(saved: Project, *, narrowed: bool) -> None:
    """The state then notes how far Buffer was read, so that nothing older is asked about; not after a part."""
    assert saved("plan", "-o", "plan.json", *(["--target", "*/one"] if narrowed else [])).code == 0
    assert apply(saved).code == 0
    organizations = json.loads(saved.state.read_text())["organizations"].values()
    assert all(("horizon" in home) is not narrowed for homes in organizations for home in homes.values())


def test_posts_that_wait_for_room_leave_it_whole(saved: Project) -> None:
    """An apply of the files leaves them waiting, too. Else nothing would ever count on a Buffer plan that is full."""
    saved.sandbox.person.set_limit(saved.sandbox.organization()["id"], scheduledPosts=1)
    assert saved("plan", "-o", "plan.json").planned == ["+ one", "… two"]
    assert apply(saved).code == 0
    organizations = json.loads(saved.state.read_text())["organizations"].values()
    assert all("horizon" in home for homes in organizations for home in homes.values())


def test_posts_that_waited_are_sent_once_there_is_room(saved: Project) -> None:
    """They were shown as to come. Until then the plan is not called applied; one that is too late by then needs you."""
    organization = saved.sandbox.organization()["id"]
    saved.sandbox.person.set_limit(organization, scheduledPosts=1)
    assert saved("plan", "-o", "plan.json").planned == ["+ one", "… two"]
    assert apply(saved).code == 0
    ran = apply(saved)
    assert (ran.code, ran.planned) == (0, ["… two"])
    assert "1 of 2 changes of plan.json is still to be applied" in ran.err
    assert "nothing left" not in ran.err
    saved.sandbox.person.set_limit(organization, scheduledPosts=2)
    assert apply(saved).outcomes == ["two created"]
    assert text_of(saved) == ["The first", "The second"]
    assert "has nothing left to apply" in apply(saved).err


def test_posts_that_waited_too_long_need_somebody(saved: Project) -> None:
    """Exit 1: they were to be published, and are not. One that the files have changed since is not sent."""
    saved.sandbox.person.set_limit(saved.sandbox.organization()["id"], scheduledPosts=1)
    assert saved("plan", "-o", "plan.json", "--expires", "90").code == 0
    assert apply(saved).code == 0
    saved.sandbox.clock.advance(days=30)
    ran = apply(saved)
    assert (ran.code, ran.planned, text_of(saved)) == (1, ["! two"], ["The first"])
    saved.write("buffer.yaml", HEAD + ONE + TWO.replace("The second", "Something else").replace("2029-12", "2030-02"))
    assert (apply(saved).code, text_of(saved)) == (3, ["The first"])


def test_applied_twice(saved: Project, prints: Prints) -> None:
    """Exit 0 the second time, and the output says that the plan has nothing left."""
    apply(saved)
    prints("saved/apply-again", apply(saved))
    assert len(text_of(saved)) == 2


def test_of_a_post_that_was_published_before_nothing_is_said_to_be_applied(project: Project) -> None:
    """Its exemption from a freeze was never recorded, and need not be any more."""
    project.write("buffer.yaml", HEAD + ONE)
    project.apply()
    exempt = ONE.replace("}", ", freeze: false}")
    project.write("buffer.yaml", FREEZE + HEAD + exempt)
    assert project("plan", "-o", "plan.json").planned == ["~ one"]
    project.sandbox.person.share_now(project.sandbox.posts()[0]["id"])
    ran = apply(project)
    assert (ran.code, ran.err) == (0, "plan.json has nothing left to apply.\n")


FREEZE = "policy: {freeze: [{from: 2029-12-10, to: 2029-12-31, reason: Quiet}]}\n"


def test_what_it_only_showed_is_not_said_to_be_applied(project: Project) -> None:
    """Exit 1: it was held when the plan was made, and what holds it is gone; nobody agreed to it. The rest is sent."""
    late = TWO.replace("2029-12", "2030-02")
    project.write("buffer.yaml", FREEZE + HEAD + ONE + late)
    assert project("plan", "-o", "plan.json").code == 1
    project.write("buffer.yaml", HEAD + ONE + late)
    for sent in (["+ two"], []):
        ran = apply(project)
        assert (ran.code, ran.planned) == (1, [*sent, "! one"])
        assert "Not reviewed: it needed a person when the plan was made" in " ".join(ran.out.split())
        assert "applied." not in ran.err
    assert text_of(project) == ["The second"]
    project.apply()
    ran = apply(project)
    assert (ran.code, ran.err) == (0, "plan.json has nothing left to apply.\n")


def test_a_plan_without_changes_is_not_said_to_be_applied(saved: Project) -> None:
    """It has nothing to apply, whatever the files have by now."""
    saved.apply()
    assert saved("plan", "-o", "plan.json").code == 0
    saved.write("buffer.yaml", HEAD + ONE + TWO.replace("second", "other"))
    ran = apply(saved)
    assert (ran.code, ran.err) == (0, "plan.json has nothing left to apply.\n")


@pytest.mark.parametrize("by", [["plan.json"], *long(["posts/b.yaml"])], ids=["a saved plan", "a file"])
def test_a_part_is_verified_alone(project: Project, by: list[str]) -> None:
    """Not all files, if a person changed another post. The receipt, its page and its comment say the same."""
    project.write("buffer.yaml", root_file("twitter"))
    project.write("posts/a.yaml", "channels: [twitter]\nposts:\n  - {key: a, text: Mine, due_at: 2029-12-20 09:00}\n")
    project.apply()
    project.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: b, text: New, due_at: 2029-12-21 09:00}\n")
    assert project("plan", "-o", "plan.json").code == 0
    (mine,) = project.sandbox.posts()
    project.sandbox.person.edit_post(mine["id"], text="Somebody's")
    forms = ["--receipt", "r.json", "--report", "r.md", "--report", "r.html"]
    ran = project("apply", *by, "--auto-approve", "--settle", "0", *forms)
    assert (ran.code, ran.out.splitlines()[-1]) == (
        0,
        "Verified: Buffer matches what was applied. The rest was not part of this run.",
    )
    said = [project("show", "r.json").out, *((project.folder / name).read_text("utf-8") for name in ("r.md", "r.html"))]
    assert all("Buffer matches what was applied" in each and "matches your files" not in each for each in said)
    project.sandbox.person.edit_post(mine["id"], text="Mine")
    project.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: b, text: Newer, due_at: 2029-12-21 09:00}\n")
    ran = project("apply", "posts/b.yaml", "--auto-approve", "--settle", "0")
    assert ran.out.endswith("Verified: Buffer matches your files.\n")


def test_narrowed_no_more(saved: Project, prints: Prints) -> None:
    """Exit 64: an option that would narrow or widen a saved plan is not silently ignored."""
    prints("saved/narrowed", apply(saved, "--target", "Acme/twitter:acme/one"))
    for more in (["--recreate", "Acme/twitter:acme/one"], ["--max-deletes", "0"]):
        assert apply(saved, *more).code == 64
    assert text_of(saved) == []


def test_applied_as_json(saved: Project) -> None:
    """`--json` prints one document, with the outcome of each change."""
    ran = apply(saved, "--json")
    document = json.loads(ran.out)
    assert (ran.code, document["kind"], [o["status"] for o in document["outcomes"]]) == (0, "apply", ["done", "done"])


def test_what_was_reviewed_is_what_happens(saved: Project) -> None:
    """Exit 3 if the files say something else by now; what they add is not sent."""
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "FIRST") + TWO)
    ran = apply(saved)
    refused(saved, ran)
    assert "Acme/twitter:acme/one: its text changed in the files" in ran.err
    saved.write("buffer.yaml", HEAD + ONE + TWO + ONE.replace("one", "three").replace("first", "third"))
    assert (apply(saved).code, text_of(saved)) == (0, ["The first", "The second"])


@pytest.mark.parametrize("now", [TWO, *long(ONE.replace("key: one", "key: one, cancelled: true") + TWO)])
def test_taken_back_since(saved: Project, now: str) -> None:
    """Exit 3: an old plan does not create, or recreate, a post that the files have since removed or canceled."""
    saved.write("buffer.yaml", HEAD + now)
    ran = apply(saved)
    refused(saved, ran)
    assert "Acme/twitter:acme/one: the files no longer declare it" in ran.err
    saved.write("buffer.yaml", HEAD + ONE + TWO)
    assert apply(saved).code == 0
    saved.write("buffer.yaml", HEAD + now)
    assert "1 deleted" in saved.apply().out
    assert (apply(saved).code, text_of(saved)) == (3, ["The second"])


def test_declared_again_since(saved: Project) -> None:
    """Exit 3: a planned delete is not carried out once the files declare the post again."""
    saved.apply()
    saved.write("buffer.yaml", HEAD + TWO)
    saved("plan", "-o", "plan.json")
    saved.write("buffer.yaml", HEAD + ONE + TWO)
    ran = apply(saved)
    assert (ran.code, text_of(saved)) == (3, ["The first", "The second"])
    assert "Acme/twitter:acme/one: the files declare it again" in ran.err


def test_files_with_errors(saved: Project) -> None:
    """Exit 1, with the errors, and nothing sent: they cannot declare what the plan has."""
    saved.write("buffer.yaml", HEAD + ONE + TWO + ONE)
    ran = apply(saved)
    assert (ran.code, text_of(saved)) == (1, [])
    assert "The files have errors, so nothing was done" in ran.err


def test_another_plan_than_the_one_meant(saved: Project) -> None:
    """`--digest`, of 16 digits or more as `show` prints it: exit 3 for any other plan, 64 for what is no digest."""
    digest = json.loads(saved("show", "plan.json", "--json").out)["digest"]
    assert f"Digest {digest[:16]}." in saved("show", "plan.json").out
    refused(saved, apply(saved, "--digest", "0" * 16))
    for wrong in (digest[:15], "everything-there"):
        assert apply(saved, "--digest", wrong).code == 64
    assert saved("apply", "--digest", digest, "--settle", "0").code == 64
    assert apply(saved, "--digest", digest[:16].upper()).code == 0
    assert text_of(saved) == ["The first", "The second"]


def test_channel_with_another_id(saved: Project, prints: Prints) -> None:
    """Exit 3, and not counted as done: the channel was removed from Buffer and connected again."""
    channel = saved.sandbox.channel("twitter")
    saved.sandbox.person.set_channel(channel["id"], name="acme-2019", displayName="Old")
    saved.sandbox.person.add_channel(channel["organizationId"], "twitter", "acme")
    ran = apply(saved)
    prints("saved/another-channel", ran)
    refused(saved, ran)


def test_own_first_half_is_skipped(saved: Project) -> None:
    """Only the rest is sent: changes that another apply has made count as done."""
    ran = saved("apply", "--auto-approve", "--settle", "0", "--target", "*/one")
    assert ran.code == 0, ran.err
    rest = apply(saved)
    assert rest.outcomes == ["two created"]
    assert "1 of 2 changes of plan.json is still to be applied." in rest.err
    assert text_of(saved) == ["The first", "The second"]


def test_own_first_half_is_skipped_without_state(saved: Project) -> None:
    """The same if the state file was lost in between: the post is recognized by its content."""
    saved("apply", "--auto-approve", "--settle", "0", "--target", "*/one")
    saved.state.unlink()
    assert apply(saved).code == 0
    assert text_of(saved) == ["The first", "The second"]


def test_unrelated_changes_leave_it_alone(saved: Project) -> None:
    """Exit 0: other changes in the account do not make the plan stale."""
    person = saved.sandbox.person
    person.create_post(saved.sandbox.channel("twitter")["id"], "Something else", dueAt="2029-12-22T09:00:00Z")
    person.create_idea(saved.sandbox.organization()["id"], title="An idea")
    assert apply(saved).code == 0


def test_stale_by_a_post_that_is_alike(saved: Project, prints: Prints) -> None:
    """Exit 3, naming the post: somebody has since created it for another time."""
    channel = saved.sandbox.channel("twitter")["id"]
    saved.sandbox.person.create_post(channel, "The first", dueAt="2029-12-24T09:00:00Z")
    ran = apply(saved)
    prints("saved/stale-new-twin", ran)
    refused(saved, ran)


def edited_then_planned(project: Project) -> str:
    """Apply a post, edit it in the file, and save the plan; returns the post's id."""
    project.write("buffer.yaml", HEAD + ONE)
    project.apply()
    project.sandbox.requests.clear()
    project.write("buffer.yaml", HEAD + ONE.replace("first", "FIRST"))
    assert "1 changed post" in project("plan", "-o", "plan.json").out
    (post,) = project.sandbox.posts()
    return str(post["id"])


def test_stale_by_a_person_who_edits(project: Project, prints: Prints) -> None:
    """Exit 3, naming the post that the plan edits: it has since changed in Buffer."""
    project.sandbox.person.edit_post(edited_then_planned(project), text="The very first")
    ran = apply(project)
    prints("saved/stale-edited", ran)
    refused(project, ran)


def test_stale_by_a_person_who_deletes(project: Project, prints: Prints) -> None:
    """Exit 3, naming the post that the plan edits: it has since been deleted in Buffer."""
    project.sandbox.person.delete_post(edited_then_planned(project))
    project.sandbox.clock.advance(hours=2)
    ran = apply(project)
    prints("saved/stale-deleted", ran)
    refused(project, ran)


def test_stale_by_another_apply(saved: Project, prints: Prints) -> None:
    """Exit 3, naming the post: an apply of another version of the file has since created it."""
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "FIRST") + TWO)
    saved.apply()
    saved.sandbox.requests.clear()
    ran = apply(saved)
    prints("saved/stale-applied", ran)
    refused(saved, ran)


def test_sent_meanwhile_is_reported_once_and_not_stale(project: Project) -> None:
    """Exit 1: a post published since is reported, and the rest of the plan is applied; exit 0 from then on."""
    queued = "          - {key: one, text: The first}\n"
    project.write("buffer.yaml", HEAD + queued)
    project.apply()
    project.write("buffer.yaml", HEAD + queued.replace("first", "FIRST") + TWO)
    project("plan", "-o", "plan.json")
    (post,) = project.sandbox.posts()
    project.sandbox.person.share_now(post["id"])
    ran = apply(project)
    assert (ran.planned, "two created" in ran.outcomes) == (["+ two"], True)
    assert "It was published before it could be changed as reviewed, so nothing was sent." in " ".join(ran.out.split())
    assert (ran.code, sorted(text_of(project))) == (1, ["The first", "The second"])
    assert (apply(project).code, project("apply").code) == (0, 0)


def test_altered(saved: Project, prints: Prints) -> None:
    """Exit 3: a text was changed in the plan file, so it is not what was reviewed."""
    path = saved.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace("The first", "The worst"), encoding="utf-8")
    ran = apply(saved)
    prints("saved/altered", ran)
    refused(saved, ran)
    assert saved("show", "plan.json").code == 3


def test_expired(saved: Project, prints: Prints) -> None:
    """Exit 3 after seven days."""
    saved.sandbox.clock.advance(hours=7 * 24 + 1)
    ran = apply(saved)
    prints("saved/expired", ran)
    refused(saved, ran)


def test_expires(saved: Project) -> None:
    """`--expires DAYS` sets another limit: half a day, or more than seven days."""
    saved("plan", "-o", "plan.json", "--expires", "0.5")
    saved.sandbox.clock.advance(hours=13)
    refused(saved, apply(saved))
    saved("plan", "-o", "plan.json", "--expires", "30")
    saved.sandbox.clock.advance(hours=8 * 24)
    assert apply(saved).code == 0


def test_other_endpoint(saved: Project, prints: Prints) -> None:
    """Exit 3: a plan made on the sandbox is not applied anywhere else."""
    url = saved.sandbox.url.replace("127.0.0.1", "localhost")
    ran = apply(saved, "--api-url", url)
    prints("saved/other-endpoint", ran)
    refused(saved, ran)


@pytest.mark.parametrize("content", ["not JSON", "{}", '{"kind": "saved-plan"}', "[1]", "\x00"])
def test_no_saved_plan(saved: Project, content: str) -> None:
    """Exit 64 for any file that is not a saved plan."""
    saved.write("plan.json", content)
    for ran in (apply(saved), saved("show", "plan.json")):
        assert ran.code == 64
        assert "There is no saved plan in plan.json" in ran.err


def test_show_without_the_file(saved: Project, prints: Prints) -> None:
    """Exit 64 for a file that does not exist."""
    prints("saved/no-file", saved("show", "plna.json"))


def test_newer_format(saved: Project, prints: Prints) -> None:
    """Exit 3 for a later major version: update bufferctl, or plan again."""
    path = saved.folder / "plan.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format_version": "3.2"', '"format_version": "4.0"'))
    ran = apply(saved)
    prints("saved/newer-format", ran)
    refused(saved, ran)


def test_out_cannot_be_written(saved: Project, prints: Prints) -> None:
    """Exit 64 after the plan is shown: the folder does not exist."""
    prints("saved/not-writable", saved("plan", "-o", "nowhere/plan.json"))


def test_narrowed_plan_stays_narrowed(saved: Project) -> None:
    """A plan of one target applies only that one."""
    saved("plan", "-o", "plan.json", "--target", "*/two")
    assert apply(saved).code == 0
    assert text_of(saved) == ["The second"]


def test_what_needed_somebody_still_does(project: Project) -> None:
    """Exit 1 while a post that the saved plan holds needs a person, and not sent afterwards: nobody reviewed it."""
    post = edited_then_planned(project)
    project.sandbox.person.edit_post(post, text="The very first")
    project.write("buffer.yaml", HEAD + ONE.replace("first", "FIRST") + TWO)
    assert project("plan", "-o", "plan.json", "--strict").code == 1
    ran = apply(project)
    assert (ran.code, "1 created, 0 changed, 0 deleted" in ran.out) == (1, True)
    again = apply(project)
    assert (again.code, "nothing sent" in again.out) == (1, True)
    project.sandbox.person.edit_post(post, text="The first")
    assert (apply(project).code, sorted(text_of(project))) == (1, ["The first", "The second"])


@pytest.mark.parametrize("form", [["plan.json"], ["--reviewed", "plan.json", "--target", "*/one"]])
def test_renamed_since(saved: Project, form: list[str]) -> None:
    """Not created twice: the planned post already exists under another key, with another setting."""
    renamed = ONE.replace("key: one", "key: uno, was: one, needs_approval: true")
    saved.write("buffer.yaml", HEAD + renamed + TWO)
    saved.apply()
    if "--reviewed" in form:
        saved.write("buffer.yaml", HEAD + ONE + TWO)
    ran = saved("apply", *form, "--settle", "0")
    assert (ran.code, sorted(text_of(saved))) == (1 if "--reviewed" in form else 3, ["The first", "The second"])
    assert ("If both are intended" if "--reviewed" in form else "no longer declare it") in ran.out + ran.err


def test_renamed_and_narrowed(saved: Project) -> None:
    """Held, with a hint to add `was`: `--target` selects only the new key, so the old post would stay."""
    saved.apply()
    saved.write("buffer.yaml", HEAD + ONE.replace("key: one", "key: uno").replace("09:00", "10:00") + TWO)
    ran = saved("apply", "--auto-approve", "--settle", "0", "--target", "*/uno")
    assert (ran.code, sorted(text_of(saved))) == (1, ["The first", "The second"])
    assert "`was: one`" in ran.out
    assert "1 created, 0 changed, 1 deleted" in saved.apply().out


def test_swapped_and_narrowed(saved: Project) -> None:
    """Held if `--target` selects only one of two posts that swap texts, as both would say the same."""
    saved.apply()
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "second") + TWO.replace("second", "first"))
    saved("plan", "-o", "plan.json")
    ran = saved("apply", "--auto-approve", "--settle", "0", "--target", "*/two")
    assert (ran.code, sorted(text_of(saved))) == (1, ["The first", "The second"])
    assert "`repeat_of: one`" in " ".join(ran.out.split())
    assert "2 changed" in apply(saved).out


def test_edit_of_the_other_not_reviewed(saved: Project) -> None:
    """Both held: of two posts that swap texts one was edited since, so the other's edit would repeat its text."""
    saved.apply()
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "second") + TWO.replace("second", "first"))
    saved("plan", "-o", "plan.json")
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "third") + TWO.replace("second", "first"))
    ran = saved("apply", "--reviewed", "plan.json", "--settle", "0")
    assert (ran.code, sorted(text_of(saved))) == (1, ["The first", "The second"])


def forge(project: Project, edit: Callable[[dict[str, Any]], object]) -> None:
    """Edit the saved plan and give it a matching checksum, as a forger would."""
    path = project.folder / "plan.json"
    path.write_bytes(forged(path.read_bytes(), edit))


@pytest.fixture
def edits(project: Project) -> Project:
    """A saved plan that edits one post, deletes another and creates a third."""
    project.write("buffer.yaml", HEAD + ONE + TWO)
    project.apply()
    project.write("buffer.yaml", HEAD + ONE.replace("first", "FIRST") + TWO.replace("two", "three").replace("21", "22"))
    assert project("plan", "-o", "plan.json").code == 0
    return project


def of(action: str, values: dict[str, Any]) -> dict[str, Any]:
    """The plan's only change with this action."""
    (found,) = [each for each in values["plan"]["changes"] if each["change"]["action"] == action]
    return dict(found)


FORGERIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "text of a new post": lambda v: v["inputs"]["items"][1]["post"].update(text="Something else"),
    "text of an edit": lambda v: v["inputs"]["items"][0]["post"].update(text="Something else"),
    "time": lambda v: v["inputs"]["items"][1]["post"].update(due_at="2030-01-01T09:00:00Z"),
    "text that is deleted": lambda v: of("delete", v)["live"].update(text="Something harmless"),
    "what an edit changes": lambda v: of("update", v)["change"]["differences"][0].update(after="The first, tidied"),
    "an edit that shows nothing": lambda v: of("update", v)["change"].update(differences=[]),
    "address": lambda v: of("create", v)["change"]["address"].update(key="one"),
    "post that is edited": lambda v: of("update", v)["write"].update(id="0" * 24),
    "post that is deleted": lambda v: of("delete", v)["write"].update(id="0" * 24),
    "channel": lambda v: of("create", v)["write"].update(channel_id="0" * 24),
    "tags": lambda v: of("create", v)["write"].update(tag_ids=["0" * 24]),
    "name of the channel": lambda v: next(iter(v["plan"]["channels"].values())).update(name="acme-test"),
    "zone of the channel": lambda v: next(iter(v["plan"]["channels"].values())).update(timezone="Asia/Tokyo"),
    "digest": lambda v: v.update(digest="0" * 20),
    "digest of a change": lambda v: v["plan"]["changes"][0].update(digest="0" * 20),
}


def test_forged(edits: Project) -> None:
    """Exit 3, although the checksum matches: the plan would send something other than it shows."""
    path, before = edits.folder / "plan.json", edits.sandbox.dump()
    saved = path.read_bytes()
    for what, edit in FORGERIES.items():
        path.write_bytes(saved)
        forge(edits, edit)
        assert (apply(edits).code, edits.sandbox.dump()) == (3, before), what
    path.write_bytes(saved)
    assert apply(edits).code == 0


def test_shows_what_it_sends(saved: Project) -> None:
    """A forged plan in which everything matches, even the digests, is shown as it would be sent."""
    reviewed = json.loads(saved("show", "plan.json", "--json").out)["digest"]
    saved.write("buffer.yaml", HEAD + ONE.replace("first", "worst") + TWO)
    saved("plan", "-o", "other.json")
    other = json.loads((saved.folder / "other.json").read_text(encoding="utf-8"))

    def exchange(values: dict[str, Any]) -> None:
        values["inputs"], values["digest"] = other["inputs"], other["digest"]
        for mine, theirs in zip(values["plan"]["changes"], other["plan"]["changes"], strict=True):
            mine["digest"] = theirs["digest"]

    forge(saved, exchange)
    shown = saved("show", "plan.json", "--json").out
    assert "The worst" in shown
    assert "The first" not in shown
    assert json.loads(shown)["digest"] != reviewed


@pytest.mark.parametrize("is_there", [False, True], ids=["new", "edited"])
def test_a_tag_that_the_map_gives_another_id(project: Project, *, is_there: bool) -> None:
    """The plan is refused for that reason, not as a change in Buffer; a new plan has the tag."""
    root = root_file("twitter").replace("    channels:", "    tags: {launch: 66a0000000000000000001a1}\n    channels:")
    project.write("buffer.yaml", root)
    entry = "  - {key: tagged, channels: [twitter], due_at: 2029-12-20 09:00, text: Tagged, tags: [launch]}\n"
    if is_there:
        project.write("posts/tagged.yaml", f"posts:\n{entry.replace(', tags: [launch]', '')}")
    project.apply()
    project.write("posts/tagged.yaml", f"posts:\n{entry}")
    assert project("plan", "-o", "plan.json").code == 0
    project.write("buffer.yaml", root.replace("1a1}", "1a3}"))
    ran = project("apply", "plan.json", "--settle", "0")
    assert ran.code == 3
    assert "tagged: its tags stand for another id than when the plan was made" in ran.err
    assert "changed in Buffer" not in ran.err
    project.apply()
    (post,) = [each for each in project.sandbox.posts() if each["text"] == "Tagged"]
    assert post["tagIds"] == ["66a0000000000000000001a3"]


def test_a_time_that_passed_before_the_first_apply(project: Project) -> None:
    """Exit 1: the post needs somebody, though the project has no state yet that tells history from what is late."""
    head = HEAD.replace("managed_since: 2029-12-01T00:00:00Z\n", "")
    project.write("buffer.yaml", head + ONE.replace("2029-12-20", "2029-12-05") + TWO)
    project("plan", "-o", "plan.json")
    project.sandbox.clock.advance(days=5)
    ran = apply(project)
    assert (ran.code, "Its time is past" in " ".join(ran.out.split())) == (1, True)
    assert [each["text"] for each in project.sandbox.posts()] == ["The second"]
