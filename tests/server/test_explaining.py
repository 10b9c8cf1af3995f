"""`loadstone explain`: the plan of an operation, and what PostgreSQL expects of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from resolvers.opaque import encode_global_id
from server.explaining import explain
from server.plan_report import laid_out
from server.questions import NotExplainedError, Question
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from server.plan_report import PlanReport

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (album_id int PRIMARY KEY, title text, artist_id int NOT NULL REFERENCES artist);
CREATE TABLE tag (album_id int REFERENCES album, tag text, PRIMARY KEY (album_id, tag));
INSERT INTO artist SELECT n, 'artist ' || n FROM generate_series(1, 1000) AS n;
INSERT INTO album SELECT n, 'album ' || n, 1 + n % 1000 FROM generate_series(1, 20000) AS n;
INSERT INTO tag SELECT n, 'tag ' || m FROM generate_series(1, 20000) AS n, generate_series(1, 2) AS m;
CREATE INDEX ON album (artist_id);
CREATE VIEW untouched AS SELECT 1 / (SELECT count(*) FROM album WHERE album_id < 0) AS a;
ANALYZE;
"""


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as opened:
        yield opened


async def explained(
    engine: Engine, source: str, operation: str | None = None, max_tokens: int = 1000, **variables: Any
) -> PlanReport:
    question = Question(source, operation, variables, max_tokens)
    return await explain(question, engine.schema, engine.database)


async def refusal(engine: Engine, source: str, operation: str | None = None, **variables: Any) -> list[str]:
    with pytest.raises(NotExplainedError) as caught:
        await explained(engine, source, operation, **variables)
    return caught.value.lines


def shown(report: PlanReport) -> str:
    return "\n".join(report.lines())


TREE = """query Tree($first: Int!, $title: String) {
    artists(first: 20) { nodes { albums(first: $first, filter: {title: {eq: $title}}) {
        totalCount nodes { artist { name } tags { nodes { tag } } }
    } } }
    album(by: {albumId: 7}) { title artist { name } }
}"""


async def test_the_plan_is_a_tree_with_sql_and_estimates(engine: Engine) -> None:
    report = await explained(engine, TREE, first=10, title="album 1")
    steps = report.as_json()["steps"]
    assert [(s["id"], s["parent"], s["strategy"], s["table"], s["path"][-1]) for s in steps] == [
        (1, None, "page", "public.artist", "artists"),
        (2, 1, "batch-pages", "public.album", "albums"),
        (3, 1, "batch-counts", "public.album", "albums"),
        (4, 2, "batch-to-one", "public.artist", "artist"),
        (5, 2, "batch-pages", "public.tag", "tags"),
        (6, None, "lookup", "public.album", "album"),
        (7, 6, "join", "public.artist", "artist"),
    ]
    assert steps[1]["arguments"] == {"first": "$first", "filter": "{ title: { eq: $title } }"}
    for step in steps[:-1]:
        assert step["statement"].startswith("SELECT ")
        assert step["cost"] > 0
        assert step["rows"] > 0
    assert [steps[-1][key] for key in ("statement", "cost", "rows")] == [None, None, None]
    assert report.as_json()["statements"] == 6
    assert report.as_json()["cost"] == pytest.approx(sum(step["cost"] or 0 for step in steps), abs=0.01)
    assert report.as_json()["operation"] == "Tree"

    lines = shown(report).splitlines()
    assert lines[0] == "1 page public.artist: artists(first: 20)"
    assert lines[1].startswith("  estimated cost ")
    assert lines[1].endswith(", 20 rows")
    assert lines[2].startswith("  SELECT ")
    nested = "  2 batch-pages public.album: albums(first: $first, filter: { title: { eq: $title } })"
    assert nested in lines
    joined = lines.index("  7 join public.artist: artist")
    assert lines[joined + 1] == "    read by the statement of step 6"
    assert lines[-1].startswith("6 statements, estimated cost ")


async def test_what_is_known_is_what_the_estimate_is_for(engine: Engine) -> None:
    source = "query ($n: Int!) { albums(first: $n) { nodes { title tags { totalCount } } } }"
    few, many = [await explained(engine, source, n=n) for n in (5, 500)]
    rows = [[step.rows for step in r.steps if step.rows is not None] for r in (few, many)]
    assert rows == [[5, 5], [500, 500]]
    assert 0 < few.cost < many.cost / 10


async def test_variables_that_are_not_given_may_have_any_value(engine: Engine) -> None:
    source = """query ($n: Int!, $text: String!, $ids: [Int!]!, $by: AlbumKey!, $order: [AlbumOrderBy!],
            $seven: Int! = 7) {
        albums(first: $n, filter: {title: {startsWith: $text}, albumId: {in: $ids}}, orderBy: $order) {
            nodes { title }
        }
        album(by: $by) { title }
        other: album(by: {albumId: $seven}) { title }
    }"""
    report = await explained(engine, source)
    assert report.unknown == ("by", "ids", "n", "text")
    assert [len(step.statements) for step in report.steps] == [1] * 3
    statement = report.steps[0].statements[0].sql
    assert " LIKE " in statement
    assert " = ANY " in statement
    assert "Not given, so that any value is meant: $by, $ids, $n, $text." in shown(report)
    given = await explained(engine, source, n=3, text="a", ids=[1], by={"albumId": 1})
    assert given.unknown == ()
    assert given.steps[0].statements[0].sql == statement


AGGREGATES = """query ($least: Int!, $by: [AlbumColumn!]!, $first: Int!) { artists { nodes { albums {
    aggregate { count }
    groups(by: $by, having: {count: {gt: $least}}, first: $first) { key { title } }
} } } }"""


