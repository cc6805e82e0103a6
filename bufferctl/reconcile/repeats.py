"""Asks before a text is published while another object in Buffer still has it.

Matching asks about new objects and objects in Buffer. Questions that need a plan are asked here: whether the delete
that frees a text is part of this run, whether an edit would have the same text as another object, and whether an edit
would publish the text of somebody else's post a second time, or bring the two posts closer together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from enum import IntEnum, auto
from operator import is_
from typing import NamedTuple

from bufferctl.model import (
    Address,
    EditPost,
    Item,
    Likeness,
    LiveChannel,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    Slot,
    content_of_desired,
    content_of_live,
    instant,
)
from bufferctl.model.address import is_id
from bufferctl.model.comparable import TELLING, has_rewritten_links, part_digests, text_digest
from bufferctl.plan import WRITING, Action, Cause, Change, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.likeness import alike
from bufferctl.reconcile.matches import ByText, Mark, Matches, Suspect, applied_mark, mark_of
from bufferctl.said import Overrule
from bufferctl.value import replace, value

_REMOVED = frozenset({Cause.REMOVED, Cause.CANCELLED})


class _Staying(NamedTuple):
    """What Buffer keeps although the files no longer say it: the texts, and what stands at another time than there."""

    texts: dict[Mark, list[Suspect]]
    parts: dict[Mark, list[Suspect]]  # threads, by the texts of their parts
    at: dict[tuple[Mark, str], list[Suspect]]  # by the instant, too


@value()
class _There:
    """What a change may repeat."""

    staying: _Staying
    unclaimed: ByText  # of no entry
    published: ByText
    published_parts: ByText  # published threads, by the texts of their parts
    back: Mapping[Mark, list[Change]]  # what `--reapply` sends, by the text that Buffer has of it


def wanted(change: Change) -> Mark:
    """The content that a change would publish."""
    item = change.desired
    return change.slot.home, mark_of(item, content_of_desired(item)) if item else ""


def kept(change: Change) -> Mark:
    """The content that Buffer has for a change; an object without a text has the images that were applied."""
    words = text_digest(content_of_live(change.live)) or applied_mark(change.binding) if change.live else ""
    return change.slot.home, words


def wanted_parts(change: Change) -> set[Mark]:
    """The parts of a thread that a change would publish."""
    item = change.desired
    return {(change.slot.home, part) for part in part_digests(content_of_desired(item))} if item else set()


def kept_parts(change: Change) -> set[Mark]:
    """The parts of a thread that Buffer has for a change."""
    live = change.live
    return {(change.slot.home, part) for part in part_digests(content_of_live(live))} if live else set()


def hold_repeats(
    changes: Iterable[Change],
    channels: Mapping[str, LiveChannel],
    matches: Matches | None = None,
    *,
    doing: Collection[Slot] | None = None,
) -> list[Change]:
    """Hold creates and edits with a text that another object keeps in Buffer.

    `doing` are the slots whose writes are part of the run, None for all of them. Unclaimed objects count for an edit,
    too.
    """
    changes = list(changes)
    matches = matches or Matches(())
    doing = {change.slot for change in changes} if doing is None else doing
    actions = {change.action for change in changes}
    is_edited = Action.UPDATE in actions
    claims = matches.claims if is_edited or Action.CREATE in actions else None
    back: dict[Mark, list[Change]] = defaultdict(list)
    for change in filter(_can_reapply, changes) if is_edited else ():
        back[kept(change)].append(change)
    there = _There(
        _staying(changes, doing),
        unclaimed=by_mark(matches.unclaimed if is_edited else ()),
        published=claims.published if claims else {},
        published_parts=claims.published_parts if claims else {},
        back=back,
    )
    while True:
        held = [_held(change, there, channels.get(change.slot.channel_id)) for change in changes]
        if all(map(is_, held, changes)):
            return changes
        changes = held  # a held edit keeps its old text, too
        there = replace(there, staying=_staying(changes, doing))


def by_mark(items: Iterable[LiveItem]) -> ByText:
    """Live objects by home and text."""
    found: dict[Mark, list[Suspect]] = defaultdict(list)
    for live in items:
        found[live.home, text_digest(content_of_live(live))].append(Suspect.of(live))
    return found


def published_twins(changes: Iterable[Change], unclaimed: Iterable[LiveItem]) -> dict[str, datetime]:
    """By home, up to when the first of nobody's published posts is listed that has the text of a held edit or a draft.

    Such a post has to be read again: a question about it would end by itself once it is not, and the draft may go out
    later.
    """
    published = by_mark(live for live in unclaimed if live.is_out)
    found: dict[str, datetime] = {}
    for change in changes if published else ():
        live, item = change.live, change.desired
        is_waiting = isinstance(live, LivePost) and live.status in {PostStatus.DRAFT, PostStatus.NEEDS_APPROVAL}
        if item is None or live is None or live.is_out or not (is_waiting or change.action is Action.HOLD):
            continue
        for twin in not_meant(item, published.get(wanted(change), ())):
            due_at = twin.live.due_at if isinstance(twin.live, LivePost) else None
            listed_since = max(twin.created_at, due_at or twin.created_at)  # lists are read by either
            found[change.slot.home] = min(listed_since, found.get(change.slot.home, listed_since))
    return found


def hold_replacements(
    changes: Iterable[Change], *, doing: Collection[Slot] | None = None, prunes: bool = True
) -> list[Change]:
    """Hold creates and edits with nearly the text of a removed or cancelled post that stays: both would go out.

    `doing`: the slots whose writes are part of the run, None for all. `prunes`: whether removed posts are deleted.
    Equal texts are those of `hold_repeats`. An answer to the delete frees them, too. Meanwhile, the state does not
    forget the entry of that post.
    """
    changes = list(changes)
    near = _near(changes, [each for each in changes if _stays(each, doing, prunes=prunes)])
    asked = {each.live_id for those in near.values() for each in those}
    return [_in_question(change, near.get(change.slot, ()), asked) for change in changes]


def _stays(change: Change, doing: Collection[Slot] | None, *, prunes: bool) -> bool:
    """Whether Buffer keeps a post that the files no longer say, for this run at least, or may have published it."""
    live = change.live
    if change.cause not in _REMOVED or not isinstance(live, LivePost) or live.status is PostStatus.SENT:
        return False
    if holds.is_perhaps_out(live):
        return True
    if change.action is Action.DELETE:
        return doing is not None and change.slot not in doing
    if change.action is Action.HOLD and change.reason is Reason.DELETES:
        return True
    is_kept = change.action is Action.KEEP and not prunes
    return change.goes_out and (is_kept or change.action in {Action.HOLD, Action.FORGET})


class _Words(NamedTuple):
    """The text of a post as it is compared with others, and those of the parts of its thread that tell something."""

    text: str
    parts: frozenset[str]


def _words(item: Post | LiveItem | None) -> _Words:
    if item is None:
        return _Words("", frozenset())
    content = content_of_desired(item) if isinstance(item, Post) else content_of_live(item)
    parts = (text.casefold() for text, _ in content.thread)
    return _Words(content.text.casefold(), frozenset(each for each in parts if len(each) >= TELLING))


def _near(changes: Iterable[Change], staying: Iterable[Change]) -> dict[Slot, Sequence[Change]]:
    """By the slot of a post that is new or gets other words, those of `staying` whose text it nearly has then."""
    by_home: dict[str, list[Change]] = defaultdict(list)
    for each in staying:
        by_home[each.slot.home].append(each)
    words = {home: [_words(each.live) for each in those] for home, those in by_home.items()}
    found: dict[Slot, Sequence[Change]] = {}
    for change in changes if words else ():
        home = change.slot.home
        if home in words and (near := _near_ones(change, by_home[home], words[home])):
            found[change.slot] = near
    return found


def _near_ones(change: Change, staying: Sequence[Change], words: Sequence[_Words]) -> Sequence[Change]:
    """Those of `staying`, which have these `words`, whose text a post would nearly have; not what `repeat_of` names.

    What an edited post is like already is known. An occurrence is compared with that of its number, if there is one: a
    series may have one text, and each but the first repeats the first on purpose.
    """
    item = change.desired
    if not _brings_words(change) or not isinstance(item, Post) or not item.text:
        return ()
    before = _like(_words(change.live), words) if change.live else ()
    near = [staying[number] for number in _like(_words(item), words) if number not in before]
    of_its_number = [each for each in near if item.number and each.address.key.endswith(f"-{item.number}")]
    named = set(item.repeat_of)
    return [each for each in of_its_number or near if not named.intersection({each.live_id, each.address.key})]


def _like(one: _Words, others: Sequence[_Words]) -> list[int]:
    """Which of the others have nearly the text, those most alike first, or else a part of the thread."""
    near = alike(one.text, [each.text for each in others])
    return near + [number for number, each in enumerate(others) if one.parts & each.parts and number not in near]


def _brings_words(change: Change) -> bool:
    """Whether it is new, held or not, or an edit of the text."""
    if change.action is Action.UPDATE:
        return wanted(change) != kept(change)
    return change.action is Action.CREATE or (change.action is Action.HOLD and not (change.live or change.binding))


def _in_question(change: Change, near: Sequence[Change], asked: Collection[str | None]) -> Change:
    """The change, held if it is sent beside those; what is `asked` about stays in the state until it is answered.

    So does what is like a post that is held for another reason: once that is sent, the question comes up. A post whose
    publishing failed is not deleted meanwhile: it is the only trace of what may be out.
    """
    if change.action in {Action.CREATE, Action.UPDATE} and near:
        return holds.replaces(near, by_edit=change.action is Action.UPDATE).on(change)
    if change.action is Action.DELETE and holds.is_perhaps_out(change.live) and change.live_id in asked:
        return replace(change, action=Action.KEEP, write=None, why=None)
    if change.action is Action.FORGET and change.binding and change.live_id in asked:
        return replace(change, action=Action.KEEP, binding=replace(change.binding, retired=False))
    return change


def freeing(changes: Collection[Change]) -> dict[Slot, tuple[Slot, ...]]:
    """By slot, the writes without which it would be held: until they are made, its text or nearly that is in Buffer."""
    writes = {change.live.id: change for change in changes if change.action in WRITING and change.live}
    if not writes:
        return {}
    staying = _staying(writes.values(), doing=())
    sent = [change for change in changes if change.action in WRITING]
    near = _near(sent, [each for each in writes.values() if _stays(each, (), prunes=True)])
    found: dict[Slot, tuple[Slot, ...]] = {}
    for change in changes:
        apart = _taken_apart(change, (staying.texts,), (staying.parts,))
        suspects = (*_moved_here(change, staying), *_repeated(change, staying.texts), *apart)
        slots = dict.fromkeys(writes[each.id].slot for each in suspects)
        slots |= dict.fromkeys(each.slot for each in near.get(change.slot, ()))
        others = tuple(slot for slot in slots if slot != change.slot)
        if others:
            found[change.slot] = others
    return found


def _staying(changes: Iterable[Change], doing: Collection[Slot]) -> _Staying:
    """What Buffer keeps although the files no longer have it, or have it at another time."""
    staying = _Staying(texts=defaultdict(list), parts=defaultdict(list), at=defaultdict(list))
    for change in changes:
        live = change.live
        is_removed = change.cause in _REMOVED
        if live is None or (change.action in WRITING and change.slot in doing):
            continue
        declared = not is_removed
        suspect = Suspect(live.id, live.created_at, live, change.address, declared)
        if is_removed or (change.action is not Action.NO_OP and wanted(change) != kept(change)):
            staying.texts[kept(change)].append(suspect)
        wanted_now = set() if is_removed else {wanted(change), *wanted_parts(change)}
        for part in kept_parts(change) - wanted_now if change.action is not Action.NO_OP else ():
            staying.parts[part].append(suspect)
        if change.action is not Action.NO_OP and isinstance(live, LivePost) and live.due_at and not live.is_out:
            for mark in _moved(change, live):
                staying.at[mark, instant(live.due_at)].append(suspect)
    return staying


def _can_reapply(change: Change) -> bool:
    """Whether `--reapply` sends the file's version of what somebody changed, or would if this did not hold it."""
    answers = change.todo.answers if change.todo else ()
    return change.cause is Cause.DRIFT or any(each.overrules is Overrule.REAPPLY for each in answers)


