"""`loadstone explain` of mutations: the statements that would write, none of which runs; and what did run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
import strawberry

from resolvers.execution import Lane
from resolvers.opaque import encode_global_id
from schema.extending import WriteKind, before_write
from schema.extensions import extension_of
from server.explain import explain as explain_run
from server.explaining import explain
from server.questions import NotExplainedError, Question
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from server.plan_report import PlanReport

DATABASE = """
CREATE TABLE artist (artist_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE);
CREATE TABLE album (
    album_id int PRIMARY KEY, title text, artist_id int REFERENCES artist, rating int NOT NULL DEFAULT 0
);
CREATE TABLE tag (tag_id int PRIMARY KEY, tag text);
CREATE TABLE album_tag (
    album_id int REFERENCES album, tag_id int REFERENCES tag, PRIMARY KEY (album_id, tag_id)
);
CREATE TABLE region (country text, code text, PRIMARY KEY (country, code));
CREATE TABLE city (
    city_id int PRIMARY KEY, country text, code text, FOREIGN KEY (country, code) REFERENCES region
);
CREATE TABLE log (line text);
INSERT INTO artist (name) SELECT 'artist ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO album SELECT n, 'album ' || n, 1 + n % 1000, n % 5 FROM generate_series(1, 10000) AS n;
INSERT INTO tag SELECT n, 'tag ' || n FROM generate_series(1, 100) AS n;
CREATE INDEX ON album (artist_id);
CREATE INDEX ON album_tag (tag_id);
ANALYZE;
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'It was written.'; END $$;
CREATE TRIGGER loud BEFORE INSERT OR UPDATE OR DELETE ON album FOR EACH STATEMENT EXECUTE FUNCTION shout();
CREATE FUNCTION rename_artist(artist_id int, new_name text) RETURNS artist LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'It was called.'; END $$;
CREATE FUNCTION add_log(line text) RETURNS SETOF artist LANGUAGE sql ROWS 30
    AS $$ INSERT INTO log VALUES (line); SELECT * FROM artist $$;
