"""The parts of a policy that only plan can check: how late posts are added or changed, and immediate posts.

The rest of the policy needs only the files, and is checked by the rules in checks/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import LivePost, Post, Settings, ShareMode
from bufferctl.model.desired import FREEZE, MINIMUM_LEAD
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.holds import Hold
from bufferctl.reconcile.scene import Scene


def hold_against_policy(changes: list[Change], scene: Scene) -> list[Change]:
    """Hold changes that a rule of the policy forbids."""
    kept, rules = [], scene.desired.settings.rules
    if not _limits_time(scene):
        return changes
    for change in changes:
        forbids = [hold for code, hold in _against(change, scene) if rules.get(code, Severity.ERROR) == Severity.ERROR]
        kept.append(forbids[-1].on(change) if forbids else change)
    return kept


def policy_warnings(changes: Iterable[Change], scene: Scene) -> Iterator[Diagnostic]:
    """Warnings of the policy, and queued posts whose slot falls into a freeze."""
    settings = scene.desired.settings
    for change in changes if _limits_time(scene) else ():
        yield from _queued(change, settings)
        for code, hold in _against(change, scene):
            if settings.rules.get(code, Severity.ERROR) == Severity.WARNING:
                held = hold.on(change)
                message = f"{change.address}: {held.message[:1].lower()}{held.message[1:]}"
                answers = held.todo.answers if held.todo else ()
                yield Diagnostic(Severity.WARNING, message, change.place, held.hint, code=code, answers=answers)


def _limits_time(scene: Scene) -> bool:
    policy = scene.desired.settings.policy
    return bool(policy.freeze) or policy.minimum_lead is not None


def _against(change: Change, scene: Scene) -> Iterator[tuple[str, Hold]]:
    """The objections to a new or edited post, by the rule's code. Sending a version again counts as neither.

    The lead time counts from when the applied plan was made, since that one was reviewed.
    """
    post, policy, now = change.desired, scene.desired.settings.policy, scene.now
    if change.action not in {Action.CREATE, Action.UPDATE} or change.cause not in {Cause.NEW, Cause.EDITED}:
        return
    if not isinstance(post, Post) or post.draft:
        return
    at_once = post.mode is ShareMode.SHARE_NOW
    goes_out = now if at_once else post.due_at
    if goes_out is None:  # Buffer knows its slot in the queue
        return
    if at_once and (freeze := policy.frozen(now, post.address.channel)):
        yield FREEZE, holds.frozen(freeze.reason)
    lead = goes_out - scene.options.agreed_at.get(post.address, scene.options.planned_at or now)
    has_waited = change.slot in scene.state.suspended  # for a suspension to end, so it was not planned late
    if policy.minimum_lead is not None and not has_waited and lead < policy.minimum_lead:
        is_new = change.live is None
        yield MINIMUM_LEAD, holds.too_short_notice(policy.minimum_lead, lead, at_once=at_once, is_new=is_new)


def _queued(change: Change, settings: Settings) -> Iterator[Diagnostic]:
    """A queued post whose slot falls into a freeze: it is in Buffer already, so there is nothing to hold."""
    post, live = change.desired, change.live
    if not isinstance(post, Post) or post.due_at or not isinstance(live, LivePost):
        return
    if not live.is_scheduled or live.due_at is None or settings.rules.get(FREEZE) == "off":
        return
    if freeze := settings.policy.frozen(live.due_at, post.address.channel):
        yield Diagnostic(
            Severity.WARNING,
            f"{post.address} is queued for a time in a freeze that your team agreed on"
            + (f" ({freeze.reason})" if freeze.reason else ""),
            change.place,
            "Pause the queue in Buffer for that time, or give the post a `due_at`.",
            code=FREEZE,
        )
