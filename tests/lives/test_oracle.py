"""Each promise is broken on purpose, and the oracle reports it: one that never fails would be worthless."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.lives.account import PERSON, START, stamp
from tests.lives.endpoint import Server
from tests.lives.judge import Broken
from tests.lives.projects import Entry
from tests.lives.scene import IDS, Scene, scene

WHEN = START + timedelta(days=3)
ENTRIES = (
    Entry("twitter", "a", "xqa1", "One two three four xqa1", WHEN),
    Entry("twitter", "b", "xqb2", "Five six seven eight xqb2"),
)


def applied(s: Scene) -> None:
    """Two posts, declared and applied."""
    for entry in ENTRIES:
        s.life.declared(s.project, entry)
    s.declare(*ENTRIES)
    s.life.apply(s.project)


def sent(s: Scene, text: str, due: str) -> None:
    """Create a post as bufferctl, outside any plan."""
    s.account.create("one", "api", {"channelId": IDS["twitter"], "text": text, "mode": "customScheduled", "dueAt": due})


def twice(s: Scene) -> None:
    """A declared post is created once more, as planned."""
    s.account.run = min(s.life.judge.announced)  # as a late write of that apply
    sent(s, ENTRIES[0].text, stamp(WHEN))
    s.life.judge.writes(reapplied=False)


def taken_over_twice(s: Scene) -> None:
    """A person's post that an entry took over is created once more, as planned."""
    theirs = s.make(PERSON, "Theirs xqc3", WHEN)
    s.life.declared(s.project, Entry("twitter", "c", "xqc3", theirs.text, WHEN))
    s.life.claim(theirs.id)
    s.life.judge.writes(reapplied=False)
    s.account.create(PERSON, "buffer", {"channelId": IDS["twitter"], "text": theirs.text, "mode": "addToQueue"})
    s.life.claim(next(reversed(s.account.posts)))
    s.life.judge.writes(reapplied=False)


def an_edit_of_what_is_out(s: Scene) -> None:
    """A published post is called done, its entry was edited, and nothing said that the edit changes nothing."""
    s.pass_time(days=5)
    s.project.entries["twitter", "a"] = replace(ENTRIES[0], text="Edited xqa1")
    s.life.judge.plan(s.project, s.plan(), s.project.entries.values(), 1)


def passed_on(s: Scene) -> None:
    """A post is sent to the account to which the handle passed."""
    s.account.pass_on("twitter", "c9" * 12)
    s.account.create("one", "api", {"channelId": "c9" * 12, "text": ENTRIES[0].text, "mode": "addToQueue"})
    s.life.judge.passed_on()
    s.life.judge.writes(reapplied=False)


def unannounced(s: Scene) -> None:
    """An object is created that is not in the plan."""
    sent(s, "Something else", stamp(WHEN))
    s.life.judge.writes(reapplied=False)


def a_persons_edited(s: Scene) -> None:
    """A person's post is edited."""
    theirs = s.make(PERSON, "Mine")
    s.account.edit("one", theirs.id, {"text": "Ours"})
    s.life.judge.writes(reapplied=False)


def a_persons_deleted(s: Scene) -> None:
    """A person's post is deleted."""
    s.account.delete("one", s.make(PERSON, "Mine").id)
    s.life.judge.writes(reapplied=False)


def written_over(s: Scene) -> None:
    """A person's change is overwritten."""
    post = s.ours(ENTRIES[0].text)[0]
    s.account.edit(PERSON, post.id, {"text": "Changed xqa1"})
    s.account.edit("one", post.id, {"text": ENTRIES[0].text})
    s.life.judge.writes(reapplied=False)


def past(s: Scene) -> None:
    """A post is sent with a past time."""
    sent(s, "Something else", stamp(START - timedelta(days=1)))
    s.life.judge.writes(reapplied=False)


def lost(s: Scene) -> None:
    """A post that the plan calls unchanged does not exist."""
    del s.account.posts[s.ours(ENTRIES[1].text)[0].id]
    _judge(s, code=1, stale=True)


def an_edit_lost(s: Scene) -> None:
    """A post that the plan calls unchanged differs from the file."""
    s.project.entries["twitter", "a"] = replace(ENTRIES[0], text="Edited xqa1")
    _judge(s, code=1)


def not_in_the_plan(s: Scene) -> None:
    """A declared post is not in the plan at all."""
    _judge(s, code=1, without="Acme/twitter:acme/a")


def a_question_dropped(s: Scene) -> None:
    """A question disappears without an answer."""
    s.life.questions["one"] = {"Acme/twitter:acme/a": ()}
    _judge(s, code=1)


def not_finished(s: Scene) -> None:
    """An apply ends with 0, and there is still something to do."""
    s.declare(*ENTRIES, Entry("twitter", "c", "xqc3", "Nine ten eleven twelve xqc3"))
    _judge(s, code=0)


def left_over(s: Scene) -> None:
    """A post is in no file any more, and is still scheduled."""
    s.project.entries.pop(("twitter", "b"))
    _judge(s, code=0)


def _judge(s: Scene, *, code: int, without: str = "", stale: bool = False) -> None:
    changes = _remembered(s) if stale else s.plan()
    changes = {address: change for address, change in changes.items() if address != without}
    s.life.judge.plan(s.project, changes, s.project.entries.values(), code)


def _remembered(s: Scene) -> dict[str, dict[str, str]]:
    """The changes of a plan that does not read Buffer: every entry unchanged."""
    made = {post.content["text"]: post.id for post in s.account.posts.values()}
    same = {"action": "no-op", "reason": "", "cause": ""}
    return {each.address: {"address": each.address, "id": made.get(each.text, "gone"), **same} for each in ENTRIES}


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (twice, "is there 2 times, declared 1 times"),
        (taken_over_twice, "is there 2 times, declared 1 times"),
        (an_edit_of_what_is_out, "the file says 'Edited xqa1'"),
        (passed_on, "is there 2 times, declared 1 times"),
        (unannounced, "not in the plan"),
        (a_persons_edited, "one did edit what a person made"),
        (a_persons_deleted, "one did delete what a person made"),
        (written_over, "wrote over what a person changed"),
        (past, "with a time in the past"),
        (lost, "nothing of that id is there"),
        (an_edit_lost, "the file says 'Edited xqa1'"),
        (not_in_the_plan, "the plan does not know"),
        (a_question_dropped, "was a question"),
        (not_finished, "apply ended with 0"),
        (left_over, "no file says it, and it goes out"),
    ],
)
def test_a_broken_promise_is_seen(broken: Callable[[Scene], None], said: str, server: Server) -> None:
    """Each broken promise is reported with its own message; nothing is reported before the break."""
    with scene(server) as s:
        applied(s)
        with pytest.raises(Broken, match=said):
            broken(s)


def test_a_question_ends_with_its_candidate(server: Server) -> None:
    """Nothing is reported once the other project, whose post may have been the entry's, deleted it (seed 229)."""
    with scene(server) as s:
        applied(s)
        theirs = s.make("two", "Moved to another channel since", WHEN)
        s.life.questions["one"] = {"Acme/twitter:acme/a": (theirs.id,)}
        with pytest.raises(Broken, match="was a question"):
            _judge(s, code=1)
        s.account.delete("two", theirs.id)
        _judge(s, code=1)
