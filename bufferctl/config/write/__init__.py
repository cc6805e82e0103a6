"""Writing people's YAML: new files in the files' words, and edits that leave the rest of a file as it is."""

from __future__ import annotations
