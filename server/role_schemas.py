"""What each role is served: a schema of what it has grants for, built when somebody first asks as it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from core.errors import ErrorCode
from db.catalogue.fingerprint import read_catalog_with_fingerprint
from db.pool import connection_apart
from server.http.errors import HttpError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from schema.extensions import Extension
    from server.served import Builder, Served


class OutdatedError(Exception):
    """The database is not any more as these schemas have it."""


class RoleSchemas:
    """The schemas of one state of the database; roles with equal grants share one.

    Args:
        builder: Makes schemas.
        first: The schema that is there already, and what it is for: None is the role that the server logs in
            as.
        usable: The roles that callers may have.
        extensions: What modules of users add.
        let_go: Is given schemas that no role is served any more.
        before: Schemas of the state before, which may still be right for a role.

    Attributes:
        first: What was there already.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - what schemas are made of
        self,
        builder: Builder,
        first: tuple[str | None, Served],
        usable: frozenset[str],
        extensions: Sequence[Extension],
        let_go: Callable[[Served], None],
        before: Sequence[Served] = (),
    ) -> None:
        role, self.first = first
        self._builder = builder
        self._usable = usable
        self._extensions = extensions
        self._let_go = let_go
        self._before = tuple(before)
        self._served = {role: self.first}
        self._building: dict[str, asyncio.Task[Served]] = {}
        self._lock = asyncio.Lock()

    def ready(self, role: str | None) -> Served | None:
        """What a role is served, if that has been built."""
        served = self._served.pop(role, None)
        if served is not None:
            self._served[role] = served  # at the end: the first is the one that was not asked for the longest
        return served

    def distinct(self) -> tuple[Served, ...]:
        """What roles are served, each schema once."""
        return _distinct(self._served.values())

    def all(self) -> tuple[Served, ...]:
        """The same, and the schemas of the state before."""
        return _distinct((*self._served.values(), *self._before))

    async def of(self, role: str | None) -> Served:
        """What a role is served.

        Raises:
            HttpError: The role is none that callers may have (403).
            OutdatedError: The database has changed.
            StartupError: The catalogue cannot be read.
        """
        served = self.ready(role)
        if served is not None:
            return served
        if role is None or role not in self._usable:
            raise HttpError(403, "The caller's role cannot be used here.", ErrorCode.FORBIDDEN)
        task = self._building.get(role)
        if task is None:
            task = self._building[role] = asyncio.create_task(self._build(role))
            task.add_done_callback(lambda done: self._built(role, done))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if task.cancelled() and not (caller and caller.cancelling()):
                raise OutdatedError from None  # it was given up, as newer schemas are served
            raise

    async def _build(self, role: str) -> Served:
        builder = self._builder
        async with self._lock:  # it takes the processor: one after the other
            async with connection_apart(builder.settings.require_database_url()) as connection:
                schemas = builder.settings.schemas or None
                rows, found = await read_catalog_with_fingerprint(connection, schemas, role)
            if found != self.first.fingerprint:
                raise OutdatedError
            served = await asyncio.to_thread(builder.build_beside, rows, found, self._extensions, self.all())
            self._served[role] = served
            self._keep_within_bounds()
            return served

    def _built(self, role: str, task: asyncio.Task[Served]) -> None:
        self._building.pop(role, None)
        if not task.cancelled():
            task.exception()  # whoever waits is told, if anybody does

    def _keep_within_bounds(self) -> None:
        """Lets go of schemas that were not asked for the longest, but of the first."""
        while len(self.distinct()) > 1 + self._builder.settings.max_role_schemas:
            oldest = next(role for role, each in self._served.items() if each.engine is not self.first.engine)
            gone = self._served.pop(oldest)
            if all(each.engine is not gone.engine for each in self.all()):
                self._let_go(gone)

    async def close(self) -> None:
        """Gives up what is being built."""
        running = list(self._building.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _distinct(all_served: Iterable[Served]) -> tuple[Served, ...]:
    return tuple({id(served.engine): served for served in all_served}.values())
