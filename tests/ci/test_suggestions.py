"""One-tap answers: suggestions on the lines of a request, at most five, replaced by the next plan."""

from __future__ import annotations

import re

from tests.ci.conftest import Team, post
from tests.ci.sides import OnGitLab, Side, on_gitlab

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
