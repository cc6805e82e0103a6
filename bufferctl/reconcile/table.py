"""The action table (design: Actions): for one declared object and its match, the first row that fits.

Rows are read top down as in the design. Posts that are already out, or long past, need nothing from their channel, so
their rows come before "channel disconnected"; otherwise a disconnected channel would hold every post ever sent on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from bufferctl.diagnostics import all_of
from bufferctl.model import (
    Binding,
    Claim,
    EditPost,
    Idea,
    Item,
    Likeness,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    Slot,
    Write,
    bind,
    content_of_live,
    instant,
)
from bufferctl.model.attached import sources_of
from bufferctl.model.comparable import text_digest
from bufferctl.model.live import Unavailable
from bufferctl.model.metadata import LEGAL
from bufferctl.model.seen import Seen, due_seen, seen_of
from bufferctl.model.state import QUEUE
from bufferctl.model.unsaid import LeftOut, Then, given_of, is_hidden, restored, still_given
from bufferctl.plan import Action, Cause, Change, Difference, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.differences import differences, schedule_differences
from bufferctl.reconcile.facts import Facts, facts_of
from bufferctl.reconcile.freezes import would_be_refused
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.horizons import is_late
from bufferctl.reconcile.matches import ByText, How, Match
from bufferctl.reconcile.repeats import by_mark, equals_of_nobody
from bufferctl.reconcile.scene import Scene
from bufferctl.reconcile.sides import Sides, Versions, sides_of
from bufferctl.reconcile.suspending import goes_back_at, returns_to
from bufferctl.reconcile.writes import Resolver
from bufferctl.said import Said
from bufferctl.value import replace, value

#: A tracked object that Buffer does not show counts as lag while it is this young.
LAG = timedelta(hours=1)
#: Holds that show how file and Buffer differ.
_COMPARED = frozenset(
    {Reason.SENT, Reason.CHANGED, Reason.CONFLICT, Reason.UNSETTLED}
    | {Reason.MISSED, Reason.ADOPTED, Reason.IDEA, Reason.LEGAL}
)
#: Shown for an edit of fields that Buffer does not read back, if it is not known what was last applied.
_UNREADABLE = Said("Buffer does not show {hidden}, so only the new version is shown here")
#: An edit whose answer was lost, of what Buffer does not read back: sending the file's version is safe either way.
_PERHAPS_EDITED = Said(
    "An earlier run got no answer to an edit of it, and Buffer does not show whether it was carried out, so the file's "
    "version is sent again"
)
#: What Buffer has of a network, and nobody knows who set it: an edit that leaves it out may reset it (notes: Writing).
_UNSAID = Said("Buffer also has {unsaid}, which the file does not say: an edit may keep or reset it")
_UNSAID_THERE = Said("Buffer also has {unsaid}, which the file does not say: the next edit may keep or reset it")
#: An edit that takes over what is in Buffer already.
_NAMED_BY_FILE = Said("It is the post that `existing` names. {whose}")
#: The draft that a post is made from (notes: Writing).
_ONLY_AT_CREATION = Said("`draft_id` counts only when a post is created, so this edit does not send it")
#: The API cannot detach a post from its idea: omitted fields stay (notes: Writing).
_KEEPS_IDEA = Said("It stays linked to its idea, which the API cannot undo")
#: How a post goes back on the schedule, if not to the time in its file.
_ASKS_AGAIN = Said("It had been approved; approval is asked for again")
_BY_HAND = Said("A person had scheduled this draft, and it goes back to where it was")
_TO_THE_END = Said("It goes to the end of its queue")
_OWN_TIME = Said("It goes back to the time that a person gave it in Buffer")
_MANAGED_TOO = Said("{root_file} manages it too.")


@value()
class Table:
    """The rows. `joined_late`: past occurrences on a channel that was added to their entry while it ran."""

    scene: Scene
    resolver: Resolver
    joined_late: frozenset[Slot]
    matches: tuple[Match, ...] = ()
    unclaimed: tuple[LiveItem, ...] = ()  # as in `Matches`

    def decide(self, match: Match) -> Change:
        """The change for one declared object."""
        facts = facts_of(match)
        item = match.declared.item
        if (unsettled := self._unsettled(match)) and match.how is not How.NAMED:
            held = _hold(facts, unsettled, Cause.DRIFT)
            return replace(held, differences=self._beside(match, unsettled.candidates))
        if match.how is How.KEY_TAKEN:
            candidates = tuple(suspect.id for suspect in match.suspects)
            return _hold(facts, holds.KEY_TAKEN.filled(candidates=candidates), Cause.MOVED)
        if item.cancelled:
            return _cancelled(facts)
        if match.how is How.EXACT and match.live is not None:
            binding = bind(item, match.live, match.origin)
            is_draft = isinstance(match.live, LivePost) and match.live.status is PostStatus.DRAFT
            if is_draft and item.suspended and not item.draft:  # or it would be taken for a post that is as declared
                binding = replace(binding, taken_from=instant(item.due_at) or QUEUE)
            return self._adopted(_change(facts, Action.ADOPT, Cause.NEW, binding=binding))
        if hold := self._asked(match):
            return _hold(facts, hold, Cause.NEW)
        if match.binding is not None:
            change = self._known(facts)
            at_rest = match.how in {How.NAMED, How.COUNTED} and change.action in {Action.NO_OP, Action.DONE}
            return self._adopted(change, facts.left_out) if at_rest else change
        if self._is_past(match):
            return replace(
                _change(facts, Action.PAST, Cause.EXPIRED), candidates=tuple(each.id for each in match.suspects)
            )
        return self._create(facts, Cause.NEW)

    def _unsettled(self, match: Match) -> Hold | None:
        """What a person has to decide about a write that an earlier run left with an unknown outcome."""
        options = self.scene.options
        for slot in match.declared.slots:
            if slot in options.unsettled:
                return holds.unsettled(options.unsettled[slot])
            if slot in options.stranded:
                return holds.STRANDED
        return None

    def _beside(self, match: Match, candidates: Sequence[str]) -> tuple[Difference, ...]:
        """How the first object that may be the declared one differs from it; nothing if it was not read."""
        first = next(iter(candidates), "")
        there = next((each for each in self.scene.live.items if each.id == first), None)
        if there is None:
            return ()
        content = differences(match.declared.content, content_of_live(there))
        return (*content, *schedule_differences(match.declared.item, there))

    def _asked(self, match: Match) -> Hold | None:
        """What a person has to decide about a match now, None for nothing."""
        if match.how is How.NOT_THERE:
            return holds.NOT_THERE  # on this channel, or it is the post of another entry
        if match.how is How.PERHAPS_RENAMED:
            was = match.declared.item.previous_keys
            is_elsewhere = bool(was) and self._is_renamed_elsewhere(match)
            return holds.perhaps_renamed(was, match.suspects, is_elsewhere=is_elsewhere)
        if match.question is None or match.question.postponed or self._is_past(match):
            return None  # too late to be sent: nobody is asked until its post has another time
        question = match.question
        return holds.ambiguous(question.rule, match.suspects, match.declared.channel, before=self._key_to_answer_first)

    def _is_renamed_elsewhere(self, match: Match) -> bool:
        """Whether the state has an entry on another channel under its key, and `was` alone is why it is asked about."""
        slot, tracked = match.declared.slot, self.scene.state.tracked
        others = (slot._replace(channel_id=each.channel_id) for each in tracked)
        asked_about = (tracked[self.scene.claimed[each.id]] for each in match.suspects)
        asks_anyway = any(each.unmerged or each.noted for each in asked_about)
        return not asks_anyway and any(each != slot and each in tracked for each in others)

    def _adopted(self, change: Change, left: Iterable[LeftOut] = ()) -> Change:
        """Already there, as the file declares it, or as it was published.

        `left`: fields that Buffer has and the file lacks.
        """
        cause = Cause.EDITED if change.cause is Cause.EDITED else Cause.NEW
        change = replace(change, action=Action.ADOPT, cause=cause)
        named = _named(left)
        why = [replace(_UNSAID_THERE, own={"unsaid": named})] if named else []
        if claim := self.scene.elsewhere.get(change.live_id or ""):
            why.append(replace(_MANAGED_TOO, facts={"root_file": claim.root_file}))
        return replace(change, why=_joined(why) or change.why)

    def _is_past(self, match: Match) -> bool:
        """Whether its time was past before its home was recorded: history in the files, not a mistake.

        What was still to come when its plan was made is no history: a reviewer expects it.
        """
        item, slot = match.declared.item, match.declared.slot
        if item.due_at is None or item.due_at > self.scene.now:
            return False
        if slot in self.scene.state.past or slot in self.joined_late:
            return True
        planned_at = self.scene.options.planned_for(item.address)
        if planned_at is not None and item.due_at > planned_at:
            return False
        horizon = self.scene.horizon(slot.home)
        return not horizon.recorded and item.due_at < (horizon.since or self.scene.now)

    def _create(self, facts: Facts, cause: Cause) -> Change:
        """A new object. It is sent only if it is proven absent: everything on its home that may be ours was read."""
        item, slot = facts.item, facts.match.declared.slot
        moved = self.scene.moved
        claim = next((moved[each] for each in facts.match.declared.slots if each in moved), None)
        if claim is not None and not (item.repeat_of or facts.match.binding):
            return _hold(facts, holds.key_elsewhere(claim), cause)
        needs_reading = item.due_at is None or not self.scene.horizon(slot.home).recorded
        if needs_reading and slot.home in self.scene.live.unread:
            return _hold(facts, holds.UNREAD, cause)
        return self._write(facts, Action.CREATE, cause)

    def _known(self, facts: Facts) -> Change:
        """Rows for a tracked object: published or gone objects first, then those that can still change."""
        live = facts.live
        if live is None and not facts.sent:
            return self._unlisted(facts)
        if isinstance(live, LivePost) and live.status is PostStatus.ERROR:
            return self._drifted(facts, holds.IN_ERROR)
        if facts.sent:
            return self._sent(facts)
        if isinstance(live, LivePost) and live.status is PostStatus.SENDING:
            return _sending(facts)
        if hold := _channel(facts.match):
            return _hold(facts, hold, Cause.EDITED if facts.edited else Cause.UNCHANGED)
        return self._unsent(facts)

    def _sent(self, facts: Facts) -> Change:
        """Rows for a published post: an edit changes nothing and is only noted, unless it means another post."""
        if not facts.edited or facts.agree:
            return _settled(facts, Action.DONE, seen=facts.edited)
        if facts.has_new_handles:
            return _settled(facts, Action.DONE)
        noted = str(facts.match.declared.fingerprint)
        if facts.binding.noted == noted:  # whatever its key is by now
            return _settled(facts, Action.DONE, noted=noted)
        was = facts.match.moved_from
        to_come = _is_to_come(facts.item, self.scene.now)
        if to_come and was and was.key in facts.item.previous_keys and facts.rescheduled:
            hold = _hold(facts, holds.RENAMED_ONCE_PUBLISHED, Cause.EDITED)
            return replace(hold, binding=None, moved_from=None)  # not recorded, so that the next plan holds it again
        if to_come and facts.is_reworded:
            is_one_of_many = isinstance(facts.item, Post) and facts.item.number
            why = holds.PUBLISHED_OCCURRENCE if is_one_of_many else holds.PUBLISHED
            return _hold(facts, self._unless_exchanged(facts, why), Cause.EDITED)
        change = _settled(facts, Action.DONE, noted=noted)
        return replace(change, cause=Cause.EDITED, differences=facts.differences)

    def _unsent(self, facts: Facts) -> Change:
        """Rows for what is not published. Buffer's API cannot edit ideas, and a person's posts are theirs to edit.

        `changed`: by a person, in Buffer. `edited`: in the file. Both are since the last apply.
        """
        differs = facts.changed or facts.edited
        if facts.is_off and not facts.changed and not facts.item.suspended:
            return self._put_back(facts)
        if not differs or facts.agree:  # `moved_from`: under which key the state had it
            return _settled(facts, Action.MOVE if facts.match.moved_from else Action.NO_OP, seen=differs)
        is_idea = isinstance(facts.item, Idea)
        can_send = not is_idea and facts.binding.is_ours
        if can_send and self._overrules(facts.item, self.scene.options.reapply):  # not while it is suspended
            return self._write(facts, Action.UPDATE, Cause.DRIFT)
        if claim := self._suspended_elsewhere(facts):
            if not facts.item.suspended:
                return self._drifted(facts, holds.suspended_elsewhere(claim))
            kept = replace(facts.binding, taken_from=claim.binding.taken_from)
            return _change(facts, Action.NO_OP, Cause.UNCHANGED, binding=kept)
        if facts.changed and not self.scene.options.open_edits.isdisjoint(facts.match.declared.slots):
            return self._drifted(facts, holds.EDIT_UNSETTLED)
        is_shared = self.scene.options.is_state_shared
        is_sent = can_send and facts.edited
        # somebody wrote into the file what a person had changed in Buffer
        is_taken_over = is_sent and (facts.agree_as_returned or facts.keeps_theirs(is_state_shared=is_shared))
        if facts.changed and not is_taken_over:
            frozen, twin = would_be_refused(facts.item, self.scene), self._twin(facts)
            sides = _sides(facts)
            hold = holds.changed(
                facts.item,
                facts.differences,
                _changed_by(facts, sides, is_state_shared=is_shared),
                can_send=can_send,
                is_apart=sides is not None and sides.are_apart,
                is_frozen=frozen,
                twin=twin,
                equal=self._stands_beside(facts) if can_send else "",
            )
            return self._drifted(facts, hold)
        if can_send:
            return self._write(facts, Action.UPDATE, Cause.EDITED)
        return _hold(facts, holds.IDEA_EDITED if is_idea else holds.ADOPTED, Cause.EDITED)

    def _twin(self, facts: Facts) -> str:
        """The key of another entry that says what Buffer has, for its time, where neither says that both are meant.

        Empty if there is none. `validate` refuses the two once the file says that, too.
        """
        item, live, declared = facts.item, facts.live, facts.match.declared
        if not isinstance(item, Post) or not isinstance(live, LivePost):
            return ""
        is_reworded = any(each.path == "text" for each in facts.differences)
        mark = text_digest(facts.content) if facts.content and is_reworded else declared.mark
        for other in self._at.get((declared.slot.home, mark, instant(live.due_at)), ()):
            is_meant = other.address.key in item.given_repeat_of or item.address.key in other.given_repeat_of
            if other.address != item.address and not is_meant:
                return other.address.key
        return ""

    def _stands_beside(self, facts: Facts) -> str:
        """The id of a post of no entry beside which `--reapply` would be held; empty if none."""
        there = equals_of_nobody(self._write(facts, Action.UPDATE, Cause.DRIFT), self._of_nobody)
        return there[0].id if there else ""

    @cached_property
    def _of_nobody(self) -> ByText:
        """The objects that no entry has, by home and text."""
        return by_mark(self.unclaimed)

    @cached_property
    def _at(self) -> dict[tuple[str, str, str], list[Post]]:
        """The declared posts that are not cancelled, by home, mark and instant."""
        found: dict[tuple[str, str, str], list[Post]] = defaultdict(list)
        for declared in (each.declared for each in self.matches):
            item = declared.item
            if isinstance(item, Post) and item.due_at and not item.cancelled:
                found[declared.slot.home, declared.mark, instant(item.due_at)].append(item)
        return found

    def _suspended_elsewhere(self, facts: Facts) -> Claim | None:
        """The claim of the root file from which its entry was moved here, if its suspension alone made this a draft."""
        is_all = facts.changed and [each.path for each in facts.differences] == ["draft"]
        return self.scene.suspended_elsewhere.get(facts.binding.id) if is_all else None

    def _put_back(self, facts: Facts) -> Change:
        """Rows for what a suspension took off the schedule and nobody changed since (design: Suspended)."""
        item, binding, now = facts.item, facts.binding, self.scene.now
        if not isinstance(item, Post) or not binding.is_ours:
            return _hold(facts, holds.DRAFT_NOT_OURS, Cause.RESUMED)
        if item.draft and facts.rescheduled:
            return self._write(facts, Action.UPDATE, Cause.EDITED)
        due_at = goes_back_at(item, binding)
        if due_at is not None and due_at - now < self.scene.options.lead:
            return _hold(facts, self._missed_suspended(facts), Cause.RESUMED)
        if equal := self._meanwhile(facts):
            return _hold(facts, holds.went_out_meanwhile(equal), Cause.RESUMED)
        return self._write(facts, Action.UPDATE, Cause.RESUMED, back_to=returns_to(item, binding))

    def _meanwhile(self, facts: Facts) -> LivePost | None:
        """Another post with the same text that went out on the channel, or came to it, since the suspension began."""
        suspended = self.scene.state.suspended.get(facts.match.declared.slot)
        text = facts.match.declared.content.text
        if suspended is None or not text:
            return None
        for post in self._published.get((facts.match.declared.slot.home, text), ()):
            at = (post.sent_at or post.due_at or post.created_at) if post.is_out else post.created_at
            is_later = at >= suspended.since.replace(microsecond=0)  # many of Buffer's times have whole seconds
            claimed = self.scene.claimed.get(post.id)
            names = {post.id, claimed.key if claimed else ""}
            if is_later and post.id != facts.binding.id and names.isdisjoint(facts.item.repeat_of):
                return post
        return None

    @cached_property
    def _published(self) -> dict[tuple[str, str], list[LivePost]]:
        """Posts that are published, and other people's that are about to be, by home and text."""
        found: dict[tuple[str, str], list[LivePost]] = defaultdict(list)
        for post in self.scene.live.posts:
            if post.is_out or (post.is_scheduled and post.id not in self.scene.claimed):
                found[post.home, content_of_live(post).text].append(post)
        return found

    def _unlisted(self, facts: Facts) -> Change:
        """A tracked object that is in no list: deleted in Buffer, lagging, or older than the posts that were read."""
        binding = facts.binding
        if binding.id not in self.scene.live.gone:
            return _hold(facts, holds.NOT_READ, Cause.DRIFT) if facts.edited else _settled(facts, Action.DONE)
        if self._overrules(facts.item, self.scene.options.recreate):
            return self._create(facts, Cause.DRIFT)
        shown_by = binding.created + LAG if binding.created else None
        if shown_by and self.scene.now < shown_by:
            return _hold(facts, holds.not_listed_yet(shown_by), Cause.DRIFT)
        if binding.reconnected and binding.may_be_out(self.scene.now):
            return self._drifted(facts, holds.PERHAPS_PUBLISHED)
        is_frozen = would_be_refused(facts.item, self.scene)
        return self._drifted(facts, holds.DELETED_BEFORE_FREEZE if is_frozen else holds.DELETED_IN_BUFFER)

    def _overrules(self, item: Item, addresses: Collection[str]) -> bool:
        """Whether a person's option sends it in spite of Buffer's version; while it is suspended, nothing is sent."""
        return str(item.address) in addresses and not item.suspended

    def _drifted(self, facts: Facts, hold: Hold) -> Change:
        late = is_late(facts.item, self.scene.now, self.scene.options.lead)
        return _hold(facts, hold, Cause.DRIFT, is_late=late)

    def _write(self, facts: Facts, action: Action, cause: Cause, *, back_to: str = "") -> Change:
        """A change that writes, unless its channel, its time or an unresolved name prevents it.

        `back_to`: as for an edit.
        """
        item, is_again = facts.item, cause in {Cause.DRIFT, Cause.RESUMED}
        if hold := _channel(facts.match):
            return _hold(facts, hold, cause)
        if is_late(item, self.scene.now, self.scene.options.lead):
            return self._missed(facts)
        if (channel := facts.match.declared.channel) and channel.only_reminds and isinstance(item, Post):
            asks = action is Action.CREATE or facts.rescheduled or is_again
            if asks and not item.reminds:
                return _hold(facts, holds.ONLY_REMINDS, cause)
        write = self.resolver(facts.match, facts.rescheduled or is_again)
        if isinstance(write, Hold):
            return _hold(facts, write, cause)
        change = _change(facts, action, cause, write=write)
        if not isinstance(write, EditPost) or facts.content is None:
            return change
        for statement in facts.left_out:
            if statement.name in LEGAL:
                return _hold(facts, holds.legal(statement.name, statement.there), cause)
        restores = restored(facts.left_out, item, facts.content, facts.binding.given)
        write = replace(write, restores=restores, back_to=back_to)
        if cause is Cause.RESUMED and isinstance(item, Post) and not facts.edited:
            return replace(change, write=write, why=_of_return(item, back_to))
        return replace(change, write=write, why=_joined(_of_edit(facts, change.differences)))

    def _missed(self, facts: Facts) -> Change:
        """Too late. Another time is proposed only if nothing in Buffer may be the same post."""
        match, lead = facts.match, self.scene.options.lead
        if match.question is not None:
            there = holds.ambiguous(match.question.rule, match.suspects, match.declared.channel)
            return _hold(facts, holds.missed_but_perhaps_there(lead, there), Cause.EXPIRED)
        slot = match.declared.slot
        if match.binding is None and slot.home in self.scene.live.unread:
            hold = holds.UNREAD
        elif match.binding is None and slot.home in self._asked_first:
            first = self._asked_first[slot.home]
            ids = tuple(suspect.id for suspect in first.suspects)
            hold = holds.missed_and_unclear(lead, first.declared.item.address.key, ids)
        elif self._waited(facts):
            hold = self._missed_suspended(facts)
        else:
            hold = holds.missed(lead, edited=bool(facts.differences), counted=facts.item.is_counted)
            hold = self._unless_exchanged(facts, hold)
        return _hold(facts, hold, Cause.EXPIRED)

    def _unless_exchanged(self, facts: Facts, hold: Hold) -> Hold:
        """The hold; if the text is that of another entry's post, no answer of it that would publish that again."""
        declared = facts.match.declared
        if facts.match.binding is None or not isinstance(facts.item, Post) or facts.item.number:
            return hold
        mark = text_digest(declared.content)
        other = self._held_by.get((declared.slot.home, mark)) if mark else None
        return holds.exchanged(hold, other) if other and other != facts.item.address.key else hold

    @cached_property
    def _held_by(self) -> dict[tuple[str, str], str]:
        """The key of the entry in whose post Buffer has a text that its file does not say, by home and text."""
        found: dict[tuple[str, str], str] = {}
        for match in self.matches:
            if match.binding is None:
                continue
            there = text_digest(content_of_live(match.live)) if match.live else match.binding.text
            if there and there != text_digest(match.declared.content):
                found.setdefault((match.declared.slot.home, there), match.declared.item.address.key)
        return found

    def _missed_suspended(self, facts: Facts) -> Hold:
        """Its time passed while a suspension kept it, or after that, before it was sent."""
        suspended = self.scene.state.suspended.get(facts.match.declared.slot)
        hold = holds.MISSED_AFTERWARDS if suspended and suspended.is_over else holds.MISSED_WHILE_SUSPENDED
        return hold.filled(holds.later_by(self._weeks_late))

    @cached_property
    def _weeks_late(self) -> int:
        """How many weeks bring into the future all that a suspension kept past its time: one command moves all."""
        scene, soon = self.scene, self.scene.now + self.scene.options.lead
        times = [
            goes_back_at(each.declared.item, each.binding)
            for each in self.matches
            if isinstance(each.declared.item, Post)
            and not each.declared.item.cancelled
            and (each.declared.slot in scene.state.suspended or (each.binding is not None and each.binding.taken_from))
        ]
        first = min(filter(None, times), default=soon)
        return max(0, (soon - first) // timedelta(weeks=1)) + 1

    def _waited(self, facts: Facts) -> bool:
        """Whether it is new and its time passed because a suspension kept it."""
        waited = self.scene.state.suspended.get(facts.match.declared.slot)
        is_new, due_at = facts.match.binding is None, facts.item.due_at
        return is_new and waited is not None and due_at is not None and due_at >= waited.since

    @cached_property
    def _key_to_answer_first(self) -> str:
        """The key of the first entry that is asked about something else than what may have been edited, if any.

        It has to be answered before `state begin`, which answers every question.
        """
        asked = (
            each
            for each in self.matches
            if each.question and each.question.rule is not Likeness.EDITED and not self._is_past(each)
        )
        return next((each.declared.item.address.key for each in asked), "")

    @cached_property
    def _asked_first(self) -> dict[str, Match]:
        """By home, the first entry that a person is asked about: what is in question may be any other."""
        found: dict[str, Match] = {}
        for match in self.matches:
            if match.question and not self._is_past(match):
                found.setdefault(match.declared.slot.home, match)
        return found


def _of_edit(facts: Facts, differences: Sequence[Difference]) -> Iterator[Said]:
    """What else there is to know about an edit: what Buffer does not show of it, keeps, or may reset."""
    item, given = facts.item, facts.binding.given
    if facts.match.how is How.NAMED:
        yield replace(_NAMED_BY_FILE, facts={"whose": holds.whose(facts.live)})
    if facts.is_perhaps_edited:
        yield _PERHAPS_EDITED
    elif not differences:
        hidden = [f"`{path}`" for path in given_of(item) if is_hidden(path)] if given is None else []
        yield replace(_UNREADABLE, own={"hidden": all_of(hidden) or "the edited fields"})
        if isinstance(item, Post) and not item.idea and isinstance(facts.live, LivePost) and facts.live.idea_id:
            yield _KEEPS_IDEA
    if any(each.path == "draft_id" for each in differences):
        yield _ONLY_AT_CREATION
    if named := _named(each for each in facts.left_out if not each.was_given and facts.edited):
        yield replace(_UNSAID, own={"unsaid": named})


def _of_return(item: Post, back_to: str) -> Said | None:
    """What else there is to know about a post that goes back on the schedule."""
    if item.needs_approval:
        return _ASKS_AGAIN
    if item.draft:
        return _BY_HAND
    if back_to == QUEUE:
        return _TO_THE_END
    return _OWN_TIME if back_to else None


def _named(left: Iterable[LeftOut]) -> str:
    """Fields that nobody knows the origin of, with their values."""
    return all_of(f"`{each.name}: {_plain(each.there)}`" for each in left if each.then is Then.OPEN)


def _plain(there: object) -> str:
    return str(there).lower() if isinstance(there, bool) else str(there)


def _joined(sentences: Iterable[Said]) -> Said | None:
    found: Said | None = None
    for each in sentences:
        found = each if found is None else found + Said(". ") + each
    return found


def _cancelled(facts: Facts) -> Change:
    """Cancelled and not tracked: nothing to do, unless Buffer has a similar post and will publish it."""
    found = (facts.live, *(suspect.live for suspect in facts.match.suspects))
    unsent = [live for live in found if isinstance(live, LivePost) and not live.is_out]
    if unsent:
        goes_out = unsent[0].is_scheduled
        return _hold(facts, holds.cancelled_but_there(unsent[0].id, goes_out=goes_out), Cause.CANCELLED)
    return _change(facts, Action.NO_OP, Cause.CANCELLED)


def _is_to_come(item: Item, now: datetime) -> bool:
    """Whether the file gives it a time of its own that is still to come, so that somebody expects it then."""
    return item.due_at is not None and item.due_at > now and not item.is_counted  # else it moved with its campaign


def _sending(facts: Facts) -> Change:
    """Rows for a post that is being published, which may still fail: nothing about it is recorded."""
    if facts.edited and not facts.agree:
        return _hold(facts, holds.BEING_PUBLISHED, Cause.EDITED)
    is_moved = facts.match.moved_from is not None
    return _change(facts, *((Action.MOVE, Cause.MOVED) if is_moved else (Action.NO_OP, Cause.UNCHANGED)))


def _channel(match: Match) -> Hold | None:
    channel = match.declared.channel
    match channel.unavailable if channel else None:
        case None:
            return None
        case Unavailable.DISCONNECTED:
            return holds.DISCONNECTED
        case Unavailable.LOCKED:
            return holds.LOCKED


def _sides(facts: Facts) -> Sides | None:
    """Which fields of an edited object each side changed, if that is known."""
    if not facts.edited or facts.live is None or facts.content is None:
        return None
    both = Versions(facts.item, facts.match.declared.content, facts.live, facts.content, facts.binding)
    return sides_of(both, facts.differences)


def _changed_by(facts: Facts, sides: Sides | None, *, is_state_shared: bool) -> Hold:
    """Who changed what of an object of which Buffer has another version than was applied last."""
    if not facts.edited:
        return holds.CHANGED if facts.binding.seen else holds.CHANGED_BY_BUFFER
    may_lack_it = is_state_shared and facts.is_as_pulled and not (sides and sides.are_apart)
    return holds.CONFLICT_PULLED if may_lack_it else holds.conflict(sides)


def _settled(facts: Facts, action: Action, *, seen: bool = False, noted: str = "") -> Change:
    """Nothing to write; the binding is updated (with `seen`, to the version on which file and Buffer agree).

    `noted`: the version of the file, if it was edited after publication.
    """
    match, old, item, live = facts.match, facts.binding, facts.item, facts.live
    if seen and live is not None:
        bound = bind(item, live, old.origin, given=still_given(item, old.given))
        new = replace(bound, commit=old.commit, before=old.before, exempt=old.exempt)
    else:
        media = old.media if facts.edited else sources_of(item)
        now: dict[str, Any] = {
            "address": str(item.address),
            "file": item.place.file,
            "protect": item.protect,
            "media": media,
            "noted": noted,
            "unmerged": False,
            "retired": False,
            "given": None if facts.sent else old.given,
        }
        if isinstance(live, LivePost) and live.status != old.status:
            now |= {"status": live.status.value, "due_at": due_seen(item, live)}
        is_changed = any(getattr(old, name) != there for name, there in now.items())
        new = replace(old, **now) if is_changed else old  # most are unchanged, and ten thousand copies take time
        if new.taken_from and not (isinstance(match.live, LivePost) and match.live.status is PostStatus.DRAFT):
            new = replace(new, taken_from="")
        if facts.content and not facts.sent and old.seen and Seen.read(old.seen).is_older:
            new = replace(new, seen=str(seen_of(facts.content, match.declared.content)))
    change = _change(facts, action, Cause.MOVED if match.moved_from else Cause.UNCHANGED, binding=new)
    return replace(change, reason=facts.progress) if facts.progress else change


def _hold(facts: Facts, hold: Hold, cause: Cause, *, is_late: bool = False) -> Change:
    """Held. The message says so if Buffer will publish a version that is not the file's."""
    differences = facts.differences if hold.reason in _COMPARED else ()
    change = hold.on(replace(_change(facts, Action.HOLD, cause), differences=differences), is_late=is_late)
    if change.why and change.binding and change.goes_out and hold.reason is not Reason.CHANNEL:
        return replace(change, why=change.why + holds.GOES_OUT)
    return change


def _change(
    facts: Facts, action: Action, cause: Cause, *, write: Write | None = None, binding: Binding | None = None
) -> Change:
    match, item = facts.match, facts.item
    return Change(
        address=item.address,
        action=action,
        cause=cause,
        slot=match.declared.slot,
        place=item.place,
        desired=item,
        live=match.live,
        write=write,
        binding=binding or match.binding,
        moved_from=match.moved_from,
        differences=facts.differences if action is Action.UPDATE else (),
    )
