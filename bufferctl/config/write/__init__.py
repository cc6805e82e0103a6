"""YAML for people: new entries, edits that keep comments, formatting."""

from __future__ import annotations

from bufferctl.config.write.additions import (
    Addition,
    file_name,
    file_with,
    for_one_entry,
    new_file,
    new_root,
    root_with,
    staged,
    takes,
)
from bufferctl.config.write.edits import Edits
from bufferctl.config.write.fmt import UnusualError, formatted
from bufferctl.config.write.revise import Revised, has_own_place, made_by_expansion, revise
from bufferctl.config.write.shift import Shift, postponed, shift
from bufferctl.config.write.source_files import SourceFiles
from bufferctl.config.write.suspending import Target, resumed, suspended
from bufferctl.config.write.yaml_files import FileChanges, Text, replace_file
