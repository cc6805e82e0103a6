"""Expands a campaign into ordinary posts; nothing after this sees campaigns (design: Campaigns)."""

from __future__ import annotations
