"""Fields whose values Python code gives: batches, values, errors and their places, in both lanes."""

from __future__ import annotations

import asyncio
import datetime as dt
import decimal
import gc
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson
import pytest
import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from resolvers.execution import Lane
from resolvers.plan import Strategy
from schema.extending import BadUserInput, Context, ErrorCode, RequestError, Row, row_field
from schema.extensions import extension_of
from tests.support.engine import Engine, Result, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from resolvers.strategies import ToOneStrategy

DATABASE = """
CREATE TYPE mood AS ENUM ('sad', 'so so');
CREATE TYPE place AS (street text, "no" bigint, extra json);
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (
    album_id int PRIMARY KEY, title text, artist_id int NOT NULL REFERENCES artist, rating float8
);
CREATE TABLE everything (
    everything_id bigint PRIMARY KEY, price numeric, made timestamptz, mood mood, moods mood[],
    settings jsonb, place place, span int4range, data bytea, many int8[]
);
INSERT INTO artist VALUES (1, 'AC/DC'), (2, 'Accept'), (3, 'Nobody');
INSERT INTO album VALUES
    (1, 'Powerage', 1, 1.5), (2, 'Restless', 2, 'NaN'), (3, 'Highway', 1, NULL), (4, 'Ballads', 2, 4);
INSERT INTO everything VALUES
    (9007199254740993, 1.50, '2024-05-01 12:00+00', 'so so', '{sad,NULL}', '{"a": [1, null]}',
     ROW('Main', 5, '{"b": 1}'), '[1,5)', '\\x00ff', '{1,NULL}'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE VIEW equal AS SELECT 1 AS a UNION ALL SELECT 1;
"""

calls: list[tuple[str, list[dict[str, Any]]]] = []
"""What the fields were called with."""


class Tone(Enum):
    """How it sounds."""

    QUIET = 1
    LOUD = 2


@strawberry.input
class Style:
    tone: Tone = Tone.QUIET
    times: int = 2


@strawberry.input(one_of=True)
class Pick:
    number: int | None = strawberry.UNSET
    text: str | None = strawberry.UNSET


async def load_numbers(texts: list[str]) -> list[int]:
    calls.append(("numbers", [{"text": text} for text in texts]))
    return [len(text) for text in texts]


@strawberry.type
class Note:
    """Something about an album."""

    text: str
    row: strawberry.Private[Row]

    @strawberry.field
    async def shouted(self, mark: str = "!") -> str:
        """The text, louder."""
        await asyncio.sleep(0)
        return self.text.upper() + mark

    @strawberry.field
    def strict(self) -> int:
        if self.row["albumId"] == 3:
            raise BadUserInput("Not that one.")
        return int(self.row["albumId"])

    @strawberry.field
    async def number(self, info: strawberry.Info[Context, None]) -> int:
        loader = info.context.state.setdefault("numbers", DataLoader(load_fn=load_numbers))
        return int(await loader.load(self.text))

    @strawberry.field
    def variable(self, info: strawberry.Info) -> list[str]:
        [field] = info.selected_fields
        return [*map(str, info.variable_values), info.field_name, type(field).__name__]


@strawberry.type
class Picture:
    url: str


def noted(name: str, rows: list[Row]) -> None:
    calls.append((name, [dict(row) for row in rows]))


@row_field("Album", reads=["title", "albumId"])
def label(rows: list[Row], prefix: str = "#", style: Style | None = None) -> list[str]:
    """Title and number."""
    noted("label", rows)
    mark = "" if style is None else f" {style.tone.name}{style.times}"
    return [f"{prefix}{row['albumId']} {row['title']}{mark}" for row in rows]


@row_field("Album", reads=[])
def picked(rows: list[Row], pick: Pick) -> list[str]:
    return [f"{pick.number} {pick.text}" for _ in rows]


@row_field("Album", reads=["albumId"], deprecation_reason="Use label.")
async def tones(rows: list[Row], loud: Tone = Tone.LOUD) -> list[list[Tone | None] | None]:
    noted("tones", rows)
    await asyncio.sleep(0)
    return [None if row["albumId"] == 2 else [loud, None] for row in rows]


