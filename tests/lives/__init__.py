"""Whole lives of projects, each with its own account, judged by an oracle that shares no code with bufferctl."""
