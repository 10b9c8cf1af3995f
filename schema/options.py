"""What shapes a schema besides the catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import StartupError
from schema import naming
from schema.functions import function_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from db.catalogue.model import Catalog, Table


@dataclass(frozen=True, slots=True)
class SchemaOptions:
    """Settings of a schema.

    Attributes:
        page_size: Rows of a page when neither `first` nor `last` is given.
        max_page_size: The most rows that `first` or `last` may ask for.
        cursor_key: Secret under which cursors are authenticated.
        names: GraphQL names that are wished for, by what they stand for: `schema.table` (the object type),
            `schema.table.column` and `schema.table.constraint` (the field of a column or a foreign key),
            `schema.function(type, type)` (the field of a function).
    """

    cursor_key: bytes
    page_size: int = 50
    max_page_size: int = 1000
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def check_names(names: Mapping[str, str], catalog: Catalog) -> list[str]:
    """Warnings for names that were set for what is not there.

    Raises:
        StartupError: What was set is no GraphQL name.
    """
    paths = {path for table in catalog.tables.values() for path in _paths(table)}
    paths.update(map(function_path, catalog.functions))
    for path, name in names.items():
        if not naming.is_valid(name):
            raise StartupError(f"names: {path!r} cannot be called {name!r}: that is no GraphQL name")
    return [
        f"names: there is no {path!r} that could be called {names[path]}."
        for path in sorted(names.keys() - paths)
    ]


def _paths(table: Table) -> Iterator[str]:
    path = ".".join(table.name)
    yield path
    yield from (f"{path}.{column.name}" for column in table.columns)
    yield from (f"{path}.{key.name}" for key in table.foreign_keys)
