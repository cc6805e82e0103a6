"""bufferctl: keep a Buffer queue in git."""

from __future__ import annotations

__version__ = "0.1.0"

#: Where messages send people who have installed the package: their repository has none of our pages.
DOCS = "https://github.com/bufferctl/bufferctl/blob/main/docs"
