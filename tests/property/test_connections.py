"""Walking a connection gives exactly the rows SQL gives, in exactly that order.

Every example fills the relations with rows full of ties and NULLs, picks an order and a page size, and
walks the connection forwards and backwards. The oracle is an ORDER BY written here, independent of how
pages are read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TYPE size AS ENUM ('small', 'middle', 'large');
CREATE TABLE shelf (shelf_id int PRIMARY KEY, label text);
CREATE TABLE item (
    item_id bigint PRIMARY KEY, shelf_id int REFERENCES shelf,
    whole int, exact numeric, rough float8, word text, moment timestamptz, size size, flag boolean NOT NULL,
    key uuid NOT NULL, span interval, day date, bytes bytea
);
CREATE TABLE pair (whole int NOT NULL, word text NOT NULL, rough float8, PRIMARY KEY (word, whole));
CREATE TABLE keyless (whole int, word text, exact numeric, document json);
CREATE TABLE keyless_parted (whole int, word text) PARTITION BY LIST (whole);
CREATE TABLE keyless_parted_0 PARTITION OF keyless_parted FOR VALUES IN (0, 1);
CREATE TABLE keyless_parted_1 PARTITION OF keyless_parted DEFAULT;
CREATE INDEX ON item (whole, rough);
CREATE INDEX ON item (word);
CREATE INDEX ON item (flag, span DESC NULLS LAST);
CREATE INDEX ON pair (rough);
CREATE VIEW mirror AS SELECT whole, word, exact, document FROM keyless;
CREATE TABLE tag (tag_id int PRIMARY KEY, word text);
CREATE TABLE item_tag (
    item_id bigint REFERENCES item, tag_id int REFERENCES tag, PRIMARY KEY (item_id, tag_id)
);
INSERT INTO shelf SELECT i, 'shelf ' || i % 3 FROM generate_series(1, 4) AS i;
INSERT INTO tag SELECT i, CASE WHEN i % 3 > 0 THEN 'tag' || i % 4 END FROM generate_series(1, 12) AS i;
"""

WORDS = st.sampled_from([None, "", "a", "A", "ä", "b", "B", "a b", "'", "\\", "%", "ab", "🦄"])
ITEM = st.tuples(
    st.sampled_from([None, 1, 2, 3]),
    st.sampled_from([None, 0, 1, -1, 2**31 - 1, -(2**31)]),
    st.sampled_from([None, "0", "1.10", "1.1", "-5", "NaN", "Infinity", "1e30"]),
    st.sampled_from([None, 0.0, -0.0, 0.1, math.nan, math.inf, -math.inf, 5e-324]),
    WORDS,
    st.sampled_from(
        [None, "infinity", "-infinity", "2024-01-01 00:00+00", "0044-03-15 00:00+00 BC", "10000-01-01"]
    ),
    st.sampled_from([None, "small", "middle", "large"]),
    st.booleans(),
    st.sampled_from(["00000000-0000-0000-0000-000000000001", "f0000000-0000-0000-0000-000000000000"]),
    st.sampled_from([None, "1 day", "24 hours", "-1 month", "1 year"]),
    st.sampled_from([None, "2024-02-29", "infinity", "0001-01-01 BC"]),
    st.sampled_from([None, "", "\\x00ff"]),
)
DIRECTIONS = {
    "ASC": "ASC NULLS LAST",
    "ASC_NULLS_FIRST": "ASC NULLS FIRST",
    "ASC_NULLS_LAST": "ASC NULLS LAST",
    "DESC": "DESC NULLS FIRST",
    "DESC_NULLS_FIRST": "DESC NULLS FIRST",
    "DESC_NULLS_LAST": "DESC NULLS LAST",
}
ITEM_COLUMNS = (
    "itemId",
    "whole",
    "exact",
    "rough",
    "word",
    "moment",
    "size",
    "flag",
    "key",
    "span",
    "day",
    "bytes",
)
COUNTS = {
    "tags.count": "(SELECT count(*) FROM item_tag AS j WHERE j.item_id = item.item_id)",
    "shelf.items": "(SELECT count(*) FROM item AS i WHERE i.shelf_id = item.shelf_id)",
}
"""Counts of related rows, and how SQL says them."""

SLOW = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


@pytest.fixture(scope="module")
async def connection(engine: Engine) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(engine.url)
    yield opened
    await opened.close()


def orders(columns: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, str]]]:
    """An order: some of the columns, each with a direction."""
    terms = st.tuples(st.sampled_from(columns), st.sampled_from(sorted(DIRECTIONS)))
    return st.lists(terms, max_size=3, unique_by=lambda term: term[0])


