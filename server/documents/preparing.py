"""From the text of a document to what is kept of it: parsed, validated and planned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphql import GraphQLError, parse
from graphql.language import TokenKind
from graphql.utilities import get_operation_ast

from core.errors import BadUserInput, ErrorCode
from server.documents.kept import KnownDocument, unlink_tokens
from server.documents.limits import selection_errors, text_error
from server.documents.validating import validation_errors

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLSchema, Token

    from server.documents.limits import DocumentLimits
    from server.engines import Engine

_MAX_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MAX_DIGITS}}}")

# graphql-core has them in some messages whether suggestions are hidden or not.
_SUGGESTION = re.compile(r",? did you mean.*", re.IGNORECASE | re.DOTALL)


class DocumentRefusedError(Exception):
    """The document does not parse or is not valid; each error has its code."""

    def __init__(self, errors: list[GraphQLError], code: ErrorCode) -> None:
        super().__init__(code)
        for error in errors:
            error.extensions = {**(error.extensions or {}), "code": code.value}
        self.errors = errors


def known_document(  # noqa: PLR0913 - what a document is prepared by
    source: str,
    operation_name: str | None,
    engine: Engine,
    *,
    limits: DocumentLimits,
    introspection: bool,
    suggestions: bool,
) -> KnownDocument:
    """A document that an engine has prepared, now or before.

    Args:
        source: Its text.
        operation_name: Which of its operations to run; None where it has only one.
        engine: What answers it.
        limits: How much it may ask for.
        introspection: Whether it may ask for the schema.
        suggestions: Whether messages may name what the caller could have meant.

    Raises:
        DocumentRefusedError: It does not parse, asks for too much or is not valid.
        BadUserInput: The operation to run is not in it.
    """
    key = (source, operation_name, introspection)
    known = engine.documents.get(key)
    if known is not None:
        return known
    try:
        document = valid_document(
            source, engine.schema, limits, introspection=introspection, suggestions=suggestions
        )
    except DocumentRefusedError as refused:
        if not suggestions:
            for error in refused.errors:
                error.message = _SUGGESTION.sub("", error.message)
        raise
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        raise BadUserInput("operationName must name one operation of the document.")
    known = KnownDocument(operation, engine.prepare(document, operation))
    engine.documents.put(key, known)
    return known


def valid_document(
    source: str, schema: GraphQLSchema, limits: DocumentLimits, *, introspection: bool, suggestions: bool
) -> DocumentNode:
    """A document that may be asked, parsed; arguments as `known_document`.

    Raises:
        DocumentRefusedError: It does not parse, asks for too much or is not valid.
    """
    document = _parsed(source, limits)
    errors = selection_errors(document, limits) or validation_errors(
        schema, document, limits, introspection=introspection, suggestions=suggestions
    )
    if errors:
        raise DocumentRefusedError(errors, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    return document


def _parsed(source: str, limits: DocumentLimits) -> DocumentNode:
    too_long = text_error(source, limits)
    if too_long is not None:
        raise DocumentRefusedError([too_long], ErrorCode.GRAPHQL_PARSE_FAILED)
    try:
        document = parse(source, max_lexical_tokens=limits.max_tokens, max_comments=limits.max_tokens)
    except GraphQLError as error:
        raise DocumentRefusedError([error], ErrorCode.GRAPHQL_PARSE_FAILED) from None
    if _LONG_NUMBER.search(source):
        _refuse_long_numbers(document)
    unlink_tokens(document)
    return document


def _refuse_long_numbers(document: DocumentNode) -> None:
    """Refuses what Python would not convert, with a message of its own."""
    if document.loc is None:
        return
    token: Token | None = document.loc.start_token
    while token is not None:
        if token.kind in {TokenKind.INT, TokenKind.FLOAT} and len(token.value or "") >= _MAX_DIGITS:
            message = f"A number must not have {_MAX_DIGITS} digits or more."
            raise DocumentRefusedError(
                [GraphQLError(message, source=document.loc.source, positions=[token.start])],
                ErrorCode.GRAPHQL_PARSE_FAILED,
            )
        token = token.next