def _reapplied(change: Change, repeated: Iterable[Suspect], back: Mapping[Mark, list[Change]]) -> list[Address]:
    """The posts that are sent back together to free a text, and the text of each of them; empty if that is no way.

    `back`: what `--reapply` sends, by the text that Buffer has of it.
    """
    if not {each.id for each in repeated} <= {other.live_id for other in back.get(wanted(change), ())}:
        return []
    found = {change.address: None} if change.cause is Cause.DRIFT else {}
    left = [wanted(change)]
    while left:
        for other in back.get(left.pop(), ()):
            if other.address not in found:
                found[other.address] = None
                left.append(wanted(other))
    return list(found)


def _moved(change: Change, live: LivePost) -> set[Mark]:
    """The marks of a declared post that stands in Buffer at another time, or with another text, than in its file."""
    item = change.desired
    if item is None or (wanted(change), instant(item.due_at)) == (kept(change), instant(live.due_at)):
        return set()
    is_shortened = has_rewritten_links(content_of_desired(item), content_of_live(live))
    return {kept(change), wanted(change)} if is_shortened else {kept(change)}


def _held(change: Change, there: _There, channel: LiveChannel | None) -> Change:
    hold = _hold(change, there, channel)
    return hold.on(change) if hold else change


def _hold(change: Change, there: _There, channel: LiveChannel | None) -> Hold | None:
    """What a change would repeat, as a hold; None if it repeats nothing."""
    moved = _moved_here(change, there.staying)
    owner = moved[0].owner if moved else None
    if owner:
        return holds.moved_here(moved, owner, channel)
    is_new = change.action is Action.CREATE
    of_nobody = () if is_new else (there.unclaimed,)  # matching asks about those beside new posts
    repeated = _repeated(change, there.staying.texts, there.published, *of_nobody)
    if repeated and is_new:
        return holds.ambiguous(Likeness.SAME_TEXT, repeated, channel)
    if repeated:
        return holds.would_repeat(repeated, channel, _reapplied(change, repeated, there.back))
    beside = _brought_beside(change, there.unclaimed)
    if beside:
        return holds.would_stand_beside(beside, channel)
    whole, parts = (there.staying.texts, there.published), (there.staying.parts, there.published_parts)
    apart = _taken_apart(change, whole, parts)
    return holds.would_repeat_part(apart, channel) if apart else None


