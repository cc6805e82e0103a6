"""What action.yml and examples/gitlab run around bufferctl: plans and receipts as comments, state between runs.

The standard library alone, in Python, which bufferctl brings. Nothing here decides about posts: bufferctl is run as a
program, and what it prints is handed on. docs/ci.md says what is safe and why.
"""
