"""One-tap answers: suggestions on the lines of a request, at most five, replaced by the next plan."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bufferctl.ci.suggestions import Suggestion, fields_of
from bufferctl.model import Likeness
from bufferctl.plan import Action, Cause, Change, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.matches import Suspect
from bufferctl.said import Answer, Said, Way
from tests.ci.conftest import FILES, Team, post
from tests.ci.sides import OnGitLab, Side, on_gitlab
from tests.render.rich import PLAN, change, live
from tests.render.rich import post as item

__all__ = ["on_gitlab"]  # a fixture

ANSWER = "  - key: launch\n    existing: {{twitter: {}}}\n```"


def _seed(team: Team | Side, *texts: str) -> list[str]:
    """Posts that people made in Buffer, by their ids."""
    channel = team.sandbox.channel("twitter")["id"]
    due = "2029-12-21T17:00:00Z"
    team.sandbox.seed([{"channelId": channel, "text": text, "status": "scheduled", "dueAt": due} for text in texts])
    return [each["id"] for each in team.sandbox.posts()]


def test_an_answer_is_a_suggestion_on_its_line(team: Team) -> None:
    """On the line of the key, in the file's own layout; the next plan, which needs no answer, deletes it."""
    (there,) = _seed(team, "We are live")
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    (made,) = team.github.suggestions[number]
    assert (made["path"], made["line"]) == ("posts/launch.yaml", 2)
    assert "```suggestion\n" + ANSWER.format(there) in made["body"]
    team.plan(number)
    assert len(team.github.suggestions[number]) == 1
    answered = post("launch", "We are live").replace("launch\n", f"launch\n    existing: {{twitter: {there}}}\n", 1)
    team.edit(number, launch=answered)
    assert not team.plan(number).failed
    assert team.github.suggestions[number] == []


def test_several_channels_have_one_answer(team: Team) -> None:
    """`existing` names the post on each of them: a second field of that name would be an error."""
    (there,) = _seed(team, "We are live")
    channel = team.sandbox.channel("linkedin")["id"]
    (other,) = team.sandbox.seed([{"channelId": channel, "text": "We are live", "dueAt": "2029-12-21T17:00:00Z"}])
    number = team.open("launch", launch=post("launch", "We are live").replace("[twitter]", "[twitter, linkedin]"))
    team.plan(number)
    (made,) = team.github.suggestions[number]
    assert re.findall("existing: .*", made["body"]) == [f"existing: {{twitter: {there}, linkedin: {other}}}"]


def test_at_most_five_and_the_rest_stands_in_the_comment(team: Team) -> None:
    """Six answers: five suggestions; the sixth stands below its post as the lines to write."""
    _seed(team, *(f"Text {number}" for number in range(6)))
    files = {f"p{number}": post(f"p{number}", f"Text {number}") for number in range(6)}
    number = team.open("six", **files)
    team.plan(number)
    assert len(team.github.suggestions[number]) == 5
    (comment,) = team.github.bodies(number)
    assert len(set(re.findall(r"```yaml\n  - key: (\w+)", comment))) == 1


@pytest.mark.long
def test_in_a_folder_of_the_repository(team: Team) -> None:
    """Suggestions, and places in the comment, have the paths that the request shows."""
    _seed(team, *(f"Text {number}" for number in range(6)))
    folder = team.ada.folder / "social"
    (folder / "posts").mkdir(parents=True)
    (folder / "buffer.yaml").write_text(FILES, encoding="utf-8")
    for number in range(6):
        (folder / "posts" / f"p{number}.yaml").write_text(post(f"p{number}", f"Text {number}"), encoding="utf-8")
    number = team.open("social")
    team.plan(number, directory="social")
    assert {made["path"].rpartition("/")[0] for made in team.github.suggestions[number]} == {"social/posts"}
    (comment,) = team.github.bodies(number)
    assert re.search(r"`social/posts/p5\.yaml:2:10`.*\n\n```yaml\n  - key: p5", comment)


