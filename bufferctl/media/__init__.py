"""Images, videos and documents: the files next to the posts, where they are stored, and what their URLs return."""

from __future__ import annotations
