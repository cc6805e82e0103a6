"""YAML files to `Desired`, every problem at file:line:column.

`load(file, start)` is the way in.
"""

from __future__ import annotations

from bufferctl.config.discover import find_root
from bufferctl.config.load import Loaded, load
from bufferctl.config.starter import starter_text

__all__ = ["Loaded", "find_root", "load", "starter_text"]
