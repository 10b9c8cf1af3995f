"""What refusing documents costs that are meant to cost: processor time of one process for each request.

`python -m benchmarks.hostile_documents` asks the application in process, over ASGI, on the tables of the demo
without rows; no document is kept or remembered. Medians, and the least of the rounds, since whatever else the
machine does adds to them; beside them what graphql-core alone takes to parse and validate the document, with
the same limits of tokens and comments, once. Exit status 1 where the least is more than 50 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import asyncpg
import uvloop
from graphql import GraphQLError, parse, validate

from benchmarks.music import SETTINGS
from benchmarks.own_cost import HEADERS, ask, opened
from benchmarks.readme import number, show, table
from demo.postgres import EmbeddedPostgres
from tests.support.demo_tables import TABLES
from tests.support.engine import open_engine
from tests.support.hostile_documents import CATALOGUE, DEFAULTS, WITHIN_TOKENS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphql import GraphQLSchema

    from server.application import Application

ROUNDS = 15
BUDGET = 0.05
"""Seconds for any document that is refused."""


class Refusal(NamedTuple):
    """What a document came to; seconds of processor time."""

    name: str
    characters: int
    seconds: tuple[float, ...]
    graphql_core: float
    message: str


async def create(postgres: EmbeddedPostgres) -> str:
    """A database with the tables of the demo; its URL."""
    url = postgres.url("postgres")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(TABLES)
    finally:
        await connection.close()
    return url


async def measured(application: Application, schema: GraphQLSchema, name: str, source: str) -> Refusal:
    """Has a document refused many times."""
    body = json.dumps({"query": source}).encode()
    seconds = []
    answer = b""
    for _ in range(ROUNDS):
        before = time.process_time()
        answer = await ask(application, body, HEADERS)
        seconds.append(time.process_time() - before)
    errors = json.loads(answer)["errors"]
    return Refusal(name, len(source), tuple(seconds), by_graphql_core(schema, source), errors[0]["message"])


def by_graphql_core(schema: GraphQLSchema, source: str) -> float:
    """Seconds that graphql-core alone takes."""
    before = time.process_time()
    try:
        limit = DEFAULTS.max_tokens
        validate(schema, parse(source, max_lexical_tokens=limit, max_comments=limit), max_errors=10)
    except GraphQLError:
        pass
    return time.process_time() - before


def lines(refusals: list[Refusal]) -> Iterator[str]:
    """The table."""
    head = (
        "document",
        "characters",
        "ms of CPU",
        "the least",
        "graphql-core alone",
        "refused, for the first",
    )
    yield from table(
        head,
        (
            (
                refusal.name,
                f"{refusal.characters:,}",
                number(1000 * statistics.median(refusal.seconds)),
                number(1000 * min(refusal.seconds)),
                number(1000 * refusal.graphql_core),
                refusal.message.split("\n")[0][:80].replace("|", "\\|"),
            )
            for refusal in refusals
        ),
    )


async def measure(postgres: EmbeddedPostgres) -> list[Refusal]:
    """All documents, one after the other."""
    url = await create(postgres)
    documents = (CATALOGUE | WITHIN_TOKENS).items()
    async with open_engine(url) as engine, opened(url) as application:
        schema = engine.schema.graphql
        return [await measured(application, schema, name, source) for name, source in documents]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile_documents", description=__doc__)
    parser.add_argument("--readme", action="store_true", help="put it into benchmarks/README.md")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "pg", SETTINGS) as postgres,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        refusals = runner.run(measure(postgres))
    show("hostile documents", "benchmarks.hostile_documents", lines(refusals), readme=given.readme)
    sys.exit(any(min(refusal.seconds) > BUDGET for refusal in refusals))


if __name__ == "__main__":
    main()
