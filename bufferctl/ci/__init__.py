"""Pull and merge requests: plans and receipts as comments, plans as artifacts, checks, and an issue about problems.

`action.yml` and `examples/gitlab` call `bufferctl ci plan|apply|fork-comment`. bufferctl itself runs as a child
process, so nothing here decides about posts. docs/run/ci.md explains what is safe and why.
"""

from __future__ import annotations
