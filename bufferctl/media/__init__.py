"""Images, videos and documents: what their addresses answer."""

from __future__ import annotations
