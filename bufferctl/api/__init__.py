"""Talking to Buffer: `connect` gives a `Buffer`. The only room that knows GraphQL, HTTP and the API's spelling."""

from __future__ import annotations

from bufferctl.api.buffer import Buffer, connect
from bufferctl.api.endpoint import endpoint_of

__all__ = ["Buffer", "connect", "endpoint_of"]
