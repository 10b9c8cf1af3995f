"""Fields of `Mutation` and hooks of users: in the operation's one transaction, in both lanes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import strawberry
from graphql import GraphQLInputObjectType, get_named_type

from resolvers.execution import Lane
from schema.extending import (
    BadUserInput,
    Context,
    Data,
    ErrorCode,
    FetchError,
    RequestError,
    Row,
    WriteKind,
    after_write,
    before_write,
    row_field,
)
from schema.extensions import extension_of
from tests.support.activity import until_sleeping
from tests.support.engine import Engine, Result, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TYPE mood AS ENUM ('sad', 'so so');
CREATE TABLE artist (
    artist_id int PRIMARY KEY, name text NOT NULL UNIQUE,
    plays bigint, settings jsonb, mood mood, moods mood[], picture bytea, years int4range
);
CREATE VIEW slow AS SELECT CASE WHEN pg_sleep(30) IS NULL THEN 1 END AS a;
CREATE TABLE note (note_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL);
CREATE TABLE guest (
    guest_id int PRIMARY KEY, artist_id int REFERENCES artist, note_id int REFERENCES note
);
ALTER TABLE artist ADD note_id int REFERENCES note;
"""
ROWS = "TRUNCATE artist, note, guest RESTART IDENTITY; INSERT INTO artist VALUES (1, 'AC/DC'), (2, 'Accept');"

CREATE = """mutation ($id: Int!, $name: String!) {
    createArtist(input: {artistId: $id, name: $name}) { affectedCount }
}"""
NAMES = "{ artists { nodes { artistId name } } }"

seen: list[Any] = []
"""What code got to see."""

Info = strawberry.Info[Context, None]


