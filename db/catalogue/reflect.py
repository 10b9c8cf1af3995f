"""Reads the catalogue of a live database: a handful of statements, whatever the number of objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from core.errors import StartupError
from db.catalogue import assemble, assemble_types, queries
from db.catalogue.model import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import asyncpg


class _Schema(NamedTuple):
    oid: int
    name: str
    comment: str | None


async def reflect(connection: asyncpg.Connection, schemas: Sequence[str] | None = None) -> Catalog:
    """Reads everything the connected role may read, as of one moment.

    Left out: system and temporary schemas, what extensions own, relations without a SELECT grant (neither on
    the relation nor on a column), partitions (their partitioned table stands for them), foreign keys to what
    is left out, temporal keys and foreign keys.

    Args:
        connection: An idle connection (not in a transaction).
        schemas: The schemas to read, in the order of precedence; None reads each that the role has USAGE on
            and no extension owns, `public` first, the others by name.

    Raises:
        StartupError: A named schema does not exist, is PostgreSQL's own, or the role lacks USAGE on it.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        [settings] = await connection.fetch(queries.SETTINGS)
        statements = queries.statements_for(settings["server_version"])
        read = _choose(await connection.fetch(queries.SCHEMAS), schemas)
        schema_oids = [schema.oid for schema in read]

        relations = await connection.fetch(statements.relations, schema_oids)
        oids = [row["oid"] for row in relations]
        columns = await connection.fetch(statements.columns, oids)
        indexes = await connection.fetch(statements.indexes, oids)
        foreign_keys = await connection.fetch(statements.foreign_keys, oids)
        rules = await connection.fetch(queries.RULES, oids)
        functions = await connection.fetch(statements.functions, schema_oids)
        type_rows = await connection.fetch(statements.types, _types_needed(columns, functions))
        attributes = await connection.fetch(
            queries.ATTRIBUTES, [row["relation"] for row in type_rows if row["relation"]]
        )

    types = assemble_types.types(type_rows, attributes)
    return Catalog(
        tables=assemble.tables(
            assemble.RelationRows(relations, columns, indexes, foreign_keys, rules), types
        ),
        types={pg_type.name: pg_type for pg_type in types.values()},
        functions=assemble.functions(functions, types),
        schemas=tuple(schema.name for schema in read),
        schema_comments={schema.name: schema.comment for schema in read if schema.comment is not None},
        server_version=settings["server_version"],
    )


def _choose(rows: Iterable[asyncpg.Record], wanted: Sequence[str] | None) -> list[_Schema]:
    """The schemas to read, in the order of precedence."""
    by_name = {row["name"]: row for row in rows}
    if wanted is None:
        names = sorted(
            (
                name
                for name, row in by_name.items()
                if row["has_usage"] and not row["is_system"] and not row["is_of_extension"]
            ),
            key=lambda name: (name != "public", name),
        )
    else:
        names = list(dict.fromkeys(wanted))
    for name in names:
        row = by_name.get(name)
        # repr keeps the message on one line, whatever the name holds.
        if row is None:
            raise StartupError(
                f"schema {name!r} does not exist in the database: correct its name in the setting schemas"
            )
        if row["is_system"]:
            raise StartupError(
                f"schema {name!r} belongs to PostgreSQL itself and is not served: "
                "take it out of the setting schemas"
            )
        if not row["has_usage"]:
            raise StartupError(
                f"role {row['role']!r} has no USAGE privilege on schema {name!r}: "
                "GRANT USAGE on it to the role, or take it out of the setting schemas"
            )
    return [_Schema(by_name[name]["oid"], name, by_name[name]["comment"]) for name in names]


def _types_needed(columns: Iterable[asyncpg.Record], functions: Iterable[asyncpg.Record]) -> list[int]:
    needed = {row["type"] for row in columns}
    for row in functions:
        needed.add(row["returns"])
        needed.update(row["argument_types"])
    return sorted(needed)