@row_field("Album", reads=["albumId", "title"])
async def note(rows: list[Row]) -> list[Note | None]:
    noted("note", rows)
    return [None if row["albumId"] == 4 else Note(text=row["title"], row=row) for row in rows]


@row_field("Album", reads=["albumId"], name="views")
def both_views(rows: list[Row]) -> list[list[Note | Picture]]:
    return [[Picture(url=f"/{row['albumId']}"), Note(text="x", row=row)] for row in rows]


@row_field("Artist", reads=["name"])
async def initial(rows: list[Row]) -> list[str]:
    noted("initial", rows)
    return [row["name"][0] for row in rows]


@row_field("Album", reads=["albumId"])
async def single(rows: list[Row]) -> list[int | None]:
    """One of them fails."""
    return [BadUserInput("Three is too much.") if row["albumId"] == 3 else row["albumId"] for row in rows]  # type: ignore[misc]


@row_field("Album", reads=["albumId"])
def strict(rows: list[Row]) -> list[int]:
    return [None if row["albumId"] == 3 else row["albumId"] for row in rows]  # type: ignore[misc]


@row_field("Album", reads=[])
def fails(rows: list[Row], how: str) -> list[int | None]:
    if how == "raises":
        raise ZeroDivisionError("a secret")
    if how == "refuses":
        raise RequestError("Not now.", ErrorCode.CONFLICT)
    if how == "graphql":
        raise GraphQLError("a secret")
    return {
        "short": [1],
        "none": None,
        "text": ["a secret"] * len(rows),
        "lists": [[1]] * len(rows),
        "mapping": {},
        "awaitable": [asyncio.get_running_loop().create_future() for _ in rows],
    }[how]  # type: ignore[return-value]


@row_field("Album", reads=["rating"])
def stars(rows: list[Row]) -> list[str | None]:
    noted("stars", rows)
    return ["*" * int(row["rating"] or 0) for row in rows]


@row_field(
    "Everything",
    reads=["everythingId", *["price", "made", "mood", "moods", "settings", "place", "span", "data", "many"]],
)
def all_of_it(rows: list[Row]) -> list[str]:
    noted("allOfIt", rows)
    return [orjson.dumps(row).decode() for row in rows]


@row_field("Everything", reads=[])
def given(rows: list[Row]) -> list[decimal.Decimal]:
    return [decimal.Decimal("1.50")] * len(rows)


@row_field("Everything", reads=[])
def when(rows: list[Row]) -> list[dt.datetime]:
    return [dt.datetime(2024, 5, 1, tzinfo=dt.UTC)] * len(rows)


@row_field("Everything", reads=[])
def tree(rows: list[Row]) -> list[strawberry.scalars.JSON | None]:
    return [{"a": [1]}] * len(rows)  # type: ignore[list-item]


@row_field("Equal", reads=["a"])
def position(rows: list[Row]) -> list[int]:
    return list(range(len(rows)))


signalled, started, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()


@row_field("Artist", reads=[])
async def waits(rows: list[Row]) -> list[bool]:
    async with asyncio.timeout(5):
        await signalled.wait()
    signalled.clear()
    return [True] * len(rows)


@row_field("Album", reads=[])
async def signals(rows: list[Row]) -> list[bool]:
    signalled.set()
    return [True] * len(rows)


@row_field("Artist", reads=[])
async def endless(rows: list[Row]) -> list[bool]:
    started.set()
    try:
        await asyncio.Event().wait()
    finally:
        ended.set()
    return [True] * len(rows)


broken = asyncio.Event()


@row_field("Artist", reads=[])
async def breaks(rows: list[Row]) -> list[bool]:
    await broken.wait()
    raise ZeroDivisionError(len(rows))


EXTENSION = extension_of("test", globals())


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE), extensions=[EXTENSION]) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_calls() -> None:
    calls.clear()


