"""Races of several machines over one shared record: an oracle that shares no code with what it judges."""
