"""A freeze of the policy: what Buffer has already is asked about, and what would be sent into it is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

import pytest

from tests.conftest import long
from tests.planfile.forging import forged

from .conftest import Begin, Project, Ran
from .test_suspended import ROOT, apply, lose_state, post, statuses

FREEZE = "policy: {freeze: [{from: 2029-12-20, to: 2029-12-27, reason: Nobody is here}]}"
INSIDE = "{key: inside, due_at: 2029-12-21 09:00, text: We are here}"
ALSO = "{key: also, due_at: 2029-12-22 09:00, text: Also here}"
OUTSIDE = "{key: outside, due_at: 2029-12-10 09:00, text: Before}"


@pytest.fixture
def services() -> Collection[str]:
    """Two channels."""
    return ("twitter", "mastodon")


def write(project: Project, *entries: str, line: str = FREEZE, to: str = "twitter") -> None:
    """The root file with this line, and a file of the entries."""
    project.write("buffer.yaml", ROOT.format(line=line, twitter=""))
    project.write("posts/a.yaml", f"channels: [{to}]\nposts:\n" + "".join(f"  - {each}\n" for each in entries))


def held(ran: Ran) -> dict[str, str]:
    """The reason of each change that is held, by its key."""
    changes = json.loads(ran.out)["changes"]
    return {each["address"].rpartition("/")[2]: each["reason"] for each in changes if each["action"] == "hold"}


def in_buffer(project: Project, *entries: str, to: str = "twitter") -> None:
    """These entries, applied before there was a freeze."""
    write(project, *entries, line="", to=to)
    project.apply()


@pytest.fixture
def inside(begin: Begin) -> Project:
    """`INSIDE` was applied before there was a freeze."""
    return begin(schedule_inside)


def schedule_inside(project: Project) -> None:
    """Apply it without a freeze."""
    in_buffer(project, INSIDE)


def test_what_is_scheduled_is_held_and_stops_nothing(project: Project) -> None:
    """One cause with three answers; all else is sent, and the post itself is not touched."""
    in_buffer(project, INSIDE, ALSO, OUTSIDE)
    write(project, INSIDE, ALSO, OUTSIDE.replace("Before", "Long before"))
    ran = project("plan")
    assert ran.code == 0
    assert "  ! 2 posts: inside, also" in ran.out
    said = " ".join(ran.out.split())
    assert "It is in Buffer already and goes out during a freeze that your team agreed on (Nobody is here)" in said
    assert "another `due_at`, delete it with `cancelled: [twitter:acme]`, or let it go out with `freeze: false`" in said
    assert apply(project) == 1
    assert statuses(project) == dict.fromkeys(("We are here", "Also here", "Long before"), "scheduled")


def test_the_answers_are_data(inside: Project) -> None:
    """As JSON has them, each for its post."""
    write(inside, INSIDE)
    (change,) = json.loads(inside("plan", "--json").out)["changes"]
    assert [(each["way"], each["field"], each["content"]) for each in change["answers"]] == [
        ("add", "cancelled", ["twitter:acme"]),
        ("add", "freeze", False),
        ("edit", "due_at", None),
    ]


def test_an_entry_on_two_channels_has_one_answer(project: Project) -> None:
    """It lists both channels, and ends the question for both."""
    in_buffer(project, INSIDE, ALSO, to="twitter, mastodon")
    write(project, INSIDE, ALSO, to="twitter, mastodon")
    said = " ".join(project("plan").out.split())
    answer = "cancelled: [twitter:acme, mastodon:acme@social.example]"
    assert said.count("→") == said.count(f"delete it with `{answer}`, or let it go out with `freeze: false`") == 2
    write(project, *(each.replace("}", f", {answer}}}") for each in (INSIDE, ALSO)), to="twitter, mastodon")
    project.apply()
    assert statuses(project) == {}


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("freeze: false", {"We are here": "scheduled"}),
        ("cancelled: [twitter:acme]", {}),
        ("suspended: Nobody is here", {"We are here": "draft"}),
        ("draft: true", {"We are here": "draft"}),
    ],
)
def test_each_answer_ends_it(inside: Project, field: str, expected: dict[str, str]) -> None:
    """Validate has no objection either, and a second plan is empty."""
    write(inside, INSIDE.replace("}", f", {field}}}"))
    assert inside("validate").code == 0
    inside.apply()
    assert statuses(inside) == expected


def test_a_move_out_of_the_freeze_is_sent(project: Project) -> None:
    """While another post is still held."""
    in_buffer(project, INSIDE, ALSO)
    write(project, INSIDE.replace("12-21", "12-28"), ALSO)
    assert apply(project) == 1
    assert post(project, "We are here")["dueAt"] == "2029-12-28T08:00:00.000Z"
    assert held(project("plan", "--json")) == {"also": "freeze"}


def test_deletes_and_suspensions_are_sent(project: Project) -> None:
    """Whatever else the freeze holds, be it there already or new."""
    in_buffer(project, INSIDE, ALSO, OUTSIDE)
    new = "{key: new, due_at: 2029-12-23 09:00, text: New}"
    write(project, ALSO, OUTSIDE.replace("}", ", suspended: Now}"), new)
    assert apply(project) == 1
    assert statuses(project) == {"Also here": "scheduled", "Before": "draft"}
    write(project, ALSO, OUTSIDE, new, line=f"suspended: Earthquake\n{FREEZE}")
    assert apply(project) == 0
    assert statuses(project) == {"Also here": "draft", "Before": "draft"}


def test_a_new_post_is_an_error(project: Project) -> None:
    """Of validate, at its line."""
    write(project, INSIDE, OUTSIDE)
    ran = project("validate")
    assert ran.code == 1
    assert "posts/a.yaml:3:27: error: this is due during a freeze (Nobody is here): 20 Dec 2029 to" in ran.out


def test_a_plan_with_a_new_post_in_a_freeze_fails(project: Project) -> None:
    """The post is held, and named on stderr."""
    write(project, INSIDE, OUTSIDE)
    ran = project("plan")
    assert (ran.code, ran.planned) == (1, ["+ outside", "! inside"])
    assert "error: These would go out during a freeze: `inside`" in ran.err


def test_a_plan_without_network_fails_for_a_freeze(project: Project) -> None:
    """As the one with it does."""
    write(project, INSIDE, OUTSIDE)
    ran = project("plan", "--offline", "--json")
    assert (ran.code, held(ran)) == (1, {"inside": "into-freeze"})


def test_apply_sends_everything_but_a_new_post_in_a_freeze(project: Project) -> None:
    """And exits with 1."""
    write(project, INSIDE, OUTSIDE)
    assert apply(project) == 1
    assert statuses(project) == {"Before": "scheduled"}


def test_a_post_that_moves_into_the_freeze_is_an_error(project: Project) -> None:
    """Nothing of it is sent, and what is there is said."""
    in_buffer(project, OUTSIDE)
    write(project, OUTSIDE.replace("12-10", "12-21"))
    ran = project("plan")
    assert ran.code == 1
    assert "Buffer's version will be published as it is" in " ".join(ran.out.split())
    assert apply(project) == 1
    assert post(project, "Before")["dueAt"] == "2029-12-10T08:00:00.000Z"


def test_an_edit_that_stays_in_the_freeze_waits_for_the_answer(inside: Project) -> None:
    """It is sent with the answer that lets it out, and says so."""
    edited = INSIDE.replace("We are", "We were")
    write(inside, edited)
    assert held(inside("plan", "--json")) == {"inside": "freeze"}
    assert "the edit is not sent" in " ".join(inside("plan").out.split())
    assert apply(inside) == 1
    assert statuses(inside) == {"We are here": "scheduled"}
    write(inside, edited.replace("}", ", freeze: false}"))
    assert "as `freeze: false` says" in " ".join(inside("plan", "--full").out.split())
    inside.apply()
    assert statuses(inside) == {"We were here": "scheduled"}


def test_a_resume_into_a_freeze_is_an_error(inside: Project) -> None:
    """It stays a draft."""
    write(inside, INSIDE, line="suspended: Earthquake")
    inside.apply()
    write(inside, INSIDE)
    assert apply(inside) == 1
    assert statuses(inside) == {"We are here": "draft"}
    assert held(inside("plan", "--json")) == {"inside": "into-freeze"}


def test_a_queued_post_whose_turn_is_in_the_freeze(project: Project) -> None:
    """Held like one with a time of its own, unless its queue is paused: then it does not go out."""
    in_buffer(project, "{key: tip, text: A tip}")
    week = "policy: {freeze: [{from: 2029-12-03, to: 2029-12-09}]}"
    write(project, "{key: tip, text: A tip}", line=week)
    assert held(project("plan", "--json")) == {"tip": "freeze"}
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], isQueuePaused=True)
    assert held(project("plan", "--json")) == {}


def test_a_post_that_waits_for_approval(project: Project) -> None:
    """It may still go out."""
    write(project, line="")
    project.write("posts/a.yaml", "")
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], requiresApproval=True)
    entry = INSIDE.replace("}", ", needs_approval: true}")
    in_buffer(project, entry)
    write(project, entry)
    assert held(project("plan", "--json")) == {"inside": "freeze"}
    assert "once somebody approves it" in " ".join(project("plan").out.split())


def scheduled_by_a_person(project: Project) -> None:
    """The text of an entry, at its time, on a channel that was applied before."""
    write(project, OUTSIDE, line="")
    project.apply()
    project.sandbox.clock.advance(hours=1)
    channel = project.sandbox.channel("twitter")["id"]
    project.sandbox.person.create_post(channel, "We are here", dueAt="2029-12-21T08:00:00Z")


def test_a_persons_post_is_named_and_not_held(project: Project) -> None:
    """It is theirs; the state takes it up all the same."""
    scheduled_by_a_person(project)
    write(project, OUTSIDE, INSIDE)
    assert apply(project) == 0
    ran = project("plan")
    assert "is in Buffer for a time during a freeze that your team agreed on (Nobody is here)" in " ".join(
        ran.err.split()
    )
    assert held(project("plan", "--json")) == {}


def test_unmanaged_posts_are_named_on_one_line(inside: Project) -> None:
    """By time, whatever the answer to ours; those outside of it, on other channels, and drafts are not."""
    channels = [inside.sandbox.channel(each)["id"] for each in ("twitter", "mastodon")]
    person = inside.sandbox.person
    for text, day in (("Theirs, which is so long that it is cut here", 23), ("Early", 20), ("After", 28)):
        person.create_post(channels[0], text, dueAt=f"2029-12-{day}T09:00:00Z")
    person.create_post(channels[1], "Elsewhere", dueAt="2029-12-22T09:00:00Z")
    person.create_post(channels[0], "A draft", dueAt="2029-12-22T09:00:00Z", saveToDraft=True)
    only = FREEZE.replace("reason:", "channels: [twitter], reason:")
    for entry in (INSIDE, INSIDE.replace("}", ", freeze: false}")):
        write(inside, entry, line=only)
        err = " ".join(inside("plan").err.split())
        named = "twitter:acme Thu 20 Dec 10:00 (“Early”), twitter:acme Sun 23 Dec 10:00 (“Theirs, which is so long"
        said = f"warning: 2 unmanaged posts go out during a freeze that your team agreed on (Nobody is here): {named}"
        assert err.count("unmanaged") == err.count(said) == 1
        assert "bufferctl does not touch them" in err
    write(inside, INSIDE, line=f"{only}\nrules: {{BC201: off}}")
    assert "unmanaged" not in inside("plan").err


def test_unmanaged_posts_of_all_channels_are_named_on_one_line(inside: Project) -> None:
    """One warning a freeze, not one for each channel."""
    for each in ("twitter", "mastodon"):
        channel = inside.sandbox.channel(each)["id"]
        inside.sandbox.person.create_post(channel, f"On {each}", dueAt="2029-12-22T09:00:00Z")
    write(inside, INSIDE)
    err = " ".join(inside("plan").err.split())
    assert err.count("unmanaged") == err.count("2 unmanaged posts go out during a freeze") == 1


def test_another_question_comes_first_and_the_freeze_is_named(inside: Project) -> None:
    """A post that a person changed is asked about as ever, with a warning that it goes out in the freeze."""
    inside.sandbox.person.edit_post(post(inside, "We are here")["id"], text="They are here")
    write(inside, INSIDE)
    ran = inside("plan", "--json")
    assert held(ran) == {"inside": "changed-in-buffer"}
    assert "[BC201]" in inside("plan").err


def test_a_lost_state_makes_nothing_twice(project: Project) -> None:
    """What is there is found and then held."""
    in_buffer(project, INSIDE, ALSO)
    lose_state(project)
    write(project, INSIDE, ALSO)
    apply(project)
    assert held(project("plan", "--json")) == {"inside": "freeze", "also": "freeze"}
    assert statuses(project) == {"We are here": "scheduled", "Also here": "scheduled"}


@pytest.mark.parametrize("level", ["warning", "off"])
def test_the_level_of_the_rule_counts(inside: Project, level: str) -> None:
    """A warning, or nothing; new posts are sent."""
    write(inside, INSIDE, ALSO, line=f"{FREEZE}\nrules: {{BC201: {level}}}")
    ran = inside("plan")
    assert ran.code == 0
    assert ran.err.count("[BC201]") == (2 if level == "warning" else 0)
    inside.apply()
    assert statuses(inside) == {"We are here": "scheduled", "Also here": "scheduled"}


def test_a_whole_file_is_let_out(inside: Project) -> None:
    """Like any setting at its top: what is scheduled and what is new."""
    write(inside, INSIDE, "{key: new, due_at: 2029-12-23 09:00, text: New}")
    path = inside.folder / "posts/a.yaml"
    path.write_text(f"freeze: false\n{path.read_text()}")
    inside.apply()
    assert set(statuses(inside)) == {"We are here", "New"}


def test_an_entry_of_a_file_that_is_let_out_can_stay_in(project: Project) -> None:
    """`freeze: true` in the entry takes it back."""
    in_buffer(project, INSIDE, ALSO)
    write(project, INSIDE, ALSO.replace("}", ", freeze: true}"))
    path = project.folder / "posts/a.yaml"
    path.write_text(f"freeze: false\n{path.read_text()}")
    assert held(project("plan", "--json")) == {"also": "freeze"}


def test_the_root_file_has_no_exemption(project: Project) -> None:
    """There the freeze itself is shortened or deleted."""
    write(project, INSIDE, line=f"freeze: false\n{FREEZE}")
    ran = project("validate")
    assert ran.code == 1
    assert "`freeze` under `policy` lists periods" in ran.out


def test_one_occurrence_is_let_out(project: Project) -> None:
    """Its answer stands under `each`, and only the other one is held afterwards."""
    series = "{key: tip, due_at: 2029-12-14 09:00, text: Tip, repeat: {every: 1 week, times: 3}}"
    freeze = FREEZE.replace("2029-12-27", "2029-12-31")
    in_buffer(project, series)
    write(project, series, line=freeze)
    assert held(project("plan", "--json")) == {"tip-2": "freeze", "tip-3": "freeze"}
    assert re.search(r"`freeze: false` under `each`", " ".join(project("plan").out.split()))
    write(project, series.replace("times: 3", "times: 3, each: {2: {freeze: false}}"), line=freeze)
    assert held(project("plan", "--json")) == {"tip-3": "freeze"}


@pytest.mark.parametrize("renamed", [INSIDE.replace("inside", "new"), INSIDE.replace("inside,", "new, was: inside,")])
def test_a_rename_is_not_silent(inside: Project, renamed: str) -> None:
    """The run that renames it says that it goes out in the freeze, and the next one holds it."""
    write(inside, renamed)
    ran = inside("apply", "--auto-approve", "--settle", "0")
    assert "Acme/twitter:acme/new is in Buffer for a time during a freeze" in " ".join(ran.err.split())
    assert "Give it another `due_at`, or add `freeze: false`" in " ".join(ran.err.split())
    assert held(inside("plan", "--json")) == {"new": "freeze"}


def test_a_warning_does_not_say_that_it_is_not_sent(project: Project) -> None:
    """What is new, what is moved into the freeze, and what is edited in it is sent, as the level of the rule says."""
    in_buffer(project, INSIDE, OUTSIDE)
    moved = OUTSIDE.replace("2029-12-10", "2029-12-23")
    write(project, INSIDE.replace("are", "were"), ALSO, moved, line=f"{FREEZE}\nrules: {{BC201: warning}}")
    err = " ".join(project("plan").err.split())
    assert err.count("goes out during a freeze that your team agreed on (Nobody is here) [BC201]") == 3
    assert "not sent" not in err


def test_a_draft_that_a_person_scheduled_does_not_resume_into_it(project: Project) -> None:
    """To put it back is to send it, although its file says that a person schedules it; `freeze: false` lets it."""
    draft = INSIDE.replace("}", ", draft: true}")
    in_buffer(project, draft)
    project.sandbox.person.edit_post(post(project, "We are here")["id"], status="scheduled")
    write(project, draft, line="suspended: Earthquake")
    assert apply(project) == 0
    write(project, draft)
    assert apply(project) == 1
    assert held(project("plan", "--json")) == {"inside": "into-freeze"}
    assert statuses(project) == {"We are here": "draft"}
    write(project, draft.replace("}", ", freeze: false}"))
    assert "as `freeze: false` says" in " ".join(project("plan").out.split())
    project.apply()
    assert statuses(project) == {"We are here": "scheduled"}


def test_a_draft_is_let_out_once_a_person_schedules_it(project: Project) -> None:
    """The line on a draft lets nothing out yet, so nobody agreed to that; then it is a change that names the freeze."""
    draft = exempt(INSIDE.replace("}", ", draft: true}"))
    write(project, draft)
    project.apply()
    assert "freeze" not in reported(project)["text"]
    project.sandbox.person.edit_post(post(project, "We are here")["id"], status="scheduled")
    assert project("plan").planned == ["~ inside"]
    for said in reported(project).values():
        assert LET_OUT in said
    assert "1 post goes out during a freeze that your team agreed on (Nobody is here)" in " ".join(
        project("plan").err.split()
    )
    assert apply(project) == 0
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


def test_an_edit_of_a_draft_that_a_person_scheduled(project: Project) -> None:
    """It leaves the post scheduled in the freeze: held without the line, and named and agreed to with it."""
    draft = INSIDE.replace("}", ", draft: true}")
    write(project, draft)
    project.apply()
    project.sandbox.person.edit_post(post(project, "We are here")["id"], status="scheduled")
    edited = draft.replace("are", "were")
    write(project, edited)
    assert held(project("plan", "--json")) == {"inside": "freeze"}
    assert apply(project) == 1
    assert statuses(project) == {"We are here": "scheduled"}
    write(project, exempt(edited))
    for said in reported(project).values():
        assert LET_OUT in said
    project.apply()
    assert statuses(project) == {"We were here": "scheduled"}
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


@pytest.mark.parametrize("line", [*long(""), FREEZE])
def test_the_line_on_a_draft_that_a_person_scheduled(project: Project, line: str) -> None:
    """It is the change of a scheduled post: with the reason of the freeze, and the warning."""
    draft = INSIDE.replace("}", ", draft: true}")
    write(project, draft, line=line)
    project.apply()
    project.sandbox.person.edit_post(post(project, "We are here")["id"], status="scheduled")
    write(project, draft)
    assert held(project("plan", "--json")) == {"inside": "freeze"}
    write(project, exempt(draft))
    ran = project("plan")
    assert ran.planned == ["~ inside"]
    assert LET_OUT in " ".join(ran.out.split())
    assert "1 post goes out during a freeze that your team agreed on (Nobody is here)" in " ".join(ran.err.split())
    project.apply()
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


LET_OUT = "It goes out during a freeze that your team agreed on (Nobody is here), as `freeze: false` says"


def exempt(entry: str) -> str:
    """The entry with `freeze: false`."""
    return entry.replace("}", ", freeze: false}")


def reported(project: Project, *options: str) -> dict[str, str]:
    """What a plan says as text and in both kinds of report, each on one line."""
    ran = project("plan", "--report", "r.md", "--report", "r.html", *options)
    found = {"text": ran.out} | {each: (project.folder / each).read_text() for each in ("r.md", "r.html")}
    return {name: re.sub(r"</?code>", "`", " ".join(text.split())) for name, text in found.items()}


def test_each_post_that_is_let_out_says_so(project: Project) -> None:
    """In every form, although the sentence is the same for all of them."""
    write(project, exempt(INSIDE), exempt(ALSO), "{key: third, due_at: 2029-12-23 09:00, text: Third}")
    said = reported(project)
    assert said["text"].count(LET_OUT) == 2
    assert said["r.md"].count(LET_OUT) == 2
    assert said["r.html"].count(LET_OUT) >= 2


SHOWN = "false (goes out during freezes)"


def test_the_line_that_lets_out_what_is_scheduled_is_a_change(project: Project) -> None:
    """It is shown like an edit, sends nothing, and is quiet once it was applied, until the line goes."""
    in_buffer(project, INSIDE, ALSO)
    write(project, exempt(INSIDE), exempt(ALSO).replace("freeze: false", "cancelled: true"))
    before = len(project.sandbox.requests)
    ran = project("plan", "--detailed-exitcode")
    assert (ran.code, ran.planned) == (2, ["~ inside", "- also"])
    said = reported(project)
    assert all(SHOWN in each for each in said.values())
    assert not any("yes" in each for each in (said["text"], said["r.md"]))
    assert all(LET_OUT in each for each in said.values())
    assert "lets 1 out during a freeze and deletes 1" in said["text"]
    project.apply()
    assert sum(each.writes for each in project.sandbox.requests[before:]) == 1  # the delete
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")
    write(project, INSIDE)
    assert held(project("plan", "--json")) == {"inside": "freeze"}
    apply(project)
    write(project, exempt(INSIDE))
    assert project("plan").planned == ["~ inside"]


@pytest.mark.parametrize(
    "how",
    [["posts/b.yaml"], *long(["--exclude", "*/inside"], ["--reviewed", "before.json"])],
    ids=["file", "exclude", "reviewed"],
)
@pytest.mark.parametrize("gone", [INSIDE, *long(OUTSIDE)], ids=["line", "entry"])
def test_every_apply_that_sees_the_line_gone_ends_the_exemption(project: Project, gone: str, how: list[str]) -> None:
    """Also one of other files, or that was reviewed for other posts; to write the line again is a change again."""
    in_buffer(project, INSIDE, OUTSIDE)
    write(project, exempt(INSIDE), OUTSIDE)
    project.apply()
    project.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: b, due_at: 2029-12-12 09:00, text: Other}\n")
    project("plan", "-o", "before.json")
    write(project, *dict.fromkeys((gone, OUTSIDE)))
    options = how if how[0] == "--reviewed" else [*how, "--auto-approve"]
    project("apply", *options, "--settle", "0")
    assert statuses(project)["Other"] == "scheduled"
    write(project, exempt(INSIDE), OUTSIDE)
    ran = project("plan")
    assert ran.planned == ["~ inside"]
    project.apply()
    assert "No changes" in project("plan").out


def test_a_rename_past_an_apply_of_other_files_ends_the_exemption(inside: Project) -> None:
    """The line went with the rename, which that apply does not carry out."""
    write(inside, exempt(INSIDE))
    inside.apply()
    inside.write("posts/b.yaml", "channels: [twitter]\nposts:\n  - {key: b, due_at: 2029-12-12 09:00, text: Other}\n")
    write(inside, INSIDE.replace("inside,", "new, was: inside,"))
    inside("apply", "posts/b.yaml", "--auto-approve", "--settle", "0")
    write(inside, exempt(INSIDE).replace("inside,", "new, was: inside,"))
    assert inside("plan").planned == ["~ new"]


def test_an_entry_that_cannot_be_read_keeps_its_exemption(inside: Project) -> None:
    """The apply of files with errors only suspends; once they are mended, there is nothing to agree to again."""
    write(inside, exempt(INSIDE))
    inside.apply()
    write(inside, exempt(INSIDE).replace("key: inside", "key: [inside"), line=f"{FREEZE}\nsuspended: Quake")
    apply(inside)
    write(inside, exempt(INSIDE), line=f"{FREEZE}\nsuspended: Quake")
    apply(inside)
    assert '"exempt":[{' in inside.state.read_text()


def test_a_post_that_was_sent_with_the_line_needs_no_other_change(project: Project) -> None:
    """Its create, or its edit, agreed to the freeze that the plan showed."""
    in_buffer(project, ALSO)
    write(project, exempt(INSIDE), exempt(ALSO).replace("Also", "Still"))
    project.apply()
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


def test_a_post_whose_answer_was_lost_needs_no_other_change(project: Project) -> None:
    """It went out as planned, so what the plan showed was agreed to."""
    write(project, exempt(INSIDE))
    project.sandbox.set_faults("cut-after@createPost#1,cut-before@query#4+")
    assert project("apply", "--auto-approve", "--settle", "0").code == 5
    project.sandbox.set_faults()
    project.apply()
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


UNNAMED = FREEZE.replace(", reason: Nobody is here", "")


def test_what_was_agreed_to_of_a_queue_post_outlives_a_suspension(project: Project) -> None:
    """Its turn is known only once it is back in the queue, and the freeze is the one that a plan showed."""
    week = "policy: {freeze: [{from: 2029-12-03, to: 2029-12-09, reason: Nobody is here}]}"
    for suspended in ("", "\nsuspended: Earthquake", ""):
        write(project, "{key: tip, text: A tip, freeze: false}", line=week + suspended)
        project.apply()
        ran = project("plan")
        assert ("No changes" in ran.out, ran.err) == (True, "") or suspended
    assert statuses(project) == {"A tip": "scheduled"}


MOURNING = "{from: 2029-12-21, to: 2029-12-21, reason: Mourning}"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", FREEZE),
        *long(
            (FREEZE.replace("2029-12-20", "2029-12-24"), FREEZE),
            (FREEZE, FREEZE.replace("}]", f"}}, {MOURNING}]")),
            (FREEZE, FREEZE.replace("Nobody is here", "Mourning")),
            (UNNAMED, UNNAMED.replace("}]", "}, {from: 2029-12-21, to: 2029-12-21}]")),
        ),
    ],
    ids=["new", "widened over it", "another one", "another reason", "another one without a reason"],
)
def test_a_freeze_that_no_plan_showed_asks_again(project: Project, before: str, after: str) -> None:
    """Nobody agreed that the post goes out in that one: it is a change, and then quiet."""
    write(project, exempt(INSIDE), line=before)
    project.apply()
    write(project, exempt(INSIDE), line=after)
    ran = project("plan")
    assert ran.planned == ["~ inside"]
    assert "1 post goes out during a freeze that your team agreed on" in " ".join(ran.err.split())
    project.apply()
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


@pytest.mark.parametrize(
    ("before", "why"),
    [(FREEZE, "for another reason before (Nobody is here)"), *long((UNNAMED, "without a reason before"))],
)
def test_a_freeze_whose_reason_is_reworded_says_why_it_asks_again(project: Project, before: str, why: str) -> None:
    """The reason is what reviewers read: nothing tells better words from another cause, so the plan names the old."""
    write(project, exempt(INSIDE), line=before)
    project.apply()
    write(project, exempt(INSIDE), line=FREEZE.replace("Nobody is here", "Mourning"))
    said = " ".join(project("plan").out.split())
    assert f"(Mourning), as `freeze: false` says. It was let out of the same days {why}, so this asks again" in said
    project.apply()
    assert "No changes" in project("plan").out


@pytest.mark.parametrize(
    "days", [("2029-12-20", "2029-12-18"), *long(["2029-12-27", "2029-12-31"]), ("2029-12-20", "2029-12-21")]
)
def test_a_freeze_that_gets_other_days_around_the_post_asks_nothing(project: Project, days: tuple[str, str]) -> None:
    """It is the one that the plan showed."""
    write(project, exempt(INSIDE))
    project.apply()
    write(project, exempt(INSIDE), line=FREEZE.replace(*days))
    ran = project("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


def test_a_freeze_that_a_post_was_moved_out_of_asks_again(project: Project) -> None:
    """What was agreed to is where the last plan showed it."""
    two = FREEZE.replace("}]", "}, {from: 2030-01-01, to: 2030-01-06, reason: Fair}]")
    for day in ("2029-12-21", "2030-01-02", "2029-12-21"):
        write(project, exempt(INSIDE).replace("2029-12-21", day), line=two)
        project.apply()
    project.sandbox.person.edit_post(post(project, "We are here")["id"], dueAt="2030-01-02T08:00:00Z")
    assert "1 post goes out during a freeze that your team agreed on (Fair)" in " ".join(project("plan").err.split())


def test_a_post_that_a_person_moves_into_another_freeze_asks_again(project: Project) -> None:
    """Once pull brings that time into its file."""
    two = FREEZE.replace("}]", "}, {from: 2030-01-01, to: 2030-01-06, reason: Fair}]")
    write(project, exempt(INSIDE), line=two)
    project.apply()
    project.sandbox.person.edit_post(post(project, "We are here")["id"], dueAt="2030-01-02T08:00:00Z")
    project("pull", "Acme/twitter:acme/inside")
    ran = project("plan")
    assert ran.planned == ["~ inside"]
    assert "goes out during a freeze that your team agreed on (Fair)" in " ".join(ran.out.split())


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
def test_a_plan_from_before_a_freeze_does_not_let_a_new_post_out_of_it(project: Project, how: list[str]) -> None:
    """Whoever reviewed it saw no freeze, although the file has the line."""
    write(project, exempt(INSIDE), line="")
    project("plan", "-o", "plan.json")
    write(project, exempt(INSIDE))
    ran = project("apply", *how, "--settle", "0")
    assert ran.code
    assert "does not go out during a freeze (Nobody is here)" in " ".join((ran.out + ran.err).split())
    assert statuses(project) == {}


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
def test_a_plan_lets_a_new_post_out_of_a_freeze_that_was_moved_since(project: Project, how: list[str]) -> None:
    """The post was let out of the same freeze, whose last day is another one now."""
    write(project, exempt(INSIDE))
    project("plan", "-o", "plan.json")
    write(project, exempt(INSIDE), line=FREEZE.replace("2029-12-27", "2029-12-28"))
    assert project("apply", *how, "--settle", "0").code == 0
    assert "No changes" in project("plan").out


def test_a_plan_with_a_freeze_agrees_to_going_out_without_one(project: Project) -> None:
    """If the freeze is shortened meanwhile, less happens than was agreed to."""
    write(project, exempt(INSIDE))
    project("plan", "-o", "plan.json")
    write(project, exempt(INSIDE), line="")
    assert project("apply", "--reviewed", "plan.json", "--settle", "0").code == 0
    assert statuses(project) == {"We are here": "scheduled"}


def test_a_persons_post_with_the_line_is_named_once(project: Project) -> None:
    """In each plan until an apply has seen it, and again for another freeze."""
    scheduled_by_a_person(project)
    write(project, OUTSIDE, exempt(INSIDE))
    assert "[BC201]" in project("plan").err
    assert apply(project) == 0
    assert project("plan").err == ""
    write(project, OUTSIDE, exempt(INSIDE), line=FREEZE.replace("}]", f"}}, {MOURNING}]"))
    assert "agreed on (Nobody is here and Mourning), as `freeze: false` says" in " ".join(project("plan").err.split())
    assert apply(project) == 0
    assert project("plan").err == ""


def test_the_line_of_a_persons_post_is_a_change_once_it_is_imported(project: Project) -> None:
    """Like that of any other post, although an apply had seen it."""
    scheduled_by_a_person(project)
    write(project, OUTSIDE, exempt(INSIDE))
    assert apply(project) == 0
    project("import", "Acme/twitter:acme/inside", post(project, "We are here")["id"])
    assert project("plan").planned == ["~ inside"]


def test_a_rename_with_the_line_is_one_change(inside: Project) -> None:
    """The same apply renames it and lets it out."""
    write(inside, exempt(INSIDE).replace("inside,", "new, was: inside,"))
    assert inside("plan").planned == ["~ new"]
    inside.apply()
    ran = inside("plan")
    assert ("No changes" in ran.out, ran.err) == (True, "")


def test_a_lost_state_does_not_know_what_was_agreed_to(project: Project) -> None:
    """It is one more change, in the apply that finds the post."""
    in_buffer(project, exempt(INSIDE))
    lose_state(project)
    write(project, exempt(INSIDE))
    assert project("plan").planned == ["~ inside"]
    project.apply()
    assert project("plan").err == ""


@pytest.mark.parametrize("how", [*long(["plan.json"]), ["--reviewed", "plan.json"]], ids=["saved", "reviewed"])
def test_a_plan_agrees_to_the_line(inside: Project, how: list[str]) -> None:
    """It shows the line, and nothing is left to do once it is applied."""
    write(inside, exempt(INSIDE))
    inside("plan", "-o", "plan.json")
    assert SHOWN in inside("show", "plan.json").out
    assert inside("apply", *how, "--settle", "0").code == 0
    assert "No changes" in inside("plan").out


def test_a_plan_from_before_the_line_does_not_agree_to_it(inside: Project) -> None:
    """The post is still named as one that goes out."""
    write(inside, INSIDE)
    inside("plan", "-o", "before.json")
    write(inside, exempt(INSIDE))
    ran = inside("apply", "--reviewed", "before.json", "--settle", "0")
    assert ran.code == 1
    assert "its `freeze: false` does not count, and it still goes out during a freeze" in " ".join(ran.out.split())
    assert inside("plan").planned == ["~ inside"]


def test_the_warning_says_what_stops_a_new_post(project: Project) -> None:
    """Without the line it is not sent."""
    write(project, exempt(INSIDE))
    assert "If it is not meant to, delete that line." in project("plan").err


@pytest.mark.parametrize("answer", ["cancelled: true", "due_at"])
def test_the_warning_says_what_stops_a_scheduled_post(inside: Project, answer: str) -> None:
    """Without the line it still goes out, so that is no answer; each of the two that are named is one."""
    write(inside, exempt(INSIDE))
    said = "If it is not meant to, give it another `due_at`, or delete it with `cancelled: true`."
    assert said in " ".join(inside("plan").err.split())
    entry = INSIDE.replace("}", f", {answer}}}") if answer != "due_at" else INSIDE.replace("12-21", "12-28")
    write(inside, exempt(entry))
    inside.apply()
    expected = {"2029-12-28T08:00:00.000Z"} if answer == "due_at" else set()
    assert {each["dueAt"] for each in inside.sandbox.posts()} == expected


def test_a_plan_file_that_hides_an_edit_behind_the_line(inside: Project) -> None:
    """Whoever agrees to the line agrees to nothing else of the post."""
    write(inside, exempt(INSIDE).replace("We are", "We were"))
    inside("plan", "-o", "plan.json")

    def hide(plan: dict[str, Any]) -> None:
        (change,) = plan["plan"]["changes"]
        change["change"] |= {"cause": "exempted", "differences": [{"path": "freeze", "before": True, "after": False}]}
        change["write"] = None

    path = inside.folder / "plan.json"
    path.write_bytes(forged(path.read_bytes(), hide))
    assert "digests cover" in inside("apply", "plan.json").err


@pytest.mark.parametrize("how", [["plan.json"], ["--target", "*/outside"], *long(["--exclude", "*/also"])])
def test_a_part_names_what_a_freeze_is_about_in_the_rest(project: Project, how: list[str]) -> None:
    """A new freeze is not silent because a run is about other posts; it does not fail for them either."""
    in_buffer(project, INSIDE, ALSO, OUTSIDE)
    edited = OUTSIDE.replace("Before", "Long before")
    write(project, exempt(INSIDE), ALSO, edited, line="")
    project("plan", "-o", "plan.json")
    write(project, exempt(INSIDE), ALSO, edited)
    ran = project("apply", *how, *([] if how == ["plan.json"] else ["--auto-approve"]), "--settle", "0")
    assert ran.code == 0
    said = " ".join(ran.err.split())
    assert "1 post goes out during a freeze that your team agreed on, and is not part of this run: Acme/" in said
    assert "twitter:acme/also" in said
    assert statuses(project)["Long before"] == "scheduled"


def test_overlapping_freezes_are_both_named(project: Project) -> None:
    """By their reasons, and those of one channel only there."""
    both = FREEZE.replace("}]", "}, {from: 2029-12-21, to: 2029-12-21, reason: Mourning, channels: [twitter]}]")
    write(project, exempt(INSIDE), line=both, to="twitter, mastodon")
    said = reported(project)["text"]
    assert f"X: {LET_OUT.replace('here)', 'here and Mourning)')}. Mastodon: {LET_OUT}." in said
    write(project, INSIDE, line=both)
    assert "agreed on (Nobody is here and Mourning), so it is not sent" in reported(project)["text"]
    assert "freeze (Nobody is here and Mourning): 20 Dec 2029 to" in project("validate").out


def test_a_post_for_the_queue_whose_turn_is_in_a_freeze_says_so(project: Project) -> None:
    """When it goes out is known only roughly; the note is there all the same."""
    week = "policy: {freeze: [{from: 2029-12-03, to: 2029-12-09, reason: Nobody is here}]}"
    write(project, "{key: tip, text: A tip, freeze: false}", line=week)
    for said in reported(project).values():
        assert LET_OUT in said


@pytest.mark.parametrize("line", [*long(""), FREEZE])
def test_an_exemption_outside_of_every_freeze_does_nothing(project: Project, line: str) -> None:
    """Nor does a plan mention it: a freeze that comes to cover the post asks then."""
    write(project, exempt(OUTSIDE), line=line)
    for said in reported(project).values():
        assert "freeze" not in said
    project.apply()
    assert "No changes" in project("plan").out


def test_a_draft_or_a_suspended_post_does_not_go_out(project: Project) -> None:
    """So neither says that it does."""
    write(project, exempt(INSIDE).replace("}", ", draft: true}"), exempt(ALSO).replace("}", ", suspended: Now}"))
    assert "freeze" not in project("plan", "--full").out


def test_a_campaign_that_moves_into_a_freeze_says_so(project: Project) -> None:
    """Once for all of its posts that do, and not of those that do not."""
    series = "{key: tip, due_at: 2029-12-05 09:00, text: Tip, repeat: {every: 1 day, times: 4}, freeze: false}"
    in_buffer(project, series)
    write(project, series.replace("12-05", "12-18"))
    said = reported(project)
    assert said["text"].count(LET_OUT) == 1
    for each in ("r.md", "r.html"):
        assert LET_OUT in said[each]


def test_a_post_that_waits_for_room_says_that_it_is_let_out(project: Project) -> None:
    """Beside why it waits: a later run sends it as it was reviewed."""
    filled = [f"{{key: f{n}, due_at: 2029-12-10 {n + 6:02}:00, text: Filler {n}}}" for n in range(10)]
    project.sandbox.person.set_limit(project.sandbox.organization()["id"], scheduledPosts=10)
    in_buffer(project, *filled)
    write(project, *filled, exempt(INSIDE), exempt(ALSO))
    for name, said in reported(project).items():
        assert "has no room for more scheduled posts" in said, name
        assert LET_OUT in said, name
    assert reported(project)["text"].count(LET_OUT) == 2


def test_one_apply_warns_once_of_a_post(project: Project) -> None:
    """Before it is sent, and not again in the plan that is made afterwards."""
    write(project, INSIDE, line=f"{FREEZE}\nrules: {{BC201: warning}}")
    assert project("apply", "--auto-approve", "--settle", "0").err.count("[BC201]") == 1
    write(project, exempt(INSIDE), exempt(ALSO))
    said = " ".join(project("apply", "--auto-approve", "--settle", "0").err.split())
    assert (
        said.count("2 posts go out during a freeze that your team agreed on (Nobody is here), as `freeze: false`") == 1
    )


def test_a_drift_whose_answer_would_be_refused_does_not_offer_it(inside: Project) -> None:
    """The file's time is in the freeze, so it says what comes first; then it is sent as any other."""
    inside.sandbox.person.edit_post(post(inside, "We are here")["id"], dueAt="2029-12-29T08:00:00Z")
    write(inside, INSIDE)
    said = " ".join(inside("plan").out.split())
    assert "bufferctl pull Acme/twitter:acme/inside" in said
    assert "--reapply" not in said
    assert "during a freeze: to send it, first add `freeze: false`" in said
    write(inside, exempt(INSIDE))
    inside("apply", "--auto-approve", "--settle", "0", "--reapply", "Acme/twitter:acme/inside")
    assert post(inside, "We are here")["dueAt"] == "2029-12-21T08:00:00.000Z"