async def run(engine: Engine, source: str, variables: dict[str, Any] | None = None) -> Result:
    """The answer, which must be the same in both lanes, and without errors the compiled lane's."""
    compiled = await engine.run(source, variables)
    reference = await engine.run(source, variables, Lane.REFERENCE)
    assert orjson.dumps(compiled.data) == orjson.dumps(reference.data)
    assert [error.formatted for error in compiled.errors] == [error.formatted for error in reference.errors]
    assert compiled.lane is (Lane.REFERENCE if reference.errors else Lane.COMPILED)
    return compiled


def located(answer: Any) -> list[tuple[list[str | int] | None, str]]:
    return [(error.path, (error.extensions or {})["code"]) for error in answer.errors]


async def test_a_field_is_called_once_for_all_rows_of_its_place(engine: Engine) -> None:
    answer = await run(engine, "{ artists { nodes { name initial albums { nodes { label } } } } }")
    artists = answer.data["artists"]["nodes"]
    assert [artist["initial"] for artist in artists] == ["A", "A", "N"]
    assert [[album["label"] for album in artist["albums"]["nodes"]] for artist in artists] == [
        ["#1 Powerage", "#3 Highway"],
        ["#2 Restless", "#4 Ballads"],
        [],
    ]
    # Once in each lane, with the rows in the order of the answer, and nothing but what the field reads.
    assert [name for name, _ in calls].count("label") == 2
    assert calls.count(("initial", [{"name": "AC/DC"}, {"name": "Accept"}, {"name": "Nobody"}])) == 2
    for name, rows in calls:
        if name == "label":
            assert [row["albumId"] for row in rows] == [1, 3, 2, 4]
            assert all(set(row) == {"title", "albumId"} for row in rows)


async def test_columns_that_are_only_read_for_a_field_do_not_stand_in_the_answer(engine: Engine) -> None:
    answer = await run(engine, "{ album(by: {albumId: 1}) { label } }")
    assert answer.data == {"album": {"label": "#1 Powerage"}}
    [statement] = answer.statements
    assert '"rating"' not in statement.statement


async def test_a_row_that_many_lead_to_is_one_row(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { artist { initial } } } }")
    assert [album["artist"]["initial"] for album in answer.data["albums"]["nodes"]] == ["A"] * 4
    assert calls == [("initial", [{"name": "AC/DC"}, {"name": "Accept"}])] * 2


async def test_fields_beside_and_below_joined_rows(engine: Engine) -> None:
    source = """{ albums { nodes { label artist { name albums(first: 1) { nodes { label artist {
        name initial
    } } } } } } }"""
    wanted: list[ToOneStrategy | None] = [None, Strategy.JOIN, Strategy.TO_ONE]
    answers = [await engine.run(source, lane=lane, to_one=to_one) for lane in Lane for to_one in wanted]
    assert all(answer.data == answers[0].data and not answer.errors for answer in answers)
    assert answers[0].data["albums"]["nodes"][3] == {
        "label": "#4 Ballads",
        "artist": {
            "name": "Accept",
            "albums": {"nodes": [{"label": "#2 Restless", "artist": {"name": "Accept", "initial": "A"}}]},
        },
    }
    told = [(name, len(rows)) for name, rows in calls]
    assert sorted(told) == sorted([("label", 4), ("label", 2), ("initial", 2)] * len(answers))


async def test_each_place_and_each_alias_is_a_call(engine: Engine) -> None:
    answer = await run(
        engine,
        """{ albums(last: 2) {
            nodes { a: label b: label(prefix: "-") } edges { node { c: label(prefix: ">") } cursor }
            pageInfo { hasPreviousPage }
        } }""",
    )
    connection = answer.data["albums"]
    assert connection["nodes"] == [
        {"a": "#3 Highway", "b": "-3 Highway"},
        {"a": "#4 Ballads", "b": "-4 Ballads"},
    ]
    assert [edge["node"] for edge in connection["edges"]] == [{"c": ">3 Highway"}, {"c": ">4 Ballads"}]
    assert len(calls) == 6


