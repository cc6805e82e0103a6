"""Explains why a run failed where people look first: in an annotation on the page of the run, and in its summary."""

from __future__ import annotations

from collections.abc import Mapping

from bufferctl import DOCS
from bufferctl.ci.forge import Forge
from bufferctl.ci.log import add_to_summary, annotate
from bufferctl.render.markdown import Note


def explain(note: Note, environment: Mapping[str, str]) -> None:
    """Annotate the run with a note, and add it to the summary."""
    annotate("error", note.line, environment)
    add_to_summary(str(note), environment)


def about_key(forge: Forge, environment: Mapping[str, str]) -> Note:
    """The explanation if there is no API key, or Buffer refuses it."""
    if environment.get("BUFFER_API_KEY"):
        renew = f"Create a new one in Buffer (Settings, API), and put it into {forge.key_place}."
        return Note("Buffer refused the API key", f", so nothing is planned or published. {renew}")
    first = f"Create one in Buffer (Settings, API), and put it into {forge.key_place}. See {DOCS}/run/ci.md"
    return Note("There is no API key", f", so nothing is planned or published. {first}")
