"""Holds: why an object is left alone until a person decides. Each says what is wrong, the consequence, and what to do.

All wording is here, in sentences with blanks (`Said`): a constant for each form of a hold, and a function for one that
needs more than the held change. Blanks that stay empty, such as `{channel}` and `{existing}`, are filled in from that
change, and so is the place of an answer in the files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bufferctl.diagnostics import all_of, and_more, some_of
from bufferctl.model import (
    Address,
    Claim,
    Freeze,
    Item,
    Likeness,
    LiveChannel,
    LiveIdea,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    ShareMode,
    dates,
)
from bufferctl.model.address import is_id
from bufferctl.model.enums import STATUS_WORDS
from bufferctl.plan import Action, Cause, Change, Difference, Reason
from bufferctl.reconcile.matches import Suspect
from bufferctl.reconcile.sides import Sides
from bufferctl.said import Answer, Fact, Overrule, Said, Way, names_in
from bufferctl.value import replace, value


@value()
class Hold:
    """Why an object is held. `candidates`: the live ids that it may be."""

    reason: Reason
    message: Said
    hint: Said
    candidates: tuple[str, ...] = ()

    def on(self, change: Change, *, is_late: bool = False) -> Change:
        """The change, held for this reason. `is_late`: its time is past, so no command sends it without a later one."""
        return replace(
            change,
            action=Action.HOLD,
            reason=self.reason,
            why=_about(self.message, change, is_late=is_late),
            todo=_about(self.hint, change, is_late=is_late),
            candidates=self.candidates,
            write=None,
        )

    def filled(
        self,
        facts: Mapping[str, Fact] | None = None,
        *,
        own: Mapping[str, Fact] | None = None,
        asides: Mapping[str, Fact] | None = None,
        candidates: tuple[str, ...] = (),
    ) -> Hold:
        """The hold with these blanks filled in both sentences, as `Said` describes; `candidates` replace its own."""

        def with_blanks(said: Said) -> Said:
            has = names_in(said.template)

            def added(old: Mapping[str, Fact], new: Mapping[str, Fact] | None) -> dict[str, Fact]:
                return {**old, **{name: fact for name, fact in (new or {}).items() if name in has}}

            return replace(
                said, facts=added(said.facts, facts), own=added(said.own, own), asides=added(said.asides, asides)
            )

        message, hint = with_blanks(self.message), with_blanks(self.hint)
        return replace(self, message=message, hint=hint, candidates=candidates)


def _about(said: Said, change: Change, *, is_late: bool) -> Said:
    """The sentence with everything that follows from the change."""
    given = said.blanks
    missing = [name for name in names_in(said.template) if name not in given]

    def filled(facts: Mapping[str, Fact], of_change: Mapping[str, Callable[[Change], Fact]]) -> dict[str, Fact]:
        made = {name: of_change[name](change) for name in missing if name in of_change}
        return {name: _placed(fact, change, is_late=is_late) for name, fact in {**facts, **made}.items()}

    own, asides = filled(said.own, _OWN), filled(said.asides, _ASIDES)
    beside = tuple(_placed_answer(each, change, is_late=is_late) for each in said.beside)
    return Said(said.template, filled(said.facts, _FACTS), own, asides, beside)


def _placed(fact: Fact, change: Change, *, is_late: bool) -> Fact:
    return _placed_answer(fact, change, is_late=is_late) if isinstance(fact, Answer) else fact


def _placed_answer(answer: Answer, change: Change, *, is_late: bool) -> Answer:
    """The answer as it stands in the entry of the change, which may have several channels, or be a series."""
    item = change.desired
    if answer.way is Way.IN_BUFFER:
        return replace(answer, id=change.live_id or "")
    if answer.way is Way.RUN and answer.addresses:
        is_sent = answer.command[:2] == _APPLY
        waits = is_sent and bool(item and item.suspended) and change.binding is not None
        return replace(answer, id=change.live_id or "", later=is_late and is_sent, suspended=waits)
    if answer.way is not Way.ADD or not isinstance(item, Post):
        return answer
    number = item.number
    if answer.field == "was" and number:
        series, _, old = str(answer.content).rpartition("-")
        if old == str(number):
            return replace(answer, content=series)
        answer = existing(answer.id)  # only this post of the series had that key
    if answer.field == "existing":
        return replace(answer, content={item.service.value: answer.content}, occurrence=number)
    if answer.field == "repeat_of":
        new = answer.content if isinstance(answer.content, list) else [answer.content]
        names = tuple(dict.fromkeys((*item.given_repeat_of, *new)))
        content = names[0] if len(names) == 1 else list(names)
        has_id = answer.id in new or any(map(is_id, names))  # of a post on this channel alone
        return replace(answer, content={item.service.value: content} if has_id else content, occurrence=number)
    if answer.field == "cancelled":
        return replace(answer, content=[item.address.channel], occurrence=number)
    if answer.field == "freeze":
        return replace(answer, occurrence=number)
    return answer


_APPLY = ("bufferctl", "apply")
#: Stands for an id that a person has to find.
_ID = "ID"


def existing(id_: str) -> Answer:
    """The answer that this object is the entry's."""
    return Answer(Way.ADD, "existing", id_, id=id_)


#: What its entry is in Buffer, once a person has found it there.
_SOME_EXISTING = Answer(Way.ADD, "existing", _ID, is_open=True)
_PLAN_AGAIN = Answer(Way.RUN, command=("bufferctl", "plan"))
_IN_BUFFER = Answer(Way.IN_BUFFER)


def repeat_of(name: str | list[str], id_: str) -> Answer:
    """The answer that an equal text is intended.

    `name` is a key or an id; `id_` is that of the live object with the text.
    """
    return Answer(Way.ADD, "repeat_of", name, id=id_)


def _was(key: str, id_: str) -> Answer:
    return Answer(Way.ADD, "was", key, id=id_)


def _edit(name: str) -> Answer:
    return Answer(Way.EDIT, name)


def _max_deletes(number: int) -> Answer:
    return Answer(Way.RUN, command=_APPLY, overrules=Overrule.MAX_DELETES, number=number)


def _run(*command: str) -> Callable[[Change], Answer]:
    """A command of bufferctl for the address of the change."""
    return lambda change: Answer(Way.RUN, command=("bufferctl", *command), addresses=(str(change.address),))


def _overrule(option: Overrule) -> Callable[[Change], Answer]:
    """Apply with this option for the address of the change."""
    return lambda change: replace(_run("apply")(change), overrules=option)


def _let_go(change: Change) -> Answer:
    return replace(_run("state", "rm")(change), is_open=True)


def _begin(change: Change) -> Answer:
    return Answer(Way.RUN, command=("bufferctl", "state", "begin"), addresses=(change.address.channel,))


def _named(change: Change) -> str:
    return (change.desired and change.desired.existing) or ""


def _idea(change: Change) -> str:
    return (isinstance(change.desired, Post) and change.desired.idea) or ""


def _error(change: Change) -> str:
    return (isinstance(change.live, LivePost) and change.live.error.strip().rstrip(".")) or "no reason given"


def _file(change: Change) -> str:
    return change.place.file if change.place else ""


def _and_goes_out(change: Change) -> str:
    return f", and {_AS_IT_IS}" if change.goes_out else ""


