"""Which functions are fields, where, and what they are called."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphql import validate_schema

from db.catalogue.model import (
    Argument,
    ArgumentMode,
    Attribute,
    Function,
    PgType,
    QualifiedName,
    TypeKind,
    Volatility,
)
from resolvers.bindings import FunctionMutation
from schema.build import build_schema
from schema.object_options import ObjectOptions
from tests.support.catalogs import builtin, catalog, columns, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from db.catalogue.model import Catalog, Table
    from schema.build import Schema

INT = builtin("int4")
TEXT = builtin("text")
ARTIST = QualifiedName("public", "artist")
VOID = builtin("void")
RECORD = builtin("record")


def function(
    name: str,
    *arguments: Argument | QualifiedName,
    returns: QualifiedName = TEXT,
    returns_set: bool = False,
    volatility: Volatility = Volatility.STABLE,
    strict: bool = False,
    schema: str = "public",
) -> Function:
    made = tuple(Argument(None, a) if isinstance(a, QualifiedName) else a for a in arguments)
    return Function(QualifiedName(schema, name), made, returns, returns_set, volatility, strict=strict)


def artists(**parts: str) -> Table:
    return table("artist", {"artist_id": "int4!", "name": "text", **parts}, key="artist_id")


def with_functions(*functions: Function, tables: tuple[Table, ...] = ()) -> Catalog:
    served = tables or (artists(),)
    rows = [
        PgType(its.name, TypeKind.COMPOSITE, attributes=tuple(Attribute(c.name, c.type) for c in its.columns))
        for its in served
    ]
    return replace(catalog(*served, types=rows), functions=functions)


def built(its: Catalog, names: Mapping[str, str] | None = None) -> Schema:
    objects = {path: ObjectOptions(name=name) for path, name in (names or {}).items()}
    schema = build_schema(its, replace(OPTIONS, objects=objects))
    schema.graphql._validation_errors = None  # noqa: SLF001 - graphql-core has no public way
    assert validate_schema(schema.graphql) == []
    return schema


def fields(schema: Schema, type_name: str) -> dict[str, str]:
    """The fields of a type that stand for functions, with their arguments and types."""
    model = schema.model
    functions = {
        "Query": [name for name, root in model.roots.items() if root.function is not None],
        "Mutation": [n for n, mutation in model.mutations.items() if isinstance(mutation, FunctionMutation)],
    }
    names = functions.get(type_name) or model.types[type_name].functions
    made = {}
    for name in names:
        field = schema.graphql.type_map[type_name].fields[name]  # type: ignore[attr-defined]
        given = ", ".join(f"{argument}: {each.type}" for argument, each in field.args.items())
        made[name] = f"({given}): {field.type}"
    return made


def test_where_functions_are_fields() -> None:
    row = Argument("a", ARTIST)
    schema = built(
        with_functions(
            function("artist_label", row),
            function("shout", row, volatility=Volatility.IMMUTABLE),
            function("artist_rank", row, Argument("by", TEXT, has_default=True), returns=INT),
            function("version"),
            function("best_artist", returns=ARTIST),
            function("greet", row, volatility=Volatility.VOLATILE),
            function("forget", returns=VOID, volatility=Volatility.VOLATILE),
        )
    )
    assert fields(schema, "Artist") == {
        "label": "(): String",
        "rank": "(by: String): Int",
        "shout": "(): String",
    }
    assert fields(schema, "Query") == {"bestArtist": "(): Artist", "version": "(): String"}
    assert fields(schema, "Mutation") == {
        "forget": "(dryRun: Boolean!): ForgetPayload!",
        "greet": "(a: ArtistInput, dryRun: Boolean!): GreetPayload!",
    }
    assert schema.warnings == ()


def test_sets_are_lists_and_sets_of_rows_connections() -> None:
    schema = built(
        with_functions(
            function("names", returns_set=True),
            function("all_artists", returns=ARTIST, returns_set=True),
            function(
                "pairs",
                Argument("n", INT),
                Argument("a", INT, ArgumentMode.TABLE),
                Argument("b", TEXT, ArgumentMode.TABLE),
                returns=RECORD,
                returns_set=True,
            ),
        )
    )
    found = fields(schema, "Query")
    assert found["names"] == "(): [String]!"
    assert found["pairs"] == "(n: Int): [PairsRow]!"
    assert found["allArtists"].startswith("(first: Int, after: String")
    assert found["allArtists"].endswith("orderBy: [ArtistOrderBy!]): ArtistConnection!")


def test_arguments_that_must_be_given() -> None:
    arguments = (Argument("a", INT), Argument("b", INT, has_default=True))
    variadic = Argument("c", builtin("_int4"), ArgumentMode.VARIADIC)
    schema = built(
        with_functions(function("lax", *arguments), function("strictly", *arguments, variadic, strict=True))
    )
    assert fields(schema, "Query") == {
        "lax": "(a: Int, b: Int): String",
        "strictly": "(a: Int!, b: Int, c: [Int]): String",
    }


def test_arguments_without_names_or_with_taken_ones() -> None:
    schema = built(
        with_functions(
            function("pair", INT, Argument("two_words", INT), Argument("twoWords", INT)),
            function("page", Argument("first", INT), returns=ARTIST, returns_set=True),
        )
    )
    found = fields(schema, "Query")
    assert found["pair"] == "(arg1: Int, twoWords: Int, twoWords2: Int): String"
    assert found["page"].startswith("(first2: Int, first: Int, ")
    assert schema.warnings == (
        "public.page(int4): the argument first is taken; it is first2.",
        "public.pair(int4, int4, int4): the argument twoWords is taken; it is twoWords2.",
    )


def test_overloads_are_named_apart() -> None:
    overloads = (
        function("add", Argument("a", TEXT), Argument("b", TEXT)),
        function("add", Argument("a", INT), Argument("b", INT), returns=INT),
        function("add", Argument("a", INT), returns=INT),
    )
    schema = built(with_functions(*overloads))
    assert fields(schema, "Query") == {
        "add": "(a: Int): Int",
        "addByAB": "(a: Int, b: Int): Int",
        "addByAB2": "(a: String, b: String): String",
    }
    assert schema.sdl == built(with_functions(*reversed(overloads))).sdl
    key = '"public.add(text, text)"'
    assert schema.warnings[-1] == (
        f"{key}: the field add is taken; it is addByAB2. "
        f"Set its name under [objects.{key}] to choose another."
    )
    chosen = built(with_functions(*overloads), {"public.add(text, text)": "concatenate"})
    assert fields(chosen, "Query")["concatenate"] == "(a: String, b: String): String"
    assert len(chosen.warnings) == len(schema.warnings) - 1


def test_names_that_tables_have() -> None:
    row = Argument("a", ARTIST)
    schema = built(
        with_functions(
            function("artists"),
            function("artist_name", row),
            function("create_artist", volatility=Volatility.VOLATILE),
            function("node"),
        )
    )
    assert fields(schema, "Artist") == {"artistName": "(): String"}
    assert set(fields(schema, "Query")) == {"artists2", "node2"}
    assert "createArtist2" in schema.model.mutations
    assert [warning.split(":")[0] for warning in schema.warnings] == [
        '"public.artist_name(public.artist)"',
        '"public.artists()"',
        '"public.node()"',
        '"public.create_artist()"',
    ]


def test_what_is_left_out() -> None:
    row = Argument("k", QualifiedName("public", "keyless"))
    hidden = columns(id="int4!", inner="text")
    tables = (
        artists(),
        table("keyless", {"a": "int4"}),
        table("hidden", (hidden[0], replace(hidden[1], selectable=False)), key="id"),
    )
    schema = built(
        with_functions(
            function("records", returns=RECORD, returns_set=True),
            function("arrays", returns=builtin("_int4"), returns_set=True),
            function("nothing", returns=VOID),
            function("of_keyless", row, returns=ARTIST, returns_set=True),
            function("hidden_rank", Argument("h", QualifiedName("public", "hidden"))),
            tables=tables,
        )
    )
    assert [warning.removesuffix(", and is left out.") for warning in schema.warnings] == [
        "public.arrays(): it gives a set of arrays",
        "public.hidden_rank(public.hidden): it is given rows with columns that must not be read",
        "public.nothing(): it gives nothing, though it is not VOLATILE",
        "public.of_keyless(public.keyless): it gives rows for a row that has no primary key",
        "public.records(): it gives records whose columns are not declared",
    ]


def test_what_is_set_for_functions() -> None:
    functions = (
        replace(function("add", INT), comment="@name plus\nA sum."),
        function("add", TEXT),
        function("hide", INT),
        function("gone"),
    )
    objects = {
        "public.add": ObjectOptions(description="Of both."),
        "public.add(text)": ObjectOptions(name="concatenate"),
        "public.hide(int4)": ObjectOptions(hidden=True),
        "public.gone": ObjectOptions(hidden=True),
        "public.hide(text)": ObjectOptions(hidden=True),
    }
    schema = build_schema(with_functions(*functions), replace(OPTIONS, objects=objects))
    assert set(fields(schema, "Query")) == {"plus", "concatenate"}
    query = schema.graphql.query_type
    assert query is not None
    assert query.fields["plus"].description == "Of both."
    assert schema.warnings == ("objects: there is no 'public.hide(text)'.",)


def test_rows_of_which_nothing_is_served_are_nowhere() -> None:
    vault = table("vault", {"a": "int4"})
    row = QualifiedName("public", "vault")
    functions = (
        function("of_vault", Argument("v", row)),
        function("vaults_of", returns=row, returns_set=True),
    )
    its = with_functions(*functions, tables=(artists(), vault))
    assert set(fields(built(its), "Vault")) == {"ofVault"}
    options = replace(OPTIONS, objects={"public.vault": ObjectOptions(hidden=True)})
    schema = build_schema(its, options)
    assert "ault(" not in schema.sdl
    assert "Vault" not in schema.sdl
    assert [warning.split(":")[0] for warning in schema.warnings] == [
        "public.of_vault(public.vault)",
        "public.vaults_of()",
    ]