def snake(name: str) -> str:
    return {"itemId": "item_id", **COUNTS}.get(name, name)


def term(name: str, direction: str) -> dict[str, Any]:
    """A term of `orderBy`; a dot leads through a relation."""
    if name == "shelf.items":
        return {"shelf": {"items": {"count": direction}}}
    outer, _, inner = name.partition(".")
    return {outer: {inner: direction}} if inner else {name: direction}


def order_sql(order: list[tuple[str, str]], key: tuple[str, ...], prefix: str = "") -> str:
    """The order as SQL; the key breaks ties in the direction of the last term."""
    terms = [f"{prefix}{snake(name)} {DIRECTIONS[direction]}" for name, direction in order]
    named = {snake(name) for name, _ in order}
    last = "DESC" if order and order[-1][1].startswith("DESC") else "ASC"
    return ", ".join([*terms, *(f"{prefix}{part} {last}" for part in key if part not in named)])


async def walk(
    engine: Engine, query: str, size: int, order: list[tuple[str, str]], *, backward: bool, at: str = "rows"
) -> list[Any]:
    """All nodes of a connection, page by page; in the connection's order either way."""
    given_order = [term(name, direction) for name, direction in order]
    rows: list[Any] = []
    cursor = None
    while True:
        window = {"last": size, "before": cursor} if backward else {"first": size, "after": cursor}
        answer = await engine.run(query, {**window, "order": given_order})
        assert answer.errors == []
        page = answer.data
        for step in at.split("."):
            page = page[step]
        nodes = page["nodes"]
        info = page["pageInfo"]
        rows = [*nodes, *rows] if backward else [*rows, *nodes]
        more = info["hasPreviousPage"] if backward else info["hasNextPage"]
        other = info["hasNextPage"] if backward else info["hasPreviousPage"]
        assert other is (cursor is not None)
        if not more:
            assert page["totalCount"] == len(rows)
            return rows
        assert len(nodes) == size
        cursor = info["startCursor"] if backward else info["endCursor"]


WINDOW = "$first: Int, $after: String, $last: Int, $before: String"
GIVEN = "first: $first, after: $after, last: $last, before: $before, orderBy: $order"
PAGE = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


async def fill_items(connection: asyncpg.Connection, rows: list[Any]) -> None:
    await connection.execute("TRUNCATE item, item_tag")
    await connection.executemany(
        "INSERT INTO item VALUES ($1, $2, $3, $4::text::numeric, $5, $6, $7::text::timestamptz,"
        " $8::text::size, $9, $10::text::uuid, $11::text::interval, $12::text::date, $13::text::bytea)",
        [(number, *row) for number, row in enumerate(rows, 1)],
    )


