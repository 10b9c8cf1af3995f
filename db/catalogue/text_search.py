"""What full-text search a column offers: of its tsvector, or of its text by an index over that. Pure.

See https://www.postgresql.org/docs/current/textsearch-tables.html.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from db.catalogue.model import QualifiedName
from db.query import Searched, SearchForm

if TYPE_CHECKING:
    from db.catalogue.model import Column, Table

TSVECTOR = QualifiedName("pg_catalog", "tsvector")

_CONFIGURATION = r"to_tsvector\('(?P<configuration>[^']+)'::regconfig, "
_IN_EXPRESSION = re.compile(_CONFIGURATION)
_NAME = r'(?P<{}>[a-z_][a-z0-9_$]*|"(?:[^"]|"")+")'
_OVER_TEXT = re.compile(
    rf"USING (?:gin|gist) \({_CONFIGURATION}"
    rf"(?:{_NAME.format('plain')}|\({_NAME.format('cast')}\)::text"
    rf"|COALESCE\({_NAME.format('coalesced')}, ''::text\))\)\)"
)


def searched(table: Table, column: Column) -> Searched | None:
    """How the column is searched; None where it would be without an index, or means nothing."""
    if column.type == TSVECTOR:
        # Words are told apart as they were when the vector was made, where that is known.
        found = _IN_EXPRESSION.search(column.expression or "")
        return Searched(SearchForm.VECTOR, None if found is None else found["configuration"])
    for index in table.indexes:
        if index.predicate is not None or index.columns != (None,):
            continue
        found = _OVER_TEXT.search(index.definition)
        if found is None:
            continue
        name = _unquoted(found["plain"] or found["cast"] or found["coalesced"])
        if name == column.name:
            form = SearchForm.TEXT if found["coalesced"] is None else SearchForm.TEXT_OR_EMPTY
            return Searched(form, found["configuration"])
    return None


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
