"""What instances tell each other of changes, as text. Pure.

`{"by": "…", "all": true}`, or `{"by": "…", "tables": [["public", "track"]], "rows": [["public", "album",
["album_id"], [[1], [2]]]]}`. Triggers of the database tell of one table: `["public", "track"]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from db.catalogue.model import QualifiedName
from resolvers.notes import EVERYTHING_CHANGED, Change

if TYPE_CHECKING:
    from resolvers.notes import RowKey

MAX_BYTES = 7900
"""A payload of NOTIFY must have fewer than 8,000."""


def write_message(change: Change, by: str) -> bytes:
    """A change as text; what would be too long to say is said to be everything.

    Args:
        change: The change.
        by: Who tells of it.
    """
    content: dict[str, Any] = {"by": by}
    if change.everything:
        content["all"] = True
        return orjson.dumps(content)
    content["tables"] = [list(table) for table in sorted(change.tables)]
    rows: list[list[Any]] = []
    for table, changed in change.rows.items():
        by_columns: dict[tuple[str, ...], list[list[Any]]] = {}
        for columns, values in changed:
            by_columns.setdefault(columns, []).append(list(values))
        rows += [[*table, columns, keys] for columns, keys in by_columns.items()]
    content["rows"] = rows
    text = orjson.dumps(content)
    return text if len(text) <= MAX_BYTES else write_message(EVERYTHING_CHANGED, by)


def read_message(text: bytes | str, me: str) -> Change | None:
    """The change that a message tells of; None where it is our own. What cannot be read may be anything."""
    try:
        content = orjson.loads(text)
        if isinstance(content, list):
            schema, name = content
            return Change(frozenset({QualifiedName(str(schema), str(name))}))
        if content["by"] == me:
            return None
        if content.get("all"):
            return EVERYTHING_CHANGED
        rows: dict[QualifiedName, frozenset[RowKey]] = {}
        for schema, name, columns, keys in content["rows"]:
            table = QualifiedName(schema, name)
            named = {(tuple(columns), tuple(key)) for key in keys}
            rows[table] = rows.get(table, frozenset()) | named
        tables = frozenset(QualifiedName(schema, name) for schema, name in content["tables"])
    except (ValueError, TypeError, KeyError, AttributeError):
        return EVERYTHING_CHANGED
    return Change(tables, rows)
