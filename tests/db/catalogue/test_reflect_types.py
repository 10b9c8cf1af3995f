"""Types: what they are made of, and how their values compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from db.catalogue.model import Attribute, PgType, QualifiedName, TypeKind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.db.catalogue.conftest import Reflected


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


def builtin(name: str) -> QualifiedName:
    return QualifiedName("pg_catalog", name)


@pytest.mark.parametrize(
    "expected",
    [
        PgType(public("mood"), TypeKind.ENUM, labels=("sad", "ok", "happy"), comment="How one feels."),
        PgType(public("no_labels"), TypeKind.ENUM),
        PgType(public("_mood"), TypeKind.ARRAY, element=public("mood")),
        PgType(builtin("_bpchar"), TypeKind.ARRAY, element=builtin("bpchar")),
        PgType(public("positive"), TypeKind.DOMAIN, base=builtin("int4"), comment="More than nothing."),
        PgType(public("small_positive"), TypeKind.DOMAIN, base=public("positive")),
        PgType(public("required"), TypeKind.DOMAIN, base=builtin("text"), not_null=True),
        PgType(public("required_twice"), TypeKind.DOMAIN, base=public("required"), not_null=True),
        PgType(public("int_list"), TypeKind.DOMAIN, base=builtin("_int4")),
        PgType(public("place"), TypeKind.DOMAIN, base=public("address"), equatable=False, orderable=False),
        PgType(
            public("address"),
            TypeKind.COMPOSITE,
            attributes=(
                Attribute("street", builtin("text")),
                Attribute("zip", builtin("bpchar"), "Five characters, filled up with blanks."),
                Attribute("place", builtin("point")),
            ),
            equatable=False,
            orderable=False,
            comment="Where one lives.",
        ),
        # A dropped attribute leaves no gap.
        PgType(
            public("changed"),
            TypeKind.COMPOSITE,
            attributes=(Attribute("a", builtin("int4")), Attribute("c", builtin("json"))),
            equatable=False,
            orderable=False,
        ),
        PgType(public("no_attributes"), TypeKind.COMPOSITE),
        # The row type of a table, because a column has it.
        PgType(
            public("integers"),
            TypeKind.COMPOSITE,
            attributes=(
                Attribute("id", builtin("int4")),
                Attribute("small", builtin("int2")),
                Attribute("medium", builtin("int4")),
                Attribute("big", builtin("int8")),
            ),
        ),
        PgType(
            public("float_range"),
            TypeKind.RANGE,
            element=builtin("float8"),
            comment="From one float to another.",
        ),
        PgType(public("amount_range"), TypeKind.RANGE, element=public("amount")),
        PgType(public("text_multirange"), TypeKind.MULTIRANGE, element=builtin("text")),
    ],
    ids=lambda expected: expected.name.name,
)
def test_types(types: Reflected, expected: PgType) -> None:
    assert types.catalog.types[expected.name] == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("int4", TypeKind.BASE),
        ("daterange", TypeKind.RANGE),
        ("datemultirange", TypeKind.MULTIRANGE),
        ("_text", TypeKind.ARRAY),
        # Fixed arrays that PostgreSQL subscripts but writes as scalars.
        ("point", TypeKind.BASE),
        ("oidvector", TypeKind.BASE),
        ("name", TypeKind.BASE),
    ],
)
def test_kinds_of_builtin_types(types: Reflected, name: str, kind: TypeKind) -> None:
    assert types.catalog.types[builtin(name)].kind is kind


def test_labels_keep_their_order_and_spelling(types: Reflected) -> None:
    labels = types.catalog.types[public("odd_label")].labels

    assert labels[:4] == ("", " ", "added later", "with space")
    assert {"with-dash", "1st", "🦄", "true", "null", 'a"b', "a'b", "a\\b", "Sad", "sad"} <= set(labels)


def test_types_are_closed(types: Reflected, relations: Reflected, awkward_names: Reflected) -> None:
    """Whatever the catalogue names as a type can be looked up in it."""
    for catalog in (types.catalog, relations.catalog, awkward_names.catalog):
        tables = catalog.tables.values()
        named: set[QualifiedName | None] = {column.type for table in tables for column in table.columns}
        for pg_type in catalog.types.values():
            named |= {attribute.type for attribute in pg_type.attributes}
            named |= {pg_type.element, pg_type.base}
        assert named - {None} <= set(catalog.types)


def test_a_type_of_one_name_in_two_schemas(awkward_names: Reflected) -> None:
    deal = awkward_names.catalog.tables[QualifiedName("sales", "deal")]
    known = awkward_names.catalog.types

    assert known[deal.column("stage").type].labels == ("lead", "won", "lost")
    assert known[deal.column("document").type].labels == ("draft", "final")
    assert known[deal.column("text").type].attributes == (Attribute("value", builtin("text")),)
    assert deal.column("plain").type == builtin("text")


async def _works(connection: asyncpg.Connection, statement: str) -> bool:
    try:
        await connection.execute(statement)
    except (asyncpg.UndefinedFunctionError, asyncpg.FeatureNotSupportedError):
        return False
    return True


async def test_comparing_is_as_postgresql_does_it(types: Reflected) -> None:
    """Every column of every type, tried with DISTINCT, ORDER BY and operators, over all its values."""
    known = types.catalog.types
    wrong = []
    for table in types.catalog.tables.values():
        for column in table.columns:
            declared = operand = known[column.type]
            # Operators of enums do not take domains over them: they get the value without its domain.
            while operand.base is not None:
                operand = known[operand.base]
            cast = f'"{column.name}"::"{operand.name.schema}"."{operand.name.name}"'
            values = f'(SELECT "{column.name}" AS v, {cast} AS o FROM "{table.name.name}") AS a'
            equatable = await _works(types.connection, f"SELECT DISTINCT v FROM {values}")
            orderable = await _works(types.connection, f"SELECT v FROM {values} ORDER BY v")
            if equatable:
                equatable = await _works(types.connection, f"SELECT count(o = o) FROM {values}")
            if orderable:
                orderable = await _works(types.connection, f"SELECT count(o < o) FROM {values}")
            if (declared.equatable, declared.orderable) != (equatable, orderable):
                wrong.append((table.name.name, column.name, equatable, orderable))

    # PostgreSQL compares its system tables' int2vector as an array of numbers; here it is opaque.
    assert wrong == [("system_types", "int2vector", True, True)]


async def test_comparing_goes_down_to_what_a_type_is_made_of(
    load: Callable[[str], Awaitable[Reflected]],
) -> None:
    database = await load("""
        CREATE TYPE inner_row AS (x xid, n int);
        CREATE TYPE outer_row AS (inner_rows inner_row[]);
        CREATE DOMAIN outer_domain AS outer_row;
        CREATE TYPE json_row AS (plain json);
        -- A type whose author says how to compare it, although its parts do not compare.
        CREATE TYPE chosen AS (plain json);
        CREATE FUNCTION chosen_text(chosen) RETURNS text IMMUTABLE STRICT LANGUAGE sql
            AS $$ SELECT ($1).plain::text $$;
        CREATE FUNCTION chosen_eq(chosen, chosen) RETURNS boolean IMMUTABLE STRICT LANGUAGE sql
            AS $$ SELECT chosen_text($1) = chosen_text($2) $$;
        CREATE FUNCTION chosen_hash(chosen) RETURNS int IMMUTABLE STRICT LANGUAGE sql
            AS $$ SELECT hashtext(chosen_text($1)) $$;
        CREATE OPERATOR = (LEFTARG = chosen, RIGHTARG = chosen, FUNCTION = chosen_eq, HASHES);
        CREATE OPERATOR CLASS chosen_ops DEFAULT FOR TYPE chosen USING hash AS
            OPERATOR 1 =, FUNCTION 1 chosen_hash(chosen);
        CREATE TABLE compared (
            a outer_domain, b outer_domain[], c json_row, d json_row[],
            e chosen, f chosen[], g varchar[], h xid
        );
    """)
    compared = {
        column.name: (pg_type.equatable, pg_type.orderable)
        for column in database.catalog.tables[public("compared")].columns
        for pg_type in [database.catalog.types[column.type]]
    }

    assert compared == {
        "a": (True, False),
        "b": (True, False),
        "c": (False, False),
        "d": (False, False),
        "e": (True, False),
        "f": (True, False),
        "g": (True, True),
        "h": (True, False),
    }
