"""What networks take, what makes a post better, what a team has agreed on: pure functions of what is declared.

`check(desired)` is the way in, `RULES` every rule by code. Codes are kept for ever: BC0xx are limits of networks, BC1xx
is content, BC2xx policy, BC3xx files beside the posts. `rules_of(service)` tells which of the BC0xx a network's row of
`NETWORKS` brings to life; a test that goes over `for service in Service: for rule in rules_of(service)` sees every cell
of the table.
"""

from __future__ import annotations

from bufferctl.checks.finding import Finding, Rule
from bufferctl.checks.judge import RULES, check, check_lengths, rules_of, unknown_codes, waits_for_account
from bufferctl.checks.networks import NETWORKS, Network
from bufferctl.checks.texts import text_length, text_lengths

__all__ = [
    "NETWORKS",
    "RULES",
    "Finding",
    "Network",
    "Rule",
    "check",
    "check_lengths",
    "rules_of",
    "text_length",
    "text_lengths",
    "unknown_codes",
    "waits_for_account",
]
