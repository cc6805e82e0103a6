"""The parts of a policy that only plan can check: how late posts are added or changed, and what a freeze does to each.

The rest of the policy needs only the files, and is checked by the rules in checks/. There a post that is due during a
freeze is an error, whatever became of it; here it counts whether Buffer has it already (design: Freezes).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import NamedTuple

from bufferctl.diagnostics import Diagnostic, Severity, some_of
from bufferctl.model import (
    Desired,
    EditPost,
    Freeze,
    Item,
    LiveItem,
    LivePost,
    Post,
    PostStatus,
    ShareMode,
    Slot,
    State,
    dates,
)
from bufferctl.model.desired import FREEZE, MINIMUM_LEAD, as_one, beyond
from bufferctl.plan import Action, Cause, Change, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.differences import EXEMPTION
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.scene import Scene
from bufferctl.reconcile.sending import in_order, queue_times
from bufferctl.said import Said
from bufferctl.value import replace

#: Actions that send something to Buffer that may be published.
_SENDING = frozenset({Action.CREATE, Action.UPDATE})
#: Actions that leave the post in Buffer as it is.
_LEAVES_AS_IT_IS = frozenset({Action.NO_OP, Action.MOVE, Action.ADOPT})
#: How many posts a warning names, and how many characters of each.
_NAMED, _SHOWN = 5, 40
_ABOUT_FREEZES = frozenset({Reason.FREEZE, Reason.INTO_FREEZE})
_LET_OUT = Said("It goes out during a freeze that your team agreed on{reason}, as `freeze: false` says")
#: A freeze that has another reason by now is another one: the reason is what people agreed to.
_OTHER_REASON = Said(". It was let out of the same days {before}, so this asks again")


def hold_against_policy(changes: list[Change], scene: Scene) -> list[Change]:
    """Hold changes that a rule of the policy forbids, and posts in Buffer that a freeze is about."""
    kept, settings = [], scene.desired.settings
    if not _limits_time(scene):
        return changes
    turns = _turns(changes, scene)
    for change in changes:
        errors = [each for each in _against(change, scene) if settings.level_of(each.code) is Severity.ERROR]
        kept.append(errors[-1].held.on(change) if errors else _let_out(change, turns, scene))
    return kept


def _turns(changes: list[Change], scene: Scene) -> Mapping[Slot, datetime]:
    """When new posts of a queue go out, as far as known, if a freeze does not count for one of them."""
    if not any(
        isinstance(each.desired, Post) and not each.desired.freeze and not each.desired.due_at for each in changes
    ):
        return {}
    return queue_times(in_order(changes, scene.live), scene.live, scene.channels)


def _let_out(change: Change, turns: Mapping[Slot, datetime], scene: Scene) -> Change:
    """The change with the freezes that its file lets it out of.

    Where Buffer has the post already, the line sends nothing, and is what a review is for: so it is a change like an
    edit, and the state keeps what was agreed to. A post that bufferctl may not change goes out anyway.
    """
    post, binding = change.desired, change.binding
    if not isinstance(post, Post) or post.freeze or post.cancelled:
        return change
    if change.action in _SENDING:
        goes_out = _schedules(change, post) or _stays_scheduled(change)
        return replace(change, exempt=_met_when_sent(change, turns, scene)) if goes_out else change
    if change.action not in _LEAVES_AS_IT_IS or binding is None or scene.desired.settings.level_of(FREEZE) is None:
        return change
    there = _met_in_buffer(change, scene)
    if not beyond(there, () if post.address in scene.options.ended else binding.exempt):
        return change
    change = replace(change, exempt=there)
    if not binding.is_ours:
        return change
    return replace(change, action=Action.UPDATE, cause=Cause.EXEMPTED, differences=(EXEMPTION,))


def end_exemptions(changes: list[Change], scene: Scene) -> list[Change]:
    """The same changes, whose bindings keep no exemption that the files no longer have.

    To end one only takes away, so whatever holds a change does not hold this.
    """
    return [
        replace(change, binding=replace(change.binding, exempt=()))
        if change.binding and change.binding.exempt and _ends_exemption(change, scene)
        else change
        for change in changes
    ]


def not_exempt(changes: Iterable[Change], scene: Scene) -> frozenset[Slot]:
    """The slots of the state's exemptions that the files no longer have, where a run of a part ends them, too."""
    exempt = {slot for slot, binding in scene.state.bindings.items() if binding.exempt}
    slots = ((change.moved_from or change.slot, change) for change in changes)
    return frozenset(slot for slot, change in slots if slot in exempt and _ends_exemption(change, scene))