def _another_time(change: Change) -> str:
    """How its time changes: a post of a queue has none of its own, and one of a series has it with its number.

    The mode of the queue may stand in its entry or not.
    """
    post = change.desired
    if not isinstance(post, Post):
        return "Give it a `due_at` of its own"
    if post.due_at is None and post.mode is ShareMode.ADD_TO_QUEUE:
        return "Give it a `due_at` of its own (in place of `mode`, if it has one)"
    if post.due_at is None:
        return f"Give it a `due_at` instead of `mode: {post.mode}`"
    return f"Give it another `due_at`{f' under `each` (occurrence {post.number})' if post.number else ''}"


def _old_key(change: Change) -> str:
    return change.moved_from.key if change.moved_from else ""


def is_a_persons(live: LiveItem | None) -> bool:
    """Whether Buffer says that a person created it in its app; for a draft that means nothing (notes: via)."""
    return isinstance(live, LivePost) and live.via == "buffer" and live.status is not PostStatus.DRAFT


def whose(live: LiveItem | None, *, many: bool = False) -> str:
    """Who created an object that bufferctl did not create according to the state, as far as Buffer shows."""
    if is_a_persons(live):
        return f"A person created {'them' if many else 'it'} in Buffer"
    if live is not None and live.by_api:
        return f"{'They were' if many else 'It was'} created through the API, perhaps by bufferctl"
    return f"bufferctl found {'them' if many else 'it'} in Buffer"


#: What happens to a scheduled post while its file is not followed.
_AS_IT_IS = "Buffer's version will be published as it is"
GOES_OUT = Said("; {goes_out}", {"goes_out": _AS_IT_IS})
#: Blanks that are filled in from the change, as part of the cause, as one post's own, and as its asides.
_FACTS: dict[str, Callable[[Change], Fact]] = {
    "channel": lambda change: change.address.channel,
    "file": _file,
    "error": _error,
    "stays": lambda change: change.stays,
    "whose": lambda change: whose(change.live),
    "and_goes_out": _and_goes_out,
}
_OWN: dict[str, Callable[[Change], Fact]] = {
    "key": lambda change: change.address.key,
    "old_key": _old_key,
    "named": _named,
    "idea": _idea,
    "existing": lambda change: existing(change.live_id or ""),
    "cancelled": lambda _: Answer(Way.ADD, "cancelled", content=True),
    "let_out": lambda _: Answer(Way.ADD, "freeze", content=False),
    "another_time": _another_time,
    "recreate": _overrule(Overrule.RECREATE),
    "reapply": _overrule(Overrule.REAPPLY),
    "pull": _run("pull"),
    "confirm_removed": _run("apply", "--confirm-removed"),
    "let_go": _let_go,
    "begin": _begin,
}
_ASIDES: dict[str, Callable[[Change], Fact]] = {"its_id": lambda change: f" ({change.live_id or ''})"}
#: Fields whose texts and addresses may contain variables.
_MADE = ("text", "thread", "assets", "metadata")
#: How many characters of a text a message quotes.
_SHOWN = 40
#: How many suspects a hint names, and how many it shows with their whole text.
_NAMED = 5
_SHOWN_WHOLE = 20


DISCONNECTED = Hold(
    Reason.CHANNEL,
    Said("{channel} is disconnected in Buffer, so nothing is published there"),
    Said("Reconnect it in Buffer, then run plan again.", beside=(_IN_BUFFER,)),
)
LOCKED = Hold(
    Reason.CHANNEL,
    Said("{channel} is locked in Buffer, so nothing is published there"),
    Said("Unlock it in Buffer (your plan may include fewer channels), then run plan again.", beside=(_IN_BUFFER,)),
)
ONLY_REMINDS = Hold(
    Reason.CHANNEL,
    Said(
        "{channel} is a personal profile, and Buffer refuses posts that it would have to publish there by itself, so "
        "this is not sent"
    ),
    Said(
        "Write {reminder}: Buffer then reminds a person to publish it.",
        {"reminder": Answer(Way.EDIT, "scheduling_type", "notification")},
    ),
)
IN_ERROR = Hold(
    Reason.ERROR,
    Said("Buffer accepted it, but publishing failed: {error}. bufferctl does not create it a second time"),
    Said("Fix it and retry it in Buffer. Or delete it there, then {recreate}.", beside=(_IN_BUFFER,)),
)
#: An edit that gives a published post another text, for a time that is still to come.
PUBLISHED = Hold(
    Reason.SENT,
    Said("That post is already published, so the new text would not be sent at this time"),
    Said("To publish it, give this one a new key, and restore the old entry.", beside=(_edit("key"),)),
)
#: The same of one of the posts of a series, which has no key of its own.
PUBLISHED_OCCURRENCE = replace(
    PUBLISHED,
    hint=Said(
        "To publish it, write it as an entry of its own, and restore the text of this one under `each`.",
        beside=(_edit("text"),),
    ),
)
#: A published post that gets a new key and a time that is still to come.
RENAMED_ONCE_PUBLISHED = Hold(
    Reason.SENT,
    Said(
        "`{old_key}` is already published, and `was: {old_key}` makes this the same post, so nothing is sent at this "
        "time"
    ),
    Said("To rename it, keep its time. To publish another post, delete `was`.", beside=(_edit("due_at"), _edit("was"))),
)
#: Two entries exchanged what they say, and one of them cannot follow: any other answer publishes a text again.
EXCHANGED = replace(
    PUBLISHED,
    hint=Said(
        "The post with this text is that of `{other}`, so give each of the two entries its own `key` again.",
        beside=(_edit("key"),),
    ),
)


def exchanged(hold: Hold, other: str) -> Hold:
    """`other`: the key of the entry whose post in Buffer has the text of this one."""
    return replace(hold, hint=EXCHANGED.hint).filled(own={"other": other})


