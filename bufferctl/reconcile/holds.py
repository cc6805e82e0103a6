"""Holds: why an object is left alone until a person decides. Each says what is wrong, the consequence, and what to do.

All wording is here: a constant where the change says everything, a function where more must be known. Blanks such as
`{channel}` and `{existing ID}` are filled in from the change that is held; a brace of somebody's text is doubled.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from shlex import quote

from bufferctl.diagnostics import all_of, some_of
from bufferctl.model import Claim, Item, LiveChannel, LiveIdea, LiveItem, LivePost, Post, PostStatus, Rule
from bufferctl.plan import Action, Change, Difference, Reason
from bufferctl.reconcile.matches import Suspect
from bufferctl.value import replace, value

_BLANK = re.compile(r"\{\{|\{(?P<name>existing|was) (?P<of>[^}]+)\}|\{\w+\}")


@value()
class Hold:
    """Why an object is held. `candidates`: the live ids that it may be."""

    reason: Reason
    message: str
    hint: str
    candidates: tuple[str, ...] = ()

    def on(self, change: Change) -> Change:
        """The change, held for this reason."""
        blanks = _blanks(change)

        def value(blank: re.Match[str]) -> str:
            if not blank["name"]:
                return blanks.get(blank[0], blank[0])
            return (_as_was if blank["name"] == "was" else _as_existing)(change.desired, *blank["of"].split())

        return replace(
            change,
            action=Action.HOLD,
            reason=self.reason,
            message=_BLANK.sub(value, self.message),
            hint=_BLANK.sub(value, self.hint),
            candidates=self.candidates,
            write=None,
        )

    def late(self) -> Hold:
        """The same for a post whose time is past: no command sends it without a later one."""
        command = "run `bufferctl apply"
        return replace(self, hint=self.hint.replace(command, f"give it a later `due_at` and {command}"))


def _blanks(change: Change) -> dict[str, str]:
    item, live, id_ = change.desired, change.live, change.live_id or ""
    return {
        "{{": "{",
        "{address}": quote(str(change.address)),  # for a command line
        "{home}": quote(change.address.channel),  # likewise
        "{channel}": change.address.channel,
        "{key}": change.address.key,
        "{old_key}": change.moved_from.key if change.moved_from else "",
        "{id}": id_,
        "{file}": change.place.file if change.place else "",
        "{named}": (item and item.existing) or "",
        "{idea}": (isinstance(item, Post) and item.idea) or "",
        "{error}": (isinstance(live, LivePost) and live.error.strip().rstrip(".")) or "no reason given",
        "{stays}": change.stays,  # what happens to the object in Buffer
        "{and_goes_out}": f", and {GOES_OUT}" if change.goes_out else "",
        "{existing}": _as_existing(item, id_),  # what it is in Buffer, as its entry says it
        "{cancelled}": _as_cancelled(item),  # the field that calls it off, on its channel alone
    }


def _as_existing(item: Item | None, id_: str) -> str:
    """The field that says what an entry is in Buffer; it names the channel, since the entry may have several."""
    if not isinstance(item, Post):
        return f"`existing: {id_}`"
    return _in_its_entry(item, f"existing: {{{item.service.value}: {id_}}}")


def _as_cancelled(item: Item | None) -> str:
    if not isinstance(item, Post):
        return "`cancelled: true`"
    return _in_its_entry(item, f"cancelled: [{item.address.channel}]")


def _in_its_entry(post: Post, field: str) -> str:
    return f"`{field}` under `each` (occurrence {post.number})" if post.number else f"`{field}`"


def _as_was(item: Item | None, key: str, id_: str) -> str:
    """The field that says which key an entry had; that of a series has the numbers of its posts added by itself."""
    number = item.number if isinstance(item, Post) else 0
    if not number:
        return f"`was: {key}`"
    series, _, old = key.rpartition("-")
    return f"`was: {series}`" if old == str(number) else _as_existing(item, id_)


#: What to do if file and Buffer differ and either may be right: first Buffer's version, then the file's.
_PULL = "To keep Buffer's version, write it into the file, or run `bufferctl pull {address}`."
_BY_HAND = "To keep Buffer's version, write it into the file by hand, without variables."
_REAPPLY = "To send the file's version, run `bufferctl apply --reapply {address}`."
#: The same if the file's version cannot be sent.
_THEIRS = f"Change it in Buffer. {_PULL}"
#: Fields whose texts and addresses may contain variables.
_MADE = ("text", "thread", "assets", "metadata")
#: The status of a live post in plain words.
_STATUSES = {
    PostStatus.DRAFT: "a draft",
    PostStatus.NEEDS_APPROVAL: "waiting for approval",
    PostStatus.SCHEDULED: "scheduled",
    PostStatus.SENDING: "being published",
    PostStatus.SENT: "published",
    PostStatus.ERROR: "refused by the network",
}
#: What happens to a scheduled post while its file is not followed.
GOES_OUT = "Buffer's version will be published as it is"
#: How many characters of a text a message quotes.
_SHOWN = 40
#: How many suspects a hint names.
_NAMED = 5


DISCONNECTED = Hold(
    Reason.CHANNEL,
    "{channel} is disconnected in Buffer, so nothing is published there",
    "Reconnect it in Buffer, then run plan again.",
)
LOCKED = Hold(
    Reason.CHANNEL,
    "{channel} is locked in Buffer, so nothing is published there",
    "Unlock it in Buffer (your plan may include fewer channels), then run plan again.",
)
ONLY_REMINDS = Hold(
    Reason.CHANNEL,
    "{channel} is a personal profile, and Buffer refuses posts that it would have to publish there by itself, so "
    "this is not sent",
    "Write `scheduling_type: notification`: Buffer then reminds a person to publish it.",
)
IN_ERROR = Hold(
    Reason.ERROR,
    "Buffer accepted it, but publishing failed: {error}. bufferctl does not create it a second time",
    "Fix it and retry it in Buffer. Or delete it there, then run `bufferctl apply --recreate {address}`.",
)
#: An edit that gives a published post another text, for a time that is still to come.
PUBLISHED = Hold(
    Reason.SENT,
    "That post is already published, so the new text would not be sent at this time",
    "To publish it, give this one a new key, and restore the old entry.",
)
#: A published post that gets a new key and a time that is still to come.
RENAMED_ONCE_PUBLISHED = Hold(
    Reason.SENT,
    "`{old_key}` is already published, and `was: {old_key}` makes this the same post, so nothing is sent at this time",
    "To rename it, keep its time. To publish another post, delete `was`.",
)
BEING_PUBLISHED = Hold(
    Reason.SENT, "It is being published now, so this is not sent", "Run plan again in a few minutes."
)
DELETED_IN_BUFFER = Hold(
    Reason.GONE,
    "Somebody deleted it in Buffer, so bufferctl does not create it again on its own",
    "To cancel it, add {cancelled}. To send it again, run `bufferctl apply --recreate {address}`.",
)
PERHAPS_PUBLISHED = Hold(
    Reason.GONE,
    "Its channel was connected to Buffer again, which removes the posts of the earlier connection. It may have "
    "been published before that, so bufferctl does not create it again on its own",
    "Look at the channel. If it is published, add {cancelled}; if not, run `bufferctl apply --recreate {address}`.",
)
KEY_TAKEN = Hold(
    Reason.AMBIGUOUS,
    "Another post had the key `{key}` ({id}), and a key stays with its post. So this is not renamed, and Buffer "
    "keeps it as it is",
    "Choose another key.",
)
NOT_READ = Hold(
    Reason.UNREAD,
    "It is older than the posts that were read, so bufferctl does not know whether it is published",
    "Check in Buffer. If it is published, add {cancelled}.",
)
UNREAD = Hold(
    Reason.UNREAD,
    "It may already be published: this channel has more published posts than could be read, and the state does "
    "not say which of them bufferctl created. Sending it could publish it twice",
    "If it is published, add {cancelled}. If the state was lost, restore it from a backup. If bufferctl has never "
    "posted here, run `bufferctl state begin {home}`.",
)
#: `existing` names something that cannot be its object.
NOT_THERE = Hold(
    Reason.AMBIGUOUS,
    "`existing` names {named}, which is not on this channel in Buffer, or is the post of another entry, so this is "
    "not sent",
    "Correct the id, or delete `existing`.",
)
IDEA_EDITED = Hold(
    Reason.IDEA, "Buffer's API cannot edit ideas", "Make the same edit in Buffer, or undo it in the file."
)
PROTECTED = Hold(
    Reason.PROTECTED,
    "It is protected, so it is not deleted and {stays}",
    "Remove `protect: true`, or delete it in Buffer.",
)
#: The files no longer have it.
PROTECTED_AND_REMOVED = replace(
    PROTECTED, hint="Restore it with `cancelled: true` and without `protect: true`, or delete it in Buffer."
)
#: Its idea is held, canceled, or not part of the run.
WITHOUT_IDEA = Hold(
    Reason.UNRESOLVED,
    "Its idea '{idea}' is not in Buffer, and this run does not add it, so this is not sent",
    "Resolve what holds the idea, or select it, too. Or delete `idea: {idea}`.",
)
#: The commit that was applied last wrote it, and is not here to compare with.
PERHAPS_OUTDATED = Hold(
    Reason.DIVERGED,
    "The commit that was applied last wrote it. That commit is not here and cannot be fetched, so this may undo it "
    "and is not sent{and_goes_out}",
    "Merge or rebase onto that commit, then plan again. Or, if it is meant, commit it and run with "
    "--confirm-removed {address}.",
)
#: The checkout lacks the commit that was applied last; so in the next ones.
ONLY_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message="The files do not have it, but this checkout may lack the commit that was applied last, which may have "
    "added it. So it is not deleted and {stays}",
)
OUTDATED_HERE = replace(
    PERHAPS_OUTDATED,
    message="The commit that was applied last changed {file}, and this checkout has the version before that. So this "
    "is not sent: it would undo that change",
)
PERHAPS_CANCELLED_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message="It is not new in this checkout, and nothing of it is in Buffer. The commit that was applied last changed "
    "its file, and may have canceled or removed it, so it is not sent",
)
ADDED_ELSEWHERE = replace(
    PERHAPS_OUTDATED,
    message="The post under this key comes from a commit that this checkout lacks, and the entry here is older or "
    "another one, so Buffer keeps its version",
)


def is_a_persons(live: LiveItem | None) -> bool:
    """Whether Buffer says that a person created it in its app; of a draft that means nothing (notes: via)."""
    return isinstance(live, LivePost) and live.via == "buffer" and live.status is not PostStatus.DRAFT


def whose(live: LiveItem | None, *, many: bool = False) -> str:
    """Who created an object of which the state does not say that bufferctl did, as far as Buffer tells."""
    if is_a_persons(live):
        return f"A person created {'them' if many else 'it'} in Buffer"
    if live is not None and live.by_api:
        return f"{'They were' if many else 'It was'} created through the API, perhaps by bufferctl"
    return f"bufferctl found {'them' if many else 'it'} in Buffer"


def adopted(live: LiveItem | None) -> Hold:
    """An edit of what was found in Buffer as the file had it."""
    return Hold(
        Reason.ADOPTED,
        f"{whose(live)}, so it is not edited",
        "To let the files manage it, add {existing}.",
    )


def cancelled_but_theirs(live: LiveItem | None) -> Hold:
    """The same, cancelled since."""
    return Hold(
        Reason.ADOPTED,
        f"It is cancelled. {whose(live)}, so it is not deleted and {{stays}}",
        "Delete it in Buffer. To let the next apply delete it, add {existing}.",
    )


def key_elsewhere(claim: Claim) -> Hold:
    """A new entry under a key that another root file has, or had, on this channel."""
    return Hold(
        Reason.AMBIGUOUS,
        f"{claim.root_file} has a post with this key on this channel ({claim.id}). If the entry was moved here and "
        "edited, that is its post, and this would be a second one",
        f"If it was moved, add {{existing {claim.id}}}. If both are intended, add `repeat_of: {claim.id}`.",
    )


def perhaps_renamed(was: Sequence[str], suspects: Sequence[Suspect]) -> Hold:
    """A new entry while others are gone: of its file, before any apply since the import, or with an unknown `was`."""
    keys = [suspect.owner.key if suspect.owner else suspect.id for suspect in suspects]
    unknown = f"The state has no `{was[0]}`, which this was. " if was else ""
    return Hold(
        Reason.AMBIGUOUS,
        f"{unknown}Other entries are gone ({some_of([f'`{key}`' for key in keys], _NAMED)}) whose posts are in Buffer, "
        "and this may be one of them",
        f"If it is, write `was: {keys[0]}`. If it is not, write `repeat_of: {keys[0]}`.",
        candidates=tuple(suspect.id for suspect in suspects),
    )


def not_listed_yet(until: datetime) -> Hold:
    """`until`: when Buffer should show it at the latest."""
    return Hold(
        Reason.LAG,
        "It was created within the last hour and Buffer does not show it: Buffer may be behind, or somebody deleted it",
        f"Run plan again after {until.astimezone(UTC):%H:%M} UTC; if it is still missing, it counts as deleted.",
    )


def changed(item: Item, differences: Iterable[Difference], *, edited: bool, by_buffer: bool, can_send: bool) -> Hold:
    """Buffer has another version than was applied last, by a person or `by_buffer` itself. `edited`: so has the file.

    `can_send`: the file's version may replace Buffer's; false for ideas and for a person's posts.
    """
    hint = _either(item, differences) if can_send else _THEIRS
    if edited:
        message = "It changed in the file and in Buffer, so one of the two versions would be lost"
        return Hold(Reason.CONFLICT, message, hint)
    message = "Somebody changed it in Buffer, and the file still has the old version"
    if by_buffer:
        message = "Buffer changed it when it was sent, and has its own version now"
    return Hold(Reason.CHANGED, message, hint)


def _either(item: Item, differences: Iterable[Difference]) -> str:
    """Both options. pull cannot write a text back into an entry that makes it from variables and parameters."""
    made = item.expansion and (item.expansion.variables or item.expansion.parameters)
    by_hand = made and any(each.path.startswith(_MADE) for each in differences)
    return f"{_BY_HAND if by_hand else _PULL} {_REAPPLY}"


def missed(lead: timedelta, *, edited: bool, counted: bool) -> Hold:
    """`counted`: its time counts from `starts`."""
    starts = "Move `starts` at the top of the file, or only its `due_at`, to a later day"
    later = starts if counted else "Give it a later `due_at`"
    what, instead = ("the edit", ", or change or delete it in Buffer") if edited else ("it", "")
    return Hold(Reason.MISSED, f"{_late(lead)}, so {what} is not sent", f"{later}{instead}.")


def missed_but_perhaps_there(lead: timedelta, there: Hold) -> Hold:
    """`there`: the question about what may be the same post."""
    return replace(there, reason=Reason.MISSED, message=f"{_late(lead)}, so it is not sent. {there.message}")


def _late(lead: timedelta) -> str:
    minutes = -(-int(lead.total_seconds()) // 60)
    return f"Its time is past or less than {minutes} minutes away, and Buffer might publish it at once"


def ambiguous(rule: Rule, suspects: Sequence[Suspect], channel: LiveChannel | None) -> Hold:
    """`suspects`: at least one. Times are shown in the zone of `channel`."""
    first = suspects[0]
    shown = f"{_seen(suspects, channel)}, so it may be there already"
    if rule is Rule.EDITED:
        message = (
            "The state does not say what bufferctl created here, and Buffer has posts that were created through the "
            f"API and match no file {_seen(suspects, channel)}; this may be one of them, edited since"
        )
    elif rule is Rule.SAME_TIME and isinstance(first.live, LivePost) and first.live.due_at:
        at = _there(first.live.due_at, channel)
        message = f"Buffer already has a post on this channel at {at:%H:%M} {shown}"
    elif rule is Rule.SAME_TEXT:
        message = f"Buffer already has one with this text {shown}"
    else:
        message = f"Buffer already has {_ALIKE[rule]} {shown}"
    answers = _one_of(suspects) if rule is Rule.EDITED and len(suspects) > 1 else _same_or_both(first)
    return Hold(Reason.AMBIGUOUS, message, answers, candidates=tuple(suspect.id for suspect in suspects))


_ALIKE = {
    Rule.SIMILAR_TEXT: "a similar text in the queue",
    Rule.NO_TEXT: "a post without text on this channel",
    Rule.REWRITTEN_LINKS: "one with this text and shortened links",
    Rule.SAME_TITLE: "an idea with this title",
    Rule.LET_GO: "the one that the state had under this address",
    Rule.SAME_TIME: "a post at this time",
}


def _same_or_both(suspect: Suspect) -> str:
    """What to do if the suspect is the declared object, and if it is not."""
    if suspect.owner is None:
        same = f"add {{existing {suspect.id}}}"
        both = suspect.id
    elif suspect.owner_declared:
        same, both = f"keep it under `{suspect.owner.key}` and give the new one another key", suspect.owner.key
    else:
        same = f"add {{was {suspect.owner.key} {suspect.id}}}"
        both = suspect.id  # validate rejects a key that is no longer in the files
        if suspect.live is None or suspect.live.is_out:  # only published ones need not be read
            return f"To publish it again, add `repeat_of: {both}`. If it was only renamed, {same}."
    return f"If it is the same, {same}. If both are intended, add `repeat_of: {both}`."


def _one_of(suspects: Sequence[Suspect]) -> str:
    """What to do if one of several suspects is the declared object, and if none is. Each is named."""
    named = some_of([f"{suspect.id} ({_text(suspect)!r})" for suspect in suspects], _NAMED)
    return (
        f"If it is one of {named}, add {{existing ID}} with its id. "
        "If none of them is in the files, run `bufferctl state begin`."
    )


def would_repeat(suspects: Sequence[Suspect], channel: LiveChannel | None) -> Hold:
    """An edit whose text another live object already has."""
    first = suspects[0]
    both = first.owner.key if first.owner and first.owner_declared else first.id
    return Hold(
        Reason.AMBIGUOUS,
        f"Buffer already has another one with this text {_seen(suspects, channel)}, so it would be published twice; "
        "the edit is not sent",
        f"If both are intended, add `repeat_of: {both}`; if not, change the text.",
        candidates=tuple(suspect.id for suspect in suspects),
    )


def _seen(suspects: Sequence[Suspect], channel: LiveChannel | None) -> str:
    """The first suspect's text, status and time, and how many more there are."""
    first, more = suspects[0], f" and {len(suspects) - 1} more" if len(suspects) > 1 else ""
    live = first.live
    if live is None:
        return f"({first.id}){more}"
    when = f", {_STATUSES[live.status]}" if isinstance(live, LivePost) else ""
    if isinstance(live, LivePost) and live.due_at:
        due = _there(live.due_at, channel)
        when += f", {due:%a} {due.day} {due:%b %Y %H:%M %Z}"
    return f"({_text(first)!r}{when}){more}"


