from __future__ import annotations

import pytest

pytest.register_assert_rewrite("tests.networks.life")  # before any module of this room imports it