def test_on_gitlab(on_gitlab: OnGitLab) -> None:
    """A note on the line with GitLab's form of a suggestion; likewise deleted."""
    (there,) = _seed(on_gitlab, "We are live")
    number = on_gitlab.open("launch", launch=post("launch", "We are live"))
    on_gitlab.plan(number)
    found = [each for each in on_gitlab.gitlab.notes[number] if "position" in each]
    assert [each["position"]["new_line"] for each in found] == [2]
    assert "```suggestion:-0+0\n" + ANSWER.format(there) in found[0]["body"]
    on_gitlab.edit(number, launch=post("launch", "Something else", due="2029-12-21 09:00"))
    on_gitlab.plan(number)
    assert [each for each in on_gitlab.gitlab.notes[number] if "position" in each] == []


LATE = "2029-12-02 09:00"


def _open(team: Team | Side, text: str, since: str = "2029-12-01") -> int:
    """A request for posts that may be late, since bufferctl was there before their times."""
    team.ada.branch("main")
    (team.ada.folder / "buffer.yaml").write_text(f"managed_since: {since}T00:00:00Z\n{FILES}", encoding="utf-8")
    team.ada.push()
    return team.open("late", late=text)


def test_a_time_that_is_past_moves_to_the_next_day(team: Team) -> None:
    """At the same time of day, on the line of the time alone; taken over, the post is planned."""
    number = _open(team, post("late", "We are live", due=f'"{LATE}" # Sunday'))
    assert team.plan(number).failed
    (made,) = team.github.suggestions[number]
    assert (made["path"], made["line"]) == ("posts/late.yaml", 3)
    line = '    due_at: "2029-12-04 09:00" # Sunday'
    assert f"This moves it to Tue 4 Dec 2029 09:00 CET:\n\n```suggestion\n{line}\n```" in made["body"]
    team.edit(number, late=post("late", "We are live").replace("    due_at: 2029-12-20 09:00", line))
    assert not team.plan(number).failed
    assert team.github.suggestions[number] == []
    assert "1 new post" in team.github.bodies(number)[0]


@pytest.mark.long
def test_on_gitlab_too(on_gitlab: OnGitLab) -> None:
    """A time on each channel: each on its own line."""
    late = post("late", "We are live", due=LATE).replace("[twitter]", "[twitter, linkedin]")
    late += "    overrides: {linkedin: {due_at: 2029-12-01 18:30}}\n"
    number = _open(on_gitlab, late)
    assert on_gitlab.plan(number).failed
    made = [each for each in on_gitlab.gitlab.notes[number] if "position" in each]
    assert [each["position"]["new_line"] for each in made] == [3, 7]
    lines = [each["body"].split("```suggestion:-0+0\n")[1].removesuffix("\n```") for each in made]
    assert lines == ["    due_at: 2029-12-04 09:00", "    overrides: {linkedin: {due_at: 2029-12-03 18:30}}"]
    answered = late.splitlines()
    answered[2], answered[6] = lines
    on_gitlab.edit(number, late="\n".join(answered))
    assert not on_gitlab.plan(number).failed
    assert not [each for each in on_gitlab.gitlab.notes[number] if "position" in each]


@pytest.mark.parametrize(("offset", "suggested"), [("+9", ["start+3d 09:00"]), ("+0", [])])
def test_a_time_that_is_counted(team: Team, offset: str, suggested: list[str]) -> None:
    """Of a campaign, one that is late alone keeps its notation; where several are, the answer is another `starts`."""
    entries = {"first": "+1", "second": offset}.items()
    text = "starts: 2029-12-01\nchannels: [twitter]\nposts:\n" + "".join(
        f"  - {{key: {key}, due_at: start{days}d 09:00, text: The {key}}}\n" for key, days in entries
    )
    number = _open(team, text)
    team.plan(number)
    made = [each["body"] for each in team.github.suggestions[number]]
    assert [found for body in made for found in re.findall("due_at: ([^,]*)", body)] == suggested


def test_no_time_where_it_may_be_there(team: Team) -> None:
    """Late, but with a post in Buffer that may be it: another time could publish it twice."""
    _seed(team, "We are live")
    number = _open(team, post("late", "We are live", due=LATE))
    team.plan(number)
    assert [re.findall("due_at", each["body"]) for each in team.github.suggestions[number]] == [[]]


def test_no_time_offline(team: Team) -> None:
    """Nobody asked Buffer whether the post is there."""
    number = _open(team, post("late", "We are live", due="2020-01-02 09:00"), since="2020-01-01")
    team.plan(number, offline=True)
    assert "needs you" in team.github.bodies(number)[0]
    assert team.github.suggestions[number] == []


