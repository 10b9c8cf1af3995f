"""Whatever a catalogue holds, it has a valid schema: no exception, no name twice, nothing left out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from graphql import build_schema as build_from_sdl
from graphql import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.catalogue.model import (
    Attribute,
    Catalog,
    Column,
    ForeignKey,
    PgType,
    QualifiedName,
    RelationKind,
    Table,
    TypeKind,
    UniqueKey,
)
from schema import naming
from schema.build import build_schema
from tests.support.catalogs import catalog, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMAS = ("public", "crm", "my schema")
NASTY = (
    *[
        "id",
        "row_id",
        "rowId",
        "node",
        "nodes",
        "query",
        "Query",
        "mutation",
        "page_info",
        "PageInfo",
        "string",
        "int",
        "Int",
        "ID",
        "big_int",
    ],
    *[
        "__typename",
        "__schema",
        "_",
        "__",
        "-",
        "1st",
        "2",
        "a-b",
        "aB",
        "a_b",
        "a__b",
        "A_B",
        "ab",
        "and",
        "or",
        "not",
        "filter",
        "first",
        "order_by",
        "ord",
    ],
    *[
        "foo",
        "foos",
        "foo_connection",
        "foo_edge",
        "foo_filter",
        "foo_key",
        "foo_order_by",
        "FooConnection",
        "foo_id",
        "foo_fk",
    ],
    *[
        "foo_by_id",
        "crm_foo",
        "public",
        "person",
        "people",
        "sheep",
        "series",
        "true",
        "null",
        "type",
        "input",
        "StringFilter",
        "null_filter",
    ],
    *["order_direction", "é", "é", "ß", "表", "🦄", '"', "'", "\\", "a.b", "{}"],
    *(" ", "a b", "x" * 63),
)
NAMES = st.one_of(st.sampled_from(NASTY), st.text(min_size=1, max_size=6))
QUALIFIED = st.builds(QualifiedName, st.sampled_from(SCHEMAS), NAMES)
BUILTINS = sorted(catalog().types)


@st.composite
def types(draw: Callable[..., Any]) -> list[PgType]:
    """Types that stand on PostgreSQL's own and on each other."""
    made: list[PgType] = []
    for name in draw(st.lists(QUALIFIED, max_size=4, unique=True)):
        known = st.sampled_from([*BUILTINS, *(its.name for its in made)])
        equatable = draw(st.booleans())
        match draw(st.sampled_from(list(TypeKind))):
            case TypeKind.ENUM:
                labels = tuple(draw(st.lists(NAMES | st.just(""), max_size=5, unique=True)))
                made.append(PgType(name, TypeKind.ENUM, labels=labels))
            case TypeKind.COMPOSITE:
                parts = draw(st.dictionaries(NAMES, known | st.just(name), max_size=4))
                attributes = tuple(Attribute(part, its) for part, its in parts.items())
                made.append(PgType(name, TypeKind.COMPOSITE, attributes=attributes))
            case TypeKind.DOMAIN:
                made.append(PgType(name, TypeKind.DOMAIN, base=draw(known), not_null=draw(st.booleans())))
            case TypeKind.ARRAY | TypeKind.RANGE | TypeKind.MULTIRANGE as kind:
                made.append(PgType(name, kind, element=draw(known)))
            case kind:
                orderable = equatable and draw(st.booleans())
                made.append(PgType(name, kind, equatable=equatable, orderable=orderable))
    return made


@st.composite
def tables(draw: Callable[..., Any], its_types: list[PgType]) -> list[Table]:
    """Relations with keys over some of their columns, and references between any of them."""
    known = st.sampled_from([*BUILTINS, *(its.name for its in its_types)])
    made = []
    # The type with the name of a relation is that of its rows.
    free = QUALIFIED.filter(lambda name: name not in {its.name for its in its_types})
    for name in draw(st.lists(free, max_size=5, unique=True)):
        columns = tuple(
            Column(
                column,
                its_type,
                position,
                nullable=draw(st.booleans()),
                selectable=draw(st.integers(0, 9)) > 0,
            )
            for position, (column, its_type) in enumerate(
                draw(st.dictionaries(NAMES, known, max_size=5)).items()
            )
        )
        keys = [UniqueKey(f"key {i}", key) for i, key in enumerate(draw(column_lists(columns, 4)))]
        made.append(
            Table(
                name,
                draw(st.sampled_from(list(RelationKind))),
                columns,
                primary_key=keys[0] if keys and draw(st.booleans()) else None,
                unique_keys=tuple(keys[1:]),
                row_security=draw(st.booleans()),
                has_children=draw(st.integers(0, 4)) == 0,
            )
        )
    return [with_references(draw, its, made) for its in made]


def column_lists(columns: tuple[Column, ...], size: int) -> st.SearchStrategy[list[tuple[str, ...]]]:
    names = [column.name for column in columns]
    if not names:
        return st.just([])
    some = st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(tuple)
    return st.lists(some, max_size=size)


def with_references(draw: Callable[..., Any], table: Table, others: list[Table]) -> Table:
    references = []
    for number, columns in enumerate(draw(column_lists(table.columns, 4))):
        targets = [its for its in others if len(its.columns) >= len(columns)]
        target = draw(st.sampled_from(targets))
        names = st.sampled_from([column.name for column in target.columns])
        far = draw(st.lists(names, min_size=len(columns), max_size=len(columns), unique=True))
        references.append(
            ForeignKey(f"fk {number}", columns, target.name, tuple(far), enforced=draw(st.booleans()))
        )
    return Table(
        table.name,
        table.kind,
        table.columns,
        primary_key=table.primary_key,
        unique_keys=table.unique_keys,
        foreign_keys=tuple(references),
        row_security=table.row_security,
        has_children=table.has_children,
    )


@st.composite
def catalogs_of_any_kind(draw: Callable[..., Any]) -> Catalog:
    its_types = draw(types())
    schemas = draw(st.permutations(SCHEMAS))
    return catalog(*draw(tables(its_types)), types=its_types, schemas=schemas)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs_of_any_kind())
def test_any_catalogue_has_a_valid_schema(any_catalog: Catalog) -> None:
    schema = build_schema(any_catalog, OPTIONS)
    schema.graphql._validation_errors = None  # noqa: SLF001 - or an empty list comes from its cache
    assert validate_schema(schema.graphql) == []
    build_from_sdl(schema.sdl)

    readable = [its for its in any_catalog.tables.values() if any(c.selectable for c in its.columns)]
    assert set(schema.model.by_table) == {its.name for its in readable}
    assert len({its.name for its in schema.model.types.values()}) == len(readable)
    for its in readable:
        bindings = schema.model.by_table[its.name]
        columns = [binding.column for binding in bindings.columns.values()]
        assert sorted(columns) == sorted(column.name for column in its.columns if column.selectable)
        assert not set(bindings.columns) & set(bindings.relations)
        assert all(map(naming.is_valid, [*bindings.columns, *bindings.relations, *bindings.filters]))
        assert sum(root.type is bindings for root in schema.model.roots.values()) in {1, 2}


def test_a_long_ring_of_foreign_keys() -> None:
    length = 1000
    tables = [
        table(
            f"t{number}",
            {"id": "int4!", "next_id": "int4"},
            key="id",
            references=[reference("next", "next_id", f"t{(number + 1) % length}", "id")],
        )
        for number in range(length)
    ]
    before = sys.getrecursionlimit()
    schema = build_schema(catalog(*tables), OPTIONS)
    assert len(schema.model.types) == length
    assert sys.getrecursionlimit() == before
