"""What would let callers past row-level security, or let them put objects where others look for theirs.

One statement for each question, whatever the number of relations and roles; what is to be said of their rows
is pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.catalogue.model import QualifiedName
from db.expressions import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import asyncpg

_POSTGRES_15 = 150000

# $1: names of schemas, NULL for all but PostgreSQL's own and those of extensions; $2: names of roles.
_SERVED = """
served AS MATERIALIZED (
    SELECT n.oid, n.nspname, n.nspacl, n.nspowner
    FROM pg_catalog.pg_namespace n
    WHERE CASE WHEN $1::text[] IS NOT NULL THEN n.nspname = ANY ($1::text[]) ELSE
        n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' AND NOT EXISTS (
            SELECT FROM pg_catalog.pg_depend d
            WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objid = n.oid
              AND d.deptype = 'e'
        ) END
), caller AS MATERIALIZED (
    SELECT r.oid, r.rolname FROM pg_catalog.pg_roles r WHERE r.rolname = ANY ($2::text[])
)
"""

# Whose rights hold for what a view reads: its owner's, or with security_invoker those of who asks, also
# within a view that is not such a one. A materialized view is filled as its owner. `acting` is who asks,
# NULL for the caller. Policies do not hold for superusers and BYPASSRLS, nor, unless they are FORCEd, for who
# has the rights of the table's owner. Of a table and its partitions, those of the one that is named hold.
_PASSES = f"""
WITH RECURSIVE {_SERVED}, view AS MATERIALIZED (
    SELECT c.oid, c.relnamespace, c.relname, c.relkind, c.relowner, EXISTS (
        SELECT FROM pg_catalog.pg_options_to_table(c.reloptions) o
        WHERE o.option_name = 'security_invoker' AND o.option_value::bool
    ) AS is_invoker
    FROM pg_catalog.pg_class c
    WHERE c.relkind IN ('v', 'm')
), reads AS MATERIALIZED (
    SELECT DISTINCT w.ev_class AS reader, d.refobjid AS relation
    FROM pg_catalog.pg_rewrite w
    JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
        AND d.objid = w.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
        AND d.refobjid <> w.ev_class
    WHERE w.ev_type = '1'
), walk (root, at, acting) AS (
    SELECT v.oid, v.oid, CASE WHEN v.relkind = 'm' THEN v.relowner END
    FROM view v
    JOIN served s ON s.oid = v.relnamespace
    WHERE NOT EXISTS (
        SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = v.oid AND d.deptype = 'e'
    )
    UNION
    SELECT k.root, v.oid, CASE WHEN v.relkind = 'm' THEN v.relowner ELSE k.acting END
    FROM walk k
    JOIN reads r ON r.reader = k.at
    JOIN view v ON v.oid = r.relation
), passed AS MATERIALIZED (
    SELECT DISTINCT k.root, k.at, t.oid AS relation, k.acting IS NOT NULL AS is_kept
    FROM walk k
    JOIN view v ON v.oid = k.at
    JOIN reads r ON r.reader = k.at
    JOIN pg_catalog.pg_class t ON t.oid = r.relation AND t.relrowsecurity
    JOIN pg_catalog.pg_roles o ON o.oid = CASE WHEN v.is_invoker THEN k.acting ELSE v.relowner END
    WHERE o.rolsuper OR o.rolbypassrls
       OR NOT t.relforcerowsecurity AND pg_catalog.pg_has_role(o.oid, t.relowner, 'USAGE')
), readable AS (
    SELECT p.root, pg_catalog.min(c.rolname) AS role
    FROM (SELECT DISTINCT root FROM passed) AS p
    JOIN view v ON v.oid = p.root
    JOIN caller c ON pg_catalog.has_schema_privilege(c.oid, v.relnamespace, 'USAGE') AND (
        pg_catalog.has_table_privilege(c.oid, v.oid, 'SELECT')
        OR pg_catalog.has_any_column_privilege(c.oid, v.oid, 'SELECT')
    )
    GROUP BY p.root
)
SELECT vn.nspname AS schema, v.relname AS name, p.is_kept AS is_materialized,
       an.nspname AS through_schema, a.relname AS through_name,
       tn.nspname AS table_schema, t.relname AS table_name, r.role,
       pg_catalog.current_setting('server_version_num')::int AS server_version
FROM passed p
JOIN readable r ON r.root = p.root
JOIN view v ON v.oid = p.root
JOIN pg_catalog.pg_namespace vn ON vn.oid = v.relnamespace
JOIN view a ON a.oid = p.at
JOIN pg_catalog.pg_namespace an ON an.oid = a.relnamespace
JOIN pg_catalog.pg_class t ON t.oid = p.relation
JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
ORDER BY 1, 2, 4, 5, 6, 7, 3
"""

# Grantee 0 is PUBLIC.
_CREATE = f"""
WITH {_SERVED}
SELECT s.nspname AS schema, g.rolname AS grantee, pg_catalog.min(c.rolname) AS role,
       a.grantee = s.nspowner AS is_owner
