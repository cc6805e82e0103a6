"""The parts of a policy that only plan can check: how late posts are added or changed, and what a freeze does to each.

The rest of the policy needs only the files, and is checked by the rules in checks/. There a post that is due during a
freeze is an error, whatever became of it; here it counts whether Buffer has it already (design: Freezes).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import LivePost, Origin, Post, PostStatus, ShareMode
from bufferctl.model.desired import FREEZE, MINIMUM_LEAD, Freeze
from bufferctl.plan import Action, Cause, Change, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.scene import Scene
from bufferctl.said import Said
from bufferctl.value import replace

#: Actions that send something to Buffer that may be published.
_SENDING = frozenset({Action.CREATE, Action.UPDATE})
_ABOUT_FREEZES = frozenset({Reason.FREEZE, Reason.INTO_FREEZE})
_LET_OUT = Said("It goes out during a freeze that your team agreed on{reason}, as `freeze: false` says")


def hold_against_policy(changes: list[Change], scene: Scene) -> list[Change]:
    """Hold changes that a rule of the policy forbids, and posts in Buffer that a freeze is about."""
    kept, rules = [], scene.desired.settings.rules
    if not _limits_time(scene):
        return changes
    for change in changes:
        forbids = [hold for code, hold in _against(change, scene) if rules.get(code, Severity.ERROR) == Severity.ERROR]
        kept.append(forbids[-1].on(change) if forbids else _let_out(change, scene))
    return kept


def policy_warnings(changes: Iterable[Change], scene: Scene) -> Iterator[Diagnostic]:
    """The policy's warnings, and one for each post that a freeze does not hold although Buffer publishes it then."""
    settings = scene.desired.settings
    for change in changes if _limits_time(scene) else ():
        if settings.rules.get(FREEZE) != "off":
            yield from _beside(change, scene)
        for code, hold in _against(change, scene, is_sent=True):
            if settings.rules.get(code, Severity.ERROR) == Severity.WARNING:
                held = hold.on(change)
                message = f"{change.address}: {held.message[:1].lower()}{held.message[1:]}"
                answers = held.todo.answers if held.todo else ()
                yield Diagnostic(Severity.WARNING, message, change.place, held.hint, code=code, answers=answers)


def _limits_time(scene: Scene) -> bool:
    policy = scene.desired.settings.policy
    return bool(policy.freeze) or policy.minimum_lead is not None


def _against(change: Change, scene: Scene, *, is_sent: bool = False) -> Iterator[tuple[str, Hold]]:
    """The objections to a change, by the rule's code; what takes a post off the schedule has none.

    `is_sent`: they are warnings, so it is sent all the same, and none says that it is not.
    """
    post = change.desired
    if not isinstance(post, Post) or change.takes_off:
        return
    if _schedules(change, post):
        if change.cause in {Cause.NEW, Cause.EDITED} and (late := _too_late(change, post, scene, is_sent)):
            yield MINIMUM_LEAD, late
        if post.freeze and (forbidden := _into_freeze(change, post, scene, is_sent)):
            yield FREEZE, forbidden
    is_ours = change.binding is not None and change.binding.origin is not Origin.ADOPTED
    if change.action is Action.NO_OP and post.freeze and is_ours and (freeze := _freeze_there(change, scene)):
        yield FREEZE, _in_freeze(change, freeze)


def _schedules(change: Change, post: Post) -> bool:
    """Whether Buffer would publish what is sent, such as a draft of the files that resumes as a person scheduled it."""
    return change.action in _SENDING and (not post.draft or change.puts_back)


def _too_late(change: Change, post: Post, scene: Scene, is_sent: bool) -> Hold | None:
    """The objection to a post that is new or edited too late. Sending a version again counts as neither.

    The lead time counts from when the applied plan was made, since that one was reviewed.
    """
    policy, now = scene.desired.settings.policy, scene.now
    at_once = post.mode is ShareMode.SHARE_NOW
    goes_out = now if at_once else post.due_at
    if goes_out is None or policy.minimum_lead is None:  # Buffer knows its slot in the queue
        return None
    lead = goes_out - scene.options.agreed_at.get(post.address, scene.options.planned_at or now)
    has_waited = change.slot in scene.state.suspended  # for a suspension to end, so it was not planned late
    if has_waited or lead >= policy.minimum_lead:
        return None
    return holds.too_short_notice(policy.minimum_lead, lead, at_once=at_once, is_new=is_sent or change.live is None)


def _into_freeze(change: Change, post: Post, scene: Scene, is_sent: bool) -> Hold | None:
    """The objection to what would be sent for a time during a freeze: another one to what is there anyway."""
    at_once = post.mode is ShareMode.SHARE_NOW
    freeze = _freeze_at(scene.now if at_once else change.due_at, change, scene)
    if freeze is None:
        return None
    if is_sent and not at_once:
        return holds.sent_into_freeze(freeze.reason)
    there = _freeze_there(change, scene)
    if there:
        return _in_freeze(change, there)
    return holds.into_freeze(freeze.reason, at_once=at_once, is_there=change.goes_out)


def _in_freeze(change: Change, freeze: Freeze) -> Hold:
    needs_approval = isinstance(change.live, LivePost) and change.live.status is PostStatus.NEEDS_APPROVAL
    return holds.in_freeze(freeze.reason, is_edited=change.action is Action.UPDATE, needs_approval=needs_approval)


def _freeze_there(change: Change, scene: Scene) -> Freeze | None:
    """The freeze during which Buffer publishes what it has, or may publish it; a paused queue publishes nothing."""
    live = change.live
    if not isinstance(live, LivePost) or not (live.is_scheduled or live.status is PostStatus.NEEDS_APPROVAL):
        return None
    channel = scene.channels.get(live.channel_id)
    if channel and channel.is_queue_paused and not live.is_custom_scheduled:
        return None
    return _freeze_at(live.due_at, change, scene)


def _freeze_at(moment: datetime | None, change: Change, scene: Scene) -> Freeze | None:
    return scene.desired.settings.policy.frozen(moment, change.address.channel) if moment else None


def _let_out(change: Change, scene: Scene) -> Change:
    """A change that is sent into a freeze because its file says so; it is said with it."""
    post = change.desired
    if not isinstance(post, Post) or post.freeze or not _schedules(change, post):
        return change
    freeze = _freeze_at(scene.now if post.mode is ShareMode.SHARE_NOW else change.due_at, change, scene)
    if freeze is None:
        return change
    said = replace(_LET_OUT, facts={"reason": f" ({freeze.reason})" if freeze.reason else ""})
    return replace(change, why=change.why + Said(". ") + said if change.why else said)


def _beside(change: Change, scene: Scene) -> Iterator[Diagnostic]:
    """A warning if Buffer publishes a post during a freeze and the freeze does not hold it.

    Such a post is held for another reason, is only renamed in the state, or was not made by bufferctl.
    """
    post = change.desired
    is_adopted = change.binding is not None and change.binding.origin is Origin.ADOPTED
    stays = change.action in {Action.HOLD, Action.ADOPT, Action.MOVE} or (change.action is Action.NO_OP and is_adopted)
    if not isinstance(post, Post) or not post.freeze or not stays or change.reason in _ABOUT_FREEZES:
        return
    if freeze := _freeze_there(change, scene):
        yield Diagnostic(
            Severity.WARNING,
            f"{change.address} is in Buffer for a time during a freeze that your team agreed on"
            + (f" ({freeze.reason})" if freeze.reason else ""),
            change.place,
            "Move or delete it in Buffer, or add `freeze: false` if it is meant to go out all the same.",
            code=FREEZE,
        )
