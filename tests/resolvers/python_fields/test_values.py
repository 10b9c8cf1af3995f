"""What fields in Python are given as arguments, and what may stand in the answer of what they give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from resolvers.execution import Lane
from tests.resolvers.python_fields.fields import (
    calls,
    located,
    run,
)

if TYPE_CHECKING:
    from tests.support.engine import Engine


async def test_rows_are_what_the_answer_would_have(engine: Engine) -> None:
    source = """{ everythings(orderBy: [{everythingId: DESC}]) { nodes {
        everythingId price made mood moods settings place { street no extra }
        span { isEmpty start { value inclusive } end { value inclusive } } data many allOfIt
    } } }"""
    answer = await run(engine, source)
    for node in orjson.loads(orjson.dumps(answer.data))["everythings"]["nodes"]:
        assert orjson.loads(node.pop("allOfIt")) == node
    [(_, rows), _] = calls
    assert rows[0]["everythingId"] == "9007199254740993"
    assert rows[0]["mood"] == "so_so"
    assert rows[0]["settings"] == {"a": [1, None]}


async def test_values_of_types_that_the_schema_has(engine: Engine) -> None:
    answer = await run(engine, "{ everythings { nodes { given when tree } } }")
    assert (
        orjson.loads(orjson.dumps(answer.data["everythings"]["nodes"]))
        == [{"given": "1.50", "when": "2024-05-01T00:00:00+00:00", "tree": {"a": [1]}}] * 2
    )


# Arguments --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "variables", "expected"),
    [
        ("", {}, "#1 Powerage"),
        ('(prefix: "")', {}, "1 Powerage"),
        ("(prefix: $text)", {}, "#1 Powerage"),
        ("(prefix: $text)", {"text": "-"}, "-1 Powerage"),
        ("(style: {})", {}, "#1 Powerage QUIET2"),
        ("(style: {tone: LOUD, times: $times})", {}, "#1 Powerage LOUD2"),
        ("(style: {times: $times, tone: $tone})", {"times": 3, "tone": "LOUD"}, "#1 Powerage LOUD3"),
        ("(style: $style)", {"style": {"times": 1}}, "#1 Powerage QUIET1"),
        ("(style: $style)", {"style": None}, "#1 Powerage"),
    ],
)
async def test_arguments(engine: Engine, arguments: str, variables: dict[str, Any], expected: str) -> None:
    source = f"""query ($text: String = "#", $times: Int! = 2, $tone: Tone! = QUIET, $style: Style) {{
        a: album(by: {{albumId: 1}}) {{ label{arguments} }}
        b: album(by: {{albumId: 1}}) {{ x: label(prefix: $text, style: {{times: $times, tone: $tone}})
            y: label(style: $style) }}
    }}"""
    answer = await run(engine, source, variables)
    assert answer.data["a"]["label"] == expected


async def test_a_variable_that_is_not_given_leaves_the_default(engine: Engine) -> None:
    source = "query ($text: String) { album(by: {albumId: 1}) { label(prefix: $text) } }"
    document = source.replace("$text: String", '$text: String! = "?"')
    assert (await run(engine, document)).data == {"album": {"label": "?1 Powerage"}}


async def test_one_of_several(engine: Engine) -> None:
    source = "query ($pick: Pick!) { album(by: {albumId: 1}) { picked(pick: $pick) } }"
    assert (await run(engine, source, {"pick": {"number": 3}})).data == {"album": {"picked": "3 "}}
    for wrong in ({}, {"number": None}, {"number": 1, "text": "x"}):
        for lane in Lane:
            refused = await engine.run(source, {"pick": wrong}, lane)
            assert refused.data is None
            assert located(refused) == [(None, "BAD_USER_INPUT")]


async def test_lists_and_enums(engine: Engine) -> None:
    answer = await run(
        engine,
        "query ($tone: Tone! = QUIET) { albums { nodes { a: tones b: tones(loud: $tone) } } }",
    )
    assert answer.data["albums"]["nodes"][:2] == [
        {"a": ["LOUD", None], "b": ["QUIET", None]},
        {"a": None, "b": None},
    ]


# Objects ----------------------------------------------------------------------------------------------


async def test_objects_are_completed_while_the_rest_is_compiled(engine: Engine) -> None:
    source = """query ($mark: String = "?", $with: Boolean!, $other: AlbumFilter) {
        artists { nodes { name albums(filter: $other) { totalCount nodes {
            title note { ...on_note plain: shouted __typename strict @include(if: $with) }
        } } } }
    }
    fragment on_note on Note { ...text shouted(mark: $mark) }
    fragment text on Note { text @skip(if: $with) }
    """
    answer = await run(engine, source, {"with": False, "other": {"albumId": {"lt": 5}}})
    albums = [node for artist in answer.data["artists"]["nodes"] for node in artist["albums"]["nodes"]]
    assert albums[0] == {
        "title": "Powerage",
        "note": {"text": "Powerage", "shouted": "POWERAGE?", "plain": "POWERAGE!", "__typename": "Note"},
    }
    assert albums[3] == {"title": "Ballads", "note": None}
    assert [name for name, _ in calls] == ["note", "note"]  # once in each lane


async def test_unions(engine: Engine) -> None:
    source = (
        "{ album(by: {albumId: 1}) { views { __typename ... on Picture { url } ... on Note { text } } } }"
    )
    answer = await run(engine, source)
    assert answer.data["album"]["views"] == [
        {"__typename": "Picture", "url": "/1"},
        {"__typename": "Note", "text": "x"},
    ]


async def test_resolvers_below_have_an_info(engine: Engine) -> None:
    source = (
        'query ($mark: String = "?") { album(by: {albumId: 1}) { note { variable shouted(mark: $mark) } } }'
    )
    assert (await run(engine, source)).data["album"]["note"]["variable"] == [
        "mark",
        "variable",
        "SelectedField",
    ]