FROM served s
CROSS JOIN LATERAL pg_catalog.aclexplode(
    coalesce(s.nspacl, pg_catalog.acldefault('n', s.nspowner))
) AS a
JOIN caller c ON a.grantee = 0 OR pg_catalog.pg_has_role(c.oid, a.grantee, 'USAGE')
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantee
WHERE a.privilege_type = 'CREATE'
GROUP BY s.nspname, g.rolname, a.grantee, s.nspowner
ORDER BY 1, g.rolname NULLS FIRST
"""


@dataclass(frozen=True, slots=True)
class Pass:
    """A way past the row-level security of a table: a view that callers may read.

    Attributes:
        view: The view.
        through: The view that reads the table: the same, or one within it.
        table: The table.
        role: One of the roles that may read the view.
        is_materialized: Whether `through` is a materialized view, or stands within one.
        has_invokers: Whether the server knows `security_invoker` (PostgreSQL 15).
    """

    view: QualifiedName
    through: QualifiedName
    table: QualifiedName
    role: str
    is_materialized: bool = False
    has_invokers: bool = True


@dataclass(frozen=True, slots=True)
class Create:
    """A served schema in which callers may create objects.

    Attributes:
        schema: Its name.
        grantee: Who was granted that; None for PUBLIC.
        role: One of the callers' roles that has it by that.
        is_owner: Whether the grantee is the schema's owner.
    """

    schema: str
    grantee: str | None
    role: str
    is_owner: bool = False


async def read_passes(
    connection: asyncpg.Connection, schemas: Sequence[str] | None, roles: Iterable[str]
) -> list[Pass]:
    """The ways past row-level security in views that one of the roles may read.

    Args:
        connection: Any connection.
        schemas: Where views are served; None for all schemas but PostgreSQL's own and those of extensions.
        roles: The roles of callers.
    """
    async with connection.transaction():
        rows = await connection.fetch(_PASSES, schemas, list(roles))
    return [
        Pass(
            QualifiedName(row["schema"], row["name"]),
            QualifiedName(row["through_schema"], row["through_name"]),
            QualifiedName(row["table_schema"], row["table_name"]),
            row["role"],
            row["is_materialized"],
            row["server_version"] >= _POSTGRES_15,
        )
        for row in rows
    ]


async def read_creates(
    connection: asyncpg.Connection, schemas: Sequence[str] | None, roles: Iterable[str]
) -> list[Create]:
    """Where one of the roles may create objects; arguments as for `read_passes`."""
    async with connection.transaction():
        rows = await connection.fetch(_CREATE, schemas, list(roles))
    return [Create(row["schema"], row["grantee"], row["role"], row["is_owner"]) for row in rows]


def refused_passes(passes: Iterable[Pass], is_allowed: Callable[[QualifiedName], bool]) -> list[str]:
    """One line for each view that is not allowed: what is wrong, and what to do.

    Args:
        passes: The ways past row-level security.
        is_allowed: Whether a view may show rows that policies would hide. Whoever allows a view within
            another one has allowed what that shows.
    """
    lines: dict[QualifiedName, str] = {}
    for each in passes:
        if not is_allowed(each.view) and not is_allowed(each.through):
            lines.setdefault(each.view, _line(each))
    return list(lines.values())


def refused_creates(creates: Iterable[Create]) -> list[str]:
    """One line for each grant: what is wrong, and what to do."""
    return [_line_of_create(each) for each in creates]


def _line(each: Pass) -> str:
    by = "" if each.through == each.view else f" (by {_shown(each.through)})"
    said = (
        f"the view {_shown(each.view)}{by} shows role {each.role!r} rows of {_shown(each.table)} "
        "past its row-level security"
    )
    name = ".".join(each.view)
    otherwise = f"name {name!r} in views_without_rls, or leave it out by exclude"
    if each.is_materialized:
        return f"{said}: REVOKE SELECT on it, {otherwise}"
    through = ".".join(map(quoted, each.through))
    if each.has_invokers:
        return f"{said}: ALTER VIEW {through} SET (security_invoker = true), {otherwise}"
    return f"{said}: give {through} an owner that the policies hold for, {otherwise}"


def _line_of_create(each: Create) -> str:
    schema = quoted(each.schema)
    if each.grantee is None:
        said = f"anyone may create objects in schema {each.schema!r}"
        return f"{said}: REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC"
    said = f"callers may create objects in schema {each.schema!r} as role {each.role!r}"
    if each.is_owner:
        return f"{said}, which has the rights of its owner: ALTER SCHEMA {schema} OWNER TO another role"
    return f"{said}: REVOKE CREATE ON SCHEMA {schema} FROM {quoted(each.grantee)}"


def _shown(name: QualifiedName) -> str:
    # repr keeps the message on one line, whatever the name holds.
    return repr(".".join(name))
