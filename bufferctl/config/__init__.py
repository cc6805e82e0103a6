"""YAML files to `Desired`, every problem at file:line:column.

`load(file, start)` is the way in.
"""

from __future__ import annotations

from bufferctl.config.load import Loaded, load

__all__ = ["Loaded", "load"]