def test_a_deleted_post_whose_answer_would_be_refused_does_not_offer_it(inside: Project) -> None:
    """Like a drift: it is sent again once its entry is let out."""
    inside.sandbox.person.delete_post(post(inside, "We are here")["id"])
    inside.sandbox.clock.advance(hours=2)
    write(inside, INSIDE)
    said = " ".join(inside("plan").out.split())
    assert "Its time is during a freeze: to send it again, first add `freeze: false`" in said
    assert "--recreate" not in said
    write(inside, exempt(INSIDE))
    inside.apply("--recreate", "Acme/twitter:acme/inside")
    assert statuses(inside) == {"We are here": "scheduled"}


@pytest.mark.parametrize(
    ("entry", "hint"),
    [
        (INSIDE, "Give it another `due_at`, delete"),
        ("{key: tip, text: A tip}", "Give it a `due_at` of its own (in place of `mode`, if it has one), delete"),
        (
            "{key: tip, due_at: 2029-12-04 09:00, text: Tip, repeat: {every: 1 week, times: 2}}",
            "Give it another `due_at` under `each` (occurrence 2), delete",
        ),
    ],
)
def test_the_hint_says_where_another_time_stands(project: Project, entry: str, hint: str) -> None:
    """A post of a queue has no time yet, and that of an occurrence is not its series'."""
    in_buffer(project, entry)
    write(project, entry, line="policy: {freeze: [{from: 2029-12-01, to: 2029-12-27}]}")
    assert hint in " ".join(project("plan", "--full").out.split())


