"""What goes wrong in fields in Python: errors at their places, in both lanes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.resolvers.python_fields.fields import (
    calls,
    located,
    run,
)

if TYPE_CHECKING:
    from tests.support.engine import Engine


async def test_an_exception_in_the_list_is_the_error_of_its_row(engine: Engine) -> None:
    answer = await run(engine, "{ artists { nodes { albums { nodes { single } } } } }")
    [first, second, _] = answer.data["artists"]["nodes"]
    assert first["albums"]["nodes"] == [{"single": 1}, {"single": None}]
    assert second["albums"]["nodes"] == [{"single": 2}, {"single": 4}]
    [error] = answer.errors
    assert error.message == "Three is too much."
    assert located(answer) == [(["artists", "nodes", 0, "albums", "nodes", 1, "single"], "BAD_USER_INPUT")]


async def test_null_where_none_may_be_rises(engine: Engine) -> None:
    answer = await run(
        engine, "{ a: album(by: {albumId: 3}) { strict } b: album(by: {albumId: 1}) { strict } }"
    )
    assert answer.data == {"a": None, "b": {"strict": 1}}
    assert located(answer) == [(["a", "strict"], "INTERNAL_SERVER_ERROR")]


async def test_errors_below_a_value(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { albumId note { strict } } } }")
    assert [node["note"] for node in answer.data["albums"]["nodes"]] == [
        {"strict": 1},
        {"strict": 2},
        None,
        None,
    ]
    assert located(answer) == [(["albums", "nodes", 2, "note", "strict"], "BAD_USER_INPUT")]


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("raises", "INTERNAL_SERVER_ERROR"),
        ("refuses", "CONFLICT"),
        ("graphql", "INTERNAL_SERVER_ERROR"),
        ("short", "INTERNAL_SERVER_ERROR"),
        ("none", "INTERNAL_SERVER_ERROR"),
        ("text", "INTERNAL_SERVER_ERROR"),
        ("lists", "INTERNAL_SERVER_ERROR"),
        ("mapping", "INTERNAL_SERVER_ERROR"),
        ("awaitable", "INTERNAL_SERVER_ERROR"),
    ],
)
async def test_what_goes_wrong_is_an_error_of_each_row(engine: Engine, how: str, code: str) -> None:
    source = "query ($how: String!) { albums(first: 2) { nodes { albumId fails(how: $how) } } }"
    answer = await run(engine, source, {"how": how})
    assert answer.data["albums"]["nodes"] == [{"albumId": 1, "fails": None}, {"albumId": 2, "fails": None}]
    assert located(answer) == [(["albums", "nodes", n, "fails"], code) for n in (0, 1)]


async def test_a_row_whose_value_cannot_be_shown_is_not_given_to_the_code(engine: Engine) -> None:
    answer = await run(engine, "{ albums { nodes { albumId stars } } }")
    assert [node["stars"] for node in answer.data["albums"]["nodes"]] == ["*", None, "", "****"]
    assert located(answer) == [(["albums", "nodes", 1, "stars"], "VALUE_NOT_REPRESENTABLE")]
    # By the reference lane each time: the compiled lane gave up before it called anyone.
    assert [[row["rating"] for row in rows] for _, rows in calls] == [[1.5, None, 4]] * 2
