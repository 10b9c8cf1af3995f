"""From a validated operation to its plan: which statements, what they read, what each place selects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from graphql import OperationDefinitionNode, parse, validate

from db.query import Form, Output
from resolvers.plan import ConnectionStep, LookupStep, NodeStep, Plan
from resolvers.planning import plan_operation
from schema.build import Schema, build_schema
from tests.support.catalogs import catalog, reference, table
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping


def plan(schema: Schema, source: str, variables: Mapping[str, Any] | None = None) -> Plan:
    document = parse(source)
    assert validate(schema.graphql, document) == []
    [operation] = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    return plan_operation(schema.graphql, schema.model, document, operation, variables or {})


def shown(made: Plan) -> list[str]:
    return [
        f"{s.id} {s.strategy} {s.table} {'.'.join(s.path)}" + (f" of {s.parent}" if s.parent else "")
        for s in made.statements
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
            ["1 page public.album albums", "2 batch-to-one public.artist albums.nodes.artist of 1"],
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
                "3 batch-to-one public.album playlist.t.edges.node.album of 2",
            ],
        ),
        (
            "{ albums { nodes { artist { name } } edges { node { artist { name } } } } }",
            [
                "1 page public.album albums",
                "2 batch-to-one public.artist albums.nodes.artist of 1",
                "3 batch-to-one public.artist albums.edges.node.artist of 1",
            ],
        ),
        (
            "{ albums { nodes { artist { name } } nodes { artist { country albums { totalCount } } } } }",
            [
                "1 page public.album albums",
                "2 batch-to-one public.artist albums.nodes.artist of 1",
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
    step = connection(plan(music_schema, "{ albums { nodes { artist { name } title } } }"), "albums")
    assert columns(step) == ["artist_id", "title"]
    artist = step.places["nodes",].relations["artist"]
    assert isinstance(artist, LookupStep)
    assert artist.key_positions == (0,)
    assert columns(artist) == ["name"]
    assert artist.relation is not None
    assert artist.relation.required


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
    assert len(made.statements) == 1


def test_merged_places_have_one_selection(music_schema: Schema) -> None:
    made = plan(
        music_schema,
        """{ artists { nodes { name } ...More } artists { nodes { albums { totalCount } } } }
        fragment More on ArtistConnection { nodes { country albums { nodes { title } } } }""",
    )
    row = connection(made, "artists").places["nodes",]
    assert list(row.slots) == ["name", "country"]
    assert list(row.relations) == ["albums"]
    assert len(made.statements) == 3


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
    assert len(made.statements) == count
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
    assert len(made.statements) == 3


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
    assert columns(album) == ["album_id", "title", "artist_id"]
    assert columns(step.step_for(types["Artist"])) == ["artist_id", "name"]
    assert shown(made) == [
        "1 lookup public.album node",
        "2 batch-to-one public.artist node.artist of 1",
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
    step = connection(plan(schema, "{ visits { nodes { placeId place { rowId } } } }"), "visits")
    assert step.outputs == (Output("place_id", Form.READ), Output("place_id", Form.KEY))
