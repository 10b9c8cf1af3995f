"""Credentials all the way to policies, with the example of docs/authentication.md."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from server.application import open_service
from server.identity.api_keys import new_api_key
from server.routes import route
from server.settings import Settings
from tests.support.channel import channel_maker
from tests.support.tokens import PRIVATE_KEYS, SECRET, claims, compact

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from server.service import Service

PAGE = Path(__file__).parents[3] / "docs" / "authentication.md"
ALWAYS = 4_000_000_000
TRAVELLER = "traveller_of_policies"

TABLES = """
CREATE TABLE airport (code text PRIMARY KEY);
CREATE TABLE trip (trip_id int PRIMARY KEY, traveller_id int);
CREATE FUNCTION seen() RETURNS text STABLE LANGUAGE sql
  AS $$ SELECT current_user || ' ' || coalesce(current_setting('request.jwt.claims', true), '') $$;
INSERT INTO trip SELECT n, n % 20 FROM generate_series(1, 100) n;
"""


class Api:
    """A served database, and its callers.

    Attributes:
        api_key: An API key of the role `traveller`.
    """

    def __init__(self, service: Service, api_key: str) -> None:
        self.service = service
        self.api_key = api_key

    async def ask(self, query: str, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """Status, body and header fields of an answer."""
        body = json.dumps({"query": query}).encode()
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        response = await route(
            channel_maker()("POST", "/graphql", body, headers=fields).exchange, self.service
        )
        names = {name.decode(): value.decode() for name, value in response.headers}
        return response.status, json.loads(response.body), names

    async def data(self, query: str, token: str | None = None) -> Any:
        """The data of an answer without errors."""
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        status, body, _ = await self.ask(query, **headers)
        assert status == 200
        assert "errors" not in body, body
        return body["data"]


def token_of(**changed: Any) -> str:
    return compact(claims(**{"exp": ALWAYS, "role": TRAVELLER, **changed}))


@pytest.fixture
async def api(create_database: Callable[[str], Awaitable[str]], tmp_path: Path) -> AsyncIterator[Api]:
    [example] = re.findall(r"```sql\n(CREATE ROLE.*?)```", PAGE.read_text(), re.DOTALL)
    for role in ("server", "visitor", "traveller"):  # roles are the whole cluster's
        example = re.sub(rf"\b{role}\b(?!_)", f"{role}_of_policies", example)
    create = re.compile(r"^CREATE ROLE[^;]*;.*$", re.MULTILINE)
    once = "DO $_$ BEGIN {} EXCEPTION WHEN duplicate_object THEN END $_$;"
    roles = once.format(" ".join(line.partition("--")[0] for line in create.findall(example)))
    url = await create_database(TABLES + roles + create.sub("", example))
    made = new_api_key("a machine", TRAVELLER)
    (tmp_path / "keys.toml").write_text(f'{made.entry}\nclaims = {{sub = "3"}}\n')
    settings = Settings(
        database_url=url.replace("//postgres@", "//server_of_policies@"),
        jwt_secret=SECRET,
        jwt_jwks_url="http://127.0.0.1:1/keys",
        jwt_roles=("visitor_of_policies", TRAVELLER),
        anonymous_role="visitor_of_policies",
        api_keys_file=tmp_path / "keys.toml",
        pool_size=2,
    )
    async with open_service(settings) as service:
        yield Api(service, made.key)


TRIPS = "{ trips { totalCount nodes { travellerId } } }"


async def test_each_traveller_has_its_own_trips(api: Api) -> None:
    for sub in ("17", "3"):
        trips = (await api.data(TRIPS, token_of(sub=sub)))["trips"]
        assert trips["totalCount"] == 5
        assert {trip["travellerId"] for trip in trips["nodes"]} == {int(sub)}
    assert (await api.data(TRIPS, token_of(sub=None)))["trips"]["totalCount"] == 0
    assert await api.data("{ airports { totalCount } }") == {"airports": {"totalCount": 0}}
    status, body, _ = await api.ask(TRIPS, accept="application/graphql-response+json")
    assert (status, body["errors"][0]["extensions"]["code"]) == (400, "GRAPHQL_VALIDATION_FAILED")
    _, body, _ = await api.ask(TRIPS, x_api_key=api.api_key)
    assert {trip["travellerId"] for trip in body["data"]["trips"]["nodes"]} == {3}


async def test_policies_see_the_claims_to_the_letter(api: Api) -> None:
    odd = r""""n":1180591620717411303424,"f":1.10,"t":"it's \\ \"so\" $$ \u00e9 é 😀"}"""
    text = f'{{"role":"{TRAVELLER}", "exp":{ALWAYS},\n{odd}'
    assert await api.data("{ seen }", compact(text.encode())) == {"seen": f"{TRAVELLER} {text}"}
    assert await api.data("{ seen }") == {"seen": "visitor_of_policies "}


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json"])
async def test_what_is_refused(api: Api, accept: str) -> None:
    away = compact(claims(exp=ALWAYS), "ES256", PRIVATE_KEYS["ES256"])
    for headers, expected, code in (
        ({"authorization": "Bearer x"}, 401, "UNAUTHENTICATED"),
        ({"authorization": f"Bearer {token_of(exp=1)}"}, 401, "UNAUTHENTICATED"),
        ({"authorization": "Basic eDp5"}, 401, "UNAUTHENTICATED"),
        ({"x_api_key": "x"}, 401, "UNAUTHENTICATED"),
        ({"authorization": f"Bearer {token_of(role='postgres')}"}, 403, "FORBIDDEN"),
        ({"authorization": f"Bearer {token_of(role='none')}"}, 403, "FORBIDDEN"),
        ({"authorization": f"Bearer {token_of()}", "x_api_key": api.api_key}, 400, "BAD_REQUEST"),
        ({"authorization": f"Bearer {away}"}, 503, "UNAUTHENTICATED"),
    ):
        status, body, fields = await api.ask("{ __typename }", accept=accept, **headers)
        assert (status, body["errors"][0]["extensions"]) == (expected, {"code": code})
        assert "data" not in body
        assert ("www-authenticate" in fields) == (expected != 503)
        assert ("retry-after" in fields) == (expected == 503)
        assert fields["cache-control"] == "no-store"
