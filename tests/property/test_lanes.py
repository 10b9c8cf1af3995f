"""The law of the lanes: the compiled lane answers what graphql-core would, byte for byte.

Neither costs more than was estimated.

Random operations run in both lanes. `python -m tests.property.campaign` runs as many as one likes.
"""

from __future__ import annotations

import re
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.property.lanes import PAGES, SCRIPTS, Comparison, Tally
from tests.property.random_databases import random_database
from tests.support.engine import open_engine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = [
    # graphql-core forgets what it has called where a field beside it fails: coroutines of Python fields.
    pytest.mark.filterwarnings("ignore:coroutine '(GraphQLCoreConverter|Executor):RuntimeWarning"),
    pytest.mark.filterwarnings(
        "ignore:Exception ignored in. <coroutine object (GraphQLCoreConverter|Executor)"
        ":pytest.PytestUnraisableExceptionWarning"
    ),
]

SEED = "1"
EACH = 1440
"""Operations on each of the databases that were written by hand: 7,200 in all."""

RANDOM_DATABASES = 25
EACH_RANDOM = 120
"""Operations on each random database: 3,000 in all."""


FEATURES = {
    "alias": r"[{ ]a: \w",
    "key that stands for two fields' selections": r" (\w+) { [^{}]* } \1 { ",
    "fragment that is used again": r"(?s)\.\.\.(F\d).*\.\.\.\1\b",
    "fragment on the interface": r"fragment F\d on Node ",
    "fragment within a fragment": r"fragment [^\n]*\.\.\.F\d",
    "condition without a type": r"\.\.\. ({|@)",
    "condition on the interface": r"\.\.\. on Node ",
    "condition on a type": r"\.\.\. on (?!Node|Query)\w+ ",
    "constant @skip": r"@skip\(if: (true|false)\)",
    "variable @include": r"@include\(if: \$",
    "variable with a default": r"\$\w+: [^,)]+ = ",
    "variable in a list": r"\[[^\]]*\$\w+",
    "variable in an object": r"{\w+: \$\w+",
    "null": r": null",
    "look-up by global id": r"\(by: {id: ",
    "look-up by several columns": r"\(by: {\w+: {",
    "node": r"\bnode\(id: ",
    "nodes": r"\bnodes\(ids: ",
    "cursor": r"after: \"",
    "cursor backward": r"before: \"",
    "page from the end": r"last: ",
    "offset": r"offset: ",
    "distinct rows": r"distinctOn: ",
    "estimated count": r"estimatedCount",
    "filter by both": r"and: \[{",
    "filter by not": r"not: {",
    "order by a to-one relation": r"orderBy: [^)]*{\w+: {",
    "range": r"{[^{}]*isEmpty",
    "aggregate": r"aggregate [^{}]*{ ",
    "function of columns": r"(sum|avg|min|max|countDistinct) [^{}]*{ \w",
    "groups": r"groups\([^)]*by: ",
    "groups by several columns": r"by: \[\w+, \w+",
    "truncated moments": r"truncate: {\w+: [A-Z]",
    "condition on a count": r"having: [^)]*count: {",
    "condition on a function": r"having: [^)]*(sum|avg|min|max|countDistinct): {\w+: {",
    "order by a key": r"orderBy: [^)]*key: {",
    "order by an aggregate": r"orderBy: [^)]*(sum|avg|min|max|countDistinct): {",
    "introspection": r"__schema {",
    "function that gives rows": r"\b(citiesLike|flightsTo|adultsTwice)\b",
    "function that has all its defaults": r"\b(extent|citiesLike|nthPerson)\b *[@{]",
    "function with some of them": r"\b(share\(part|shout\((mark|times)|nthPerson\(arg1): [^),:]+\)",
    "function without a name of an argument": r"\bnthPerson\(arg1: ",
    "function with any number of arguments": r"\bids: \[",
    "function that is given an object": r"span: {",
    "function that is given rows": r"\bsameCities\(([^)]*, )?given: \[{",
    "function that gives a row": r"\bnthPerson\b[^{]*{ \w",
    "function that gives records": r"\b(spans|extent)\b[^{]*{ \w",
    "function that fails": r"\b(flightsTo|cautious|lockers)\(",
    "page of a function": r"\b(citiesLike|flightsTo)\([^)]*\bfirst: ",
    "page of a function after a cursor": r"\b(citiesLike|flightsTo)\([^)]*\bafter: \"",
    "filter and order of a function": r"\b(citiesLike|flightsTo)\([^)]*\b(filter|orderBy): ",
    "aggregate of a function": r"\b(citiesLike|flightsTo)\b[^{]*{ (aggregate|groups)",
    "function of a row": r"\b(shout|cautious|age)\(",
    "rows of a function of a row": r"\b(others|lockers|citiesByName)\b[^{]*{ \w",
    "field in Python": r"\bpy[A-Z]",
    "field in Python with arguments": r"\bpy[A-Z]\w+\(",
    "object of Python": r"\bpyThings? {",
    "root field in Python": r"\bpyRoot",
}


def check(tally: Tally) -> None:
    print(tally)  # noqa: T201 - shown by pytest -rP
    assert not tally.differences, str(tally)
    assert tally.thorough > 0.03 * tally.requests, str(tally)
    assert tally.clean / 4 < tally.exact, str(tally)
    assert tally.compiled > 0.95 * tally.clean, f"the compiled lane gives up too often: {tally}"


async def test_operations_have_everything_in_them(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    url = await create_database(SCRIPTS["relations"].read_text())
    async with open_engine(url, PAGES) as engine:
        generator = (await Comparison.on("relations", engine)).generator
    operations = [generator.operation(Random(f"{SEED} {number}")) for number in range(4000)]  # noqa: S311
    for feature, pattern in FEATURES.items():
        assert sum(re.search(pattern, operation.source) is not None for operation in operations) > 5, feature
    given = [request for operation in operations for request in operation.requests]
    assert sum(None in request.values() for request in given) > 50
    assert sum(len(operation.requests) > 1 for operation in operations) > 1000


@pytest.mark.parametrize("name", SCRIPTS)
async def test_both_lanes_give_the_same_answer(
    name: str, create_database: Callable[[str], Awaitable[str]]
) -> None:
    tally = Tally()
    url = await create_database(SCRIPTS[name].read_text())
    async with open_engine(url, PAGES) as engine:
        comparison = await Comparison.on(name, engine)
        await comparison.run(tally, EACH, SEED)
    assert tally.operations == EACH
    check(tally)


async def test_both_lanes_give_the_same_answer_on_any_database(
    create_database: Callable[[str], Awaitable[str]],
) -> None:
    tally = Tally()
    for number in range(RANDOM_DATABASES):
        script = random_database(Random(f"database {SEED} {number}"))  # noqa: S311 - repeatable
        async with open_engine(await create_database(script), PAGES) as engine:
            comparison = await Comparison.on(f"database {number}", engine, script)
            await comparison.run(tally, EACH_RANDOM, SEED)
    assert tally.operations == RANDOM_DATABASES * EACH_RANDOM
    check(tally)
