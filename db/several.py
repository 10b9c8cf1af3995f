"""One statement for many sets of values: what a select asks once, asked for each set at once. Pure.

Each parameter becomes an array, the arrays are unnested side by side, and the select runs for each row:

    SELECT answer.*, sets.ord
    FROM unnest(CAST($1 AS int4[]), CAST($2 AS int8[])) WITH ORDINALITY AS sets(v0, v1, ord)
    JOIN LATERAL (SELECT … WHERE t."genre_id" = sets.v0 … LIMIT sets.v1) AS answer ON true
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import sqlalchemy as sa
from sqlalchemy.sql import visitors

from db.expressions import NamedType, hidden

if TYPE_CHECKING:
    from sqlalchemy.sql.elements import Cast, ColumnElement


def for_several(select: sa.Select[Any]) -> sa.Select[Any] | None:
    """The select for many sets of values; its last column is the 1-based position of the set.

    Its parameters keep their names, and take lists. None where there is no such statement: the select has no
    parameters, or one that is an array already.
    """
    types: dict[str, NamedType] = {}

    def note(element: Cast[Any]) -> None:
        if isinstance(element.clause, sa.BindParameter):
            types[element.clause.key] = cast("NamedType", element.type)

    visitors.traverse(select, {}, {"cast": note})
    if not types or any(each.array or each.name.name.startswith("_") for each in types.values()):
        return None
    # As literal text, values belong to no FROM clause but the outermost, however deep they stand.
    values: dict[str, ColumnElement[Any]] = {
        name: sa.literal_column(f"sets.v{number}") for number, name in enumerate(types)
    }

    def value_of(element: Any, **_: Any) -> Any:
        return values[element.key] if isinstance(element, sa.BindParameter) else None

    replaced = cast("sa.Select[Any]", visitors.replacement_traverse(select, {}, value_of))
    asked = replaced.lateral("answer")
    arrays = [
        hidden(sa.cast(sa.bindparam(name), NamedType(each.name, array=True))) for name, each in types.items()
    ]
    sets = (
        sa.func.unnest(*arrays)
        .table_valued(*(f"v{number}" for number in range(len(arrays))), with_ordinality="ord")
        .render_derived(name="sets")
    )
    return sa.select(*asked.c, sets.c.ord).select_from(sets.join(asked, sa.true()))
