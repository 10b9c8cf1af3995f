"""Random orders, windows, distinct rows, counts, aggregates and groups are what SQL says, in both lanes.

Each example is one connection, at the root or of each parent: a random filter (`test_filters`), an order by
columns, related rows and counts, maybe `distinctOn`, and one of: a walk over all pages, one window, groups.
The oracle is one SELECT written here; of distinct rows it has row_number() where statements have DISTINCT ON.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from resolvers.execution import Lane
from tests.property.rounds import ROUNDS
from tests.property.test_filters import DATABASE as ITEMS
from tests.property.test_filters import Filters
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence

# A composite with a NULL in it: SQL's IS NULL and IS NOT NULL are both false of it.
DATABASE = f"""{ITEMS}
CREATE TYPE place AS (aisle int, name text);
ALTER TABLE item ADD COLUMN place place;
UPDATE item SET place = (ARRAY[NULL, '(1,)', '(,)', '(1,a)'])[1 + item_id % 4]::place;
CREATE INDEX ON item (size, flag);
CREATE INDEX ON item (word DESC, item_id DESC);
CREATE INDEX ON item (shelf_id, whole);
"""
EXAMPLES = 80 * ROUNDS

DIRECTIONS = {
    "ASC": "ASC NULLS LAST",
    "ASC_NULLS_FIRST": "ASC NULLS FIRST",
    "ASC_NULLS_LAST": "ASC NULLS LAST",
    "DESC": "DESC NULLS FIRST",
    "DESC_NULLS_FIRST": "DESC NULLS FIRST",
    "DESC_NULLS_LAST": "DESC NULLS LAST",
}
COLUMNS = (
    *(
        "whole",
        "exact",
        "rough",
        "word",
        "moment",
        "size",
        "flag",
        "day",
        "place",
        "shelfId",
        "words",
        "span",
    ),
)
DISTINCT = ("whole", "exact", "rough", "word", "size", "flag", "place", "shelfId", "words")
SHELF = "(SELECT s.{} FROM shelf AS s WHERE s.shelf_id = t.shelf_id)"
PARENT = "(SELECT {} FROM item AS p WHERE p.item_id = t.parent_id)"
TERMS: dict[str, tuple[tuple[str, ...], str]] = {
    "shelf.label": (("shelf", "label"), SHELF.format("label")),
    "parent.word": (("parent", "word"), PARENT.format("p.word")),
    "parent.shelf.label": (
        ("parent", "shelf", "label"),
        "(SELECT s.label FROM item AS p JOIN shelf AS s USING (shelf_id) WHERE p.item_id = t.parent_id)",
    ),
    "tags.count": (("tags", "count"), "(SELECT count(*) FROM item_tag AS j WHERE j.item_id = t.item_id)"),
    "parent.items.count": (
        ("parent", "items", "count"),
        "(SELECT count(*) FROM item AS c WHERE c.parent_id = t.parent_id)",  # 0 without a parent
    ),
    **{name: ((name,), f"t.{'shelf_id' if name == 'shelfId' else name}") for name in COLUMNS},
}
"""Terms of an order: how they are asked for, and how SQL says them."""

AGGREGATES = {
    "count": "count(*)",
    "countDistinct { word }": "count(DISTINCT t.word)",
    "sum { whole }": "sum(t.whole)::text",
    "avg { whole }": "avg(t.whole)::text",
    "min { size }": "min(t.size)::text",
    "max { itemId }": "max(t.item_id)",
    "max { big }": "max(t.big)::text",
}
KEYS = {
    "word": "t.word",
    "size": "t.size",
    "flag": "t.flag",
    "shelfId": "t.shelf_id",
    "day": "date_trunc('MONTH', t.day)::date",
}
HAVING = {
    "{count: {gt: 1}}": "count(*) > 1",
    "{countDistinct: {word: {lte: 1}}}": "count(DISTINCT t.word) <= 1",
    '{or: [{sum: {whole: {gte: "1"}}}, {max: {itemId: {lt: 30}}}]}': (
        "sum(t.whole) >= 1 OR max(t.item_id) < 30"
    ),
    "{not: {min: {size: {eq: middle}}}}": "NOT min(t.size) = 'middle'",
}
SCOPES = {
    "root": ("0", "item AS t", "true"),
    "shelves": ("t.shelf_id", "item AS t", "t.shelf_id IS NOT NULL"),
    "tags": ("j.tag_id", "item_tag AS j JOIN item AS t USING (item_id)", "true"),
}
"""Where the connection stands: the parent of a row, where rows come from, and which of them."""

ARGUMENTS = (
    "$filter: ItemFilter, $order: [ItemOrderBy!], $distinct: [ItemColumn!], $first: Int, $last: Int,"
    " $after: String, $before: String, $offset: Int"
)
GIVEN = (
    "filter: $filter, orderBy: $order, distinctOn: $distinct, first: $first, last: $last, after: $after,"
    " before: $before, offset: $offset"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A connection: its arguments without a window, and the rows it has by parent, in order, as SQL says."""

    scope: str
    filter: dict[str, Any]
    order: list[tuple[str, str]]
    distinct: list[str]
    rows: str

    def query(self, selection: str) -> str:
        inner = f"items({GIVEN}) {{ {selection} }}"
        if self.scope == "root":
            return f"query ({ARGUMENTS}) {{ {inner} }}"
        key = {"shelves": "shelfId", "tags": "tagId"}[self.scope]
        return f"query ({ARGUMENTS}) {{ {self.scope} {{ nodes {{ key: {key} {inner} }} }} }}"

    def connections(self, data: dict[str, Any]) -> dict[int, Any]:
        """The connections of an answer by parent."""
        if self.scope == "root":
            return {0: data["items"]}
        return {node["key"]: node["items"] for node in data[self.scope]["nodes"]}

    def variables(self) -> dict[str, Any]:
        order = []
        for name, direction in self.order:
            term: Any = direction
            for step in reversed(TERMS[name][0]):
                term = {step: term}
            order.append(term)
        return {"filter": self.filter, "order": order, "distinct": self.distinct}


