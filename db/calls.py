"""Calls of SQL functions, as pure, hashable data: shapes without values, as `db.query` has reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from db.values import ListShape

if TYPE_CHECKING:
    from db.catalogue.model import QualifiedName
    from db.values import Shape


@dataclass(frozen=True, slots=True)
class GivenArgument:
    """An argument that a call gives.

    Attributes:
        parameter: The parameter of the statement that has its value, in column form.
        type: Its type as the function declares it.
        shape: The same, to callers.
        name: The name that it is given by; None where its place says which it is.
        variadic: Whether it is the list of all further ones.
    """

    parameter: str
    type: QualifiedName
    shape: Shape
    name: str | None
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function; what is not given has the function's defaults.

    Attributes:
        function: Its name.
        owner: The relation whose row is its first argument; None where it takes none.
        given: The (other) arguments, those without a name first.
        returns: What it gives: one value, or each of a set; None for rows of a relation that is served.
        returns_set: Whether it gives any number of them.
    """

    function: QualifiedName
    owner: QualifiedName | None
    given: tuple[GivenArgument, ...]
    returns: Shape | None
    returns_set: bool

    @property
    def value(self) -> Shape:
        """The shape of its value, that of a list where it gives a set; TypeError where it gives rows."""
        if self.returns is None:
            raise TypeError(f"{self.function.name} gives no value")
        return ListShape(self.returns, self.returns.type) if self.returns_set else self.returns