def _moved_here(change: Change, staying: _Staying) -> list[Suspect]:
    """The posts of other entries that have its text at its time.

    Only `repeat_of` with that very post lifts this: another one's key says that the text is meant again, not when.
    """
    item = change.desired
    if change.action not in {Action.CREATE, Action.UPDATE} or not isinstance(item, Post):
        return []
    there = staying.at.get((wanted(change), instant(item.due_at)), ())
    named = item.given_repeat_of
    return [each for each in there if each.owner and {each.id, each.owner.key}.isdisjoint(named)]


def _taken_apart(change: Change, whole: Iterable[ByText], parts: Iterable[ByText]) -> list[Suspect]:
    """Threads that have the text of a change as a part, and posts whose text is a part of its thread.

    `whole`: posts by their texts; `parts`: threads by those of their parts. Two threads may have a part in common, such
    as a last one that names the team, and what the change has in Buffer already is no news.
    """
    if change.action not in {Action.CREATE, Action.UPDATE} or change.desired is None:
        return []
    there = kept_parts(change) | ({kept(change)} if change.live else set())
    found = [each for by_text in parts for each in by_text.get(wanted(change), ()) if wanted(change) not in there]
    for part in wanted_parts(change) - there - {wanted(change)}:
        found += [each for by_text in whole for each in by_text.get(part, ())]
    return not_meant(change.desired, found)


