"""Every hold says which edit of a file answers it; where none can, the reason is written here."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bufferctl.model import Address, Claim, Idea, Post, PostStatus, Rule
from bufferctl.plan import Difference
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.matches import Suspect

from .builders import LINKEDIN, NOW, TWITTER, idea, in_buffer, post, record, slot

CHANGED = (Difference("text", "We are live", "We are late"),)
THEIRS = Suspect.of(in_buffer(post(), "p9"))
OURS = replace(THEIRS, owner=Address("Acme", "twitter:acme", "b"), owner_declared=True)
GONE = replace(OURS, owner_declared=False)
SENT = replace(GONE, live=replace(in_buffer(post(), "p9"), status=PostStatus.SENT))
BINDING = record((post(), in_buffer(post()))).bindings[slot(post())]
CLAIM = Claim("other.yaml", slot(post()), BINDING)
NOT_HERE = "It is about a commit: merging it is the edit, or a person names the address."
#: The holds of each function, in every form of its hint.
HOLDS: dict[str, list[Hold]] = {
    "channel_unavailable": [holds.channel_unavailable("X", locked=each) for each in (True, False)],
    "only_reminds": [holds.only_reminds("X")],
    "in_error": [holds.in_error("")],
    "published": [holds.published(CHANGED)],
    "renamed_once_published": [holds.renamed_once_published("a")],
    "being_published": [holds.being_published()],
    "deleted_in_buffer": [holds.deleted_in_buffer()],
    "perhaps_published": [holds.perhaps_published()],
    "key_elsewhere": [holds.key_elsewhere(CLAIM)],
    "perhaps_renamed": [holds.perhaps_renamed(was, [GONE]) for was in ([], ["a"])],
    "key_taken": [holds.key_taken("a", "p9")],
    "not_listed_yet": [holds.not_listed_yet(NOW)],
    "not_read": [holds.not_read()],
    "unread": [holds.unread("twitter:acme")],
    "changed": [
        holds.changed(item, CHANGED, edited=edited, by_buffer=False, can_send=can_send)
        for item in (post(), idea())
        for edited in (True, False)
        for can_send in (True, False)
    ],
    "missed": [holds.missed(timedelta(), edit, counted=each) for edit in ((), CHANGED) for each in (True, False)],
    "missed_but_perhaps_there": [
        holds.missed_but_perhaps_there(timedelta(), holds.ambiguous(Rule.SAME_TEXT, [THEIRS], TWITTER))
    ],
    "not_there": [holds.not_there("p9")],
    "ambiguous": [
        holds.ambiguous(rule, suspects, LINKEDIN)
        for rule in Rule
        if rule.value in {each.value for each in holds._ALIKE} | {Rule.SAME_TEXT.value, Rule.EDITED.value}
        for suspects in ([THEIRS], [OURS], [GONE], [SENT], [THEIRS, OURS])
    ],
    "would_repeat": [holds.would_repeat([each], TWITTER) for each in (THEIRS, OURS, GONE)],
    "still_has_its_text": [holds.still_has_its_text(each, TWITTER) for each in (THEIRS, OURS, GONE, SENT)],
    "unsettled": [holds.unsettled(each) for each in ([], ["p9"])],
    "cancelled_but_there": [holds.cancelled_but_there("p9", goes_out=True)],
    "cancelled_but_theirs": [holds.cancelled_but_theirs("p9")],
    "adopted": [holds.adopted("p9", CHANGED)],
    "idea_edited": [holds.idea_edited(CHANGED)],
    "protected": [holds.protected(declared=each) for each in (True, False)],
    "no_such_tag": [holds.no_such_tag("launch", [])],
    "no_such_board": [holds.no_such_board("Ideas", TWITTER)],
    "idea_held": [holds.idea_held("hiring")],
    "too_many_deletes": [holds.too_many_deletes(6, 6, 5, {}, each, goes_out=True) for each in ([], ["twitter:acme"])],
    "only_elsewhere": [holds.only_elsewhere()],
    "perhaps_outdated": [holds.perhaps_outdated(goes_out=True)],
    "outdated_here": [holds.outdated_here("posts.yaml")],
    "perhaps_cancelled_elsewhere": [holds.perhaps_cancelled_elsewhere()],
    "added_elsewhere": [holds.added_elsewhere()],
    "file_emptied": [holds.file_emptied("posts.yaml", 2, 2, goes_out=True)],
    "frozen": [holds.frozen("")],
    "too_short_notice": [holds.too_short_notice(timedelta(2), timedelta(1), at_once=False, is_new=True)],
}
#: Why no edit of a file answers these.
NO_EDIT = {
    "channel_unavailable": "Nothing is published there until Buffer is connected to the network again.",
    "being_published": "It is decided in a few minutes, by itself.",
    "not_listed_yet": "It is decided within the hour, by itself.",
    "idea_held": "Its idea has a hold of its own, with a hint.",
    "only_elsewhere": NOT_HERE,
    "perhaps_outdated": NOT_HERE,
    "outdated_here": NOT_HERE,
    "perhaps_cancelled_elsewhere": NOT_HERE,
    "added_elsewhere": NOT_HERE,
}
#: What a hint says to write, delete or change in a file.
EDIT = re.compile(
    r"`(existing|was|repeat_of|cancelled|scheduling_type|max_deletes|freeze|minimum_lead|protect)\b|"
    r"`(key|due_at|starts|tags)\b|`existing`|new key|another key|new due_at|write it into the file|"
    r"change the text|delete `was`|old text in the file|Use one of these|Restore the file"
)


def functions() -> set[str]:
    """The functions that make a hold."""
    made = inspect.getmembers(holds, lambda each: inspect.isfunction(each) and each.__module__ == holds.__name__)
    return {name for name, each in made if not name.startswith("_") and each.__annotations__["return"] == "Hold"}


def test_every_function_is_looked_at() -> None:
    """A new one needs a line above."""
    assert set(HOLDS) == functions()


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_a_hint_names_the_edit_that_answers(name: str) -> None:
    """In every form, for posts and ideas; or nothing but a person elsewhere can answer."""
    items: tuple[Post | Idea, ...] = (post(), idea())
    hints = {hold.hint_for(item.address, item) for hold in HOLDS[name] for item in items}
    assert all("{" not in hint or "existing: {" in hint for hint in hints), hints
    lacking = [hint for hint in hints if not EDIT.search(hint)]
    assert (lacking != []) is (name in NO_EDIT), lacking
