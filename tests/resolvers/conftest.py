"""A schema from a catalogue that was written by hand: planning needs no database."""

from __future__ import annotations

import pytest

from schema.build import Schema, build_schema
from tests.support.catalogs import music
from tests.support.engine import OPTIONS


@pytest.fixture(scope="session")
def music_schema() -> Schema:
    return build_schema(music(), OPTIONS)