async def test_aggregates_and_groups_are_steps(engine: Engine) -> None:
    given = await explained(engine, AGGREGATES, least=1, by=["title"], first=3)
    steps = given.as_json()["steps"]
    assert [(s["id"], s["parent"], s["strategy"], s["path"][-1]) for s in steps] == [
        (1, None, "page", "artists"),
        (2, 1, "batch-aggregates", "aggregate"),
        (3, 1, "batch-groups", "groups"),
    ]
    assert all(step["rows"] > 0 and step["cost"] > 0 for step in steps)
    assert steps[2]["arguments"] == {"by": "$by", "having": "{ count: { gt: $least } }", "first": "$first"}
    unknown = await explained(engine, AGGREGATES)
    assert unknown.as_json()["unknownVariables"] == ["by", "first", "least"]
    assert [step["strategy"] for step in unknown.as_json()["steps"]] == [s["strategy"] for s in steps]


@pytest.mark.parametrize("variables", [{}, {"name": "a"}])
async def test_estimates_cost_nothing(engine: Engine, variables: dict[str, Any]) -> None:
    source = "query ($name: String!) { artists(filter: {name: {eq: $name}}) { estimatedCount totalCount } }"
    report = await explained(engine, source, **variables)
    estimate, count = sorted(report.steps, key=lambda step: step.info.strategy != "estimate")
    assert estimate.statements[0].sql.startswith("EXPLAIN (FORMAT JSON) SELECT ")
    assert (estimate.cost, estimate.rows) == (0, 1)
    assert (count.cost or 0) > 0


async def test_nodes_have_steps_once_their_ids_are_known(engine: Engine) -> None:
    source = "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Album { title } ... on Artist { name } } }"
    unknown = await explained(engine, source)
    assert (unknown.steps, unknown.statements) == ((), 0)
    assert "nodes(ids: $ids): the id decides what is read; give it with --variables" in shown(unknown)
    ids = [encode_global_id(name, [1]) for name in ("Album", "Artist")]
    known = await explained(engine, source, ids=ids)
    assert [step.info.table for step in known.steps] == ["public.album", "public.artist"]
    assert known.undecided == ()


async def test_nothing_is_executed(engine: Engine) -> None:
    """Running it would divide by zero."""
    report = await explained(engine, "{ untoucheds { nodes { a } totalCount } }")
    assert report.statements == 2
    assert (await engine.run("{ untoucheds { nodes { a } } }")).errors


async def test_operations_without_statements(engine: Engine) -> None:
    report = await explained(engine, "{ __typename __schema { queryType { name } } }")
    assert shown(report) == "0 statements, estimated cost 0.00"


async def test_the_named_operation_is_explained(engine: Engine) -> None:
    source = "query A { artists { totalCount } } query B { albums { totalCount } }"
    assert (await explained(engine, source, "B")).steps[0].info.table == "public.album"
    assert await refusal(engine, source) == [
        "The document has several operations: name one with --operation."
    ]
    assert await refusal(engine, source, "C") == ["The document has no operation 'C'."]


@pytest.mark.parametrize(
    ("source", "variables", "lines"),
    [
        ("{ artists {", {}, ["1:12: Syntax Error: Expected Name, found <EOF>."]),
        (
            "{ artists { totalCount\n nope } nothing }",
            {},
            [
                "2:2: Cannot query field 'nope' on type 'ArtistConnection'. Did you mean 'nodes'?",
                "2:9: Cannot query field 'nothing' on type 'Query'.",
            ],
        ),
        ("fragment F on Artist { name }", {}, ["1:1: Fragment 'F' is never used."]),
        ("{ artists(first: -1) { totalCount } }", {}, ["'first' must not be negative."]),
        (
            "query ($n: Int!) { artists(first: $n) { totalCount } }",
            {"n": "x"},
            ["1:8: Variable '$n' has invalid value: Int cannot represent non-integer value: 'x'"],
        ),
        (
            "query ($with: Boolean!) { artists @include(if: $with) { totalCount } }",
            {},
            ["The variable $with decides what is selected: give it with --variables."],
        ),
        (
            "query ($text: String!) { artists(filter: {name: {regex: $text}}) { totalCount } }",
            {"text": "\x00"},
            ["Text must not contain the NUL character."],
        ),
        ("query ($id: ID!) { node(id: $id) { id } }", {"id": "x"}, ["The value is not a global id."]),
    ],
)
async def test_what_is_wrong_is_told_line_by_line(
    engine: Engine, source: str, variables: dict[str, Any], lines: list[str]
) -> None:
    assert await refusal(engine, source, **variables) == lines


async def test_documents_are_as_long_as_the_server_takes_them(engine: Engine) -> None:
    with pytest.raises(NotExplainedError, match="more than 4 tokens"):
        await explained(engine, "{ artists { totalCount } }", max_tokens=4)


def test_sql_is_laid_out_without_touching_names() -> None:
    statement = (
        'SELECT t."a ORDER BY (b" \nFROM (SELECT 1 \n FROM "x WHERE y" AS t LIMIT 1) AS l'
        " LEFT OUTER JOIN u ON true"
    )
    assert laid_out(statement).splitlines() == [
        'SELECT t."a ORDER BY (b"',
        "FROM (SELECT 1",
        '  FROM "x WHERE y" AS t',
        "  LIMIT 1) AS l",
        "LEFT OUTER JOIN u ON true",
    ]


async def test_json_is_json(engine: Engine) -> None:
    report = await explained(engine, "{ artists { nodes { name } } }")
    assert json.loads(json.dumps(report.as_json())) == report.as_json()
