"""What functions of users have in common: the parameters they are given, the tables they are for. Pure."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, get_type_hints

from core.errors import StartupError
from core.suggestions import suggestion
from schema.extending import Data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from db.catalogue.model import QualifiedName
    from resolvers.bindings import TableType


def data_parameters(function: Callable[..., Any]) -> frozenset[str]:
    """Names of the parameters of a function that are of the type `Data`."""
    parameters = inspect.signature(function).parameters.values()
    scope = getattr(function, "__globals__", {})
    return frozenset(each.name for each in parameters if _resolved(each.annotation, scope) is Data)


def _resolved(annotation: object, scope: dict[str, Any]) -> object:
    if not isinstance(annotation, str):
        return annotation

    def holder() -> None:
        """Stands for the function, with one annotation only: others may not be resolved here."""

    holder.__annotations__ = {"it": annotation}
    try:
        return get_type_hints(holder, scope)["it"]
    except Exception:  # noqa: BLE001 - whatever it is, Strawberry tells of it where it is needed
        return None


def table_of(path: str, type_name: str, types: Mapping[QualifiedName, TableType]) -> QualifiedName:
    """The table of an object type.

    Args:
        path: What messages call the function.
        type_name: The object type.
        types: The object types by table.

    Raises:
        StartupError: There is no such type.
    """
    tables = {table_type.name: name for name, table_type in types.items()}
    table = tables.get(type_name)
    if table is None:
        raise StartupError(
            f"{path}: there is no table with the type {type_name}{suggestion(type_name, tables)}"
        )
    return table


def check_reads(path: str, reads: Iterable[str], table_type: TableType) -> None:
    """Raises StartupError where one of the fields is no column of the table."""
    for column in reads:
        if column not in table_type.columns:
            raise StartupError(
                f"{path}: {table_type.name} has no column with the field {column}"
                f"{suggestion(column, table_type.columns)}"
            )


def fits(type_name: str, reads: Iterable[str], types: Mapping[QualifiedName, TableType]) -> bool:
    """Whether there is a table of the type that has the fields as columns."""
    table_type = next((each for each in types.values() if each.name == type_name), None)
    return table_type is not None and all(column in table_type.columns for column in reads)
