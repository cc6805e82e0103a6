"""The facts about a match that the rows of the action table need, each computed once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import NamedTuple

from bufferctl.model import (
    Binding,
    Item,
    LiveIdea,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    SchedulingType,
    ShareMode,
    content_of_live,
    instant,
)
from bufferctl.model.comparable import (
    UNKNOWN,
    Content,
    Fingerprint,
    contents_match,
    digest,
    lost,
    mentioning,
    publisher_of,
    text_digest,
    with_board_of,
)
from bufferctl.model.seen import Seen, as_it_was, details_digest, has_renamed_board
from bufferctl.model.unsaid import LeftOut, left_out
from bufferctl.plan import Difference, Reason
from bufferctl.reconcile.differences import (
    deleted_differences,
    differences,
    edits_of_unread,
    handling_differences,
    hidden_differences,
    idea_differences,
    media_differences,
    schedule_differences,
    unsaid_differences,
)
from bufferctl.reconcile.matches import How, Match
from bufferctl.reconcile.sides import SCHEDULE, Fields, Versions, fields_of, mixed, sides_of

#: A post published at least this long before its time was published by a person.
EARLY = timedelta(minutes=1)

_ORDER: tuple[str, ...] = (
    PostStatus.DRAFT,
    PostStatus.NEEDS_APPROVAL,
    PostStatus.SCHEDULED,
    PostStatus.SENDING,
    PostStatus.SENT,
)


class Facts(NamedTuple):
    """A match with the facts that the rows need; `differences` of a published post are only those edited since."""

    match: Match  # of the declared object
    live: LiveItem | None  # what it is in Buffer; what a suspension took off, as it was before
    content: Content | None = None  # of the live object
    before: Fingerprint | None = None  # what was last applied, None if that cannot be read
    edited: bool = False  # the file has changed since
    rescheduled: bool = False  # the file changed when or how it goes out
    changed: bool = False  # a person changed it in Buffer, apart from progress
    sent: bool = False  # it is published
    differences: tuple[Difference, ...] = ()  # between Buffer's version and the file's
    is_off: bool = False  # a suspension made it a draft, and it still is one
    left_out: tuple[LeftOut, ...] = ()  # what Buffer has of its network, unpublished, and the file does not give

    @property
    def item(self) -> Item:
        """The declared object."""
        return self.match.declared.item

    @property
    def binding(self) -> Binding:
        """Its entry in the state. Raises ValueError if it has none."""
        if self.match.binding is None:
            raise ValueError("only tracked objects have a binding")
        return self.match.binding

    @property
    def is_reworded(self) -> bool:
        """Whether the file has another title or text than last applied, and than Buffer has."""
        there = text_digest(self.content) if self.content else ""
        return text_digest(self.match.declared.content) not in {self.binding.text, there}

    @property
    def is_perhaps_edited(self) -> bool:
        """Whether an edit without an answer may have been carried out of what Buffer does not show."""
        return self.before is not None and self.before.hidden == UNKNOWN

    @property
    def has_new_handles(self) -> bool:
        """Whether only handles that it mentions have changed in the file since."""
        declared = self.match.declared
        is_same = bool(self.binding.mentioning) and self.binding.mentioning == mentioning(self.item, declared.content)
        return is_same and not self.rescheduled

    @property
    def agree(self) -> bool:
        """Whether file and Buffer agree, and the file has no new version of what Buffer does not return."""
        is_hidden_same = self.before is not None and self.before.hidden == self.match.declared.fingerprint.hidden
        return is_hidden_same and self.agree_as_returned

    @property
    def agree_as_returned(self) -> bool:
        """Whether file and Buffer agree in all that Buffer returns, so that sending the file undoes nothing there."""
        declared, live = self.match.declared, self.live
        if live is None or self.content is None or not contents_match(declared.content, self.content, unsaid=True):
            return False
        if not Seen.read(self.binding.seen).has_cards(self.content):
            return False
        if lost(declared.content, self.content):  # an edit of it has to be sent, and a person may have deleted it
            return False
        handling = handling_differences(self.item, live)
        sent_back = any(each.path == "needs_approval" and each.before for each in handling)  # for an unasked approval
        if (sent_back and self.binding.status != PostStatus.NEEDS_APPROVAL) or _goes_out_otherwise(self.item, live):
            return False
        return not schedule_differences(self.item, live) and (not self.rescheduled or self._handled_as_declared(live))

    @property
    def is_as_pulled(self) -> bool:
        """Whether Buffer's version is the one that pull last took into files, here or in another checkout."""
        pulled = self.binding.as_pulled
        if not pulled.seen or self.live is None or self.content is None:
            return False
        on_time = isinstance(self.live, LiveIdea) or not pulled.due_at or instant(self.live.due_at) == pulled.due_at
        return on_time and Seen.read(pulled.seen).matches(self.content)

    def keeps_theirs(self, *, is_state_shared: bool) -> bool:
        """Whether sending the file undoes nothing that a person changed in Buffer, since the file has that, too.

        So what still differs must be in Buffer as it was applied, or as pull took it into these files. A state beside
        the files stays with them, so a field that is not as it was applied was edited since. A shared one does not show
        whether this checkout has what was pulled in another one: only a field that pull did not write is the same in
        both.
        """
        declared, live, content, binding = self.match.declared, self.live, self.content, self.binding
        if live is None or content is None or self.before is None:
            return False
        has_moved_on = isinstance(live, LivePost) and live.status != binding.status
        is_less = lost(declared.content, content) or not Seen.read(binding.seen).has_cards(content)
        both = Versions(self.item, declared.content, live, content, binding)
        fields = fields_of(both, self.differences)
        if has_moved_on or is_less or fields is None:
            return False
        names = (*fields.details, *fields.content)
        if not contents_match(mixed(declared.content, content, names), content, unsaid=True):
            return False  # Buffer has something of which the file says nothing
        if self.is_as_pulled:
            is_edit = _left_by_pull((*fields.schedule, *names), binding) if is_state_shared else not self._lacks(both)
            if is_edit:
                return True
        return self._is_as_applied(fields, live, content)

    def _lacks(self, both: Versions) -> bool:
        """Whether the file has a field as it was applied that a person changed."""
        sides = sides_of(both, self.differences)
        return sides is not None and not set(sides.in_buffer).issubset(sides.in_file)

    def _is_as_applied(self, fields: Fields, live: LiveItem, content: Content) -> bool:
        """Whether Buffer has these fields as they were applied last."""
        seen = Seen.read(self.binding.seen)
        if fields.schedule and (
            not self.rescheduled
            or was_moved(self.binding, live)
            or (self.before is not None and _was_handed_over(self.match, live, self.before))
        ):
            return False
        if fields.details and seen.details != details_digest(content.details):
            return False
        is_text = text_digest(content) == self.binding.text and {"text", "title"}.issuperset(fields.content)
        return not fields.content or is_text or seen.content == digest(content)

    def _handled_as_declared(self, live: LiveItem) -> bool:
        """Whether the live schedule is the file's new one: somebody made the same change in Buffer."""
        item = self.item
        if not isinstance(item, Post) or not isinstance(live, LivePost):
            return True
        if live.scheduling_type is None and self.before is not None:  # then the other kind would look the same
            applied = _publisher_applied(item, live, self.before, self.binding)
            if applied not in {None, item.scheduling_type}:
                return False
        return not handling_differences(item, live)

    @property
    def progress(self) -> Reason | None:
        """The progress that a person made in Buffer since the status was last seen, if any."""
        item, live, before = self.item, self.live, self.binding.status
        if not isinstance(item, Post) or not isinstance(live, LivePost) or live.status == before:
            return None
        early = live.sent_at and live.due_at and live.due_at - live.sent_at > EARLY
        if live.is_out and item.mode is not ShareMode.SHARE_NOW and (live.shared_now or early):
            return Reason.SHARED
        by_hand = {PostStatus.NEEDS_APPROVAL: Reason.APPROVED, PostStatus.DRAFT: Reason.SCHEDULED}
        return by_hand.get(PostStatus(before)) if before and live.status in _ORDER else None