def _there(moment: datetime, channel: LiveChannel | None) -> datetime:
    return moment.astimezone(channel.zone if channel else UTC)


def _text(suspect: Suspect) -> str:
    """The beginning of a suspect's text, or an idea's title."""
    live = suspect.live
    text = (live.text or (live.title if isinstance(live, LiveIdea) else "") or "") if live else ""
    return _safe(f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text)


def _safe(text: str) -> str:
    """Somebody's text, in which nothing is a blank."""
    return text.replace("{", "{{")


def unsettled(candidates: Sequence[str]) -> Hold:
    what = f"; it may be {candidates[0]}, changed by somebody since" if candidates else ""
    same = f"{{existing {candidates[0]}}}" if candidates else "{existing ID} with its id"
    return Hold(
        Reason.UNSETTLED,
        f"An earlier run got no answer from Buffer, so bufferctl does not know whether it was created{what}",
        f"Check in Buffer. If it is there, add {same}. "
        "If it is not there, run `bufferctl apply --recreate {address}`.",
        candidates=tuple(candidates),
    )


def cancelled_but_there(live_id: str, *, goes_out: bool) -> Hold:
    return Hold(
        Reason.AMBIGUOUS,
        f"It is cancelled, but Buffer has a matching post ({live_id}) that the state does not have; that one "
        f"{_stays(1, goes_out=goes_out)}",
        f"Delete it in Buffer. To let the next apply delete it, add {{existing {live_id}}}.",
        candidates=(live_id,),
    )