async def test_rows_that_are_equal_are_rows_of_their_own(engine: Engine) -> None:
    answer = await run(engine, "{ equals { nodes { position } } }")
    assert answer.data["equals"]["nodes"] == [{"position": 0}, {"position": 1}]


async def test_nobody_is_called_without_rows(engine: Engine) -> None:
    answer = await run(
        engine,
        """{ albums(first: 0) { nodes { label } } album(by: {albumId: 99}) { note { text } }
             artist(by: {artistId: 3}) { albums { nodes { label } } } }""",
    )
    assert answer.data["albums"] == {"nodes": []}
    assert calls == []


async def test_nodes_of_any_type(engine: Engine) -> None:
    found = await engine.run("{ albums(first: 2) { nodes { id } } artists(first: 1) { nodes { id } } }")
    ids = [row["id"] for connection in found.data.values() for row in connection["nodes"]]
    answer = await run(
        engine,
        "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Album { label } ... on Artist { initial } } }",
        {"ids": [ids[2], ids[1], ids[0], ids[1]]},
    )
    assert [list(node.values())[1] for node in answer.data["nodes"]] == [
        "A",
        "#2 Restless",
        "#1 Powerage",
        "#2 Restless",
    ]
    assert [name for name, _ in calls] == ["initial", "label"] * 2 or len(calls) == 4


async def test_rows_are_what_the_answer_would_have(engine: Engine) -> None:
    source = """{ everythings(orderBy: [{everythingId: DESC}]) { nodes {
        everythingId price made mood moods settings place { street no extra }
        span { isEmpty start { value inclusive } end { value inclusive } } data many allOfIt
    } } }"""
    answer = await run(engine, source)
    for node in orjson.loads(orjson.dumps(answer.data))["everythings"]["nodes"]:
        assert orjson.loads(node.pop("allOfIt")) == node
    [(_, rows), _] = calls
    assert rows[0]["everythingId"] == "9007199254740993"
    assert rows[0]["mood"] == "so_so"
    assert rows[0]["settings"] == {"a": [1, None]}


async def test_values_of_types_that_the_schema_has(engine: Engine) -> None:
    answer = await run(engine, "{ everythings { nodes { given when tree } } }")
    assert (
        orjson.loads(orjson.dumps(answer.data["everythings"]["nodes"]))
        == [{"given": "1.50", "when": "2024-05-01T00:00:00+00:00", "tree": {"a": [1]}}] * 2
    )


# Arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ("", {}, "#1 Powerage"),
        ('(prefix: "")', {}, "1 Powerage"),
        ("(prefix: $text)", {}, "#1 Powerage"),
        ("(prefix: $text)", {"text": "-"}, "-1 Powerage"),
        ("(style: {})", {}, "#1 Powerage QUIET2"),
        ("(style: {tone: LOUD, times: $times})", {}, "#1 Powerage LOUD2"),
        ("(style: {times: $times, tone: $tone})", {"times": 3, "tone": "LOUD"}, "#1 Powerage LOUD3"),
        ("(style: $style)", {"style": {"times": 1}}, "#1 Powerage QUIET1"),
        ("(style: $style)", {"style": None}, "#1 Powerage"),
    ],
)
async def test_arguments(engine: Engine, arguments: str, variables: dict[str, Any], expected: str) -> None:
    source = f"""query ($text: String = "#", $times: Int! = 2, $tone: Tone! = QUIET, $style: Style) {{
        a: album(by: {{albumId: 1}}) {{ label{arguments} }}
        b: album(by: {{albumId: 1}}) {{ x: label(prefix: $text, style: {{times: $times, tone: $tone}})
            y: label(style: $style) }}
    }}"""
    answer = await run(engine, source, variables)
    assert answer.data["a"]["label"] == expected


async def test_a_variable_that_is_not_given_leaves_the_default(engine: Engine) -> None:
    source = "query ($text: String) { album(by: {albumId: 1}) { label(prefix: $text) } }"
    document = source.replace("$text: String", '$text: String! = "?"')
    assert (await run(engine, document)).data == {"album": {"label": "?1 Powerage"}}


