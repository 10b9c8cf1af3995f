"""What modules of users are written with: see docs/extensions.md.

`Query` and `Mutation` in such a module, classes with `@strawberry.type`, add fields to the roots;
`@row_field` adds fields to the rows of a table; `@before_write` and `@after_write` are called when rows of a
table are written; `@authenticate` says who asks.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar

from core.errors import BadUserInput, ErrorCode, RequestError, StartupError
from core.tracing import RequestTrace, TraceContext, current_request
from resolvers.bindings import CacheControl, CacheScope, WriteKind
from resolvers.fetching import FetchError
from schema.object_options import read_weight

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

__all__ = [
    "BadUserInput",
    "CacheControl",
    "CacheScope",
    "Caller",
    "Context",
    "Data",
    "ErrorCode",
    "FetchError",
    "Request",
    "RequestError",
    "RequestTrace",
    "Row",
    "TraceContext",
    "WriteKind",
    "after_write",
    "authenticate",
    "before_write",
    "current_request",
    "row_field",
]

Row = Mapping[str, Any]
"""A row: the fields that were declared, by name, each as the answer's JSON would have it."""

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Data(Protocol):
    """The API itself, as the caller of the running operation has it.

    What `@row_field`, `@before_write` or `@after_write` stand above is given it for a parameter of this type,
    which is no argument.
    """

    @property
    def role(self) -> str | None:
        """The caller's database role; None for the one that the server logs in as."""

    @property
    def claims(self) -> Mapping[str, Any]:
        """What is known of the caller, as policies find it in `request.jwt.claims`; may be empty."""

    async def fetch(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """Runs an operation as part of the one that runs.

        Within a mutation it reads and writes in that one's transaction.

        Args:
            document: A GraphQL document. It is prepared once: values belong in variables.
            variables: By name, as JSON would have them.
            operation_name: Which operation, if there are several.

        Returns:
            The `data` of the answer, as JSON would have it.

        Raises:
            FetchError: The answer has errors, or the document cannot be run.
        """


class Context(Protocol):
    """`info.context` of resolvers in Strawberry types."""

    @property
    def data(self) -> Data:
        """The API itself."""

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
        cache: How long its values may be kept; None where they may not.
    """

    function: Callable[Parameters, Result]
    type_name: str
    reads: tuple[str, ...]
    name: str | None
    deprecation_reason: str | None
    cost: int | None = None
    cache: CacheControl | None = None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.function(*args, **kwargs)


def row_field(  # noqa: PLR0913 - what a field has
    type_name: str,
    *,
    reads: Iterable[str],
    name: str | None = None,
    deprecation_reason: str | None = None,
    cost: int | None = None,
    cache: CacheControl | None = None,
) -> Callable[[Callable[Parameters, Result]], RowField[Parameters, Result]]:
    """Makes a function a field of the rows of a table.

    The function's first parameter is a list of `Row`; its others are the field's arguments, but for one of
    the type `Data`. It returns, also as a coroutine, a list with the value of each row, in their order. An
    Exception in that list is the error of its row alone; one that is raised is the error of every row.

    Args:
        type_name: The object type of the table, such as `Airport`.
        reads: The fields that each row has; nothing else is read from the database for it.
        name: Of the field; unless given, the function's name in camelCase.
        deprecation_reason: Why the field should no longer be used.
        cost: Units that each row costs, with all that is selected below the field (docs/cost.md).
        cache: How long its values may be kept; unless given, answers with the field are kept nowhere.

    Raises:
        StartupError: `reads` is one text, or `cost` no weight.
    """
    of = f"row_field({type_name!r})"
    columns = _fields(of, reads)
    if cost is not None:
        check_weight(of, cost)

    def register(function: Callable[Parameters, Result]) -> RowField[Parameters, Result]:
        return RowField(function, type_name, columns, name, deprecation_reason, cost, cache)

    return register


@dataclass(frozen=True, slots=True)
class WriteHook(Generic[Parameters, Result]):
    """A function that is called when rows of a table are written; it can still be called as such.

    Attributes:
        function: The function.
        type_name: The object type of the rows.
        reads: The fields that written rows are given with; None if it is called before.
    """

    function: Callable[Parameters, Result]
    type_name: str
    reads: tuple[str, ...] | None

    def __call__(self, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        return self.function(*args, **kwargs)


def before_write(
    type_name: str,
) -> Callable[[Callable[Parameters, Result]], WriteHook[Parameters, Result]]:
    """Has a function called before rows of a table are written, once for all rows of a field.

    Its parameters are the kind of the write (`WriteKind`) and the rows as they are given: a list of
    dictionaries by the names of the input. Of an update there is one, with the new values; of a delete there
    is none. It returns, also as a coroutine, the list of the rows to write, as many and in their order. What
    it raises refuses the write.

    Args:
        type_name: The object type of the table, such as `Airport`.
    """

    def register(function: Callable[Parameters, Result]) -> WriteHook[Parameters, Result]:
        return WriteHook(function, type_name, None)

    return register


def after_write(
    type_name: str, *, reads: Iterable[str]
) -> Callable[[Callable[Parameters, Result]], WriteHook[Parameters, Result]]:
    """Has a function called after rows of a table were written, once for all rows of a field.

    Its parameters are the kind of the write (`WriteKind`) and a list of `Row`: the rows as they are now, or
    were before they were deleted. What it returns, also as a coroutine, is None. What it raises undoes the
    write.

    Args:
        type_name: The object type of the table, such as `Airport`.
        reads: The fields that each row has.

    Raises:
        StartupError: `reads` is one text.
    """
    columns = _fields(f"after_write({type_name!r})", reads)

    def register(function: Callable[Parameters, Result]) -> WriteHook[Parameters, Result]:
        return WriteHook(function, type_name, columns)

    return register


@dataclass(frozen=True, slots=True)
class Request:
    """A request whose sender is to be told.

    Attributes:
        headers: Its header fields by their names in lower case; several of a name are joined by commas.
    """

    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a request.

    Attributes:
        role: The database role that its statements run as.
        claims: What policies find in the setting `request.jwt.claims`: values as JSON has them.
    """

    role: str
    claims: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A function that says who asks; it can still be called as such.

    Attributes:
        function: The function.
    """

    function: Callable[[Request], Awaitable[Caller | None]]

    @property
    def name(self) -> str:
        """What messages call it."""
        return getattr(self.function, "__qualname__", repr(self.function))

    def __call__(self, request: Request) -> Awaitable[Caller | None]:
        return self.function(request)


def authenticate(function: Callable[[Request], Awaitable[Caller | None]]) -> Authenticator:
    """Has a coroutine function say who sends a request, before tokens and API keys are looked at.

    It is given the `Request` and returns a `Caller`, or None where it does not know the sender: then the next
    one is asked, and tokens and API keys in the end. What it raises refuses the request: a `RequestError`
    with the code UNAUTHENTICATED (401) or FORBIDDEN (403) tells the sender why.

    Raises:
        StartupError: It is no coroutine function of one parameter.
    """
    if not inspect.iscoroutinefunction(function) or len(inspect.signature(function).parameters) != 1:
        name = getattr(function, "__qualname__", repr(function))
        raise StartupError(f"authenticate: {name} must be an async function that takes the request alone")
    return Authenticator(function)


def check_weight(of: str, cost: object) -> int:
    """A weight that code has; StartupError, by the name of what has it, where it is none."""
    try:
        return read_weight(cost)
    except ValueError as error:
        raise StartupError(f"{of}: cost must be {error}, not {cost!r}") from None


def _fields(of: str, reads: Iterable[str]) -> tuple[str, ...]:
    if isinstance(reads, str):
        raise StartupError(f"{of}: reads must be a list of fields, not {reads!r}")
    return tuple(dict.fromkeys(reads))
