"""What fails is told, on both forges: the hourly run keeps one issue open while something needs a person."""

from __future__ import annotations

import re

import pytest

from tests.ci.conftest import Team, post
from tests.ci.fake_github import PERSON
from tests.ci.sides import Side, on_gitlab, side
from tests.conftest import long

__all__ = ["on_gitlab", "side"]  # fixtures
#: Where what differs between the forges is told by those on both.
on_each = pytest.mark.parametrize("side", ["github", *long("gitlab")], indirect=True)
#: The same, where request 1 was reviewed, merged and published.
launched_on_each = pytest.mark.parametrize("side", ["launched on github", *long("launched on gitlab")], indirect=True)
launched_on_gitlab_at_least = pytest.mark.parametrize(
    "side", [*long("launched on github"), "launched on gitlab"], indirect=True
)
LAUNCH = "Acme/twitter:acme/launch"


def pings(text: str) -> list[str]:
    """The names that a text notifies: those behind an @, outside of code."""
    bare = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
    return re.findall(r"(?<![\w/])@([A-Za-z0-9][\w./-]*)", bare)


def shown(text: str) -> str:
    """A text as people read it, without what separates letters."""
    return text.replace("&#8203;", "").replace("\u200b", "").replace("\\", "")


@launched_on_each
def test_nothing_is_wrong(side: Side) -> None:
    """No issue, one request to Buffer an hour, and nothing is written anywhere."""
    before = len(side.sandbox.requests)
    for _ in range(3):
        side.hour()
    assert len(side.sandbox.requests) - before == 3
    assert (side.issues(), side.texts()) == ([], ["We are live"])


@launched_on_each
def test_refused(side: Side) -> None:
    """The post, why the network refused it, and what to do; one issue, which closes when the post is gone."""
    side.sandbox.person.set_error(side.live(), "The token of @eve is no longer valid")
    side.hour()
    side.hour()
    title, text = side.issue()
    assert (side.issues(), title.partition(" ")[0]) == (["open"], "Buffer")
    assert "launch" in text
    assert "publishing failed: The token of @eve is no longer valid" in shown(text)
    assert "→" in text
    side.land(side.planned("undo", launch=""))
    assert not side.apply().failed
    assert (side.texts(), side.issues()) == ([], ["closed"])
    assert "**Resolved.**" in side.issue()[1]


@launched_on_each
def test_disconnected(side: Side) -> None:
    """Told though nothing waits for the channel but what is in Buffer; and closed once it is connected again."""
    side.connect("twitter", is_connected=False)
    side.hour()
    text = side.issue()[1]
    assert "is disconnected in Buffer, so nothing is published there" in text
    assert "Reconnect it in Buffer" in text
    assert "launch" in text
    side.connect("twitter", is_connected=True)
    side.hour()
    assert side.issues() == ["closed"]


@pytest.mark.long
@launched_on_each
def test_disconnected_with_everything_published(side: Side) -> None:
    """The channel is named even where no post waits; another channel of the account is nobody's business."""
    side.later(days=20)
    side.connect("twitter", is_connected=False)
    side.connect("linkedin", is_connected=False)
    side.hour()
    text = shown(side.issue()[1])
    assert "twitter:acme` is disconnected in Buffer" in text
    assert "linkedin" not in text


@pytest.mark.long
@launched_on_each
def test_locked(side: Side) -> None:
    """Likewise where Buffer's plan has fewer channels by now."""
    channel = side.sandbox.channel("twitter")["id"]
    side.sandbox.person.set_channel(channel, isLocked=True)
    side.hour()
    assert "is locked in Buffer, so nothing is published there" in side.issue()[1]
    side.sandbox.person.set_channel(channel, isLocked=False)
    side.hour()
    assert side.issues() == ["closed"]


@launched_on_each
def test_expired(side: Side) -> None:
    """The first run fails and opens the issue, which names where the new key goes; then the issue alone says it."""
    side.later(hours=1)
    assert side.apply(key="expired", scheduled=True).failed
    assert not side.apply(key="expired", scheduled=True).failed
    text = side.issue()[1]
    assert side.issues() == ["open"]
    assert "**Buffer refused the API key**, so nothing is planned or published" in text
    assert "BUFFER_API_KEY" in text
    side.hour()
    assert side.issues() == ["closed"]


@on_each
def test_expires_soon(side: Side) -> None:
    """From seven days before the day that buffer.yaml names; closed once it names a later one."""
    side.settings("api_key_expires: 2029-12-12\n")
    side.launched()
    side.hour()
    assert side.issues() == []
    side.later(days=2)
    side.hour()
    assert "**The API key expires on Wed 12 Dec 2029**, and nothing is published from then on" in side.issue()[1]
    side.later(days=8)
    side.hour()
    assert "the API key expired on Wed 12 Dec 2029" in side.issue()[1]
    assert "If it was renewed, write into buffer.yaml when" in side.issue()[1]
    side.ada.git("checkout", "--quiet", "-B", "main", "origin/main")
    root = side.ada.folder / "buffer.yaml"
    root.write_text(root.read_text("utf-8").replace("2029-12-12", "2030-12-12"), encoding="utf-8")
    side.ada.push()
    side.hour()
    assert side.issues() == ["closed"]


