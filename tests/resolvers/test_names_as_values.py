"""Values that name what the database has (`regclass` and its like): unknown names are mistakes of callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolvers.execution import Lane
from tests.support.engine import Engine, open_engine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

DATABASE = """
CREATE TABLE named (
    id int PRIMARY KEY, relation regclass, type regtype, function regproc, signature regprocedure,
    operator regoper, namespace regnamespace, role regrole, config regconfig
);
INSERT INTO named VALUES
    (1, 'named', 'int4', 'pi', 'pi()', '||/', 'public', 'postgres', 'english');
"""
FIELDS = ["relation", "type", "function", "signature", "operator", "namespace", "role", "config"]
WRONG = ["nosuch", "no.such", "no()", "9 lives", ""]


@pytest.fixture(scope="module")
async def engine(create_database: Callable[[str], Awaitable[str]]) -> AsyncIterator[Engine]:
    async with open_engine(await create_database(DATABASE)) as engine:
        yield engine


@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("field", FIELDS)
async def test_an_unknown_name_is_bad_input(engine: Engine, field: str, lane: Lane) -> None:
    for value in WRONG:
        for query in (
            f'{{ nameds(filter: {{{field}: {{eq: "{value}"}}}}) {{ nodes {{ rowId }} }} }}',
            f'mutation {{ updateNamed(by: {{rowId: 1}}, set: {{{field}: "{value}"}}) {{ affectedCount }} }}',
            f'mutation {{ createNamed(input: {{rowId: 2, {field}: "{value}"}}) {{ affectedCount }} }}',
        ):
            result = await engine.run(query, None, lane)
            [error] = result.errors
            assert (error.extensions or {}).get("code") == "BAD_USER_INPUT", (query, error)