def _repeated(change: Change, *objects: ByText) -> list[Suspect]:
    """Those of `objects`, by their texts, that have the text that a change would publish, unless that is intended."""
    if change.action not in {Action.CREATE, Action.UPDATE} or change.desired is None:
        return []
    words = wanted(change)
    if words == kept(change):
        return []
    return not_meant(change.desired, [each for by_text in objects for each in by_text.get(words, ())])


def equals_of_nobody(change: Change, unclaimed: ByText) -> list[Suspect]:
    """The posts of no entry beside which an edit would be held: it would have their text, or move closer to them."""
    return _repeated(change, unclaimed) or _brought_beside(change, unclaimed)


def not_meant(item: Item, suspects: Iterable[Suspect]) -> list[Suspect]:
    """The suspects, each once, unless `repeat_of` says that the text is meant again."""
    every = {each.id: each for each in suspects}
    named = item.repeat_of
    if any(not is_id(each) and each not in every for each in named):  # an id speaks for one post alone
        return []
    return [each for each in every.values() if each.id not in named]


def _brought_beside(change: Change, unclaimed: ByText) -> list[Suspect]:
    """Posts of nobody's entry with the text of a post whose edit makes it go out, or moves it closer to them.

    What stood beside it before, and is no closer then, is known: a warning is enough.
    """
    write, live, item = change.write, change.live, change.desired
    if not isinstance(write, EditPost) or not isinstance(live, LivePost) or not isinstance(item, Post):
        return []
    stays_draft = item.draft and not write.back_to
    if not write.reschedule or stays_draft or item.suspended or wanted(change) != kept(change):
        return []
    goes_further = _how_public_now(live, change) < _how_public_meant(item)
    found = []
    for each in unclaimed.get(wanted(change), ()):
        other = each.live
        if not isinstance(other, LivePost) or other.status is PostStatus.DRAFT:
            continue
        if goes_further or (not other.is_out and _is_closer(other, live, change.due_at)):
            found.append(each)
    return not_meant(item, found)


