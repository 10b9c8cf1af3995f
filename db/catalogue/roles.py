"""The roles of a database, as far as the server has to know them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from db.expressions import quoted

if TYPE_CHECKING:
    import asyncpg

# Before PostgreSQL 16 every member may also become the role.
_ROLES = """
SELECT r.rolname AS name, r.rolsuper OR r.rolbypassrls AS unbound, r.rolname = current_user AS is_login,
    pg_catalog.pg_has_role(current_user, r.oid, CASE
        WHEN pg_catalog.current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET'
    END) AS usable
FROM pg_catalog.pg_roles r
"""


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of a database.

    Attributes:
        login: The role that is connected.
        login_is_unbound: Whether row-level security does not hold for it: a superuser, or BYPASSRLS.
        usable: The other roles that it may become, and for which row-level security holds.
        unbound: All roles for which it does not hold.
        names: All roles.
    """

    login: str
    login_is_unbound: bool
    usable: frozenset[str]
    unbound: frozenset[str] = field(default_factory=frozenset)
    names: frozenset[str] = field(default_factory=frozenset)


async def read_roles(connection: asyncpg.Connection) -> Roles:
    """The roles of the database, and which of them the connected one may become."""
    async with connection.transaction():
        rows = await connection.fetch(_ROLES)
    [login] = [row for row in rows if row["is_login"]]
    return Roles(
        login["name"],
        login["unbound"],
        frozenset(
            row["name"] for row in rows if row["usable"] and not row["unbound"] and not row["is_login"]
        ),
        frozenset(row["name"] for row in rows if row["unbound"]),
        frozenset(row["name"] for row in rows),
    )


def refused_login(roles: Roles) -> str | None:
    """Why the server must not log in as this role, and what to do; None if it may."""
    if not roles.login_is_unbound:
        return None
    return (
        f"the role {roles.login!r} that database_url logs in as is a superuser or has BYPASSRLS, so that "
        "row-level security would not hold: log in as one that is neither, and GRANT it the callers' roles"
    )


def refused_role(roles: Roles, setting: str, name: str) -> str | None:
    """Why callers cannot have a role that a setting names, and what to do; None if they can."""
    if name not in roles.names:
        return (
            f"{setting}: there is no role {name!r} in the database: CREATE ROLE {quoted(name)} or correct it"
        )
    if name == roles.login:
        return f"{setting}: {name!r} is the role that database_url logs in as: name one that is granted to it"
    if name in roles.unbound:
        return (
            f"{setting}: {name!r} is a superuser or has BYPASSRLS, so that row-level security would not hold "
            "for callers: name a role that is neither"
        )
    if name not in roles.usable:
        return (
            f"{setting}: {roles.login!r}, that database_url logs in as, may not become {name!r}: "
            f"GRANT {quoted(name)} TO {quoted(roles.login)}"
        )
    return None
