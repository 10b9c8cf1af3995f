"""What is hidden still serves: keys break ties, foreign keys lead to rows. And errors do not tell of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from graphql import parse, validate

from resolvers.execution import Lane
from schema.object_options import ObjectOptions
from tests.support.engine import OPTIONS, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine

DATABASE = r"""
CREATE TABLE shelf (shelf_id int PRIMARY KEY, name text NOT NULL);
INSERT INTO shelf VALUES (1, 'low'), (2, 'high'), (3, 'empty');

CREATE TABLE book (
    book_id int PRIMARY KEY,
    secret int DEFAULT 0 CONSTRAINT book_secret_positive CHECK (secret >= 0),
    title text NOT NULL CONSTRAINT no_title CHECK (title <> ''),
    shelf_id int REFERENCES shelf,
    code int UNIQUE,
    CONSTRAINT secret_of_title EXCLUDE USING btree (title WITH =, secret WITH =)
        DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE book IS E'@pageSize 4\n@maxPageSize 7\nWhat is read.';
COMMENT ON COLUMN book.book_id IS '@hidden';
COMMENT ON COLUMN book.shelf_id IS '@hidden';
COMMENT ON CONSTRAINT no_title ON book IS E'A title is needed.\n@hidden';
INSERT INTO book SELECT n, n, CASE WHEN n % 3 = 0 THEN 'Same' ELSE 'Other' END, n % 2 + 1, n
FROM generate_series(1, 20) n;

CREATE TABLE tag (tag_id int PRIMARY KEY, word text NOT NULL);
CREATE TABLE book_tag (book_id int REFERENCES book, tag_id int REFERENCES tag, PRIMARY KEY (book_id, tag_id));
COMMENT ON COLUMN book_tag.tag_id IS '@hidden';
INSERT INTO tag VALUES (1, 'red'), (2, 'blue');
INSERT INTO book_tag VALUES (1, 1), (1, 2), (2, 2);

CREATE TABLE loan (loan_id int PRIMARY KEY, code int REFERENCES book (code));
INSERT INTO loan VALUES (1, 5);
CREATE FUNCTION give_secret() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.secret := CASE NEW.title WHEN 'negative' THEN -1 WHEN 'Same' THEN 3 ELSE NEW.secret END;
    RETURN NEW;
END $$;
CREATE TRIGGER give_secret BEFORE UPDATE ON book FOR EACH ROW EXECUTE FUNCTION give_secret();

CREATE VIEW visit AS SELECT n AS number, n % 2 AS parity FROM generate_series(1, 9) n;
CREATE TABLE change (change_id int PRIMARY KEY, old book);
INSERT INTO change SELECT 1, b FROM book b WHERE book_id = 1;

CREATE SCHEMA audit;
COMMENT ON SCHEMA audit IS '@readOnly';
CREATE TABLE audit.entry (entry_id int PRIMARY KEY);
"""
HIDDEN = (
    "public.book.secret",
    "public.loan",
    "public.visit.number",
    "public.shelf.shelf_id",
    "public.tag.tag_id",
)


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    objects = dict.fromkeys(HIDDEN, ObjectOptions(hidden=True))
    async with open_engine(await create_database(DATABASE), replace(OPTIONS, objects=objects)) as engine:
        assert engine.schema.warnings == (
            '"public.book.no_title": the tag @hidden has no effect: it cannot be set for a constraint.',
            "the row type public.book: the name Book is taken; it is PublicBook.",
        )
        yield engine


@pytest.fixture(params=Lane)
def ask(engine: Engine, request: pytest.FixtureRequest) -> Callable[..., Awaitable[Any]]:
    async def run(query: str, **variables: Any) -> Any:
        result = await engine.run(query, variables, request.param)
        assert result.errors == []
        assert result.lane is request.param
        return result.data

    return run


@pytest.mark.parametrize("order", ["", "orderBy: [{title: DESC}]"])
@pytest.mark.parametrize("size", [1, 3, 7])
async def test_a_hidden_primary_key_breaks_ties(
    ask: Callable[..., Awaitable[Any]], order: str, size: int
) -> None:
    page = "nodes { code } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    forward = f"query ($n: Int, $c: String) {{ books(first: $n, after: $c, {order}) {{ {page} }} }}"
    backward = f"query ($n: Int, $c: String) {{ books(last: $n, before: $c, {order}) {{ {page} }} }}"
    in_order = list(range(1, 21))
    if order:  # the key takes the direction of the last term
        in_order = [*range(18, 0, -3), *(n for n in range(20, 0, -1) if n % 3)]
    walked, cursor, more = [], None, True
    while more:
        books = (await ask(forward, n=size, c=cursor))["books"]
        walked += [row["code"] for row in books["nodes"]]
        cursor, more = books["pageInfo"]["endCursor"], books["pageInfo"]["hasNextPage"]
    assert walked == in_order
    walked, cursor, more = [], None, True
    while more:
        books = (await ask(backward, n=size, c=cursor))["books"]
        walked[:0] = [row["code"] for row in books["nodes"]]
        cursor, more = books["pageInfo"]["startCursor"], books["pageInfo"]["hasPreviousPage"]
    assert walked == in_order


async def test_rows_of_a_view_are_sorted_by_its_hidden_columns_too(
    ask: Callable[..., Awaitable[Any]],
) -> None:
    query = "query ($c: String) { visits(first: 2, after: $c) { nodes { parity } pageInfo { endCursor } } }"
    walked: list[int] = []
    cursor = None
    for _ in range(5):
        visits = (await ask(query, c=cursor))["visits"]
        walked += [row["parity"] for row in visits["nodes"]]
        cursor = visits["pageInfo"]["endCursor"]
    assert walked == [n % 2 for n in range(1, 10)]


async def test_hidden_columns_lead_to_rows(ask: Callable[..., Awaitable[Any]]) -> None:
    data = await ask(
        """{
            shelves { nodes { name books(first: 2) { totalCount nodes { code shelf { name } } } } }
            some: books(filter: {shelf: {name: {eq: "high"}}, tags: {some: {word: {eq: "red"}}}}) {
                nodes { code tags { nodes { word books { nodes { code } } } } }
            }
            book(by: {code: 2}) { shelf { name } tags { aggregate { count } } }
        }"""
    )
    assert data == {
        "shelves": {
            "nodes": [
                {
                    "name": "low",
                    "books": {
                        "totalCount": 10,
                        "nodes": [{"code": n, "shelf": {"name": "low"}} for n in (2, 4)],
                    },
                },
                {
                    "name": "high",
                    "books": {
                        "totalCount": 10,
                        "nodes": [{"code": n, "shelf": {"name": "high"}} for n in (1, 3)],
                    },
                },
                {"name": "empty", "books": {"totalCount": 0, "nodes": []}},
            ]
        },
        "some": {
            "nodes": [
                {
                    "code": 1,
                    "tags": {
                        "nodes": [
                            {"word": "red", "books": {"nodes": [{"code": 1}]}},
                            {"word": "blue", "books": {"nodes": [{"code": 1}, {"code": 2}]}},
                        ]
                    },
                }
            ]
        },
        "book": {"shelf": {"name": "low"}, "tags": {"aggregate": {"count": 1}}},
    }


async def test_values_of_row_types_keep_their_places(ask: Callable[..., Awaitable[Any]]) -> None:
    data = await ask("{ changes { nodes { old { title code __typename } } } }")
    assert data["changes"]["nodes"] == [{"old": {"title": "Other", "code": 1, "__typename": "PublicBook"}}]


async def test_pages_have_the_size_of_their_table(ask: Callable[..., Awaitable[Any]]) -> None:
    data = await ask(
        "{ books { nodes { code } } shelves { nodes { books { nodes { code } } } }"
        " groups: books { groups(by: [code]) { aggregate { count } } } }"
    )
    assert len(data["books"]["nodes"]) == 4
    assert [len(shelf["books"]["nodes"]) for shelf in data["shelves"]["nodes"]] == [4, 4, 0]
    assert len(data["groups"]["groups"]) == 4


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    "query",
    [
        "{ books(first: 8) { nodes { code } } }",
        "{ books(last: 8) { nodes { code } } }",
        "{ shelves(first: 50) { nodes { books(first: 8) { nodes { code } } } } }",
        "{ books { groups(by: [code], first: 8) { aggregate { count } } } }",
    ],
)
async def test_more_rows_than_the_table_allows(engine: Engine, query: str, lane: Lane) -> None:
    result = await engine.run(query, lane=lane)
    name = "last" if "last" in query else "first"
    assert {error.message for error in result.errors} == {f"'{name}' must be at most 7."}


@pytest.mark.parametrize("lane", Lane)
async def test_no_more_rows_are_changed_than_the_table_allows(engine: Engine, lane: Lane) -> None:
    result = await engine.run(
        'mutation { updateBooks(filter: {}, set: {title: "x"}) { affectedCount } }', lane=lane
    )
    assert [error.message for error in result.errors] == [
        "The filter meets more rows than 'atMost' (7) lets be changed."
    ]


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    ("mutation", "message", "constraint"),
    [
        ('updateBook(by: {code: 1}, set: {title: ""}) { affectedCount }', "A title is needed.", "no_title"),
        (
            "updateBook(by: {code: 1}, set: {code: 2}) { affectedCount }",
            "There is a row with this key already.",
            "book_code_key",
        ),
        # Still referred to by a hidden table.
        (
            "deleteBook(by: {code: 5}) { affectedCount }",
            "A row that is referred to is not there, or is still referred to.",
            None,
        ),
        # Of hidden columns.
        ('setSecret: updateBook(by: {code: 5}, set: {title: "negative"}) { affectedCount }', None, None),
        # The same, and found out only in the end.
        ('late: updateBook(by: {code: 5}, set: {title: "Same"}) { affectedCount }', None, None),
    ],
)
async def test_errors_name_no_constraint_that_tells_of_what_is_hidden(
    engine: Engine,
    mutation: str,
    message: str | None,
    constraint: str | None,
    lane: Lane,
) -> None:
    result = await engine.run(f"mutation {{ {mutation} }}", lane=lane)
    [error] = result.errors
    assert error.extensions is not None
    assert (error.extensions["code"], error.extensions["constraint"]) == ("CONSTRAINT_VIOLATION", constraint)
    assert message is None or error.message == message
    assert "secret" not in f"{error.message} {error.extensions}"


def test_tags_of_schemas_hold_for_their_tables(engine: Engine) -> None:
    assert "entries" in engine.schema.model.roots
    assert not [name for name in engine.schema.model.mutations if "Entr" in name]


@pytest.mark.parametrize(
    "query",
    [
        "{ books { nodes { id } } }",
        "{ books { nodes { bookId } } }",
        "{ books(orderBy: [{secret: ASC}]) { nodes { code } } }",
        "{ books(filter: {secret: {eq: 1}}) { nodes { code } } }",
        "{ loans { nodes { loanId } } }",
        "{ changes { nodes { old { secret } } } }",
        "mutation { updateBook(by: {code: 1}, set: {secret: 1}) { affectedCount } }",
    ],
)
def test_what_is_hidden_cannot_be_asked_for(engine: Engine, query: str) -> None:
    assert validate(engine.schema.graphql, parse(query)) != []
