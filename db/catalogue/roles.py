"""The roles of a database, as far as the server has to know them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """

    login: str
    login_is_unbound: bool
    usable: frozenset[str]


async def read_roles(connection: asyncpg.Connection) -> Roles:
    """The roles that the connected one may become."""
    async with connection.transaction():
        rows = await connection.fetch(_ROLES)
    [login] = [row for row in rows if row["is_login"]]
    usable = frozenset(
        row["name"] for row in rows if row["usable"] and not row["unbound"] and not row["is_login"]
    )
    return Roles(login["name"], login["unbound"], usable)
