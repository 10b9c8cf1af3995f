"""What modules of users are written with: see docs/extensions.md.

`Query` in such a module, a class with `@strawberry.type`, adds fields to the root; `@row_field` adds fields
to the rows of a table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar

from core.errors import BadUserInput, ErrorCode, RequestError, StartupError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["BadUserInput", "Context", "ErrorCode", "RequestError", "Row", "row_field"]

Row = Mapping[str, Any]
"""A row: the fields that were declared, by name, each as the answer's JSON would have it."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Context(Protocol):
    """`info.context` of resolvers in Strawberry types."""

    @property
    def state(self) -> dict[str, Any]:
        """What code keeps for one request, under keys of its own: a DataLoader, for instance."""


@dataclass(frozen=True, slots=True)
class RowField(Generic[Parameters, Result]):
    """A function that gives the values of a field for a list of rows; it can still be called as such.

    Attributes:
        function: The function.
        type_name: The object type that has the field.
        reads: The fields of the columns that rows are made of.
        name: Of the field; made from the function's unless given.
        deprecation_reason: Why the field should no longer be used.
    """

    function: Callable[Parameters, Result]
    type_name: str
    reads: tuple[str, ...]
    name: str | None
    deprecation_reason: str | None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.function(*args, **kwargs)


def row_field(
    type_name: str,
    *,
    reads: Iterable[str],
    name: str | None = None,
    deprecation_reason: str | None = None,
) -> Callable[[Callable[Parameters, Result]], RowField[Parameters, Result]]:
    """Makes a function a field of the rows of a table.

    The function's first parameter is a list of `Row`; its others are the field's arguments. It returns, also
    as a coroutine, a list with the value of each row, in their order. An Exception in that list is the error
    of its row alone; one that is raised is the error of every row.

    Args:
        type_name: The object type of the table, such as `Airport`.
        reads: The fields that each row has; nothing else is read from the database for it.
        name: Of the field; unless given, the function's name in camelCase.
        deprecation_reason: Why the field should no longer be used.

    Raises:
        StartupError: `reads` is one text.
    """
    if isinstance(reads, str):
        raise StartupError(f"row_field({type_name!r}): reads must be a list of fields, not {reads!r}")
    columns = tuple(dict.fromkeys(reads))

    def register(function: Callable[Parameters, Result]) -> RowField[Parameters, Result]:
        return RowField(function, type_name, columns, name, deprecation_reason)

    return register
