"""A database with tenants, whose rows only they may see, and a service that takes callers at their word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import asyncpg
import orjson
import pytest
from graphql import OperationDefinitionNode, parse, validate

from db.identity import Identity
from resolvers.execution import execute
from server.application import open_service
from server.pipeline import answer
from server.settings import Settings
from tests.support.channel import channel_maker
from tests.support.instances import ANONYMOUS, OnTheirWord
from tests.support.pgbouncer import pgbouncer
from tests.support.roles import created

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from demo.postgres import EmbeddedPostgres
    from resolvers.execution import Answer, Lane
    from server.identity.identify import Identifier
    from server.service import Service

ROLES = (
    created(
        *("login_of_tests LOGIN NOINHERIT", "visitor", "member", "clerk", "stranger", "mighty BYPASSRLS"),
    )
    + "GRANT visitor, member, clerk, mighty TO login_of_tests;"
)

DATABASE = """
CREATE TABLE shop (shop_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE trip (
    trip_id int PRIMARY KEY, owner text NOT NULL, shop_id int REFERENCES shop, price int, secret text
);
CREATE TABLE ledger (ledger_id int PRIMARY KEY, note text);
INSERT INTO shop VALUES (1, 'one'), (2, 'two');
INSERT INTO trip SELECT n, 'member ' || n % 10, 1 + n % 2, n, 'secret ' || n
FROM generate_series(1, 200) AS n;
INSERT INTO ledger VALUES (1, 'not for all');
ALTER TABLE trip ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON trip TO member
USING (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
CREATE POLICY every ON trip TO clerk USING (true);
GRANT SELECT ON shop TO visitor, member, clerk;
GRANT SELECT (trip_id, owner, shop_id, price), INSERT, UPDATE, DELETE ON trip TO member;
GRANT SELECT, INSERT, UPDATE, DELETE ON trip, ledger TO clerk;
CREATE FUNCTION whoami() RETURNS text STABLE LANGUAGE sql RETURN current_user::text;
CREATE FUNCTION trip_cost(trip) RETURNS int STABLE LANGUAGE sql RETURN $1.price;
CREATE FUNCTION trips_of(owner text) RETURNS SETOF trip STABLE LANGUAGE sql
    AS $$ SELECT * FROM trip WHERE trip.owner = trips_of.owner $$;
CREATE FUNCTION audit() RETURNS text STABLE LANGUAGE sql RETURN 'all is well';
REVOKE EXECUTE ON FUNCTION audit() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit() TO clerk;
"""


def member(number: int, role: str = "member") -> Identity:
    """One of the tenants."""
    return Identity(role, orjson.dumps({"sub": f"member {number}"}).decode())


@dataclass(frozen=True)
class House:
    """A served database with tenants.

    Attributes:
        service: What serves it.
        url: The database, for its owner.
        channel: Makes requests.
    """

    service: Service
    url: str
    channel: Callable[..., Any]

    async def ask(
        self, query: str, identity: Identity = ANONYMOUS, variables: object = None, **headers: str
    ) -> dict[str, Any]:
        """The answer to a request; under `status` its HTTP status."""
        caller = f"{identity.role} {identity.claims or ''}".strip()
        request = self.channel(
            "POST",
            "/graphql",
            orjson.dumps({"query": query, "variables": variables}),
            headers={"x-caller": caller, "accept": "application/graphql-response+json", **headers},
        )
        service = self.service
        response = await answer(request.exchange, service.stages)
        return {"status": response.status, **orjson.loads(response.body)}

    async def data(self, query: str, identity: Identity = ANONYMOUS, variables: object = None) -> Any:
        """The data of an answer without errors."""
        found = await self.ask(query, identity, variables)
        assert "errors" not in found, found
        return found["data"]

    async def in_lane(self, query: str, identity: Identity, lane: Lane) -> Answer:
        """The answer of an operation that is tried in a lane."""
        engine = await self.service.live.engine(identity.role)
        document = parse(query)
        assert not validate(engine.schema, document)
        [operation] = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        batches = engine.batches.acting_as(engine.database.acting_as(identity), identity)
        return await execute(engine.prepare(document, operation), variables={}, batches=batches, lane=lane)

    async def execute(self, sql: str) -> None:
        """Runs SQL as the owner of the database."""
        connection = await asyncpg.connect(self.url)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


@pytest.fixture
def open_house(
    create_database: Callable[[str], Awaitable[str]],
) -> Callable[..., AsyncIterator[House]]:
    """Opens a house with a pool of some size, maybe behind a pooler at an address."""

    async def opened(
        pool_size: int, script: str = "", pooler: str | None = None, **settings: Any
    ) -> AsyncIterator[House]:
        url = await create_database(ROLES + DATABASE + script)
        login = url.replace("//postgres@", "//login_of_tests@")
        if pooler is not None:
            login = f"postgresql://login_of_tests@{pooler}{urlsplit(url).path}"
        chosen = Settings(database_url=login, anonymous_role="visitor", pool_size=pool_size, **settings)
        async with open_service(chosen) as service:
            service.live.identifier = cast("Identifier", OnTheirWord())
            yield House(service, url, channel_maker())

    return opened


@pytest.fixture(scope="session")
def pooler(postgres: EmbeddedPostgres) -> Iterator[str]:
    """Address of PgBouncer in transaction mode."""
    with pgbouncer(postgres.url("postgres"), "login_of_tests", "hunted") as address:
        yield address


@pytest.fixture(params=["a pool of one", "a pool of four", "behind PgBouncer"])
async def house(
    open_house: Callable[..., AsyncIterator[House]], request: pytest.FixtureRequest
) -> AsyncIterator[House]:
    pooler = request.getfixturevalue("pooler") if request.param == "behind PgBouncer" else None
    async for each in open_house(1 if request.param == "a pool of one" else 4, pooler=pooler):
        yield each