def _ends_exemption(change: Change, scene: Scene) -> bool:
    """Whether no file lets the post out any more. An entry that cannot be read, as its file has errors, still may."""
    post = change.desired
    if post is None and scene.options.only_suspends:
        return False
    return not isinstance(post, Post) or post.freeze or post.address in scene.options.ended


def ends_exemptions(desired: Desired, state: State) -> bool:
    """Whether the files lack an exemption that the state has, as far as that can be told without an account."""
    let_out = {str(each) for each in desired.exempt}
    return any(each.exempt and each.address not in let_out for each in state.bindings.values())


def name_let_out(changes: list[Change]) -> list[Change]:
    """Say of what is sent, or waits for room, during which freezes its file lets it go out: reviewers agree to that."""
    return [_named(change) if _is_let_out(change) else change for change in changes]


def _is_let_out(change: Change) -> bool:
    """Whether it goes out during a freeze once it is sent, now or as soon as there is room."""
    if not change.exempt or change.takes_off:
        return False
    return change.action in _SENDING or change.waits_for_room


def _named(change: Change) -> Change:
    said = replace(_LET_OUT, facts={"reason": as_one(change.exempt).aside})
    if reworded := _reworded(change):
        before = f"for another reason before{reworded[0].aside}" if reworded[0].reason else "without a reason before"
        said += replace(_OTHER_REASON, facts={"before": before})
    return replace(change, why=change.why + Said(". ") + said if change.why else said)


def _reworded(change: Change) -> list[Freeze]:
    """The freezes that were agreed to, and that have the same days but another reason now."""
    agreed = change.binding.exempt if change.binding and change.lets_out else ()
    new = beyond(change.exempt, agreed)
    return [each for each in agreed if any((each.start, each.end) == (other.start, other.end) for other in new)]


def policy_warnings(changes: Iterable[Change], scene: Scene) -> Iterator[Diagnostic]:
    """The policy's warnings, and one for each post that a freeze does not hold although Buffer publishes it then."""
    settings = scene.desired.settings
    if not _limits_time(scene):
        return
    for change in changes:
        if settings.level_of(FREEZE):
            yield from _beside(change, scene)
        for each in _against(change, scene):
            if settings.level_of(each.code) is Severity.WARNING:
                said = each.sent.on(change)
                message = f"{change.address}: {said.message[:1].lower()}{said.message[1:]}"
                answers = said.todo.answers if said.todo else ()
                yield Diagnostic(Severity.WARNING, message, change.place, said.hint, code=each.code, answers=answers)


def _limits_time(scene: Scene) -> bool:
    policy = scene.desired.settings.policy
    return bool(policy.freeze) or policy.minimum_lead is not None


def would_be_refused(item: Item, scene: Scene) -> bool:
    """Whether the file's version is for a time during a freeze, and the rule is an error, so that it is not sent."""
    settings = scene.desired.settings
    if not isinstance(item, Post) or item.due_at is None or item.draft or not item.freeze:
        return False
    is_error = settings.level_of(FREEZE) is Severity.ERROR
    return is_error and settings.policy.frozen(item.due_at, item.address.channel) is not None


class _Objection(NamedTuple):
    """What a rule of the policy has against a change."""

    code: str  # the rule's
    held: Hold  # if the rule is an error, so that the change is not sent
    sent: Hold  # if it is a warning, and the change is sent all the same


def _against(change: Change, scene: Scene) -> Iterator[_Objection]:
    """The objections to a change; of several, the last counts. A change that takes a post off the schedule has none."""
    post = change.desired
    if not isinstance(post, Post) or change.takes_off:
        return
    if _schedules(change, post) and change.cause in {Cause.NEW, Cause.EDITED}:
        yield from _too_late(change, post, scene)
    if post.freeze and (_schedules(change, post) or _stays_scheduled(change)):
        yield from _into_freeze(change, post, scene)
    if change.action is Action.NO_OP and post.freeze and change.is_ours and (there := _met_in_buffer(change, scene)):
        sent = holds.sent_into_freeze(as_one(there), needs_approval=_needs_approval(change))
        yield _Objection(FREEZE, held=_in_freeze(change, as_one(there)), sent=sent)