BEING_PUBLISHED = Hold(
    Reason.SENT,
    Said("It is being published now, so this is not sent"),
    Said("Run plan again in a few minutes.", beside=(_PLAN_AGAIN,)),
)
DELETED_IN_BUFFER = Hold(
    Reason.GONE,
    Said("Somebody deleted it in Buffer, so bufferctl does not create it again on its own"),
    Said("To cancel it, add {cancelled}. To send it again, {recreate}."),
)
DELETED_BEFORE_FREEZE = replace(
    DELETED_IN_BUFFER,
    hint=Said("To cancel it, add {cancelled}. Its time is during a freeze: to send it again, first add {let_out}."),
)
PERHAPS_PUBLISHED = Hold(
    Reason.GONE,
    Said(
        "Its channel was connected to Buffer again, which removes the posts of the earlier connection. It may have "
        "been published before that, so bufferctl does not create it again on its own"
    ),
    Said("Look at the channel. If it is published, add {cancelled}; if not, {recreate}."),
)
#: Nobody knows whether Buffer carried it out, and no list can show it any more.
STRANDED = Hold(
    Reason.UNSETTLED,
    Said(
        "An earlier run got no answer from Buffer, and the channel was connected to Buffer again since, which removes "
        "the posts of the earlier connection. It may have been published before that, so it is not sent"
    ),
    PERHAPS_PUBLISHED.hint,
)
KEY_TAKEN = Hold(
    Reason.AMBIGUOUS,
    Said(
        "Another post had the key `{key}`{its_id}, and a key stays with its post. So this is not renamed, and Buffer "
        "keeps it as it is"
    ),
    Said("Choose another key.", beside=(_edit("key"),)),
)
NOT_READ = Hold(
    Reason.UNREAD,
    Said("It is older than the posts that were read, so bufferctl does not know whether it is published"),
    Said("Check in Buffer. If it is published, add {cancelled}."),
)
UNREAD = Hold(
    Reason.UNREAD,
    Said(
        "It may already be published: this channel has more published posts than could be read, and the state does "
        "not say which of them bufferctl created. Sending it could publish it twice"
    ),
    Said(
        "If it is published, add {cancelled}. If the state was lost, restore it from a backup. If bufferctl has never "
        "posted here, {begin}."
    ),
)
#: `existing` names something that cannot be its object.
NOT_THERE = Hold(
    Reason.AMBIGUOUS,
    Said(
        "`existing` names {named}, which is not on this channel in Buffer, or is the post of another entry, so this "
        "is not sent"
    ),
    Said("Correct the id, or delete `existing`.", beside=(_edit("existing"),)),
)
#: An edit of what was found in Buffer as the file had it.
ADOPTED = Hold(
    Reason.ADOPTED,
    Said("{whose}, so it is not edited"),
    Said("To let the files manage it, add {existing}."),
)
#: The same, cancelled since.
CANCELLED_BUT_THEIRS = Hold(
    Reason.ADOPTED,
    Said("It is cancelled. {whose}, so it is not deleted and {stays}"),
    Said("Delete it in Buffer. To let the next apply delete it, add {existing}.", beside=(_IN_BUFFER,)),
)
IDEA_EDITED = Hold(
    Reason.IDEA,
    Said("Buffer's API cannot edit ideas"),
    Said("Make the same edit in Buffer, or undo it in the file.", beside=(_IN_BUFFER, _edit("text"))),
)
PROTECTED = Hold(
    Reason.PROTECTED,
    Said("It is protected, so it is not deleted and {stays}"),
    Said("Remove `protect: true`, or delete it in Buffer.", beside=(_edit("protect"), _IN_BUFFER)),
)
#: What a network asks by law, and Buffer would answer by its default.
_LEGAL = Hold(
    Reason.LEGAL,
    Said("Buffer has `{stated}` and the file does not, so the edit could change a legal statement and is not sent"),
    Said("To keep it, write {keep} in its `metadata`; otherwise write {other}."),
)


def legal(name: str, there: object) -> Hold:
    """An edit leaves out a legal statement, a switch, that a person or an earlier version of the file made."""
    keep, other = (Answer(Way.EDIT, name, value) for value in (there, not there))
    return _LEGAL.filled({"stated": keep.yaml, "keep": keep, "other": other})


#: The files no longer have it.
PROTECTED_AND_REMOVED = replace(
    PROTECTED,
    hint=Said(
        "Restore it with `cancelled: true` and without `protect: true`, or delete it in Buffer.",
        beside=(_edit("cancelled"), _IN_BUFFER),
    ),
)
#: Its idea is held, cancelled, or not part of the run.
WITHOUT_IDEA = Hold(
    Reason.UNRESOLVED,
    Said("Its idea `{idea}` is not in Buffer, and this run does not add it, so this is not sent"),
    Said("Resolve the hold on the idea, or select the idea too. Or delete `idea: {idea}`.", beside=(_edit("idea"),)),
)
_MERGE = Said(
    "Merge or rebase onto that commit, then plan again. Or, if this is intended, commit it and run with "
    "{confirm_removed.options}. If that commit is gone, restore the entry as it was applied, apply that, then "
)
#: The commit that was applied last wrote it, and is not here to compare with.
PERHAPS_OUTDATED = Hold(
    Reason.DIVERGED,
    Said(
        "The commit that was applied last wrote it. That commit is not here and cannot be fetched, so this may undo it "
        "and is not sent{and_goes_out}"
    ),
    _MERGE + Said("edit it.", beside=(_edit("text"),)),
)
#: The checkout lacks the commit that was applied last; so in the next ones.
ONLY_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message=Said(
        "The files do not have it, but this checkout may lack the commit that was applied last, which may have "
        "added it. So it is not deleted and {stays}"
    ),
    hint=_MERGE + Said("remove it."),
)
OUTDATED_HERE = replace(
    PERHAPS_OUTDATED,
    message=Said(
        "The commit that was applied last changed {file}, and this checkout has the version before that. So this "
        "is not sent: it would undo that change"
    ),
)
PERHAPS_CANCELLED_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message=Said(
        "It is not new in this checkout, and nothing of it is in Buffer. The commit that was applied last changed "
        "its file, and may have cancelled or removed it, so it is not sent"
    ),
    hint=Said(
        "Merge or rebase onto that commit, then plan again. Or, if this is intended, commit it and run with "
        "{confirm_removed.options}. If that commit is gone, remove the entry, apply that, then add it again."
    ),
)
ADDED_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message=Said(
        "The post under this key comes from a commit that this checkout lacks, and the entry here is older or "
        "another one, so Buffer keeps its version"
    ),
)
KEY_ELSEWHERE = Hold(
    Reason.AMBIGUOUS,
    Said(
        "{root_file} has a post with this key on this channel{its_id}. If the entry was moved here and edited, that is "
        "its post, and this would be a second one"
    ),
    Said("If it was moved, add {same}. If both are intended, add {both} and keep the entry in {root_file}."),
)


def key_elsewhere(claim: Claim) -> Hold:
    """A new entry under a key that another root file has, or had, on this channel."""
    return KEY_ELSEWHERE.filled(
        {"root_file": claim.root_file},
        own={"same": existing(claim.id), "both": repeat_of(claim.id, claim.id)},
        asides={"its_id": f" ({claim.id})"},
    )


OUT_OF_SIGHT = Hold(
    Reason.DELETES,
    Said(
        "These files no longer have it, but {root_file} has it in its state, and is not in this checkout. So it is not "
        "deleted and {stays}"
    ),
    Said("Plan again with that root file in the checkout. Or, to delete it, run with {confirm_removed.options}."),
)


NO_ORGANIZATION = Hold(
    Reason.DELETES,
    Said(
        "This root file does not declare its organization, and may be a copy of another one, so it is not deleted and "
        "{stays}"
    ),
    Said(
        "If it belongs to another project, {let_go}. If not, and to delete it, run with {confirm_removed.options}.",
    ),
)


def out_of_sight(claim: Claim) -> Hold:
    """A removed entry that another root file, which nobody can read here, may declare."""
    return OUT_OF_SIGHT.filled({"root_file": claim.root_file})


PERHAPS_RENAMED = Hold(
    Reason.AMBIGUOUS,
    Said("Other entries are gone{entries} whose posts {stay}, and this may be one of them{no_was}"),
    Said("If it is, write {renamed}. If it is not, write {both}{no_line}."),
)


