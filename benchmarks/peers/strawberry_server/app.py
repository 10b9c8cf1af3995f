"""A GraphQL server for the music store, written by hand: Strawberry, DataLoaders, asyncpg.

Run by `uvicorn app:app` in an environment of its own (`requirements.txt`). PostgreSQL's own variables say
which database, POOL_SIZE how many connections.
"""

from __future__ import annotations

import os
from collections import defaultdict
from contextlib import asynccontextmanager
from decimal import Decimal  # noqa: TC003 - Strawberry reads annotations when the program runs
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

import asyncpg
import orjson
import strawberry
from starlette.applications import Starlette  # type: ignore[import-not-found,unused-ignore]
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

Row = TypeVar("Row")

ARTIST = "artist_id, name"
ALBUM = "album_id, title, artist_id"
GENRE = "genre_id, name"
MEDIA_TYPE = "media_type_id, name"
TRACK = "track_id, name, album_id, media_type_id, genre_id, composer, milliseconds, bytes, unit_price"


def to_one(
    pool: asyncpg.Pool, kind: Callable[..., Row], table: str, columns: str, key: str
) -> DataLoader[int, Row]:
    """Loads the rows that foreign keys refer to."""

    async def load(keys: list[int]) -> Sequence[Row]:
        rows = await pool.fetch(f"SELECT {columns} FROM {table} WHERE {key} = ANY($1)", keys)
        found = {row[key]: kind(**row) for row in rows}
        return [found[value] for value in keys]

    return DataLoader(load)


def to_many(
    pool: asyncpg.Pool, kind: Callable[..., Row], table: str, columns: str, parent: str
) -> DataLoader[tuple[int, int], list[Row]]:
    """Loads the first rows of each parent; the keys are the parent's key and how many."""
    text = (
        f"SELECT page.* FROM unnest($1::int[]) AS key, LATERAL ("
        f"SELECT {columns} FROM {table} WHERE {parent} = key ORDER BY {table}_id LIMIT $2) AS page"
    )

    async def load(keys: list[tuple[int, int]]) -> Sequence[list[Row]]:
        parents_by_first = defaultdict[int, list[int]](list)
        for key, first in keys:
            parents_by_first[first].append(key)
        found = defaultdict[tuple[int, int], list[Row]](list)
        for first, parents in parents_by_first.items():
            for row in await pool.fetch(text, parents, first):
                found[row[parent], first].append(kind(**row))
        return [found[key] for key in keys]

    return DataLoader(load)


