"""`loadstone explain` of SQL functions: they are in the statements, and the estimates are of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from resolvers.execution import Lane
from server.explaining import explain
from server.questions import Question
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from server.plan_report import PlanReport

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (album_id int PRIMARY KEY, title text, artist_id int NOT NULL REFERENCES artist);
INSERT INTO artist SELECT n, 'artist ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO album SELECT n, 'album ' || n, 1 + n % 1000 FROM generate_series(1, 20000) AS n;
CREATE INDEX ON album (artist_id);
ANALYZE;
-- plpgsql: PostgreSQL cannot look into them, so that ROWS and COST are what it knows. Run, they fail.
CREATE FUNCTION total(low int) RETURNS int STABLE COST 5000 LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'called'; END $$;
CREATE FUNCTION words(low int) RETURNS SETOF text STABLE LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'called'; END $$;
CREATE FUNCTION best_artist() RETURNS artist STABLE LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'called'; END $$;
CREATE FUNCTION search_artists(term text) RETURNS SETOF artist STABLE ROWS 70 LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'called'; END $$;
CREATE FUNCTION artist_label(a artist, prefix text DEFAULT '') RETURNS text STABLE COST 100000
    LANGUAGE plpgsql AS $$ BEGIN RAISE 'called'; END $$;
CREATE FUNCTION artist_favourites(a artist, low int) RETURNS SETOF album STABLE ROWS 4 LANGUAGE plpgsql
    AS $$ BEGIN RAISE 'called'; END $$;
-- sql: PostgreSQL looks into it.
CREATE FUNCTION albums_of(artist int) RETURNS SETOF album STABLE LANGUAGE sql
    AS $$ SELECT * FROM album WHERE artist_id = $1 $$;
"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


async def explained(engine: Engine, source: str, **variables: Any) -> PlanReport:
    return await explain(Question(source, None, variables, 1000), engine.schema, engine.database)


def shape(report: PlanReport) -> list[tuple[int | None, str, str, int | None]]:
    return [(s.info.parent, s.info.strategy.value, s.info.table, s.rows) for s in report.steps]


async def test_values_and_rows_at_the_root(engine: Engine) -> None:
    report = await explained(
        engine, "{ total(low: 3) words(low: 3) bestArtist { name albums { totalCount } } }"
    )
    assert shape(report) == [
        (None, "function", "public.total", 1),
        (None, "function", "public.words", 1),  # a list is one value
        (None, "function", "public.best_artist", 1),
        (3, "batch-counts", "public.album", 1),
    ]
    for step, called in zip(report.steps, ("total", "words", "best_artist"), strict=False):
        assert f'"public"."{called}"(' in step.statements[0].sql
    assert (report.steps[0].cost or 0) > 5000 * 0.0025 > (report.steps[2].cost or 0)


async def test_connections_have_as_many_rows_as_functions_say(engine: Engine) -> None:
    source = """query ($n: Int!, $term: String!) { searchArtists(term: $term, first: $n) {
        totalCount aggregate { count } groups(by: [name]) { key { name } }
        nodes { name albums { totalCount } }
    } }"""
    report = await explained(engine, source, n=500, term="x")
    assert shape(report) == [
        (None, "page", "public.artist", 70),
        (None, "count", "public.artist", 1),
        (1, "batch-counts", "public.album", 70),
        (None, "aggregate", "public.artist", 1),
        (None, "groups", "public.artist", 50),
    ]
    called = [step for step in report.steps if step.info.parent is None]
    assert all('"public"."search_artists"(' in step.statements[0].sql for step in called)
    first = await explained(engine, source, n=9, term="x")
    assert first.steps[0].rows == 9
    unknown = await explained(engine, source)
    assert [step.statements[0].sql for step in unknown.steps] == [
        step.statements[0].sql for step in first.steps
    ]
    assert unknown.steps[0].rows == 7  # LIMIT as a tenth


async def test_what_postgresql_looks_into_is_estimated_by_its_rows(engine: Engine) -> None:
    report = await explained(engine, "{ albumsOf(artist: 7) { totalCount nodes { title } } }")
    assert shape(report)[0][:3] == (None, "page", "public.album")
    assert report.steps[0].rows == pytest.approx(20, abs=3)


async def test_values_of_rows_are_in_the_statement_of_the_rows(engine: Engine) -> None:
    plain = await explained(engine, "{ artists(first: 100) { nodes { name } } }")
    report = await explained(
        engine, '{ artists(first: 100) { nodes { name label other: label(prefix: "x") } } }'
    )
    assert shape(report) == shape(plain) == [(None, "page", "public.artist", 100)]
    assert report.steps[0].statements[0].sql.count('"public"."artist_label"(') == 2
    each = 100_000 * 0.0025
    assert report.cost - plain.cost == pytest.approx(2 * 100 * each, rel=0.01)


async def test_rows_of_rows_are_called_for_each_parent(engine: Engine) -> None:
    report = await explained(
        engine,
        """query ($n: Int!) { artists(first: 20) { nodes {
            favourites(low: $n) { totalCount nodes { title artist { name } } }
        } } }""",
        n=1,
    )
    assert shape(report) == [
        (None, "page", "public.artist", 20),
        (1, "batch-pages", "public.album", 80),
        (1, "batch-counts", "public.album", 20),
        (2, "batch-to-one", "public.artist", 80),
    ]
    for step in report.steps[1:3]:
        assert '"public"."artist_favourites"(p.*' in step.statements[0].sql.replace('"p"', "p")


@pytest.mark.parametrize("lane", Lane)
async def test_what_would_run_is_what_runs(engine: Engine, lane: Lane) -> None:
    source = """{ albumsOf(artist: 7, first: 3, filter: {title: {like: "a%"}}) {
        totalCount nodes { title artist { name } }
    } }"""
    report, result = await explained(engine, source), await engine.run(source, lane=lane)
    assert (result.errors, result.lane) == ([], lane)
    ran = sorted(event.statement for event in result.statements)
    assert sorted(each.sql for step in report.steps for each in step.statements) == ran
