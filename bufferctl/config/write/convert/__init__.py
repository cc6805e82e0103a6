"""Converts posts to YAML: content calendars as tables, and Markdown."""

from __future__ import annotations

from bufferctl.config.write.convert.calendars import Answers, CalendarQuestion, RowFate
from bufferctl.config.write.convert.conversion import Converted, convert
from bufferctl.config.write.convert.days import Order
from bufferctl.config.write.convert.documents import has_dates
from bufferctl.config.write.convert.starting import Started, to_fill_in
