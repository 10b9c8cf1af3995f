"""What PostgreSQL expects a statement to cost: EXPLAIN, which runs nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from db.catalogue.model import QualifiedName

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from asyncpg.pool import PoolConnectionProxy

    from db.statements import Statement

_NAME = "loadstone_estimate"
_EXPLAIN = "EXPLAIN (VERBOSE, FORMAT JSON)"  # that alone tells the schemas of tables


@dataclass(frozen=True, slots=True)
class Estimate:
    """What PostgreSQL expects of a statement.

    Attributes:
        cost: Its total cost in PostgreSQL's units, of which reading a page in sequence is one.
        rows: How many rows it gives.
        scanned: Tables that are read from their beginning to their end, partitions by their own names.
    """

    cost: float
    rows: int
    scanned: tuple[QualifiedName, ...] = ()


def expected_rows(explained: str) -> int:
    """How many rows a plan gives, from what EXPLAIN (FORMAT JSON) says."""
    return _estimate(explained).rows


async def estimate(
    connection: PoolConnectionProxy, statement: Statement, arguments: Sequence[Any] | None
) -> Estimate:
    """The estimate for these arguments; without them, for any.

    The connection must be in a transaction, which can write nothing from now on, whatever PostgreSQL calls to
    plan a statement.
    """
    await connection.execute("SET TRANSACTION READ ONLY")
    if arguments is not None:
        explained = await connection.fetchval(f"{_EXPLAIN} {statement.sql}", *arguments)
        return _estimate(explained)
    return await _for_any(connection, statement)


async def _for_any(connection: PoolConnectionProxy, statement: Statement) -> Estimate:
    nulls = ", ".join(["NULL"] * len(statement.parameters))
    # A generic plan does not look at values. GENERIC_PLAN would say so too, from PostgreSQL 16 on.
    await connection.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    await connection.execute(f"PREPARE {_NAME} AS {statement.sql}")
    executed = f"{_NAME}({nulls})" if nulls else _NAME
    try:
        return _estimate(await connection.fetchval(f"{_EXPLAIN} EXECUTE {executed}"))
    finally:
        await connection.execute(f"DEALLOCATE {_NAME}")


def _estimate(explained: str) -> Estimate:
    plan = orjson.loads(explained)[0]["Plan"]
    return Estimate(plan["Total Cost"], plan["Plan Rows"], tuple(dict.fromkeys(_scanned(plan))))


def _scanned(node: Mapping[str, Any]) -> Iterator[QualifiedName]:
    if node["Node Type"] == "Seq Scan" and "Schema" in node:
        yield QualifiedName(node["Schema"], node["Relation Name"])
    for below in node.get("Plans", ()):
        yield from _scanned(below)
