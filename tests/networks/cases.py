"""The cases of tests/cases/networks: a folder per service, with the fullest posts that it accepts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bufferctl.config.read import parse, read_source
from bufferctl.model import NETWORKS, Service

CASES = Path(__file__).parents[1] / "cases" / "networks"
#: Services that accept posts.
SERVICES = tuple(service for service in Service if NETWORKS[service].takes_posts)

Data = dict[str, Any]


def fullest(service: Service) -> Data:
    """The root file with the fullest posts of a service, as plain data in which every scalar is text."""
    path = CASES / service / "fullest.yaml"
    tree, problems = parse(read_source(path, path.name))
    assert not problems
    return dict(tree.data)


def posts_of(data: Data) -> list[Data]:
    """The posts of a case: those of its only channel."""
    found: list[Data] = data["organizations"][0]["channels"][0]["posts"]
    return found


def as_yaml(data: Data) -> str:
    """The same as a file: JSON is YAML."""
    return json.dumps(data, ensure_ascii=False, indent=1)