def perhaps_renamed(was: Sequence[str], suspects: Sequence[Suspect], *, is_elsewhere: bool = False) -> Hold:
    """A new entry while others are gone: in its file, before any apply since the import, or with an unknown `was`.

    `is_elsewhere`: the state has the entry on another channel, so that its `was` may be left over.
    """
    keys = [suspect.owner.key if suspect.owner else suspect.id for suspect in suspects]
    first = suspects[0].id
    hold = PERHAPS_RENAMED
    answers: Mapping[str, Fact] = {
        "renamed": _was(keys[0], first),
        "both": repeat_of(first, first),  # validate rejects a key that is no longer in the files
    }
    if suspects[0].is_anyones:
        hint, answers = _one_of(Likeness.SAME_TEXT, suspects, None, "")
        hold = replace(hold, hint=hint)
    used_up = f", but has this entry on another channel, so `was: {was[0]}` may be used up" if is_elsewhere else ""
    goes_out = any(isinstance(each.live, LivePost) and each.live.is_scheduled for each in suspects)
    return hold.filled(
        {"stay": "stay in Buffer and will be published" if goes_out else "stay in Buffer"},
        own=answers,
        asides={
            "entries": f" ({some_of([f'`{key}`' for key in keys], _NAMED)})",
            "no_was": f" (the state has no `{was[0]}`, which this was{used_up})" if was else "",
            "no_line": f" or delete `was: {was[0]}`" if is_elsewhere else "",
        },
        candidates=tuple(suspect.id for suspect in suspects),
    )


NOT_LISTED_YET = Hold(
    Reason.LAG,
    Said(
        "It was created within the last hour and Buffer does not show it: Buffer may be behind, or somebody deleted it"
    ),
    Said("Run plan again after {until} UTC; if it is still missing, it counts as deleted.", beside=(_PLAN_AGAIN,)),
)


def not_listed_yet(until: datetime) -> Hold:
    """`until` is when Buffer should show it at the latest."""
    return NOT_LISTED_YET.filled(own={"until": dates.clock(until.astimezone(UTC))})


#: What to do if file and Buffer differ and either may be right: first Buffer's version, then the file's.
_PULL = Said("To keep Buffer's version, write it into the file, or {pull}.")
#: The same where each side changed other fields: pull takes Buffer's, and the file's stay.
_PULL_BOTH = Said("To keep both changes, {pull}.")
#: The same where another entry says what Buffer has, so that the files would publish it twice.
_PULL_ALONE = Said("To keep Buffer's version, first cancel `{twin}`, which says the same at that time, then {pull}.")
_BY_HAND = Said("To keep Buffer's version, write it into the file by hand.", beside=(_edit("text"),))
_REAPPLY = Said(" To send the file's version, {reapply}.")
#: The same if the file's version is for a time in a freeze.
_FROZEN = Said(" The file's version is for a time during a freeze: to send it, first add {let_out}.")
#: The same if another post, of no entry, has the text of the file's version: it would be held beside that one.
_REAPPLY_BESIDE = Said(" Another post in Buffer has the file's text: to send that all the same, first add {both}.")
#: The same if the file's version cannot be sent.
_THEIRS = Said("Change it in Buffer. ", beside=(_IN_BUFFER,)) + _PULL
CONFLICT = Hold(
    Reason.CONFLICT,
    Said("It changed in the file{in_file} and in Buffer{in_buffer}, so one of the two versions would be lost"),
    _PULL + _REAPPLY,
)
CONFLICT_APART = Hold(
    Reason.CONFLICT,
    Said(
        "It changed in the file{in_file} and in Buffer{in_buffer}, so sending the file would undo the change in Buffer"
    ),
    _PULL_BOTH + _REAPPLY,
)
#: pull took Buffer's version into files, and the state is shared, so this checkout may not have them.
CONFLICT_PULLED = Hold(
    Reason.CONFLICT,
    Said(
        "Somebody changed it in Buffer and pulled that into the files; this file has something else, and may have been "
        "edited without it, so one of the two versions would be lost"
    ),
    _PULL + _REAPPLY,
)
CHANGED = Hold(
    Reason.CHANGED,
    Said("Somebody changed it in Buffer, and the file still has the old version"),
    _PULL + _REAPPLY,
)
CHANGED_BY_BUFFER = replace(CHANGED, message=Said("Buffer changed it when it was sent, and has its own version now"))


def conflict(sides: Sides | None) -> Hold:
    """File and Buffer both changed; `sides`: which field in which of them, None if that is not known."""
    in_file, in_buffer = sides or ((), ())
    hold = CONFLICT_APART if sides and sides.are_apart else CONFLICT
    return hold.filled({"in_file": _aside_of(in_file), "in_buffer": _aside_of(in_buffer)})


def _aside_of(fields: Sequence[str]) -> str:
    """The fields as they follow in a sentence: ` (`text` and `tags`)`; empty if there are none."""
    names = [f"`{each.removeprefix('metadata.')}`" for each in fields]
    return f" ({some_of(names, _NAMED)})" if names else ""


def changed(
    item: Item,
    differences: Iterable[Difference],
    hold: Hold,
    *,
    can_send: bool,
    is_apart: bool = False,
    is_frozen: bool = False,
    twin: str = "",
    equal: str = "",
) -> Hold:
    """Buffer has another version than was applied last: `hold` says who changed it.

    `twin`: the key of another entry that says what Buffer has, for the same time. `equal`: the id of a post of no entry
    beside which the file's version would be held.

    `is_apart`: each side changed other fields. `is_frozen`: the file's version would be refused, since it is for a time
    during a freeze.
    `can_send`: the file's version may replace Buffer's; false for ideas and for a person's posts. pull cannot write a
    text back into an entry that makes it from variables and parameters.
    """
    if not can_send:
        return replace(hold, hint=_THEIRS)
    sending = _FROZEN if is_frozen else _REAPPLY
    if equal and not is_frozen:
        sending = replace(_REAPPLY_BESIDE, own={"both": repeat_of(equal, equal)})
    if twin:
        return replace(hold, hint=_PULL_ALONE + sending).filled(own={"twin": twin})
    made = item.expansion and item.expansion.makes_content
    own = ("text",) if isinstance(item, Post) and item.number else ()  # pull writes it under `each`
    by_hand = made and any(each.path.startswith(_MADE) and each.path not in own for each in differences)
    pulling = _PULL_BOTH if is_apart else _PULL
    return replace(hold, hint=(_BY_HAND if by_hand else pulling) + sending)


MISSED = Hold(
    Reason.MISSED,
    Said(
        "Its time is past or less than {minutes} minutes away, and Buffer might publish it at once, so it is not sent"
    ),
    Said("Give it a later `due_at`.", beside=(_edit("due_at"),)),
)
MISSED_EDIT = Hold(
    Reason.MISSED,
    Said(
        "Its time is past or less than {minutes} minutes away, and Buffer might publish it at once, so the edit is not "
        "sent"
    ),
    Said("Give it a later `due_at`, or change or delete it in Buffer.", beside=(_edit("due_at"), _IN_BUFFER)),
)
#: What is suspended and goes out all the same.
SCHEDULED_WHILE_SUSPENDED = Hold(
    Reason.SUSPENDED,
    Said("Suspended ({suspension}), and somebody scheduled it in Buffer since, so it goes out"),
    Said(
        "To let it out, add `suspended: false` to its entry. Otherwise make it a draft again in Buffer.",
        beside=(_edit("suspended"), _IN_BUFFER),
    ),
)
#: The same of an entry that was removed from the files.
REMOVED_WHILE_SUSPENDED = replace(
    SCHEDULED_WHILE_SUSPENDED,
    hint=Said(
        "Make it a draft again in Buffer. To let it out, restore its entry, with `suspended: false`.",
        beside=(_edit("suspended"), _IN_BUFFER),
    ),
)
CANNOT_BE_STOPPED = Hold(
    Reason.SUSPENDED,
    Said(
        "It is suspended and still scheduled: Buffer does not return all of its fields, and making it a draft would "
        "lose the others"
    ),
    Said("Make it a draft in Buffer, or pause its channel there.", beside=(_IN_BUFFER,)),
)
#: Its entry was moved here from a root file that suspends it.
SUSPENDED_ELSEWHERE = Hold(
    Reason.SUSPENDED,
    Said("{root_file} suspended it, so it is a draft; these files would schedule it"),
    Said(
        "To let it out, {reapply}. To keep it a draft, add `suspended: REASON` to its entry.",
        beside=(_edit("suspended"),),
    ),
)


