"""Clients that people use, against the real server: Apollo Client, Relay, urql, and gql for Python."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from gql import Client, GraphQLRequest, gql
from gql.dsl import DSLQuery, DSLSchema, dsl_gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from graphql import GraphQLError

from tests.support.node import run_script

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.io.conftest import Serve, Server

MORE = """
INSERT INTO album (album_id, title, artist_id) SELECT n, 'album ' || n, 1 FROM generate_series(11, 15) n;
INSERT INTO track (track_id, name, album_id, media_type_id, milliseconds, unit_price)
    SELECT n, 'track ' || n % 40, 1 + n % 7, 1, n / 2, 0.99 FROM generate_series(11, 130) n;
"""
TRACKS = 130


@pytest.fixture(scope="module")
async def music_url(create_database: Callable[[str], Awaitable[str]]) -> str:
    """A music store with enough rows for many pages."""
    script = Path(__file__).parents[1] / "cases" / "database.sql"
    return await create_database(script.read_text(encoding="utf-8") + MORE)


@pytest.fixture(scope="module")
def music(start_server: Serve, music_url: str) -> Server:
    return start_server(music_url, "--max-batch-operations", "5")


def check(results: list[dict[str, str]], most: int, subtests: pytest.Subtests) -> None:
    """Passes what a script has told of its checks on."""
    for result in results:
        with subtests.test(result["name"]):
            assert not result["problem"], result["problem"]
    assert len(results) == most


def test_apollo(music: Server, subtests: pytest.Subtests) -> None:
    check(run_script("apollo.mjs", f"{music.url}/graphql"), 13, subtests)


def test_urql(music: Server, subtests: pytest.Subtests) -> None:
    check(run_script("urql.mjs", f"{music.url}/graphql"), 6, subtests)


def test_relay_with_the_documents_that_its_compiler_persists(
    music: Server, music_url: str, start_server: Serve, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    made = run_script("compile_relay.mjs", music.url, str(tmp_path))
    settings = ("--trusted-documents", made["manifest"], "--persisted-documents", "only")
    with start_server(music_url, *settings) as server:
        check(run_script("relay.mjs", f"{server.url}/graphql", made["artifacts"]), 9, subtests)


@pytest.fixture
async def session(music: Server) -> AsyncIterator[Any]:
    """gql for Python, with the schema by introspection."""
    transport = HTTPXAsyncTransport(f"{music.url}/graphql")
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        yield session


async def test_gql_reads_the_schema_and_makes_documents_of_it(session: Any) -> None:
    schema = DSLSchema(session.client.schema)
    track = schema.Track
    query = schema.Query.tracks(first=3, orderBy=[{"trackId": "ASC"}])
    selected = query.select(schema.TrackConnection.nodes.select(track.id, track.name, track.unitPrice))
    found = await session.execute(dsl_gql(DSLQuery(selected)))
    assert [node["name"] for node in found["tracks"]["nodes"]] == [
        *("Go Down", "Dog Eat Dog", "Fast as a Shark")
    ]
    with pytest.raises(GraphQLError, match="Cannot query field 'nothing'"):
        await session.execute(gql("{ nothing }"))


async def test_gql_walks_pages_and_finds_rows_by_their_ids(session: Any) -> None:
    page = """
        query Page($after: String) {
            tracks(first: 30, after: $after, orderBy: [{milliseconds: ASC}]) {
                nodes { id trackId } pageInfo { hasNextPage endCursor } totalCount
            }
        }
    """
    found: dict[str, int] = {}
    after, pages = None, 0
    while True:
        tracks = (await session.execute(GraphQLRequest(page, variable_values={"after": after})))["tracks"]
        found |= {node["id"]: node["trackId"] for node in tracks["nodes"]}
        pages += 1
        if not tracks["pageInfo"]["hasNextPage"]:
            break
        after = tracks["pageInfo"]["endCursor"]
    assert (len(found), tracks["totalCount"], pages) == (TRACKS, TRACKS, 5)
    assert sorted(found.values()) == list(range(1, TRACKS + 1))
    nodes = "query Nodes($ids: [ID!]!) { nodes(ids: $ids) { id ... on Track { trackId } } }"
    some = list(found)[:10]
    again = await session.execute(GraphQLRequest(nodes, variable_values={"ids": some}))
    assert again["nodes"] == [{"id": each, "trackId": found[each]} for each in some]


async def test_gql_sends_batches(session: Any) -> None:
    artist = "query Artist($id: Int!) { artist(by: {artistId: $id}) { artistId } }"
    answers = await session.execute_batch([GraphQLRequest(artist, variable_values={"id": n}) for n in (3, 1)])
    assert answers == [{"artist": {"artistId": 3}}, {"artist": {"artistId": 1}}]


async def test_gql_tells_codes_of_errors(session: Any) -> None:
    taken = gql('mutation { createArtist(input: {artistId: 1, name: "AC/DC"}) { affectedCount } }')
    with pytest.raises(TransportQueryError) as caught:
        await session.execute(taken)
    assert [error["extensions"]["code"] for error in caught.value.errors or ()] == ["CONSTRAINT_VIOLATION"]
