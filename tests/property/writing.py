"""Random mutations on three copies of a database: in each lane, and by hand.

By hand it is without partitions: who writes is not to notice them.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import orjson

from resolvers.execution import Lane, execute
from resolvers.spent import Spent
from tests.property.lanes import PAGES, prepare
from tests.property.writable_databases import listed, literal, quoted, random_tables, script
from tests.property.writes import VERSION, Writes
from tests.property.writing_by_hand import GIVEN_WRONGLY, ByHand
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from resolvers.bindings import MutationKind
    from resolvers.execution import Answer
    from resolvers.prepared import PreparedOperation
    from tests.property.writable_databases import Table
    from tests.property.writes import Field, Operation, State
    from tests.property.writing_by_hand import Outcome
    from tests.support.engine import Engine

FREE = 1000
"""No operation makes as many keys, and no value that is given is as great."""


@dataclass(slots=True)
class Tally:
    """What came of many operations.

    Attributes:
        operations: That were written.
        kept: That wrote, and were kept.
        done: Fields of those, by their kind.
        features: What else they had.
        failed: Codes of what failed, and where it did: in the first field, another one, or at the commit.
        reasons: Why it did.
        differences: Reproductions of those that were not as by hand.
    """

    operations: int = 0
    kept: int = 0
    done: Counter[str] = field(default_factory=Counter)
    features: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def count(self, operation: Operation, outcome: Outcome) -> None:
        self.operations += 1
        if outcome.failure is not None:
            failure = outcome.failure
            where = "commit" if failure.alias is None else f"f{min(int(failure.alias[1:]), 1)}"
            self.failed[failure.code] += 1
            self.reasons[failure.why] += 1
            self.failed[where] += 1
            return
        self.kept += not operation.dry_run
        self.features["dry run"] += operation.dry_run
        for each in operation.fields:
            rows = outcome.payloads[each.alias]["affectedCount"]
            if rows:
                self.done[each.kind.value] += 1
                self.features.update(_features(each))
            self.features["many rows"] += rows > 1

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.operations} operations, {self.kept} of them kept;",
                f"fields that wrote: {dict(self.done)}, {dict(self.features)};",
                f"{self.reasons.total()} operations failed: {dict(self.failed)}, {dict(self.reasons)}",
                *self.differences,
            ]
        )


def _features(each: Field) -> list[str]:
    linked = [*each.links.values(), *(link for row in each.rows for link in row.links.values())]
    made = [
        f"{what} {link.link.holder.value}"
        for link in linked
        for what in ("create", "connect", "disconnect")
        if getattr(link, what)
    ]
    if each.conflict is not None:
        made.append("onConflict update" if each.conflict[1] else "onConflict nothing")
    if each.version:
        made.append("ifMatch")
    return made


@dataclass(frozen=True, slots=True)
class Copies:
    """Three copies of one database.

    Attributes:
        name: Says which database it is.
        sql: What made it.
        writes: Writes operations.
        engines: By lane.
        connections: To the database of each lane, and at last that in which all is done by hand.
        by_hand: Works in that.
        references: Names of the foreign keys there.
    """

    name: str
    sql: str
    writes: Writes
    engines: dict[Lane, Engine]
    connections: list[asyncpg.Connection]
    by_hand: ByHand
    references: frozenset[str]

    @classmethod
    @asynccontextmanager
    async def open(cls, name: str, create: Callable[[str], Awaitable[str]]) -> AsyncIterator[Copies]:
        """A random database of that name, and its copies."""
        tables = random_tables(Random(name))  # noqa: S311 - repeatable
        sql = script(tables)
        async with AsyncExitStack() as stack:
            plain = script(tables, partitions=False)
            urls = [await create(each) for each in (*(sql for _ in Lane), plain)]
            engines = {
                lane: await stack.enter_async_context(open_engine(url, PAGES))
                for lane, url in zip(Lane, urls, strict=False)
            }
            connections = [await asyncpg.connect(url) for url in urls]
            for connection in connections:
                stack.push_async_callback(connection.close)
            writes = Writes(engines[Lane.COMPILED].schema, tables)
            rows = await connections[-1].fetch("SELECT conname FROM pg_constraint WHERE contype = 'f'")
            references = frozenset(row["conname"] for row in rows)
            by_hand = ByHand(connections[-1], writes)
            copies = cls(name, sql, writes, engines, connections, by_hand, references)
            await copies.fill()
            yield copies

    async def fill(self) -> None:
        """Gives all copies the same rows, as many as are allowed."""
        random = Random(f"rows of {self.name}")  # noqa: S311 - repeatable
        for table in self.writes.tables.values():
            for number in range(random.choice((4, 8, 12))):
                row = self.writes.row(random, table, await self.state(self.connections[-1]))
                values = f"({listed(tuple(row))}) VALUES ({', '.join(map(literal, row.values()))})"
                insert = f"INSERT INTO {quoted(table.name)} {values if row else 'DEFAULT VALUES'}"
                await asyncio.gather(*(self._restart(each, 1, number) for each in self.connections))
                try:
                    await self.connections[-1].execute(insert)
                except asyncpg.PostgresError:
                    continue
                for connection in self.connections[:-1]:
                    await connection.execute(insert)

    async def run(self, tally: Tally, count: int) -> None:
        """Runs operations one after the other, until one is not as it is by hand."""
        rows = await self.state(self.connections[-1])
        for number in range(count):
            random = Random(f"{self.name} {number}")  # noqa: S311 - repeatable
            operation = self.writes.operation(random, rows)
            await asyncio.gather(*(self._restart(each, number + 2, 0) for each in self.connections))
            outcome = await self.by_hand.run(operation)
            prepared = prepare(self.engines[Lane.COMPILED], operation.source)
            answers, costs, variables = {}, {}, operation.variables
            for lane in Lane:
                spent = Spent()
                answers[lane], variables = await self._answer(lane, operation, prepared, spent)
                costs[lane] = spent.total
            tally.count(operation, outcome)
            states = await asyncio.gather(*(self.state(each) for each in self.connections))
            problems = [
                f"{lane} lane: {problem}"
                for lane, answer in answers.items()
                for problem in _differences(operation, outcome, answer, self.references)
            ]
            problems += [
                f"{lane} lane: {state}\nand not: {states[-1]}"
                for lane, state in zip(Lane, states, strict=False)
                if state != states[-1]
            ]
            problems += _cost_problems(prepared.cost.estimate(variables), costs, outcome)
            if outcome.failure is not None and states[-1] != rows:
                problems.append("by hand something was left behind")
            if problems:
                tally.differences.append(self._reproduction(number, operation, outcome, rows, problems))
                return
            rows = states[-1]

    async def _restart(self, connection: asyncpg.Connection, thousand: int, offset: int) -> None:
        """Says where the keys that an operation makes begin: one that is undone has used up others."""
        start = FREE * thousand + offset
        made = [
            f"setval(pg_get_serial_sequence({literal(quoted(table.name))}, {literal(column.name)}), {start})"
            for table in self.writes.tables.values()
            for column in table.columns.values()
            if "IDENTITY" in column.tail
        ]
        if made:
            await connection.execute(f"SELECT {', '.join(made)}")

    async def _answer(
        self, lane: Lane, operation: Operation, prepared: PreparedOperation, spent: Spent
    ) -> tuple[Answer, dict[str, Any]]:
        """Runs an operation in a lane, on the copy for that; with the variables that it is given there."""
        variables = dict(operation.variables)
        if operation.versioned is not None:
            table, key = operation.versioned
            named = " AND ".join(
                f"{quoted(name)} = {literal(value.text)}" for name, value in key.values.items()
            )
            connection = self.connections[list(Lane).index(lane)]
            sql = f"SELECT xmin::text FROM {quoted(table.name)} WHERE {named}"
            variables[VERSION] = await connection.fetchval(sql) or "0"
        batches = self.engines[lane].batches
        answer = await execute(prepared, variables=variables, batches=batches, lane=lane, spent=spent)
        return answer, variables

    async def state(self, connection: asyncpg.Connection) -> State:
        """All rows of all tables, sorted."""
        return {
            table.name: [dict(row) for row in await connection.fetch(_all_rows(table))]
            for table in self.writes.tables.values()
        }

    def _reproduction(
        self, number: int, operation: Operation, outcome: Outcome, rows: State, problems: list[str]
    ) -> str:
        return "\n".join(
            [
                f"Not as by hand: {self.name}, operation {number}",
                self.sql,
                f"rows: {rows}",
                operation.source,
                f"variables: {operation.variables}",
                *outcome.statements,
                f"by hand: {outcome.failure or outcome.payloads}",
                *problems,
            ]
        )


def _cost_problems(estimate: int, costs: Mapping[Lane, int], outcome: Outcome) -> list[str]:
    """Where an operation cost more than was estimated, or not the same in both lanes."""
    parted = outcome.failure is None and len(set(costs.values())) > 1
    return [f"estimated {estimate}, spent {costs}"] if parted or max(costs.values()) > estimate else []


def _all_rows(table: Table) -> str:
    texts = ", ".join(f"{quoted(name)}::text AS {quoted(name)}" for name in table.columns)
    return f"SELECT {texts} FROM {quoted(table.name)} ORDER BY {', '.join(map(quoted, table.primary))}"


def _differences(
    operation: Operation, outcome: Outcome, answer: Answer, references: frozenset[str]
) -> list[str]:
    """Where an answer is not what was done by hand; `references` are names of foreign keys."""
    data = orjson.loads(orjson.dumps(answer.data))
    if outcome.failure is None:
        if answer.errors:
            return [str(answer.errors)]
        return [
            f"{each.alias}: {data[each.alias]}"
            for each in operation.fields
            if _comparable(each, data[each.alias]) != _comparable(each, outcome.payloads[each.alias])
        ]
    failure = outcome.failure
    if data is not None or not answer.errors:
        return [f"{data} {answer.errors}"]
    error = answer.errors[0]  # where a row of a payload is null, the next fields go on
    if any(each.fails for each in operation.fields if each.alias == failure.alias):
        return [] if error.path and error.path[0] == failure.alias else [f"{error.formatted}"]
    extensions = error.extensions or {}
    told = [extensions["code"], error.path[0] if error.path else None]
    if failure.why == GIVEN_WRONGLY and told == ["CONSTRAINT_VIOLATION", failure.alias]:
        return []  # rows that are nested go by depth: another one of the same field came first
    expected = [failure.code, failure.alias]
    if failure.kind is not None:
        told += [extensions.get("kind"), extensions.get("constraint")]
        # Of several references that lead nowhere, PostgreSQL chooses by the object ids of triggers.
        is_another = failure.kind == "foreign_key" and told[-1] in references
        expected += [failure.kind, told[-1] if is_another else failure.constraint]
    return [] if told == expected else [f"{error.formatted}"]


def _comparable(each: Field, payload: dict[str, Any]) -> Any:
    """A payload whose rows are sorted where their order is not said."""
    kind: MutationKind = each.kind
    if not kind.is_many or (kind.value.startswith("create") and each.conflict is None):
        return payload
    return {
        **payload,
        "rows": sorted(payload["rows"], key=lambda row: orjson.dumps(row, option=orjson.OPT_SORT_KEYS)),
    }
