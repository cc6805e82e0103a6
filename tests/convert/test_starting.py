"""What a new file begins with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bufferctl.config import load
from bufferctl.config.write.convert import to_fill_in

ROOT = """\
version: 1
timezone: Europe/Berlin
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}]
policy:
  freeze:
    - {from: 2030-12-05, to: 2030-12-12, reason: Release}
"""


def test_a_post_to_fill_in_is_due_outside_of_freezes(tmp_path: Path) -> None:
    """The first day without a freeze, where that in a week is frozen: else its rule would refuse the file."""
    (tmp_path / "buffer.yaml").write_text(ROOT, encoding="utf-8")
    desired = load(tmp_path / "buffer.yaml", tmp_path).desired
    assert desired
    started = to_fill_in(desired, date(2030, 12, 1))
    assert started
    assert "due_at: 2030-12-13 09:00" in started.text
