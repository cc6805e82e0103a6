"""Converts posts to YAML: content calendars as tables, and Markdown."""

from __future__ import annotations

from bufferctl.config.convert.calendars import Answers, CalendarQuestion, RowFate
from bufferctl.config.convert.conversion import Converted, convert
from bufferctl.config.convert.days import Order