@before_write("Artist")
def tidy(kind: WriteKind, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    seen.append(("before", kind, [dict(row) for row in rows]))
    for row in rows:
        match row.get("name"):
            case "refused":
                raise BadUserInput("Not that name.")
            case "broken":
                raise ZeroDivisionError("a secret")
            case "conflict":
                raise RequestError("Not now.", ErrorCode.CONFLICT)
            case "unknown":
                row["nothing"] = 1
            case "unfit":
                row["plays"] = "many"
            case "all":
                row |= {
                    "plays": "9007199254740993",
                    "settings": {"b": [1]},
                    "mood": "so_so",
                    "picture": "AP8=",
                }
                row |= {"moods": ["sad", None], "years": {"start": {"value": 1, "inclusive": True}}}
            case "none":
                return []
        if "name" in row:
            row["name"] = row["name"].strip()
    return rows


@before_write("Artist")
async def also(kind: WriteKind, rows: list[dict[str, Any]], data: Data) -> list[dict[str, Any]]:
    if kind is WriteKind.DELETE:
        found = await data.fetch(NAMES)
        seen.append(("there", [each["artistId"] for each in found["artists"]["nodes"]]))
    return rows


@after_write("Artist", reads=["artistId", "name", "plays"])
async def keep_notes(kind: WriteKind, rows: list[Row], data: Data) -> None:
    seen.append(("after", kind, [dict(row) for row in rows]))
    document = "mutation ($notes: [CreateNoteInput!]!) { createNotes(input: $notes) { affectedCount } }"
    notes = [{"text": f"{kind} {row['name']}"} for row in rows if row["name"] != "quiet"]
    if notes:
        await data.fetch(document, {"notes": notes})
    if any(row["name"] == "late" for row in rows):
        raise BadUserInput("Too late.")


@row_field("Artist", reads=["name"])
async def notes(rows: list[Row], data: Data) -> list[list[str]]:
    found = await data.fetch("{ notes { nodes { text } } }")
    texts = [note["text"] for note in found["notes"]["nodes"]]
    return [[text for text in texts if row["name"] in text] for row in rows]


@strawberry.type
class Report:
    text: str

    @strawberry.field
    def failing(self) -> int | None:
        raise BadUserInput("Never.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def names(self, info: Info) -> list[str]:
        found = await info.context.data.fetch(NAMES)
        return [artist["name"] for artist in found["artists"]["nodes"]]

    @strawberry.mutation
    async def add(self, info: Info, id: int, name: str) -> Report | None:  # noqa: A002 - what it is
        await info.context.data.fetch(CREATE, {"id": id, "name": name})
        return Report(text=name)

    @strawberry.mutation
    async def try_to_add(self, info: Info, id: int, name: str) -> bool:  # noqa: A002 - what it is
        try:
            await info.context.data.fetch(CREATE, {"id": id, "name": name})
        except FetchError as error:
            seen.append(error)
            return False
        return True

    @strawberry.mutation
    async def impatient(self, info: Info, url: str) -> str:
        fetching = asyncio.ensure_future(info.context.data.fetch("{ slows { nodes { a } } }"))
        await until_sleeping(url, 1)
        fetching.cancel()
        await asyncio.wait((fetching,))
        return "gave up"

    @strawberry.mutation
    async def fetched(self, info: Info, document: str) -> str | None:
        return str(await info.context.data.fetch(document))

    @strawberry.mutation
    def fails(self) -> int | None:
        raise ZeroDivisionError("a secret")


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    members = {"Mutation": Mutation, "a": tidy, "b": also, "c": keep_notes, "d": notes}
    extensions = [extension_of("test", members)]
    async with open_engine(await create_database(DATABASE), extensions=extensions) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def fresh(engine: Engine) -> None:
    await restore(engine)


async def restore(engine: Engine) -> None:
    seen.clear()
    connection = await asyncpg.connect(engine.url)
    await connection.execute(ROWS)
    await connection.close()


async def rows(engine: Engine) -> Any:
    connection = await asyncpg.connect(engine.url)
    artists = await connection.fetch("SELECT artist_id, name FROM artist ORDER BY 1")
    texts = await connection.fetch("SELECT text FROM note ORDER BY note_id")
    await connection.close()
    return {row["artist_id"]: row["name"] for row in artists}, [row["text"] for row in texts]


async def run(engine: Engine, source: str) -> tuple[Result, Any]:
    """The answer of the compiled lane, and the rows then; those of the reference lane are the same."""
    reference = await engine.run(source, lane=Lane.REFERENCE)
    left = await rows(engine)
    told = [str(each) for each in seen]
    await restore(engine)
    compiled = await engine.run(source)
    assert compiled.data == reference.data
    assert [error.formatted for error in compiled.errors] == [error.formatted for error in reference.errors]
    assert await rows(engine) == left
    assert [str(each) for each in seen] == told
    assert compiled.lane is Lane.COMPILED
    return compiled, left


def located(answer: Result) -> list[tuple[Any, str, str]]:
    return [(error.path, error.message, (error.extensions or {})["code"]) for error in answer.errors]


TAKEN = "There is a row with this key already."
BEFORE: Any = ({1: "AC/DC", 2: "Accept"}, [])


async def test_fields_run_in_order_in_one_transaction(engine: Engine) -> None:
    answer, left = await run(
        engine,
        """mutation {
            a: names
            __typename
            createArtist(input: {artistId: 3, name: "Can"}) { artist { name } }
            add(id: 4, name: "Neu!") { ...report }
            b: names
            updateArtist(by: {artistId: 4}, set: {name: "NEU!"}) { artist { name notes } }
            c: names
        }
        fragment report on Report { text }""",
    )
    assert answer.errors == []
    assert list(answer.data.items()) == [
        ("a", ["AC/DC", "Accept"]),
        ("__typename", "Mutation"),
        ("createArtist", {"artist": {"name": "Can"}}),
        ("add", {"text": "Neu!"}),
        ("b", ["AC/DC", "Accept", "Can", "Neu!"]),
        ("updateArtist", {"artist": {"name": "NEU!", "notes": ["update NEU!"]}}),
        ("c", ["AC/DC", "Accept", "Can", "NEU!"]),
    ]
    assert left == (
        {1: "AC/DC", 2: "Accept", 3: "Can", 4: "NEU!"},
        ["create Can", "create Neu!", "update NEU!"],
    )


@pytest.mark.parametrize(
    ("last", "path", "message", "code"),
    [
        ("fails", ["fails"], "a secret", "INTERNAL_SERVER_ERROR"),
        ('add(id: 5, name: "x") { failing }', ["add", "failing"], "Never.", "BAD_USER_INPUT"),
        ('add(id: 1, name: "x") { text }', ["add"], TAKEN, "CONSTRAINT_VIOLATION"),
        ('add(id: 5, name: "refused") { text }', ["add"], "Not that name.", "BAD_USER_INPUT"),
    ],
)
async def test_an_error_undoes_all_and_ends_the_operation(
    engine: Engine, last: str, path: list[str], message: str, code: str
) -> None:
    source = f"""mutation {{
        createArtist(input: {{artistId: 3, name: "Can"}}) {{ affectedCount }}
        first: add(id: 4, name: "Neu!") {{ text }}
        {last}
        never: tryToAdd(id: 6, name: "never")
    }}"""
    answer, left = await run(engine, source)
    assert answer.data is None
    assert located(answer) == [(path, message, code)]
    assert left == BEFORE
    assert "never" not in str(seen)


async def test_an_error_of_the_tables_ends_it_too(engine: Engine) -> None:
    source = """mutation {
        add(id: 4, name: "Neu!") { text }
        createArtist(input: {artistId: 1, name: "Can"}) { affectedCount }
        fails
    }"""
    answer, left = await run(engine, source)
    assert answer.data is None
    [error] = answer.errors
    assert error.path == ["createArtist"]
    assert (error.extensions or {})["inputPath"] == ["input", "artistId"]
    assert left == BEFORE


async def test_an_error_that_code_catches_undoes_all_the_same(engine: Engine) -> None:
    answer, left = await run(
        engine, 'mutation { add(id: 4, name: "Neu!") { text } tryToAdd(id: 1, name: "x") }'
    )
    assert answer.data is None
    [error] = answer.errors
    assert error.path is None
    assert (error.extensions or {})["code"] == "CONSTRAINT_VIOLATION"
    assert left == BEFORE
    await restore(engine)
    # Also where PostgreSQL has refused nothing.
    answer, left = await run(
        engine, 'mutation { add(id: 4, name: "Neu!") { text } tryToAdd(id: 5, name: "late") }'
    )
    assert located(answer) == [(None, "Too late.", "BAD_USER_INPUT")]
    assert left == BEFORE


@pytest.mark.parametrize("lane", Lane)
async def test_a_statement_that_code_gives_up_undoes_all(engine: Engine, lane: Lane) -> None:
    source = 'mutation ($url: String!) { add(id: 4, name: "Neu!") { text } impatient(url: $url) }'
    answer = await engine.run(source, {"url": engine.url}, lane)
    assert answer.data is None
    assert located(answer) == [(None, "A statement of the operation was given up.", "TIMEOUT")]
    assert await rows(engine) == BEFORE


async def test_a_dry_run_undoes_what_code_wrote(engine: Engine) -> None:
    answer, left = await run(
        engine,
        """mutation {
            add(id: 4, name: "Neu!") { text }
            createArtist(input: {artistId: 3, name: "Can"}, dryRun: true) { affectedCount }
            names
        }""",
    )
    assert answer.errors == []
    assert answer.data["names"] == ["AC/DC", "Accept", "Can", "Neu!"]
    assert left == BEFORE


async def test_a_dry_run_tells_what_code_caught(engine: Engine) -> None:
    answer, _ = await run(
        engine,
        """mutation {
            createArtist(input: {artistId: 3, name: "Can"}, dryRun: true) { affectedCount }
            tryToAdd(id: 1, name: "x")
        }""",
    )
    assert answer.data is None


async def test_what_is_fetched_is_no_dry_run_of_its_own(engine: Engine) -> None:
    document = "mutation { deleteArtist(by: {artistId: 1}, dryRun: true) { affectedCount } }"
    answer, left = await run(engine, f'mutation {{ fetched(document: "{document}") }}')
    [error] = answer.errors
    assert error.path == ["fetched"]
    assert error.message.startswith("'dryRun' is for")
    assert left == BEFORE


async def test_hooks_are_called_once_for_all_rows_of_a_field(engine: Engine) -> None:
    _, left = await run(
        engine,
        """mutation {
            createArtists(input: [{artistId: 3, name: " Can "}, {artistId: 4, name: "Neu!", plays: 5}]) {
                affectedCount
            }
            updateArtists(filter: {artistId: {gt: 3}}, set: {plays: "6"}) { affectedCount }
            deleteArtists(filter: {artistId: {gt: 2}}) { artists { name } }
            deleteArtist(by: {artistId: 9}) { affectedCount }
        }""",
    )
    can, neu = [{"artistId": 3, "name": name, "plays": None} for name in ("Can", "Neu!")]
    neu |= {"artistId": 4, "plays": "5"}
    assert seen == [
        ("before", "create", [{"artistId": 3, "name": " Can "}, neu]),
        ("after", "create", [can, neu]),
        ("before", "update", [{"plays": "6"}]),
        ("after", "update", [{**neu, "plays": "6"}]),
        ("before", "delete", []),
        ("there", [1, 2, 3, 4]),
        ("after", "delete", [can, {**neu, "plays": "6"}]),
        ("before", "delete", []),
        ("there", [1, 2]),
    ]
    assert left == (
        {1: "AC/DC", 2: "Accept"},
        ["create Can", "create Neu!", "update Neu!", "delete Can", "delete Neu!"],
    )


async def test_values_go_through_hooks_unchanged(engine: Engine) -> None:
    answer, _ = await run(
        engine,
        """mutation {
            createArtist(input: {
                artistId: 3, name: "quiet", plays: "9007199254740993", settings: {a: [1, null]}
                mood: so_so, moods: [sad, null], picture: "AP8=",
                years: {start: {value: 1, inclusive: true}, end: {value: 5, inclusive: false}}
            }) { artist { plays mood moods picture years { start { value } end { value } } } }
            fetched(document: "{ artist(by: {artistId: 3}) { settings } }")
        }""",
    )
    assert seen[0][2] == [
        {
            "artistId": 3,
            "name": "quiet",
            "plays": "9007199254740993",
            "settings": {"a": [1, None]},
            "mood": "so_so",
            "moods": ["sad", None],
            "picture": "AP8=",
            "years": '["1","5")',
        }
    ]
    assert answer.data == {
        "createArtist": {
            "artist": {
                "plays": "9007199254740993",
                "mood": "so_so",
                "moods": ["sad", None],
                "picture": "AP8=",
                "years": {"start": {"value": 1}, "end": {"value": 5}},
            }
        },
        "fetched": "{'artist': {'settings': {'a': [1, None]}}}",
    }


async def test_hooks_give_values_as_json_has_them(engine: Engine) -> None:
    answer, _ = await run(
        engine,
        """mutation { createArtist(input: {artistId: 3, name: "all"}) {
            artist { plays mood moods picture years { start { value } end { value } } }
        } }""",
    )
    assert answer.data["createArtist"]["artist"] == {
        "plays": "9007199254740993",
        "mood": "so_so",
        "moods": ["sad", None],
        "picture": "AP8=",
        "years": {"start": {"value": 1}, "end": None},
    }


@pytest.mark.parametrize(
    ("name", "message", "code"),
    [
        ("refused", "Not that name.", "BAD_USER_INPUT"),
        ("conflict", "Not now.", "CONFLICT"),
        ("late", "Too late.", "BAD_USER_INPUT"),
        ("broken", "a secret", "INTERNAL_SERVER_ERROR"),
        ("unknown", "extension test: before_write('Artist') tidy gave nothing, which is no column to write",
         "INTERNAL_SERVER_ERROR"),
        ("unfit", "extension test: before_write('Artist') tidy gave plays a value that does not fit its type",
         "INTERNAL_SERVER_ERROR"),
        ("none", "extension test: before_write('Artist') tidy must return a list of 1 rows",
         "INTERNAL_SERVER_ERROR"),
    ],
)  # fmt: skip
async def test_what_hooks_raise_undoes_the_write(engine: Engine, name: str, message: str, code: str) -> None:
    answer, left = await run(
        engine, f'mutation {{ createArtist(input: {{artistId: 3, name: "{name}"}}) {{ affectedCount }} }}'
    )
    assert answer.data is None
    assert located(answer) == [(["createArtist"], message, code)]
    assert left == BEFORE


async def test_constraints_of_rows_that_hooks_changed_name_the_input(engine: Engine) -> None:
    answer, _ = await run(
        engine,
        """mutation { createArtists(input: [{artistId: 3, name: "Can"}, {artistId: 4, name: " AC/DC"}]) {
            affectedCount
        } }""",
    )
    [error] = answer.errors
    assert (error.extensions or {})["inputPath"] == ["input", 1, "name"]


async def test_no_row_is_written_past_its_hooks(engine: Engine) -> None:
    """Rows with hooks are not created or changed within others, which are within them."""

    def links(name: str, field: str) -> set[str] | None:
        made = engine.schema.graphql.type_map[name]
        assert isinstance(made, GraphQLInputObjectType)
        if field not in made.fields:
            return None
        link = get_named_type(made.fields[field].type)
        assert isinstance(link, GraphQLInputObjectType)
        return set(link.fields)

    assert links("CreateGuestInput", "artist") == {"connect"}
    assert links("CreateNoteInput", "artists") is None
    assert links("UpdateNoteInput", "artists") is None
    assert links("CreateArtistInput", "note") == {"create", "connect"}
    assert links("CreateArtistInput", "guests") == {"create", "connect"}
