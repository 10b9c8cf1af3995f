"""Reads as SQL text; what whole operations cause stands in tests/cases."""

from __future__ import annotations

import pytest

from db.catalogue.model import QualifiedName
from db.query import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    CountRead,
    Form,
    LookupRead,
    NotOf,
    NullTest,
    Operator,
    OrderTerm,
    Output,
    PageRead,
    Seek,
    Via,
)
from db.statements import StatementBuilder
from tests.support.catalogs import builtin, catalog, table

THING = QualifiedName("public", "thing")
NASTY = ('a"b', "a'b", "%", "%s", "%%", ":name", "$1", "?", "a.b", "a\nb", "{}", "select", "\\")
CATALOG = catalog(
    table(
        "thing",
        {
            "id": "int4!",
            "name": "text",
            "at": "timestamptz",
            "real": "float4",
            "uuid": "uuid!",
            "tags": "_text",
        },
        key="id",
    ),
    table("nasty", dict.fromkeys(NASTY, "int4"), schema='my "schema"'),
)


def page(condition: Condition = AllOf(()), **parts: object) -> PageRead:  # noqa: B008 - frozen
    read = {"outputs": (Output("name", Form.READ),), "via": None, "order": (OrderTerm("id"),), **parts}
    return PageRead(table=THING, condition=condition, **read)  # type: ignore[arg-type]


def sql(read: PageRead | CountRead | LookupRead) -> str:
    return " ".join(StatementBuilder(CATALOG).build(read).sql.split())


def where(condition: Condition) -> str:
    text = sql(CountRead(THING, None, condition))
    return text.partition(" WHERE ")[2]


def test_equal_reads_share_one_statement() -> None:
    builder = StatementBuilder(CATALOG)
    assert builder.build(page()) is builder.build(page())
    assert builder.build(page()) is not builder.build(page(backward=True))


def test_parameters_are_numbered_in_the_order_of_their_names() -> None:
    read = page(
        AllOf((Comparison("name", Operator.EQ, "filter0"), Comparison("at", Operator.GT, "filter1"))),
        via=Via(("name",), (builtin("text"),)),
        after=Seek((False,)),
        offset=True,
    )
    statement = StatementBuilder(CATALOG).build(read)
    assert sorted(statement.parameters) == ["after0", "filter0", "filter1", "key0", "limit", "offset"]
    for number, name in enumerate(statement.parameters, start=1):
        assert f"${number} " in statement.sql, name
    assert f"${len(statement.parameters) + 1} " not in statement.sql


def test_identifiers_are_quoted_and_otherwise_left_alone() -> None:
    read = PageRead(
        table=QualifiedName('my "schema"', "nasty"),
        outputs=tuple(Output(name, Form.READ) for name in NASTY),
        via=None,
        condition=AllOf(()),
        order=(OrderTerm("ctid"),),
    )
    text = StatementBuilder(CATALOG).build(read).sql
    assert 'FROM "my ""schema"""."nasty" AS t' in text
    for name in NASTY:
        quoted = name.replace('"', '""')
        assert f't."{quoted}" AS c' in text


@pytest.mark.parametrize(
    ("output", "expression"),
    [
        (Output("name", Form.READ), 't."name"'),
        (Output("name", Form.KEY), 't."name"'),
        (Output("uuid", Form.READ), 't."uuid"'),
        (Output("uuid", Form.KEY), 'CAST(t."uuid" AS "pg_catalog"."text")'),
        (Output("at", Form.READ), 'CAST(t."at" AS "pg_catalog"."text")'),
        # Through its shortest text, or 1.1 would become 1.100000023841858.
        (Output("real", Form.READ), 'CAST(CAST(t."real" AS "pg_catalog"."text") AS "pg_catalog"."float8")'),
        (Output("tags", Form.READ), 'CAST(t."tags" AS "pg_catalog"."text"[])'),
    ],
)
def test_outputs(output: Output, expression: str) -> None:
    assert f"SELECT {expression} AS c0 FROM" in sql(page(outputs=(output,)))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (AllOf(()), ""),
        (AnyOf(()), "false"),
        (NotOf(AllOf(())), "false"),
        (NullTest("name", null=True), 't."name" IS NULL'),
        (NullTest("name", null=False), 't."name" IS NOT NULL'),
        (Comparison("id", Operator.EQ, "p"), 't."id" = CAST($1 AS "pg_catalog"."int4")'),
        (Comparison("id", Operator.NE, "p"), 't."id" <> CAST($1 AS "pg_catalog"."int4")'),
        (Comparison("id", Operator.IN, "p"), 't."id" = ANY (CAST($1 AS "pg_catalog"."_int4"))'),
        (Comparison("id", Operator.NOT_IN, "p"), 't."id" != ALL (CAST($1 AS "pg_catalog"."_int4"))'),
        (
            Comparison("at", Operator.LTE, "p"),
            't."at" <= CAST(CAST($1 AS "pg_catalog"."text") AS "pg_catalog"."timestamptz")',
        ),
        (Comparison("name", Operator.LIKE, "p"), 't."name" LIKE CAST($1 AS "pg_catalog"."text")'),
        (Comparison("name", Operator.REGEX, "p"), 't."name" ~ CAST($1 AS "pg_catalog"."text")'),
        (
            NotOf(AnyOf((NullTest("name", null=True), NullTest("at", null=False)))),
            'NOT (t."name" IS NULL OR t."at" IS NOT NULL)',
        ),
    ],
)
def test_conditions(condition: Condition, expected: str) -> None:
    assert where(condition) == expected


def test_one_parameter_may_stand_twice() -> None:
    read = page(order=(OrderTerm("name"), OrderTerm("id")), after=Seek((False, False)))
    statement = StatementBuilder(CATALOG).build(read)
    assert sorted(statement.parameters) == ["after0", "after1", "limit"]


def test_null_parts_of_a_cursor_are_no_parameters() -> None:
    read = page(order=(OrderTerm("name"), OrderTerm("id")), after=Seek((True, False)))
    assert sorted(StatementBuilder(CATALOG).build(read).parameters) == ["after1", "limit"]


def test_the_nulls_clause_stands_only_where_there_can_be_nulls() -> None:
    """An index serves an order only if it is said as the index was made."""
    order = (OrderTerm("name"), OrderTerm("id", descending=True, nulls_first=True))
    assert 'ORDER BY t."name" ASC NULLS LAST, t."id" DESC LIMIT' in sql(page(order=order))
    assert 'ORDER BY t."name" DESC NULLS FIRST, t."id" ASC LIMIT' in sql(page(order=order, backward=True))


def test_an_operator_of_sets_needs_a_scalar() -> None:
    with pytest.raises(TypeError):
        where(Comparison("tags", Operator.IN, "p"))