async def test_one_of_several(engine: Engine) -> None:
    source = "query ($pick: Pick!) { album(by: {albumId: 1}) { picked(pick: $pick) } }"
    assert (await run(engine, source, {"pick": {"number": 3}})).data == {"album": {"picked": "3 "}}
    for wrong in ({}, {"number": None}, {"number": 1, "text": "x"}):
        for lane in Lane:
            refused = await engine.run(source, {"pick": wrong}, lane)
            assert refused.data is None
            assert located(refused) == [(None, "BAD_USER_INPUT")]


async def test_lists_and_enums(engine: Engine) -> None:
    answer = await run(
        engine,
        "query ($tone: Tone! = QUIET) { albums { nodes { a: tones b: tones(loud: $tone) } } }",
    )
    assert answer.data["albums"]["nodes"][:2] == [
        {"a": ["LOUD", None], "b": ["QUIET", None]},
        {"a": None, "b": None},
    ]


# Objects ----------------------------------------------------------------------------------------------


async def test_objects_are_completed_while_the_rest_is_compiled(engine: Engine) -> None:
    source = """query ($mark: String = "?", $with: Boolean!, $other: AlbumFilter) {
        artists { nodes { name albums(filter: $other) { totalCount nodes {
            title note { ...on_note plain: shouted __typename strict @include(if: $with) }
        } } } }
    }
    fragment on_note on Note { ...text shouted(mark: $mark) }
    fragment text on Note { text @skip(if: $with) }
    """
    answer = await run(engine, source, {"with": False, "other": {"albumId": {"lt": 5}}})
    albums = [node for artist in answer.data["artists"]["nodes"] for node in artist["albums"]["nodes"]]
    assert albums[0] == {
        "title": "Powerage",
        "note": {"text": "Powerage", "shouted": "POWERAGE?", "plain": "POWERAGE!", "__typename": "Note"},
    }
    assert albums[3] == {"title": "Ballads", "note": None}
    assert [name for name, _ in calls] == ["note", "note"]  # once in each lane


async def test_unions(engine: Engine) -> None:
    source = (
        "{ album(by: {albumId: 1}) { views { __typename ... on Picture { url } ... on Note { text } } } }"
    )
    answer = await run(engine, source)
    assert answer.data["album"]["views"] == [
        {"__typename": "Picture", "url": "/1"},
        {"__typename": "Note", "text": "x"},
    ]


async def test_resolvers_below_have_an_info(engine: Engine) -> None:
    source = (
        'query ($mark: String = "?") { album(by: {albumId: 1}) { note { variable shouted(mark: $mark) } } }'
    )
    assert (await run(engine, source)).data["album"]["note"]["variable"] == [
        "mark",
        "variable",
        "SelectedField",
    ]


# Errors -----------------------------------------------------------------------------------------------


async def test_an_exception_in_the_list_is_the_error_of_its_row(engine: Engine) -> None:
    answer = await run(engine, "{ artists { nodes { albums { nodes { single } } } } }")
    [first, second, _] = answer.data["artists"]["nodes"]
    assert first["albums"]["nodes"] == [{"single": 1}, {"single": None}]
    assert second["albums"]["nodes"] == [{"single": 2}, {"single": 4}]
    [error] = answer.errors
    assert error.message == "Three is too much."
    assert located(answer) == [(["artists", "nodes", 0, "albums", "nodes", 1, "single"], "BAD_USER_INPUT")]


async def test_null_where_none_may_be_rises(engine: Engine) -> None:
    answer = await run(
        engine, "{ a: album(by: {albumId: 3}) { strict } b: album(by: {albumId: 1}) { strict } }"
    )
    assert answer.data == {"a": None, "b": {"strict": 1}}
    assert located(answer) == [(["a", "strict"], "INTERNAL_SERVER_ERROR")]


