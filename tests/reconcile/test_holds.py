"""Every hold says which edit of a file answers it; where none can, the reason is written here."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from bufferctl.model import Address, Claim, Expansion, Freeze, Idea, Likeness, Post, PostStatus
from bufferctl.plan import Action, Cause, Change, Difference, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.matches import Suspect
from bufferctl.reconcile.sides import Sides
from bufferctl.said import Said, Way, names_in

from .builders import LINKEDIN, NOW, TWITTER, idea, in_buffer, post, published, record, slot

CHANGED = (Difference("text", "We are live", "We are late"),)
THEIRS = Suspect.of(in_buffer(post(), "p9"))
OURS = replace(THEIRS, owner=Address("Acme", "twitter:acme", "b"), owner_declared=True)
GONE = replace(OURS, owner_declared=False)
SENT = replace(GONE, live=replace(in_buffer(post(), "p9"), status=PostStatus.SENT))
BINDING = record((post(), in_buffer(post()))).bindings[slot(post())]
REMOVED = Change(post().address, Action.KEEP, Cause.REMOVED, slot(post()), live=in_buffer(post()), binding=BINDING)
CANCELLED = replace(REMOVED, cause=Cause.CANCELLED)
FAILED = replace(REMOVED, live=replace(in_buffer(post()), status=PostStatus.ERROR))
CLAIM = Claim("other.yaml", slot(post()), BINDING)


def freeze(reason: str = "") -> Freeze:
    """A freeze of a day."""
    return Freeze(NOW, NOW + timedelta(1), reason)


def is_whole(hold: Hold) -> bool:
    """Whether the change that is held fills all its blanks, so that no function has to."""
    known = {*holds._FACTS, *holds._OWN, *holds._ASIDES}
    return all(set(names_in(said.template)) <= known | {*said.blanks} for said in (hold.message, hold.hint))


NOT_HERE = "It is about a commit: merging it is the edit, or a person names the address."
#: The holds of each function, in every form of its hint.
HOLDS: dict[str, list[Hold]] = {
    **{name: [each] for name, each in vars(holds).items() if isinstance(each, Hold) and is_whole(each)},
    "out_of_sight": [holds.out_of_sight(CLAIM)],
    "key_elsewhere": [holds.key_elsewhere(CLAIM)],
    "perhaps_renamed": [
        *(holds.perhaps_renamed(was, [GONE]) for was in ([], ["a"])),
        holds.perhaps_renamed(["a"], [GONE], is_elsewhere=True),
        holds.perhaps_renamed([], [replace(THEIRS, is_anyones=True), GONE]),
    ],
    "not_listed_yet": [holds.not_listed_yet(NOW)],
    "changed": [
        holds.changed(item, CHANGED, hold, can_send=can_send)
        for item in (post(), idea())
        for hold in (holds.CHANGED, holds.CHANGED_BY_BUFFER, holds.conflict(None))
        for can_send in (True, False)
    ]
    + [holds.changed(post(), CHANGED, holds.CHANGED, can_send=True, twin="b")]
    + [holds.changed(post(), CHANGED, holds.CHANGED, can_send=True, equal="p9")],
    "conflict": [holds.conflict(None)],
    "missed": [
        holds.missed(timedelta(), edited=edit, counted=each) for edit in (True, False) for each in (True, False)
    ],
    "suspended_elsewhere": [holds.suspended_elsewhere(CLAIM)],
    "went_out_meanwhile": [holds.went_out_meanwhile(published(post(), "p9"))],
    "missed_and_unclear": [holds.missed_and_unclear(timedelta(), "a", ("p9",))],
    "missed_but_perhaps_there": [
        holds.missed_but_perhaps_there(timedelta(), holds.ambiguous(Likeness.SAME_TEXT, [THEIRS], TWITTER))
    ],
    "ambiguous": [
        holds.ambiguous(rule, suspects, LINKEDIN)
        for rule in Likeness
        if rule in holds.AMBIGUOUS
        for suspects in ([THEIRS], [OURS], [GONE], [SENT], [THEIRS, OURS])
    ],
    "would_repeat": [
        *(holds.would_repeat([each], TWITTER) for each in (THEIRS, OURS, GONE)),
        holds.would_repeat([OURS], TWITTER, [Address("Acme", "twitter:acme", "b")]),
    ],
    "would_repeat_part": [holds.would_repeat_part([each], TWITTER) for each in (OURS, GONE)],
    "exchanged": [holds.exchanged(holds.PUBLISHED, "b")],
    "would_stand_beside": [holds.would_stand_beside([each], TWITTER) for each in (THEIRS, SENT)],
    "moved_here": [holds.moved_here([OURS], Address("Acme", "twitter:acme", "b"), TWITTER)],
    "unsettled": [holds.unsettled(each) for each in ([], ["p9"])],
    "cancelled_but_there": [holds.cancelled_but_there("p9", goes_out=True)],
    "no_such_tag": [holds.no_such_tag(each, []) for each in (["launch"], ["launch", "spring"])],
    "no_such_board": [holds.no_such_board("Ideas", TWITTER)],
    "too_many_deletes": [holds.too_many_deletes(6, 6, 5, {}, each, goes_out=True) for each in ([], ["twitter:acme"])],
    "replaces": [
        *(holds.replaces([each]) for each in (REMOVED, FAILED, CANCELLED)),
        holds.replaces([REMOVED], by_edit=True),
        holds.replaces([replace(REMOVED, binding=None)]),
        holds.replaces([REMOVED, REMOVED]),
    ],
    "file_emptied": [holds.file_emptied("posts.yaml", 2, 2, goes_out=True)],
    "legal": [holds.legal("made_for_kids", True)],
    "into_freeze": [holds.into_freeze(freeze(), is_there=each) for each in (True, False)],
    "sent_into_freeze": [holds.sent_into_freeze(freeze())],
    "in_freeze": [holds.in_freeze(freeze(), is_edited=False, needs_approval=False)],
    "too_short_notice": [holds.too_short_notice(timedelta(2), timedelta(1), at_once=False, is_edit_held=False)],
}
#: Why no edit of a file answers these.
NO_EDIT = {
    "DISCONNECTED": "Nothing is published there until Buffer is connected to the network again.",
    "LOCKED": "Nothing is published there until a person unlocks it.",
    "IN_ERROR": "A person corrects it in Buffer and retries it there.",
    "BEING_PUBLISHED": "It is decided in a few minutes, by itself.",
    "not_listed_yet": "It is decided within the hour, by itself.",
    "CANNOT_BE_STOPPED": "A person changed it, so a person makes it a draft there.",
    "MISSED_WHILE_SUSPENDED": "A command edits the files.",
    "MISSED_AFTERWARDS": "A command edits the files.",
    "out_of_sight": NOT_HERE,
    "OUT_OF_SIGHT": NOT_HERE,
    "NO_ORGANIZATION": "The files cannot say of what project it is: a person names the address.",
    "ONLY_ELSEWHERE": NOT_HERE,
    "PERHAPS_OUTDATED": NOT_HERE,
    "OUTDATED_HERE": NOT_HERE,
    "PERHAPS_CANCELLED_ELSEWHERE": NOT_HERE,
    "ADDED_ELSEWHERE": NOT_HERE,
    "EDIT_UNSETTLED": "The next apply decides it.",
    "missed_and_unclear": "Another entry is answered first.",
}
#: What a hint says to write, delete or change in a file.
EDIT = re.compile(
    r"`(idea|existing|was|repeat_of|cancelled|scheduling_type|max_deletes|freeze|minimum_lead|protect|suspended)\b|"
    r"`(key|due_at|starts|tags)\b|`existing`|new key|another key|new due_at|write it into the file|"
    r"`made_for_kids: false`|change the text|entry of its own|delete `was`|undo it in the file|Use one of these|"
    r"Restore the file|first cancel"
)


def change_of(item: Post | Idea) -> Change:
    """A change to hold."""
    return Change(item.address, Action.CREATE, Cause.NEW, slot(item), item.place, item)


def test_a_brace_of_somebodys_text_is_no_blank() -> None:
    """A text is quoted as it is, also where it looks like a blank."""
    theirs = Suspect.of(in_buffer(post(text="For {key} and {existing p1}"), "p9"))
    for hold in (
        holds.ambiguous(Likeness.SAME_TEXT, [theirs], TWITTER),
        holds.ambiguous(Likeness.EDITED, [theirs] * 2, None),
    ):
        held = hold.on(change_of(post()))
        assert "For {key} and {existing p1}" in held.message + held.hint
    assert "{key}" in holds.no_such_tag(["{key}"], []).on(change_of(post())).message


def functions() -> set[str]:
    """The functions that make a hold."""
    made = inspect.getmembers(holds, lambda each: inspect.isfunction(each) and each.__module__ == holds.__name__)
    return {name for name, each in made if not name.startswith("_") and each.__annotations__["return"] == "Hold"}


def test_every_function_is_looked_at() -> None:
    """A new one needs a line above."""
    assert {name for name in HOLDS if name.islower()} == functions()


@pytest.mark.parametrize("name", sorted(HOLDS))
def test_a_hint_names_the_edit_that_answers(name: str) -> None:
    """In every form, for posts and ideas; or nothing but a person elsewhere can answer."""
    items: tuple[Post | Idea, ...] = (post(), idea())
    held = [hold.on(change_of(item)) for hold in HOLDS[name] for item in items]
    hints = {each.hint for each in held}
    assert not [
        each for each in held if "{" in each.message or "{" in re.sub(r"(existing|repeat_of|tags): \{", "", each.hint)
    ], hints
    lacking = [hint for hint in hints if not EDIT.search(hint)]
    assert (lacking != []) is (name in NO_EDIT), lacking


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (59, "59 minutes"),
        (60, "1 hour"),
        (62, "62 minutes"),
        (119, "119 minutes"),
        (120, "2 hours"),
        (24 * 60, "1 day"),
        (24 * 60 + 2, "24 hours"),
        (36 * 60, "36 hours"),
        (48 * 60 - 1, "47 hours"),
        (48 * 60, "2 days"),
    ],
)
def test_a_duration_is_in_the_largest_unit_that_tells_it(minutes: int, words: str) -> None:
    """In days or hours if there are two of them, or exactly one."""
    assert holds.in_one_unit(timedelta(minutes=minutes)) == words


def test_how_near_its_time_a_post_is_too_late() -> None:
    """In whole minutes, rounded up; the hint moves its time, or the day from which it is counted."""
    near = "Its time is past or less than 3 minutes away, and Buffer might publish it at once, so "
    later = "Give it a later `due_at`"
    starts = "Move `starts` at the top of the file, or only its `due_at`, to a later day"
    for edited, counted, message, hint in (
        (False, False, "it is not sent", f"{later}."),
        (False, True, "it is not sent", f"{starts}."),
        (True, False, "the edit is not sent", f"{later}, or change or delete it in Buffer."),
    ):
        hold = holds.missed(timedelta(minutes=2, seconds=1), edited=edited, counted=counted)
        assert (str(hold.message), str(hold.hint)) == (near + message, hint)


def test_a_post_without_a_text_is_not_named_by_it() -> None:
    """Nothing is in quotes, and nothing is called its text."""
    assert THEIRS.live
    bare = replace(THEIRS, live=replace(THEIRS.live, text=""))
    message = str(holds.ambiguous(Likeness.SAME_TEXT, [bare], TWITTER).message)
    assert message.startswith("Buffer already has a post without text on this channel (without text, scheduled")


def test_where_there_is_nothing_to_choose_from_the_hold_says_so() -> None:
    """No tags were seen, and the channel has no boards; else all of them, in order."""
    assert "the tag “launch” (seen: none)" in str(holds.no_such_tag(["launch"], []).message)
    assert "the tags “launch” and “spring” (seen: a, b)" in str(
        holds.no_such_tag(["launch", "spring"], ["b", "a"]).message
    )
    assert str(holds.no_such_board("Ours", TWITTER).message) == "There is no board “Ours” on acme (there are: none)"


def test_a_time_is_shown_in_the_zone_of_the_channel() -> None:
    """Without a channel in UTC."""
    berlin = replace(TWITTER, timezone="Europe/Berlin")
    for channel, when in ((berlin, "13:00 CET"), (None, "12:00 UTC")):
        message = str(holds.ambiguous(Likeness.SAME_TIME, [THEIRS], channel).message)
        assert message == (
            "Buffer already has a post on this channel at this time (“We are live”, scheduled, Tue 22 Jan 2030 "
            f"{when}), so it may be there already"
        )


MAX = "If this is intended, set `max_deletes: {0}` in the root file, or run with --max-deletes {0}."
BACK = "If this is intended, put it back into `channels` and write `cancelled: [{}]` beside it: that never counts. "
RESTORE = "Restore the file, with `cancelled: true` on what should not be published. Or, to delete "
PULL = "To keep Buffer's version, write it into the file, or run `bufferctl pull Acme/twitter:acme/a`."
REAPPLY = "To send the file's version, run `bufferctl apply --reapply Acme/twitter:acme/a`."
SAME = "If it is the same, add `existing: {twitter: p9}`. If both are intended, add `repeat_of: {twitter: p9}`."
SHOWN = "(“We are live”, scheduled, Tue 22 Jan 2030 12:00 UTC)"
NONE = "so none is deleted and they"
GONE_FILE = "posts.yaml is gone or no longer has any posts;"
UNSETTLED = "An earlier run got no answer from Buffer, so bufferctl does not know whether it was created"
RECREATE = "If it is not there, run `bufferctl apply --recreate Acme/twitter:acme/a`."
MADE = Expansion(parameters=("utm_source=x",))
TWO = holds.ambiguous(Likeness.EDITED, [THEIRS, OURS], TWITTER)


@pytest.mark.parametrize(
    ("hold", "message", "hint"),
    [
        (
            holds.too_many_deletes(6, 6, 5, {}, [], goes_out=True),
            f"6 posts disappeared from the files, and at most 5 may be deleted at once, {NONE} will be published",
            MAX.format(6),
        ),
        (
            holds.too_many_deletes(1, 1, 0, {}, [], goes_out=False),
            (
                "1 post disappeared from the files, and at most 0 may be deleted at once, so it is not deleted and "
                "stays in Buffer"
            ),
            MAX.format(1),
        ),
        (
            holds.too_many_deletes(1, 1, 0, {}, ["linkedin"], goes_out=True),
            (
                "1 post no longer goes to linkedin, and at most 0 may be deleted at once, so it is not deleted and "
                "will be published"
            ),
            f"{BACK.format('linkedin')}Or run with --max-deletes 1.",
        ),
        (
            holds.too_many_deletes(6, 12, 5, {"tip": (8, 2), "ad": (5, 4)}, [], goes_out=False),
            (
                "6 entries with 12 posts disappeared from the files (`tip` was shortened from 8 to 2, `ad` was "
                f"shortened from 5 to 4), and at most 5 may be deleted at once, {NONE} stay in Buffer"
            ),
            MAX.format(6),
        ),
        (
            holds.too_many_deletes(6, 12, 5, {}, ["linkedin", "x:acme"], goes_out=True),
            (
                "6 entries with 12 posts no longer go to linkedin, x:acme, and at most 5 may be deleted at once, "
                f"{NONE} will be published"
            ),
            f"{BACK.format('linkedin, x:acme')}Or run with --max-deletes 6.",
        ),
        (
            holds.file_emptied("posts.yaml", 1, 1, goes_out=True),
            f"{GONE_FILE} its post is not deleted for that alone, and will be published",
            f"{RESTORE}it, run with --max-deletes 1.",
        ),
        (
            holds.file_emptied("posts.yaml", 1, 2, goes_out=False),
            f"{GONE_FILE} its post is not deleted for that alone, and stays in Buffer",
            f"{RESTORE}everything that was removed, run with --max-deletes 2.",
        ),
        (
            holds.file_emptied("posts.yaml", 2, 2, goes_out=False),
            f"{GONE_FILE} its 2 posts are not deleted for that alone, and stay in Buffer",
            f"{RESTORE}everything that was removed, run with --max-deletes 2.",
        ),
        (
            holds.into_freeze(freeze("{election}"), is_there=False),
            "It would go out during a freeze that your team agreed on ({election}), so it is not sent",
            "Give it another `due_at`. If it is meant to go out all the same, add `freeze: false`.",
        ),
        (
            holds.into_freeze(freeze(), is_there=True),
            (
                "It would go out during a freeze that your team agreed on, so it is not sent; Buffer's version will be "
                "published as it is"
            ),
            "Give it another `due_at`. If it is meant to go out all the same, add `freeze: false`.",
        ),
        (
            holds.in_freeze(freeze("election"), is_edited=True, needs_approval=True),
            (
                "It is in Buffer already and goes out during a freeze that your team agreed on (election) once "
                "somebody approves it; the edit is not sent"
            ),
            (
                "Give it another `due_at`, delete it with `cancelled: [twitter:acme]`, or let it go out with "
                "`freeze: false`."
            ),
        ),
        (
            holds.too_short_notice(timedelta(hours=2), timedelta(hours=-1), at_once=False, is_edit_held=True),
            (
                "Your team agreed on 2 hours between planning and publishing, and here it is 0 minutes; the edit is "
                "not sent, and Buffer's version will be published as it is"
            ),
            "Give it a later `due_at`. If it cannot wait, change `minimum_lead` under `policy`.",
        ),
        (
            holds.unsettled([]),
            UNSETTLED,
            f"Check in Buffer. If it is there, add `existing: {{twitter: ID}}` with its id. {RECREATE}",
        ),
        (
            holds.unsettled(["p9"]),
            f"{UNSETTLED}; it may be p9, changed by somebody since",
            f"Check in Buffer. If it is there, add `existing: {{twitter: p9}}`. {RECREATE}",
        ),
        (
            holds.changed(post(), CHANGED, holds.conflict(None), can_send=True),
            "It changed in the file and in Buffer, so one of the two versions would be lost",
            f"{PULL} {REAPPLY}",
        ),
        (
            holds.conflict(Sides(("metadata.privacy",), ("text",))),
            (
                "It changed in the file (`privacy`) and in Buffer (`text`), so sending the file would undo the "
                "change in Buffer"
            ),
            f"To keep both changes, run `bufferctl pull Acme/twitter:acme/a`. {REAPPLY}",
        ),
        (
            holds.changed(post(), CHANGED, holds.CHANGED_BY_BUFFER, can_send=False),
            "Buffer changed it when it was sent, and has its own version now",
            f"Change it in Buffer. {PULL}",
        ),
        (
            holds.changed(post(expansion=MADE), CHANGED, holds.CHANGED, can_send=True),
            "Somebody changed it in Buffer, and the file still has the old version",
            f"To keep Buffer's version, write it into the file by hand. {REAPPLY}",
        ),
        (
            holds.ambiguous(Likeness.SAME_TEXT, [GONE], TWITTER),
            f"Buffer already has this text {SHOWN}, so it may be there already",
            "If it is the same, add `was: b`. If both are intended, add `repeat_of: {twitter: p9}`.",
        ),
        (
            holds.ambiguous(Likeness.SAME_TEXT, [SENT], TWITTER),
            (f"Buffer already has this text {SHOWN.replace('scheduled', 'published')}, so it may be there already"),
            "To publish it again, add `repeat_of: {twitter: p9}`. If it was only renamed, add `was: b`.",
        ),
        (
            holds.ambiguous(Likeness.LET_GO, [THEIRS, OURS], TWITTER),
            (f"Buffer still has what the state had under this address {SHOWN} and 1 more, so it may be there already"),
            SAME,
        ),
        (holds.ambiguous(Likeness.EDITED, [THEIRS], TWITTER), None, SAME),
        (
            TWO,
            (
                "The state does not say what bufferctl created here, and Buffer has posts that were created through "
                f"the API and match no file {SHOWN} and 1 more; this may be one of them, edited since"
            ),
            (
                f"If it is one of p9 {SHOWN}, p9 {SHOWN}, add `existing: {{twitter: ID}}` with its id. "
                "If it is none of them, add `repeat_of: {twitter: p9}`. If none of them is in the files, run "
                "`bufferctl state begin`: that answers for every entry."
            ),
        ),
        (
            holds.perhaps_renamed(
                ["x"], [replace(GONE, owner=Address("Acme", "twitter:acme", key)) for key in "abcdefg"]
            ),
            (
                "Other entries are gone (`a`, `b`, `c`, `d`, `e` and 2 more) whose posts stay in Buffer and will be "
                "published, and this may be one of them (the state has no `x`, which this was)"
            ),
            "If it is, write `was: a`. If it is not, write `repeat_of: {twitter: p9}`.",
        ),
        (
            holds.perhaps_renamed([], [THEIRS]),
            None,
            "If it is, write `was: p9`. If it is not, write `repeat_of: {twitter: p9}`.",
        ),
        (
            holds.ambiguous(Likeness.SIMILAR_TEXT, [THEIRS], None),
            f"Buffer already has a similar text in the queue {SHOWN}, so it may be there already",
            SAME,
        ),
    ],
)
def test_what_a_hold_says(hold: Hold, message: str | None, hint: str) -> None:
    """What is wrong and the consequence, and what to do, word for word."""
    held = hold.on(change_of(post()))
    assert (held.message, held.hint) == (message or held.message, hint)


@pytest.mark.parametrize(
    ("item", "named"),
    [
        (post(), "`cancelled: [twitter:acme]`"),
        (post(expansion=Expansion(number=3, times=5)), "`cancelled: [twitter:acme]` under `each` (occurrence 3)"),
        (idea(), "`cancelled: true`"),
    ],
)
def test_what_calls_an_entry_off(item: Post | Idea, named: str) -> None:
    """On its channel alone, and for one of a series under its number; an idea has neither."""
    assert holds.DELETED_IN_BUFFER.on(change_of(item)).hint.startswith(f"To cancel it, add {named}. ")


def test_a_series_that_had_another_key_says_so_by_its_own() -> None:
    """An idea by its key; an entry without a number by its whole key."""
    gone = replace(GONE, owner=Address("Acme", "ideas", "old-3"))
    for item, says in (
        (idea(), "`was: old-3`"),
        (post(), "`was: old-3`"),
        (post(expansion=Expansion(number=3, times=5)), "`was: old`"),
        (post(expansion=Expansion(number=2, times=5)), "`existing: {twitter: p9}` under `each` (occurrence 2)"),
    ):
        hint = holds.ambiguous(Likeness.SAME_TEXT, [gone], TWITTER).on(change_of(item)).hint
        assert hint.startswith(f"If it is the same, add {says}. ")


def test_a_removed_post_of_an_organization_that_is_not_declared() -> None:
    """The state may be a copy of another project's: it can let the post go."""
    gone = Change(post().address, Action.DELETE, Cause.REMOVED, slot(post()), live=in_buffer(post()), binding=BINDING)
    held = holds.NO_ORGANIZATION.on(gone)
    assert held.todo
    assert ("bufferctl", "state", "rm") in [each.command for each in held.todo.answers]
    assert "run `bufferctl state rm Acme/twitter:acme/a`" in held.hint