class Context:
    """What the resolvers of one request share."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.album = to_one(pool, Album, "album", ALBUM, "album_id")
        self.genre = to_one(pool, Genre, "genre", GENRE, "genre_id")
        self.media_type = to_one(pool, MediaType, "media_type", MEDIA_TYPE, "media_type_id")
        self.albums = to_many(pool, Album, "album", ALBUM, "artist_id")
        self.tracks = to_many(pool, Track, "track", TRACK, "album_id")


Info = strawberry.Info[Context, None]


@strawberry.type
class Artist:
    """A row of `artist`."""

    artist_id: int
    name: str | None

    @strawberry.field
    async def albums(self, info: Info, first: int) -> list[Album]:
        """Its first albums."""
        return await info.context.albums.load((self.artist_id, first))


@strawberry.type
class Album:
    """A row of `album`."""

    album_id: int
    title: str
    artist_id: int

    @strawberry.field
    async def tracks(self, info: Info, first: int) -> list[Track]:
        """Its first tracks."""
        return await info.context.tracks.load((self.album_id, first))


@strawberry.type
class Genre:
    """A row of `genre`."""

    genre_id: int
    name: str | None


@strawberry.type
class MediaType:
    """A row of `media_type`."""

    media_type_id: int
    name: str | None


@strawberry.type
class Track:
    """A row of `track`."""

    track_id: int
    name: str
    album_id: int | None
    media_type_id: int
    genre_id: int | None
    composer: str | None
    milliseconds: int
    bytes: int | None
    unit_price: Decimal

    @strawberry.field
    async def album(self, info: Info) -> Album | None:
        """The album it is on."""
        return None if self.album_id is None else await info.context.album.load(self.album_id)

    @strawberry.field
    async def genre(self, info: Info) -> Genre | None:
        """Its genre."""
        return None if self.genre_id is None else await info.context.genre.load(self.genre_id)

    @strawberry.field
    async def media_type(self, info: Info) -> MediaType:
        """Its media type."""
        return await info.context.media_type.load(self.media_type_id)


@strawberry.enum
class TrackOrder(Enum):
    """What tracks are sorted by."""

    TRACK_ID = "track_id"
    NAME = "name, track_id"


@strawberry.type
class TrackPage:
    """Tracks of a genre: the first of them, and how many there are."""

    genre_id: strawberry.Private[int]
    first: strawberry.Private[int]
    order_by: strawberry.Private[TrackOrder]

    @strawberry.field
    async def total_count(self, info: Info) -> int:
        """How many tracks the genre has."""
        count: int = await info.context.pool.fetchval(
            "SELECT count(*) FROM track WHERE genre_id = $1", self.genre_id
        )
        return count

    @strawberry.field
    async def nodes(self, info: Info) -> list[Track]:
        """The tracks."""
        rows = await info.context.pool.fetch(
            f"SELECT {TRACK} FROM track WHERE genre_id = $1 ORDER BY {self.order_by.value} LIMIT $2",
            self.genre_id,
            self.first,
        )
        return [Track(**row) for row in rows]


@strawberry.type
class TrackStatistics:
    """Tracks of one media type, summed up."""

    media_type_id: int
    milliseconds: float
    average_price: Decimal
    largest: int | None


@strawberry.type
class Query:
    """The root."""

    @strawberry.field
    async def track(self, info: Info, track_id: int) -> Track | None:
        """A track."""
        row = await info.context.pool.fetchrow(f"SELECT {TRACK} FROM track WHERE track_id = $1", track_id)
        return None if row is None else Track(**row)

    @strawberry.field
    async def tracks(self, info: Info, first: int, offset: int = 0) -> list[Track]:
        """A page of all tracks."""
        rows = await info.context.pool.fetch(
            f"SELECT {TRACK} FROM track ORDER BY track_id LIMIT $1 OFFSET $2", first, offset
        )
        return [Track(**row) for row in rows]

    @strawberry.field
    def tracks_of_genre(
        self, genre_id: int, first: int, order_by: TrackOrder = TrackOrder.TRACK_ID
    ) -> TrackPage:
        """Tracks of a genre."""
        return TrackPage(genre_id=genre_id, first=first, order_by=order_by)

    @strawberry.field
    async def statistics_of_genre(self, info: Info, genre_id: int) -> list[TrackStatistics]:
        """Tracks of a genre, summed up by media type."""
        rows = await info.context.pool.fetch(
            "SELECT media_type_id, sum(milliseconds) AS milliseconds, avg(unit_price) AS average_price,"
            " max(bytes) AS largest FROM track WHERE genre_id = $1 GROUP BY media_type_id",
            genre_id,
        )
        return [TrackStatistics(**row) for row in rows]

    @strawberry.field
    async def artists(self, info: Info, first: int, offset: int = 0) -> list[Artist]:
        """A page of all artists."""
        rows = await info.context.pool.fetch(
            f"SELECT {ARTIST} FROM artist ORDER BY artist_id LIMIT $1 OFFSET $2", first, offset
        )
        return [Artist(**row) for row in rows]


class Api(GraphQL[Context, None]):
    """The GraphQL endpoint."""

    pool: asyncpg.Pool

    async def get_context(self, *_: Any, **__: Any) -> Context:
        """Loaders of one request's own."""
        return Context(self.pool)

    def encode_json(self, data: object) -> bytes:
        """JSON by orjson."""
        return orjson.dumps(data)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Holds the pool."""
    size = int(os.environ["POOL_SIZE"])
    async with asyncpg.create_pool(min_size=size, max_size=size) as api.pool:
        yield


api = Api(strawberry.Schema(Query, extensions=[ParserCache, ValidationCache]), graphql_ide=None)
app = Starlette(lifespan=lifespan)
app.add_route("/graphql", api)
