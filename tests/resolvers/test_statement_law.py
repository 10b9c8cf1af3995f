"""The number of SQL statements depends on the shape of the operation alone, never on the number of rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from resolvers.opaque import encode_global_id
from resolvers.plan import Strategy
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from resolvers.strategies import ToOneStrategy

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text, manager_id int REFERENCES artist);
CREATE TABLE album (album_id int PRIMARY KEY, title text, artist_id int REFERENCES artist);
CREATE TABLE cover (album_id int PRIMARY KEY REFERENCES album, format text);
CREATE TABLE genre (genre_id int PRIMARY KEY, name text);
CREATE TABLE track (
    track_id int PRIMARY KEY, name text, album_id int REFERENCES album, genre_id int REFERENCES genre
);
CREATE TABLE playlist (playlist_id int PRIMARY KEY, name text);
CREATE TABLE playlist_track (
    playlist_id int REFERENCES playlist, track_id int REFERENCES track, PRIMARY KEY (playlist_id, track_id)
);
CREATE TABLE region (country text, code text, PRIMARY KEY (country, code));
CREATE TABLE city (
    city_id int PRIMARY KEY, country text, code text, FOREIGN KEY (country, code) REFERENCES region
);
CREATE INDEX ON album (artist_id);
CREATE INDEX ON track (album_id);
CREATE INDEX ON track (genre_id);
CREATE INDEX ON playlist_track (track_id);
CREATE INDEX ON artist (manager_id);
CREATE INDEX ON city (country, code);
"""

# Every `{null}` is true for the rows whose reference is NULL.
ROWS = """
TRUNCATE artist, album, cover, genre, track, playlist, playlist_track, region, city;
INSERT INTO artist SELECT i, 'artist ' || i, CASE WHEN {null} THEN NULL ELSE i END
    FROM generate_series(1, {rows}) AS i;
INSERT INTO album SELECT i, 'album ' || i, CASE WHEN {null} THEN NULL ELSE i END
    FROM generate_series(1, {rows}) AS i;
INSERT INTO cover SELECT i, 'png' FROM generate_series(1, {rows}) AS i WHERE NOT {null};
INSERT INTO genre SELECT i, NULL FROM generate_series(1, {rows}) AS i;
INSERT INTO track SELECT i, 'track ' || i, CASE WHEN {null} THEN NULL ELSE i END,
    CASE WHEN {null} THEN NULL ELSE 1 + i % {rows} END FROM generate_series(1, {rows}) AS i;
INSERT INTO playlist SELECT i, 'playlist ' || i FROM generate_series(1, {rows}) AS i;
INSERT INTO playlist_track SELECT i, i FROM generate_series(1, {rows}) AS i WHERE NOT {null};
INSERT INTO region SELECT 'c' || i, 'r' FROM generate_series(1, {rows}) AS i;
INSERT INTO city SELECT i, 'c' || i, CASE WHEN {null} THEN NULL ELSE 'r' END
    FROM generate_series(1, {rows}) AS i;
ANALYZE;
"""
SIZES = {
    "10 rows": (10, "false"),
    "10 rows, NULLs among them": (10, "i % 3 = 0"),
    "10 rows, NULLs at the start": (10, "i < 6"),
    "1000 rows": (1000, "false"),
    "1000 rows, NULLs among them": (1000, "i % 3 = 0"),
    "1000 rows, hardly anything but NULLs": (1000, "i <> 500"),
}
OPERATIONS = {
    "to many, four levels": """{
        artists(first: 1000) {
            nodes { name albums { nodes { title tracks { nodes { name playlists { nodes { name } } } } } } }
        }
    }""",
    "to one, four levels": """{
        playlistTracks(first: 1000) {
            nodes { track { name album { title artist { name boss: manager { name } } } } }
        }
    }""",
    "there and back": """{
        tracks(first: 1000) {
            nodes { album { artist { albums { nodes { tracks { totalCount nodes { genre { name } } } } } } } }
        }
    }""",
    "edges, nodes and aliases": """{
        artists(first: 1000) {
            edges {
                cursor
                node { a: albums(first: 2) { edges { node { tracks { nodes { genre { genreId } } } } } } }
            }
            again: edges { row: node { b: albums(last: 2) { totalCount pageInfo { endCursor } } } }
            nodes { manager { name } artists { totalCount nodes { manager { artistId } } } }
            totalCount
        }
        others: artists(last: 1000) {
            nodes { albums { nodes { artist { name } cover { format album { title } } } } }
        }
    }""",
    "through junctions": """{
        playlists(first: 1000) {
            nodes {
                tracks {
                    totalCount
                    nodes {
                        playlists { nodes { playlistTracks { nodes { track { name } playlist { name } } } } }
                    }
                }
            }
        }
    }""",
    "one to one": """{
        albums(first: 1000) {
            nodes { cover { format album { title cover { album { cover { format } } } } } }
        }
    }""",
    "self-reference": """{
        artists(first: 1000) {
            nodes { manager { manager { manager { artists(first: 3) { nodes { manager { name } } } } } } }
        }
    }""",
    "keys of two columns": """{
        cities(first: 1000) { nodes {
            regionByCountryCode { cities { nodes { regionByCountryCode { code cities { totalCount } } } } }
        } }
    }""",
    "filters and orders below": """{
        artists(first: 1000, orderBy: [{manager: {name: DESC}}]) {
            nodes {
                albums(orderBy: [{artist: {name: ASC}}], filter: {title: {startsWith: "a"}}) {
                    totalCount
                    nodes {
                        tracks(filter: {name: {ne: "x"}}, orderBy: [{genre: {name: ASC}}]) {
                            nodes { genre { genreId } }
                        }
                    }
                }
            }
        }
    }""",
    "aggregates and groups": """{
        artists(first: 1000) {
            aggregate { count max { name } }
            again: aggregate { countDistinct { managerId } }
            nodes {
                albums {
                    aggregate { count min { title } }
                    groups(by: [title], having: {count: {gt: 0}}, orderBy: [{count: DESC}]) { key { title } }
                    nodes { tracks { aggregate { sum { trackId } } totalCount } }
                }
            }
        }
        tracks { byGenre: groups(by: [genreId]) { key { genreId } } byAlbum: groups(by: [albumId], first: 9) {
            aggregate { count }
        } }
    }""",
    "fragments": """
        query { artists(first: 1000) { ...Page } albums(first: 1000) { nodes { ...Album } } }
        fragment Page on ArtistConnection {
            nodes { ...Artist albums { nodes { ...Album artist { ...Artist } } } }
        }
        fragment Artist on Artist { name manager { name } }
        fragment Album on Album { title tracks { nodes { genre { genreId } } } }
    """,
    "node and nodes": """query ($ids: [ID!]!, $one: ID!) {
        nodes(ids: $ids) {
            id
            ... on Artist { albums { nodes { tracks { nodes { genre { genreId } } } } } }
            ... on Track { album { artist { manager { name } } } }
        }
        node(id: $one) { ... on Artist { albums { totalCount nodes { cover { format } } } } }
    }""",
}


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