def facts_of(match: Match) -> Facts:
    """Compare a declared object with its live object and with the state."""
    binding, live = match.binding, match.live
    if binding is None:
        return Facts(match, live)
    live = as_it_was(binding, live)
    is_off = live is not match.live
    item, wanted, now = match.declared.item, match.declared.content, match.declared.fingerprint
    # None for that of another version: only contents can be compared then
    before = now if binding.applied == str(now) else Fingerprint.read(binding.applied)
    rescheduled = before is None or before.schedule != now.schedule
    if live is None:
        return _of_unread(match, binding, before, rescheduled=rescheduled)
    content = content_of_live(live)
    stands = Seen.read(binding.seen).matches(content, now.content if content == wanted else "")
    if not stands and has_renamed_board(item, live, binding.seen):
        content, stands = content_of_live(with_board_of(item, live)), True
    sent = isinstance(live, LivePost) and live.status is PostStatus.SENT
    edited = before != now if before else not contents_match(wanted, content) or bool(schedule_differences(item, live))
    changed = not stands or was_moved(binding, live)
    changed = changed or (before is not None and _was_handed_over(match, live, before))
    different: tuple[Difference, ...] = ()
    if edited or changed:
        is_same = sent and before is not None and before.content == now.content
        different = () if is_same else differences(wanted, content)
        different += media_differences(item, binding.media)
        different += deleted_differences(wanted, content, binding.seen) if changed and not sent else ()
        different += _schedule(item, live, rescheduled=rescheduled, changed=changed)
    left: tuple[LeftOut, ...] = ()
    if not sent and (edited or changed or match.how is How.NAMED):
        left = tuple(left_out(wanted, content, binding.given))
    facts = Facts(match, live, content, before, edited, rescheduled, changed, sent, different, is_off, left)
    return facts._replace(differences=(*different, *_unsaid(facts))) if not sent and (edited or changed) else facts


