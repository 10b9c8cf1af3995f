"""Fields of every kind, what they were called with, and their answers in both lanes."""

from __future__ import annotations

import asyncio
import datetime as dt
import decimal
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.dataloader import DataLoader

from resolvers.execution import Lane
from schema.extending import BadUserInput, Context, ErrorCode, RequestError, Row, row_field
from schema.extensions import extension_of

if TYPE_CHECKING:
    from tests.support.engine import Engine, Result

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
