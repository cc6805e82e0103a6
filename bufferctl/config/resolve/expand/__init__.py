"""From what people write for a campaign to ordinary posts, which are all that follows sees (design: Campaigns)."""

from __future__ import annotations