def asked(random: Random) -> Asked:
    """A random connection."""
    scope = random.choice(list(SCOPES))
    given, where = Filters(random).of("item", "t", 2) if random.random() < 0.6 else ({}, "true")
    names = random.sample(list(TERMS), random.choice((0, 1, 1, 2, 3)))
    distinct = random.sample(DISTINCT, random.choice((0, 0, 1, 1, 2)))
    if distinct and random.random() < 0.4:  # an order that the distinct columns lead
        names = [*random.sample(distinct, len(distinct)), *(name for name in names if name not in distinct)]
    order = [(name, random.choice(list(DIRECTIONS))) for name in names]
    parent, source, belongs = SCOPES[scope]
    last = "DESC" if order and order[-1][1].startswith("DESC") else "ASC"
    terms = [f"{TERMS[name][1]} {DIRECTIONS[direction]}" for name, direction in order]
    by = ", ".join([*terms, f"t.item_id {last}"])
    alike = ", ".join([*([] if parent == "0" else [parent]), *(TERMS[name][1] for name in distinct)])
    rank = f"row_number() OVER (PARTITION BY {alike} ORDER BY {by})" if distinct else "1"
    rows = (
        f"SELECT {parent} AS parent, t.item_id, row_number() OVER (ORDER BY {by}) AS place, {rank} AS rank"
        f" FROM {source} WHERE {belongs} AND {where}"
    )
    return Asked(scope, given, order, distinct, f"SELECT * FROM ({rows}) AS ranked WHERE rank = 1")


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    yield opened
    await opened.close()


def examples(law: str) -> Iterator[tuple[int, Random, Asked]]:
    for seed in range(EXAMPLES):
        random = Random(f"{law} {seed}")  # noqa: S311 - repeatable
        yield seed, random, asked(random)


