"""An event trigger that tells listeners when the schema of the database has changed.

It stands in a schema of its own, is installed only on demand, and never makes a command fail.
"""

from __future__ import annotations

import asyncpg

from core.errors import StartupError

CHANNEL = "loadstone_schema"
"""What is listened to; also the name of the trigger."""

# Replacing all of it makes the installation of another version this one. Temporary tables change no schema;
# of what is dropped, ddl_command_end does not tell where it was.
_INSTALL = f"""
CREATE SCHEMA IF NOT EXISTS loadstone;
COMMENT ON SCHEMA loadstone IS 'Tells Loadstone of changes.';
CREATE OR REPLACE FUNCTION loadstone.schema_changed() RETURNS event_trigger LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp AS $function$
BEGIN
    IF tg_tag LIKE 'DROP %' OR EXISTS (
        SELECT FROM pg_event_trigger_ddl_commands() AS command
        WHERE command.schema_name IS DISTINCT FROM 'pg_temp'
    ) THEN
        PERFORM pg_notify('{CHANNEL}', '');
    END IF;
END
$function$;
DROP EVENT TRIGGER IF EXISTS {CHANNEL};
CREATE EVENT TRIGGER {CHANNEL} ON ddl_command_end EXECUTE FUNCTION loadstone.schema_changed();
"""

_REMOVE = f"""
DROP EVENT TRIGGER IF EXISTS {CHANNEL};
DROP FUNCTION IF EXISTS loadstone.schema_changed();
DO $block$ BEGIN
    DROP SCHEMA IF EXISTS loadstone;
EXCEPTION WHEN dependent_objects_still_exist THEN
    NULL;  -- others of ours are in it
END $block$;
"""

_IS_INSTALLED = (
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_event_trigger WHERE evtname = $1 AND evtenabled <> 'D')"
)


async def install(connection: asyncpg.Connection) -> None:
    """Installs the trigger, or its newest version; StartupError where the role may not."""
    await all_or_nothing(connection, _INSTALL)


async def remove(connection: asyncpg.Connection) -> None:
    """Takes away what `install` made; StartupError where the role may not."""
    await all_or_nothing(connection, _REMOVE)


async def is_installed(connection: asyncpg.Connection) -> bool:
    """Whether the trigger is there and not disabled."""
    async with connection.transaction():
        found: bool = await connection.fetchval(_IS_INSTALLED, CHANNEL)
    return found


async def all_or_nothing(connection: asyncpg.Connection, script: str) -> None:
    """Runs a script in one transaction; StartupError where PostgreSQL refuses it."""
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL client_min_messages = warning")
            await connection.execute(script)
    except asyncpg.InsufficientPrivilegeError as error:
        raise StartupError(f"the role of database_url may not do that: {error}") from error
    except asyncpg.PostgresError as error:
        raise StartupError(f"PostgreSQL refused: {error}") from error
