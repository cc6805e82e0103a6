"""Writing people's files."""
