"""Functions: which of them, and how they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from db.catalogue.model import Argument, ArgumentMode, Function, QualifiedName, TypeKind, Volatility

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.db.catalogue.conftest import Reflected

_SCRIPT = """
CREATE TABLE person (id int PRIMARY KEY, name text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE SCHEMA hidden;

CREATE FUNCTION full_name(person) RETURNS text STABLE LANGUAGE sql AS $$ SELECT ($1).name $$;
CREATE FUNCTION add(a int, b int DEFAULT 1, "c d" int DEFAULT 2) RETURNS int IMMUTABLE STRICT LANGUAGE sql
    AS $$ SELECT a + b + "c d" $$;
CREATE FUNCTION add(a text) RETURNS text LANGUAGE sql AS $$ SELECT a $$;
CREATE FUNCTION people() RETURNS SETOF person STABLE LANGUAGE sql AS $$ SELECT * FROM person $$;
CREATE FUNCTION pairs(n int) RETURNS TABLE (a int, b text) STABLE LANGUAGE sql AS $$ SELECT n, 'b' $$;
CREATE FUNCTION split(INOUT x int, y int, OUT z text) STABLE LANGUAGE sql AS $$ SELECT x, 'z' $$;
CREATE FUNCTION total(VARIADIC numbers int[]) RETURNS bigint IMMUTABLE LANGUAGE sql
    AS $$ SELECT sum(n) FROM unnest(numbers) AS n $$;
CREATE FUNCTION forget() RETURNS void LANGUAGE sql AS $$ SELECT $$;
CREATE FUNCTION anything() RETURNS record LANGUAGE sql AS $$ SELECT 1, 2 $$;
COMMENT ON FUNCTION people() IS 'Everyone.';

-- No functions of a data API.
CREATE FUNCTION on_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE FUNCTION on_event() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE FUNCTION same(anyelement) RETURNS anyelement LANGUAGE sql AS $$ SELECT $1 $$;
CREATE FUNCTION size_of(anyarray) RETURNS int LANGUAGE sql AS $$ SELECT cardinality($1) $$;
CREATE FUNCTION inward(internal) RETURNS int LANGUAGE internal AS 'int4in';
CREATE PROCEDURE proceed() LANGUAGE sql AS $$ SELECT $$;
CREATE AGGREGATE product(int) (SFUNC = int4mul, STYPE = int, INITCOND = '1');
CREATE FUNCTION placed() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION hidden.away() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
CREATE FUNCTION refused() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$;
"""


def builtin(name: str) -> QualifiedName:
    return QualifiedName("pg_catalog", name)


def public(name: str) -> QualifiedName:
    return QualifiedName("public", name)


INT4 = builtin("int4")
TEXT = builtin("text")


@pytest.fixture(scope="module")
async def database(load: Callable[[str], Awaitable[Reflected]]) -> Reflected:
    return await load(_SCRIPT)


def test_only_what_can_be_called(database: Reflected) -> None:
    assert sorted(function.name for function in database.catalog.functions) == [
        ("hidden", "away"),
        ("public", "add"),
        ("public", "add"),
        ("public", "anything"),
        ("public", "forget"),
        ("public", "full_name"),
        ("public", "pairs"),
        ("public", "people"),
        ("public", "refused"),
        ("public", "split"),
        ("public", "total"),
    ]


@pytest.mark.parametrize(
    "expected",
    [
        Function(
            public("full_name"),
            (Argument(None, public("person")),),
            TEXT,
            returns_set=False,
            volatility=Volatility.STABLE,
        ),
        Function(
            public("add"),
            (
                Argument("a", INT4),
                Argument("b", INT4, has_default=True),
                Argument("c d", INT4, has_default=True),
            ),
            INT4,
            returns_set=False,
            volatility=Volatility.IMMUTABLE,
            strict=True,
        ),
        Function(
            public("add"), (Argument("a", TEXT),), TEXT, returns_set=False, volatility=Volatility.VOLATILE
        ),
        Function(
            public("people"),
            (),
            public("person"),
            returns_set=True,
            volatility=Volatility.STABLE,
            comment="Everyone.",
        ),
        Function(
            public("pairs"),
            (
                Argument("n", INT4),
                Argument("a", INT4, ArgumentMode.TABLE),
                Argument("b", TEXT, ArgumentMode.TABLE),
            ),
            builtin("record"),
            returns_set=True,
            volatility=Volatility.STABLE,
        ),
        Function(
            public("split"),
            (
                Argument("x", INT4, ArgumentMode.INOUT),
                Argument("y", INT4),
                Argument("z", TEXT, ArgumentMode.OUT),
            ),
            builtin("record"),
            returns_set=False,
            volatility=Volatility.STABLE,
        ),
        Function(
            public("total"),
            (Argument("numbers", builtin("_int4"), ArgumentMode.VARIADIC),),
            builtin("int8"),
            returns_set=False,
            volatility=Volatility.IMMUTABLE,
        ),
        Function(public("forget"), (), builtin("void"), returns_set=False, volatility=Volatility.VOLATILE),
    ],
    ids=lambda expected: f"{expected.name.name}{len(expected.arguments)}",
)
def test_functions(database: Reflected, expected: Function) -> None:
    assert expected in database.catalog.functions


def test_types_of_arguments_and_results_are_known(database: Reflected) -> None:
    known = database.catalog.types

    for function in database.catalog.functions:
        assert {function.returns, *(argument.type for argument in function.arguments)} <= set(known)
    assert known[builtin("void")].kind is TypeKind.PSEUDO
    assert [attribute.name for attribute in known[public("person")].attributes] == ["id", "name"]
