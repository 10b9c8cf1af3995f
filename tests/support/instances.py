"""Services on one database, each of them asked in process by callers who are taken at their word."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import urlencode, urlsplit

import orjson

from db.identity import Identity
from server.application import open_service
from server.pipeline import answer
from server.settings import Settings
from tests.support.channel import channel_maker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from server.caching.opening import Caching
    from server.http.responses import Response
    from server.identity.identify import Identifier
    from server.service import Service

ANONYMOUS = Identity("visitor")


def member(name: str) -> Identity:
    """A caller with claims."""
    return Identity("member", orjson.dumps({"sub": name}).decode())


class OnTheirWord:
    """Callers are who the header `x-caller` says: a role, and claims after a space."""

    async def identify(self, headers: Mapping[str, str]) -> Identity:
        role, _, claims = headers.get("x-caller", "visitor").partition(" ")
        return Identity(role, claims or None)

    def is_anonymous(self, identity: Identity) -> bool:
        return identity == ANONYMOUS

    @property
    def asks_code(self) -> bool:
        return False

    def with_extensions(self, _: object) -> Self:
        return self


@dataclass(frozen=True)
class Instance:
    """One service."""

    service: Service

    @property
    def caching(self) -> Caching:
        """What it keeps answers with."""
        assert self.service.stages.caching is not None
        return self.service.stages.caching

    async def ask(
        self,
        query: str | None,
        identity: Identity = ANONYMOUS,
        variables: object = None,
        *,
        method: str = "POST",
        extensions: str | None = None,
        **headers: str,
    ) -> Response:
        """The answer to a request; names of header fields have `_` for `-`."""
        fields = {
            "x-caller": f"{identity.role} {identity.claims or ''}".strip(),
            "accept": "application/graphql-response+json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        make = channel_maker()
        if method == "POST":
            content = {"query": query, "variables": variables}
            if extensions is not None:
                content["extensions"] = orjson.loads(extensions)
            body = orjson.dumps(content)
            request = make("POST", "/graphql", body, headers=fields)
        else:
            given = {"query": query, "extensions": extensions}
            if variables is not None:
                given["variables"] = orjson.dumps(variables).decode()
            target = "/graphql?" + urlencode({name: each for name, each in given.items() if each is not None})
            request = make(method, target, headers=fields)
        return await answer(request.exchange, self.service.stages)

    async def data(self, query: str, identity: Identity = ANONYMOUS, variables: object = None) -> Any:
        """The data of an answer without errors."""
        found = orjson.loads((await self.ask(query, identity, variables)).body)
        assert "errors" not in found, found
        return found["data"]


def header(response: Response, name: str) -> str | None:
    """A header field."""
    return next((value.decode() for key, value in response.headers if key.decode() == name), None)


def is_hit(response: Response) -> bool:
    """Whether an answer was kept."""
    return (header(response, "cache-status") or "").startswith("loadstone; hit")


@asynccontextmanager
async def instance(url: str, *, login: str | None = None, **settings: Any) -> AsyncIterator[Instance]:
    """A service on a database, with callers taken at their word unless nobody is asked."""
    if login is not None:
        parts = urlsplit(url)
        url = parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}").geturl()
        settings = {"anonymous_role": "visitor", "jwt_secret": "x" * 32, **settings}
    asked = Settings(database_url=url, schema_watch="off", **settings)
    async with open_service(asked, report_warnings=False) as service:
        if login is not None:
            service.live.identifier = cast("Identifier", OnTheirWord())
        yield Instance(service)