async def listed(connection: asyncpg.Connection, question: Asked) -> dict[int, list[int]]:
    """The rows of each parent in order."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row in await connection.fetch(f"{question.rows} ORDER BY place"):
        rows[row["parent"]].append(row["item_id"])
    return rows


async def run(
    engine: Engine, question: Asked, query: str, window: dict[str, Any], lane: Lane
) -> dict[int, Any]:
    answer = await engine.run(query, {**question.variables(), **window}, lane)
    assert answer.errors == [], (question, answer.errors)
    assert answer.lane is lane
    return question.connections(answer.data)


async def test_windows_and_walks(engine: Engine, connection: asyncpg.Connection) -> None:
    """One page of each parent; then, for one of them, page by page to the end of its connection."""
    several = 0
    for seed, random, question in examples("windows"):
        expected = await listed(connection, question)
        backward, size = random.random() < 0.5, random.randint(1, 7)
        window = {"last": size} if backward else {"first": size, "offset": random.choice((None, 0, 1, 3))}
        query = question.query(
            "nodes { itemId } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        )
        walker = random.choice(sorted(expected)) if expected else 0
        for lane in Lane:
            found = await run(engine, question, query, window, lane)
            for parent, page in found.items():
                rows = expected.get(parent, [])
                assert page["totalCount"] == len(rows), (seed, question)
                skipped = window.get("offset") or 0
                shown = rows[-size:] if backward else rows[skipped:][:size]
                assert ids(page) == shown, (seed, question)
            walked = found.get(walker)
            rows = expected.get(walker, [])
            collected = ids(walked) if walked else []
            pages = 1
            while walked and walked["pageInfo"]["hasPreviousPage" if backward else "hasNextPage"]:
                info = walked["pageInfo"]
                onward = (
                    {"last": size, "before": info["startCursor"]}
                    if backward
                    else {"first": size, "after": info["endCursor"]}
                )
                walked = (await run(engine, question, query, onward, lane))[walker]
                collected = [*ids(walked), *collected] if backward else [*collected, *ids(walked)]
                pages += 1
                assert pages <= 1 + len(rows), (seed, question)
            start = 0 if backward else window["offset"] or 0
            assert collected == rows[start:], (seed, question)
            several += pages > 2
    assert several > EXAMPLES / 3


def ids(page: dict[str, Any]) -> list[int]:
    return [node["itemId"] for node in page["nodes"]]


async def test_aggregates(engine: Engine, connection: asyncpg.Connection) -> None:
    for seed, random, question in examples("aggregates"):
        picked = random.sample(list(AGGREGATES), 3)
        outputs = ", ".join(f"{AGGREGATES[each]} AS a{number}" for number, each in enumerate(picked))
        records = await connection.fetch(
            f"SELECT parent, {outputs} FROM ({question.rows}) AS r JOIN item AS t USING (item_id)"
            " GROUP BY parent"
        )
        expected = {record[0]: list(record)[1:] for record in records}
        nothing = [0 if each.startswith("count") else None for each in picked]
        query = question.query(f"aggregate {{ {selected(picked)} }}")
        for lane in Lane:
            for parent, found in (await run(engine, question, query, {}, lane)).items():
                made = values(found["aggregate"], picked)
                assert made == expected.get(parent, nothing), (seed, question, picked)


async def test_groups(engine: Engine, connection: asyncpg.Connection) -> None:
    for seed, random, question in examples("groups"):
        by = random.sample(list(KEYS), random.choice((1, 1, 2)))
        picked = random.sample(list(AGGREGATES), 2)
        having = random.choice([None, *HAVING])
        by_count = random.choice((None, "ASC", "DESC"))
        first, offset = random.choice(((50, 0), (2, 0), (2, 1)))
        keys = [KEYS[name] for name in by]
        sort = [*([f"count(*) {by_count}"] if by_count else []), *(f"{key} ASC NULLS LAST" for key in keys)]
        number = f"row_number() OVER (PARTITION BY parent ORDER BY {', '.join(sort)})"
        outputs = ", ".join([*(f"({key})::text" for key in keys), *(AGGREGATES[each] for each in picked)])
        records = await connection.fetch(
            f"SELECT parent, {number} AS place, {outputs} FROM ({question.rows}) AS r"
            f" JOIN item AS t USING (item_id) GROUP BY {', '.join(['parent', *keys])}"
            f" HAVING {HAVING[having] if having else 'true'} ORDER BY parent, place"
        )
        expected = defaultdict(list)
        for parent, place, *rest in records:
            if offset < place <= offset + first:
                expected[parent].append(rest)
        arguments = f"by: [{', '.join(by)}], first: {first}, offset: {offset}"
        arguments += f", having: {having}" if having else ""
        arguments += ", truncate: {day: MONTH}" if "day" in by else ""
        arguments += f", orderBy: [{{count: {by_count}}}]" if by_count else ""
        query = question.query(
            f"groups({arguments}) {{ key {{ {' '.join(by)} }} aggregate {{ {selected(picked)} }} }}"
        )
        for lane in Lane:
            for parent, found in (await run(engine, question, query, {}, lane)).items():
                made = [
                    [*(as_text(group["key"][name]) for name in by), *values(group["aggregate"], picked)]
                    for group in found["groups"]
                ]
                assert made == expected.get(parent, []), (seed, question, arguments)


def selected(picked: Sequence[str]) -> str:
    return " ".join(f"a{number}: {each}" for number, each in enumerate(picked))


def values(made: dict[str, Any], picked: Sequence[str]) -> list[Any]:
    """The values of an aggregate, one for each that was picked."""
    found = [made[f"a{number}"] for number in range(len(picked))]
    return [next(iter(value.values())) if isinstance(value, dict) else value for value in found]


def as_text(value: Any) -> str | None:
    """A key as PostgreSQL writes it."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
