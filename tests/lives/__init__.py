"""Whole lives of projects over an account of their own: an oracle that shares no code with what it judges."""
