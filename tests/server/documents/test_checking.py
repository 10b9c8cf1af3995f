"""`loadstone documents check`, on tables that are large enough to matter."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from server.cli import main
from server.documents.checking import NOTE, CostCheck, PlanCheck, Rules, Trouble, check_manifest
from server.documents.limits import DocumentLimits
from server.documents.manifest import ManifestDocument
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from server.documents.checking import CheckedOperation

DATABASE = """
CREATE TABLE artist (artist_id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE album (
    album_id int PRIMARY KEY, title text NOT NULL, artist_id int NOT NULL REFERENCES artist, "Year" int,
    tags text[] NOT NULL, released int);
CREATE TABLE review (
    review_id int PRIMARY KEY, album_id int NOT NULL REFERENCES album, stars int NOT NULL);
CREATE INDEX ON review (album_id);
CREATE TABLE part (at int NOT NULL, note text) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10000);
CREATE TABLE part_2 PARTITION OF part FOR VALUES FROM (10000) TO (100000);
INSERT INTO artist SELECT n, 'artist ' || n FROM generate_series(1, 50) AS n;
INSERT INTO album SELECT n, 'album ' || n, 1 + n % 50, n, '{}', n FROM generate_series(1, 20000) AS n;
INSERT INTO review SELECT n, 1 + n % 20000, n % 5 FROM generate_series(1, 20000) AS n;
INSERT INTO part SELECT n, 'note ' || n FROM generate_series(0, 19999) AS n;
ANALYZE;
"""


@pytest.fixture(scope="module")
async def url(create_database: Callable[[str], Awaitable[str]]) -> str:
    return await create_database(DATABASE)


@pytest.fixture(scope="module")
async def engine(url: str) -> AsyncIterator[Engine]:
    async with open_engine(url) as opened:
        yield opened


def rules(engine: Engine, *, max_tokens: int = 1000, introspection: bool = True) -> Rules:
    return Rules(engine.schema.graphql, DocumentLimits(max_tokens, 20, 100, 50), introspection)


async def troubles(engine: Engine, source: str, large_rows: int = 10_000) -> list[Trouble]:
    plans = PlanCheck(
        engine.schema, engine.database, engine.catalog, max_tokens=1000, page_size=50, large_rows=large_rows
    )
    found = await check_manifest([ManifestDocument("id", None, source)], rules(engine), [plans])
    return [trouble for each in found for trouble in each.troubles]


@pytest.mark.parametrize(
    ("selection", "index"),
    [
        ("albums(filter: {year: {eq: $n}})", '("Year", album_id)'),
        ("albums(filter: {year: {eq: $n}, released: {gte: $n}})", '("Year", released)'),
        ("albums(filter: {title: {eq: $s}}, orderBy: [{released: DESC}])", "(title, released, album_id)"),
        ("albums(filter: {title: {ilike: $s}}, orderBy: [{year: ASC}])", "USING gin (title gin_trgm_ops)"),
        ("albums(orderBy: [{released: ASC}])", "(released, album_id)"),
        ("albums(orderBy: [{released: ASC_NULLS_FIRST}])", "(released NULLS FIRST, album_id)"),
        ("albums(orderBy: [{released: ASC}, {title: DESC}])", "(released, title DESC, album_id DESC)"),
    ],
)
async def test_a_large_table_that_is_read_as_a_whole(engine: Engine, selection: str, index: str) -> None:
    kinds = {"$n": "Int", "$s": "String"}
    declared = ", ".join(f"{name}: {kind}" for name, kind in kinds.items() if name in selection)
    variables = f"({declared})" if declared else ""
    [trouble] = await troubles(engine, f"query A{variables} {{ {selection} {{ nodes {{ title }} }} }}")
    assert trouble.kind == "plan"
    assert trouble.message.startswith("albums(")
    assert trouble.message.endswith(" reads all of public.album (20,000 rows)")
    assert trouble.index is not None
    assert trouble.index.removeprefix("CREATE INDEX ON public.album ") == index


async def test_related_rows(engine: Engine) -> None:
    [trouble] = await troubles(engine, "{ artists { nodes { albums { totalCount } } } }")
    assert trouble.index == "CREATE INDEX ON public.album (artist_id)"
    [trouble] = await troubles(
        engine, "{ artists(filter: {albums: {some: {year: {eq: 7}}}}) { nodes { name } } }"
    )
    assert trouble.index == 'CREATE INDEX ON public.album (artist_id, "Year")'


async def test_partitions_are_those_of_their_table(engine: Engine) -> None:
    [trouble] = await troubles(
        engine, "query A($s: String!) { parts(filter: {note: {eq: $s}}) { totalCount } }"
    )
    assert trouble.message.endswith("reads all of public.part (20,000 rows)")
    assert trouble.index == "CREATE INDEX ON public.part (note)"


async def test_what_no_index_would_help(engine: Engine) -> None:
    [trouble] = await troubles(engine, "{ albums { aggregate { max { title } } } }")
    assert trouble == Trouble(
        "plan", "albums reads all of public.album (20,000 rows), which no index would help"
    )


async def test_an_index_that_is_there_and_not_used(engine: Engine) -> None:
    [trouble] = await troubles(engine, "{ reviews(filter: {albumId: {gte: 0}}) { totalCount } }")
    assert trouble.message.endswith("(20,000 rows), although there is an index on album_id")
    assert trouble.index is None


@pytest.mark.parametrize(
    "source",
    [
        "query A($n: Int!) { album(by: {albumId: $n}) { title artist { name } } }",
        "query A($n: Int, $after: String) { albums(first: $n, after: $after) { nodes { title } } }",
        "query A($n: Int!) { albums(first: $n) { nodes { title reviews(first: $n) { nodes { stars } } } } }",
        "query A($id: ID!) { node(id: $id) { id } }",
        "query A($n: Int, $a: Int) { reviews(first: $n, filter: {albumId: {eq: $a}}) { nodes { stars } } }",
        "query A($f: AlbumFilter) { albums(filter: $f) { nodes { title } } }",
        '{ artists(filter: {name: {eq: "a"}}) { nodes { name } } }',
        "query A($yes: Boolean!) { albums { nodes { title @include(if: $yes) } } }",
        "mutation A { deleteAlbum(by: {albumId: 1}) { affectedCount } }",
        "{ __typename }",
    ],
)
async def test_nothing_is_wrong(engine: Engine, source: str) -> None:
    assert await troubles(engine, source) == []


async def test_how_much_is_large(engine: Engine) -> None:
    source = "query A($n: Int) { albums(filter: {year: {eq: $n}}) { totalCount } }"
    assert [len(await troubles(engine, source, rows)) for rows in (1, 20_000, 20_001)] == [1, 1, 0]


async def test_what_is_skipped_unless_variables_say_otherwise_is_looked_at(engine: Engine) -> None:
    count = "albums(filter: {year: {eq: 1}}) { totalCount }"
    for guard in ("@include(if: $b)", "@skip(if: $b)"):
        for declared in ("$b: Boolean!", "$b: Boolean = true", "$b: Boolean = false"):
            source = f"query A({declared}) {{ ... {guard} {{ {count} }} }}"
            assert len(await troubles(engine, source)) == 1


async def test_rows_that_variables_write_have_no_plan(engine: Engine) -> None:
    source = "mutation A($i: CreateArtistInput!) { createArtist(input: $i) { affectedCount } }"
    [note] = await troubles(engine, source)
    assert note.kind == "note"
    assert "$i decides what is written" in note.message
    fields = 'updateAlbums(filter: {year: {eq: $y}}, set: {title: "a"}, atMost: 5) { affectedCount }'
    change = f"mutation A($y: Int!) {{ {fields} }}"
    [trouble] = await troubles(engine, change)
    assert trouble.index == 'CREATE INDEX ON public.album ("Year")'


async def test_documents_that_are_not_valid(engine: Engine) -> None:
    sources = {
        "parse": "query A {",
        "unknown": "query A { albums { nodes { titel } } }",
        "none": "fragment A on Album { title }",
        "tokens": "query A { " + "__typename " * 200 + "}",
        "limit": "query A { " + "".join(f"a{n}: __typename " for n in range(51)) + "}",
        "introspection": "query A { __schema { queryType { name } } }",
        "both": "query A { __typename } query B { __typename }",
    }
    documents = [ManifestDocument(name, None, source) for name, source in sources.items()]
    found = await check_manifest(documents, rules(engine, max_tokens=200, introspection=False), [])
    told = {(each.id, each.name): [line.partition(": ")[2] for line in each.lines()] for each in found}
    assert told["parse", None] == ["1:10: Syntax Error: Expected Name, found <EOF>."]
    assert told["unknown", None] == [
        "1:28: Cannot query field 'titel' on type 'Album'. Did you mean 'title'?"
    ]
    assert told["none", None] == ["1:1: Fragment 'A' is never used."]
    assert "1:" in told["tokens", None][0]
    assert "max_root_fields" in told["limit", None][0]
    assert len(told["introspection", None]) > 0
    assert (told["both", "A"], told["both", "B"]) == ([], [])


async def test_any_check_may_be_added(engine: Engine) -> None:
    async def dear(checked: CheckedOperation) -> list[Trouble]:
        return [Trouble("cost", f"{checked.name} costs too much")]

    documents = [ManifestDocument("1", None, "query A { __typename }")]
    [found] = await check_manifest(documents, rules(engine), [dear])
    assert [*found.lines()] == ["A (1): A costs too much"]
    assert found.is_wrong


def test_the_command(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = tmp_path / "documents.json"
    good, bad = "query Good { __typename }", 'query Bad { albums(filter: {title: {eq: "a"}}) { totalCount } }'
    check = ["documents", "check", str(manifest), "--database", url]
    manifest.write_text(json.dumps({"good": good}))
    assert main(check) == 0
    assert capsys.readouterr().out == "1 operations, 0 with trouble\n"
    manifest.write_text(json.dumps({"good": good, "bad": bad}))
    assert main(check) == 1
    message = 'albums(filter: { title: { eq: "a" } }) reads all of public.album (20,000 rows)'
    index = "CREATE INDEX ON public.album (title)"
    assert capsys.readouterr().out.splitlines() == [
        f"Bad (bad): {message}: {index}",
        "2 operations, 1 with trouble",
    ]
    assert main([*check, "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "operations": [
            {"id": "good", "name": "Good", "troubles": []},
            {
                "id": "bad",
                "name": "Bad",
                "troubles": [{"kind": "plan", "message": message, "index": index}],
            },
        ],
        "wrong": 1,
    }
    assert main([*check, "--large-rows", "100000"]) == 0
    manifest.write_text("[]")
    assert main(check) == 2
    assert "documents check: " in capsys.readouterr().err


async def test_operations_that_would_be_refused_for_their_cost(engine: Engine) -> None:
    async def found(source: str, max_cost: int) -> list[Trouble]:
        costs = CostCheck(engine.schema, max_cost=max_cost, page_size=50)
        [each] = await check_manifest([ManifestDocument("id", None, source)], rules(engine), [costs])
        return each.troubles

    page = "query ($n: Int) { artists(first: $n) { nodes { name } } }"
    assert await found(page, 2000) == []
    [noted] = await found(page, 500)
    assert (noted.kind, "1,001" in noted.message, "51" in noted.message) == (NOTE, True, True)
    [wrong] = await found(page, 50)
    assert (wrong.kind, wrong.message) == ("cost", "it may cost 51, and a request 50 (max_cost)")


async def test_as_a_role_of_callers(
    create_database: Callable[[str], Awaitable[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The role that logs in may read nothing of its own: its schema is no caller's."""
    url = await create_database(
        """
        CREATE TABLE paper (paper_id int PRIMARY KEY, title text);
        CREATE ROLE checking_login LOGIN NOINHERIT;
        CREATE ROLE checking_reader;
        GRANT checking_reader TO checking_login;
        GRANT SELECT ON paper TO checking_reader;
        """
    )
    login = url.replace("postgres@", "checking_login@", 1)
    manifest, document = tmp_path / "documents.json", tmp_path / "a.graphql"
    source = "query A { papers { nodes { title } } }"
    manifest.write_text(json.dumps({"a": source}))
    document.write_text(source)
    commands = (["documents", "check", str(manifest)], ["explain", str(document)], ["cost", str(document)])
    for command in (*commands, ["schema"]):
        options = ["--database", login, "--role"]
        assert await asyncio.to_thread(main, [*command, *options, "checking_reader"]) == 0, command
        assert await asyncio.to_thread(main, [*command, *options, "nobody"]) == 2
        assert await asyncio.to_thread(main, [*command, *options, "postgres"]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert (
        errors
        == [
            'loadstone: --role: role "nobody" does not exist',
            'loadstone: --role: permission denied to set role "postgres"',
        ]
        * 4
    )
