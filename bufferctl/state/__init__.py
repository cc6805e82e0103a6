"""Where bindings are kept between runs."""

from __future__ import annotations

from bufferctl.state.file import StateFile

__all__ = ["StateFile"]