@pytest.mark.parametrize(("mode", "refused"), [("shareNow", True), ("shareNext", False), *long(("addToQueue", False))])
def test_another_time_takes_the_place_of_a_mode(project: Project, mode: str, *, refused: bool) -> None:
    """Buffer ignores a `due_at` beside it, so the hint names both; followed, it is scheduled for then."""
    freeze = "policy: {freeze: [{from: 2029-12-01, to: 2029-12-10}]}"
    entry = f"{{key: tip, text: A tip, mode: {mode}}}"
    if not refused:
        in_buffer(project, entry)
    write(project, entry, line=freeze)
    is_default = mode == "addToQueue"
    hint = "of its own (in place of `mode`, if it has one)" if is_default else f"instead of `mode: {mode}`"
    assert f"Give it a `due_at` {hint}" in " ".join(project("plan").out.split())
    write(project, entry.replace(f"mode: {mode}", "due_at: 2029-12-11 09:00"), line=freeze)
    assert project.apply().code == 0
    assert post(project, "A tip")["dueAt"] == "2029-12-11T08:00:00.000Z"


def test_a_freeze_of_no_channels_is_an_error(project: Project) -> None:
    """It would be read as one of all of them."""
    write(project, OUTSIDE, line=FREEZE.replace("reason:", "channels: [], reason:"))
    ran = project("validate")
    assert ran.code == 1
    assert "buffer.yaml" in ran.out
    assert "channels" in ran.out
