"""What commands are asked about an operation: `loadstone explain` and `loadstone cost`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, OperationType, parse, validate
from graphql.utilities import get_operation_ast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be explained.

    Attributes:
        source: The document.
        operation_name: Which of its operations; None for the only one.
        variables: Values of variables by name, as in a request; any of them may be left out.
        max_tokens: The most lexical tokens that the document may have.
        any_value: Names of variables that may have any value, although they need none.
    """

    source: str
    operation_name: str | None
    variables: Mapping[str, Any]
    max_tokens: int
    any_value: frozenset[str] = frozenset()


class NotExplainedError(Exception):
    """The document, its operation or its variables are not right; one line for each reason."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def operation_of(question: Question, schema: GraphQLSchema) -> tuple[DocumentNode, OperationDefinitionNode]:
    """The valid document, and the operation of it that is asked about.

    Raises:
        NotExplainedError: There is no such operation.
    """
    try:
        document = parse(
            question.source, max_lexical_tokens=question.max_tokens, max_comments=question.max_tokens
        )
    except GraphQLError as error:
        raise NotExplainedError([error_line(error)]) from None
    errors = validate(schema, document)
    if errors:
        raise NotExplainedError(list(map(error_line, errors)))
    operation = get_operation_ast(document, question.operation_name)
    if operation is None:
        wanted = question.operation_name
        what = "several operations: name one with --operation"
        raise NotExplainedError(
            [f"The document has {what}." if wanted is None else f"The document has no operation {wanted!r}."]
        )
    if operation.operation is OperationType.SUBSCRIPTION:
        raise NotExplainedError(["Subscriptions have no plan."])
    return document, operation


def error_line(error: GraphQLError) -> str:
    """One line for an error: where in the document, and what."""
    where = error.locations[0] if error.locations else None
    return error.message if where is None else f"{where.line}:{where.column}: {error.message}"
