"""The tables of the demo, without rows."""

from __future__ import annotations

from pathlib import Path

import demo

SCRIPTS = ("geography.sql", "travel.sql", "overview.sql")

TABLES = "".join(Path(demo.__file__).with_name(name).read_text(encoding="utf-8") for name in SCRIPTS)
"""The script that makes them."""
