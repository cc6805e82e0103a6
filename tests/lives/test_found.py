"""Bugs found by drawn lives, each as the shortest list of steps that shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.lives.account import PERSON, START
from tests.lives.endpoint import Server
from tests.lives.projects import SHORTENING, Entry
from tests.lives.scene import queued, scene, timed


def test_a_published_post_without_text_is_not_made_again_under_another_key(server: Server) -> None:
    """Held, like a post with text: the state has the same image as published (design: Matching 2)."""
    with scene(server) as s:
        entry = queued("a", "", picture=True)
        s.declare(entry)
        s.apply()
        s.declare(replace(entry, key="b"))
        s.pass_time(days=2)
        s.apply()
        assert len(s.account.posts) == 1
        assert s.actions()["b"] == "hold: ambiguous"


@pytest.mark.parametrize("days", [0, 8], ids=["at once", "days later"])
def test_a_published_text_moves_to_another_key_and_its_own_takes_a_new_one(server: Server, days: int) -> None:
    """The moved text is held, a new one said to change nothing (seeds 126, 182). As proposed, each is there once."""
    with scene(server, since=not days) as s:
        entry, stays = queued("a", "What went out under this key", mode="shareNow"), timed("b", "What stays", 9)
        s.declare(entry, stays)
        s.apply()
        s.pass_time(days=days)
        new = replace(entry, text="Quite another story for this key")
        s.declare(replace(entry, key="moved"), new, stays)
        ran = s.apply()
        assert "`a` is already published on X" in ran.err
        assert (ran.code, len(s.account.posts)) == (1, 2)
        assert (s.actions()["moved"], s.actions()["a"]) == ("hold: ambiguous", "done")
        s.declare(entry, replace(new, key="new"), stays)
        assert s.apply().code == 0
        published = [each.text for each in s.account.posts.values()]
        assert sorted(published) == sorted([entry.text, new.text, stays.text])
        assert set(s.actions().values()) == {"done", "no-op"}


@pytest.mark.parametrize("link", ["", " https://acme.example/a"], ids=["text", "shortened link"])
@pytest.mark.parametrize("noticed", [False, True], ids=["just published", "recorded as published"])
def test_what_is_out_is_not_sent_by_editing_another_post(server: Server, noticed: bool, link: str) -> None:
    """Held: a draft takes the text of a published post, whose entry takes that of the draft."""
    with scene(server, linkedin=SHORTENING) as s:
        out = Entry("linkedin", "out", "out", f"What went out under this key{link}")
        draft = Entry("linkedin", "draft", "draft", "Still to be written", draft=True)
        s.declare(out, draft)
        s.apply()
        s.pass_time(days=5)
        if noticed:
            s.apply()
        s.declare(replace(draft, key="out"), replace(out, key="draft"))
        assert s.apply().code == 1
        assert len(s.ours(out.text)) == 1
        assert s.actions() == {"out": "done", "draft": "hold: ambiguous"}


@pytest.mark.parametrize("noticed", [False, True], ids=["just published", "recorded as published"])
def test_what_is_out_with_a_shortened_link_is_known_under_another_key(server: Server, noticed: bool) -> None:
    """It is that post; with a later time as well, it is held (drawn life 77, its hint followed)."""
    with scene(server, linkedin=SHORTENING) as s:
        out = Entry("linkedin", "out", "out", "What went out under this key https://acme.example/a")
        out = replace(out, due=START + timedelta(days=3))
        s.declare(out)
        s.apply()
        s.pass_time(days=8)
        if noticed:
            s.apply()
        s.declare(replace(out, key="new"))
        assert s.plan()["Acme/linkedin:acme-inc/new"]["action"] == "done"
        s.declare(replace(out, key="new", due=START + timedelta(days=20)))
        assert s.apply().code == 1
        assert s.actions()["new"] == "hold: ambiguous"
        assert len(s.account.posts) == 1


@pytest.mark.parametrize("days", [0, 8], ids=["at once", "days later"])
def test_what_is_out_is_not_sent_by_recreating_another_post(server: Server, days: int) -> None:
    """Held: `--recreate` of a post that a person deleted, and that now has the text of a published one."""
    with scene(server) as s:
        out, gone = queued("out", "What went out under this key", mode="shareNow"), timed("gone", "Deleted later", 20)
        s.declare(out, gone)
        s.apply()
        s.account.delete(PERSON, s.ours(gone.text)[0].id)
        s.pass_time(days=days, hours=2)
        s.apply()
        s.declare(replace(out, text="Another thing"), replace(gone, text=out.text))
        assert s.apply("--recreate", "Acme/twitter:acme/gone").code == 1
        assert len(s.ours(out.text)) == 1


def test_an_edit_of_what_is_out_stays_done_after_it_was_claimed(server: Server) -> None:
    """`import ADDRESS ID` of a published post with another text: done, after one apply and after two."""
    with scene(server, since=False) as s:
        entry = queued("a", "What went out at once", mode="shareNow")
        s.declare(entry, timed("b", "Something that stays as it is", 9))
        s.apply()
        post = s.ours(entry.text)[0]
        s.lose_the_record()
        s.declare(replace(entry, text="Now it says another thing"), timed("b", "Something that stays as it is", 9))
        s.apply()
        assert s.run("import", "Acme/twitter:acme/a", post.id).code in {0, 1}
        seen = []
        for _ in range(3):
            s.apply()
            seen.append(s.actions()["a"])
        assert seen == ["done"] * 3
        assert len(s.account.posts) == 2


def test_a_lost_record_is_known_on_every_channel_by_what_matched_on_one(server: Server) -> None:
    """Held: a match on another channel shows that the state was lost (design: Matching 4)."""
    with scene(server) as s:
        kept = Entry("linkedin", "b", "b", "Something that stays as it is", START.replace(day=20))
        entry = queued("a", "What went out at once", mode="shareNow")
        s.declare(entry, kept)
        s.apply()
        s.lose_the_record()
        s.declare(replace(entry, text="Now it says another thing"), kept)
        s.apply()
        assert len(s.account.posts) == 2
        assert s.actions()["a"].startswith("hold")


def test_a_question_stays_when_a_person_makes_an_equal_post(server: Server) -> None:
    """Held until answered: ours, edited while the state was lost, would be published as well (design: Matching 4)."""
    with scene(server) as s:
        entry, stays = queued("a", "What we had to say at first"), timed("b", "Something that stays as it is", 9)
        s.declare(entry, stays)
        s.apply()
        s.lose_the_record()
        s.declare(replace(entry, text="Now it says another thing"), stays)
        s.apply()
        assert s.actions()["a"] == "hold: ambiguous"
        s.make(PERSON, "Now it says another thing")
        s.apply()
        assert s.actions()["a"] == "hold: ambiguous"