def _schedules(change: Change, post: Post) -> bool:
    """Whether Buffer would publish what is sent, such as a draft of the files that resumes as a person scheduled it."""
    return change.action in _SENDING and (not post.draft or change.puts_back)


def _stays_scheduled(change: Change) -> bool:
    """Whether it edits a draft of the files that a person scheduled, which Buffer then publishes."""
    return change.action is Action.UPDATE and isinstance(change.write, EditPost) and change.write.stays_scheduled


def _too_late(change: Change, post: Post, scene: Scene) -> Iterator[_Objection]:
    """The objection to a post that is new or edited too late. Sending a version again counts as neither.

    The lead time counts from when the applied plan was made, since that one was reviewed.
    """
    policy, now = scene.desired.settings.policy, scene.now
    at_once = post.mode is ShareMode.SHARE_NOW
    goes_out = now if at_once else post.due_at
    if goes_out is None or policy.minimum_lead is None:  # Buffer knows its slot in the queue
        return
    lead = goes_out - (scene.options.planned_for(post.address) or now)
    has_waited = change.slot in scene.state.suspended  # for a suspension to end, so it was not planned late
    if has_waited or lead >= policy.minimum_lead:
        return
    worded = partial(holds.too_short_notice, policy.minimum_lead, lead, at_once=at_once)
    is_edit = change.live is not None
    yield _Objection(MINIMUM_LEAD, held=worded(is_edit_held=is_edit), sent=worded(is_edit_held=False))


def _into_freeze(change: Change, post: Post, scene: Scene) -> Iterator[_Objection]:
    """The objection to a post that would be sent for a time during a freeze.

    It is another one if Buffer has the post already.
    """
    at_once = post.mode is ShareMode.SHARE_NOW
    moment = scene.now if at_once else change.due_at
    freeze = scene.desired.settings.policy.frozen(moment, change.address.channel) if moment else None
    if freeze is None:
        return
    there = _met_in_buffer(change, scene)
    held = _in_freeze(change, as_one(there)) if there else holds.into_freeze(freeze, is_there=change.goes_out)
    yield _Objection(FREEZE, held=held, sent=holds.sent_into_freeze(freeze))


def _in_freeze(change: Change, freeze: Freeze) -> Hold:
    is_edited = change.action is Action.UPDATE
    return holds.in_freeze(freeze, is_edited=is_edited, needs_approval=_needs_approval(change))


def _needs_approval(change: Change) -> bool:
    return isinstance(change.live, LivePost) and change.live.status is PostStatus.NEEDS_APPROVAL


def _met_in_buffer(change: Change, scene: Scene) -> tuple[Freeze, ...]:
    """The freezes during which Buffer publishes what it has, or may publish it; a paused queue publishes nothing."""
    live = change.live
    if not isinstance(live, LivePost) or not _may_go_out(live, scene):
        return ()
    return _freezes_at(live.due_at, change, scene)


def _may_go_out(live: LivePost, scene: Scene) -> bool:
    channel = scene.channels.get(live.channel_id)
    is_paused = channel is not None and channel.is_queue_paused and not live.is_custom_scheduled
    return not is_paused and live.may_go_out


def _freezes_at(moment: datetime | None, change: Change, scene: Scene) -> tuple[Freeze, ...]:
    return scene.desired.settings.policy.freezes(moment, change.address.channel) if moment else ()


def _met_when_sent(change: Change, turns: Mapping[Slot, datetime], scene: Scene) -> tuple[Freeze, ...]:
    """The freezes during which what is sent goes out. `turns`: of what joins a queue."""
    at_once = isinstance(change.desired, Post) and change.desired.mode is ShareMode.SHARE_NOW
    return _freezes_at(scene.now if at_once else change.due_at or turns.get(change.slot), change, scene)


def let_out_in_freezes(changes: Collection[Change], scene: Scene) -> Iterator[Diagnostic]:
    """A warning for each freeze during which posts go out because their files say so, unless that was applied before.

    Also for those that are held for another reason, or that bufferctl did not make.
    """
    if scene.desired.settings.level_of(FREEZE) is None:
        return
    found: dict[Freeze, list[Change]] = defaultdict(list)
    for change in changes:
        if freezes := _lets_out_of(change, scene):
            found[as_one(freezes)].append(change)
    for freeze, let_out in found.items():
        one = len(let_out) == 1
        named = some_of(sorted(str(each.address) for each in let_out), _NAMED)
        yield Diagnostic(
            Severity.WARNING,
            f"{len(let_out):,} {'post goes' if one else 'posts go'} out during a freeze that your team agreed on"
            f"{freeze.aside}, as `freeze: false` says: {named}",
            let_out[0].place if one else None,
            _how_to_stop(let_out, scene),
            code=FREEZE,
        )