def suspended_elsewhere(claim: Claim) -> Hold:
    """`claim`: that of the other root file."""
    return SUSPENDED_ELSEWHERE.filled({"root_file": claim.root_file})


#: What a suspension made a draft, or kept from Buffer, and does not go out by itself.
MISSED_WHILE_SUSPENDED = Hold(
    Reason.MISSED,
    Said("Its time passed while it was suspended, so it does not go out"),
    Said(
        "To cancel all of these, {cancel}. To move all of them by {weeks}, {later}.",
        {"cancel": Answer(Way.RUN, command=("bufferctl", "resume", "--missed", "cancel"))},
        beside=(_edit("due_at"), _edit("cancelled")),
    ),
)
#: The suspension was over, and something else kept it: a full Buffer plan, or a question.
MISSED_AFTERWARDS = replace(
    MISSED_WHILE_SUSPENDED, message=Said("Its time passed before it could be scheduled, so it does not go out")
)


def later_by(weeks: int) -> dict[str, Fact]:
    """The blanks of `MISSED_WHILE_SUSPENDED`: by how much all posts are moved that became too late."""
    later = Answer(Way.RUN, command=("bufferctl", "resume", "--missed", f"+{weeks}w"))
    return {"weeks": "a week" if weeks == 1 else f"{weeks} weeks", "later": later}


DRAFT_NOT_OURS = Hold(
    Reason.ADOPTED,
    Said("This draft may be a person's: the state does not say that a suspension made it, so it stays a draft"),
    Said("Schedule it in Buffer. To let the next apply do that, add {existing}.", beside=(_IN_BUFFER,)),
)
_WENT_OUT = Hold(
    Reason.SUSPENDED,
    Said("{channel} got the same text while this was suspended ({id}), so it stays a draft"),
    Said("To cancel it, add {cancelled}. If both are intended, add {repeat_of}."),
)


def went_out_meanwhile(post: LivePost) -> Hold:
    """A post whose text another one has that came to its channel, or went out there, while it was suspended."""
    return _WENT_OUT.filled(own={"id": post.id, "repeat_of": repeat_of(post.id, post.id)})


#: The same for a time that counts from `starts`.
_COUNTED = Said(
    "Move `starts` at the top of the file, or only its `due_at`, to a later day.",
    beside=(_edit("starts"), _edit("due_at")),
)
_COUNTED_EDIT = Said(
    "Move `starts` at the top of the file, or only its `due_at`, to a later day, or change or delete it in Buffer.",
    beside=(_edit("starts"), _edit("due_at"), _IN_BUFFER),
)


#: The post of another entry that is still in question may be this one's.
MISSED_AND_UNCLEAR = Hold(
    Reason.MISSED,
    MISSED.message + Said(". It may be published already: first decide which entries the posts in Buffer belong to"),
    Said("Answer `{first}` first."),
)


def missed_and_unclear(lead: timedelta, first: str, candidates: tuple[str, ...]) -> Hold:
    """`first`: the key of an entry on this channel with an open question about `candidates`."""
    return MISSED_AND_UNCLEAR.filled({"minutes": _minutes(lead), "first": first}, candidates=candidates)


def missed(lead: timedelta, *, edited: bool, counted: bool) -> Hold:
    """`counted`: its time counts from `starts`."""
    hold = MISSED_EDIT if edited else MISSED
    if counted:
        hold = replace(hold, hint=_COUNTED_EDIT if edited else _COUNTED)
    return hold.filled({"minutes": _minutes(lead)})


def missed_but_perhaps_there(lead: timedelta, there: Hold) -> Hold:
    """`there`: the question about what may be the same post."""
    late = MISSED.filled({"minutes": _minutes(lead)}).message
    return replace(there, reason=Reason.MISSED, message=late + Said(". ") + there.message)


