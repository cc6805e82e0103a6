"""Compares desired, live and the state into a plan and the next state. Pure."""

from __future__ import annotations

from bufferctl.reconcile.differences import differences, handling_differences, schedule_differences, shows_edit
from bufferctl.reconcile.horizons import answer, begin, begin_anew, begin_homes, begin_run, homes_of, move_on, release
from bufferctl.reconcile.lookup import Targets, find_targets, same_name
from bufferctl.reconcile.matching import imported
from bufferctl.reconcile.offline import offline
from bufferctl.reconcile.planning import reconcile, slots_of
from bufferctl.reconcile.repeats import hold_repeats
from bufferctl.reconcile.scene import Divergence, Options
from bufferctl.reconcile.sides import SCHEDULE, Versions, field_of, mixed, sides_of
from bufferctl.reconcile.warnings import not_compared
