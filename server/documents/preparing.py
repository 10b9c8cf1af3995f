"""From the text of a document to what is kept of it: parsed, validated and planned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphql import GraphQLError, NoSchemaIntrospectionCustomRule, parse, specified_rules, validate
from graphql.language import TokenKind
from graphql.utilities import get_operation_ast

from core.errors import BadUserInput, ErrorCode
from server.documents.kept import KnownDocument, unlink_tokens

if TYPE_CHECKING:
    from graphql import DocumentNode, Token

    from server.engines import Engine

MAX_VALIDATION_ERRORS = 10

_MAX_DIGITS = 400
_LONG_NUMBER = re.compile(rf"[0-9]{{{_MAX_DIGITS}}}")


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
    max_tokens: int,
    introspection: bool,
    suggestions: bool,
) -> KnownDocument:
    """A document that an engine has prepared, now or before.

    Args:
        source: Its text.
        operation_name: Which of its operations to run; None where it has only one.
        engine: What answers it.
        max_tokens: Lexical tokens that it may have.
        introspection: Whether it may ask for the schema.
        suggestions: Whether messages may name what the caller could have meant.

    Raises:
        DocumentRefusedError: It does not parse or is not valid.
        BadUserInput: The operation to run is not in it.
    """
    key = (source, operation_name, introspection)
    known = engine.documents.get(key)
    if known is not None:
        return known
    document = _parsed(source, max_tokens)
    rules = specified_rules if introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    errors = validate(
        engine.schema, document, rules, max_errors=MAX_VALIDATION_ERRORS, hide_suggestions=not suggestions
    )
    if errors:
        raise DocumentRefusedError(errors, ErrorCode.GRAPHQL_VALIDATION_FAILED)
    operation = get_operation_ast(document, operation_name)
    if operation is None:
        raise BadUserInput("operationName must name one operation of the document.")
    known = KnownDocument(operation, engine.prepare(document, operation))
    engine.documents.put(key, known)
    return known


def _parsed(source: str, max_tokens: int) -> DocumentNode:
    try:
        document = parse(source, max_lexical_tokens=max_tokens, max_comments=max_tokens)
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
