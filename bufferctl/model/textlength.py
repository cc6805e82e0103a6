"""How long a text is, as its network counts."""

from __future__ import annotations

from typing import NamedTuple


class TextLength(NamedTuple):
    """`used` of `limit`, both in what the network counts; `limit` is None where none is published."""

    used: int
    limit: int | None