class _HowPublic(IntEnum):
    """How close to the public a post is."""

    DRAFT = auto()
    TO_APPROVE = auto()
    REMINDS = auto()  # somebody, who publishes it
    GOES_OUT = auto()


def _how_public_now(live: LivePost, change: Change) -> _HowPublic:
    """Of the post in Buffer. One that a suspension took off the schedule counts as if it still stood there."""
    if change.puts_back:
        return _HowPublic.GOES_OUT
    if live.status is PostStatus.DRAFT:
        return _HowPublic.DRAFT
    if live.status is PostStatus.NEEDS_APPROVAL:
        return _HowPublic.TO_APPROVE
    return _HowPublic.REMINDS if live.reminds else _HowPublic.GOES_OUT


def _how_public_meant(item: Post) -> _HowPublic:
    """Of a post that is no draft, as the files have it."""
    if item.needs_approval:
        return _HowPublic.TO_APPROVE
    return _HowPublic.REMINDS if item.reminds else _HowPublic.GOES_OUT


def _is_closer(other: LivePost, live: LivePost, due_at: datetime | None) -> bool:
    """Whether a post gets closer to another one than it is, as far as anybody knows."""
    if due_at is None or live.due_at is None or other.due_at is None:
        return True
    return abs(due_at - other.due_at) < abs(live.due_at - other.due_at)
