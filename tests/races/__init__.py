"""Races of several machines for one shared record: an oracle that shares no code with bufferctl."""
