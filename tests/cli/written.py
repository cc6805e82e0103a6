"""Lines of a root file, put together: one channel, and posts on it."""

from __future__ import annotations

HEAD = """\
version: 1
timezone: UTC
managed_since: 2029-12-01T00:00:00Z
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
"""
ONE = "          - {key: one, due_at: 2029-12-20 09:00, text: The first}\n"
TWO = "          - {key: two, due_at: 2029-12-21 09:00, text: The second}\n"
