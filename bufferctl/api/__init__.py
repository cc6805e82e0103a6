"""Talking to Buffer: `connect` gives a `Buffer`. The only package that deals with GraphQL, HTTP and the API's names."""

from __future__ import annotations

from bufferctl.api.buffer import Buffer, connect
from bufferctl.api.endpoint import endpoint_of