def test_what_existing_names_is_the_object_in_buffer() -> None:
    """By its id, where the hold names no other."""
    about = Hold(Reason.AMBIGUOUS, Said("It is there"), Said("Add {existing}."))
    change = replace(change_of(post()), live=in_buffer(post(), "p7"))
    assert about.on(change).hint == "Add `existing: {twitter: p7}`."


def test_a_personal_profile_takes_reminders_alone() -> None:
    """The answer is the value to write."""
    held = holds.ONLY_REMINDS.on(change_of(post()))
    assert held.todo
    assert [(each.field, each.content) for each in held.todo.answers] == [("scheduling_type", "notification")]


@pytest.mark.parametrize("hold", [holds.SCHEDULED_WHILE_SUSPENDED, holds.REMOVED_WHILE_SUSPENDED])
def test_what_was_scheduled_while_suspended_is_answered_in_its_file_or_in_buffer(hold: Hold) -> None:
    """By the line that suspends it."""
    assert [(each.way, each.field) for each in hold.hint.answers] == [(Way.EDIT, "suspended"), (Way.IN_BUFFER, "")]


def test_what_is_cancelled_and_there_is_named() -> None:
    """By its id, in the message and in what lets the next apply delete it."""
    held = holds.cancelled_but_there("p9", goes_out=True).on(change_of(post()))
    assert "a matching post (p9) that the state does not have" in held.message
    assert "add `existing: {twitter: p9}`" in held.hint
