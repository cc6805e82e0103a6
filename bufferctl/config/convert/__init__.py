"""Posts from elsewhere as YAML: Buffer's bulk-upload CSV, and Markdown with front matter.

`convert(files, desired, …)` is the way in.
"""

from __future__ import annotations

from bufferctl.config.convert.conversion import Converted, convert

__all__ = ["Converted", "convert"]