def _minutes(lead: timedelta) -> int:
    """In whole minutes, rounded up."""
    return -(-int(lead.total_seconds()) // 60)


#: What to do about something that may be there already: which answers fit depends on whose it is.
_SAME_OR_BOTH = Said("If it is the same, add {same}. If both are intended, add {both}.")
_KEEP_OR_BOTH = Said(
    "If it is the same, add {cancelled} and keep Buffer's version under `{owner}`. If both are intended, add {both}."
)
_AGAIN_OR_RENAMED = Said("To publish it again, add {both}. If it was only renamed, add {same}.")
#: Several may be it, and nothing tells which, so nothing of it can be taken without looking at them.
_ONE_OF_SEVERAL = Said("If it is one of {suspects}, add {same} with its id. If it is none of them, add {both}.")
#: The same where other entries may be asked the same; `state begin` answers the questions of all of them.
_ONE_OF_SEVERAL_OR_NEVER = _ONE_OF_SEVERAL + Said(
    " If none of them is in the files, {begin_all}: that answers for every entry."
)
#: Of too many to name each.
_ONE_OF_MANY = Said("If it is one of {suspects}, add {same} with its id. If none of them is in the files, {begin_all}.")
_ONE_OF_MANY_OR_FIRST = Said(
    "If it is one of {suspects}, add {same} with its id. If none of them is in the files, answer `{first}` first."
)
#: A single one, which other entries may be as well.
_PERHAPS_THIS = Said("If it is {suspects}, add {same} with that id. If it is not, add {both}.")
_FIRST = Said("Answer `{first}` first, which has that text.")
_ANOTHER_OR_NEVER = Said(
    "If another post in Buffer is this one, add {same} with its id. If it was never published, add {both}."
)
#: By the rule that found it.
_MAY_BE_THERE: Mapping[Likeness, Said] = {
    Likeness.SAME_TEXT: Said("Buffer already has this text{seen}, so it may be there already"),
    Likeness.SIMILAR_TEXT: Said("Buffer already has a similar text in the queue{seen}, so it may be there already"),
    Likeness.NO_TEXT: Said("Buffer already has a post without text on this channel{seen}, so it may be there already"),
    Likeness.REWRITTEN_LINKS: Said(
        "Buffer already has this text with shortened links{seen}, so it may be there already"
    ),
    Likeness.SAME_TITLE: Said("Buffer already has an idea with this title{seen}, so it may be there already"),
    Likeness.LET_GO: Said("Buffer still has what the state had under this address{seen}, so it may be there already"),
    Likeness.UNANSWERED: Said(
        "Nobody has said whether an entry that is gone is in Buffer{seen}, and this may be that entry under another key"
    ),
    Likeness.SAME_TIME: Said(
        "Buffer already has a post on this channel at this time{seen}, so it may be there already"
    ),
    Likeness.EDITED: Said(
        "The state does not say what bufferctl created here, and Buffer has posts that were created through the "
        "API and match no file{seen}; this may be one of them, edited since"
    ),
    Likeness.LOST: Said(
        "The post at its time{seen} turned out to be another entry's, so bufferctl does not know whether this one was "
        "published"
    ),
}
AMBIGUOUS = {rule: Hold(Reason.AMBIGUOUS, said, _SAME_OR_BOTH) for rule, said in _MAY_BE_THERE.items()}
AMBIGUOUS[Likeness.LOST] = replace(AMBIGUOUS[Likeness.LOST], hint=_ANOTHER_OR_NEVER)
#: One of several, while no other question comes before `state begin`.
AMBIGUOUS_AMONG = replace(AMBIGUOUS[Likeness.EDITED], hint=_ONE_OF_SEVERAL_OR_NEVER)


def ambiguous(rule: Likeness, suspects: Sequence[Suspect], channel: LiveChannel | None, *, before: str = "") -> Hold:
    """`suspects`: at least one. Times are shown in the zone of `channel`.

    `before`: the key of an entry with another question, which comes before `state begin`.
    """
    first = suspects[0]
    has_no_text = rule is Likeness.SAME_TEXT and first.live is not None and not _whole_text(first)
    hold = AMBIGUOUS[Likeness.NO_TEXT if has_no_text else rule]
    answers: Mapping[str, Fact]
    if first.text_of:
        hint, answers = _FIRST, {"first": first.text_of.key}
    elif first.is_anyones or (rule is Likeness.EDITED and len(suspects) > 1):
        hint, answers = _one_of(rule, suspects, channel, before)
    elif rule is Likeness.LOST:
        hint, answers = hold.hint, {"same": _SOME_EXISTING, "both": repeat_of(first.id, first.id)}
    else:
        hint, answers = _same_or_both(first)
    candidates = tuple(suspect.id for suspect in suspects)
    asides = {"seen": _seen(suspects, channel)}
    return replace(hold, hint=hint).filled(own=answers, asides=asides, candidates=candidates)


def _one_of(
    rule: Likeness, suspects: Sequence[Suspect], channel: LiveChannel | None, before: str
) -> tuple[Said, dict[str, Fact]]:
    """What to do if the declared object may be any of the suspects, and if it is none of them.

    Those that an equal text, or no more than an order, makes suspects are shown whole.
    """
    ids = [each.id for each in suspects]
    shown, most = (_text, _NAMED) if rule is Likeness.EDITED else (_whole_text, _SHOWN_WHOLE)
    named = [f"{each.id} (“{shown(each)}”{_status_and_time(each.live, channel)})" for each in suspects[:most]]
    none = replace(repeat_of(ids if len(ids) > 1 else ids[0], ids[0]), is_open=True)
    answers: dict[str, Fact] = {
        "suspects": ", ".join(named) + and_more(len(ids), most),
        "same": _SOME_EXISTING,
        "both": none,
    }
    if len(suspects) == 1:
        return _PERHAPS_THIS, answers
    if rule is not Likeness.EDITED:
        return _ONE_OF_SEVERAL, answers
    answers |= {"begin_all": Answer(Way.RUN, command=("bufferctl", "state", "begin")), "first": before}
    if len(suspects) <= _NAMED:
        return _ONE_OF_SEVERAL if before else AMBIGUOUS_AMONG.hint, answers
    return _ONE_OF_MANY_OR_FIRST if before else _ONE_OF_MANY, answers


def _same_or_both(suspect: Suspect) -> tuple[Said, Mapping[str, Fact]]:
    """What to do if the suspect is the declared object, and if it is not."""
    if suspect.owner is None:
        return _SAME_OR_BOTH, {"same": existing(suspect.id), "both": repeat_of(suspect.id, suspect.id)}
    if suspect.owner_declared:
        return _KEEP_OR_BOTH, {"owner": suspect.owner.key, "both": repeat_of(suspect.owner.key, suspect.id)}
    # validate rejects a key that is no longer in the files, so that it is a repeat of the id
    answers: dict[str, Fact] = {
        "same": _was(suspect.owner.key, suspect.id),
        "both": repeat_of(suspect.id, suspect.id),
    }
    is_out = suspect.live is None or suspect.live.is_out  # only published ones need not be read
    return (_AGAIN_OR_RENAMED if is_out else _SAME_OR_BOTH), answers


#: An edit whose text another live object already has.
WOULD_REPEAT = Hold(
    Reason.AMBIGUOUS,
    Said("Buffer already has this text elsewhere{seen}, so it would be published twice; the edit is not sent"),
    Said("If both are intended, add {both}; if not, change the text.", beside=(_edit("text"),)),
)


#: The other objects have it since somebody changed them in Buffer, and their files would give it back.
WOULD_REPEAT_WHAT_CHANGED = replace(
    WOULD_REPEAT,
    hint=Said(
        "Somebody changed that in Buffer, too. To send the files' versions together, {reapply_all}. If both are "
        "intended, add {both}."
    ),
)


def would_repeat(suspects: Sequence[Suspect], channel: LiveChannel | None, reapplied: Sequence[Address] = ()) -> Hold:
    """`suspects`: at least one. Times are shown in the zone of `channel`.

    `reapplied`: what has to be sent back together, so that none of them has the text any more.
    """
    together = Answer(Way.RUN, command=_APPLY, overrules=Overrule.REAPPLY, addresses=tuple(sorted(map(str, reapplied))))
    hold = WOULD_REPEAT_WHAT_CHANGED.filled({"reapply_all": together}) if reapplied else WOULD_REPEAT
    return _repeating(hold, suspects, channel)


def _repeating(hold: Hold, suspects: Sequence[Suspect], channel: LiveChannel | None) -> Hold:
    first = suspects[0]
    both = first.owner.key if first.owner and first.owner_declared else first.id
    return hold.filled(
        own={"both": repeat_of(both, first.id)},
        asides={"seen": _seen(suspects, channel)},
        candidates=tuple(suspect.id for suspect in suspects),
    )


#: What was a part of a thread becomes a post, or the reverse, while Buffer keeps the other one.
WOULD_REPEAT_PART = replace(
    WOULD_REPEAT,
    message=Said(
        "Buffer already has a part of this, in a thread or as a post of its own{seen}, so it would be published twice; "
        "this is not sent"
    ),
)


def would_repeat_part(suspects: Sequence[Suspect], channel: LiveChannel | None) -> Hold:
    """`suspects`: at least one. Times are shown in the zone of `channel`."""
    return _repeating(WOULD_REPEAT_PART, suspects, channel)


#: An edit of when or how a post goes out, which brings it beside an equal one.
WOULD_STAND_BESIDE = replace(
    WOULD_REPEAT,
    hint=Said(
        "If both are intended, add {both}. If it is the same, cancel one of the two: add {cancelled}, or delete the "
        "other one in Buffer.",
        beside=(_IN_BUFFER,),
    ),
)


#: The same where one of them is published: to delete that one would not unsay it.
WOULD_COME_AFTER = replace(
    WOULD_STAND_BESIDE, hint=Said("If both are intended, add {both}. If it is the same, add {cancelled}.")
)


def would_stand_beside(suspects: Sequence[Suspect], channel: LiveChannel | None) -> Hold:
    """`suspects`: at least one, of no entry. Times are shown in the zone of `channel`."""
    first = suspects[0]
    hold = WOULD_COME_AFTER if any(each.live and each.live.is_out for each in suspects) else WOULD_STAND_BESIDE
    return hold.filled(
        own={"both": repeat_of(first.id, first.id)},
        asides={"seen": _seen(suspects, channel)},
        candidates=tuple(suspect.id for suspect in suspects),
    )


#: A post that a person moved in Buffer to the time of another entry with its text.
MOVED_HERE = Hold(
    Reason.AMBIGUOUS,
    Said(
        "Buffer already has a post with this text at this time{seen}, that of `{owner}`, so it would be published "
        "twice; this is not sent"
    ),
    Said(
        "If it is the same, add {cancelled}, then {pull_other}. {another_time} if it is not, or add {both} if both are "
        "to go out then.",
        beside=(_edit("due_at"),),
    ),
)


def moved_here(suspects: Sequence[Suspect], owner: Address, channel: LiveChannel | None) -> Hold:
    """`suspects`: at least one, the first of which is `owner`'s. Times are shown in the zone of `channel`."""
    return MOVED_HERE.filled(
        own={
            "owner": owner.key,
            "pull_other": Answer(Way.RUN, command=("bufferctl", "pull"), addresses=(str(owner),)),
            "both": replace(repeat_of([each.owner.key for each in suspects if each.owner], ""), is_open=True),
        },
        asides={"seen": _seen(suspects, channel)},
        candidates=tuple(suspect.id for suspect in suspects),
    )


def _seen(suspects: Sequence[Suspect], channel: LiveChannel | None) -> str:
    """The first suspect's text, status and time, and how many more there are, as an aside."""
    first, more = suspects[0], f" and {len(suspects) - 1} more" if len(suspects) > 1 else ""
    live = first.live
    if live is None:
        return f" ({first.id}){more}"
    text = _text(first)
    return f" ({f'“{text}”' if text else 'without text'}{_status_and_time(live, channel)}){more}"


def _status_and_time(live: LiveItem | None, channel: LiveChannel | None) -> str:
    """`, scheduled, Mon 24 Dec 2029 10:00 CET`; empty for an idea."""
    if not isinstance(live, LivePost):
        return ""
    status = f", {STATUS_WORDS[live.status]}"
    if live.due_at is None:
        return status
    return f"{status}, {dates.moment(_there(live.due_at, channel))}"


def _there(moment: datetime, channel: LiveChannel | None) -> datetime:
    return moment.astimezone(channel.zone if channel else UTC)


def _whole_text(suspect: Suspect) -> str:
    """A suspect's text, or an idea's title, on one line."""
    live = suspect.live
    text = live.text if live else ""
    if not text and isinstance(live, LiveIdea):
        text = live.title
    return " ".join((text or "").split())


def _text(suspect: Suspect) -> str:
    """The beginning of it."""
    text = _whole_text(suspect)
    return f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text


UNSETTLED = Hold(
    Reason.UNSETTLED,
    Said("An earlier run got no answer from Buffer, so bufferctl does not know whether it was created"),
    Said(
        "Check in Buffer. If it is there, add {existing} with its id. If it is not there, {recreate}.",
        own={"existing": _SOME_EXISTING},
    ),
)
UNSETTLED_PERHAPS = Hold(
    Reason.UNSETTLED,
    UNSETTLED.message + Said("; it may be {candidate}, changed by somebody since"),
    Said("Check in Buffer. If it is there, add {existing}. If it is not there, {recreate}."),
)


def unsettled(candidates: Sequence[str]) -> Hold:
    """An intent that an earlier run left open. `candidates`: the ids that it may be."""
    if not candidates:
        return UNSETTLED
    first = candidates[0]
    return UNSETTLED_PERHAPS.filled(own={"candidate": first, "existing": existing(first)}, candidates=tuple(candidates))


#: Buffer has another version, and the answer to an edit of ours is still open.
EDIT_UNSETTLED = Hold(
    Reason.UNSETTLED,
    Said(
        "Buffer has another version than the file. An earlier run got no answer to an edit, so this may be its own "
        "edit, or somebody changed it"
    ),
    Said("To find out, {run}.", {"run": Answer(Way.RUN, command=_APPLY)}),
)
CANCELLED_BUT_THERE = Hold(
    Reason.AMBIGUOUS,
    Said("It is cancelled, but Buffer has a matching post{its_id} that the state does not have; that one {stays}"),
    Said("Delete it in Buffer. To let the next apply delete it, add {existing}.", beside=(_IN_BUFFER,)),
)


def cancelled_but_there(live_id: str, *, goes_out: bool) -> Hold:
    """`live_id`: of the matching post."""
    return CANCELLED_BUT_THERE.filled(
        {"stays": _stays(1, goes_out=goes_out)},
        own={"existing": existing(live_id)},
        asides={"its_id": f" ({live_id})"},
        candidates=(live_id,),
    )


NO_SUCH_TAG = Hold(
    Reason.UNRESOLVED,
    Said("No post or idea in Buffer has the {tags}{tags_seen}, and its API cannot list tags"),
    Said(
        "Correct `tags`. If the tag is new, add it to a post or an idea in Buffer, such as a draft (the Free plan "
        "allows 3 tags), and plan again.",
        beside=(_IN_BUFFER, _edit("tags")),
    ),
)


def no_such_tag(names: Sequence[str], seen: Iterable[str]) -> Hold:
    """`seen`: the names of the tags that Buffer shows."""
    named = all_of(f"“{name}”" for name in names)
    return NO_SUCH_TAG.filled(
        {"tags": f"tag{'s' * (len(names) > 1)} {named}"}, asides={"tags_seen": f" (seen: {_listed(seen)})"}
    )


NO_SUCH_BOARD = Hold(
    Reason.UNRESOLVED,
    Said("There is no board “{board}” on {name}{boards}"),
    Said("Use one of these.", beside=(_edit("metadata"),)),
)


def no_such_board(name: str, channel: LiveChannel) -> Hold:
    """`name`: of the board."""
    return NO_SUCH_BOARD.filled(
        {"board": name, "name": channel.name}, asides={"boards": f" (there are: {_listed(channel.boards)})"}
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


TOO_MANY_DELETES = Hold(
    Reason.DELETES,
    Said("{posts} disappeared from the files{shortened}, and at most {limit} may be deleted at once, so {kept}"),
    Said("If this is intended, set {setting} in the root file, or run with {run.options}."),
)
#: No number in the files is enough then.
TOO_MANY_OF_LOST_FILES = replace(TOO_MANY_DELETES, hint=Said("If this is intended, run with {run.options}."))
#: Their entries are still there for other channels.
TOO_MANY_DROPPED = Hold(
    Reason.DELETES,
    Said("{posts} no longer {go} to {channels}{shortened}, and at most {limit} may be deleted at once, so {kept}"),
    Said(
        "If this is intended, put it back into `channels` and write {cancelled_there} beside it: that never counts. Or "
        "run with {run.options}."
    ),
)


def too_many_deletes(
    count: int,
    posts: int,
    limit: int,
    shortened: Mapping[str, tuple[int, int]],
    dropped: Sequence[str],
    *,
    goes_out: bool,
    of_lost_files: bool = False,
) -> Hold:
    """`count`: of entries with these `posts`; `shortened`: how many occurrences each shortened entry had and has.

    `dropped`: the channels of these posts, if their entries are still there for others. `of_lost_files`: no number in
    the files is enough then.
    """
    cut = ", ".join(f"`{key}` was shortened from {old} to {new}" for key, (old, new) in shortened.items())
    many = f"{count} post{'s' if count > 1 else ''}"
    if posts > count:
        many = f"{count} {'entries' if count > 1 else 'entry'} with {posts} posts"
    stay = _stays(posts, goes_out=goes_out)
    hold = TOO_MANY_DELETES
    if dropped:
        hold = TOO_MANY_DROPPED
    elif of_lost_files:
        hold = TOO_MANY_OF_LOST_FILES
    return hold.filled(
        {
            "posts": many,
            "channels": ", ".join(dropped),
            "shortened": f" ({cut})" if cut else "",
            "go": "goes" if posts == 1 else "go",
            "limit": limit,
            "kept": f"{'it is not deleted and' if posts == 1 else 'none is deleted and they'} {stay}",
            "setting": Answer(Way.EDIT, "max_deletes", count),
            "cancelled_there": Answer(Way.EDIT, "cancelled", list(dropped)),
            "run": _max_deletes(count),
        }
    )


REPLACES = Hold(
    Reason.AMBIGUOUS,
    Said(
        "Its text is like that of a post{owner} that disappeared from the files but is not deleted, so both would be "
        "published; this is not sent"
    ),
    Said(
        "If it is that post, with another key and text, add {same}. If both are intended, add {both}. Once that post "
        "is deleted, this is sent."
    ),
)
REPLACES_PERHAPS_OUT = replace(
    REPLACES,
    message=Said(
        "Its text is like that of a post{owner} that disappeared from the files. Buffer is publishing that one, or "
        "failed to and may have published it all the same, so both could be published; this is not sent"
    ),
)
REPLACES_CANCELLED = Hold(
    Reason.AMBIGUOUS,
    Said(
        "Its text is like that of a post{owner} that is cancelled but not deleted, so both would be published; this "
        "is not sent"
    ),
    Said("If both are intended, add {both}. Once that post is deleted, this is sent."),
)


def is_perhaps_out(live: LiveItem | None) -> bool:
    """Whether Buffer may have published it, or is about to, though it is not among the published posts."""
    return isinstance(live, LivePost) and live.status in {PostStatus.SENDING, PostStatus.ERROR}


def replaces(near: Sequence[Change], *, by_edit: bool = False) -> Hold:
    """A post with nearly the text of others, which stay in Buffer although the files no longer say them.

    `by_edit`: it is there already, under its own key, and gets that text.
    """
    first, ids = near[0], [each.live_id or "" for each in near]
    key = first.address.key
    hold = REPLACES_PERHAPS_OUT if is_perhaps_out(first.live) else REPLACES
    if first.cause is Cause.CANCELLED:
        hold = REPLACES_CANCELLED
    if by_edit:
        hold = replace(hold, hint=REPLACES_CANCELLED.hint)
    return hold.filled(
        own={
            "same": _was(key, ids[0]) if first.is_ours else existing(ids[0]),
            "both": repeat_of(ids if len(ids) > 1 else ids[0], ids[0]),
        },
        asides={"owner": f" (`{key}`)"},
        candidates=tuple(ids),
    )


FILE_EMPTIED = Hold(
    Reason.DELETES,
    Said("{file} is gone or no longer has any posts; {its_posts} not deleted for that alone, and {stay}"),
    Said(
        "Restore the file, with `cancelled: true` on what should not be published. Or, to delete {what}, run with "
        "{run.options}.",
        beside=(_edit("cancelled"),),
    ),
)


def file_emptied(file: str, count: int, entries: int, *, goes_out: bool) -> Hold:
    """`count`: of its posts; `entries`: of all that were removed."""
    return FILE_EMPTIED.filled(
        {
            "file": file,
            "its_posts": "its post is" if count == 1 else f"its {count} posts are",
            "stay": _stays(count, goes_out=goes_out),
            "what": "it" if entries == 1 else "everything that was removed",
            "run": _max_deletes(entries),
        }
    )


def _stays(count: int, *, goes_out: bool) -> str:
    """What happens to posts that are not deleted: drafts and posts waiting for approval are not published."""
    return "will be published" if goes_out else f"{'stays' if count == 1 else 'stay'} in Buffer"


INTO_FREEZE = Hold(
    Reason.INTO_FREEZE,
    Said("It would go out during a freeze that your team agreed on{reason}, so it is not sent"),
    Said(
        "{another_time}. If it is meant to go out all the same, add {let_out}.",
        beside=(_edit("due_at"),),
    ),
)
#: The same if the rule is only a warning.
SENT_INTO_FREEZE = replace(
    INTO_FREEZE, message=Said("It goes out during a freeze that your team agreed on{reason}{besides}")
)
IN_FREEZE = Hold(
    Reason.FREEZE,
    Said("It is in Buffer already and goes out during a freeze that your team agreed on{reason}{besides}"),
    Said(
        "{another_time}, delete it with {cancelled}, or let it go out with {let_out}.",
        beside=(_edit("due_at"),),
    ),
)


def into_freeze(freeze: Freeze, *, is_there: bool) -> Hold:
    """`is_there`: Buffer has an earlier version, for another time."""
    hold = replace(INTO_FREEZE, message=INTO_FREEZE.message + GOES_OUT) if is_there else INTO_FREEZE
    return hold.filled({"reason": freeze.aside})


def sent_into_freeze(freeze: Freeze, *, needs_approval: bool = False) -> Hold:
    """What a warning says of a post that is sent, or was."""
    return SENT_INTO_FREEZE.filled({"reason": freeze.aside, "besides": _once_approved(needs_approval)})


def in_freeze(freeze: Freeze, *, is_edited: bool, needs_approval: bool) -> Hold:
    """`is_edited`: the file has another version, for a time during the freeze, too."""
    besides = _once_approved(needs_approval)
    if is_edited:
        besides += "; the edit is not sent"
    return IN_FREEZE.filled({"reason": freeze.aside, "besides": besides})


def _once_approved(needs_approval: bool) -> str:
    return " once somebody approves it" if needs_approval else ""


TOO_SHORT_NOTICE = Hold(
    Reason.POLICY,
    Said("Your team agreed on {wanted} between planning and publishing, and {notice}"),
    Said(
        "Give it a later `due_at`. If it cannot wait, change `minimum_lead` under `policy`.",
        beside=(_edit("due_at"), _edit("policy")),
    ),
)
_EDIT_NOT_SENT = Said("; the edit is not sent, and {goes_out}", {"goes_out": _AS_IT_IS})


def too_short_notice(wanted: timedelta, left: timedelta, *, at_once: bool, is_edit_held: bool) -> Hold:
    """`left`: from planning to publishing. `is_edit_held`: the edit is not sent, which the message adds."""
    hold = TOO_SHORT_NOTICE
    if is_edit_held:
        hold = replace(hold, message=hold.message + _EDIT_NOT_SENT)
    here = "this would be published at once" if at_once else f"here it is {in_one_unit(max(left, timedelta()))}"
    return hold.filled({"wanted": in_one_unit(wanted)}, own={"notice": here})


def in_one_unit(span: timedelta) -> str:
    """`2 days`, `36 hours`, `90 minutes`: in the largest unit of which there are at least two, or exactly one."""
    minutes = int(span.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * size or minutes == size:
            return f"{minutes // size} {unit}{'s' if minutes != size else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
