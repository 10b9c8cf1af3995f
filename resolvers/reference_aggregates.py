"""Aggregates and groups of connections in the reference lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from db.aggregates import empty_record
from resolvers.plan import Template
from resolvers.reads import read_aggregates, read_groups

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from asyncpg import Record

    from resolvers.reads import BoundConnection, Key, Reader
    from resolvers.reference import Connection, FieldInfo


@dataclass(frozen=True, slots=True)
class Made:
    """An object that is made of one record."""

    template: Template
    record: Record | tuple[Any, ...]


def resolve_part(made: Made, info: FieldInfo) -> Any:
    """A field of such an object: a value of the record, or another object of it."""
    part = made.template.fields[str(info.path.key)]
    if isinstance(part, Template):
        return Made(part, made.record)
    if part is None:
        raise TypeError("graphql-core resolves __typename itself")
    value = made.record[part.slot.position]
    return value if value is None or part.slot.to_json is None else part.slot.to_json(value)


def resolve_aggregate(connection: Connection, info: FieldInfo) -> Made | Awaitable[Made]:
    """The aggregates of a connection."""
    step = connection.bound.step.aggregate
    if step is None:
        raise TypeError("an aggregate needs its step")
    template = step.templates[str(info.path.key)]
    if connection.key is None or step.info is None:
        return Made(template, empty_record(step.aggregates))
    return _aggregate(template, connection.load("aggregate", read_aggregates))


async def _aggregate(template: Template, pending: Awaitable[Record | tuple[Any, ...]]) -> Made:
    return Made(template, await pending)


def resolve_groups(
    connection: Connection, info: FieldInfo, **arguments: Any
) -> list[Made] | Awaitable[list[Made]]:
    """The groups of a connection."""
    key = str(info.path.key)
    step = connection.bound.step.groups[key]
    bound = connection.operation.bind_groups(connection.bound, step, arguments)
    if connection.key is None:
        return []

    async def read(reader: Reader, _: BoundConnection, keys: Sequence[Key]) -> list[list[Record]]:
        return await read_groups(reader, bound, keys)

    return _groups(step.template, connection.load(f"groups {key}", read))


async def _groups(template: Template, pending: Awaitable[Sequence[Record]]) -> list[Made]:
    return [Made(template, record) for record in await pending]
