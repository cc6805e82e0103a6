"""What of a team's policy only plan can judge: how late something is new or changed, and what goes out at once.

The rest of the policy is judged from the files alone, by the rules of checks/.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import LivePost, Post, PostStatus, Settings, ShareMode
from bufferctl.model.policy import FREEZE, MINIMUM_LEAD, Policy
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.hold import Hold


def keep_to_policy(
    changes: Iterable[Change], settings: Settings, now: datetime, planned_at: datetime | None
) -> tuple[list[Change], tuple[Diagnostic, ...]]:
    """The changes, what the policy does not allow held, and warnings: where its rules only warn, and of the queue.

    `planned_at`: when a saved plan was made, None for now: the lead is that of the planning, which was reviewed.
    """
    if not settings.policy.freeze and settings.policy.minimum_lead is None:
        return list(changes), ()
    kept: list[Change] = []
    warnings: list[Diagnostic] = []
    for change in changes:
        held = change
        warnings += _queued(change, settings)
        for code, hold in _against(change, settings.policy, now, planned_at or now):
            level = settings.rules.get(code, Severity.ERROR)
            if level == Severity.ERROR:
                held = hold.on(change)
            elif level == Severity.WARNING:
                warnings.append(
                    Diagnostic(
                        Severity.WARNING,
                        f"{change.address}: {hold.message[:1].lower()}{hold.message[1:]}",
                        change.place,
                        hold.hint_for(change.address),
                        code=code,
                    )
                )
        kept.append(held)
    return kept, tuple(warnings)


def _against(change: Change, policy: Policy, now: datetime, planned_at: datetime) -> Iterator[tuple[str, Hold]]:
    """What speaks against a new or edited post, by the rule's code. A version that is sent again is neither."""
    post = change.desired
    if change.action not in {Action.CREATE, Action.UPDATE} or change.cause not in {Cause.NEW, Cause.EDITED}:
        return
    if not isinstance(post, Post) or post.draft:
        return
    at_once = post.mode is ShareMode.SHARE_NOW
    goes_out = now if at_once else post.due_at
    if goes_out is None:  # when its turn in the queue comes, Buffer says
        return
    if at_once and (freeze := policy.frozen(now, post.address.channel)):
        yield FREEZE, holds.frozen(freeze.reason)
    lead = goes_out - planned_at
    if policy.minimum_lead is not None and lead < policy.minimum_lead:
        is_new = change.live is None
        yield MINIMUM_LEAD, holds.too_short_notice(policy.minimum_lead, lead, at_once=at_once, is_new=is_new)


def _queued(change: Change, settings: Settings) -> Iterator[Diagnostic]:
    """A post whose turn in the queue comes in a freeze: it is in Buffer already, so that there is nothing to hold."""
    post, live = change.desired, change.live
    if not isinstance(post, Post) or post.due_at or not isinstance(live, LivePost):
        return
    if live.status is not PostStatus.SCHEDULED or live.due_at is None or settings.rules.get(FREEZE) == "off":
        return
    if freeze := settings.policy.frozen(live.due_at, post.address.channel):
        yield Diagnostic(
            Severity.WARNING,
            f"{post.address} has its turn in Buffer's queue in a time for which your team has agreed on no posts"
            + (f" ({freeze.reason})" if freeze.reason else ""),
            change.place,
            "Pause the queue in Buffer for that time, or give the post a `due_at`.",
            code=FREEZE,
        )
