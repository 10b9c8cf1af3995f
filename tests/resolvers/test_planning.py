"""From a validated operation to its plan: which statements, what they read, what each place selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from db.catalogue.model import QualifiedName
from db.query import Form, Output, ToOneJoin
from resolvers.plan import ConnectionStep, LookupStep, NodeStep, Plan, Strategy
from resolvers.planning import plan_operation
from resolvers.strategies import MAX_JOINS
from schema.build import Schema, build_schema
from tests.support.catalogs import catalog, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolvers.strategies import ToOneStrategy


def plan(
    schema: Schema,
    source: str,
    variables: Mapping[str, Any] | None = None,
    to_one: ToOneStrategy | None = None,
) -> Plan:
    document = parse(source)
    assert validate(schema.graphql, document) == []
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return plan_operation(schema.graphql, schema.model, document, operation, variables or {}, to_one=to_one)


def shown(made: Plan) -> list[str]:
    return [
        f"{s.id} {s.strategy} {s.table} {'.'.join(s.path)}" + (f" of {s.parent}" if s.parent else "")
        for s in made.steps
    ]


def connection(made: Plan, key: str) -> ConnectionStep:
    step = made.roots[key]
    assert isinstance(step, ConnectionStep)
    return step


def lookup(made: Plan, key: str) -> LookupStep:
    step = made.roots[key]
    assert isinstance(step, LookupStep)
    return step


def columns(step: ConnectionStep | LookupStep) -> list[str]:
    return [output.column for output in step.outputs]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{ __typename }", []),
        ("{ artists { __typename } }", []),
        ("{ artists { nodes { name } } }", ["1 page public.artist artists"]),
        ("{ artists { edges { cursor } } }", ["1 page public.artist artists"]),
        ("{ artists { pageInfo { hasNextPage } } }", ["1 page public.artist artists"]),
        ("{ artists { totalCount } }", ["1 count public.artist artists"]),
        (
            "{ artists { totalCount nodes { name } } }",
            ["1 page public.artist artists", "2 count public.artist artists"],
        ),
        ("{ artist(by: {artistId: 1}) { name } }", ["1 lookup public.artist artist"]),
        (
            "{ a: artist(by: {artistId: 1}) { name } b: artist(by: {artistId: 1}) { name } }",
            ["1 lookup public.artist a", "2 lookup public.artist b"],
        ),
        ("{ node(id: 1) { id } }", []),  # which table is known when it runs
        (
            "{ albums { nodes { artist { name } } } }",
            ["1 page public.album albums", "2 join public.artist albums.nodes.artist of 1"],
        ),
        (
            "{ artists { nodes { albums { totalCount } } } }",
            ["1 page public.artist artists", "2 batch-counts public.album artists.nodes.albums of 1"],
        ),
        (
            "{ artists { nodes { albums { totalCount nodes { artist { name } } } } } }",
            [
                "1 page public.artist artists",
                "2 batch-pages public.album artists.nodes.albums of 1",
                "3 batch-counts public.album artists.nodes.albums of 1",
                "4 batch-to-one public.artist artists.nodes.albums.nodes.artist of 2",
            ],
        ),
        (
            "{ playlist(by: {playlistId: 1}) { t: tracks { edges { node { album { title } } } } } }",
            [
                "1 lookup public.playlist playlist",
                "2 batch-pages public.track playlist.t of 1",
                "3 join public.album playlist.t.edges.node.album of 2",
            ],
        ),
        (
            "{ albums { nodes { artist { name } } edges { node { artist { name } } } } }",
            [
                "1 page public.album albums",
                "2 join public.artist albums.nodes.artist of 1",
                "3 join public.artist albums.edges.node.artist of 1",
            ],
        ),
        (
            "{ albums { nodes { artist { name } } nodes { artist { country albums { totalCount } } } } }",
            [
                "1 page public.album albums",
                "2 join public.artist albums.nodes.artist of 1",
                "3 batch-counts public.album albums.nodes.artist.albums of 2",
            ],
        ),
    ],
)
def test_statements(music_schema: Schema, source: str, expected: list[str]) -> None:
    assert shown(plan(music_schema, source)) == expected


def test_only_selected_columns_are_read_each_once(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        "{ tracks { nodes { name again: name } edges { node { length name } cursor } totalCount } }",
    )
    step = connection(made, "tracks")
    assert step.outputs == (Output("name", Form.READ), Output("length", Form.READ))
    assert step.cursors
    assert set(step.places) == {("nodes",), ("edges", "node")}
    assert {name: slot.position for name, slot in step.places["edges", "node"].slots.items()} == {
        "length": 1,
        "name": 0,
    }


def test_keys_of_relations_are_read(music_schema: Schema) -> None:
    made = plan(music_schema, "{ albums { nodes { artist { name } title } } }", to_one=Strategy.TO_ONE)
    step = connection(made, "albums")
    assert columns(step) == ["artist_id", "title"]
    artist = step.places["nodes",].relations["artist"]
    assert isinstance(artist, LookupStep)
    assert artist.key_positions == (0,)
    assert columns(artist) == ["name"]
    assert artist.relation is not None
    assert artist.relation.required


TO_ALBUM = ToOneJoin(QualifiedName("public", "album"), (("album_id", "album_id"),))
TO_ARTIST = ToOneJoin(QualifiedName("public", "artist"), (("artist_id", "artist_id"),))


def test_a_joined_row_stands_in_its_parents_row(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        """{ tracks {
            nodes { name album { title artist { id albums { totalCount } } } }
            edges { node { again: album { released } } }
        } }""",
    )
    step = connection(made, "tracks")
    album, artist = (TO_ALBUM,), (TO_ALBUM, TO_ARTIST)
    assert step.outputs == (
        Output("name", Form.READ),
        Output("album_id", Form.PRESENT, album),
        Output("title", Form.READ, album),
        Output("artist_id", Form.PRESENT, artist),
        Output("artist_id", Form.READ, artist),
        Output("released", Form.READ, album),
    )
    assert [info.marker for info in made.steps] == [None, 1, 3, None, 1]
    row = step.places["nodes",]
    to_album = row.relations["album"]
    assert isinstance(to_album, LookupStep)
    to_artist = to_album.selection.relations["artist"]
    assert isinstance(to_artist, LookupStep)
    assert (to_album.outputs, to_artist.outputs) == ((), ())
    assert to_artist.selection.id_positions == (4,)
    counts = to_artist.selection.relations["albums"]
    assert counts.key_positions == (4,)
    assert list(row.fetched()) == [counts]


@pytest.mark.parametrize(
    ("source", "joined"),
    [
        ("{ track(by: {trackId: 1}) { album { title } } }", True),
        ("{ node(id: 1) { ... on Track { album { title } } } }", True),
        ("{ nodes(ids: [1]) { ... on Track { album { title } } } }", True),
        ("{ tracks { nodes { album { title } } } }", True),
        ("{ album(by: {albumId: 1}) { tracks { nodes { album { title } } } } }", True),
        ("{ track(by: {trackId: 1}) { album { tracks { nodes { album { title } } } } } }", True),
        ("{ albums { nodes { tracks { nodes { album { title } } } } } }", False),
        ("{ nodes(ids: [1]) { ... on Album { tracks { nodes { album { title } } } } } }", False),
        ("{ tracks { nodes { album { tracks { nodes { album { title } } } } } } }", False),
        (
            """{ album(by: {albumId: 1}) {
                artist { albums { nodes { tracks { nodes { album { title } } } } } }
            } }""",
            False,
        ),
    ],
)
def test_all_but_the_pages_of_many_parents_join(music_schema: Schema, source: str, joined: bool) -> None:
    made = plan(music_schema, source)
    for step in made.roots.values():
        if isinstance(step, NodeStep):
            for name in ("Album", "Track"):
                step.step_for(music_schema.model.types[name])
    expected = Strategy.JOIN if joined else Strategy.TO_ONE
    assert [step.strategy for step in made.steps if step.path[-1] == "album" and step.parent][-1] == expected


def test_what_is_read_by_key_joins(music_schema: Schema) -> None:
    """The rows of many parents, of which many are one."""
    source = "{ albums { nodes { tracks { nodes { album { artist { name } } } } } } }"
    assert [step.strategy for step in plan(music_schema, source).steps] == [
        Strategy.PAGE,
        Strategy.PAGES,
        Strategy.TO_ONE,
        Strategy.JOIN,
    ]


def test_a_statement_has_only_so_many_joins() -> None:
    tables = [
        table(
            f"t{number}",
            {"id": "int4!", "next_id": "int4"},
            key="id",
            references=[reference("next", "next_id", f"t{(number + 1) % 20}", "id")],
        )
        for number in range(20)
    ]
    schema = build_schema(catalog(*tables), OPTIONS)
    chain = "rowId"
    for _ in range(10):
        chain = f"next {{ {chain} }}"
    source = f"{{ t0s {{ nodes {{ {chain} }} edges {{ node {{ {chain} }} }} }} }}"

    strategies = [step.strategy for step in plan(schema, source).steps]
    one = [Strategy.JOIN] * MAX_JOINS + [Strategy.TO_ONE] + [Strategy.JOIN] * (9 - MAX_JOINS)
    assert strategies == [Strategy.PAGE, *one, *one]  # the same joins serve both places

    for wanted in (Strategy.JOIN, Strategy.TO_ONE):
        strategies = [step.strategy for step in plan(schema, source, to_one=wanted).steps]
        assert strategies == [Strategy.PAGE, *[wanted] * 20]


def test_the_global_id_reads_its_key(music_schema: Schema) -> None:
    step = connection(plan(music_schema, "{ playlistTracks { nodes { id trackId } } }"), "playlistTracks")
    assert columns(step) == ["playlist_id", "track_id"]
    assert step.places["nodes",].id_positions == (0, 1)


def test_nothing_is_read_for_typenames(music_schema: Schema) -> None:
    step = connection(plan(music_schema, "{ artists { nodes { __typename } } }"), "artists")
    assert step.outputs == ()
    assert step.places["nodes",].slots == {}


@pytest.mark.parametrize(
    ("selection", "cursors"),
    [
        ("nodes { name }", False),
        ("edges { node { name } }", False),
        ("pageInfo { hasNextPage hasPreviousPage }", False),
        ("pageInfo { startCursor }", True),
        ("pageInfo { end: endCursor }", True),
        ("edges { c: cursor }", True),
        ("... on ArtistConnection { edges { ... { cursor } } }", True),
        ("edges { cursor @skip(if: true) }", False),
    ],
)
def test_cursors_are_made_only_when_asked_for(music_schema: Schema, selection: str, cursors: bool) -> None:
    made = plan(music_schema, f"{{ artists {{ {selection} totalCount }} }}")
    assert connection(made, "artists").cursors is cursors


def test_aliased_places_have_selections_of_their_own(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        "{ artists { a: edges { n: node { name } } b: edges { n: node { country } } nodes { artistId } } }",
    )
    step = connection(made, "artists")
    assert {place: list(row.slots) for place, row in step.places.items()} == {
        ("a", "n"): ["name"],
        ("b", "n"): ["country"],
        ("nodes",): ["artistId"],
    }
    assert len(made.steps) == 1


def test_merged_places_have_one_selection(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        """{ artists { nodes { name } ...More } artists { nodes { albums { totalCount } } } }
        fragment More on ArtistConnection { nodes { country albums { nodes { title } } } }""",
    )
    row = connection(made, "artists").places["nodes",]
    assert list(row.slots) == ["name", "country"]
    assert list(row.relations) == ["albums"]
    assert len(made.steps) == 3


@pytest.mark.parametrize(("variables", "count"), [({"with": True}, 3), ({"with": False}, 1)])
def test_what_is_skipped_is_not_planned(
    music_schema: Schema, variables: Mapping[str, Any], count: int
) -> None:
    made = plan(
        music_schema,
        """query ($with: Boolean!) {
            artists { nodes { name country @include(if: $with) albums @include(if: $with) { totalCount } } }
            tracks @include(if: $with) { totalCount }
        }""",
        variables,
    )
    assert len(made.steps) == count
    assert ("country" in columns(connection(made, "artists"))) is variables["with"]
    assert ("tracks" in made.roots) is variables["with"]


def test_aliases_of_relations_are_steps_of_their_own(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        """{ artist(by: {artistId: 1}) {
            old: albums(first: 1) { nodes { title } } new: albums(last: 1) { nodes { title } }
        } }""",
    )
    assert list(lookup(made, "artist").selection.relations) == ["old", "new"]
    assert len(made.steps) == 3


def test_a_node_is_planned_for_the_type_it_turns_out_to_have(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        """query ($id: ID!) { node(id: $id) {
            id ... on Artist { name } ... on Album { title artist { name } } ... on Node { again: id }
        } }""",
    )
    step = made.roots["node"]
    assert isinstance(step, NodeStep)
    types = music_schema.model.types
    album = step.step_for(types["Album"])
    assert step.step_for(types["Album"]) is album
    assert columns(album) == ["album_id", "title", "artist_id", "name"]
    assert columns(step.step_for(types["Artist"])) == ["artist_id", "name"]
    assert shown(made) == [
        "1 lookup public.album node",
        "2 join public.artist node.artist of 1",
        "3 lookup public.artist node",
    ]


def test_keys_that_differ_from_what_is_shown_are_read_in_key_form() -> None:
    schema = build_schema(
        catalog(
            table("place", {"id": "uuid!"}, key="id"),
            table(
                "visit",
                {"id": "uuid!", "place_id": "uuid!"},
                key="id",
                references=[reference("of", "place_id", "place", "id")],
            ),
        ),
        OPTIONS,
    )
    made = plan(schema, "{ visits { nodes { placeId place { rowId } } } }", to_one=Strategy.TO_ONE)
    step = connection(made, "visits")
    assert step.outputs == (Output("place_id", Form.READ), Output("place_id", Form.KEY))
