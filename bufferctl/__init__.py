"""bufferctl: keep a Buffer queue in git."""

from __future__ import annotations

__version__ = "0.1.0"

#: The documentation that messages link to; an installed package does not include it.
DOCS = "https://github.com/bufferctl/bufferctl/blob/main/docs"