def _lets_out_of(change: Change, scene: Scene) -> tuple[Freeze, ...]:
    """The freezes during which a post goes out as its file says, unless that was applied before."""
    post, binding = change.desired, change.binding
    if not isinstance(post, Post) or post.freeze or post.cancelled:
        return ()
    if change.action is Action.HOLD:  # for another reason, or as nobody agreed to it
        there = _met_in_buffer(change, scene)
        return there if beyond(there, binding.exempt if binding else ()) else ()
    is_there = change.action in _LEAVES_AS_IT_IS
    return change.exempt if is_there or _is_let_out(change) else ()


def _how_to_stop(let_out: Collection[Change], scene: Scene) -> str:
    """What keeps one of these posts back. What Buffer has already goes out without the line, too."""
    it_is = "it is" if len(let_out) == 1 else "one is"
    if not any(_met_in_buffer(change, scene) for change in let_out):
        return f"If {it_is} not meant to, delete that line."
    if all(change.is_ours for change in let_out if change.live):
        return f"If {it_is} not meant to, give it another `due_at`, or delete it with `cancelled: true`."
    return f"If {it_is} not meant to, move or delete it in Buffer."


def unmanaged_in_freezes(unclaimed: Iterable[LiveItem], scene: Scene) -> Iterator[Diagnostic]:
    """A warning for each freeze during which Buffer publishes posts that no file has: nothing else stops them."""
    if scene.desired.settings.level_of(FREEZE) is None:
        return
    labels = {live.id: label for (_, label), live in scene.targets.channels.items()}
    found: dict[Freeze, list[LivePost]] = defaultdict(list)
    for post in unclaimed:
        if isinstance(post, LivePost) and post.due_at and post.channel_id in labels and _may_go_out(post, scene):
            freeze = scene.desired.settings.policy.frozen(post.due_at, labels[post.channel_id])
            if freeze:
                found[freeze].append(post)
    for freeze, posts in found.items():
        posts.sort(key=lambda post: post.due_at or scene.now)
        named = [f"{labels[each.channel_id]} {_briefly(each, scene)}" for each in posts]
        verb = "goes" if len(posts) == 1 else "go"
        yield Diagnostic(
            Severity.WARNING,
            f"{len(posts):,} unmanaged post{'s' * (len(posts) > 1)} {verb} out during a freeze that your team agreed on"
            f"{freeze.aside}: {some_of(named, _NAMED)}",
            hint="bufferctl does not touch them. To stop them, move or delete them in Buffer, or pause their channels.",
            code=FREEZE,
        )


def _briefly(post: LivePost, scene: Scene) -> str:
    """When a post goes out, in its channel's zone, and how its text begins."""
    due = (post.due_at or scene.now).astimezone(scene.channels[post.channel_id].zone)
    text = " ".join(post.text.split())
    begins = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    return f"{dates.moment(due, year=False, zone=False)} (“{begins}”)"


def _beside(change: Change, scene: Scene) -> Iterator[Diagnostic]:
    """A warning if Buffer publishes a post during a freeze and the freeze does not hold it.

    Such a post is held for another reason, is only renamed in the state, or was not made by bufferctl.
    """
    post = change.desired
    is_adopted = change.binding is not None and not change.is_ours
    stays = change.action in {Action.HOLD, Action.ADOPT, Action.MOVE} or (change.action is Action.NO_OP and is_adopted)
    if not isinstance(post, Post) or not post.freeze or not stays or change.reason in _ABOUT_FREEZES:
        return
    if there := _met_in_buffer(change, scene):
        way = "Give it another `due_at`" if change.is_ours else "Move or delete it in Buffer"
        yield Diagnostic(
            Severity.WARNING,
            f"{change.address} is in Buffer for a time during a freeze that your team agreed on{as_one(there).aside}",
            change.place,
            f"{way}, or add `freeze: false` if it is meant to go out all the same.",
            code=FREEZE,
        )