@launched_on_gitlab_at_least
def test_drifted(side: Side) -> None:
    """Opened, edited in place, closed; and the next drift opens another one."""
    side.sandbox.person.edit_post(side.live(), text="Somebody's own words")
    side.hour()
    assert "own words" in side.issue()[1]
    side.sandbox.person.edit_post(side.live(), text="Others")
    side.hour()
    assert "Others" in side.issue()[1]
    assert "own words" not in side.issue()[1]
    side.sandbox.person.edit_post(side.live(), text="We are live")
    side.hour()
    assert side.issues() == ["closed"]
    side.sandbox.person.delete_post(side.live())
    side.hour()
    assert side.issues() == ["closed", "open"]
    assert "deleted" in side.issue()[1]


@launched_on_each
def test_a_decision_closes_it(side: Side) -> None:
    """The issue has the decision as it is typed; that run does it and closes the issue."""
    side.sandbox.person.edit_post(side.live(), text="Somebody's own words")
    side.hour()
    assert f"```text\nreapply {LAUNCH}\n```" in side.issue()[1]
    ran = side.decide(f"reapply {LAUNCH}")
    assert not ran.failed, ran.log
    assert (side.texts(), side.issues()) == (["We are live"], ["closed"])


@pytest.mark.long
@launched_on_each
def test_merged_and_unsent(side: Side) -> None:
    """A merge without a plan: after an hour, the request and the post; a person publishes it, and it is over."""
    number = side.open("more", more=post("more", "And more", due="2029-12-21 09:00"))
    side.land(number)
    assert side.apply().failed
    side.later(minutes=30)
    assert not side.apply(scheduled=True).failed
    assert side.issues() == []
    side.hour()
    text = side.issue()[1]
    assert f"**Not applied** an hour after the merge: {side.name(number)}" in text
    assert "**1 change in buffer.yaml is not in Buffer**, because no plan that counts shows it." in text
    assert "And more" in text
    assert not side.decide("everything").failed
    assert (side.texts(), side.issues()) == (["And more", "We are live"], ["closed"])


@pytest.mark.long
@launched_on_each
def test_pushed_straight_to_main(side: Side) -> None:
    """What no request brought is told, too."""
    side.straight_to_main(more=post("more", "And more", due="2029-12-21 09:00"))
    assert side.apply().failed
    side.hour()
    assert "And more" in side.issue()[1]
    assert "#### Not in Buffer yet" in side.issue()[1]


@on_each
def test_it_mentions_whom_the_files_name_and_nobody_else(side: Side) -> None:
    """Names of people in texts, keys, messages of a network and of channels notify nobody."""
    side.settings('notify: ["@dana", "@acme/social"]\n')
    side.land(side.planned("launch", launch=post("launch", "Ask @eve and @acme/all")))
    assert not side.apply().failed
    side.sandbox.person.set_error(side.live(), "Ask @mallory, @acme/everyone, or `@x")
    side.sandbox.person.set_channel(side.sandbox.channel("twitter")["id"], displayName="@trent")
    side.hour()
    text = side.issue()[1]
    assert "mallory" in text
    assert pings(text) == ["dana", "acme/social"]


@launched_on_each
def test_a_look_that_fails_changes_no_issue(side: Side) -> None:
    """Nobody knows whether the drift is over, so the issue stays; without one, the run fails."""
    side.sandbox.set_faults("rate-limit@posts:2h")
    side.later(hours=1)
    assert side.apply(scheduled=True).failed
    assert side.issues() == []
    side.later(hours=2)
    side.sandbox.set_faults()
    side.sandbox.person.edit_post(side.live(), text="Somebody's own words")
    side.hour()
    text = side.issue()[1]
    side.sandbox.set_faults("rate-limit@posts:2h")
    side.hour()
    assert (side.issues(), side.issue()[1]) == (["open"], text)


@on_each
def test_each_root_file_has_its_issue(side: Side) -> None:
    """Its title and its messages name the file with its folder; the other one's issue is another."""
    side.ada.branch("main")
    folder = side.ada.folder / "teams" / "globex"
    folder.mkdir(parents=True)
    root = (side.ada.folder / "buffer.yaml").read_text(encoding="utf-8")
    entry = "posts: [{key: globex, due_at: 2029-12-20 09:00, channels: [linkedin], text: From Globex}]\n"
    (folder / "buffer.yaml").write_text(root + "api_key_expires: 2029-12-05\n" + entry, encoding="utf-8")
    side.ada.push()
    assert not side.apply(decision="everything teams/globex/buffer.yaml", directory="teams/globex").failed
    assert not side.apply().failed
    side.hour(directory="teams/globex")
    side.hour()
    title, text = side.issue()
    assert (side.issues(), title.partition("(")[2]) == (["open"], "teams/globex)")
    assert "expires on Wed 5 Dec 2029" in text
    assert not side.decide("everything globex.yaml").failed
    assert side.issues() == ["open"]


def test_a_persons_issue_is_never_taken_for_ours(team: Team) -> None:
    """Whatever text it begins with."""
    theirs = {"number": 77, "state": "open", "user": PERSON, "body": "<!-- bufferctl:needs-you -->", "title": "Mine"}
    team.github.issues.append(dict(theirs))
    assert not team.apply_as("schedule").failed
    assert team.github.issues == [theirs]


def test_only_a_schedule_looks(launched: Team) -> None:
    """A merge says what it did in its receipt, and opens no issue; but it closes one that is open."""
    (live,) = launched.sandbox.posts()
    launched.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    assert not launched.apply().failed
    assert launched.github.issues == []
    launched.apply_as("schedule")
    launched.sandbox.person.edit_post(live["id"], text="We are live")
    assert not launched.apply().failed
    assert [each["state"] for each in launched.github.issues] == ["closed"]
