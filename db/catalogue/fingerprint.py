"""Whether a database's catalogue has changed, by one cheap statement.

Each row of the catalogue tells which transaction wrote it (`xmin`): what is created, altered, dropped,
granted or commented adds, replaces or takes away rows. VACUUM and ANALYZE write their numbers in place. So
the sum of a hash of all `xmin` stays the same as long as nothing is changed, and hardly any longer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue.reflect import read_catalog

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from db.catalogue.reflect import CatalogRows

TRIES = 5
"""How often a catalogue that changes all the time is read before it is taken as it is."""

# $1: names of schemas, NULL for all but PostgreSQL's own. Types of columns may be in any of them.
_FINGERPRINT = """
WITH schema AS MATERIALIZED (
    SELECT n.oid, n.xmin, $1::text[] IS NULL OR n.nspname = ANY ($1::text[]) AS served
    FROM pg_catalog.pg_namespace n
    WHERE n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
), relation AS MATERIALIZED (
    SELECT c.oid, c.xmin FROM pg_catalog.pg_class c
    WHERE c.relnamespace IN (SELECT s.oid FROM schema s WHERE s.served)
), other AS MATERIALIZED (
    SELECT c.oid, c.xmin, c.relkind FROM pg_catalog.pg_class c
    WHERE (c.relrowsecurity OR c.relkind IN ('v', 'm'))
      AND c.relnamespace IN (SELECT s.oid FROM schema s WHERE NOT s.served)
), lasting AS MATERIALIZED (
    SELECT c.oid FROM pg_catalog.pg_class c WHERE c.relpersistence <> 't'
), written (part, xmin) AS (
    SELECT 1, s.xmin FROM schema s
    UNION ALL SELECT 2, r.xmin FROM relation r
    UNION ALL SELECT 3, a.xmin FROM pg_catalog.pg_attribute a
        WHERE a.attnum > 0 AND a.attrelid IN (SELECT r.oid FROM relation r)
    UNION ALL SELECT 4, d.xmin FROM pg_catalog.pg_attrdef d
        WHERE d.adrelid IN (SELECT r.oid FROM relation r)
    UNION ALL SELECT 5, k.xmin FROM pg_catalog.pg_constraint k
        WHERE k.connamespace IN (SELECT s.oid FROM schema s)
    UNION ALL SELECT 6, i.xmin FROM pg_catalog.pg_index i
        WHERE i.indrelid IN (SELECT r.oid FROM relation r)
    UNION ALL SELECT 7, h.xmin FROM pg_catalog.pg_inherits h
        WHERE h.inhparent IN (SELECT l.oid FROM lasting l)
    UNION ALL SELECT 8, w.xmin FROM pg_catalog.pg_rewrite w
        WHERE w.ev_class IN (SELECT r.oid FROM relation r)
    UNION ALL SELECT 9, t.xmin FROM pg_catalog.pg_trigger t
        WHERE NOT t.tgisinternal AND t.tgrelid IN (SELECT l.oid FROM lasting l)
    UNION ALL SELECT 10, p.xmin FROM pg_catalog.pg_proc p
        WHERE p.pronamespace IN (SELECT s.oid FROM schema s WHERE s.served)
    UNION ALL SELECT 11, t.xmin FROM pg_catalog.pg_type t
        WHERE t.typnamespace IN (SELECT s.oid FROM schema s)
    UNION ALL SELECT 12, e.xmin FROM pg_catalog.pg_enum e
    UNION ALL SELECT 13, d.xmin FROM pg_catalog.pg_description d
        -- What initdb made, below that, keeps its comments, but for the schema public.
        WHERE d.objoid >= 16384 OR d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
    UNION ALL SELECT 14, m.xmin FROM pg_catalog.pg_auth_members m
    -- Who may read pg_authid, whose xmin changes with every password, is another matter.
    UNION ALL SELECT 15, (
        pg_catalog.hashtext(r.rolname || r.rolsuper || r.rolbypassrls || r.rolinherit) & 2147483647
    )::text::xid FROM pg_catalog.pg_roles r
    -- Whether views of the served schemas lead past row-level security depends on what is in the others.
    UNION ALL SELECT 16, o.xmin FROM other o
    UNION ALL SELECT 17, w.xmin FROM pg_catalog.pg_rewrite w
        WHERE w.ev_class IN (SELECT o.oid FROM other o WHERE o.relkind IN ('v', 'm'))
    -- What reading and writing leads to.
    UNION ALL SELECT 18, p.xmin FROM pg_catalog.pg_policy p
)
SELECT pg_catalog.count(*) || ':' || coalesce(pg_catalog.sum(
    each.count::numeric * pg_catalog.hashtextextended(each.xmin::text, each.part)
), 0)
FROM (SELECT part, xmin, pg_catalog.count(*) FROM written GROUP BY part, xmin) AS each
"""


async def fingerprint(connection: asyncpg.Connection, schemas: Sequence[str] | None) -> str:
    """A short text that is another one once something has changed of which a catalogue is made.

    Args:
        connection: Any connection.
        schemas: The schemas to look at; None for all but PostgreSQL's own.
    """
    async with connection.transaction():  # where there is a pooler, all of it in one session
        found: str = await connection.fetchval(_FINGERPRINT, schemas)
    return found


async def read_catalog_with_fingerprint(
    connection: asyncpg.Connection, schemas: Sequence[str] | None, role: str | None = None
) -> tuple[CatalogRows, str]:
    """Reads the catalogue and its fingerprint.

    Some of what is read is as of now and not as of the snapshot: where something changed meanwhile, it is
    read again. If that never ends, the fingerprint is that of a moment before, so that the next look finds
    a change.

    Args:
        connection: An idle connection (not in a transaction).
        schemas: As for `read_catalog`.
        role: Likewise.

    Raises:
        StartupError: As for `read_catalog`.
    """
    found = await fingerprint(connection, schemas)
    for last in (number == TRIES for number in range(1, TRIES + 1)):
        before = found
        rows = await read_catalog(connection, schemas, role)
        found = await fingerprint(connection, schemas)
        if found == before or last:
            break
    return rows, before
