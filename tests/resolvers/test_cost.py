"""What operations cost by estimate: units, bounds, wrong values, and how long it takes to tell."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from core.errors import BadUserInput
from resolvers.cost_compiling import compile_cost
from resolvers.cost_weights import MAX_COST, CostWeights
from schema.build import build_schema
from schema.object_options import ObjectOptions
from tests.support.catalogs import music
from tests.support.costly_documents import MAX_TOKENS, NEW_ARTIST, costly_documents
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from resolvers.cost import Cost
    from schema.build import Schema


def compiled(schema: Schema, source: str) -> Cost:
    document = parse(source, max_lexical_tokens=MAX_TOKENS)
    [operation, *_] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return compile_cost(schema.graphql, schema.model, document, operation)


def estimate(schema: Schema, source: str, **variables: Any) -> int:
    assert validate(schema.graphql, parse(source)) == []
    return compiled(schema, source).estimate(variables)


@pytest.mark.parametrize(
    ("source", "units"),
    [
        ("{ __typename }", 0),
        ('{ album(by: {id: "x"}) { title } }', 1),
        ('{ album(by: {id: "x"}) { title artist { name } tracks { totalCount } } }', 2 + 1 + 5),
        ("{ albums { nodes { title } } }", 1 + 50),
        ("{ albums(first: 3) { nodes { title } } }", 1 + 3),
        ("{ albums(last: 3) { edges { cursor node { title artist { name } } } } }", 1 + 3 * 2),
        ("{ albums(first: 0) { nodes { title } } }", 1),
        ("{ albums(first: 3) { pageInfo { hasNextPage } } }", 1),
        ("{ albums(first: 9999) { nodes { title } } }", 1 + 1000),
        ("{ albums(first: 3) { nodes { title tracks(first: 2) { nodes { name } } } } }", 1 + 3 * (2 + 2)),
        ("{ artists { nodes { albums { nodes { tracks { nodes { name } } } } } } }", 130_101),
        ("{ albums { totalCount estimatedCount aggregate { count } } }", 1 + 5 + 1 + 5),
        ("{ albums { groups(by: [title], first: 4) { aggregate { count } } } }", 1 + 5 + 4),
        ("{ albums(first: 2) { nodes { title } } b: albums(first: 3) { nodes { title } } }", 3 + 4),
        ("{ albums(first: 2) { nodes { title } nodes { artist { name } } } }", 1 + 2 * (1 + 2)),
        ('{ node(id: "x") { ...on Album { artist { id } } ...on Track { album { artist { id } } } } }', 3),
        ('{ nodes(ids: ["x", "y"]) { ... on Album { artist { name } } } }', 2 * 2),
        ('{ node(id: "x") {...A ...B} } fragment A on Album { artist { id } } fragment B on Node { id }', 2),
        ("{ __schema { queryType { name } } }", 10),
        ("{ albums(first: 2) @skip(if: true) { nodes { title } } }", 0),
        ("{ albums(first: 2) { nodes { ... @include(if: false) { artist { name } } } } }", 1 + 2),
        ("{ albums(first: 2) { ...F ...F } } fragment F on AlbumConnection { nodes { title } }", 1 + 2 * 2),
    ],
)  # fmt: skip
def test_units_of_queries(music_schema: Schema, source: str, units: int) -> None:
    assert estimate(music_schema, source) == units


NEW_TRACK = 'trackId: "1"'
NEW_ALBUMS = '{albumId: 1, title: "b"}, {albumId: 2, title: "c"}'
COUNTED = "{ affectedCount }"


@pytest.mark.parametrize(
    ("source", "units"),
    [
        (f"createArtist(input: {{{NEW_ARTIST}}}) {{ artist {{ name }} }}", 10 + 1),
        (f"createArtist(input: {{{NEW_ARTIST}}}) {{ artist {{ albums(last: 3) {{ nodes {{ id}}}}}}}}", 15),
        (f"createArtists(input: [{{{NEW_ARTIST}}}, {{{NEW_ARTIST}}}]) {COUNTED}", 10 + 2),
        (f"createArtist(input: {{{NEW_ARTIST}, albums: {{create: [{NEW_ALBUMS}]}}}}) {COUNTED}", 10 + 1 + 2),
        (f"createTrack(input: {{{NEW_TRACK}, playlists: {{create: [{{playlistId: 1}}]}}}}) {COUNTED}", 13),
        (f'createTrack(input: {{{NEW_TRACK}, album: {{connect: {{id: "x"}}}}}}) {COUNTED}', 10 + 1 + 1),
        ('updateArtist(by: {id: "x"}, set: {name: "b"}) { artist { name } }', 10 + 1),
        ('updateArtists(filter: {}, set: {name: "b"}) { affectedCount }', 10 + 1000),
        ('updateArtists(filter: {}, set: {name: "b"}, atMost: 7) { artists { albums { totalCount } } }', 59),
        (f'updateTracks(filter: {{}}, set: {{playlists: {{connect: {{id: "x"}}}}}}, atMost: 7){COUNTED}', 31),
        ("deleteArtists(filter: {}, atMost: 3) { affectedCount }", 10 + 3),
    ],
)  # fmt: skip
def test_units_of_mutations(music_schema: Schema, source: str, units: int) -> None:
    assert estimate(music_schema, f"mutation {{ {source} }}") == units


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({}, 50),
        ({"n": None}, 50),
        ({"n": 0}, 0),
        ({"n": 7}, 7),
        ({"n": 7.0}, 7),
        ({"n": -1}, 0),
        ({"n": 10**9}, 1000),
        ({"n": 1e300}, 1000),
        ({"n": float("nan")}, 1000),
        ({"n": float("inf")}, 1000),
        ({"n": True}, 1000),
        ({"n": "7"}, 1000),
        ({"n": [7]}, 1000),
        ({"n": {"a": 1}}, 1000),
    ],
)
def test_wrong_variables_are_no_way_to_be_cheap(music_schema: Schema, given: Any, rows: int) -> None:
    source = "query ($n: Int) { albums(first: $n) { nodes { title } } }"
    assert estimate(music_schema, source, **given) == 1 + rows


def test_variables_have_defaults(music_schema: Schema) -> None:
    source = "query ($n: Int = 4) { albums(first: $n) { nodes { title } } }"
    assert estimate(music_schema, source) == 5
    assert estimate(music_schema, source, n=None) == 51
    assert estimate(music_schema, source, n=2, other=10**6) == 3


@pytest.mark.parametrize(
    ("directive", "there"),
    [("skip", {True: 0, False: 2, None: 2, "x": 2}), ("include", {True: 2, False: 0, None: 2, "x": 2})],
)
def test_conditions_go_by_their_variables(
    music_schema: Schema, directive: str, there: dict[Any, int]
) -> None:
    source = f"query ($b: Boolean!) {{ albums(first: 1) @{directive}(if: $b) {{ nodes {{ title }} }} }}"
    for value, units in there.items():
        assert estimate(music_schema, source, b=value) == units, value


def test_input_in_variables_is_counted(music_schema: Schema) -> None:
    whole = "mutation ($rows: [CreateArtistInput!]!) { createArtists(input: $rows) { affectedCount } }"
    nested = {"name": "a", "albums": {"create": [{"title": "b", "tracks": {"create": [{}, {}]}}, {}]}}
    assert estimate(music_schema, whole, rows=[nested, {"name": "c"}]) == 10 + 2 + 2 + 2
    assert estimate(music_schema, whole, rows=nested) == 10 + 1 + 2 + 2
    wrong: Any
    for wrong in (None, 1, "x", [None, 1], [{"albums": 1}], [{"albums": {"create": [None, [[]]]}}]):
        assert estimate(music_schema, whole, rows=wrong) >= 10
    part = (
        "mutation ($album: CreateAlbumInput!, $albums: CreateAlbumLinksInput, $by: AlbumKey!) {"
        f"  a: createArtist(input: {{{NEW_ARTIST}, albums: {{create: [$album, $album], connect: [$by]}}}})"
        "  { affectedCount }"
        f"  b: createArtist(input: {{{NEW_ARTIST}, albums: $albums}}) {{ affectedCount }}"
        "}"
    )
    links_type = str(music_schema.graphql.get_type("CreateArtistInput").fields["albums"].type)  # type: ignore[union-attr]
    part = part.replace("CreateAlbumLinksInput", links_type)
    album = {"title": "b", "tracks": {"create": [{}]}}
    assert estimate(music_schema, part, album=album, albums={"create": [album]}) == (11 + 2 + 2 + 1) + (
        11 + 2
    )


def test_more_rows_at_most(music_schema: Schema) -> None:
    source = "mutation ($n: Int!) { deleteArtists(filter: {}, atMost: $n) { affectedCount } }"
    assert estimate(music_schema, source, n=123_456) == 10 + 123_456
    assert estimate(music_schema, source, n="x") == 10 + 1000


def test_weights_are_set_by_object_and_by_setting() -> None:
    objects = {
        "public.album": ObjectOptions(cost=3),
        "public.album.title": ObjectOptions(cost=2),
        "public.album.album_artist": ObjectOptions(cost=7),
        "public": ObjectOptions(cost=2),
    }
    weights = CostWeights(connection=4, count=9, mutation=20)
    schema = build_schema(music(), replace(OPTIONS, objects=objects, weights=weights))
    assert estimate(schema, "{ albums(first: 2) { totalCount nodes { title } } }") == 4 + 9 + 2 * (3 + 2)
    assert estimate(schema, "{ albums(first: 2) { nodes { artist { name } } } }") == 4 + 2 * (3 + 7 + 2)
    assert (
        estimate(schema, "{ artists(first: 2) { nodes { albums(first: 1) { nodes { released } } } } }") == 28
    )
    assert estimate(schema, "mutation { deleteAlbums(filter: {}, atMost: 2) { affectedCount } }") == 26
    assert 'type Album implements Node @cost(weight: "3") {' in schema.sdl
    assert 'type Track implements Node @cost(weight: "2") {' in schema.sdl
    assert '  title: String! @cost(weight: "2")\n' in schema.sdl
    assert '  artist: Artist! @cost(weight: "7")\n' in schema.sdl
    assert ') : AlbumConnection! @cost(weight: "7") @listSize(assumedSize: 50, ' in schema.sdl.replace(
        "):", ") :"
    )


def test_costs_end_somewhere(music_schema: Schema) -> None:
    doubled = [
        f"fragment F{n} on Album {{ ...F{n + 1} artist {{ albums {{ nodes {{ ...F{n + 1} }} }} }} }}"
        for n in range(30)
    ]
    source = "query ($n: Int) { albums(first: $n) { nodes { ...F0 } } } fragment F30 on Album { title } "
    cost = compiled(music_schema, source + " ".join(doubled))
    assert cost.estimate({"n": 1000}) == MAX_COST
    lines, is_complete = cost.lines({"n": 1000}, most=100)
    assert (len(lines), is_complete) == (100, False)


def test_what_is_too_deep_is_refused(music_schema: Schema) -> None:
    parts = [
        f"fragment F{n} on Album {{ artist {{ albums {{ nodes {{ ...F{n + 1} }} }} }} }}" for n in range(250)
    ]
    source = f"{{ albums {{ nodes {{ ...F0 }} }} }} {' '.join(parts)} fragment F250 on Album {{ title }}"
    with pytest.raises(BadUserInput, match="too deep"):
        compiled(music_schema, source)


def test_lines_add_up_to_the_estimate(music_schema: Schema) -> None:
    source = """
        query ($n: Int, $b: Boolean!) {
          albums(first: $n) { totalCount nodes { ...F tracks @include(if: $b) { nodes { name } } } }
          node(id: "x") { ... on Album { ...F } ... on Track { album { ...F } } }
        }
        fragment F on Album { artist { albums(first: 2) { edges { node { title } } } } }
    """
    cost = compiled(music_schema, source)
    for variables in ({"n": 3, "b": True}, {"n": 3, "b": False}, {"b": True}):
        lines, is_complete = cost.lines(variables, most=1000)
        assert is_complete
        assert sum(line.units for line in lines) == cost.estimate(variables)
    paths = {".".join(line.path): (str(line.what), line.count, line.weight) for line in lines}
    assert paths["albums.nodes.tracks.nodes"] == ("rows", 2500, 1)
    assert paths["albums.totalCount"] == ("count", 1, 5)


@pytest.mark.parametrize("name", costly_documents())
def test_an_estimate_takes_less_than_a_millisecond(music_schema: Schema, name: str) -> None:
    source, variables = costly_documents()[name]
    cost = compiled(music_schema, source)
    assert len(re.findall(r"\w+|\S", source)) > 3500
    times = []
    for _ in range(20):
        begun = time.perf_counter()
        assert cost.estimate(variables) > 100
        times.append(time.perf_counter() - begun)
    assert min(times) < 0.001
