"""Images, videos and documents: the files beside the posts, where they are stored, what their addresses answer."""

from __future__ import annotations
