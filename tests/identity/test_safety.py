"""What a database must not have where callers are told apart: refused at the start, and while serving."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from core.errors import StartupError
from db.catalogue.fingerprint import fingerprint
from server.application import open_service
from server.safety import callers_roles
from server.settings import Settings
from tests.identity.conftest import DATABASE, ROLES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.identity.conftest import House

TOTALS = "CREATE VIEW totals AS SELECT owner, count(*) FROM trip GROUP BY owner;"
GRANTED = "GRANT SELECT ON totals TO member;"


@dataclass(frozen=True)
class Starting:
    """Asks of one database, with changes that are undone, why it is not served."""

    connection: asyncpg.Connection

    async def __call__(
        self, script: str = "", *, login: str = "login_of_tests", **settings: Any
    ) -> str | None:
        transaction = self.connection.transaction()
        await transaction.start()
        try:
            await self.connection.execute(script or "SELECT 1")
            await self.connection.execute(f"SET LOCAL SESSION AUTHORIZATION {login}")
            given = {"anonymous_role": "visitor", **settings}
            await callers_roles(Settings(database_url="postgresql://unused", **given), (), self.connection)
        except StartupError as error:
            return str(error)
        else:
            return None
        finally:
            await transaction.rollback()


@pytest.fixture
async def starting(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Starting]:
    connection = await asyncpg.connect(await create_database(ROLES + DATABASE))
    yield Starting(connection)
    await connection.close()


async def test_what_is_well_set_up_starts(starting: Starting) -> None:
    assert await starting() is None


async def test_the_service_does_not_start(create_database: Callable[[str], Awaitable[str]]) -> None:
    url = await create_database(ROLES + DATABASE + TOTALS + GRANTED)
    bound = url.replace("//postgres@", "//login_of_tests@")
    for login, role, said in (
        (url, "visitor", "is a superuser"),
        (bound, "nobody", "there is no role 'nobody'"),
        (bound, "visitor", "the view 'public.totals'"),
    ):
        with pytest.raises(StartupError, match=said):
            async with open_service(Settings(database_url=login, anonymous_role=role, pool_size=1)):
                pass


async def test_login_roles(starting: Starting) -> None:
    refused = await starting(login="postgres")
    assert refused is not None
    assert "'postgres' that database_url logs in as is a superuser or has BYPASSRLS" in refused
    refused = await starting("CREATE ROLE unbound_login LOGIN BYPASSRLS;", login="unbound_login")
    assert refused is not None
    assert refused.startswith("the role 'unbound_login'")
    # Where nobody is asked who they are, it may be any.
    assert await starting(login="postgres", anonymous_role=None) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nobody there", "there is no role 'nobody there' in the database: CREATE ROLE \"nobody there\""),
        ("stranger", 'may not become \'stranger\': GRANT "stranger" TO "login_of_tests"'),
        ("mighty", "'mighty' is a superuser or has BYPASSRLS"),
        ("postgres", "'postgres' is a superuser or has BYPASSRLS"),
        ("login_of_tests", "'login_of_tests' is the role that database_url logs in as"),
    ],
)
async def test_roles_of_callers(starting: Starting, name: str, said: str) -> None:
    wrong: dict[str, Any] = {"anonymous_role": name, "jwt_roles": ("member", name)}
    for setting, value in wrong.items():
        refused = await starting("", **{setting: value})
        assert refused is not None
        assert refused.startswith(f"{setting}: ")
        assert said in refused


async def test_views_past_row_security(starting: Starting) -> None:
    assert await starting(TOTALS) is None  # nobody may read it
    refused = await starting(TOTALS + GRANTED)
    assert refused == (
        "the view 'public.totals' shows role 'member' rows of 'public.trip' past its row-level security: "
        'ALTER VIEW "public"."totals" SET (security_invoker = true), '
        "name 'public.totals' in views_without_rls, or leave it out by exclude"
    )
    assert (
        await starting(TOTALS + GRANTED + 'ALTER VIEW "public"."totals" SET (security_invoker = true);')
        is None
    )
    for allowed in ("public.totals", "*.tot*", "public"):
        assert await starting(TOTALS + GRANTED, views_without_rls=(allowed,)) is None
    assert await starting(TOTALS + GRANTED, views_without_rls=("public.other",)) is not None
    assert await starting(TOTALS + GRANTED, exclude=("public.totals",)) is None
    assert (
        await starting(TOTALS + GRANTED, jwt_roles=("clerk",)) is None
    )  # member is none of the callers' roles
    assert await starting(TOTALS + "GRANT SELECT (owner) ON totals TO visitor;") is not None
    assert await starting(TOTALS + "GRANT SELECT ON totals TO PUBLIC;", jwt_roles=("clerk",)) is not None
    assert await starting(TOTALS + GRANTED + "ALTER TABLE trip DISABLE ROW LEVEL SECURITY;") is None


async def test_owners_for_whom_policies_hold(starting: Starting) -> None:
    owned = "GRANT CREATE ON SCHEMA public TO stranger; GRANT SELECT ON trip TO stranger;" + TOTALS + GRANTED
    revoked = "REVOKE CREATE ON SCHEMA public FROM stranger;"
    assert await starting(owned + "ALTER VIEW totals OWNER TO stranger;" + revoked) is None
    # The owner of the table itself is not bound, unless that is forced.
    table = "ALTER VIEW totals OWNER TO stranger; ALTER TABLE trip OWNER TO stranger;" + revoked
    assert await starting(owned + table) is not None
    assert await starting(owned + table + "ALTER TABLE trip FORCE ROW LEVEL SECURITY;") is None


async def test_views_within_views(starting: Starting) -> None:
    inner = "CREATE SCHEMA inside; CREATE VIEW inside.trips AS SELECT * FROM trip;"
    outer = "CREATE VIEW outer_trips WITH (security_invoker) AS SELECT * FROM inside.trips; "
    granted = "GRANT SELECT ON outer_trips TO member; GRANT USAGE ON SCHEMA inside TO member;"
    refused = await starting(inner + outer + granted, schemas=("public",))
    assert refused is not None
    assert "the view 'public.outer_trips' (by 'inside.trips') shows role 'member'" in refused
    assert 'ALTER VIEW "inside"."trips" SET' in refused
    assert await starting(inner + outer + granted, schemas=("public",), views_without_rls=("inside",)) is None
    # A view that reads as the caller does so within one that does not.
    inner = inner.replace("trips AS", "trips WITH (security_invoker) AS")
    outer = outer.replace("WITH (security_invoker) ", "")
    assert await starting(inner + outer + granted, schemas=("public",)) is None


async def test_materialized_views(starting: Starting) -> None:
    script = """
    CREATE VIEW as_caller WITH (security_invoker) AS SELECT * FROM trip;
    CREATE MATERIALIZED VIEW kept AS SELECT * FROM as_caller;
    CREATE VIEW over_kept WITH (security_invoker) AS SELECT * FROM kept;
    """
    assert await starting(script) is None
    refused = await starting(script + "GRANT SELECT ON kept TO clerk;")
    assert refused is not None
    assert "REVOKE SELECT on it, name 'public.kept' in views_without_rls" in refused
    refused = await starting(script + "GRANT SELECT ON over_kept TO clerk;")
    assert refused is not None
    assert "the view 'public.over_kept' (by 'public.as_caller')" in refused
    assert "REVOKE SELECT on it" in refused
    both = script + "GRANT SELECT ON kept, over_kept, as_caller TO clerk;"
    refused = await starting(both)
    assert refused is not None
    assert refused.endswith("(and 1 more)")
    assert await starting(both, views_without_rls=("public.*kept",)) is None


async def test_schemas_that_callers_may_create_in(starting: Starting) -> None:
    refused = await starting("GRANT CREATE ON SCHEMA public TO PUBLIC;")
    assert refused == (
        "anyone may create objects in schema 'public': REVOKE CREATE ON SCHEMA \"public\" FROM PUBLIC"
    )
    grant = 'CREATE SCHEMA "Sales"; GRANT CREATE ON SCHEMA "Sales" TO member;'
    refused = await starting(grant)
    assert refused == (
        "callers may create objects in schema 'Sales' as role 'member': "
        'REVOKE CREATE ON SCHEMA "Sales" FROM "member"'
    )
    assert await starting(grant, schemas=("public",)) is None
    assert await starting(grant, jwt_roles=("clerk",)) is None
    refused = await starting("CREATE SCHEMA own AUTHORIZATION clerk;")
    assert refused is not None
    assert refused.endswith('which has the rights of its owner: ALTER SCHEMA "own" OWNER TO another role')
    assert (
        await starting("GRANT CREATE ON SCHEMA public TO PUBLIC;", login="postgres", anonymous_role=None)
        is None
    )


@pytest.mark.parametrize(
    ("done", "undone"),
    [
        ("CREATE VIEW leaking AS SELECT * FROM trip; GRANT SELECT ON leaking TO member", "DROP VIEW leaking"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        # In a schema that is not served.
        (
            "ALTER TABLE inside.log ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE inside.log DISABLE ROW LEVEL SECURITY",
        ),
    ],
)
async def test_while_serving(
    open_house: Callable[..., object], caplog: pytest.LogCaptureFixture, done: str, undone: str
) -> None:
    script = """
    CREATE SCHEMA inside; CREATE TABLE inside.log (line int);
    CREATE VIEW lines AS SELECT * FROM inside.log; GRANT SELECT ON lines TO visitor;
    """
    house: House
    async for house in open_house(1, script):  # type: ignore[attr-defined]
        live = house.service.live
        before = live.current.engine
        with caplog.at_level(logging.INFO, logger="loadstone"):
            await house.execute(done)
            assert not await live.check("a test")
            assert "the one before is kept: " in caplog.text
            assert "past its row-level security" in caplog.text or "may create objects" in caplog.text
            assert live.current.engine is before
            assert await house.data("{ shops { totalCount } }") == {"shops": {"totalCount": 2}}
            caplog.clear()
            await house.execute(undone)
            await live.check("a test")
            assert "the schema can be built again" in caplog.text
        assert (await house.ask("{ leakings { totalCount } }"))["status"] == 400


async def test_the_set_up_of_the_documents(create_database: Callable[[str], Awaitable[str]]) -> None:
    page = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
    script = page.split("```sql\n")[1].split("```")[0]
    for role in ("authenticator", "visitor", "traveller"):  # other tests have some of these
        script = re.sub(rf"\b{role}\b", f"{role}_here", script)
    url = await create_database(script)
    owner = await asyncpg.connect(url)
    try:
        login = url.replace("//postgres@", "//authenticator_here@")
        settings = Settings(
            database_url=login, anonymous_role="visitor_here", jwt_roles=("traveller_here",), pool_size=1
        )
        async with open_service(settings) as service:
            served = {
                role: (await service.live.served(f"{role}_here")).sdl.decode()
                for role in ("visitor", "traveller")
            }
    finally:
        await owner.execute(
            "DROP OWNED BY visitor_here, traveller_here; "
            "DROP ROLE authenticator_here, visitor_here, traveller_here"
        )
        await owner.close()
    assert "type Trip " not in served["visitor"]
    assert "tripCount: BigInt" in served["visitor"]
    created = served["traveller"].split("input CreateTripInput {")[1].split("}")[0]
    assert "note: " in created
    assert "owner" not in created
    assert "openTrips(" in served["traveller"]


@pytest.mark.parametrize(
    ("change", "is_seen"),
    [
        ("ALTER TABLE inside.log ENABLE ROW LEVEL SECURITY", True),
        ("ALTER VIEW inside.lines SET (security_invoker = true)", True),
        ("CREATE OR REPLACE VIEW inside.lines AS SELECT line FROM inside.log WHERE line > 1", True),
        ("ALTER TABLE inside.log ADD COLUMN more int", False),
    ],
)
async def test_what_is_looked_at_outside_of_served_schemas(
    starting: Starting, change: str, is_seen: bool
) -> None:
    await starting.connection.execute(
        "CREATE SCHEMA inside; CREATE TABLE inside.log (line int); "
        "CREATE VIEW inside.lines AS SELECT line FROM inside.log"
    )
    before = await fingerprint(starting.connection, ["public"])
    await starting.connection.execute(change)
    assert (await fingerprint(starting.connection, ["public"]) != before) is is_seen