def no_such_tag(names: Sequence[str], seen: Iterable[str]) -> Hold:
    """`seen`: the names of the tags that Buffer shows.

    Names are in curly quotes: of what is in straight ones, a group of posts shows nothing.
    """
    tags = f"tag{'s' * (len(names) > 1)} {all_of(f'“{_safe(name)}”' for name in names)}"
    return Hold(
        Reason.UNRESOLVED,
        f"No post or idea in Buffer has the {tags} (seen: {_listed(seen)}), and its API cannot list tags",
        "Add the tag to a post or an idea in Buffer (the Free plan allows 3 tags) and plan again, or set its id under "
        "`tags:` in buffer.yaml.",
    )


def no_such_board(name: str, channel: LiveChannel) -> Hold:
    return Hold(
        Reason.UNRESOLVED,
        f"There is no board “{_safe(name)}” on {_safe(channel.name)} (there are: {_listed(channel.boards)})",
        "Use one of these.",
    )


def _listed(names: Iterable[str]) -> str:
    return _safe(", ".join(sorted(names))) or "none"


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
    because = f" ({cut})" if cut else ""
    many = f"{count} post{'s' if count > 1 else ''}"
    if posts > count:
        many = f"{count} {'entries' if count > 1 else 'entry'} with {posts} posts"
    names = ", ".join(dropped)
    what = f"no longer go to {names}" if dropped else "disappeared from the files"
    setting = "" if of_lost_files else f"set `max_deletes: {count}` in the root file, or "
    hint = f"If this is intended, {setting}run with --max-deletes {count}."
    if dropped:
        hint = (
            f"If this is intended, put it back into `channels` and write `cancelled: [{names}]` beside it: that never "
            f"counts. Or run with --max-deletes {count}."
        )
    return Hold(
        Reason.DELETES,
        f"{many} {what}{because}, and at most {limit} may be deleted at once, so none is deleted "
        f"and they {_stays(2, goes_out=goes_out)}",
        hint,
    )


