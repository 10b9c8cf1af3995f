"""What extensions add to a schema, and what ends the start."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - Strawberry looks it up
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import OperationDefinitionNode, parse, validate_schema

from core.errors import StartupError
from resolvers.cost_compiling import compile_cost
from schema.build import Schema, build_schema
from schema.extending import Data, Row, WriteKind, after_write, before_write, row_field
from schema.extensions import extension_of
from tests.support.catalogs import music
from tests.support.engine import OPTIONS


@strawberry.type
class Weather:
    """What it is like outside."""

    celsius: float

    @strawberry.field
    def words(self, times: int = 1) -> str:
        """The same in words."""
        return "cold " * times


@strawberry.type(description="Said otherwise.")
class Plain:
    """Not this."""

    weather: Weather


class Unit(Enum):
    """A unit of temperature."""

    CELSIUS = "C"
    KELVIN = "K"


@strawberry.input
class When:
    moment: dt.datetime


@strawberry.type
class Album:
    text: str


@row_field("Track", reads=["name"])
async def weather_there(rows: list[Row], unit: Unit = Unit.CELSIUS) -> list[Weather | None]:
    """The weather where it was recorded."""
    del unit
    return [None for _ in rows]


def built(*modules: dict[str, object]) -> Schema:
    extensions = [extension_of(f"m{n}", members) for n, members in enumerate(modules, start=1)]
    return build_schema(music(), OPTIONS, extensions)


def message(*modules: dict[str, object]) -> str:
    with pytest.raises(StartupError) as caught:
        built(*modules)
    text = str(caught.value)
    assert "\n" not in text
    return text


def field(function: Any, type_name: str = "Track", **options: Any) -> dict[str, object]:
    return {"f": row_field(type_name, **{"reads": [], **options})(function)}


def query(**members: Any) -> dict[str, object]:
    return {"Query": strawberry.type(type("Query", (), members))}


def mutation(**members: Any) -> dict[str, object]:
    return {"Mutation": strawberry.type(type("Mutation", (), members))}


def unchanged(kind: WriteKind, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    del kind
    return rows


def ones(rows: list[Row]) -> list[int]:
    return [1 for _ in rows]


def test_the_schema_has_what_extensions_add() -> None:
    def hello(name: str = "you") -> Plain:
        """Says hello."""
        raise NotImplementedError(name)

    schema = built(
        {"x": weather_there}, query(hello=strawberry.field(resolver=hello)), {"same": weather_there}
    )
    assert validate_schema(schema.graphql) == []
    for part in (
        '"""The weather where it was recorded."""\n  weatherThere(unit: Unit! = CELSIUS): Weather\n',
        '"""What it is like outside."""\ntype Weather {\n  celsius: Float!\n\n  """The same in words."""\n',
        '"""Said otherwise."""\ntype Plain {\n',
        '"""Says hello."""\n  hello(name: String! = "you"): Plain!\n',
        '"""A unit of temperature."""\nenum Unit {\n',
    ):
        assert part in schema.sdl
    assert "RowFields" not in schema.sdl


def test_what_fields_are_given_to_fetch_with_is_no_argument() -> None:
    async def fetched(rows: list[Row], data: Data, times: int = 1) -> list[int]:
        raise NotImplementedError(rows, data, times)

    assert "\n  fetched(times: Int! = 1): Int!\n" in built(field(fetched)).sdl


def test_what_extensions_add_has_a_cost() -> None:
    def hello() -> int:
        """Says it."""
        return 1

    schema = built(
        field(ones, name="plain"),
        field(ones, name="dear", cost=7),
        query(hello=strawberry.field(resolver=hello, metadata={"cost": 30})),
        mutation(
            say=strawberry.field(resolver=hello, metadata={"cost": 40}),
            other=strawberry.field(resolver=hello),
        ),
    )
    assert '  dear: Int! @cost(weight: "7")\n' in schema.sdl
    assert '  hello: Int! @cost(weight: "30")\n' in schema.sdl
    for source, units in (
        ("{ tracks(first: 2) { nodes { plain dear } } }", 1 + 2 * (1 + 1 + 7)),
        ("{ hello }", 30),
        ("mutation { say other }", 10 + 40 + 10 + 1),
    ):
        document = parse(source)
        operation = document.definitions[0]
        assert isinstance(operation, OperationDefinitionNode)
        assert compile_cost(schema.graphql, schema.model, document, operation).estimate({}) == units
    wrong = "cost must be a whole number from 0 to 1000000, not"
    with pytest.raises(StartupError, match=wrong):
        field(ones, cost=-1)
    asked = strawberry.field(resolver=hello, metadata={"cost": "much"})
    assert message(query(hello=asked)) == f"extension m1: Query.hello: {wrong} 'much'"


def test_mutations_of_extensions_stand_before_those_of_tables() -> None:
    def hello() -> int:
        """Says it."""
        return 1

    sdl = built(mutation(hello=strawberry.field(resolver=hello))).sdl
    assert 'type Mutation {\n  """Says it."""\n  hello: Int!\n' in sdl


def test_nothing_else_of_the_schema_changes() -> None:
    assert built({}).sdl == build_schema(music(), OPTIONS).sdl


def test_an_interface_brings_its_types() -> None:
    @strawberry.interface
    class Shape:
        size: int

    @strawberry.type
    class Square(Shape):
        edge: int

    def shape() -> Shape:
        return Square(size=1, edge=1)

    shape.__annotations__["return"] = Shape
    added = query(
        shape=strawberry.field(resolver=shape), square=strawberry.field(resolver=shape, graphql_type=Square)
    )
    assert "type Square implements Shape" in built(added).sdl


def no_rows() -> list[int]:
    return []


def no_annotation(rows: list[Row]):  # type: ignore[no-untyped-def]  # noqa: ANN201 - what is tested
    return rows


def no_list(rows: list[Row]) -> int:
    return len(rows)


def optional_list(rows: list[Row]) -> list[int] | None:
    return [1 for _ in rows]


def no_type(rows: list[Row]) -> list[object]:
    return list(rows)


def bare_argument(rows: list[Row], unit) -> list[int]:  # type: ignore[no-untyped-def]  # noqa: ANN001 - what is tested
    return [unit for _ in rows]


def many_arguments(rows: list[Row], **all_of_them: int) -> list[int]:
    return [1 for _ in rows if all_of_them]


def asks_for_info(rows: list[Row], info: int) -> list[int]:
    return [info for _ in rows]


def asks_for_date(rows: list[Row], day: dt.date | None = None) -> list[int]:
    return [1 for _ in rows if day]


def asks_for_dates(rows: list[Row], when: When) -> list[int]:
    return [1 for _ in rows if when]


def album_of(rows: list[Row]) -> list[Album]:
    return [Album(text="") for _ in rows]


A_LIST = "it must return a list with a value for each row, such as list[str | None]"


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            field(ones, "Trak"),
            "extension m1: Trak.ones: there is no table with the type Trak; did you mean Track?",
        ),
        (
            field(ones, reads=["nam"]),
            "extension m1: Track.ones: Track has no column with the field nam; did you mean name?",
        ),
        (
            field(ones, reads=["album"]),
            "extension m1: Track.ones: Track has no column with the field album; did you mean albumId?",
        ),
        (field(ones, name="name"), "extension m1: Track.name is taken: a column of public.track has it"),
        (field(ones, name="album"), "extension m1: Track.album is taken: a relation of public.track has it"),
        (field(ones, name="id"), "extension m1: Track.id is taken: the global id has it"),
        (
            {"a": weather_there, **field(ones, name="weatherThere")},
            "extension m1: Track.weatherThere is taken: extension m1 has it",
        ),
        (field(no_rows), "extension m1: Track.noRows: its first parameter must be a list of rows"),
        (
            field(no_annotation),
            "extension m1: Track.noAnnotation: it needs a return annotation, such as list[str | None]",
        ),
        (
            field(no_list),
            f"extension m1: Track.noList: {A_LIST}",
        ),
        (
            field(optional_list),
            f"extension m1: Track.optionalList: {A_LIST}",
        ),
        (field(bare_argument), "extension m1: Track.bareArgument: the parameter unit needs an annotation"),
        (
            field(many_arguments),
            "extension m1: Track.manyArguments: the parameter all_of_them must be one that has a name",
        ),
        (field(asks_for_info), "extension m1: Track.asksForInfo: a parameter cannot be called info"),
        (
            query(track=strawberry.field(resolver=lambda: 1, graphql_type=int)),
            "extension m1: Query.track is taken: the table public.track has it",
        ),
        (
            query(node=strawberry.field(resolver=lambda: 1, graphql_type=int)),
            "extension m1: Query.node is taken: every schema has it",
        ),
        (
            query(__annotations__={"number": int}),
            "extension m1: Query.number needs a resolver: use @strawberry.field",
        ),
        ({"Query": object}, "extension m1: Query must be a class with @strawberry.type"),
        (
            {"Subscription": Weather},
            "extension m1: Subscription cannot be extended, only Query and Mutation can",
        ),
        (
            mutation(createTrack=strawberry.field(resolver=lambda: 1, graphql_type=int)),
            "extension m1: Mutation.createTrack is taken: the table public.track has it",
        ),
        (
            mutation(__annotations__={"number": int}),
            "extension m1: Mutation.number needs a resolver: use @strawberry.field",
        ),
        ({"Mutation": object}, "extension m1: Mutation must be a class with @strawberry.type"),
        (
            {"f": before_write("Trak")(unchanged)},
            (
                "extension m1: before_write('Trak') unchanged: there is no table with the type Trak; "
                "did you mean Track?"
            ),
        ),
        (
            {"f": after_write("Track", reads=["nam"])(unchanged)},
            (
                "extension m1: after_write('Track') unchanged: Track has no column with the field nam; "
                "did you mean name?"
            ),
        ),
        (
            {"f": before_write("Track")(ones)},
            (
                "extension m1: before_write('Track') ones: its parameters must be the kind of the write, "
                "the rows, and data: Data"
            ),
        ),
    ],
)
def test_wrong_use_ends_with_one_clear_line(members: dict[str, object], expected: str) -> None:
    assert message(members) == expected


@pytest.mark.parametrize(
    ("members", "parts"),
    [
        (field(no_type), ["extension m1: Track.noType: ", "object"]),
        (field(album_of), ["the type Album", "test_extensions.Album", "the table public.album"]),
        (field(asks_for_date), ["extension m1: Track.asksForDate: the argument day", "date"]),
        (field(asks_for_dates), ["When.moment", "datetime"]),
        (field(ones, name="__ones"), ["__ones"]),
    ],
)
def test_wrong_types_are_named(members: dict[str, object], parts: list[str]) -> None:
    text = message(members)
    for part in parts:
        assert part in text, text


@pytest.mark.parametrize(
    "name", ["Node", "TrackConnection", "TrackKey", "StringFilter", "Query", "Track", "Decimal"]
)
def test_names_of_the_schema_are_taken(name: str) -> None:
    @strawberry.type(name=name)
    class Mine:
        text: str

    def mine() -> Mine:
        return Mine(text="")

    mine.__annotations__["return"] = Mine
    assert name in message(query(mine=strawberry.field(resolver=mine)))


def test_two_extensions_that_add_the_same_field() -> None:
    one, other = (query(hello=strawberry.field(resolver=lambda: 1, graphql_type=int)) for _ in range(2))
    assert message(one, other) == "extension m2: Query.hello is taken: extension m1 has it"
    assert message({"a": weather_there}, field(ones, name="weatherThere")) == (
        "extension m2: Track.weatherThere is taken: extension m1 has it"
    )


def test_reads_is_a_list() -> None:
    with pytest.raises(
        StartupError, match=r"row_field\('Track'\): reads must be a list of fields, not 'name'"
    ):
        row_field("Track", reads="name")


def test_the_function_can_still_be_called() -> None:
    assert row_field("Track", reads=[])(ones)([{}, {}]) == [1, 1]