def variables(rows: int) -> dict[str, Any]:
    ids = [encode_global_id(name, [i]) for i in range(1, rows + 1) for name in ("Artist", "Track")]
    return {"ids": ids, "one": encode_global_id("Artist", [500 if rows > 500 else min(rows, 7)])}


STRATEGIES: tuple[ToOneStrategy | None, ...] = (None, Strategy.JOIN, Strategy.TO_ONE)


async def statements(
    engine: Engine, name: str, rows: int, to_one: ToOneStrategy | None
) -> tuple[Counter[int], int]:
    """How often each step of the plan ran, and how many steps there are."""
    given = variables(rows) if name == "node and nodes" else {}
    result = await engine.run(OPERATIONS[name], given, to_one=to_one)
    assert result.errors == []
    assert result.plan is not None
    own = {step.id for step in result.plan.steps if step.strategy is not Strategy.JOIN}
    assert {event.step for event in result.statements} == own
    return Counter(event.step for event in result.statements), len(result.plan.steps)


@pytest.mark.parametrize("to_one", STRATEGIES)
async def test_every_step_is_one_statement_whatever_the_number_of_rows(
    engine: Engine, to_one: ToOneStrategy | None
) -> None:
    """Or part of its parent's statement, where it is joined to that."""
    connection = await asyncpg.connect(engine.url)
    await connection.execute(ROWS.format(rows=1, null="false"))
    one_row = {name: await statements(engine, name, 1, to_one) for name in OPERATIONS}
    assert all(set(count.values()) == {1} for count, _ in one_row.values())
    assert all(steps >= 4 for _, steps in one_row.values())
    joined = any(len(count) < steps for count, steps in one_row.values())
    assert joined is (to_one is not Strategy.TO_ONE)

    for size, (rows, null) in SIZES.items():
        await connection.execute(ROWS.format(rows=rows, null=null))
        for name in OPERATIONS:
            assert await statements(engine, name, rows, to_one) == one_row[name], (size, name)
    await connection.close()
