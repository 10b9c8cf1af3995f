"""What can be set for one object of the database, in `loadstone.toml` or in its comment. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, cast

from core.suggestions import suggestion
from resolvers.cost_weights import MAX_WEIGHT
from schema import naming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_ROWS = 1_000_000
MAX_SECONDS = 31_536_000


class ObjectKind(StrEnum):
    """What a path can stand for."""

    SCHEMA = "schema"
    TABLE = "table"
    COLUMN = "column"
    FOREIGN_KEY = "foreign key"
    FUNCTION = "function"
    TYPE = "type"
    ATTRIBUTE = "attribute"
    CONSTRAINT = "constraint"


KEYS: Mapping[ObjectKind, frozenset[str]] = {
    ObjectKind.SCHEMA: frozenset({
        "hidden", "read_only", "page_size", "max_page_size", "cost", "cache_seconds", "cache_scope",
    }),
    ObjectKind.TABLE: frozenset({
        "name", "description", "hidden", "read_only", "page_size", "max_page_size", "cost", "cache_seconds",
        "cache_scope",
    }),
    ObjectKind.COLUMN: frozenset({"name", "description", "hidden", "read_only", "version", "cost"}),
    ObjectKind.FOREIGN_KEY: frozenset({"name", "inverse_name", "hidden", "cost"}),
    ObjectKind.FUNCTION: frozenset({"name", "description", "hidden", "cost"}),
    ObjectKind.TYPE: frozenset({"name", "description"}),
    ObjectKind.ATTRIBUTE: frozenset(),
    ObjectKind.CONSTRAINT: frozenset(),
}  # fmt: skip
"""What can be set for which kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectOptions:
    """What is set for one object; None where nothing is.

    Attributes:
        name: Its GraphQL name: of the type, the field of a column, or the to-one field of a foreign key.
        inverse_name: Of a foreign key, the field at the other end.
        description: Instead of its comment; empty for none.
        hidden: Whether the schema leaves it out.
        read_only: Whether mutations leave it out.
        page_size: Rows of a page of it when neither `first` nor `last` is given.
        max_page_size: The most that they may ask for.
        version: Of a column, whether it is the version of rows.
        cost: Units (see `resolvers.cost`): of a row, or of its field for each row that it is selected of.
        cache_seconds: How long answers may be kept that its rows have a part in; 0 for not at all.
        cache_scope: Whether such answers are for the caller alone (`PRIVATE`) or not (`PUBLIC`).
    """

    name: str | None = None
    inverse_name: str | None = None
    description: str | None = None
    hidden: bool | None = None
    read_only: bool | None = None
    page_size: int | None = None
    max_page_size: int | None = None
    version: bool | None = None
    cost: int | None = None
    cache_seconds: int | None = None
    cache_scope: str | None = None

    def given(self) -> dict[str, str | bool | int]:
        """What is set, by key; `read_options` makes the same of it."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {key: value for key, value in values.items() if value is not None}

    def over(self, others: ObjectOptions, kind: ObjectKind) -> ObjectOptions:
        """What of these an object of that kind can have, and the others where nothing is set here."""
        own = {key: value for key, value in self.given().items() if key in KEYS[kind]}
        return ObjectOptions(**cast("dict[str, Any]", {**others.given(), **own}))


def _text(given: object) -> str:
    if isinstance(given, str):
        return given
    raise ValueError("a text")


def _name(given: object) -> str:
    if isinstance(given, str) and naming.is_valid(given):
        return given
    raise ValueError("a GraphQL name")


def _switch(given: object) -> bool:
    if isinstance(given, bool):
        return given
    raise ValueError("true or false")


def _rows(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 1 <= given <= MAX_ROWS:
        return given
    raise ValueError(f"a whole number from 1 to {MAX_ROWS}")


def read_weight(given: object) -> int:
    """A weight, in units of cost; ValueError says what it must be."""
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MAX_WEIGHT:
        return given
    raise ValueError(f"a whole number from 0 to {MAX_WEIGHT}")


def _seconds(given: object) -> int:
    if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= MAX_SECONDS:
        return given
    raise ValueError(f"a whole number of seconds from 0 to {MAX_SECONDS}")


def _scope(given: object) -> str:
    if isinstance(given, str) and given.upper() in {"PUBLIC", "PRIVATE"}:
        return given.upper()
    raise ValueError("PUBLIC or PRIVATE")


_READ: Mapping[str, Callable[[object], object]] = {
    "name": _name,
    "inverse_name": _name,
    "description": _text,
    "hidden": _switch,
    "read_only": _switch,
    "page_size": _rows,
    "max_page_size": _rows,
    "version": _switch,
    "cost": read_weight,
    "cache_seconds": _seconds,
    "cache_scope": _scope,
}


def read_options(given: Mapping[str, object]) -> ObjectOptions:
    """Options from values as TOML and JSON have them; ValueError says what is wrong."""
    values = {}
    for key, value in given.items():
        if key not in _READ:
            raise ValueError(f"{key} is not known{suggestion(key, _READ)}")
        try:
            values[key] = _READ[key](value)
        except ValueError as error:
            raise ValueError(f"{key} must be {error}, not {value!r}") from None
    options = ObjectOptions(**cast("dict[str, Any]", values))
    size, most = options.page_size, options.max_page_size
    if size is not None and most is not None and size > most:
        raise ValueError(f"page_size ({size}) must not be greater than max_page_size ({most})")
    return options
