"""Converts posts to YAML: Buffer's bulk-upload CSV, and Markdown with front matter."""

from __future__ import annotations

from bufferctl.config.convert.conversion import Converted, convert
