"""Desired against live and state: a plan. Pure."""

from __future__ import annotations

from bufferctl.reconcile.daily import busy_days, within_daily_limits
from bufferctl.reconcile.differences import differences, handling_differences, schedule_differences, shows_edit
from bufferctl.reconcile.lookup import find_targets, same_name
from bufferctl.reconcile.offline import offline
from bufferctl.reconcile.planning import Options, Targets, reconcile, slots_of, unlisted
from bufferctl.reconcile.staying import ask_before_repeating

__all__ = [
    "Options",
    "Targets",
    "ask_before_repeating",
    "busy_days",
    "differences",
    "find_targets",
    "handling_differences",
    "offline",
    "reconcile",
    "same_name",
    "schedule_differences",
    "shows_edit",
    "slots_of",
    "unlisted",
    "within_daily_limits",
]