@SLOW
@given(
    rows=st.lists(ITEM, max_size=12),
    order=orders(ITEM_COLUMNS),
    size=st.integers(1, 5),
    backward=st.booleans(),
)
async def test_a_table_with_a_key(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    await fill_items(connection, rows)
    query = (
        f"query ({WINDOW}, $order: [ItemOrderBy!]) {{ rows: items({GIVEN}) {{ nodes {{ itemId }} {PAGE} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward)
    expected = await connection.fetch(f"SELECT item_id FROM item ORDER BY {order_sql(order, ('item_id',))}")
    assert [row["itemId"] for row in walked] == [str(row["item_id"]) for row in expected]


@SLOW
@given(
    rows=st.lists(ITEM, max_size=12),
    order=orders(("word", "whole", "rough")),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_the_rows_of_one_parent(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    await fill_items(connection, rows)
    query = (
        f"query ({WINDOW}, $order: [ItemOrderBy!]) {{ shelf(by: {{shelfId: 2}}) {{"
        f" rows: items({GIVEN}) {{ nodes {{ itemId }} {PAGE} }} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward, at="shelf.rows")
    expected = await connection.fetch(
        f"SELECT item_id FROM item WHERE shelf_id = 2 ORDER BY {order_sql(order, ('item_id',))}"
    )
    assert [row["itemId"] for row in walked] == [str(row["item_id"]) for row in expected]


@SLOW
@given(
    rows=st.lists(ITEM, min_size=1, max_size=10),
    links=st.sets(st.tuples(st.integers(1, 10), st.integers(1, 3)), max_size=20),
    order=orders(("whole", *COUNTS)),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_the_order_of_counts(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    links: set[tuple[int, int]],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    await fill_items(connection, rows)
    kept = [link for link in links if link[0] <= len(rows)]
    await connection.executemany("INSERT INTO item_tag VALUES ($1, $2)", kept)
    query = (
        f"query ({WINDOW}, $order: [ItemOrderBy!]) {{ rows: items({GIVEN}) {{ nodes {{ itemId }} {PAGE} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward)
    expected = await connection.fetch(f"SELECT item_id FROM item ORDER BY {order_sql(order, ('item_id',))}")
    assert [row["itemId"] for row in walked] == [str(row["item_id"]) for row in expected]


@SLOW
@given(
    rows=st.lists(ITEM, min_size=1, max_size=6),
    links=st.sets(st.tuples(st.integers(1, 6), st.integers(1, 12)), max_size=30),
    order=orders(("word",)),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_rows_through_a_junction(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    links: set[tuple[int, int]],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    await fill_items(connection, rows)
    kept = [link for link in links if link[0] <= len(rows)]
    await connection.executemany("INSERT INTO item_tag VALUES ($1, $2)", kept)
    query = (
        f"query ({WINDOW}, $order: [TagOrderBy!]) {{ item(by: {{itemId: 1}}) {{"
        f" rows: tags({GIVEN}) {{ nodes {{ tagId }} {PAGE} }} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward, at="item.rows")
    expected = await connection.fetch(
        "SELECT tag_id FROM tag WHERE tag_id IN (SELECT tag_id FROM item_tag WHERE item_id = 1)"
        f" ORDER BY {order_sql(order, ('tag_id',))}"
    )
    assert [row["tagId"] for row in walked] == [row["tag_id"] for row in expected]


@SLOW
@given(
    rows=st.sets(st.tuples(st.integers(-2, 2), st.sampled_from(["", "a", "A", "b"])), max_size=14),
    order=orders(("whole", "word", "rough")),
    size=st.integers(1, 5),
    backward=st.booleans(),
)
async def test_a_table_with_a_composite_key(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: set[Any],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    await connection.execute("TRUNCATE pair")
    await connection.executemany(
        "INSERT INTO pair VALUES ($1, $2, $3)", [(*row, None if row[0] else 0.5) for row in rows]
    )
    query = (
        f"query ({WINDOW}, $order: [PairOrderBy!]) {{"
        f" rows: pairs({GIVEN}) {{ nodes {{ whole word }} {PAGE} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward)
    expected = await connection.fetch(
        f"SELECT whole, word FROM pair ORDER BY {order_sql(order, ('word', 'whole'))}"
    )
    assert [(row["whole"], row["word"]) for row in walked] == [tuple(row) for row in expected]


KEYLESS_ROW = st.tuples(
    st.sampled_from([None, 0, 1, 2]),
    WORDS,
    st.sampled_from([None, "1", "1.0", "NaN"]),
    st.sampled_from([None, "{}", '{"a": 1}']),
)


@pytest.mark.parametrize("field", ["keylesses", "mirrors"])
@SLOW
@given(
    rows=st.lists(KEYLESS_ROW, max_size=10),
    order=orders(("whole", "word", "exact")),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_relations_without_a_key(
    engine: Engine,
    connection: asyncpg.Connection,
    field: str,
    rows: list[Any],
    order: list[tuple[str, str]],
    size: int,
    backward: bool,
) -> None:
    """Equal rows count as often as they are there, and the order holds as far as it goes."""
    await connection.execute("TRUNCATE keyless")
    await connection.executemany(
        "INSERT INTO keyless VALUES ($1, $2, $3::text::numeric, $4::text::json)", rows
    )
    kind = "Keyless" if field == "keylesses" else "Mirror"
    query = (
        f"query ({WINDOW}, $order: [{kind}OrderBy!]) {{ rows: {field}({GIVEN})"
        f" {{ nodes {{ whole word exact }} {PAGE} }} }}"
    )
    walked = await walk(engine, query, size, order, backward=backward)
    names = [snake(name) for name, _ in order]
    expected = await connection.fetch(
        "SELECT whole, word, exact::text FROM keyless"
        + (f" ORDER BY {order_sql(order, (), 'keyless.')}" if order else "")
    )
    assert sorted(map(repr, map(dict, expected))) == sorted(map(repr, walked))
    keys = [[normal(row[name]) for name in names] for row in walked]
    assert keys == [[normal(row[name]) for name in names] for row in expected]


def normal(value: Any) -> Any:
    """Numerics that compare equal as one value."""
    return "1" if value == "1.0" else value


@SLOW
@given(
    rows=st.lists(st.tuples(st.integers(0, 3), WORDS), max_size=10),
    size=st.integers(1, 4),
    backward=st.booleans(),
)
async def test_a_partitioned_table_without_a_key(
    engine: Engine,
    connection: asyncpg.Connection,
    rows: list[Any],
    size: int,
    backward: bool,
) -> None:
    await connection.execute("TRUNCATE keyless_parted")
    await connection.executemany("INSERT INTO keyless_parted VALUES ($1, $2)", rows)
    query = (
        f"query ({WINDOW}, $order: [KeylessPartedOrderBy!]) {{"
        f" rows: keylessParteds({GIVEN}) {{ nodes {{ whole word }} {PAGE} }} }}"
    )
    walked = await walk(engine, query, size, [], backward=backward)
    assert sorted(map(repr, ((row["whole"], row["word"]) for row in walked))) == sorted(map(repr, rows))


@SLOW
@given(
    rows=st.lists(ITEM, max_size=10), start=st.integers(0, 9), end=st.integers(0, 9), offset=st.integers(0, 4)
)
async def test_a_window_between_two_cursors(
    engine: Engine, connection: asyncpg.Connection, rows: list[Any], start: int, end: int, offset: int
) -> None:
    await fill_items(connection, rows)
    order = [{"word": "DESC_NULLS_LAST"}, {"whole": "ASC"}]
    query = """query ($after: String, $before: String, $offset: Int, $order: [ItemOrderBy!]) {
        items(after: $after, before: $before, offset: $offset, orderBy: $order) {
            edges { cursor node { itemId } } } }"""
    everything = (await engine.run(query, {"order": order})).data["items"]["edges"]
    cursors = [edge["cursor"] for edge in everything]
    after = cursors[start] if start < len(cursors) else None
    before = cursors[end] if end < len(cursors) else None
    answer = await engine.run(query, {"order": order, "after": after, "before": before, "offset": offset})
    first = start + 1 if after is not None else 0
    expected = everything[first : end if before is not None else None]
    assert answer.data["items"]["edges"] == expected[offset:]


async def test_domains_can_be_compared_and_sorted(create_database: Callable[[str], Awaitable[str]]) -> None:
    """There is no `=` for a domain over an enum, as such."""
    url = await create_database("""
        CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
        CREATE DOMAIN good_mood AS mood CHECK (VALUE <> 'sad');
        CREATE DOMAIN period AS int4range;
        CREATE TABLE feeling (mood good_mood PRIMARY KEY, period period);
        INSERT INTO feeling VALUES ('ok', '[1,2)'), ('happy', '[1,5)');
    """)
    async with open_engine(url) as engine:
        answer = await engine.run("""{
            feelings(first: 1, orderBy: [{period: DESC}, {mood: ASC}],
                filter: {mood: {in: [ok, happy], gte: ok}}) { nodes { id mood } pageInfo { endCursor } }
            feeling(by: {mood: ok}) { mood } }""")
        assert answer.errors == []
        assert answer.data["feeling"] == {"mood": "ok"}
        [node] = answer.data["feelings"]["nodes"]
        assert node["mood"] == "happy"
        following = await engine.run(
            "query ($after: String, $id: ID!) { node(id: $id) { id } feelings(after: $after,"
            " orderBy: [{period: DESC}, {mood: ASC}]) { nodes { mood } } }",
            {"after": answer.data["feelings"]["pageInfo"]["endCursor"], "id": node["id"]},
        )
        assert following.data == {"node": {"id": node["id"]}, "feelings": {"nodes": [{"mood": "ok"}]}}


async def test_inherited_rows_are_walked_once_each(create_database: Callable[[str], Awaitable[str]]) -> None:
    """A parent's rows and its children's may have equal keys."""
    url = await create_database("""
        CREATE TABLE vehicle (vehicle_id int PRIMARY KEY, name text);
        CREATE TABLE car (PRIMARY KEY (vehicle_id)) INHERITS (vehicle);
        INSERT INTO vehicle VALUES (1, 'a'), (2, 'b');
        INSERT INTO car VALUES (1, 'c'), (2, 'd'), (3, 'e');
    """)
    async with open_engine(url) as engine:
        query = (
            f"query ({WINDOW}, $order: [VehicleOrderBy!]) {{"
            f" rows: vehicles({GIVEN}) {{ nodes {{ name }} {PAGE} }} }}"
        )
        for backward in (False, True):
            walked = await walk(engine, query, 2, [("vehicleId", "ASC")], backward=backward)
            assert sorted(row["name"] for row in walked) == ["a", "b", "c", "d", "e"]
