"""What is counted of documents, and what is refused for it."""

from __future__ import annotations

import re

import pytest
from graphql import Lexer, Source, TokenKind, parse
from hypothesis import given
from hypothesis import strategies as st

from server.documents.limits import DocumentLimits, selection_errors, text_error

LIMITS = DocumentLimits(max_tokens=200, max_depth=4, max_aliases=3, max_root_fields=2)


MANY_SELECTIONS = (
    "have more than 800 selections, which max_tokens (200) allows; those of fragments count wherever they are"
    " spread"
)


def refusal(source: str) -> str | None:
    errors = selection_errors(parse(source), LIMITS)
    return re.sub(r"^The operations? |\.$", "", errors[0].message) if errors else None


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{ a { b { c { d } } } }", None),
        ("{ a { b { c { d { e } } } } }", "is more than 4 fields deep (max_depth)"),
        ("{ a { ...f } } fragment f on T { b { c { ...g } } } fragment g on T { d }", None),
        (
            "{ a { ...f } } fragment f on T { b { c { ...g } } } fragment g on T { d { e } }",
            "is more than 4 fields deep (max_depth)",
        ),
        ("{ a { ... { ... { ... on T { b { c { d } } } } } } }", None),
        ("{ __schema { a { b { c { d { e { f } } } } } } }", None),
        (f"{{ __type {'{ a ' * 29}{'}' * 29} }}", None),
        (f"{{ __type {'{ a ' * 30}{'}' * 30} }}", "asks for the schema more than 30 fields deep"),
        (
            f"{{ __type {'{ a ' * 21} ...f {'}' * 21} }} fragment f on T {{ a {'{ a ' * 9}{'}' * 9} }}",
            "asks for the schema more than 30 fields deep",
        ),
        ("{ a { x: b y: b z: b } }", None),
        ("{ a { x: b y: b z: b x: b } }", "has more than 3 aliases (max_aliases)"),
        ("{ a { ...f } b { ...f } } fragment f on T { x: a y: b }", "has more than 3 aliases (max_aliases)"),
        ("{ a b }", None),
        ("{ a b c }", "has more than 2 root fields (max_root_fields)"),
        ("{ a ... { ...f } } fragment f on T { b c }", "has more than 2 root fields (max_root_fields)"),
        ("{ a { ...f } } fragment f on T { b c d }", None),
        ("query one { a } query two { a b c }", "has more than 2 root fields (max_root_fields)"),
        (
            "{ a { ...f ...f } } "
            + " ".join(f"fragment f{n} on T {{ ...f{n + 1} ...f{n + 1} }}" for n in range(9)).replace(
                "f0 ", "f "
            )
            + " fragment f9 on T { a }",
            MANY_SELECTIONS,
        ),
        (
            "{ ...f0 } "
            + " ".join(f"fragment f{n} on T {{ ...f{n + 1} }}" for n in range(200))
            + " fragment f200 on T { a }",
            "has more than 200 selections within each other",
        ),
        ("{ ...f } fragment f on T { ...g } fragment g on T { a { ...f } }", None),
        ("{ a ...unknown } fragment unused on T { a b c d }", None),
    ],
)
def test_selections_are_counted_wherever_fragments_are_spread(source: str, message: str | None) -> None:
    assert refusal(source) == message


def test_all_limits_that_an_operation_exceeds_are_told() -> None:
    errors = selection_errors(parse("{ a: b b: c c: d d: e { f { g { h { i } } } } }"), LIMITS)
    assert [error.message for error in errors] == [
        "The operation is more than 4 fields deep (max_depth).",
        "The operation has more than 3 aliases (max_aliases).",
        "The operation has more than 2 root fields (max_root_fields).",
    ]


def test_deep_chains_and_huge_numbers_are_only_added() -> None:
    chain = " ".join(f"fragment f{n} on T {{ ...f{n + 1} ...f{n + 1} }}" for n in range(2000))
    errors = selection_errors(parse(f"{{ ...f0 }} {chain} fragment f2000 on T {{ a }}"), LIMITS)
    assert "selections within each other" in errors[0].message


def lexical_tokens(source: str) -> int | None:
    """How many tokens graphql-core finds; None where it refuses the text."""
    lexer = Lexer(Source(source))
    count = 0
    try:
        while lexer.advance().kind is not TokenKind.EOF:
            count += 1
    except Exception:  # noqa: BLE001 - whatever it refuses
        return None
    return count


PIECES = (
    *"{}()[]:=!|@$&",
    *("...", "name", "_1", "é", "#c", '# " {', "\n", "\r\n", " ", ",", "\ufeff", "1", "-1", "1.5e-3", "0"),
    *(
        '""',
        '"a"',
        '"\\""',
        '"\\\\"',
        '"',
        '"""',
        '"""a"""',
        '"""\\"""a"""',
        '"""\\\\"""',
        '"""a"b""c\n"""',
        "\\",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_no_document_is_refused_that_has_no_more_tokens(source: str) -> None:
    tokens = lexical_tokens(source)
    if tokens:
        limits = DocumentLimits(max_tokens=tokens, max_depth=1, max_aliases=1, max_root_fields=1)
        refused = text_error(source, limits)
        assert refused is None or refused.message.startswith("The document is longer")


def test_tokens_are_counted_but_not_comments_and_what_is_ignored() -> None:
    assert text_error("#\n" * 1000 + "{ a }" + ", \n" * 500, LIMITS) is None
    error = text_error("{ " + "a " * 200 + "}", LIMITS)
    assert error is not None
    assert error.message == "The document has more than 200 tokens (max_tokens)."
    assert error.positions == [2 + 2 * 199]


def test_long_documents_are_refused_by_their_length() -> None:
    assert text_error("{ a }" + " " * 3995, LIMITS) is None
    error = text_error("{ a }" + " " * 3996, LIMITS)
    assert error is not None
    assert "longer than 4000 characters" in error.message


@pytest.mark.parametrize("start", ['"', '"""', '"""\\"""', '"\\"', "#", "1", "a", " ", "."])
def test_counting_takes_time_in_proportion_to_the_text(start: str) -> None:
    limits = DocumentLimits(max_tokens=1_000_000, max_depth=1, max_aliases=1, max_root_fields=1)
    text_error(start * 200_000, limits)  # quadratic, it would take minutes
