"""Grants for columns, and what else a role lacks: the schema has what it can do, and all of that works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from db.identity import Identity
from resolvers.execution import Lane

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.identity.conftest import House

SOME = Identity("visitor")
CLERK = Identity("clerk")

GRANTS = """
CREATE TABLE place (place_id int PRIMARY KEY, code text NOT NULL UNIQUE, name text, rating int, secret text);
CREATE TABLE visit (
    visit_id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL REFERENCES place (code),
    place_id int REFERENCES place, note text, secret text DEFAULT 'unseen'
);
CREATE TABLE tag (tag_id int PRIMARY KEY, word text NOT NULL);
CREATE TABLE place_tag (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL REFERENCES place (code),
    tag_id int NOT NULL REFERENCES tag,
    UNIQUE (code, tag_id)
);
CREATE TABLE serially (serially_id serial PRIMARY KEY, word text);
CREATE TABLE keyless (a int, b int, secret int);
INSERT INTO place SELECT n, 'p' || n, 'place ' || n, n % 3, 'x' FROM generate_series(1, 20) n;
INSERT INTO visit (code, place_id, note) SELECT 'p' || 1 + n % 20, 1 + n % 20, 'note ' || n % 4
FROM generate_series(1, 60) n;
INSERT INTO tag VALUES (1, 'one'), (2, 'two');
INSERT INTO keyless SELECT n % 3, n, n FROM generate_series(1, 9) n;
CREATE FUNCTION place_title(p place) RETURNS text STABLE LANGUAGE sql RETURN p.name || p.secret;
CREATE FUNCTION secrets() RETURNS bigint STABLE SECURITY DEFINER LANGUAGE sql
    RETURN (SELECT count(secret) FROM place);
