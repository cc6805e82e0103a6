"""Whole lives of projects with their own account: an oracle that shares no code with bufferctl."""
