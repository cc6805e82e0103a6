"""Races of several machines for one shared state, judged by an oracle that shares no code with bufferctl."""