-- No key of place is whole: neither rows nor their versions can be named by it.
GRANT SELECT (code, name, rating), INSERT (code, name), UPDATE (name, rating), DELETE ON place TO visitor;
GRANT SELECT (visit_id, code, note), INSERT (code, note), UPDATE (code, note) ON visit TO visitor;
GRANT SELECT ON tag TO visitor;
GRANT SELECT (code, tag_id), INSERT (code, tag_id), DELETE ON place_tag TO visitor;
GRANT SELECT, INSERT ON serially TO visitor;
GRANT SELECT (a, b), UPDATE (b), DELETE ON keyless TO visitor;
GRANT SELECT, INSERT, UPDATE, DELETE ON place, visit TO clerk;
"""


@pytest.fixture
async def house(open_house: Callable[..., AsyncIterator[House]]) -> AsyncIterator[House]:
    async for each in open_house(2, GRANTS):
        yield each


async def _fields(house: House, type_name: str, identity: Identity = SOME) -> dict[str, str]:
    query = f"""{{ __type(name: "{type_name}") {{ fields {{ name type {{ kind }} }}
        inputFields {{ name type {{ kind }} }} }} }}"""
    found = (await house.data(query, identity))["__type"]
    if found is None:
        return {}
    return {each["name"]: each["type"]["kind"] for each in found["fields"] or found["inputFields"]}


async def test_the_schema_has_what_is_granted(house: House) -> None:
    place = await _fields(house, "Place")
    assert place.keys() == {"code", "name", "rating", "visits", "tags", "placeTags"}
    assert (await _fields(house, "CreatePlaceInput")).keys() == set()  # place_id is needed, and not granted
    assert (await _fields(house, "UpdatePlaceInput")).keys() == {"name", "rating", "visits", "tags"}
    assert (await _fields(house, "PlaceKey")).keys() == {"code"}
    assert {"placeId", "secret", "title", "rowVersion"} <= (await _fields(house, "Place", CLERK)).keys()
    visit = await _fields(house, "Visit")
    assert visit.keys() == {"id", "visitId", "code", "note", "placeByCode"}
    assert (await _fields(house, "CreateVisitInput")).keys() == {"code", "note", "placeByCode"}


READS = [
    "{ places(first: 3) { totalCount nodes { code } pageInfo { endCursor } } }",
    """{ places(orderBy: [{rating: DESC}, {name: ASC}], filter: {name: {startsWith: "place 1"}}) {
        nodes { code rating visits(first: 2) { totalCount nodes { note placeByCode { code } } } }
    } }""",
    """{ places {
        aggregate { count max { rating } } groups(by: [rating]) { key { rating } aggregate { count } }
    } }""",
    "{ places(distinctOn: [rating]) { totalCount nodes { code rating } } }",
    "{ places(orderBy: [{visits: {count: DESC}}]) { nodes { code tags { nodes { word } } } } }",
    '{ places(filter: {visits: {some: {note: {eq: "note 1"}}}}) { estimatedCount nodes { code } } }',
    '{ place(by: {code: "p1"}) { name visits { nodes { id } } placeTags { nodes { code } } } }',
    "{ visits(last: 3) { nodes { id visitId } } tags { nodes { id } } secrets }",
    "{ keylesses(first: 5, orderBy: [{a: DESC}]) { nodes { a b } pageInfo { endCursor } } }",
]


@pytest.mark.parametrize("lane", Lane)
async def test_whatever_is_valid_may_be_read(house: House, lane: Lane) -> None:
    for query in READS:
        found = await house.in_lane(query, SOME, lane)
        assert (found.errors, found.lane) == ([], lane), query


async def test_all_pages_of_what_has_no_key_to_go_by(house: House) -> None:
    for field, count in (("places", 20), ("keylesses", 9)):
        seen: list[Any] = []
        after = None
        while True:
            query = (
                f"query ($after: String) {{ found: {field}(first: 4, after: $after) "
                "{ edges { cursor node { __typename } } pageInfo { hasNextPage endCursor } } }"
            )
            page = (await house.data(query, SOME, {"after": after}))["found"]
            seen += [edge["cursor"] for edge in page["edges"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert len(set(seen)) == len(seen) == count


WRITES = """mutation {
    plain: createVisit(input: {code: "p1", note: "new"}) { visit { id visitId note } }
    nested: createVisits(input: [{placeByCode: {connect: {code: "p2"}}}, {code: "p3"}]) {
        affectedCount visits { code placeByCode { name } }
    }
    bare: createVisit(input: {code: "p1"}) { affectedCount }
    changed: updatePlace(by: {code: "p4"}, set: {rating: 9, tags: {connect: [{tagId: 1}, {tagId: 2}]}}) {
        place { rating tags { nodes { word } } }
    }
    linked: updatePlace(by: {code: "p5"}, set: {visits: {connect: [{visitId: 1}]}}) {
        place { visits(filter: {visitId: {eq: 1}}) { totalCount } }
    }
    again: updatePlace(by: {code: "p4"}, set: {tags: {disconnect: [{tagId: 1}], connect: [{tagId: 2}]}}) {
        place { tags { nodes { word } } }
    }
    many: updateKeylesses(filter: {a: {eq: 1}}, set: {b: 0}) { affectedCount keylesses { a b } }
    gone: deleteKeylesses(filter: {a: {eq: 2}}) { affectedCount }
    cleared: deletePlaces(filter: {code: {eq: "p20"}, visits: {none: {}}}) { places { code } }
    upserted: createSeriallies(
        input: [{seriallyId: 1, word: "one"}], onConflict: {key: seriallyId, update: [word]}
    ) { seriallies { seriallyId } }
    plainly: createSerially(input: {seriallyId: 7}) { serially { id } }
}"""


@pytest.mark.parametrize("lane", Lane)
async def test_whatever_is_valid_may_be_written(house: House, lane: Lane) -> None:
    await house.execute("GRANT UPDATE (word) ON serially TO visitor")
    await house.service.live.check("a test")
    found = await house.in_lane(WRITES, SOME, lane)
    assert (found.errors, found.lane) == ([], lane)
    data = orjson.loads(orjson.dumps(found.data))
    assert data["plain"]["visit"]["note"] == "new"
    assert data["nested"]["visits"][0] == {"code": "p2", "placeByCode": {"name": "place 2"}}
    assert data["changed"]["place"] == {"rating": 9, "tags": {"nodes": [{"word": "one"}, {"word": "two"}]}}
    assert data["again"]["place"] == {"tags": {"nodes": [{"word": "two"}]}}


async def test_sequences_that_may_not_be_used(house: House) -> None:
    assert (await _fields(house, "CreateSeriallyInput"))["seriallyId"] == "NON_NULL"
    await house.execute("GRANT USAGE ON SEQUENCE serially_serially_id_seq TO visitor")
    await house.service.live.check("a test")
    assert (await _fields(house, "CreateSeriallyInput"))["seriallyId"] == "SCALAR"
    await house.data('mutation { createSerially(input: {word: "x"}) { serially { seriallyId } } }', SOME)
