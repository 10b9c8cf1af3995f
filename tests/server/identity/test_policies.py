"""What policies see of a token: the example of docs/authentication.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from server.identity.opening import open_identifier
from server.settings import Settings
from tests.support.tokens import SECRET, claims, compact

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PAGE = Path(__file__).parents[3] / "docs" / "authentication.md"

TABLES = """
CREATE TABLE airport (code text PRIMARY KEY);
CREATE TABLE trip (trip_id int PRIMARY KEY, traveller_id int);
INSERT INTO trip SELECT n, n % 20 FROM generate_series(1, 100) n;
"""


async def test_each_traveller_has_its_own_trips(create_database: Callable[[str], Awaitable[str]]) -> None:
    [example] = re.findall(r"```sql\n(CREATE ROLE.*?)```", PAGE.read_text(), re.DOTALL)
    # Roles are the whole cluster's.
    for role in ("server", "visitor", "traveller"):
        example = re.sub(rf"\b{role}\b(?!_)", f"{role}_of_policies", example)
    url = await create_database(TABLES + example)
    settings = Settings(jwt_secret=SECRET, anonymous_role="visitor_of_policies")
    tricky = {"n": 2**70, "text": 'it\'s \\ "so" $$ \u00e9 \U0001f600', "f": 1.10}
    async with open_identifier(settings) as identifier:

        async def ask(sql: str, **changed: Any) -> Any:
            made = claims(exp=4_000_000_000, role="traveller_of_policies", **changed)
            headers = {"authorization": f"Bearer {compact(made)}"} if changed else {}
            identity = await identifier.identify(headers)
            await connection.execute(identity.begin)
            try:
                return await connection.fetchval(sql)
            finally:
                await connection.execute("ROLLBACK")

        server = url.replace("//postgres@", "//server_of_policies@")
        connection = await asyncpg.connect(server)
        try:
            assert await ask("SELECT current_user", sub="17") == "traveller_of_policies"
            owners = "SELECT string_agg(DISTINCT traveller_id::text, ' ') FROM trip"
            assert [await ask(owners, sub=sub) for sub in ("17", "3", None)] == ["17", "3", None]
            text = await ask("SELECT current_setting('request.jwt.claims')", sub="17", **tricky)
            assert json.loads(text) == claims(
                exp=4_000_000_000, role="traveller_of_policies", sub="17", **tricky
            )
            number = await ask("SELECT current_setting('request.jwt.claims')::jsonb ->> 'n'", **tricky)
            assert number == str(2**70)
            assert await ask("SELECT current_user") == "visitor_of_policies"
            assert await ask("SELECT count(*) FROM airport") == 0
            assert await ask("SELECT traveller_id()") is None
        finally:
            await connection.close()
