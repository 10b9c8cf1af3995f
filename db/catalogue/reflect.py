"""Reads the catalogue of a live database: a handful of statements, whatever the number of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from core.errors import StartupError
from db.catalogue import assemble, assemble_types, queries
from db.catalogue.footprints import FOOTPRINTS, assemble_footprints
from db.catalogue.model import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import asyncpg


class _Schema(NamedTuple):
    oid: int
    name: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class CatalogRows:
    """What the catalogue statements gave."""

    relations: assemble.RelationRows
    functions: Sequence[asyncpg.Record]
    types: Sequence[asyncpg.Record]
    attributes: Sequence[asyncpg.Record]
    schemas: tuple[str, ...]
    schema_comments: Mapping[str, str]
    server_version: int
    footprints: Sequence[asyncpg.Record]


async def reflect(connection: asyncpg.Connection, schemas: Sequence[str] | None = None) -> Catalog:
    """Reads the catalogue of a database; see `read_catalog`."""
    return assemble_catalog(await read_catalog(connection, schemas))


def assemble_catalog(rows: CatalogRows) -> Catalog:
    """The catalogue that rows tell of; of a thousand tables it takes tenths of a second."""
    types = assemble_types.types(rows.types, rows.attributes)
    return Catalog(
        tables=assemble.tables(rows.relations, types),
        types={pg_type.name: pg_type for pg_type in types.values()},
        functions=assemble.functions(rows.functions, types),
        schemas=rows.schemas,
        schema_comments=rows.schema_comments,
        server_version=rows.server_version,
        footprints=assemble_footprints(rows.footprints),
    )


async def read_catalog(
    connection: asyncpg.Connection, schemas: Sequence[str] | None = None, role: str | None = None
) -> CatalogRows:
    """Reads everything a role may read, as of one moment.

    Left out: system and temporary schemas, what extensions own, relations without a SELECT grant (neither on
    the relation nor on a column), partitions (their partitioned table stands for them), foreign keys to what
    is left out, temporal keys and foreign keys.

    Args:
        connection: An idle connection (not in a transaction).
        schemas: The schemas to read, in the order of precedence; None reads each that the role has USAGE on
            and no extension owns, `public` first, the others by name.
        role: The role; the connected one unless given. Of another one, named schemas that it lacks USAGE on
            are left out as well.

    Raises:
        StartupError: A named schema does not exist, is PostgreSQL's own, or the role lacks USAGE on it.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        if role is not None:
            await connection.execute("SELECT set_config('role', $1, true)", role)
        [settings] = await connection.fetch(queries.SETTINGS)
        statements = queries.statements_for(settings["server_version"])
        found = await connection.fetch(queries.SCHEMAS)
        if role is not None and schemas is not None:
            lacking = {row["name"] for row in found if not row["has_usage"]}
            schemas = [name for name in schemas if name not in lacking]
        read = _choose(found, schemas)
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
        footprints = await connection.fetch(FOOTPRINTS)

    return CatalogRows(
        relations=assemble.RelationRows(relations, columns, indexes, foreign_keys, rules),
        functions=functions,
        types=type_rows,
        attributes=attributes,
        schemas=tuple(schema.name for schema in read),
        schema_comments={schema.name: schema.comment for schema in read if schema.comment is not None},
        server_version=settings["server_version"],
        footprints=footprints,
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