@pytest.mark.long
def test_a_comment_has_an_end(team: Team) -> None:
    """Answers that have no line of the request go into the comment only as far as there is room."""
    _seed(team, *(f"Text {number}" for number in range(150)))
    files = "posts:\n" + "".join(post(f"p{number}", f"Text {number}").partition("\n")[2] for number in range(150))
    number = team.open("many", many=files)
    team.plan(number)
    (comment,) = team.github.bodies(number)
    assert len(comment) < 65_536


def _entry(folder: Path, *held: Change) -> list[Suggestion]:
    """The suggestions for one entry, whose key is on the seventh line of its file."""
    (folder / "posts").mkdir()
    lines = ["#"] * 6 + ["  - key: launch"]
    (folder / "posts" / "2029-w49.yaml").write_text("\n".join(lines), encoding="utf-8")
    return list(fields_of(folder, replace(PLAN, changes=held)))


def _launch(channel: str, **values: Any) -> Change:
    return change(item(channel, "launch", 7, text="A", **values), Action.CREATE, Cause.NEW)


def _suspect(number: int) -> Suspect:
    return Suspect.of(live("ch-x", number, f"Text {number}"))


def test_an_id_that_a_person_has_to_find_is_no_suggestion(tmp_path: Path) -> None:
    """None: `existing: {twitter: ID}` would be taken over as it is, and names nothing."""
    several = holds.ambiguous(Likeness.EDITED, [_suspect(1), _suspect(2)], None)
    for number, hold in enumerate((several, holds.unsettled([]))):
        folder = tmp_path / str(number)
        folder.mkdir()
        held = hold.on(_launch("ch-x"))
        assert "`existing: {twitter: ID}`" in held.hint
        assert _entry(folder, held) == []


def test_an_answer_is_for_every_channel_of_the_entry(tmp_path: Path) -> None:
    """Each channel by its name, in one line for all of them."""
    held = [
        holds.ambiguous(Likeness.SAME_TEXT, [_suspect(number)], None).on(_launch(channel))
        for number, channel in enumerate(("ch-x", "ch-li"), 1)
    ]
    (made,) = _entry(tmp_path, *held)
    both = "{twitter: post-1, linkedin: post-2}"
    assert made.answers == tuple(f"  - key: launch\n    {name}: {both}" for name in ("existing", "repeat_of"))


def test_a_field_that_the_entry_has_is_no_suggestion(tmp_path: Path) -> None:
    """Added a second time, it would be an error; the other answer is still one."""
    held = holds.ambiguous(Likeness.SAME_TEXT, [_suspect(1)], None).on(_launch("ch-x"))
    (made,) = _entry(tmp_path, held, _launch("ch-li", existing="post-9"))
    assert made.answers == ("  - key: launch\n    repeat_of: {twitter: post-1}",)


@pytest.mark.parametrize("field", ["freeze", "cancelled", "suspended"])
def test_what_a_person_has_to_weigh_is_no_suggestion(tmp_path: Path, field: str) -> None:
    """A field that lets a post out, or takes it back, is not added by one tap."""
    weighed = Hold(Reason.INTO_FREEZE, Said("It is held"), Said("Decide.", beside=(Answer(Way.ADD, field, "true"),)))
    assert _entry(tmp_path, weighed.on(_launch("ch-x"))) == []


def test_an_id_that_yaml_takes_for_a_number_is_quoted(tmp_path: Path) -> None:
    """It reads back as text."""
    there = Suspect.of(replace(live("ch-x", 1, "A"), id="6502e7"))
    (made,) = _entry(tmp_path, holds.ambiguous(Likeness.SAME_TEXT, [there], None).on(_launch("ch-x")))
    assert made.answers[0].endswith("existing: {twitter: '6502e7'}")


def test_what_is_quoted_is_what_is_answered(tmp_path: Path) -> None:
    """Of an entry whose channels are held for different reasons, the hold that the suggestion answers."""
    first = Hold(Reason.CHANGED, Said("It was changed"), Said("Pull.", beside=(Answer(Way.RUN, command=("pull",)),)))
    changed = first.on(_launch("ch-x"))
    twin = holds.ambiguous(Likeness.SAME_TEXT, [_suspect(2)], None).on(_launch("ch-li"))
    (made,) = _entry(tmp_path, changed, twin)
    assert made.about == f"{twin.message}. One of these answers it"
