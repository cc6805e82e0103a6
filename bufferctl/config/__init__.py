"""YAML files to `Desired`, every problem at file:line:column.

`load(file, start)` is the way in; a `Locator` finds places of fields later.
"""

from __future__ import annotations

from bufferctl.config.resolve import (
    Loaded,
    Located,
    Locator,
    find_root,
    holds_posts,
    in_order,
    is_root,
    load,
    place_for,
    root_files_beside,
)
