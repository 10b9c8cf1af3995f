"""Arguments of a connection as the window they ask for."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadUserInput
from db.catalogue.model import QualifiedName
from db.query import OrderTerm, Seek, ToOneJoin
from resolvers.opaque import encode_cursor
from resolvers.windows import OrderDirection, Window, ordering_of, window_of
from schema.build import Schema, build_schema
from tests.support.catalogs import catalog, table
from tests.support.engine import OPTIONS

ALBUM = QualifiedName("public", "album")
ARTIST = QualifiedName("public", "artist")
TO_ARTIST = ToOneJoin(ARTIST, (("artist_id", "artist_id"),))
TO_ALBUM = ToOneJoin(ALBUM, (("album_id", "album_id"),))


def window(schema: Schema, type_name: str = "Album", **arguments: Any) -> Window:
    table_type = schema.model.types[type_name]
    ordering = ordering_of(schema.model, table_type, arguments.get("orderBy") or ())
    return window_of(schema.model, table_type, ordering, arguments)


def order(schema: Schema, type_name: str, *terms: dict[str, Any]) -> tuple[OrderTerm, ...]:
    found = window(schema, type_name, orderBy=terms).order.terms
    return tuple(term for term in found if isinstance(term, OrderTerm))


def cursor(schema: Schema, made_for: Window, *values: object) -> str:
    return encode_cursor(values, made_for.tag, schema.model.cursor_key)


def test_without_arguments(music_schema: Schema) -> None:
    found = window(music_schema)
    assert (found.size, found.backward, found.offset) == (50, False, 0)
    assert (found.after, found.before, found.values) == (None, None, {})
    assert found.order.terms == (OrderTerm("album_id"),)
    assert not found.order.positional


def test_null_is_as_if_it_was_not_given(music_schema: Schema) -> None:
    nothing: dict[str, Any] = dict.fromkeys(["first", "last", "after", "before", "offset", "orderBy"])
    assert window(music_schema, **nothing) == window(music_schema)


@pytest.mark.parametrize("size", [0, 1, 1000])
def test_sizes(music_schema: Schema, size: int) -> None:
    forward, backward = window(music_schema, first=size), window(music_schema, last=size)
    assert (forward.size, forward.backward) == (size, False)
    assert (backward.size, backward.backward) == (size, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": -1}, "'first' must not be negative"),
        ({"last": -1}, "'last' must not be negative"),
        ({"offset": -1}, "'offset' must not be negative"),
        ({"first": 1001}, "'first' must be at most 1000"),
        ({"last": 1001}, "'last' must be at most 1000"),
        ({"first": 1, "last": 1}, "'first' and 'last' exclude each other"),
        ({"first": 0, "last": 0}, "'first' and 'last' exclude each other"),
        ({"last": 1, "offset": 0}, "'last' and 'offset' exclude each other"),
        ({"after": ""}, "'after' is not a cursor"),
        ({"after": "garbage"}, "'after' is not a cursor"),
        ({"before": "garbage"}, "'before' is not a cursor"),
    ],
)
def test_refused(music_schema: Schema, arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadUserInput, match=message):
        window(music_schema, **arguments)


@pytest.mark.parametrize(
    ("direction", "descending", "nulls_first"),
    [
        ("ASC", False, False),
        ("ASC_NULLS_FIRST", False, True),
        ("ASC_NULLS_LAST", False, False),
        ("DESC", True, True),
        ("DESC_NULLS_FIRST", True, True),
        ("DESC_NULLS_LAST", True, False),
    ],
)
def test_directions(music_schema: Schema, direction: str, descending: bool, nulls_first: bool) -> None:
    first, tie_break = order(music_schema, "Album", {"released": OrderDirection[direction]})
    assert first == OrderTerm("released", descending, nulls_first)
    assert tie_break == OrderTerm("album_id", descending, descending)  # follows, so that one index serves


def test_terms_in_their_order_and_each_once(music_schema: Schema) -> None:
    terms = order(
        music_schema,
        "Album",
        {"title": OrderDirection.DESC},
        {"released": OrderDirection.ASC},
        {"title": OrderDirection.ASC},
    )
    assert terms == (
        OrderTerm("title", descending=True, nulls_first=True),
        OrderTerm("released"),
        OrderTerm("album_id"),
    )


def test_the_key_is_not_added_twice(music_schema: Schema) -> None:
    terms = order(
        music_schema, "Album", {"albumId": OrderDirection.DESC}, {"title": OrderDirection.ASC_NULLS_FIRST}
    )
    assert [term.column for term in terms] == ["album_id", "title"]


def test_a_composite_key_breaks_ties_with_what_is_left_of_it(music_schema: Schema) -> None:
    terms = order(music_schema, "PlaylistTrack", {"trackId": OrderDirection.ASC})
    assert [term.column for term in terms] == ["track_id", "playlist_id"]


def test_to_one_relations_nest(music_schema: Schema) -> None:
    terms = order(music_schema, "Track", {"album": {"artist": {"name": OrderDirection.DESC_NULLS_LAST}}})
    assert terms[0] == OrderTerm("name", descending=True, nulls_first=False, path=(TO_ALBUM, TO_ARTIST))
    assert terms[1] == OrderTerm("track_id", descending=True, nulls_first=True)


def test_a_column_there_is_not_the_column_here(music_schema: Schema) -> None:
    terms = order(
        music_schema, "Album", {"artist": {"artistId": OrderDirection.ASC}}, {"artistId": OrderDirection.ASC}
    )
    assert [(term.column, len(term.path)) for term in terms] == [
        ("artist_id", 1),
        ("artist_id", 0),
        ("album_id", 0),
    ]


def test_a_view_has_positions(music_schema: Schema) -> None:
    found = window(music_schema, "BestSeller", orderBy=[{"sold": OrderDirection.DESC}])
    assert found.order.positional
    assert found.order.terms == (
        OrderTerm("sold", descending=True, nulls_first=True),
        OrderTerm("name", descending=True, nulls_first=True),
    )
    after = window(
        music_schema,
        "BestSeller",
        orderBy=[{"sold": OrderDirection.DESC}],
        after=cursor(music_schema, found, 7),
    )
    assert (after.after, after.values) == (Seek((False,)), {"after0": 7})


def test_cursors_give_their_values(music_schema: Schema) -> None:
    by_date: dict[str, Any] = {"orderBy": [{"released": OrderDirection.ASC}]}
    made_for = window(music_schema, **by_date)
    found = window(
        music_schema,
        after=cursor(music_schema, made_for, None, 3),
        before=cursor(music_schema, made_for, "1999-01-01", 5),
        **by_date,
    )
    assert (found.after, found.before) == (Seek((True, False)), Seek((False, False)))
    assert found.values == {"after1": 3, "before0": "1999-01-01", "before1": 5}


def test_a_cursor_belongs_to_its_relation_and_order(music_schema: Schema) -> None:
    made_for = window(music_schema)
    text = cursor(music_schema, made_for, 3)
    assert window(music_schema, after=text, first=5).after is not None
    for other in (
        {"orderBy": [{"albumId": OrderDirection.DESC}]},
        {"orderBy": [{"title": OrderDirection.ASC}]},
        {"orderBy": [{"artist": {"artistId": OrderDirection.ASC}}]},
        {"type_name": "Artist"},
    ):
        with pytest.raises(BadUserInput, match="'after' is not a cursor of this connection in this order"):
            window(music_schema, after=text, **other)


def test_a_cursor_of_another_relation_with_the_same_order_is_refused() -> None:
    schema = build_schema(
        catalog(table("one", {"id": "int4!"}, key="id"), table("other", {"id": "int4!"}, key="id")), OPTIONS
    )
    text = cursor(schema, window(schema, "One"), 3)
    assert window(schema, "One", after=text).after is not None
    with pytest.raises(BadUserInput, match="'after' is not a cursor"):
        window(schema, "Other", after=text)


def test_the_same_order_said_otherwise_is_the_same(music_schema: Schema) -> None:
    text = cursor(music_schema, window(music_schema), 3)
    assert window(music_schema, after=text, orderBy=[{"albumId": OrderDirection.ASC}]).after is not None


def test_a_cursor_with_too_few_values_is_refused(music_schema: Schema) -> None:
    made_for = window(music_schema, orderBy=[{"title": OrderDirection.ASC}])
    with pytest.raises(BadUserInput):
        window(
            music_schema,
            after=cursor(music_schema, made_for, "a"),
            orderBy=[{"title": OrderDirection.ASC}],
        )
