"""The JSON Schemas of what bufferctl prints for machines, made from the types in json_documents.py."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from bufferctl.render.json_documents import AppliedDocument, PlanDocument, PlanForm, ReceiptDocument

#: By the `kind` that a document says of itself.
DOCUMENTS: dict[str, Any] = {"plan": PlanDocument, "apply": AppliedDocument, "receipt": ReceiptDocument}

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def document_schema(kind: str) -> str:
    """The schema of one kind of document, ending in a newline. Later minor versions may have more than it says."""
    schema = _bare(TypeAdapter(DOCUMENTS[kind]).json_schema())
    if kind == "plan":  # pydantic sees no words below the fields that a form has from another
        inherited = _bare(TypeAdapter(PlanForm).json_schema())["properties"]
        schema["properties"] |= inherited
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _bare(value: Any) -> Any:
    """Without the titles that pydantic gives everything: they say the names again."""
    if isinstance(value, dict):
        return {name: _bare(each) for name, each in value.items() if name != "title" or not isinstance(each, str)}
    return [_bare(each) for each in value] if isinstance(value, list) else value