def file_emptied(file: str, count: int, entries: int, *, goes_out: bool) -> Hold:
    """`count`: of its posts; `entries`: of all that were removed."""
    posts = "its post is" if count == 1 else f"its {count} posts are"
    return Hold(
        Reason.DELETES,
        f"{file} is gone or no longer has any posts; {posts} not deleted for that alone, and "
        f"{_stays(count, goes_out=goes_out)}",
        f"Restore the file, with `cancelled: true` on what should not be published. Or, to delete "
        f"{'it' if entries == 1 else 'everything that was removed'}, run with --max-deletes {entries}.",
    )


def _stays(count: int, *, goes_out: bool) -> str:
    """What happens to posts that are not deleted: drafts and posts waiting for approval are not published."""
    return "will be published" if goes_out else f"{'stays' if count == 1 else 'stay'} in Buffer"


def frozen(reason: str) -> Hold:
    why = f" ({_safe(reason)})" if reason else ""
    return Hold(
        Reason.POLICY,
        f"It would be published at once, during a freeze that your team agreed on{why}",
        "Give it a `due_at` after the freeze, or change `freeze` under `policy`.",
    )


def too_short_notice(wanted: timedelta, left: timedelta, *, at_once: bool, is_new: bool) -> Hold:
    """`left`: from planning to publishing. For an edit (not `is_new`), the message also names the consequence."""
    here = "this would be published at once" if at_once else f"here it is {duration(max(left, timedelta()))}"
    rest = "" if is_new else f"; the edit is not sent, and {GOES_OUT}"
    return Hold(
        Reason.POLICY,
        f"Your team agreed on {duration(wanted)} between planning and publishing, and {here}{rest}",
        "Give it a later `due_at`. If it cannot wait, change `minimum_lead` under `policy`.",
    )


def duration(span: timedelta) -> str:
    """`2 days`, `36 hours`, `90 minutes`: in the largest unit of which there are at least two, or exactly one."""
    minutes = int(span.total_seconds()) // 60
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 2 * size or minutes == size:
            return f"{minutes // size} {unit}{'s' if minutes != size else ''}"
    return f"{minutes} minute{'s' if minutes != 1 else ''}"
