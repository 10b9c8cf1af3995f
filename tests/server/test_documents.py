"""Prepared documents that are not kept are gone."""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from dataclasses import replace
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

from db.identity import LOGIN
from server.application import open_service
from server.documents.kept import KeptDocuments
from server.documents.persisted import DocumentText
from server.http.decoding import GraphQLRequest
from server.operations import prepare
from server.settings import Settings
from server.stages import Caller

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from server.service import Service
    from server.stages import Prepared

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (album_id int PRIMARY KEY, title text, artist_id int NOT NULL REFERENCES artist);
INSERT INTO artist VALUES (1, 'one');
INSERT INTO album VALUES (1, 'first', 1);
"""
DOCUMENTS = {
    "look-up": "{ artist(by: {artistId: 1}) { name albums { totalCount nodes { title artist { name } } } } }",
    "variables": "query ($id: Int!, $s: Boolean = true)"
    " { artist(by: {artistId: $id}) { id name @skip(if: $s) } }",
    "page": "{ albums(first: 1, orderBy: [{title: DESC}]) { edges { cursor node { id } } ...P } }"
    " fragment P on AlbumConnection { pageInfo { endCursor } }",
    "node": '{ node(id: "WyJBcnRpc3QiLDFd") { id ... on Artist { name } } }',
    "introspection": "{ __schema { queryType { name } } }",
    "refused argument": "{ albums(first: -1) { nodes { title } } }",
}


@pytest.fixture(scope="module")
async def service(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Service]:
    async with open_service(Settings(database_url=await create_database(DATABASE))) as opened:
        yield opened


async def answer(service: Service, source: str) -> Prepared:
    variables: dict[str, Any] = {"id": 1} if "$id" in source else {}
    request = GraphQLRequest(source, None, variables, {}, read_only=False, explain=False)
    engine: Any = service.live.current.engine
    keeps_nothing = replace(engine, documents=KeptDocuments(0).for_engine())
    caller = Caller(LOGIN, is_anonymous=True, engine=keeps_nothing)
    prepared = prepare(request, caller, DocumentText(source), service.stages.limits)
    answered = await keeps_nothing.execute(
        prepared.document.prepared, variables, LOGIN, None, may_be_stale=False
    )
    assert bool(answered.errors) is ("-1" in source)
    return prepared


def remains() -> Counter[str]:
    """What there is of documents and what is made of them, by type."""
    modules = ("graphql.language", "resolvers.plan", "resolvers.prepared", "resolvers.compiled")
    kinds = [type(item) for item in gc.get_objects()]
    compiled = sum(
        isinstance(item, FunctionType) and item.__code__.co_filename.startswith("<")
        for item in gc.get_objects()
    )
    counted = Counter(kind.__name__ for kind in kinds if str(kind.__module__).startswith(modules))
    return counted + Counter(compiled=compiled)


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_what_is_not_kept_is_freed_without_the_garbage_collector(service: Service, name: str) -> None:
    """The server lets it look at what has lived for long hardly ever."""
    await answer(service, DOCUMENTS[name])
    await asyncio.sleep(0.01)
    gc.collect()
    before = remains()
    prepared = await answer(service, DOCUMENTS[name])
    await asyncio.sleep(0.01)
    gc.collect()  # validation leaves garbage of its own, which is young
    assert remains() - before
    gc.disable()
    try:
        del prepared
        assert not remains() - before
    finally:
        gc.enable()
