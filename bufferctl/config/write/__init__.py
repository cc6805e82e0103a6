"""Writes people's YAML: new files in the format's terms, and edits that leave the rest of a file unchanged."""

from __future__ import annotations
