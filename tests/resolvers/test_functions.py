"""SQL functions with every type of argument and result, in both lanes; `tests/cases` has what is usual."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resolvers.execution import Lane
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from tests.support.engine import Engine, Result

SCRIPT = (Path(__file__).parents[1] / "databases" / "functions.sql").read_text()


@pytest.fixture(scope="module")
async def odd(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(SCRIPT)) as engine:
        yield engine


async def data(engine: Engine, lane: Lane, query: str, **variables: Any) -> Any:
    result = await engine.run(query, variables, lane)
    assert result.errors == []
    assert result.lane is lane
    return plain(result)


def plain(result: Result) -> Any:
    return orjson.loads(orjson.dumps(result.data))


@pytest.mark.parametrize("lane", Lane)
async def test_values_of_rows(odd: Engine, lane: Lane) -> None:
    query = """query ($x: Int = 1) { ts(first: 1) { nodes {
      arr(y: [$x, 5]) inet inets moods
      range { start { value } end { value inclusive } } ranges { start { value } } rangea { end { value } }
      tSelect weIrdS other: weIrdS(aB: 7, s: "%(x)s")
      comps(o: {
        i: {a: 1, b: ["x,\\"}", null, ""], r: {start: {value: $x, inclusive: true}}}
        m: so_so, f: true, raw: "AP8="
      }) { i { a b r { start { value } end { value } } } m f raw }
      comp(o: [{m: good}, null]) { m f raw i { a } }
    } } }"""
    composite = {"a": 1, "b": ['x,"}', None, ""], "r": {"start": {"value": 1}, "end": None}}
    assert (await data(odd, lane, query))["ts"]["nodes"] == [
        {
            "arr": [1, 5, 1],
            "inet": "10.0.0.1",
            "inets": ["10.0.0.1", None],
            "moods": ["so_so", "good"],
            "range": {"start": {"value": 1}, "end": {"value": 2, "inclusive": False}},
            "ranges": [{"start": {"value": 1}}],
            "rangea": [{"end": {"value": 2}}],
            "tSelect": "fn",
            "weIrdS": "%3",
            "other": "%(x)s7",
            "comps": [{"i": composite, "m": "so_so", "f": True, "raw": "AP8="}, None],
            "comp": {"m": "good", "f": None, "raw": None, "i": None},
        }
    ]


@pytest.mark.parametrize("lane", Lane)
async def test_rows_of_rows(odd: Engine, lane: Lane) -> None:
    query = "{ ts { nodes { rowId self { rowId select weIrdS self { rowId rowVersion } } null { t } } } }"
    nodes = (await data(odd, lane, query))["ts"]["nodes"]
    version = nodes[0]["self"]["self"].pop("rowVersion")
    assert version.isdigit()
    same = {"rowId": 1, "select": "x", "weIrdS": "%3", "self": {"rowId": 1}}
    assert nodes[0] == {"rowId": 1, "self": same, "null": None}


@pytest.mark.parametrize("lane", Lane)
async def test_every_type_can_be_given(odd: Engine, lane: Lane) -> None:
    query = """{ kinds(
      a: 1, b: "9007199254740993", c: "1.50", d: 1.1, e: true, f: "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
      g: "2020-01-01", h: "2020-01-01T00:00Z", i: "P1D", j: {a: [1]}, k: "AP8=",
      l: {start: {value: 1, inclusive: false}}, m: so_so, n: 3, o: "10.0.0.1", p: "x", q: "ab",
      r: [good, null], s: "z", w: "n"
    ) }"""
    assert (await data(odd, lane, query))["kinds"].split("|") == [
        *("1", "9007199254740993", "1.50", "1.1", "t", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
        *("2020-01-01", "1577836800.000000", "P1D", '{"a": [1]}', "\\x00ff", "[2,)", "so so", "3"),
        *("10.0.0.1", "x", "ab", "{good,NULL}", "z", "n"),
    ]


@pytest.mark.parametrize("lane", Lane)
async def test_what_is_not_given_has_its_default(odd: Engine, lane: Lane) -> None:
    query = """query ($b: String, $c: Float) {
      none: fnXS(arg1: 1) unnamed: fnXS(arg1: 1, arg2: "z") named: fnXS(arg1: 1, c: 2.5)
      given: fnXS(arg1: 1, arg2: $b, c: $c)
    }"""
    alike = {"none": "1d1.5", "unnamed": "1z1.5", "named": "1d2.5"}
    assert await data(odd, lane, query) == {**alike, "given": "1d1.5"}
    assert await data(odd, lane, query, b="y") == {**alike, "given": "1y1.5"}
    assert await data(odd, lane, query, b="y", c=3) == {**alike, "given": "1y3"}
    assert await data(odd, lane, query, b="y", c=None) == {**alike, "given": None}


@pytest.mark.parametrize("lane", Lane)
async def test_pages_of_what_has_no_key(odd: Engine, lane: Lane) -> None:
    query = """query ($after: String) {
      allKeyless(first: 1, after: $after) { nodes { a n } pageInfo { endCursor hasNextPage } totalCount }
    }"""
    walked = []
    after = None
    while True:
        page = (await data(odd, lane, query, after=after))["allKeyless"]
        assert page["totalCount"] == 3
        walked += [node["n"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert walked == ["18014398509481986", "9007199254740993", "9007199254740993"]


@pytest.mark.parametrize("lane", Lane)
async def test_values_of_queries(odd: Engine, lane: Lane) -> None:
    query = """{
      ofView { nodes { a } aggregate { count } } paged(first2: 2, first: 1) { nodes { rowId } }
      onecol outs(d: 4) { a bC d } tabs { m } js fl fls
    }"""
    assert await data(odd, lane, query) == {
        "ofView": {"nodes": [{"a": 1}, {"a": 1}, {"a": 2}], "aggregate": {"count": 3}},
        "paged": {"nodes": [{"rowId": 2}]},
        "onecol": [1, 2],
        "outs": {"a": 1, "bC": "x", "d": 5},
        "tabs": [{"m": "good"}, {"m": None}],
        "js": [{"a": 1.5}, None],
        "fl": 1.1,
        "fls": [1.1],
    }


@pytest.mark.parametrize("lane", Lane)
async def test_values_of_mutations(odd: Engine, lane: Lane) -> None:
    query = """mutation ($kept: Boolean = false) {
      mutateComp(dryRun2: null, dryRun: $kept) { result { m f raw } }
      mutateSet(dryRun: $kept) { result } mutateRec(dryRun: $kept) { result { x y } }
    }"""
    assert await data(odd, lane, query) == {
        "mutateComp": {"result": {"m": "good", "f": None, "raw": "AP8="}},
        "mutateSet": {"result": ["a", None]},
        "mutateRec": {"result": {"x": 1, "y": ["good"]}},
    }


@pytest.mark.parametrize("lane", Lane)
async def test_versions_of_rows_that_a_function_changed(odd: Engine, lane: Lane) -> None:
    changed = (await data(odd, lane, "mutation { ts { ts { rowId rowVersion t } } }"))["ts"]["ts"]
    assert changed == (await data(odd, lane, "{ ts { nodes { rowId rowVersion t } } }"))["ts"]["nodes"]


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("{ kinds(a: 70000) }", "BAD_USER_INPUT", "A value cannot be used: smallint out of range."),
        ("{ kinds(n: -1) }", "CONSTRAINT_VIOLATION", "A value is not one of those that are allowed."),
        ("{ lacking(arg2: 1) }", "BAD_USER_INPUT", "'arg2' needs 'arg1', too."),
    ],
)
async def test_what_is_refused(odd: Engine, lane: Lane, query: str, code: str, message: str) -> None:
    [error] = (await odd.run(query, {}, lane)).errors
    assert (error.extensions or {})["code"] == code
    assert error.message == message


async def test_the_reference_lane_tells_of_a_null_that_may_not_be(odd: Engine) -> None:
    query = "query ($x: Int = 1) { strictly(a: $x) ts(first: 1) { nodes { rowId doubled(by: $x) } } }"
    for lane in Lane:
        result = await odd.run(query, {"x": None}, lane)
        assert {tuple(error.path or ())[-1] for error in result.errors} == {"strictly", "doubled"}
        assert plain(result)["ts"]["nodes"] == [{"rowId": 1, "doubled": None}]
        assert await data(odd, lane, query) == {"strictly": 1, "ts": {"nodes": [{"rowId": 1, "doubled": 1}]}}


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("{ partial { t rowId } }", ("partial", "rowId")),
        ("{ partial { t rowVersion } }", ("partial", "rowVersion")),
        ("{ partials(first: 2) { nodes { t rowId } } }", ("partials", "nodes", 0, "rowId")),
        ("{ partials { edges { node { rowId t } } } }", ("partials", "edges", 0, "node", "rowId")),
        ("{ ts(first: 1) { nodes { partial { rowId } } } }", ("ts", "nodes", 0, "partial", "rowId")),
        (
            "{ ts(first: 1) { nodes { partials { nodes { rowId } } } } }",
            ("ts", "nodes", 0, "partials", "nodes", 1, "rowId"),
        ),
        ("mutation { mutatePartial { t { rowId } } }", ("mutatePartial", "t", "rowId")),
    ],
)
@pytest.mark.parametrize("lane", Lane)
async def test_rows_of_functions_need_not_keep_to_constraints(
    odd: Engine, lane: Lane, query: str, path: tuple[str | int, ...]
) -> None:
    """No constraint holds for what a function makes up: a null that may not be is told in both lanes."""
    result = await odd.run(query, {}, lane)
    assert [tuple(error.path or ()) for error in result.errors] == [path]
    assert result.errors[0].message.startswith("Cannot return null for non-nullable field T.row")
    assert (await odd.run("{ t(by: {rowId: 1}) { m } }")).data == {"t": {"m": "good"}}
