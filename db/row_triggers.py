"""Triggers that tell listeners which tables have been written, whoever wrote them.

They stand on tables of users, installed only on demand, and never make a statement fail. PostgreSQL tells
of each table once for a transaction, when that is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from db.catalogue.footprints import TRIGGER
from db.change_trigger import all_or_nothing
from db.expressions import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

    import asyncpg

    from db.catalogue.model import QualifiedName

CHANNEL = "loadstone_rows"
"""What is listened to."""

_FUNCTION = "loadstone.rows_changed()"

_INSTALL = f"""
CREATE SCHEMA IF NOT EXISTS loadstone;
COMMENT ON SCHEMA loadstone IS 'Tells Loadstone of changes.';
CREATE OR REPLACE FUNCTION {_FUNCTION} RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    PERFORM pg_notify('{CHANNEL}', json_build_array(tg_table_schema, tg_table_name)::text);
    RETURN NULL;
END
$function$;
GRANT USAGE ON SCHEMA loadstone TO PUBLIC;
"""

_TABLES = """
SELECT n.nspname AS schema, c.relname AS name
FROM pg_catalog.pg_trigger t
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgname = $1 AND NOT t.tgisinternal
ORDER BY 1, 2
"""

_REMOVE = f"""
DROP FUNCTION IF EXISTS {_FUNCTION};
DO $block$ BEGIN
    DROP SCHEMA IF EXISTS loadstone;
EXCEPTION WHEN dependent_objects_still_exist THEN
    NULL;
END $block$;
"""


async def install(connection: asyncpg.Connection, tables: Iterable[QualifiedName]) -> None:
    """Installs the triggers on tables; StartupError where the role may not."""
    statements = [_INSTALL]
    for table in sorted(tables):
        name = f"{quoted(table.schema)}.{quoted(table.name)}"
        statements.append(
            f"DROP TRIGGER IF EXISTS {TRIGGER} ON {name};\n"
            f"CREATE TRIGGER {TRIGGER} AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION};"
        )
    await all_or_nothing(connection, "\n".join(statements))


async def remove(connection: asyncpg.Connection) -> None:
    """Takes away what `install` made; StartupError where the role may not."""
    async with connection.transaction():
        tables = await connection.fetch(_TABLES, TRIGGER)
    statements = [
        f"DROP TRIGGER {TRIGGER} ON {quoted(row['schema'])}.{quoted(row['name'])};" for row in tables
    ]
    await all_or_nothing(connection, "\n".join([*statements, _REMOVE]))
