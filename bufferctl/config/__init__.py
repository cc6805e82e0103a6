"""YAML files to `Desired`, every problem at file:line:column."""

from __future__ import annotations