def _of_unread(match: Match, binding: Binding, before: Fingerprint | None, *, rescheduled: bool) -> Facts:
    """The facts about an object that is in no list: what the state alone shows of it."""
    sent = binding.status == PostStatus.SENT
    edited = before != match.declared.fingerprint if before else not binding.applied
    different = edits_of_unread(binding, match.declared.item) if sent else ()
    return Facts(match, None, None, before, edited, rescheduled, sent=sent, differences=different)


def _unsaid(facts: Facts) -> Iterator[Difference]:
    """Differences of what the file leaves out, and of what Buffer does not return."""
    item, given = facts.item, facts.binding.given
    wanted, now = facts.match.declared.content, facts.match.declared.fingerprint
    if facts.content is None or facts.live is None:
        return
    shown = {each.path for each in facts.left_out if each.was_given or not facts.edited}
    yield from (each for each in unsaid_differences(wanted, facts.content, given) if each.path in shown)
    is_known = isinstance(item, Post) or (facts.before is not None and facts.before.hidden != now.hidden)
    if facts.edited and is_known:
        there = {each.path for each in facts.differences}  # Buffer returned it all the same
        yield from (each for each in hidden_differences(item, given, facts.content) if each.path not in there)
        yield from idea_differences(item, facts.live)


def _schedule(item: Item, live: LiveItem, *, rescheduled: bool, changed: bool) -> tuple[Difference, ...]:
    """How the schedules differ, except for people's progress, which a text edit does not touch."""
    handling = handling_differences(item, live)
    if rescheduled:
        return schedule_differences(item, live) + handling
    approval = tuple(each for each in handling if each.path == "needs_approval" and (each.after or changed))
    if changed and _goes_out_otherwise(item, live):
        approval += tuple(each for each in handling if each.path == "scheduling_type")
    return (schedule_differences(item, live) if changed else ()) + approval


def _goes_out_otherwise(item: Item, live: LiveItem) -> bool:
    """Whether Buffer reminds a person where the file lets it publish, or the reverse; null says neither."""
    if not isinstance(item, Post) or not isinstance(live, LivePost) or live.is_out:
        return False
    return live.scheduling_type not in {None, item.scheduling_type}


def _was_handed_over(match: Match, live: LiveItem, before: Fingerprint) -> bool:
    """Whether a person changed who publishes it: not if the file alone did, since it was applied."""
    item, binding = match.declared.item, match.binding
    if not isinstance(item, Post) or not isinstance(live, LivePost) or not _goes_out_otherwise(item, live):
        return False
    return _publisher_applied(item, live, before, binding) != live.scheduling_type


def _publisher_applied(
    item: Post, live: LivePost, before: Fingerprint, binding: Binding | None
) -> SchedulingType | None:
    """Who publishes it as it was applied, whatever else of its schedule the file has changed; None if unknown."""
    known = {"", instant(item.due_at), instant(live.due_at), binding.due_at if binding else ""}
    return publisher_of(before.schedule, sorted(known))


def _left_by_pull(names: Iterable[str], binding: Binding) -> bool:
    """Whether pull wrote fields, and none of these."""
    wrote = binding.as_pulled.fields
    if not wrote:
        return False
    wrote_schedule = not SCHEDULE.isdisjoint(wrote)
    return not any(name.partition(".")[0] in wrote or (wrote_schedule and name in SCHEDULE) for name in names)


def was_moved(binding: Binding, live: LiveItem) -> bool:
    """Whether a person gave it another time, or took it a step back.

    A step forward is progress, and so is a time for a post that had none. A time that differs from the file's is a
    change, unless the post is published.
    """
    if isinstance(live, LiveIdea) or live.status not in _ORDER or binding.status not in _ORDER:
        return False
    step = _ORDER.index(live.status) - _ORDER.index(binding.status)
    if step > 0:
        return bool(binding.due_at) and not live.is_out and instant(live.due_at) != binding.due_at
    moved = instant(live.due_at) != binding.due_at if binding.due_at else live.has_own_time
    return step < 0 or moved
