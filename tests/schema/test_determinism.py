"""The same database gives the same schema, byte for byte, whatever order the catalogue came in."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.build import Schema, build_schema
from tests.schema.conftest import SCRIPTS
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from db.catalogue.model import Catalog, Table

Item = TypeVar("Item")


def shuffled(items: Iterable[Item], source: random.Random) -> tuple[Item, ...]:
    mixed = list(items)
    source.shuffle(mixed)
    return tuple(mixed)


def shuffled_table(table: Table, source: random.Random) -> Table:
    return replace(
        table,
        columns=shuffled(table.columns, source),
        unique_keys=shuffled(table.unique_keys, source),
        foreign_keys=shuffled(table.foreign_keys, source),
        indexes=shuffled(table.indexes, source),
    )


def shuffled_catalog(catalog: Catalog, source: random.Random) -> Catalog:
    return replace(
        catalog,
        tables={
            name: shuffled_table(table, source) for name, table in shuffled(catalog.tables.items(), source)
        },
        types=dict(shuffled(catalog.types.items(), source)),
        functions=shuffled(catalog.functions, source),
    )


@pytest.mark.parametrize("name", SCRIPTS)
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0))
def test_any_order_gives_the_same_schema(catalogs: Mapping[str, Catalog], name: str, seed: int) -> None:
    mixed = shuffled_catalog(catalogs[name], random.Random(seed))  # noqa: S311 - no secret
    schema, other = build_schema(catalogs[name], OPTIONS), build_schema(mixed, OPTIONS)
    assert other.sdl == schema.sdl
    assert other.warnings == schema.warnings
    assert bindings(other) == bindings(schema)


def bindings(schema: Schema) -> str:
    """What the fields stand for, which the SDL does not say."""
    return "\n".join(
        f"{t.name} {[(f, b.column) for f, b in t.columns.items()]} {t.relations} {t.keys} {t.id_columns}"
        for t in schema.model.types.values()
    )


def test_any_hash_seed_gives_the_same_schema() -> None:
    """Sets of strings have another order in every process."""
    program = (
        "from tests.support.catalogs import music; from tests.support.engine import OPTIONS;"
        "from schema.build import build_schema; print(build_schema(music(), OPTIONS).sdl)"
    )
    root = Path(__file__).parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert b"type Artist" in outputs.pop()
