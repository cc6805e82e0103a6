"""Holds docs/how/buffer-api.md against a real account: `make live CHANNEL=id`, with drafts only.

visit.py is the careful client, facts.py what is tried, recording.py what is written down. `make test` runs the same
facts against the sandbox, in each of its two-sided choices.
"""
