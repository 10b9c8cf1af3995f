"""Violations of what a table inherits, told as violations of the table that it is inherited from.

PostgreSQL names the partition, and the constraint as it is called there: a name that it has made itself, of
which nobody knows. What refers to a partitioned table has a constraint for each partition, too. The
catalogue has no partitions, as they come and go while it is served: where a constraint comes from, the
database is asked when it is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ConstraintKind
from db.catalogue.model import QualifiedName

if TYPE_CHECKING:
    from collections.abc import Sequence

    import asyncpg

    from core.errors import ConstraintViolation
    from db.catalogue.model import Catalog, Table

# $1: schema, $2: table, $3: constraint, or NULL. Answers the table and all that it inherits from, the nearest
# first, with the name that the constraint has there; of several names, the last is that of the whole.
ORIGINS = """
WITH RECURSIVE ancestor (oid, distance) AS (
    SELECT c.oid, 0
    FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::name AND c.relname = $2::name
    UNION
    SELECT i.inhparent, a.distance + 1
    FROM ancestor a
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = a.oid
), reference (oid, parent, relation, name, distance) AS (
    SELECT k.oid, k.conparentid, k.conrelid, k.conname, 0
    FROM ancestor a
    JOIN pg_catalog.pg_constraint k ON k.conrelid = a.oid AND k.contypid = 0 AND k.conname = $3::name
    WHERE a.distance = 0 AND k.contype = 'f'
    UNION ALL
    SELECT k.oid, k.conparentid, k.conrelid, k.conname, r.distance + 1
    FROM reference r
    JOIN pg_catalog.pg_constraint k ON k.oid = r.parent
), key (oid, distance) AS (
    SELECT i.indexrelid, 0
    FROM ancestor a
    JOIN pg_catalog.pg_index i ON i.indrelid = a.oid
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
    WHERE a.distance = 0 AND c.relname = $3::name
    UNION ALL
    SELECT i.inhparent, k.distance + 1
    FROM key k
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = k.oid
), named (relation, name, distance) AS (
    SELECT r.relation, r.name, r.distance FROM reference r
    UNION ALL
    SELECT i.indrelid, c.relname, k.distance
    FROM key k
    JOIN pg_catalog.pg_index i ON i.indexrelid = k.oid
    JOIN pg_catalog.pg_class c ON c.oid = k.oid
    UNION ALL
    -- A check has the same name in all that inherit it.
    SELECT k.conrelid, k.conname, 0
    FROM ancestor a
    JOIN pg_catalog.pg_constraint k ON k.conrelid = a.oid AND k.contypid = 0 AND k.conname = $3::name
    WHERE a.distance > 0 AND k.contype = 'c' AND NOT k.connoinherit
)
SELECT n.nspname::text AS schema,
       c.relname::text AS name,
       c.relispartition AS is_partition,
       s.name::text AS constraint
FROM ancestor a
JOIN pg_catalog.pg_class c ON c.oid = a.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN named s ON s.relation = a.oid
ORDER BY a.distance, s.distance
"""


def may_be_inherited(violation: ConstraintViolation, written: QualifiedName | None, catalog: Catalog) -> bool:
    """Whether the constraint may be part of another table's, or of another one of the same table.

    Args:
        violation: What PostgreSQL says.
        written: The relation that the statement writes; None where it calls a function, or is not known.
        catalog: What is known of the database.
    """
    if violation.schema is None or violation.table is None:
        return False
    name = QualifiedName(violation.schema, violation.table)
    table = catalog.tables.get(name)
    if table is None or (violation.constraint is not None and violation.constraint not in _names(table)):
        return True
    return written not in {None, name} and written in catalog.tables and catalog.tables[written].has_children


def tell_of_origin(
    violation: ConstraintViolation, written: QualifiedName | None, origins: Sequence[asyncpg.Record]
) -> None:
    """Has a violation be about the table that a constraint is inherited from.

    What a partition alone has is told of its partitioned table under its own name; what a table alone has
    that inherits from another one otherwise stays its own.

    Args:
        violation: What PostgreSQL says.
        written: As for `may_be_inherited`.
        origins: Rows of `ORIGINS`.
    """
    names: dict[QualifiedName, str | None] = {
        QualifiedName(row["schema"], row["name"]): row["constraint"] for row in origins
    }
    if not names:
        return
    own = next(iter(names))
    is_partition = origins[0]["is_partition"]
    # A partition has one parent, which may have one: the last is the partitioned table.
    whole = next(reversed(names)) if is_partition else written if written in names else own
    if whole is None:
        return
    if names[whole] is not None:
        violation.rename(*whole, names[whole])
    elif is_partition or violation.kind is ConstraintKind.NOT_NULL:
        violation.rename(*whole, violation.constraint)


def _names(table: Table) -> set[str]:
    """Names of all constraints and indexes that the catalogue has of a table."""
    constraints = (table.primary_key, *table.unique_keys, *table.foreign_keys, *table.rules, *table.indexes)
    return {each.name for each in constraints if each is not None}