async def test_errors_below_a_value(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { albumId note { strict } } } }")
    assert [node["note"] for node in answer.data["albums"]["nodes"]] == [
        {"strict": 1},
        {"strict": 2},
        None,
        None,
    ]
    assert located(answer) == [(["albums", "nodes", 2, "note", "strict"], "BAD_USER_INPUT")]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("raises", "INTERNAL_SERVER_ERROR"),
        ("refuses", "CONFLICT"),
        ("graphql", "INTERNAL_SERVER_ERROR"),
        ("short", "INTERNAL_SERVER_ERROR"),
        ("none", "INTERNAL_SERVER_ERROR"),
        ("text", "INTERNAL_SERVER_ERROR"),
        ("lists", "INTERNAL_SERVER_ERROR"),
        ("mapping", "INTERNAL_SERVER_ERROR"),
        ("awaitable", "INTERNAL_SERVER_ERROR"),
    ],
)
async def test_what_goes_wrong_is_an_error_of_each_row(engine: Engine, how: str, code: str) -> None:
    source = "query ($how: String!) { albums(first: 2) { nodes { albumId fails(how: $how) } } }"
    answer = await run(engine, source, {"how": how})
    assert answer.data["albums"]["nodes"] == [{"albumId": 1, "fails": None}, {"albumId": 2, "fails": None}]
    assert located(answer) == [(["albums", "nodes", n, "fails"], code) for n in (0, 1)]


async def test_a_row_whose_value_cannot_be_shown_is_not_given_to_the_code(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { albumId stars } } }")
    assert [node["stars"] for node in answer.data["albums"]["nodes"]] == ["*", None, "", "****"]
    assert located(answer) == [(["albums", "nodes", 1, "stars"], "VALUE_NOT_REPRESENTABLE")]
    # By the reference lane each time: the compiled lane gave up before it called anyone.
    assert [[row["rating"] for row in rows] for _, rows in calls] == [[1.5, None, 4]] * 2


async def test_fields_and_relations_are_fetched_side_by_side(engine: Engine) -> None:
    """The field of the artists waits for that of their albums, whose rows are still to be read."""
    answer = await run(engine, "{ artists { nodes { waits albums { nodes { signals } } } } }")
    assert {artist["waits"] for artist in answer.data["artists"]["nodes"]} == {True}


async def forgotten() -> None:
    """Has coroutines that were never awaited warn here, and not in another test."""
    await asyncio.sleep(0.01)
    gc.collect()


# graphql-core leaves coroutines that it has not begun to await.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_leaving_cancels_the_code(engine: Engine) -> None:
    for lane in Lane:
        task = asyncio.create_task(engine.run("{ artists { nodes { endless } } }", lane=lane))
        async with asyncio.timeout(5):
            await started.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await ended.wait()
        started.clear()
        ended.clear()
    await forgotten()


# graphql-core leaves coroutines that it has not begun to await.
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("turns", range(8))
async def test_leaving_while_something_fails_is_leaving(engine: Engine, turns: int) -> None:
    """What fails at the very moment must not hide that nobody waits any more."""
    source = "{ a: artists { nodes { endless } } b: artists { nodes { breaks } } }"
    task = asyncio.create_task(engine.run(source))
    async with asyncio.timeout(5):
        await started.wait()
        await asyncio.sleep(0.05)
        broken.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await ended.wait()
    for event in (broken, started, ended):
        event.clear()
    await forgotten()


@pytest.mark.parametrize("lane", Lane)
async def test_data_loaders_of_users_batch_across_rows(engine: Engine, lane: Lane) -> None:
    answer = await engine.run("{ albums { nodes { note { number } } } }", lane=lane)
    assert [album["note"] for album in answer.data["albums"]["nodes"]] == [
        {"number": 8}, {"number": 8}, {"number": 7}, None
    ]  # fmt: skip
    assert (answer.lane, answer.errors) == (lane, [])
    assert [batch for name, batch in calls if name == "numbers"] == [
        [{"text": text} for text in ("Powerage", "Restless", "Highway")]
    ]
