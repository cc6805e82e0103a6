"""Builds the lines of a root file: one channel with posts, or several channels for posts in other files."""

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

_NAMES = {
    "bluesky": "acme.bsky.example",
    "facebook": "acme",
    "googlebusiness": "Acme Berlin",
    "instagram": "acme.example",
    "linkedin": "acme-inc",
    "twitter": "acme",
}


def root_file(*services: str) -> str:
    """A root file with Acme's channels of these networks, in Berlin's time zone, without posts."""
    channels = "".join(f"      - {{service: {service}, name: {_NAMES[service]}}}\n" for service in services)
    return (
        "version: 1\ntimezone: Europe/Berlin\nmanaged_since: 2029-12-01T00:00:00Z\n"
        f"organizations:\n  - name: Acme\n    channels:\n{channels}"
    )
