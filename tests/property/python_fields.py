"""Fields in Python for any database: what they give, and whether they fail, depends on the rows alone."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Any

import orjson
import strawberry

from schema.build import build_schema
from schema.extending import BadUserInput, ErrorCode, RequestError, Row, RowField
from schema.extensions import Extension

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from schema.options import SchemaOptions
    from tests.support.engine import Engine


@strawberry.enum(name="PyUnit")
class Unit(Enum):
    """A value whose name is another."""

    METRE = "m"
    FOOT = "ft"


@strawberry.input(name="PyShape")
class Shape:
    size: int
    unit: Unit = Unit.METRE
    inner: list[Shape] | None = None


@strawberry.type(name="PyThing")
class Thing:
    number: int
    unit: Unit | None

    @strawberry.field
    async def later(self, text: str = "x", shape: Shape | None = None) -> str | None:
        await asyncio.sleep(0)
        return None if self.number % 5 == 0 else f"{text}{self.number} {_shown(shape)}"

    @strawberry.field
    def things(self, first: int = 2) -> list[Thing | None]:
        count = max(0, min(first, 3))
        return [_thing(self.number * 7 + n) if n != self.number % 4 else None for n in range(count)]

    @strawberry.field
    def strict(self) -> int:
        if self.number % 13 == 0:
            raise BadUserInput(f"{self.number} is no good number.")
        return self.number


def _thing(number: int) -> Thing:
    return Thing(number=number % 1000, unit=(None, *Unit)[number % 3])


def _shown(shape: Shape | None) -> str:
    if shape is None:
        return "nothing"
    return f"{shape.size}{shape.unit.value}[{','.join(map(_shown, shape.inner or ()))}]"


def _number(row: Row) -> int:
    return zlib.crc32(orjson.dumps(dict(row), option=orjson.OPT_SORT_KEYS)) % 1009


def py_text(rows: list[Row], unit: Unit = Unit.FOOT, shape: Shape | None = None) -> list[str]:
    return [f"{_number(row)} {unit.name} {_shown(shape)}" for row in rows]


async def py_numbers(rows: list[Row], more: list[int] | None = None) -> list[list[int | None] | None]:
    await asyncio.sleep(0)
    return [None if _number(row) % 6 == 0 else [_number(row), None, *(more or ())] for row in rows]


async def py_thing(rows: list[Row], first: int = 1) -> list[Thing | None]:
    return [_thing(_number(row) + first) if _number(row) % 4 else None for row in rows]


def py_things(rows: list[Row]) -> list[list[Thing]]:
    return [[_thing(_number(row) + n) for n in range(_number(row) % 3)] for row in rows]


def py_position(rows: list[Row]) -> list[int]:
    """Tells the lanes apart where they give the code other rows, or in another order."""
    return [position * 1000 + len(rows) for position in range(len(rows))]


def py_some_fail(rows: list[Row]) -> list[int | None]:
    given: list[Any] = [
        ZeroDivisionError("a defect") if _number(row) % 3 == 0 else _number(row) for row in rows
    ]
    return given


def py_all_fail(rows: list[Row]) -> list[Unit]:
    if any(_number(row) % 5 == 0 for row in rows):
        raise RequestError("Not with such rows.", ErrorCode.CONFLICT)
    return [Unit.METRE for _ in rows]


def py_null(rows: list[Row]) -> list[int]:
    given: list[Any] = [None if _number(row) % 7 == 0 else 1 for row in rows]
    return given


SOUND: tuple[Callable[..., Any], ...] = (py_text, py_numbers, py_thing, py_things, py_position)
FAILING: tuple[Callable[..., Any], ...] = (py_some_fail, py_all_fail, py_null)


@strawberry.type
class Query:
    @strawberry.field
    async def py_root(self, number: int = 1, shape: Shape | None = None) -> Thing | None:
        return None if shape is not None and shape.size == 0 else _thing(number)

    @strawberry.field
    def py_broken(self) -> Thing:
        raise BadUserInput("Never.")


def extended(engine: Engine, options: SchemaOptions, random: Random) -> Engine:
    """The engine with fields in Python: two that work and now and then one that fails, for each type."""
    fields: list[RowField[..., Any]] = []
    for name, table_type in engine.schema.model.types.items():
        chosen = random.sample(SOUND, 2) + ([random.choice(FAILING)] if random.random() < 0.4 else [])
        for function in chosen:
            columns = random.sample(list(table_type.columns), min(2, len(table_type.columns)))
            fields.append(RowField(function, name, tuple(columns), None, None))
    extension = Extension("property", {"Query": Query}, tuple(fields), (), ())
    return replace(engine, schema=build_schema(engine.catalog, options, [extension]))
