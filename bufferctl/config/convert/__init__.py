"""Converts posts to YAML: Buffer's bulk-upload CSV, and Markdown with front matter.

The entry point is `convert(files, desired, …)`.
"""

from __future__ import annotations

from bufferctl.config.convert.conversion import Converted, convert
