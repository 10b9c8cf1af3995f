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

from db.catalogue.model import Catalog, PgType, QualifiedName, Table, TypeKind
from schema.build import Schema, build_schema
from tests.schema.conftest import SCRIPTS
from tests.support.catalogs import catalog, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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


def test_warnings_stand_in_the_same_order() -> None:
    tables = [table(name, {}) for name in ("b", "a", "c")] + [table("people", {"a b": "int4", "a-b": "int4"})]
    one, other = (build_schema(catalog(*order), OPTIONS) for order in (tables, tables[::-1]))
    assert one.warnings == other.warnings
    assert len(one.warnings) == 5


PROGRAM = """
from schema.build import build_schema
from tests.schema.test_determinism import bindings, colliding
from tests.support.engine import OPTIONS
schema = build_schema(colliding(), OPTIONS)
print(schema.sdl, schema.warnings, bindings(schema))
"""


def colliding() -> Catalog:
    """Names that meet in every scope, so that who comes first decides."""
    words = ("person", "people", "person_filter", "person-key", "PersonEdge", "mood")
    schemas = ("public", "crm", "sales", "archive")
    moods = [
        PgType(QualifiedName(schema, name), TypeKind.ENUM, labels=("a b", "a-b", "a_b"))
        for schema in schemas
        for name in ("mood", "Mood", "person_connection")
    ]
    columns = {"id": "int4!", "a_b": "crm.mood", "a b": "sales.Mood", "aB": "public.person_connection"}
    target = QualifiedName("public", "person")
    return catalog(
        *(
            table(
                word,
                columns,
                key="id",
                unique=[("id", "a_b"), ("id", "a b")],
                references=[reference(f"fk {n}", name, target, "id") for n, name in enumerate(columns)],
                schema=schema,
            )
            for word in words
            for schema in schemas
        ),
        types=moods,
        schemas=schemas,
    )


def test_any_hash_seed_gives_the_same_schema() -> None:
    """Sets of strings have another order in every process."""
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert b"type SalesPerson" in outputs.pop()