CREATE FUNCTION write_log() RETURNS int LANGUAGE sql AS $$ INSERT INTO log VALUES ('planned') RETURNING 1 $$;
CREATE FUNCTION liar() RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN write_log(); END $$;
"""
NAMES = "SELECT (SELECT count(*) FROM artist), (SELECT count(*) FROM album), (SELECT count(*) FROM log)"


@before_write("Artist")
def must_not_be_called(_kind: WriteKind, _rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    raise AssertionError("explain calls no code")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def in_python(self) -> int:
        raise AssertionError("explain calls no code")


HOOKED = extension_of("hooked", {"must_not_be_called": must_not_be_called, "Mutation": Mutation})


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(DATABASE)


@pytest.fixture(scope="module")
async def engine(url: str) -> AsyncIterator[Engine]:
    async with open_engine(url) as opened:
        yield opened


@pytest.fixture(autouse=True)
async def _nothing_is_written(url: str) -> AsyncIterator[None]:
    connection = await asyncpg.connect(url)
    before = await connection.fetchrow(NAMES)
    yield
    assert await connection.fetchrow(NAMES) == before
    await connection.close()


async def explained(engine: Engine, source: str, **variables: Any) -> PlanReport:
    return await explain(Question(source, None, variables, 1000), engine.schema, engine.database)


def verbs(report: PlanReport, step: int = 0) -> list[str]:
    """Of each statement: what it does, and to which table."""
    words = [each.sql.replace('"', "").split() for each in report.steps[step].statements]
    return [
        f"{w[0]} {next(word for word in w if word.startswith('public.'))}".replace("public.", "")
        for w in words
    ]


NESTED = """mutation { createAlbum(input: {
    albumId: 20001, title: "a", artist: {create: {name: "n"}}
    tags: {create: [{tagId: 1001, tag: "x"}, {tagId: 1002, tag: "y"}], connect: [{tagId: 7}]}
}) { affectedCount album { title artist { name } tags { nodes { tag } } } } }"""


async def test_nested_rows_are_statements_in_their_order(engine: Engine) -> None:
    report = await explained(engine, NESTED)
    assert verbs(report) == ["INSERT artist", "INSERT album", "INSERT tag", "SELECT tag", "INSERT album_tag"]
    steps = report.as_json()["steps"]
    assert [(s["id"], s["parent"], s["strategy"], s["table"]) for s in steps] == [
        (1, None, "insert", "public.album"),
        (2, 1, "batch-to-one", "public.artist"),
        (3, 1, "batch-pages", "public.tag"),
    ]
    written = steps[0]
    assert (written["rows"], written["statement"]) == (1, written["statements"][0]["statement"])
    assert [each["rows"] for each in written["statements"]] == [1, 1, 2, 1, 3]
    assert all(each["cost"] > 0 for each in written["statements"])
    assert written["cost"] == pytest.approx(sum(each["cost"] for each in written["statements"]), abs=0.01)
    assert report.as_json()["statements"] == 7
    lines = list(report.lines())
    assert lines[0].startswith("1 insert public.album: createAlbum(")
    assert sum(line.startswith("  estimated cost ") for line in lines) == 5
    assert lines[-1].startswith("7 statements, estimated cost ")


async def test_rows_that_give_different_columns_are_apart(engine: Engine) -> None:
    report = await explained(
        engine,
        """mutation { createAlbums(
            input: [{albumId: 20001, title: "a"}, {albumId: 20002}, {albumId: 20003, title: "c"}]
            onConflict: {key: albumId, update: [title]}
        ) { albums { artist { name } } } }""",
    )
    assert verbs(report) == ["INSERT album"] * 2
    assert [each.estimate.rows for each in report.steps[0].statements] == [2, 1]
    assert all("ON CONFLICT" in each.sql for each in report.steps[0].statements)
    assert report.steps[0].rows == 3


async def test_filters_choose_as_many_rows_as_are_expected(engine: Engine) -> None:
    report = await explained(
        engine,
        """mutation {
            all: updateAlbums(filter: {rating: {eq: 3}}, set: {title: "t"}, atMost: 5000) {
                albums { artist { name } }
            }
            some: updateAlbums(filter: {rating: {eq: 3}}, set: {title: "t"}, atMost: 10) { affectedCount }
            gone: deleteAlbums(filter: {artistId: {eq: 7}}) { albums { title } }
        }""",
    )
    assert [verbs(report, n) for n in (0, 2, 3)] == [["UPDATE album"], ["UPDATE album"], ["DELETE album"]]
    all_of, artists, some, gone = (step.rows for step in report.steps)
    assert all_of == pytest.approx(2000, rel=0.2)
    assert artists == 1000  # no more parents are estimated for
    assert some == 10
    assert gone == pytest.approx(10, abs=5)


async def test_links_of_updates(engine: Engine) -> None:
    report = await explained(
        engine,
        """mutation {
            updateAlbum(by: {albumId: 7}, ifMatch: "1", set: {
                tags: {connect: [{tagId: 1}], disconnect: [{tagId: 2}, {tagId: 3}]}
            }) { album { title } }
            updateArtist(by: {name: "artist 1"}, set: {
                name: "n", albums: {connect: [{albumId: 1}], disconnect: [{albumId: 2}]}
            }) { affectedCount }
            deleteArtist(by: {name: "x"}) { artist { name } }
        }""",
    )
    assert verbs(report) == [
        *("UPDATE album", "SELECT tag", "DELETE album_tag", "SELECT tag", "INSERT album_tag")
    ]
    assert verbs(report, 1) == ["UPDATE artist", "UPDATE album", "UPDATE album"]
    assert verbs(report, 2) == ["DELETE artist"]
    assert [step.rows for step in report.steps] == [1, 1, 1]


async def test_columns_that_are_given_twice_may_agree(engine: Engine) -> None:
    source = """mutation { createCity(input: {
        cityId: 1, country: "c", regionByCountryCode: {%s}
    }) { affectedCount } }"""
    created = await explained(engine, source % 'create: {country: "c", code: "x"}')
    assert verbs(created) == ["INSERT region", "INSERT city"]
    connected = await explained(engine, source % 'connect: {countryCode: {country: "c", code: "x"}}')
    assert verbs(connected) == ["SELECT region", "INSERT city"]


async def test_variables_that_are_not_given_may_have_any_value(engine: Engine) -> None:
    source = """mutation ($id: ID!, $by: AlbumKey!, $title: String!, $tag: ID!, $n: Int!) {
        one: updateAlbum(by: {id: $id}, set: {title: $title, tags: {connect: [{id: $tag}]}}) { affectedCount }
        two: deleteAlbum(by: $by) { album { title } }
        three: updateAlbums(filter: {rating: {gt: $n}}, set: {title: $title}, atMost: $n) { affectedCount }
        four: renameArtist(artistId: $n, newName: $title) { artist { name } }
    }"""
    report = await explained(engine, source)
    assert report.unknown == ("by", "id", "n", "tag", "title")
    assert verbs(report) == ["UPDATE album", "SELECT tag", "INSERT album_tag"]
    assert [step.rows for step in report.steps][:2] == [1, 1]
    assert (report.steps[2].rows or 0) > 1000
    ids = {"id": encode_global_id("Album", [1]), "tag": encode_global_id("Tag", [1])}
    given = await explained(engine, source, by={"id": ids["id"]}, title="t", n=3, **ids)
    assert [[s.sql for s in step.statements] for step in given.steps] == [
        [s.sql for s in step.statements] for step in report.steps
    ]
    assert given.steps[2].rows == 3


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            "mutation ($input: CreateTagInput!) { createTag(input: $input) { affectedCount } }",
            "The variable $input decides what is written: give it with --variables.",
        ),
        (
            """mutation ($tags: [TagKey!]!) {
                updateAlbum(by: {albumId: 1}, set: {tags: {connect: $tags}}) { affectedCount }
            }""",
            "The variable $tags decides what is written: give it with --variables.",
        ),
        (
            "mutation { updateTag(by: {tagId: 1}, set: {}) { affectedCount } }",
            "'set' must give at least one column.",
        ),
        (
            """mutation { createCity(input: {
                cityId: 1, country: "c", regionByCountryCode: {create: {country: "d", code: "x"}}
            }) { affectedCount } }""",
            "'country' has another value there.",
        ),
    ],
)
async def test_what_cannot_be_written_is_told(engine: Engine, source: str, line: str) -> None:
    with pytest.raises(NotExplainedError) as caught:
        await explained(engine, source)
    assert caught.value.lines == [line]


async def test_nothing_to_write_has_no_statement(engine: Engine) -> None:
    report = await explained(engine, "mutation { createTags(input: []) { tags { albums { totalCount } } } }")
    assert (report.steps[0].statements, report.steps[0].rows) == ((), 0)
    assert "  nothing to write" in list(report.lines())


async def test_functions_that_write(engine: Engine) -> None:
    report = await explained(
        engine,
        """mutation {
            renameArtist(artistId: 1, newName: "x") { artist { name rowVersion albums { totalCount } } }
            addLog(line: "x") { artists { name } }
        }""",
    )
    assert [step.info.strategy for step in report.steps] == ["function", "batch-counts", "function"]
    called, version = report.steps[0].statements
    assert '"public"."rename_artist"(' in called.sql
    assert 't."xmin"' in version.sql
    assert [step.rows for step in report.steps] == [1, 1, 30]


async def test_planning_writes_nothing_either(engine: Engine) -> None:
    """PostgreSQL calls what says that it is IMMUTABLE while it plans."""
    with pytest.raises(Exception, match="read-only"):
        await explained(engine, "{ liar }")


async def test_python_code_is_not_called(url: str) -> None:
    async with open_engine(url, extensions=[HOOKED]) as engine:
        report = await explained(
            engine, 'mutation { inPython createArtist(input: {name: "n"}) { affectedCount } __typename }'
        )
    assert verbs(report) == ["INSERT artist"]
    lines = list(report.lines())
    assert "inPython: Python code answers it; it was not called" in lines
    [hooked] = [line for line in lines if "before and after it writes" in line]
    assert hooked.startswith('createArtist(input: { name: "n" }): ')
    assert report.as_json()["notCalled"] == ["inPython", 'createArtist(input: { name: "n" })']


@pytest.mark.parametrize("lane", Lane)
async def test_what_ran_is_counted_in_the_answer(engine: Engine, lane: Lane) -> None:
    """Also what a nested row needs, and the versions of the rows that a function gives."""
    source = """mutation {
        createCity(dryRun: true, input: {
            cityId: 1, regionByCountryCode: {create: {country: "c", code: "x"}}
        }) {
            city { regionByCountryCode { country } }
        }
        createAlbumTags(dryRun: true, input: []) { affectedCount }
        addLog(dryRun: true, line: "x") { artists { name rowVersion } }
    }"""
    result = await engine.run(source, lane=lane)
    assert (result.errors, result.lane) == ([], lane)
    assert result.plan is not None
    plan = explain_run(result.plan, lane, result.statements)
    assert (plan["lane"], plan["statements"]) == (lane.value, 5)
    assert [(s["id"], s["parent"], s["strategy"], s["table"], s["rows"]) for s in plan["steps"]] == [
        (1, None, "insert", "public.city", 2),
        (2, 1, "batch-to-one", "public.region", 1),
        (3, None, "insert", "public.album_tag", 0),
        (4, None, "function", "public.add_log", 2000),
    ]
    statements = [step["statement"] for step in plan["steps"]]
    assert statements[0].startswith('INSERT INTO "public"."region"')
    assert statements[2] is None
    assert '"public"."add_log"(' in statements[3]
