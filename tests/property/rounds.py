"""How long laws are tried: `LOADSTONE_TEST_ROUNDS=20 pytest tests/property` tries twenty times as much."""

from __future__ import annotations

import os

ROUNDS = int(os.environ.get("LOADSTONE_TEST_ROUNDS", "1"))
