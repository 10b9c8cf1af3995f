"""Types of aggregates and groups: what is offered for which column, and names that are taken."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLEnumType, GraphQLObjectType, get_named_type

from schema.build import Schema, build_schema
from tests.schema.test_sdl import assert_valid
from tests.support.catalogs import catalog, table
from tests.support.engine import OPTIONS


def built(*tables: Any) -> Schema:
    schema = build_schema(catalog(*tables), OPTIONS)
    assert_valid(schema)
    return schema


def fields(schema: Schema, name: str) -> dict[str, str]:
    named: Any = schema.graphql.type_map[name]
    return {field: str(part.type) for field, part in named.fields.items()}


def test_results_have_the_types_that_postgresql_gives_them() -> None:
    columns = {
        "small": "int2", "whole": "int4!", "big": "int8", "exact": "numeric", "rough": "float4",
        "span": "interval", "word": "text!", "flag": "bool", "key": "uuid", "day": "date", "raw": "bytea",
        "host": "inet", "doc": "jsonb", "plain": "json", "spot": "point", "many": "_int4",
        "range": "int4range",
    }  # fmt: skip
    schema = built(table("thing", columns))
    numbers = {"small": "BigInt", "whole": "BigInt", "big": "Decimal", "exact": "Decimal", "rough": "Float"}
    assert fields(schema, "ThingAggregateSum") == {**numbers, "span": "Duration"}
    means = dict.fromkeys(("small", "whole", "big", "exact"), "Decimal")
    assert fields(schema, "ThingAggregateAvg") == {**means, "rough": "Float", "span": "Duration"}
    extremes = fields(schema, "ThingAggregateMinMax")
    assert extremes.keys() == columns.keys() - {"doc", "plain", "spot", "many", "range"}
    assert extremes["whole"] == "Int"
    assert extremes["raw"] == "Base64"
    assert set(fields(schema, "ThingAggregateCountDistinct").values()) == {"Int!"}
    keys = fields(schema, "ThingGroupKey")
    assert (
        keys.keys()
        == fields(schema, "ThingAggregateCountDistinct").keys()
        == columns.keys() - {"plain", "spot"}
    )
    assert not any(kind.endswith("!") for kind in keys.values())
    assert fields(schema, "ThingTruncate") == {"day": "TimeUnit"}
    assert fields(schema, "ThingHavingNumber")["whole"] == "DecimalFilter"


def test_relations_without_suitable_columns_have_no_such_fields() -> None:
    schema = built(table("note", {"text": "text"}), table("blob", {"plain": "json"}))
    assert list(fields(schema, "NoteAggregate")) == ["count", "countDistinct", "min", "max"]
    assert list(fields(schema, "NoteHaving")) == ["count", "countDistinct", "min", "max", "and", "or", "not"]
    assert fields(schema, "BlobAggregate") == {"count": "Int!"}
    assert "groups" not in fields(schema, "BlobConnection")


def test_relations_keep_the_names_that_are_theirs_by_rule() -> None:
    schema = built(
        table("user", {"id": "int4!", "name": "text"}, key="id"),
        table("user_group", {"id": "int4!", "key": "text"}, key="id"),
        table("user_having", {"id": "int4!"}, key="id"),
    )
    assert schema.warnings == ()
    assert fields(schema, "UserGroupKey") == {"id": "ID", "rowId": "Int"}
    connection = schema.graphql.type_map["UserConnection"]
    assert isinstance(connection, GraphQLObjectType)
    assert str(connection.fields["groups"].type) == "[UserGroup2!]!"
    assert str(connection.fields["groups"].args["having"].type) == "UserHaving2"
    assert fields(schema, "UserGroup2")["key"] == "UserGroupKey2!"


def test_columns_may_have_any_names() -> None:
    columns = {"true": "int4", "null": "text", "count": "int4", "key": "int4", "and": "int4", "sum": "int8"}
    schema = built(table("odd", columns))
    connection = schema.graphql.type_map["OddConnection"]
    assert isinstance(connection, GraphQLObjectType)
    by = get_named_type(connection.fields["groups"].args["by"].type)
    assert isinstance(by, GraphQLEnumType)
    assert {name: value.value for name, value in by.values.items()} == {
        "true_": "true", "null_": "null", "count": "count", "key": "key", "and": "and", "sum": "sum",
    }  # fmt: skip
    assert list(fields(schema, "OddAggregateSum")) == ["true", "count", "key", "and", "sum"]
