"""What Python code of users fetches while an operation runs: further operations, on the same schema.

They read through the batches of the operation, or in its transaction.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from graphql import GraphQLError, OperationType, parse, validate
from graphql.utilities import get_operation_ast

from core.errors import ErrorCode, RequestError
from resolvers.prepared import PreparedOperation

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from graphql import GraphQLSchema

    from db.identity import Identity
    from db.transactions import Transaction
    from resolvers.bindings import Model
    from resolvers.execution import Answer
    from resolvers.notes import Notes

MAX_DEPTH = 8
"""How deep fetches may stand in each other: what is fetched may have fields whose code fetches."""

MAX_PREPARED = 256
"""How many operations are kept ready; code has few, unless it writes values into them."""


class FetchError(RequestError):
    """What was fetched has errors. Callers are told the first, and nothing of what is wrong with the code.

    Attributes:
        errors: All of them, `extensions.code` set; their paths and locations are those of what was fetched.
        data: What is there nevertheless.
    """

    def __init__(self, errors: Sequence[GraphQLError], data: dict[str, Any] | None = None) -> None:
        first = errors[0]
        told = {name: value for name, value in (first.extensions or {}).items() if name != "inputPath"}
        super().__init__(first.message, _code(told.get("code")), told)
        self.extensions = {**self.extensions, **told}
        self.errors = list(errors)
        self.data = data
        self.__cause__ = first.original_error or first


def _code(given: object) -> ErrorCode:
    try:
        return ErrorCode(str(given))
    except ValueError:  # of a GraphQLError that code raised
        return ErrorCode.INTERNAL_SERVER_ERROR


@dataclass(slots=True)
class Fetcher:
    """Fetches for the code of one running operation.

    Attributes:
        schema: What documents are validated against.
        model: What it stands for.
        depth: How many fetches the operation stands in.
        transaction: Of the operation; None where it only reads.
        identity: Whom the operation is run for.
        run: Runs an operation as part of this one.
        closed: Whether the operation is over.
        notes: Has what the operation reads; None where nobody wants to know.
    """

    schema: GraphQLSchema
    model: Model
    depth: int
    transaction: Transaction | None
    identity: Identity
    run: Callable[[PreparedOperation, Mapping[str, Any]], Awaitable[Answer]]
    closed: bool = False
    notes: Notes | None = None

    @property
    def role(self) -> str | None:
        """See `schema.extending.Data`."""
        return self.identity.role

    @property
    def claims(self) -> dict[str, Any]:
        """See `schema.extending.Data`."""
        claims: dict[str, Any] = json.loads(self.identity.claims or "{}")
        return claims

    async def fetch(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        operation_name: str | None = None,
    ) -> dict[str, Any]:
        """See `schema.extending.Data`."""
        if self.closed:
            raise RuntimeError("data.fetch: the operation is over")
        if self.depth >= MAX_DEPTH:
            raise _wrong(f"fetches stand more than {MAX_DEPTH} deep in each other")
        prepared = self._prepared(document, operation_name)
        writes = prepared.operation.operation is OperationType.MUTATION
        if writes and self.transaction is None:
            raise _wrong("a query cannot fetch a mutation")
        answer = await self.run(prepared, variables or {})
        # Answers may hold JSON that is ready to be sent.
        data = None if answer.data is None else orjson.loads(orjson.dumps(answer.data))
        if answer.errors or data is None:
            error = FetchError(answer.errors, data) if answer.executed else _wrong(*answer.errors)
            if writes and self.transaction is not None:
                self.transaction.fail(error)
            raise error
        fetched: dict[str, Any] = data
        return fetched

    def _prepared(self, source: str, name: str | None) -> PreparedOperation:
        kept = self.model.fetched
        prepared: PreparedOperation | None = kept.pop((source, name), None)
        if prepared is None:
            prepared = self._prepare(source, name)
            if len(kept) >= MAX_PREPARED:
                del kept[next(iter(kept))]
        kept[source, name] = prepared  # at the end: the first is the one that was not asked for the longest
        return prepared

    def _prepare(self, source: str, name: str | None) -> PreparedOperation:
        try:
            document = parse(source, no_location=True)
        except GraphQLError as error:
            raise _wrong(error) from None
        errors = validate(self.schema, document)
        if errors:
            raise _wrong(*errors)
        operation = get_operation_ast(document, name)
        if operation is None:
            raise _wrong("operation_name must name one operation of the document")
        return PreparedOperation(self.schema, self.model, document, operation)


def _wrong(*what: GraphQLError | str) -> FetchError:
    """The error for code that asks for what cannot be: a defect of its, which callers do not hear of."""
    internal = {"code": ErrorCode.INTERNAL_SERVER_ERROR.value}
    return FetchError(
        [GraphQLError(f"data.fetch: {getattr(each, 'message', each)}", extensions=internal) for each in what]
    )
