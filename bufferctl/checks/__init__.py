"""What networks take, what makes a post better, what a team has agreed on: pure functions of what is declared."""

from __future__ import annotations

from bufferctl.checks.counting import text_length, text_lengths
from bufferctl.checks.finding import Finding, Related, Rule
from bufferctl.checks.networks import NETWORKS, Network

__all__ = ["NETWORKS", "Finding", "Network", "Related", "Rule", "text_length", "text_lengths"]
