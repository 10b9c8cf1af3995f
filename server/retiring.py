"""Freeing a schema that is not served any more, without a pause.

Its types refer to each other, and its statements to what made them. The garbage collector would find that out
by looking through everything there is, which of a thousand tables takes up to a second in which nothing else
happens; and what lives long has been taken out of its sight (`gc.freeze`). So the links are taken apart, a
few at a time.
"""

from __future__ import annotations

import asyncio
import weakref
from typing import TYPE_CHECKING

from graphql import is_composite_type, is_input_object_type, is_introspection_type

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphql import GraphQLNamedType, GraphQLSchema

    from db.database import Database
    from loaders.across import Batches
    from server.served import DatabaseEngine

_AT_ONCE = 100
"""How many types are taken apart before others have their turn."""

_running: set[asyncio.Task[None]] = set()


def retire(engine: DatabaseEngine, served: Callable[[], Sequence[GraphQLSchema]]) -> None:
    """Takes the schema of an engine apart once the last request has let go of the engine.

    Args:
        engine: Nothing but requests refers to it any more.
        served: Gives the schemas that are served then: whatever they share stays as it is.
    """
    loop = asyncio.get_running_loop()
    schema, batches, database = engine.schema, engine.batches, engine.database

    def begin() -> None:
        task = loop.create_task(_take_apart(schema, batches, database, served))
        _running.add(task)
        task.add_done_callback(_running.discard)

    def unused() -> None:  # in whatever thread
        if not loop.is_closed():
            loop.call_soon_threadsafe(begin)

    weakref.finalize(engine, unused).atexit = False


def _refers_to_others(named: GraphQLNamedType) -> bool:
    # Scalars and enums refer to nothing, and may belong to modules.
    return (is_composite_type(named) or is_input_object_type(named)) and not is_introspection_type(named)


async def _take_apart(
    schema: GraphQLSchema,
    batches: Batches,
    database: Database,
    served: Callable[[], Sequence[GraphQLSchema]],
) -> None:
    types = [each for each in schema.type_map.values() if _refers_to_others(each)]
    vars(schema).clear()
    shared = {id(named) for each in served() for named in each.type_map.values()}
    batches.forget()
    database.take_apart()
    for number, named in enumerate(types):
        if id(named) not in shared:
            vars(named).clear()
        if number % _AT_ONCE == 0:
            await asyncio.sleep(0)
