"""From files to `Desired`: finds the files, expands entries, and locates each field."""

from __future__ import annotations

from bufferctl.config.resolve.catalog import UnknownNameError, named_channel, named_organization
from bufferctl.config.resolve.crosschecks import text_and_time
from bufferctl.config.resolve.discover import (
    ROOT_NAME,
    find_root,
    holds_posts,
    is_root,
    place_for,
    root_files_beside,
)
from bufferctl.config.resolve.expand.layers import Steps, first_layer_with, layer_paths
from bufferctl.config.resolve.expand.pictures import in_short
from bufferctl.config.resolve.expand.variables import TAKES_VARIABLES, escaped, names_in
from bufferctl.config.resolve.loading import Loaded, in_order, load
from bufferctl.config.resolve.locate import Located, Locator, entries_in
