"""Requests that reach the sandbox without a socket: answers that a network loses are lost at once, in no real time."""

from __future__ import annotations

import httpx2

from bufferctl.sandbox import Request, Sandbox

#: What a client notices where no answer comes.
_LOST = {"hang": httpx2.ReadTimeout("timed out"), "cut": httpx2.RemoteProtocolError("Server disconnected")}


def carrier(sandbox: Sandbox) -> httpx2.MockTransport:
    """A transport that hands each request to the sandbox, and raises what a network would where it answers nothing."""

    def carry(request: httpx2.Request) -> httpx2.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        answer = sandbox.service.answer(Request(request.method, request.url.path, headers, request.read()))
        if answer.how in _LOST:
            raise _LOST[answer.how]
        return httpx2.Response(answer.status, headers=answer.headers, content=answer.body)

    return httpx2.MockTransport(carry)
