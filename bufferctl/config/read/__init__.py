"""From bytes to data with places: one file, every slip in it explained."""

from __future__ import annotations

from bufferctl.config.read.explaining import MEDIA, explain, explained, kind_of, one_of_each, value_hint
from bufferctl.config.read.misplaced import has_entry
from bufferctl.config.read.parsing import parse
from bufferctl.config.read.reading import Reading
from bufferctl.config.read.slips import joined_at_commas
from bufferctl.config.read.source import MAX_BYTES, Source, UnreadableError, check_regular, read_source
from bufferctl.config.read.tree import Spot, Tree, quoted, walk
