"""YAML files to `Desired`, every problem at file:line:column.

`load(file, start)` is the way in; a `Locator` finds what is asked for later.
"""

from __future__ import annotations

from bufferctl.config.discover import find_root
from bufferctl.config.load import Loaded, in_order, load
from bufferctl.config.locate import Located, Locator
