"""What a database must not have where callers are told apart by its roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import StartupError
from db.catalogue.roles import read_roles, refused_login, refused_role
from db.catalogue.row_security import read_creates, read_passes, refused_creates, refused_passes
from schema.patterns import Patterns, meets_any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from db.catalogue.model import QualifiedName
    from schema.extensions import Extension
    from server.settings import Settings


def asks_who(settings: Settings, extensions: Sequence[Extension]) -> bool:
    """Whether callers are asked who they are."""
    return settings.authenticates or any(extension.authenticators for extension in extensions)


async def callers_roles(
    settings: Settings, extensions: Sequence[Extension], connection: asyncpg.Connection
) -> frozenset[str]:
    """The roles that callers may have; none where nobody is asked who they are.

    Args:
        settings: All settings.
        extensions: What modules of users add.
        connection: A connection of the role that the server logs in as.

    Raises:
        StartupError: Callers could see or do what they may not; says what is to be done about it.
    """
    if not asks_who(settings, extensions):
        return frozenset()
    roles = await read_roles(connection)
    named = {"anonymous_role": settings.anonymous_role} if settings.anonymous_role is not None else {}
    _refuse(
        refused_login(roles),
        *(refused_role(roles, setting, name) for setting, name in named.items()),
        *(refused_role(roles, "jwt_roles", name) for name in settings.jwt_roles),
    )
    usable = roles.usable & frozenset(settings.jwt_roles or roles.usable)
    callers = usable.union(named.values())
    schemas = settings.schemas or None
    _refuse(
        *refused_creates(await read_creates(connection, schemas, callers)),
        *refused_passes(
            await read_passes(connection, schemas, callers), lambda view: _is_allowed(settings, view)
        ),
    )
    return usable


def _is_allowed(settings: Settings, view: QualifiedName) -> bool:
    """Whether a view may show what policies would hide: it is named, or not served."""
    served = Patterns.of(settings.include, settings.exclude).serve(*view)
    return not served or meets_any(settings.views_without_rls, *view)


def _refuse(*found: str | None) -> None:
    refused = [line for line in found if line is not None]
    if refused:
        more = f" (and {len(refused) - 1} more)" if len(refused) > 1 else ""
        raise StartupError(refused[0] + more)
