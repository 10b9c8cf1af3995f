"""How long it takes to tell what an operation may cost, for the costliest documents that are allowed.

`python -m benchmarks.cost_estimates` compiles and estimates them, without a database, and prints
milliseconds: the medians of rounds, in parentheses the greatest estimate. Beside it, the same for a point
look-up, in microseconds.
"""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from graphql import OperationDefinitionNode, parse, validate

from benchmarks.peers.comparing import say
from resolvers.cost_compiling import compile_cost
from schema.build import build_schema
from tests.support.catalogs import music
from tests.support.costly_documents import MAX_TOKENS, costly_documents
from tests.support.engine import OPTIONS

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 50
LOOK_UP = "query ($id: ID!) { track(by: {id: $id}) { name } }"


def timed(work: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def main() -> None:
    """Prints the table."""
    schema = build_schema(music(), OPTIONS)
    say("| document | characters | parse ms | compile ms | estimate ms |")
    say("| --- | --- | --- | --- | --- |")
    for name, (source, variables) in costly_documents().items():
        document = parse(source, max_lexical_tokens=MAX_TOKENS)
        [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]

        def compiled() -> object:
            return compile_cost(schema.graphql, schema.model, document, operation)  # noqa: B023 - called here

        cost = compile_cost(schema.graphql, schema.model, document, operation)
        parsing = statistics.median(timed(lambda: parse(source), 5))  # noqa: B023 - called here
        compiling = statistics.median(timed(compiled, 10))
        estimating = timed(lambda: cost.estimate(variables), ROUNDS)  # noqa: B023 - called here
        shown = f"{statistics.median(estimating):.3f} ({max(estimating):.3f})"
        say(f"| {name} | {len(source):,} | {parsing:.1f} | {compiling:.1f} | {shown} |")
    document = parse(LOOK_UP)
    if validate(schema.graphql, document):
        raise RuntimeError("the look-up is not valid")
    [operation] = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    cost = compile_cost(schema.graphql, schema.model, document, operation)
    look_up = statistics.median(timed(lambda: [cost.estimate({"id": "x"}) for _ in range(1000)], ROUNDS))
    say(f"\nA point look-up: {look_up:.2f} µs.")


if __name__ == "__main__":
    main()
