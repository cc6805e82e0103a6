"""What networks allow, what improves a post, what a team has agreed on: pure functions of what is declared.

`check(desired)` is the entry point, and `RULES` has every rule by code. Codes never change: BC0xx are limits of
networks, BC1xx content, BC2xx policy, and BC3xx files beside the posts; `worth-a-look/NAME` are mistakes in a plan that
are easily overlooked. `model.networks.NETWORKS` has the numbers of each network.
"""

from __future__ import annotations

from bufferctl.checks.finding import Finding, Rule
from bufferctl.checks.judge import LEFT_TO_PLAN, RULES, check, check_lengths
from bufferctl.checks.sights import WORTH_A_LOOK
from bufferctl.checks.texts import text_length, text_lengths
from bufferctl.checks.worth_a_look import worth_a_look
